#pragma once

#include <string>
#include <vector>

#include "tests/support/actor_world.hpp"

namespace inmail::test {

/// What is wrong with a world in which all is quiet; nothing, if it keeps its promises:
///
/// - nothing was thrown; every command has an answer, and that answer is on record exactly once;
/// - every InMail was delivered or failed, once, by its recipient; no notice is open;
/// - every credit that a pool has, or has in charges, follows from the events of its stream, and no
///   charge ended twice;
/// - the row of every stream is the fold of its records;
/// - the auditor finds nothing.
std::vector<std::string> findings_in(ActorWorld& world);

}  // namespace inmail::test
