#include <algorithm>
#include <array>

#include "projections/audit_rules.hpp"

// What must hold of what comes to a member who does not take everything.

namespace inmail::auditing {
namespace {

using std::chrono::days;

bool speaks(std::string_view wanted, std::string_view locale) {
  const auto lower = [](std::string_view text) {
    std::string small(text);
    for (char& each : small)
      if (each >= 'A' && each <= 'Z') each = static_cast<char>(each | 0x20);
    return small;
  };
  return lower(locale) == lower(wanted) || lower(locale).starts_with(lower(wanted) + "-");
}

bool is_quiet(const AcceptFilters& filters, Timestamp at) {
  const auto since_midnight = at - std::chrono::floor<days>(at);
  const auto minute = std::chrono::floor<std::chrono::minutes>(since_midnight).count();
  const bool began = minute >= filters.quiet_from_minute;
  const bool is_before_end = minute < filters.quiet_until_minute;
  const bool goes_past_midnight = filters.quiet_until_minute < filters.quiet_from_minute;
  return goes_past_midnight ? began || is_before_end : began && is_before_end;
}

void check_filters(const Step& step, const InMailSent& e, Verdict& verdict) {
  const StreamState* to = step.world.find_stream(e.to);
  if (to == nullptr) return;
  const InboundRules* own = to->inbound_rules_at(e.recipient_version);
  const AcceptFilters& filters =
      own != nullptr ? own->filters : step.policy->recipient.accept_filters;
  verdict.check(filters.purposes.empty() || filters.purposes.has(e.purpose), e.inmail,
                " is about something that its recipient does not take");
  verdict.check(!e.degree || (*e.degree >= filters.min_degree && *e.degree <= filters.max_degree),
                e.inmail, " is of somebody too near or too far for its recipient");
  const bool is_understood =
      filters.languages.empty() || e.locale.empty() ||
      std::any_of(filters.languages.begin(), filters.languages.end(),
                  [&](const std::string& wanted) { return speaks(wanted, e.locale); });
  verdict.check(is_understood, e.inmail, " is in a language that its recipient does not take");
  verdict.check(e.offers_compensation || !filters.require_compensation, e.inmail,
                " does not say what the work pays, and its recipient wants that");
  verdict.check(!is_quiet(filters, step.header.due_at), e.inmail,
                " was sent in the quiet hours of its recipient");
}

struct Quota {
  std::int64_t most = 0;  ///< 0: no limit.
  std::int64_t used = 0;

  bool is_full() const { return most > 0 && used >= most; }
};

/// Of the day, and of the week.
std::pair<Quota, Quota> quotas_of(const Step& step) {
  const InboundRules* own = step.stream.inbound_rules_at(step.header.version);
  const RecipientPolicy& policy = step.policy->recipient;
  const std::int64_t daily = own != nullptr ? own->daily_max : policy.inbound_daily_max;
  const std::int64_t weekly = own != nullptr ? own->weekly_max : policy.inbound_weekly_max;
  const auto today = std::chrono::floor<days>(step.header.due_at);
  const ArrivedSoFar& arrived = step.stream.arrived;
  const std::int64_t in_day = arrived.day == today ? arrived.in_day : 0;
  const std::int64_t in_week = arrived.week == monday_of(today) ? arrived.in_week : 0;
  return {{daily, in_day}, {weekly, in_week}};
}

void check_quota(const Step& step, Verdict& verdict) {
  const auto [daily, weekly] = quotas_of(step);
  verdict.check(!daily.is_full(), step.header.stream, " got number ", daily.used + 1,
                " of a day, and takes ", daily.most);
  verdict.check(!weekly.is_full(), step.header.stream, " got number ", weekly.used + 1,
                " of a week, and takes ", weekly.most);
}

void members_get_what_they_take(const Step& step, Verdict& verdict) {
  if (step.policy == nullptr) return;
  const auto* sent = std::get_if<InMailSent>(&step.event);
  if (sent != nullptr && sent->marks.lookback_s > 0) check_filters(step, *sent, verdict);
  const bool arrives = std::holds_alternative<InMailDelivered>(step.event);
  if (arrives && step.inmail != nullptr && step.inmail->is_limited) check_quota(step, verdict);
}

constexpr std::array rules{
    Rule{"IM15", "no member gets an InMail of a kind, or a number, that the member does not take",
         members_get_what_they_take},
};

}  // namespace

bool is_over_quota(const Step& step) {
  const auto [daily, weekly] = quotas_of(step);
  return daily.is_full() || weekly.is_full();
}

std::span<const Rule> inbound_rules() { return rules; }

}  // namespace inmail::auditing
