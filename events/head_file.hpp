#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>

#include "events/file_system.hpp"
#include "events/frame.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"

namespace inmail {

/// How far a store got: everything up to `head` was acknowledged.
struct HeadMark {
  StoreId store;
  std::uint64_t epoch = 0;
  LogHead head;

  bool operator==(const HeadMark&) const = default;
};

/// Remembers, apart from the log, where the log ended. A log that lost its end is whole to look at;
/// only this file knows better.
///
/// Two slots of 128 bytes, at 0 and at 4096 so that no torn block takes both, written in turn.
/// Little-endian:
///
///   | bytes | what                                                 |
///   |     8 | "INMAILHD"                                           |
///   |     4 | format version, 1                                    |
///   |     4 | zero                                                 |
///   |     8 | counter of writes; its parity is the slot            |
///   |    16 | store id                                             |
///   |     8 | epoch                                                |
///   |     8 | position                                             |
///   |    32 | hash of the frame that ends there                    |
///   |    32 | zero                                                 |
///   |     8 | XXH3-64 of all before; here in every format to come  |
///
/// The valid slot with the highest counter counts. Any thread may call any method at any time. The
/// file system must outlive it.
/// After a crash of the process the file holds the last mark written; after a loss of power one
/// that was written at most `sync_interval` before a later one, or the last before a pause.
class HeadFile {
 public:
  static constexpr std::chrono::seconds sync_interval{1};

  /// What the file says; writes nothing. Errors: not_found, corruption (no slot is valid),
  /// newer_format, io.
  static Result<HeadMark> read(const std::filesystem::path& path,
                               FileSystem& files = system_files());

  /// Makes the file, or takes the place of the one there is; durable on return. Errors: io.
  static Result<std::unique_ptr<HeadFile>> create(const std::filesystem::path& path,
                                                  const HeadMark& mark,
                                                  FileSystem& files = system_files());

  /// Opens the file for writing. Errors: as `read`.
  static Result<std::unique_ptr<HeadFile>> open(const std::filesystem::path& path,
                                                FileSystem& files = system_files());

  HeadFile(const HeadFile&) = delete;
  HeadFile& operator=(const HeadFile&) = delete;
  /// Syncs what is not yet synced.
  ~HeadFile();

  /// Writes the mark over the older slot, and syncs if the last sync is `sync_interval` ago.
  /// Errors: io; corruption: the counter of marks is at its end, which only a forged file reaches.
  Status write(std::uint64_t epoch, const LogHead& head);

  /// Makes the last mark durable; cheap when it is. Errors: io.
  Status sync();

  HeadMark mark() const;

 private:
  HeadFile(FileSystem& files, std::shared_ptr<File> file, const HeadMark& mark,
           std::uint64_t counter);

  Status sync_locked();

  const FileSystem& files_;
  const std::shared_ptr<File> file_;
  mutable std::mutex mutex_;
  HeadMark mark_;
  std::uint64_t counter_;
  bool is_synced_ = true;
  std::chrono::steady_clock::time_point synced_at_;
};

}  // namespace inmail
