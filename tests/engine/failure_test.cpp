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

#include "engine/store_layout.hpp"
#include "events/frame.hpp"
#include "events/memory_key_store.hpp"
#include "events/rocks_log.hpp"
#include "tests/support/engine_fixture.hpp"

namespace inmail {
namespace {

using std::chrono::steady_clock;
using test::EngineTest;

/// Keys on a disk that can be made to fail, or that break a promise of their own.
class FailingKeys final : public KeyStore {
 public:
  Result<Key> key_for_writing(KeyId id) override { return keys_.key_for_writing(id); }
  Result<std::optional<Key>> key_for_reading(KeyId id) override {
    return keys_.key_for_reading(id);
  }
  Status sync() override {
    if (fails_) return Error{ErrorCode::io, "the disk of the keys is full"};
    invariant(!breaks_in_journal_, "a key that was handed out is there");
    return {};
  }
  Status erase(KeyId id) override {
    invariant(!breaks_in_actors_, "a key that was erased is gone");
    return keys_.erase(id);
  }
  const Key& store_key() const override { return keys_.store_key(); }

  void fail(bool fails) { fails_ = fails; }
  void break_in_journal(bool breaks) { breaks_in_journal_ = breaks; }
  void break_in_actors(bool breaks) { breaks_in_actors_ = breaks; }

 private:
  MemoryKeyStore keys_{1};
  std::atomic<bool> fails_{false};
  std::atomic<bool> breaks_in_journal_{false};
  std::atomic<bool> breaks_in_actors_{false};
};

/// Puts a record into a log behind its engine's back.
void append_forged(EventLog& log, const RecordHeader& header, const Event& event) {
  FrameBuilder builder;
  builder.begin(log.head(), log.epoch());
  std::string record;
  encode_record(header, event, record);
  builder.add(record);
  const Status appended = log.append(builder.seal());
  if (!appended) throw std::runtime_error(appended.error().message);
}

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

/// What breaks is the keys', for they are called where the journal and an actor do their work; a
/// broken invariant of ours goes the same way.
class BreakingEngine : public FailingEngine {
 protected:
  void expect_failed(Engine& engine, std::string_view broken, Position durable) {
    ASSERT_TRUE(engine.failure().has_value());
    EXPECT_NE(engine.failure()->message.find(broken), std::string::npos)
        << engine.failure()->message;
    EXPECT_EQ(listener_->errors().size(), 1u);
    EXPECT_EQ(do_now(engine, RegisterMember{MemberId{9}, "Eve"}).kind, AnswerKind::read_only);
    EXPECT_EQ(engine.head(), durable);
    EXPECT_TRUE(engine.query("inbox", {durable}, [](const Rows&) { return 1; }).ok());
  }
};

TEST_F(BreakingEngine, WritesNothingMoreOnceItsJournalBrokeAnInvariant) {
  Position durable;
  {
    Engine engine = open();
    introduce(engine, {7});
    durable = engine.head();
    keys_->break_in_journal(true);
    EXPECT_EQ(do_now(engine, GrantBonus{MemberId{7}, 3, 1, "Well"}).kind, AnswerKind::unknown);
    expect_failed(engine, "a key that was handed out is there", durable);
  }
  keys_->break_in_journal(false);
  Engine engine = open();
  EXPECT_EQ(engine.head(), durable);
  EXPECT_TRUE(do_now(engine, GrantBonus{MemberId{7}, 3, 1, "Well"}).ok());
  expect_equal_views(engine);
}

TEST_F(BreakingEngine, WritesNothingMoreOnceAnActorBrokeAnInvariant) {
  {
    Engine engine = open();
    introduce(engine, {7});
    keys_->break_in_actors(true);
    Submission erasure = engine.submit({EraseMember{MemberId{7}}, {}, {}});
    EXPECT_TRUE(erasure.reply.get().ok());
    EXPECT_EQ(erasure.settled.get().kind, AnswerKind::unknown);
    expect_failed(engine, "a key that was erased is gone", engine.head());
    // Whoever was stopped cannot save; so nobody may say that all have.
    EXPECT_FALSE(engine.verify().ok());
  }
  keys_->break_in_actors(false);
  Engine engine = open();
  // The duty comes again, before any command.
  EXPECT_EQ(do_now(engine, SetPreference{MemberId{7}, InMailPreference::on}).kind,
            AnswerKind::rejected);
  EXPECT_FALSE(keys_->key_for_reading(MemberId{7})->has_value());
  expect_equal_views(engine);
}

TEST_F(BreakingEngine, DoesNotOpenALogOnWhichAnInvariantBreaks) {
  {
    Engine engine = open();
    introduce(engine, {7});
  }
  {
    const StoreLayout store{path()};
    auto log = RocksLog::open({.path = store.log(), .head_file = store.head_file()});
    ASSERT_TRUE(log.ok()) << log.error().message;
    append_forged(**log,
                  {.stream = MemberId{7},
                   .version = Version{2},
                   .time = clock().now(),
                   .due_at = clock().now(),
                   .policy = PolicyVersion{1}},
                  CreditsExpired{.lot = LotId{99}, .amount = 1});
  }
  const auto engine = Engine::open(options());
  ASSERT_FALSE(engine.ok());
  EXPECT_EQ(engine.error().code, ErrorCode::corruption);
  EXPECT_NE(engine.error().message.find("an event names a lot that its pool has"),
            std::string::npos)
      << engine.error().message;
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
