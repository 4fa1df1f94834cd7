// A pool that many seats drain at once, in every order that a seeded scheduler comes up with.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/support/actor_world.hpp"
#include "tests/support/seeds.hpp"
#include "tests/support/world_check.hpp"

namespace inmail::test {
namespace {

constexpr std::uint64_t seats = 50;
constexpr std::uint32_t pool = 40;
constexpr std::uint64_t good_sends = 2 * seats;

constexpr ContractId contract{1};
constexpr MemberId blocker{900};
constexpr MemberId opted_out{901};
constexpr MemberId silent{902};  ///< Some seats wait for its answer from the start.
constexpr MemberId nobody{999};
constexpr std::uint64_t willing = 12;  ///< Members 1 to 12.

constexpr std::string_view policy = R"(
name = "pool"
inherits = "default"
[plan.recruiter_corp]
monthly_allotment = 0
[limit]
body_max = 20
[followup]
max_unanswered = 0
[undo]
window_s = 0
)";

constexpr SeatId seat(std::uint64_t number) { return SeatId{number}; }
constexpr MemberId holder(std::uint64_t number) { return MemberId{100 + number}; }

struct Planned {
  SendInMail send;
  Rejection refused{};  ///< By which guard; 0: it may go as far as the pool.
};

/// One contract, its seats, and what they will send: two sends a seat that only the pool can
/// refuse, and one that breaks an earlier guard.
class Rush {
 public:
  explicit Rush(ActorWorldOptions options) : world_(std::move(options)) {
    for (std::uint64_t each = 1; each <= willing; ++each)
      submit(RegisterMember{MemberId{each}, "W"});
    for (const MemberId each : {blocker, opted_out, silent}) submit(RegisterMember{each, "R"});
    for (std::uint64_t each = 1; each <= seats; ++each) submit(RegisterMember{holder(each), "H"});
    submit(CreateContract{contract, 0});
    world_.run();
    submit(SetPreference{opted_out, InMailPreference::disabled});
    for (std::uint64_t each = 1; each <= seats; ++each) {
      submit(AddSeat{contract, seat(each), holder(each), role_of(each)});
      submit(BlockMember{blocker, holder(each)});
    }
    submit(StartSubscription{contract, PlanKind::recruiter_corp});
    submit(GrantBonus{contract, pool + waiting_seats(), 1, "To start with"});
    world_.run();
    for (std::uint64_t each = 1; each <= seats; ++each)
      if (waits(each)) submit(letter(each, silent));
    world_.run();
  }

  ActorWorld& world() { return world_; }

  /// Hands in everything in an order of chance, letting a few things happen between.
  void hand_in() {
    std::vector<Planned> all;
    for (std::uint64_t each = 1; each <= seats; ++each) {
      if (role_of(each) == SeatRole::recruiter) {
        all.push_back({letter(each, MemberId{1 + each % willing}), {}});
        all.push_back({letter(each, MemberId{1 + (each + 5) % willing}), {}});
      }
      all.push_back(doomed(each));
    }
    // Seats whose holder may not send have only the one that is refused; others make up for them.
    for (std::uint64_t each = 1; all.size() < 3 * seats; ++each)
      if (role_of(each) == SeatRole::recruiter)
        all.push_back({letter(each, MemberId{1 + (each + 8) % willing}), {}});
    std::shuffle(all.begin(), all.end(), world_.chance());
    for (Planned& each : all) {
      planned_.emplace(world_.submit(each.send), each.refused);
      for (auto moves = world_.chance()() % 4; moves > 0; --moves) world_.move();
    }
  }

  void expect_all_of_the_pool_spent_and_no_more() {
    EXPECT_EQ(findings_in(world_), std::vector<std::string>{});
    std::uint64_t sent = 0;
    std::uint64_t out_of_credits = 0;
    for (const auto& [id, expected] : planned_) {
      const Answer& answer = world_.answer(id);
      if (expected != Rejection{}) {
        EXPECT_EQ(name_of(answer.refusal.code), name_of(expected));
      } else if (answer.ok()) {
        ++sent;
      } else {
        EXPECT_EQ(name_of(answer.refusal.code), name_of(Rejection::insufficient_credits));
        ++out_of_credits;
      }
    }
    EXPECT_EQ(sent, pool);
    EXPECT_EQ(out_of_credits, good_sends - pool);
    EXPECT_EQ(charges_, 0u);
    look_at_reservations();
    EXPECT_EQ(charges_, pool + waiting_seats());
  }

