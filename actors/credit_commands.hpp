#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/command_type.hpp"
#include "events/ids.hpp"
#include "events/plan_kind.hpp"
#include "events/terms.hpp"
#include "events/text.hpp"

namespace inmail {

// Contracts, seats, plans and credits.

/// A contract, as yet without plan and seats. By: billing.
struct CreateContract {
  static constexpr CommandType type{.number = 20, .name = "create_contract", .version = 1};

  ContractId contract;
  std::uint32_t seats_max = 0;

  bool operator==(const CreateContract&) const = default;
  StreamId target() const { return contract; }
  void serialize(auto& archive) { archive(contract, seats_max); }
};

/// The holder is a member; no other contract has the seat. Where two contracts add one seat at the
/// same moment, both are told that it is done, and one of them then loses it. By: admin.
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

/// Credits of a pool, granted within the last six months, go to another one, where
/// `lot.transferable` says so (D3.2). Whether the two belong together, the host knows. What the
/// other one cannot take, for it has no plan, comes back; `settled` comes after that. By: admin.
struct TransferCredits {
  static constexpr CommandType type{.number = 70, .name = "transfer_credits", .version = 1};

  StreamId from;  ///< A member or a contract.
  StreamId to;    ///< Another one.
  std::uint32_t credits = 0;
  std::uint64_t approver = 0;

  bool operator==(const TransferCredits&) const = default;
  StreamId target() const { return from; }
  void serialize(auto& archive) { archive(from, to, credits, approver); }
};

}  // namespace inmail
