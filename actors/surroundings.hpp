#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "actors/admissions.hpp"
#include "actors/commands.hpp"
#include "actors/decision.hpp"
#include "events/clock.hpp"
#include "events/ids.hpp"
#include "events/journal.hpp"
#include "events/keys.hpp"
#include "events/result.hpp"

namespace inmail {

class Registry;

/// Where the rows of sleeping actors are: the engine's `states` view. Any thread.
class StateStore {
 public:
  virtual ~StateStore() = default;

  /// The row of a stream as last saved; nothing if it was never saved and has no record.
  /// Errors: io, corruption.
  virtual Result<std::optional<std::string>> load(StreamId stream) = 0;

  /// A later `load` finds this row at once; it reaches the disk only when its record `last` is
  /// durable, so that no row is ever ahead of the log. Errors: io.
  virtual Status save(StreamId stream, Position last, std::string row) = 0;
};

/// The policies that are in force, for all actors at once. Readers take a snapshot. Any thread.
class PolicyShelf {
 public:
  PolicyShelf() : book_(std::make_shared<const PolicyBook>()) {}

  std::shared_ptr<const PolicyBook> book() const {
    const std::lock_guard lock(mutex_);
    return book_;
  }

  /// Requires: `version` is the one after the newest.
  void add(PolicyVersion version, std::shared_ptr<const Policy> policy) {
    const std::lock_guard lock(mutex_);
    invariant(version.value == book_->versions.size() + 1, "policies are adopted in order");
    PolicyBook next = *book_;
    next.versions.push_back(std::move(policy));
    book_ = std::make_shared<const PolicyBook>(std::move(next));
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const PolicyBook> book_;
};

/// All that an actor may use. Outlives every actor.
struct Surroundings {
  const Clock& clock;
  Journal& journal;
  StateStore& states;
  PolicyShelf& policies;
  AdmissionTable& admissions;
  Registry& registry;
  /// Destroys a key of an erased member, durably, before it returns. False: it could not be done
  /// now; whoever says so sends the notice again. Any thread.
  std::function<bool(KeyId)> destroy_key;
  /// Seals the texts of a command for their reader, too. False: it could not be done now; the
  /// command is dropped, and whoever says so answers it. Any thread.
  std::function<bool(Command&, MemberId)> seal_for_reader;
  /// Told when a stream waits for another time than before, once the record that says so was handed
  /// in. Any thread.
  std::function<void(Timestamp)> waits_until = [](Timestamp) {};
  std::size_t waiting_max = 4096;  ///< Commands that may wait behind an open question of one actor.
};

}  // namespace inmail
