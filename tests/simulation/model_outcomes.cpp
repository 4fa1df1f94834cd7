#include <algorithm>

#include "tests/simulation/model.hpp"

// What comes of an InMail once it is with its recipient, and what of its price comes back.

namespace inmail::sim {
namespace {

/// A machine's answer is worth something only where it is an answer.
bool rewards(const RefundPolicy& refund, RefundOn reason) {
  return refund.on.has(reason) && (refund.count_auto_reply || reason != RefundOn::auto_reply);
}

/// So much of the price comes back for this.
std::int64_t share_of(const RefundPolicy& refund, std::int64_t cost, RefundOn reason) {
  return rewards(refund, reason) ? cost * refund.amount_bp(reason) / 10'000 : 0;
}

bool rewards_deeds(const RefundPolicy& refund) {
  return refund.on.has(RefundOn::blocked) || refund.on.has(RefundOn::recipient_closed);
}

bool rewards_words(const RefundPolicy& refund) {
  return refund.on.has(RefundOn::accept) || refund.on.has(RefundOn::decline) ||
         refund.on.has(RefundOn::reply) || refund.on.has(RefundOn::quick_reply) ||
         rewards(refund, RefundOn::auto_reply);
}

}  // namespace

void Model::on(const InMailDelivered& e) {
  Mail* mail = received(e.ref);
  if (!mail) return;
  must(!mail->undo_until, "delivered, and it could still be undone");
  must(mail->stage == Stage::sent, "delivered, and it was not under way");
  must(is_welcome(*mail), "delivered to somebody who does not want it");
  must(!is_full(mail->to, InboxOverflow::archive_oldest), "delivered into a full inbox");
  const RefundPolicy& refund = mail->policy->refund;
  const ExpiryPolicy& expiry = mail->policy->expiry;
  const bool by_expiry = expiry.basis != ExpiryBasis::never &&
                         (refund.on.has(RefundOn::expired) || refund.on.has(RefundOn::unopened));
  const bool in_window = rewards_words(refund) || rewards_deeds(refund);
  mail->on_accept = mail->cost > 0 && mail->policy->charge.when == ChargeWhen::at_accept;
  const bool refundable = mail->cost > 0 && !mail->on_accept &&
                          (in_window || refund.on.has(RefundOn::no_response) || by_expiry);
  must(e.refundable == refundable, "whether it may be refunded");
  const std::optional<Timestamp> accept_until =
      mail->on_accept ? std::optional(mail->sent_at + mail->policy->charge.accept_timeout_s)
                      : std::nullopt;
  must(e.accept_until == accept_until, "until when it may be accepted");
  mail->stage = Stage::delivered;
  mail->delivered_position = record_->header.position;
  mail->delivered_at = record_->header.due_at;
  mail->recipient_active = record_->header.due_at;
  mail->charge_open = refundable || mail->on_accept;
  if (!mail->charge_open && mail->cost > 0) mail->owed = 0;
  if (refundable && in_window && refund.clock != RefundClock::opened_at)
    mail->refund_until =
        (refund.clock == RefundClock::sent_at ? mail->sent_at : record_->header.time) +
        refund.window_s;
  must(e.refund_until == mail->refund_until, "until when an answer refunds");
  if (mail->on_accept) mail->refund_until = accept_until;
  mail->silence_from = e.no_response_from;
  if (expiry.basis != ExpiryBasis::never)
    mail->expires_from = mail->sent_at + expiry.ttl_s + just_after;
  must(e.expires_from == mail->expires_from, "when it expires");
}

void Model::on(const Opened& e) {
  Mail* mail = received(e.ref);
  if (!mail) return;
  must(!mail->opened, "opened twice");
  mail->opened = true;
  const RefundPolicy& refund = mail->policy->refund;
  if (!e.inferred && mail->charge_open && !mail->on_accept &&
      refund.clock == RefundClock::opened_at && (rewards_words(refund) || rewards_deeds(refund)))
    mail->refund_until = record_->header.time + refund.window_s;
  if (e.no_response_from) mail->silence_from = e.no_response_from;
  if (e.inferred) mail->opened_by_answer = true;
}

/// The recipient's side ends a charge: it must end as the model says, and once.
void Model::end_charge(Mail& mail, ChargeEnd told, std::int64_t told_amount, std::int64_t amount,
                       bool accepted) {
  const ChargeEnd without_accept = amount > 0 ? ChargeEnd::refund : ChargeEnd::final;
  const ChargeEnd on_accept = accepted ? ChargeEnd::spend : ChargeEnd::release;
  const ChargeEnd expected = !mail.charge_open ? ChargeEnd::none
                             : mail.on_accept  ? on_accept
                                               : without_accept;
  must(told == expected, "how a charge ends");
  if (expected == ChargeEnd::refund) must(told_amount == amount, "how much comes back");
  if (!mail.charge_open) return;
  mail.charge_open = false;
  if (mail.on_accept)
    mail.to_be_booked = expected;
  else
    mail.owed = amount;
}

void Model::end_charges(MemberId of, std::optional<MemberId> sender, RefundOn reason) {
  must(done_to_.empty(), "a block or an erasure left a charge open");
  for (const auto& [id, mail] : mails_) {
    if (mail.to != of || (sender && mail.from != *sender)) continue;
    if (const std::int64_t amount = gives(mail, reason); amount > 0)
      done_to_[id] = {reason, amount};
  }
}

void Model::on(const ChargeEnded& e) {
  Mail* mail = received(e.ref);
  const auto found = done_to_.find(e.ref.inmail);
  must(mail && found != done_to_.end() && found->second.first == e.reason,
       "a charge ended for what was not done");
  if (!mail || found == done_to_.end()) return;
  end_charge(*mail, e.charge, e.refund_amount, found->second.second);
  done_to_.erase(found);
}

void Model::on(const Replied& e) {
  Mail* mail = received(e.ref);
  const auto* given = command<Respond>();
  if (!mail || !given) return;
  must(!mail->reply, "answered twice");
  must(given->kind == e.kind && given->text.empty() == e.canned &&
           given->automatic == e.automatic && e.as_auto_reply == e.automatic,
       "another answer than was given");
  must(!e.automatic || mail->policy->refund.count_auto_reply, "a machine's answer counts");
  must(!mail->is_recalled || mail->reminders == reminders_due(*mail), "how often it was recalled");
  mail->recipient_active = record_->header.due_at;
  mail->reply = e.kind;
  mail->canned = e.canned;
  mail->answer_text = e.text;
  mail->answer = given;
  must(beside_.empty(), "an answer left a charge open beside it");
  if (mail->on_accept)
    return end_charge(*mail, e.charge, e.refund_amount, 0, e.kind == ReplyKind::accept);
  end_charge(*mail, e.charge, e.refund_amount,
             settle_with_followups(e.ref.inmail, refund_on(e.kind, e.automatic)));
}

/// What comes back now for an answer or for what the recipient did, taken by itself.
std::int64_t Model::gives(const Mail& mail, RefundOn reason) const {
  const RefundPolicy& refund = mail.policy->refund;
  const bool is_yet_to_begin =
      refund.clock == RefundClock::opened_at && (!mail.opened || mail.opened_by_answer);
  const bool in_window =
      is_yet_to_begin || (mail.refund_until && record_->header.time <= *mail.refund_until);
  const bool counts =
      mail.charge_open && !mail.on_accept && mail.stage == Stage::delivered && in_window;
  return counts ? share_of(refund, mail.cost, reason) : 0;
}

/// D4.1.4: an answer ends the charges of all that its sender had written in vain, and at most one
/// comes back. Returns what comes back for the one that was answered.
std::int64_t Model::settle_with_followups(const InMailId& answered, RefundOn reason) {
  const Mail& mail = mails_.at(answered);
  const FollowupRefund rule = mail.policy->refund.followup_rule;
  if (rule == FollowupRefund::independent || !rewards_words(mail.policy->refund))
    return gives(mail, reason);
  std::map<std::pair<Timestamp, InMailId>, const Mail*> in_order;
  for (const auto& [id, each] : mails_) {
    const RefundPolicy& own = each.policy->refund;
    if (each.sender == mail.sender && each.to == mail.to && each.charge_open && !each.on_accept &&
        each.stage == Stage::delivered && (!each.reply || id == answered) &&
        own.followup_rule == rule && rewards_words(own))
      in_order[{each.sent_at, id}] = &each;
  }
  std::int64_t own = 0;
  bool is_given = false;
  for (const auto& [key, each] : in_order) {
    const std::int64_t amount = is_given ? 0 : gives(*each, reason);
    is_given = is_given || amount > 0 || rule == FollowupRefund::first_only;
    if (key.second == answered)
      own = amount;
    else
      beside_[key.second] = amount;
  }
  return own;
}

void Model::on(const Expired& e) {
  Mail* mail = received(e.ref);
  if (!mail) return;
  must(mail->stage == Stage::delivered && !mail->reply, "expired, and it was not waiting");
  must(mail->expires_from && record_->header.due_at == *mail->expires_from, "expired at its time");
  mail->stage = Stage::expired;
  mail->hidden = e.effect == ExpiryEffect::hide;
  const RefundPolicy& refund = mail->policy->refund;
  const std::int64_t amount =
      std::max(share_of(refund, mail->cost, RefundOn::expired),
               mail->opened ? 0 : share_of(refund, mail->cost, RefundOn::unopened));
  if (amount > 0 || !mail->silence_from)
    end_charge(*mail, e.charge, e.refund_amount, amount);
  else
    must(e.charge == ChargeEnd::none, "silence refunds later");
}

void Model::on(const InMailRetracted& e) {
  Mail* mail = received(e.ref);
  if (!mail) return;
  must(mail->stage == Stage::delivered && !mail->reply, "retracted, and it was not waiting");
  mail->stage = Stage::retracted;
  must(e.leaves_mark == (mail->opened && mail->policy->retract.tombstone_recipient),
       "whether a retraction leaves a mark");
  mail->hidden = !e.leaves_mark;
  const RetractRefund rule = mail->policy->retract.refund;
  const bool refunds =
      rule == RetractRefund::always || (rule == RetractRefund::if_unopened && !mail->opened);
  end_charge(*mail, e.charge, e.refund_amount, refunds ? mail->cost : 0);
}

void Model::on(const RefundWindowClosed& e) {
  Mail* mail = received(e.ref);
  if (!mail) return;
  must(mail->charge_open, "a window closed on a charge that had ended");
  if (e.answered) {
    const auto found = beside_.find(e.ref.inmail);
    const auto* given = command<Respond>();
    must(found != beside_.end() && given && given->inmail == e.answered->inmail &&
             given->automatic == e.answered->as_auto_reply,
         "a charge ended with an answer that does not end it");
    if (found == beside_.end()) return;
    end_charge(*mail, e.charge, e.refund_amount, found->second);
    beside_.erase(found);
    return;
  }
  must(!mail->on_accept || record_->header.due_at > *mail->refund_until, "waited too short");
  const bool by_silence = mail->silence_from && record_->header.due_at == *mail->silence_from &&
                          record_->header.cause.is_zero();
  end_charge(*mail, e.charge, e.refund_amount,
             by_silence ? share_of(mail->policy->refund, mail->cost, RefundOn::no_response) : 0);
}

void Model::on(const OutcomeReceived& e) {
  const auto found = mails_.find(e.inmail);
  must(found != mails_.end(), "news of an InMail that nobody sent");
  if (found == mails_.end()) return;
  Mail& mail = found->second;
  must(mail.sender == record_->header.stream && mail.to == e.to && mail.has_left(),
       "news for somebody else");
  must(!mail.told, "told twice");
  if (mail.stage == Stage::failed) lock_again(e.inmail, mail);
  must(mail.reply || mail.stage == Stage::failed || mail.stage == Stage::retracted,
       "news of what has not happened");
  mail.told = true;
  mail.sender_active = record_->header.due_at;
  if (!mail.reply) return;
  if (mail.reply == ReplyKind::decline)
    declined_[{mail.sender, mail.to}] = record_->header.due_at;
  else
    declined_.erase({mail.sender, mail.to});
}

}  // namespace inmail::sim
