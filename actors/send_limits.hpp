#pragma once

#include <optional>
#include <vector>

#include "actors/send_guards.hpp"

namespace inmail {

// The guards of D5.2 that count or look back: 13, 15, and of 16 those against bulk. All of them are
// asked of a send whose recipient exists.

/// The last InMail that another seat of the sender's contract wrote to the recipient, where the
/// policy minds it (D3.7 recipient.dedup_level).
struct Duplicate {
  SeatId by{};
  Timestamp at{};
};
std::optional<Duplicate> duplicate_of(const SendCase& send);

Guard is_no_duplicate(const SendCase& send);
Guard first_week_is_not_full(const SendCase& send);
Guard day_is_not_full(const SendCase& send);
Guard open_profiles_are_left(const SendCase& send);
Guard is_not_identical(const SendCase& send);
Guard is_no_rejected_burst(const SendCase& send);

/// All of these limits that the policy has, but the contract's own.
std::vector<LimitLeft> limits_of(const SendCase& send);
/// What the sender is told of a send that goes out all the same.
void add_warnings(SendForecast& forecast, const SendCase& send);
/// The same, for the record. They stand before the `InMailSent`.
std::vector<Event> warnings_of(const SendCase& send);

/// What a send leaves for the limits of later ones. Requires: of a seat, the contract has answered.
SendMarks marks_of(const SendCase& send);

}  // namespace inmail
