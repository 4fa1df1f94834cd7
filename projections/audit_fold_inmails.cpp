#include "projections/audit_fold.hpp"

// InMails from their delivery on, and conversations.

namespace inmail::auditing {

void Fold::count_arrival() {
  ArrivedSoFar& arrived = stream.arrived;
  const auto day = std::chrono::floor<std::chrono::days>(header.due_at);
  if (std::exchange(arrived.day, day) != day) arrived.in_day = 0;
  const auto week = monday_of(day);
  if (std::exchange(arrived.week, week) != week) arrived.in_week = 0;
  ++arrived.in_day;
  ++arrived.in_week;
}

void Fold::on(const InMailDelivered& e) {
  InMail* inmail = world.find_to_change(e.ref.inmail);
  if (inmail == nullptr || inmail->stage != Stage::sent) return;
  inmail->stage = Stage::delivered;
  inmail->delivered_at = header.due_at;
  inmail->refundable = e.refundable;
  inmail->listed = true;
  ++stream.conversations;
  count_arrival();
  oblige(*inmail);
  if (inmail->sender.kind() == StreamKind::seat)
    stream.contacts[inmail->pool.contract()].push_back(
        {inmail->sender.seat(), inmail->id, inmail->sent_at, header.version});
  inmail->on_accept = e.accept_until.has_value();
  if (inmail->on_accept) return;
  if (inmail->is_paid_by_another() || inmail->charge != Charge::reserved) return;
  Pool& pool = touch(inmail->pool);
  inmail->held.each(
      [&](const LotSplit& split) { move(pool, split, &Buckets::reserved, &Buckets::consumed); });
  pool.total.reserved -= inmail->cost;
  pool.total.consumed += inmail->cost;
  inmail->charge = Charge::charged;
}

void Fold::on(const InMailFailed& e) {
  InMail* inmail = world.find_to_change(e.ref.inmail);
  if (inmail == nullptr || inmail->stage != Stage::sent) return;
  inmail->stage = Stage::failed;
  world.unlink(*inmail);
  oblige(*inmail);
}

void Fold::on(const Opened& e) {
  InMail* inmail = world.find_to_change(e.ref.inmail);
  if (e.inferred) stream.inferred = e.ref.inmail;
  if (inmail == nullptr || inmail->opened) return;
  inmail->opened = true;
  inmail->opened_at = header.due_at;
}

void Fold::on(const Replied& e) {
  InMail* inmail = world.find_to_change(e.ref.inmail);
  if (inmail == nullptr || inmail->is_quiet()) return;
  inmail->response = static_cast<std::uint8_t>(e.kind);
  inmail->canned = e.canned;
  inmail->by_auto_reply = e.as_auto_reply;
  if (e.canned && e.kind == ReplyKind::decline) end_contact(*inmail);
  world.unlink(*inmail);
  oblige(*inmail);
  begin_thread(*inmail, false, e.kind == ReplyKind::decline && e.canned);
  end(*inmail, e.charge, e.refund_amount, refund_on(e.kind, e.as_auto_reply));
  world.mark_beside(*inmail);
}

void Fold::on(const Expired& e) {
  InMail* inmail = world.find_to_change(e.ref.inmail);
  if (inmail == nullptr) return;
  if (inmail->stage == Stage::delivered) inmail->stage = Stage::expired;
  if (e.effect == ExpiryEffect::hide) unlist(*inmail);
  end_contact(*inmail);
  end(*inmail, e.charge, e.refund_amount, RefundOn::expired);
}

void Fold::on(const InMailRetracted& e) {
  InMail* inmail = world.find_to_change(e.ref.inmail);
  if (inmail == nullptr) return;
  if (!inmail->is_quiet()) world.unlink(*inmail);
  if (inmail->was_delivered()) inmail->stage = Stage::retracted;
  end_contact(*inmail);
  if (e.leaves_mark)
    begin_thread(*inmail, true, true);
  else
    unlist(*inmail);
  oblige(*inmail);
  end(*inmail, e.charge, e.refund_amount, RefundOn::unopened);
}

void Fold::on(const InMailHiddenFromRecipient& e) {
  InMail* inmail = world.find_to_change(e.ref.inmail);
  if (inmail == nullptr) return;
  inmail->hidden = true;
  unlist(*inmail);
}

void Fold::on(const ReminderSent& e) {
  if (InMail* inmail = world.find_to_change(e.ref.inmail)) ++inmail->reminders;
}

void Fold::unlist(InMail& inmail) {
  if (inmail.listed && !stream.is_archived(inmail.id)) --stream.conversations;
  inmail.listed = false;
}

void Fold::begin_thread(const InMail& inmail, bool is_mark, bool is_closed) {
  Thread& thread = world.threads_.insert(inmail.id.bytes, Thread{});
  thread.sender = inmail.sender;
  thread.from = inmail.from;
  thread.to = inmail.to;
  thread.is_mark = is_mark;
  thread.is_closed = is_closed;
}

void Fold::on(const ConversationReopened& e) {
  Thread* thread = world.threads_.find(e.conversation.bytes);
  if (e.learned) {
    stream.declined.erase(e.by);
    if (stream.sent) stream.sent->threads[e.conversation] = e.by;
  }
  if (thread == nullptr) return;
  if (e.learned) {
    thread->is_retold = true;
    return;
  }
  thread->is_closed = false;
  thread->is_reopened = true;
  thread->reopened_at = header.time;
  thread->reopened_position = header.position;
}

void Fold::on(const Archived& e) {
  Marks& marks = stream.marks[e.conversation];
  if (marks.archived != e.archived && world.has_in_inbox(header.stream, e.conversation))
    stream.conversations += e.archived ? -1 : 1;
  marks.archived = e.archived;
}

void Fold::on(const MarkedUnread& e) { stream.marks[e.conversation].unread = e.unread; }

void Fold::on(const Starred& e) { stream.marks[e.conversation].starred = e.starred; }

void Fold::on(const Tagged& e) {
  std::set<std::uint64_t>& tags = stream.marks[e.conversation].tags;
  if (e.tagged)
    tags.insert(e.key);
  else
    tags.erase(e.key);
}

void Fold::on(const RefundWindowClosed& e) {
  if (InMail* inmail = world.find_to_change(e.ref.inmail))
    end(*inmail, e.charge, e.refund_amount,
        e.answered ? refund_on(e.answered->kind, e.answered->as_auto_reply)
                   : RefundOn::no_response);
}

void Fold::on(const ChargeEnded& e) {
  if (InMail* inmail = world.find_to_change(e.ref.inmail))
    end(*inmail, e.charge, e.refund_amount, e.reason);
}

void Fold::on(const OutcomeReceived& e) {
  if (InMail* inmail = world.find_to_change(e.inmail)) inmail->informed = true;
  if (e.outcome == Outcome::failed) lock_again(e.inmail, e.to);
  const bool goes_on = e.outcome == Outcome::accepted || e.outcome == Outcome::declined ||
                       e.outcome == Outcome::replied || e.outcome == Outcome::quick_reply;
  if (goes_on && stream.sent) stream.sent->threads[e.inmail] = e.to;
  Thread* thread = world.threads_.find(e.inmail.bytes);
  if (thread == nullptr || thread->is_mark) return;
  const bool is_declined =
      e.outcome == Outcome::declined || e.outcome == Outcome::declined_silently;
  if (is_declined)
    stream.declined[e.to] = header.due_at;
  else
    stream.declined.erase(e.to);
  if (!thread->is_told && !stream.is_archived(e.inmail)) ++stream.conversations;
  thread->is_told = true;
}

}  // namespace inmail::auditing
