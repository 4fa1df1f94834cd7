#include "projections/batch_rows.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/projections/history.hpp"
#include "tests/support/random_seed.hpp"
#include "tests/support/temp_dir.hpp"

namespace inmail {
namespace {

using test::must;

LogHead head_at(std::uint64_t position) { return {Position{position}, {}}; }

std::vector<std::pair<std::string, std::string>> rows_between(const Rows& rows,
                                                              std::string_view first,
                                                              std::string_view last) {
  std::vector<std::pair<std::string, std::string>> found;
  rows.scan_range(first, last, [&](std::string_view key, std::string_view value) {
    found.emplace_back(key, value);
    return true;
  });
  return found;
}

class BatchRowsTest : public testing::Test {
 protected:
  test::TempDir folder;
  std::unique_ptr<RocksViewStore> store = must(RocksViewStore::open(folder.path(), {}));
  std::shared_ptr<ViewTable> table = must(store->table("test.1"));
};

TEST_F(BatchRowsTest, AreSeenByTheFoldBeforeTheyAreCommitted) {
  BatchRows rows(table, 1 << 20);
  rows.put("a", "1");
  EXPECT_EQ(rows.get("a"), "1");
  EXPECT_EQ(must(table->get("a")), std::nullopt);
  ASSERT_TRUE(rows.commit(head_at(1)));
  EXPECT_EQ(must(table->get("a")), "1");
}

TEST_F(BatchRowsTest, AreWrittenTogetherWithTheirCheckpoint) {
  BatchRows rows(table, 1 << 20);
  rows.put("a", "1");
  ASSERT_TRUE(rows.commit(head_at(7)));
  EXPECT_EQ(must(table->checkpoint()), head_at(7));
}

TEST_F(BatchRowsTest, NeverReachTheTableIfTheyAreInsertedAndErasedInOneBatch) {
  BatchRows rows(table, 1 << 20);
  rows.insert("a", "1");
  rows.erase("a");
  rows.insert("a", "2");
  rows.erase("a");
  EXPECT_EQ(rows.get("a"), std::nullopt);
  ASSERT_TRUE(rows.commit(head_at(1)));
  EXPECT_EQ(must(table->get("a")), std::nullopt);
}

TEST_F(BatchRowsTest, AreErasedInTheTableIfTheyCameFromAnEarlierBatch) {
  BatchRows rows(table, 1 << 20);
  rows.insert("a", "1");
  ASSERT_TRUE(rows.commit(head_at(1)));
  rows.erase("a");
  rows.insert("a", "2");
  rows.erase("a");
  ASSERT_TRUE(rows.commit(head_at(2)));
  EXPECT_EQ(must(table->get("a")), std::nullopt);
}

TEST_F(BatchRowsTest, RefuseToInsertARowThatTheyKnow) {
  BatchRows rows(table, 1 << 20);
  rows.put("a", "1");
  EXPECT_THROW(rows.insert("a", "2"), Defect);
}

TEST_F(BatchRowsTest, GoBackToTheLastCommitWhenTheyAreDiscarded) {
  BatchRows rows(table, 1 << 20);
  rows.put("a", "1");
  ASSERT_TRUE(rows.commit(head_at(1)));
  rows.put("a", "2");
  rows.erase_range("a", "b");
  rows.discard();
  EXPECT_EQ(rows.get("a"), "1");
}

TEST_F(BatchRowsTest, StopAtTheFirstFailure) {
  BatchRows rows(table, 1 << 20);
  ASSERT_TRUE(store->drop("test.1"));
  EXPECT_EQ(rows.get("a"), std::nullopt);
  ASSERT_FALSE(rows.status());
  EXPECT_EQ(rows.status().error().code, ErrorCode::closed);
  EXPECT_FALSE(rows.commit(head_at(1)));
}

TEST_F(BatchRowsTest, AreWhatRowsInMemoryAreUnderAnyOperations) {
  std::mt19937_64 random(test::random_seed());
  const auto below = [&](std::uint64_t limit) { return random() % limit; };
  const auto any_key = [&] { return "k" + std::to_string(below(60)); };
  // So little is kept in memory that most rows are forgotten and read again.
  BatchRows rows(table, 2000);
  MemoryRows model;
  MemoryRows committed;
  std::uint64_t commits = 0;
  for (int step = 0; step < 20'000; ++step) {
    const std::string key = any_key();
    const std::string value(below(40), static_cast<char>('a' + below(26)));
    const std::uint64_t what = below(100);
    if (what < 30) {
      rows.put(key, value);
      model.put(key, value);
    } else if (what < 45) {
      rows.erase(key);
      model.erase(key);
    } else if (what < 60 && !model.get(key)) {
      rows.insert(key, value);
      model.insert(key, value);
    } else if (what < 62) {
      const std::string last = any_key();
      rows.erase_range(key, last);
      model.erase_range(key, last);
    } else if (what < 64) {
      const std::string last = any_key();
      ASSERT_EQ(rows_between(rows, key, last), rows_between(model, key, last)) << step;
    } else if (what < 67) {
      ASSERT_TRUE(rows.commit(head_at(++commits)));
      committed = model;
    } else if (what < 68) {
      rows.discard();
      model = committed;
    } else {
      ASSERT_EQ(rows.get(key), model.get(key)) << step;
    }
  }
  ASSERT_TRUE(rows.commit(head_at(++commits)));
  EXPECT_EQ(must(rows_digest(*must(table->snapshot()))), must(rows_digest(model)));
}

}  // namespace
}  // namespace inmail
