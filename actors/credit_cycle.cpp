#include "actors/credit_cycle.hpp"

#include <algorithm>

#include "actors/calendar.hpp"
#include "actors/credit_machines.hpp"
#include "actors/lot_machines.hpp"

namespace inmail {
namespace {

std::uint8_t anchor_day_for(const PlanTerms& terms, Timestamp start) {
  if (terms.renewal_anchor == RenewalAnchor::calendar_month_utc) return 1;
  if (terms.renewal_day > 0) return static_cast<std::uint8_t>(terms.renewal_day);
  return day_of_month(start);
}

/// The renewal after a cycle that began at `start`.
Timestamp renewal_after(const PlanTerms& terms, Timestamp start, std::uint8_t anchor_day) {
  if (terms.renewal_anchor == RenewalAnchor::calendar_month_utc) return next_month_start(start);
  // The first cycle up to a fixed day may be shorter than a month.
  if (anchor_day > day_of_month(start)) {
    const Timestamp this_month = months_later(start, 0, anchor_day);
    if (this_month > start) return this_month;
  }
  return months_later(start, 1, anchor_day);
}

/// A lot of calendar months dies with the renewal so many months on.
std::optional<Timestamp> monthly_lot_death(const PlanTerms& terms, Timestamp granted_at,
                                           std::uint8_t anchor_day) {
  if (terms.lot_ttl_calendar_months == 0) return lot_death(terms, granted_at);
  Timestamp renewal = granted_at;
  for (std::int32_t month = 0; month < terms.lot_ttl_calendar_months; ++month)
    renewal = renewal_after(terms, renewal, anchor_day);
  return renewal;
}

std::uint32_t at_most_32_bits(std::uint64_t credits) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(credits, UINT32_MAX));
}

std::uint32_t allotment_of(const PlanTerms& terms, std::uint32_t seats) {
  const auto each = static_cast<std::uint64_t>(terms.monthly_allotment);
  return at_most_32_bits(terms.allot_per == AllotPer::seat ? each * seats : each);
}

std::uint64_t cap_of(const PlanTerms& terms, std::uint32_t allotment) {
  if (terms.accum_cap_abs > 0) return static_cast<std::uint64_t>(terms.accum_cap_abs);
  return std::uint64_t{allotment} * static_cast<std::uint64_t>(terms.accum_cap_multiple_bp) /
         10'000;
}

bool has_cap(const PlanTerms& terms) {
  return terms.accum_cap_abs > 0 || terms.accum_cap_multiple_bp > 0;
}

std::vector<Lot> lots_under_cap(const CreditAccount& account, const AccumPolicy& accum) {
  std::vector<Lot> lots;
  for (const Lot& lot : account.lots)
    if (can_lose(lot, LotTrigger::forfeit) && accum.cap_scope.has(lot.kind)) lots.push_back(lot);
  return lots;
}

/// Forfeits what `lots` have above the cap, in victim order. `newest` has just been granted.
void trim_to_cap(std::vector<Lot> lots, std::optional<LotId> newest, std::uint32_t allotment,
                 const PlanTerms& terms, const Policy& policy, std::vector<Event>& events) {
  if (!policy.accum.enabled || !has_cap(terms)) return;
  const auto age = [](const Lot& lot) {
    return std::tuple(lot.expires_at.value_or(Timestamp::max()), lot.granted_at, lot.id);
  };
  std::sort(lots.begin(), lots.end(),
            [&](const Lot& left, const Lot& right) { return age(left) < age(right); });
  if (policy.accum.overflow_victim == OverflowVictim::new_grant)
    std::stable_partition(lots.begin(), lots.end(),
                          [&](const Lot& lot) { return lot.id == newest; });

  std::uint64_t total = 0;
  for (const Lot& lot : lots) total += lot.available;
  const std::uint64_t cap = cap_of(terms, allotment);
  for (const Lot& lot : lots) {
    if (total <= cap) break;
    const auto amount =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(lot.available, total - cap));
    events.push_back(CreditsForfeited{lot.id, amount, at_most_32_bits(cap)});
    total -= amount;
  }
}

