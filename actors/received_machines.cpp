#include "actors/received_machines.hpp"

#include <array>

#include "actors/received.hpp"
#include "events/conversation_events.hpp"

namespace inmail {
namespace {

const Policy& pinned(const LetterCase& c) { return c.context.policies->at(c.letter->pinned); }

// Guards of the lifecycle.

Guard is_wanted(const LetterCase& c) {
  if (!c.recipient.registered) return refuse(Rejection::unknown_recipient);
  return c.recipient.available ? pass() : refuse(Rejection::recipient_unavailable);
}

Guard has_link(const LetterCase& c) {
  const std::int64_t links = c.letter->links;
  return c.link < links ? pass() : refuse(Rejection::no_such_link, links, c.link);
}

Guard is_unanswered(const LetterCase& c) {
  return c.letter->response == ResponseState::none ? pass() : refuse(Rejection::already_responded);
}

/// An expired one can still be read where its expiry only changed its status.
Guard is_still_read(const LetterCase& c) {
  const ExpiryPolicy& expiry = pinned(c).expiry;
  const bool is_open = expiry.effect == ExpiryEffect::status_only &&
                       expiry.late_response == LateResponse::allow_no_refund;
  return is_open ? pass() : refuse(Rejection::message_expired);
}

Guard is_still_read_and_has_link(const LetterCase& c) {
  if (Guard no = is_still_read(c)) return no;
  return has_link(c);
}

Guard is_still_read_and_unanswered(const LetterCase& c) {
  if (Guard no = is_still_read(c)) return no;
  return is_unanswered(c);
}

Guard is_in_window_to_retract(const LetterCase& c) {
  const RetractPolicy& retract = pinned(c).retract;
  const Timestamp sent_at = c.letter->ref.sent_at;
  if (retract.condition == RetractCondition::never || retract.window_s.count() == 0)
    return refuse(Rejection::retract_disabled);
  if (c.context.now > sent_at + retract.window_s)
    return refuse(Rejection::retract_window_over, retract.window_s.count(),
                  std::chrono::ceil<Seconds>(c.context.now - sent_at).count());
  return is_unanswered(c);
}

Guard may_be_retracted(const LetterCase& c) {
  if (Guard no = is_in_window_to_retract(c)) return no;
  const bool is_unopened = c.letter->read == ReadState::unopened;
  if (is_unopened || pinned(c).retract.condition == RetractCondition::any) return pass();
  return refuse(pinned(c).metrics.open_visible_to_sender == OpenVisibility::always
                    ? Rejection::already_opened
                    : Rejection::retract_refused);
}

Guard may_be_hidden(const LetterCase& c) {
  if (Guard no = is_in_window_to_retract(c)) return no;
  return pinned(c).retract.effect_opened == RetractEffectOpened::hide_keep_copy
             ? pass()
             : refuse(Rejection::retract_refused);
}

constexpr std::uint16_t arrived = InMailDelivered::type.number;
constexpr std::uint16_t failed = InMailFailed::type.number;
constexpr std::uint16_t opened = Opened::type.number;
constexpr std::uint16_t followed = LinkFollowed::type.number;
constexpr std::uint16_t replied = Replied::type.number;
constexpr std::uint16_t wrote = MessageSent::type.number;
constexpr std::uint16_t retracted = InMailRetracted::type.number;
constexpr std::uint16_t hidden = InMailHiddenFromRecipient::type.number;
constexpr std::uint16_t reminded = ReminderSent::type.number;
constexpr std::uint16_t expired = Expired::type.number;
constexpr std::uint16_t closed = RefundWindowClosed::type.number;
constexpr std::uint16_t ended = ChargeEnded::type.number;

using enum InboxTrigger;

constexpr LifecycleEdge lifecycles[] = {
    {Lifecycle::under_way, arrive, is_wanted, arrived, Lifecycle::delivered},
    {Lifecycle::under_way, arrive, always, failed, Lifecycle::failed},
    {Lifecycle::delivered, open, always, opened, Lifecycle::delivered},
    {Lifecycle::delivered, follow_link, has_link, followed, Lifecycle::delivered},
    {Lifecycle::delivered, respond, is_unanswered, replied, Lifecycle::delivered},
    {Lifecycle::delivered, respond_automatically, is_unanswered, wrote, Lifecycle::delivered},
    {Lifecycle::delivered, remind, is_unanswered, reminded, Lifecycle::delivered},
    {Lifecycle::delivered, retract, may_be_retracted, retracted, Lifecycle::retracted},
    {Lifecycle::delivered, retract, may_be_hidden, hidden, Lifecycle::hidden},
    {Lifecycle::delivered, expire, is_unanswered, expired, Lifecycle::expired},
    {Lifecycle::hidden, expire, is_unanswered, expired, Lifecycle::hidden},
    {Lifecycle::expired, open, is_still_read, opened, Lifecycle::expired},
    {Lifecycle::expired, follow_link, is_still_read_and_has_link, followed, Lifecycle::expired},
    {Lifecycle::expired, respond, is_still_read_and_unanswered, replied, Lifecycle::expired},
    {Lifecycle::expired, respond_automatically, is_still_read_and_unanswered, wrote,
     Lifecycle::expired},
};

// To answer, or to follow a link, is to have opened.
constexpr ReadEdge reads[] = {
    {ReadState::unopened, open, always, opened, ReadState::opened},
    {ReadState::unopened, follow_link, always, opened, ReadState::opened},
    {ReadState::unopened, respond, always, opened, ReadState::opened},
};

template <ReplyKind Kind>
Guard is_answer(const LetterCase& c) {
  return c.answer == Kind ? pass() : refuse(Rejection::not_allowed);
}

template <bool HasWords>
Guard declines(const LetterCase& c) {
  return c.has_words == HasWords ? is_answer<ReplyKind::decline>(c)
                                 : refuse(Rejection::not_allowed);
}

constexpr auto none = ResponseState::none;
constexpr ResponseEdge responses[] = {
    {none, respond, is_answer<ReplyKind::accept>, replied, ResponseState::accepted},
    {none, respond, declines<true>, replied, ResponseState::declined},
    {none, respond, declines<false>, replied, ResponseState::declined_silently},
    {none, respond, is_answer<ReplyKind::reply>, replied, ResponseState::replied},
    {none, respond, is_answer<ReplyKind::quick_reply>, replied, ResponseState::quick_reply},
};

// Guards of a charge. What they refuse is no order of anybody: the next edge is tried.

Guard is_free(const ChargeCase& c) { return c.cost == 0 ? pass() : refuse(Rejection::not_allowed); }
Guard waits(const ChargeCase& c) { return c.on_accept ? pass() : refuse(Rejection::not_allowed); }
Guard is_accepted(const ChargeCase& c) {
  return c.is_accepted ? pass() : refuse(Rejection::not_allowed);
}
Guard can_come_back(const ChargeCase& c) {
  return c.can_come_back ? pass() : refuse(Rejection::not_allowed);
}
Guard gives_back(const ChargeCase& c) {
  return c.gives_back > 0 ? pass() : refuse(Rejection::not_allowed);
}
Guard is_last(const ChargeCase& c) { return c.is_last ? pass() : refuse(Rejection::not_allowed); }

constexpr auto reserved = ChargeState::reserved;
constexpr auto charged = ChargeState::charged;
constexpr auto released = ChargeState::released;
constexpr auto refunded = ChargeState::refunded;
constexpr auto final_state = ChargeState::final;
constexpr ChargeEdge charges[] = {
    {reserved, arrive, is_free, arrived, ChargeState::free},
    {reserved, arrive, waits, arrived, reserved},
    {reserved, arrive, can_come_back, arrived, charged},
    {reserved, arrive, always, arrived, final_state},
    {reserved, arrive, always, failed, released},
    {reserved, respond, is_accepted, replied, final_state},
    {reserved, respond, always, replied, released},
    {reserved, retract, always, retracted, released},
    {reserved, expire, always, expired, released},
    {reserved, window_closes, always, closed, released},
    {charged, open, is_last, closed, final_state},
    {charged, respond, gives_back, replied, refunded},
    {charged, respond, always, replied, final_state},
    {charged, answer_beside, gives_back, closed, refunded},
    {charged, answer_beside, always, closed, final_state},
    {charged, retract, gives_back, retracted, refunded},
    {charged, retract, always, retracted, final_state},
    {charged, expire, gives_back, expired, refunded},
    {charged, expire, is_last, expired, final_state},
    {charged, silence, gives_back, closed, refunded},
    {charged, silence, always, closed, final_state},
    {charged, window_closes, always, closed, final_state},
    {charged, block, gives_back, ended, refunded},
    {charged, leave, gives_back, ended, refunded},
};

}  // namespace

std::span<const LifecycleEdge> lifecycle_table() { return lifecycles; }
std::span<const ReadEdge> read_table() { return reads; }
std::span<const ResponseEdge> response_table() { return responses; }
std::span<const ChargeEdge> charge_table() { return charges; }

Rejection why_not(Lifecycle lifecycle, InboxTrigger trigger) {
  switch (lifecycle) {
    case Lifecycle::under_way:
    case Lifecycle::failed: return Rejection::not_delivered;
    case Lifecycle::retracted:
    case Lifecycle::hidden:
      return trigger == InboxTrigger::retract ? Rejection::already_retracted
                                              : Rejection::message_retracted;
    case Lifecycle::expired: return Rejection::message_expired;
    case Lifecycle::delivered: break;
  }
  return Rejection::not_allowed;
}

ResponseState response_by(ReplyKind kind, bool canned) {
  switch (kind) {
    case ReplyKind::accept: return ResponseState::accepted;
    case ReplyKind::decline:
      return canned ? ResponseState::declined_silently : ResponseState::declined;
    case ReplyKind::reply: return ResponseState::replied;
    case ReplyKind::quick_reply: return ResponseState::quick_reply;
  }
  return ResponseState::replied;
}

End end_of(ChargeState charge, InboxTrigger trigger, const ChargeCase& the_case) {
  const auto way = way_from(charge_table(), charge, trigger, the_case);
  if (way.edge == nullptr) return {};
  switch (way.edge->to) {
    case refunded: return {ChargeEnd::refund, the_case.gives_back};
    case released: return {ChargeEnd::release, 0};
    default: return {charge == reserved ? ChargeEnd::spend : ChargeEnd::final, 0};
  }
}

ChargeState state_after(ChargeEnd end) {
  switch (end) {
    case ChargeEnd::refund: return refunded;
    case ChargeEnd::release: return released;
    case ChargeEnd::none:
    case ChargeEnd::final:
    case ChargeEnd::spend: break;
  }
  return final_state;
}

}  // namespace inmail
