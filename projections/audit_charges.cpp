#include <array>

#include "projections/audit_rules.hpp"

// What must hold of what one InMail costs: reserved, charged, given back.

namespace inmail::auditing {
namespace {

std::int64_t sum_of(const LotSplits& splits) {
  std::int64_t sum = 0;
  for (const LotSplit& split : splits) sum += split.amount;
  return sum;
}

// IC4.

void check_cost(const Step& step, const InMailSent& e, Verdict& verdict) {
  const bool was_paid = step.inmail != nullptr && step.inmail->was_paid();
  const bool was_reserved = e.pool != step.header.stream || was_paid;
  if (step.policy != nullptr && !was_paid)
    verdict.check(e.cost == 0 || e.cost == static_cast<std::uint32_t>(step.policy->charge.cost),
                  e.inmail, " was sent for ", e.cost, " credits, where the policy says ",
                  step.policy->charge.cost);
  if (was_paid)
    verdict.check(e.cost == step.inmail->cost && e.free_class == step.inmail->free_class, e.inmail,
                  " was sent for ", e.cost, " credits, and scheduled for ", step.inmail->cost);
  const bool is_reserved =
      step.inmail != nullptr && !step.inmail->is_sent() && step.inmail->charge == Charge::reserved;
  const std::int64_t taken = !was_reserved ? sum_of(e.splits)
                             : is_reserved ? step.inmail->held.sum()
                                           : 0;
  verdict.check(taken == e.cost && !(was_reserved && !e.splits.empty()), e.inmail, " costs ",
                e.cost, " credits, but ", taken, " were taken for it");
  if (is_reserved)
    verdict.check(step.inmail->sender == step.header.stream, e.inmail, " was sent by ",
                  step.header.stream, " on a reservation of ", step.inmail->sender);
}

void check_scheduled_cost(const Step& step, const InMailScheduled& e, Verdict& verdict) {
  if (step.policy == nullptr) return;
  const ChargePolicy& charge = step.policy->charge;
  const bool is_free = e.free_class || (e.parent && !step.policy->followup.charge);
  const auto price = is_free ? 0U : static_cast<std::uint32_t>(charge.cost);
  verdict.check(e.is_paid == (charge.when == ChargeWhen::at_schedule) &&
                    e.cost == (e.is_paid ? price : 0U) && (e.is_paid || !e.free_class),
                e.inmail, " was scheduled for ", e.cost, " credits, where the policy says ", price);
  const bool is_reserved = step.inmail != nullptr && step.inmail->charge == Charge::reserved;
  const bool by_another = e.pool != step.header.stream;
  const std::int64_t taken = !by_another   ? sum_of(e.splits)
                             : is_reserved ? step.inmail->held.sum()
                                           : 0;
  verdict.check(taken == e.cost && !(by_another && !e.splits.empty()), e.inmail,
                " was scheduled for ", e.cost, " credits, but ", taken, " were taken for it");
}

void check_delivered_charge(const Step& step, const InMailDelivered& e, Verdict& verdict) {
  if (step.inmail == nullptr) return;
  if (step.pinned != nullptr)
    verdict.check(e.accept_until == accept_until(*step.inmail, *step.pinned), e.ref.inmail,
                  " was delivered to be charged at another time than the policy says");
  if (step.inmail->cost == 0) return;
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
  if (inmail->on_accept)
    verdict.check(inmail->end == ChargeEnd::spend, e.inmail, " was charged and never accepted");
  verdict.check(e.refundable == inmail->refundable, e.inmail, " was charged as ",
                e.refundable ? "refundable" : "final", ", but was delivered otherwise");
  verdict.check(e.pinned.value == 0 || e.pinned.value == inmail->pinned, e.inmail,
                " was charged by policy ", e.pinned, ", but sent under ", inmail->pinned);
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
                 [&](const InMailScheduled& e) { check_scheduled_cost(step, e, verdict); },
                 [&](const InMailDelivered& e) { check_delivered_charge(step, e, verdict); },
                 [&](const CreditCharged& e) { check_charge(step, e, verdict); },
                 [&](const CreditReserved& e) { check_reservation(step, e, verdict); },
                 [](const auto&) {},
             },
             step.event);
}

void deliveries_are_charged(const World& world, Timestamp since, Verdict& verdict) {
  world.each_inmail([&](const InMailId& id, const InMail& inmail) {
    const bool is_due = inmail.on_accept ? inmail.end == ChargeEnd::spend
                                         : inmail.was_delivered() && inmail.is_paid_by_another();
    if (!is_due || inmail.cost == 0) return;
    verdict.at(inmail.duty_position, inmail.pool)
        .check(inmail.charge != Charge::reserved || inmail.duty_time >= since, id,
               inmail.on_accept ? " was accepted" : " was delivered", " and never charged to ",
               inmail.pool);
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
  const bool is_here = inmail->stage == Stage::unsent || inmail->stage == Stage::scheduled ||
                       inmail->stage == Stage::cancelled;
  const bool is_so = e.reason == ReleaseReason::not_accepted
                         ? inmail->on_accept && inmail->end == ChargeEnd::release
                     : e.reason == ReleaseReason::delivery_failed ? inmail->stage == Stage::failed
                     : by_cancel ? inmail->stage == Stage::cancelled
                                 : is_here;
  verdict.check(is_so, e.inmail, " was released for a reason that is not what became of it");
}

void reservations_are_released(const Step& step, Verdict& verdict) {
  if (const auto* e = std::get_if<CreditReleased>(&step.event)) check_release(step, *e, verdict);
}

void no_reservation_is_left(const World& world, Timestamp since, Verdict& verdict) {
  world.each_inmail([&](const InMailId& id, const InMail& inmail) {
    if (inmail.charge != Charge::reserved) return;
    const bool is_over = inmail.stage == Stage::failed || inmail.stage == Stage::unsent ||
                         inmail.stage == Stage::cancelled ||
                         (inmail.on_accept && inmail.end == ChargeEnd::release);
    if (!is_over) return;
    verdict.at(inmail.duty_position, inmail.pool)
        .check(inmail.duty_time >= since, inmail.pool, " still holds ", inmail.held.sum(),
               " credits for ", id, ", which will never cost them");
  });
}

constexpr std::array rules{
    Rule{"IC4", "each charge is one delivery or acceptance, and costs what was taken for it",
         charges_are_deliveries, nullptr, deliveries_are_charged},
    Rule{"IC7", "what is reserved for an InMail that does not come to cost it goes back whole",
         reservations_are_released, nullptr, no_reservation_is_left},
};

}  // namespace

std::span<const Rule> charge_rules() { return rules; }

}  // namespace inmail::auditing