/// The lot that an event adds credits to; nothing: it adds none.
std::optional<LotId> adds_to(const Event& event) {
  if (const auto* granted = std::get_if<CreditsGranted>(&event)) return granted->lot;
  if (const auto* released = std::get_if<CreditReleased>(&event))
    return released->splits.front().lot;
  const auto* refunded = std::get_if<CreditRefunded>(&event);
  return refunded != nullptr ? std::optional(refunded->lot) : std::nullopt;
}

/// What a cycle grants that runs from `from` to `next`: by `plan.proration`, less where a first one
/// is shorter than those that follow it.
std::uint32_t prorated(std::uint32_t allotment, const PlanTerms& terms, std::uint8_t anchor_day,
                       Timestamp from, Timestamp next) {
  if (terms.proration == Proration::none) return allotment;
  const auto days = [](Milliseconds time) {
    return static_cast<std::uint64_t>(std::chrono::floor<std::chrono::days>(time).count());
  };
  const std::uint64_t whole = days(next - months_later(next, -1, anchor_day));
  const std::uint64_t held = std::min(days(next - from), whole);
  return static_cast<std::uint32_t>(std::uint64_t{allotment} * held / whole);
}

/// When a cycle should begin, and when it does: later, where its payment was missing.
struct CycleStart {
  Timestamp scheduled;
  Timestamp at;
};

/// A cycle begins: what does not roll over is forfeited, then granted, then capped (D3.13).
void begin_cycle(const CreditAccount& account, PlanKind plan, std::uint8_t anchor_day,
                 std::uint32_t seats, const CycleStart& start, const Policy& policy,
                 std::vector<Event>& events) {
  const PlanTerms& terms = policy.terms(plan);
  const std::uint32_t cycle = account.cycle + 1;
  const Timestamp next = renewal_after(terms, start.scheduled, anchor_day);
  events.push_back(CycleRenewed{cycle, next});
  if (!policy.accum.enabled)
    for (const Lot& lot : account.lots)
      if (can_lose(lot, LotTrigger::forfeit) && policy.accum.cap_scope.has(lot.kind))
        events.push_back(CreditsForfeited{lot.id, lot.available, 0});

  const std::uint32_t allotment = allotment_of(terms, seats);
  const bool by_months = terms.lot_ttl_calendar_months > 0;
  const CreditsGranted grant{
      .lot = account.next_lot,
      .kind = LotKind::monthly,
      .amount = prorated(allotment, terms, anchor_day, start.scheduled, next),
      .expires_at = monthly_lot_death(terms, by_months ? start.scheduled : start.at, anchor_day),
      .cycle = cycle};
  std::vector<Lot> lots = lots_under_cap(account, policy.accum);
  if (grant.amount > 0) {
    events.push_back(grant);
    if (policy.accum.cap_scope.has(grant.kind))
      lots.push_back({grant.lot, grant.kind, grant.amount, 0, start.at, grant.expires_at});
  }
  trim_to_cap(std::move(lots), grant.lot, allotment, terms, policy, events);
}

void void_all(const CreditAccount& account, VoidReason reason, const Policy& policy,
              std::vector<Event>& events) {
  for (const Lot& lot : account.lots)
    if (can_lose(lot, LotTrigger::make_void) && !outlives_its_plan(lot, policy))
      events.push_back(CreditsVoided{lot.id, lot.available, reason});
}

void end_subscription(const CreditAccount& account, const Policy& policy,
                      std::vector<Event>& events) {
  events.push_back(SubscriptionEnded{account.plan_or_free()});
  if (policy.lot.on_cancel_subscription != OnCancel::keep)
    void_all(account, VoidReason::subscription_ended, policy, events);
}

}  // namespace

std::optional<Timestamp> lot_death(const PlanTerms& terms, Timestamp now) {
  if (terms.lot_ttl_calendar_months > 0)
    return months_later(now, terms.lot_ttl_calendar_months, day_of_month(now));
  if (terms.lot_ttl_s.count() > 0) return now + terms.lot_ttl_s;
  return std::nullopt;
}

std::optional<Timestamp> bonus_lot_death(const Policy& policy, PlanKind plan, Timestamp now) {
  const Seconds ttl = policy.lot.bonus_ttl_s;
  if (ttl == LotPolicy::as_lot_ttl) return lot_death(policy.terms(plan), now);
  if (ttl.count() > 0) return now + ttl;
  return std::nullopt;
}

bool outlives_its_plan(const Lot& lot, const Policy& policy) {
  return lot.kind == LotKind::purchase && policy.purchase.survives_cancel;
}

