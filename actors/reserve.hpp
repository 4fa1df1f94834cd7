#pragma once

#include <cstdint>
#include <optional>

#include "events/ids.hpp"
#include "events/terms.hpp"

namespace inmail {

/// A seat asks its contract to set credits aside, perhaps none. The answer is `CreditReserved` as a
/// notice, or a refusal.
struct Reserve {
  InMailId inmail;
  SeatId seat;
  std::uint32_t cost = 0;
  std::optional<FreeClass> free_class{};
  std::optional<Degree> degree{};

  bool operator==(const Reserve&) const = default;
};

}  // namespace inmail
