#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "events/event_log.hpp"
#include "tests/support/test_records.hpp"

namespace inmail::test {

/// The stored bytes of all frames from the one that holds `from` on.
inline std::vector<std::string> frames_from(const EventLog& log, Position from) {
  std::vector<std::string> frames;
  auto cursor = log.read(from);
  EXPECT_TRUE(cursor);
  while (cursor) {
    auto bytes = (*cursor)->next();
    EXPECT_TRUE(bytes) << (bytes ? "" : bytes.error().message);
    if (!bytes || !*bytes) break;
    frames.emplace_back((*bytes)->begin(), (*bytes)->end());
  }
  return frames;
}

/// What every `EventLog` promises. `Store` owns one log, empty at first: `log()` gives it,
/// `reopen()` closes it and opens it again, and does nothing to a log that cannot last.
template <class Store>
class EventLogContract : public testing::Test {
 protected:
  EventLog& log() { return store_.log(); }
  void reopen() { store_.reopen(); }

  Frame next_frame(std::uint64_t records) {
    return test_frame(log().head(), log().epoch(), records);
  }
  std::vector<std::string> frames() { return frames_from(log(), Position{1}); }
  Hash digest() {
    auto digest = log_digest(log());
    EXPECT_TRUE(digest) << (digest ? "" : digest.error().message);
    return digest.value_or(Hash{});
  }

  Store store_;
};

TYPED_TEST_SUITE_P(EventLogContract);

TYPED_TEST_P(EventLogContract, IsEmptyAtFirst) {
  EXPECT_EQ(this->log().head(), LogHead{});
  EXPECT_TRUE(this->frames().empty());
  this->reopen();
  EXPECT_EQ(this->log().head(), LogHead{});
}

TYPED_TEST_P(EventLogContract, GivesBackTheFramesThatWereAppended) {
  std::vector<std::string> expected;
  for (const std::uint64_t records : {1, 5, 2}) {
    const Frame frame = this->next_frame(records);
    ASSERT_TRUE(this->log().append(frame));
    EXPECT_EQ(this->log().head(), frame.head());
    expected.push_back(frame.bytes);
  }
  EXPECT_EQ(this->log().head().position, Position{8});
  EXPECT_EQ(this->frames(), expected);
}

TYPED_TEST_P(EventLogContract, NumbersItsRecordsWithoutGaps) {
  ASSERT_TRUE(append_records(this->log(), 100, 7));
  std::uint64_t position = 0;
  const auto end = for_each_record(this->log(), Position{1}, [&](const Record& record) {
    EXPECT_EQ(record.header.position, Position{++position});
    EXPECT_EQ(record.event, test_event(position));
    return true;
  });
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, this->log().head());
  EXPECT_EQ(position, 100u);
}

TYPED_TEST_P(EventLogContract, RefusesAFrameThatDoesNotFollowItsHead) {
  ASSERT_TRUE(append_records(this->log(), 5));
  const LogHead head = this->log().head();
  const LogHead gap{Position{head.position.value + 1}, head.hash};
  const LogHead overlap{Position{head.position.value - 1}, head.hash};
  LogHead other = head;
  other.hash[0] ^= 1;
  for (const LogHead& wrong : {gap, overlap, other, LogHead{}}) {
    const auto refused = this->log().append(test_frame(wrong, this->log().epoch(), 2));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  }
  EXPECT_EQ(this->log().head(), head);
  EXPECT_EQ(this->frames().size(), 5u);
  EXPECT_TRUE(append_records(this->log(), 1)) << "a refusal is not the end of the log";
}

TYPED_TEST_P(EventLogContract, FencesWhoWritesInAnOlderEpoch) {
  const std::uint64_t old_epoch = this->log().epoch();
  ASSERT_TRUE(append_records(this->log(), 2));
  ASSERT_TRUE(this->log().append(test_frame(this->log().head(), old_epoch + 1, 1)));
  EXPECT_EQ(this->log().epoch(), old_epoch + 1);
  for (int i = 0; i < 2; ++i) {
    const auto refused = this->log().append(test_frame(this->log().head(), old_epoch, 1));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_EQ(this->log().head().position, Position{3});
    this->reopen();
  }
  EXPECT_TRUE(append_records(this->log(), 1));
}

