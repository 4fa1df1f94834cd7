#pragma once

#include "events/record.hpp"
#include "tools/json_values.hpp"

namespace inmail::tools {

/// The fields of an event by name. A refused command is shown as the command that it is.
Json to_json(const Event& event, const TextReader& texts);

/// A record of the log: its header, and the event under "data".
Json to_json(const Record& record, const TextReader& texts);

}  // namespace inmail::tools
