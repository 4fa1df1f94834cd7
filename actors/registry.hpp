#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "actors/runtime.hpp"
#include "events/ids.hpp"

namespace inmail {

/// How many actors may stay awake when idle, and about how much memory they may hold together.
struct ResidentLimits {
  std::size_t actors = 0;
  std::size_t bytes = 0;
};

/// The only way from an id to its actor: a sharded table that wakes sleepers and lets the idle go
/// to sleep. Nobody else keeps an actor's mailbox, because mail to an actor that has ended is lost.
///
/// How one goes to sleep: `sweep` tells an idle actor to leave; if nothing of it is undurable or
/// undecided it calls `begin_leave`, from where on new mail waits here; its row is written; then
/// `end_leave` forgets it, or, if mail has come meanwhile, wakes a new one that reads the row.
///
/// Any thread. Holds nothing that a crash could lose.
class Registry {
 public:
  using MakeEntity = std::function<std::unique_ptr<Entity>(StreamId)>;

  Registry(Runtime& runtime, MakeEntity make);

  /// Hands mail to the actor of a stream, waking it if it sleeps.
  void post(StreamId stream, Mail mail);

  /// An actor has handled one mail, and holds about so much memory.
  void handled(StreamId stream, std::size_t footprint);

  /// The actor wants to leave. False when more mail is on its way to it than the one it is
  /// handling.
  bool begin_leave(StreamId stream);
  /// Its row is written: forgotten, or born again.
  void end_leave(StreamId stream);

  /// Asks idle actors to leave, those not used for longest first (by halves), until what would be
  /// left is within `limits`. Returns how many it asked.
  std::size_t sweep(const ResidentLimits& limits);

  /// Asks every actor that is awake to save its row; `share` is dropped when all have.
  void save_all(const SettlementShare& share);

  std::size_t residents() const { return residents_.load(); }
  std::size_t resident_bytes() const { return bytes_.load(); }

  /// Ends all actors; mail that they have not handled, and all later mail, is dropped.
  void kill_all();

 private:
  struct Entry {
    std::shared_ptr<Mailbox> mailbox;
    std::size_t footprint = 0;
    std::uint32_t pending = 0;
    bool used = true;  ///< Since the last sweep.
    bool leaving = false;
    std::vector<Mail> waiting;
  };

  struct Shard {
    std::mutex mutex;
    std::unordered_map<StreamId, Entry> entries;
  };

  Shard& shard_of(StreamId stream) {
    return shards_[std::hash<StreamId>{}(stream) % shards_.size()];
  }

  Runtime& runtime_;
  const MakeEntity make_;
  std::array<Shard, 64> shards_;
  std::atomic<std::size_t> residents_{0};
  std::atomic<std::size_t> bytes_{0};
  std::atomic<bool> closed_{false};
};

}  // namespace inmail
