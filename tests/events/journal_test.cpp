#include "events/journal.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "events/memory_key_store.hpp"
#include "events/memory_log.hpp"
#include "tests/support/test_records.hpp"

namespace inmail::test {
namespace {

constexpr JournalOptions pumped{.threaded = false};

/// Counts, fails, throws or waits where a test says so.
class ScriptedLog final : public EventLog {
 public:
  LogHead head() const override { return log_.head(); }
  std::uint64_t epoch() const override { return log_.epoch(); }
  Result<std::unique_ptr<FrameCursor>> read(Position from) const override {
    return log_.read(from);
  }

  Status append(const Frame& frame) override {
    std::unique_lock lock(mutex_);
    is_appending_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return is_open_; });
    is_appending_ = false;
    ++appends;
    if (appends == fails_at) return Error{ErrorCode::io, "the disk is gone"};
    if (appends == throws_at) throw_defect("a broken invariant");
    return log_.append(frame);
  }

  /// Every append waits from now on until `let_go`.
  void hold() {
    const std::lock_guard lock(mutex_);
    is_open_ = false;
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }
  void wait_for_an_append() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_appending_; });
  }

  int appends = 0;
  int fails_at = 0;
  int throws_at = 0;

 private:
  MemoryLog log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = true;
  bool is_appending_ = false;
};

class ScriptedKeys final : public KeyStore {
 public:
  explicit ScriptedKeys(const EventLog& log) : log_(log) {}

  Result<Key> key_for_writing(KeyId id) override { return keys_.key_for_writing(id); }
  Result<std::optional<Key>> key_for_reading(KeyId id) override {
    return keys_.key_for_reading(id);
  }
  Status sync() override {
    heads_at_sync.push_back(log_.head().position);
    if (fails) return Error{ErrorCode::io, "the keys are gone"};
    return {};
  }
  Status erase(KeyId id) override { return keys_.erase(id); }
  const Key& store_key() const override { return keys_.store_key(); }

  std::vector<Position> heads_at_sync;
  bool fails = false;

 private:
  const EventLog& log_;
  MemoryKeyStore keys_{1};
};

class JournalTest : public testing::Test {
 protected:
  JournalEntry entry(std::uint32_t count, OnDurable on_durable = {}) {
    const std::uint64_t first = made_ + 1;
    made_ += count;
    return {test_records(first, count), count, std::move(on_durable)};
  }
  /// Remembers its answer, in words.
  JournalEntry noted(std::uint32_t count) {
    return entry(count, [this](const Result<Position>& result) { note(result); });
  }
  void note(const Result<Position>& result) {
    answers_.push_back(result ? std::to_string(result.value().value)
                              : std::string(name_of(result.error().code)));
  }

  using Answers = std::vector<std::string>;

  ScriptedLog log_;
  ScriptedKeys keys_{log_};
  Answers answers_;
  std::uint64_t made_ = 0;
};

TEST_F(JournalTest, AnswersEachEntryOnceInOrderWithItsLastPosition) {
  Journal journal(log_, keys_, {});
  EXPECT_EQ(journal.append(noted(2)), Position{2});
  EXPECT_EQ(journal.append(noted(1)), Position{3});
  EXPECT_EQ(journal.append(noted(5)), Position{8});
  EXPECT_EQ(journal.handed_in(), Position{8});
  journal.close();
  EXPECT_EQ(answers_, (Answers{"2", "3", "8"}));
  EXPECT_EQ(journal.durable(), Position{8});
  EXPECT_EQ(log_.head().position, Position{8});
}

TEST_F(JournalTest, KeepsTheOrderInWhichManyThreadsHandedIn) {
  constexpr int threads = 4;
  constexpr int entries = 500;
  std::mutex mutex;
  std::uint64_t number = 0;
  std::vector<std::uint64_t> answered;
  Journal journal(log_, keys_, {});
  const auto hand_in = [&] {
    for (int i = 0; i < entries; ++i) {
      const std::lock_guard lock(mutex);
      const std::uint64_t mine = ++number;
      const Position given =
          journal.append({test_records(mine, 1), 1, [&](Result<Position> result) {
                            answered.push_back(result.value().value);
                          }});
      EXPECT_EQ(given, Position{mine});
    }
  };
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i) all.emplace_back(hand_in);
  for (std::thread& each : all) each.join();
  journal.close();

  ASSERT_EQ(answered.size(), std::size_t{threads * entries});
  for (std::size_t i = 0; i < answered.size(); ++i) EXPECT_EQ(answered[i], i + 1);
  std::uint64_t read = 0;
  ASSERT_TRUE(for_each_record(log_, Position{1}, [&](const Record& record) {
    EXPECT_EQ(record.event, test_event(++read));
    return true;
  }));
  EXPECT_EQ(read, std::uint64_t{threads * entries});
}

