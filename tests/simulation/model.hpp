#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "events/policy.hpp"
#include "events/record.hpp"
#include "projections/inbox.hpp"
#include "tests/simulation/history.hpp"

namespace inmail::sim {

/// When something is past its last moment.
inline constexpr Milliseconds just_after{1};

/// The rules once more, plainly: one thread, no actors, no notices, and nothing of the deciders'
/// code. It is told which commands were given, and reads of the log only that something happened,
/// when and to whom; what it must have come to, the model works out by itself, and compares.
class Model {
 public:
  Model(const History& history, std::vector<std::string>& findings)
      : history_(history), findings_(findings) {}

  void apply(const Record& record);
  /// Nothing is under way any more.
  void finish();
  /// What users see is what the model has. Errors: as `Engine::query`.
  Status compare(Engine& engine);

 private:
  struct Lot {
    LotKind kind = LotKind::monthly;
    std::int64_t available = 0;
    std::int64_t held = 0;
    std::optional<Timestamp> expires_at;
    Timestamp granted_at{};
  };

  struct Transfer {
    StreamId from;
    StreamId to;
    TransferParts parts;
    bool has_come = false;
    bool is_over = false;
  };

  struct Payment {
    LotId lot;
    std::int64_t credits = 0;
    Timestamp at{};
    const Policy* policy = nullptr;
    bool reversed = false;
  };

  /// Who owns credits: a member or a contract.
  struct Account {
    std::optional<PlanKind> plan;
    bool has_ended = false;
    std::uint32_t cycle = 0;
    std::optional<Timestamp> next_renewal;
    std::optional<Timestamp> ends_at;
    std::map<LotId, Lot> lots;
    std::map<InMailId, LotSplits> charges;
    std::set<InMailId> charged;
    std::optional<std::int64_t> grant_expected;  ///< By a cycle that has just begun.
    InMailId released{};                         ///< By the last release; what it gave back to
    std::int64_t lost = 0;                       ///< dead lots.
    bool past_due = false;
    std::uint8_t anchor_day = 1;
    Timestamp cycle_began{};
    std::map<std::string, Payment> payments;
    /// What the record before says comes or goes next: kind of the lot, or none; and how much.
    std::optional<std::pair<std::optional<LotKind>, std::int64_t>> announced;

    bool has_lapsed() const { return past_due || (!plan && has_ended); }

    std::int64_t available() const;
  };

  struct Person {
    bool registered = false;
    bool erased = false;
    bool key_destroyed = false;
    bool received_erased = false;
    bool received_key_destroyed = false;
    InMailPreference preference = InMailPreference::on;
    std::set<MemberId> blocked;
    bool open_profile = false;
    bool public_profile = true;
    std::vector<std::string> lists;
    std::set<MemberId> connections;  ///< That it knows of.
    std::set<MemberId> ever_connected;
    std::map<MemberId, std::pair<bool, std::set<ContractId>>> stopped;  ///< The person, and whom.
    std::optional<InboundRules> takes;                                  ///< By rules of its own.
    std::optional<MemberId> pool;  ///< Of another, from which it spends.
  };

  struct ContractState {
    std::uint32_t seats_max = 0;
    std::set<SeatId> seats;
    std::set<SeatId> refused_by;         ///< Of those, which are another contract's.
    std::optional<std::uint32_t> limit;  ///< Of every seat in a cycle.
    std::map<SeatId, std::uint32_t> own_limits;
  };

  struct SeatState {
    ContractId contract;
    MemberId holder;
    SeatRole role{};
    bool open = false;
    Timestamp since{};
  };

  /// Another seat's InMail that the recipient has in mind.
  using Colleague = std::optional<std::pair<SeatId, Timestamp>>;

  enum class Stage { scheduled, sent, delivered, failed, expired, retracted, cancelled };

