#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

#include "projections/audit_rules.hpp"

// What must hold of lots and pools, whatever they are spent on.

namespace inmail::auditing {
namespace {

// IC1.

void lots_are_granted_in_order(const Step& step, Verdict& verdict) {
  const auto* e = std::get_if<CreditsGranted>(&step.event);
  if (e == nullptr) return;
  const LotId last = step.pool() ? step.pool()->last_lot : LotId{};
  verdict.check(e->lot.value == last.value + 1 && e->amount > 0, "lot ", e->lot, " of ",
                step.header.stream, " was granted with ", e->amount, " credits after lot ", last);
}

void lots_add_up(const Step&, const Touched& touched, Verdict& verdict) {
  if (touched.pool == nullptr) return;
  if (touched.stray)
    verdict.fail("lot ", *touched.stray, " of ", touched.owner, " has nothing to move");
  for (const Lot& lot : touched.pool->lots) {
    const Buckets& b = lot.buckets;
    verdict.check(b.granted == b.accounted() && !b.any_negative(), "lot ", lot.id, " of ",
                  touched.owner, " was granted ", b.granted, ", but has ", b.available,
                  " available, ", b.reserved, " reserved, ", b.consumed, " consumed, ", b.expired,
                  " expired, ", b.forfeited, " forfeited, ", b.voided, " voided");
  }
}

// IC2 and IC3.

void pools_add_up(const Step&, const Touched& touched, Verdict& verdict) {
  if (touched.pool == nullptr) return;
  Buckets sum = touched.pool->gone;
  for (const Lot& lot : touched.pool->lots) sum += lot.buckets;
  const Buckets& total = touched.pool->total;
  verdict.check(sum == total && total.granted == total.accounted(), "the lots of ", touched.owner,
                " were granted ", sum.granted, " and have ", sum.available, " available and ",
                sum.reserved, " reserved, where the pool says ", total.granted, ", ",
                total.available, " and ", total.reserved);
}

void credits_have_a_source(const Step& step, Verdict& verdict) {
  const Pool* pool = step.pool();
  if (pool == nullptr) return;
  if (const RefundGrant& grant = pool->refund_grant; grant.amount > 0) {
    const auto* e = std::get_if<CreditRefunded>(&step.event);
    const bool is_used = e != nullptr && !e->into_original_lot && e->inmail == grant.inmail &&
                         e->lot == grant.lot && e->amount == grant.amount;
    Verdict(verdict)
        .at(grant.position, step.header.stream)
        .check(is_used, "lot ", grant.lot, " of ", step.header.stream,
               " was granted as a refund, but no such refund stands right after it");
  }
  check_promise(step, verdict);
  const auto* e = std::get_if<CreditsGranted>(&step.event);
  if (e == nullptr || e->kind != LotKind::adjust || !e->inmail) return;
  verdict.check(pool->released == *e->inmail && e->amount <= pool->lost_by_release, "lot ", e->lot,
                " of ", step.header.stream, " makes good ", e->amount, " of ", *e->inmail,
                ", whose release had lost ", pool->lost_by_release);
}

/// Credits are void only with the plan that they belong to, or with their owner.
void check_void(const Step& step, const CreditsVoided& e, Verdict& verdict) {
  const Pool* pool = step.pool();
  if (e.reason == VoidReason::member_erased)
    return (void)verdict.check(step.stream.erased_at.has_value(), step.header.stream, " voided ",
                               e.amount, " of lot ", e.lot, ", though its owner was not erased");
  if (e.reason == VoidReason::purchase_reversed || e.reason == VoidReason::adjusted ||
      e.reason == VoidReason::transferred)
    return;  // By the promise of the record before.
  if (e.reason == VoidReason::released)
    return (void)verdict.check(pool != nullptr && pool->released != InMailId{}, step.header.stream,
                               " voided ", e.amount, " of lot ", e.lot, " without a release");
  const bool has_ended = pool != nullptr && pool->has_ended && !pool->plan;
  const bool is_changing = pool != nullptr && pool->began_at && pool->was_changed;
  // What was set aside under a plan that is over comes back only to go.
  const bool comes_late =
      pool != nullptr && pool->gave_back && e.lot.value <= pool->last_lot_before_plan.value;
  const bool is_over = e.reason == VoidReason::plan_changed ? is_changing : has_ended;
  verdict.check(is_over || comes_late, step.header.stream, " voided ", e.amount, " of lot ", e.lot,
                ", though its plan neither ended nor changed");
}

void credits_go_for_a_reason(const Step& step, Verdict& verdict) {
  credits_have_a_source(step, verdict);
  check_beside_plan(step, verdict);
  if (const auto* e = std::get_if<CreditsVoided>(&step.event)) check_void(step, *e, verdict);
}

void nothing_comes_from_nowhere(const Step&, const Touched& touched, Verdict& verdict) {
  if (touched.pool == nullptr) return;
  const Pool& pool = *touched.pool;
  const Buckets& b = pool.total;
  const std::int64_t back = pool.refunded + pool.refund_grant.amount;
  const std::int64_t net = b.accounted() - back;
  verdict.check(pool.from_outside == net, touched.owner, " was given ", pool.from_outside,
                " credits from outside, but without the ", back, " refunded it accounts for ", net);
}

void no_refund_grant_is_left(const World& world, Timestamp, Verdict& verdict) {
  world.each_stream([&](StreamId id, const StreamState& stream) {
    if (!stream.pool) return;
    verdict.at(stream.pool->promise.position, id)
        .check(!stream.pool->promise.is_open(), id, " promised ", stream.pool->promise.amount,
               " credits, but the log ends before they came or went");
    if (stream.pool->refund_grant.amount == 0) return;
    verdict.at(stream.pool->refund_grant.position, id)
        .fail("lot ", stream.pool->refund_grant.lot, " of ", id,
              " was granted as a refund, but the log ends before the refund");
  });
}

// IC6.

/// When a lot is lost if it is not spent. Where nothing rolls over, a renewal ends it.
Timestamp lost_at(const Lot& lot, const Pool& pool, const Policy& policy) {
  const bool ends_with_cycle =
      !policy.accum.enabled && pool.plan && policy.accum.cap_scope.has(lot.kind);
  return ends_with_cycle ? std::min(lot.expires_at, pool.next_renewal_at) : lot.expires_at;
}

/// The alive lots of a pool, the one to spend first at the front.
std::vector<const Lot*> spending_order(const Pool& pool, const Policy& policy, Timestamp now) {
  std::vector<const Lot*> lots;
  for (const Lot& lot : pool.lots)
    if (lot.buckets.available > 0 && lot.expires_at > now) lots.push_back(&lot);
  const auto by_age = [](const Lot* lot) { return std::tuple(lot->granted_at, lot->id); };
  const auto by_loss = [&](const Lot* lot) {
    return std::tuple(lost_at(*lot, pool, policy), lot->granted_at, lot->id);
  };
  const auto sort_by = [&](const auto& key) {
    std::sort(lots.begin(), lots.end(), [&](auto* l, auto* r) { return key(l) < key(r); });
  };
  switch (policy.lot.spend_order) {
    case SpendOrder::fifo_grant: sort_by(by_age); break;
    case SpendOrder::lifo:
      sort_by(by_age);
      std::reverse(lots.begin(), lots.end());
      break;
    case SpendOrder::expiry_then_grant: sort_by(by_loss); break;
    case SpendOrder::plan_first:
      sort_by(by_loss);
      std::stable_partition(lots.begin(), lots.end(),
                            [](auto* lot) { return lot->kind != LotKind::purchase; });
      break;
  }
  return lots;
}

void check_spending(const Step& step, const Pool* pool, const LotSplits& splits, Verdict& verdict) {
  if (splits.empty() || step.policy == nullptr) return;
  std::int64_t cost = 0;
  for (const LotSplit& split : splits) cost += split.amount;
  LotSplits expected;
  if (pool != nullptr)
    for (const Lot* lot : spending_order(*pool, *step.policy, step.header.due_at)) {
      if (cost == 0) break;
      const std::int64_t taken = std::min(cost, lot->buckets.available);
      expected.push_back({lot->id, static_cast<std::uint32_t>(taken)});
      cost -= taken;
    }
  if (splits == expected) return (void)verdict.check(true);
  const LotId first = expected.empty() ? LotId{} : expected.front().lot;
  verdict.fail(step.header.stream, " spent ", splits.front().amount, " of lot ", splits.front().lot,
               " in ", splits.size(), " parts, where ", name_of(step.policy->lot.spend_order),
               " begins with lot ", first, " in ", expected.size(), " parts");
}

void lots_are_spent_in_order(const Step& step, Verdict& verdict) {
  std::visit(
      match{
          [&](const InMailSent& e) {
            const StreamState* payer = step.world.find_stream(e.pool);
            check_spending(step, payer ? payer->pool.get() : nullptr, e.splits, verdict);
          },
          [&](const InMailScheduled& e) {
            const StreamState* payer = step.world.find_stream(e.pool);
            check_spending(step, payer ? payer->pool.get() : nullptr, e.splits, verdict);
          },
          [&](const CreditReserved& e) { check_spending(step, step.pool(), e.splits, verdict); },
          [&](const CreditsExpired& e) {
            const Lot* lot = step.pool() ? step.pool()->find(e.lot) : nullptr;
            if (lot == nullptr) return;
            verdict.check(lot->expires_at <= step.header.due_at, "lot ", e.lot, " of ",
                          step.header.stream, " expired at ", step.header.due_at,
                          ", before its time");
          },
          [](const auto&) {},
      },
      step.event);
}

// IC9.

void check_renewal(const Step& step, const CycleRenewed& e, Verdict& verdict) {
  const Pool* pool = step.pool();
  const StreamId owner = step.header.stream;
  if (!verdict.check(pool != nullptr && pool->plan, owner, " renewed a plan that it does not have"))
    return;
  verdict.check(e.cycle == pool->cycle + 1, owner, " went from cycle ", pool->cycle, " to ",
                e.cycle);
  const bool is_made_up = pool->promise.of == Promise::Of::renewal;
  const Timestamp expected =
      is_made_up ? step.header.due_at : pool->began_at.value_or(pool->next_renewal_at);
  verdict.check(!pool->is_past_due, owner, " renewed a plan that was not paid");
  verdict.check(!is_made_up || e.next_renewal_at - expected <= std::chrono::days{31}, owner,
                " made up for a cycle that does not run any more");
  verdict.check(step.header.due_at == expected && e.next_renewal_at > expected, "cycle ", e.cycle,
                " of ", owner, " began at ", step.header.due_at, " and not at ", expected,
                ", or ends at once");
  Verdict(verdict)
      .at(pool->renewed_at, owner)
      .check(pool->monthly_granted || pool->grant_due == 0, "cycle ", pool->cycle, " of ", owner,
             " was never granted its ", pool->grant_due, " credits");
}

void check_monthly_grant(const Step& step, const CreditsGranted& e, Verdict& verdict) {
  if (e.kind != LotKind::monthly) return;
  const Pool* pool = step.pool();
  const StreamId owner = step.header.stream;
  const bool in_cycle =
      pool != nullptr && pool->renewal.open && e.cycle == pool->cycle && !pool->monthly_granted;
  if (!verdict.check(in_cycle, "lot ", e.lot, " of ", owner,
                     " is not the one grant of a cycle that has just begun"))
    return;
  if (step.policy == nullptr || !pool->plan) return;
  verdict.check(e.amount == pool->grant_due, "cycle ", pool->cycle, " of ", owner, " was granted ",
                e.amount, " credits where ", name_of(*pool->plan), " gives ", pool->grant_due);
}

void check_no_plan(const Step& step, Verdict& verdict) {
  verdict.check(step.pool() == nullptr || !step.pool()->plan, step.header.stream,
                " began a plan beside another one");
}

void check_plan(const Step& step, PlanKind kind, Verdict& verdict) {
  verdict.check(step.pool() != nullptr && step.pool()->plan == kind, step.header.stream,
                " changed or ended a plan of ", name_of(kind), ", which it does not have");
}

void check_trial(const Step& step, const TrialStarted& e, Verdict& verdict) {
  const Pool* pool = step.pool();
  verdict.check(pool != nullptr && pool->began_at == step.header.due_at && !pool->was_changed &&
                    e.ends_at > step.header.due_at,
                step.header.stream, " began a trial where no plan has just begun");
}

void check_past_due(const Step& step, bool was, Verdict& verdict) {
  const Pool* pool = step.pool();
  verdict.check(pool != nullptr && pool->plan && pool->is_past_due == was, step.header.stream,
                was ? " was paid, and owed nothing" : " was not paid, and owed already");
}

void check_paid(const Step& step, const Pool* pool, const InMailId& inmail, Verdict& verdict) {
  verdict.check(pool == nullptr || !pool->is_past_due, step.header.stream, " spent credits for ",
                inmail, " while a payment was missing");
}

void cycles_are_granted_once(const Step& step, Verdict& verdict) {
  std::visit(match{
                 [&](const TrialStarted& e) { check_trial(step, e, verdict); },
                 [&](const SubscriptionPastDue&) { check_past_due(step, false, verdict); },
                 [&](const SubscriptionRecovered&) { check_past_due(step, true, verdict); },
                 [&](const CreditReserved& e) { check_paid(step, step.pool(), e.inmail, verdict); },
                 [&](const InMailSent& e) {
                   if (!e.splits.empty()) check_paid(step, step.pool(), e.inmail, verdict);
                 },
                 [&](const SubscriptionStarted&) { check_no_plan(step, verdict); },
                 [&](const SubscriptionChanged& e) { check_plan(step, e.from, verdict); },
                 [&](const SubscriptionEnded& e) { check_plan(step, e.plan, verdict); },
                 [&](const CycleRenewed& e) { check_renewal(step, e, verdict); },
                 [&](const CreditsGranted& e) { check_monthly_grant(step, e, verdict); },
                 [](const auto&) {},
             },
             step.event);
}

void last_cycles_are_granted(const World& world, Timestamp, Verdict& verdict) {
  world.each_stream([&](StreamId id, const StreamState& stream) {
    if (!stream.pool || stream.pool->grant_due == 0) return;
    verdict.at(stream.pool->renewed_at, id)
        .check(stream.pool->monthly_granted, "cycle ", stream.pool->cycle, " of ", id,
               " was never granted its ", stream.pool->grant_due, " credits");
  });
}

// IC10.

std::optional<std::int64_t> cap_of(const PlanTerms& terms, std::int64_t allotment) {
  if (terms.accum_cap_abs > 0) return terms.accum_cap_abs;
  if (terms.accum_cap_multiple_bp == 0) return std::nullopt;
  return allotment * terms.accum_cap_multiple_bp / 10'000;
}

/// Judges a renewal whose last record is behind us.
void check_cap(const Pool& pool, StreamId owner, Verdict& verdict) {
  const Renewal& renewal = pool.renewal;
  if (!renewal.open || !renewal.is_judged || renewal.policy == nullptr || !pool.plan) return;
  const AccumPolicy& accum = renewal.policy->accum;
  verdict.at(renewal.position, owner);
  if (!accum.enabled) {
    for (const Lot& lot : pool.lots)
      if (accum.cap_scope.has(lot.kind) && lot.id != renewal.granted)
        verdict.check(lot.buckets.available == 0, "lot ", lot.id, " of ", owner, " has ",
                      lot.buckets.available, " left after a renewal where nothing rolls over");
    return;
  }
  const auto cap = cap_of(renewal.policy->terms(*pool.plan), pool.allotment);
  const std::int64_t left = pool.available_in(accum.cap_scope);
  verdict.check(!cap || left <= *cap, owner, " has ", left,
                " credits after a renewal with a cap of ", cap.value_or(0));
  verdict.check(renewal.forfeited == 0 || left == cap, owner, " forfeited ", renewal.forfeited,
                " credits at a renewal and was left with ", left, " under a cap of ",
                cap.value_or(0));
}

/// Judges what came where the cap holds always, once all that belongs to it is behind us.
void check_cap_watch(const Pool& pool, StreamId owner, Verdict& verdict) {
  const CapWatch& watch = pool.cap_watch;
  if (watch.policy == nullptr || !watch.policy->accum.enabled || !pool.plan) return;
  const auto cap = cap_of(watch.policy->terms(*pool.plan), watch.allotment);
  const std::int64_t left = pool.available_in(watch.policy->accum.cap_scope);
  verdict.at(watch.position, owner)
      .check(!cap || left <= *cap, owner, " got credits and has ", left,
             " where the cap is always ", cap.value_or(0));
  verdict.check(watch.forfeited == 0 || left == cap, owner, " got credits, forfeited ",
                watch.forfeited, " and was left with ", left, " under a cap of ", cap.value_or(0));
}

void renewals_keep_the_cap(const Step& step, Verdict& verdict) {
  const Pool* pool = step.pool();
  if (pool != nullptr && pool->cap_watch.is_over(step.header))
    check_cap_watch(*pool, step.header.stream, verdict);
  if (const auto* e = std::get_if<CreditsForfeited>(&step.event)) {
    const bool is_watched = pool != nullptr && pool->cap_watch.policy != nullptr &&
                            !pool->cap_watch.is_over(step.header);
    verdict.check(is_watched || (pool != nullptr && pool->renewal.open), step.header.stream,
                  " forfeited ", e->amount, " of lot ", e->lot, " without a renewal");
    return;
  }
  const auto* granted = std::get_if<CreditsGranted>(&step.event);
  const bool goes_on = granted != nullptr && granted->kind == LotKind::monthly;
  if (pool != nullptr && !goes_on) check_cap(*pool, step.header.stream, verdict);
}

void last_renewals_keep_the_cap(const World& world, Timestamp, Verdict& verdict) {
  world.each_stream([&](StreamId id, const StreamState& stream) {
    if (!stream.pool) return;
    check_cap(*stream.pool, id, verdict);
    check_cap_watch(*stream.pool, id, verdict);
  });
}

// IC11.

void check_payer(const Step& step, Verdict& verdict) {
  if (step.inmail == nullptr) return;
  verdict.check(step.header.stream == step.inmail->pool, step.header.stream,
                " settled a charge that ", step.inmail->pool, " paid");
}

/// What was scheduled keeps to its pool, if that is the sender's still.
void check_pool(const Step& step, StreamId pool, Verdict& verdict) {
  const StreamId stream = step.header.stream;
  const bool was_scheduled = step.inmail != nullptr && step.inmail->stage == Stage::scheduled;
  const bool keeps = was_scheduled && pool == step.inmail->pool && pool == stream;
  verdict.check(pool == step.stream.pool_of_sends(stream) || keeps, stream,
                " sent on the credits of ", pool);
}

/// Only who is the owner's, seat or linked account, has something reserved; and a member's pool is
/// shared by its plan, not by one that spends from another's itself.
void check_spender(const Step& step, const CreditReserved& e, Verdict& verdict) {
  const StreamId owner = step.header.stream;
  const StreamState* sender = step.world.find_stream(e.sender);
  if (owner.kind() == StreamKind::contract) {
    const bool is_own = sender != nullptr && e.sender.kind() == StreamKind::seat &&
                        owner == StreamId(sender->contract);
    return (void)verdict.check(is_own, owner, " reserved for ", e.sender, ", which is not its own");
  }
  const bool is_linked = sender != nullptr && e.sender.kind() == StreamKind::member &&
                         sender->linked_to && StreamId(*sender->linked_to) == owner;
  verdict.check(is_linked, owner, " reserved for ", e.sender, ", which is not linked to it");
  const Pool* pool = step.pool();
  if (step.policy == nullptr) return;
  const PoolScope scope =
      pool && pool->plan ? step.policy->terms(*pool->plan).pool_scope : PoolScope::member;
  verdict.check(scope == PoolScope::linked_accounts && !step.stream.linked_to, owner,
                " reserved for ", e.sender, " of a pool that it does not share");
}

/// It opens for one contract that added it, and is the others' no more once it has declined them.
void check_seat(const Step& step, Verdict& verdict) {
  const StreamId stream = step.header.stream;
  const ContractId opened_for = step.stream.contract;
  const auto is = [&](ContractId contract, SeatId seat, std::optional<SeatClaim> claim) {
    return step.world.claim_of(contract, seat) == claim;
  };
  if (const auto* added = std::get_if<SeatAdded>(&step.event))
    verdict.check(is(stream.contract(), added->seat, std::nullopt), stream, " added ", added->seat,
                  " again");
  if (const auto* opened = std::get_if<SeatOpened>(&step.event))
    verdict.check(is(opened->contract, stream.seat(), SeatClaim::added) && opened_for.value == 0,
                  stream, " opened under contract:", opened->contract,
                  ", which did not add it, or opened before");
  if (const auto* declined = std::get_if<SeatDeclined>(&step.event))
    verdict.check(is(declined->contract, stream.seat(), SeatClaim::added) &&
                      opened_for.value != 0 && opened_for != declined->contract,
                  stream, " declined contract:", declined->contract,
                  ", which did not add it, or whose it is, or it was free");
  if (const auto* removed = std::get_if<SeatRemoved>(&step.event))
    verdict.check(is(stream.contract(), removed->seat, SeatClaim::declined), stream, " removed ",
                  removed->seat, ", which had not declined");
}

void check_link(const Step& step, const AccountLinked& e, Verdict& verdict) {
  const StreamState* holder = step.world.find_stream(e.pool);
  verdict.check(!step.stream.linked_to && StreamId(e.pool) != step.header.stream &&
                    holder != nullptr && (holder->registered || holder->erased_at),
                step.header.stream, " was linked to member:", e.pool,
                ", though it was linked already, or there is no such pool");
}

void pools_are_kept_apart(const Step& step, Verdict& verdict) {
  check_seat(step, verdict);
  const StreamId stream = step.header.stream;
  std::visit(match{
                 [&](const InMailSent& e) { check_pool(step, e.pool, verdict); },
                 [&](const InMailScheduled& e) { check_pool(step, e.pool, verdict); },
                 [&](const CreditReserved& e) { check_spender(step, e, verdict); },
                 [&](const AccountLinked& e) { check_link(step, e, verdict); },
                 [&](const AccountUnlinked& e) {
                   verdict.check(step.stream.linked_to == e.pool, stream,
                                 " was unlinked from member:", e.pool, ", and was not linked");
                 },
                 [&](const CreditCharged&) { check_payer(step, verdict); },
                 [&](const CreditReleased&) { check_payer(step, verdict); },
                 [&](const CreditRefunded&) { check_payer(step, verdict); },
                 [&](const ChargeFinalized&) { check_payer(step, verdict); },
                 [](const auto&) {},
             },
             step.event);
}

void balances_are_not_negative(const Step&, const Touched& touched, Verdict& verdict) {
  if (touched.pool == nullptr) return;
  verdict.check(touched.pool->total.available >= 0, touched.owner, " has a balance of ",
                touched.pool->total.available);
}

constexpr std::array rules{
    Rule{"IC1", "a lot's credits are all accounted for, and none of its sums is negative",
         lots_are_granted_in_order, lots_add_up},
    Rule{"IC2", "a pool is the sum of its lots", nullptr, pools_add_up},
    Rule{"IC3",
         "credits come only from outside or from a refund, and are void only with their plan or "
         "owner, or by hand; what is bought is a pack, and goes back once",
         credits_go_for_a_reason, nothing_comes_from_nowhere, no_refund_grant_is_left},
    Rule{"IC6", "lots are spent alive and in the policy's order, and expire at their time",
         lots_are_spent_in_order},
    Rule{"IC9", "an owner has one plan, whose paid cycles begin in time and are granted once",
         cycles_are_granted_once, nullptr, last_cycles_are_granted},
    Rule{"IC10", "where the cap holds no more is left than it, and no less for its sake",
         renewals_keep_the_cap, nullptr, last_renewals_keep_the_cap},
    Rule{
        "IC11",
        "no balance is negative, and only a pool's own seats, linked accounts and charges touch it",
        pools_are_kept_apart, balances_are_not_negative},
};

}  // namespace

std::span<const Rule> pool_rules() { return rules; }

}  // namespace inmail::auditing
