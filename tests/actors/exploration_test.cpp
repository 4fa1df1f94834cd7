// Members, seats and a contract do what chance says, in every order, with sleep and crashes
// between; whatever they do, a world keeps its promises.

#include <gtest/gtest.h>

#include <array>

#include "actors/contract.hpp"
#include "actors/member.hpp"
#include "actors/resident.hpp"
#include "tests/support/actor_world.hpp"
#include "tests/support/seeds.hpp"
#include "tests/support/world_check.hpp"

namespace inmail::test {
namespace {

constexpr std::uint64_t members = 10;
constexpr std::uint64_t seats = 4;  ///< Held by members 1 to 4.
constexpr ContractId contract{1};
constexpr unsigned acts = 250;

constexpr std::array presets{"default", "seed0", "seed4", "official-now", "legacy-2014", "trace"};

/// Terms under which much goes wrong when they change: the price, and what a letter may be.
constexpr std::array documents{
    "name = \"dear\"\ninherits = \"default\"\n[charge]\ncost = 3\n",
    "name = \"free\"\ninherits = \"default\"\n[charge]\ncost = 0\n",
    "name = \"terse\"\ninherits = \"default\"\n[limit]\nbody_max = 5\n",
    "name = \"strict\"\ninherits = \"seed4\"\n[limit]\nbody_max = 30\n[followup]\nmax_unanswered = "
    "0\n",
};

/// Everybody's plan but one kind is shared.
constexpr std::string_view linked =
    "name = \"linked\"\ninherits = \"default\"\n[plan]\npool_scope = \"linked_accounts\"\n"
    "[plan.career]\npool_scope = \"member\"\n";

struct SentOnce {
  InMailId inmail;
  MemberId from;
  std::optional<SeatId> seat;
  MemberId to;
};

/// People who act by chance.
class People {
 public:
  explicit People(ActorWorld& world) : world_(world) {
    for (std::uint64_t each = 1; each <= members; ++each) give(RegisterMember{MemberId{each}, "M"});
    give(CreateContract{contract, seats});
    for (std::uint64_t each = 1; each <= seats; ++each)
      give(AddSeat{contract, SeatId{each}, MemberId{each}});
    world_.run();
    for (std::uint64_t each = 1; each <= members; ++each)
      give(StartSubscription{MemberId{each}, any_plan()});
    give(StartSubscription{contract, PlanKind::recruiter_lite});
    give(GrantBonus{MemberId{1}, 2, 1, "Welcome"});
  }

  void begin_to_share() {
    give(AdoptPolicy{std::string(linked)});
    world_.run();
    for (const std::uint64_t each : {1, 2})
      give(ChangePlan{MemberId{each}, PlanKind::recruiter_lite});
    for (std::uint64_t each = 3; each <= members; ++each)
      give(ChangePlan{MemberId{each}, PlanKind::career});
    world_.run();
    for (std::uint64_t each = 3; each <= members; ++each)
      give(LinkAccounts{MemberId{1}, MemberId{each}});
    world_.run();
  }

  /// Seats send while the terms change under them.
  void haggle() {
    if (pick(3) == 0) return adopt();
    if (pick(4) == 0) give(GrantBonus{contract, 3, 1, "More"});
    const SeatId seat{1 + pick(seats)};
    const MemberId to = anyone();
    const CommandId id = give(SendInMail{MemberId{seat.value}, seat, to, "A role", "Interested?"});
    sent_.push_back({inmail_of(id), MemberId{seat.value}, seat, to});
  }

  /// Most of them spend from the pool of the first, who is now and then without a plan to share.
  void share() {
    const auto what = pick(100);
    if (what < 12) return static_cast<void>(give(LinkAccounts{pool(), anyone()}));
    if (what < 16) return static_cast<void>(give(UnlinkAccount{pool(), anyone()}));
    if (what < 20) return static_cast<void>(give(GrantBonus{pool(), 3, 1, "More"}));
    if (what < 22) return static_cast<void>(give(ChangePlan{pool(), any_plan()}));
    if (what < 24) return static_cast<void>(give(PaymentFailed{pool()}));
    if (what < 30) return static_cast<void>(give(PaymentRecovered{pool()}));
    act();
  }

