#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "actors/decision.hpp"
#include "events/credit_events.hpp"
#include "events/terms.hpp"

namespace inmail {

/// A limit that counts this send.
struct LimitLeft {
  SendLimit which{};
  std::int64_t limit = 0;
  std::int64_t used = 0;                 ///< Before it.
  std::optional<Timestamp> resets_at{};  ///< When all of it is free again, if at an instant.

  bool operator==(const LimitLeft&) const = default;
};

/// What a sender is told that stops nothing.
enum class SendWarning : std::uint8_t {
  duplicate_outreach = 1,  ///< Another seat of the contract has written to the recipient.
  burst,                   ///< Too many in a short time.
  commercial,              ///< The policy frowns on what it is for.
};

/// What a send would come to if it were given now: the answer to CheckSend (D5.1). Nothing is
/// recorded for it, and it binds nobody. It tells a sender no more than a refusal would (D5.2).
struct SendForecast {
  /// All that stands against it, in the order of the guards; empty: it would go. The first is the
  /// code that the send would be refused with.
  std::vector<Refusal> refusals{};
  std::uint32_t cost = 0;                 ///< In credits.
  std::optional<FreeClass> free_class{};  ///< Why it costs nothing, beside its price.
  LotSplits splits{};                     ///< The lots that would pay.
  std::uint64_t available = 0;            ///< Credits in the pool, before it.
  std::vector<LimitLeft> limits{};        ///< In the order of the guards.
  std::vector<SendWarning> warnings{};
  std::optional<SeatId> written_by{};     ///< With `duplicate_outreach`: who has written,
  std::optional<Timestamp> written_at{};  ///< and when.

  bool would_go() const { return refusals.empty(); }
  bool operator==(const SendForecast&) const = default;
};

}  // namespace inmail
