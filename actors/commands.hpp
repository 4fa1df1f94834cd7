#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "events/attachment.hpp"
#include "events/event_type.hpp"
#include "events/ids.hpp"
#include "events/inbound_rules.hpp"
#include "events/markup.hpp"
#include "events/plan_kind.hpp"
#include "events/terms.hpp"
#include "events/text.hpp"
#include "events/text_print.hpp"

namespace inmail {

// Orders that a host gives (D5.1). Each knows its `type` (numbers are stored in CommandRejected:
// never renumber), its `target`: the stream that owns the fact it changes, and so decides, and
// shows its texts to `each_text(field, text)` so that the engine's edge can seal them for
// `author()`. What a command has learned to say since its number was given stands in the `tail` of
// its encoding: an order that does not say it keeps its bytes, and so may be repeated across
// releases.

using CommandType = EventType;

/// A person joins. By: system.
struct RegisterMember {
  static constexpr CommandType type{.number = 1, .name = "register_member", .version = 1};

  MemberId member;
  Text display_name;
  Text headline;
  std::string locale;
  bool public_profile = true;
  std::vector<std::string> lists;  ///< On which the host has the member: "platform_staff" (D3.7).

  bool operator==(const RegisterMember&) const = default;
  StreamId target() const { return member; }
  MemberId author() const { return member; }
  void each_text(auto&& visit) {
    visit(TextField::display_name, display_name);
    visit(TextField::headline, headline);
  }
  void serialize(auto& archive) {
    archive(member, display_name, headline, locale, public_profile);
    archive.tail(lists);
  }
};

/// The recipient's switches for InMail (D4.6). By: that member.
struct SetPreference {
  static constexpr CommandType type{.number = 2, .name = "set_preference", .version = 1};

  MemberId member;
  InMailPreference inmail = InMailPreference::on;
  std::optional<bool> open_profile;  ///< Nothing: stays as it is. On is for premium members only.

  bool operator==(const SetPreference&) const = default;
  StreamId target() const { return member; }
  void serialize(auto& archive) {
    archive(member, inmail);
    archive.tail(open_profile);
  }
};

/// By: that member. Blocking twice is fine.
struct BlockMember {
  static constexpr CommandType type{.number = 3, .name = "block_member", .version = 1};

  MemberId member;
  MemberId blocked;

  bool operator==(const BlockMember&) const = default;
  StreamId target() const { return member; }
  void serialize(auto& archive) { archive(member, blocked); }
};

/// By: that member.
struct UnblockMember {
  static constexpr CommandType type{.number = 4, .name = "unblock_member", .version = 1};

  MemberId member;
  MemberId blocked;

  bool operator==(const UnblockMember&) const = default;
  StreamId target() const { return member; }
  void serialize(auto& archive) { archive(member, blocked); }
};

/// Destroys what a person wrote, with their profile, and closes the member for ever; what others
/// wrote to them stays. Erasing twice is fine. By: system.
///
/// When `reply` comes, the erasure is on record and nothing stops it any more; when `settled`
/// comes, the key is destroyed.
struct EraseMember {
  static constexpr CommandType type{.number = 5, .name = "erase_member", .version = 1};

  MemberId member;

  bool operator==(const EraseMember&) const = default;
  StreamId target() const { return member; }
  void serialize(auto& archive) { archive(member); }
};

/// Two members are connected; the host says so. Whichever is named first: the one with the lower
/// number decides, and the other learns it. By: system.
struct SetConnection {
  static constexpr CommandType type{.number = 6, .name = "set_connection", .version = 1};

  MemberId a;
  MemberId b;

  bool operator==(const SetConnection&) const = default;
  StreamId target() const { return std::min(a, b); }
  void serialize(auto& archive) { archive(a, b); }
};

/// By: system.
struct RemoveConnection {
  static constexpr CommandType type{.number = 7, .name = "remove_connection", .version = 1};

  MemberId a;
  MemberId b;

  bool operator==(const RemoveConnection&) const = default;
  StreamId target() const { return std::min(a, b); }
  void serialize(auto& archive) { archive(a, b); }
};

/// No more InMails of `sender`, nor, as `recipient.stop_scope` says, of the contracts on whose
/// credits they came (S2: honour any stop request). By: that member.
struct StopSender {
  static constexpr CommandType type{.number = 8, .name = "stop_sender", .version = 1};

