#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "events/ids.hpp"
#include "events/policy_enums.hpp"
#include "events/terms.hpp"

namespace inmail {

/// The groups of the policy that make, spend, refund and end credits (D3.1 to D3.5, D3.11). Every
/// member has the name of its parameter; ranges and sources stand in the parameter table.

/// What one plan gives (D3.1), and the parameters of other groups that differ from plan to plan. A
/// document sets such a parameter for all plans by its own key (`lot.ttl_s`), for one plan below
/// `plan.<id>` (`plan.recruiter_corp.lot.ttl_s`), which wins.
struct PlanTerms {
  std::int32_t monthly_allotment = 0;
  PoolScope pool_scope = PoolScope::member;
  AllotPer allot_per = AllotPer::member;
  RenewalAnchor renewal_anchor = RenewalAnchor::billing_cycle;
  std::int32_t renewal_day = 0;  ///< 0: the day on which the anchor fell.
  Degree max_degree = Degree::any;
  bool can_send_inmail = true;  ///< False: only what `free.plan_classes` names.
  bool is_premium = true;
  bool can_bulk = false;
  bool can_followup = false;
  bool can_schedule = false;
  std::int64_t price_minor = 0;
  std::string currency = "USD";
  std::int32_t trial_grant = 0;
  Proration proration = Proration::none;

  std::int32_t accum_cap_multiple_bp = 30'000;  ///< `accum.cap_multiple_bp`; 0: no cap.
  std::int32_t accum_cap_abs = 0;  ///< `accum.cap_abs`; above 0 it wins over the multiple.
  Seconds lot_ttl_s{7'776'000};    ///< `lot.ttl_s`; 0: never.
  std::int32_t lot_ttl_calendar_months = 0;  ///< `lot.ttl_calendar_months`; above 0 it wins.
  bool rr_enabled = false;                   ///< `rr.enabled`.

  bool operator==(const PlanTerms&) const = default;
};

/// How credits pile up (D3.2).
struct AccumPolicy {
  bool enabled = true;  ///< False: what is left in `cap_scope` at a renewal is forfeited.
  EnumSet<LotKind> cap_scope{LotKind::monthly, LotKind::refund};
  CapWhen cap_when = CapWhen::at_renewal;
  OverflowVictim overflow_victim = OverflowVictim::oldest_expiry_first;

  bool operator==(const AccumPolicy&) const = default;
};

/// How lots live and in which order they are spent (D3.2).
struct LotPolicy {
  static constexpr Seconds as_lot_ttl{-1};

  Seconds purchase_ttl_s{31'536'000};
  Seconds bonus_ttl_s = as_lot_ttl;  ///< Of bonus and positive adjustment lots.
  SpendOrder spend_order = SpendOrder::expiry_then_grant;
  OnCancel on_cancel_subscription = OnCancel::void_at_cycle_end;
  OnPlanChange on_plan_change = OnPlanChange::void_all;
  bool transferable = false;

  bool operator==(const LotPolicy&) const = default;
};

/// What an InMail costs, and when (D3.3).
struct ChargePolicy {
  std::int32_t cost = 1;
  ChargeWhen when = ChargeWhen::at_schedule;
  Seconds accept_timeout_s{1'209'600};  ///< Only with `at_accept`.
  ReleaseTo release_user_cancel = ReleaseTo::original_lot;
  ReleaseTo release_system_failure = ReleaseTo::fresh_lot;

  bool operator==(const ChargePolicy&) const = default;
};

/// What costs nothing (D3.3).
struct FreePolicy {
  EnumSet<FreeClass> classes{FreeClass::first_degree, FreeClass::open_profile,
                             FreeClass::job_applicant};
  /// What a plan without `can_send_inmail` may use. Always a subset of `classes`.
  EnumSet<FreeClass> plan_classes{FreeClass::first_degree, FreeClass::open_profile};
  std::int32_t open_profile_max_per_month = 900;
  Seconds unlock_ttl_s{0};

  bool operator==(const FreePolicy&) const = default;
};

/// When a charged credit comes back (D3.4). Windows are inclusive.
struct RefundPolicy {
  EnumSet<RefundOn> on{RefundOn::accept, RefundOn::decline, RefundOn::reply, RefundOn::quick_reply};
  std::int32_t amount_accept = 10'000;
  std::int32_t amount_decline = 10'000;
  std::int32_t amount_reply = 10'000;  ///< Of quick replies too.
  std::int32_t amount_no_response = 10'000;
  std::int32_t amount_other = 10'000;
  Seconds window_s{7'776'000};
  RefundClock clock = RefundClock::sent_at;
  bool count_auto_reply = false;
  RefundLotLife lot_life = RefundLotLife::fresh;
  Seconds lot_floor_s{2'592'000};  ///< Only with `inherit_floor`.
  RefundTo to = RefundTo::pool;
  std::int32_t max_per_inmail = 1;
  FollowupRefund followup_rule = FollowupRefund::linkedin;
  Seconds no_response_window_s{604'800};  ///< Only with `no_response` in `on`.

  /// What a refund for this reason pays, in basis points of the cost.
  constexpr std::int32_t amount_bp(RefundOn reason) const {
    switch (reason) {
      case RefundOn::accept: return amount_accept;
      case RefundOn::decline: return amount_decline;
      case RefundOn::reply:
      case RefundOn::quick_reply: return amount_reply;
      case RefundOn::no_response: return amount_no_response;
      default: return amount_other;
    }
  }

  bool operator==(const RefundPolicy&) const = default;
};

/// When an InMail becomes invalid (D3.5).
struct ExpiryPolicy {
  ExpiryBasis basis = ExpiryBasis::never;
  Seconds ttl_s{604'800};  ///< Ignored with `never`.
  ExpiryEffect effect = ExpiryEffect::hide;
  LateResponse late_response = LateResponse::reject;

  bool operator==(const ExpiryPolicy&) const = default;
};

/// When a silent recipient is reminded (D3.5).
struct ReminderPolicy {
  Seconds after_s{259'200};  ///< 0: never.
  std::int32_t max = 1;

  bool operator==(const ReminderPolicy&) const = default;
};

/// A number of credits at a price.
struct CreditPack {
  std::string pack_id;
  std::int32_t credits = 0;
  std::int64_t price_minor = 0;
  std::string currency;

  bool operator==(const CreditPack&) const = default;
};

/// Buying credits (D3.11). Of the packs only the two ends are known: do not interpolate.
struct PurchasePolicy {
  bool enabled = true;
  bool requires_premium = true;
  std::vector<CreditPack> packs{{"p5", 5, 1'000, "USD"}, {"p50", 50, 12'000, "USD"}};
  std::int32_t max_per_period = 0;  ///< Credits; 0: no limit.
  PurchasePeriod period = PurchasePeriod::utc_month;
  bool only_when_empty = false;
  Seconds refundable_s{1'209'600};  ///< Of an untouched lot.
  bool survives_cancel = false;

  bool operator==(const PurchasePolicy&) const = default;
};

}  // namespace inmail
