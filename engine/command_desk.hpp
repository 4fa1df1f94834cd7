#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "actors/mail.hpp"
#include "events/ids.hpp"

namespace inmail {

/// What the desk says of a command that comes in.
enum class Admittance : std::uint8_t {
  admitted,  ///< New: to be looked up in the receipts, then decided; must be answered by `answer`.
  joined,    ///< The same command is under way, or was just answered: `reply` is or will be called.
  other_payload,  ///< The same id stands for another command.
  overloaded,
};

struct DeskLimits {
  std::size_t commands_max = 65'536;
  std::size_t bytes_max = std::size_t{256} << 20;
};

/// Where commands are counted in and out: bounds what is in flight, and knows every id that is in
/// flight or newer than the `receipts` view, so that no command acts twice. Any thread.
///
/// Holds nothing that a crash could lose: after one, the receipts view knows every answered id.
class CommandDesk {
 public:
  explicit CommandDesk(DeskLimits limits) : limits_(limits) {}

  /// `reply` is kept until the command is answered.
  Admittance admit(const CommandId& id, const PayloadHash& payload, std::size_t bytes,
                   OnAnswer reply);

  /// The command has come to this; whoever waits is told. An answer that is on record is remembered
  /// until `forget` says that the receipts view has it; others are forgotten at once. The first
  /// answer is the only one.
  void answer(const CommandId& id, const Answer& answer);

  /// What it has come to, whatever its payload: `unknown` while it is under way. Nothing for an id
  /// that is not on the desk.
  std::optional<Answer> recall(const CommandId& id);

  /// The receipts view has folded up to `position`.
  void forget(Position position);

  /// What is in flight now.
  std::vector<CommandId> open_commands();
  /// Answers everything that is in flight.
  void answer_all(const Answer& answer);

  std::size_t in_flight() const { return in_flight_.load(); }
  /// Calls `visit` once nothing is in flight (at once, if so now). One waiter.
  void when_empty(std::function<void()> visit);

 private:
  struct Entry {
    PayloadHash payload{};
    std::size_t bytes = 0;
    std::vector<OnAnswer> replies;
    std::optional<Answer> answer;
  };

  struct Shard {
    std::mutex mutex;
    std::unordered_map<CommandId, Entry> entries;
    std::deque<std::pair<Position, CommandId>> answered;  ///< Oldest first.
  };

  Shard& shard_of(const CommandId& id) {
    return shards_[std::hash<CommandId>{}(id) % shards_.size()];
  }
  void leave(std::size_t bytes);

  const DeskLimits limits_;
  std::array<Shard, 64> shards_;
  std::atomic<std::size_t> in_flight_{0};
  std::atomic<std::size_t> bytes_{0};
  std::mutex waiter_mutex_;
  std::function<void()> waiter_;
};

}  // namespace inmail
