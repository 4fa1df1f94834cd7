#include "actors/received.hpp"

#include <algorithm>

#include "actors/outbox.hpp"
#include "actors/received_charges.hpp"

namespace inmail {
namespace {

/// All that an InMail will do by itself.
std::vector<Due> dues_of(const Received& inmail) {
  const InMailId& id = inmail.ref.inmail;
  std::vector<Due> dues;
  if (const auto closing = final_due(inmail)) dues.push_back(*closing);
  if (inmail.is_charged() && inmail.no_response_from && !inmail.is_answered())
    dues.push_back(due(*inmail.no_response_from, DueKind::no_response_refund, id));
  if (may_expire(inmail)) dues.push_back(due(*inmail.expires_from, DueKind::message_expires, id));
  if (inmail.remind_at && inmail.lifecycle == Lifecycle::delivered && !inmail.is_answered())
    dues.push_back(due(*inmail.remind_at, DueKind::reminder, id));
  return dues;
}

template <class Change>
void change(Received& inmail, Agenda& agenda, Change&& apply) {
  for (const Due& each : dues_of(inmail)) agenda.erase(each);
  apply(inmail);
  for (const Due& each : dues_of(inmail)) agenda.insert(each);
}

/// Puts on the agenda what an InMail will do by itself, or takes it off.
template <class Change>
void change(ReceivedMap& received, Agenda& agenda, const InMailId& id, Change&& apply) {
  const auto found = received.find(id);
  invariant(found != received.end(), "an event names an InMail that was delivered");
  change(found->second, agenda, std::forward<Change>(apply));
}

template <class Which>
void forget_reminders(ReceivedMap& received, Agenda& agenda, Which&& is_meant) {
  for (auto& [id, inmail] : received)
    if (inmail.remind_at && is_meant(inmail.ref))
      change(inmail, agenda, [](Received& letter) { letter.remind_at.reset(); });
}

/// The edge that an order about an InMail takes.
struct Order {
  const Received* letter = nullptr;
  const LifecycleEdge* edge = nullptr;
  Guard refusal{};
};

Order way_of(const ReceivedMap& received, const InMailId& id, InboxTrigger trigger,
             LetterCase the_case) {
  const Received* letter = find_received(received, id);
  if (letter == nullptr) return {.refusal = refuse(why_not(Lifecycle::under_way, trigger))};
  the_case.letter = letter;
  const auto way = way_from(lifecycle_table(), letter->lifecycle, trigger, the_case);
  if (way.edge != nullptr) return {letter, way.edge, {}};
  return {letter, nullptr, way.refusal ? way.refusal : refuse(why_not(letter->lifecycle, trigger))};
}

/// What comes with the first opening, whatever it was that opened.
void add_opening(std::vector<Event>& events, const Received& inmail, InboxTrigger trigger,
                 const Context& context) {
  const LetterCase the_case{.context = context, .letter = &inmail};
  if (way_from(read_table(), inmail.read, trigger, the_case).edge == nullptr) return;
  Opened opened{.ref = inmail.ref, .inferred = trigger == InboxTrigger::respond};
  if (opened.inferred) return events.emplace_back(opened), void();
  const Policy& policy = context.policies->at(inmail.pinned);
  const RefundPolicy& refund = policy.refund;
  if (inmail.is_charged() && refund.clock == RefundClock::opened_at) {
    if (refunds_in_window(refund)) opened.refund_until = context.now + refund.window_s;
    opened.no_response_from = silence_ends_at(policy, inmail.ref.cost, context.now);
  }
  events.emplace_back(opened);
  const End end = end_of(
      inmail.charge, InboxTrigger::open,
      {.cost = inmail.ref.cost, .is_last = opening_ends_charge(inmail, opened, context.now)});
  if (end.charge != ChargeEnd::none)
    events.emplace_back(RefundWindowClosed{inmail.ref, end.charge, end.amount, {}});
}

/// An automatic reply that the policy does not count: shown, and no response.
Decision respond_automatically(const ReceivedMap& received, const Respond& command,
                               const Context& context) {
  const Order order =
      way_of(received, command.inmail, InboxTrigger::respond_automatically, {.context = context});
  if (order.refusal) return {{}, order.refusal};
  if (Guard words = check_words(command.text, context.policy().limit)) return {{}, words};

  return Decision::happened(MessageSent{.conversation = command.inmail,
                                        .from = command.recipient,
                                        .to = order.letter->ref.from,
                                        .text = command.text,
                                        .automatic = true});
}

}  // namespace

const Received* find_received(const ReceivedMap& received, const InMailId& id) {
  const auto found = received.find(id);
  const bool is_here = found != received.end() && found->second.lifecycle != Lifecycle::failed;
  return is_here ? &found->second : nullptr;
}

Arrival arrival_of(const Notice& notice) {
  if (const auto* closed = std::get_if<UndoWindowClosed>(notice.event.get()))
    return {
        {closed->inmail, notice.from, closed->pool, closed->from, closed->cost, closed->sent_at},
        closed->pinned,
        closed->from_premium,
        closed->links};
  const auto& sent = std::get<InMailSent>(*notice.event);
  return {{sent.inmail, notice.from, sent.pool, sent.from, sent.cost, notice.at},
          notice.policy,
          sent.from_premium,
          sent.markup.links};
}

std::vector<Event> deliver(const ReceivedMap& received, const RecipientFacts& recipient,
                           const Arrival& arrival, const Context& context) {
  const InMailRef& ref = arrival.ref;
  if (received.contains(ref.inmail)) return {};
  const auto way = way_from(lifecycle_table(), Lifecycle::under_way, InboxTrigger::arrive,
                            {.context = context, .recipient = recipient});
  if (way.edge->to == Lifecycle::failed)
    return {InMailFailed{ref, recipient.registered ? FailureReason::recipient_unavailable
                                                   : FailureReason::unknown_recipient}};

  const Policy& policy = context.policies->at(arrival.pinned);
  const RefundPolicy& refund = policy.refund;
  InMailDelivered delivered{.ref = ref, .pinned = arrival.pinned};
  const bool clock_runs = refund.clock != RefundClock::opened_at;
  const Timestamp clock = refund.clock == RefundClock::sent_at ? ref.sent_at : context.now;
  const bool in_window = refunds_in_window(refund);
  const bool by_any = in_window || refunds_silence(refund) || refunds_an_expiry(policy);
  const auto charge = way_from(charge_table(), ChargeState::reserved, InboxTrigger::arrive,
                               {.cost = ref.cost,
                                .on_accept = policy.charge.when == ChargeWhen::at_accept,
                                .can_come_back = by_any});
  if (charge.edge->to == ChargeState::reserved)
    delivered.accept_until = ref.sent_at + policy.charge.accept_timeout_s;
  delivered.refundable = charge.edge->to == ChargeState::charged;
  if (delivered.refundable && clock_runs) {
    if (in_window) delivered.refund_until = clock + refund.window_s;
    delivered.no_response_from = silence_ends_at(policy, ref.cost, clock);
  }
  if (policy.expiry.basis != ExpiryBasis::never) {
    delivered.expiry_basis = policy.expiry.basis;
    delivered.expires_from = ref.sent_at + policy.expiry.ttl_s + just_after;
  }
  const ReminderPolicy& reminder = policy.reminder;
  if (reminder.after_s.count() > 0 && reminder.max > 0)
    delivered.remind_at = context.now + reminder.after_s;
  delivered.links = arrival.links;
  return {delivered};
}

Decision open_inmail(const ReceivedMap& received, const OpenInMail& command,
                     const Context& context) {
  const Order order = way_of(received, command.inmail, InboxTrigger::open, {.context = context});
  if (order.refusal) return {{}, order.refusal};

  Decision decision;
  add_opening(decision.events, *order.letter, InboxTrigger::open, context);
  return decision;
}

Decision follow_link(const ReceivedMap& received, const FollowLink& command,
                     const Context& context) {
  const Order order = way_of(received, command.inmail, InboxTrigger::follow_link,
                             {.context = context, .link = command.link});
  if (order.refusal) return {{}, order.refusal};

  Decision decision;
  add_opening(decision.events, *order.letter, InboxTrigger::follow_link, context);
  decision.events.emplace_back(LinkFollowed{order.letter->ref, command.link});
  return decision;
}

Decision respond(const ReceivedMap& received, const Respond& command, const Context& context) {
  const Received* letter = find_received(received, command.inmail);
  if (letter && command.automatic && !context.policies->at(letter->pinned).refund.count_auto_reply)
    return respond_automatically(received, command, context);
  const Order order = way_of(received, command.inmail, InboxTrigger::respond, {.context = context});
  if (order.refusal) return {{}, order.refusal};
  if (!command.text.empty() || command.kind == ReplyKind::reply)
    if (Guard words = check_words(command.text, context.policy().limit)) return {{}, words};

  const Received& inmail = *order.letter;
  const auto together = ended_together(received, inmail, context);
  Decision decision;
  add_opening(decision.events, inmail, InboxTrigger::respond, context);
  const End end = end_by_answer(together, inmail, InboxTrigger::respond, command, context);
  Replied replied{.ref = inmail.ref, .kind = command.kind, .canned = command.text.empty()};
  replied.text = command.text;
  replied.latency_ms = (context.now - inmail.delivered_at).count();
  replied.charge = end.charge;
  replied.refund_amount = end.amount;
  replied.automatic = replied.as_auto_reply = command.automatic;
  decision.events.push_back(std::move(replied));
  for (const Received* each : together) {
    if (each == &inmail) continue;
    const End other = end_by_answer(together, *each, InboxTrigger::answer_beside, command, context);
    const AnsweredBeside answered{command.inmail, command.kind, command.automatic};
    decision.events.push_back(RefundWindowClosed{each->ref, other.charge, other.amount, answered});
  }
  return decision;
}

Decision retract(const ReceivedMap& received, const RetractInMail& command,
                 const Context& context) {
  const Received* letter = find_received(received, command.inmail);
  if (letter && letter->ref.from != command.author_id)
    return Decision::reject(Rejection::not_allowed);
  const Order order = way_of(received, command.inmail, InboxTrigger::retract, {.context = context});
  if (order.refusal) return {{}, order.refusal};
  if (order.edge->to == Lifecycle::hidden)
    return Decision::happened(InMailHiddenFromRecipient{letter->ref});

  const RetractPolicy& rule = context.policies->at(letter->pinned).retract;
  const bool was_opened = letter->read == ReadState::opened;
  const bool refunds = rule.refund == RetractRefund::always ||
                       (rule.refund == RetractRefund::if_unopened && !was_opened);
  const End end = end_of(letter->charge, InboxTrigger::retract,
                         {.cost = letter->ref.cost, .gives_back = refunds ? letter->ref.cost : 0});
  return Decision::happened(InMailRetracted{.ref = letter->ref,
                                            .was_opened = was_opened,
                                            .charge = end.charge,
                                            .refund_amount = end.amount,
                                            .leaves_mark = was_opened && rule.tombstone_recipient});
}

namespace {

std::vector<Event> expire(const Received& inmail, const Policy& policy) {
  const std::uint32_t cost = inmail.ref.cost;
  const std::uint32_t as_expired = refund_amount(policy.refund, cost, RefundOn::expired);
  const std::uint32_t as_unopened =
      inmail.read == ReadState::opened ? 0 : refund_amount(policy.refund, cost, RefundOn::unopened);
  // A hidden InMail cannot be answered any more: without a refund now its charge is final, unless
  // silence still refunds at its own time.
  const End end = end_of(inmail.charge, InboxTrigger::expire,
                         {.cost = cost,
                          .gives_back = std::max(as_expired, as_unopened),
                          .is_last = !inmail.no_response_from});
  return {Expired{inmail.ref, inmail.expiry_basis, policy.expiry.effect, end.charge, end.amount}};
}

std::vector<Event> remind(const Received& inmail, Timestamp at, const ReminderPolicy& reminder) {
  ReminderSent sent{.ref = inmail.ref, .number = inmail.reminders + 1, .next_at = {}};
  if (std::int64_t{sent.number} < reminder.max) sent.next_at = at + reminder.after_s;
  return {sent};
}

std::vector<Event> close_window(const Received& inmail, InboxTrigger trigger,
                                std::uint32_t gives_back) {
  const End end =
      end_of(inmail.charge, trigger, {.cost = inmail.ref.cost, .gives_back = gives_back});
  return {RefundWindowClosed{inmail.ref, end.charge, end.amount, {}}};
}

}  // namespace

std::vector<Event> inmail_falls_due(const ReceivedMap& received, const Due& due,
                                    const Context& context) {
  const auto found = received.find(InMailId{due.subject});
  invariant(found != received.end(), "the agenda names an InMail that was delivered");
  const Received& inmail = found->second;
  const Policy& policy = context.policies->at(inmail.pinned);
  switch (due.kind) {
    case DueKind::message_expires: return expire(inmail, policy);
    case DueKind::reminder: return remind(inmail, due.at, policy.reminder);
    case DueKind::no_response_refund:
      return close_window(inmail, InboxTrigger::silence,
                          refund_amount(policy.refund, inmail.ref.cost, RefundOn::no_response));
    case DueKind::refund_window_closes: return close_window(inmail, InboxTrigger::window_closes, 0);
    default: throw_defect("nothing of an InMail falls due in this way");
  }
}

void evolve(ReceivedMap& received, Agenda& agenda, const InMailDelivered& e, const Stamp& stamp) {
  Received& letter = received[e.ref.inmail];
  letter.lifecycle = step<InMailDelivered>(lifecycle_table(), letter.lifecycle);
  letter.ref = e.ref;
  letter.pinned = e.pinned;
  letter.delivered_at = stamp.at;
  letter.active_at = stamp.at;
  change(letter, agenda, [&](Received& inmail) {
    const ChargeState made = e.refundable      ? ChargeState::charged
                             : e.accept_until  ? ChargeState::reserved
                             : e.ref.cost == 0 ? ChargeState::free
                                               : ChargeState::final;
    inmail.charge = step<InMailDelivered>(charge_table(), inmail.charge, made);
    inmail.thread = step<InMailDelivered>(thread_table(), inmail.thread);
    inmail.refund_until = e.accept_until ? e.accept_until : e.refund_until;
    inmail.no_response_from = e.no_response_from;
    inmail.expires_from = e.expires_from;
    inmail.expiry_basis = e.expiry_basis;
    inmail.remind_at = e.remind_at;
    inmail.links = e.links;
  });
}

void evolve(ReceivedMap& received, const InMailFailed& e, const Stamp& stamp) {
  Received& failed = received[e.ref.inmail];
  failed.lifecycle = step<InMailFailed>(lifecycle_table(), failed.lifecycle);
  failed.charge = step<InMailFailed>(charge_table(), failed.charge);
  failed.ref = e.ref;
  failed.is_listed = false;
  failed.delivered_at = stamp.at;
}

void evolve(ReceivedMap& received, Agenda& agenda, const Opened& e) {
  change(received, agenda, e.ref.inmail, [&](Received& inmail) {
    inmail.lifecycle = step<Opened>(lifecycle_table(), inmail.lifecycle);
    inmail.read = step<Opened>(read_table(), inmail.read);
    if (e.refund_until) inmail.refund_until = e.refund_until;
    if (e.no_response_from) inmail.no_response_from = e.no_response_from;
  });
}

void evolve(ReceivedMap& received, Agenda& agenda, const LinkFollowed& e) {
  change(received, agenda, e.ref.inmail, [&](Received& inmail) {
    inmail.lifecycle = step<LinkFollowed>(lifecycle_table(), inmail.lifecycle);
  });
}

void evolve(ReceivedMap& received, Agenda& agenda, const Replied& e, const Stamp& stamp) {
  change(received, agenda, e.ref.inmail, [&](Received& inmail) {
    const ResponseState response = response_by(e.kind, e.canned);
    inmail.active_at = stamp.at;
    inmail.lifecycle = step<Replied>(lifecycle_table(), inmail.lifecycle);
    inmail.response = step<Replied>(response_table(), inmail.response, response);
    const bool is_silent = response == ResponseState::declined_silently;
    inmail.thread = step<Replied>(thread_table(), inmail.thread,
                                  is_silent ? ThreadState::closed_silent : ThreadState::open);
    inmail.charge = after(inmail.charge, e);
  });
}

void evolve(ReceivedMap& received, Agenda& agenda, const Expired& e) {
  change(received, agenda, e.ref.inmail, [&](Received& inmail) {
    inmail.lifecycle = step<Expired>(lifecycle_table(), inmail.lifecycle);
    inmail.is_listed = inmail.is_listed && e.effect == ExpiryEffect::status_only;
    inmail.expires_from.reset();
    inmail.charge = after(inmail.charge, e);
  });
}

void evolve(ReceivedMap& received, Agenda& agenda, const InMailRetracted& e) {
  change(received, agenda, e.ref.inmail, [&](Received& inmail) {
    inmail.lifecycle = step<InMailRetracted>(lifecycle_table(), inmail.lifecycle);
    inmail.is_listed = e.leaves_mark;
    inmail.charge = after(inmail.charge, e);
  });
}

void evolve(ReceivedMap& received, Agenda& agenda, const InMailHiddenFromRecipient& e) {
  change(received, agenda, e.ref.inmail, [&](Received& inmail) {
    inmail.lifecycle = step<InMailHiddenFromRecipient>(lifecycle_table(), inmail.lifecycle);
    inmail.is_listed = false;
  });
}

void evolve(ReceivedMap& received, Agenda& agenda, const RefundWindowClosed& e) {
  change(received, agenda, e.ref.inmail,
         [&](Received& inmail) { inmail.charge = after(inmail.charge, e); });
}

void evolve(ReceivedMap& received, Agenda& agenda, const ChargeEnded& e) {
  change(received, agenda, e.ref.inmail,
         [&](Received& inmail) { inmail.charge = after(inmail.charge, e); });
}

void evolve(ReceivedMap& received, Agenda& agenda, const ReminderSent& e) {
  change(received, agenda, e.ref.inmail, [&](Received& inmail) {
    inmail.lifecycle = step<ReminderSent>(lifecycle_table(), inmail.lifecycle);
    inmail.reminders = e.number;
    inmail.remind_at = e.next_at;
  });
}

void evolve(ReceivedMap& received, const MessageSent& e, const Stamp& stamp) {
  Received& inmail = received.at(e.conversation);
  if (e.automatic)
    inmail.lifecycle = step<MessageSent>(lifecycle_table(), inmail.lifecycle);
  else
    inmail.thread = step<MessageSent>(thread_table(), inmail.thread);
  inmail.active_at = stamp.at;
}

void evolve(ReceivedMap& received, const ConversationReopened& e) {
  const auto found = received.find(e.conversation);
  invariant(found != received.end(), "an event names an InMail that was delivered");
  Received& inmail = found->second;
  inmail.thread = step<ConversationReopened>(thread_table(), inmail.thread);
}

void forget_reminders(ReceivedMap& received, Agenda& agenda, const MemberBlocked& e) {
  forget_reminders(received, agenda, [&](const InMailRef& ref) { return ref.from == e.target; });
}

void forget_reminders(ReceivedMap& received, Agenda& agenda, const SenderStopped& e) {
  forget_reminders(received, agenda, [&](const InMailRef& ref) {
    const bool by_contract =
        std::any_of(e.contracts.begin(), e.contracts.end(),
                    [&](ContractId contract) { return ref.pool == StreamId{contract}; });
    return by_contract || (e.person && ref.from == e.sender);
  });
}

void forget_reminders(ReceivedMap& received, Agenda& agenda, const MemberErased&) {
  forget_reminders(received, agenda, [](const InMailRef&) { return true; });
}

}  // namespace inmail
