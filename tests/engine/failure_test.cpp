// What an engine does when it cannot go on: the disk of its keys fails, or its host wants to go
// home.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "events/memory_key_store.hpp"
#include "tests/support/engine_fixture.hpp"

namespace inmail {
namespace {

using std::chrono::steady_clock;
using test::EngineTest;

/// Keys on a disk that can be made to fail.
class FailingKeys final : public KeyStore {
 public:
  Result<Key> key_for_writing(MemberId author) override { return keys_.key_for_writing(author); }
  Result<std::optional<Key>> key_for_reading(MemberId author) override {
    return keys_.key_for_reading(author);
  }
  Status sync() override {
    if (fails_) return Error{ErrorCode::io, "the disk of the keys is full"};
    return {};
  }
  Status erase(MemberId author) override { return keys_.erase(author); }
  const Key& store_key() const override { return keys_.store_key(); }

  void fail(bool fails) { fails_ = fails; }

 private:
  MemoryKeyStore keys_{1};
  std::atomic<bool> fails_{false};
};

/// What an operator would have read.
class Listener final : public Logger {
 public:
  void write(Level level, std::string_view sentence) override {
    const std::lock_guard lock(mutex_);
    if (level == Level::error) errors_.emplace_back(sentence);
  }
  std::vector<std::string> errors() const {
    const std::lock_guard lock(mutex_);
    return errors_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> errors_;
};

class FailingEngine : public EngineTest {
 protected:
  EngineOptions options() override {
    EngineOptions options = EngineTest::options();
    options.keys = keys_;
    options.logger = listener_;
    return options;
  }

