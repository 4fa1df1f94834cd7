// Faults around an engine that it must bear: clocks that jump, disks that are slow or cannot be
// read, views from another time, hosts that ask for too much or never read.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include "engine/store_layout.hpp"
#include "tests/support/engine_fixture.hpp"
#include "tests/support/faulty_disk.hpp"
#include "tests/support/file_bytes.hpp"

namespace inmail {
namespace {

using std::chrono::steady_clock;
using test::DiskAct;
using test::DiskFault;
using test::EngineTest;
using test::FaultyDisk;

class Bearing : public EngineTest {
 protected:
  EngineOptions options() override {
    EngineOptions options = EngineTest::options();
    options.files = disk_;
    options.logger = std::make_shared<test::SilentLogger>();
    return options;
  }

  Answer grant(Engine& engine) { return do_now(engine, GrantBonus{MemberId{7}, 1, 1, "Well"}); }

  std::shared_ptr<FaultyDisk> disk_ = std::make_shared<FaultyDisk>();
};

TEST_F(Bearing, AClockThatJumpsBackAndForward) {
  const Timestamp start = clock().now();
  Engine engine = open();
  introduce(engine, {7, 8});
  ASSERT_TRUE(do_now(engine, StartSubscription{MemberId{7}, PlanKind::career}).ok());
  ASSERT_TRUE(settle(engine, SendInMail{MemberId{7}, {}, MemberId{8}, "Hello", "You?"}).ok());
  for (const auto jump : {std::chrono::hours{-5}, std::chrono::hours{24 * 400},
                          std::chrono::hours{-24 * 800}, std::chrono::hours{24 * 400 + 5}}) {
    clock().advance(jump);
    engine.wake_due();
    EXPECT_TRUE(grant(engine).ok()) << jump.count();
  }
  EXPECT_EQ(clock().now(), start);
  // Within a stream time never goes back.
  std::map<StreamId, Timestamp> last;
  ASSERT_TRUE(for_each_record(engine.log(), Position{1}, [&](const Record& record) {
                const RecordHeader& header = record.header;
                EXPECT_GE(header.time, last[header.stream]);
                last[header.stream] = header.time;
                return true;
              }).ok());
  expect_equal_views(engine);
}

TEST_F(Bearing, ADiskThatIsSlow) {
  EngineOptions narrow = options();
  narrow.in_flight_max = 50;
  auto opened = Engine::open(std::move(narrow));
  ASSERT_TRUE(opened.ok());
  Engine engine = std::move(opened).value();
  introduce(engine, {7});
  disk_->decide_by([](DiskAct act, const std::string& path) {
    if (act == DiskAct::sync && test::is_wal(path)) std::this_thread::sleep_for(Milliseconds{30});
    return std::optional<DiskFault>{};
  });
  std::vector<Submission> submissions;
  for (int each = 0; each < 500; ++each)
    submissions.push_back(engine.submit({GrantBonus{MemberId{7}, 1, 1, "Well"}, {}, {}}));
  std::size_t taken = 0;
  for (Submission& each : submissions) {
    const Answer answer = each.reply.get();
    ASSERT_TRUE(answer.ok() || answer.kind == AnswerKind::overloaded);
    if (answer.ok()) ++taken;
    EXPECT_LE(engine.stats().in_flight, 50u);
  }
  EXPECT_GE(taken, 50u);
  EXPECT_FALSE(engine.failure().has_value());
  const auto start = steady_clock::now();
  EXPECT_TRUE(engine.close(std::chrono::seconds{20}).ok());
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds{20});
}

TEST_F(Bearing, AReadError) {
  Position head;
  {
    Engine engine = open();
    introduce(engine, {7});
    for (int each = 0; each < 200; ++each) ASSERT_TRUE(grant(engine).ok());
    head = engine.head();
  }
  const auto unreadable = [](DiskAct act, const std::string& path) {
    return act == DiskAct::read && path.ends_with(".sst") ? std::optional{DiskFault::io}
                                                          : std::nullopt;
  };
  disk_->decide_by(unreadable);
  const auto refused = Engine::open(options());
  if (!refused) {
    EXPECT_EQ(refused.error().code, ErrorCode::io) << refused.error().message;
  }
  disk_->decide_by({});
  Engine engine = open();
  EXPECT_EQ(engine.head(), head);
  disk_->decide_by(unreadable);
  auto records = engine.subscribe(Position{1});
  if (records) {
    const auto first = records->next(Milliseconds{0});
    if (!first) {
      EXPECT_EQ(first.error().code, ErrorCode::io) << first.error().message;
    }
  }
  disk_->decide_by({});
  EXPECT_TRUE(grant(engine).ok());
  EXPECT_FALSE(engine.failure().has_value());
  // A view that met the fault is mended once the store was opened again, a little later.
  for (int again = 0; again < 500 && !engine.verify().ok(); ++again) (void)grant(engine);
  expect_equal_views(engine);
}

TEST_F(Bearing, ThatThereAreNoFileHandles) {
  {
    Engine engine = open();
    introduce(engine, {7});
  }
  const auto none_left = [](DiskAct act, const std::string&) {
    return act == DiskAct::open ? std::optional{DiskFault::no_handle} : std::nullopt;
  };
  disk_->decide_by(none_left);
  const auto refused = Engine::open(options());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::io) << refused.error().message;
  disk_->decide_by({});
  Engine engine = open();
  // One that is open goes on with the files it has.
  disk_->decide_by(none_left);
  for (int each = 0; each < 50; ++each) EXPECT_TRUE(grant(engine).ok());
  disk_->decide_by({});
  // Views that could not be written come back when the store is opened again.
  const auto until = steady_clock::now() + std::chrono::minutes{1};
  while (!engine.verify().ok() && steady_clock::now() < until) std::this_thread::yield();
  EXPECT_FALSE(engine.failure().has_value());
  expect_equal_views(engine);
}

TEST_F(Bearing, ViewsOfAnotherTime) {
  const std::filesystem::path views = StoreLayout{path()}.views();
  test::FolderBytes early;
  {
    Engine engine = open();
    introduce(engine, {7, 8});
  }
  early = test::read_folder(views);
  {
    Engine engine = open();
    for (int each = 0; each < 100; ++each) ASSERT_TRUE(grant(engine).ok());
  }
  test::write_folder(views, early);
  Engine engine = open();
  expect_equal_views(engine);
}

TEST_F(Bearing, ASubscriberThatNeverReads) {
  Engine engine = open();
  introduce(engine, {7});
  std::vector<Subscription> idle;
  for (int each = 0; each < 100; ++each) {
    auto records = engine.subscribe(Position{1});
    ASSERT_TRUE(records.ok());
    idle.push_back(std::move(records).value());
  }
  std::vector<Submission> submissions;
  for (int each = 0; each < 2'000; ++each)
    submissions.push_back(engine.submit({GrantBonus{MemberId{7}, 1, 1, "Well"}, {}, {}}));
  for (Submission& each : submissions) EXPECT_TRUE(each.reply.get().ok());
  // Whoever begins at last finds everything.
  Position seen;
  while (true) {
    const auto record = idle.back().next(Milliseconds{0});
    ASSERT_TRUE(record.ok());
    if (!*record) break;
    seen = (*record)->header.position;
  }
  EXPECT_EQ(seen, engine.head());
  const auto start = steady_clock::now();
  EXPECT_TRUE(engine.close(std::chrono::seconds{20}).ok());
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds{10});
}

}  // namespace
}  // namespace inmail
