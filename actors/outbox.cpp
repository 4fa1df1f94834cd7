#include "actors/outbox.hpp"

#include <algorithm>

#include "actors/footprint.hpp"

namespace inmail {
namespace {

constexpr std::size_t scheduled_text_bytes = 1'024;

struct Told {
  InMailId inmail;
  Outcome outcome;
};

Outcome outcome_of(const Replied& reply) {
  switch (reply.kind) {
    case ReplyKind::accept: return Outcome::accepted;
    case ReplyKind::decline: return reply.canned ? Outcome::declined_silently : Outcome::declined;
    case ReplyKind::reply: return Outcome::replied;
    case ReplyKind::quick_reply: return Outcome::quick_reply;
  }
  return Outcome::replied;
}

ThreadState thread_after(Outcome outcome) {
  switch (outcome) {
    case Outcome::failed:
    case Outcome::retracted: return ThreadState::over;
    case Outcome::declined_silently: return ThreadState::closed_silent;
    case Outcome::accepted:
    case Outcome::declined:
    case Outcome::replied:
    case Outcome::quick_reply: break;
  }
  return ThreadState::open;
}

/// Forgets from the front those on which nothing looks back any more.
void remember(std::vector<LateSend>& lately, const InMailSent& e, Timestamp now) {
  if (e.marks.lookback_s <= 0) return;
  const bool is_full = lately.size() >= Outbox::late_sends_max;
  const auto still = std::find_if(lately.begin() + (is_full ? 1 : 0), lately.end(),
                                  [&](const LateSend& each) { return each.until > now; });
  lately.erase(lately.begin(), still);
  lately.push_back({now, now + Seconds{e.marks.lookback_s}, e.cost > 0, e.marks.print});
}

std::optional<Told> told_by(const Event& source) {
  if (const auto* reply = std::get_if<Replied>(&source))
    return Told{reply->ref.inmail, outcome_of(*reply)};
  if (const auto* failure = std::get_if<InMailFailed>(&source))
    return Told{failure->ref.inmail, Outcome::failed};
  if (const auto* retraction = std::get_if<InMailRetracted>(&source))
    return Told{retraction->ref.inmail, Outcome::retracted};
  return std::nullopt;
}

/// The pair is free for another one.
void forget(Outbox& outbox, const InMailId& inmail, MemberId to) {
  const auto found = outbox.unanswered.find(to);
  invariant(found != outbox.unanswered.end(), "what ends an InMail names one that we sent");
  std::erase_if(found->second, [&](const Unanswered& each) { return each.inmail == inmail; });
  if (found->second.empty()) outbox.unanswered.erase(found);
}

/// What was not delivered, or not paid for in the end, unlocks nothing.
void lock_again(Outbox& outbox, const InMailId& inmail, MemberId to) {
  const auto unlock = outbox.unlocked.find(to);
  if (unlock != outbox.unlocked.end() && unlock->second.inmail == inmail)
    outbox.unlocked.erase(unlock);
}

void take_off(Outbox& outbox, Agenda& agenda, const InMailId& inmail) {
  const auto found = outbox.undoable.find(inmail);
  agenda.erase(due(found->second.until + just_after, DueKind::undo_ends, inmail));
  outbox.undoable.erase(found);
}

void unschedule(Outbox& outbox, Agenda& agenda, const InMailId& inmail) {
  const auto found = outbox.scheduled.find(inmail);
  agenda.erase(due(found->second.send_at, DueKind::scheduled_send, inmail));
  outbox.scheduled.erase(found);
}

void move_to(Agenda& agenda, const InMailId& inmail, Scheduled& scheduled, Timestamp send_at) {
  agenda.erase(due(scheduled.send_at, DueKind::scheduled_send, inmail));
  scheduled.send_at = send_at;
  agenda.insert(due(send_at, DueKind::scheduled_send, inmail));
}

}  // namespace

std::int32_t month_of(Timestamp time) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(time)};
  return static_cast<int>(day.year()) * 12 + static_cast<int>(static_cast<unsigned>(day.month()));
}

bool Outbox::knows(const InMailId& inmail, MemberId to) const {
  if (threads.contains(inmail)) return true;
  const auto found = unanswered.find(to);
  return found != unanswered.end() &&
         std::any_of(found->second.begin(), found->second.end(),
                     [&](const Unanswered& each) { return each.inmail == inmail; });
}