  MemberId member;
  MemberId sender;

  bool operator==(const StopSender&) const = default;
  StreamId target() const { return member; }
  void serialize(auto& archive) { archive(member, sender); }
};

/// Takes back all that was stopped on account of `sender`. By: that member.
struct AllowSender {
  static constexpr CommandType type{.number = 9, .name = "allow_sender", .version = 1};

  MemberId member;
  MemberId sender;

  bool operator==(const AllowSender&) const = default;
  StreamId target() const { return member; }
  void serialize(auto& archive) { archive(member, sender); }
};

/// A plan begins, with its first cycle; a contract's after its first seats were added, since what
/// it grants counts them. By: billing.
struct StartSubscription {
  static constexpr CommandType type{.number = 10, .name = "start_subscription", .version = 1};

  StreamId owner;  ///< A member or a contract.
  PlanKind plan = PlanKind::free;
  /// Above 0: so long it is tried, with `plan.trial_grant`; its first cycle begins after that.
  std::uint32_t trial_days = 0;

  bool operator==(const StartSubscription&) const = default;
  StreamId target() const { return owner; }
  void serialize(auto& archive) {
    archive(owner, plan);
    archive.tail(trial_days);
  }
};

/// By: billing.
struct ChangePlan {
  static constexpr CommandType type{.number = 11, .name = "change_plan", .version = 1};

  StreamId owner;
  PlanKind plan = PlanKind::free;

  bool operator==(const ChangePlan&) const = default;
  StreamId target() const { return owner; }
  void serialize(auto& archive) { archive(owner, plan); }
};

/// The plan ends with the running cycle, or now, as `lot.on_cancel_subscription` says. By: billing.
struct CancelSubscription {
  static constexpr CommandType type{.number = 12, .name = "cancel_subscription", .version = 1};

  StreamId owner;

  bool operator==(const CancelSubscription&) const = default;
  StreamId target() const { return owner; }
  void serialize(auto& archive) { archive(owner); }
};

/// Credits out of the plan's turn. By: admin.
struct GrantBonus {
  static constexpr CommandType type{.number = 13, .name = "grant_bonus", .version = 1};

  StreamId owner;
  std::uint32_t credits = 0;
  std::uint64_t approver = 0;
  Text reason;

  bool operator==(const GrantBonus&) const = default;
  StreamId target() const { return owner; }
  MemberId author() const { return MemberId{0}; }  ///< The operator's own key.
  void each_text(auto&& visit) { visit(TextField::reason, reason); }
  void serialize(auto& archive) { archive(owner, credits, approver, reason); }
};

/// A pack of the policy's, at its price (D3.11); the host has taken the money. By: that member; of
/// a contract: admin.
struct PurchaseCredits {
  static constexpr CommandType type{.number = 14, .name = "purchase_credits", .version = 1};

  StreamId owner;
  std::string pack;
  std::string payment_ref;  ///< What the host calls the payment. Says nothing about a person.

  bool operator==(const PurchaseCredits&) const = default;
  StreamId target() const { return owner; }
  void serialize(auto& archive) { archive(owner, pack, payment_ref); }
};

/// The money goes back: as the policy of the purchase allows, or, by a chargeback, in any case.
/// Reversing twice is fine. By: billing.
struct ReversePurchase {
  static constexpr CommandType type{.number = 15, .name = "reverse_purchase", .version = 1};

  StreamId owner;
  std::string payment_ref;
  bool chargeback = false;

  bool operator==(const ReversePurchase&) const = default;
  StreamId target() const { return owner; }
  void serialize(auto& archive) { archive(owner, payment_ref, chargeback); }
};

/// An operator's correction, up or down; never below zero. By: admin.
struct AdjustCredits {
  static constexpr CommandType type{.number = 16, .name = "adjust_credits", .version = 1};

  StreamId owner;
  std::int32_t credits = 0;  ///< Not 0.
  std::uint64_t approver = 0;
  Text reason;

