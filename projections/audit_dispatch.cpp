#include <array>

#include "projections/audit_rules.hpp"

// What must hold of what has not left its author yet: scheduled InMails, follow-ups, drafts.

namespace inmail::auditing {
namespace {

// IM13.

/// As it was scheduled, not before its time, and a follow-up only as long as nobody has heard of
/// the one before it.
void check_dispatched(const Step& step, const InMailSent& e, const InMail& inmail,
                      Verdict& verdict) {
  verdict.check(step.header.stream == inmail.sender && e.to == inmail.to && e.from == inmail.from &&
                    e.pool == inmail.pool && step.header.due_at >= inmail.send_at && !e.undo_until,
                e.inmail, " was sent otherwise than it was scheduled, or before ", inmail.send_at);
  const bool follows = !inmail.parent.is_zero();
  verdict.check(e.parent.value_or(InMailId{}) == inmail.parent &&
                    e.origin == (follows ? SendOrigin::follow_up : SendOrigin::scheduled),
                e.inmail, " was sent as ", name_of(e.origin), ", and was scheduled otherwise");
  if (!follows) return;
  const InMail* parent = step.world.find(inmail.parent);
  const Seconds gap = step.policy != nullptr ? step.policy->followup.min_gap_s : Seconds{0};
  const bool waits = parent != nullptr && parent->is_sent() && !parent->informed &&
                     step.header.due_at >= later(parent->sent_at, gap);
  verdict.check(waits, e.inmail, " follows up ", inmail.parent,
                ", whose sender knew what had become of it, or follows too soon");
}

void check_scheduled(const Step& step, const InMailScheduled& e, Verdict& verdict) {
  const StreamId sender = step.header.stream;
  const bool is_new = !step.world.is_over(e.inmail) && !e.inmail.is_zero() &&
                      (step.inmail == nullptr || step.inmail->stage == Stage::unsent);
  const MemberId person = sender.kind() == StreamKind::seat ? step.stream.holder : sender.member();
  verdict.check(is_new && e.from == person && e.to != e.from && e.send_at > step.header.due_at,
                e.inmail, " was scheduled before, or for the past, or for somebody else");
  if (!e.parent) return;
  const InMail* parent = step.world.find(*e.parent);
  const bool waits = parent != nullptr && parent->sender == sender && parent->to == e.to &&
                     !parent->informed && (parent->is_sent() || parent->stage == Stage::scheduled);
  const Timestamp parent_at = waits && parent->stage == Stage::scheduled ? parent->send_at
                              : waits                                    ? parent->sent_at
                                                                         : Timestamp{};
  verdict.check(waits && e.send_at >= later(parent_at, Seconds{e.delay_s}), e.inmail,
                " is to follow up ", *e.parent, ", which does not wait for it, or too soon");
}

void check_moved(const Step& step, const InMailRescheduled& e, Verdict& verdict) {
  const InMail* inmail = step.inmail;
  verdict.check(inmail != nullptr && inmail->stage == Stage::scheduled &&
                    inmail->sender == step.header.stream && e.send_at > step.header.due_at,
                e.inmail, " was moved, and is not scheduled, or to the past");
}

/// Whether there is a reason to send it no more.
bool may_be_dropped(const Step& step, const InMail& inmail, const InMailCancelled& e) {
  const bool is_due = step.header.due_at >= inmail.send_at;
  switch (e.reason) {
    case CancelReason::by_user: return !is_due && !e.refusal;
    case CancelReason::refused: return is_due && e.refusal.has_value();
    case CancelReason::sender_erased: {
      const StreamState* author = step.world.find_stream(inmail.from);
      return author != nullptr && author->erased_at && !e.refusal;
    }
    case CancelReason::answered: return !inmail.parent.is_zero() && !e.refusal;
    case CancelReason::parent_gone: {
      const InMail* parent = step.world.find(inmail.parent);
      // Or it was not sent yet: with no gap between them, both may be due at one instant.
      const bool is_gone = parent == nullptr || parent->stage == Stage::cancelled ||
                           parent->stage == Stage::scheduled || parent->stage == Stage::failed ||
                           parent->stage == Stage::retracted || parent->informed;
      return !inmail.parent.is_zero() && is_gone && !e.refusal;
    }
    case CancelReason::unlinked:
      return inmail.pool != inmail.sender &&
             inmail.pool != step.stream.pool_of_sends(inmail.sender);
    case CancelReason::undo: return false;
  }
  return false;
}

void check_dropped(const Step& step, const InMailCancelled& e, const InMail& inmail,
                   Verdict& verdict) {
  verdict.check(inmail.sender == step.header.stream && may_be_dropped(step, inmail, e), e.inmail,
                " was scheduled, and cancelled by ", name_of(e.reason), ", which does not fit it");
  verdict.check(e.to == inmail.to && e.pool == inmail.pool && e.set_aside == inmail.cost, e.inmail,
                " was cancelled otherwise than it was scheduled");
}

void what_is_scheduled_keeps_its_time(const Step& step, Verdict& verdict) {
  const InMail* inmail = step.inmail;
  const bool is_scheduled = inmail != nullptr && inmail->stage == Stage::scheduled;
  if (const auto* e = std::get_if<InMailScheduled>(&step.event)) check_scheduled(step, *e, verdict);
  if (const auto* e = std::get_if<InMailRescheduled>(&step.event)) check_moved(step, *e, verdict);
  if (!is_scheduled) return;
  if (const auto* e = std::get_if<InMailSent>(&step.event))
    check_dispatched(step, *e, *inmail, verdict);
  if (const auto* e = std::get_if<InMailCancelled>(&step.event))
    check_dropped(step, *e, *inmail, verdict);
}

void nothing_scheduled_is_left(const World& world, Timestamp since, Verdict& verdict) {
  world.each_inmail([&](const InMailId& id, const InMail& inmail) {
    if (inmail.stage != Stage::scheduled) return;
    verdict.at(inmail.duty_position, inmail.sender)
        .check(inmail.duty_time >= since, id,
               " was scheduled, and at its time neither sent nor cancelled");
  });
}

// IM14.

void drafts_are_kept_in_turn(const Step& step, Verdict& verdict) {
  const auto& drafts = step.stream.drafts;
  if (const auto* e = std::get_if<DraftSaved>(&step.event)) {
    const auto known = drafts.find(e->draft);
    const std::uint32_t before = known == drafts.end() ? 0 : known->second;
    verdict.check(e->revision == before + 1, e->draft, " was saved as revision ", e->revision,
                  " over ", before);
    if (step.policy == nullptr) return;
    const DraftPolicy& rules = step.policy->draft;
    const auto count = static_cast<std::int64_t>(drafts.size());
    const bool is_one_more = known == drafts.end();
    verdict.check(
        rules.enabled && !(is_one_more && rules.max_per_seat > 0 && count >= rules.max_per_seat),
        step.header.stream, " saved a draft beside ", count,
        ", where the policy allows none, or not so many");
  }
  if (const auto* e = std::get_if<DraftDiscarded>(&step.event))
    verdict.check(drafts.contains(e->draft), e->draft, " was discarded, and is not there");
}

constexpr std::array rules{
    Rule{"IM13", "what is scheduled is sent as it was, or cancelled for a reason, at its time",
         what_is_scheduled_keeps_its_time, nullptr, nothing_scheduled_is_left},
    Rule{"IM14", "drafts are saved where they may be, revision after revision, and end once",
         drafts_are_kept_in_turn},
};

}  // namespace

std::span<const Rule> dispatch_rules() { return rules; }

}  // namespace inmail::auditing
