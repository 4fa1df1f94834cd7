#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "events/file_system.hpp"

namespace inmail::test {

/// What is about to be done to a file.
enum class DiskAct { open, read, write, sync };

/// What comes of it instead.
enum class DiskFault { io, no_space, no_handle };

/// The system's disk, with faults that a test decides: in our own files and in RocksDB's alike. Any
/// thread; the decision is made under a lock, one at a time, so it may count.
class FaultyDisk final : public FileSystem {
 public:
  /// Nothing: all goes well. May sleep: then the disk is slow.
  using Decide = std::function<std::optional<DiskFault>(DiskAct, const std::string& path)>;

  FaultyDisk();
  ~FaultyDisk() override;

  /// From now on; null: a healthy disk.
  void decide_by(Decide decide);
  std::optional<DiskFault> ask(DiskAct act, const std::string& path) const;

  Result<std::shared_ptr<File>> open(const std::filesystem::path& path, File::Mode mode) override;
  bool exists(const std::filesystem::path& path) const override;
  Result<std::vector<std::string>> list(const std::filesystem::path& folder) const override;
  Status make_folder(const std::filesystem::path& folder) override;
  Result<File::Identity> identity_of(const std::filesystem::path& path) const override;
  Status link(const std::filesystem::path& from, const std::filesystem::path& to) override;
  Status remove(const std::filesystem::path& path) override;
  Status sync_directory_of(const std::filesystem::path& path) override;
  std::chrono::steady_clock::time_point now() const override;
  const RocksEnv* rocks() const override;

 private:
  struct RocksSide;

  mutable std::mutex mutex_;
  Decide decide_;
  const std::unique_ptr<RocksSide> rocks_;
};

/// Whether a path is that of a write-ahead log of the store's log.
bool is_wal(std::string_view path);

}  // namespace inmail::test
