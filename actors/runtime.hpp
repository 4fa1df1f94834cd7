#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "actors/mail.hpp"

namespace inmail {

/// What an actor does; the half without CAF. One thread at a time: the mailbox is the lock.
class Entity {
 public:
  virtual ~Entity() = default;

  /// Handles one mail. Returns false when the actor has left and must end.
  virtual bool receive(Mail mail) = 0;
};

/// The way to one live actor. Any thread; kept no longer than a request.
class Mailbox {
 public:
  virtual ~Mailbox() = default;
  virtual void send(Mail mail) = 0;
  /// Ends the actor; mail that it has not handled is dropped.
  virtual void kill() = 0;
};

struct RuntimeOptions {
  std::size_t threads = 2;
  /// Set: no threads; a seeded scheduler that only `step` runs, one mail at a time. 0 keeps the
  /// order of arrival, any other seed mixes it.
  std::optional<std::uint64_t> seed;
  /// Told when an entity throws: the sentence of the exception, and whether it is a Defect. The
  /// entity's actor has ended.
  std::function<void(const std::string&, bool)> on_failure;
};

/// The only place that knows CAF: runs entities as actors, one mailbox each, on a work-sharing
/// scheduler that sleeps when there is nothing to do, or on a seeded one that replays.
///
/// `spawn` may be called by any thread, `step` and `stop` by one. Holds nothing that a crash could
/// lose.
class Runtime {
 public:
  explicit Runtime(RuntimeOptions options);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  std::shared_ptr<Mailbox> spawn(std::unique_ptr<Entity> entity);

  /// Only seeded: lets one actor handle one mail. False when there is none left anywhere.
  bool step();

  /// Waits for all actors to end. Requires: each was killed, or has left.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace inmail
