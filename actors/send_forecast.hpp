#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "actors/decision.hpp"
#include "events/credit_events.hpp"
#include "events/terms.hpp"

namespace inmail {

/// What a send would come to if it were given now: the answer to CheckSend (D5.1). Nothing is
/// recorded for it, and it binds nobody. It tells a sender no more than a refusal would (D5.2).
struct SendForecast {
  /// All that stands against it; empty: it would go. In the order of the guards, save that a seat's
  /// own stand before its contract's: the first is the code that the send would be refused with.
  std::vector<Refusal> refusals{};
  std::uint32_t cost = 0;                 ///< In credits.
  std::optional<FreeClass> free_class{};  ///< Why it costs nothing, beside its price.
  LotSplits splits{};                     ///< The lots that would pay.
  std::uint64_t available = 0;            ///< Credits in the pool, before it.

  bool would_go() const { return refusals.empty(); }
  bool operator==(const SendForecast&) const = default;
};

}  // namespace inmail
