#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "actors/runtime.hpp"
#include "events/clock.hpp"
#include "projections/deadlines.hpp"

namespace inmail {

/// Wakes the streams that have something due: told `Wake` now and then, it looks into the deadlines
/// view and sends `Wake` on, a bounded number at a time. Only sleepers need it: who is awake
/// settles before each command. So nothing depends on how late it is.
class DeadlineActor final : public Entity {
 public:
  using Look = std::function<std::vector<DueStream>(Timestamp now, std::size_t limit)>;
  using WakeUp = std::function<void(StreamId)>;

  static constexpr std::size_t wakes_max = 1'000;  ///< A tick.

  DeadlineActor(const Clock& clock, Look look, WakeUp wake_up)
      : clock_(clock), look_(std::move(look)), wake_up_(std::move(wake_up)) {}

  bool receive(Mail mail) override;

 private:
  const Clock& clock_;
  const Look look_;
  const WakeUp wake_up_;
};

}  // namespace inmail
