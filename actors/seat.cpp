#include "actors/seat.hpp"

#include "actors/dispatch.hpp"
#include "actors/footprint.hpp"
#include "actors/pooled_send.hpp"

namespace inmail {
namespace {

SenderFacts sender_facts(const SeatState& seat) {
  return {.member = seat.holder,
          .pool = seat.contract,
          .is_premium = true,
          .role = seat.role,
          .sends = &seat.sends};
}

Decision send_or_schedule(const SeatState& seat, const Command& command, const Context& context) {
  if (is_stray(seat.outbox, command)) return Decision::reject(Rejection::unknown_target);
  const SenderFacts sender = sender_facts(seat);
  const Wish wish = *wish_in(seat.outbox, sender, command, context);
  if (Guard guard = check_all(wish)) return {{}, guard};
  Decision decision;
  if (wish.send.stage == SendStage::now)
    decision.events = sent_by(wish.send, {});
  else
    decision.events = {scheduled_by(wish.send, command)};
  return with_draft_used(std::move(decision), seat.drafts, wish.send.command);
}

Decision on(const SeatState& seat, const RescheduleInMail& command, const Context& context) {
  return reschedule(seat.outbox, command, context);
}

Decision on(const SeatState& seat, const CancelScheduled& command, const Context& context) {
  return cancel_scheduled(seat.outbox, nullptr, command, context);
}

Decision on(const SeatState& seat, const SaveDraft& command, const Context& context) {
  if (command.from != seat.holder) return Decision::reject(Rejection::not_allowed);
  return save_draft(seat.drafts, command, context);
}

Decision on(const SeatState& seat, const DiscardDraft& command, const Context&) {
  return discard_draft(seat.drafts, command);
}

Decision on(const SeatState& seat, const UndoSend& command, const Context& context) {
  return undo_send(seat.outbox, nullptr, command, context);
}

Decision on(const SeatState& seat, const SendMessage& command, const Context& context) {
  if (command.from != seat.holder) return Decision::reject(Rejection::not_allowed);
  // Its holder's connections are no business of a seat.
  const bool is_direct = command.conversation.is_zero();
  const ThreadState thread =
      is_direct ? ThreadState::direct : thread_of(seat.outbox, command.conversation, command.to);
  const Admission& other = *context.recipient;
  const ThreadCase between{
      .is_barred = other.blocks(command.from) || other.stops(command.from, seat.contract),
      .other_exists = other.exists};
  const auto trigger = is_direct ? ThreadTrigger::connection_writes : ThreadTrigger::sender_writes;
  if (Guard refusal = check_thread(thread, trigger, between)) return {{}, refusal};
  if (Guard words = check_words(command.text, context.policy().limit)) return {{}, words};

  return Decision::happened(MessageSent{.conversation = command.conversation,
                                        .from = command.from,
                                        .to = command.to,
                                        .text = command.text});
}

template <class Mark>
  requires requires(const OwnViews& views, const Mark& command) { mark(views, command); }
Decision on(const SeatState& seat, const Mark& command, const Context&) {
  if (command.view.member != seat.holder) return Decision::reject(Rejection::not_allowed);
  if (!seat.outbox.knows(command.view.conversation))
    return Decision::reject(Rejection::unknown_target);
  return mark(seat.views, command);
}

/// Of two contracts that add it at once, the one whose notice comes first has it.
std::vector<Event> open_or_decline(const SeatState& seat, const Notice& notice) {
  const ContractId contract = notice.from.contract();
  const auto& added = std::get<SeatAdded>(*notice.event);
  if (!seat.open) return {SeatOpened{contract, added.holder, added.role}};
  if (seat.contract == contract || seat.declined.contains(contract)) return {};
  return {SeatDeclined{contract}};
}

template <class Other>
Decision on(const SeatState&, const Other&, const Context&) {
  throw_defect("a command came to a seat whose target is no seat");
}

}  // namespace

Decision Seat::decide(StreamId, const State& state, const Command& command,
                      const Context& context) {
  if (!may_give(context.asked_by, command)) return Decision::reject(Rejection::not_allowed);
  if (!state.open)
    return Decision::reject(letter_in(command) ? Rejection::unknown_sender
                                               : Rejection::unknown_target);
  if (letter_in(command)) return send_or_schedule(state, command, context);
  return std::visit([&](const auto& each) { return on(state, each, context); }, command);
}

std::vector<Event> Seat::on_notice(StreamId id, const State& state, const Notice& notice,
                                   const Context& context) {
  if (notice.key.kind == NoticeKind::inform)
    return learn_and_cancel(state.outbox, nullptr, notice, context);
  if (notice.key.kind == NoticeKind::reopen) return learn_reopening(state.outbox, notice);
  if (notice.key.kind == NoticeKind::open_seat) return open_or_decline(state, notice);
  throw_defect("a notice came to " + to_text(id) + " that is none for a seat");
}

std::vector<Event> Seat::fall_due(StreamId, const State& state, const Due& due, const Context&) {
  if (due.kind == DueKind::draft_expires) return draft_falls_due(due);
  invariant(due.kind == DueKind::undo_ends, "nothing else of a seat is settled");
  return undo_window_ends(state.outbox, InMailId{due.subject});
}

std::vector<Event> Seat::dispatch(StreamId, const State& state, const InMailId& inmail,
                                  const Context& context) {
  const Scheduled& scheduled = state.outbox.scheduled.at(inmail);
  const auto drop = [&](CancelReason reason, std::optional<Rejection> refusal) {
    return drop_scheduled(state.outbox, nullptr, inmail, reason, refusal, context);
  };
  if (context.author->is_erased) return drop(CancelReason::sender_erased, {});
  if (has_lost_parent(state.outbox, scheduled)) return drop(CancelReason::parent_gone, {});
  const SenderFacts sender = sender_facts(state);
  const Wish wish = wish_of(state.outbox, sender, scheduled, context);
  if (Guard guard = check_all(wish)) return drop(CancelReason::refused, guard->code);
  std::vector<Event> events = sent_by(wish.send, {});
  add_delays(state.outbox, inmail, context.now, events);
  return events;
}

MemberId Seat::author_of(const State& state, const InMailId& inmail) {
  return state.outbox.scheduled.at(inmail).letter.from;
}

void Seat::evolve(State& state, const Event& event, const Stamp& stamp) {
  std::visit(match{
                 [&](const SeatOpened& e) {
                   state.open = true;
                   state.contract = e.contract;
                   state.holder = e.holder;
                   state.role = e.role;
                   state.sends.opened_at = stamp.at;
                 },
                 [&](const SeatDeclined& e) { state.declined.insert(e.contract); },
                 [&](const InMailSent& e) {
                   inmail::evolve(state.outbox, state.agenda, e, stamp);
                   inmail::evolve(state.sends, e, stamp.at);
                 },
                 [](const LimitHit&) {},
                 [](const DuplicateOutreachWarned&) {},
                 [](const DuplicateOutreachOverridden&) {},
                 [&](const OutcomeReceived& e) { inmail::evolve(state.outbox, e, stamp); },
                 [&](const MessageSent& e) { inmail::evolve(state.outbox, e, stamp); },
                 [&](const ConversationReopened& e) { inmail::evolve(state.outbox, e, stamp); },
                 [](const CommandRejected&) {},
                 [](const CommandAccepted&) {},
                 [&](const auto& e) {
                   if constexpr (requires { inmail::evolve(state.views, e); })
                     inmail::evolve(state.views, e);
                   else if constexpr (requires { inmail::evolve(state.outbox, state.agenda, e); })
                     inmail::evolve(state.outbox, state.agenda, e);
                   else if constexpr (requires { inmail::evolve(state.drafts, state.agenda, e); })
                     inmail::evolve(state.drafts, state.agenda, e);
                   else
                     throw_defect("a seat's stream holds an event of another kind");
                 },
             },
             event);
}

SendForecast Seat::forecast(const State& state, const SendInMail& command, const Context& context) {
  const bool is_holder = !state.open || command.from == state.holder;
  if (!may_give(context.asked_by, command) || !is_holder)
    return {.refusals = {{Rejection::not_allowed}}};
  if (!state.open) return {.refusals = {{Rejection::unknown_sender}}};
  const SenderFacts sender = sender_facts(state);
  return forecast_of({command, sender, state.outbox, context});
}

std::optional<MemberId> Seat::looks_at(const State& state, const Command& command) {
  if (!state.open) return std::nullopt;
  if (const SendInMail* send = letter_in(command))
    return send->to == send->from ? std::nullopt : std::optional(send->to);
  if (const auto* message = std::get_if<SendMessage>(&command)) return message->to;
  if (const auto* draft = std::get_if<SaveDraft>(&command)) return reader_of(*draft);
  return std::nullopt;
}

Reserve Seat::question_of(StreamId id, const State& state, const SendInMail& command,
                          const Context& context) {
  const SenderFacts sender = sender_facts(state);
  return question_about(id, {command, sender, state.outbox, context}, false);
}

std::optional<Reserve> Seat::needs_reservation(StreamId id, const State& state,
                                               const Command& command, const Context& context) {
  if (!state.open || !may_give(context.asked_by, command)) return std::nullopt;
  const SenderFacts sender = sender_facts(state);
  const auto wish = wish_in(state.outbox, sender, command, context);
  if (!wish || is_stray(state.outbox, command)) return std::nullopt;
  return inmail::question_of(id, *wish);
}

std::optional<Reserve> Seat::needs_reservation_for(StreamId id, const State& state,
                                                   const InMailId& inmail, const Context& context) {
  const Scheduled& scheduled = state.outbox.scheduled.at(inmail);
  const bool is_lost = context.author->is_erased || has_lost_parent(state.outbox, scheduled);
  if (is_lost) return std::nullopt;
  const SenderFacts sender = sender_facts(state);
  return inmail::question_of(id, wish_of(state.outbox, sender, scheduled, context));
}

std::size_t Seat::footprint(const State& state) {
  return inmail::footprint(state.outbox) + inmail::footprint(state.views) +
         footprint_of(state.agenda) + footprint_of(state.drafts) + footprint_of(state.declined);
}

}  // namespace inmail
