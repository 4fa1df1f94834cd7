#pragma once

#include <vector>

#include "actors/behalf.hpp"
#include "actors/surroundings.hpp"
#include "events/journal.hpp"
#include "events/keys.hpp"
#include "events/obligations.hpp"

namespace inmail {

/// What may be done only once records are on disk. All of it runs where the journal answers, and
/// none of it touches the actor that made the records.

/// Answers the command that the records are made for, if any, and tells its settlement how far it
/// has reached, or that this is not known.
OnDurable answer_when_durable(const Behalf& behalf, SettlementShare settlement);

/// A policy is in force for all from the moment it is durable: before anybody hears of it, and
/// what uses it stands behind it in the log.
OnDurable adopt_when_durable(const std::vector<Event>& events, PolicyShelf& shelf, OnDurable then);

/// A key that was destroyed does not come back. So it must be certain that its member is erased,
/// before it goes: this duty is not told when the event was handed in, but when it is durable.
bool waits_for_disk(const NoticeKey& duty);

/// Which key of `member` such a duty is to destroy.
KeyId key_to_destroy(const NoticeKey& duty, MemberId member);

/// Tells an actor which keys it has to destroy, by what stands in `events` of its own stream.
/// `told_as` is such a notice but for its key, its position and its event.
OnDurable destroy_keys_when_durable(const std::vector<Event>& events, const Notice& told_as,
                                    Registry& registry, SettlementShare settlement, OnDurable then);

}  // namespace inmail
