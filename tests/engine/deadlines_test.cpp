// What falls due while everybody sleeps.

#include <gtest/gtest.h>

#include "projections/credits.hpp"
#include "tests/support/engine_fixture.hpp"

namespace inmail {
namespace {

using test::EngineTest;

constexpr Milliseconds day = std::chrono::hours{24};

class Deadlines : public EngineTest {
 protected:
  /// The next event of this type from `from` on, which must come.
  template <class Event>
  static Record wait_for(Engine& engine, Position from) {
    auto records = engine.subscribe(from, {.event_numbers = {Event::type.number}, .stream = {}});
    auto record = records->next(std::chrono::minutes{1});
    if (!record || !*record) throw std::runtime_error("the event that was expected did not come");
    return **record;
  }

  void send_and_sleep(Engine& engine) {
    introduce(engine, {7, 9});
    ASSERT_TRUE(do_now(engine, StartSubscription{MemberId{7}, PlanKind::career}).ok());
    ASSERT_TRUE(settle(engine, SendInMail{MemberId{7}, {}, MemberId{9}, "Hello", "A word?"}).ok());
  }
};

TEST_F(Deadlines, WakeWhoSleeps) {
  Engine engine = open();
  send_and_sleep(engine);
  engine.sleep_all();
  const Position before{engine.head().value + 1};
  const Timestamp sent_at = clock().now();
  clock().advance(91 * day);
  engine.wake_due();

  const Record closed = wait_for<RefundWindowClosed>(engine, before);
  EXPECT_EQ(closed.header.stream, StreamId{MemberId{9}});
  EXPECT_EQ(closed.header.due_at, sent_at + 90 * day + Milliseconds{1});
  EXPECT_EQ(closed.header.time, clock().now());
  EXPECT_EQ(closed.header.asked_by.kind, PrincipalKind::clock);
  EXPECT_EQ(wait_for<ChargeFinalized>(engine, before).header.stream, StreamId{MemberId{7}});
  const Record renewed = wait_for<CycleRenewed>(engine, before);
  EXPECT_EQ(std::get<CycleRenewed>(renewed.event).cycle, 2u);
  EXPECT_LT(renewed.header.due_at, sent_at + 32 * day);
  expect_equal_views(engine);
}

TEST_F(Deadlines, ComeTrueAfterTheStoreWasClosedForLong) {
  Position before;
  {
    Engine engine = open();
    send_and_sleep(engine);
    before = Position{engine.head().value + 1};
  }
  clock().advance(400 * day);
  Engine engine = open();
  engine.wake_due();
  EXPECT_EQ(wait_for<ChargeFinalized>(engine, before).header.stream, StreamId{MemberId{7}});
  expect_equal_views(engine);
}

TEST_F(Deadlines, DoNotDependOnBeingWoken) {
  Engine engine = open();
  send_and_sleep(engine);
  const InMailId inmail = last_inmail();
  clock().advance(91 * day);
  // Too late for a refund, whether or not anybody noticed that the window has closed.
  const Answer replied = settle(engine, Respond{MemberId{9}, inmail, ReplyKind::reply, "Oh."});
  ASSERT_TRUE(replied.ok());
  const auto balance = engine.query("credits", {replied.position}, [](const Rows& rows) {
    return credit_balance(rows, StreamId{MemberId{7}});
  });
  ASSERT_TRUE(balance.ok() && balance->ok());
  EXPECT_EQ((*balance)->refunded, 0u);
  EXPECT_EQ((*balance)->buckets.consumed, 1u);
}

class QuietDeadlines : public Deadlines {
 protected:
  EngineOptions options() override {
    EngineOptions options = EngineTest::options();
    options.deterministic = EngineOptions::Deterministic{.seed = 1, .key_seed = 1};
    return options;
  }
};

TEST_F(QuietDeadlines, GrantEveryRenewalOfAYear) {
  Engine engine = open();
  introduce(engine, {7});
  ASSERT_TRUE(do_now(engine, StartSubscription{MemberId{7}, PlanKind::career}).ok());
  engine.sleep_all();
  clock().advance(365 * day);
  engine.wake_due();
  std::uint32_t cycles = 0;
  Timestamp last{};
  const auto end = for_each_record(engine.log(), Position{1}, [&](const Record& record) {
    if (const auto* renewed = std::get_if<CycleRenewed>(&record.event)) {
      EXPECT_EQ(renewed->cycle, ++cycles);
      EXPECT_GT(record.header.due_at, last);
      last = record.header.due_at;
    }
    return true;
  });
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(cycles, 13u);
  expect_equal_views(engine);
}

}  // namespace
}  // namespace inmail
