#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "events/head_file.hpp"
#include "events/rocks_log.hpp"
#include "events/rocks_repair.hpp"
#include "events/rocks_wal.hpp"
#include "tests/support/faulty_disk.hpp"
#include "tests/support/file_bytes.hpp"
#include "tests/support/random_seed.hpp"
#include "tests/support/rocks_store.hpp"
#include "tests/support/test_records.hpp"

// What becomes of a log whose bytes were changed on the disk.

namespace inmail::test {
namespace {

namespace fs = std::filesystem;

/// The first position that a message says cannot be read; 0 if it names none.
std::uint64_t first_lost(const std::string& message) {
  const auto number_behind = [&](std::string_view words) -> std::uint64_t {
    const std::size_t at = message.find(words);
    return at == std::string::npos
               ? 0
               : std::strtoull(message.c_str() + at + words.size(), nullptr, 10);
  };
  if (const auto from = number_behind("cannot be read from position ")) return from;
  const auto end = number_behind("the log ends at position ");
  return end == 0 ? 0 : end + 1;
}

/// A number of RocksDB's, seven bits a byte; `at` moves behind it.
std::size_t varint_at(const std::string& bytes, std::size_t& at) {
  std::size_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.at(at++));
    value |= std::size_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
}

/// The last byte of a table's properties, whose top bit RocksDB 7.8 reads before it has verified
/// the checksum over it. Set, Debian's build, which keeps assertions, ends the process.
std::size_t unverified_byte(const std::string& table) {
  static constexpr std::string_view key = "rocksdb.properties";
  std::size_t at = table.rfind(key) + key.size();
  const std::size_t begin = varint_at(table, at);
  return begin + varint_at(table, at) - 1;
}

class RocksDamage : public testing::Test {
 protected:
  RocksLog& log() { return store_.log(); }

  /// Four parts of 700 records: three in a table each, the last in the write-ahead log only. Each
  /// is cut into frames of another size.
  void fill() {
    for (std::uint64_t part = 0; part < 4; ++part) {
      ASSERT_TRUE(append_records(log(), part_records, per_frame(part)));
      if (part < 3) store_.reopen();
    }
    head_ = log().head();
    digest_ = log_digest(log()).value_or(Hash{});
    store_.close();
    image_ = read_folder(store_.directory());
  }
  static constexpr std::uint64_t part_records = 700;
  static std::uint64_t per_frame(std::uint64_t part) { return 1 + 6 * part; }

  std::vector<fs::path> files_with(std::string_view extension) const {
    std::vector<fs::path> names;
    for (const auto& [name, bytes] : image_)
      if (name.extension() == extension && !bytes.empty()) names.push_back(name);
    EXPECT_FALSE(names.empty());
    return names;
  }

  /// The frames that may be the first to be lost with a byte: of the file's first to the byte's
  /// own.
  struct Range {
    std::uint64_t from;
    std::uint64_t to;
  };
  Range frames_hit(std::uint64_t part, const std::string& bytes, std::size_t byte) const {
    // What RocksDB writes before a frame belongs to it.
    constexpr std::size_t before_max = 48;
    std::uint64_t frames = 0;
    for (std::size_t at = bytes.find("IMF1"); at != std::string::npos && at <= byte + before_max;
         at = bytes.find("IMF1", at + 1))
      ++frames;
    const std::uint64_t from = part * part_records + 1;
    return {from, frames == 0 ? from : from + (frames - 1) * per_frame(part)};
  }

  enum class Outcome { unchanged, refused, unreadable };

  /// Opens and reads the log with one bit flipped. Anything but the whole log must be an error, and
  /// a refusal must leave the disk alone.
  Outcome with_flipped_bit(const fs::path& name, std::size_t byte, int bit, std::string& message) {
    FolderBytes damaged = image_;
    damaged[name][byte] = static_cast<char>(damaged[name][byte] ^ (1 << bit));
    write_folder(store_.directory(), damaged);
    auto opened = RocksLog::open(store_.options());
    if (!opened) {
      message = opened.error().message;
      EXPECT_TRUE(read_folder(store_.directory()) == damaged) << "a refused log was changed";
      return Outcome::refused;
    }
    const auto digest = log_digest(**opened);
    if (!digest) {
      message = digest.error().message;
      return Outcome::unreadable;
    }
    EXPECT_TRUE(*digest == digest_ && (*opened)->head() == head_) << "silently another log";
    return Outcome::unchanged;
  }

