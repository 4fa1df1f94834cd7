#include "actors/inbound.hpp"

#include <algorithm>
#include <chrono>

#include "actors/seat_sends.hpp"

namespace inmail {
namespace {

const AcceptFilters& filters_of(const SendCase& send) {
  const auto& own = send.recipient().rules;
  return own ? own->filters : send.policy().recipient.accept_filters;
}

/// RFC 4647, basic filtering: "pt" covers "pt" and "pt-BR", in letters of either case.
bool covers(std::string_view range, std::string_view locale) {
  const auto small = [](char each) {
    return each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
  };
  return locale.size() >= range.size() &&
         std::equal(range.begin(), range.end(), locale.begin(),
                    [&](char left, char right) { return small(left) == small(right); }) &&
         (locale.size() == range.size() || locale[range.size()] == '-');
}

bool are_quiet(const AcceptFilters& filters, Timestamp now) {
  using namespace std::chrono;
  const auto minute = floor<minutes>(now - floor<days>(now)).count();
  const std::int32_t from = filters.quiet_from_minute;
  const std::int32_t until = filters.quiet_until_minute;
  return from <= until ? minute >= from && minute < until : minute >= from || minute < until;
}

/// The day on which the week of that day began, a Monday.
std::int32_t week_of(std::int32_t day) {
  using namespace std::chrono;
  const sys_days date{days{day}};
  return day_of(date - (weekday{date} - Monday));
}

}  // namespace

Guard filters_let_it_in(const SendCase& send) {
  const AcceptFilters& filters = filters_of(send);
  const SendInMail& letter = send.command;
  const auto degree = degree_of(send);
  const bool has_language =
      filters.languages.empty() || letter.locale.empty() ||
      std::any_of(filters.languages.begin(), filters.languages.end(),
                  [&](const std::string& each) { return covers(each, letter.locale); });
  const bool takes =
      (filters.purposes.empty() || filters.purposes.has(letter.hints.purpose)) &&
      (!degree || (filters.min_degree <= *degree && *degree <= filters.max_degree)) &&
      has_language && (!filters.require_compensation || letter.offers_compensation) &&
      !are_quiet(filters, send.context.now);
  return takes ? pass() : refuse(Rejection::recipient_filter);
}

Guard quota_is_left(const SendCase& send) {
  return is_over_quota(send.recipient(), send.policy().recipient, send.context.now)
             ? refuse(Rejection::recipient_quota)
             : pass();
}

Quota quota_of(const InboundRules* own, const RecipientPolicy& policy) {
  return own ? Quota{own->daily_max, own->weekly_max}
             : Quota{policy.inbound_daily_max, policy.inbound_weekly_max};
}

bool is_over_quota(const Admission& recipient, const RecipientPolicy& policy, Timestamp now) {
  const auto [daily, weekly] = quota_of(recipient.rules.get(), policy);
  const std::int32_t day = day_of(now);
  const Arrivals& arrived = recipient.arrivals;
  const std::uint32_t today = arrived.day == day ? arrived.in_day : 0;
  const std::uint32_t this_week = week_of(arrived.day) == week_of(day) ? arrived.in_week : 0;
  return (daily > 0 && today >= static_cast<std::uint32_t>(daily)) ||
         (weekly > 0 && this_week >= static_cast<std::uint32_t>(weekly));
}

void count_arrival(Arrivals& arrivals, Timestamp at) {
  const std::int32_t day = day_of(at);
  if (week_of(day) != week_of(arrivals.day)) arrivals.in_week = 0;
  if (day != arrivals.day) arrivals.in_day = 0;
  arrivals.day = day;
  ++arrivals.in_day;
  ++arrivals.in_week;
}

}  // namespace inmail
