#include "actors/lot_machines.hpp"

#include <algorithm>

namespace inmail {
namespace {

constexpr std::uint16_t granted = CreditsGranted::type.number;
constexpr std::uint16_t sent = InMailSent::type.number;
constexpr std::uint16_t planned = InMailScheduled::type.number;
constexpr std::uint16_t set_aside = CreditReserved::type.number;
constexpr std::uint16_t charge_made = CreditCharged::type.number;
constexpr std::uint16_t released = CreditReleased::type.number;
constexpr std::uint16_t refunded = CreditRefunded::type.number;
constexpr std::uint16_t finished = ChargeFinalized::type.number;
constexpr std::uint16_t expired = CreditsExpired::type.number;
constexpr std::uint16_t forfeited = CreditsForfeited::type.number;
constexpr std::uint16_t voided = CreditsVoided::type.number;

// What they refuse is no order of anybody: the next edge is tried.

Guard only_if(bool condition) { return condition ? pass() : refuse(Rejection::not_allowed); }

Guard is_some(const LotCase& c) { return only_if(c.amount > 0); }
Guard takes_part(const LotCase& c) { return only_if(c.amount < c.available); }
Guard takes_all(const LotCase& c) { return only_if(c.amount == c.available); }
Guard takes_all_but_charges(const LotCase& c) {
  return only_if(c.amount == c.available && c.in_charges > 0);
}
Guard takes_the_last(const LotCase& c) {
  return only_if(c.amount == c.available && c.in_charges == 0);
}
Guard has_other_charges(const LotCase& c) { return only_if(c.amount < c.in_charges); }
Guard comes_back(const LotCase& c) { return only_if(c.comes_back); }

constexpr auto active = LotState::active;
constexpr auto exhausted = LotState::exhausted;
constexpr auto gone = LotState::gone;

using enum LotTrigger;

constexpr LotEdge lots[] = {
    {LotState::none, grant, is_some, granted, active},
    {active, take, takes_part, sent, active},
    {active, take, takes_all, sent, exhausted},
    {active, take, takes_part, planned, active},
    {active, take, takes_all, planned, exhausted},
    {active, take, takes_part, set_aside, active},
    {active, take, takes_all, set_aside, exhausted},
    {active, finish, always, finished, active},
    {exhausted, finish, has_other_charges, finished, exhausted},
    {exhausted, finish, always, finished, gone},
    {active, finish, always, charge_made, active},
    {exhausted, finish, has_other_charges, charge_made, exhausted},
    {exhausted, finish, always, charge_made, gone},
    {active, release, always, released, active},
    {exhausted, release, always, released, active},
    {active, refund, always, refunded, active},
    {exhausted, refund, comes_back, refunded, active},
    {exhausted, refund, has_other_charges, refunded, exhausted},
    {exhausted, refund, always, refunded, gone},
    {active, expire, takes_all_but_charges, expired, exhausted},
    {active, expire, takes_the_last, expired, gone},
    {active, forfeit, takes_part, forfeited, active},
    {active, forfeit, takes_all_but_charges, forfeited, exhausted},
    {active, forfeit, takes_the_last, forfeited, gone},
    {active, make_void, takes_part, voided, active},
    {active, make_void, takes_all_but_charges, voided, exhausted},
    {active, make_void, takes_the_last, voided, gone},
};

Guard may_come_back(const HeldCase& c) { return only_if(c.may_come_back); }

constexpr auto none = HeldState::none;
constexpr auto reserved = HeldState::reserved;
constexpr auto charged = HeldState::charged;

constexpr HeldEdge holdings[] = {
    {none, HeldTrigger::reserve, always, sent, reserved},
    {none, HeldTrigger::reserve, always, planned, reserved},
    {none, HeldTrigger::reserve, always, set_aside, reserved},
    {reserved, HeldTrigger::charge, may_come_back, charge_made, charged},
    {reserved, HeldTrigger::charge, always, charge_made, none},
    {reserved, HeldTrigger::spend, always, charge_made, none},
    {reserved, HeldTrigger::release, always, released, none},
    {reserved, HeldTrigger::refund, always, refunded, none},
    {reserved, HeldTrigger::finish, always, finished, none},
    {charged, HeldTrigger::refund, always, refunded, none},
    {charged, HeldTrigger::finish, always, finished, none},
};

LotState state_of(const Lot& lot) {
  if (lot.available > 0) return active;
  return lot.in_charges > 0 ? exhausted : gone;
}

}  // namespace

std::span<const LotEdge> lot_table() { return lots; }

LotState lot_state(const CreditAccount& account, LotId lot) {
  if (lot >= account.next_lot) return LotState::none;
  const auto found = std::find_if(account.lots.begin(), account.lots.end(),
                                  [&](const Lot& each) { return each.id == lot; });
  return found == account.lots.end() ? gone : state_of(*found);
}

bool can_lose(const Lot& lot, LotTrigger trigger) {
  return way_from(
             lot_table(), state_of(lot), trigger,
             {.amount = lot.available, .available = lot.available, .in_charges = lot.in_charges})
             .edge != nullptr;
}

std::span<const HeldEdge> held_table() { return holdings; }

HeldState held_state(const CreditAccount& account, const InMailId& inmail) {
  const auto found = account.charges.find(inmail);
  if (found == account.charges.end()) return none;
  return found->second.charged ? charged : reserved;
}

bool can_go(const CreditAccount& account, const InMailId& inmail, HeldTrigger trigger) {
  return way_from(held_table(), held_state(account, inmail), trigger, {}).edge != nullptr;
}

}  // namespace inmail
