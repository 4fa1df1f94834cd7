#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/faults.hpp"

namespace inmail::sim {

struct Settings {
  std::uint64_t seed = 1;
  /// Left out, all else being equal: what shrinking takes away.
  std::set<std::string> without_faults;
  std::set<std::uint32_t> without_commands;       ///< By number.
  std::function<void(const std::string&)> trace;  ///< Told of everything, if set.
};

/// What came of one seed.
struct Report {
  std::vector<std::string> findings;  ///< Empty: all promises were kept.
  std::string digest;                 ///< Of the log at its end.
  std::uint64_t commands = 0;
  std::uint64_t records = 0;
  std::uint64_t restarts = 0;
  std::uint64_t crashes = 0;  ///< Restarts that nobody asked for.
  std::int64_t simulated_ms = 0;
  std::vector<FaultPlan::Happened> faults;
  std::uint64_t refused_damage = 0;  ///< Openings that rightly named a damage.
};

/// Runs the real engine, on one thread and a simulated disk, through a life that the seed decides:
/// commands of all kinds, crashes in the middle, faults of the disk; and after every restart, and
/// at the end, asks whether every promise was kept. The same settings give the same report.
Report simulate(const Settings& settings);

}  // namespace inmail::sim
