#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "events/event_log.hpp"

namespace inmail {

/// A log that lives in memory and dies with it: for tests, simulations and dry runs, and the
/// measure that other logs are compared with. Keeps every frame. Threads: as `EventLog`.
class MemoryLog final : public EventLog {
 public:
  explicit MemoryLog(std::uint64_t epoch = 1) : epoch_(epoch) {}

  LogHead head() const override;
  std::uint64_t epoch() const override;
  Status append(const Frame& frame) override;
  Result<std::unique_ptr<FrameCursor>> read(Position from) const override;

 private:
  class Cursor;

  mutable std::mutex mutex_;
  LogHead head_;
  std::uint64_t epoch_;
  std::deque<std::string> frames_;  ///< Never moved once it is there: cursors point into it.
  std::vector<Position> firsts_;    ///< The first position of each frame.
};

}  // namespace inmail
