#include "actors/dispatch.hpp"

#include <utility>

namespace inmail {
namespace {

std::vector<Event> cancel_sent(const Outbox& outbox, const CreditAccount* own,
                               const InMailId& inmail, CancelReason reason,
                               const Context& context) {
  const Undoable& sent = outbox.undoable.at(inmail);
  std::vector<Event> events{InMailCancelled{inmail, sent.to, sent.pool, sent.cost, reason, {}}};
  if (own == nullptr) return events;
  for (Event& each : release(*own, inmail, release_reason(reason), context))
    events.push_back(std::move(each));
  return events;
}

}  // namespace

Decision undo_send(const Outbox& outbox, const CreditAccount* own, const UndoSend& command,
                   const Context& context) {
  if (!outbox.undoable.contains(command.inmail))
    return Decision::reject(outbox.knows(command.inmail) ? Rejection::undo_window_over
                                                         : Rejection::unknown_target);
  return {cancel_sent(outbox, own, command.inmail, CancelReason::undo, context), {}};
}

std::vector<Event> undo_window_ends(const Outbox& outbox, const InMailId& inmail) {
  const auto found = outbox.undoable.find(inmail);
  invariant(found != outbox.undoable.end(), "the agenda names an InMail that can be undone");
  const Undoable& sent = found->second;
  return {UndoWindowClosed{inmail, sent.from, sent.to, sent.from_premium, sent.pool, sent.cost,
                           sent.sent_at, sent.pinned, sent.links}};
}

std::vector<Event> cancel_all(const Outbox& outbox, const CreditAccount& own,
                              const Context& context) {
  CreditAccount ending = own;
  ending.plan.reset();  // Nothing is made good to one who is gone.
  std::vector<Event> events;
  for (const auto& [inmail, sent] : outbox.undoable)
    for (Event& each : cancel_sent(outbox, &ending, inmail, CancelReason::sender_erased, context))
      events.push_back(std::move(each));
  return events;
}

}  // namespace inmail
