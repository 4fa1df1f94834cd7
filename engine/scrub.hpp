#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "events/event_log.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"

namespace inmail {

/// What a scrub has read, and found.
struct ScrubReport {
  Position from;      ///< The first position that was read.
  Position verified;  ///< Up to here the log is intact and in the chain.
  std::uint64_t log_bytes = 0;
  std::uint64_t view_tables = 0;
  std::uint64_t view_bytes = 0;
  std::chrono::milliseconds took{0};
  std::vector<std::string> findings;  ///< A sentence each; none where all is intact.

  bool is_intact() const { return findings.empty(); }
  /// Of log and views, in 10^6 bytes a second.
  std::uint64_t megabytes_a_second() const;
};

/// Reads every frame of a store's log and every table of its views, and proves them. The store may
/// be at work. Remembers in the file `verified` of the store, every few seconds and at the end, how
/// far the log was proven; with `resumes`, goes on from there if the log still holds that frame.
/// Told now and then how many bytes were read.
/// Errors: those of `RocksLog::open`; io. What is damaged is a finding, no error.
Result<ScrubReport> scrub_store(const std::filesystem::path& store, bool resumes,
                                const std::function<void(std::uint64_t)>& on_progress = {});

/// How far the last scrub came; nothing if there was none. Errors: io.
Result<std::optional<LogHead>> last_verified(const std::filesystem::path& store);

}  // namespace inmail
