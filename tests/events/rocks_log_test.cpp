#include "events/rocks_log.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "events/head_file.hpp"
#include "events/log_format.hpp"
#include "events/memory_log.hpp"
#include "tests/support/file_bytes.hpp"
#include "tests/support/rocks_store.hpp"
#include "tests/support/test_records.hpp"

namespace inmail::test {
namespace {

namespace fs = std::filesystem;

class RocksLogTest : public testing::Test {
 protected:
  RocksLog& log() { return store_.log(); }
  Hash digest() { return log_digest(log()).value_or(Hash{}); }

  /// Closes the log and says why it does not open any more; fails when that changed a file.
  std::string refusal_without_change(const RocksLogOptions& with) {
    store_.close();
    const auto before = read_folder(store_.directory());
    std::string refusal = store_.refusal(with);
    EXPECT_NE(refusal, "");
    EXPECT_TRUE(read_folder(store_.directory()) == before) << "a refused log was changed";
    return refusal;
  }
  std::string refusal_without_change() { return refusal_without_change(store_.options()); }

  RocksLogOptions without_creating() const {
    RocksLogOptions options = store_.options();
    options.create_if_missing = false;
    return options;
  }

  fs::path only_file(const std::string& extension) const {
    fs::path found;
    for (const auto& entry : fs::directory_iterator(store_.folder())) {
      if (entry.path().extension() != extension || fs::file_size(entry.path()) == 0) continue;
      EXPECT_TRUE(found.empty()) << "more than one " << extension;
      found = entry.path();
    }
    EXPECT_FALSE(found.empty()) << "no " << extension;
    return found;
  }

