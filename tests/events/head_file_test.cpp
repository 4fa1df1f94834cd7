#include "events/head_file.hpp"

#include <gtest/gtest.h>
#include <xxhash.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/temp_dir.hpp"

namespace inmail::test {
namespace {

constexpr std::size_t slot_bytes = 128;
constexpr std::size_t odd_slot = 4096;

HeadMark mark(std::uint64_t position) {
  HeadMark mark;
  mark.store.bytes.fill(7);
  mark.epoch = 1;
  mark.head.position = Position{position};
  mark.head.hash.fill(static_cast<std::uint8_t>(position));
  return mark;
}

class HeadFileTest : public testing::Test {
 protected:
  std::filesystem::path path() const { return directory_ / "HEAD"; }

  /// Positions 1 to `last` written one after another; `last` is in the slot of its parity.
  void write_up_to(std::uint64_t last) {
    auto file = HeadFile::create(path(), mark(1));
    ASSERT_TRUE(file);
    for (std::uint64_t position = 2; position <= last; ++position)
      ASSERT_TRUE((*file)->write(1, mark(position).head));
    EXPECT_EQ((*file)->mark(), mark(last));
  }

  std::string bytes() const {
    std::ifstream in(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void overwrite(const std::string& bytes) const {
    std::ofstream(path(), std::ios::binary | std::ios::trunc) << bytes;
  }

  /// The position that the file says, or the name of the error.
  std::string read() const {
    const auto mark = HeadFile::read(path());
    return mark ? std::to_string(mark->head.position.value)
                : std::string(name_of(mark.error().code));
  }

  TempDir directory_;
};

TEST_F(HeadFileTest, RemembersTheLastMark) {
  for (const std::uint64_t last : {1, 2, 3, 10}) {
    write_up_to(last);
    const auto read = HeadFile::read(path());
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, mark(last));
  }
}

TEST_F(HeadFileTest, GoesOnWhereItWasClosed) {
  write_up_to(4);
  {
    auto file = HeadFile::open(path());
    ASSERT_TRUE(file);
    EXPECT_EQ((*file)->mark(), mark(4));
    ASSERT_TRUE((*file)->write(3, mark(5).head));
    EXPECT_TRUE((*file)->sync());
  }
  const auto read = HeadFile::read(path());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->head, mark(5).head);
  EXPECT_EQ(read->epoch, 3u);
  EXPECT_EQ(read->store, mark(1).store);
}

TEST_F(HeadFileTest, IsReplacedAsAWholeWhenItIsMadeAnew) {
  write_up_to(9);
  ASSERT_TRUE(HeadFile::create(path(), mark(2)));
  EXPECT_EQ(read(), "2");
}

TEST_F(HeadFileTest, FallsBackToTheOlderSlotWhateverByteOfTheNewerIsDamaged) {
  write_up_to(5);
  const std::string good = bytes();
  for (std::size_t at = 0; at < slot_bytes; ++at) {
    std::string damaged = good;
    damaged[odd_slot + at] = static_cast<char>(damaged[odd_slot + at] ^ 0x10);
    overwrite(damaged);
    EXPECT_EQ(read(), "4") << "byte " << at;
    damaged = good;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    overwrite(damaged);
    EXPECT_EQ(read(), "5") << "byte " << at;
  }
}

TEST_F(HeadFileTest, WritesOverTheDamagedSlotFirst) {
  write_up_to(5);
  std::string damaged = bytes();
  damaged[odd_slot] = 'x';
  overwrite(damaged);
  {
    auto file = HeadFile::open(path());
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->write(1, mark(6).head));
  }
  EXPECT_EQ(read(), "6");
  damaged = bytes();
  damaged[odd_slot] = 'x';
  overwrite(damaged);
  EXPECT_EQ(read(), "4");
}

TEST_F(HeadFileTest, IsCorruptWhenNoSlotIsValid) {
  write_up_to(5);
  std::string damaged = bytes();
  damaged[20] = static_cast<char>(damaged[20] + 1);
  damaged[odd_slot + 20] = static_cast<char>(damaged[odd_slot + 20] + 1);
  for (const std::string& content : {damaged, std::string(), std::string("not a head file"),
                                     std::string(odd_slot + slot_bytes, '\0')}) {
    overwrite(content);
    EXPECT_EQ(read(), "corruption");
    EXPECT_FALSE(HeadFile::open(path()));
  }
}

TEST_F(HeadFileTest, IsNotFoundWhenThereIsNone) {
  EXPECT_EQ(read(), "not_found");
  EXPECT_FALSE(HeadFile::open(path()));
}

TEST_F(HeadFileTest, RefusesASlotOfANewerFormat) {
  write_up_to(5);
  std::string newer = bytes();
  newer[odd_slot + 8] = 2;
  const std::uint64_t sum = XXH3_64bits(newer.data() + odd_slot, slot_bytes - 8);
  std::memcpy(newer.data() + odd_slot + slot_bytes - 8, &sum, sizeof sum);
  overwrite(newer);
  EXPECT_EQ(read(), "newer_format");
}

TEST_F(HeadFileTest, SurvivesATornWriteOfEitherSlot) {
  write_up_to(8);
  const std::string before = bytes();
  write_up_to(9);
  const std::string after = bytes();
  for (std::size_t torn = 1; torn < slot_bytes; ++torn) {
    overwrite(before.substr(0, odd_slot) + after.substr(odd_slot, torn) +
              before.substr(odd_slot + torn));
    EXPECT_TRUE(read() == "8" || read() == "9") << "after " << torn << " bytes: " << read();
  }
}

}  // namespace
}  // namespace inmail::test