  bool operator==(const AdjustCredits&) const = default;
  StreamId target() const { return owner; }
  MemberId author() const { return MemberId{0}; }  ///< The operator's own key.
  void each_text(auto&& visit) { visit(TextField::reason, reason); }
  void serialize(auto& archive) { archive(owner, credits, approver, reason); }
};

/// The plan is past due from now on. By: billing.
struct PaymentFailed {
  static constexpr CommandType type{.number = 17, .name = "payment_failed", .version = 1};

  StreamId owner;

  bool operator==(const PaymentFailed&) const = default;
  StreamId target() const { return owner; }
  void serialize(auto& archive) { archive(owner); }
};

/// By: billing.
struct PaymentRecovered {
  static constexpr CommandType type{.number = 18, .name = "payment_recovered", .version = 1};

  StreamId owner;

  bool operator==(const PaymentRecovered&) const = default;
  StreamId target() const { return owner; }
  void serialize(auto& archive) { archive(owner); }
};

/// A contract, as yet without plan and seats. By: billing.
struct CreateContract {
  static constexpr CommandType type{.number = 20, .name = "create_contract", .version = 1};

  ContractId contract;
  std::uint32_t seats_max = 0;

  bool operator==(const CreateContract&) const = default;
  StreamId target() const { return contract; }
  void serialize(auto& archive) { archive(contract, seats_max); }
};

/// By: admin.
struct AddSeat {
  static constexpr CommandType type{.number = 21, .name = "add_seat", .version = 1};

  ContractId contract;
  SeatId seat;
  MemberId holder;
  SeatRole role = SeatRole::recruiter;

  bool operator==(const AddSeat&) const = default;
  StreamId target() const { return contract; }
  void serialize(auto& archive) { archive(contract, seat, holder, role); }
};

/// How many InMails a seat may send in a cycle of its contract (L11). By: admin.
struct SetSeatMonthlyLimit {
  static constexpr CommandType type{.number = 22, .name = "set_seat_monthly_limit", .version = 1};

  ContractId contract;
  std::vector<SeatId> seats;  ///< None: all of them, also later ones; it ends what single ones had.
  /// 0: no limit. Nothing: for all, what the policy says; for one seat, what holds for all.
  std::optional<std::uint32_t> limit;

  bool operator==(const SetSeatMonthlyLimit&) const = default;
  StreamId target() const { return contract; }
  void serialize(auto& archive) { archive(contract, seats, limit); }
};

/// What a host knows of a send that the engine cannot, and what its sender says of it.
struct SendHints {
  /// How far the two are apart, from second on: who is connected says `SetConnection`. Nothing: the
  /// host does not say, and no rule about it refuses.
  std::optional<Degree> degree;
  bool applicant = false;  ///< The recipient has applied for a job of the sender's.
  Purpose purpose = Purpose::other;

  bool operator==(const SendHints&) const = default;
  void serialize(auto& archive) { archive(degree, applicant, purpose); }
};

/// The InMail gets the id of this command. By: that member, or that seat.
struct SendInMail {
  static constexpr CommandType type{.number = 30, .name = "send_inmail", .version = 1};

  MemberId from;               ///< The person, also where a seat sends.
  std::optional<SeatId> seat;  ///< Set: on the credits of the seat's contract.
  MemberId to;
  Text subject;
  Text body;
  SendHints hints;
  TextMarkup markup;     ///< As the engine's edge finds it; what a host says here is not heard.
  TextPrint print;       ///< Likewise.
  Text override_reason;  ///< Why to write to whom a colleague is writing to.
  bool veteran = false;  ///< The recipient is in a class for which the host lets writing be free.
  Text signature;
  std::vector<Attachment> attachments;
  std::string locale;                ///< The language of the words, BCP-47; empty: nobody says.
  bool offers_compensation = false;  ///< It says what the work pays.
  std::optional<DraftId> draft;      ///< That it was made of, and that ends with it.

