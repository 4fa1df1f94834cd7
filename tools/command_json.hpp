#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/mail.hpp"
#include "engine/engine.hpp"
#include "tools/json_values.hpp"

namespace inmail::tools {

/// A command as it is written down, and what it must and may say.
struct CommandShape {
  std::string name;
  std::vector<std::string> required;
  std::vector<std::string> optional;
};

/// Of every command, in their order.
std::vector<CommandShape> command_shapes();

/// "send_inmail"; "unknown" for a number that no command has.
std::string_view command_name(std::uint16_t number);

/// A command as `request_from_json` reads it.
Json to_json(const Command& command, const TextReader& texts);

/// Reads an order that is given as one JSON object:
///
///   {"command": "send_inmail", "from": 7, "to": 9, "subject": "Hello", "body": "..."}
///
/// "id" (32 hexadecimal digits) and "asked_by" ("member:7") may be given with every command.
/// Members, seats and contracts are numbers or texts like "member:7". What is wrong with it is the
/// error.
Result<Request, std::string> request_from_json(std::string_view text);

/// {"id": "...", "answer": "rejected", "code": "awaiting_response", ...}.
Json to_json(const CommandId& id, const Answer& answer);

}  // namespace inmail::tools