  void act() {
    const auto what = pick(100);
    if (what < 36) return send();
    if (what < 50) return open();
    if (what < 66) return respond();
    if (what < 70) return retract();
    if (what < 76) return write();
    if (what < 86) return turn_away();
    if (what < 93) return change_terms();
    if (what < 95) return adopt();
    let_time_pass();
  }

 private:
  std::uint64_t pick(std::uint64_t below) { return world_.chance()() % below; }
  MemberId anyone() { return MemberId{1 + pick(members)}; }
  MemberId pool() { return MemberId{pick(6) == 0 ? 2u : 1u}; }
  StreamId any_owner() { return pick(4) == 0 ? StreamId{contract} : StreamId{anyone()}; }
  PlanKind any_plan() {
    constexpr std::array plans{PlanKind::free, PlanKind::career, PlanKind::business,
                               PlanKind::recruiter_lite, PlanKind::custom};
    return plans[pick(plans.size())];
  }

  CommandId give(Command command) { return world_.submit(std::move(command)); }

  void send() {
    SendInMail letter{anyone(), {}, anyone(), pick(20) == 0 ? "" : "Hello", "A word, perhaps?"};
    if (pick(12) == 0) letter.body = std::string(40, 'x');
    if (pick(20) == 0) letter.to = MemberId{777};
    if (pick(3) == 0) letter.seat = SeatId{1 + pick(seats)};
    if (letter.seat && pick(10) != 0) letter.from = MemberId{letter.seat->value};
    const CommandId id = give(letter);
    sent_.push_back({inmail_of(id), letter.from, letter.seat, letter.to});
  }

  /// One of the latest, mostly: the others have long been answered.
  const SentOnce* any_inmail() {
    if (sent_.empty()) return nullptr;
    const std::size_t back = std::min<std::size_t>(sent_.size(), pick(4) == 0 ? sent_.size() : 12);
    return &sent_[sent_.size() - 1 - pick(back)];
  }

  void open() {
    if (const SentOnce* inmail = any_inmail()) give(OpenInMail{inmail->to, inmail->inmail});
  }

  void respond() {
    constexpr std::array kinds{ReplyKind::accept, ReplyKind::decline, ReplyKind::reply,
                               ReplyKind::quick_reply};
    const SentOnce* inmail = any_inmail();
    if (inmail == nullptr) return;
    const ReplyKind kind = kinds[pick(kinds.size())];
    give(Respond{inmail->to, inmail->inmail, kind, pick(2) == 0 ? "" : "So be it."});
  }

  void retract() {
    if (const SentOnce* inmail = any_inmail())
      give(RetractInMail{inmail->from, inmail->to, inmail->inmail});
  }

  void write() {
    const SentOnce* inmail = any_inmail();
    if (inmail == nullptr) return;
    if (pick(2) == 0)
      give(SendMessage{inmail->inmail, inmail->to, {}, inmail->from, "And then?"});
    else
      give(SendMessage{inmail->inmail, inmail->from, inmail->seat, inmail->to, "And then?"});
  }

  void turn_away() {
    switch (pick(3)) {
      case 0: give(BlockMember{anyone(), anyone()}); break;
      case 1: give(UnblockMember{anyone(), anyone()}); break;
      default:
        give(SetPreference{anyone(),
                           pick(3) == 0 ? InMailPreference::opted_out : InMailPreference::on});
    }
  }

  void change_terms() {
    switch (pick(4)) {
      case 0: give(StartSubscription{any_owner(), any_plan()}); break;
      case 1: give(ChangePlan{any_owner(), any_plan()}); break;
      case 2: give(CancelSubscription{any_owner()}); break;
      default: give(GrantBonus{any_owner(), static_cast<std::uint32_t>(1 + pick(3)), 1, ""});
    }
  }

  void adopt() {
    if (pick(2) == 0)
      give(AdoptPolicy{documents[pick(documents.size())]});
    else
      give(AdoptPolicy{to_toml(*preset(presets[pick(presets.size())]))});
  }

