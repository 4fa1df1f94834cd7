#pragma once

#include "events/event_type.hpp"
#include "events/ids.hpp"

namespace inmail {

// From which pool a member spends who has been linked to another's (S1, D3.1 `plan.pool_scope`).
// Stream, for both: the linked member. It alone holds the link, so that no two streams can tell of
// it otherwise.

/// The member sends InMail on the credits of `pool`'s plan from now on, and on none of its own.
struct AccountLinked {
  static constexpr EventType type{.number = 114, .name = "member.account_linked", .version = 1};

  MemberId pool{};

  bool operator==(const AccountLinked&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(pool);
  }
};

/// The member sends on its own credits again. What it had scheduled on those of `pool` is cancelled
/// by the events right after this one.
struct AccountUnlinked {
  static constexpr EventType type{.number = 115, .name = "member.account_unlinked", .version = 1};

  MemberId pool{};

  bool operator==(const AccountUnlinked&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(pool);
  }
};

}  // namespace inmail
