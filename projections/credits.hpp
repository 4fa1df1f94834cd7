#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "events/enums.hpp"
#include "events/record.hpp"
#include "projections/page.hpp"
#include "projections/rows.hpp"

namespace inmail {

/// What each owner of a pool (a member or a contract) has: the balance, the lots it is made of, and
/// a ledger in which every line names the event that caused it (D4.2, D6.1).
struct CreditsView {
  static constexpr std::string_view name = "credits";
  static constexpr std::uint16_t revision = 2;
  static void apply(Rows& rows, const Record& record);
};

/// Where credits are. At every instant granted = available + reserved + consumed + expired +
/// forfeited + voided, for each lot and for the pool (D5.4 IC1, IC2).
struct CreditBuckets {
  std::uint64_t granted = 0;
  std::uint64_t available = 0;
  std::uint64_t reserved = 0;
  std::uint64_t consumed = 0;
  std::uint64_t expired = 0;
  std::uint64_t forfeited = 0;
  std::uint64_t voided = 0;

  bool operator==(const CreditBuckets&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(granted, available, reserved, consumed, expired, forfeited, voided);
  }
};

struct CreditBalance {
  CreditBuckets buckets;
  std::uint64_t refunded = 0;  ///< Credits that ever came back; a statistic, part of no sum.
  std::uint32_t lots = 0;      ///< That ever came into being.

  bool operator==(const CreditBalance&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(buckets, refunded, lots);
  }
};

struct CreditLot {
  LotId lot;
  LotKind kind = LotKind::monthly;
  CreditBuckets buckets;
  Timestamp granted_at;
  std::optional<Timestamp> expires_at;
  std::optional<std::uint32_t> cycle;  ///< Of a monthly grant.
  std::optional<InMailId> inmail;      ///< Of a refund.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(lot, kind, buckets, granted_at, expires_at, cycle, inmail);
  }
};

/// What a line of the ledger is about. Stored: never renumber.
enum class LedgerWhat : std::uint8_t {
  granted = 1,  ///< +n.
  reserved,     ///< -n: set aside for an InMail.
  charged,      ///< 0: what was reserved is spent.
  released,     ///< +n: what was reserved came back.
  refunded,     ///< +n into the lot it came from; 0 beside the lot that a line before granted.
  expired,      ///< -n.
  forfeited,    ///< -n.
  voided,       ///< -n.
};

constexpr auto names_of(LedgerWhat) {
  using enum LedgerWhat;
  return std::to_array<EnumName<LedgerWhat>>({
      {granted, "granted"},
      {reserved, "reserved"},
      {charged, "charged"},
      {released, "released"},
      {refunded, "refunded"},
      {expired, "expired"},
      {forfeited, "forfeited"},
      {voided, "voided"},
  });
}

/// One change of one lot. `amount` is what it did to the credits that can be spent.
struct LedgerLine {
  Position position;
  Timestamp time;
  Timestamp came_true_at;  ///< Before `time` for what the clock did, if it was noticed late.
  LedgerWhat what = LedgerWhat::granted;
  std::uint8_t reason =
      0;  ///< LotKind, ReleaseReason, RefundOn or VoidReason, as `what` says; or 0.
  std::int64_t amount = 0;
  std::uint64_t available = 0;  ///< In the whole pool, after it.
  LotId lot;
  std::optional<InMailId> inmail;
  PolicyVersion policy;
  CommandId cause;
  std::optional<StreamId> spent_by;  ///< Of what a pool reserved for another stream: which.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(position, time, came_true_at, what, reason, amount, available, lot, inmail, policy,
            cause, spent_by);
  }
};

/// "monthly", "delivery_failed", "decline", "plan_changed"; "" where there is none.
std::string_view reason_of(const LedgerLine& line);

/// All zero for an owner who never had credits. Errors: corruption, io; the same holds for all
/// queries below.
Result<CreditBalance> credit_balance(const Rows& rows, StreamId owner);

/// A member who is linked to a pool: since when, and what it has taken of it.
struct LinkedAccount {
  MemberId member;
  Timestamp since;
  std::optional<Timestamp> until;  ///< It was unlinked.
  std::uint64_t sends = 0;         ///< InMails for which credits were reserved.
  std::uint64_t reserved = 0;      ///< Those credits, whatever became of them.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(member, since, until, sends, reserved);
  }
};

/// From whose pool a member spends; nothing: from its own.
Result<std::optional<MemberId>> pool_linked_to(const Rows& rows, MemberId member);

/// Who is linked to a member's pool, or was; by member.
Result<Page<LinkedAccount>> linked_accounts(const Rows& rows, MemberId pool,
                                            const PageRequest& page);

/// In order of their ids, which is the order in which they were granted.
Result<Page<CreditLot>> credit_lots(const Rows& rows, StreamId owner, const PageRequest& page);

/// Newest first.
Result<Page<LedgerLine>> credit_ledger(const Rows& rows, StreamId owner, const PageRequest& page);

}  // namespace inmail
