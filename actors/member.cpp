#include "actors/member.hpp"

#include <algorithm>

#include "actors/credit_cycle.hpp"
#include "actors/credit_purchase.hpp"
#include "actors/credit_transfer.hpp"
#include "actors/dispatch.hpp"
#include "actors/footprint.hpp"
#include "actors/inbound.hpp"
#include "actors/linking.hpp"
#include "actors/member_sender.hpp"
#include "actors/pooled_send.hpp"

namespace inmail {
namespace {

/// Tells `visit(active_at, id)` of each conversation that stands in the inbox; activity as far as
/// the member's own stream knows of it.
void each_in_inbox(const MemberState& member, auto&& visit) {
  for (const auto& [id, letter] : member.received)
    if (letter.is_listed && !is_archived(member.views, id)) visit(letter.active_at, id);
  for (const auto& [id, thread] : member.outbox.threads)
    if (!is_archived(member.views, id)) visit(thread.active_at, id);
}

/// With the oldest activity first.
std::vector<std::pair<Timestamp, InMailId>> inbox_of(const MemberState& member) {
  std::vector<std::pair<Timestamp, InMailId>> inbox;
  each_in_inbox(member, [&](Timestamp at, const InMailId& id) { inbox.emplace_back(at, id); });
  std::sort(inbox.begin(), inbox.end());
  return inbox;
}

/// All of a member's admission but what others may see of who has written: that is copied, and no
/// delivery asks for it.
Admission own_admission(const MemberState& member, const Policy& policy) {
  Admission admission = admission_of(member.recipient);
  admission.exists = member.is_registered();
  admission.is_erased = member.is_erased();
  admission.is_premium = is_premium(member, policy);
  admission.plan = member.account.plan;
  admission.is_linked = member.linked_to.has_value();
  admission.inbox_full = Member::inbox_is_full(member, policy.inbox);
  admission.arrivals = member.arrivals;
  return admission;
}

/// Makes room for one more (D3.6 inbox.overflow).
std::vector<Event> with_room(const MemberState& member, std::vector<Event> events,
                             const InboxPolicy& rule) {
  const bool arrives = !events.empty() && std::holds_alternative<InMailDelivered>(events.front());
  if (!arrives || rule.max_conversations == 0 || rule.overflow != InboxOverflow::archive_oldest)
    return events;
  const auto inbox = inbox_of(member);
  const auto most = static_cast<std::size_t>(rule.max_conversations);
  std::vector<Event> all;
  for (std::size_t i = 0; i + most <= inbox.size(); ++i)
    all.emplace_back(
        Archived{.conversation = inbox[i].second, .archived = true, .automatic = true});
  std::move(events.begin(), events.end(), std::back_inserter(all));
  return all;
}

std::vector<Event> given_back(const MemberState& member, std::vector<Event> events,
                              const Context& context) {
  return member.is_erased() ? keep_closed(member.account, std::move(events), context)
                            : keep_under_cap(member.account, 1, std::move(events), context);
}

/// What the member itself has written moves the conversation that it knows.
void wrote(MemberState& member, const MessageSent& e, const Stamp& stamp) {
  if (find_received(member.received, e.conversation))
    evolve(member.received, e, stamp);
  else if (!direct_between(e.conversation))
    evolve(member.outbox, e, stamp);
}

/// What was paid when it was scheduled is judged by the policy of now.
void sent(MemberState& member, const InMailSent& e, const Stamp& stamp) {
  const auto scheduled = member.outbox.scheduled.find(e.inmail);
  const bool was_paid = scheduled != member.outbox.scheduled.end() && scheduled->second.is_paid;
  const bool is_own = e.pool == StreamId{e.from};
  if (e.cost > 0 && is_own && was_paid)
    pin_charge(member.account, e.inmail, stamp.policy);
  else if (e.cost > 0 && is_own)
    open_charge(member.account, member.agenda, e, stamp);
  evolve(member.outbox, member.agenda, e, stamp);
}

void arrived(MemberState& member, const InMailDelivered& e, const Stamp& stamp) {
  evolve(member.received, member.agenda, e, stamp);
  count_arrival(member.arrivals, stamp.at);
}

void scheduled(MemberState& member, const InMailScheduled& e, const Stamp& stamp) {
  if (e.cost > 0 && e.pool == StreamId{e.from})
    open_charge(member.account, member.agenda, e, stamp);
  evolve(member.outbox, member.agenda, e);
}

void received_erased(MemberState& member, const ReceivedErased&) {
  invariant(member.is_erased(), "a member keeps what others wrote to them");
  member.received_texts = ReceivedTexts::erasing;
}

void received_key_destroyed(MemberState& member, const ReceivedKeyDestroyed&) {
  invariant(member.received_texts == ReceivedTexts::erasing, "a key is destroyed after its end");
  member.received_texts = ReceivedTexts::erased;
}

void note_outreach(OutreachMap& outreach, const InMailRef& ref) {
  if (ref.sender.kind() == StreamKind::seat)
    outreach[ref.pool.contract()][ref.sender.seat()] = {ref.inmail, ref.sent_at, true};
}

/// Nobody waits for an answer to it any more, or can go on in its thread.
void end_outreach(OutreachMap& outreach, const InMailRef& ref) {
  if (ref.sender.kind() != StreamKind::seat) return;
  const auto ours = outreach.find(ref.pool.contract());
  if (ours == outreach.end()) return;
  const auto last = ours->second.find(ref.sender.seat());
  if (last != ours->second.end() && last->second.inmail == ref.inmail) last->second.active = false;
}

/// Which seats have written, and may still hope.
void keep_outreach(OutreachMap& outreach, const Event& event) {
  std::visit(match{
                 [&](const InMailDelivered& e) { note_outreach(outreach, e.ref); },
                 [&](const Replied& e) {
                   if (e.kind == ReplyKind::decline && e.canned) end_outreach(outreach, e.ref);
                 },
                 [&](const Expired& e) { end_outreach(outreach, e.ref); },
                 [&](const InMailRetracted& e) { end_outreach(outreach, e.ref); },
                 [&](const MemberErased&) { outreach.clear(); },
                 [](const auto&) {},
             },
             event);
}

}  // namespace

std::vector<Event> Member::on_notice(StreamId id, const State& state, const Notice& notice,
                                     const Context& context) {
  switch (notice.key.kind) {
    case NoticeKind::deliver: {
      const Arrival arrival = arrival_of(notice);
      const Policy& policy = context.policy();
      const Admission own = own_admission(state, policy);
      const SenderFacts sender{
          .member = arrival.ref.from, .pool = arrival.ref.pool, .is_premium = arrival.from_premium};
      const RecipientFacts facts{state.is_registered(),
                                 is_available(own, sender, policy.recipient) &&
                                     !is_banned(own, policy.recipient) &&
                                     !is_over_quota(own, policy.recipient, context.now)};
      return with_room(state, deliver(state.received, facts, arrival, context), policy.inbox);
    }
    case NoticeKind::release:
      return release_unsent(state, InMailId{notice.key.subject}, release_reason(notice), context);
    case NoticeKind::charge:
      return charge_delivered(state.account, std::get<InMailDelivered>(*notice.event));
    case NoticeKind::settle:
      return given_back(state, settle(state.account, notice, context), context);
    case NoticeKind::transfer:
      return given_back(state, receive_transfer(state.account, notice, context), context);
    case NoticeKind::give_back:
      return given_back(state, take_back_transfer(state.account, notice, context), context);
    case NoticeKind::destroy_key:
      if (state.membership != Membership::erasing) return {};
      return {MemberKeyDestroyed{}};
    case NoticeKind::destroy_received:
      if (state.received_texts != ReceivedTexts::erasing) return {};
      return {ReceivedKeyDestroyed{}};
    case NoticeKind::inform:
      return given_back(state, learn_and_cancel(state.outbox, &state.account, notice, context),
                        context);
    case NoticeKind::reopen: return learn_reopening(state.outbox, notice);
    case NoticeKind::connect: return learn_connection(state.recipient, notice);
    case NoticeKind::confirm:
    case NoticeKind::open_seat:
    case NoticeKind::remove_seat: break;
  }
  throw_defect("a notice came to " + to_text(id) + " that is none for a member");
}

std::vector<Event> Member::fall_due(StreamId, const State& state, const Due& due,
                                    const Context& context) {
  switch (due.kind) {
    case DueKind::lot_expires:
    case DueKind::subscription_ends:
    case DueKind::cycle_renews: return account_falls_due(state.account, due, 1, context.policy());
    case DueKind::no_response_refund:
    case DueKind::refund_window_closes:
    case DueKind::message_expires:
    case DueKind::reminder: return inmail_falls_due(state.received, due, context);
    case DueKind::undo_ends: return undo_window_ends(state.outbox, InMailId{due.subject});
    case DueKind::draft_expires: return draft_falls_due(due);
    case DueKind::scheduled_send: break;
  }
  throw_defect("what is scheduled was settled, not dispatched");
}

std::vector<Event> Member::dispatch(StreamId id, const State& state, const InMailId& inmail,
                                    const Context& context) {
  const Scheduled& scheduled = state.outbox.scheduled.at(inmail);
  const auto drop = [&](CancelReason reason, std::optional<Rejection> refusal) {
    return given_back(
        state, drop_scheduled(state.outbox, &state.account, inmail, reason, refusal, context),
        context);
  };
  if (has_lost_parent(state.outbox, scheduled)) return drop(CancelReason::parent_gone, {});
  const SenderFacts sender = sender_facts(state, id.member(), scheduled.pool, context.policy());
  const Wish wish = wish_of(state.outbox, sender, scheduled, context);
  LotSplits splits;
  if (Guard guard = check_and_pay(state, wish, splits))
    return drop(CancelReason::refused, guard->code);
  std::vector<Event> events = sent_by(wish.send, std::move(splits));
  add_delays(state.outbox, inmail, context.now, events);
  return events;
}

void Member::evolve(State& state, const Event& event, const Stamp& stamp) {
  Agenda& agenda = state.agenda;
  keep_outreach(state.outreach, event);
  std::visit(match{
                 [&](const MemberRegistered& e) {
                   state.membership = Membership::registered;
                   inmail::evolve(state.recipient, e);
                 },
                 [&](const MemberErased& e) {
                   state.membership = Membership::erasing;
                   inmail::evolve(state.recipient, e);
                   forget_reminders(state.received, agenda, e);
                   state.views.clear();
                 },
                 [&](const MemberKeyDestroyed&) {
                   invariant(state.membership == Membership::erasing,
                             "a key is destroyed after its end");
                   state.membership = Membership::erased;
                 },
                 [&](const ReceivedErased& e) { received_erased(state, e); },
                 [&](const ReceivedKeyDestroyed& e) { received_key_destroyed(state, e); },
                 [&](const InMailSent& e) { sent(state, e, stamp); },
                 [&](const InMailScheduled& e) { scheduled(state, e, stamp); },
                 [&](const OutcomeReceived& e) { inmail::evolve(state.outbox, e, stamp); },
                 [&](const MemberBlocked& e) {
                   inmail::evolve(state.recipient, e);
                   forget_reminders(state.received, agenda, e);
                 },
                 [&](const SenderStopped& e) {
                   inmail::evolve(state.recipient, e);
                   forget_reminders(state.received, agenda, e);
                 },
                 [&](const InMailDelivered& e) { arrived(state, e, stamp); },
                 [&](const InMailFailed& e) { inmail::evolve(state.received, e, stamp); },
                 [&](const Replied& e) { inmail::evolve(state.received, agenda, e, stamp); },
                 [&](const MessageSent& e) { wrote(state, e, stamp); },
                 [&](const ConversationReopened& e) {
                   if (e.learned)
                     inmail::evolve(state.outbox, e, stamp);
                   else
                     inmail::evolve(state.received, e);
                 },
                 [](const LimitHit&) {},
                 [](const CommandRejected&) {},
                 [](const CommandAccepted&) {},
                 [&](const auto& e) {
                   if constexpr (requires { inmail::evolve(state.received, agenda, e); })
                     inmail::evolve(state.received, agenda, e);
                   else if constexpr (requires { inmail::evolve(state.views, e); })
                     inmail::evolve(state.views, e);
                   else if constexpr (requires { inmail::evolve(state.account, agenda, e); })
                     inmail::evolve(state.account, agenda, e);
                   else if constexpr (requires { inmail::evolve(state.account, agenda, e, stamp); })
                     inmail::evolve(state.account, agenda, e, stamp);
                   else if constexpr (requires { inmail::evolve(state.recipient, e); })
                     inmail::evolve(state.recipient, e);
                   else if constexpr (requires { inmail::evolve(state.outbox, agenda, e); })
                     inmail::evolve(state.outbox, agenda, e);
                   else if constexpr (requires { inmail::evolve(state.drafts, agenda, e); })
                     inmail::evolve(state.drafts, agenda, e);
                   else if constexpr (requires { inmail::evolve(state.linked_to, e); })
                     inmail::evolve(state.linked_to, e);
                   else
                     throw_defect("a member's stream holds an event that is none of a member");
                 },
             },
             event);
}

SendForecast Member::forecast(const State& state, const SendInMail& command,
                              const Context& context) {
  if (!may_give(context.asked_by, command)) return {.refusals = {{Rejection::not_allowed}}};
  if (!state.is_registered()) return {.refusals = {{Rejection::unknown_sender}}};
  const SenderFacts sender = sender_facts(state, command.from, context.policy());
  SendForecast forecast = forecast_of({command, sender, state.outbox, context});
  if (sender.pays_itself()) add_payment(forecast, state.account, context.policy());
  return forecast;
}

std::optional<StreamId> Member::pool_of(const State& state) {
  return state.linked_to ? std::optional<StreamId>(*state.linked_to) : std::nullopt;
}

Reserve Member::question_of(StreamId id, const State& state, const SendInMail& command,
                            const Context& context) {
  const SenderFacts sender = sender_facts(state, id.member(), context.policy());
  return question_about(id, {command, sender, state.outbox, context}, false);
}

std::optional<Reserve> Member::needs_reservation(StreamId id, const State& state,
                                                 const Command& command, const Context& context) {
  if (!state.linked_to || !may_give(context.asked_by, command)) return std::nullopt;
  const SenderFacts sender = sender_facts(state, id.member(), context.policy());
  const auto wish = wish_in(state.outbox, sender, command, context);
  if (!wish || is_stray(state.outbox, command)) return std::nullopt;
  return inmail::question_of(id, *wish);
}

std::optional<Reserve> Member::needs_reservation_for(StreamId id, const State& state,
                                                     const InMailId& inmail,
                                                     const Context& context) {
  const Scheduled& scheduled = state.outbox.scheduled.at(inmail);
  if (scheduled.pool == id || has_lost_parent(state.outbox, scheduled)) return std::nullopt;
  const SenderFacts sender = sender_facts(state, id.member(), scheduled.pool, context.policy());
  return inmail::question_of(id, wish_of(state.outbox, sender, scheduled, context));
}

std::optional<CreditForecast> Member::foretell_credits(const State& state, const Context& context,
                                                       Timestamp until) {
  if (!state.is_registered()) return std::nullopt;
  CreditForecast forecast = forecast_credits(state.account, 1, context.policy(), until);
  forecast.spends_from = state.linked_to;
  return forecast;
}

std::optional<MemberId> Member::looks_at(const State& state, const Command& command) {
  if (!state.is_registered()) return std::nullopt;
  if (const SendInMail* send = letter_in(command))
    return send->to == send->from ? std::nullopt : std::optional(send->to);
  if (const auto* message = std::get_if<SendMessage>(&command)) return message->to;
  if (const auto* draft = std::get_if<SaveDraft>(&command)) return reader_of(*draft);
  if (const auto* tie = std::get_if<SetConnection>(&command); tie && tie->a != tie->b)
    return std::max(tie->a, tie->b);
  if (const auto* link = std::get_if<LinkAccounts>(&command); link && link->pool != link->member)
    return link->pool;
  return std::nullopt;
}

Admission Member::admission(const State& state, const Policy& policy, Version version) {
  Admission admission = own_admission(state, policy);
  show_arrivals(admission, state, version);
  return admission;
}

bool Member::inbox_is_full(const State& state, const InboxPolicy& rule) {
  if (rule.max_conversations == 0 || rule.overflow != InboxOverflow::reject) return false;
  std::int64_t held = 0;
  each_in_inbox(state, [&](Timestamp, const InMailId&) { ++held; });
  return held >= rule.max_conversations;
}

void Member::show_arrivals(Admission& admission, const State& state, Version version) {
  admission.outreach =
      state.outreach.empty() ? nullptr : std::make_shared<const OutreachMap>(state.outreach);
  admission.arrivals = state.arrivals;
  admission.version = version;
}

bool Member::has_quota(const State& state, const RecipientPolicy& policy) {
  const auto& own = state.recipient.rules;
  return !quota_of(own ? &*own : nullptr, policy).is_none();
}

std::size_t Member::footprint(const State& state) {
  return inmail::footprint(state.recipient) + inmail::footprint(state.account) +
         inmail::footprint(state.outbox) + footprint_of(state.received) +
         inmail::footprint(state.views) + footprint_of(state.agenda) + footprint_of(state.drafts) +
         footprint_of(state.outreach, 2 * (sizeof(SeatId) + sizeof(Outreach)));
}

}  // namespace inmail
