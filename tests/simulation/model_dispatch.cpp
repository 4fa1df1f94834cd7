#include <algorithm>

#include "tests/simulation/model.hpp"

// What is written now and sent later: scheduled InMails, follow-ups, drafts.

namespace inmail::sim {

void Model::on(const InMailScheduled& e) {
  const SendInMail* given = letter();
  must(given && given->from == e.from && given->to == e.to &&
           inmail_of(record_->header.cause) == e.inmail,
       "another InMail was scheduled than the one that was ordered");
  const auto [at, is_new] = mails_.try_emplace(e.inmail);
  must(is_new, "an InMail was scheduled twice");
  if (given) must(e.pool == payer_of(*given, {}), "scheduled on the credits of another");
  Mail& mail = at->second;
  mail = {.from = e.from, .to = e.to, .sender = record_->header.stream, .pool = e.pool};
  mail.stage = Stage::scheduled;
  mail.send_at = e.send_at;
  mail.is_paid = policy().charge.when == ChargeWhen::at_schedule;
  mail.letter = given;
  mail.subject = e.subject;
  mail.body = e.body;
  mail.parent = e.parent;
  mail.delay_s = e.delay_s;
  mail.policy = &policy();
  must(e.is_paid == mail.is_paid, "whether it is paid when it is scheduled");
  if (mail.is_paid) {
    if (given)
      must(may_be_stale_ || e.free_class == free_class_of(*given, e.pool), "another class");
    mail.free_class = e.free_class;
    const bool is_free = e.free_class || (e.parent && !policy().followup.charge);
    mail.cost = is_free ? 0 : policy().charge.cost;
  }
  must(std::int64_t{e.cost} == mail.cost, "scheduled at another price");
  Account& pool = accounts_[e.pool];
  if (e.pool == record_->header.stream)
    take(pool, e.inmail, e.splits, mail.cost);
  else
    must(reserved_for(pool, e.inmail) == mail.cost, "scheduled on credits that nobody reserved");
}

void Model::sent_as_scheduled(Mail& mail, const InMailSent& e) {
  must(mail.stage == Stage::scheduled && mail.sender == record_->header.stream,
       "an InMail was sent twice");
  must(record_->header.time >= mail.send_at && record_->header.due_at == record_->header.time,
       "sent before its time");
  const bool follows = mail.parent.has_value();
  must(e.origin == (follows ? SendOrigin::follow_up : SendOrigin::scheduled) &&
           e.parent == mail.parent && !e.undo_until,
       "sent otherwise than it was scheduled");
  must(e.pool == mail.pool, "sent on other credits than it was scheduled on");
  if (follows) must(!mails_.at(*mail.parent).told, "followed up what its sender knew the end of");
  // Its own letter must pass all guards again.
  const Later due{.send_at = {}, .follow_up = nullptr, .due = &mail};
  const Refused refused = judge_send(*mail.letter, due);
  must(!refused || may_be_stale_, "sent, and by the rules it is refused");
  if (!mail.is_paid) {
    must(may_be_stale_ || e.free_class == free_class_of(*mail.letter, e.pool),
         "an InMail of another class");
    mail.free_class = e.free_class;
    const bool is_free = e.free_class || (follows && !policy().followup.charge);
    mail.cost = is_free ? 0 : policy().charge.cost;
    Account& pool = accounts_[e.pool];
    if (e.pool == record_->header.stream)
      take(pool, e.inmail, e.splits, mail.cost);
    else
      must(reserved_for(pool, e.inmail) == mail.cost, "sent on credits that nobody reserved");
  }
  must(std::int64_t{e.cost} == mail.cost && e.free_class == mail.free_class,
       "sent at another price than it was scheduled for");
  judge_marks(e, *mail.letter);
  mail.stage = Stage::sent;
  mail.was_sent = true;
  mail.sent_at = record_->header.due_at;
  mail.policy = &policy();
  mail.from_premium = e.from_premium;
  mail.cycle = e.marks.cycle;
  mail.links = e.markup.links;
}

void Model::on(const InMailRescheduled& e) {
  const auto found = mails_.find(e.inmail);
  must(found != mails_.end() && found->second.stage == Stage::scheduled,
       "moved, and it was not scheduled");
  if (found == mails_.end()) return;
  Mail& mail = found->second;
  const auto given = history_.commands.find(record_->header.cause);
  const auto* wish = given == history_.commands.end()
                         ? nullptr
                         : std::get_if<RescheduleInMail>(&given->second.command);
  if (wish && wish->inmail == e.inmail) {
    must(wish->send_at == e.send_at, "moved to another time than was wished");
  } else {
    const auto parent = mail.parent ? mails_.find(*mail.parent) : mails_.end();
    must(parent != mails_.end(), "moved, and nobody wished it");
    if (parent == mails_.end()) return;
    const bool waits = parent->second.stage == Stage::scheduled;
    const Timestamp before = waits ? parent->second.send_at : parent->second.sent_at;
    must(e.send_at == before + Seconds{mail.delay_s}, "not so long after what it follows");
  }
  mail.send_at = e.send_at;
}

void Model::dropped(Mail& mail, const InMailCancelled& e) {
  must(mail.sender == record_->header.stream && mail.to == e.to && mail.pool == e.pool &&
           std::int64_t{e.set_aside} == (mail.is_paid ? mail.cost : 0),
       "another InMail was cancelled than was scheduled");
  const auto parent = mail.parent ? mails_.find(*mail.parent) : mails_.end();
  switch (e.reason) {
    case CancelReason::by_user:
      must(command<CancelScheduled>() != nullptr && record_->header.time < mail.send_at,
           "cancelled, and nobody wished it in time");
      break;
    case CancelReason::refused: {
      must(record_->header.time >= mail.send_at, "refused before its time");
      const Later due{.send_at = {}, .follow_up = nullptr, .due = &mail};
      const Refused refused = judge_send(*mail.letter, due);
      must(refused == e.refusal || may_be_stale_,
           "refused as " + std::string(name_of(e.refusal.value_or(Rejection{}))) +
               ", by the rules " + (refused ? std::string(name_of(*refused)) : "not at all"));
      break;
    }
    case CancelReason::answered: {
      bool was_answered = false;
      for (const auto& [id, each] : mails_)
        was_answered |= each.sender == mail.sender && each.to == mail.to && each.told && each.reply;
      must(mail.parent && was_answered, "cancelled by an answer that nobody gave");
      break;
    }
    case CancelReason::parent_gone:
      must(parent != mails_.end() && (parent->second.told || !parent->second.has_left()),
           "cancelled, and what it follows is there");
      break;
    case CancelReason::sender_erased:
      must(is_erased(mail.from), "cancelled for an erasure that was not");
      break;
    case CancelReason::unlinked:
      must(mail.pool != mail.sender && !people_[mail.from].pool, "cancelled, and it is linked");
      break;
    case CancelReason::undo: must(false, "undone, and it was never sent"); break;
  }
  mail.stage = Stage::cancelled;
  mail.told = true;
}

Model::Refused Model::expect(const ScheduleInMail& c) {
  return judge_send(c.letter, Later{.send_at = c.send_at, .follow_up = nullptr, .due = nullptr});
}

Model::Refused Model::expect(const AddFollowUp& c) {
  if (const Refused gone = judge_follow_up(c)) return gone;
  const Mail& parent = mails_.at(c.parent);
  const Timestamp parent_at = parent.stage == Stage::scheduled ? parent.send_at : parent.sent_at;
  return judge_send(
      c.letter,
      Later{.send_at = parent_at + Seconds{delay_of(c)}, .follow_up = &c, .due = nullptr});
}

/// Whether there is something to follow.
Model::Refused Model::judge_follow_up(const AddFollowUp& c) const {
  const auto found = mails_.find(c.parent);
  if (found == mails_.end()) return Rejection::unknown_target;
  const Mail& parent = found->second;
  const bool is_ours = parent.sender == record_->header.stream && parent.to == c.letter.to;
  const bool is_over = parent.stage == Stage::cancelled || (parent.told && !parent.reply);
  return is_ours && !is_over ? Refused{} : Rejection::unknown_target;
}

Model::Refused Model::expect(const RescheduleInMail& c) {
  const auto found = mails_.find(c.inmail);
  if (found == mails_.end() || found->second.stage != Stage::scheduled ||
      found->second.sender != c.sender)
    return Rejection::not_scheduled;
  if (c.send_at <= record_->header.time) return Rejection::send_at_in_past;
  if (!found->second.parent) return {};
  const Mail& parent = mails_.at(*found->second.parent);
  const FollowupPolicy& followup = policy().followup;
  const auto gap = c.send_at - (parent.stage == Stage::scheduled ? parent.send_at : parent.sent_at);
  if (gap < followup.min_gap_s) return Rejection::followup_too_soon;
  if (std::chrono::floor<Seconds>(gap) > followup.max_gap_s) return Rejection::followup_too_late;
  return {};
}

Model::Refused Model::expect(const CancelScheduled& c) {
  const auto found = mails_.find(c.inmail);
  const bool is_there = found != mails_.end() && found->second.stage == Stage::scheduled &&
                        found->second.sender == c.sender;
  return is_there ? Refused{} : Rejection::not_scheduled;
}

// Drafts.

Model::Refused Model::expect(const SaveDraft& c) {
  const auto& drafts = drafts_[record_->header.stream];
  if (c.seat && c.from != seats_[*c.seat].holder) return Rejection::not_allowed;
  const auto known = c.draft ? drafts.find(*c.draft) : drafts.end();
  if (c.draft && known == drafts.end()) return Rejection::unknown_target;
  const DraftPolicy& rules = policy().draft;
  if (!rules.enabled) return Rejection::drafts_disabled;
  if (!c.draft && rules.max_per_seat > 0 &&
      static_cast<std::int64_t>(drafts.size()) >= rules.max_per_seat)
    return Rejection::draft_limit;
  if (c.revision != (c.draft ? known->second : 0)) return Rejection::revision_conflict;
  return {};
}

Model::Refused Model::expect(const DiscardDraft& c) {
  return drafts_[record_->header.stream].contains(c.draft) ? Refused{} : Rejection::unknown_target;
}

void Model::on(const DraftSaved& e) {
  const auto* given = command<SaveDraft>();
  std::uint32_t& revision = drafts_[record_->header.stream][e.draft];
  must(given && given->from == e.from && given->to == e.to && e.revision == revision + 1 &&
           e.draft == given->draft.value_or(draft_of(record_->header.cause)),
       "another draft than was saved");
  revision = e.revision;
}

void Model::on(const DraftDiscarded& e) {
  must(drafts_[record_->header.stream].erase(e.draft) == 1, "a draft ended that was not there");
  if (e.end == DraftEnd::used) {
    const SendInMail* given = letter();
    must(given && given->draft == e.draft, "a draft ended with another letter");
  }
  if (e.end == DraftEnd::author_erased)
    must(is_erased(record_->header.stream), "a draft of somebody who was not erased");
}

}  // namespace inmail::sim
