#include <algorithm>
#include <array>

#include "projections/audit_rules.hpp"

// What must hold of InMails on their way: sent, delivered, opened, answered, ended.

namespace inmail::auditing {
namespace {

// IM1.

void check_sent(const Step& step, const InMailSent& e, Verdict& verdict) {
  const bool is_new = !step.world.is_over(e.inmail) && !e.inmail.is_zero() &&
                      (step.inmail == nullptr || !step.inmail->is_sent());
  verdict.check(is_new, e.inmail, " was sent before");
  const StreamId sender = step.header.stream;
  const MemberId person = sender.kind() == StreamKind::seat ? step.stream.holder : sender.member();
  const bool is_somebody = sender.kind() == StreamKind::seat || step.stream.registered;
  verdict.check(e.from == person && e.to != e.from && is_somebody, e.inmail, " was sent by ",
                sender, " in the name of member:", e.from, " to member:", e.to);
  if (step.policy == nullptr) return;
  const bool was_scheduled = step.inmail != nullptr && step.inmail->stage == Stage::scheduled;
  if (was_scheduled) return;  // audit_dispatch.cpp judges it.
  verdict.check(e.origin == SendOrigin::direct && !e.parent, e.inmail, " was sent as ",
                name_of(e.origin), ", and was never scheduled");
  const Seconds window = step.policy->undo.window_s;
  const auto until = window.count() > 0 ? std::optional(later(step.header.due_at, window))
                                        : std::optional<Timestamp>{};
  verdict.check(e.undo_until == until, e.inmail, " can be undone for another time than the ",
                window.count(), " seconds of the policy");
}

void check_undo_end(const Step& step, const UndoWindowClosed& e, Verdict& verdict) {
  const InMail* inmail = step.inmail;
  const bool may_leave = inmail != nullptr && inmail->stage == Stage::sent &&
                         inmail->in_undo_time && inmail->sender == step.header.stream &&
                         step.header.due_at == inmail->undo_until + Milliseconds{1};
  if (!verdict.check(may_leave, e.inmail, " left ", step.header.stream,
                     " before its undo time was over, or was not there to leave"))
    return;
  verdict.check(e.from == inmail->from && e.to == inmail->to && e.pool == inmail->pool &&
                    e.cost == inmail->cost && e.sent_at == inmail->sent_at &&
                    e.from_premium == inmail->from_premium && e.pinned.value == inmail->pinned &&
                    e.links == inmail->links,
                e.inmail, " left otherwise than it was sent");
}

void check_cancelled(const Step& step, const InMailCancelled& e, Verdict& verdict) {
  const InMail* inmail = step.inmail;
  if (inmail != nullptr && inmail->stage == Stage::scheduled) return;  // Likewise.
  const bool is_here = inmail != nullptr && inmail->stage == Stage::sent && inmail->in_undo_time &&
                       inmail->sender == step.header.stream;
  if (!verdict.check(is_here && step.header.due_at <= inmail->undo_until, e.inmail,
                     " was cancelled after it had left ", step.header.stream, ", or was not there"))
    return;
  const bool by_erasure = e.reason == CancelReason::sender_erased && step.stream.erased_at;
  verdict.check(e.reason == CancelReason::undo || by_erasure, e.inmail, " was cancelled by ",
                name_of(e.reason), ", which does not cancel it");
  verdict.check(
      e.to == inmail->to && e.pool == inmail->pool && e.set_aside == inmail->cost && !e.refusal,
      e.inmail, " was cancelled otherwise than it was sent");
}

bool repeats_the_send(const InMailRef& ref, const InMail& inmail) {
  return ref.sender == inmail.sender && ref.pool == inmail.pool && ref.from == inmail.from &&
         ref.cost == inmail.cost && ref.sent_at == inmail.sent_at;
}

bool may_happen(const Step& step, const InMail& inmail, const InMailDelivered& e) {
  return inmail.stage == Stage::sent && !inmail.in_undo_time && e.pinned.value == inmail.pinned &&
         step.header.due_at >= inmail.sent_at;
}

bool may_happen(const Step& step, const InMail& inmail, const InMailFailed&) {
  return inmail.stage == Stage::sent && !inmail.in_undo_time &&
         step.header.due_at >= inmail.sent_at;
}

/// Whether an expired one can still be read: its expiry only changed its status.
bool is_readable(const Step& step, const InMail& inmail) {
  return inmail.stage == Stage::delivered ||
         (inmail.stage == Stage::expired && step.pinned != nullptr &&
          step.pinned->expiry.effect == ExpiryEffect::status_only);
}

bool may_happen(const Step& step, const InMail& inmail, const Opened&) {
  return is_readable(step, inmail) && !inmail.hidden && !inmail.opened &&
         step.header.due_at >= inmail.delivered_at;
}

bool may_happen(const Step& step, const InMail& inmail, const Replied& e) {
  const bool is_late = inmail.stage == Stage::expired;
  const bool late_is_fine = is_readable(step, inmail) && step.pinned != nullptr &&
                            step.pinned->expiry.late_response == LateResponse::allow_no_refund;
  return (inmail.stage == Stage::delivered || (is_late && late_is_fine)) && !inmail.hidden &&
         step.header.due_at >= inmail.opened_at &&
         (!e.automatic || (step.pinned != nullptr && step.pinned->refund.count_auto_reply)) &&
         Milliseconds{e.latency_ms} == step.header.due_at - inmail.delivered_at;
}

bool may_happen(const Step& step, const InMail& inmail, const Expired& e) {
  if (inmail.stage != Stage::delivered || step.pinned == nullptr) return false;
  const ExpiryPolicy& expiry = step.pinned->expiry;
  const bool is_basis = expiry.basis != ExpiryBasis::never && e.basis == expiry.basis &&
                        e.effect == expiry.effect && inmail.response == 0 &&
                        !(expiry.basis == ExpiryBasis::unopened && inmail.opened);
  return is_basis && step.header.due_at > later(inmail.sent_at, expiry.ttl_s) &&
         step.header.time >= inmail.delivered_at;
}

bool may_happen(const Step&, const InMail& inmail, const InMailRetracted& e) {
  return inmail.stage == Stage::delivered && !inmail.hidden && inmail.response == 0 &&
         e.was_opened == inmail.opened && (e.was_opened || !e.leaves_mark);
}

bool may_happen(const Step& step, const InMail& inmail, const InMailHiddenFromRecipient&) {
  return inmail.stage == Stage::delivered && !inmail.hidden && inmail.opened &&
         inmail.response == 0 && step.pinned != nullptr &&
         step.pinned->retract.effect_opened == RetractEffectOpened::hide_keep_copy &&
         step.pinned->retract.condition == RetractCondition::unopened;
}

bool may_happen(const Step& step, const InMail& inmail, const LinkFollowed& e) {
  return is_readable(step, inmail) && !inmail.hidden && inmail.opened && e.link < inmail.links;
}

/// Each in its turn, so much after the one before, as long as nobody has answered.
bool may_happen(const Step& step, const InMail& inmail, const ReminderSent& e) {
  if (inmail.stage != Stage::delivered || inmail.hidden || inmail.response != 0) return false;
  if (step.pinned == nullptr || step.stream.erased_at) return false;
  const ReminderPolicy& rule = step.pinned->reminder;
  const bool is_in_turn = e.number == inmail.reminders + 1U &&
                          std::int64_t{e.number} <= std::int64_t{rule.max} &&
                          rule.after_s.count() > 0;
  const bool is_wanted =
      !step.stream.blocked.contains(inmail.from) && !is_stopped(step.stream, inmail);
  return is_in_turn && is_wanted &&
         step.header.due_at == later(inmail.delivered_at, rule.after_s * std::int64_t{e.number});
}

bool may_happen(const Step&, const InMail& inmail, const RefundWindowClosed&) {
  return inmail.stage == Stage::delivered || inmail.stage == Stage::expired;
}

bool may_happen(const Step&, const InMail& inmail, const ChargeEnded&) {
  return inmail.stage == Stage::delivered;
}

bool is_what_became_of(const InMail& inmail, Outcome outcome) {
  switch (outcome) {
    case Outcome::failed: return inmail.stage == Stage::failed;
    case Outcome::retracted: return inmail.stage == Stage::retracted;
    case Outcome::accepted: return inmail.response == static_cast<int>(ReplyKind::accept);
    case Outcome::declined:
      return inmail.response == static_cast<int>(ReplyKind::decline) && !inmail.canned;
    case Outcome::declined_silently:
      return inmail.response == static_cast<int>(ReplyKind::decline) && inmail.canned;
    case Outcome::replied: return inmail.response == static_cast<int>(ReplyKind::reply);
    case Outcome::quick_reply: return inmail.response == static_cast<int>(ReplyKind::quick_reply);
  }
  return false;
}

void check_outcome(const Step& step, const OutcomeReceived& e, Verdict& verdict) {
  const InMail* inmail = step.inmail;
  const bool is_news =
      inmail != nullptr && step.header.stream == inmail->sender && !inmail->informed;
  verdict.check(is_news && e.to == inmail->to && is_what_became_of(*inmail, e.outcome), e.inmail,
                " had an outcome for ", step.header.stream, " that is not its, or not new");
}

void inmails_go_their_way(const Step& step, Verdict& verdict) {
  std::visit(
      [&]<class Each>(const Each& e) {
        if constexpr (std::is_same_v<Each, InMailSent>) {
          check_sent(step, e, verdict);
        } else if constexpr (std::is_same_v<Each, OutcomeReceived>) {
          check_outcome(step, e, verdict);
        } else if constexpr (std::is_same_v<Each, UndoWindowClosed>) {
          check_undo_end(step, e, verdict);
        } else if constexpr (std::is_same_v<Each, InMailCancelled>) {
          check_cancelled(step, e, verdict);
        } else if constexpr (requires { e.ref; }) {
          const InMail* inmail = step.inmail;
          // A link may be followed for ever, and the audit does not remember for so long.
          const bool is_old = step.world.is_over(e.ref.inmail);
          if (is_old && std::is_same_v<Each, LinkFollowed>) return;
          const bool is_here = inmail != nullptr && inmail->is_sent() &&
                               step.header.stream == StreamId(inmail->to) &&
                               repeats_the_send(e.ref, *inmail);
          verdict.check(is_here && may_happen(step, *inmail, e), Each::type.name, " of ",
                        e.ref.inmail, " in ", step.header.stream,
                        is_here ? " does not follow from what happened before"
                                : " is not about an InMail that was sent there");
        }
      },
      step.event);
}

void sends_arrive(const World& world, Timestamp since, Verdict& verdict) {
  world.each_inmail([&](const InMailId& id, const InMail& inmail) {
    const bool is_in_flight = inmail.stage == Stage::sent;
    const bool is_untold = inmail.is_quiet() && !inmail.informed;
    if (!is_in_flight && !is_untold) return;
    verdict.at(inmail.duty_position, inmail.sender)
        .check(inmail.duty_time >= since, id,
               is_in_flight ? " was sent, and neither delivered nor failed"
                            : " was answered, retracted or failed, and its sender never told");
  });
}

// IM2.

void responses_are_first_and_own(const Step& step, Verdict& verdict) {
  const auto* e = std::get_if<Replied>(&step.event);
  if (const InMailId& inferred = step.stream.inferred; !inferred.is_zero())
    verdict.check(
        e != nullptr && e->ref.inmail == inferred && step.header.due_at == step.stream.time,
        "an open of ", inferred, " was inferred, but no reply stands right after it");
  if (e == nullptr) return;
  if (step.world.is_over(e->ref.inmail))
    verdict.fail(e->ref.inmail, " was answered before, or failed");
  if (step.inmail == nullptr) return;
  const InMail& inmail = *step.inmail;
  verdict.check(inmail.response == 0, e->ref.inmail, " was answered before");
  verdict.check(inmail.opened, e->ref.inmail, " was answered, but never opened");
  verdict.check(
      step.header.stream == StreamId(inmail.to) && step.header.asked_by == Principal::of(inmail.to),
      e->ref.inmail, " to member:", inmail.to, " was answered by ", step.header.asked_by);
}

void no_inferred_open_is_left(const World& world, Timestamp, Verdict& verdict) {
  world.each_stream([&](StreamId id, const StreamState& stream) {
    if (stream.inferred.is_zero()) return;
    verdict.at(world.last(), id)
        .fail("an open of ", stream.inferred, " was inferred, but the log ends before a reply");
  });
}

// IM4.

void silence_is_respected(const Step& step, Verdict& verdict) {
  const auto* e = std::get_if<InMailSent>(&step.event);
  if (e == nullptr || step.policy == nullptr) return;
  const FollowupPolicy& followup = step.policy->followup;
  std::int64_t silent = 0;
  step.world.each_unanswered(step.header.stream, e->to, [&](const InMail& other) {
    const bool counts = followup.forget_s.count() == 0 ||
                        later(other.sent_at, followup.forget_s) > step.header.due_at;
    if (counts) ++silent;
  });
  const auto declined = step.stream.declined.find(e->to);
  const ReinitiatePolicy& again = step.policy->reinitiate;
  const bool may_again = declined == step.stream.declined.end() ||
                         again.after_decline == AfterDecline::allowed_new_thread ||
                         (again.after_decline == AfterDecline::after_cooldown &&
                          later(declined->second, again.cooldown_s) <= step.header.due_at);
  verdict.check(may_again, step.header.stream, " wrote to member:", e->to,
                " after a decline, where the policy forbids it");
  verdict.check(silent <= followup.max_unanswered, step.header.stream, " wrote to member:", e->to,
                " after ", silent, " InMails without an answer, where ", followup.max_unanswered,
                " are allowed");
}

// IM5.

std::int64_t length_in(TextUnit unit, const Text& text) {
  const TextCounts& counts = text.counts();
  switch (unit) {
    case TextUnit::byte: return counts.bytes;
    case TextUnit::utf16: return counts.utf16;
    case TextUnit::codepoint: return counts.codepoints;
    case TextUnit::grapheme: return counts.graphemes;
    case TextUnit::word: return counts.words;
  }
  return counts.bytes;
}

void check_texts(const InMailSent& e, const LimitPolicy& limit, Verdict& verdict) {
  const std::int64_t subject = length_in(limit.subject_unit, e.subject);
  verdict.check((limit.subject_max == 0 || subject <= limit.subject_max) &&
                    !(limit.subject_required && e.subject.empty()),
                e.inmail, " has a subject of ", subject, " ", name_of(limit.subject_unit),
                "s, where ", limit.subject_max, " are allowed");
  const std::int64_t body = length_in(limit.body_unit, e.body);
  const std::int64_t counted =
      body + (limit.subject_counts ? length_in(limit.body_unit, e.subject) : 0) +
      (limit.signature_counts ? length_in(limit.body_unit, e.signature) : 0);
  verdict.check(body >= limit.body_min && (limit.body_max == 0 || counted <= limit.body_max),
                e.inmail, " has a body of ", body, " ", name_of(limit.body_unit), "s, where from ",
                limit.body_min, " to ", limit.body_max, " are allowed");
}

void check_parts(const InMailSent& e, const LimitPolicy& limit, Verdict& verdict) {
  const std::int64_t signature = e.signature.counts().codepoints;
  verdict.check(signature <= limit.signature_max, e.inmail, " has a signature of ", signature,
                " codepoints, where ", limit.signature_max, " are allowed");
  const auto count = static_cast<std::int64_t>(e.attachments.size());
  verdict.check(count <= limit.attachments_max, e.inmail, " has ", count, " attachments, where ",
                limit.attachments_max, " are allowed");
  for (const Attachment& each : e.attachments) {
    const bool is_known = std::find(limit.attachment_types.begin(), limit.attachment_types.end(),
                                    each.type) != limit.attachment_types.end();
    verdict.check(is_known && each.bytes <= static_cast<std::uint64_t>(limit.attachment_bytes_max),
                  e.inmail, " has an attachment of ", each.bytes, " bytes, of type ", each.type,
                  ", that is not allowed");
  }
}

void check_markup(const InMailSent& e, const FormatPolicy& format, Verdict& verdict) {
  const TextMarkup& found = e.markup;
  // Earlier releases let it in where a policy said what was to become of it.
  const bool is_early = e.marks.lookback_s == 0 && format.html != HtmlRule::reject;
  verdict.check(!found.html || is_early, e.inmail, " holds HTML");
  verdict.check((!found.bullets || format.allowed.has(Markup::bullets)) &&
                    (!found.numbered || format.allowed.has(Markup::numbered)) &&
                    (found.links == 0 || format.allowed.has(Markup::link)),
                e.inmail, " holds links or lists that are not allowed");
  verdict.check(found.bad_links == 0 && std::int64_t{found.links} <= format.links_max, e.inmail,
                " holds ", found.links, " links, ", found.bad_links, " of them bad, where ",
                format.links_max, " good ones are allowed");
}

void check_purpose(const InMailSent& e, const CompliancePolicy& compliance, Verdict& verdict) {
  const bool is_sales = e.purpose == Purpose::sales;
  verdict.check(!is_sales || compliance.commercial_use != CommercialUse::forbid, e.inmail,
                " is to sell something, where the policy forbids it");
}

void texts_are_as_allowed(const Step& step, Verdict& verdict) {
  if (step.policy == nullptr) return;
  const LimitPolicy& limit = step.policy->limit;
  if (const auto* sent = std::get_if<InMailSent>(&step.event)) {
    check_texts(*sent, limit, verdict);
    check_parts(*sent, limit, verdict);
    check_markup(*sent, step.policy->format, verdict);
    return check_purpose(*sent, step.policy->compliance, verdict);
  }
  const auto* reply = std::get_if<Replied>(&step.event);
  const auto* message = std::get_if<MessageSent>(&step.event);
  if (reply == nullptr && message == nullptr) return;
  const std::int64_t length = length_in(limit.body_unit, reply ? reply->text : message->text);
  verdict.check(limit.body_max == 0 || length <= limit.body_max, step.header.stream, " wrote ",
                length, " ", name_of(limit.body_unit), "s, where ", limit.body_max, " are allowed");
}

// IM7.

/// One that stays where it was, but for the recipient's list, was opened.
void check_retraction(const Step& step, const InMailRef& ref, bool hides, Verdict& verdict) {
  if (step.inmail == nullptr || step.pinned == nullptr) return;
  const RetractPolicy& retract = step.pinned->retract;
  const InMail& inmail = *step.inmail;
  const bool may = retract.window_s.count() > 0 &&
                   (retract.condition == RetractCondition::any ||
                    (retract.condition == RetractCondition::unopened && inmail.opened == hides));
  verdict.check(may, ref.inmail, " was retracted ", inmail.opened ? "opened" : "unopened",
                ", where the policy of its send says ", name_of(retract.condition));
  verdict.check(step.header.due_at <= later(inmail.sent_at, retract.window_s), ref.inmail,
                " was retracted after its window");
}

void retractions_are_allowed(const Step& step, Verdict& verdict) {
  if (const auto* e = std::get_if<InMailRetracted>(&step.event))
    check_retraction(step, e->ref, false, verdict);
  if (const auto* e = std::get_if<InMailHiddenFromRecipient>(&step.event))
    check_retraction(step, e->ref, true, verdict);
}

constexpr std::array rules{
    Rule{"IM1", "an InMail goes only ways that there are, in the order of time",
         inmails_go_their_way, nullptr, sends_arrive},
    Rule{"IM2", "the first response is the only one, the recipient's own, and implies an open",
         responses_are_first_and_own, nullptr, no_inferred_open_is_left},
    Rule{"IM4", "no more InMails than allowed wait for an answer of one recipient",
         silence_is_respected},
    Rule{"IM5", "texts are as long, as marked up and as meant as the policy allows",
         texts_are_as_allowed},
    Rule{"IM7", "what is retracted may be, in its window", retractions_are_allowed},
};

}  // namespace

std::span<const Rule> message_rules() { return rules; }

}  // namespace inmail::auditing
