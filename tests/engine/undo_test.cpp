// Undoing a send through the engine: what its sender and its recipient see of it, and what is left
// of it after a restart.

#include <gtest/gtest.h>

#include "projections/credits.hpp"
#include "projections/inbox.hpp"
#include "tests/support/engine_fixture.hpp"

namespace inmail {
namespace {

constexpr MemberId ada{1};
constexpr MemberId bob{2};
constexpr ContractId company{1};
constexpr SeatId desk{1};

class Undo : public test::EngineTest {
 protected:
  EngineOptions options() override {
    EngineOptions options = EngineTest::options();
    options.policy = "default";
    options.deterministic = EngineOptions::Deterministic{.seed = 1, .key_seed = 1};
    return options;
  }

  void begin(Engine& engine) {
    introduce(engine, {ada.value, bob.value});
    for (const Command& command : std::vector<Command>{
             StartSubscription{ada, PlanKind::career}, CreateContract{company, 2},
             AddSeat{company, desk, ada}, StartSubscription{company, PlanKind::recruiter_lite}})
      ASSERT_TRUE(settle(engine, command).ok());
  }

  InMailId send(Engine& engine, std::optional<SeatId> seat = {}) {
    EXPECT_TRUE(settle(engine, SendInMail{ada, seat, bob, "Hello", "May I ask?"}).ok());
    return last_inmail();
  }

  void pass(Engine& engine, Milliseconds time) {
    clock().advance(time);
    engine.wake_due();
    engine.run_until_quiet();
  }

  std::size_t inbox_of_bob(Engine& engine) {
    const auto page = engine.query(InboxView::name, {engine.head()}, [](const Rows& rows) {
      return inbox_of(rows, bob, {.limit = 10, .after = {}});
    });
    EXPECT_TRUE(page.ok() && page->ok());
    return page->value().items.size();
  }

  CreditBuckets credits_of(Engine& engine, StreamId owner) {
    const auto balance = engine.query(CreditsView::name, {engine.head()}, [&](const Rows& rows) {
      return credit_balance(rows, owner);
    });
    EXPECT_TRUE(balance.ok() && balance->ok());
    return balance->value().buckets;
  }
};

TEST_F(Undo, LetsNobodySeeWhatWasTakenBack) {
  Engine engine = open();
  begin(engine);
  const auto before = credits_of(engine, ada);
  const InMailId inmail = send(engine);
  EXPECT_EQ(inbox_of_bob(engine), 0u);
  EXPECT_EQ(credits_of(engine, ada).reserved, 1u);
  clock().advance(std::chrono::seconds{60});
  ASSERT_TRUE(settle(engine, UndoSend{ada, inmail}).ok());
  EXPECT_EQ(credits_of(engine, ada), before);
  pass(engine, std::chrono::hours{1});
  EXPECT_EQ(inbox_of_bob(engine), 0u);
  EXPECT_EQ(settle(engine, OpenInMail{bob, inmail}).refusal.code, Rejection::not_delivered);
  expect_equal_views(engine);
}

TEST_F(Undo, DeliversByItselfWhenItsTimeIsOver) {
  Engine engine = open();
  begin(engine);
  send(engine);
  pass(engine, Milliseconds{60'000});
  EXPECT_EQ(inbox_of_bob(engine), 0u);
  pass(engine, Milliseconds{1});
  EXPECT_EQ(inbox_of_bob(engine), 1u);
  EXPECT_EQ(credits_of(engine, ada).consumed, 1u);
  expect_equal_views(engine);
}

TEST_F(Undo, GivesBackToTheContractOfASeat) {
  Engine engine = open();
  begin(engine);
  const auto before = credits_of(engine, company);
  const InMailId inmail = send(engine, desk);
  EXPECT_EQ(credits_of(engine, company).reserved, 1u);
  ASSERT_TRUE(settle(engine, UndoSend{desk, inmail}).ok());
  EXPECT_EQ(credits_of(engine, company), before);
  send(engine, desk);
  pass(engine, std::chrono::minutes{2});
  EXPECT_EQ(inbox_of_bob(engine), 1u);
  EXPECT_EQ(credits_of(engine, company).consumed, 1u);
  expect_equal_views(engine);
}

TEST_F(Undo, OutlivesARestart) {
  InMailId kept;
  InMailId undone;
  {
    Engine engine = open();
    begin(engine);
    kept = send(engine);
    undone = send(engine, desk);
    ASSERT_TRUE(engine.close(std::chrono::seconds{10}).ok());
  }
  clock().advance(std::chrono::seconds{1});
  Engine engine = open();
  ASSERT_TRUE(settle(engine, UndoSend{desk, undone}).ok());
  pass(engine, std::chrono::minutes{2});
  EXPECT_EQ(inbox_of_bob(engine), 1u);
  EXPECT_EQ(settle(engine, UndoSend{ada, kept}).refusal.code, Rejection::undo_window_over);
  expect_equal_views(engine);
}

}  // namespace
}  // namespace inmail
