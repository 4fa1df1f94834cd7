#include "tests/simulation/model.hpp"

#include <algorithm>

namespace inmail::sim {
namespace {

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
    must(may_be_stale_ || e.free_class == free_class_of(*given, e.pool),
         "an InMail of another class");
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

void Model::on(const InMailFailed& e) {
  Mail* mail = received(e.ref);
  if (!mail) return;
  must(mail->stage == Stage::sent, "failed, and it was not under way");
  must(!is_welcome(*mail), "failed, and nothing stood in its way");
  mail->stage = Stage::failed;
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

void Model::on(const SeatDeclined& e) {
  const SeatId id = record_->header.stream.seat();
  const SeatState& seat = seats_[id];
  ContractState& contract = contracts_[e.contract];
  must(seat.open && seat.contract != e.contract, "a seat declined that nobody else had");
  must(contract.seats.contains(id), "a seat declined whom had not added it");
  must(contract.refused_by.insert(id).second, "a seat declined twice");
}

void Model::on(const SeatRemoved& e) {
  ContractState& contract = contracts_[record_->header.stream.contract()];
  must(contract.refused_by.erase(e.seat) > 0, "a seat was removed that had not declined");
  contract.seats.erase(e.seat);
  contract.own_limits.erase(e.seat);
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
      if (!seats_[seat].open || seats_[seat].contract != contract)
        complain("the seat " + to_text(StreamId{seat}) + " never opened for " +
                 to_text(StreamId{contract}));
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
