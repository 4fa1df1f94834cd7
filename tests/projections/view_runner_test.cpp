#include "projections/view_runner.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "projections/replay.hpp"
#include "tests/projections/history.hpp"
#include "tests/projections/world.hpp"
#include "tests/support/random_seed.hpp"
#include "tests/support/temp_dir.hpp"

namespace inmail {
namespace {

using test::must;

/// Counts records, and stops at one that the test chooses.
struct Counter {
  static constexpr std::string_view name = "counter";
  static constexpr std::uint16_t revision = 1;
  static inline std::atomic<std::uint64_t> stops_at{0};

  static void apply(Rows& rows, const Record& record) {
    invariant(record.header.position.value != stops_at, "the test said so");
    rows.put("n", std::to_string(std::stoull(rows.get("n").value_or("0")) + 1));
  }
};

struct CounterOfOldRevision : Counter {
  static constexpr std::uint16_t revision = 7;
};

/// Reads and writes rows all over its table.
struct Spread {
  static constexpr std::string_view name = "spread";
  static constexpr std::uint16_t revision = 1;

  static void apply(Rows& rows, const Record& record) {
    const std::string key = "k" + std::to_string(record.header.position.value * 7919 % 1000);
    rows.put(key, rows.get(key).value_or(std::string(200, 'x')) + "y");
  }
};

std::vector<View> views_with_counter() {
  std::vector<View> views(all_views().begin(), all_views().end());
  views.push_back(View::of<Counter>());
  return views;
}

std::chrono::steady_clock::time_point far_off() {
  return std::chrono::steady_clock::now() + std::chrono::seconds{60};
}

class ViewRunnerTest : public testing::Test {
 protected:
  ViewRunnerTest() {
    Counter::stops_at = 0;
    options.threaded = false;
    options.now = [] { return test::day_zero; };
    store = must(RocksViewStore::open(folder / "views", {}));
  }

  void start() { runner = must(ViewRunner::start(log, *store, views, options)); }
  void restart() {
    runner.reset();
    store.reset();
    store = must(RocksViewStore::open(folder / "views", {}));
    start();
  }
  void pump() {
    const Status status = runner->run_until_caught_up();
    EXPECT_TRUE(status) << (status ? "" : status.error().message);
  }
  /// Lets the world go on for so many records and appends them to the log.
  std::vector<std::shared_ptr<const Frame>> grow(std::size_t records, std::size_t per_frame = 7) {
    world.run_until(world.records().size() + records);
    return test::append(log, world.records(), per_frame);
  }
  void grow_and_offer(std::size_t records) {
    for (auto& frame : grow(records)) runner->offer(std::move(frame));
  }
  ViewProgress progress(std::string_view view) {
    for (const ViewProgress& each : runner->positions())
      if (each.view == view) return each;
    return {};
  }
  std::string counted() { return must(runner->read("counter"))->get("n").value_or("0"); }

  void expect_live_rows_are_replayed_ones() {
    for (const ViewVerdict& verdict : must(verify_views(log, *store, views)))
      EXPECT_TRUE(verdict.equal) << verdict.view << ": " << verdict.problem;
  }

