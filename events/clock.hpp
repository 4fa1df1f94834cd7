#pragma once

#include <atomic>
#include <chrono>

#include "events/ids.hpp"

namespace inmail {

/// The engine's time: milliseconds since 1970. The host's, the system's, or a hand-moved one. Any
/// thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override {
    return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
  }
};

/// Moves only when told: for simulations, imports and tests.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start = {}) : ms_(to_ms(start)) {}
  Timestamp now() const override { return timestamp_from_ms(ms_.load()); }
  void set(Timestamp time) { ms_.store(to_ms(time)); }
  void advance(Milliseconds by) { ms_.fetch_add(by.count()); }

 private:
  std::atomic<std::int64_t> ms_;
};

}  // namespace inmail
