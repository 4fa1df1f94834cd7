#include "engine/engine.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "projections/credits.hpp"
#include "projections/inbox.hpp"
#include "tests/support/engine_fixture.hpp"

namespace inmail {
namespace {

using test::EngineTest;

class LiveEngine : public EngineTest {};

TEST_F(LiveEngine, TakesAnInMailAllTheWayAndBack) {
  Engine engine = open();
  introduce(engine, {7, 9});
  ASSERT_TRUE(do_now(engine, StartSubscription{MemberId{7}, PlanKind::career}).ok());

  const Answer sent = settle(engine, SendInMail{MemberId{7}, {}, MemberId{9}, "Hello", "A word?"});
  ASSERT_TRUE(sent.ok());
  const InMailId inmail = last_inmail();
  ASSERT_TRUE(do_now(engine, OpenInMail{MemberId{9}, inmail}).ok());
  const Answer replied = settle(engine, Respond{MemberId{9}, inmail, ReplyKind::reply, "Gladly."});
  ASSERT_TRUE(replied.ok());
  ASSERT_TRUE(settle(engine, SendMessage{inmail, MemberId{7}, {}, MemberId{9}, "Thanks."}).ok());

  const auto balance = engine.query("credits", {replied.position}, [](const Rows& rows) {
    return credit_balance(rows, StreamId{MemberId{7}});
  });
  ASSERT_TRUE(balance.ok()) << balance.error().message;
  ASSERT_TRUE(balance->ok());
  EXPECT_EQ((*balance)->buckets.available, 5u);  // Four left, and the one that came back.
  expect_equal_views(engine);
}

TEST_F(LiveEngine, AnswersARepeatedCommandWithItsFirstAnswer) {
  CommandId id;
  Position first;
  {
    Engine engine = open();
    introduce(engine, {7, 9});
    id = engine.new_command_id();
    const Request bonus{GrantBonus{MemberId{7}, 3, 1, "Welcome"}, id, {}};
    first = engine.submit(bonus).reply.get().position;
    EXPECT_EQ(engine.submit(bonus).reply.get().position, first);
  }
  Engine engine = open();
  EXPECT_EQ(engine.submit({GrantBonus{MemberId{7}, 3, 1, "Welcome"}, id, {}}).reply.get().position,
            first);
  const Answer other =
      engine.submit({GrantBonus{MemberId{7}, 4, 1, "Welcome"}, id, {}}).reply.get();
  EXPECT_EQ(other.kind, AnswerKind::rejected);
  EXPECT_EQ(other.refusal.code, Rejection::command_id_reused);
}

TEST_F(LiveEngine, FindsEverythingAgainAfterItsViewsWereDeleted) {
  {
    Engine engine = open();
    introduce(engine, {7, 9});
    ASSERT_TRUE(settle(engine, StartSubscription{MemberId{7}, PlanKind::career}).ok());
    ASSERT_TRUE(settle(engine, SendInMail{MemberId{7}, {}, MemberId{9}, "Hello", "A word?"}).ok());
  }
  std::filesystem::remove_all(path() / "views");
  Engine engine = open();
  EXPECT_EQ(settle(engine, SendInMail{MemberId{7}, {}, MemberId{9}, "Hello", "Again?"}).kind,
            AnswerKind::rejected);
  expect_equal_views(engine);
}

TEST_F(LiveEngine, SpendsAContractsPoolThroughItsSeats) {
  Engine engine = open();
  introduce(engine, {1, 2, 3});
  ASSERT_TRUE(do_now(engine, CreateContract{ContractId{5}, 10}).ok());
  ASSERT_TRUE(settle(engine, AddSeat{ContractId{5}, SeatId{8}, MemberId{1}}).ok());
  ASSERT_TRUE(settle(engine, StartSubscription{ContractId{5}, PlanKind::recruiter_corp}).ok());
  ASSERT_TRUE(
      settle(engine, SendInMail{MemberId{1}, SeatId{8}, MemberId{2}, "A role", "Interested?"})
          .ok());
  const InMailId inmail = last_inmail();
  ASSERT_TRUE(settle(engine, Respond{MemberId{2}, inmail, ReplyKind::accept, ""}).ok());
  expect_equal_views(engine);
}

TEST_F(LiveEngine, GivesASeatToOneContractAndOnlyToWhoIsThere) {
  Engine engine = open();
  introduce(engine, {1, 2, 3});
  for (const ContractId each : {ContractId{1}, ContractId{2}})
    ASSERT_TRUE(do_now(engine, CreateContract{each, 0}).ok());
  ASSERT_TRUE(settle(engine, AddSeat{ContractId{1}, SeatId{7}, MemberId{1}}).ok());
  ASSERT_TRUE(settle(engine, EraseMember{MemberId{3}}).ok());
  const auto refusal = [&](SeatId seat, MemberId holder) {
    return settle(engine, AddSeat{ContractId{2}, seat, holder}).refusal.code;
  };
  EXPECT_EQ(refusal(SeatId{7}, MemberId{2}), Rejection::already_exists);
  EXPECT_EQ(refusal(SeatId{8}, MemberId{999}), Rejection::unknown_target);
  EXPECT_EQ(refusal(SeatId{8}, MemberId{3}), Rejection::unknown_target);
  EXPECT_TRUE(settle(engine, AddSeat{ContractId{2}, SeatId{8}, MemberId{2}}).ok());
  expect_equal_views(engine);
}

TEST_F(LiveEngine, JudgesItsViewsWhileItWorks) {
  Engine engine = open();
  introduce(engine, {1, 2});
  std::atomic<bool> is_judged = false;
  std::thread work([&] {
    while (!is_judged)
      if (!engine.submit({GrantBonus{MemberId{1}, 1, 1, "Again"}, {}, {}}).reply.get().ok()) return;
  });
  for (int times = 0; times < 5; ++times) expect_equal_views(engine);
  is_judged = true;
  work.join();
  expect_equal_views(engine);
}

TEST_F(LiveEngine, RefusesWhatIsMalformedWithoutARecord) {
  Engine engine = open();
  const Position before = engine.head();
  const Answer answer = do_now(engine, RegisterMember{MemberId{0}, "Nobody"});
  EXPECT_EQ(answer.kind, AnswerKind::rejected);
  EXPECT_EQ(answer.refusal.code, Rejection::malformed);
  EXPECT_NE(answer.sentence, "");
  EXPECT_EQ(engine.head(), before);
}

}  // namespace
}  // namespace inmail
