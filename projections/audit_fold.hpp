#pragma once

#include "projections/audit_world.hpp"

namespace inmail::auditing {

/// One record on its way into the world. What no overload of `on` names changes nothing that a rule
/// looks at.
struct Fold {
  World& world;
  const RecordHeader& header;
  StreamState& stream;
  Touched touched;

  Pool& own_pool();
  Pool& touch(StreamId owner);
  static Pool& pool_in(StreamState& state);

  // Credits.

  /// In the lot alone.
  void move(Pool& pool, const LotSplit& split, Bucket from, Bucket to);
  /// In each lot by its split, in the pool by `total`.
  void move(Pool& pool, const LotSplits& splits, std::int64_t total, Bucket from, Bucket to);
  void lose(LotId lot, std::uint32_t amount, Bucket to);
  void reserve(Pool& pool, InMail& inmail, const LotSplits& splits, std::int64_t total);
  /// Nothing can come back through this charge any more.
  void end_charge(Pool& pool, InMail& inmail, Charge how);
  void oblige(InMail& inmail);
  /// The recipient's side ends the charge, if this event does.
  void end(InMail& inmail, ChargeEnd end, std::uint32_t amount, RefundOn reason);

  // Members, seats, policies.

  void on(const MemberRegistered& e);
  void on(const ProfileUpdated& e);
  void on(const InboundRulesSet& e);
  void on(const MemberErased&);
  void on(const MemberKeyDestroyed&);
  void on(const ReceivedErased&);
  void on(const ReceivedKeyDestroyed&);
  void on(const PreferenceChanged& e);
  void on(const MemberBlocked& e);
  void on(const MemberUnblocked& e);
  void on(const OpenProfileSet& e);
  void on(const SenderStopped& e);
  void on(const SenderAllowed& e);
  void on(const ConnectionSet& e);
  void on(const ConnectionRemoved& e);
  void connect(MemberId with, bool on);
  void on(const AccountLinked& e);
  void on(const AccountUnlinked&);
  void on(const SeatAdded& e);
  void on(const SeatOpened& e);
  void on(const SeatDeclined& e);
  void on(const SeatRemoved& e);
  void on(const PolicyAdopted& e);

  // Plans and lots.

  void begin_plan(PlanKind plan, std::uint8_t anchor_day, bool was_changed);
  void on(const SubscriptionStarted& e);
  void on(const SubscriptionChanged& e);
  void on(const SubscriptionCancelled&);
  void on(const SubscriptionPastDue&);
  void on(const SubscriptionRecovered&);
  void on(const TrialStarted& e);
  void on(const SubscriptionEnded&);
  void on(const CycleRenewed& e);
  /// Credits came.
  void watch_cap(Pool& pool);
  void on(const CreditsGranted& e);
  void on(const CreditsExpired& e);
  void on(const CreditsForfeited& e);
  void on(const CreditsVoided& e);

  // Beside the plan.

  void on(const PurchaseRecorded& e);
  void on(const PurchaseReversed& e);
  void on(const CreditsAdjusted& e);

  // Charges.

  void on(const CreditReserved& e);
  void on(const CreditCharged& e);
  void on(const CreditReleased& e);
  void on(const CreditRefunded& e);
  void on(const ChargeFinalized& e);
  void on(const CountedInCycle& e);
  void on(const CreditsTransferred& e);
  void on(const TransferReceived& e);
  void on(const TransferReturned& e);
  void promise_parts(Promise::Of of, const TransferParts& parts);

  // InMails.

  void on(const InMailSent& e);
  void on(const InMailScheduled& e);
  void on(const InMailRescheduled& e);
  void appoint(InMail& inmail, Timestamp send_at);
  void on(const DraftSaved& e);
  void on(const DraftDiscarded& e);
  void on(const UndoWindowClosed& e);
  void on(const InMailCancelled& e);
  void look_back(const InMailSent& e);
  void count(const InMailSent& e);
  void on(const SeatLimitSet& e);
  void on(const LimitHit& e);
  void on(const DuplicateOutreachWarned& e);
  void on(const DuplicateOutreachOverridden& e);
  void warn(const auto& e, bool is_overridden);
  Warnings& warnings_of(const InMailId& inmail);
  void lock_again(const InMailId& inmail, MemberId to);
  /// Nobody waits any more for what becomes of this one.
  void end_contact(const InMail& inmail);
  void count_open_profile();
  void count_arrival();
  void on(const InMailDelivered& e);
  void on(const InMailFailed& e);
  void on(const Opened& e);
  void on(const Replied& e);
  void on(const Expired& e);
  void on(const InMailRetracted& e);
  void on(const InMailHiddenFromRecipient& e);
  void on(const ReminderSent& e);

  // Conversations.

  void unlist(InMail& inmail);
  void begin_thread(const InMail& inmail, bool is_mark, bool is_closed);
  void on(const ConversationReopened& e);
  void on(const Archived& e);
  void on(const MarkedUnread& e);
  void on(const Starred& e);
  void on(const Tagged& e);
  void on(const RefundWindowClosed& e);
  void on(const ChargeEnded& e);
  void on(const OutcomeReceived& e);

  template <class Other>
  void on(const Other&) {}
};

}  // namespace inmail::auditing
