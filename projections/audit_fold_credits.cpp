#include "projections/audit_fold.hpp"

// Plans, lots and charges.

namespace inmail::auditing {

void Fold::move(Pool& pool, const LotSplit& split, Bucket from, Bucket to) {
  Lot* lot = pool.find(split.lot);
  if (lot == nullptr) {
    touched.stray = split.lot;
    return;
  }
  lot->buckets.*from -= split.amount;
  lot->buckets.*to += split.amount;
}

void Fold::move(Pool& pool, const LotSplits& splits, std::int64_t total, Bucket from, Bucket to) {
  for (const LotSplit& split : splits) move(pool, split, from, to);
  pool.total.*from -= total;
  pool.total.*to += total;
}

void Fold::lose(LotId lot, std::uint32_t amount, Bucket to) {
  Pool& pool = own_pool();
  move(pool, {{lot, amount}}, amount, &Buckets::available, to);
}

void Fold::reserve(Pool& pool, InMail& inmail, const LotSplits& splits, std::int64_t total) {
  move(pool, splits, total, &Buckets::available, &Buckets::reserved);
  if (inmail.charge != Charge::none && inmail.charge != Charge::released) return;
  inmail.held.take(splits);
  inmail.charge = Charge::reserved;
  inmail.held.each([&](const LotSplit& split) {
    if (Lot* lot = pool.find(split.lot)) lot->in_charges += split.amount;
  });
}

void Fold::end_charge(Pool& pool, InMail& inmail, Charge how) {
  const bool is_open = inmail.charge == Charge::reserved || inmail.charge == Charge::charged;
  inmail.charge = how;
  if (!is_open) return;
  inmail.held.each([&](const LotSplit& split) {
    if (Lot* lot = pool.find(split.lot)) lot->in_charges -= split.amount;
  });
  inmail.held.clear();
}

void Fold::oblige(InMail& inmail) {
  inmail.duty_time = header.time;
  inmail.duty_position = header.position;
}

void Fold::end(InMail& inmail, ChargeEnd end, std::uint32_t amount, RefundOn reason) {
  if (end == ChargeEnd::none || inmail.end != ChargeEnd::none) return;
  inmail.end = end;
  inmail.end_amount = amount;
  inmail.end_reason = reason;
  inmail.ended_at = header.due_at;
  oblige(inmail);
}

void Fold::begin_plan(PlanKind plan, std::uint8_t anchor_day, bool was_changed) {
  Pool& pool = own_pool();
  pool.anchor_day = anchor_day;
  pool.is_cancelled = false;
  pool.is_past_due = false;
  if (static_cast<std::size_t>(plan) < plan_kinds) pool.plan = plan;
  stream.plans.emplace_back(header.version, pool.plan);
  pool.began_at = header.due_at;
  pool.was_changed = was_changed;
  if (was_changed) pool.last_lot_before_plan = pool.last_lot;
  pool.has_ended = false;
}

void Fold::on(const SubscriptionStarted& e) { begin_plan(e.plan, e.anchor_day, false); }

void Fold::on(const SubscriptionChanged& e) { begin_plan(e.to, e.anchor_day, true); }

void Fold::on(const SubscriptionCancelled&) { own_pool().is_cancelled = true; }

void Fold::on(const SubscriptionPastDue&) { own_pool().is_past_due = true; }

void Fold::on(const SubscriptionRecovered&) {
  Pool& pool = own_pool();
  pool.is_past_due = false;
  if (pool.is_cancelled || pool.next_renewal_at > header.due_at) return;
  pool.promise.of = Promise::Of::renewal;
  pool.promise.position = header.position;
}

void Fold::on(const TrialStarted& e) {
  Pool& pool = own_pool();
  pool.began_at.reset();
  pool.cycle_began_at = header.due_at;
  pool.next_renewal_at = e.ends_at;
  const Policy* policy = world.policy(header.policy);
  if (policy == nullptr || !pool.plan) return;
  pool.promise = {.of = Promise::Of::trial,
                  .amount = policy->terms(*pool.plan).trial_grant,
                  .expires_at = e.ends_at,
                  .position = header.position};
}

void Fold::on(const SubscriptionEnded&) {
  Pool& pool = own_pool();
  pool.is_cancelled = false;
  pool.is_past_due = false;
  pool.plan.reset();
  pool.has_ended = true;
  pool.last_lot_before_plan = pool.last_lot;
  stream.plans.emplace_back(header.version, pool.plan);
}

void Fold::on(const CycleRenewed& e) {
  Pool& pool = own_pool();
  const Policy* policy = world.policy(header.policy);
  const bool is_made_up = pool.promise.of == Promise::Of::renewal;
  pool.promise = {};
  pool.cycle_began_at = header.due_at;
  pool.cycle = e.cycle;
  pool.next_renewal_at = e.next_renewal_at;
  const bool is_carried = pool.began_at && pool.was_changed && policy != nullptr &&
                          policy->lot.on_plan_change == OnPlanChange::carry;
  pool.began_at.reset();
  pool.monthly_granted = false;
  const std::int64_t heads = header.stream.kind() == StreamKind::contract ? pool.seats : 1;
  pool.allotment =
      policy != nullptr && pool.plan ? allotment_of(policy->terms(*pool.plan), heads) : 0;
  pool.grant_due = pool.allotment;
  if (policy != nullptr && pool.plan && !is_made_up)
    pool.grant_due = share_of_cycle(pool.allotment, policy->terms(*pool.plan), pool.anchor_day,
                                    header.due_at, e.next_renewal_at);
  pool.renewed_at = header.position;
  pool.renewal = {.open = true, .position = header.position, .policy = policy};
  pool.renewal.is_judged = !is_carried;
}

void Fold::watch_cap(Pool& pool) {
  const Policy* policy = world.policy(header.policy);
  if (policy == nullptr || !pool.plan || policy->accum.cap_when != CapWhen::always) return;
  const std::int64_t heads = header.stream.kind() == StreamKind::contract ? pool.seats : 1;
  CapWatch& watch = pool.cap_watch;
  if (watch.policy == nullptr)
    watch = {.policy = policy,
             .position = header.position,
             .at = header.due_at,
             .cause = header.cause,
             .allotment = allotment_of(policy->terms(*pool.plan), heads)};
}

void Fold::on(const CreditsGranted& e) {
  Pool& pool = own_pool();
  watch_cap(pool);
  pool.promise.go_on(e.amount);
  Lot lot{.id = e.lot, .kind = e.kind, .granted_at = header.due_at, .buckets = {}};
  if (e.kind < LotKind::monthly || e.kind > LotKind::adjust) lot.kind = LotKind::adjust;
  if (e.expires_at) lot.expires_at = *e.expires_at;
  lot.buckets.granted = e.amount;
  lot.buckets.available = e.amount;
  pool.lots.push_back(lot);
  pool.last_lot = e.lot;
  pool.total.granted += e.amount;
  pool.total.available += e.amount;
  if (lot.kind == LotKind::refund)
    pool.refund_grant = {e.lot, e.amount, e.inmail.value_or(InMailId{}), header.position};
  else
    pool.from_outside += e.amount;
  if (lot.kind == LotKind::adjust && e.inmail) pool.lost_by_release -= e.amount;
  if (lot.kind == LotKind::monthly) {
    pool.monthly_granted = true;
    pool.renewal.granted = e.lot;
  }
}

void Fold::on(const CreditsExpired& e) {
  lose(e.lot, e.amount, &Buckets::expired);
  touched.pool->lost_by_release += e.amount;
}

void Fold::on(const CreditsForfeited& e) {
  lose(e.lot, e.amount, &Buckets::forfeited);
  touched.pool->renewal.forfeited += e.amount;
  touched.pool->cap_watch.forfeited += e.amount;
}

void Fold::on(const CreditsVoided& e) {
  lose(e.lot, e.amount, &Buckets::voided);
  Promise& promise = touched.pool->promise;
  if (promise.of == Promise::Of::transfer_out)
    promise.go_on(e.amount);
  else
    promise.amount -= e.amount;
}

void Fold::on(const PurchaseRecorded& e) {
  Pool& pool = own_pool();
  pool.purchases.emplace(e.payment_ref,
                         Bought{e.lot, e.credits, header.due_at, header.policy, false});
  pool.promise = {.of = Promise::Of::purchase,
                  .lot = e.lot,
                  .amount = e.credits,
                  .expires_at = {},
                  .position = header.position};
}

void Fold::on(const PurchaseReversed& e) {
  Pool& pool = own_pool();
  const auto bought = pool.purchases.find(e.payment_ref);
  if (bought != pool.purchases.end()) bought->second.reversed = true;
  pool.promise = {.of = Promise::Of::reversal,
                  .lot = e.lot,
                  .amount = e.amount,
                  .expires_at = {},
                  .position = header.position};
}

void Fold::on(const CreditsAdjusted& e) {
  own_pool().promise = {.of = e.amount > 0 ? Promise::Of::raise : Promise::Of::cut,
                        .lot = {},
                        .amount = e.amount > 0 ? e.amount : -e.amount,
                        .expires_at = {},
                        .position = header.position};
}

void Fold::on(const CreditReserved& e) {
  Pool& pool = own_pool();
  std::int64_t total = 0;
  for (const LotSplit& split : e.splits) total += split.amount;
  InMail* inmail = world.make(e.inmail);
  if (inmail == nullptr)
    return move(pool, e.splits, total, &Buckets::available, &Buckets::reserved);
  if (!inmail->is_sent()) {
    inmail->sender = e.sender;
    inmail->pool = header.stream;
  }
  reserve(pool, *inmail, e.splits, total);
  oblige(*inmail);
  inmail->month = pool.cycle;
  if (e.sender.kind() != StreamKind::seat) return;
  if (const Policy* policy = world.policy(header.policy)) {
    inmail->month_max = stream.month_max(e.sender.seat(), *policy);
    inmail->month_has_free = policy->seat.monthly_counts == MonthlyCounts::all_inmails;
  }
}

void Fold::on(const CreditCharged& e) {
  Pool& pool = own_pool();
  InMail* inmail = world.find_to_change(e.inmail);
  std::int64_t total = 0;
  for (const LotSplit& split : e.splits) total += split.amount;
  if (inmail != nullptr && inmail->is_sent()) total = inmail->cost;
  move(pool, e.splits, total, &Buckets::reserved, &Buckets::consumed);
  if (inmail == nullptr || inmail->charge != Charge::reserved) return;
  if (e.refundable)
    inmail->charge = Charge::charged;
  else
    end_charge(pool, *inmail, Charge::final);
}

void Fold::on(const CreditReleased& e) {
  Pool& pool = own_pool();
  InMail* inmail = world.find_to_change(e.inmail);
  std::int64_t total = 0;
  for (const LotSplit& split : e.splits) total += split.amount;
  if (inmail != nullptr && inmail->charge == Charge::reserved) total = inmail->held.sum();
  move(pool, e.splits, total, &Buckets::reserved, &Buckets::available);
  if (inmail != nullptr) end_charge(pool, *inmail, Charge::released);
  pool.released = e.inmail;
  pool.gave_back = true;
  pool.lost_by_release = 0;
  watch_cap(pool);
}

void Fold::on(const CreditRefunded& e) {
  Pool& pool = own_pool();
  if (e.into_original_lot)
    move(pool, {{e.lot, e.amount}}, e.amount, &Buckets::consumed, &Buckets::available);
  else
    pool.refunded += e.amount;
  pool.gave_back = true;
  watch_cap(pool);
  if (e.restores) {
    auto& [cycle, count] = stream.restored[*e.restores];
    count = cycle == pool.cycle ? count + 1 : 1;
    cycle = pool.cycle;
  }
  if (InMail* inmail = world.find_to_change(e.inmail)) end_charge(pool, *inmail, Charge::refunded);
}

void Fold::promise_parts(Promise::Of of, const TransferParts& parts) {
  Promise& promise = own_pool().promise;
  promise = {.of = of, .lot = {}, .amount = 0, .expires_at = {}, .position = header.position};
  promise.parts = parts;
  for (const TransferPart& part : parts) promise.amount += part.amount;
}

void Fold::on(const CreditsTransferred& e) {
  promise_parts(Promise::Of::transfer_out, e.parts);
  world.transfers_.emplace(e.transfer, Transfer{header.stream, e.to, e.parts, header.time,
                                                header.position, Transfer::Stage::under_way});
}

void Fold::on(const TransferReceived& e) {
  if (e.is_taken) promise_parts(Promise::Of::transfer_in, e.parts);
  const auto found = world.transfers_.find(e.transfer);
  if (found == world.transfers_.end()) return;
  found->second.stage = e.is_taken ? Transfer::Stage::over : Transfer::Stage::refused;
  found->second.time = header.time;
}

void Fold::on(const TransferReturned& e) {
  promise_parts(Promise::Of::transfer_in, e.parts);
  const auto found = world.transfers_.find(e.transfer);
  if (found != world.transfers_.end()) found->second.stage = Transfer::Stage::over;
}

void Fold::on(const CountedInCycle& e) {
  if (InMail* inmail = world.find_to_change(e.inmail)) inmail->month = e.cycle;
}

void Fold::on(const ChargeFinalized& e) {
  if (InMail* inmail = world.find_to_change(e.inmail))
    end_charge(own_pool(), *inmail, Charge::final);
}

}  // namespace inmail::auditing
