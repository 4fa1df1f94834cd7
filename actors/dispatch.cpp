#include "actors/dispatch.hpp"

#include <chrono>
#include <set>
#include <string>
#include <utility>

#include "actors/credit_cycle.hpp"

namespace inmail {
namespace {

/// Cancels one after another: each release sees what the one before it has left.
class Cancelling {
 public:
  Cancelling(const Outbox& outbox, const CreditAccount* own, const Context& context)
      : outbox_(outbox), context_(context) {
    if (own != nullptr) account_ = *own;
  }

  /// With it goes what was to follow it.
  void cancel(const InMailId& inmail, CancelReason reason, std::optional<Rejection> refusal = {}) {
    if (!done_.insert(inmail).second) return;
    if (const auto sent = outbox_.undoable.find(inmail); sent != outbox_.undoable.end())
      add({inmail, sent->second.to, sent->second.pool, sent->second.cost, reason, refusal});
    else if (const auto later = outbox_.scheduled.find(inmail); later != outbox_.scheduled.end())
      add({inmail, later->second.letter.to, later->second.pool, later->second.set_aside(), reason,
           refusal});
    cancel_what_follows(inmail);
  }

  void cancel_what_follows(const InMailId& parent) {
    for (const auto& [inmail, each] : outbox_.scheduled)
      if (each.parent == parent) cancel(inmail, CancelReason::parent_gone);
  }

  /// To one who is gone.
  void make_nothing_good() {
    if (account_) account_->plan.reset();
  }

  std::vector<Event> take() { return std::move(events_); }

 private:
  void add(InMailCancelled cancelled) {
    events_.emplace_back(cancelled);
    if (!account_) return;
    std::vector<Event> back =
        release(*account_, cancelled.inmail, release_reason(cancelled.reason), context_);
    account_ = account_after(*account_, back, context_);
    for (Event& each : back) events_.push_back(std::move(each));
  }

