#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "engine/engine.hpp"
#include "tools/command_line.hpp"

namespace inmail::tools {

/// What an engine has to say to an operator: warnings and errors, a line each on standard error.
std::shared_ptr<Logger> operator_logger();

/// An error of an engine, or of what runs on one: its invalid_argument is wrong use.
Failure engine_failure(const Error& error);

/// Before a store is made or written: a folder that holds something else is left alone.
/// Errors: no_store.
Result<void, Failure> check_is_free_or_store(const std::filesystem::path& folder);

/// The live views of a store beside their replays.
struct Verified {
  std::vector<ViewCheck> checks;
  Position head;
};

/// Opens the store, as its one owner, and compares. Its clock stands where the log ends: by the
/// system's, what has fallen due since then would happen, and change the store.
/// Failures: no_store.
Result<Verified, Failure> verify_store(const std::filesystem::path& folder);

/// Lets all happen that has fallen due by `clock`, the engine's own, and waits for it. Who opens a
/// store for a moment only would else leave it owed, however often it is opened.
/// Errors: io, corruption, closed; why the engine writes no more.
Status catch_up(Engine& engine, const Clock& clock);

/// Whether there is a store in the folder.
bool is_store(const std::filesystem::path& folder);

}  // namespace inmail::tools