  RocksStore store_;
};

TEST_F(RocksLogTest, HasEverythingWhenItsProcessIsGoneWithoutClosing) {
  ASSERT_TRUE(append_records(log(), 200, 3));
  const FolderBytes image = read_folder(store_.directory());
  const LogHead head = log().head();
  const Hash expected = digest();
  store_.close();
  write_folder(store_.directory(), image);
  store_.reopen();
  EXPECT_EQ(log().head(), head);
  EXPECT_EQ(digest(), expected);
  EXPECT_FALSE(log().torn_tail());
}

TEST_F(RocksLogTest, KeepsTheIdOfItsStore) {
  const StoreId id = log().store();
  EXPECT_EQ(id, store_.options().store);
  RocksLogOptions other = store_.options();
  other.store.bytes.fill(1);
  store_.close();
  const auto reopened = RocksLog::open(other);
  ASSERT_TRUE(reopened);
  EXPECT_EQ((*reopened)->store(), id);
}

TEST_F(RocksLogTest, IsLockedForAnotherProcess) {
  ASSERT_TRUE(append_records(log(), 1));
  const pid_t child = fork();
  if (child == 0) _exit(store_.refusal().find("locked: ") == 0 ? 0 : 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST_F(RocksLogTest, IsLockedForASecondOwnerInTheSameProcess) {
  EXPECT_EQ(store_.refusal(),
            "locked: " + store_.folder().string() + " is in use by another process");
  store_.close();
  EXPECT_EQ(store_.refusal(), "");
}

TEST_F(RocksLogTest, RefusesToOpenWithoutItsHeadFile) {
  ASSERT_TRUE(append_records(log(), 12));
  store_.close();
  fs::remove(store_.head_file());
  const std::string refusal = refusal_without_change();
  EXPECT_NE(refusal.find("HEAD is missing"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("inmail repair"), std::string::npos) << refusal;
  EXPECT_NE(refusal_without_change(store_.options(LogAccess::read)), "");

  RocksLogOptions accepting = store_.options();
  accepting.accept_missing_head = true;
  EXPECT_EQ(store_.refusal(accepting), "");
  store_.reopen();
  EXPECT_EQ(log().head().position, Position{12});
}

TEST_F(RocksLogTest, OpensEmptyWithoutAHeadFile) {
  store_.close();
  fs::remove(store_.head_file());
  store_.reopen();
  EXPECT_EQ(log().head(), LogHead{});
  EXPECT_TRUE(fs::exists(store_.head_file()));
}

TEST_F(RocksLogTest, RefusesAHeadFileThatIsAheadOfIt) {
  ASSERT_TRUE(append_records(log(), 10));
  const FolderBytes image = read_folder(store_.folder());
  ASSERT_TRUE(append_records(log(), 5));
  store_.close();
  write_folder(store_.folder(), image);
  EXPECT_EQ(
      refusal_without_change(),
      "corruption: " + store_.folder().string() +
          ": acknowledged events are missing: the head file says position 15, the log ends at "
          "position 10");
}

TEST_F(RocksLogTest, RefusesAHeadFileThatKnowsAnotherHistory) {
  ASSERT_TRUE(append_records(log(), 10));
  store_.close();
  auto mark = HeadFile::read(store_.head_file());
  ASSERT_TRUE(mark);
  mark->head.hash[3] ^= 1;
  for (const std::uint64_t position : {4, 10}) {
    mark->head.position = Position{position};
    ASSERT_TRUE(HeadFile::create(store_.head_file(), *mark));
    const std::string refusal = refusal_without_change();
    EXPECT_NE(refusal.find("another history"), std::string::npos) << refusal;
    EXPECT_NE(refusal.find("position " + std::to_string(position)), std::string::npos) << refusal;
  }
}

TEST_F(RocksLogTest, OpensBehindAHeadFileThatIsOlderAndBringsItUp) {
  // A loss of power takes back the marks of the last second, which are not synced one by one.
  ASSERT_TRUE(append_records(log(), 100));
  const std::string old_head = read_file(store_.head_file());
  ASSERT_TRUE(append_records(log(), 200));
  store_.close();
  write_file(store_.head_file(), old_head);
  store_.reopen();
  EXPECT_EQ(log().head().position, Position{300});
  EXPECT_EQ(HeadFile::read(store_.head_file())->head, log().head())
      << "the next opening must know of what this one answers for";
}

TEST_F(RocksLogTest, RefusesTheHeadFileOfAnotherStore) {
  auto mark = HeadFile::read(store_.head_file());
  ASSERT_TRUE(mark);
  mark->store.bytes.fill(9);
  store_.close();
  ASSERT_TRUE(HeadFile::create(store_.head_file(), *mark));
  EXPECT_NE(refusal_without_change().find("belongs to store 0909"), std::string::npos);
}

TEST_F(RocksLogTest, OpensInTheEpochOfItsHeadFile) {
  ASSERT_TRUE(append_records(log(), 1));
  auto mark = HeadFile::read(store_.head_file());
  ASSERT_TRUE(mark);
  store_.close();
  mark->epoch = 5;
  ASSERT_TRUE(HeadFile::create(store_.head_file(), *mark));
  store_.reopen();
  EXPECT_EQ(log().epoch(), 5u);
  EXPECT_FALSE(log().append(test_frame(log().head(), 4, 1)));
}

TEST_F(RocksLogTest, RefusesANewerFormat) {
  store_.close();
  const fs::path format = store_.folder() / "FORMAT";
  const std::string text = read_file(format);
  const std::string newer = std::to_string(LogFormat::known + 1);
  write_file(format, "inmail log " + newer + "\nwhatever comes\n");
  const std::string refusal = refusal_without_change();
  EXPECT_EQ(refusal.find("newer_format: "), 0u) << refusal;
  for (const std::string& damaged :
       {std::string("inmail log x\n"), std::string(), "inmail log 0" + text.substr(11),
        text.substr(0, text.size() - 2), text + "more"}) {
    write_file(format, damaged);
    EXPECT_EQ(refusal_without_change().find("corruption: "), 0u);
  }
}

TEST_F(RocksLogTest, IsNotMadeInAFolderOfSomethingElse) {
  store_.close();
  fs::remove(store_.folder() / "FORMAT");
  EXPECT_EQ(refusal_without_change().find("corruption: "), 0u);
  write_folder(store_.folder(), {{"letter.txt", "Dear Bob"}});
  const std::string refusal = refusal_without_change();
  EXPECT_EQ(refusal.find("corruption: "), 0u) << refusal;
  EXPECT_NE(refusal.find("is not the folder of a log"), std::string::npos) << refusal;
}

TEST_F(RocksLogTest, IsNotFoundWhereThereIsNone) {
  store_.close();
  fs::remove(store_.head_file());
  for (const bool with_folder : {true, false}) {
    fs::remove_all(store_.folder());
    if (with_folder) fs::create_directory(store_.folder());
    EXPECT_EQ(refusal_without_change(without_creating()).find("not_found: "), 0u);
    EXPECT_EQ(refusal_without_change(store_.options(LogAccess::read)).find("not_found: "), 0u);
  }
}

TEST_F(RocksLogTest, FinishesACreationThatWasCutShort) {
  store_.close();
  fs::remove(store_.head_file());
  write_folder(store_.folder(), {{"FORMAT", read_file(store_.folder() / "FORMAT")}});
  EXPECT_EQ(refusal_without_change(without_creating()).find("not_found: "), 0u);
  store_.reopen();
  EXPECT_TRUE(append_records(log(), 3));

  store_.close();
  fs::remove(store_.folder() / "CURRENT");
  const std::string refusal = refusal_without_change();
  EXPECT_NE(refusal.find("CURRENT is missing"), std::string::npos) << refusal;
}

TEST_F(RocksLogTest, NoticesThatItsWriteAheadLogWasDeleted) {
  ASSERT_TRUE(append_records(log(), 10));
  store_.reopen();
  ASSERT_TRUE(append_records(log(), 5));
  store_.close();
  fs::remove(only_file(".log"));
  const std::string refusal = refusal_without_change();
  EXPECT_NE(refusal.find("acknowledged events are missing: the head file says position 15, the log "
                         "ends at position 10"),
            std::string::npos)
      << refusal;
}

TEST_F(RocksLogTest, NoticesThatItsWriteAheadLogWasCutAnywhere) {
  ASSERT_TRUE(append_records(log(), 5));
  store_.close();
  const fs::path wal = only_file(".log");
  const std::string bytes = read_file(wal);
  for (std::size_t length = 0; length < bytes.size(); length += 37) {
    write_file(wal, bytes.substr(0, length));
    const std::string refusal = refusal_without_change();
    EXPECT_NE(refusal.find("head file says position 5, the log ends at position "),
              std::string::npos)
        << refusal;
  }
  write_file(wal, bytes);
  EXPECT_EQ(store_.refusal(), "");
}

TEST_F(RocksLogTest, NamesThePositionWhenATableIsMissing) {
  ASSERT_TRUE(append_records(log(), 10));
  store_.reopen();
  ASSERT_TRUE(append_records(log(), 5));
  store_.close();
  fs::remove(only_file(".sst"));
  const std::string refusal = refusal_without_change();
  EXPECT_EQ(refusal.find("corruption: "), 0u) << refusal;
  EXPECT_NE(refusal.find("cannot be read from position 1 on"), std::string::npos) << refusal;
}

TEST_F(RocksLogTest, ChangesNothingWhenOpenedForReading) {
  ASSERT_TRUE(append_records(log(), 10));
  store_.reopen();
  ASSERT_TRUE(append_records(log(), 5));
  const LogHead head = log().head();
  const Hash records = digest();
  store_
      .close();  // An owner tidies up when it likes, which would look like a change by the reader.
  const auto before = read_folder(store_.directory());
  for (const LogAccess access : {LogAccess::read, LogAccess::follow}) {
    auto reader = RocksLog::open(store_.options(access));
    ASSERT_TRUE(reader) << reader.error().message;
    EXPECT_EQ((*reader)->head(), head);
    EXPECT_EQ(log_digest(**reader).value_or(Hash{}), records);
    const auto refused = append_records(**reader, 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::closed);
  }
  EXPECT_TRUE(read_folder(store_.directory()) == before);
}

TEST_F(RocksLogTest, IsFollowedWhileItsOwnerWritesAndReopens) {
  ASSERT_TRUE(append_records(log(), 10));
  auto opened = RocksLog::open(store_.options(LogAccess::follow));
  ASSERT_TRUE(opened) << opened.error().message;
  RocksLog& follower = **opened;
  for (int round = 0; round < 6; ++round) {
    EXPECT_LE(follower.head().position, log().head().position);
    ASSERT_TRUE(append_records(log(), 20, 3));
    EXPECT_NE(follower.head(), log().head());
    const auto caught_up = follower.catch_up();
    ASSERT_TRUE(caught_up) << caught_up.error().message;
    EXPECT_EQ(follower.head(), log().head());
    EXPECT_EQ(log_digest(follower).value_or(Hash{}), digest());
    if (round % 2 == 1) store_.reopen();
  }
}

TEST_F(RocksLogTest, TakesNothingMoreAfterAFailedWrite) {
  ASSERT_TRUE(append_records(log(), 3));
  const auto old_handler = signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  rlimit small = limit;
  small.rlim_cur = 64 << 10;
  setrlimit(RLIMIT_FSIZE, &small);
  const auto failed = append_records(log(), 5000, 20);
  setrlimit(RLIMIT_FSIZE, &limit);
  signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::io) << failed.error().message;

  const LogHead head = log().head();
  for (int i = 0; i < 2; ++i) {
    const auto refused = append_records(log(), 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::closed);
    EXPECT_EQ(log().head(), head);
  }
  store_.reopen();
  EXPECT_GE(log().head().position, head.position);
  EXPECT_TRUE(append_records(log(), 1));
}

}  // namespace
}  // namespace inmail::test
