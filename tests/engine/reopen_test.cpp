// What a host sees when the disk fails under an engine, or an actor throws: answers, and none of
// them false.

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "projections/audit.hpp"
#include "tests/support/engine_fixture.hpp"
#include "tests/support/faulty_disk.hpp"

namespace inmail {
namespace {

using test::DiskAct;
using test::DiskFault;
using test::EngineTest;
using test::FaultyDisk;

constexpr std::chrono::seconds long_enough{60};

class Reopening : public EngineTest {
 protected:
  EngineOptions options() override {
    EngineOptions options = EngineTest::options();
    options.files = disk_;
    options.logger = std::make_shared<test::SilentLogger>();
    options.disk_free_bytes = [this](const auto&) { return free_.load(); };
    return options;
  }

  /// The n-th time that `act` is done to a write-ahead log, from now on, fails like this.
  void fail_nth(DiskAct act, int nth, DiskFault fault) {
    disk_->decide_by([act, nth, fault](DiskAct done, const std::string& path) mutable {
      if (done != act || !test::is_wal(path) || --nth != 0) return std::optional<DiskFault>{};
      return std::optional{fault};
    });
  }

  /// As hosts do: again with the same id, until there is an answer that is one.
  Answer insist(Engine& engine, const Request& request) {
    while (true) {
      const Answer answer = engine.submit(request).reply.get();
      if (answer.kind != AnswerKind::overloaded && answer.kind != AnswerKind::unknown)
        return answer;
      std::this_thread::yield();
    }
  }

  EngineOptions seeded() {
    EngineOptions seeded = options();
    seeded.deterministic =
        EngineOptions::Deterministic{.seed = 3, .key_seed = 3, .sync_frames = true};
    return seeded;
  }

  void wait_until_reopened(Engine& engine, std::uint64_t times) {
    while (engine.stats().reopened < times) std::this_thread::yield();
  }

  struct Given {
    CommandId id;
    Position position;
  };

  /// Everything that was answered is on record, once, where it was said to be.
  void expect_on_record(Engine& engine, const std::vector<Given>& given) {
    std::map<CommandId, Position> receipts;
    ASSERT_TRUE(for_each_record(engine.log(), Position{1}, [&](const Record& record) {
                  if (!record.header.is_receipt) return true;
                  const auto put = receipts.emplace(record.header.cause, record.header.position);
                  EXPECT_TRUE(put.second);
                  return true;
                }).ok());
    for (const Given& each : given) {
      const auto found = receipts.find(each.id);
      ASSERT_NE(found, receipts.end()) << "an acknowledged command is lost";
      EXPECT_EQ(found->second, each.position);
    }
    const auto audited = audit(engine.log());
    ASSERT_TRUE(audited.ok());
    EXPECT_TRUE(audited->ok);
  }

