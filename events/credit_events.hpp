#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "events/event_type.hpp"
#include "events/ids.hpp"
#include "events/terms.hpp"
#include "events/text.hpp"

namespace inmail {

/// So many credits of one lot.
struct LotSplit {
  LotId lot{};
  std::uint32_t amount = 0;

  bool operator==(const LotSplit&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(lot, amount);
  }
};

using LotSplits = std::vector<LotSplit>;

// All events of this file are in the stream of the pool's owner: a member or a contract (D4.2).

/// A cycle of the subscription began (D4.3). Once per (pool, cycle).
struct CycleRenewed {
  static constexpr EventType type{.number = 400, .name = "credits.cycle_renewed", .version = 1};

  std::uint32_t cycle = 0;  ///< Counts from 1 within the subscription of a pool.
  Timestamp next_renewal_at{};

  bool operator==(const CycleRenewed&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cycle, next_renewal_at);
  }
};

/// A lot of credits came into being. The only event that makes credits.
struct CreditsGranted {
  static constexpr EventType type{.number = 401, .name = "credits.granted", .version = 1};

  LotId lot{};
  LotKind kind = LotKind::monthly;
  std::uint32_t amount = 0;
  std::optional<Timestamp> expires_at{};    ///< Exclusive: dead when expires_at <= now (D3.13).
  std::optional<std::uint32_t> cycle{};     ///< Of a monthly grant.
  std::optional<InMailId> inmail{};         ///< Of a refund or a compensation.
  std::optional<std::uint64_t> approver{};  ///< Of a bonus: the admin who gave it.
  Text reason{};                            ///< Of a bonus.

  bool operator==(const CreditsGranted&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(lot, kind, amount, expires_at, cycle, inmail, approver, reason);
  }
};

/// As it was when only the seats of a contract spent what another stream owned.
struct CreditReservedV1 {
  static constexpr EventType type{.number = 402, .name = "credits.reserved", .version = 1};

  InMailId inmail{};
  SeatId seat{};
  LotSplits splits{};

  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, seat, splits);
  }
};

/// Credits were set aside for one InMail of another stream: a contract's for a seat, or a member's
/// for one who is linked to it. Obliges the sender: sent, or release.
struct CreditReserved {
  static constexpr EventType type{.number = 402, .name = "credits.reserved", .version = 2};
  using previous = CreditReservedV1;

  InMailId inmail{};
  StreamId sender{};
  LotSplits splits{};

  static CreditReserved upcast(CreditReservedV1 old) {
    return {old.inmail, old.seat, std::move(old.splits)};
  }
  bool operator==(const CreditReserved&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, sender, splits);
  }
};

/// As it was when no InMail was sent under another policy than its credits were reserved.
struct CreditChargedV1 {
  static constexpr EventType type{.number = 403, .name = "credits.charged", .version = 1};

  InMailId inmail{};
  LotSplits splits{};
  bool refundable = false;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, splits, refundable);
  }
};

/// The InMail was delivered, what its pool had reserved for another stream is spent. (For a
/// member's own credits `InMailDelivered` says so alone.) With `at_accept` it was accepted, and the
/// credits of a member or a contract are spent for good.
struct CreditCharged {
  static constexpr EventType type{.number = 403, .name = "credits.charged", .version = 2};
  using previous = CreditChargedV1;

  InMailId inmail{};
  LotSplits splits{};
  bool refundable = false;  ///< False: no refund can follow, the charge is final at once.
  /// Of `InMailSent`: judges the refund. Zero: that of `CreditReserved` does.
  PolicyVersion pinned{};

  static CreditCharged upcast(CreditChargedV1 old) {
    return {old.inmail, std::move(old.splits), old.refundable, {}};
  }
  bool operator==(const CreditCharged&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, splits, refundable, pinned);
  }
};

/// Why a reservation ended without a charge. Stored: never renumber.
enum class ReleaseReason : std::uint8_t {
  send_rejected = 1,    ///< The send broke a guard after the pool had reserved.
  delivery_failed = 2,  ///< The recipient did not take it.
  lost = 3,             ///< After a crash the sender knew of no such InMail.
  taken_back = 4,       ///< Its sender did not want it any more (InMailCancelled).
  not_dispatched = 5,   ///< It could not leave its sender (InMailCancelled).
  not_accepted = 8,     ///< Of `at_accept`: declined, answered otherwise, taken back, or silence.
};