TEST_F(JournalTest, AnswersOnlyWhenTheFrameIsInTheLog) {
  Journal journal(log_, keys_, {});
  std::atomic<int> answers{0};
  log_.hold();
  journal.append(entry(1, [&](const Result<Position>& result) {
    EXPECT_GE(log_.head().position, result.value());
    EXPECT_GE(journal.durable(), result.value());
    ++answers;
  }));
  log_.wait_for_an_append();
  EXPECT_EQ(answers, 0);
  EXPECT_EQ(journal.durable(), Position{0});
  EXPECT_EQ(journal.handed_in(), Position{1});
  log_.let_go();
  journal.close();
  EXPECT_EQ(answers, 1);
}

TEST_F(JournalTest, WritesWhatGathersWhileTheDiskIsBusyAsOneFrame) {
  Journal journal(log_, keys_, {});
  log_.hold();
  journal.append(noted(1));
  log_.wait_for_an_append();
  for (int i = 0; i < 50; ++i) journal.append(noted(2));
  log_.let_go();
  journal.close();
  EXPECT_EQ(log_.appends, 2);
  EXPECT_EQ(log_.head().position, Position{101});
}

TEST_F(JournalTest, ClosesAFrameBeforeItsLimitAndTearsNoEntryApart) {
  JournalOptions options = pumped;
  options.frame_records_max = 10;
  Journal journal(log_, keys_, options);
  std::vector<std::uint32_t> frames;
  journal.on_frame([&](const auto& frame) { frames.push_back(frame->count); });
  for (const std::uint32_t count : {4, 4, 4, 25, 1, 9, 1}) journal.append(noted(count));
  EXPECT_TRUE(journal.pump());
  EXPECT_EQ(frames, (std::vector<std::uint32_t>{8, 4, 25, 10, 1}));
  EXPECT_EQ(answers_, (Answers{"4", "8", "12", "37", "38", "47", "48"}));

  options.frame_records_max = 1000;
  options.frame_bytes_max = 1;
  Journal small(log_, keys_, options);
  for (int i = 0; i < 3; ++i) small.append(noted(1));
  EXPECT_TRUE(small.pump());
  EXPECT_EQ(log_.appends, 8);
}

TEST_F(JournalTest, WritesOnlyWhenPumpedIfItHasNoThread) {
  Journal journal(log_, keys_, pumped);
  EXPECT_FALSE(journal.pump());
  journal.append(noted(1));
  journal.append(noted(1));
  EXPECT_EQ(log_.appends, 0);
  EXPECT_TRUE(answers_.empty());
  EXPECT_TRUE(journal.pump());
  EXPECT_EQ(log_.appends, 1);
  EXPECT_EQ(answers_, (Answers{"1", "2"}));
  EXPECT_FALSE(journal.pump());
}

TEST_F(JournalTest, TakesWhatAnAnswerHandsInForTheNextFrame) {
  Journal journal(log_, keys_, pumped);
  journal.append(entry(1, [&](const Result<Position>& result) {
    note(result);
    EXPECT_EQ(journal.append(noted(1)), Position{2});
  }));
  EXPECT_TRUE(journal.pump());
  EXPECT_EQ(answers_, Answers{"1"});
  EXPECT_TRUE(journal.pump());
  EXPECT_EQ(answers_, (Answers{"1", "2"}));
}

TEST_F(JournalTest, ShowsEachFrameBeforeItsEntriesAreAnswered) {
  Journal journal(log_, keys_, pumped);
  journal.on_frame([&](const std::shared_ptr<const Frame>& frame) {
    EXPECT_EQ(frame->head(), log_.head());
    answers_.push_back("frame to " + std::to_string(frame->last().value));
  });
  journal.append(noted(1));
  journal.append(noted(2));
  journal.pump();
  journal.append(noted(1));
  journal.pump();
  EXPECT_EQ(answers_, (Answers{"frame to 3", "1", "3", "frame to 4", "4"}));
}

TEST_F(JournalTest, SyncsTheKeysBeforeEachFrame) {
  Journal journal(log_, keys_, pumped);
  for (int i = 0; i < 3; ++i) {
    journal.append(noted(2));
    journal.pump();
  }
  EXPECT_EQ(keys_.heads_at_sync, (std::vector<Position>{Position{0}, Position{2}, Position{4}}));
}

TEST_F(JournalTest, WritesNothingWhenTheKeysAreNotDurable) {
  keys_.fails = true;
  Journal journal(log_, keys_, pumped);
  journal.append(noted(1));
  EXPECT_TRUE(journal.pump());
  EXPECT_EQ(answers_, Answers{"io"});
  EXPECT_EQ(log_.appends, 0);
  ASSERT_TRUE(journal.failure());
  EXPECT_EQ(journal.failure()->message, "the keys are gone");
}

