#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "events/ids.hpp"
#include "events/result.hpp"

namespace inmail::tools {

/// One message of a real trace: who wrote to whom, and when.
struct Edge {
  MemberId from{};
  MemberId to{};
  Timestamp at{};
  std::uint64_t line = 0;  ///< In its file, from 1.

  bool operator==(const Edge&) const = default;
};

/// The latest time that a trace may name: 9999-01-01, so that every deadline after it has four
/// digits for its year, too.
inline constexpr std::uint64_t unix_seconds_max = 253'370'764'800;

/// Reads a trace: one message a line, `SRC DST UNIXTS`, as whole numbers with blanks or tabs
/// between them. Empty lines and lines that begin with `#` say nothing. Members keep their numbers,
/// which begin with 1. Returns the messages by time, and those of one second in the order of their
/// lines. Errors: invalid_argument; the message begins with FILE:LINE where a line is to blame.
Result<std::vector<Edge>> parse_edges(std::string_view text, std::string_view file_name);

/// The same for a file. Errors: invalid_argument also when it cannot be read.
Result<std::vector<Edge>> read_edges(const std::filesystem::path& file);

}  // namespace inmail::tools
