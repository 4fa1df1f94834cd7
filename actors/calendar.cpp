#include "actors/calendar.hpp"

#include <algorithm>

namespace inmail {
namespace {

using namespace std::chrono;

year_month_day date_of(Timestamp time) { return year_month_day{floor<days>(time)}; }

}  // namespace

std::uint8_t day_of_month(Timestamp time) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(date_of(time).day()));
}

Timestamp months_later(Timestamp time, int months_count, std::uint8_t anchor_day) {
  const year_month_day date = date_of(time);
  const year_month month = year_month{date.year(), date.month()} + months{months_count};
  const day last = (month / std::chrono::last).day();
  const sys_days target = sys_days{month / std::min(day{anchor_day}, last)};
  return target + (time - floor<days>(time));
}

Timestamp next_month_start(Timestamp time) {
  const year_month_day date = date_of(time);
  return sys_days{(year_month{date.year(), date.month()} + months{1}) / day{1}};
}

}  // namespace inmail
