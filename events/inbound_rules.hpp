#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "events/enums.hpp"
#include "events/terms.hpp"

namespace inmail {

/// Which InMails somebody takes (D3.7 recipient.accept_filters). The defaults take everything. What
/// nobody has said of an InMail (its degree, its language) is not held against it.
struct AcceptFilters {
  EnumSet<Purpose> purposes{};  ///< Empty: every purpose.
  Degree min_degree = Degree::first;
  Degree max_degree = Degree::any;
  /// BCP-47 ranges, as RFC 4647 filters by: "pt" takes "pt-BR", too. Empty: every language.
  std::vector<std::string> languages{};
  std::int32_t quiet_from_minute = 0;   ///< Of the UTC day. Equal to the next: no quiet hours.
  std::int32_t quiet_until_minute = 0;  ///< Exclusive; may be below the former, past midnight.
  bool require_compensation = false;    ///< What the work pays must be offered.

  bool operator==(const AcceptFilters&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(purposes, min_degree, max_degree, languages, quiet_from_minute, quiet_until_minute,
            require_compensation);
  }
};

/// Which InMails somebody takes, and how many (D3.7 recipient.inbound_*).
struct InboundRules {
  AcceptFilters filters{};
  std::int32_t daily_max = 0;   ///< That are delivered in a UTC day; 0: no limit.
  std::int32_t weekly_max = 0;  ///< Likewise from Monday to Sunday.

  bool operator==(const InboundRules&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(filters, daily_max, weekly_max);
  }
};

}  // namespace inmail
