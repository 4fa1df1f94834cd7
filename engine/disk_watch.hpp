#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

namespace inmail {

/// Sees that the disk of a store never runs quite full. Below `free_min` no commands are to be
/// taken, so that what is in flight, and what falls due, still has room. Should the disk fill up
/// all the same (others write there, too), a file of `reserve` bytes gives its place away, so that
/// the log can be closed, opened and read. Once there is room again, commands are taken.
///
/// One thread. After a crash the file is there or not; the next watch finds out.
class DiskWatch {
 public:
  struct Limits {
    std::uint64_t free_min = 0;
    std::uint64_t reserve = 0;  ///< 0: no file.
  };
  /// How many bytes can still be written in a folder.
  using FreeBytes = std::function<std::uint64_t(const std::filesystem::path& folder)>;

  /// `free_bytes` null: asks the system.
  DiskWatch(std::filesystem::path reserve_file, Limits limits, FreeBytes free_bytes);

  /// Looks how much is free; says whether commands may be taken. Between `free_min` and twice that
  /// it stays with what it said last, so that it does not flicker.
  bool look();

  /// Makes the file that gives its place away, if it is not there and there is plenty of room.
  void make_reserve();

  /// Gives the reserve away; for when a write has failed.
  void release();

  std::uint64_t free_bytes() const { return free_; }

 private:
  const std::filesystem::path reserve_file_;
  const Limits limits_;
  const FreeBytes ask_;
  std::uint64_t free_ = UINT64_MAX;
  bool is_full_ = false;
};

}  // namespace inmail
