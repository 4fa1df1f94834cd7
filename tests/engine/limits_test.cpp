// What an engine refuses before it decides anything, and what it recognises.

#include <gtest/gtest.h>

#include <thread>

#include "tests/support/engine_fixture.hpp"

namespace inmail {
namespace {

using test::EngineTest;

class NarrowEngine : public EngineTest {
 protected:
  EngineOptions options() override {
    EngineOptions options = EngineTest::options();
    options.in_flight_max = 4;
    options.deterministic = EngineOptions::Deterministic{.seed = 1, .key_seed = 1};
    return options;
  }
};

TEST_F(NarrowEngine, SaysAtOnceThatItIsOverloaded) {
  Engine engine = open();
  introduce(engine, {7});
  const Position before = engine.head();
  std::vector<Submission> taken;
  for (int each = 0; each < 4; ++each)
    taken.push_back(engine.submit({GrantBonus{MemberId{7}, 1, 1, "Well"}, {}, {}}));
  Submission refused = engine.submit({GrantBonus{MemberId{7}, 1, 1, "Well"}, {}, {}});
  ASSERT_EQ(refused.reply.wait_for(Milliseconds{0}), std::future_status::ready);
  const Answer answer = refused.reply.get();
  EXPECT_EQ(answer.kind, AnswerKind::overloaded);
  EXPECT_GT(answer.retry_after, Milliseconds{0});
  EXPECT_EQ(refused.settled.get().kind, AnswerKind::overloaded);
  EXPECT_EQ(engine.stats().overloaded, 1u);

  engine.run_until_quiet();
  for (Submission& each : taken) EXPECT_TRUE(each.reply.get().ok());
  EXPECT_EQ(engine.head().value, before.value + 4) << "what was refused is not on record";
  // There is room again, and the command that was turned away is as good as new.
  Submission again = engine.submit({GrantBonus{MemberId{7}, 1, 1, "Well"}, refused.id, {}});
  engine.run_until_quiet();
  EXPECT_TRUE(again.reply.get().ok());
}

TEST_F(NarrowEngine, IsOverloadedByLargeCommandsToo) {
  EngineOptions options = this->options();
  options.in_flight_max = 1'000;
  options.in_flight_bytes_max = 10'000;
  auto opened = Engine::open(options);
  ASSERT_TRUE(opened.ok());
  Engine& engine = *opened;
  const std::string reason(4'000, 'x');
  std::vector<Submission> submissions;
  for (int each = 0; each < 3; ++each)
    submissions.push_back(engine.submit({GrantBonus{MemberId{7}, 1, 1, reason}, {}, {}}));
  EXPECT_EQ(submissions.back().reply.get().kind, AnswerKind::overloaded);
  engine.run_until_quiet();
}

class Recognising : public EngineTest {
 protected:
  static constexpr Milliseconds day = std::chrono::hours{24};

  Answer bonus(Engine& engine, const CommandId& id) {
    return engine.submit({GrantBonus{MemberId{7}, 3, 1, "Well"}, id, {}}).reply.get();
  }
};

TEST_F(Recognising, LetsNoCommandActAgainAfterItsReceiptIsForgotten) {
  Engine engine = open();
  introduce(engine, {7});
  const CommandId id = engine.new_command_id();
  const Answer first = bonus(engine, id);
  ASSERT_TRUE(first.ok());
  clock().advance(29 * day);
  EXPECT_EQ(bonus(engine, id).position, first.position);
  clock().advance(2 * day);
  const Position before = engine.head();
  EXPECT_EQ(bonus(engine, id).kind, AnswerKind::command_id_expired);
  EXPECT_EQ(engine.head(), before);
}

TEST_F(Recognising, RefusesAnIdThatIsFarAheadOfTheClock) {
  Engine engine = open();
  introduce(engine, {7});
  const Answer answer = bonus(engine, make_command_id(clock().now() + 2 * day, 1, 1));
  EXPECT_EQ(answer.kind, AnswerKind::rejected);
  EXPECT_EQ(answer.refusal.code, Rejection::malformed);
}

TEST_F(Recognising, LetsManyThreadsAskTheSameAtOnce) {
  Engine engine = open();
  introduce(engine, {7});
  const Position before = engine.head();
  const CommandId id = engine.new_command_id();
  std::array<Answer, 8> answers;
  std::vector<std::thread> hosts;
  for (Answer& answer : answers)
    hosts.emplace_back([&, into = &answer] { *into = bonus(engine, id); });
  for (std::thread& host : hosts) host.join();
  for (const Answer& answer : answers) {
    EXPECT_TRUE(answer.ok());
    EXPECT_EQ(answer.position.value, before.value + 1);
  }
  EXPECT_EQ(engine.head().value, before.value + 1);
}

TEST_F(Recognising, AnswersARepeatedRefusalWithItsNumbers) {
  CommandId id;
  Answer first;
  {
    Engine engine = open();
    introduce(engine, {7});
    ASSERT_TRUE(do_now(engine, CreateContract{ContractId{1}, 1}).ok());
    ASSERT_TRUE(do_now(engine, AddSeat{ContractId{1}, SeatId{1}, MemberId{7}}).ok());
    id = engine.new_command_id();
    first = engine.submit({AddSeat{ContractId{1}, SeatId{2}, MemberId{7}}, id, {}}).reply.get();
    EXPECT_EQ(first.refusal, (Refusal{Rejection::seats_exhausted, 1, 1}));
  }
  Engine engine = open();
  EXPECT_EQ(engine.submit({AddSeat{ContractId{1}, SeatId{2}, MemberId{7}}, id, {}}).reply.get(),
            first);
}

class Locking : public EngineTest {};

TEST_F(Locking, LetsNobodyElseOpenTheStore) {
  Engine engine = open();
  introduce(engine, {7});
  const auto second = Engine::open(options());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::locked);
  EXPECT_NE(second.error().message.find(path().string()), std::string::npos)
      << second.error().message;
  introduce(engine, {8});
  ASSERT_TRUE(engine.close(std::chrono::seconds{20}).ok());
  const auto third = Engine::open(options());
  EXPECT_TRUE(third.ok()) << third.error().message;
}

}  // namespace
}  // namespace inmail
