#pragma once

#include <cstdint>
#include <memory>

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
  /// Does what RocksDB has put off, until there is nothing left.
  void run_background();

 private:
  const std::unique_ptr<BackgroundEnv> env_;
  const RocksEnv handle_;
};

}  // namespace inmail::sim
