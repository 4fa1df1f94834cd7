#include <algorithm>

#include "projections/audit_rules.hpp"

// What comes and goes beside the plan: packs, money that goes back, corrections by hand.

namespace inmail::auditing {
namespace {

/// Whether an event needs a promise before it.
bool is_promised(const Event& event) {
  if (const auto* granted = std::get_if<CreditsGranted>(&event))
    return granted->kind == LotKind::purchase ||
           (granted->kind == LotKind::adjust && !granted->inmail);
  const auto* voided = std::get_if<CreditsVoided>(&event);
  return voided != nullptr &&
         (voided->reason == VoidReason::purchase_reversed ||
          voided->reason == VoidReason::adjusted || voided->reason == VoidReason::transferred);
}

std::int64_t bought_in(const Pool& pool, PurchasePeriod period, Timestamp now) {
  std::int64_t sum = 0;
  for (const auto& [payment, each] : pool.purchases) {
    const bool is_in = period == PurchasePeriod::cycle ? each.at >= pool.cycle_began_at
                                                       : month_at(each.at) == month_at(now);
    if (is_in) sum += each.credits;
  }
  return sum;
}

void check_pack(const PurchaseRecorded& e, const PurchasePolicy& rule, Verdict& verdict) {
  const bool is_one =
      std::any_of(rule.packs.begin(), rule.packs.end(), [&](const CreditPack& pack) {
        return pack.pack_id == e.pack && std::int64_t{pack.credits} == std::int64_t{e.credits} &&
               pack.price_minor == e.price_minor && pack.currency == e.currency;
      });
  verdict.check(is_one && rule.enabled, e.credits, " credits were bought as ", e.pack,
                ", which the policy does not sell so");
}

void check(const Step& step, const PurchaseRecorded& e, Verdict& verdict) {
  const StreamId owner = step.header.stream;
  const Pool none;
  const Pool& pool = step.pool() != nullptr ? *step.pool() : none;
  verdict.check(!pool.purchases.contains(e.payment_ref) && e.lot.value == pool.last_lot.value + 1,
                owner, " bought twice with one payment, or into lot ", e.lot);
  if (step.policy == nullptr) return;
  const PurchasePolicy& rule = step.policy->purchase;
  check_pack(e, rule, verdict);
  const bool is_premium = step.policy->terms(pool.plan.value_or(PlanKind::free)).is_premium;
  const bool has_lapsed = pool.is_past_due || (pool.has_ended && !pool.plan);
  verdict.check((is_premium || !rule.requires_premium) && !has_lapsed, owner,
                " bought credits, and its plan may not");
  verdict.check(!rule.only_when_empty || pool.total.available == 0, owner,
                " bought credits, and had ", pool.total.available, " left");
  const std::int64_t all = bought_in(pool, rule.period, step.header.due_at) + e.credits;
  verdict.check(rule.max_per_period == 0 || all <= rule.max_per_period, owner, " bought ", all,
                " credits in a period of ", rule.max_per_period);
}

void check(const Step& step, const PurchaseReversed& e, Verdict& verdict) {
  const StreamId owner = step.header.stream;
  const Pool* pool = step.pool();
  const auto* bought = pool == nullptr ? nullptr : [&]() -> const Bought* {
    const auto found = pool->purchases.find(e.payment_ref);
    return found == pool->purchases.end() ? nullptr : &found->second;
  }();
  const bool is_open = bought != nullptr && !bought->reversed && bought->lot == e.lot;
  if (!verdict.check(is_open, owner, " got money back for lot ", e.lot,
                     ", which it did not buy, or not any more"))
    return;
  const Lot* lot = pool->find(e.lot);
  const std::int64_t left = lot == nullptr ? 0 : lot->buckets.available;
  verdict.check(e.amount == left && std::int64_t{e.amount} + e.short_by == bought->credits, owner,
                " gave back ", e.amount, " and lacks ", e.short_by, " of ", bought->credits,
                ", where ", left, " are left");
  const Policy* pinned = step.world.policy(bought->policy);
  if (e.chargeback || pinned == nullptr) return;
  const Seconds window = pinned->purchase.refundable_s;
  const bool in_time = window.count() > 0 && step.header.due_at <= later(bought->at, window);
  verdict.check(in_time && e.short_by == 0, owner, " got money back for lot ", e.lot,
                " too late, or after it was touched");
}

void check(const Step& step, const CreditsAdjusted& e, Verdict& verdict) {
  const std::int64_t left = step.pool() != nullptr ? step.pool()->total.available : 0;
  verdict.check(e.amount != 0 && left + e.amount >= 0, step.header.stream, " was adjusted by ",
                e.amount < 0 ? "-" : "", e.amount < 0 ? -e.amount : e.amount, " and had ", left);
}

template <class Other>
void check(const Step&, const Other&, Verdict&) {}

}  // namespace

void check_promise(const Step& step, Verdict& verdict) {
  const Promise none;
  const Promise& promise = step.pool() != nullptr ? step.pool()->promise : none;
  if (promise.is_open())
    Verdict(verdict)
        .at(promise.position, step.header.stream)
        .check(promise.is_kept_by(step.event), step.header.stream, " promised ", promise.amount,
               " credits, which do not come or go right behind");
  else if (is_promised(step.event))
    verdict.fail(step.header.stream,
                 " moved credits for a purchase, a correction or a transfer that is not on record");
}

void check_beside_plan(const Step& step, Verdict& verdict) {
  std::visit([&](const auto& e) { check(step, e, verdict); }, step.event);
}

}  // namespace inmail::auditing
