#pragma once

#include <vector>

#include "actors/commands.hpp"
#include "actors/credit_account.hpp"
#include "actors/decision.hpp"
#include "actors/outbox.hpp"

namespace inmail {

// What happens to an InMail between its sender's decision and its delivery: pure, used by the
// member's and the seat's decider alike. `own` is the account of a member who sends on credits of
// its own; null for a seat, whose contract learns by notice what it has to give back.

/// The sender takes it back, and its credits with it.
Decision undo_send(const Outbox& outbox, const CreditAccount* own, const UndoSend& command,
                   const Context& context);

/// Nobody has undone it: it leaves.
std::vector<Event> undo_window_ends(const Outbox& outbox, const InMailId& inmail);

/// The sender is gone: what has not left will not.
std::vector<Event> cancel_all(const Outbox& outbox, const CreditAccount& own,
                              const Context& context);

}  // namespace inmail
