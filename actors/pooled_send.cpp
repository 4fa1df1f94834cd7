#include "actors/pooled_send.hpp"

#include "actors/dispatch.hpp"

namespace inmail {
namespace {

/// No guard of a pool comes before this one.
constexpr Rejection first_of_pool = Rejection::seat_inactive;

/// Guards 1 to 16 of D5.2, save those that are the pool's, and what else the sender can say.
Guard check_own(const Wish& wish) {
  const SendCase& send = wish.send;
  if (send.command.from != send.sender.member) return refuse(Rejection::not_allowed);
  return wish.command ? check_schedule(send, *wish.command) : first_refusal(send);
}

}  // namespace

std::optional<Wish> wish_in(const Outbox& outbox, const SenderFacts& sender, const Command& command,
                            const Context& context) {
  const SendInMail* letter = letter_in(command);
  if (letter == nullptr) return std::nullopt;
  const bool is_now = std::holds_alternative<SendInMail>(command);
  return Wish{{*letter, sender, outbox, context, is_now ? SendStage::now : SendStage::scheduling,
               std::get_if<AddFollowUp>(&command)},
              &command};
}

Wish wish_of(const Outbox& outbox, const SenderFacts& sender, const Scheduled& scheduled,
             const Context& context) {
  return {{scheduled.letter, sender, outbox, context, SendStage::dispatching, nullptr, &scheduled}};
}

bool is_stray(const Outbox& outbox, const Command& command) {
  const auto* next = std::get_if<AddFollowUp>(&command);
  return next != nullptr && check_parent(outbox, *next).has_value();
}

Reserve question_about(StreamId sender, const SendCase& send, bool holds) {
  const bool schedules = send.stage == SendStage::scheduling;
  Reserve question{.inmail = inmail_of(send.context.id),
                   .sender = sender,
                   .cost = to_reserve(send),
                   .free_classes = free_classes_of(send),
                   .degree = degree_of(send),
                   .holds = holds,
                   .schedules = schedules && !send.follow_up,
                   .follows_up = schedules && send.follow_up,
                   .is_held = send.scheduled && send.scheduled->is_paid};
  if (const SeatSends* sends = send.sender.sends) {
    question.cycle = sends->cycle;
    question.sent = sends->in_cycle;
  }
  return question;
}

std::optional<Reserve> question_of(StreamId sender, const Wish& wish) {
  const SendCase& send = wish.send;
  const Guard own = check_own(wish);
  if (own && comes_before(own->code, first_of_pool)) return std::nullopt;
  const auto& told = send.context.pool;
  const bool is_settled = told && (own || told->refusal || told->reserved == to_reserve(send));
  if (is_settled) return std::nullopt;
  return question_about(sender, send, !own);
}

Guard check_all(const Wish& wish) {
  const Guard own = check_own(wish);
  if (own && comes_before(own->code, first_of_pool)) return own;
  const auto& told = wish.send.context.pool;
  invariant(told.has_value(), "who sends on another's pool asks it before it decides");
  if (Guard guard = earlier_of(own, told->refusal)) return guard;
  invariant(told->reserved == to_reserve(wish.send), "only what its pool has reserved is sent");
  return pass();
}

}  // namespace inmail