  std::shared_ptr<FaultyDisk> disk_ = std::make_shared<FaultyDisk>();
  std::atomic<std::uint64_t> free_{UINT64_MAX};
};

TEST_F(Reopening, AnswersByTheReceiptWhenASyncFails) {
  Engine engine = open();
  introduce(engine, {7});
  fail_nth(DiskAct::sync, 1, DiskFault::io);
  const Request bonus{GrantBonus{MemberId{7}, 3, 1, "Well"}, engine.new_command_id(), {}};
  const Answer first = engine.submit(bonus).reply.get();
  // Whether it came back is up to the disk; the answer is what is on record.
  ASSERT_TRUE(first.ok() || first.kind == AnswerKind::overloaded);
  const Answer again = insist(engine, bonus);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(!first.ok() || again.position == first.position);
  EXPECT_EQ(engine.stats().reopened, 1u);
  EXPECT_FALSE(engine.failure().has_value());
  expect_on_record(engine, {{bonus.id, again.position}});
  expect_equal_views(engine);
}

TEST_F(Reopening, GoesOnAfterEveryKindOfFault) {
  Engine engine = open();
  introduce(engine, {7});
  std::vector<Given> given;
  std::uint64_t times = 0;
  for (const auto& [act, fault] :
       std::vector<std::pair<DiskAct, DiskFault>>{{DiskAct::sync, DiskFault::io},
                                                  {DiskAct::write, DiskFault::io},
                                                  {DiskAct::write, DiskFault::no_space},
                                                  {DiskAct::sync, DiskFault::no_space}}) {
    fail_nth(act, 1, fault);
    const Request bonus{GrantBonus{MemberId{7}, 1, 1, "Well"}, engine.new_command_id(), {}};
    const Answer answer = insist(engine, bonus);
    ASSERT_TRUE(answer.ok());
    given.push_back({bonus.id, answer.position});
    EXPECT_EQ(engine.stats().reopened, ++times);
  }
  expect_on_record(engine, given);
  expect_equal_views(engine);
}

TEST_F(Reopening, LosesNothingUnderLoad) {
  Engine engine = open();
  for (std::uint64_t each = 1; each <= 8; ++each) {
    introduce(engine, {each});
    ASSERT_TRUE(do_now(engine, StartSubscription{MemberId{each}, PlanKind::sales_core}).ok());
  }
  auto records = engine.subscribe(Position{1});
  ASSERT_TRUE(records.ok());
  std::vector<Given> given;
  std::mutex mutex;
  std::vector<std::thread> hosts;
  fail_nth(DiskAct::sync, 40, DiskFault::io);
  for (std::uint64_t host = 0; host < 4; ++host)
    hosts.emplace_back([&, host] {
      for (std::uint64_t each = 0; each < 150; ++each) {
        const Request send{
            SendInMail{MemberId{1 + host}, {}, MemberId{1 + (host + each) % 8}, "Hello", "A word?"},
            engine.new_command_id(),
            {}};
        const Answer answer = insist(engine, send);
        if (answer.kind == AnswerKind::read_only) continue;
        const std::lock_guard lock(mutex);
        given.push_back({send.id, answer.position});
        if (given.size() % 200 == 0) fail_nth(DiskAct::sync, 5, DiskFault::io);
        if (each % 50 == 0)
          (void)engine.query("inbox", {answer.position}, [](const Rows&) { return 1; });
      }
    });
  for (std::thread& host : hosts) host.join();
  disk_->decide_by({});
  EXPECT_EQ(given.size(), 600u);
  EXPECT_GE(engine.stats().reopened, 1u);
  EXPECT_FALSE(engine.failure().has_value()) << engine.failure()->message;
  expect_on_record(engine, given);
  expect_equal_views(engine);
  // Who reads along has noticed nothing.
  Position seen;
  while (true) {
    const auto record = records->next(Milliseconds{0});
    ASSERT_TRUE(record.ok()) << record.error().message;
    if (!*record) break;
    EXPECT_EQ((*record)->header.position.value, seen.value + 1);
    seen = (*record)->header.position;
  }
  EXPECT_EQ(seen, engine.head());
}

TEST_F(Reopening, GivesUpOnADiskThatFailsAgainAndAgain) {
  Engine engine = open();
  introduce(engine, {7});
  disk_->decide_by([](DiskAct act, const std::string& path) {
    return act == DiskAct::sync && test::is_wal(path) ? std::optional{DiskFault::io} : std::nullopt;
  });
  Answer answer;
  for (int each = 0; each < 10'000 && answer.kind != AnswerKind::read_only; ++each)
    answer = do_now(engine, GrantBonus{MemberId{7}, 1, 1, "Well"});
  EXPECT_EQ(answer.kind, AnswerKind::read_only);
  ASSERT_TRUE(engine.failure().has_value());
  disk_->decide_by({});
  (void)engine.close(long_enough);
  Engine again = open();
  expect_equal_views(again);
}

TEST_F(Reopening, IsClosedWhileItOpensAgain) {
  Engine engine = open();
  introduce(engine, {7});
  disk_->decide_by([](DiskAct act, const std::string& path) {
    return act != DiskAct::read && path.find("/log") != std::string::npos
               ? std::optional{DiskFault::io}
               : std::nullopt;
  });
  Submission bonus = engine.submit({GrantBonus{MemberId{7}, 1, 1, "Well"}, {}, {}});
  (void)engine.close(long_enough);
  EXPECT_EQ(bonus.reply.get().kind, AnswerKind::unknown);
  bonus.settled.wait();
  disk_->decide_by({});
  Engine again = open();
  EXPECT_TRUE(do_now(again, GrantBonus{MemberId{7}, 1, 1, "Well"}).ok());
}

TEST_F(Reopening, WaitsForAnAnswerThatAsksForMore) {
  Engine engine = open();
  introduce(engine, {7});
  const auto read = engine.query("inbox", {}, [&](const Rows&) {
    fail_nth(DiskAct::sync, 1, DiskFault::io);
    // Until one is turned away, at once, the store is not being opened again yet. What is under way
    // then is answered once it is, and so is not waited for here.
    std::vector<Submission> under_way;
    do {
      std::this_thread::yield();
      under_way.push_back(engine.submit({GrantBonus{MemberId{7}, 1, 1, "Well"}, {}, {}}));
    } while (under_way.back().reply.wait_for(std::chrono::seconds{0}) !=
                 std::future_status::ready ||
             under_way.back().reply.get().ok());
    // The views may have stopped by now, but nobody waits for ever.
    (void)engine.query("credits", {}, [](const Rows&) { return true; });
    return engine.open_text(Text{"A word"}).ok();
  });
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(*read);
  wait_until_reopened(engine, 1);
  EXPECT_TRUE(insist(engine, {GrantBonus{MemberId{7}, 1, 1, "Well"}, {}, {}}).ok());
}

TEST_F(Reopening, HappensInASeededEngineToo) {
  auto opened = Engine::open(seeded());
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  Engine engine = std::move(opened).value();
  Submission member = engine.submit({RegisterMember{MemberId{7}, "Ada"}, {}, {}});
  engine.run_until_quiet();
  ASSERT_TRUE(member.reply.get().ok());
  fail_nth(DiskAct::sync, 1, DiskFault::io);
  const Request bonus{GrantBonus{MemberId{7}, 3, 1, "Well"}, engine.new_command_id(), {}};
  Answer answer;
  while (!answer.ok()) {
    Submission submission = engine.submit(bonus);
    engine.run_until_quiet();
    answer = submission.reply.get();
    ASSERT_TRUE(answer.ok() || answer.kind == AnswerKind::overloaded);
  }
  EXPECT_EQ(engine.stats().reopened, 1u);
  expect_on_record(engine, {{bonus.id, answer.position}});
  expect_equal_views(engine);
}

TEST_F(Reopening, LetsWhatIsDueHappenAllTheSame) {
  auto opened = Engine::open(seeded());
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  Engine engine = std::move(opened).value();
  for (Command each : {Command{RegisterMember{MemberId{7}, "Ada"}},
                       Command{StartSubscription{MemberId{7}, PlanKind::career}}}) {
    Submission submission = engine.submit({std::move(each), {}, {}});
    engine.run_until_quiet();
    ASSERT_TRUE(submission.reply.get().ok());
  }
  const Position before = engine.head();
  clock().advance(std::chrono::hours{24 * 32});
  fail_nth(DiskAct::write, 1, DiskFault::io);
  engine.wake_due();
  EXPECT_EQ(engine.stats().reopened, 1u);
  std::size_t renewals = 0;
  ASSERT_TRUE(for_each_record(engine.log(), Position{before.value + 1}, [&](const Record& record) {
                renewals += std::holds_alternative<CycleRenewed>(record.event);
                return true;
              }).ok());
  EXPECT_EQ(renewals, 1u);
}

TEST_F(Reopening, HasNoLogToReadWhenItDoesNotOpenAgain) {
  auto opened = Engine::open(seeded());
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  Engine engine = std::move(opened).value();
  disk_->decide_by([](DiskAct act, const std::string& path) {
    return act != DiskAct::read && path.find("/log") != std::string::npos
               ? std::optional{DiskFault::io}
               : std::nullopt;
  });
  (void)engine.submit({RegisterMember{MemberId{7}, "Ada"}, {}, {}});
  engine.run_until_quiet();
  ASSERT_TRUE(engine.failure().has_value());
  const auto end = for_each_record(engine.log(), Position{1}, [](const Record&) { return true; });
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().code, ErrorCode::closed);
  disk_->decide_by({});
}

/// Throws when an actor asks for the time, once it was told to.
class ThrowingClock final : public Clock {
 public:
  Timestamp now() const override {
    const bool is_host = std::this_thread::get_id() == host_;
    if (!is_host && throws_.exchange(false)) throw std::runtime_error("no time for this");
    return time_;
  }
  void throw_once() { throws_ = true; }

