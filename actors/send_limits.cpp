#include "actors/send_limits.hpp"

#include <algorithm>

#include "actors/calendar.hpp"

namespace inmail {
namespace {

constexpr Seconds one_day{86'400};

/// A limit, how much of it is used, and when that is forgotten.
using Limit = std::optional<LimitLeft>;

Guard refuse_full(const Limit& limit, Rejection code) {
  return limit && limit->used >= limit->limit ? refuse(code, limit->limit, limit->used) : pass();
}

template <class Counts>
std::int64_t sent_since(const SendCase& send, Seconds window, Counts&& counts) {
  return std::count_if(
      send.outbox.lately.begin(), send.outbox.lately.end(),
      [&](const LateSend& each) { return send.context.now - each.at < window && counts(each); });
}

// 15.

Limit first_week(const SendCase& send) {
  const SeatPolicy& policy = send.policy().seat;
  if (send.sender.sends == nullptr || policy.first_week_max == 0) return std::nullopt;
  const SeatSends& sends = *send.sender.sends;
  const Timestamp end = first_week_end(sends.opened_at, policy);
  if (send.context.now >= end) return std::nullopt;
  return LimitLeft{SendLimit::seat_first_week, policy.first_week_max, sends.ever.all, end};
}

std::int64_t sent_today(const SendCase& send, const SeatSends& sends) {
  const SeatPolicy& policy = send.policy().seat;
  const bool all = policy.free_counts_to_daily;
  if (policy.day_mode == DayMode::rolling_24h)
    return sent_since(send, one_day, [&](const LateSend& each) { return all || each.is_charged; });
  if (sends.day != day_of(send.context.now)) return 0;
  return all ? sends.today.all : sends.today.charged;
}

Limit day(const SendCase& send) {
  const SeatPolicy& policy = send.policy().seat;
  if (send.sender.sends == nullptr || policy.daily_max == 0) return std::nullopt;
  if (!policy.free_counts_to_daily && cost_of(send) == 0) return std::nullopt;
  LimitLeft limit{
      SendLimit::seat_daily, policy.daily_max, sent_today(send, *send.sender.sends), {}};
  if (policy.day_mode == DayMode::utc_day)
    limit.resets_at = std::chrono::floor<std::chrono::days>(send.context.now) + one_day;
  return limit;
}

Limit open_profiles(const SendCase& send) {
  const std::int64_t most = send.policy().free.open_profile_max_per_month;
  if (most == 0 || class_on_record(send) != FreeClass::open_profile) return std::nullopt;
  const OpenProfileSends& sent = send.outbox.open_profile;
  const std::int64_t count = sent.month == month_of(send.context.now) ? sent.count : 0;
  return LimitLeft{SendLimit::open_profile, most, count, next_month_start(send.context.now)};
}

// 16.

Limit identical(const SendCase& send) {
  const SpamPolicy& spam = send.policy().spam;
  const TextPrint& print = send.command.print;
  if (spam.identical_max == 0 || !print.is_taken()) return std::nullopt;
  const auto is_alike = [&](const LateSend& each) {
    return each.print.is_taken() && similarity_bp(each.print, print) >= spam.similarity_bp;
  };
  const std::int64_t used = sent_since(send, spam.identical_window_s, is_alike);
  return LimitLeft{SendLimit::identical, spam.identical_max, used, {}};
}

Limit burst(const SendCase& send) {
  const SpamPolicy& spam = send.policy().spam;
  const bool acts =
      spam.burst_action == BurstAction::reject || spam.burst_action == BurstAction::alert;
  if (spam.burst_max == 0 || !acts) return std::nullopt;
  const std::int64_t used =
      sent_since(send, spam.burst_window_s, [](const LateSend&) { return true; });
  return LimitLeft{SendLimit::burst, spam.burst_max, used, {}};
}

/// The burst that this send is one too many of, where that only warns.
Limit alerting_burst(const SendCase& send) {
  if (send.policy().spam.burst_action != BurstAction::alert) return std::nullopt;
  const Limit limit = burst(send);
  return limit && limit->used >= limit->limit ? limit : std::nullopt;
}

}  // namespace

// 13.

std::optional<Duplicate> duplicate_of(const SendCase& send) {
  const RecipientPolicy& policy = send.policy().recipient;
  const auto& outreach = send.recipient().outreach;
  const bool by_seat = send.command.seat && send.sender.pool.kind() == StreamKind::contract;
  if (policy.dedup_level == DedupLevel::off || !by_seat || !outreach) return std::nullopt;
  const auto ours = outreach->find(send.sender.pool.contract());
  if (ours == outreach->end()) return std::nullopt;
  std::optional<Duplicate> last;
  for (const auto& [seat, each] : ours->second) {
    const bool is_recent = send.context.now - each.at < policy.dedup_window_s;
    const bool counts = policy.dedup_level == DedupLevel::high ||
                        (is_recent && (each.active || policy.dedup_level == DedupLevel::medium));
    if (seat != *send.command.seat && counts && (!last || each.at > last->at))
      last = Duplicate{seat, each.at};
  }
  return last;
}

Guard is_no_duplicate(const SendCase& send) {
  const DedupAction action = send.policy().recipient.dedup_action;
  if (action == DedupAction::warn) return pass();
  const bool is_argued =
      action == DedupAction::require_override_reason && !send.command.override_reason.empty();
  if (is_argued) return pass();
  const auto duplicate = duplicate_of(send);
  if (!duplicate) return pass();
  return refuse(Rejection::duplicate_outreach, static_cast<std::int64_t>(duplicate->by.value),
                to_ms(duplicate->at));
}

// What is scheduled counts on the day of its dispatch.

Guard first_week_is_not_full(const SendCase& send) {
  if (send.stage == SendStage::scheduling) return pass();
  return refuse_full(first_week(send), Rejection::seat_first_week_limit);
}
Guard day_is_not_full(const SendCase& send) {
  if (send.stage == SendStage::scheduling) return pass();
  return refuse_full(day(send), Rejection::seat_daily_limit);
}
Guard open_profiles_are_left(const SendCase& send) {
  if (send.stage == SendStage::scheduling) return pass();
  return refuse_full(open_profiles(send), Rejection::open_profile_limit);
}
Guard is_not_identical(const SendCase& send) {
  return refuse_full(identical(send), Rejection::identical_bulk);
}
Guard is_no_rejected_burst(const SendCase& send) {
  const bool rejects = send.policy().spam.burst_action == BurstAction::reject;
  return rejects ? refuse_full(burst(send), Rejection::spam_rejected) : pass();
}

std::vector<LimitLeft> limits_of(const SendCase& send) {
  std::vector<LimitLeft> limits;
  for (const Limit& each :
       {first_week(send), day(send), open_profiles(send), identical(send), burst(send)})
    if (each) limits.push_back(*each);
  return limits;
}

void add_warnings(SendForecast& forecast, const SendCase& send) {
  if (const auto duplicate = duplicate_of(send)) {
    forecast.warnings.push_back(SendWarning::duplicate_outreach);
    forecast.written_by = duplicate->by;
    forecast.written_at = duplicate->at;
  }
  if (alerting_burst(send)) forecast.warnings.push_back(SendWarning::burst);
  if (send.policy().compliance.commercial_use == CommercialUse::flag &&
      send.command.hints.purpose == Purpose::sales)
    forecast.warnings.push_back(SendWarning::commercial);
}

std::vector<Event> warnings_of(const SendCase& send) {
  std::vector<Event> events;
  const InMailId inmail = inmail_of(send.context.id);
  const MemberId to = send.command.to;
  if (const auto duplicate = duplicate_of(send)) {
    if (send.policy().recipient.dedup_action == DedupAction::warn)
      events.emplace_back(DuplicateOutreachWarned{inmail, to, duplicate->by, duplicate->at});
    else
      events.emplace_back(DuplicateOutreachOverridden{inmail, to, duplicate->by, duplicate->at,
                                                      send.command.override_reason});
  }
  if (const Limit limit = alerting_burst(send))
    events.emplace_back(LimitHit{inmail, limit->which, limit->limit, limit->used});
  return events;
}

SendMarks marks_of(const SendCase& send) {
  const Policy& policy = send.policy();
  // A day at least, so that another policy finds something when it looks back.
  Seconds lookback = one_day;
  if (policy.spam.identical_max > 0) lookback = std::max(lookback, policy.spam.identical_window_s);
  if (policy.spam.burst_max > 0) lookback = std::max(lookback, policy.spam.burst_window_s);
  SendMarks marks{.print = send.command.print, .lookback_s = lookback.count()};
  if (send.sender.sends != nullptr) {
    invariant(send.context.pool.has_value(), "a seat knows the cycle of its contract");
    marks.cycle = send.context.pool->cycle;
  }
  const bool unlocks = policy.free.unlock_ttl_s.count() > 0 && cost_of(send) > 0 &&
                       policy.free.classes.has(FreeClass::previous_unlock);
  if (unlocks) marks.unlocks_until = send.context.now + policy.free.unlock_ttl_s;
  return marks;
}

}  // namespace inmail
