// The machines of a pool's lots (D4.2) and of what it holds for an InMail (D4.1.2): every edge is
// gone once, and nothing else can be.

#include "actors/lot_machines.hpp"

#include <gtest/gtest.h>

#include <set>

#include "actors/contract.hpp"
#include "actors/member.hpp"
#include "tests/support/given.hpp"

namespace inmail::test {
namespace {

const Timestamp start = utc("2025-01-01");
constexpr LotId lot{1};
constexpr SeatId desk{5};

InMailId numbered(std::uint64_t number) { return inmail_of(make_command_id(start, 1, number)); }
const InMailId first = numbered(1);
const InMailId second = numbered(2);
const InMailId third = numbered(3);

/// `Member` and `Contract` take credits for an InMail by events of their own.
template <class Owner>
Event taking(const InMailId& inmail, std::uint32_t amount) {
  const LotSplits splits{{lot, amount}};
  if constexpr (std::is_same_v<Owner, Contract>)
    return CreditReserved{inmail, desk, splits};
  else
    return InMailSent{
        .inmail = inmail, .from = ada, .to = bob, .pool = ada, .cost = amount, .splits = splits};
}

/// A member takes them, too, for an InMail that is to be sent later.
Event planning(const InMailId& inmail, std::uint32_t amount) {
  return InMailScheduled{.inmail = inmail,
                         .from = ada,
                         .to = bob,
                         .send_at = start + std::chrono::hours{1},
                         .pool = ada,
                         .is_paid = true,
                         .cost = amount,
                         .splits = {{lot, amount}}};
}

Event granting() { return CreditsGranted{.lot = lot, .kind = LotKind::bonus, .amount = 5}; }

template <class Owner>
typename Owner::State folded(const std::vector<Event>& events) {
  typename Owner::State state;
  for (const Event& event : events) Owner::evolve(state, event, {.at = start});
  return state;
}

/// Histories with 5 credits in one lot, and a charge for `first` on it where there can be one.
template <class Owner>
std::vector<std::vector<Event>> histories() {
  const CreditCharged charged{first, {{lot, 2}}, true};
  std::vector<std::vector<Event>> all{
      {},
      {granting()},
      {granting(), taking<Owner>(first, 2)},
      {granting(), taking<Owner>(first, 5)},
      {granting(), taking<Owner>(first, 2), taking<Owner>(second, 3)},
      {granting(), CreditsExpired{lot, 5}},
  };
  if constexpr (std::is_same_v<Owner, Contract>)
    all.push_back({granting(), taking<Owner>(first, 2), charged});
  return all;
}

/// All that the lot or the charge for `first` can be told, some of it in several amounts.
template <class Owner>
std::vector<Event> claims() {
  const LotSplits two{{lot, 2}};
  const LotSplits five{{lot, 5}};
  std::vector<Event> all{granting(),
                         taking<Owner>(third, 1),
                         taking<Owner>(third, 3),
                         taking<Owner>(first, 1),
                         ChargeFinalized{first},
                         CreditCharged{first, two, false},
                         CreditReleased{first, two, ReleaseReason::send_rejected},
                         CreditReleased{first, five, ReleaseReason::send_rejected},
                         CreditRefunded{.inmail = first, .lot = lot, .amount = 2},
                         CreditRefunded{.inmail = first, .lot = LotId{2}, .amount = 2}};
  std::get<CreditRefunded>(all[8]).into_original_lot = true;
  std::get<CreditRefunded>(all[9]).into_original_lot = false;
  if constexpr (std::is_same_v<Owner, Contract>) all.push_back(CreditCharged{first, two, true});
  if constexpr (std::is_same_v<Owner, Member>)
    for (const std::uint32_t amount : {1u, 3u}) all.push_back(planning(third, amount));
  for (const std::uint32_t amount : {1u, 3u, 5u}) {
    all.push_back(CreditsExpired{lot, amount});
    all.push_back(CreditsForfeited{lot, amount, 0});
    all.push_back(CreditsVoided{lot, amount, VoidReason::adjusted});
  }
  return all;
}

template <class Table, class State>
const void* edge_of(Table table, State from, const Event& event, State to) {
  for (const auto& edge : table)
    if (edge.from == from && edge.to == to && edge.event == type_of(event).number) return &edge;
  return nullptr;
}

bool is_about_a_charge(const Event& event) {
  return std::holds_alternative<ChargeFinalized>(event) ||
         std::holds_alternative<CreditCharged>(event) ||
         std::holds_alternative<CreditReleased>(event) ||
         std::holds_alternative<CreditRefunded>(event);
}

/// Tells each history each of the claims. What is followed must have been an edge.
template <class Owner>
void walk(std::set<const void*>& gone) {
  for (const std::vector<Event>& history : histories<Owner>())
    for (const Event& event : claims<Owner>()) {
      auto state = folded<Owner>(history);
      const LotState lot_before = lot_state(state.account, lot);
      const bool is_plan = std::holds_alternative<InMailScheduled>(event);
      const bool is_take = is_plan || event.index() == taking<Owner>(first, 1).index();
      const InMailId charge = is_take && event != taking<Owner>(first, 1) ? third : first;
      const HeldState held_before = held_state(state.account, charge);
      try {
        Owner::evolve(state, event, {.at = start});
      } catch (const Defect&) {
        continue;
      }
      const std::string what = std::string(type_of(event).name) + " from " +
                               std::to_string(static_cast<int>(lot_before)) + " and " +
                               std::to_string(static_cast<int>(held_before));
      const LotState lot_after = lot_state(state.account, lot);
      const HeldState held_after = held_state(state.account, charge);
      const auto* of_lot = edge_of(lot_table(), lot_before, event, lot_after);
      // A charge that is made and stays open leaves its lots as they are.
      const bool stays_open = held_after == HeldState::charged;
      EXPECT_TRUE(of_lot != nullptr || stays_open) << what;
      if (!stays_open) gone.insert(of_lot);
      if (!is_take && !is_about_a_charge(event)) continue;
      const auto* of_charge = edge_of(held_table(), held_before, event, held_after);
      EXPECT_NE(of_charge, nullptr) << what;
      gone.insert(of_charge);
    }
}

TEST(LotMachines, GoEveryEdgeThatTheyHaveAndNoOther) {
  std::set<const void*> gone;
  walk<Member>(gone);
  walk<Contract>(gone);
  for (std::size_t row = 0; row < lot_table().size(); ++row)
    EXPECT_TRUE(gone.contains(&lot_table()[row])) << "row " << row << " of the lots";
  // An acceptance makes the charge as a delivery does whose charge cannot come back.
  for (std::size_t row = 0; row < held_table().size(); ++row)
    EXPECT_TRUE(gone.contains(&held_table()[row]) ||
                held_table()[row].trigger == HeldTrigger::spend)
        << "row " << row << " of the charges";
}

TEST(LotMachines, TakeNoEventForWhichThereIsNoEdge) {
  std::size_t refused = 0;
  for (const std::vector<Event>& history : histories<Contract>())
    for (const Event& event : claims<Contract>()) {
      auto state = folded<Contract>(history);
      const LotState from = lot_state(state.account, lot);
      const bool has_edge =
          std::any_of(lot_table().begin(), lot_table().end(), [&](const LotEdge& edge) {
            return edge.from == from && edge.event == type_of(event).number;
          });
      if (has_edge) continue;
      EXPECT_THROW(Contract::evolve(state, event, {.at = start}), Defect) << type_of(event).name;
      ++refused;
    }
  EXPECT_GT(refused, 40u);
}

TEST(LotMachines, LetNothingBeLostOfALotThatHasNothing) {
  const Lot exhausted{.id = lot, .available = 0, .in_charges = 3};
  const Lot active{.id = lot, .available = 2, .in_charges = 3};
  for (const LotTrigger trigger :
       {LotTrigger::expire, LotTrigger::forfeit, LotTrigger::make_void}) {
    EXPECT_FALSE(can_lose(exhausted, trigger));
    EXPECT_TRUE(can_lose(active, trigger));
  }
}

TEST(LotMachines, EndAChargeOnceHoweverOftenItIsTold) {
  using enum HeldTrigger;
  const auto can = [](const std::vector<Event>& history, HeldTrigger trigger) {
    return can_go(folded<Contract>(history).account, first, trigger);
  };
  const std::vector<Event> nothing{granting()};
  const std::vector<Event> held{granting(), taking<Contract>(first, 2)};
  std::vector<Event> charged = held;
  charged.push_back(CreditCharged{first, {{lot, 2}}, true});
  for (const HeldTrigger end : {refund, finish}) {
    EXPECT_FALSE(can(nothing, end));
    EXPECT_TRUE(can(held, end));
    EXPECT_TRUE(can(charged, end));
  }
  for (const HeldTrigger end : {charge, spend, release}) {
    EXPECT_FALSE(can(nothing, end));
    EXPECT_TRUE(can(held, end));
    EXPECT_FALSE(can(charged, end));
  }
  EXPECT_TRUE(can(nothing, reserve));
  EXPECT_FALSE(can(held, reserve));
}

}  // namespace
}  // namespace inmail::test
