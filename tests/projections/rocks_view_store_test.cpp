#include "projections/rocks_view_store.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "tests/projections/history.hpp"
#include "tests/support/temp_dir.hpp"

namespace inmail {
namespace {

using test::must;

LogHead head_at(std::uint64_t position) {
  LogHead head{Position{position}, {}};
  head.hash.fill(static_cast<std::uint8_t>(position));
  return head;
}

RowBatch one_row(std::string_view key, std::string_view value, const LogHead& checkpoint) {
  RowBatch batch;
  batch.changes.push_back({key, value});
  batch.checkpoint = checkpoint;
  return batch;
}

class RocksViewStoreTest : public testing::Test {
 protected:
  void open(const ViewStoreOptions& options = {}) {
    store.reset();
    store = must(RocksViewStore::open(folder.path(), options));
  }
  std::shared_ptr<ViewTable> table(const std::string& name = "inbox.1") {
    return must(store->table(name));
  }

  test::TempDir folder;
  std::unique_ptr<RocksViewStore> store;
};

TEST_F(RocksViewStoreTest, KeepsRowsAndCheckpointOverAReopening) {
  open();
  ASSERT_TRUE(table()->write(one_row("a", "1", head_at(5))));
  open();
  EXPECT_EQ(store->rebuilt_because(), "");
  EXPECT_EQ(store->table_names(), std::vector<std::string>{"inbox.1"});
  EXPECT_EQ(must(table()->get("a")), "1");
  EXPECT_EQ(must(table()->checkpoint()), head_at(5));
}

TEST_F(RocksViewStoreTest, HasNoCheckpointInANewTable) {
  open();
  EXPECT_EQ(must(table()->checkpoint()), LogHead{});
}

TEST_F(RocksViewStoreTest, KeepsTablesApart) {
  open();
  ASSERT_TRUE(table("inbox.1")->write(one_row("a", "1", head_at(1))));
  EXPECT_EQ(must(table("inbox.2")->get("a")), std::nullopt);
  EXPECT_EQ(must(table("inbox.2")->checkpoint()), LogHead{});
}

TEST_F(RocksViewStoreTest, ErasesARangeBeforeItMakesChanges) {
  open();
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(table()->write(one_row(key, "1", {})));
  RowBatch batch = one_row("b", "2", head_at(2));
  batch.erased_ranges.push_back({"a", "c"});
  ASSERT_TRUE(table()->write(batch));
  EXPECT_EQ(must(table()->get("a")), std::nullopt);
  EXPECT_EQ(must(table()->get("b")), "2");
  EXPECT_EQ(must(table()->get("c")), "1");
}

TEST_F(RocksViewStoreTest, ShowsASnapshotAsItWas) {
  open();
  ASSERT_TRUE(table()->write(one_row("a", "1", head_at(1))));
  const auto snapshot = must(table()->snapshot());
  ASSERT_TRUE(table()->write(one_row("a", "2", head_at(2))));
  ASSERT_TRUE(table()->write(one_row("b", "2", head_at(3))));
  EXPECT_EQ(snapshot->get("a"), "1");
  EXPECT_EQ(snapshot->checkpoint(), head_at(1));
  std::size_t rows = 0;
  snapshot->scan("", [&](std::string_view, std::string_view) { return ++rows; });
  EXPECT_EQ(rows, 1u) << "the checkpoint is no row";
  EXPECT_THROW(snapshot->put("c", ""), Defect);
}

TEST_F(RocksViewStoreTest, OutlivesItsOwnHandleForWhoeverStillReads) {
  open();
  ASSERT_TRUE(table()->write(one_row("a", "1", head_at(1))));
  auto snapshot = must(table()->snapshot());
  store.reset();
  EXPECT_EQ(snapshot->get("a"), "1");
  snapshot.reset();
  open();
  EXPECT_EQ(must(table()->get("a")), "1");
}

TEST_F(RocksViewStoreTest, AnswersClosedForATableThatWasDropped) {
  open();
  const auto dropped = table();
  ASSERT_TRUE(dropped->write(one_row("a", "1", head_at(1))));
  ASSERT_TRUE(store->drop("inbox.1"));
  ASSERT_TRUE(store->drop("inbox.1"));
  EXPECT_EQ(dropped->get("a").error().code, ErrorCode::closed);
  EXPECT_EQ(dropped->write(one_row("a", "1", {})).error().code, ErrorCode::closed);
  EXPECT_EQ(dropped->flush().error().code, ErrorCode::closed);
  EXPECT_EQ(must(table()->get("a")), std::nullopt);
}

TEST_F(RocksViewStoreTest, DropsTheRevisionsThatNobodyNames) {
  open();
  for (const char* name : {"inbox.1", "inbox.2", "states.1"}) table(name);
  const std::vector<std::string> known{"inbox.2", "states.1"};
  ASSERT_TRUE(store->keep_only(known));
  EXPECT_EQ(store->table_names(), known);
}

TEST_F(RocksViewStoreTest, RefusesTheNameOfRocksDbsOwnFamily) {
  open();
  EXPECT_EQ(store->table("default").error().code, ErrorCode::invalid_argument);
}

TEST_F(RocksViewStoreTest, BelongsToOneOwnerAtATime) {
  open();
  ASSERT_TRUE(table()->write(one_row("a", "1", head_at(1))));
  const auto second = RocksViewStore::open(folder.path(), {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::locked);
  EXPECT_EQ(must(table()->get("a")), "1") << "the views of the other one were not thrown away";
}

TEST_F(RocksViewStoreTest, BeginsAnewWhenItsFilesAreDamaged) {
  open();
  ASSERT_TRUE(table()->write(one_row("a", "1", head_at(1))));
  store.reset();
  std::ofstream(folder / "CURRENT") << "nonsense";
  open();
  EXPECT_NE(store->rebuilt_because(), "");
  EXPECT_TRUE(store->table_names().empty());
  ASSERT_TRUE(table()->write(one_row("a", "2", head_at(1))));
  open();
  EXPECT_EQ(store->rebuilt_because(), "");
}

TEST_F(RocksViewStoreTest, BeginsAnewWhenATableFileIsGone) {
  open();
  ASSERT_TRUE(table()->write(one_row("a", "1", head_at(1))));
  store.reset();
  for (const auto& file : std::filesystem::directory_iterator(folder.path()))
    if (file.path().extension() == ".sst") std::filesystem::remove(file.path());
  open();
  EXPECT_NE(store->rebuilt_because(), "");
  EXPECT_EQ(must(table()->get("a")), std::nullopt);
}

TEST_F(RocksViewStoreTest, CannotBeWhereAFileIs) {
  std::ofstream(folder / "file") << "x";
  const auto opened = RocksViewStore::open(folder / "file", {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::io);
}

TEST_F(RocksViewStoreTest, FlushesAfterSoManyEventsOrSoMuchTime) {
  ViewStoreOptions options;
  options.flush_events_max = 10;
  options.flush_interval = Seconds{60};
  open(options);
  const auto rows = table();
  const Timestamp start = test::day_zero;
  EXPECT_FALSE(rows->has_unflushed());
  ASSERT_TRUE(rows->write(one_row("a", "1", head_at(5))));
  EXPECT_TRUE(rows->has_unflushed());
  ASSERT_TRUE(rows->flush_if_due(start));
  EXPECT_TRUE(rows->has_unflushed()) << "neither is reached";
  ASSERT_TRUE(rows->flush_if_due(start + Seconds{60}));
  EXPECT_FALSE(rows->has_unflushed());
  ASSERT_TRUE(rows->write(one_row("a", "1", head_at(14))));
  ASSERT_TRUE(rows->flush_if_due(start + Seconds{61}));
  EXPECT_TRUE(rows->has_unflushed());
  ASSERT_TRUE(rows->write(one_row("a", "1", head_at(15))));
  ASSERT_TRUE(rows->flush_if_due(start + Seconds{62}));
  EXPECT_FALSE(rows->has_unflushed());
}

TEST_F(RocksViewStoreTest, TakesWritesAndReadsOfManyThreads) {
  open();
  const auto rows = table("states.1");
  std::atomic<bool> failed{false};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (std::uint64_t i = 0; i < 300; ++i) {
        const std::string key = "k" + std::to_string(thread);
        const std::string value = std::to_string(i);
        if (!rows->write(one_row(key, value, head_at(i)))) failed = true;
        const auto snapshot = rows->snapshot();
        if (!snapshot || (*snapshot)->get(key) != value) failed = true;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(failed);
}

}  // namespace
}  // namespace inmail
