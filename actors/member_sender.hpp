#pragma once

#include <cstdint>
#include <optional>

#include "actors/member.hpp"
#include "actors/send_guards.hpp"

namespace inmail {

// What a member is to the guards of a send, and pays with.

bool is_premium(const MemberState& member, const Policy& policy);

/// Points into `member` and `policy`.
SenderFacts sender_facts(const MemberState& member, MemberId id, const Policy& policy);

/// Guard 17, for what a member pays by itself; nothing: it refuses.
std::optional<LotSplits> pay(const MemberState& member, std::uint32_t cost, const Context& context);

}  // namespace inmail
