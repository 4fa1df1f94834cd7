#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "engine/engine.hpp"
#include "tools/output.hpp"
#include "tools/world_tally.hpp"

namespace inmail::tools {

inline constexpr std::uint64_t simulated_members_max = 10'000'000;
inline constexpr std::uint64_t simulated_days_max = 3'650;

struct SimulateOptions {
  std::filesystem::path store;  ///< New or empty.
  std::uint64_t members = 0;
  std::uint64_t days = 0;
  std::uint64_t seed = 0;
  std::string policy = "default";  ///< The name of a preset, or a document.
  std::shared_ptr<Logger> logger;  ///< Null: as for an engine.
  /// Told now and then how many days are done, of how many.
  std::function<void(std::uint64_t done, std::uint64_t total)> on_progress;
};

/// What a simulation came to: counted from the events in the log, save how long it took.
struct SimulationReport {
  std::uint64_t members = 0;
  std::uint64_t days = 0;
  std::uint64_t seed = 0;
  Tally tally;
  LogFacts log;
  Milliseconds took{0};  ///< By the machine's clock, without the counting.
};

/// Lets a synthetic world (world.hpp) live for some days on virtual time, through the engine
/// itself. The same options give the same log, whatever the machine. Errors: invalid_argument for
/// what is asked for (numbers out of range, the policy, a store that has members); any other is one
/// of the store.
Result<SimulationReport> simulate(const SimulateOptions& options);

/// Facts, and one listing: how often each event happened.
Report to_report(const SimulationReport& report);

}  // namespace inmail::tools
