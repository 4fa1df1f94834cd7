#pragma once

#include <cstdint>

#include "events/event_type.hpp"
#include "events/ids.hpp"
#include "events/terms.hpp"
#include "events/text.hpp"

namespace inmail {

// What a sender is told of an InMail that goes out all the same. Stream: the sender, a member or a
// seat. Each stands right before the `InMailSent` that it is about.

/// It is one more than a limit that only warns. D5.3 LimitHit.
struct LimitHit {
  static constexpr EventType type{.number = 210, .name = "sender.limit_hit", .version = 1};

  InMailId inmail{};
  SendLimit which = SendLimit::burst;
  std::int64_t limit = 0;
  std::int64_t actual = 0;  ///< Before this one.

  bool operator==(const LimitHit&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, which, limit, actual);
  }
};

/// Another seat of the contract has written to the recipient (D3.7 recipient.dedup_level).
struct DuplicateOutreachWarned {
  static constexpr EventType type{
      .number = 211, .name = "seat.duplicate_outreach_warned", .version = 1};

  InMailId inmail{};
  MemberId to{};
  SeatId by{};     ///< Who has written, of several the last one,
  Timestamp at{};  ///< and when.

  bool operator==(const DuplicateOutreachWarned&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, to, by, at);
  }
};

/// As `DuplicateOutreachWarned`, where the policy wants a reason and the sender gave one.
struct DuplicateOutreachOverridden {
  static constexpr EventType type{
      .number = 212, .name = "seat.duplicate_outreach_overridden", .version = 1};

  InMailId inmail{};
  MemberId to{};
  SeatId by{};
  Timestamp at{};
  Text reason{};

  bool operator==(const DuplicateOutreachOverridden&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, to, by, at, reason);
  }
};

}  // namespace inmail
