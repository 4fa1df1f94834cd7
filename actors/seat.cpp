#include "actors/seat.hpp"

#include "actors/dispatch.hpp"
#include "actors/footprint.hpp"
#include "actors/send_guards.hpp"

namespace inmail {
namespace {

SenderFacts sender_facts(const SeatState& seat) {
  return {.member = seat.holder,
          .pool = seat.contract,
          .is_premium = true,
          .role = seat.role,
          .sends = &seat.sends};
}

/// No guard of the contract comes before this one.
constexpr Rejection first_of_contract = Rejection::seat_inactive;

Reserve question_about(SeatId id, const SendCase& send, bool holds) {
  const SeatSends& sends = *send.sender.sends;
  return {.inmail = inmail_of(send.context.id),
          .seat = id,
          .cost = cost_of(send),
          .free_class = free_class_of(send),
          .degree = degree_of(send),
          .holds = holds,
          .cycle = sends.cycle,
          .sent = sends.in_cycle};
}

/// Guards 1 to 16 of D5.2, save those that are the contract's.
Guard check_send(const SendCase& send) {
  if (send.command.from != send.sender.member) return refuse(Rejection::not_allowed);
  return first_refusal(send);
}

Decision on(const SeatState& seat, const SendInMail& command, const Context& context) {
  const SenderFacts sender = sender_facts(seat);
  const SendCase send{command, sender, seat.outbox, context};
  const Guard own = check_send(send);
  if (own && comes_before(own->code, first_of_contract)) return {{}, own};
  invariant(context.contract.has_value(), "a seat asks its contract before it decides");
  const ContractAnswer& contract = *context.contract;
  if (Guard guard = earlier_of(own, contract.refusal)) return {{}, guard};
  invariant(contract.reserved == cost_of(send), "a seat sends only what its contract has reserved");

  return {sent_by(send, {}), {}};
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

template <class Other>
Decision on(const SeatState&, const Other&, const Context&) {
  throw_defect("a command came to a seat whose target is no seat");
}

}  // namespace

Decision Seat::decide(StreamId, const State& state, const Command& command,
                      const Context& context) {
  if (!may_give(context.asked_by, command)) return Decision::reject(Rejection::not_allowed);
  if (!state.open)
    return Decision::reject(std::holds_alternative<SendInMail>(command)
                                ? Rejection::unknown_sender
                                : Rejection::unknown_target);
  return std::visit([&](const auto& each) { return on(state, each, context); }, command);
}

std::vector<Event> Seat::on_notice(StreamId id, const State& state, const Notice& notice,
                                   const Context&) {
  if (notice.key.kind == NoticeKind::inform) return learn_outcome(state.outbox, notice);
  if (notice.key.kind == NoticeKind::reopen) return learn_reopening(state.outbox, notice);
  if (notice.key.kind == NoticeKind::open_seat) {
    if (state.open) return {};
    const auto& added = std::get<SeatAdded>(*notice.event);
    return {SeatOpened{notice.from.contract(), added.holder, added.role}};
  }
  throw_defect("a notice came to " + to_text(id) + " that is none for a seat");
}

std::vector<Event> Seat::fall_due(StreamId, const State& state, const Due& due, const Context&) {
  invariant(due.kind == DueKind::undo_ends, "nothing else of a seat falls due");
  return undo_window_ends(state.outbox, InMailId{due.subject});
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
                 [&](const InMailSent& e) {
                   inmail::evolve(state.outbox, state.agenda, e, stamp);
                   inmail::evolve(state.sends, e, stamp.at);
                 },
                 [](const LimitHit&) {},
                 [](const DuplicateOutreachWarned&) {},
                 [](const DuplicateOutreachOverridden&) {},
                 [&](const UndoWindowClosed& e) { inmail::evolve(state.outbox, state.agenda, e); },
                 [&](const InMailCancelled& e) { inmail::evolve(state.outbox, state.agenda, e); },
                 [&](const OutcomeReceived& e) { inmail::evolve(state.outbox, e, stamp); },
                 [&](const MessageSent& e) { inmail::evolve(state.outbox, e, stamp); },
                 [&](const ConversationReopened& e) { inmail::evolve(state.outbox, e, stamp); },
                 [](const CommandRejected&) {},
                 [](const CommandAccepted&) {},
                 [&](const auto& e) {
                   if constexpr (requires { inmail::evolve(state.views, e); })
                     inmail::evolve(state.views, e);
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
  if (const auto* send = std::get_if<SendInMail>(&command))
    return send->to == send->from ? std::nullopt : std::optional(send->to);
  if (const auto* message = std::get_if<SendMessage>(&command)) return message->to;
  return std::nullopt;
}

Reserve Seat::question_of(SeatId id, const State& state, const SendInMail& command,
                          const Context& context) {
  const SenderFacts sender = sender_facts(state);
  return question_about(id, {command, sender, state.outbox, context}, false);
}

std::optional<Reserve> Seat::needs_reservation(StreamId id, const State& state,
                                               const Command& command, const Context& context) {
  const auto* letter = std::get_if<SendInMail>(&command);
  if (letter == nullptr || !state.open) return std::nullopt;
  if (!may_give(context.asked_by, command)) return std::nullopt;
  const SenderFacts sender = sender_facts(state);
  const SendCase send{*letter, sender, state.outbox, context};
  const Guard own = check_send(send);
  if (own && comes_before(own->code, first_of_contract)) return std::nullopt;
  const auto& told = context.contract;
  const bool is_settled = told && (own || told->refusal || told->reserved == cost_of(send));
  if (is_settled) return std::nullopt;
  return question_about(id.seat(), send, !own);
}

std::size_t Seat::footprint(const State& state) {
  return inmail::footprint(state.outbox) + inmail::footprint(state.views) +
         footprint_of(state.agenda);
}

}  // namespace inmail