  /// `names` are the files of the parts from `first_part` on.
  void flip_bits_in(const std::vector<fs::path>& names, std::uint64_t first_part, int flips) {
    std::mt19937_64 random(random_seed());
    std::map<Outcome, int> tally;
    for (int flip = 0; flip < flips && !HasFailure(); ++flip) {
      const std::size_t which = random() % names.size();
      const std::string& bytes = image_[names[which]];
      // A third into the end of a file: there are a table's index, properties and footer.
      const std::size_t from =
          flip % 3 == 0 ? bytes.size() - std::min<std::size_t>(bytes.size(), 1500) : 0;
      const std::size_t byte = from + random() % (bytes.size() - from);
      const int bit = static_cast<int>(random() % 8);
      const bool is_table = names[which].extension() == ".sst";
      if (is_table && bit == 7 && byte == unverified_byte(bytes)) continue;
      std::string message;
      const Outcome outcome = with_flipped_bit(names[which], byte, bit, message);
      ++tally[outcome];
      if (outcome == Outcome::unchanged) continue;
      const Range hit = frames_hit(first_part + which, bytes, byte);
      EXPECT_GE(first_lost(message), hit.from)
          << names[which] << " byte " << byte << ": " << message;
      EXPECT_LE(first_lost(message), hit.to) << names[which] << " byte " << byte << ": " << message;
    }
    std::cout << flips << " flips: " << tally[Outcome::refused] << " refused when opened, "
              << tally[Outcome::unreadable] << " noticed when read, " << tally[Outcome::unchanged]
              << " without effect\n";
  }

  RocksStore store_;
  FolderBytes image_;
  LogHead head_;
  Hash digest_{};
};

TEST_F(RocksDamage, NamesWhereAFlippedBitInTheWriteAheadLogBegins) {
  fill();
  flip_bits_in(files_with(".log"), 3, 300);
}

TEST_F(RocksDamage, NamesWhereAFlippedBitInATableBegins) {
  fill();
  flip_bits_in(files_with(".sst"), 0, 300);
}

// Not ours to mend, and told of in tests/faults/README.md. Nothing is written before it.
using RocksDamageDeathTest = RocksDamage;
TEST_F(RocksDamageDeathTest, EndsTheProcessForOneBitOfATable) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  fill();
  for (const fs::path& name : files_with(".sst")) {
    const std::string& bytes = image_[name];
    const std::size_t byte = unverified_byte(bytes);
    std::string message;
    EXPECT_DEATH(with_flipped_bit(name, byte, 7, message), "");
    for (int bit = 0; bit < 7; ++bit)
      EXPECT_NE(with_flipped_bit(name, byte, bit, message), Outcome::unchanged) << bit;
  }
}

TEST_F(RocksDamage, IsNeverSilentAboutAFlippedBitInTheManifest) {
  std::mt19937_64 random(random_seed());
  fill();
  std::vector<fs::path> names;
  for (const auto& [name, bytes] : image_)
    if (name.filename().string().starts_with("MANIFEST") || name.filename() == "CURRENT")
      names.push_back(name);
  ASSERT_EQ(names.size(), 2u);
  for (int i = 0; i < 100 && !HasFailure(); ++i) {
    const fs::path& name = names[random() % names.size()];
    std::string message;
    const auto outcome = with_flipped_bit(name, random() % image_[name].size(),
                                          static_cast<int>(random() % 8), message);
    if (outcome != Outcome::unchanged) {
      EXPECT_GT(first_lost(message), 0u) << message;
    }
  }
}