  bool operator==(const SendInMail&) const = default;
  StreamId target() const { return seat ? StreamId{*seat} : StreamId{from}; }
  MemberId author() const { return from; }
  void each_text(auto&& visit) {
    visit(TextField::subject, subject);
    visit(TextField::body, body);
    visit(TextField::override_reason, override_reason);
    visit(TextField::signature, signature);
    for (Attachment& each : attachments) visit(TextField::attachment_name, each.name);
  }
  void serialize(auto& archive) {
    archive(from, seat, to, subject, body);
    archive.tails(std::tie(hints, markup),
                  std::tie(print, override_reason, veteran, signature, attachments, locale,
                           offers_compensation),
                  std::tie(draft));
  }
};

/// By: the recipient.
struct OpenInMail {
  static constexpr CommandType type{.number = 31, .name = "open_inmail", .version = 1};

  MemberId recipient;
  InMailId inmail;

  bool operator==(const OpenInMail&) const = default;
  StreamId target() const { return recipient; }
  void serialize(auto& archive) { archive(recipient, inmail); }
};

/// The recipient's first response. A decline without text is silent (D4.1). An automatic one counts
/// as a response only where the policy says so (D3.4 refund.count_auto_reply). By: the recipient.
struct Respond {
  static constexpr CommandType type{.number = 32, .name = "respond", .version = 1};

  MemberId recipient;
  InMailId inmail;
  ReplyKind kind = ReplyKind::reply;
  Text text;
  bool automatic = false;

  bool operator==(const Respond&) const = default;
  StreamId target() const { return recipient; }
  MemberId author() const { return recipient; }
  void each_text(auto&& visit) { visit(TextField::reply, text); }
  void serialize(auto& archive) {
    archive(recipient, inmail, kind, text);
    archive.tail(automatic);
  }
};

/// The author takes it back. Decided by the recipient's actor, which owns what became of it.
/// By: the author.
struct RetractInMail {
  static constexpr CommandType type{.number = 33, .name = "retract_inmail", .version = 1};

  MemberId author_id;
  MemberId recipient;
  InMailId inmail;

  bool operator==(const RetractInMail&) const = default;
  StreamId target() const { return recipient; }
  void serialize(auto& archive) { archive(author_id, recipient, inmail); }
};

/// Takes back what was sent a moment ago, and is not delivered yet (D3.12). By: its sender, member
/// or seat.
struct UndoSend {
  static constexpr CommandType type{.number = 34, .name = "undo_send", .version = 1};

  StreamId sender;
  InMailId inmail;

  bool operator==(const UndoSend&) const = default;
  StreamId target() const { return sender; }
  void serialize(auto& archive) { archive(sender, inmail); }
};

/// An InMail that is to be sent later, if nothing stands against it then. It gets the id of this
/// command. By: as a send.
struct ScheduleInMail {
  static constexpr CommandType type{.number = 35, .name = "schedule_inmail", .version = 1};

  SendInMail letter;
  Timestamp send_at{};
  std::string time_zone;  ///< As the sender names it; `send_at` is what counts.

  bool operator==(const ScheduleInMail&) const = default;
  StreamId target() const { return letter.target(); }
  MemberId author() const { return letter.author(); }
  void each_text(auto&& visit) { letter.each_text(visit); }
  void serialize(auto& archive) { archive(send_at, time_zone, letter); }
};

/// At another time, with all that follows it up. By: its sender, or an admin.
struct RescheduleInMail {
  static constexpr CommandType type{.number = 36, .name = "reschedule_inmail", .version = 1};

  StreamId sender;
  InMailId inmail;
  Timestamp send_at{};
  std::string time_zone;

  bool operator==(const RescheduleInMail&) const = default;
  StreamId target() const { return sender; }
  void serialize(auto& archive) { archive(sender, inmail, send_at, time_zone); }
};

/// Not at all. By: its sender, or an admin.
struct CancelScheduled {
  static constexpr CommandType type{.number = 37, .name = "cancel_scheduled", .version = 1};

  StreamId sender;
  InMailId inmail;

  bool operator==(const CancelScheduled&) const = default;
  StreamId target() const { return sender; }
  void serialize(auto& archive) { archive(sender, inmail); }
};

/// Another InMail to the same person, so long after `parent` was sent, unless that is answered
/// before. It gets the id of this command. By: as a send.
struct AddFollowUp {
  static constexpr CommandType type{.number = 38, .name = "add_follow_up", .version = 1};

  SendInMail letter;
  InMailId parent;
  std::optional<std::uint32_t> delay_s;  ///< Nothing: `followup.default_gap_s`.

