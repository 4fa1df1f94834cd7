#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/commands.hpp"
#include "actors/decision.hpp"
#include "actors/notice.hpp"
#include "actors/send_forecast.hpp"
#include "events/credit_events.hpp"
#include "events/dispatch_events.hpp"
#include "events/inmail_events.hpp"
#include "events/inmail_sent.hpp"
#include "events/member_events.hpp"

namespace inmail {

/// Credits that came together and die together (D4.2). What was spent for good is in no field: the
/// log knows it, decisions do not need it.
struct Lot {
  LotId id{};
  LotKind kind = LotKind::monthly;
  std::uint32_t available = 0;
  std::uint32_t in_charges = 0;  ///< In reservations and charges that may still come back.
  Timestamp granted_at{};
  std::optional<Timestamp> expires_at{};

  bool operator==(const Lot&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(id, kind, available, in_charges, granted_at, expires_at);
  }
};

/// A reservation or a charge whose end the pool's owner has not learned yet.
struct OpenCharge {
  LotSplits splits{};
  PolicyVersion pinned{};
  std::optional<StreamId> sender{};  ///< Of another stream's InMail, for which this was reserved.
  bool charged = false;     ///< Of such a one: delivered. A member's own send does not distinguish.
  std::uint32_t cycle = 0;  ///< Of a contract: in which the InMail counts for its seat.

  bool operator==(const OpenCharge&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(splits, pinned, sender, charged, cycle);
  }
};

/// Credits that were bought; kept for ever, since the bank may take the money back at any time.
struct Purchase {
  LotId lot{};
  std::uint32_t credits = 0;
  Timestamp bought_at{};
  PolicyVersion pinned{};  ///< By which its refund is judged.
  bool reversed = false;

  bool operator==(const Purchase&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(lot, credits, bought_at, pinned, reversed);
  }
};

/// The subscription and the credits of a pool's owner, member or contract; part of its state.
struct CreditAccount {
  std::optional<PlanKind> plan{};  ///< Nothing: no subscription, now.
  bool has_ended = false;          ///< There was one, and it ended.
  std::uint8_t anchor_day = 1;
  std::uint32_t cycle = 0;
  Timestamp cycle_started_at{};
  Timestamp next_renewal_at{};
  std::optional<Timestamp> ends_at{};  ///< Cancelled: runs until then.
  std::vector<Lot> lots{};             ///< Oldest first; those with nothing left are gone.
  LotId next_lot{1};
  std::map<InMailId, OpenCharge> charges;
  bool in_trial = false;  ///< Until `next_renewal_at`, with which the first cycle begins.
  bool past_due = false;  ///< A payment is missing: nothing renews, nothing is spent.
  std::map<std::string, Purchase> purchases;  ///< By what the host calls the payment.
  std::set<TransferId> transfers;             ///< That came, or left and did not come back.
  /// Lots before this one were granted under a plan that is over; of the last such one, whether it
  /// was changed for the plan of now.
  LotId first_lot_of_plan{1};
  bool plan_was_changed = false;

  bool operator==(const CreditAccount&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(plan, has_ended, anchor_day, cycle, cycle_started_at, next_renewal_at, ends_at, lots,
            next_lot, charges, in_trial, past_due, purchases, transfers, first_lot_of_plan,
            plan_was_changed);
  }

