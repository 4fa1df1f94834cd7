#pragma once

#include <mutex>
#include <optional>
#include <random>
#include <vector>

#include "actors/commands.hpp"

namespace inmail::soak {

/// Remembers the last so many of something that people may come back to. Any thread.
template <class Thing>
class Recent {
 public:
  explicit Recent(std::size_t count_max) : count_max_(count_max) {}

  void add(const Thing& thing) {
    const std::lock_guard lock(mutex_);
    if (things_.size() < count_max_)
      things_.push_back(thing);
    else
      things_[next_++ % count_max_] = thing;
  }
  std::optional<Thing> any(std::uint64_t drawn) const {
    const std::lock_guard lock(mutex_);
    if (things_.empty()) return std::nullopt;
    return things_[drawn % things_.size()];
  }

 private:
  const std::size_t count_max_;
  mutable std::mutex mutex_;
  std::vector<Thing> things_;
  std::size_t next_ = 0;
};

/// An InMail that was sent.
struct Letter {
  InMailId inmail;
  MemberId from;
  std::optional<SeatId> seat;
  MemberId to;
};

/// What somebody does, and with which letter.
struct Act {
  Command command;
  std::optional<Letter> letter;
};

/// The fixed population of a soak run, and what it does next: mostly sends, opens, answers and
/// messages in open threads, a little of the rest. `next` is for one thread, `happened` for any.
class Crowd {
 public:
  Crowd(std::uint64_t members, std::uint64_t seed) : members_(members), random_(seed) {}

  /// All that has to be done once before anything else, in this order. The last step is refused as
  /// `unknown_target` as long as those before it were not done.
  static std::uint64_t founding_steps(std::uint64_t members);
  static Command founding_step(std::uint64_t members, std::uint64_t step);

  Act next();

  /// Tells what is done, with all that it set off, so that others can go on from there.
  void happened(const Act& act, const CommandId& id);

 private:
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  MemberId anyone() { return MemberId{1 + pick(members_)}; }
  Command send();
  Act go_on_in_thread();
  Command change_of_mind();

  const std::uint64_t members_;
  std::mt19937_64 random_;
  Recent<Letter> letters_{20'000};
  Recent<Letter> threads_{20'000};
  Recent<BlockMember> blocks_{1'000};
};

}  // namespace inmail::soak
