#pragma once

#include <cstdint>

#include "events/ids.hpp"

namespace inmail {

/// The day of the month, 1 to 31, in UTC.
std::uint8_t day_of_month(Timestamp time);

/// The instant `months` months after `time`: at the same time of day, on `anchor_day`, or on the
/// last day of a shorter month. So an anchor of 31 gives 31 Jan, 28 Feb, 31 Mar (D3.1, D3.14).
Timestamp months_later(Timestamp time, int months, std::uint8_t anchor_day);

/// The first instant of the UTC month after the one of `time`.
Timestamp next_month_start(Timestamp time);

}  // namespace inmail