/// The end of a write-ahead log whose last frames the head file does not know yet: a loss of power.
class RocksTornTail : public testing::Test {
 protected:
  /// Ten frames in the write-ahead log; the head file knows `known` of them.
  void write(int known) {
    for (int i = 1; i <= 10; ++i) {
      ASSERT_TRUE(append_records(store_.log(), 3, 3));
      if (i == known) head_file_ = read_file(store_.head_file());
    }
    store_.close();
    for (const auto& entry : fs::directory_iterator(store_.folder()))
      if (entry.path().extension() == ".log" && fs::file_size(entry.path()) > 0)
        wal_path_ = entry.path();
    wal_ = read_file(wal_path_);
    for (std::size_t at = wal_.find("IMF1"); at != std::string::npos;
         at = wal_.find("IMF1", at + 1))
      frames_.push_back(at);
    ASSERT_EQ(frames_.size(), 10u);
    folder_ = read_folder(store_.folder());
  }

  /// This write-ahead log, and the head file as it was then.
  void put_on_disk(const std::string& wal) {
    write_folder(store_.folder(), folder_);
    write_file(wal_path_, wal);
    write_file(store_.head_file(), head_file_);
  }
  Result<std::unique_ptr<RocksLog>> open_with(const std::string& wal) {
    put_on_disk(wal);
    return RocksLog::open(store_.options());
  }

  std::string zeroed(std::size_t from, std::size_t length) const {
    std::string wal = wal_;
    std::fill_n(wal.begin() + static_cast<std::ptrdiff_t>(from), length, '\0');
    return wal;
  }

  RocksStore store_;
  fs::path wal_path_;
  std::string wal_;
  std::vector<std::size_t> frames_;  ///< Where they begin in the write-ahead log.
  std::string head_file_;
  FolderBytes folder_;
};

TEST_F(RocksTornTail, IsCutOffWhenNobodyWasToldOfIt) {
  write(9);
  const std::size_t middle = frames_[9] + 100;
  for (const std::string& wal : {zeroed(middle, wal_.size() - middle), zeroed(middle, 20),
                                 wal_.substr(0, middle) + std::string(4096, '\0')}) {
    auto log = open_with(wal);
    ASSERT_TRUE(log) << log.error().message;
    EXPECT_EQ((*log)->head().position, Position{27});
    EXPECT_TRUE((*log)->torn_tail());
    const auto kept = store_.folder() / "torn" / "behind-27" / wal_path_.filename();
    EXPECT_TRUE(read_file(kept) == wal) << "the torn write-ahead log is kept";

    ASSERT_TRUE(append_records(**log, 4));
    const Hash digest = log_digest(**log).value_or(Hash{});
    log->reset();
    auto again = RocksLog::open(store_.options());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_FALSE((*again)->torn_tail());
    EXPECT_EQ((*again)->head().position, Position{31});
    EXPECT_EQ(log_digest(**again).value_or(Hash{1}), digest);
  }
}

TEST_F(RocksTornTail, IsWrittenAgainWhereOnlyWhatRocksDBPutAroundItIsTorn) {
  write(9);
  for (const std::size_t torn : {1, 8, 30}) {
    {
      const auto log = open_with(zeroed(frames_[9] - torn, torn));
      ASSERT_TRUE(log) << log.error().message;
      EXPECT_EQ((*log)->head().position, Position{30});
      ASSERT_TRUE((*log)->torn_tail());
      EXPECT_NE((*log)->torn_tail()->find("was written again"), std::string::npos);
      EXPECT_TRUE(fs::exists(store_.folder() / "torn" / "behind-27" / wal_path_.filename()));
      EXPECT_FALSE(fs::exists(put_back_file(store_.folder())));
      ASSERT_TRUE(append_records(**log, 4));
    }
    const auto again = RocksLog::open(store_.options());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_FALSE((*again)->torn_tail());
    EXPECT_EQ((*again)->head().position, Position{34});
    EXPECT_TRUE(log_digest(**again)) << "the chain is whole";
  }
}

