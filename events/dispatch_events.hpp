#pragma once

#include <cstdint>
#include <optional>

#include "events/credit_events.hpp"
#include "events/event_type.hpp"
#include "events/ids.hpp"
#include "events/rejection.hpp"
#include "events/terms.hpp"

namespace inmail {

// What lies between writing an InMail and its delivery. Stream, for all: the sender, a member or a
// seat.

/// The time in which an InMail could be undone is over. Obliges the recipient to deliver or to fail
/// it, and so says all that this needs; `InMailSent` stands before it.
struct UndoWindowClosed {
  static constexpr EventType type{.number = 510, .name = "inmail.undo_window_closed", .version = 1};

  InMailId inmail{};
  MemberId from{};
  MemberId to{};
  bool from_premium = false;
  StreamId pool{};
  std::uint32_t cost = 0;
  Timestamp sent_at{};
  PolicyVersion pinned{};   ///< Policy of `InMailSent`.
  std::uint32_t links = 0;  ///< In its body.

  bool operator==(const UndoWindowClosed&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, from, to, from_premium, pool, cost, sent_at, pinned, links);
  }
};

/// An InMail that was sent, and could still be undone, will not be delivered.
/// What a member's own credits had set aside goes back in the `CreditReleased` right after it; a
/// contract is obliged to release.
struct InMailCancelled {
  static constexpr EventType type{.number = 511, .name = "inmail.cancelled", .version = 1};

  InMailId inmail{};
  MemberId to{};
  StreamId pool{};
  std::uint32_t set_aside = 0;  ///< Credits that were reserved for it.
  CancelReason reason = CancelReason::undo;
  std::optional<Rejection> refusal{};  ///< What the guard said that refused it.

  bool operator==(const InMailCancelled&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, to, pool, set_aside, reason, refusal);
  }
};

/// What a release says of an InMail that was cancelled.
inline ReleaseReason release_reason(CancelReason reason) {
  const bool by_sender = reason == CancelReason::undo || reason == CancelReason::by_user ||
                         reason == CancelReason::sender_erased;
  return by_sender ? ReleaseReason::taken_back : ReleaseReason::not_dispatched;
}

}  // namespace inmail
