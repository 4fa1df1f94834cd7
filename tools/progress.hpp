#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace inmail::tools {

/// A line on standard error that says how far a long work is; only where that is a terminal. It is
/// gone when the object goes, so that nothing of it stands between results. One thread.
class Progress {
 public:
  /// "importing edges"; `total` 0: not known.
  Progress(std::string work, std::uint64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Cheap: draws ten times a second at most.
  void at(std::uint64_t done);

 private:
  void draw(std::uint64_t done);

  const std::string work_;
  const std::uint64_t total_;
  const bool is_shown_;
  bool is_drawn_ = false;
  const std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point drawn_at_;
};

}  // namespace inmail::tools
