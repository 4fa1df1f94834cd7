#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.hpp"

namespace inmail {

/// One regular file, read and written at given places. Its end is that of the lock on it.
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

  explicit File(std::filesystem::path path) : path_(std::move(path)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  virtual ~File() = default;

  /// Fills all of `bytes`. Errors: io; corruption when the file ends before.
  virtual Status read_at(std::uint64_t place, std::span<std::uint8_t> bytes) const = 0;
  /// Errors: io.
  virtual Status write_at(std::uint64_t place, std::span<const std::uint8_t> bytes) const = 0;
  /// What was written before is durable when this returned. Errors: io.
  virtual Status sync() const = 0;
  /// Takes the place of a file named `to`, if there is one. Requires: no other thread uses this
  /// file. Errors: io.
  virtual Status rename_to(const std::filesystem::path& to) = 0;
  /// Keeps every other opener out until this one closes. Errors: locked, io.
  virtual Status lock() const = 0;
  virtual Result<std::uint64_t> size() const = 0;
  virtual Result<Identity> identity() const = 0;

  const std::filesystem::path& path() const { return path_; }

 protected:
  std::filesystem::path path_;
};

struct RocksEnv;

/// The machine that a store lies on, as far as the store touches it: its files, and the time that
/// spaces out their syncs. There is one behind every file that we write; RocksDB's own go through
/// `rocks`. Tests put a simulated machine in its place.
///
/// Any thread may call any method. Must outlive every file that it opened.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// `create` makes a file that only its owner may read, or opens the one there is. A symbolic link
  /// is not followed. Errors: not_found, io; corruption when it is not a regular file.
  virtual Result<std::shared_ptr<File>> open(const std::filesystem::path& path,
                                             File::Mode mode) = 0;
  virtual bool exists(const std::filesystem::path& path) const = 0;
  /// The names in a folder, sorted. Errors: not_found, io.
  virtual Result<std::vector<std::string>> list(const std::filesystem::path& folder) const = 0;
  /// Makes a folder, and those above it. No error when it is there. Errors: io.
  virtual Status make_folder(const std::filesystem::path& folder) = 0;
  /// The file that `path` names now. Errors: not_found, io.
  virtual Result<File::Identity> identity_of(const std::filesystem::path& path) const = 0;
  /// Gives the file `from` the second name `to`. Errors: conflict when `to` is taken; io.
  virtual Status link(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  /// Errors: io. No error when there is none.
  virtual Status remove(const std::filesystem::path& path) = 0;
  /// Makes the names within the directory of `path` durable. Errors: io.
  virtual Status sync_directory_of(const std::filesystem::path& path) = 0;

  /// A time that never goes back.
  virtual std::chrono::steady_clock::time_point now() const = 0;
  /// The same machine for RocksDB (events/rocks_env.hpp); null: the system's.
  virtual const RocksEnv* rocks() const { return nullptr; }
};

/// The machine that this process runs on.
FileSystem& system_files();

/// Overwrites a file with zeros, makes that durable, and removes it. What a disk keeps below the
/// file system (remapped blocks, snapshots) is out of reach. Errors: io; corruption when it is not
/// a regular file, which is then left alone. No error when there is none.
Status wipe_and_remove(FileSystem& files, const std::filesystem::path& path);

/// A new file of these bytes, in the place of one of that name. They are durable, its name is not
/// yet. Errors: as `open`; io.
Result<std::shared_ptr<File>> write_whole(FileSystem& files, const std::filesystem::path& path,
                                          std::string_view bytes);

/// The same at once: whenever the process or the machine dies, `path` is what it was before, or all
/// of `bytes`, which it is for good on return. Made beside it, as "<path>.making". Errors: as
/// `open`; io.
Status replace_whole(FileSystem& files, const std::filesystem::path& path, std::string_view bytes);

/// All bytes of a file, `bytes_max` of them at most. Errors: as `open`.
Result<std::string> read_whole(FileSystem& files, const std::filesystem::path& path,
                               std::uint64_t bytes_max = UINT64_MAX);

}  // namespace inmail