/// Reserved credits went back to their lots. What went back into a dead lot expires right after.
struct CreditReleased {
  static constexpr EventType type{.number = 404, .name = "credits.released", .version = 1};

  InMailId inmail{};
  LotSplits splits{};
  ReleaseReason reason = ReleaseReason::send_rejected;

  bool operator==(const CreditReleased&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, splits, reason);
  }
};

/// As it was when no refund gave back more than credits.
struct CreditRefundedV1 {
  static constexpr EventType type{.number = 405, .name = "credits.refunded", .version = 1};

  InMailId inmail{};
  LotId lot{};
  std::uint32_t amount = 0;
  bool into_original_lot = false;
  RefundOn reason = RefundOn::reply;
  Timestamp answered_at{};

  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, lot, amount, into_original_lot, reason, answered_at);
  }
};

/// A charged credit came back (D4.1.2). With a fresh lot, a `CreditsGranted{refund}` stands right
/// before it and alone adds the amount; with `inherit_original` this event gives it back to `lot`.
struct CreditRefunded {
  static constexpr EventType type{.number = 405, .name = "credits.refunded", .version = 2};
  using previous = CreditRefundedV1;

  InMailId inmail{};
  LotId lot{};
  std::uint32_t amount = 0;
  bool into_original_lot = false;
  RefundOn reason = RefundOn::reply;
  Timestamp answered_at{};  ///< By which it is judged, not by when the notice came.
  /// Whose month it gives back, too (D3.4 refund.to): the InMail counts in the cycle that runs.
  std::optional<SeatId> restores{};

  static CreditRefunded upcast(CreditRefundedV1 old) {
    return {old.inmail, old.lot,         old.amount, old.into_original_lot,
            old.reason, old.answered_at, {}};
  }
  bool operator==(const CreditRefunded&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, lot, amount, into_original_lot, reason, answered_at, restores);
  }
};

/// No refund can come any more: the charge is final. The one notice of a charge's end without
/// refund.
struct ChargeFinalized {
  static constexpr EventType type{.number = 406, .name = "credits.charge_finalized", .version = 1};

  InMailId inmail{};

  bool operator==(const ChargeFinalized&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail);
  }
};

/// The time of a lot ran out with `amount` unspent.
struct CreditsExpired {
  static constexpr EventType type{.number = 407, .name = "credits.expired", .version = 1};

  LotId lot{};
  std::uint32_t amount = 0;

  bool operator==(const CreditsExpired&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(lot, amount);
  }
};

/// A renewal left more than the cap, or unused credits do not roll over (D3.2).
struct CreditsForfeited {
  static constexpr EventType type{.number = 408, .name = "credits.forfeited", .version = 1};

  LotId lot{};
  std::uint32_t amount = 0;
  std::uint32_t cap = 0;  ///< 0: forfeited because nothing rolls over.

  bool operator==(const CreditsForfeited&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(lot, amount, cap);
  }
};

/// Why credits were made void. Stored: never renumber.
enum class VoidReason : std::uint8_t {
  subscription_ended = 1,
  plan_changed = 2,
  member_erased = 3,
  purchase_reversed = 4,  ///< Right behind `PurchaseReversed`.
  adjusted = 5,           ///< Right behind `CreditsAdjusted`.
  released = 6,           ///< Released where `charge.release_*` says that it is lost.
  transferred = 10,       ///< Right behind `CreditsTransferred`.
};

/// Credits lost their worth with the plan that granted them (D3.2 lot.on_*).
struct CreditsVoided {
  static constexpr EventType type{.number = 409, .name = "credits.voided", .version = 1};

  LotId lot{};
  std::uint32_t amount = 0;
  VoidReason reason = VoidReason::subscription_ended;

  bool operator==(const CreditsVoided&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(lot, amount, reason);
  }
};

/// A pack was bought (D3.11). The `CreditsGranted{purchase}` of its lot stands right behind it.
struct PurchaseRecorded {
  static constexpr EventType type{.number = 410, .name = "credits.purchase_recorded", .version = 1};

  LotId lot{};
  std::string pack{};  ///< `pack_id` of the policy.
  std::uint32_t credits = 0;
  std::int64_t price_minor = 0;
  std::string currency{};
  std::string payment_ref{};  ///< The host's name for the payment; unique to the owner.

  bool operator==(const PurchaseRecorded&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(lot, pack, credits, price_minor, currency, payment_ref);
  }
};

