#pragma once

#include <optional>

#include "actors/commands.hpp"
#include "actors/outbox.hpp"
#include "actors/reserve.hpp"
#include "actors/send_guards.hpp"

namespace inmail {

// A send on the credits of another stream: of a seat on its contract's, of a linked account on its
// holder's. The sender asks that stream, to hear the guards that are the pool's, and for credits if
// all of its own pass; with the answer it decides again, whole, on the state of then. Pure.

/// What is to be sent, now or later: the case before the guards, and the command of it.
struct Wish {
  SendCase send;
  const Command* command = nullptr;  ///< Null: it is dispatched.
};

/// Nothing: no command that sends.
std::optional<Wish> wish_in(const Outbox& outbox, const SenderFacts& sender, const Command& command,
                            const Context& context);
/// Of what is to be dispatched.
Wish wish_of(const Outbox& outbox, const SenderFacts& sender, const Scheduled& scheduled,
             const Context& context);

/// A follow-up of what this sender did not send.
bool is_stray(const Outbox& outbox, const Command& command);

/// What the owner of the pool is asked about a send.
Reserve question_about(StreamId sender, const SendCase& send, bool holds);
/// What it must be asked still; nothing if it need not be, or if a guard refuses that comes before
/// all of the pool's. A send that is doomed anyway asks without setting credits aside.
std::optional<Reserve> question_of(StreamId sender, const Wish& wish);

/// The first of all guards, the pool's among them, that refuses. Requires: nothing has still to be
/// asked.
Guard check_all(const Wish& wish);

}  // namespace inmail
