#pragma once

#include <cstdint>

#include "actors/reserve.hpp"
#include "events/ids.hpp"
#include "events/inmail_sent.hpp"
#include "events/policy_trust.hpp"

namespace inmail {

/// What a seat has sent, as its limits count it (D3.8); part of its state. Every `InMailSent`
/// counts, whatever became of it, and no count goes down but by a new day or a new cycle.
struct SeatSends {
  Timestamp opened_at{};
  SendCount ever{};
  std::int32_t day = 0;     ///< Of the last one, since 1970 in UTC.
  SendCount today{};        ///< In that day.
  std::uint32_t cycle = 0;  ///< Of the contract, at the last one.
  SendCount in_cycle{};     ///< In that cycle.

  bool operator==(const SeatSends&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(opened_at, ever, day, today, cycle, in_cycle);
  }
};

std::int32_t day_of(Timestamp time);

/// The instant at which a seat that opened then is new no more; exclusive.
Timestamp first_week_end(Timestamp opened_at, const SeatPolicy& policy);

void evolve(SeatSends& sends, const InMailSent& e, Timestamp at);

}  // namespace inmail
