#include "projections/rows.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "projections/row_key.hpp"

namespace inmail {
namespace {

std::vector<std::string> keys_from(const Rows& rows, std::string_view first) {
  std::vector<std::string> keys;
  rows.scan(first, [&](std::string_view key, std::string_view) {
    keys.emplace_back(key);
    return true;
  });
  return keys;
}

std::string digest_of(const Rows& rows) { return rows_digest(rows).value_or("(none)"); }

TEST(MemoryRows, GiveBackWhatWasPut) {
  MemoryRows rows;
  rows.put("a", "1");
  rows.put("a", "2");
  EXPECT_EQ(rows.get("a"), "2");
  rows.erase("a");
  EXPECT_EQ(rows.get("a"), std::nullopt);
  rows.erase("a");
}

TEST(MemoryRows, AreScannedInOrderOfTheirKeys) {
  MemoryRows rows;
  for (const char* key : {"b", "a", "c", "ab"}) rows.put(key, "");
  EXPECT_EQ(keys_from(rows, "ab"), (std::vector<std::string>{"ab", "b", "c"}));
}

TEST(MemoryRows, RefuseToInsertARowThatIsThere) {
  MemoryRows rows;
  rows.insert("a", "1");
  EXPECT_THROW(rows.insert("a", "2"), Defect);
}

TEST(MemoryRows, LoseARangeWithoutItsEnd) {
  MemoryRows rows;
  for (const char* key : {"a", "b", "c", "d"}) rows.put(key, "");
  rows.erase_range("b", "d");
  EXPECT_EQ(keys_from(rows, ""), (std::vector<std::string>{"a", "d"}));
  rows.erase_range("d", "a");
  EXPECT_EQ(rows.size(), 2u);
}

TEST(ScanPrefix, GoesOnBehindTheKeyOfThePageBefore) {
  MemoryRows rows;
  for (const char* key : {"x1", "x2", "x3", "y1"}) rows.put(key, "");
  std::vector<std::string> keys;
  scan_prefix(rows, "x", "x1", [&](std::string_view key, std::string_view) {
    keys.emplace_back(key);
    return true;
  });
  EXPECT_EQ(keys, (std::vector<std::string>{"x2", "x3"}));
}

TEST(EndOfPrefix, IsTheNextKeyThatDoesNotBeginSo) {
  EXPECT_EQ(end_of_prefix("ab"), "ac");
  EXPECT_EQ(end_of_prefix("a\xff"), "b");
  EXPECT_EQ(end_of_prefix("\xff"), "");
}

TEST(RowsDigest, TellsKeysFromValues) {
  MemoryRows left;
  left.put("ab", "c");
  MemoryRows right;
  right.put("a", "bc");
  EXPECT_NE(digest_of(left), digest_of(right));
  EXPECT_NE(digest_of(left), digest_of(MemoryRows{}));
}

TEST(RowsDigest, DoesNotCountTheRunnersOwnKeys) {
  MemoryRows rows;
  rows.put("a", "1");
  const std::string before = digest_of(rows);
  rows.put(std::string_view("\0x", 2), "2");
  EXPECT_EQ(digest_of(rows), before);
}

TEST(RowKey, SortsAsItsPartsDo) {
  const auto key = [](std::uint64_t first, std::uint64_t second) {
    return std::string(RowKey('k').add(first).add_descending(second).bytes());
  };
  EXPECT_LT(key(1, 9), key(2, 0));
  EXPECT_LT(key(255, 9), key(256, 9));
  EXPECT_LT(key(1, 9), key(1, 8));
}

TEST(RowKey, IsTakenApartAsItWasPutTogether) {
  const CommandId id = make_command_id(timestamp_from_ms(77), 1, 2);
  const RowKey key =
      RowKey('k').add(MemberId{7}).add(timestamp_from_ms(5)).add(id).add_descending(9).add_byte(3);
  RowKeyReader parts(key.bytes());
  EXPECT_EQ(parts.number(), 7u);
  EXPECT_EQ(parts.time(), timestamp_from_ms(5));
  EXPECT_EQ(parts.id(), id.bytes);
  EXPECT_EQ(parts.descending(), 9u);
  EXPECT_EQ(parts.byte(), 3);
  EXPECT_THROW(parts.byte(), Defect);
}

}  // namespace
}  // namespace inmail
