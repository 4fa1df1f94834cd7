#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "events/policy.hpp"

namespace inmail::tools {

struct VirtualEngineOptions {
  std::filesystem::path store;
  std::string policy = "default";  ///< The name of a preset, or a document.
  Timestamp start{};
  std::uint64_t key_seed = 0;
  std::shared_ptr<Logger> logger;
};

/// A document, or the preset of that name. Errors: invalid_argument, not_found.
Result<Policy> policy_of(const std::string& policy);

/// A command under an id that no other one has.
struct Order {
  Command command;
  CommandId id{};
};

/// An engine on a store of its own and on virtual time. Everything happens inside its methods, in
/// an order that only the orders decide: the same orders give the same log. One thread. The store
/// may be lost by a crash before `close`; it can be made again.
class VirtualEngine {
 public:
  /// Makes the store. Errors: invalid_argument (what is asked for, or there is a store already that
  /// holds more than that policy; nothing was changed); as `Engine::open`.
  static Result<VirtualEngine> open(const VirtualEngineOptions& options);

  /// Virtual time goes on to `time`; whatever falls due on the way happens when it is due.
  /// Errors: as `Engine::failure`.
  Status move_to(Timestamp time);

  Timestamp now() const { return clock_->now(); }

  /// Lets all orders happen, and all that follows from them. Their answers, `ok` or `rejected`, are
  /// in the same order. Errors: why one has no such answer.
  Result<std::vector<Answer>> decide(std::vector<Order> orders);

  /// What has fallen due by now happens. Errors: as `Engine::failure`.
  Status wake();

  const EventLog& log() const { return engine_.log(); }

  /// Writes what is left to be written and releases the store. Errors: as `Engine::close`.
  Status close();

 private:
  VirtualEngine(Engine engine, std::shared_ptr<ManualClock> clock);

  void submit(Order order);
  Status settle();

  std::shared_ptr<ManualClock> clock_;
  std::unique_ptr<std::vector<Answer>> answers_;  ///< Written by the engine, so it goes after that.
  Engine engine_;
};

}  // namespace inmail::tools
