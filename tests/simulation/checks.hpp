#pragma once

#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "tests/simulation/history.hpp"

namespace inmail::sim {

/// Compares a log with what its host knows: chain, receipts, and the model. Findings are
/// sentences. Errors: what reading the log returns.
Status check_log(const EventLog& log, const History& history, std::vector<std::string>& findings);

/// What must hold besides when nothing is under way any more: nothing is owed, and what users see
/// is what the model says. Errors: as `Engine::query`.
Status check_quiet(Engine& engine, const History& history, std::vector<std::string>& findings);

std::string describe(const Command& command, const CommandId& id);
std::string describe(const Answer& answer);

}  // namespace inmail::sim