std::vector<Event> keep_under_cap(const CreditAccount& account, std::uint32_t seats,
                                  std::vector<Event> events, const Context& context) {
  const Policy& policy = context.policy();
  if (policy.accum.cap_when != CapWhen::always) return events;
  std::optional<LotId> newest;
  for (const Event& event : events)
    if (const auto lot = adds_to(event)) newest = lot;
  if (!newest) return events;

  const CreditAccount after = account_after(account, events, context);
  if (!after.plan) return events;
  const PlanTerms& terms = policy.terms(*after.plan);
  trim_to_cap(lots_under_cap(after, policy.accum), newest, allotment_of(terms, seats), terms,
              policy, events);
  return events;
}

Decision start_subscription(const CreditAccount& account, const StartSubscription& command,
                            std::uint32_t seats, const Context& context) {
  if (Guard no = check_subscription(account, SubscriptionTrigger::start)) return {{}, no};
  const Policy& policy = context.policy();
  const PlanTerms& terms = policy.terms(command.plan);
  const Timestamp begins = context.now + std::chrono::days{command.trial_days};
  const std::uint8_t anchor_day = anchor_day_for(terms, begins);
  Decision decision = Decision::happened(SubscriptionStarted{command.plan, anchor_day});
  if (command.trial_days == 0) {
    begin_cycle(account, command.plan, anchor_day, seats, {begins, begins}, policy,
                decision.events);
    return decision;
  }
  decision.events.push_back(TrialStarted{begins});
  if (terms.trial_grant > 0)
    decision.events.push_back(
        CreditsGranted{.lot = account.next_lot,
                       .kind = LotKind::bonus,
                       .amount = static_cast<std::uint32_t>(terms.trial_grant),
                       .expires_at = begins});
  return decision;
}

Decision fail_payment(const CreditAccount& account) {
  // A plan that is about to end wants no further payment.
  if (account.past_due || account.ends_at) return Decision::accept();
  if (Guard no = check_subscription(account, SubscriptionTrigger::miss_payment)) return {{}, no};
  return Decision::happened(SubscriptionPastDue{});
}

Decision recover_payment(const CreditAccount& account, std::uint32_t seats,
                         const Context& context) {
  if (account.plan && !account.past_due) return Decision::accept();
  if (Guard no = check_subscription(account, SubscriptionTrigger::pay)) return {{}, no};
  Decision decision = Decision::happened(SubscriptionRecovered{});
  if (account.ends_at || account.next_renewal_at > context.now) return decision;
  const Policy& policy = context.policy();
  const PlanTerms& terms = policy.terms(*account.plan);
  Timestamp scheduled = account.next_renewal_at;
  for (Timestamp next = scheduled; next <= context.now;
       next = renewal_after(terms, scheduled, account.anchor_day))
    scheduled = next;
  begin_cycle(account, *account.plan, account.anchor_day, seats, {scheduled, context.now}, policy,
              decision.events);
  return decision;
}

Decision change_plan(const CreditAccount& account, PlanKind plan, std::uint32_t seats,
                     const Context& context) {
  if (Guard no = check_subscription(account, SubscriptionTrigger::change)) return {{}, no};
  if (*account.plan == plan) return Decision::accept();
  const Policy& policy = context.policy();
  const std::uint8_t anchor_day = anchor_day_for(policy.terms(plan), context.now);
  Decision decision = Decision::happened(SubscriptionChanged{*account.plan, plan, anchor_day});
  CreditAccount left = account;
  if (policy.lot.on_plan_change == OnPlanChange::void_all) {
    void_all(account, VoidReason::plan_changed, policy, decision.events);
    std::erase_if(left.lots, [&](const Lot& lot) { return !outlives_its_plan(lot, policy); });
  } else if (policy.lot.on_plan_change == OnPlanChange::carry) {
    left.lots.clear();  // No cap and no forfeit touches what is carried before the next renewal.
  }
  begin_cycle(left, plan, anchor_day, seats, {context.now, context.now}, policy, decision.events);
  return decision;
}

