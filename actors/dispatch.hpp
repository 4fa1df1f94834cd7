#pragma once

#include <optional>
#include <vector>

#include "actors/commands.hpp"
#include "actors/credit_account.hpp"
#include "actors/decision.hpp"
#include "actors/notice.hpp"
#include "actors/outbox.hpp"
#include "actors/send_guards.hpp"

namespace inmail {

// What happens to an InMail between its sender's decision and its delivery: pure, used by the
// member's and the seat's decider alike. `own` is the account of a member; null for a seat. What
// another pool has set aside, that learns by notice to give back.

/// The sender takes it back, and its credits with it.
Decision undo_send(const Outbox& outbox, const CreditAccount* own, const UndoSend& command,
                   const Context& context);

/// Nobody has undone it: it leaves.
std::vector<Event> undo_window_ends(const Outbox& outbox, const InMailId& inmail);

/// Whether its parent is an InMail of this sender to the same recipient.
Guard check_parent(const Outbox& outbox, const AddFollowUp& command);
/// Guards 1 to 16 for an InMail that is to be sent later, and that later is later: what a command
/// that schedules one asks of its sender.
Guard check_schedule(const SendCase& send, const Command& command);
/// What happens if no guard refuses; the lots are for a member to fill in.
InMailScheduled scheduled_by(const SendCase& send, const Command& command);

/// What follows it moves with it; and what follows another keeps as far from that as it must.
Decision reschedule(const Outbox& outbox, const RescheduleInMail& command, const Context& context);
Decision cancel_scheduled(const Outbox& outbox, const CreditAccount* own,
                          const CancelScheduled& command, const Context& context);

/// Whether the one that it follows is not there any more to be followed.
bool has_lost_parent(const Outbox& outbox, const Scheduled& scheduled);
/// What follows an InMail that is sent now keeps its distance from it.
void add_delays(const Outbox& outbox, const InMailId& parent, Timestamp sent_at,
                std::vector<Event>& events);
/// What was scheduled is not sent, for `reason`; of `refused`, `refusal` says which.
std::vector<Event> drop_scheduled(const Outbox& outbox, const CreditAccount* own,
                                  const InMailId& inmail, CancelReason reason,
                                  std::optional<Rejection> refusal, const Context& context);

/// The sender learns how its InMail went, and what was to follow it does not. No events if it knows
/// already.
std::vector<Event> learn_and_cancel(const Outbox& outbox, const CreditAccount* own,
                                    const Notice& notice, const Context& context);

/// The sender spends from `pool` no more: what it had scheduled on that is not sent.
std::vector<Event> cancel_on_pool(const Outbox& outbox, const CreditAccount& own, StreamId pool,
                                  const Context& context);

/// The sender is gone: what has not left will not.
std::vector<Event> cancel_all(const Outbox& outbox, const CreditAccount& own,
                              const Context& context);

}  // namespace inmail
