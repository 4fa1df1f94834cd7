#include <algorithm>
#include <array>

#include "projections/audit_rules.hpp"

// What must hold of how much one sender sends, and to whose recipients.

namespace inmail::auditing {
namespace {

using std::chrono::days;

/// A send that the limits of today have judged.
const InMailSent* judged_send(const Step& step) {
  const auto* e = std::get_if<InMailSent>(&step.event);
  return e != nullptr && step.policy != nullptr && e->marks.lookback_s > 0 ? e : nullptr;
}

const SentSoFar& sent_by(const Step& step) {
  static const SentSoFar nothing;
  return step.stream.sent ? *step.stream.sent : nothing;
}

template <class Counts>
std::int64_t count_since(const Step& step, Seconds window, const Counts& counts) {
  std::int64_t count = 0;
  for (const LookedBackOn& each : sent_by(step).lately)
    if (later(each.at, window) > step.header.due_at && counts(each)) ++count;
  return count;
}

// IM6.

Timestamp end_of_first_week(Timestamp opened, const SeatPolicy& seat) {
  const bool is_calendar = seat.first_week_mode == FirstWeekMode::calendar &&
                           seat.week_start != WeekStart::seat_created_plus_7d;
  if (!is_calendar) return opened + days{7};
  const unsigned first = seat.week_start == WeekStart::sunday_utc ? 0 : 1;
  auto day = std::chrono::floor<days>(opened) + days{1};
  while (std::chrono::weekday{day}.c_encoding() != first) day += days{1};
  return day;
}

void check_day(const Step& step, const InMailSent& e, Verdict& verdict) {
  const SeatPolicy& seat = step.policy->seat;
  if (seat.daily_max == 0 || (e.cost == 0 && !seat.free_counts_to_daily)) return;
  const bool rolls = seat.day_mode == DayMode::rolling_24h;
  const SentSoFar& sent = sent_by(step);
  const bool is_same_day = sent.day == std::chrono::floor<days>(step.header.due_at);
  const std::int64_t before =
      rolls ? count_since(step, Seconds{86'400},
                          [&](const LookedBackOn& each) {
                            return each.is_charged || seat.free_counts_to_daily;
                          })
            : (is_same_day ? sent.in_day.of(seat.free_counts_to_daily) : 0);
  verdict.check(before < seat.daily_max, step.header.stream, " sent number ", before + 1,
                " of a day, where ", seat.daily_max, " are allowed");
}

/// The contract judged the month when it was asked. Of a send that costs something that is known;
/// of a free one it is not, so where anything may have changed since, it is not judged.
void check_month(const Step& step, const InMailSent& e, Verdict& verdict) {
  const StreamState* contract = step.world.find_stream(e.pool);
  if (contract == nullptr || !contract->pool) return;
  const SentSoFar& sent = sent_by(step);
  const SeatId seat = step.header.stream.seat();
  const std::int64_t back = contract->restored_in(e.marks.cycle, seat);
  const auto fits = [&](std::int64_t most, bool has_free) {
    const std::int64_t before = sent.month == e.marks.cycle ? sent.in_month.of(has_free) - back : 0;
    return most == 0 || before < most || !(has_free || e.cost > 0);
  };
  const std::int64_t most = contract->month_max(seat, *step.policy);
  const bool fits_now = fits(most, step.policy->seat.monthly_counts == MonthlyCounts::all_inmails);
  // Of what was reserved before its time, the contract has judged the month again, off the record.
  const bool was_paid = step.inmail != nullptr && step.inmail->was_paid();
  const InMail* inmail = e.cost > 0 && !was_paid ? step.inmail : nullptr;
  const bool fitted = inmail != nullptr && fits(inmail->month_max, inmail->month_has_free);
  const bool has_changed = contract->policy != step.header.policy ||
                           step.header.time < later(contract->time, Seconds{60});
  verdict.check(fits_now || fitted || (inmail == nullptr && has_changed), step.header.stream,
                " sent more in a cycle than the ", most, " that are allowed");
}

void seats_keep_to_their_limits(const Step& step, Verdict& verdict) {
  const InMailSent* e = judged_send(step);
  if (e == nullptr || step.header.stream.kind() != StreamKind::seat) return;
  check_day(step, *e, verdict);
  check_month(step, *e, verdict);
  const SeatPolicy& seat = step.policy->seat;
  const bool is_new = step.header.due_at < end_of_first_week(step.stream.opened_at, seat);
  const std::int64_t before = sent_by(step).ever.all;
  verdict.check(seat.first_week_max == 0 || !is_new || before < seat.first_week_max,
                step.header.stream, " sent number ", before + 1, " of its first week, where ",
                seat.first_week_max, " are allowed");
}

// IC12.

/// By the contract; what it gave back to a seat is what the policy of the send says.
void check_restored(const Step& step, const CreditRefunded& e, Verdict& verdict) {
  const InMail* inmail = step.inmail;
  if (inmail == nullptr || step.pinned == nullptr || step.header.event_version < 2) return;
  const bool is_counted = inmail->sender.kind() == StreamKind::seat && inmail->is_limited &&
                          step.pool() != nullptr && inmail->month == step.pool()->cycle;
  std::optional<SeatId> expected;
  if (is_counted && step.pinned->refund.to == RefundTo::seat_quota_too)
    expected = inmail->sender.seat();
  verdict.check(e.restores == expected, "the refund of ", e.inmail,
                expected ? " gave nothing back of the month of its seat, where its policy does"
                         : " gave back of a month, where it counts no more, or never should");
}

void check_counted(const Step& step, const CountedInCycle& e, Verdict& verdict) {
  const InMail* inmail = step.inmail;
  const bool is_reserved = inmail != nullptr && inmail->charge == Charge::reserved &&
                           inmail->pool == step.header.stream && !inmail->is_sent();
  verdict.check(is_reserved && step.pool() != nullptr && e.cycle == step.pool()->cycle, e.inmail,
                " was to be counted in cycle ", e.cycle, ", and is not to be sent in it");
}

/// What a seat has used of its month is forgotten with the contract's next cycle; before that, only
/// what a refund gives back.
void months_are_the_contracts(const Step& step, Verdict& verdict) {
  if (const auto* refund = std::get_if<CreditRefunded>(&step.event))
    return check_restored(step, *refund, verdict);
  if (const auto* counted = std::get_if<CountedInCycle>(&step.event))
    return check_counted(step, *counted, verdict);
  const InMailSent* e = judged_send(step);
  if (e == nullptr) return;
  const std::uint32_t month = e->marks.cycle;
  if (step.header.stream.kind() != StreamKind::seat) {
    verdict.check(month == 0, e->inmail, " counts in a cycle of no contract");
    return;
  }
  const StreamState* contract = step.world.find_stream(e->pool);
  const bool is_reserved = e->cost > 0 && step.inmail != nullptr && !step.inmail->was_paid();
  const bool is_known = contract != nullptr && contract->pool != nullptr;
  const bool is_right =
      is_reserved ? month == step.inmail->month : is_known && month <= contract->pool->cycle;
  verdict.check(is_right && month >= sent_by(step).month, step.header.stream,
                " counted an InMail in cycle ", month, ", which its contract was not in");
}

// IM11.

std::int32_t likeness_bp(const std::array<std::uint8_t, 32>& one,
                         const std::array<std::uint8_t, 32>& other) {
  std::int32_t same = 0;
  std::int32_t used = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    const bool is_used = (one[i] | other[i]) != 0;
    used += is_used ? 1 : 0;
    same += is_used && one[i] == other[i] ? 1 : 0;
  }
  return used == 0 ? 0 : 10'000 * same / used;
}

void check_burst(const Step& step, const InMailSent& e, Verdict& verdict) {
  const SpamPolicy& spam = step.policy->spam;
  const std::int64_t before =
      count_since(step, spam.burst_window_s, [](const LookedBackOn&) { return true; });
  const bool is_burst = spam.burst_max > 0 && before >= spam.burst_max;
  verdict.check(!is_burst || spam.burst_action != BurstAction::reject, step.header.stream,
                " sent number ", before + 1, " in a short time, where ", spam.burst_max,
                " are allowed");
  const Warnings& told = step.stream.warnings;
  const bool is_told = told.inmail == e.inmail && told.burst;
  verdict.check(is_told == (is_burst && spam.burst_action == BurstAction::alert), e.inmail,
                " was told of too many in a short time, or was not");
}

void nothing_is_sent_in_bulk(const Step& step, Verdict& verdict) {
  const InMailSent* e = judged_send(step);
  if (e == nullptr) return;
  check_burst(step, *e, verdict);
  const SpamPolicy& spam = step.policy->spam;
  if (spam.identical_max == 0) return;
  const auto& print = e->marks.print.least;
  const std::int64_t alike =
      count_since(step, spam.identical_window_s, [&](const LookedBackOn& each) {
        const int likeness = likeness_bp(each.print, print);
        return likeness > 0 && likeness >= spam.similarity_bp;
      });
  verdict.check(alike < spam.identical_max, step.header.stream, " sent number ", alike + 1,
                " of one text, where ", spam.identical_max, " are allowed");
}

// IM12.

/// The last InMail of each seat counts, as the recipient's stream had it at that version.
std::optional<std::pair<SeatId, Timestamp>> colleague_before(const Step& step,
                                                             const InMailSent& e) {
  const RecipientPolicy& rules = step.policy->recipient;
  const StreamState* to = step.world.find_stream(e.to);
  if (to == nullptr || rules.dedup_level == DedupLevel::off) return std::nullopt;
  const auto ours = to->contacts.find(step.stream.contract);
  if (ours == to->contacts.end()) return std::nullopt;
  std::map<SeatId, const Contact*> last;
  for (const Contact& each : ours->second)
    if (each.from <= e.recipient_version) last[each.by] = &each;
  std::optional<std::pair<SeatId, Timestamp>> found;
  for (const auto& [by, contact] : last) {
    const bool is_recent = step.header.due_at < later(contact->sent_at, rules.dedup_window_s);
    const bool is_active = contact->until > e.recipient_version;
    const bool counts = rules.dedup_level == DedupLevel::high ||
                        (is_recent && (is_active || rules.dedup_level == DedupLevel::medium));
    const bool is_later = !found || contact->sent_at > found->second;
    if (counts && is_later && StreamId(by) != step.header.stream) found = {by, contact->sent_at};
  }
  return found;
}

void colleagues_are_named(const Step& step, Verdict& verdict) {
  const InMailSent* e = judged_send(step);
  if (e == nullptr || step.header.stream.kind() != StreamKind::seat) return;
  const auto colleague = colleague_before(step, *e);
  const Warnings& told = step.stream.warnings;
  const bool is_told = told.inmail == e->inmail && told.duplicate;
  verdict.check(is_told == colleague.has_value() && (!is_told || told.duplicate == colleague),
                e->inmail,
                " was sent to whom a colleague writes, and not told so, or told wrongly");
  const DedupAction action = step.policy->recipient.dedup_action;
  verdict.check(!colleague || action != DedupAction::block, e->inmail,
                " was sent to whom a colleague writes, where the policy forbids it");
  verdict.check(!is_told || told.is_overridden == (action != DedupAction::warn), e->inmail,
                " was sent without the reason that the policy asks for, or with one");
}

constexpr std::array rules{
    Rule{"IC12", "a seat's month is given back by the next cycle, or as a refund's policy says",
         months_are_the_contracts},
    Rule{"IM6", "no seat sends more than its limits of day, first week and month allow",
         seats_keep_to_their_limits},
    Rule{"IM11", "no text goes to more people at once than allowed, nor too many in a short time",
         nothing_is_sent_in_bulk},
    Rule{"IM12", "who writes to whom a colleague writes is told so, or refused",
         colleagues_are_named},
};

}  // namespace

std::span<const Rule> limit_rules() { return rules; }

}  // namespace inmail::auditing