  /// Reservations whose seat knew of no such InMail after a crash.
  std::uint64_t reservations_lost() const { return reservations_lost_; }

 private:
  static SeatRole role_of(std::uint64_t number) {
    return number % 10 == 7 ? SeatRole::hiring_manager : SeatRole::recruiter;
  }
  static bool waits(std::uint64_t number) { return number % 10 == 4; }
  static std::uint32_t waiting_seats() { return seats / 10; }

  static SendInMail letter(std::uint64_t from, MemberId to) {
    return {holder(from), seat(from), to, "A role", "Interested?"};
  }

  /// A send that a guard before the pool refuses, whatever happens beside it.
  static Planned doomed(std::uint64_t number) {
    SendInMail send = letter(number, MemberId{1 + (number + 3) % willing});
    switch (number % 10) {
      case 0: send.to = send.from; return {send, Rejection::self_send};
      case 1: send.to = nobody; return {send, Rejection::unknown_recipient};
      case 2: send.to = blocker; return {send, Rejection::recipient_unavailable};
      case 3: send.subject = ""; return {send, Rejection::subject_empty};
      case 4: send.to = silent; return {send, Rejection::awaiting_response};
      case 5: send.body = "This is longer than 20."; return {send, Rejection::body_too_long};
      case 6: send.to = opted_out; return {send, Rejection::recipient_unavailable};
      case 7: return {send, Rejection::role_cannot_send};
      case 8: send.seat = seat(number + 1'000); return {send, Rejection::unknown_sender};
      default: send.from = holder(number + 1); return {send, Rejection::not_allowed};
    }
  }

  void look_at_reservations() {
    const auto end = for_each_record(world_.log(), Position{1}, [&](const Record& record) {
      if (std::holds_alternative<CreditCharged>(record.event)) ++charges_;
      if (const auto* released = std::get_if<CreditReleased>(&record.event))
        if (released->reason == ReleaseReason::lost) ++reservations_lost_;
      if (!std::holds_alternative<CreditReserved>(record.event)) return true;
      const auto found = planned_.find(record.header.cause);
      const bool was_doomed = found != planned_.end() && found->second != Rejection{};
      EXPECT_FALSE(was_doomed) << "a doomed send held a credit";
      return true;
    });
    EXPECT_TRUE(end.ok());
  }

  template <class Each>
  void submit(Each command) {
    world_.submit(Command{std::move(command)});
  }

  ActorWorld world_;
  std::map<CommandId, Rejection> planned_;
  std::uint64_t charges_ = 0;
  std::uint64_t reservations_lost_ = 0;
};

TEST(ContractInterleaving, ChargesExactlyThePoolsWorthInEveryOrder) {
  for_each_seed(1'000, [](std::uint64_t seed) {
    Rush rush({.seed = seed, .policy = std::string(policy)});
    rush.hand_in();
    rush.world().run();
    rush.expect_all_of_the_pool_spent_and_no_more();
  });
}

TEST(ContractInterleaving, ChargesThePoolsWorthWhereEverybodySleepsAfterEveryMail) {
  for_each_seed(500, [](std::uint64_t seed) {
    Rush rush({.seed = seed, .policy = std::string(policy), .sleeps_after_every_mail = true});
    rush.hand_in();
    rush.world().run();
    rush.expect_all_of_the_pool_spent_and_no_more();
  });
}

TEST(ContractInterleaving, ChargesThePoolsWorthAcrossCrashes) {
  std::uint64_t given_back = 0;
  for_each_seed(500, [&](std::uint64_t seed) {
    Rush rush({.seed = seed, .policy = std::string(policy), .sleep_percent = 5});
    ActorWorld& world = rush.world();
    rush.hand_in();
    for (auto crashes = 1 + world.chance()() % 3; crashes > 0; --crashes) {
      for (auto moves = world.chance()() % 400; moves > 0 && world.move(); --moves) {
      }
      world.crash();
      world.submit_lost_again();
    }
    world.run();
    rush.expect_all_of_the_pool_spent_and_no_more();
    given_back += rush.reservations_lost();
  });
  EXPECT_GT(given_back, 0u) << "no crash fell between a reservation and its send";
}

/// Contracts that all add the same seats at once, each for a holder of its own.
class Scramble {
 public:
  static constexpr std::uint64_t wanted = 3;
  static constexpr std::uint64_t rivals = 3;