Decision cancel_subscription(const CreditAccount& account, const Context& context) {
  if (account.ends_at) return Decision::accept();
  if (Guard no = check_subscription(account, SubscriptionTrigger::cancel)) return {{}, no};
  const Policy& policy = context.policy();
  const bool is_paid_for = !account.past_due || account.next_renewal_at > context.now;
  if (policy.lot.on_cancel_subscription != OnCancel::void_now && is_paid_for)
    return Decision::happened(SubscriptionCancelled{account.next_renewal_at});
  Decision decision = Decision::happened(SubscriptionCancelled{context.now});
  end_subscription(account, policy, decision.events);
  return decision;
}

std::vector<Event> account_falls_due(const CreditAccount& account, const Due& due,
                                     std::uint32_t seats, const Policy& policy) {
  std::vector<Event> events;
  switch (due.kind) {
    case DueKind::lot_expires:
      for (const Lot& lot : account.lots)
        if (inmail::due(due.at, DueKind::lot_expires, lot.id) == due &&
            can_lose(lot, LotTrigger::expire))
          events.push_back(CreditsExpired{lot.id, lot.available});
      break;
    case DueKind::subscription_ends: end_subscription(account, policy, events); break;
    case DueKind::cycle_renews:
      begin_cycle(account, account.plan_or_free(), account.anchor_day, seats, {due.at, due.at},
                  policy, events);
      break;
    default: break;
  }
  return events;
}

void evolve(CreditAccount& account, Agenda&, const SubscriptionStarted& e) {
  go(account, e, [&] {
    account.plan = e.plan;
    account.anchor_day = e.anchor_day;
    account.has_ended = false;
    account.ends_at.reset();
  });
}

void evolve(CreditAccount& account, Agenda& agenda, const TrialStarted& e, const Stamp& stamp) {
  go(account, e, [&] {
    account.in_trial = true;
    account.cycle_started_at = stamp.at;
    account.next_renewal_at = e.ends_at;
    agenda.insert(due(e.ends_at, DueKind::cycle_renews));
  });
}

void evolve(CreditAccount& account, Agenda& agenda, const SubscriptionPastDue& e) {
  go(account, e, [&] {
    account.past_due = true;
    agenda.erase(due(account.next_renewal_at, DueKind::cycle_renews));
  });
}

void evolve(CreditAccount& account, Agenda& agenda, const SubscriptionRecovered& e) {
  go(account, e, [&] {
    account.past_due = false;
    if (!account.ends_at) agenda.insert(due(account.next_renewal_at, DueKind::cycle_renews));
  });
}

void evolve(CreditAccount& account, Agenda& agenda, const SubscriptionChanged& e) {
  go(account, e, [&] {
    account.plan = e.to;
    account.first_lot_of_plan = account.next_lot;
    account.plan_was_changed = true;
    account.anchor_day = e.anchor_day;
    if (account.ends_at) agenda.erase(due(*account.ends_at, DueKind::subscription_ends));
    account.ends_at.reset();
    account.in_trial = false;
    account.past_due = false;
  });
}

void evolve(CreditAccount& account, Agenda& agenda, const SubscriptionCancelled& e) {
  go(account, e, [&] {
    account.ends_at = e.ends_at;
    agenda.erase(due(account.next_renewal_at, DueKind::cycle_renews));
    agenda.insert(due(e.ends_at, DueKind::subscription_ends));
  });
}

void evolve(CreditAccount& account, Agenda& agenda, const SubscriptionEnded& e) {
  go(account, e, [&] {
    if (account.ends_at) agenda.erase(due(*account.ends_at, DueKind::subscription_ends));
    agenda.erase(due(account.next_renewal_at, DueKind::cycle_renews));
    account.plan.reset();
    account.ends_at.reset();
    account.in_trial = false;
    account.past_due = false;
    account.has_ended = true;
    account.first_lot_of_plan = account.next_lot;
    account.plan_was_changed = false;
  });
}

void evolve(CreditAccount& account, Agenda& agenda, const CycleRenewed& e, const Stamp& stamp) {
  go(account, e, [&] {
    invariant(e.cycle == account.cycle + 1, "cycles count up by one");
    agenda.erase(due(account.next_renewal_at, DueKind::cycle_renews));
    account.cycle = e.cycle;
    account.in_trial = false;
    account.cycle_started_at = stamp.at;
    account.next_renewal_at = e.next_renewal_at;
    agenda.insert(due(e.next_renewal_at, DueKind::cycle_renews));
  });
}

}  // namespace inmail