 private:
  const std::thread::id host_ = std::this_thread::get_id();
  const Timestamp time_ = *timestamp_from_text("2026-01-05T09:00:00Z");
  mutable std::atomic<bool> throws_{false};
};

TEST_F(Reopening, ReloadsAnActorThatThrows) {
  const auto clock = std::make_shared<ThrowingClock>();
  EngineOptions with = options();
  with.clock = clock;
  auto opened = Engine::open(std::move(with));
  ASSERT_TRUE(opened.ok());
  Engine engine = std::move(opened).value();
  introduce(engine, {7, 8});
  std::vector<Given> given;
  std::vector<Submission> before;
  for (int each = 0; each < 50; ++each)
    before.push_back(engine.submit({GrantBonus{MemberId{8}, 1, 1, "Well"}, {}, {}}));
  clock->throw_once();
  const Request bonus{GrantBonus{MemberId{7}, 3, 1, "Well"}, engine.new_command_id(), {}};
  const Answer answer = insist(engine, bonus);
  ASSERT_TRUE(answer.ok());
  given.push_back({bonus.id, answer.position});
  wait_until_reopened(engine, 1);
  for (Submission& each : before) {
    const Answer done = each.reply.get();
    EXPECT_TRUE(done.ok() || done.kind == AnswerKind::overloaded);
    if (done.ok()) given.push_back({each.id, done.position});
  }
  EXPECT_FALSE(engine.failure().has_value());
  expect_on_record(engine, given);
  expect_equal_views(engine);
}

class FillingDisk : public Reopening {
 protected:
  /// The thread that keeps house looks a few times a second.
  Answer wait_for(Engine& engine, AnswerKind kind) {
    const auto until = std::chrono::steady_clock::now() + long_enough;
    Answer answer;
    do {
      answer = do_now(engine, GrantBonus{MemberId{7}, 1, 1, "Well"});
    } while (answer.kind != kind && std::chrono::steady_clock::now() < until);
    return answer;
  }
};

TEST_F(FillingDisk, TakesNoCommandsBeforeItIsFullAndGoesOnWhenThereIsRoom) {
  Engine engine = open();
  introduce(engine, {7});
  const Position head = engine.head();
  free_ = options().disk_free_min - 1;
  const Answer refused = wait_for(engine, AnswerKind::read_only);
  EXPECT_EQ(refused.kind, AnswerKind::read_only);
  EXPECT_EQ(refused.sentence, "the disk of the store is nearly full");
  EXPECT_TRUE(engine.stats().is_disk_full);
  EXPECT_FALSE(engine.failure().has_value());
  // Reads go on.
  EXPECT_TRUE(engine.query("credits", {head}, [](const Rows&) { return 1; }).ok());
  auto records = engine.subscribe(Position{1});
  ASSERT_TRUE(records.ok());
  EXPECT_TRUE(records->next(Milliseconds{0})->has_value());
  // A little more room is not enough yet.
  free_ = options().disk_free_min + 1;
  clock().advance(std::chrono::seconds{1});
  free_ = 4 * options().disk_free_min;
  EXPECT_TRUE(wait_for(engine, AnswerKind::ok).ok());
  EXPECT_FALSE(engine.stats().is_disk_full);
  expect_equal_views(engine);
}

TEST_F(FillingDisk, OpensReadOnlyWhenItIsFullAlready) {
  {
    Engine engine = open();
    introduce(engine, {7});
  }
  free_ = 0;
  Engine engine = open();
  EXPECT_EQ(do_now(engine, GrantBonus{MemberId{7}, 1, 1, "Well"}).kind, AnswerKind::read_only);
  EXPECT_TRUE(engine.query("credits", {engine.head()}, [](const Rows&) { return 1; }).ok());
  free_ = UINT64_MAX;
  EXPECT_TRUE(wait_for(engine, AnswerKind::ok).ok());
}

TEST_F(FillingDisk, LosesNothingWhenItFillsUpAllTheSame) {
  Engine engine = open();
  introduce(engine, {7});
  std::vector<Given> given;
  for (int round = 0; round < 3; ++round) {
    // Everything fails that needs room, until some is made.
    disk_->decide_by([](DiskAct act, const std::string& path) {
      const bool is_log = path.find("/log/") != std::string::npos;
      return act == DiskAct::write && is_log ? std::optional{DiskFault::no_space} : std::nullopt;
    });
    const Request bonus{GrantBonus{MemberId{7}, 1, 1, "Well"}, engine.new_command_id(), {}};
    Submission waits = engine.submit(bonus);
    disk_->decide_by({});
    const Answer first = waits.reply.get();
    EXPECT_TRUE(first.ok() || first.kind == AnswerKind::overloaded);
    const Answer answer = insist(engine, bonus);
    ASSERT_TRUE(answer.ok());
    given.push_back({bonus.id, answer.position});
  }
  EXPECT_FALSE(engine.failure().has_value());
  expect_on_record(engine, given);
  expect_equal_views(engine);
}

}  // namespace
}  // namespace inmail
