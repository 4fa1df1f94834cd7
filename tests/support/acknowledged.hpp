#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/mail.hpp"
#include "events/event_log.hpp"

namespace inmail::test {

/// What somebody outside was told of a command: that it is on record, where, and whether it was
/// refused.
struct Acknowledgement {
  CommandId id;
  Position position;
  AnswerKind kind{};
};

/// One line, as the programs that get killed print them.
std::string to_line(const CommandId& id, const Answer& answer);

/// Appends the acknowledgements in `said` to `acknowledged`. Lines that begin with '#' are passed
/// over, and so is a last line without its end: who was killed while saying it has not said it.
/// Throws std::runtime_error for any other line.
void read_lines(std::string_view said, std::vector<Acknowledgement>& acknowledged);

/// What a log says of acknowledgements.
struct Comparison {
  std::uint64_t receipts = 0;  ///< Answered commands on record.
  std::uint64_t wrong = 0;     ///< How many things are wrong; 0 is what everybody hopes for.
  std::vector<std::string> sentences;  ///< The first of them.
};

/// Whether everything acknowledged is on record where it was said to be, once, and what was refused
/// did nothing. Reads the log from `from` on; requires: all of `acknowledged` is after it.
/// Errors: as `LogReader::next`.
Result<Comparison> compare(const EventLog& log, Position from,
                           std::vector<Acknowledgement> acknowledged);

}  // namespace inmail::test
