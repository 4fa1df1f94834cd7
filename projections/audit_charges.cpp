#include <algorithm>
#include <array>
#include <tuple>

#include "projections/audit_rules.hpp"

// What must hold of what one InMail costs: reserved, charged, given back.

namespace inmail::auditing {
namespace {

std::int64_t sum_of(const LotSplits& splits) {
  std::int64_t sum = 0;
  for (const LotSplit& split : splits) sum += split.amount;
  return sum;
}

bool is_of_contract(const InMail& inmail) { return inmail.pool.kind() == StreamKind::contract; }

// IC4.

void check_cost(const Step& step, const InMailSent& e, Verdict& verdict) {
  const bool by_contract = e.pool.kind() == StreamKind::contract;
  if (step.policy != nullptr)
    verdict.check(e.cost == 0 || e.cost == static_cast<std::uint32_t>(step.policy->charge.cost),
                  e.inmail, " was sent for ", e.cost, " credits, where the policy says ",
                  step.policy->charge.cost);
  const bool is_reserved =
      step.inmail != nullptr && !step.inmail->is_sent() && step.inmail->charge == Charge::reserved;
  const std::int64_t taken = !by_contract  ? sum_of(e.splits)
                             : is_reserved ? step.inmail->held.sum()
                                           : 0;
  verdict.check(taken == e.cost && !(by_contract && !e.splits.empty()), e.inmail, " costs ", e.cost,
                " credits, but ", taken, " were taken for it");
  if (is_reserved)
    verdict.check(step.inmail->sender == step.header.stream, e.inmail, " was sent by ",
                  step.header.stream, " on a reservation of ", step.inmail->sender);
}

void check_delivered_charge(const Step& step, Verdict& verdict) {
  if (step.inmail == nullptr || step.inmail->cost == 0) return;
  verdict.check(step.inmail->charge == Charge::reserved, step.inmail->pool,
                " holds nothing for the delivery of ", *inmail_named_by(step.event));
}

void check_charge(const Step& step, const CreditCharged& e, Verdict& verdict) {
  const InMail* inmail = step.inmail;
  const bool may_charge =
      inmail != nullptr && inmail->was_delivered() && inmail->charge == Charge::reserved;
  if (!verdict.check(may_charge, e.inmail,
                     " was charged without a delivery that is not charged yet"))
    return;
  verdict.check(inmail->held.is(e.splits), e.inmail, " was charged ", sum_of(e.splits),
                " credits, not from where ", inmail->held.sum(), " were reserved");
  verdict.check(e.refundable == inmail->refundable, e.inmail, " was charged as ",
                e.refundable ? "refundable" : "final", ", but was delivered otherwise");
}

void check_reservation(const Step& step, const CreditReserved& e, Verdict& verdict) {
  const bool is_new = !step.world.is_over(e.inmail) &&
                      (step.inmail == nullptr ||
                       (!step.inmail->is_sent() && step.inmail->charge != Charge::reserved));
  verdict.check(is_new && sum_of(e.splits) > 0, e.inmail, " was reserved ", sum_of(e.splits),
                " credits, or reserved for again");
}

void charges_are_deliveries(const Step& step, Verdict& verdict) {
  std::visit(match{
                 [&](const InMailSent& e) { check_cost(step, e, verdict); },
                 [&](const InMailDelivered&) { check_delivered_charge(step, verdict); },
                 [&](const CreditCharged& e) { check_charge(step, e, verdict); },
                 [&](const CreditReserved& e) { check_reservation(step, e, verdict); },
                 [](const auto&) {},
             },
             step.event);
}

void deliveries_are_charged(const World& world, Timestamp since, Verdict& verdict) {
  world.each_inmail([&](const InMailId& id, const InMail& inmail) {
    if (!inmail.was_delivered() || !is_of_contract(inmail) || inmail.cost == 0) return;
    verdict.at(inmail.duty_position, inmail.pool)
        .check(inmail.charge != Charge::reserved || inmail.duty_time >= since, id,
               " was delivered and never charged to ", inmail.pool);
  });
}

// IC5.

/// Floored (D3).
std::uint32_t amount_for(const RefundPolicy& refund, std::uint32_t cost, RefundOn reason) {
  if (!refund.on.has(reason)) return 0;
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
  }
  return "unknown";
}

End end_with(std::uint32_t amount) {
  return amount > 0 ? End{ChargeEnd::refund, amount} : End{ChargeEnd::final, 0};
}

void check_end(const Step& step, End told, End expected, Verdict& verdict) {
  verdict.check(told == expected, "the charge of ", *inmail_named_by(step.event), " became ",
                name_of(told.charge), " of ", told.amount, ", where the policy of its send says ",
                name_of(expected.charge), " of ", expected.amount);
}

/// What an answer of `kind` at `now` gives back for an InMail, taken by itself.
std::uint32_t amount_for_answer(const World& world, const InMail& inmail, ReplyKind kind,
                                Timestamp now) {
  const Policy* pinned = world.policy(PolicyVersion{inmail.pinned});
  const bool is_kind = kind >= ReplyKind::accept && kind <= ReplyKind::quick_reply;
  if (pinned == nullptr || !is_kind || !inmail.charge_is_open()) return 0;
  const RefundPolicy& refund = pinned->refund;
  const bool in_time =
      inmail.stage == Stage::delivered && !is_window_over(inmail, refund, refund.window_s, now);
  return in_time ? amount_for(refund, inmail.cost, refund_on(kind)) : 0;
}

/// Whether the answer to `answered` gives back the credits of `inmail`, whose charge it ends: of
/// all that it ends only the earliest that can, or, by `first_only`, the first or none.
bool is_the_refunded(const Step& step, const InMail& inmail, const InMail& answered,
                     ReplyKind kind) {
  const Timestamp now = step.header.due_at;
  const bool first_only = step.pinned->refund.followup_rule == FollowupRefund::first_only;
  bool is_it = true;
  const auto look_at = [&](const InMail& other) {
    const bool ended_now = other.end != ChargeEnd::none && other.ended_at == now &&
                           (other.end_reason == refund_on(kind) || other.end == ChargeEnd::final);
    const bool is_before =
        std::tie(other.sent_at, other.id) < std::tie(inmail.sent_at, inmail.id) &&
        (other.charge_is_open() || ended_now);
    const bool could = is_before && amount_for_answer(step.world, other, kind, now) > 0;
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
  End expected;
  if (inmail.charge_is_open()) {
    const std::uint32_t amount = amount_for_answer(step.world, inmail, e.kind, step.header.due_at);
    expected = end_with(is_the_refunded(step, inmail, inmail, e.kind) ? amount : 0);
  }
  check_end(step, {e.charge, e.refund_amount}, expected, verdict);
}

/// One of several, ended by the answer to another.
void check_end_beside(const Step& step, const RefundWindowClosed& e, Verdict& verdict) {
  const InMail& inmail = *step.inmail;
  const InMail* answered = step.world.find(e.answered->inmail);
  const bool is_beside = answered != nullptr && inmail.answered_beside &&
                         answered->response == static_cast<std::uint8_t>(e.answered->kind) &&
                         answered->sender == inmail.sender && answered->to == inmail.to;
  if (!verdict.check(is_beside, "the charge of ", e.ref.inmail, " ended with an answer to ",
                     e.answered->inmail, ", which does not end it"))
    return;
  const std::uint32_t amount =
      amount_for_answer(step.world, inmail, e.answered->kind, step.header.due_at);
  check_end(step, {e.charge, e.refund_amount},
            end_with(is_the_refunded(step, inmail, *answered, e.answered->kind) ? amount : 0),
            verdict);
}

/// Whether silence would still give something back at its own time.
bool awaits_silence(const InMail& inmail, const RefundPolicy& refund) {
  return amount_for(refund, inmail.cost, RefundOn::no_response) > 0 &&
         clock_start(inmail, refund.clock);
}

void check_end(const Step& step, const Expired& e, Verdict& verdict) {
  const InMail& inmail = *step.inmail;
  const End told{e.charge, e.refund_amount};
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
  if (inmail.charge_is_open()) {
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
                                  : !refunds_responses(refund) ||
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

void check_refundable(const Step& step, const InMailDelivered& e, Verdict& verdict) {
  const Policy& policy = *step.pinned;
  const bool by_expiry =
      policy.expiry.basis != ExpiryBasis::never &&
      (policy.refund.on.has(RefundOn::expired) || policy.refund.on.has(RefundOn::unopened));
  const bool must =
      refunds_responses(policy.refund) || policy.refund.on.has(RefundOn::no_response) || by_expiry;
  const bool may = !policy.refund.on.empty();
  const bool costs = step.inmail->cost > 0;
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

// IC7.

void check_release(const Step& step, const CreditReleased& e, Verdict& verdict) {
  const InMail* inmail = step.inmail;
  if (!verdict.check(inmail != nullptr && inmail->charge == Charge::reserved, e.inmail,
                     " was released, but nothing is reserved for it"))
    return;
  verdict.check(inmail->held.is(e.splits), e.inmail, " was released ", sum_of(e.splits),
                " credits, not to where ", inmail->held.sum(), " came from");
  const bool by_cancel =
      e.reason == ReleaseReason::taken_back || e.reason == ReleaseReason::not_dispatched;
  const Stage expected = e.reason == ReleaseReason::delivery_failed ? Stage::failed
                         : by_cancel                                ? Stage::cancelled
                                                                    : Stage::unsent;
  verdict.check(inmail->stage == expected, e.inmail,
                " was released for a reason that is not what became of it");
}

void reservations_are_released(const Step& step, Verdict& verdict) {
  if (const auto* e = std::get_if<CreditReleased>(&step.event)) check_release(step, *e, verdict);
}

void no_reservation_is_left(const World& world, Timestamp since, Verdict& verdict) {
  world.each_inmail([&](const InMailId& id, const InMail& inmail) {
    if (inmail.charge != Charge::reserved) return;
    if (inmail.stage != Stage::failed && inmail.stage != Stage::unsent &&
        inmail.stage != Stage::cancelled)
      return;
    verdict.at(inmail.duty_position, inmail.pool)
        .check(inmail.duty_time >= since, inmail.pool, " still holds ", inmail.held.sum(),
               " credits for ", id, ", which will never be delivered");
  });
}

constexpr std::array rules{
    Rule{"IC4", "each charge is one delivery, and costs what was taken for it",
         charges_are_deliveries, nullptr, deliveries_are_charged},
    Rule{"IC5", "each refund answers one charge, in its window, by the policy of its send",
         refunds_follow_the_policy, nullptr, ends_are_settled},
    Rule{"IC7", "what is reserved for an InMail that does not arrive goes back whole",
         reservations_are_released, nullptr, no_reservation_is_left},
};

}  // namespace

std::span<const Rule> charge_rules() { return rules; }

}  // namespace inmail::auditing
