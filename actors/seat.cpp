#include "actors/seat.hpp"

#include "actors/footprint.hpp"
#include "actors/send_guards.hpp"

namespace inmail {
namespace {

/// Guards 1 to 16 of D5.2.
Guard check_send(const SeatState& seat, const SendInMail& command, const Context& context) {
  if (command.from != seat.holder) return refuse(Rejection::not_allowed);
  const SenderFacts sender{.member = command.from, .is_premium = true, .role = seat.role};
  return first_refusal({command, sender, seat.outbox, context});
}

Decision on(const SeatState& seat, const SendInMail& command, const Context& context) {
  if (Guard guard = check_send(seat, command, context)) return {{}, guard};
  const auto cost = static_cast<std::uint32_t>(context.policy().charge.cost);
  invariant(context.reserved, "a seat sends only what its contract has reserved");

  return Decision::happened(InMailSent{.inmail = inmail_of(context.id),
                                       .from = command.from,
                                       .to = command.to,
                                       .from_premium = true,
                                       .pool = seat.contract,
                                       .cost = cost,
                                       .recipient_version = context.recipient->version,
                                       .subject = command.subject,
                                       .body = command.body});
}

Decision on(const SeatState& seat, const SendMessage& command, const Context& context) {
  if (command.from != seat.holder) return Decision::reject(Rejection::not_allowed);
  const Guard thread = check_thread(seat.outbox, command);
  // Nobody learns of a block by asking for a thread that is not there.
  const bool is_there = !thread || thread->code != Rejection::unknown_target;
  if (is_there && context.recipient->blocks(command.from))
    return Decision::reject(Rejection::thread_unavailable);
  if (is_there && !context.recipient->exists) return Decision::reject(Rejection::unknown_recipient);
  if (thread) return {{}, thread};
  if (Guard words = check_words(command.text, context.policy().limit)) return {{}, words};

  return Decision::happened(
      MessageSent{command.conversation, command.from, command.to, command.text});
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
  if (notice.key.kind == NoticeKind::open_seat) {
    if (state.open) return {};
    const auto& added = std::get<SeatAdded>(*notice.event);
    return {SeatOpened{notice.from.contract(), added.holder, added.role}};
  }
  throw_defect("a notice came to " + to_text(id) + " that is none for a seat");
}

std::vector<Event> Seat::fall_due(StreamId, const State&, const Due&, const Context&) { return {}; }

void Seat::evolve(State& state, const Event& event, const Stamp& stamp) {
  std::visit(
      match{
          [&](const SeatOpened& e) {
            state.open = true;
            state.contract = e.contract;
            state.holder = e.holder;
            state.role = e.role;
          },
          [&](const InMailSent& e) { inmail::evolve(state.outbox, e, stamp); },
          [&](const OutcomeReceived& e) { inmail::evolve(state.outbox, e); },
          [](const MessageSent&) {},
          [](const CommandRejected&) {},
          [](const CommandAccepted&) {},
          [](const auto&) { throw_defect("a seat's stream holds an event of another kind"); },
      },
      event);
}

std::optional<MemberId> Seat::looks_at(const State& state, const Command& command) {
  if (!state.open) return std::nullopt;
  if (const auto* send = std::get_if<SendInMail>(&command))
    return send->to == send->from ? std::nullopt : std::optional(send->to);
  if (const auto* message = std::get_if<SendMessage>(&command)) return message->to;
  return std::nullopt;
}

std::optional<std::uint32_t> Seat::needs_reservation(const State& state, const Command& command,
                                                     const Context& context) {
  const auto* send = std::get_if<SendInMail>(&command);
  if (send == nullptr || context.reserved || !state.open) return std::nullopt;
  if (!may_give(context.asked_by, command)) return std::nullopt;
  const auto cost = static_cast<std::uint32_t>(context.policy().charge.cost);
  if (check_send(state, *send, context)) return std::nullopt;
  return cost;
}

std::size_t Seat::footprint(const State& state) {
  return inmail::footprint(state.outbox) + footprint_of(state.agenda);
}

}  // namespace inmail
