#include <algorithm>
#include <array>
#include <tuple>

#include "projections/audit_rules.hpp"

// How a charge ends, and what comes back of it (IC5).

namespace inmail::auditing {
namespace {

/// Floored (D3).
std::uint32_t amount_for(const RefundPolicy& refund, std::uint32_t cost, RefundOn reason) {
  const bool is_no_response = reason == RefundOn::auto_reply && !refund.count_auto_reply;
  if (!refund.on.has(reason) || is_no_response || refund.max_per_inmail < 1) return 0;
  const auto bp = static_cast<std::uint64_t>(refund.amount_bp(reason));
  return static_cast<std::uint32_t>(cost * bp / 10'000);
}

/// What an expiry now would give back.
std::uint32_t amount_for_expiry(const Policy& policy, const InMail& inmail) {
  const std::uint32_t as_expired = amount_for(policy.refund, inmail.cost, RefundOn::expired);
  const std::uint32_t as_unopened =
      inmail.opened ? 0 : amount_for(policy.refund, inmail.cost, RefundOn::unopened);
  return std::max(as_expired, as_unopened);
}

/// Where the refund windows of an InMail begin; nothing while that has not happened.
std::optional<Timestamp> clock_start(const InMail& inmail, RefundClock clock) {
  switch (clock) {
    case RefundClock::sent_at: return inmail.sent_at;
    case RefundClock::delivered_at: return inmail.delivered_at;
    case RefundClock::opened_at:
      return inmail.opened ? std::optional(inmail.opened_at) : std::nullopt;
  }
  return std::nullopt;
}

/// Inclusive: at the last instant of the window it is not over.
bool is_window_over(const InMail& inmail, const RefundPolicy& refund, Seconds window,
                    Timestamp now) {
  const auto start = clock_start(inmail, refund.clock);
  return start && now > later(*start, window);
}

struct End {
  ChargeEnd charge = ChargeEnd::none;
  std::uint32_t amount = 0;

  bool operator==(const End&) const = default;
};

std::string_view name_of(ChargeEnd end) {
  switch (end) {
    case ChargeEnd::none: return "open";
    case ChargeEnd::refund: return "a refund";
    case ChargeEnd::final: return "final";
    case ChargeEnd::spend: return "spent";
    case ChargeEnd::release: return "released";
  }
  return "unknown";
}

/// How what awaits an acceptance ends without one.
constexpr End released{ChargeEnd::release, 0};

End end_with(std::uint32_t amount) {
  return amount > 0 ? End{ChargeEnd::refund, amount} : End{ChargeEnd::final, 0};
}

void check_end(const Step& step, End told, End expected, Verdict& verdict) {
  verdict.check(told == expected, "the charge of ", *inmail_named_by(step.event), " became ",
                name_of(told.charge), " of ", told.amount, ", where the policy of its send says ",
                name_of(expected.charge), " of ", expected.amount);
}

/// What comes back for this reason at `now`, where the refund window bounds it.
std::uint32_t amount_in_window(const Policy& pinned, const InMail& inmail, RefundOn reason,
                               Timestamp now) {
  const RefundPolicy& refund = pinned.refund;
  const bool in_time = inmail.stage == Stage::delivered && inmail.charge_is_open() &&
                       !is_window_over(inmail, refund, refund.window_s, now);
  return in_time ? amount_for(refund, inmail.cost, reason) : 0;
}

/// What an answer at `now` that is judged as `reason` gives back for an InMail, taken by itself.
std::uint32_t amount_for_answer(const World& world, const InMail& inmail, RefundOn reason,
                                Timestamp now) {
  const Policy* pinned = world.policy(PolicyVersion{inmail.pinned});
  const bool is_answer = reason >= RefundOn::accept && reason <= RefundOn::auto_reply;
  return pinned != nullptr && is_answer ? amount_in_window(*pinned, inmail, reason, now) : 0;
}

/// Whether the answer to `answered` gives back the credits of `inmail`, whose charge it ends: of
/// all that it ends only the earliest that can, or, by `first_only`, the first or none.
bool is_the_refunded(const Step& step, const InMail& inmail, const InMail& answered,
                     RefundOn reason) {
  const Timestamp now = step.header.due_at;
  const bool first_only = step.pinned->refund.followup_rule == FollowupRefund::first_only;
  bool is_it = true;
  const auto look_at = [&](const InMail& other) {
    const bool ended_now = other.end != ChargeEnd::none && other.ended_at == now &&
                           (other.end_reason == reason || other.end == ChargeEnd::final);
    const bool is_before =
        std::tie(other.sent_at, other.id) < std::tie(inmail.sent_at, inmail.id) &&
        (other.charge_is_open() || ended_now);
    const bool could = is_before && amount_for_answer(step.world, other, reason, now) > 0;
    is_it &= !could && !(first_only && is_before) && !(ended_now && other.end == ChargeEnd::refund);
  };
  step.world.each_unanswered(answered.sender, answered.to, [&](const InMail& other) {
    const bool is_other = &other != &inmail && &other != &answered;
    if (is_other && step.world.ends_together(answered, other)) look_at(other);
  });
  if (&answered != &inmail) look_at(answered);
  return is_it;
}

void check_end(const Step& step, const Replied& e, Verdict& verdict) {
  const InMail& inmail = *step.inmail;
  verdict.check(!(inmail.answered_beside && inmail.charge_is_open()), "the charge of ",
                e.ref.inmail, " should have ended with the answer to another of its sender");
  // The first engines judged an automatic answer by its kind.
  verdict.check(e.as_auto_reply == (e.automatic && step.header.event_version >= 3), "an answer to ",
                e.ref.inmail, " was given by a machine, or not, and judged as if otherwise");
  const RefundOn reason = refund_on(e.kind, e.as_auto_reply);
  End expected;
  if (inmail.awaits_accept()) {
    const auto until = accept_until(inmail, *step.pinned);
    const bool in_time = until && step.header.due_at <= *until;
    expected = e.kind == ReplyKind::accept && in_time ? End{ChargeEnd::spend, 0} : released;
  } else if (inmail.charge_is_open()) {
    const std::uint32_t amount = amount_for_answer(step.world, inmail, reason, step.header.due_at);
    expected = end_with(is_the_refunded(step, inmail, inmail, reason) ? amount : 0);
  }
  check_end(step, {e.charge, e.refund_amount}, expected, verdict);
}

/// One of several, ended by the answer to another.
void check_end_beside(const Step& step, const RefundWindowClosed& e, Verdict& verdict) {
  const InMail& inmail = *step.inmail;
  const InMail* answered = step.world.find(e.answered->inmail);
  const bool is_beside = answered != nullptr && inmail.answered_beside &&
                         answered->response == static_cast<std::uint8_t>(e.answered->kind) &&
                         answered->by_auto_reply == e.answered->as_auto_reply &&
                         answered->sender == inmail.sender && answered->to == inmail.to;
  if (!verdict.check(is_beside, "the charge of ", e.ref.inmail, " ended with an answer to ",
                     e.answered->inmail, ", which does not end it"))
    return;
  const RefundOn reason = refund_on(e.answered->kind, e.answered->as_auto_reply);
  const std::uint32_t amount = amount_for_answer(step.world, inmail, reason, step.header.due_at);
  check_end(step, {e.charge, e.refund_amount},
            end_with(is_the_refunded(step, inmail, *answered, reason) ? amount : 0), verdict);
}

/// Whether silence would still give something back at its own time.
bool awaits_silence(const InMail& inmail, const RefundPolicy& refund) {
  return amount_for(refund, inmail.cost, RefundOn::no_response) > 0 &&
         clock_start(inmail, refund.clock);
}

void check_end(const Step& step, const Expired& e, Verdict& verdict) {
  const InMail& inmail = *step.inmail;
  const End told{e.charge, e.refund_amount};
  if (inmail.awaits_accept()) return check_end(step, told, released, verdict);
  if (!inmail.charge_is_open()) return check_end(step, told, {}, verdict);
  const std::uint32_t amount = amount_for_expiry(*step.pinned, inmail);
  if (amount > 0) return check_end(step, told, end_with(amount), verdict);
  // Without a refund the charge may be final now or at the end of its windows.
  const bool may_be_final = !awaits_silence(inmail, step.pinned->refund);
  check_end(step, told, told.charge == ChargeEnd::final && may_be_final ? end_with(0) : End{},
            verdict);
}

void check_end(const Step& step, const InMailRetracted& e, Verdict& verdict) {
  const InMail& inmail = *step.inmail;
  End expected;
  if (inmail.awaits_accept()) {
    expected = released;
  } else if (inmail.charge_is_open()) {
    const RetractRefund rule = step.pinned->retract.refund;
    const bool refunds =
        rule == RetractRefund::always || (rule == RetractRefund::if_unopened && !inmail.opened);
    expected = end_with(refunds ? inmail.cost : 0);
  }
  check_end(step, {e.charge, e.refund_amount}, expected, verdict);
}

void check_end(const Step& step, const RefundWindowClosed& e, Verdict& verdict) {
  const InMail& inmail = *step.inmail;
  const RefundPolicy& refund = step.pinned->refund;
  const InMailId& id = e.ref.inmail;
  if (inmail.awaits_accept()) {
    const auto until = accept_until(inmail, *step.pinned);
    verdict.check(until && step.header.due_at > *until && !e.answered, "the time to accept ", id,
                  " ended at ", step.header.due_at, ", too early");
    return check_end(step, {e.charge, e.refund_amount}, released, verdict);
  }
  if (!verdict.check(inmail.charge_is_open() && inmail.response == 0, "the refund window of ", id,
                     " closed after its charge had ended"))
    return;
  if (e.answered) return check_end_beside(step, e, verdict);
  verdict.check(!inmail.answered_beside, "the refund window of ", id,
                " closed by itself after an answer to another of its sender");
  const Timestamp now = step.header.due_at;
  const std::uint32_t amount = amount_for(refund, inmail.cost, RefundOn::no_response);
  const bool by_silence = amount > 0;
  const bool is_over = by_silence ? is_window_over(inmail, refund, refund.no_response_window_s, now)
                                  : !refunds_in_window(refund) ||
                                        is_window_over(inmail, refund, refund.window_s, now) ||
                                        inmail.stage != Stage::delivered;
  const bool may_expire = step.pinned->expiry.basis != ExpiryBasis::never &&
                          inmail.stage == Stage::delivered &&
                          amount_for_expiry(*step.pinned, inmail) > 0 &&
                          !(step.pinned->expiry.basis == ExpiryBasis::unopened && inmail.opened);
  verdict.check(is_over && (by_silence || !may_expire), "the refund window of ", id, " closed at ",
                now, ", while a refund could still come");
  check_end(step, {e.charge, e.refund_amount}, end_with(amount), verdict);
}

/// Neither an answer nor time: what the recipient did must be on record, and be worth something.
void check_end(const Step& step, const ChargeEnded& e, Verdict& verdict) {
  const InMail& inmail = *step.inmail;
  const bool has_happened = e.reason == RefundOn::blocked
                                ? step.stream.blocked.contains(inmail.from)
                                : step.stream.erased_at.has_value();
  const bool is_kind = e.reason == RefundOn::blocked || e.reason == RefundOn::recipient_closed;
  verdict.check(is_kind && has_happened && inmail.response == 0, "the charge of ", e.ref.inmail,
                " ended for ", name_of(e.reason), ", which did not happen");
  const std::uint32_t amount = amount_in_window(*step.pinned, inmail, e.reason, step.header.due_at);
  check_end(step, {e.charge, e.refund_amount}, {ChargeEnd::refund, std::max(amount, 1u)}, verdict);
}

void check_refundable(const Step& step, const InMailDelivered& e, Verdict& verdict) {
  const Policy& policy = *step.pinned;
  const bool by_expiry =
      policy.expiry.basis != ExpiryBasis::never &&
      (policy.refund.on.has(RefundOn::expired) || policy.refund.on.has(RefundOn::unopened));
  const bool must = policy.refund.max_per_inmail > 0 &&
                    (refunds_in_window(policy.refund) ||
                     policy.refund.on.has(RefundOn::no_response) || by_expiry);
  const bool may = !policy.refund.on.empty();
  const bool costs = step.inmail->cost > 0 && !accept_until(*step.inmail, policy);
  verdict.check(e.refundable ? costs && may : !(costs && must), e.ref.inmail, " was delivered ",
                e.refundable ? "as refundable" : "as final", " against the policy of its send");
}

/// An expiry may give back as such, or because it finds the InMail unopened.
bool is_reason(const Step& step, const InMail& inmail, RefundOn reason) {
  if (inmail.end_reason != RefundOn::expired || reason == RefundOn::expired)
    return reason == inmail.end_reason;
  return reason == RefundOn::unopened && step.pinned != nullptr &&
         step.pinned->refund.on.has(RefundOn::unopened);
}

void check_refund(const Step& step, const CreditRefunded& e, Verdict& verdict) {
  const InMail* inmail = step.inmail;
  const bool may_refund =
      inmail != nullptr && inmail->charge == Charge::charged && inmail->end == ChargeEnd::refund;
  if (!verdict.check(may_refund, e.inmail, " was refunded without a charge that is to be refunded"))
    return;
  verdict.check(e.amount == inmail->end_amount, e.inmail, " was refunded ", e.amount,
                " credits, where its end said ", inmail->end_amount);
  verdict.check(e.answered_at == inmail->ended_at && is_reason(step, *inmail, e.reason), e.inmail,
                " was refunded for ", name_of(e.reason), " at ", e.answered_at, ", where ",
                name_of(inmail->end_reason), " at ", inmail->ended_at, " ended its charge");
  if (step.pinned == nullptr) return;
  const RefundPolicy& refund = step.pinned->refund;
  verdict.check(refund.max_per_inmail >= 1, e.inmail, " was refunded more than ",
                refund.max_per_inmail, " times");
  if (!e.into_original_lot) return;
  bool fits = false;
  inmail->held.each(
      [&](const LotSplit& split) { fits |= split.lot == e.lot && e.amount <= split.amount; });
  verdict.check(fits && refund.lot_life == RefundLotLife::inherit_original, e.inmail,
                " was refunded into lot ", e.lot, ", where it may not go");
}

void check_final(const Step& step, const ChargeFinalized& e, Verdict& verdict) {
  const InMail* inmail = step.inmail;
  const bool is_final = inmail != nullptr && inmail->charge == Charge::charged &&
                        (inmail->end == ChargeEnd::final || !inmail->refundable);
  verdict.check(is_final, "the charge of ", e.inmail, " was made final, but has not ended so");
}

void refunds_follow_the_policy(const Step& step, Verdict& verdict) {
  const bool can_judge = step.inmail != nullptr && step.pinned != nullptr;
  std::visit(match{
                 [&](const CreditRefunded& e) { check_refund(step, e, verdict); },
                 [&](const ChargeFinalized& e) { check_final(step, e, verdict); },
                 [&](const InMailDelivered& e) {
                   if (can_judge) check_refundable(step, e, verdict);
                 },
                 [&]<class Each>(const Each& e) {
                   if constexpr (requires { check_end(step, e, verdict); }) {
                     if (can_judge) check_end(step, e, verdict);
                     if (step.world.is_over(e.ref.inmail) && e.charge != ChargeEnd::none)
                       verdict.fail("the charge of ", e.ref.inmail, " ended once more");
                   }
                 },
             },
             step.event);
}

void ends_are_settled(const World& world, Timestamp since, Verdict& verdict) {
  world.each_inmail([&](const InMailId& id, const InMail& inmail) {
    const bool has_ended = inmail.end != ChargeEnd::none ||
                           (inmail.was_delivered() && inmail.cost > 0 && !inmail.refundable);
    if (!has_ended || inmail.charge != Charge::charged) return;
    verdict.at(inmail.duty_position, inmail.pool)
        .check(inmail.duty_time >= since, "the charge of ", id, " ended, but ", inmail.pool,
               " neither refunded it nor made it final");
  });
}

constexpr std::array rules{
    Rule{"IC5", "each refund answers one charge, in its window, by the policy of its send",
         refunds_follow_the_policy, nullptr, ends_are_settled},
};

}  // namespace

std::span<const Rule> refund_rules() { return rules; }

}  // namespace inmail::auditing