/// The money of a purchase went back. What was available of its lot is voided by the event right
/// behind, if there was any; what was not cannot be taken back, and no balance goes below zero.
struct PurchaseReversed {
  static constexpr EventType type{.number = 411, .name = "credits.purchase_reversed", .version = 1};

  LotId lot{};
  std::string payment_ref{};
  std::uint32_t amount = 0;    ///< Voided.
  std::uint32_t short_by = 0;  ///< Paid back, and spent or lost already.
  bool chargeback = false;     ///< By the bank, not by the policy.

  bool operator==(const PurchaseReversed&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(lot, payment_ref, amount, short_by, chargeback);
  }
};

/// An operator corrected a balance. Above zero, a `CreditsGranted{adjust}` of the amount stands
/// right behind it; below zero, the `CreditsVoided{adjusted}` of the lots that it takes from.
struct CreditsAdjusted {
  static constexpr EventType type{.number = 412, .name = "credits.adjusted", .version = 1};

  std::int64_t amount = 0;  ///< Never zero.
  std::uint64_t approver = 0;
  Text reason{};

  bool operator==(const CreditsAdjusted&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(amount, approver, reason);
  }
};

/// A payment failed: no cycle renews and no credits are spent until one is made (D4.3).
struct SubscriptionPastDue {
  static constexpr EventType type{.number = 413, .name = "subscription.past_due", .version = 1};

  bool operator==(const SubscriptionPastDue&) const = default;
  template <class Archive>
  void serialize(Archive&) {}
};

/// The payment was made after all. A renewal that was skipped meanwhile is made up right behind
/// this one, if its cycle still runs.
struct SubscriptionRecovered {
  static constexpr EventType type{.number = 414, .name = "subscription.recovered", .version = 1};

  bool operator==(const SubscriptionRecovered&) const = default;
  template <class Archive>
  void serialize(Archive&) {}
};

/// Right behind `SubscriptionStarted`: the plan runs unpaid until `ends_at`, when its first cycle
/// begins. What `plan.trial_grant` gives, a lot of kind bonus, lives as long as the trial.
struct TrialStarted {
  static constexpr EventType type{
      .number = 415, .name = "subscription.trial_started", .version = 1};

  Timestamp ends_at{};

  bool operator==(const TrialStarted&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ends_at);
  }
};

/// What a contract has reserved is sent in another cycle than in that of its reservation: the
/// InMail counts in this one (D3.8). Before its seat sends it.
struct CountedInCycle {
  static constexpr EventType type{.number = 420, .name = "credits.counted_in_cycle", .version = 1};

  InMailId inmail{};
  std::uint32_t cycle = 0;

  bool operator==(const CountedInCycle&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, cycle);
  }
};

// Credits move to another pool (D3.2 lot.transferable): out of one by `CreditsTransferred`, into
// the other by `TransferReceived`, or back by `TransferReturned`. Each obliges the next.

/// What is transferred of one lot.
struct TransferPart {
  std::uint32_t amount = 0;
  std::optional<Timestamp> expires_at{};  ///< As it was granted: no transfer makes it live longer.

  bool operator==(const TransferPart&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(amount, expires_at);
  }
};

using TransferParts = std::vector<TransferPart>;

/// Credits left for another pool. A `CreditsVoided{transferred}` for each part stands right behind.
struct CreditsTransferred {
  static constexpr EventType type{.number = 421, .name = "credits.transferred", .version = 1};

  TransferId transfer{};
  StreamId to{};
  TransferParts parts{};
  std::uint64_t approver = 0;

  bool operator==(const CreditsTransferred&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(transfer, to, parts, approver);
  }
};

/// They have come. A `CreditsGranted{adjust}` for each part stands right behind; or the owner has
/// no plan to spend them under, and sends them back.
struct TransferReceived {
  static constexpr EventType type{.number = 422, .name = "credits.transfer_received", .version = 1};

  TransferId transfer{};
  StreamId from{};
  TransferParts parts{};
  bool is_taken = true;

  bool operator==(const TransferReceived&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(transfer, from, parts, is_taken);
  }
};

/// They have come back. A `CreditsGranted{adjust}` for each part stands right behind.
struct TransferReturned {
  static constexpr EventType type{.number = 423, .name = "credits.transfer_returned", .version = 1};

  TransferId transfer{};
  TransferParts parts{};

  bool operator==(const TransferReturned&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(transfer, parts);
  }
};

}  // namespace inmail