  bool operator==(const AddFollowUp&) const = default;
  StreamId target() const { return letter.target(); }
  MemberId author() const { return letter.author(); }
  void each_text(auto&& visit) { letter.each_text(visit); }
  void serialize(auto& archive) { archive(parent, delay_s, letter); }
};

/// A free message in a thread that a response has opened, or between connections (D4.1.3). By: its
/// writer, member or seat.
struct SendMessage {
  static constexpr CommandType type{.number = 40, .name = "send_message", .version = 1};

  InMailId conversation;  ///< Zero: the direct one of the two, for who is connected.
  MemberId from;
  std::optional<SeatId> seat;
  MemberId to;
  Text text;

  bool operator==(const SendMessage&) const = default;
  StreamId target() const { return seat ? StreamId{*seat} : StreamId{from}; }
  MemberId author() const { return from; }
  void each_text(auto&& visit) { visit(TextField::message, text); }
  void serialize(auto& archive) { archive(conversation, from, seat, to, text); }
};

/// The policy is this document from now on (D3). By: admin.
struct AdoptPolicy {
  static constexpr CommandType type{.number = 50, .name = "adopt_policy", .version = 1};

  std::string document;  ///< TOML.

  bool operator==(const AdoptPolicy&) const = default;
  StreamId target() const { return StreamId::policy(); }
  void serialize(auto& archive) { archive(document); }
};

// A party's own view of a conversation: of its recipient, or of who sent its InMail. By: that
// member, or that seat. What stands as wished already is accepted, and nothing happens.

/// The InMail, or the direct conversation, as `party` sees it.
struct PartyView {
  MemberId member;             ///< The person, also where a seat sent.
  std::optional<SeatId> seat;  ///< Set: that sent it.
  InMailId conversation;

  bool operator==(const PartyView&) const = default;
  StreamId stream() const { return seat ? StreamId{*seat} : StreamId{member}; }
  void serialize(auto& archive) { archive(member, seat, conversation); }
};

struct MarkUnread {
  static constexpr CommandType type{.number = 41, .name = "mark_unread", .version = 1};

  PartyView view;
  bool unread = true;

  bool operator==(const MarkUnread&) const = default;
  StreamId target() const { return view.stream(); }
  void serialize(auto& archive) { archive(view, unread); }
};

struct ArchiveConversation {
  static constexpr CommandType type{.number = 42, .name = "archive", .version = 1};

  PartyView view;
  bool archived = true;

  bool operator==(const ArchiveConversation&) const = default;
  StreamId target() const { return view.stream(); }
  void serialize(auto& archive) { archive(view, archived); }
};

struct StarConversation {
  static constexpr CommandType type{.number = 43, .name = "star", .version = 1};

  PartyView view;
  bool starred = true;

  bool operator==(const StarConversation&) const = default;
  StreamId target() const { return view.stream(); }
  void serialize(auto& archive) { archive(view, starred); }
};

struct TagConversation {
  static constexpr CommandType type{.number = 44, .name = "tag", .version = 1};

  PartyView view;
  Text tag;
  std::uint64_t key =
      0;  ///< Of the words, as the engine's edge finds it; what a host says is lost.
  bool tagged = true;

  bool operator==(const TagConversation&) const = default;
  StreamId target() const { return view.stream(); }
  MemberId author() const { return view.member; }
  void each_text(auto&& visit) { visit(TextField::tag, tag); }
  void serialize(auto& archive) { archive(view, tag, key, tagged); }
};

/// A link of the InMail's body was followed, which opens it. By: the recipient.
struct FollowLink {
  static constexpr CommandType type{.number = 45, .name = "follow_link", .version = 1};

  MemberId recipient;
  InMailId inmail;
  std::uint32_t link = 0;  ///< The first one is 0.

  bool operator==(const FollowLink&) const = default;
  StreamId target() const { return recipient; }
  void serialize(auto& archive) { archive(recipient, inmail, link); }
};

/// Which InMails the member takes from now on, and how many (D3.7, D4.6). By: that member.
struct SetInboundRules {
  static constexpr CommandType type{.number = 51, .name = "set_inbound_rules", .version = 1};

  MemberId member;
  bool own = true;  ///< False: none of its own any more; what the policy says.
  InboundRules rules;

