#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "events/result.hpp"

namespace inmail {

/// One regular file, read and written at given places. Owns the descriptor, and with it the lock.
///
/// Any thread may call any const method at any time; overlapping writes are the caller's business.
/// After a crash what `sync` covered is there, and of the rest any part. Every error names the
/// file.
class File {
 public:
  enum class Mode { read, read_write, create };

  /// Which file this is, whatever it is called: equal for two names of the same file.
  struct Identity {
    std::uint64_t device = 0;
    std::uint64_t number = 0;
    bool operator==(const Identity&) const = default;
  };

  /// `create` makes a file that only its owner may read, or opens the one there is. A symbolic link
  /// is not followed. Errors: not_found, io; corruption when it is not a regular file.
  static Result<std::shared_ptr<File>> open(const std::filesystem::path& path, Mode mode);

  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  /// Fills all of `bytes`. Errors: io; corruption when the file ends before.
  Status read_at(std::uint64_t place, std::span<std::uint8_t> bytes) const;
  /// Errors: io.
  Status write_at(std::uint64_t place, std::span<const std::uint8_t> bytes) const;
  /// What was written before is durable when this returned. Errors: io.
  Status sync() const;
  /// Takes the place of a file named `to`, if there is one. Requires: no other thread uses this
  /// file. Errors: io.
  Status rename_to(const std::filesystem::path& to);
  /// Keeps every other opener out until this one closes. Errors: locked, io.
  Status lock() const;
  Result<std::uint64_t> size() const;
  Result<Identity> identity() const;

  const std::filesystem::path& path() const { return path_; }

 private:
  File(std::filesystem::path path, int descriptor);

  std::filesystem::path path_;
  int descriptor_;
};

/// The file that `path` names now. Errors: not_found, io.
Result<File::Identity> identity_of(const std::filesystem::path& path);

/// Gives the file `from` the second name `to`. Errors: conflict when `to` is taken; io.
Status link_file(const std::filesystem::path& from, const std::filesystem::path& to);
/// Errors: io. No error when there is none.
Status remove_file(const std::filesystem::path& path);

/// Makes the names within the directory of `path` durable. Errors: io.
Status sync_directory_of(const std::filesystem::path& path);

/// Overwrites a file with zeros, makes that durable, and removes it. What a disk keeps below the
/// file system (remapped blocks, snapshots) is out of reach. Errors: io; corruption when it is not
/// a regular file, which is then left alone. No error when there is none.
Status wipe_and_remove(const std::filesystem::path& path);

}  // namespace inmail