bool Outbox::knows(const InMailId& inmail) const {
  return std::any_of(unanswered.begin(), unanswered.end(),
                     [&](const auto& entry) { return knows(inmail, entry.first); }) ||
         threads.contains(inmail);
}

std::optional<Timestamp> Outbox::sent_at(const InMailId& inmail, MemberId to) const {
  const auto found = unanswered.find(to);
  if (found == unanswered.end()) return std::nullopt;
  for (const Unanswered& each : found->second)
    if (each.inmail == inmail) return each.sent_at;
  return std::nullopt;
}

bool Outbox::talks_with(MemberId member) const {
  return std::any_of(threads.begin(), threads.end(), [&](const auto& thread) {
    return thread.second.with == member && thread.second.state == ThreadState::open;
  });
}

std::size_t footprint(const Outbox& outbox) {
  return footprint_of(outbox.unanswered, 2 * sizeof(Unanswered)) + footprint_of(outbox.threads) +
         footprint_of(outbox.undoable) + footprint_of(outbox.declined) +
         outbox.lately.capacity() * sizeof(LateSend) + footprint_of(outbox.unlocked) +
         footprint_of(outbox.scheduled, scheduled_text_bytes);
}

std::int64_t length_in(TextUnit unit, const TextCounts& counts) {
  switch (unit) {
    case TextUnit::byte: return counts.bytes;
    case TextUnit::utf16: return counts.utf16;
    case TextUnit::codepoint: return counts.codepoints;
    case TextUnit::grapheme: return counts.graphemes;
    case TextUnit::word: return counts.words;
  }
  return counts.codepoints;
}

Guard check_words(const Text& text, const LimitPolicy& limit) {
  const std::int64_t length = length_in(limit.body_unit, text.counts());
  if (text.empty()) return refuse(Rejection::body_empty, 1, 0);
  if (limit.body_max > 0 && length > limit.body_max)
    return refuse(Rejection::body_too_long, limit.body_max, length);
  return pass();
}

OutgoingState outgoing_of(const Outbox& outbox, const InMailId& inmail) {
  if (outbox.scheduled.contains(inmail)) return OutgoingState::scheduled;
  return outbox.undoable.contains(inmail) ? OutgoingState::undoable : OutgoingState::none;
}

ThreadState thread_of(const Outbox& outbox, const InMailId& inmail, MemberId to) {
  const auto thread = outbox.threads.find(inmail);
  if (thread != outbox.threads.end())
    return thread->second.with == to ? thread->second.state : ThreadState::none;
  return outbox.knows(inmail, to) ? ThreadState::awaiting : ThreadState::none;
}

void evolve(Outbox& outbox, Agenda& agenda, const InMailSent& e, const Stamp& stamp) {
  (void)step<InMailSent>(thread_table(), thread_of(outbox, e.inmail, e.to));
  const OutgoingState from = outgoing_of(outbox, e.inmail);
  (void)step<InMailSent>(outgoing_table(), from,
                         e.undo_until ? OutgoingState::undoable : OutgoingState::left);
  outbox.unanswered[e.to].push_back({e.inmail, stamp.at});
  if (from == OutgoingState::scheduled) unschedule(outbox, agenda, e.inmail);
  // A parent that was sent late keeps its distance from what follows it.
  for (auto& [inmail, each] : outbox.scheduled)
    if (each.parent == e.inmail)
      move_to(agenda, inmail, each, std::max(each.send_at, stamp.at + Seconds{each.delay_s}));
  if (e.undo_until) {
    outbox.undoable[e.inmail] = {e.from,   e.to,          e.from_premium, e.pool,        e.cost,
                                 stamp.at, *e.undo_until, stamp.policy,   e.markup.links};
    agenda.insert(due(*e.undo_until + just_after, DueKind::undo_ends, e.inmail));
  }
  remember(outbox.lately, e, stamp.at);
  if (e.marks.unlocks_until) outbox.unlocked[e.to] = {e.inmail, *e.marks.unlocks_until};
  if (e.free_class != FreeClass::open_profile) return;
  const std::int32_t month = month_of(stamp.at);
  if (outbox.open_profile.month != month) outbox.open_profile = {month, 0};
  ++outbox.open_profile.count;
}

void evolve(Outbox& outbox, Agenda& agenda, const UndoWindowClosed& e) {
  (void)step<UndoWindowClosed>(outgoing_table(), outgoing_of(outbox, e.inmail));
  take_off(outbox, agenda, e.inmail);
}