  explicit Scramble(ActorWorldOptions options) : world_(std::move(options)) {
    for (std::uint64_t each = 1; each <= rivals; ++each) {
      world_.submit(RegisterMember{MemberId{each}, "R"});
      world_.submit(CreateContract{ContractId{each}, 0});
      world_.submit(StartSubscription{ContractId{each}, PlanKind::recruiter_lite});
    }
    world_.run();
    for (std::uint64_t number = 1; number <= wanted; ++number)
      for (std::uint64_t each = 1; each <= rivals; ++each)
        world_.submit(AddSeat{ContractId{each}, seat(number), MemberId{each}});
  }

  ActorWorld& world() { return world_; }

  void expect_one_contract_for_each_seat() {
    world_.run();
    EXPECT_EQ(findings_in(world_), std::vector<std::string>{});
    std::map<SeatId, std::set<ContractId>> owners;
    std::map<SeatId, ContractId> opened;
    const auto end = for_each_record(world_.log(), Position{1}, [&](const Record& record) {
      const StreamId stream = record.header.stream;
      if (const auto* e = std::get_if<SeatAdded>(&record.event)) {
        EXPECT_TRUE(owners[e->seat].insert(stream.contract()).second);
      }
      if (const auto* e = std::get_if<SeatRemoved>(&record.event)) {
        EXPECT_EQ(owners[e->seat].erase(stream.contract()), 1u);
        ++removed_;
      }
      if (const auto* e = std::get_if<SeatOpened>(&record.event))
        opened[stream.seat()] = e->contract;
      const auto* rejected = std::get_if<CommandRejected>(&record.event);
      if (rejected == nullptr) return true;
      EXPECT_EQ(name_of(rejected->code), name_of(Rejection::already_exists));
      ++refused_;
      return true;
    });
    EXPECT_TRUE(end.ok());
    EXPECT_EQ(opened.size(), wanted);
    for (const auto& [id, owner] : opened) EXPECT_EQ(owners[id], std::set{owner});
  }

  std::uint64_t removed() const { return removed_; }
  std::uint64_t refused() const { return refused_; }

 private:
  ActorWorld world_;
  std::uint64_t removed_ = 0;
  std::uint64_t refused_ = 0;
};

TEST(ContractInterleaving, LeavesASeatToOneOfTheContractsThatAddIt) {
  std::uint64_t removed = 0;
  std::uint64_t refused = 0;
  for_each_seed(500, [&](std::uint64_t seed) {
    Scramble scramble({.seed = seed});
    scramble.expect_one_contract_for_each_seat();
    removed += scramble.removed();
    refused += scramble.refused();
  });
  EXPECT_GT(removed, 0u) << "no two contracts heard that a seat was free";
  EXPECT_GT(refused, 0u) << "no contract heard that a seat was open";
}

TEST(ContractInterleaving, LeavesASeatToOneContractAcrossCrashes) {
  std::uint64_t removed = 0;
  for_each_seed(500, [&](std::uint64_t seed) {
    Scramble scramble({.seed = seed, .sleep_percent = 5});
    ActorWorld& world = scramble.world();
    for (auto crashes = 1 + world.chance()() % 3; crashes > 0; --crashes) {
      for (auto moves = world.chance()() % 60; moves > 0 && world.move(); --moves) {
      }
      world.crash();
      world.submit_lost_again();
    }
    scramble.expect_one_contract_for_each_seat();
    removed += scramble.removed();
  });
  EXPECT_GT(removed, 0u) << "no two contracts heard that a seat was free";
}

}  // namespace
}  // namespace inmail::test