  void let_time_pass() {
    const Milliseconds day = std::chrono::hours{24};
    world_.clock().advance(Milliseconds{pick(10'000)});
    if (pick(3) == 0) world_.clock().advance(day * pick(40));
    if (pick(2) == 0) world_.wake_all();
  }

  ActorWorld& world_;
  std::vector<SentOnce> sent_;
};

/// How many charges could still be refunded, by the rows of their owners.
std::size_t open_charges(ActorWorld& world) {
  std::size_t count = 0;
  for (const auto& [stream, row] : world.rows()) {
    if (stream.kind() == StreamKind::member)
      count += decode_as<Resident<Member>>(bytes_of(row))->state.account.charges.size();
    if (stream.kind() == StreamKind::contract)
      count += decode_as<Resident<Contract>>(bytes_of(row))->state.account.charges.size();
  }
  return count;
}

/// A world keeps its promises when all is quiet, and a year later, when every charge has come to
/// its end.
void expect_a_sound_end(ActorWorld& world) {
  world.submit_lost_again();
  world.run();
  world.clock().advance(std::chrono::minutes{2});  // What could be undone leaves.
  world.wake_all();
  world.run();
  EXPECT_EQ(findings_in(world), std::vector<std::string>{});
  world.clock().advance(std::chrono::hours{24 * 366});
  for (int again = 0; again < 2; ++again) {
    world.wake_all();
    world.run();
  }
  EXPECT_EQ(findings_in(world), std::vector<std::string>{});
  EXPECT_EQ(open_charges(world), 0u);
}

std::string policy_for(std::uint64_t seed) { return presets[seed % presets.size()]; }

TEST(Exploration, KeepsEveryPromiseInAnyOrder) {
  for_each_seed(200, [](std::uint64_t seed) {
    ActorWorld world({.seed = seed, .policy = policy_for(seed)});
    People people(world);
    for (unsigned act = 0; act < acts; ++act) {
      people.act();
      for (auto moves = world.chance()() % 12; moves > 0; --moves) world.move();
    }
    expect_a_sound_end(world);
  });
}

TEST(Exploration, KeepsEveryPromiseWhereEverybodySleepsAfterEveryMail) {
  for_each_seed(100, [](std::uint64_t seed) {
    ActorWorld world({.seed = seed, .policy = policy_for(seed), .sleeps_after_every_mail = true});
    People people(world);
    for (unsigned act = 0; act < acts; ++act) {
      people.act();
      for (auto moves = world.chance()() % 20; moves > 0; --moves) world.move();
    }
    expect_a_sound_end(world);
  });
}

TEST(Exploration, KeepsEveryPromiseWhileTermsChange) {
  for_each_seed(50, [](std::uint64_t seed) {
    ActorWorld world({.seed = seed, .pump_percent = 30});
    People people(world);
    for (unsigned act = 0; act < acts; ++act) {
      people.haggle();
      for (auto moves = world.chance()() % 12; moves > 0; --moves) world.move();
    }
    expect_a_sound_end(world);
  });
}

TEST(Exploration, KeepsEveryPromiseAcrossCrashes) {
  for_each_seed(200, [](std::uint64_t seed) {
    ActorWorld world({.seed = seed, .policy = policy_for(seed), .sleep_percent = 5});
    People people(world);
    for (unsigned act = 0; act < acts; ++act) {
      people.act();
      for (auto moves = world.chance()() % 12; moves > 0; --moves) world.move();
      if (world.chance()() % 40 != 0) continue;
      world.crash();
      if (world.chance()() % 2 == 0) world.submit_lost_again();
    }
    expect_a_sound_end(world);
  });
}

TEST(Exploration, KeepsEveryPromiseOfLinkedAccountsAcrossCrashes) {
  for_each_seed(200, [](std::uint64_t seed) {
    ActorWorld world({.seed = seed, .sleep_percent = 5});
    People people(world);
    people.begin_to_share();
    for (unsigned act = 0; act < acts; ++act) {
      people.share();
      for (auto moves = world.chance()() % 12; moves > 0; --moves) world.move();
      if (world.chance()() % 40 != 0) continue;
      world.crash();
      if (world.chance()() % 2 == 0) world.submit_lost_again();
    }
    expect_a_sound_end(world);
  });
}

}  // namespace
}  // namespace inmail::test
