#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/record.hpp"

namespace inmail::fuzz {

/// One reader of bytes that nobody vouches for.
struct Target {
  std::string_view name;

  /// Reads `input`, and proves what it made of it. Throws std::logic_error for a promise that was
  /// broken; whatever else leaves it is a finding as well. Inputs that carry checksums have a first
  /// byte that tells which of them to put right, since no chance would.
  void (*run)(Bytes input);

  /// Inputs that show what there is to read; each is accepted.
  std::vector<std::string> (*seeds)();

  /// The most memory that reading N bytes may hold at once: bytes_base + bytes_each * N.
  std::size_t bytes_base = std::size_t{256} << 10;
  std::size_t bytes_each = 64;
};

std::span<const Target> targets();

/// Throws std::logic_error with `sentence` unless `condition` holds.
void demand(bool condition, const char* sentence);

/// Takes an input apart from its front; what is missing at its end is zero.
class InputReader {
 public:
  explicit InputReader(Bytes input) : rest_(input) {}

  std::uint8_t byte();
  std::string take(std::size_t count);
  Bytes rest() const { return rest_; }
  bool is_empty() const { return rest_.empty(); }

 private:
  Bytes rest_;
};

// The targets, by what they read.
std::vector<Target> stored_targets();  ///< targets_stored.cpp: records, frames, events, rows.
std::vector<Target> file_targets();    ///< targets_files.cpp: the files beside the log.
std::vector<Target> text_targets();    ///< targets_text.cpp: what people hand to the tool.

}  // namespace inmail::fuzz
