#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "events/rocks_env.hpp"
#include "tests/simulation/disk.hpp"

namespace inmail::sim {

class BackgroundEnv;

/// RocksDB's view of a disk, its clock and its background work, for one process.
class RocksSide {
 public:
  RocksSide(std::shared_ptr<Disk> disk, std::uint64_t process);
  ~RocksSide();

  const RocksEnv& env() const { return handle_; }
  /// Returns when no flush of RocksDB's is under way.
  void wait_for_flushes();
  /// Does what RocksDB has put off, until there is nothing left.
  void run_background();

 private:
  const std::unique_ptr<BackgroundEnv> env_;
  const RocksEnv handle_;
};

/// One frame of a log, by its key in RocksDB.
struct StoredFrame {
  std::string key;
  std::string bytes;
};

/// The frames of a log that nobody has open. Requires: a log that can be opened, and no faults.
std::vector<StoredFrame> frames_of(FileSystem& machine, const std::string& folder);
/// Puts a frame in the place of the one under its key.
void put_frame(FileSystem& machine, const std::string& folder, const StoredFrame& frame);
/// The frame with another time in its first record, and that record's checksum put right.
StoredFrame forged(StoredFrame frame);

}  // namespace inmail::sim