  struct Mail {
    MemberId from;
    MemberId to;
    StreamId sender;
    StreamId pool;
    std::int64_t cost = 0;
    const Policy* policy = nullptr;
    Timestamp sent_at{};
    Timestamp delivered_at{};
    Stage stage = Stage::sent;
    bool from_premium = false;
    std::optional<FreeClass> free_class;
    std::optional<Timestamp> undo_until;  ///< While it can be undone.
    bool was_sent = false;                ///< And counts, whatever became of it.
    Timestamp send_at{};                  ///< Of one that is scheduled.
    bool is_paid = false;                 ///< When it was scheduled.
    std::optional<InMailId> parent;
    std::int64_t delay_s = 0;
    bool opened = false;
    bool opened_by_answer = false;
    std::optional<ReplyKind> reply;
    bool canned = false;
    std::optional<Timestamp> refund_until;
    std::optional<Timestamp> silence_from;
    std::optional<Timestamp> expires_from;
    bool charge_open = false;
    bool on_accept = false;                 ///< What is open is only reserved.
    std::optional<ChargeEnd> to_be_booked;  ///< By the pool: spent or released.
    std::optional<std::int64_t>
        owed;           ///< To the pool: so many credits back; 0: the news that none.
    bool told = false;  ///< The sender knows how it went.
    std::uint32_t messages = 0;
    bool hidden = false;  ///< From the recipient: expired, retracted without a mark, taken off.
    bool taken_off = false;
    bool reopened = false;
    bool reopening_told = false;
    bool is_recalled = true;  ///< Its recipient is still reminded of it.
    std::int64_t reminders = 0;
    std::int64_t links = 0;
    Timestamp recipient_active{};
    Timestamp sender_active{};
    Text subject;
    Text body;
    Text answer_text;
    const SendInMail* letter = nullptr;
    std::uint32_t cycle = 0;   ///< Of the contract.
    bool is_restored = false;  ///< And counts in it no more.
    Position delivered_position{};
    const Respond* answer = nullptr;

    bool has_arrived() const {
      return has_left() && stage != Stage::sent && stage != Stage::failed;
    }
    bool has_left() const { return stage != Stage::scheduled && stage != Stage::cancelled; }
  };

  /// What a party has put on a conversation for itself.
  struct Marks {
    bool unread = false;
    bool archived = false;
    bool starred = false;
    std::set<std::uint64_t> tags;
  };

  using Refused = std::optional<Rejection>;

