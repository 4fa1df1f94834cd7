#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/commands.hpp"
#include "actors/mail.hpp"
#include "events/ids.hpp"

namespace inmail::sim {

/// A command as its host remembers it.
struct Given {
  Command command;  ///< With its texts as they were written.
  Principal by;
  Timestamp at{};
  std::uint32_t number = 0;       ///< In the order in which commands were given, from 1.
  std::optional<Answer> answer;   ///< What was acknowledged: accepted or refused, on record.
  bool in_flight = false;         ///< Its process still has it.
  std::uint32_t turned_away = 0;  ///< So often it was not taken: overloaded, read only, malformed.
};

/// All that the world outside the engine knows, and no crash takes away.
struct History {
  std::map<CommandId, Given> commands;
  /// Every time that the clock ever showed. What is on record happened at one of these.
  std::set<Timestamp> times;
  /// Where the log ended whenever nothing was under way.
  std::set<Position> quiet;
  /// Other payloads under ids that were in use: refused, and never on record.
  std::uint64_t reused_ids = 0;
};

}  // namespace inmail::sim
