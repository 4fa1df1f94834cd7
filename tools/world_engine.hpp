#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace inmail::tools {

struct VirtualEngineOptions {
  std::filesystem::path store;
  std::string policy = "default";  ///< The name of a preset, or a document.
  Timestamp start{};
  std::uint64_t key_seed = 0;
  std::shared_ptr<Logger> logger;
};

/// An engine on a store of its own and on virtual time. Everything happens inside its methods, in an
/// order that only the orders decide: the same orders give the same log. One thread; what was told to
/// `settle` is durable when it returns.
class VirtualEngine {
 public:
  /// Makes the store. Errors: invalid_argument when there is one already that holds more than a policy,
  /// or has another policy than is asked for; as `Engine::open`.
  static Result<VirtualEngine> open(const VirtualEngineOptions& options);

  /// Virtual time goes on to `time`. On the way, at each midnight, whatever has fallen due happens.
  /// Requires: everything is settled. Errors: as `Engine::failure`.
  Status move_to(Timestamp time);

  Timestamp now() const { return clock_->now(); }

  /// Requires: no other order has this id.
  void submit(Command command, const CommandId& id);

  /// Lets all that was submitted happen, and all that follows from it. The answers, `ok` or `rejected`,
  /// are in the order in which the orders were submitted. Errors: why one has no such answer.
  Result<std::vector<Answer>> settle();

  /// What has fallen due by now happens. Errors: as `Engine::failure`.
  Status wake();

  const EventLog& log() const { return engine_.log(); }

  /// Writes what is left to be written and releases the store. Errors: as `Engine::close`.
  Status close();

 private:
  VirtualEngine(Engine engine, std::shared_ptr<ManualClock> clock);

  Status check_is_new(const VirtualEngineOptions& options) const;

  std::shared_ptr<ManualClock> clock_;
  Timestamp next_midnight_;
  std::unique_ptr<std::vector<Answer>> answers_;  ///< Outlives the engine, which writes into it.
  Engine engine_;
};

}  // namespace inmail::tools