  void on(const MemberRegistered& e);
  void on(const PreferenceChanged& e);
  void on(const MemberBlocked& e);
  void on(const MemberUnblocked& e);
  void on(const SubscriptionStarted& e);
  void on(const SubscriptionChanged& e);
  void on(const SubscriptionCancelled& e);
  void on(const SubscriptionEnded& e);
  void on(const ContractCreated& e);
  void on(const SeatAdded& e);
  void on(const SeatOpened& e);
  void on(const SeatDeclined& e);
  void on(const SeatRemoved& e);
  void on(const CycleRenewed& e);
  void on(const CreditsGranted& e);
  void on(const CreditReserved& e);
  void on(const CreditCharged& e);
  void on(const CreditReleased& e);
  void on(const CreditRefunded& e);
  void on(const ChargeFinalized& e);
  void on(const CreditsExpired& e);
  void on(const CreditsForfeited& e);
  void on(const CreditsVoided& e);
  void on(const InMailSent& e);
  void on(const InMailDelivered& e);
  void on(const InMailFailed& e);
  void on(const Opened& e);
  void on(const Replied& e);
  void on(const Expired& e);
  void on(const InMailRetracted& e);
  void on(const RefundWindowClosed& e);
  void on(const OutcomeReceived& e);
  void on(const MessageSent& e);
  void on(const PolicyAdopted& e);
  void on(const CommandRejected& e);
  void on(const CommandAccepted& e);
  void on(const MemberErased& e);
  void on(const MemberKeyDestroyed& e);
  void on(const ReceivedErased& e);
  void on(const ReceivedKeyDestroyed& e);
  void on(const ConnectionSet& e);
  void on(const ConnectionRemoved& e);
  void on(const OpenProfileSet& e);
  void on(const SenderStopped& e);
  void on(const SenderAllowed& e);
  void on(const UndoWindowClosed& e);
  void on(const InMailCancelled& e);
  void on(const InMailHiddenFromRecipient& e);
  void on(const ReminderSent& e);
  void on(const LinkFollowed& e);
  void on(const ConversationReopened& e);
  void on(const MarkedUnread& e);
  void on(const Archived& e);
  void on(const Starred& e);
  void on(const Tagged& e);
  void on(const SeatLimitSet& e);
  void on(const LimitHit& e);
  void on(const DuplicateOutreachWarned& e);
  void on(const DuplicateOutreachOverridden& e);
  void on(const PurchaseRecorded& e);
  void on(const PurchaseReversed& e);
  void on(const CreditsAdjusted& e);
  void on(const SubscriptionPastDue& e);
  void on(const SubscriptionRecovered& e);
  void on(const TrialStarted& e);
  void on(const ChargeEnded& e);
  void on(const InboundRulesSet& e);
  void on(const ProfileUpdated& e);
  void on(const InMailScheduled& e);
  void on(const InMailRescheduled& e);
  void on(const DraftSaved& e);
  void on(const DraftDiscarded& e);
  void on(const CountedInCycle& e);
  void on(const CreditsTransferred& e);
  void on(const TransferReceived& e);
  void on(const TransferReturned& e);
  void on(const AccountLinked& e);
  void on(const AccountUnlinked& e);
  /// The letter that the command behind this record sends; null, and a finding, if there is none.
  const SendInMail* letter();
  void sent_as_scheduled(Mail& mail, const InMailSent& e);
  void dropped(Mail& mail, const InMailCancelled& e);

  void judge(const Given& given);
  /// What the rules say to a command now; nothing: it is accepted. Sets `may_be_stale_` where the
  /// decider may not have known yet what the log knows.
  Refused expect(const Command& command);
  Refused expect(const RegisterMember& c);
  Refused expect(const SetPreference& c);
  Refused expect(const BlockMember& c);
  Refused expect(const UnblockMember& c);
  Refused expect(const StartSubscription& c);
  Refused expect(const ChangePlan& c);
  Refused expect(const CancelSubscription& c);
  Refused expect(const GrantBonus& c);
  Refused expect(const CreateContract& c);
  Refused expect(const AddSeat& c);
  Refused expect(const SetSeatMonthlyLimit& c);
  Refused expect(const SendInMail& c);
  Refused expect(const OpenInMail& c);
  Refused expect(const Respond& c);
  Refused expect(const RetractInMail& c);
  Refused expect(const SendMessage& c);
  Refused expect(const AdoptPolicy& c);
  Refused expect(const EraseMember& c);
  Refused expect(const SetConnection& c);
  Refused expect(const RemoveConnection& c);
  Refused expect(const StopSender& c);
  Refused expect(const AllowSender& c);
  Refused expect(const UndoSend& c);
  Refused expect(const MarkUnread& c) { return judge_view(c.view); }
  Refused expect(const ArchiveConversation& c) { return judge_view(c.view); }
  Refused expect(const StarConversation& c) { return judge_view(c.view); }
  Refused expect(const TagConversation& c) { return judge_view(c.view); }
  Refused expect(const FollowLink& c);
  Refused expect(const SetInboundRules& c);
  Refused expect(const UpdateProfile& c);
  Refused judge_view(const PartyView& view);
  Refused judge_direct(const SendMessage& c);
  Refused judge_decline(const SendInMail& c) const;
  /// The conversations in an inbox, by their last activity.
  std::set<std::pair<Timestamp, InMailId>> inbox_of(MemberId member);
  bool is_full(MemberId member, InboxOverflow overflow);
  /// How often the recipient was to be reminded by now.
  std::int64_t reminders_due(const Mail& mail) const;
  void forget_reminders(const std::function<bool(const Mail&)>& is_meant);
  Marks& marks_of(const InMailId& conversation) {
    return views_[record_->header.stream][conversation];
  }
  void compare_item(const std::string& whose, const InboxItem& item, const Mail& mail);
  void compare_marks(const std::string& whose, const InboxItem& item, StreamId party);
  Refused expect(const PurchaseCredits& c);
  Refused expect(const ReversePurchase& c);
  Refused expect(const AdjustCredits& c);
  Refused expect(const PaymentFailed& c);
  Refused expect(const PaymentRecovered& c);
  Refused expect(const ScheduleInMail& c);
  Refused expect(const RescheduleInMail& c);
  Refused expect(const CancelScheduled& c);
  Refused expect(const AddFollowUp& c);
  Refused expect(const SaveDraft& c);
  Refused expect(const DiscardDraft& c);
  Refused expect(const TransferCredits& c);
  Refused expect(const LinkAccounts& c);
  Refused expect(const UnlinkAccount& c);
  /// A send, or one that is scheduled: for then, by this; or one whose time has come.
  struct Later {
    Timestamp send_at{};
    const AddFollowUp* follow_up = nullptr;
    const Mail* due = nullptr;