  PlanKind plan_or_free() const { return plan.value_or(PlanKind::free); }
  /// There was a plan; now it gives nothing, for good or until it is paid.
  bool has_lapsed() const { return past_due || (!plan && has_ended); }
  std::uint64_t available() const;
};

/// About what it holds of memory, beside its own object.
std::size_t footprint(const CreditAccount& account);

/// The credits of all splits together.
std::uint32_t credits_in(const LotSplits& splits);

// Decisions about an account: pure, used by the member's and the contract's decider alike.

/// What `cost` credits are taken from, in the policy's spend order; nothing if there are too few.
std::optional<LotSplits> splits_for(const CreditAccount& account, std::uint32_t cost,
                                    const Policy& policy);

/// Guard 17 for a send that is only asked about: what would pay for it, or that nothing can.
void add_payment(SendForecast& forecast, const CreditAccount& account, const Policy& policy);

/// `seats`: of a contract, active ones; 1 for a member.
Decision start_subscription(const CreditAccount& account, const StartSubscription& command,
                            std::uint32_t seats, const Context& context);
Decision change_plan(const CreditAccount& account, PlanKind plan, std::uint32_t seats,
                     const Context& context);
Decision cancel_subscription(const CreditAccount& account, const Context& context);
Decision grant_bonus(const CreditAccount& account, std::uint32_t credits, std::uint64_t approver,
                     const Text& reason, const Context& context);
Decision fail_payment(const CreditAccount& account);
/// A cycle that should have begun meanwhile, and still runs, begins now.
Decision recover_payment(const CreditAccount& account, std::uint32_t seats, const Context& context);

/// What happens when `due`, one of the account's own kinds, has come.
std::vector<Event> account_falls_due(const CreditAccount& account, const Due& due,
                                     std::uint32_t seats, const Policy& policy);

/// A reservation ends without a charge. No events if there is none (the notice came twice).
std::vector<Event> release(const CreditAccount& account, const InMailId& inmail,
                           ReleaseReason reason, const Context& context);

/// The charge ends as the recipient's event says: refunded, into the lot that the policy pinned at
/// the send names, or final; or what was reserved until then is charged, or released. No events if
/// it has ended before (the notice came twice).
std::vector<Event> settle(const CreditAccount& account, const Notice& notice,
                          const Context& context);

/// The InMail is delivered: what is held for its sender, another stream, is charged. No events if
/// that has happened.
std::vector<Event> charge_delivered(const CreditAccount& account, const InMailDelivered& delivered);

/// The account ends with its owner, right after `events`: its plan, and all that is in it, of
/// whatever kind.
std::vector<Event> close_account(const CreditAccount& account, std::vector<Event> events,
                                 const Context& context);

/// What `events` give back to an account that was closed is void at once.
std::vector<Event> keep_closed(const CreditAccount& account, std::vector<Event> events,
                               const Context& context);

// Folds of the account's events. `agenda` is the state's.

void evolve(CreditAccount& account, Agenda& agenda, const SubscriptionStarted& e);
void evolve(CreditAccount& account, Agenda& agenda, const SubscriptionChanged& e);
void evolve(CreditAccount& account, Agenda& agenda, const SubscriptionCancelled& e);
void evolve(CreditAccount& account, Agenda& agenda, const SubscriptionEnded& e);
void evolve(CreditAccount& account, Agenda& agenda, const CycleRenewed& e, const Stamp& stamp);
void evolve(CreditAccount& account, Agenda& agenda, const CreditsGranted& e, const Stamp& stamp);
void evolve(CreditAccount& account, Agenda& agenda, const CreditReserved& e, const Stamp& stamp);
void evolve(CreditAccount& account, Agenda& agenda, const CreditCharged& e);
void evolve(CreditAccount& account, Agenda& agenda, const CreditReleased& e);
void evolve(CreditAccount& account, Agenda& agenda, const CreditRefunded& e);
void evolve(CreditAccount& account, Agenda& agenda, const ChargeFinalized& e);
void evolve(CreditAccount& account, Agenda& agenda, const CountedInCycle& e);
void evolve(CreditAccount& account, Agenda& agenda, const CreditsExpired& e);
void evolve(CreditAccount& account, Agenda& agenda, const CreditsForfeited& e);
void evolve(CreditAccount& account, Agenda& agenda, const CreditsVoided& e);
void evolve(CreditAccount& account, Agenda& agenda, const SubscriptionPastDue& e);
void evolve(CreditAccount& account, Agenda& agenda, const SubscriptionRecovered& e);
void evolve(CreditAccount& account, Agenda& agenda, const TrialStarted& e, const Stamp& stamp);
// What follows these changes the lots (credit_transfer.hpp).
void evolve(CreditAccount& account, Agenda& agenda, const CreditsTransferred& e);
void evolve(CreditAccount& account, Agenda& agenda, const TransferReceived& e);
void evolve(CreditAccount& account, Agenda& agenda, const TransferReturned& e);

/// The send of a member on its own credits is itself the reservation, unless it was scheduled on
/// them: then that was, and the send pins the policy that judges it.
void open_charge(CreditAccount& account, Agenda& agenda, const InMailSent& e, const Stamp& stamp);
void open_charge(CreditAccount& account, Agenda& agenda, const InMailScheduled& e,
                 const Stamp& stamp);
/// Requires: it is open.
void pin_charge(CreditAccount& account, const InMailId& inmail, PolicyVersion policy);

}  // namespace inmail
