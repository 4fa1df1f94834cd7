#pragma once

#include <memory>

#include "events/clock.hpp"
#include "events/file_system.hpp"
#include "tests/simulation/disk.hpp"

namespace inmail::sim {

class RocksSide;

/// One process on a simulated machine: a disk seen by our own files and by RocksDB, and a clock.
/// Holds the disk and the clock together with who drives the simulation. Any thread.
class Machine final : public FileSystem {
 public:
  Machine(std::shared_ptr<Disk> disk, std::shared_ptr<const ManualClock> clock);
  ~Machine() override;

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

  /// Returns when no flush of RocksDB's is under way: one goes on where another has failed.
  void wait_for_flushes();
  /// Does what RocksDB has put off to the background, until there is nothing left.
  void run_background();

  std::uint64_t process() const { return process_; }

 private:
  const std::shared_ptr<Disk> disk_;
  const std::shared_ptr<const ManualClock> clock_;
  const std::uint64_t process_;
  const std::unique_ptr<RocksSide> rocks_;
};

/// "cannot write /x: the disk is full".
Status status_of(Outcome outcome, const char* what, const std::filesystem::path& path);

}  // namespace inmail::sim
