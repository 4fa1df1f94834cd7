#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "actors/resident.hpp"
#include "actors/runtime.hpp"
#include "actors/surroundings.hpp"

namespace inmail {

/// The actor of a stream: a mailbox's worth of plumbing around a pure decider.
///
/// It loads its row at the first mail; settles what is due before each command; asks the
/// recipient's actor for its admission, the contract for credits, or a seat whether it is open, and
/// lets later commands wait meanwhile; folds its events at once, hands them to the journal, and
/// sends on what they oblige others to do. The reply waits for the disk, the actor does not.
///
/// One thread at a time. After a crash its state is the fold of its stream in the log, and open
/// notices come again; anything that throws here ends the engine's writing, not the host.
std::unique_ptr<Entity> make_entity(StreamId stream, Surroundings& surroundings);

}  // namespace inmail