  test::TempDir folder;
  test::World world{{.seed = test::random_seed()}};
  MemoryLog log;
  std::vector<View> views = views_with_counter();
  ViewRunnerOptions options;
  std::unique_ptr<RocksViewStore> store;
  std::unique_ptr<ViewRunner> runner;
};

TEST_F(ViewRunnerTest, CatchesUpWithALogThatIsThere) {
  grow(2000);
  start();
  EXPECT_EQ(progress("inbox").position, Position{0});
  pump();
  for (const ViewProgress& each : runner->positions()) {
    EXPECT_EQ(each.position, log.head().position) << each.view;
    EXPECT_FALSE(each.failure);
  }
  EXPECT_EQ(counted(), std::to_string(log.head().position.value));
  expect_live_rows_are_replayed_ones();
}

TEST_F(ViewRunnerTest, FollowsFramesThatAreHandedIn) {
  start();
  for (int i = 0; i < 20; ++i) {
    grow_and_offer(100);
    pump();
    EXPECT_EQ(progress("credits").position, log.head().position);
  }
  expect_live_rows_are_replayed_ones();
}

TEST_F(ViewRunnerTest, FoldsTheSameWhateverTheSizeOfItsBatches) {
  options.batch_records_max = 3;
  options.cache_bytes_max = 4096;
  grow(1500);
  start();
  pump();
  options.batch_records_max = 100;
  options.batch_memory_max = 1;
  grow_and_offer(500);
  pump();
  expect_live_rows_are_replayed_ones();
}

TEST_F(ViewRunnerTest, GoesOnFromItsCheckpoints) {
  grow(1000);
  start();
  pump();
  grow(500);
  restart();
  EXPECT_EQ(progress("inbox").rebuilt_because, "");
  EXPECT_GE(progress("inbox").position, Position{1000});
  pump();
  EXPECT_EQ(counted(), std::to_string(log.head().position.value));
  expect_live_rows_are_replayed_ones();
}

TEST_F(ViewRunnerTest, ReadsTheLogForTheViewThatIsFarthestBehind) {
  grow(500);
  views = {View::of<Counter>()};
  start();
  pump();
  runner.reset();
  grow(500);
  views = views_with_counter();
  start();
  EXPECT_EQ(progress("inbox").position, Position{0});
  pump();
  EXPECT_EQ(counted(), std::to_string(log.head().position.value)) << "none was counted twice";
  expect_live_rows_are_replayed_ones();
}

TEST_F(ViewRunnerTest, RebuildsAViewOfAnotherLog) {
  grow(300, 5);
  start();
  pump();
  runner.reset();
  MemoryLog other;
  test::append(other, world.records(), 300);
  runner = must(ViewRunner::start(other, *store, views, options));
  EXPECT_NE(progress("inbox").rebuilt_because, "");
  EXPECT_EQ(progress("inbox").position, Position{0});
  pump();
  EXPECT_EQ(counted(), std::to_string(other.head().position.value));
}

TEST_F(ViewRunnerTest, RebuildsAViewThatIsAheadOfTheLog) {
  grow(300);
  start();
  pump();
  runner.reset();
  MemoryLog shorter;
  test::append(shorter, {world.records().begin(), world.records().begin() + 70}, 7);
  runner = must(ViewRunner::start(shorter, *store, views, options));
  EXPECT_NE(progress("counter").rebuilt_because, "");
  pump();
  EXPECT_EQ(counted(), "70");
}

TEST_F(ViewRunnerTest, RebuildsEverythingWhenTheFolderIsGone) {
  grow(500);
  start();
  pump();
  const std::string before = must(rows_digest(*must(runner->read("credits"))));
  runner.reset();
  store.reset();
  std::filesystem::remove_all(folder / "views");
  restart();
  pump();
  EXPECT_EQ(must(rows_digest(*must(runner->read("credits")))), before);
}

TEST_F(ViewRunnerTest, DropsOtherRevisionsOfItsViews) {
  ASSERT_TRUE(store->table(View::of<CounterOfOldRevision>().stored_name()));
  ASSERT_TRUE(store->table("counters.1"));
  start();
  const auto names = store->table_names();
  EXPECT_EQ(std::count(names.begin(), names.end(), "counter.7"), 0);
  EXPECT_EQ(std::count(names.begin(), names.end(), "counter.1"), 1);
  EXPECT_EQ(std::count(names.begin(), names.end(), "counters.1"), 1) << "that is another view";
}

TEST_F(ViewRunnerTest, StopsAViewWhoseFoldThrowsAndLetsTheOthersGoOn) {
  Counter::stops_at = 150;
  grow(300);
  start();
  pump();
  const ViewProgress stopped = progress("counter");
  ASSERT_TRUE(stopped.failure);
  EXPECT_NE(stopped.failure->message.find("position 150: the test said so"), std::string::npos)
      << stopped.failure->message;
  EXPECT_LT(stopped.position, Position{150});
  EXPECT_EQ(progress("inbox").position, log.head().position);
  const Status waited = runner->wait_until("counter", Position{200}, far_off());
  EXPECT_EQ(waited.error().message, stopped.failure->message);
}

TEST_F(ViewRunnerTest, CallsAViewUnequalThatHasStopped) {
  Counter::stops_at = 150;
  grow(300);
  start();
  pump();
  Counter::stops_at = 0;
  const auto verdicts = must(verify_views(log, *store, views));
  for (const ViewVerdict& verdict : verdicts)
    EXPECT_EQ(verdict.equal, verdict.view != "counter") << verdict.problem;
}

TEST_F(ViewRunnerTest, GoesOnWithAStoppedViewOnceItsFoldIsMended) {
  Counter::stops_at = 150;
  grow(300);
  start();
  pump();
  Counter::stops_at = 0;
  restart();
  pump();
  EXPECT_EQ(counted(), std::to_string(log.head().position.value));
}

TEST_F(ViewRunnerTest, ReadsFromTheLogWhatDidNotFitIntoItsQueue) {
  options.queue_bytes_max = 4096;
  start();
  pump();
  grow_and_offer(700);
  pump();
  EXPECT_EQ(counted(), std::to_string(log.head().position.value));
  expect_live_rows_are_replayed_ones();
}

TEST_F(ViewRunnerTest, ReadsFromTheLogWhatWasNeverHandedIn) {
  start();
  pump();
  grow(100);
  auto late = grow(100);
  for (auto& frame : late) runner->offer(frame);
  for (auto& frame : late) runner->offer(frame);
  pump();
  EXPECT_EQ(counted(), std::to_string(log.head().position.value));
}

TEST_F(ViewRunnerTest, StopsAllViewsAtAFrameOfAnotherChain) {
  grow(50);
  start();
  pump();
  MemoryLog other;
  test::append(other, world.records(), 50);
  test::World more({.seed = 5});
  more.run_until(400);
  for (auto& frame : test::append(other, more.records(), 50))
    if (frame->first > log.head().position) runner->offer(frame);
  const Status status = runner->run_until_caught_up();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::corruption);
  EXPECT_EQ(progress("inbox").position, log.head().position);
}

TEST_F(ViewRunnerTest, KeepsUpOnAThreadOfItsOwn) {
  options.threaded = true;
  options.queue_bytes_max = 20'000;
  std::atomic<std::uint64_t> applied{0};
  options.on_applied = [&](Position position) {
    EXPECT_GT(position.value, applied);
    applied = position.value;
  };
  options.on_applied_views = {"inbox", "credits"};
  grow(1000);
  start();
  for (int i = 0; i < 50; ++i) grow_and_offer(40);
  for (const View& view : views) {
    const Status status = runner->wait_until(view.name, log.head().position, far_off());
    EXPECT_TRUE(status) << (status ? "" : status.error().message);
  }
  EXPECT_EQ(counted(), std::to_string(log.head().position.value));
  ASSERT_TRUE(runner->close());
  EXPECT_EQ(applied, log.head().position.value);
  expect_live_rows_are_replayed_ones();
}

TEST_F(ViewRunnerTest, AnswersQueriesWhileItFolds) {
  options.threaded = true;
  options.batch_records_max = 50;
  grow(3000);
  start();
  while (!runner->wait_until("counter", log.head().position, std::chrono::steady_clock::now())) {
    const auto rows = must(runner->read("counter"));
    const std::uint64_t at = rows->checkpoint().position.value;
    ASSERT_EQ(rows->get("n").value_or("0"), std::to_string(at)) << "rows and checkpoint differ";
  }
}

TEST_F(ViewRunnerTest, IsClosedInTheMiddleOfCatchingUp) {
  options.threaded = true;
  options.batch_records_max = 20;
  grow(3000);
  start();
  ASSERT_TRUE(runner->wait_until("counter", Position{1}, far_off()));
  runner.reset();
  options.threaded = false;
  restart();
  pump();
  EXPECT_EQ(counted(), std::to_string(log.head().position.value));
  expect_live_rows_are_replayed_ones();
}

TEST_F(ViewRunnerTest, TellsWhoWaitsInVain) {
  start();
  pump();
  EXPECT_EQ(runner->wait_until("inbox", Position{1}, far_off()).error().code, ErrorCode::timed_out);
  EXPECT_EQ(runner->wait_until("outbox", Position{1}, far_off()).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(runner->read("outbox").error().code, ErrorCode::not_found);
  ASSERT_TRUE(runner->close());
  EXPECT_EQ(runner->wait_until("inbox", Position{1}, far_off()).error().code, ErrorCode::closed);
  EXPECT_EQ(runner->run_until_caught_up().error().code, ErrorCode::closed);
}

TEST_F(ViewRunnerTest, RefusesToReportOnAViewThatItHasNot) {
  options.on_applied_views = {"outbox"};
  const auto refused = ViewRunner::start(log, *store, views, options);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
}

TEST_F(ViewRunnerTest, RebuildsViewsWhoseRowsAreDamaged) {
  grow(2000);
  views = {View::of<Counter>(), View::of<Spread>()};
  start();
  pump();
  runner.reset();
  ASSERT_TRUE(store->flush());
  store.reset();
  for (const auto& file : std::filesystem::directory_iterator(folder / "views")) {
    if (file.path().extension() != ".sst" || file.file_size() < 50'000) continue;
    std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    // Blocks of rows, but for the first, which holds the checkpoint.
    for (std::uintmax_t at = 20'000; at < file.file_size() / 2; at += 16'000) {
      bytes.seekp(static_cast<std::streamoff>(at));
      bytes.write("damage!", 7);
    }
  }
  restart();
  EXPECT_EQ(store->rebuilt_because(), "") << "opening reads no rows";
  grow_and_offer(1000);
  pump();
  ASSERT_TRUE(progress("spread").failure);
  EXPECT_EQ(progress("spread").failure->code, ErrorCode::corruption);
  restart();
  EXPECT_NE(store->rebuilt_because(), "");
  pump();
  expect_live_rows_are_replayed_ones();
  restart();
  EXPECT_EQ(store->rebuilt_because(), "") << "once is enough";
}

}  // namespace
}  // namespace inmail