TYPED_TEST_P(EventLogContract, ReadsFromTheFrameThatHoldsThePosition) {
  ASSERT_TRUE(append_records(this->log(), 20, 3));
  const auto all = this->frames();
  EXPECT_EQ(frames_from(this->log(), Position{0}), all);
  for (std::uint64_t from = 1; from <= 20; ++from) {
    const std::vector<std::string> expected(all.begin() + static_cast<int>((from - 1) / 3),
                                            all.end());
    EXPECT_EQ(frames_from(this->log(), Position{from}), expected) << "from " << from;
    auto reader = LogReader::from(this->log(), Position{from});
    ASSERT_TRUE(reader);
    const auto first = reader->next();
    ASSERT_TRUE(first);
    ASSERT_TRUE(*first);
    EXPECT_EQ((*first)->header.position, Position{from});
  }
}

TYPED_TEST_P(EventLogContract, HasNothingBehindItsHead) {
  EXPECT_TRUE(frames_from(this->log(), Position{1}).empty());
  ASSERT_TRUE(append_records(this->log(), 4, 2));
  EXPECT_TRUE(frames_from(this->log(), Position{5}).empty());
  EXPECT_TRUE(frames_from(this->log(), Position{UINT64_MAX}).empty());
}

TYPED_TEST_P(EventLogContract, ShowsACursorTheLogAsItStoodWhenItWasMade) {
  ASSERT_TRUE(append_records(this->log(), 3));
  auto cursor = this->log().read(Position{1});
  ASSERT_TRUE(cursor);
  ASSERT_TRUE(append_records(this->log(), 50));
  int frames = 0;
  for (auto bytes = (*cursor)->next(); bytes && *bytes; bytes = (*cursor)->next()) ++frames;
  EXPECT_EQ(frames, 3);
  const auto end = (*cursor)->next();
  EXPECT_TRUE(end && !*end) << "the end stays the end";
}

TYPED_TEST_P(EventLogContract, HasOneDigestForEveryFramingOfTheSameRecords) {
  ASSERT_TRUE(append_records(this->log(), 60, 7));
  TypeParam other;
  ASSERT_TRUE(append_records(other.log(), 60, 1));
  EXPECT_EQ(this->digest(), log_digest(other.log()).value_or(Hash{}));
}

TYPED_TEST_P(EventLogContract, IsTheSameAfterItWasReopened) {
  ASSERT_TRUE(append_records(this->log(), 500, 9));
  for (int i = 0; i < 3; ++i) {
    const LogHead head = this->log().head();
    const Hash digest = this->digest();
    this->reopen();
    EXPECT_EQ(this->log().head(), head);
    EXPECT_EQ(this->digest(), digest);
    ASSERT_TRUE(append_records(this->log(), 10));
  }
}

TYPED_TEST_P(EventLogContract, CanBeReadWhileItGrows) {
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      const LogHead head = this->log().head();
      const auto end =
          for_each_record(this->log(), Position{1}, [](const Record&) { return true; });
      ASSERT_TRUE(end) << end.error().message;
      EXPECT_GE(end->position, head.position);
    }
  });
  EXPECT_TRUE(append_records(this->log(), 300, 2));
  done = true;
  reader.join();
}

REGISTER_TYPED_TEST_SUITE_P(EventLogContract, IsEmptyAtFirst, GivesBackTheFramesThatWereAppended,
                            NumbersItsRecordsWithoutGaps, RefusesAFrameThatDoesNotFollowItsHead,
                            FencesWhoWritesInAnOlderEpoch, ReadsFromTheFrameThatHoldsThePosition,
                            HasNothingBehindItsHead, ShowsACursorTheLogAsItStoodWhenItWasMade,
                            HasOneDigestForEveryFramingOfTheSameRecords,
                            IsTheSameAfterItWasReopened, CanBeReadWhileItGrows);

}  // namespace inmail::test
