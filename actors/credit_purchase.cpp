#include "actors/credit_purchase.hpp"

#include <algorithm>

#include "actors/credit_cycle.hpp"
#include "actors/outbox.hpp"

namespace inmail {
namespace {

const CreditPack* find_pack(const PurchasePolicy& rule, const std::string& name) {
  const auto found = std::find_if(rule.packs.begin(), rule.packs.end(),
                                  [&](const CreditPack& pack) { return pack.pack_id == name; });
  return found == rule.packs.end() ? nullptr : &*found;
}

/// Credits bought in the period that runs now; what was reversed counts, so that the limit cannot
/// be had twice.
std::int64_t bought_in_period(const CreditAccount& account, PurchasePeriod period, Timestamp now) {
  std::int64_t sum = 0;
  for (const auto& [payment, each] : account.purchases) {
    const bool is_in = period == PurchasePeriod::cycle ? each.bought_at >= account.cycle_started_at
                                                       : month_of(each.bought_at) == month_of(now);
    if (is_in) sum += each.credits;
  }
  return sum;
}

Guard check_purchase(const CreditAccount& account, const PurchaseCredits& command,
                     const Context& context) {
  const Policy& policy = context.policy();
  const PurchasePolicy& rule = policy.purchase;
  if (account.purchases.contains(command.payment_ref)) return refuse(Rejection::already_exists);
  if (!rule.enabled) return refuse(Rejection::purchase_disabled);
  if (rule.requires_premium && !policy.terms(account.plan_or_free()).is_premium)
    return refuse(Rejection::premium_required);
  if (account.has_lapsed()) return refuse(Rejection::subscription_ended);
  const CreditPack* pack = find_pack(rule, command.pack);
  if (pack == nullptr) return refuse(Rejection::unknown_pack);
  if (rule.only_when_empty && account.available() > 0)
    return refuse(Rejection::credits_left, 0, static_cast<std::int64_t>(account.available()));
  const std::int64_t bought =
      bought_in_period(account, rule.period, context.now) + std::int64_t{pack->credits};
  if (rule.max_per_period > 0 && bought > rule.max_per_period)
    return refuse(Rejection::purchase_limit, rule.max_per_period, bought);
  return pass();
}

std::uint32_t available_in(const CreditAccount& account, LotId id) {
  const auto found = std::find_if(account.lots.begin(), account.lots.end(),
                                  [&](const Lot& lot) { return lot.id == id; });
  return found == account.lots.end() ? 0 : found->available;
}

}  // namespace

Decision purchase(const CreditAccount& account, const PurchaseCredits& command,
                  const Context& context) {
  if (Guard guard = check_purchase(account, command, context)) return {{}, guard};
  const Policy& policy = context.policy();
  const CreditPack& pack = *find_pack(policy.purchase, command.pack);
  const auto credits = static_cast<std::uint32_t>(pack.credits);
  CreditsGranted grant{.lot = account.next_lot, .kind = LotKind::purchase, .amount = credits};
  if (policy.lot.purchase_ttl_s.count() > 0)
    grant.expires_at = context.now + policy.lot.purchase_ttl_s;
  return Decision::happened(PurchaseRecorded{account.next_lot, pack.pack_id, credits,
                                             pack.price_minor, pack.currency, command.payment_ref},
                            std::move(grant));
}

Decision reverse_purchase(const CreditAccount& account, const ReversePurchase& command,
                          const Context& context) {
  const auto found = account.purchases.find(command.payment_ref);
  if (found == account.purchases.end()) return Decision::reject(Rejection::unknown_purchase);
  const Purchase& bought = found->second;
  if (bought.reversed) return Decision::accept();
  const std::uint32_t left = available_in(account, bought.lot);
  if (!command.chargeback) {
    const Seconds window = context.policies->at(bought.pinned).purchase.refundable_s;
    if (window.count() == 0 || context.now > bought.bought_at + window)
      return Decision::reject(Rejection::refund_time_over, window.count(),
                              std::chrono::ceil<Seconds>(context.now - bought.bought_at).count());
    if (left < bought.credits)
      return Decision::reject(Rejection::lot_touched, bought.credits, left);
  }

  Decision decision = Decision::happened(PurchaseReversed{
      bought.lot, command.payment_ref, left, bought.credits - left, command.chargeback});
  if (left > 0)
    decision.events.push_back(CreditsVoided{bought.lot, left, VoidReason::purchase_reversed});
  return decision;
}

Decision adjust_credits(const CreditAccount& account, const AdjustCredits& command,
                        const Context& context) {
  if (command.credits == 0) return Decision::reject(Rejection::malformed);
  const std::int64_t amount = command.credits;
  const auto credits = static_cast<std::uint32_t>(amount > 0 ? amount : -amount);
  Decision decision = Decision::happened(CreditsAdjusted{amount, command.approver, command.reason});
  if (amount > 0) {
    CreditsGranted grant{.lot = account.next_lot, .kind = LotKind::adjust, .amount = credits};
    grant.expires_at = bonus_lot_death(context.policy(), account.plan_or_free(), context.now);
    decision.events.push_back(std::move(grant));
    return decision;
  }
  const auto splits = splits_for(account, credits, context.policy());
  if (!splits)
    return Decision::reject(Rejection::insufficient_credits, credits,
                            static_cast<std::int64_t>(account.available()));
  for (const LotSplit& split : *splits)
    decision.events.push_back(CreditsVoided{split.lot, split.amount, VoidReason::adjusted});
  return decision;
}

void evolve(CreditAccount& account, Agenda&, const PurchaseRecorded& e, const Stamp& stamp) {
  const bool is_new =
      account.purchases.emplace(e.payment_ref, Purchase{e.lot, e.credits, stamp.at, stamp.policy})
          .second;
  invariant(is_new, "a payment buys once");
}

void evolve(CreditAccount& account, Agenda&, const PurchaseReversed& e) {
  const auto found = account.purchases.find(e.payment_ref);
  invariant(found != account.purchases.end() && !found->second.reversed,
            "a purchase is reversed once");
  found->second.reversed = true;
}

void evolve(CreditAccount&, Agenda&, const CreditsAdjusted&) {}

}  // namespace inmail
