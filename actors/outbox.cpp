#include "actors/outbox.hpp"

#include <algorithm>

#include "actors/footprint.hpp"

namespace inmail {
namespace {

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

void take_off(Outbox& outbox, Agenda& agenda, const InMailId& inmail) {
  const auto found = outbox.undoable.find(inmail);
  invariant(found != outbox.undoable.end(), "an undo window ends once");
  agenda.erase(due(found->second.until + just_after, DueKind::undo_ends, inmail));
  outbox.undoable.erase(found);
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

std::size_t footprint(const Outbox& outbox) {
  return footprint_of(outbox.unanswered, 2 * sizeof(Unanswered)) + footprint_of(outbox.threads) +
         footprint_of(outbox.undoable);
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

Guard check_thread(const Outbox& outbox, const SendMessage& command) {
  const auto thread = outbox.threads.find(command.conversation);
  if (thread == outbox.threads.end())
    return outbox.knows(command.conversation, command.to) ? refuse(Rejection::awaiting_response)
                                                          : refuse(Rejection::unknown_target);
  if (thread->second.with != command.to) return refuse(Rejection::unknown_target);
  if (thread->second.closed_by_decline) return refuse(Rejection::thread_closed_by_decline);
  return pass();
}

void evolve(Outbox& outbox, Agenda& agenda, const InMailSent& e, const Stamp& stamp) {
  outbox.unanswered[e.to].push_back({e.inmail, stamp.at});
  if (e.undo_until) {
    outbox.undoable[e.inmail] = {e.from, e.to,     e.from_premium, e.pool,
                                 e.cost, stamp.at, *e.undo_until,  stamp.policy};
    agenda.insert(due(*e.undo_until + just_after, DueKind::undo_ends, e.inmail));
  }
  if (e.free_class != FreeClass::open_profile) return;
  const std::int32_t month = month_of(stamp.at);
  if (outbox.open_profile.month != month) outbox.open_profile = {month, 0};
  ++outbox.open_profile.count;
}

void evolve(Outbox& outbox, Agenda& agenda, const UndoWindowClosed& e) {
  take_off(outbox, agenda, e.inmail);
}

void evolve(Outbox& outbox, Agenda& agenda, const InMailCancelled& e) {
  take_off(outbox, agenda, e.inmail);
  forget(outbox, e.inmail, e.to);
}

void evolve(Outbox& outbox, const OutcomeReceived& e) {
  forget(outbox, e.inmail, e.to);
  if (e.outcome != Outcome::failed && e.outcome != Outcome::retracted)
    outbox.threads[e.inmail] = {e.to, e.outcome == Outcome::declined_silently};
}

std::vector<Event> learn_outcome(const Outbox& outbox, const Notice& notice) {
  const auto told = told_by(*notice.event);
  invariant(told.has_value(), "a notice to the sender says how its InMail went");
  const MemberId to = notice.from.member();
  if (outbox.threads.contains(told->inmail) || !outbox.knows(told->inmail, to)) return {};
  return {OutcomeReceived{told->inmail, to, told->outcome}};
}

}  // namespace inmail