void evolve(Outbox& outbox, Agenda& agenda, const InMailCancelled& e) {
  const OutgoingState from = outgoing_of(outbox, e.inmail);
  (void)step<InMailCancelled>(outgoing_table(), from);
  if (from == OutgoingState::scheduled) return unschedule(outbox, agenda, e.inmail);
  (void)step<InMailCancelled>(thread_table(), thread_of(outbox, e.inmail, e.to));
  take_off(outbox, agenda, e.inmail);
  forget(outbox, e.inmail, e.to);
  lock_again(outbox, e.inmail, e.to);
}

void evolve(Outbox& outbox, Agenda& agenda, const InMailScheduled& e) {
  (void)step<InMailScheduled>(outgoing_table(), outgoing_of(outbox, e.inmail));
  outbox.scheduled[e.inmail] = {.letter = {.from = e.from,
                                           .seat = e.seat,
                                           .to = e.to,
                                           .subject = e.subject,
                                           .body = e.body,
                                           .hints = {e.degree, e.applicant, e.purpose},
                                           .markup = e.markup,
                                           .print = e.print,
                                           .override_reason = e.override_reason,
                                           .veteran = e.veteran,
                                           .signature = e.signature,
                                           .attachments = e.attachments,
                                           .locale = e.locale,
                                           .offers_compensation = e.offers_compensation,
                                           .draft = {}},
                                .send_at = e.send_at,
                                .pool = e.pool,
                                .is_paid = e.is_paid,
                                .cost = e.cost,
                                .free_class = e.free_class,
                                .parent = e.parent,
                                .delay_s = e.delay_s};
  agenda.insert(due(e.send_at, DueKind::scheduled_send, e.inmail));
}

void evolve(Outbox& outbox, Agenda& agenda, const InMailRescheduled& e) {
  (void)step<InMailRescheduled>(outgoing_table(), outgoing_of(outbox, e.inmail));
  move_to(agenda, e.inmail, outbox.scheduled.at(e.inmail), e.send_at);
}

void evolve(Outbox& outbox, const OutcomeReceived& e, const Stamp& stamp) {
  const ThreadState state = step<OutcomeReceived>(thread_table(), thread_of(outbox, e.inmail, e.to),
                                                  thread_after(e.outcome));
  forget(outbox, e.inmail, e.to);
  if (e.outcome == Outcome::failed) lock_again(outbox, e.inmail, e.to);
  if (state == ThreadState::over) return;
  outbox.threads[e.inmail] = {e.to, state, stamp.at};
  if (e.outcome == Outcome::declined || e.outcome == Outcome::declined_silently)
    outbox.declined[e.to] = stamp.at;
  else
    outbox.declined.erase(e.to);
}

void evolve(Outbox& outbox, const MessageSent& e, const Stamp& stamp) {
  AnsweredThread& thread = outbox.threads[e.conversation];
  thread.state = step<MessageSent>(thread_table(), thread.state);
  thread.active_at = stamp.at;
}

void evolve(Outbox& outbox, const ConversationReopened& e, const Stamp& stamp) {
  AnsweredThread& thread = outbox.threads[e.conversation];
  thread.state = step<ConversationReopened>(thread_table(), thread.state);
  thread.active_at = stamp.at;
  outbox.declined.erase(e.by);
}

std::vector<Event> learn_outcome(const Outbox& outbox, const Notice& notice) {
  const auto told = told_by(*notice.event);
  invariant(told.has_value(), "a notice to the sender says how its InMail went");
  const MemberId to = notice.from.member();
  if (outbox.threads.contains(told->inmail) || !outbox.knows(told->inmail, to)) return {};
  return {OutcomeReceived{told->inmail, to, told->outcome}};
}

// Who has written after a silent decline has declined before, whichever of the two is heard first.
std::vector<Event> learn_reopening(const Outbox& outbox, const Notice& notice) {
  ConversationReopened e = std::get<ConversationReopened>(*notice.event);
  e.learned = true;
  switch (thread_of(outbox, e.conversation, e.by)) {
    case ThreadState::closed_silent: return {e};
    case ThreadState::awaiting:
      return {OutcomeReceived{e.conversation, e.by, Outcome::declined_silently}, e};
    default: return {};
  }
}

}  // namespace inmail