  const Outbox& outbox_;
  const Context& context_;
  std::optional<CreditAccount> account_;
  std::set<InMailId> done_;
  std::vector<Event> events_;
};

/// When an InMail is to be sent, and after which other one.
struct Appointment {
  Timestamp send_at{};
  std::string time_zone{};
  std::optional<InMailId> parent{};
  std::uint32_t delay_s = 0;
};

/// When an InMail of ours is to be sent, or was. Requires: it waits for that, or for an answer.
Timestamp time_of_parent(const Outbox& outbox, const InMailId& inmail, MemberId to) {
  const auto waits = outbox.scheduled.find(inmail);
  return waits != outbox.scheduled.end() ? waits->second.send_at : *outbox.sent_at(inmail, to);
}

/// Nothing: the command sends at once. Requires: no guard has refused it.
std::optional<Appointment> appointment_in(const SendCase& send, const Command& command) {
  if (const auto* later = std::get_if<ScheduleInMail>(&command))
    return Appointment{.send_at = later->send_at, .time_zone = later->time_zone};
  const auto* next = std::get_if<AddFollowUp>(&command);
  if (next == nullptr) return std::nullopt;
  const Timestamp parent_at = time_of_parent(send.outbox, next->parent, next->letter.to);
  const std::uint32_t delay_s = delay_of(*next, send.policy().followup);
  return Appointment{.send_at = parent_at + Seconds{delay_s},
                     .time_zone = {},
                     .parent = next->parent,
                     .delay_s = delay_s};
}

/// A follow-up may not come too near to what it follows by being moved, nor too far from it.
Guard check_distance(const Outbox& outbox, const Scheduled& scheduled, Timestamp send_at,
                     const FollowupPolicy& followup) {
  if (!scheduled.parent) return pass();
  const MemberId to = scheduled.letter.to;
  const auto delay =
      std::chrono::floor<Seconds>(send_at - time_of_parent(outbox, *scheduled.parent, to));
  if (delay < followup.min_gap_s)
    return refuse(Rejection::followup_too_soon, followup.min_gap_s.count(), delay.count());
  if (delay > followup.max_gap_s)
    return refuse(Rejection::followup_too_late, followup.max_gap_s.count(), delay.count());
  return pass();
}

}  // namespace

Decision undo_send(const Outbox& outbox, const CreditAccount* own, const UndoSend& command,
                   const Context& context) {
  const OutgoingState state = outgoing_of(outbox, command.inmail);
  const bool is_sent = state == OutgoingState::undoable || outbox.knows(command.inmail);
  if (!is_sent) return Decision::reject(Rejection::unknown_target);
  if (Guard no = check_outgoing(state, OutgoingTrigger::undo, {})) return {{}, no};
  Cancelling cancelling(outbox, own, context);
  cancelling.cancel(command.inmail, CancelReason::undo);
  return {cancelling.take(), {}};
}

std::vector<Event> undo_window_ends(const Outbox& outbox, const InMailId& inmail) {
  const auto found = outbox.undoable.find(inmail);
  invariant(found != outbox.undoable.end(), "the agenda names an InMail that can be undone");
  const Undoable& sent = found->second;
  return {UndoWindowClosed{inmail, sent.from, sent.to, sent.from_premium, sent.pool, sent.cost,
                           sent.sent_at, sent.pinned, sent.links}};
}

Guard check_parent(const Outbox& outbox, const AddFollowUp& command) {
  const MemberId to = command.letter.to;
  const auto waits = outbox.scheduled.find(command.parent);
  const bool is_scheduled = waits != outbox.scheduled.end() && waits->second.letter.to == to;
  const bool is_sent = thread_of(outbox, command.parent, to) != ThreadState::none;
  return is_scheduled || is_sent ? pass() : refuse(Rejection::unknown_target);
}

Guard check_schedule(const SendCase& send, const Command& command) {
  if (Guard guard = first_refusal(send)) return guard;
  const auto appointment = appointment_in(send, command);
  if (!appointment) return pass();
  return check_outgoing(OutgoingState::none, OutgoingTrigger::schedule,
                        {.now = send.context.now, .send_at = appointment->send_at});
}

InMailScheduled scheduled_by(const SendCase& send, const Command& order) {
  const SendInMail& command = send.command;
  const Appointment appointment = *appointment_in(send, order);
  const bool is_paid = is_paid_when_scheduled(send.policy());
  return {.inmail = inmail_of(send.context.id),
          .from = command.from,
          .seat = command.seat,
          .to = command.to,
          .send_at = appointment.send_at,
          .time_zone = appointment.time_zone,
          .pool = send.sender.pool,
          .is_paid = is_paid,
          .cost = to_reserve(send),
          .recipient_version = send.recipient().version,
          .subject = command.subject,
          .body = command.body,
          .free_class = is_paid ? free_class_of(send) : std::nullopt,
          .degree = command.hints.degree,
          .applicant = command.hints.applicant,
          .purpose = command.hints.purpose,
          .markup = command.markup,
          .print = command.print,
          .override_reason = command.override_reason,
          .veteran = command.veteran,
          .signature = command.signature,
          .attachments = command.attachments,
          .locale = command.locale,
          .offers_compensation = command.offers_compensation,
          .parent = appointment.parent,
          .delay_s = appointment.delay_s};
}

Decision reschedule(const Outbox& outbox, const RescheduleInMail& command, const Context& context) {
  const OutgoingCase wish{.now = context.now, .send_at = command.send_at};
  if (Guard no =
          check_outgoing(outgoing_of(outbox, command.inmail), OutgoingTrigger::reschedule, wish))
    return {{}, no};
  const Scheduled& scheduled = outbox.scheduled.at(command.inmail);
  if (Guard no = check_distance(outbox, scheduled, command.send_at, context.policy().followup))
    return {{}, no};
  Decision decision =
      Decision::happened(InMailRescheduled{command.inmail, command.send_at, command.time_zone});
  // What follows it keeps its distance, and so does what follows that.
  std::vector<std::pair<InMailId, Timestamp>> moved{{command.inmail, command.send_at}};
  for (std::size_t i = 0; i < moved.size(); ++i)
    for (const auto& [inmail, each] : outbox.scheduled) {
      if (each.parent != moved[i].first) continue;
      moved.emplace_back(inmail, moved[i].second + Seconds{each.delay_s});
      decision.events.emplace_back(InMailRescheduled{inmail, moved.back().second, {}});
    }
  return decision;
}

void add_delays(const Outbox& outbox, const InMailId& parent, Timestamp sent_at,
                std::vector<Event>& events) {
  for (const auto& [inmail, each] : outbox.scheduled) {
    const Timestamp earliest = sent_at + Seconds{each.delay_s};
    if (each.parent != parent || each.send_at >= earliest || earliest <= sent_at) continue;
    events.emplace_back(InMailRescheduled{inmail, earliest, {}});
    add_delays(outbox, inmail, earliest, events);
  }
}

Decision cancel_scheduled(const Outbox& outbox, const CreditAccount* own,
                          const CancelScheduled& command, const Context& context) {
  if (Guard no = check_outgoing(outgoing_of(outbox, command.inmail), OutgoingTrigger::cancel, {}))
    return {{}, no};
  Cancelling cancelling(outbox, own, context);
  cancelling.cancel(command.inmail, CancelReason::by_user);
  return {cancelling.take(), {}};
}

bool has_lost_parent(const Outbox& outbox, const Scheduled& scheduled) {
  return scheduled.parent && !outbox.sent_at(*scheduled.parent, scheduled.letter.to);
}

std::vector<Event> drop_scheduled(const Outbox& outbox, const CreditAccount* own,
                                  const InMailId& inmail, CancelReason reason,
                                  std::optional<Rejection> refusal, const Context& context) {
  Cancelling cancelling(outbox, own, context);
  cancelling.cancel(inmail, reason, refusal);
  return cancelling.take();
}

std::vector<Event> learn_and_cancel(const Outbox& outbox, const CreditAccount* own,
                                    const Notice& notice, const Context& context) {
  std::vector<Event> events = learn_outcome(outbox, notice);
  if (events.empty()) return events;
  const OutcomeReceived learned = std::get<OutcomeReceived>(events.front());
  Cancelling cancelling(outbox, own, context);
  const bool is_answer =
      learned.outcome != Outcome::failed && learned.outcome != Outcome::retracted;
  if (!is_answer) cancelling.cancel_what_follows(learned.inmail);
  for (const auto& [inmail, each] : outbox.scheduled)
    if (is_answer && each.parent && each.letter.to == learned.to)
      cancelling.cancel(inmail, CancelReason::answered);
  for (Event& each : cancelling.take()) events.push_back(std::move(each));
  return events;
}

std::vector<Event> cancel_on_pool(const Outbox& outbox, const CreditAccount& own, StreamId pool,
                                  const Context& context) {
  Cancelling cancelling(outbox, &own, context);
  for (const auto& [inmail, each] : outbox.scheduled)
    if (each.pool == pool) cancelling.cancel(inmail, CancelReason::unlinked);
  return cancelling.take();
}

std::vector<Event> cancel_all(const Outbox& outbox, const CreditAccount& own,
                              const Context& context) {
  Cancelling cancelling(outbox, &own, context);
  cancelling.make_nothing_good();
  for (const auto& [inmail, sent] : outbox.undoable)
    cancelling.cancel(inmail, CancelReason::sender_erased);
  for (const auto& [inmail, each] : outbox.scheduled)
    cancelling.cancel(inmail, CancelReason::sender_erased);
  return cancelling.take();
}

}  // namespace inmail