TEST_F(JournalTest, AnswersEverythingWithTheErrorOnceTheLogHasFailed) {
  log_.fails_at = 2;
  JournalOptions options;
  options.frame_records_max = 3;
  Journal journal(log_, keys_, options);
  log_.hold();
  for (int i = 0; i < 3; ++i) journal.append(noted(3));
  log_.let_go();
  EXPECT_NE(journal.append(noted(1)).value, 5u);
  journal.close();
  EXPECT_EQ(answers_, (Answers{"3", "io", "io", "io"}));
  EXPECT_EQ(log_.appends, 2);
  EXPECT_EQ(journal.durable(), Position{3});
  EXPECT_EQ(journal.failure()->code, ErrorCode::io);

  EXPECT_EQ(journal.append(noted(1)), Position{0});
  EXPECT_EQ(answers_.size(), 5u) << "answered at once";
  EXPECT_EQ(answers_.back(), "io");
}

TEST_F(JournalTest, AnswersAtOnceAfterAFailureIfItHasNoThread) {
  log_.fails_at = 1;
  Journal journal(log_, keys_, pumped);
  journal.append(entry(1, [&](const Result<Position>& result) {
    note(result);
    journal.append(entry(1, [&](const Result<Position>&) { answers_.push_back("from within"); }));
  }));
  journal.append(noted(1));
  journal.pump();
  EXPECT_EQ(answers_, (Answers{"io", "io", "from within"})) << "still one after another";
  journal.append(noted(1));
  EXPECT_EQ(answers_.back(), "io");
  EXPECT_EQ(answers_.size(), 4u);
}

TEST_F(JournalTest, TurnsADefectIntoAFailure) {
  log_.throws_at = 1;
  Journal journal(log_, keys_, {});
  journal.append(noted(1));
  journal.append(noted(1));
  journal.close();
  EXPECT_EQ(answers_, (Answers{"closed", "closed"}));
  EXPECT_NE(journal.failure()->message.find("a broken invariant"), std::string::npos);
}

TEST_F(JournalTest, WritesNothingOfAnEntryWhoseCountIsALie) {
  Journal journal(log_, keys_, pumped);
  JournalEntry lie = noted(2);
  lie.count = 3;
  journal.append(std::move(lie));
  journal.pump();
  EXPECT_EQ(answers_, Answers{"closed"});
  EXPECT_EQ(log_.appends, 0);
}

TEST_F(JournalTest, SurvivesAnAnswerThatThrows) {
  Journal journal(log_, keys_, pumped);
  journal.append(entry(1, [](const Result<Position>&) { throw std::runtime_error("oops"); }));
  journal.append(noted(1));
  journal.pump();
  EXPECT_EQ(answers_, Answers{"2"}) << "what is durable is answered so";
  ASSERT_TRUE(journal.failure());
  EXPECT_NE(journal.failure()->message.find("oops"), std::string::npos);
  journal.append(noted(1));
  EXPECT_EQ(answers_.back(), "closed");
  EXPECT_EQ(log_.head().position, Position{2});
}

TEST_F(JournalTest, SurvivesAListenerThatThrows) {
  Journal journal(log_, keys_, {});
  journal.on_frame([](const auto&) { throw_defect("a broken listener"); });
  journal.append(noted(1));
  journal.close();
  EXPECT_EQ(answers_, Answers{"1"});
  EXPECT_NE(journal.failure()->message.find("a broken listener"), std::string::npos);
}

TEST_F(JournalTest, WritesAllThatWasHandedInBeforeItCloses) {
  {
    Journal journal(log_, keys_, {});
    for (int i = 0; i < 1000; ++i) journal.append(noted(1));
  }
  EXPECT_EQ(answers_.size(), 1000u);
  EXPECT_EQ(answers_.back(), "1000");
  answers_.clear();

  Journal journal(log_, keys_, pumped);
  journal.append(noted(1));
  journal.close();
  journal.close();
  journal.append(noted(1));
  EXPECT_EQ(answers_, (Answers{"1001", "closed"}));
  EXPECT_FALSE(journal.pump());
}

TEST_F(JournalTest, GoesOnBehindTheHeadOfItsLog) {
  ASSERT_TRUE(append_records(log_, 7, 2));
  Journal journal(log_, keys_, pumped);
  EXPECT_EQ(journal.durable(), Position{7});
  EXPECT_EQ(journal.handed_in(), Position{7});
  EXPECT_EQ(journal.append(noted(2)), Position{9});
  journal.pump();
  EXPECT_EQ(log_.head().position, Position{9});
}

TEST_F(JournalTest, StopsWhenSomeoneElseAppendsToItsLog) {
  Journal journal(log_, keys_, pumped);
  ASSERT_TRUE(append_records(log_, 1));
  journal.append(noted(1));
  journal.pump();
  EXPECT_EQ(answers_, Answers{"closed"});
  EXPECT_EQ(log_.head().position, Position{1});
}

}  // namespace
}  // namespace inmail::test
