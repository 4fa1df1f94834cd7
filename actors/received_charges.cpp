#include "actors/received_charges.hpp"

#include <algorithm>
#include <tuple>

namespace inmail {
namespace {

constexpr EnumSet<RefundOn> responses{RefundOn::accept, RefundOn::decline, RefundOn::reply,
                                      RefundOn::quick_reply, RefundOn::auto_reply};

/// An automatic reply that counts as no response gives nothing back, whatever stands in `on`; and
/// where no refund is allowed an InMail, nothing does.
EnumSet<RefundOn> reasons_of(const RefundPolicy& refund) {
  if (refund.max_per_inmail == 0) return {};
  EnumSet<RefundOn> reasons = refund.on;
  if (!refund.count_auto_reply) reasons.erase(RefundOn::auto_reply);
  return reasons;
}

bool is_here(const Received& inmail) {
  return inmail.lifecycle == Lifecycle::delivered || inmail.lifecycle == Lifecycle::hidden;
}

/// What comes back now of a charge that is open for this reason, an answer or the recipient's
/// doing. A window that begins with the opening is open before it.
std::uint32_t refunds_now(const Received& inmail, RefundOn reason, const Context& context) {
  if (!inmail.is_charged() || !is_here(inmail)) return 0;
  const RefundPolicy& refund = context.policies->at(inmail.pinned).refund;
  const bool is_yet_to_begin =
      refund.clock == RefundClock::opened_at && inmail.read == ReadState::unopened;
  const bool in_window =
      is_yet_to_begin || (inmail.refund_until && context.now <= *inmail.refund_until);
  return in_window ? refund_amount(refund, inmail.ref.cost, reason) : 0;
}

/// Which of them gives its credit back: the earliest that still can, or, by `first_only`, the first
/// or none. Null: none does.
const Received* refunded_among(const std::vector<const Received*>& together, RefundOn reason,
                               const Context& context) {
  for (const Received* each : together) {
    if (refunds_now(*each, reason, context) > 0) return each;
    const RefundPolicy& rule = context.policies->at(each->pinned).refund;
    if (rule.followup_rule == FollowupRefund::first_only) return nullptr;
  }
  return nullptr;
}

}  // namespace

bool refunds_a_response(const RefundPolicy& refund) {
  return (reasons_of(refund).bits() & responses.bits()) != 0;
}

bool refunds_in_window(const RefundPolicy& refund) {
  const EnumSet<RefundOn> reasons = reasons_of(refund);
  return refunds_a_response(refund) || reasons.has(RefundOn::blocked) ||
         reasons.has(RefundOn::recipient_closed);
}

bool refunds_silence(const RefundPolicy& refund) {
  return reasons_of(refund).has(RefundOn::no_response);
}

bool refunds_an_expiry(const Policy& policy) {
  const EnumSet<RefundOn> reasons = reasons_of(policy.refund);
  return policy.expiry.basis != ExpiryBasis::never &&
         (reasons.has(RefundOn::expired) || reasons.has(RefundOn::unopened));
}

std::uint32_t refund_amount(const RefundPolicy& refund, std::uint32_t cost, RefundOn reason) {
  if (!reasons_of(refund).has(reason)) return 0;
  const auto bp = static_cast<std::uint64_t>(refund.amount_bp(reason));
  return static_cast<std::uint32_t>(std::uint64_t{cost} * bp / 10'000);
}

// A silence that gives nothing back must not end what an answer or the expiry still could.
std::optional<Timestamp> silence_ends_at(const Policy& policy, std::uint32_t cost,
                                         Timestamp clock) {
  const RefundPolicy& refund = policy.refund;
  if (!refunds_silence(refund)) return std::nullopt;
  const bool else_refunds = refunds_in_window(refund) || refunds_an_expiry(policy);
  if (else_refunds && refund_amount(refund, cost, RefundOn::no_response) == 0) return std::nullopt;
  return clock + refund.no_response_window_s + just_after;
}

bool may_expire(const Received& inmail) {
  return inmail.expires_from && is_here(inmail) && !inmail.is_answered() &&
         (inmail.expiry_basis != ExpiryBasis::unopened || inmail.read == ReadState::unopened);
}

std::optional<Due> final_due(const Received& inmail) {
  const bool is_open = inmail.is_charged() || inmail.awaits_acceptance();
  if (!is_open || inmail.no_response_from || !inmail.refund_until) return std::nullopt;
  const Timestamp closes = *inmail.refund_until + just_after;
  if (inmail.is_charged() && may_expire(inmail) && *inmail.expires_from >= closes)
    return std::nullopt;
  return due(closes, DueKind::refund_window_closes, inmail.ref.inmail);
}

bool opening_ends_charge(const Received& inmail, const Opened& opened, Timestamp now) {
  const bool window_is_over = !inmail.refund_until || *inmail.refund_until < now;
  return inmail.expiry_basis == ExpiryBasis::unopened && window_is_over && !opened.refund_until &&
         !opened.no_response_from && !inmail.no_response_from;
}

std::vector<const Received*> ended_together(const ReceivedMap& received, const Received& answered,
                                            const Context& context) {
  const RefundPolicy& rule = context.policies->at(answered.pinned).refund;
  // What waits to be accepted, or did in vain, ends for itself alone.
  const bool is_on_accept =
      answered.charge == ChargeState::reserved || answered.charge == ChargeState::released;
  if (is_on_accept || rule.followup_rule == FollowupRefund::independent ||
      !refunds_a_response(rule))
    return {&answered};
  std::vector<const Received*> all;
  for (const auto& [id, inmail] : received) {
    if (inmail.ref.sender != answered.ref.sender || !inmail.is_charged() || inmail.is_answered() ||
        !is_here(inmail))
      continue;
    const RefundPolicy& own = context.policies->at(inmail.pinned).refund;
    if (own.followup_rule == rule.followup_rule && refunds_a_response(own)) all.push_back(&inmail);
  }
  std::sort(all.begin(), all.end(), [](const Received* left, const Received* right) {
    return std::tie(left->ref.sent_at, left->ref.inmail) <
           std::tie(right->ref.sent_at, right->ref.inmail);
  });
  return all;
}

End end_by_answer(const std::vector<const Received*>& together, const Received& each,
                  InboxTrigger trigger, const Respond& answer, const Context& context) {
  const RefundOn reason = refund_on(answer.kind, answer.automatic);
  const bool is_it = &each == refunded_among(together, reason, context);
  return end_of(each.charge, trigger,
                {.cost = each.ref.cost,
                 .gives_back = is_it ? refunds_now(each, reason, context) : 0,
                 .is_accepted = answer.kind == ReplyKind::accept});
}

std::vector<Event> charges_ended_by(InboxTrigger trigger, const ReceivedMap& received,
                                    std::optional<MemberId> sender, const Context& context) {
  const RefundOn reason =
      trigger == InboxTrigger::block ? RefundOn::blocked : RefundOn::recipient_closed;
  std::vector<Event> events;
  for (const auto& [id, inmail] : received) {
    if (sender && inmail.ref.from != *sender) continue;
    const End end =
        end_of(inmail.charge, trigger,
               {.cost = inmail.ref.cost, .gives_back = refunds_now(inmail, reason, context)});
    if (end.charge != ChargeEnd::none)
      events.emplace_back(ChargeEnded{inmail.ref, reason, end.charge, end.amount});
  }
  return events;
}

}  // namespace inmail