    bool schedules() const { return due == nullptr; }
    bool follows() const { return follow_up || (due && due->parent); }
    bool was_paid() const { return due && due->is_paid; }
  };
  std::int64_t delay_of(const AddFollowUp& c) const {
    return c.delay_s ? std::int64_t{*c.delay_s} : policy().followup.default_gap_s.count();
  }
  /// Whose credits are spent: what was scheduled keeps to the pool of then.
  StreamId payer_of(const SendInMail& c, const std::optional<Later>& later);
  bool shares_pool(MemberId holder);
  std::int64_t price_of(const SendInMail& c, const std::optional<Later>& later);
  Refused judge_plan(const SendInMail& c, const std::optional<Later>& later);
  Refused judge_send(const SendInMail& c, const std::optional<Later>& later);
  Refused judge_follow_up(const AddFollowUp& c) const;
  /// How a send stands to its recipient.
  Refused judge_recipient(const SendInMail& c, StreamId pool);
  Refused judge_limits(const SendInMail& c, const std::optional<FreeClass>& counted_as);
  Refused judge_signs(const SendInMail& c) const;
  Refused judge_parts(const SendInMail& c) const;
  std::set<FreeClass> free_classes_of(const SendInMail& c);
  /// The one that goes on record, where that pool pays.
  std::optional<FreeClass> free_class_of(const SendInMail& c, StreamId pool);
  bool is_among_free_plans(const std::set<FreeClass>& classes) const;
  bool is_connected(MemberId to, MemberId from) { return people_[to].connections.contains(from); }
  std::set<ContractId> contracts_of(MemberId sender, MemberId to) const;
  /// The news of a connection reaches whom it concerns.
  template <class Given, class Change>
  void change_connection(const Change& e, bool connects);
  Refused judge_seat_limits(const SendInMail& c, std::int64_t cost);
  Refused judge_bulk(const SendInMail& c) const;
  Refused judge_colleagues(const SendInMail& c) const;
  Colleague colleague_of(const SendInMail& c) const;
  std::int64_t sent_within(Seconds window, const std::function<bool(const Mail&)>& counts) const;
  bool is_a_burst() const;
  void tell_colleague(const InMailId& inmail, SeatId by, Timestamp at, DedupAction action);
  Refused judge_words(const SendInMail& c) const;
  Refused judge_silence(const SendInMail& c) const;
  /// Its silence counts no more.
  bool is_forgotten(const Mail& mail) const;
  Refused judge_distance(const AddFollowUp& c) const;
  Refused judge_text(const Text& text) const;
  Refused judge_readable(const InMailId& id, MemberId recipient) const;

