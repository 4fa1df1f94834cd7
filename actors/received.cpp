#include "actors/received.hpp"

#include <algorithm>
#include <tuple>

#include "actors/outbox.hpp"

namespace inmail {
namespace {

constexpr EnumSet<RefundOn> responses{RefundOn::accept, RefundOn::decline, RefundOn::reply,
                                      RefundOn::quick_reply};

bool refunds_a_response(const RefundPolicy& refund) {
  return (refund.on.bits() & responses.bits()) != 0;
}

bool refunds_an_expiry(const Policy& policy) {
  return policy.expiry.basis != ExpiryBasis::never &&
         (policy.refund.on.has(RefundOn::expired) || policy.refund.on.has(RefundOn::unopened));
}

std::uint32_t refund_amount(const RefundPolicy& refund, std::uint32_t cost, RefundOn reason) {
  if (!refund.on.has(reason)) return 0;
  const auto bp = static_cast<std::uint64_t>(refund.amount_bp(reason));
  return static_cast<std::uint32_t>(std::uint64_t{cost} * bp / 10'000);
}

/// When silence ends a charge whose clock started at `clock`, if it does. A silence that gives
/// nothing back must not end what an answer or the expiry still could.
std::optional<Timestamp> silence_ends_at(const Policy& policy, std::uint32_t cost,
                                         Timestamp clock) {
  const RefundPolicy& refund = policy.refund;
  if (!refund.on.has(RefundOn::no_response)) return std::nullopt;
  const bool else_refunds = refunds_a_response(refund) || refunds_an_expiry(policy);
  if (else_refunds && refund_amount(refund, cost, RefundOn::no_response) == 0) return std::nullopt;
  return clock + refund.no_response_window_s + just_after;
}

struct End {
  ChargeEnd charge = ChargeEnd::none;
  std::uint32_t amount = 0;
};

/// How a charge that is open now ends, if `amount` comes back.
End end_with(bool charge_open, std::uint32_t amount) {
  if (!charge_open) return {};
  return amount > 0 ? End{ChargeEnd::refund, amount} : End{ChargeEnd::final, 0};
}

bool may_expire(const Received& inmail) {
  return inmail.expires_from && inmail.lifecycle == Lifecycle::delivered && !inmail.response &&
         (inmail.expiry_basis != ExpiryBasis::unopened || !inmail.opened);
}

/// When silence makes the charge final: with the refund window, unless an expiry comes later and
/// ends the charge itself.
std::optional<Due> final_due(const Received& inmail) {
  if (!inmail.charge_open || inmail.no_response_from || !inmail.refund_until) return std::nullopt;
  const Timestamp closes = *inmail.refund_until + just_after;
  if (may_expire(inmail) && *inmail.expires_from >= closes) return std::nullopt;
  return due(closes, DueKind::refund_window_closes, inmail.ref.inmail);
}

/// Whether only its expiry unopened could still have given the credit back, and now cannot.
bool opening_ends_charge(const Received& inmail, const Opened& opened, Timestamp now) {
  const bool window_is_over = !inmail.refund_until || *inmail.refund_until < now;
  return inmail.charge_open && inmail.expiry_basis == ExpiryBasis::unopened && window_is_over &&
         !opened.refund_until && !opened.no_response_from && !inmail.no_response_from;
}

/// What an answer of `kind` gives back now for a charge that is open. A window that begins with the
/// opening is open before it.
std::uint32_t answer_refunds(const Received& inmail, ReplyKind kind, const Context& context) {
  if (!inmail.charge_open || inmail.lifecycle != Lifecycle::delivered) return 0;
  const RefundPolicy& refund = context.policies->at(inmail.pinned).refund;
  const bool is_yet_to_begin = refund.clock == RefundClock::opened_at && !inmail.opened;
  const bool in_window =
      is_yet_to_begin || (inmail.refund_until && context.now <= *inmail.refund_until);
  return in_window ? refund_amount(refund, inmail.ref.cost, refund_on(kind)) : 0;
}

/// The open charges of one sender that an answer to `answered` ends all at once, in the order they
/// were sent (D4.1.4).
std::vector<const Received*> ended_together(const ReceivedMap& received, const Received& answered,
                                            const Context& context) {
  const RefundPolicy& rule = context.policies->at(answered.pinned).refund;
  if (rule.followup_rule == FollowupRefund::independent || !refunds_a_response(rule))
    return {&answered};
  std::vector<const Received*> all;
  for (const auto& [id, inmail] : received) {
    if (inmail.ref.sender != answered.ref.sender || !inmail.charge_open || inmail.response ||
        inmail.lifecycle != Lifecycle::delivered)
      continue;
    const RefundPolicy& own = context.policies->at(inmail.pinned).refund;
    if (own.followup_rule == rule.followup_rule && refunds_a_response(own)) all.push_back(&inmail);
  }
  std::sort(all.begin(), all.end(), [](const Received* left, const Received* right) {
    return std::tie(left->ref.sent_at, left->ref.inmail) <
           std::tie(right->ref.sent_at, right->ref.inmail);
  });
  return all;
}

/// Which of them gives its credit back: the earliest that still can, or, by `first_only`, the first
/// or none. Null: none does.
const Received* refunded_among(const std::vector<const Received*>& together, ReplyKind kind,
                               const Context& context) {
  for (const Received* each : together) {
    if (answer_refunds(*each, kind, context) > 0) return each;
    const RefundPolicy& rule = context.policies->at(each->pinned).refund;
    if (rule.followup_rule == FollowupRefund::first_only) return nullptr;
  }
  return nullptr;
}

/// Puts on the agenda what an InMail will do by itself, or takes it off.
template <class Change>
void change(ReceivedMap& received, Agenda& agenda, const InMailId& id, Change&& apply) {
  const auto found = received.find(id);
  invariant(found != received.end(), "an event names an InMail that was delivered");
  Received& inmail = found->second;
  const auto dues = [&] {
    std::vector<Due> result;
    if (const auto closing = final_due(inmail)) result.push_back(*closing);
    if (inmail.charge_open && inmail.no_response_from && !inmail.response)
      result.push_back(due(*inmail.no_response_from, DueKind::no_response_refund, id));
    if (may_expire(inmail))
      result.push_back(due(*inmail.expires_from, DueKind::message_expires, id));
    return result;
  };
  for (const Due& each : dues()) agenda.erase(each);
  apply(inmail);
  for (const Due& each : dues()) agenda.insert(each);
}

/// Guards that opening, answering and their like share (D5.2).
Guard check_readable(const ReceivedMap& received, const InMailId& id, const Context& context) {
  const auto found = received.find(id);
  if (found == received.end()) return refuse(Rejection::not_delivered);
  const Received& inmail = found->second;
  switch (inmail.lifecycle) {
    case Lifecycle::delivered: return pass();
    case Lifecycle::failed: return refuse(Rejection::not_delivered);
    case Lifecycle::retracted: return refuse(Rejection::message_retracted);
    case Lifecycle::expired: {
      const ExpiryPolicy& expiry = context.policies->at(inmail.pinned).expiry;
      const bool open = expiry.effect == ExpiryEffect::status_only &&
                        expiry.late_response == LateResponse::allow_no_refund;
      return open ? pass() : refuse(Rejection::message_expired);
    }
  }
  return refuse(Rejection::not_delivered);
}

Guard check_retract(const ReceivedMap& received, const RetractInMail& command,
                    const Context& context) {
  const auto found = received.find(command.inmail);
  if (found == received.end() || found->second.lifecycle == Lifecycle::failed)
    return refuse(Rejection::not_delivered);
  const Received& inmail = found->second;
  if (inmail.ref.from != command.author_id) return refuse(Rejection::not_allowed);
  if (inmail.lifecycle == Lifecycle::retracted) return refuse(Rejection::already_retracted);
  if (inmail.lifecycle == Lifecycle::expired) return refuse(Rejection::message_expired);

  const Policy& policy = context.policies->at(inmail.pinned);
  const RetractPolicy& retract = policy.retract;
  if (retract.condition == RetractCondition::never || retract.window_s.count() == 0)
    return refuse(Rejection::retract_disabled);
  if (context.now > inmail.ref.sent_at + retract.window_s)
    return refuse(Rejection::retract_window_over, retract.window_s.count(),
                  std::chrono::ceil<Seconds>(context.now - inmail.ref.sent_at).count());
  if (inmail.response) return refuse(Rejection::already_responded);
  if (inmail.opened && retract.condition == RetractCondition::unopened)
    return refuse(policy.metrics.open_visible_to_sender == OpenVisibility::always
                      ? Rejection::already_opened
                      : Rejection::retract_refused);
  return pass();
}

}  // namespace

Arrival arrival_of(const Notice& notice) {
  if (const auto* closed = std::get_if<UndoWindowClosed>(notice.event.get()))
    return {
        {closed->inmail, notice.from, closed->pool, closed->from, closed->cost, closed->sent_at},
        closed->pinned,
        closed->from_premium};
  const auto& sent = std::get<InMailSent>(*notice.event);
  return {{sent.inmail, notice.from, sent.pool, sent.from, sent.cost, notice.at},
          notice.policy,
          sent.from_premium};
}

std::vector<Event> deliver(const ReceivedMap& received, const RecipientFacts& recipient,
                           const Arrival& arrival, const Context& context) {
  const InMailRef& ref = arrival.ref;
  if (received.contains(ref.inmail)) return {};
  if (!recipient.registered) return {InMailFailed{ref, FailureReason::unknown_recipient}};
  if (!recipient.available) return {InMailFailed{ref, FailureReason::recipient_unavailable}};

  const Policy& policy = context.policies->at(arrival.pinned);
  const RefundPolicy& refund = policy.refund;
  InMailDelivered delivered{.ref = ref, .pinned = arrival.pinned};
  const bool clock_runs = refund.clock != RefundClock::opened_at;
  const Timestamp clock = refund.clock == RefundClock::sent_at ? ref.sent_at : context.now;
  const bool by_silence = refund.on.has(RefundOn::no_response);
  const bool by_words = refunds_a_response(refund);
  const bool by_expiry = refunds_an_expiry(policy);
  delivered.refundable = ref.cost > 0 && (by_words || by_silence || by_expiry);
  if (delivered.refundable && clock_runs) {
    if (by_words) delivered.refund_until = clock + refund.window_s;
    delivered.no_response_from = silence_ends_at(policy, ref.cost, clock);
  }
  if (policy.expiry.basis != ExpiryBasis::never) {
    delivered.expiry_basis = policy.expiry.basis;
    delivered.expires_from = ref.sent_at + policy.expiry.ttl_s + just_after;
  }
  return {delivered};
}

Decision open_inmail(const ReceivedMap& received, const OpenInMail& command,
                     const Context& context) {
  if (Guard guard = check_readable(received, command.inmail, context)) return {{}, guard};
  const Received& inmail = received.at(command.inmail);
  if (inmail.opened) return Decision::accept();
  Opened opened{.ref = inmail.ref, .inferred = false};
  const Policy& policy = context.policies->at(inmail.pinned);
  const RefundPolicy& refund = policy.refund;
  if (inmail.charge_open && refund.clock == RefundClock::opened_at) {
    if (refunds_a_response(refund)) opened.refund_until = context.now + refund.window_s;
    opened.no_response_from = silence_ends_at(policy, inmail.ref.cost, context.now);
  }
  if (!opening_ends_charge(inmail, opened, context.now)) return Decision::happened(opened);
  return Decision::happened(opened, RefundWindowClosed{inmail.ref, ChargeEnd::final, 0});
}

Decision respond(const ReceivedMap& received, const Respond& command, const Context& context) {
  if (Guard guard = check_readable(received, command.inmail, context)) return {{}, guard};
  const Received& inmail = received.at(command.inmail);
  if (inmail.response) return Decision::reject(Rejection::already_responded);
  if (!command.text.empty() || command.kind == ReplyKind::reply)
    if (Guard words = check_words(command.text, context.policy().limit)) return {{}, words};

  const auto together = ended_together(received, inmail, context);
  const Received* refunded = refunded_among(together, command.kind, context);
  const auto end_of = [&](const Received& each) {
    return end_with(each.charge_open,
                    &each == refunded ? answer_refunds(each, command.kind, context) : 0);
  };

  Decision decision;
  if (!inmail.opened) decision.events.push_back(Opened{.ref = inmail.ref, .inferred = true});
  const End end = end_of(inmail);
  Replied replied{.ref = inmail.ref, .kind = command.kind, .canned = command.text.empty()};
  replied.text = command.text;
  replied.latency_ms = (context.now - inmail.delivered_at).count();
  replied.charge = end.charge;
  replied.refund_amount = end.amount;
  decision.events.push_back(std::move(replied));
  for (const Received* each : together) {
    if (each == &inmail) continue;
    const End other = end_of(*each);
    decision.events.push_back(RefundWindowClosed{each->ref, other.charge, other.amount,
                                                 AnsweredBeside{command.inmail, command.kind}});
  }
  return decision;
}

Decision retract(const ReceivedMap& received, const RetractInMail& command,
                 const Context& context) {
  if (Guard guard = check_retract(received, command, context)) return {{}, guard};
  const Received& inmail = received.at(command.inmail);
  const RetractRefund rule = context.policies->at(inmail.pinned).retract.refund;
  const bool refunds =
      rule == RetractRefund::always || (rule == RetractRefund::if_unopened && !inmail.opened);
  const End end = end_with(inmail.charge_open, refunds ? inmail.ref.cost : 0);
  return Decision::happened(InMailRetracted{inmail.ref, inmail.opened, end.charge, end.amount});
}

std::vector<Event> inmail_falls_due(const ReceivedMap& received, const Due& due,
                                    const Context& context) {
  const auto found = received.find(InMailId{due.subject});
  invariant(found != received.end(), "the agenda names an InMail that was delivered");
  const Received& inmail = found->second;
  const Policy& policy = context.policies->at(inmail.pinned);
  const std::uint32_t cost = inmail.ref.cost;
  if (due.kind == DueKind::no_response_refund) {
    const End end = end_with(true, refund_amount(policy.refund, cost, RefundOn::no_response));
    return {RefundWindowClosed{inmail.ref, end.charge, end.amount}};
  }
  if (due.kind == DueKind::refund_window_closes)
    return {RefundWindowClosed{inmail.ref, ChargeEnd::final, 0}};

  const std::uint32_t as_expired = refund_amount(policy.refund, cost, RefundOn::expired);
  const std::uint32_t as_unopened =
      inmail.opened ? 0 : refund_amount(policy.refund, cost, RefundOn::unopened);
  const std::uint32_t amount = std::max(as_expired, as_unopened);
  // A hidden InMail cannot be answered any more: without a refund now its charge is final, unless
  // silence still refunds at its own time.
  const bool closes = amount > 0 || !inmail.no_response_from;
  const End end = closes ? end_with(inmail.charge_open, amount) : End{};
  return {Expired{inmail.ref, inmail.expiry_basis, policy.expiry.effect, end.charge, end.amount}};
}

std::optional<Guard> check_received_thread(const ReceivedMap& received,
                                           const SendMessage& command) {
  const auto found = received.find(command.conversation);
  if (found == received.end() || found->second.lifecycle == Lifecycle::failed) return std::nullopt;
  if (found->second.ref.from != command.to) return std::nullopt;
  return found->second.response ? pass() : refuse(Rejection::awaiting_response);
}

void evolve(ReceivedMap& received, Agenda& agenda, const InMailDelivered& e, const Stamp& stamp) {
  Received fresh{.ref = e.ref, .pinned = e.pinned, .delivered_at = stamp.at};
  const bool is_new = received.emplace(e.ref.inmail, fresh).second;
  invariant(is_new, "an InMail is delivered once");
  change(received, agenda, e.ref.inmail, [&](Received& inmail) {
    inmail.charge_open = e.refundable;
    inmail.refund_until = e.refund_until;
    inmail.no_response_from = e.no_response_from;
    inmail.expires_from = e.expires_from;
    inmail.expiry_basis = e.expiry_basis;
  });
}

void evolve(ReceivedMap& received, const InMailFailed& e, const Stamp& stamp) {
  Received failed{.ref = e.ref, .pinned = {}, .delivered_at = stamp.at};
  failed.lifecycle = Lifecycle::failed;
  received.emplace(e.ref.inmail, failed);
}

void evolve(ReceivedMap& received, Agenda& agenda, const Opened& e) {
  change(received, agenda, e.ref.inmail, [&](Received& inmail) {
    inmail.opened = true;
    if (e.refund_until) inmail.refund_until = e.refund_until;
    if (e.no_response_from) inmail.no_response_from = e.no_response_from;
  });
}

void evolve(ReceivedMap& received, Agenda& agenda, const Replied& e) {
  change(received, agenda, e.ref.inmail, [&](Received& inmail) {
    invariant(!inmail.response, "the first response is the only one");
    inmail.response = e.kind;
    if (e.charge != ChargeEnd::none) inmail.charge_open = false;
  });
}

void evolve(ReceivedMap& received, Agenda& agenda, const Expired& e) {
  change(received, agenda, e.ref.inmail, [&](Received& inmail) {
    inmail.lifecycle = Lifecycle::expired;
    if (e.charge != ChargeEnd::none) inmail.charge_open = false;
  });
}

void evolve(ReceivedMap& received, Agenda& agenda, const InMailRetracted& e) {
  change(received, agenda, e.ref.inmail, [&](Received& inmail) {
    inmail.lifecycle = Lifecycle::retracted;
    if (e.charge != ChargeEnd::none) inmail.charge_open = false;
  });
}

void evolve(ReceivedMap& received, Agenda& agenda, const RefundWindowClosed& e) {
  change(received, agenda, e.ref.inmail, [](Received& inmail) { inmail.charge_open = false; });
}

}  // namespace inmail
