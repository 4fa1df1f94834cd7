#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace inmail::soak {

/// What a soak run is told, and what its worker is told by it.
struct Settings {
  std::filesystem::path store;
  std::chrono::seconds duration{60};
  std::chrono::seconds kill_every{5};
  std::uint64_t rate = 2'000;  ///< Commands a second, whether or not the engine keeps up.
  std::uint64_t members = 20'000;
  std::uint64_t residents = 5'000;    ///< Actors kept awake when idle.
  std::uint64_t resident_mb = 64;     ///< How much memory their states may hold.
  std::uint64_t days_per_minute = 2;  ///< How fast the engine's clock goes.
  bool verify_views = true;           ///< At the end, each view against a replay.
  bool keep = false;                  ///< The store stays.

  // Only for the worker.
  std::uint64_t life = 0;             ///< 0: not a worker.
  std::int64_t clock_started_ms = 0;  ///< When the engine's clock began to run, by the system's.
};

/// Reads flags, `--name value` each; exits with 2 and a sentence where one is wrong.
Settings settings_from(int count, char** arguments);

/// The same settings as flags, for the worker of one life.
std::vector<std::string> worker_arguments(const Settings& settings, std::uint64_t life);

/// How every process of a run opens the store: with a clock on which months pass in an hour, and
/// which stands nowhere while the store is closed.
EngineOptions engine_options(const Settings& settings);

[[noreturn]] void give_up(const std::string& sentence);

}  // namespace inmail::soak
