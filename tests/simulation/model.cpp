#include "tests/simulation/model.hpp"

#include <algorithm>

namespace inmail::sim {
namespace {

constexpr Milliseconds just_after{1};

std::string at(Position position) { return "position " + std::to_string(position.value) + ": "; }

/// A policy by its document, and that in canonical form; null if it cannot be read. There are few,
/// and reading one takes as long as a hundred commands.
struct ReadPolicy {
  std::shared_ptr<const Policy> policy;
  std::string canonical;
};
const ReadPolicy& read_policy(const std::string& document) {
  thread_local std::map<std::string, ReadPolicy> known;
  const auto [at, is_new] = known.try_emplace(document);
  if (!is_new) return at->second;
  if (auto read = parse_policy(document, "policy")) {
    at->second.canonical = to_toml(*read);
    at->second.policy = std::make_shared<const Policy>(std::move(read).value());
  }
  return at->second;
}

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

void Model::apply(const Record& record) {
  record_ = &record;
  const RecordHeader& header = record.header;
  const auto given = history_.commands.find(header.cause);
  const bool is_decided_here =
      given != history_.commands.end() && target_of(given->second.command) == header.stream;
  if (is_decided_here && judged_.insert(header.cause).second) judge(given->second);
  std::visit([this](const auto& e) { on(e); }, record.event);
  last_record_[header.stream] = header.position;
  last_policy_[header.stream] = header.policy;
}

void Model::must(bool holds, const std::string& what) {
  if (!holds) findings_.push_back("model: " + at(record_->header.position) + what);
}

const Policy& Model::policy() const {
  static const Policy none;
  const std::uint64_t version = record_->header.policy.value;
  return version == 0 || version > policies_.size() ? none : *policies_[version - 1];
}

/// Whether a stream has changed since all was quiet last: others may not know yet.
bool Model::is_news(StreamId stream) const {
  const auto found = last_record_.find(stream);
  if (found == last_record_.end()) return false;
  const auto quiet = history_.quiet.lower_bound(found->second);
  return quiet == history_.quiet.end() || *quiet >= record_->header.position;
}

// What happened to people and their mail.

void Model::on(const MemberRegistered& e) {
  Person& person = people_[record_->header.stream.member()];
  must(!person.registered && !person.erased, "somebody joined twice");
  person.registered = true;
  const auto* given = command<RegisterMember>();
  must(given && given->public_profile == e.public_profile && given->lists == e.lists,
       "somebody joined as another");
  person.public_profile = e.public_profile;
  person.lists = e.lists;
}

bool Model::is_erased(StreamId stream) const {
  if (stream.kind() != StreamKind::member) return false;
  const auto found = people_.find(stream.member());
  return found != people_.end() && found->second.erased;
}

void Model::on(const MemberErased& e) {
  const auto* given = command<EraseMember>();
  must(given && given->member == e.member && StreamId{e.member} == record_->header.stream,
       "somebody else was erased");
  Person& person = people_[e.member];
  must(person.registered && !person.erased, "erased, and was not there");
  std::set<MemberId> connections = std::move(person.connections);  // Both sides keep them.
  const auto pool = person.pool;  // Until it is unlinked, right after this.
  person = {};
  person.connections = std::move(connections);
  person.pool = pool;
  person.erased = true;
  forget_reminders([](const Mail&) { return true; });
  end_charges(e.member, std::nullopt, RefundOn::recipient_closed);
}

void Model::on(const MemberKeyDestroyed&) {
  Person& person = people_[record_->header.stream.member()];
  must(person.erased && !person.key_destroyed, "a key was destroyed that was not to be");
  person.key_destroyed = true;
}

void Model::on(const ReceivedErased& e) {
  const auto* given = command<EraseMember>();
  must(given && given->also_received && given->member == e.member &&
           StreamId{e.member} == record_->header.stream,
       "what somebody received was erased, and nobody wished it");
  Person& person = people_[e.member];
  must(person.erased && !person.received_erased, "what was received was erased before its reader");
  person.received_erased = true;
}

void Model::on(const ReceivedKeyDestroyed&) {
  Person& person = people_[record_->header.stream.member()];
  must(person.received_erased && !person.received_key_destroyed,
       "a key was destroyed that was not to be");
  person.received_key_destroyed = true;
}

void Model::on(const PreferenceChanged& e) {
  Person& person = people_[record_->header.stream.member()];
  const auto* given = command<SetPreference>();
  must(given && given->inmail == e.inmail, "not the preference that was wished");
  must(person.preference != e.inmail, "a preference changed into itself");
  person.preference = e.inmail;
}

void Model::on(const MemberBlocked& e) {
  const auto* given = command<BlockMember>();
  must(given && given->blocked == e.target, "the wrong one was blocked");
  const MemberId member = record_->header.stream.member();
  must(people_[member].blocked.insert(e.target).second, "blocked twice");
  forget_reminders([&](const Mail& mail) { return mail.from == e.target; });
  end_charges(member, e.target, RefundOn::blocked);
}

void Model::on(const MemberUnblocked& e) {
  const auto* given = command<UnblockMember>();
  must(given && given->blocked == e.target, "the wrong one was unblocked");
  must(people_[record_->header.stream.member()].blocked.erase(e.target) == 1, "was not blocked");
}

const SendInMail* Model::letter() {
  const auto found = history_.commands.find(record_->header.cause);
  const SendInMail* wanted =
      found == history_.commands.end() ? nullptr : letter_in(found->second.command);
  must(wanted != nullptr, "no such letter was given");
  return wanted;
}

void Model::on(const InMailSent& e) {
  const SendInMail* given = letter();
  must(given && given->from == e.from && given->to == e.to &&
           inmail_of(record_->header.cause) == e.inmail,
       "another InMail than the one that was ordered");
  const auto [at, is_new] = mails_.try_emplace(e.inmail);
  Mail& mail = at->second;
  if (!is_new) return sent_as_scheduled(mail, e);
  const std::int64_t cost = e.free_class ? 0 : policy().charge.cost;
  must(std::int64_t{e.cost} == cost, "an InMail at another price");
  if (given)
    must(may_be_stale_ || e.free_class == free_class_of(*given), "an InMail of another class");
  must(e.origin == SendOrigin::direct && !e.parent, "sent as if it had been scheduled");
  if (given) judge_marks(e, *given);
  if (given) must(e.pool == payer_of(*given, {}), "sent on the credits of another");
  mail = {.from = e.from, .to = e.to, .sender = record_->header.stream, .pool = e.pool};
  mail.stage = Stage::sent;
  mail.was_sent = true;
  mail.cost = cost;
  mail.from_premium = e.from_premium;
  mail.free_class = e.free_class;
  mail.policy = &policy();
  mail.sent_at = record_->header.due_at;
  mail.subject = e.subject;
  mail.body = e.body;
  mail.letter = given;
  mail.cycle = e.marks.cycle;
  const Seconds window = policy().undo.window_s;
  if (window.count() > 0) mail.undo_until = mail.sent_at + window;
  must(e.undo_until == mail.undo_until, "until when it can be undone");
  mail.links = e.markup.links;
  Account& pool = accounts_[e.pool];
  if (e.pool == record_->header.stream)
    take(pool, e.inmail, e.splits, cost);
  else
    must(reserved_for(pool, e.inmail) == cost, "sent on credits that nobody reserved");
}

Model::Mail* Model::received(const InMailRef& ref) {
  const auto found = mails_.find(ref.inmail);
  must(found != mails_.end(), "an InMail that nobody sent");
  if (found == mails_.end()) return nullptr;
  Mail& mail = found->second;
  must(StreamId{mail.to} == record_->header.stream && mail.from == ref.from &&
           mail.pool == ref.pool && mail.sender == ref.sender && mail.sent_at == ref.sent_at &&
           mail.cost == std::int64_t{ref.cost},
       "another InMail than the one that was sent");
  return &mail;
}

void Model::on(const UndoWindowClosed& e) {
  const auto found = mails_.find(e.inmail);
  must(found != mails_.end(), "an InMail left that nobody sent");
  if (found == mails_.end()) return;
  Mail& mail = found->second;
  must(mail.stage == Stage::sent && mail.undo_until &&
           record_->header.due_at == *mail.undo_until + just_after &&
           mail.sender == record_->header.stream,
       "an InMail left before its time, or twice");
  must(mail.from == e.from && mail.to == e.to && mail.pool == e.pool &&
           mail.cost == std::int64_t{e.cost} && mail.sent_at == e.sent_at &&
           mail.from_premium == e.from_premium &&
           policies_[e.pinned.value - 1].get() == mail.policy,
       "another InMail left than was sent");
  mail.undo_until.reset();
}

void Model::on(const InMailCancelled& e) {
  const auto found = mails_.find(e.inmail);
  must(found != mails_.end(), "an InMail was cancelled that nobody sent");
  if (found == mails_.end()) return;
  Mail& mail = found->second;
  if (mail.stage == Stage::scheduled) return dropped(mail, e);
  must(mail.stage == Stage::sent && mail.undo_until && mail.to == e.to && mail.pool == e.pool &&
           std::int64_t{e.set_aside} == mail.cost,
       "cancelled, and it had left, or another");
  if (e.reason == CancelReason::sender_erased)
    must(is_erased(record_->header.stream), "cancelled for an erasure that was not");
  else
    must(e.reason == CancelReason::undo && command<UndoSend>() != nullptr &&
             command<UndoSend>()->inmail == e.inmail,
         "cancelled, and nobody wished it");
  mail.stage = Stage::cancelled;
  lock_again(e.inmail, mail);
  mail.undo_until.reset();
  mail.told = true;
}

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

void Model::on(const InMailFailed& e) {
  Mail* mail = received(e.ref);
  if (!mail) return;
  must(mail->stage == Stage::sent, "failed, and it was not under way");
  must(!is_welcome(*mail), "failed, and nothing stood in its way");
  mail->stage = Stage::failed;
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

// The rest.

void Model::on(const ContractCreated& e) {
  const auto [at, is_new] = contracts_.try_emplace(record_->header.stream.contract());
  must(is_new, "a contract was made twice");
  at->second.seats_max = e.seats_max;
}

void Model::on(const SeatAdded& e) {
  ContractState& contract = contracts_[record_->header.stream.contract()];
  must(contract.seats.insert(e.seat).second, "a seat was added twice");
}

void Model::on(const SeatOpened& e) {
  SeatState& seat = seats_[record_->header.stream.seat()];
  const auto contract = contracts_.find(e.contract);
  must(!seat.open, "a seat was opened twice");
  must(contract != contracts_.end() &&
           contract->second.seats.contains(record_->header.stream.seat()),
       "a seat that no contract gave");
  seat = {e.contract, e.holder, e.role, true, record_->header.due_at};
}

void Model::on(const PolicyAdopted& e) {
  must(e.version.value == policies_.size() + 1, "a policy out of turn");
  const ReadPolicy& adopted = read_policy(e.document);
  must(adopted.policy != nullptr, "a policy that cannot be read");
  if (!adopted.policy) return;
  policies_.push_back(adopted.policy);
  if (!history_.commands.contains(record_->header.cause)) return;
  const auto* given = command<AdoptPolicy>();
  must(given && read_policy(given->document).canonical == e.document,
       "another policy than the one that was given");
}

void Model::on(const CommandRejected&) {}

void Model::on(const CommandAccepted&) {
  const auto found = history_.commands.find(record_->header.cause);
  if (found == history_.commands.end()) return;
  const Command& given = found->second.command;
  const StreamId stream = record_->header.stream;
  if (const auto* c = std::get_if<SetPreference>(&given))
    must(people_[c->member].preference == c->inmail &&
             c->open_profile.value_or(people_[c->member].open_profile) ==
                 people_[c->member].open_profile,
         "a wish was not heard");
  if (const auto* c = std::get_if<SetConnection>(&given))
    must(is_connected(c->a, c->b) || is_connected(c->b, c->a), "a connection was not made");
  if (const auto* c = std::get_if<StopSender>(&given))
    must(people_[c->member].stopped.contains(c->sender), "a stop was not made");
  if (const auto* c = std::get_if<AllowSender>(&given))
    must(!people_[c->member].stopped.contains(c->sender), "a stop was not lifted");
  if (const auto* c = std::get_if<BlockMember>(&given))
    must(people_[c->member].blocked.contains(c->blocked), "a block was not made");
  if (const auto* c = std::get_if<UnblockMember>(&given))
    must(!people_[c->member].blocked.contains(c->blocked), "a block was not lifted");
  if (const auto* c = std::get_if<OpenInMail>(&given))
    must(mails_[c->inmail].opened && !marks_of(c->inmail).unread, "an opening was not noted");
  if (const auto* c = std::get_if<MarkUnread>(&given))
    must(marks_of(c->view.conversation).unread == c->unread, "not marked as wished");
  if (const auto* c = std::get_if<ArchiveConversation>(&given))
    must(marks_of(c->view.conversation).archived == c->archived, "not archived as wished");
  if (const auto* c = std::get_if<StarConversation>(&given))
    must(marks_of(c->view.conversation).starred == c->starred, "not starred as wished");
  if (const auto* c = std::get_if<ChangePlan>(&given))
    must(accounts_[stream].plan == c->plan, "a plan was not changed");
  if (std::holds_alternative<CancelSubscription>(given))
    must(accounts_[stream].ends_at.has_value(), "a plan was not cancelled");
  if (const auto* c = std::get_if<ReversePurchase>(&given))
    must(accounts_[stream].payments[c->payment_ref].reversed, "a purchase was not reversed");
  if (std::holds_alternative<PaymentFailed>(given))
    must(accounts_[stream].past_due || accounts_[stream].ends_at, "a payment is not missing");
  if (std::holds_alternative<PaymentRecovered>(given))
    must(!accounts_[stream].past_due, "a payment is missing");
  if (const auto* c = std::get_if<EraseMember>(&given))
    must(people_[c->member].erased && (!c->also_received || people_[c->member].received_erased),
         "somebody was not erased as wished");
  const bool acts =
      std::holds_alternative<SendInMail>(given) || std::holds_alternative<Respond>(given) ||
      std::holds_alternative<GrantBonus>(given) || std::holds_alternative<RegisterMember>(given) ||
      std::holds_alternative<StartSubscription>(given) || std::holds_alternative<UndoSend>(given) ||
      std::holds_alternative<SendMessage>(given) || std::holds_alternative<FollowLink>(given) ||
      std::holds_alternative<RetractInMail>(given) || letter_in(given) ||
      std::holds_alternative<PurchaseCredits>(given) ||
      std::holds_alternative<AdjustCredits>(given) || std::holds_alternative<SaveDraft>(given) ||
      std::holds_alternative<CancelScheduled>(given) ||
      std::holds_alternative<LinkAccounts>(given) || std::holds_alternative<UnlinkAccount>(given);
  must(!acts, "a command was accepted, and nothing came of it");
}

void Model::finish() {
  const auto complain = [this](const std::string& what) { findings_.push_back("model: " + what); };
  for (const auto& [id, mail] : mails_) {
    const std::string name = "the InMail " + to_text(id) + " ";
    if (mail.stage == Stage::sent && !mail.undo_until) complain(name + "never arrived");
    if (mail.to_be_booked) complain(name + "was never charged or released");
    if (mail.owed) complain(name + "is owed " + std::to_string(*mail.owed) + " credits");
    const bool has_news =
        mail.reply || mail.stage == Stage::failed || mail.stage == Stage::retracted;
    if (has_news && !mail.told) complain("the sender of " + to_text(id) + " was never told");
    if (mail.reopened && !mail.reopening_told)
      complain("the sender of " + to_text(id) + " does not know that it may write again");
  }
  for (auto& [member, person] : people_)
    for (const MemberId other : person.connections)
      if (!is_connected(other, member))
        complain("only " + to_text(StreamId{member}) + " knows a connection");
  for (const auto& [contract, state] : contracts_)
    for (const SeatId seat : state.seats)
      if (!seats_[seat].open) complain("the seat " + to_text(StreamId{seat}) + " never opened");
  for (const auto& [id, transfer] : transfers_)
    if (!transfer.is_over) complain("the transfer " + to_text(id) + " is nowhere");
  for (const auto& [owner, account] : accounts_) {
    for (const auto& [inmail, splits] : account.charges) {
      const auto mail = mails_.find(inmail);
      const bool is_open =
          mail != mails_.end() && (mail->second.charge_open || mail->second.undo_until ||
                                   mail->second.stage == Stage::scheduled);
      if (!is_open) complain(to_text(owner) + " holds credits for " + to_text(inmail));
    }
    if (account.announced) complain(to_text(owner) + " was promised credits");
    if (account.grant_expected) complain(to_text(owner) + " was not granted its cycle");
    if (is_erased(owner) && people_.at(owner.member()).pool)
      complain(to_text(owner) + " was erased, and is linked");
    if (is_erased(owner) && (account.plan || account.available() > 0))
      complain(to_text(owner) + " was erased, and keeps a plan or credits");
  }
}

}  // namespace inmail::sim