TEST_F(RocksTornTail, IsWrittenAgainThoughThatFailedOnce) {
  write(9);
  put_on_disk(zeroed(frames_[9] - 8, 8));
  FaultyDisk disk;
  RocksLogOptions options = store_.options();
  options.files = &disk;
  disk.decide_by([](DiskAct act, const std::string& path) {
    const bool is_copy = path.find("/torn/") != std::string::npos;
    return act == DiskAct::sync && is_wal(path) && !is_copy ? std::optional(DiskFault::io)
                                                            : std::nullopt;
  });
  ASSERT_FALSE(RocksLog::open(options));

  const std::string kept = read_file(put_back_file(store_.folder()));
  EXPECT_EQ(kept, wal_.substr(frames_[9], kept.size()));
  // As if RocksDB had also deleted what held the frame.
  put_on_disk(wal_.substr(0, frames_[9] - 30));
  write_file(put_back_file(store_.folder()), kept);
  const auto log = RocksLog::open(store_.options());
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_EQ((*log)->head().position, Position{30});
  EXPECT_TRUE(log_digest(**log)) << "the chain is whole";
}

TEST_F(RocksTornTail, IsNothingToRepairWhereOpeningMendsIt) {
  write(9);
  put_on_disk(zeroed(frames_[9] - 8, 8));
  const auto examined = examine_log(store_.folder(), store_.head_file(), {});
  ASSERT_TRUE(examined) << examined.error().message;
  EXPECT_EQ(examined->findings, std::vector<std::string>{});
  EXPECT_FALSE(examined->needs_new_log || examined->needs_new_head_file);
  EXPECT_EQ(examined->proven.position, Position{30});
}

TEST_F(RocksTornTail, IsNotShownToAReaderWhoCannotSyncIt) {
  write(9);
  put_on_disk(wal_);
  FaultyDisk disk;
  RocksLogOptions options = store_.options(LogAccess::follow);
  options.files = &disk;
  disk.decide_by([](DiskAct act, const std::string&) {
    return act == DiskAct::sync ? std::optional(DiskFault::io) : std::nullopt;
  });
  const auto log = RocksLog::open(options);
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_EQ((*log)->head().position, Position{27});
  ASSERT_TRUE((*log)->catch_up());
  EXPECT_EQ((*log)->head().position, Position{27});
  disk.decide_by({});
  ASSERT_TRUE((*log)->catch_up());
  EXPECT_EQ((*log)->head().position, Position{30});
}

TEST_F(RocksTornTail, IsALossWhenTheHeadFileKnowsIt) {
  write(10);
  const std::size_t middle = frames_[9] + 100;
  const auto log = open_with(zeroed(middle, wal_.size() - middle));
  ASSERT_FALSE(log);
  EXPECT_NE(log.error().message.find("head file says position 30, the log ends at position 27"),
            std::string::npos)
      << log.error().message;
}

TEST_F(RocksTornTail, IsALossWhenIntactFramesLieBehindIt) {
  write(4);
  for (const std::size_t frame : {4, 7, 8}) {
    const auto log = open_with(zeroed(frames_[frame] + 80, 10));
    ASSERT_FALSE(log);
    const std::string& message = log.error().message;
    EXPECT_NE(message.find("from position " + std::to_string(3 * frame + 1) + " on"),
              std::string::npos)
        << message;
    EXPECT_NE(message.find("up to position 30"), std::string::npos) << message;
  }
}

// A length that reaches past the end looks to RocksDB like a record that was cut short.
TEST_F(RocksTornTail, IsNotMistakenForADamagedLength) {
  write(4);
  constexpr std::size_t before = 40;
  for (std::size_t byte = frames_[7] - before; byte < frames_[7]; ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string wal = wal_;
      wal[byte] = static_cast<char>(wal[byte] ^ (1 << bit));
      const auto log = open_with(wal);
      if (log) {
        EXPECT_EQ((*log)->head().position, Position{30}) << "byte " << byte << " bit " << bit;
      } else {
        EXPECT_GT(first_lost(log.error().message), 0u) << log.error().message;
      }
    }
  }
}

}  // namespace
}  // namespace inmail::test