  bool operator==(const SetInboundRules&) const = default;
  StreamId target() const { return member; }
  void serialize(auto& archive) { archive(member, own, rules); }
};

/// The whole profile anew; an empty text is none. By: system.
struct UpdateProfile {
  static constexpr CommandType type{.number = 52, .name = "update_profile", .version = 1};

  MemberId member;
  Text display_name;
  Text headline;
  std::string locale;
  bool public_profile = true;
  std::vector<std::string> lists;

  bool operator==(const UpdateProfile&) const = default;
  StreamId target() const { return member; }
  MemberId author() const { return member; }
  void each_text(auto&& visit) {
    visit(TextField::display_name, display_name);
    visit(TextField::headline, headline);
  }
  void serialize(auto& archive) {
    archive(member, display_name, headline, locale, public_profile, lists);
  }
};

/// Puts a text aside. A new draft gets the id of the command that saved it first; one that is there
/// is saved again over the revision that its author saw last. By: its author, member or seat.
struct SaveDraft {
  static constexpr CommandType type{.number = 60, .name = "save_draft", .version = 1};

  MemberId from;
  std::optional<SeatId> seat;
  std::optional<DraftId> draft;  ///< Nothing: a new one.
  std::uint32_t revision = 0;    ///< That is there; 0 for a new one.
  std::optional<MemberId> to;
  Text subject;
  Text body;

  bool operator==(const SaveDraft&) const = default;
  StreamId target() const { return seat ? StreamId{*seat} : StreamId{from}; }
  MemberId author() const { return from; }
  void each_text(auto&& visit) {
    visit(TextField::subject, subject);
    visit(TextField::body, body);
  }
  void serialize(auto& archive) { archive(from, seat, draft, revision, to, subject, body); }
};

/// By: its author, member or seat.
struct DiscardDraft {
  static constexpr CommandType type{.number = 61, .name = "discard_draft", .version = 1};

  StreamId author_id;
  DraftId draft;

  bool operator==(const DiscardDraft&) const = default;
  StreamId target() const { return author_id; }
  void serialize(auto& archive) { archive(author_id, draft); }
};

/// Everything that can be ordered. Being listed is being registered. Append only.
using Command =
    std::variant<RegisterMember, SetPreference, BlockMember, UnblockMember, StartSubscription,
                 ChangePlan, CancelSubscription, GrantBonus, CreateContract, AddSeat, SendInMail,
                 OpenInMail, Respond, RetractInMail, SendMessage, AdoptPolicy, EraseMember,
                 SetConnection, RemoveConnection, StopSender, AllowSender, UndoSend, MarkUnread,
                 ArchiveConversation, StarConversation, TagConversation, FollowLink,
                 SetSeatMonthlyLimit, PurchaseCredits, ReversePurchase, AdjustCredits,
                 PaymentFailed, PaymentRecovered, SetInboundRules, UpdateProfile, ScheduleInMail,
                 RescheduleInMail, CancelScheduled, AddFollowUp, SaveDraft, DiscardDraft>;

/// Takes from the plain texts of a command what the guards ask of them beside their length, before
/// they are sealed. Leaves sealed ones alone. Errors: as `normalise` and `print_of`.
Status take_marks(Command& command, KeyStore& keys);

/// The letter of a command that sends one, now or later; null for any other.
const SendInMail* letter_in(const Command& command);
inline SendInMail* letter_in(Command& command) {
  return const_cast<SendInMail*>(letter_in(std::as_const(command)));
}

const CommandType& type_of(const Command& command);
StreamId target_of(const Command& command);

/// Who gives such a command by default: its member or seat, else the one kind of principal that
/// may.
Principal usual_principal(const Command& command);

/// Whether `asked_by` may give `command`: the table "command by role" of D5.1, as far as it can be
/// told without any state. What needs state (is this the holder of the seat?) the deciders check.
bool may_give(const Principal& asked_by, const Command& command);

/// Without its texts' plain form: every text must be sealed or empty.
void encode_command(const Command& command, std::string& out);
/// Errors: corruption, newer_format.
Result<Command> decode_command(std::uint16_t number, std::span<const std::uint8_t> bytes);

}  // namespace inmail