  std::shared_ptr<FailingKeys> keys_ = std::make_shared<FailingKeys>();
  std::shared_ptr<Listener> listener_ = std::make_shared<Listener>();
};

TEST_F(FailingEngine, AnswersUnknownAndThenTakesNothingMore) {
  CommandId id;
  Position durable;
  {
    Engine engine = open();
    introduce(engine, {7});
    durable = engine.head();
    keys_->fail(true);
    id = engine.new_command_id();
    EXPECT_EQ(engine.submit({GrantBonus{MemberId{7}, 3, 1, "Well"}, id, {}}).reply.get().kind,
              AnswerKind::unknown);
    ASSERT_TRUE(engine.failure().has_value());
    EXPECT_NE(engine.failure()->message.find("the disk of the keys is full"), std::string::npos)
        << engine.failure()->message;
    EXPECT_EQ(listener_->errors().size(), 1u);
    EXPECT_EQ(do_now(engine, RegisterMember{MemberId{8}, "Eve"}).kind, AnswerKind::read_only);
    EXPECT_EQ(engine.head(), durable);
    // What was durable can still be read.
    EXPECT_TRUE(engine.query("inbox", {durable}, [](const Rows&) { return 1; }).ok());
  }
  keys_->fail(false);
  Engine engine = open();
  EXPECT_EQ(engine.head(), durable);
  const Request again{GrantBonus{MemberId{7}, 3, 1, "Well"}, id, {}};
  const Answer first = engine.submit(again).reply.get();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(engine.submit(again).reply.get().position, first.position);
  expect_equal_views(engine);
}

TEST_F(FailingEngine, AnswersEverybodyWhenItFailsUnderLoad) {
  std::vector<Submission> submissions;
  {
    Engine engine = open();
    introduce(engine, {1, 2, 3, 4, 5, 6, 7, 8});
    for (std::uint64_t each = 0; each < 4'000; ++each) {
      if (each == 1'000) {
        submissions[200].reply.wait();
        keys_->fail(true);
      }
      if (each % 500 == 0) engine.sleep_all();
      submissions.push_back(
          engine.submit({GrantBonus{MemberId{1 + each % 8}, 1, 1, "Well"}, {}, {}}));
    }
    for (Submission& each : submissions) each.reply.wait();
    const auto start = steady_clock::now();
    EXPECT_TRUE(engine.close(std::chrono::seconds{20}).ok());
    EXPECT_LT(steady_clock::now() - start, std::chrono::seconds{10});
  }
  std::vector<Position> positions;
  for (Submission& each : submissions) {
    const Answer answer = each.reply.get();
    // What it set off may be lost in the failure, though it is durable itself.
    const Answer settled = each.settled.get();
    EXPECT_TRUE(answer.ok() ? settled.ok() || settled.kind == AnswerKind::unknown : !settled.ok());
    if (answer.ok())
      positions.push_back(answer.position);
    else
      EXPECT_TRUE(answer.kind == AnswerKind::unknown || answer.kind == AnswerKind::read_only);
  }
  EXPECT_GE(positions.size(), 200u);
  keys_->fail(false);
  Engine engine = open();
  for (const Position each : positions) EXPECT_LE(each, engine.head());
  expect_equal_views(engine);
}

class ClosingEngine : public EngineTest {};

TEST_F(ClosingEngine, AnswersEverybodyUnderLoadAndReturnsInTime) {
  std::atomic<bool> stop{false};
  std::array<std::vector<Submission>, 3> submissions;
  {
    Engine engine = open();
    introduce(engine, {1, 2, 3, 4, 5, 6, 7, 8});
    for (std::uint64_t each = 1; each <= 8; ++each)
      ASSERT_TRUE(do_now(engine, StartSubscription{MemberId{each}, PlanKind::sales_core}).ok());
    std::vector<std::thread> hosts;
    for (auto& mine : submissions)
      hosts.emplace_back([&engine, &stop, &mine] {
        for (std::uint64_t each = 0; !stop; ++each)
          mine.push_back(engine.submit(
              {SendInMail{
                   MemberId{1 + each % 8}, {}, MemberId{1 + each / 8 % 8}, "Hello", "A word?"},
               {},
               {}}));
      });
    // Closed while they still hand in: 2,000 records are enough of a load.
    auto records = engine.subscribe(Position{engine.head().value + 2'000});
    ASSERT_TRUE(records.ok());
    ASSERT_TRUE((*records->next(std::chrono::minutes{1})).has_value());
    const auto start = steady_clock::now();
    (void)engine.close(std::chrono::seconds{20});
    EXPECT_LT(steady_clock::now() - start, std::chrono::seconds{25});
    stop = true;
    for (std::thread& host : hosts) host.join();
  }
  Engine engine = open();
  std::map<InMailId, Position> arrivals;
  ASSERT_TRUE(for_each_record(engine.log(), Position{1}, [&](const Record& record) {
                if (const auto* delivered = std::get_if<InMailDelivered>(&record.event))
                  arrivals.emplace(delivered->ref.inmail, record.header.position);
                return true;
              }).ok());
  std::size_t taken = 0;
  for (auto& mine : submissions)
    for (Submission& each : mine) {
      ASSERT_EQ(each.reply.wait_for(Milliseconds{0}), std::future_status::ready);
      ASSERT_EQ(each.settled.wait_for(Milliseconds{0}), std::future_status::ready);
      const Answer answer = each.reply.get();
      if (!answer.ok()) continue;
      ++taken;
      EXPECT_LE(answer.position, engine.head());
      // Who was told that all is settled finds the delivery before that position.
      const Answer settled = each.settled.get();
      if (!settled.ok()) continue;
      const auto arrival = arrivals.find(inmail_of(each.id));
      ASSERT_NE(arrival, arrivals.end()) << "it was settled, and did not arrive";
      EXPECT_LE(arrival->second, settled.position);
    }
  EXPECT_GE(taken, 1u);
  expect_equal_views(engine);
}

TEST_F(ClosingEngine, IsDoneByAnyThreadWhileOthersLive) {
  std::promise<void> closed;
  std::future<void> is_closed = closed.get_future();
  std::optional<Engine> engine;
  std::promise<void> opened;
  std::thread host([&] {
    engine.emplace(open());
    introduce(*engine, {7});
    opened.set_value();
    is_closed.wait();
  });
  opened.get_future().wait();
  EXPECT_TRUE(engine->close(std::chrono::seconds{20}).ok());
  engine.reset();
  closed.set_value();
  host.join();
}

TEST_F(ClosingEngine, AnswersWhoComesTooLate) {
  Engine engine = open();
  introduce(engine, {7});
  const Position head = engine.head();
  ASSERT_TRUE(engine.close(std::chrono::seconds{20}).ok());
  EXPECT_TRUE(engine.close(std::chrono::seconds{20}).ok()) << "closing twice is fine";
  EXPECT_EQ(do_now(engine, RegisterMember{MemberId{8}, "Eve"}).kind, AnswerKind::read_only);
  EXPECT_EQ(settle(engine, RegisterMember{MemberId{8}, "Eve"}).kind, AnswerKind::read_only);
  const auto read = engine.query("inbox", {}, [](const Rows&) { return 1; });
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, ErrorCode::closed);
  EXPECT_EQ(engine.head(), head);
  EXPECT_EQ(engine.stats().head, head);
  EXPECT_FALSE(engine.verify().ok());
  EXPECT_FALSE(engine.subscribe(Position{1}).ok());
  engine.wake_due();
  engine.sleep_all();
}

}  // namespace
}  // namespace inmail
