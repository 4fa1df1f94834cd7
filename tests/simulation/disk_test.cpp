#include "tests/simulation/disk.hpp"

#include <gtest/gtest.h>

namespace inmail::sim {
namespace {

/// A disk with one process, and one file in a folder of its own.
struct OneFile {
  explicit OneFile(FaultPlan::Rates rates = {}) : disk(FaultPlan(7, rates, {})) {
    process = disk.start_process();
    (void)disk.make_folder(process, "/host/store");
    (void)disk.open(process, path, /*create=*/true, /*truncate=*/false, file);
  }

  void sync_names() {
    (void)disk.sync_folder(process, "/host");
    (void)disk.sync_folder(process, "/host/store");
  }

  const std::string path = "/host/store/head";
  Disk disk;
  std::uint64_t process = 0;
  InodePtr file;
};

TEST(SimulatedDisk, KeepsWhatAKilledProcessWrote) {
  OneFile one;
  EXPECT_EQ(one.disk.write(one.process, one.file, 0, "abc"), Outcome::ok);
  one.disk.stop_process(/*power=*/false);
  ASSERT_TRUE(one.disk.find(one.path));
  EXPECT_EQ(one.disk.find(one.path)->seen, "abc");
}

TEST(SimulatedDisk, KeepsWhatWasSyncedWhenThePowerIsLost) {
  for (std::uint64_t losses = 0; losses < 50; ++losses) {
    OneFile one;
    one.sync_names();
    for (std::uint64_t i = 0; i < losses; ++i) one.disk.stop_process(/*power=*/true);
    one.process = one.disk.start_process();
    EXPECT_EQ(one.disk.write(one.process, one.file, 0, "abc"), Outcome::ok);
    EXPECT_EQ(one.disk.sync(one.process, one.file), Outcome::ok);
    EXPECT_EQ(one.disk.write(one.process, one.file, 3, "def"), Outcome::ok);
    one.disk.stop_process(/*power=*/true);
    EXPECT_TRUE(one.disk.find(one.path)->seen.starts_with("abc")) << losses;
  }
}

TEST(SimulatedDisk, MayLoseAFileWhoseNameWasNotSynced) {
  bool was_lost = false;
  bool was_kept = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Disk disk(FaultPlan(seed, {}, {}));
    const std::uint64_t process = disk.start_process();
    InodePtr file;
    ASSERT_EQ(disk.open(process, "/host/keys", true, false, file), Outcome::ok);
    ASSERT_EQ(disk.sync(process, file), Outcome::ok);
    disk.stop_process(/*power=*/true);
    (disk.find("/host/keys") ? was_kept : was_lost) = true;
  }
  EXPECT_TRUE(was_lost);
  EXPECT_TRUE(was_kept);
}

TEST(SimulatedDisk, AnswersAProcessOfThePastWithNothing) {
  OneFile one;
  one.disk.stop_process(/*power=*/false);
  (void)one.disk.start_process();
  EXPECT_EQ(one.disk.write(one.process, one.file, 0, "abc"), Outcome::dead);
  EXPECT_EQ(one.file->seen, "");
}

TEST(SimulatedDisk, NeverWritesWhatAFailedSyncLeft) {
  FaultPlan::Rates rates{};
  rates[static_cast<std::size_t>(Fault::sync_error)] = 1'000'000;
  bool was_lost = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Disk disk(FaultPlan(seed, rates, {}));
    const std::uint64_t process = disk.start_process();
    InodePtr file;
    ASSERT_EQ(disk.open(process, "/host/keys", true, false, file), Outcome::ok);
    ASSERT_EQ(disk.sync_folder(process, "/host"), Outcome::ok);
    ASSERT_EQ(disk.write(process, file, 0, "abc"), Outcome::ok);
    disk.plan().set_enabled(true);
    EXPECT_EQ(disk.sync(process, file), Outcome::error);
    disk.plan().set_enabled(false);
    EXPECT_EQ(disk.sync(process, file), Outcome::ok) << "and yet it is not there";
    EXPECT_EQ(file->seen, "abc") << "programs do not notice";
    disk.stop_process(/*power=*/true);
    was_lost |= disk.find("/host/keys")->seen != "abc";
  }
  EXPECT_TRUE(was_lost);
}

}  // namespace
}  // namespace inmail::sim
