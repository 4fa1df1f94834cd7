#pragma once

#include <cstdint>
#include <span>

#include "actors/state_machine.hpp"
#include "events/inmail_events.hpp"

namespace inmail {

struct Received;

// The state machines of an InMail on its recipient's side (D4.1): four at once, since what it is to
// its recipient, whether it was read, how it was answered and what becomes of its charge are four
// questions. One event may move several of them. All of these are stored: never renumber.

/// D4.1.1.
enum class Lifecycle : std::uint8_t {
  under_way = 0,  ///< Not here yet.
  delivered = 1,
  failed = 2,
  expired = 3,
  retracted = 4,
  hidden = 5,  ///< Delivered, and taken off the recipient's list (D3.12).
};

/// Once opened, for ever: "unread" is a mark in somebody's own view.
enum class ReadState : std::uint8_t { unopened = 0, opened = 1 };

/// The first response is final.
enum class ResponseState : std::uint8_t {
  none = 0,
  accepted = 1,
  declined = 2,
  declined_silently = 3,
  replied = 4,
  quick_reply = 5,
};

/// D4.1.2, as far as the recipient's side decides it.
enum class ChargeState : std::uint8_t {
  reserved = 0,  ///< Not here yet; or here, and waiting to be accepted (`at_accept`).
  free = 1,
  charged = 2,  ///< A refund may still come; the pool's owner waits for the end.
  released = 3,
  refunded = 4,
  final = 5,  ///< Spent: nothing gives it back any more.
};

/// What can come over an InMail.
enum class InboxTrigger : std::uint8_t {
  arrive = 1,
  open,
  follow_link,
  respond,
  respond_automatically,  ///< In a way that is no response.
  retract,
  remind,  ///< From here on by time.
  expire,
  window_closes,
  silence,
  answer_beside,  ///< Another InMail of its sender is answered (D4.1.4).
  block,          ///< Its sender.
  leave,          ///< The recipient, for good.
};

/// What an arrival asks of the recipient (guards 6 and 7; IM3).
struct RecipientFacts {
  bool registered = false;
  bool available = false;  ///< For this sender.
};

/// What the guards of the first three machines look at.
struct LetterCase {
  const Context& context;
  const Received* letter = nullptr;  ///< Null: not here yet.
  RecipientFacts recipient{};        ///< On arrival.
  std::uint32_t link = 0;            ///< To follow.
  ReplyKind answer = ReplyKind::reply;
  bool has_words = false;  ///< Of the answer.
};

/// What the guards of a charge look at.
struct ChargeCase {
  std::uint32_t cost = 0;
  bool on_accept = false;        ///< On arrival: it is charged when it is accepted.
  bool can_come_back = false;    ///< On arrival: some rule may still give it back.
  std::uint32_t gives_back = 0;  ///< So much, by what is happening.
  bool is_last = true;           ///< Nothing after it could give it back.
  bool is_accepted = false;      ///< By the response.
};

using LifecycleEdge = Edge<Lifecycle, InboxTrigger, LetterCase>;
using ReadEdge = Edge<ReadState, InboxTrigger, LetterCase>;
using ResponseEdge = Edge<ResponseState, InboxTrigger, LetterCase>;
using ChargeEdge = Edge<ChargeState, InboxTrigger, ChargeCase>;

std::span<const LifecycleEdge> lifecycle_table();
std::span<const ReadEdge> read_table();
std::span<const ResponseEdge> response_table();
std::span<const ChargeEdge> charge_table();

/// The answer to an order for which a lifecycle has no edge.
Rejection why_not(Lifecycle lifecycle, InboxTrigger trigger);

ResponseState response_by(ReplyKind kind, bool canned);

/// How the recipient's side ends a charge.
struct End {
  ChargeEnd charge = ChargeEnd::none;
  std::uint32_t amount = 0;
};

/// What `trigger` comes to for a charge that stands so; no end where it has no edge.
End end_of(ChargeState charge, InboxTrigger trigger, const ChargeCase& the_case);

ChargeState state_after(ChargeEnd end);

/// Where a charge stands after an event that says how it ended.
template <class Event>
ChargeState after(ChargeState charge, const Event& e) {
  if (e.charge == ChargeEnd::none) return charge;
  return step<Event>(charge_table(), charge, state_after(e.charge));
}

}  // namespace inmail
