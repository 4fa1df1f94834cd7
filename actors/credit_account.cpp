#include "actors/credit_account.hpp"

#include "actors/footprint.hpp"

#include <algorithm>
#include <tuple>

#include "actors/credit_cycle.hpp"
#include "actors/lot_machines.hpp"

namespace inmail {
namespace {

/// Whether `left` is spent before `right`. Earliest expiry first, never last; then the older.
bool expires_before(const Lot& left, const Lot& right) {
  const auto key = [](const Lot& lot) {
    return std::tuple(lot.expires_at.value_or(Timestamp::max()), lot.granted_at, lot.id);
  };
  return key(left) < key(right);
}

/// As the spend order sees a lot: what does not roll over dies with the cycle (D3.2 accum.enabled).
Lot as_spent(const CreditAccount& account, Lot lot, const AccumPolicy& accum) {
  if (account.plan && !accum.enabled && accum.cap_scope.has(lot.kind))
    lot.expires_at = std::min(lot.expires_at.value_or(Timestamp::max()), account.next_renewal_at);
  return lot;
}

bool spent_before(const Lot& left, const Lot& right, SpendOrder order) {
  switch (order) {
    case SpendOrder::expiry_then_grant: return expires_before(left, right);
    case SpendOrder::fifo_grant:
      return std::tuple(left.granted_at, left.id) < std::tuple(right.granted_at, right.id);
    case SpendOrder::lifo:
      return std::tuple(left.granted_at, left.id) > std::tuple(right.granted_at, right.id);
    case SpendOrder::plan_first: {
      const bool left_bought = left.kind == LotKind::purchase;
      const bool right_bought = right.kind == LotKind::purchase;
      if (left_bought != right_bought) return right_bought;
      return expires_before(left, right);
    }
  }
  return expires_before(left, right);
}

Lot* find_lot(CreditAccount& account, LotId id) {
  const auto found = std::find_if(account.lots.begin(), account.lots.end(),
                                  [&](const Lot& l) { return l.id == id; });
  return found == account.lots.end() ? nullptr : &*found;
}

Lot& lot_of(CreditAccount& account, LotId id) {
  Lot* lot = find_lot(account, id);
  invariant(lot != nullptr, "an event names a lot that its pool has");
  return *lot;
}

/// A lot dies on the agenda only while it has something to lose.
void watch_expiry(Agenda& agenda, const Lot& lot) {
  if (!lot.expires_at) return;
  const Due expiry = due(*lot.expires_at, DueKind::lot_expires, lot.id);
  if (lot.available > 0)
    agenda.insert(expiry);
  else
    agenda.erase(expiry);
}

/// After a change of a lot: its place on the agenda, and its end when nothing can come back to it.
void settle_lot(CreditAccount& account, Agenda& agenda, LotId id) {
  const Lot& lot = lot_of(account, id);
  watch_expiry(agenda, lot);
  if (lot.available == 0 && lot.in_charges == 0)
    std::erase_if(account.lots, [&](const Lot& each) { return each.id == id; });
}

/// Makes the change of an event to a lot, which must lead where the table says.
template <class Event, class Change>
void go(CreditAccount& account, Agenda& agenda, LotId id, Change&& change) {
  const LotState from = lot_state(account, id);
  change(lot_of(account, id));
  settle_lot(account, agenda, id);
  step<Event>(lot_table(), from, lot_state(account, id));
}

template <class Event>
void lose(CreditAccount& account, Agenda& agenda, const Event& e) {
  go<Event>(account, agenda, e.lot, [&](Lot& lot) {
    invariant(e.amount <= lot.available, "a lot loses no more than it has");
    lot.available -= e.amount;
  });
}

/// Takes the splits of a charge out of what is available, until `end_charge`.
template <class Event>
void open_charge(CreditAccount& account, Agenda& agenda, const InMailId& inmail,
                 OpenCharge charge) {
  step<Event>(held_table(), held_state(account, inmail), HeldState::reserved);
  for (const LotSplit& split : charge.splits)
    go<Event>(account, agenda, split.lot, [&](Lot& lot) {
      invariant(split.amount <= lot.available, "a lot gives no more than it has");
      lot.available -= split.amount;
      lot.in_charges += split.amount;
    });
  account.charges.emplace(inmail, std::move(charge));
}

/// Ends the charge of an InMail: its splits leave their lots' `in_charges`, of which
/// `comes_back(split)` is available again.
template <class Event, class ComesBack>
void end_charge(CreditAccount& account, Agenda& agenda, const InMailId& inmail,
                ComesBack&& comes_back) {
  step<Event>(held_table(), held_state(account, inmail), HeldState::none);
  const LotSplits splits = std::move(account.charges.extract(inmail).mapped().splits);
  for (const LotSplit& split : splits)
    go<Event>(account, agenda, split.lot, [&](Lot& lot) {
      invariant(split.amount <= lot.in_charges, "a lot gets back no more than it gave");
      lot.in_charges -= split.amount;
      lot.available += comes_back(split);
    });
}

std::uint32_t nothing_of(const LotSplit&) { return 0; }

/// What comes back to credits of a plan that has ended or was changed since is void at once (D3.11,
/// A14; D3.2), unless it would have been kept had it been there then.
void void_if_plan_is_over(const CreditAccount& account, const Lot& lot, std::uint32_t amount,
                          const Policy& policy, std::vector<Event>& events) {
  const bool has_none = !account.plan && account.has_ended;
  const bool is_of_former = has_none || lot.id < account.first_lot_of_plan;
  if (!is_of_former || outlives_its_plan(lot, policy)) return;
  const bool was_changed = !has_none && account.plan_was_changed;
  const bool is_kept = was_changed ? policy.lot.on_plan_change != OnPlanChange::void_all
                                   : policy.lot.on_cancel_subscription == OnCancel::keep;
  if (is_kept) return;
  events.push_back(CreditsVoided{
      lot.id, amount, was_changed ? VoidReason::plan_changed : VoidReason::subscription_ended});
}

/// How a charge ended, as an event of the recipient tells it.
struct End {
  ChargeEnd charge = ChargeEnd::none;
  std::uint32_t amount = 0;
  RefundOn reason = RefundOn::reply;
};

End end_told_by(const Event& source) {
  return std::visit(
      match{
          [](const Replied& e) {
            return End{e.charge, e.refund_amount, refund_on(e.kind, e.as_auto_reply)};
          },
          [](const RefundWindowClosed& e) {
            return End{e.charge, e.refund_amount,
                       e.answered ? refund_on(e.answered->kind, e.answered->as_auto_reply)
                                  : RefundOn::no_response};
          },
          [](const Expired& e) {
            return End{e.charge, e.refund_amount, RefundOn::expired};
          },
          [](const InMailRetracted& e) {
            return End{e.charge, e.refund_amount, RefundOn::unopened};
          },
          [](const ChargeEnded& e) {
            return End{e.charge, e.refund_amount, e.reason};
          },
          [](const InMailDelivered& e) {
            return End{e.refundable ? ChargeEnd::none : ChargeEnd::final, 0, RefundOn::reply};
          },
          [](const auto&) { return End{}; },
      },
      source);
}

HeldTrigger trigger_of(ChargeEnd end) {
  switch (end) {
    case ChargeEnd::refund: return HeldTrigger::refund;
    case ChargeEnd::final: return HeldTrigger::finish;
    case ChargeEnd::spend: return HeldTrigger::spend;
    case ChargeEnd::release: return HeldTrigger::release;
    case ChargeEnd::none: break;
  }
  throw_defect("a notice of the end of a charge tells how it ended");
}

/// Where a release for this reason goes (D3.3). A send that was refused has changed nothing, and
/// goes back to where it came from.
ReleaseTo release_goes_to(ReleaseReason reason, const ChargePolicy& charge) {
  switch (reason) {
    case ReleaseReason::send_rejected: return ReleaseTo::original_lot;
    case ReleaseReason::taken_back:
    case ReleaseReason::not_accepted: return charge.release_user_cancel;
    case ReleaseReason::delivery_failed:
    case ReleaseReason::lost:
    case ReleaseReason::not_dispatched: break;
  }
  return charge.release_system_failure;
}

bool is_dead(const Lot& lot, Timestamp now) { return lot.expires_at && *lot.expires_at <= now; }

/// When a lot that takes the refund of a charge on `original` dies (D3.4 refund.lot_life).
std::optional<Timestamp> refund_lot_death(const CreditAccount& account, const Lot& original,
                                          const Policy& policy, Timestamp now) {
  switch (policy.refund.lot_life) {
    case RefundLotLife::fresh: break;
    case RefundLotLife::inherit_original: return original.expires_at;
    case RefundLotLife::inherit_floor:
      if (!original.expires_at) return std::nullopt;
      return std::max(*original.expires_at, now + policy.refund.lot_floor_s);
  }
  return lot_death(policy.terms(account.plan_or_free()), now);
}

std::vector<Event> refund(const CreditAccount& account, const OpenCharge& charge, const End& end,
                          const Notice& notice, const Context& context) {
  const std::uint32_t amount = end.amount;
  invariant(amount > 0 && !charge.splits.empty(), "a refund gives back something of a lot");
  const InMailId inmail{notice.key.subject};
  const Policy& policy = context.policies->at(charge.pinned);
  const auto original =
      std::find_if(account.lots.begin(), account.lots.end(),
                   [&](const Lot& each) { return each.id == charge.splits.front().lot; });
  invariant(original != account.lots.end(), "the lot of an open charge is kept");
  CreditRefunded refund{inmail, original->id, amount, true, end.reason, notice.at};
  const bool is_of_seat = charge.sender && charge.sender->kind() == StreamKind::seat;
  if (is_of_seat && policy.refund.to == RefundTo::seat_quota_too && charge.cycle == account.cycle)
    refund.restores = charge.sender->seat();
  if (end.reason == RefundOn::expired && !policy.refund.on.has(RefundOn::expired))
    refund.reason = RefundOn::unopened;
  std::vector<Event> events;
  Lot into = *original;
  const bool inherits = policy.refund.lot_life == RefundLotLife::inherit_original;
  const bool fits = charge.splits.size() == 1 && amount <= charge.splits.front().amount;
  if (!inherits || !fits) {
    into.id = account.next_lot;
    into.kind = LotKind::refund;
    into.expires_at = refund_lot_death(account, *original, policy, context.now);
    events.push_back(CreditsGranted{.lot = into.id,
                                    .kind = into.kind,
                                    .amount = amount,
                                    .expires_at = into.expires_at,
                                    .inmail = inmail});
    refund.lot = into.id;
    refund.into_original_lot = false;
  }
  events.push_back(refund);
  if (is_dead(into, context.now))
    events.push_back(CreditsExpired{into.id, amount});
  else
    void_if_plan_is_over(account, into, amount, context.policy(), events);
  return events;
}

}  // namespace

std::uint64_t CreditAccount::available() const {
  std::uint64_t sum = 0;
  for (const Lot& lot : lots) sum += lot.available;
  return sum;
}

std::optional<LotSplits> splits_for(const CreditAccount& account, std::uint32_t cost,
                                    const Policy& policy) {
  if (account.available() < cost) return std::nullopt;
  std::vector<Lot> order;
  for (const Lot& lot : account.lots)
    if (lot.available > 0) order.push_back(as_spent(account, lot, policy.accum));
  std::sort(order.begin(), order.end(), [&](const Lot& left, const Lot& right) {
    return spent_before(left, right, policy.lot.spend_order);
  });
  LotSplits splits;
  for (const Lot& lot : order) {
    if (cost == 0) break;
    const std::uint32_t taken = std::min(cost, lot.available);
    splits.push_back({lot.id, taken});
    cost -= taken;
  }
  return splits;
}

Decision grant_bonus(const CreditAccount& account, std::uint32_t credits, std::uint64_t approver,
                     const Text& reason, const Context& context) {
  if (credits == 0) return Decision::reject(Rejection::malformed);
  CreditsGranted grant{.lot = account.next_lot, .kind = LotKind::bonus, .amount = credits};
  grant.expires_at = bonus_lot_death(context.policy(), account.plan_or_free(), context.now);
  grant.approver = approver;
  grant.reason = reason;
  return Decision::happened(std::move(grant));
}

std::size_t footprint(const CreditAccount& account) {
  return account.lots.capacity() * sizeof(Lot) + footprint_of(account.charges, sizeof(LotSplit)) +
         footprint_of(account.purchases) + footprint_of(account.transfers);
}

std::uint32_t credits_in(const LotSplits& splits) {
  std::uint32_t sum = 0;
  for (const LotSplit& split : splits) sum += split.amount;
  return sum;
}

std::vector<Event> release(const CreditAccount& account, const InMailId& inmail,
                           ReleaseReason reason, const Context& context) {
  if (!can_go(account, inmail, HeldTrigger::release)) return {};
  const LotSplits& splits = account.charges.at(inmail).splits;
  std::vector<Event> events{CreditReleased{inmail, splits, reason}};

  const Policy& policy = context.policy();
  const ReleaseTo rule = release_goes_to(reason, policy.charge);

  // What goes back into a dead lot dies at once; what the policy makes good is granted anew.
  std::uint32_t lost = 0;
  for (const LotSplit& split : splits)
    for (const Lot& lot : account.lots) {
      if (lot.id != split.lot) continue;
      if (is_dead(lot, context.now)) {
        events.push_back(CreditsExpired{lot.id, split.amount});
        lost += split.amount;
      } else if (rule == ReleaseTo::lost) {
        events.push_back(CreditsVoided{lot.id, split.amount, VoidReason::released});
      } else {
        void_if_plan_is_over(account, lot, split.amount, policy, events);
      }
    }
  if (lost > 0 && account.plan && rule == ReleaseTo::fresh_lot)
    events.push_back(
        CreditsGranted{.lot = account.next_lot,
                       .kind = LotKind::adjust,
                       .amount = lost,
                       .expires_at = bonus_lot_death(policy, account.plan_or_free(), context.now),
                       .inmail = inmail});
  return events;
}

void add_payment(SendForecast& forecast, const CreditAccount& account, const Policy& policy) {
  forecast.available = account.available();
  if (auto splits = splits_for(account, forecast.cost, policy))
    forecast.splits = std::move(*splits);
  else
    forecast.refusals.push_back({Rejection::insufficient_credits, forecast.cost,
                                 static_cast<std::int64_t>(forecast.available)});
}

std::vector<Event> settle(const CreditAccount& account, const Notice& notice,
                          const Context& context) {
  const InMailId inmail{notice.key.subject};
  const End end = end_told_by(*notice.event);
  const HeldTrigger trigger = trigger_of(end.charge);
  if (!can_go(account, inmail, trigger)) return {};
  const OpenCharge& charge = account.charges.at(inmail);
  if (trigger == HeldTrigger::spend) return {CreditCharged{inmail, charge.splits, false}};
  if (trigger == HeldTrigger::finish) return {ChargeFinalized{inmail}};
  if (trigger == HeldTrigger::refund) return refund(account, charge, end, notice, context);
  return release(account, inmail, ReleaseReason::not_accepted, context);
}

std::vector<Event> charge_delivered(const CreditAccount& account,
                                    const InMailDelivered& delivered) {
  const InMailId& inmail = delivered.ref.inmail;
  if (!can_go(account, inmail, HeldTrigger::charge)) return {};
  return {CreditCharged{inmail, account.charges.at(inmail).splits, delivered.refundable,
                        delivered.pinned}};
}

std::vector<Event> close_account(const CreditAccount& account, std::vector<Event> events,
                                 const Context& context) {
  if (account.plan) events.push_back(SubscriptionEnded{*account.plan});
  return keep_closed(account, std::move(events), context);
}

CreditAccount account_after(const CreditAccount& account, const std::vector<Event>& events,
                            const Context& context) {
  CreditAccount after = account;
  Agenda ignored;
  const Stamp stamp{.at = context.now, .policy = context.version};
  for (const Event& event : events)
    std::visit(
        [&](const auto& e) {
          if constexpr (requires { evolve(after, ignored, e, stamp); })
            evolve(after, ignored, e, stamp);
          else if constexpr (requires { evolve(after, ignored, e); })
            evolve(after, ignored, e);
        },
        event);
  return after;
}

std::vector<Event> keep_closed(const CreditAccount& account, std::vector<Event> events,
                               const Context& context) {
  for (const Lot& lot : account_after(account, events, context).lots)
    if (can_lose(lot, LotTrigger::make_void))
      events.push_back(CreditsVoided{lot.id, lot.available, VoidReason::member_erased});
  return events;
}

void evolve(CreditAccount& account, Agenda& agenda, const CreditsGranted& e, const Stamp& stamp) {
  invariant(e.amount > 0 && e.lot == account.next_lot, "lots are granted in order, and not empty");
  step<CreditsGranted>(lot_table(), lot_state(account, e.lot), LotState::active);
  account.lots.push_back({e.lot, e.kind, e.amount, 0, stamp.at, e.expires_at});
  account.next_lot = LotId{e.lot.value + 1};
  watch_expiry(agenda, account.lots.back());
}

void open_charge(CreditAccount& account, Agenda& agenda, const InMailSent& e, const Stamp& stamp) {
  open_charge<InMailSent>(account, agenda, e.inmail, {.splits = e.splits, .pinned = stamp.policy});
}

void open_charge(CreditAccount& account, Agenda& agenda, const InMailScheduled& e,
                 const Stamp& stamp) {
  open_charge<InMailScheduled>(account, agenda, e.inmail,
                               {.splits = e.splits, .pinned = stamp.policy});
}

void evolve(CreditAccount& account, Agenda& agenda, const CreditReserved& e, const Stamp& stamp) {
  open_charge<CreditReserved>(
      account, agenda, e.inmail,
      {.splits = e.splits, .pinned = stamp.policy, .sender = e.sender, .cycle = account.cycle});
}

void evolve(CreditAccount& account, Agenda& agenda, const CreditCharged& e) {
  if (!e.refundable) return end_charge<CreditCharged>(account, agenda, e.inmail, nothing_of);
  step<CreditCharged>(held_table(), held_state(account, e.inmail), HeldState::charged);
  account.charges.at(e.inmail).charged = true;
  if (e.pinned.value > 0) pin_charge(account, e.inmail, e.pinned);
}

void evolve(CreditAccount& account, Agenda& agenda, const CreditReleased& e) {
  const auto found = account.charges.find(e.inmail);
  invariant(found != account.charges.end() && found->second.splits == e.splits,
            "a release gives back what was reserved");
  end_charge<CreditReleased>(account, agenda, e.inmail,
                             [](const LotSplit& split) { return split.amount; });
}

void evolve(CreditAccount& account, Agenda& agenda, const CreditRefunded& e) {
  end_charge<CreditRefunded>(account, agenda, e.inmail, [&](const LotSplit& split) {
    return e.into_original_lot && split.lot == e.lot ? e.amount : 0;
  });
}

void evolve(CreditAccount& account, Agenda& agenda, const ChargeFinalized& e) {
  end_charge<ChargeFinalized>(account, agenda, e.inmail, nothing_of);
}

void evolve(CreditAccount& account, Agenda&, const CountedInCycle& e) {
  const auto found = account.charges.find(e.inmail);
  invariant(found != account.charges.end() && !found->second.charged,
            "what is counted anew is reserved, and not charged yet");
  found->second.cycle = e.cycle;
}

void evolve(CreditAccount& account, Agenda& agenda, const CreditsExpired& e) {
  lose(account, agenda, e);
}

void evolve(CreditAccount& account, Agenda& agenda, const CreditsForfeited& e) {
  lose(account, agenda, e);
}

void evolve(CreditAccount& account, Agenda& agenda, const CreditsVoided& e) {
  lose(account, agenda, e);
}

void pin_charge(CreditAccount& account, const InMailId& inmail, PolicyVersion policy) {
  const auto found = account.charges.find(inmail);
  invariant(found != account.charges.end(), "what was paid when it was scheduled is charged");
  found->second.pinned = policy;
}

}  // namespace inmail
