#pragma once

#include <cstdint>
#include <optional>

#include "events/ids.hpp"
#include "events/text_print.hpp"

namespace inmail {

/// What an InMail leaves behind for the limits of those that its sender sends later.
struct SendMarks {
  TextPrint print{};
  /// Of the contract whose seat sent it, as the contract said; 0 for a member.
  std::uint32_t cycle = 0;
  /// For so long the sender looks back on it; 0: sent by a release that knew no such limits.
  std::int64_t lookback_s = 0;
  /// Until then another one to the same recipient is free (`previous_unlock`); exclusive.
  std::optional<Timestamp> unlocks_until{};

  bool operator==(const SendMarks&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(print, cycle, lookback_s, unlocks_until);
  }
};

}  // namespace inmail
