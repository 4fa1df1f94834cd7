// Actors that come and go under load, and engines beside each other.

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "projections/audit.hpp"
#include "tests/support/engine_fixture.hpp"
#include "tests/support/random_seed.hpp"

namespace inmail {
namespace {

using test::EngineTest;

constexpr std::uint64_t members = 30;

class Passivation : public EngineTest {
 protected:
  EngineOptions options() override {
    EngineOptions options = EngineTest::options();
    options.residents_max = 1;
    return options;
  }
};

/// Sends, answers and blocks between 30 members and two seats, from one thread; waits for all
/// answers.
void live(Engine& engine, std::uint64_t seed) {
  std::mt19937_64 chance(seed);
  const auto member = [&] { return MemberId{1 + chance() % members}; };
  std::vector<Submission> under_way;
  std::vector<std::pair<MemberId, InMailId>> letters;
  for (int act = 0; act < 1'500; ++act) {
    Command command = GrantBonus{member(), 1, 1, "Well done"};
    MemberId to = member();
    switch (letters.empty() ? 0 : chance() % 6) {
      case 0:
      case 1: command = SendInMail{member(), {}, to, "Hello", "A word?"}; break;
      case 2:
        command = SendInMail{MemberId{1}, SeatId{1 + chance() % 2}, to, "A role", "Interested?"};
        break;
      case 3:
      case 4: {
        const auto& [recipient, inmail] = letters[chance() % letters.size()];
        command = Respond{recipient, inmail, ReplyKind::reply, "Yes."};
        break;
      }
      default: break;
    }
    const bool is_letter = std::holds_alternative<SendInMail>(command);
    under_way.push_back(engine.submit({std::move(command), {}, {}}));
    if (is_letter) letters.emplace_back(to, inmail_of(under_way.back().id));
  }
  for (Submission& each : under_way) {
    const Answer answer = each.reply.get();
    EXPECT_TRUE(answer.ok() || answer.kind == AnswerKind::rejected);
    each.settled.wait();
  }
}

TEST_F(Passivation, ChangesNothingWhileActorsComeAndGo) {
  const std::uint64_t seed = test::random_seed();
  Engine engine = open();
  for (std::uint64_t each = 1; each <= members; ++each) {
    introduce(engine, {each});
    ASSERT_TRUE(do_now(engine, StartSubscription{MemberId{each}, PlanKind::sales_core}).ok());
  }
  ASSERT_TRUE(do_now(engine, CreateContract{ContractId{1}, 0}).ok());
  for (const std::uint64_t seat : {1, 2})
    ASSERT_TRUE(settle(engine, AddSeat{ContractId{1}, SeatId{seat}, MemberId{1}}).ok());
  ASSERT_TRUE(do_now(engine, StartSubscription{ContractId{1}, PlanKind::recruiter_lite}).ok());

  std::atomic<bool> stop{false};
  std::thread sandman([&] {
    while (!stop) engine.sleep_all();
  });
  std::vector<std::thread> hosts;
  for (std::uint64_t host = 0; host < 2; ++host)
    hosts.emplace_back([&engine, seed, host] { live(engine, seed + host); });
  for (std::thread& host : hosts) host.join();
  stop = true;
  sandman.join();

  EXPECT_FALSE(engine.failure().has_value()) << engine.failure()->message;
  expect_equal_views(engine);
  const auto report = audit(engine.log());
  ASSERT_TRUE(report.ok());
  for (const Violation& each : report->first_violations)
    ADD_FAILURE() << each.invariant << " at " << each.position.value << ": " << each.sentence;
}

TEST(Engines, LiveBesideEachOtherInOneProcess) {
  const test::TempDir folder;
  std::vector<Engine> engines;
  for (const std::string name : {"a", "b", "c"}) {
    EngineOptions options;
    options.path = folder.path() / name;
    options.policy = test::delivers_at_once;
    options.threads = 1;
    engines.push_back(*Engine::open(std::move(options)));
  }
  std::vector<std::thread> hosts;
  for (std::uint64_t each = 0; each < engines.size(); ++each)
    hosts.emplace_back([&engine = engines[each], each] {
      for (std::uint64_t member = 1; member <= 50 * (each + 1); ++member)
        EXPECT_TRUE(
            engine.submit({RegisterMember{MemberId{member}, "M"}, {}, {}}).reply.get().ok());
    });
  for (std::thread& host : hosts) host.join();
  engines.erase(engines.begin() + 1);
  EXPECT_EQ(engines[0].head().value, 51u);  // The policy, and its members.
  EXPECT_EQ(engines[1].head().value, 151u);
  EXPECT_TRUE(engines[1].submit({RegisterMember{MemberId{999}, "M"}, {}, {}}).settled.get().ok());
}

}  // namespace
}  // namespace inmail
