#include "actors/seat_sends.hpp"

#include <chrono>

namespace inmail {

std::int32_t day_of(Timestamp time) {
  return static_cast<std::int32_t>(
      std::chrono::floor<std::chrono::days>(time).time_since_epoch().count());
}

Timestamp first_week_end(Timestamp opened_at, const SeatPolicy& policy) {
  using namespace std::chrono;
  constexpr days week{7};
  if (policy.first_week_mode == FirstWeekMode::rolling_7d ||
      policy.week_start == WeekStart::seat_created_plus_7d)
    return opened_at + week;
  const weekday first = policy.week_start == WeekStart::sunday_utc ? Sunday : Monday;
  const auto day = floor<days>(opened_at);
  const days into_week = weekday{day} - first;
  return day - into_week + week;
}

void evolve(SeatSends& sends, const InMailSent& e, Timestamp at) {
  const std::int32_t day = day_of(at);
  if (day != sends.day) sends.today = {};
  if (e.marks.cycle != sends.cycle) sends.in_cycle = {};
  sends.day = day;
  sends.cycle = e.marks.cycle;
  sends.ever.add(e.cost);
  sends.today.add(e.cost);
  sends.in_cycle.add(e.cost);
}

}  // namespace inmail
