#pragma once

#include "events/event_type.hpp"

namespace inmail {

// An order that a host gives (D5.1) knows its `type` (numbers are stored in CommandRejected: never
// renumber), its `target`: the stream that owns the fact it changes, and so decides, and shows its
// texts to `each_text(field, text)` so that the engine's edge can seal them for `author()`. What a
// command has learned to say since its number was given stands in the `tail` of its encoding: an
// order that does not say it keeps its bytes, and so may be repeated across releases.

using CommandType = EventType;

}  // namespace inmail
