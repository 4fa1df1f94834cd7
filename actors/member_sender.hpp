#pragma once

#include <cstdint>
#include <optional>

#include "actors/member.hpp"
#include "actors/pooled_send.hpp"
#include "actors/send_guards.hpp"

namespace inmail {

// What a member is to the guards of a send, and pays with.

bool is_premium(const MemberState& member, const Policy& policy);

/// Of a send on the credits of `pool`: the member itself, or the one that it is linked to, as a
/// member of whose plan it sends then. Points into `member` and `policy`.
SenderFacts sender_facts(const MemberState& member, MemberId id, StreamId pool,
                         const Policy& policy);
/// Of one that is ordered now.
SenderFacts sender_facts(const MemberState& member, MemberId id, const Policy& policy);

/// All guards of D5.2 for a send of a member. Where none refuses, `splits` is what pays of its own
/// credits: nothing, if that was done when it was scheduled, or another pool has set them aside.
Guard check_and_pay(const MemberState& member, const Wish& wish, LotSplits& splits);

}  // namespace inmail