  const Policy& policy() const;
  bool is_erased(StreamId stream) const;
  bool is_news(StreamId stream) const;
  bool is_premium(MemberId member) const;
  bool is_available(MemberId to, MemberId from, StreamId pool, bool premium);
  bool is_banned(const Person& person) const;
  InboundRules takes(const Person& person) const;
  Refused judge_filters(const SendInMail& c);
  bool is_over_quota(MemberId member);
  static bool stops(const Person& person, MemberId from, StreamId pool);
  /// Whether the recipient takes it, now that it arrives.
  bool is_welcome(const Mail& mail);
  std::int64_t allotment_of(StreamId owner);
  Account& account() { return accounts_[record_->header.stream]; }
  void take(Account& account, const InMailId& inmail, const LotSplits& splits, std::int64_t cost);
  static std::int64_t reserved_for(const Account& account, const InMailId& inmail);
  LotSplits close(Account& account, const InMailId& inmail);
  void lose(LotId id, std::int64_t amount);
  Mail* received(const InMailRef& ref);
  void end_charge(Mail& mail, ChargeEnd told, std::int64_t told_amount, std::int64_t amount,
                  bool accepted = false);
  std::int64_t gives(const Mail& mail, RefundOn reason) const;
  /// Notes whose charges a block or an erasure ends: their ends come right after.
  void end_charges(MemberId of, std::optional<MemberId> sender, RefundOn reason);
  /// What the record before announced, if anything, is `kind` and `amount`.
  void must_be_announced(std::optional<LotKind> kind, std::int64_t amount);
  std::int64_t settle_with_followups(const InMailId& answered, RefundOn reason);
  void lock_again(const InMailId& inmail, const Mail& mail);
  void judge_marks(const InMailSent& e, const SendInMail& given);
  void must(bool holds, const std::string& what);
  template <class C>
  const C* command() {
    const auto found = history_.commands.find(record_->header.cause);
    const C* wanted =
        found == history_.commands.end() ? nullptr : std::get_if<C>(&found->second.command);
    must(wanted != nullptr, "no such command was given");
    return wanted;
  }

  Status compare_credits(Engine& engine);
  Status compare_inboxes(Engine& engine);
  Status compare_outgoing(Engine& engine);
  Status compare_texts(Engine& engine);

  const History& history_;
  std::vector<std::string>& findings_;
  const Record* record_ = nullptr;
  std::vector<std::shared_ptr<const Policy>> policies_;
  std::map<MemberId, Person> people_;
  std::map<StreamId, Account> accounts_;
  std::map<ContractId, ContractState> contracts_;
  std::map<SeatId, SeatState> seats_;
  std::map<InMailId, Mail> mails_;
  std::map<StreamId, std::map<DraftId, std::uint32_t>> drafts_;  ///< Their revisions.
  std::map<TransferId, Transfer> transfers_;
  std::map<InMailId, std::int64_t> refund_lots_;  ///< Granted; the refund comes right after.
  /// What an answer gives back for others of its sender; their ends come right after. The same for
  /// a block and an erasure.
  std::map<InMailId, std::int64_t> beside_;
  std::map<StreamId, std::map<InMailId, Marks>> views_;
  std::map<InMailId, std::uint32_t> direct_;  ///< Messages, by their conversation.
  std::map<std::pair<StreamId, MemberId>, Timestamp> declined_;
  std::map<InMailId, std::pair<RefundOn, std::int64_t>> done_to_;
  std::set<CommandId> judged_;  ///< Commands of which an event was seen.
  /// What the sender was told in the record before.
  InMailId told_of_colleague_{};
  InMailId told_of_burst_{};
  std::map<std::pair<StreamId, MemberId>, std::pair<InMailId, Timestamp>> unlocks_;
  std::map<StreamId, Position> last_record_;
  std::map<StreamId, PolicyVersion> last_policy_;
  bool may_be_stale_ = false;
};

}  // namespace inmail::sim
