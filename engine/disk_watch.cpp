#include "engine/disk_watch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <system_error>
#include <utility>

namespace inmail {
namespace {

namespace fs = std::filesystem;

/// The largest number where the system cannot tell.
std::uint64_t ask_system(const fs::path& folder) {
  std::error_code failed;
  const auto space = fs::space(folder, failed);
  return failed ? UINT64_MAX : space.available;
}

}  // namespace

DiskWatch::DiskWatch(fs::path reserve_file, Limits limits, FreeBytes free_bytes)
    : reserve_file_(std::move(reserve_file)),
      limits_(limits),
      ask_(free_bytes ? std::move(free_bytes) : ask_system) {}

bool DiskWatch::look() {
  free_ = ask_(reserve_file_.parent_path());
  if (free_ < limits_.free_min) is_full_ = true;
  if (free_ >= 2 * limits_.free_min) is_full_ = false;
  if (free_ < limits_.reserve) release();
  return !is_full_;
}

void DiskWatch::release() {
  std::error_code ignored;
  fs::remove(reserve_file_, ignored);
}

/// Where it cannot be made, the store does without.
void DiskWatch::make_reserve() {
  std::error_code ignored;
  const bool has_room = !is_full_ && free_ >= 2 * limits_.free_min + limits_.reserve;
  if (!has_room || limits_.reserve == 0 || fs::exists(reserve_file_, ignored)) return;
  const int file = ::open(reserve_file_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return;
  const bool is_made = ::posix_fallocate(file, 0, static_cast<off_t>(limits_.reserve)) == 0;
  ::close(file);
  if (!is_made) release();
}

}  // namespace inmail
