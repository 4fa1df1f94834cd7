#include "projections/replay.hpp"

#include <gtest/gtest.h>

#include "projections/view_runner.hpp"
#include "tests/projections/history.hpp"
#include "tests/projections/world.hpp"
#include "tests/support/random_seed.hpp"
#include "tests/support/temp_dir.hpp"

namespace inmail {
namespace {

using test::must;

/// The positions it was shown, one a row.
struct Seen {
  static constexpr std::string_view name = "seen";
  static constexpr std::uint16_t revision = 1;
  static void apply(Rows& rows, const Record& record) {
    rows.put("p" + std::to_string(1000 + record.header.position.value), "");
  }
};

struct Refusing {
  static constexpr std::string_view name = "refusing";
  static constexpr std::uint16_t revision = 1;
  static void apply(Rows&, const Record&) { throw_defect("never"); }
};

class ReplayTest : public testing::Test {
 protected:
  Replayed replayed(const ReplayLimit& limit) { return must(replay(log, View::of<Seen>(), limit)); }

  MemoryLog log;
};

TEST_F(ReplayTest, FoldsTheWholeLogIfNothingLimitsIt) {
  test::World world({.seed = 3});
  world.run_until(200);
  test::append(log, world.records(), 7);
  const Replayed all = replayed({});
  EXPECT_EQ(all.rows.size(), world.records().size());
  EXPECT_EQ(all.head, log.head());
}

TEST_F(ReplayTest, StopsBehindAPositionEvenWithinAFrame) {
  test::World world({.seed = 3});
  world.run_until(200);
  test::append(log, world.records(), 50);
  const Replayed part = replayed({.through = Position{60}, .until = {}});
  EXPECT_EQ(part.rows.size(), 60u);
  EXPECT_EQ(part.head.position, Position{60});
}

TEST_F(ReplayTest, StopsBeforeTheFirstRecordThatIsLater) {
  test::History history;
  const auto add_at = [&](std::int64_t seconds) {
    history.add(MemberId{1}, CommandAccepted{1}).time = test::day_zero + Seconds{seconds};
  };
  for (const std::int64_t seconds : {1, 3, 2, 5, 4, 6}) add_at(seconds);
  test::append(log, history.records(), 2);
  const auto count = [&](std::int64_t seconds) {
    return replayed({.through = {}, .until = test::day_zero + Seconds{seconds}}).rows.size();
  };
  EXPECT_EQ(count(0), 0u);
  EXPECT_EQ(count(2), 1u) << "a prefix has no holes";
  EXPECT_EQ(count(3), 3u);
  EXPECT_EQ(count(4), 3u);
  EXPECT_EQ(count(6), 6u);
}

TEST_F(ReplayTest, SaysWhichRecordAFoldRefuses) {
  test::World world({.seed = 3});
  test::append(log, world.records(), 7);
  const auto refused = replay(log, View::of<Refusing>());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("position 1: never"), std::string::npos);
}

class VerifyViewsTest : public testing::Test {
 protected:
  VerifyViewsTest() {
    world.run_until(800);
    test::append(log, world.records(), 7);
  }
  void run_views() {
    ViewRunnerOptions options;
    options.threaded = false;
    const auto runner = must(ViewRunner::start(log, *store, all_views(), options));
    ASSERT_TRUE(runner->run_until_caught_up());
  }
  ViewVerdict verdict(std::string_view view) {
    for (ViewVerdict& each : must(verify_views(log, *store, all_views())))
      if (each.view == view) return each;
    return {};
  }

  test::TempDir folder;
  test::World world{{.seed = test::random_seed()}};
  MemoryLog log;
  std::unique_ptr<RocksViewStore> store = must(RocksViewStore::open(folder.path(), {}));
};

TEST_F(VerifyViewsTest, FindsLiveRowsEqualToAReplay) {
  run_views();
  for (const ViewVerdict& each : must(verify_views(log, *store, all_views()))) {
    EXPECT_TRUE(each.equal) << each.view << ": " << each.problem;
    EXPECT_EQ(each.live, each.replayed);
    EXPECT_EQ(each.live.size(), 64u);
    EXPECT_EQ(each.checkpoint, log.head());
  }
}

TEST_F(VerifyViewsTest, FindsARowThatWasTamperedWith) {
  run_views();
  RowBatch batch;
  batch.changes.push_back({"zzz", "a row too many"});
  ASSERT_TRUE(must(store->table("credits.2"))->write(batch));
  EXPECT_FALSE(verdict("credits").equal);
  EXPECT_NE(verdict("credits").live, verdict("credits").replayed);
  EXPECT_TRUE(verdict("inbox").equal);
}

TEST_F(VerifyViewsTest, CallsAViewUnequalThatIsBehind) {
  run_views();
  world.run_until(900);
  test::append(log, world.records(), 7);
  const ViewVerdict behind = verdict("inbox");
  EXPECT_FALSE(behind.equal);
  EXPECT_EQ(behind.live, behind.replayed) << "as far as it goes it is right";
  EXPECT_NE(behind.problem, "");
}

TEST_F(VerifyViewsTest, CallsAViewUnequalThatIsNotThere) {
  EXPECT_EQ(verdict("inbox").problem, "there are no live rows");
  EXPECT_TRUE(store->table_names().empty()) << "verifying makes nothing";
}

TEST_F(VerifyViewsTest, CallsAViewUnequalThatIsOfAnotherLog) {
  run_views();
  MemoryLog other;
  test::append(other, world.records(), 900);
  for (const ViewVerdict& each : must(verify_views(other, *store, all_views())))
    EXPECT_FALSE(each.equal) << each.view;
}

}  // namespace
}  // namespace inmail
