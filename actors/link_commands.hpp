#pragma once

#include "actors/command_type.hpp"
#include "events/ids.hpp"

namespace inmail {

/// A member is to send on the credits of `pool`, another member whose plan is shared (S1, D3.1
/// `plan.pool_scope`). The member who is linked decides: it alone knows where it is linked already.
/// By: who holds the pool.
struct LinkAccounts {
  static constexpr CommandType type{.number = 65, .name = "link_accounts", .version = 1};

  MemberId pool;
  MemberId member;

  bool operator==(const LinkAccounts&) const = default;
  StreamId target() const { return member; }
  void serialize(auto& archive) { archive(pool, member); }
};

/// By: who holds the pool, or the linked member.
struct UnlinkAccount {
  static constexpr CommandType type{.number = 66, .name = "unlink_account", .version = 1};

  MemberId pool;
  MemberId member;

  bool operator==(const UnlinkAccount&) const = default;
  StreamId target() const { return member; }
  void serialize(auto& archive) { archive(pool, member); }
};

}  // namespace inmail
