#include <algorithm>

#include "tests/simulation/model.hpp"

// Conversations, and what each party makes of its own view of them.

namespace inmail::sim {

void Model::on(const InMailHiddenFromRecipient& e) {
  Mail* mail = received(e.ref);
  if (!mail) return;
  must(mail->stage == Stage::delivered && mail->opened && !mail->reply && !mail->taken_off,
       "taken off the list, where it may not be");
  mail->taken_off = true;
  mail->hidden = true;
}

std::int64_t Model::reminders_due(const Mail& mail) const {
  const ReminderPolicy& rule = mail.policy->reminder;
  if (rule.after_s.count() == 0 || mail.stage != Stage::delivered) return mail.reminders;
  const std::int64_t passed = (record_->header.time - mail.delivered_at) / rule.after_s;
  return std::min<std::int64_t>(rule.max, passed);
}

void Model::forget_reminders(const std::function<bool(const Mail&)>& is_meant) {
  for (auto& [id, mail] : mails_)
    if (StreamId{mail.to} == record_->header.stream && mail.has_arrived() && is_meant(mail))
      mail.is_recalled = false;
}

void Model::on(const ReminderSent& e) {
  Mail* mail = received(e.ref);
  if (!mail) return;
  const ReminderPolicy& rule = mail->policy->reminder;
  must(mail->stage == Stage::delivered && !mail->reply && !mail->taken_off && mail->is_recalled,
       "a reminder of what need not be answered");
  ++mail->reminders;
  must(std::int64_t{e.number} == mail->reminders && mail->reminders <= rule.max &&
           record_->header.due_at == mail->delivered_at + rule.after_s * mail->reminders,
       "a reminder out of its turn");
}

void Model::on(const LinkFollowed& e) {
  Mail* mail = received(e.ref);
  const auto* given = command<FollowLink>();
  must(mail && given && mail->opened && given->link == e.link && e.link < mail->links,
       "a link was followed that nobody followed");
}

void Model::on(const ConversationReopened& e) {
  const auto found = mails_.find(e.conversation);
  must(found != mails_.end(), "a conversation was opened that nobody began");
  if (found == mails_.end()) return;
  Mail& mail = found->second;
  must(
      mail.sender == e.sender && mail.to == e.by && mail.canned && mail.reply == ReplyKind::decline,
      "a conversation was opened again that was not closed");
  if (!e.learned) {
    must(!mail.reopened && record_->header.stream == StreamId{mail.to}, "opened again twice");
    mail.reopened = true;
    return;
  }
  must(mail.reopened && !mail.reopening_told && record_->header.stream == mail.sender,
       "somebody else was told of a conversation");
  mail.reopening_told = true;
  mail.sender_active = record_->header.due_at;
  declined_.erase({mail.sender, mail.to});
}

void Model::on(const MessageSent& e) {
  if (e.automatic) {
    const auto* given = command<Respond>();
    must(given && given->automatic && given->inmail == e.conversation &&
             !mails_[e.conversation].policy->refund.count_auto_reply,
         "a machine wrote what nobody ordered");
    mails_[e.conversation].recipient_active = record_->header.due_at;
    ++mails_[e.conversation].messages;
    return;
  }
  const auto* given = command<SendMessage>();
  must(given && given->from == e.from && given->to == e.to,
       "another message than the one that was written");
  if (!given) return;
  if (given->conversation.is_zero()) {
    must(e.conversation == direct_conversation(e.from, e.to), "written in another conversation");
    ++direct_[e.conversation];
    return;
  }
  const auto found = mails_.find(e.conversation);
  must(found != mails_.end() && found->second.reply, "written before the answer");
  if (found == mails_.end()) return;
  Mail& mail = found->second;
  ++mail.messages;
  const bool by_recipient = StreamId{mail.to} == record_->header.stream;
  (by_recipient ? mail.recipient_active : mail.sender_active) = record_->header.due_at;
  must(!mail.canned || mail.reply != ReplyKind::decline || mail.reopened,
       "written after a silent decline");
}

// Marks.

void Model::on(const MarkedUnread& e) {
  Marks& marks = marks_of(e.conversation);
  must(marks.unread != e.unread, "marked as it was");
  marks.unread = e.unread;
}

void Model::on(const Starred& e) {
  Marks& marks = marks_of(e.conversation);
  must(marks.starred != e.starred, "starred as it was");
  marks.starred = e.starred;
}

void Model::on(const Tagged& e) {
  std::set<std::uint64_t>& tags = marks_of(e.conversation).tags;
  must(e.tagged ? tags.insert(e.key).second : tags.erase(e.key) == 1, "tagged as it was");
  must(e.key != 0, "a tag without a key");
}

void Model::on(const Archived& e) {
  Marks& marks = marks_of(e.conversation);
  must(marks.archived != e.archived, "archived as it was");
  if (e.automatic) {
    const MemberId self = record_->header.stream.member();
    const auto inbox = inbox_of(self);
    must(is_full(self, InboxOverflow::archive_oldest), "archived with room to spare");
    must(!inbox.empty() && inbox.begin()->second == e.conversation, "archived what is not oldest");
  }
  marks.archived = e.archived;
}

std::set<std::pair<Timestamp, InMailId>> Model::inbox_of(MemberId member) {
  std::set<std::pair<Timestamp, InMailId>> inbox;
  auto& marks = views_[member];
  const auto is_archived = [&](const InMailId& id) {
    const auto found = marks.find(id);
    return found != marks.end() && found->second.archived;
  };
  for (const auto& [id, mail] : mails_) {
    if (is_archived(id)) continue;
    if (mail.to == member && mail.has_arrived() && !mail.hidden)
      inbox.emplace(mail.recipient_active, id);
    if (mail.sender == StreamId{member} && mail.told && mail.reply)
      inbox.emplace(mail.sender_active, id);
  }
  return inbox;
}

bool Model::is_full(MemberId member, InboxOverflow overflow) {
  const InboxPolicy& rule = policy().inbox;
  if (rule.max_conversations == 0 || rule.overflow != overflow) return false;
  return inbox_of(member).size() >= static_cast<std::size_t>(rule.max_conversations);
}

// What the rules say.

Model::Refused Model::expect(const FollowLink& c) {
  if (const Refused unreadable = judge_readable(c.inmail, c.recipient)) return unreadable;
  if (c.link >= mails_.at(c.inmail).links) return Rejection::no_such_link;
  return {};
}

Model::Refused Model::judge_view(const PartyView& view) {
  if (view.seat && view.member != seats_[*view.seat].holder) return Rejection::not_allowed;
  if (const auto pair = direct_between(view.conversation)) {
    if (view.seat || (pair->first != view.member && pair->second != view.member))
      return Rejection::unknown_target;
    const MemberId other = pair->first == view.member ? pair->second : pair->first;
    if (!people_[view.member].ever_connected.contains(other)) return Rejection::unknown_target;
    return {};
  }
  const auto found = mails_.find(view.conversation);
  if (found == mails_.end()) return Rejection::unknown_target;
  const Mail& mail = found->second;
  if (!view.seat && mail.to == view.member && mail.has_arrived()) {
    if (mail.stage == Stage::retracted || mail.taken_off) return Rejection::message_retracted;
    return {};
  }
  const bool is_forgotten =
      (mail.told && !mail.reply) || mail.stage == Stage::cancelled || !mail.was_sent;
  if (mail.sender != record_->header.stream || is_forgotten) return Rejection::unknown_target;
  return {};
}

Model::Refused Model::judge_direct(const SendMessage& c) {
  if (c.seat || !is_connected(c.to, c.from)) return Rejection::not_connected;
  const bool is_barred = people_[c.from].blocked.contains(c.to) ||
                         people_[c.to].blocked.contains(c.from) ||
                         stops(people_[c.to], c.from, c.from);
  if (is_barred) return Rejection::thread_unavailable;
  if (!people_[c.to].registered) return Rejection::unknown_recipient;
  return judge_text(c.text);
}

Model::Refused Model::judge_decline(const SendInMail& c) const {
  const ReinitiatePolicy& rule = policy().reinitiate;
  const auto found = declined_.find({record_->header.stream, c.to});
  if (found == declined_.end()) return {};
  const bool is_over = record_->header.time >= found->second + rule.cooldown_s;
  const bool may = rule.after_decline == AfterDecline::allowed_new_thread ||
                   (rule.after_decline == AfterDecline::after_cooldown && is_over);
  return may ? Refused{} : Rejection::thread_closed_by_decline;
}

}  // namespace inmail::sim
