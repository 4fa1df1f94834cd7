#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/credit_events.hpp"
#include "events/event.hpp"
#include "events/ids.hpp"
#include "events/plan_kind.hpp"
#include "events/policy.hpp"
#include "events/record.hpp"

namespace inmail::auditing {

/// Where credits are. Signed, so that a sum that goes wrong shows itself instead of wrapping.
struct Buckets {
  std::int64_t granted = 0;
  std::int64_t available = 0;
  std::int64_t reserved = 0;
  std::int64_t consumed = 0;
  std::int64_t expired = 0;
  std::int64_t forfeited = 0;
  std::int64_t voided = 0;

  /// What became of all that was granted.
  std::int64_t accounted() const {
    return available + reserved + consumed + expired + forfeited + voided;
  }
  bool any_negative() const {
    return (available | reserved | consumed | expired | forfeited | voided) < 0;
  }
  Buckets& operator+=(const Buckets& other);
  bool operator==(const Buckets&) const = default;
};

using Bucket = std::int64_t Buckets::*;

struct Lot {
  LotId id{};
  LotKind kind = LotKind::monthly;
  Timestamp granted_at{};
  Timestamp expires_at = Timestamp::max();  ///< Exclusive.
  Buckets buckets;
  std::int64_t in_charges = 0;  ///< Taken by charges that have not ended: may come back.
};

/// What an InMail took from which lots. Nearly always from one, which then costs no memory of its
/// own.
class Holding {
 public:
  void take(const LotSplits& splits);
  void clear() { *this = Holding{}; }
  bool is(const LotSplits& splits) const;
  std::int64_t sum() const;

  template <class Visit>
  void each(Visit&& visit) const {
    if (first_.amount > 0) visit(first_);
    if (!others_) return;
    for (const LotSplit& split : *others_) visit(split);
  }

 private:
  LotSplit first_{};  ///< Of nothing, if nothing is held.
  std::unique_ptr<LotSplits> others_;
};

/// A cycle has begun and its batch of records is not over: grant and forfeits may still follow.
struct Renewal {
  bool open = false;
  Position position{};
  const Policy* policy = nullptr;  ///< In force at the renewal; null if none is known.
  LotId granted{};                 ///< Zero until the grant.
  std::int64_t forfeited = 0;
  bool is_judged = true;  ///< False: the first cycle of a plan that everything was carried into.
};

/// Credits came where a cap holds always (`accum.cap_when`), and what may be forfeited for it in
/// the same instant and for the same cause is not all on record yet.
struct CapWatch {
  const Policy* policy = nullptr;  ///< In force then; null: no cap is watched.
  Position position{};
  Timestamp at{};
  CommandId cause{};
  std::int64_t allotment = 0;
  std::int64_t forfeited = 0;

  bool is_over(const RecordHeader& next) const {
    return policy != nullptr && (next.due_at != at || next.cause != cause);
  }
};

/// A lot of kind refund that was granted; the refund itself must be the very next record.
struct RefundGrant {
  LotId lot{};
  std::uint32_t amount = 0;  ///< 0: none is awaited.
  InMailId inmail{};
  Position position{};
};

/// What a record says that the very next ones of its stream do.
struct Promise {
  enum class Of : std::uint8_t {
    nothing,
    purchase,
    reversal,
    raise,
    cut,
    trial,
    renewal,
    transfer_out,
    transfer_in
  };

  Of of = Of::nothing;
  LotId lot{};                            ///< Of a purchase and its reversal.
  std::int64_t amount = 0;                ///< That is still to come or to go.
  std::optional<Timestamp> expires_at{};  ///< Of what a trial gives.
  Position position{};
  TransferParts parts{};  ///< Of a transfer: those still to come or to go.

  bool is_open() const { return of == Of::renewal || amount > 0; }
  /// Whether `event` is what was promised, or a part of it.
  bool is_kept_by(const Event& event) const;
  /// So much of it has come or gone: the first part of a transfer, or all that was promised.
  void go_on(std::int64_t moved);
};

/// What was bought with one payment.
struct Bought {
  LotId lot{};
  std::int64_t credits = 0;
  Timestamp at{};
  PolicyVersion policy{};
  bool reversed = false;
};

/// The credits of one owner, a member or a contract, as the events tell of them.
struct Pool {
  std::vector<Lot> lots;  ///< Those that have or may get back something, oldest first.
  Buckets gone;           ///< Of all other lots.
  Buckets total;          ///< By the costs that the events name, where `lots` go by their splits.
  LotId last_lot{};
  std::int64_t from_outside = 0;  ///< Granted other than by a refund.
  std::int64_t refunded = 0;      ///< Came back in lots of their own.

  std::optional<PlanKind> plan;
  bool has_ended = false;  ///< There was a plan, and it ended.
  std::int64_t seats = 0;
  std::uint32_t cycle = 0;
  Timestamp next_renewal_at{};
  std::optional<Timestamp> began_at;  ///< A plan began then, and its first cycle has not yet.
  bool was_changed = false;           ///< That plan, from another one.
  LotId last_lot_before_plan{};       ///< Lots up to it were granted before the plan of now.
  bool monthly_granted = false;       ///< In this cycle.
  std::int64_t allotment = 0;         ///< Of a whole cycle.
  std::int64_t grant_due = 0;         ///< What this cycle's grant must be; 0: none.
  Position renewed_at{};
  Timestamp cycle_began_at = Timestamp::min();
  std::uint8_t anchor_day = 1;
  bool is_cancelled = false;
  bool is_past_due = false;

  std::map<std::string, Bought> purchases;  ///< By payment.
  Promise promise;

  Renewal renewal;
  CapWatch cap_watch;
  RefundGrant refund_grant;
  InMailId released{};               ///< By the record before, up to what follows from the release.
  bool gave_back = false;            ///< The same, by a release or by a refund.
  std::int64_t lost_by_release = 0;  ///< What that gave back into dead lots.

  Lot* find(LotId id);
  const Lot* find(LotId id) const { return const_cast<Pool*>(this)->find(id); }
  /// Credits in lots of these kinds that can be spent.
  std::int64_t available_in(const EnumSet<LotKind>& kinds) const;
  /// Forgets lots that nothing can come back to.
  void sweep();
};

/// What a cycle of `plan` gives to a pool with so many seats.
std::int64_t allotment_of(const PlanTerms& terms, std::int64_t seats);

/// What is granted of that in a cycle from `from` to `next`, if it is shorter than a whole one.
std::int64_t share_of_cycle(std::int64_t allotment, const PlanTerms& terms, std::uint8_t anchor_day,
                            Timestamp from, Timestamp next);

}  // namespace inmail::auditing
