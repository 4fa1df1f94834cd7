#include "engine/disk_watch.hpp"

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace inmail {
namespace {

class Watching : public testing::Test {
 protected:
  DiskWatch watch() {
    return DiskWatch(reserve(), {.free_min = 100, .reserve = 4096},
                     [this](const auto&) { return free_; });
  }
  std::filesystem::path reserve() const { return folder_ / "reserve"; }
  std::uint64_t reserved() const {
    return std::filesystem::exists(reserve()) ? std::filesystem::file_size(reserve()) : 0;
  }

  test::TempDir folder_;
  std::uint64_t free_ = 1 << 20;
};

TEST_F(Watching, StaysWithItsWordBetweenTheLimits) {
  DiskWatch disk = watch();
  EXPECT_TRUE(disk.look());
  free_ = 150;
  EXPECT_TRUE(disk.look());
  free_ = 99;
  EXPECT_FALSE(disk.look());
  free_ = 150;
  EXPECT_FALSE(disk.look());
  free_ = 200;
  EXPECT_TRUE(disk.look());
}

TEST_F(Watching, KeepsAReserveAndGivesItAway) {
  DiskWatch disk = watch();
  EXPECT_TRUE(disk.look());
  EXPECT_EQ(reserved(), 0u);
  disk.make_reserve();
  EXPECT_EQ(reserved(), 4096u);
  free_ = 4095;
  EXPECT_TRUE(disk.look());
  EXPECT_EQ(reserved(), 0u);
  disk.make_reserve();
  EXPECT_EQ(reserved(), 0u) << "there is no room for it yet";
  free_ = 4096 + 200;
  EXPECT_TRUE(disk.look());
  disk.make_reserve();
  EXPECT_EQ(reserved(), 4096u);
  disk.release();
  EXPECT_EQ(reserved(), 0u);
}

TEST_F(Watching, AsksTheSystem) {
  DiskWatch disk(reserve(), {.free_min = 1, .reserve = 0}, {});
  EXPECT_TRUE(disk.look());
  EXPECT_GT(disk.free_bytes(), 0u);
  EXPECT_LT(disk.free_bytes(), UINT64_MAX);
  EXPECT_EQ(reserved(), 0u);
}

}  // namespace
}  // namespace inmail
