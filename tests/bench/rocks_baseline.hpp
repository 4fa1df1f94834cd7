#pragma once

#include <cstdint>
#include <filesystem>

#include "events/rocks_log.hpp"

namespace inmail::bench {

struct Baseline {
  std::uint64_t frames = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  double seconds = 0;
};

/// Puts every frame of `log` into a new, bare RocksDB with the log's own options, one sync a frame:
/// what the disk and RocksDB alone allow. Errors: io.
Result<Baseline> put_frames(const EventLog& log, const std::filesystem::path& folder);

}  // namespace inmail::bench
