#include "events/policy_table.hpp"

namespace inmail {

std::vector<Parameter> plan_parameters() {
  using T = PlanTerms;
  return {
      plan_parameter<&T::monthly_allotment>(
          {"plan.monthly_allotment", "credits", any_count, "L2, L3, L5, L10, T10"}),
      plan_parameter<&T::pool_scope>({"plan.pool_scope", "-", {}, "L11, S1, S4"}),
      plan_parameter<&T::allot_per>({"plan.allot_per", "-", {}, "L11"}),
      plan_parameter<&T::renewal_anchor>({"plan.renewal_anchor", "-", {}, "L1, L2, L5"}),
      plan_parameter<&T::renewal_day>({"plan.renewal_day",
                                       "day of month",
                                       {.max = 31, .note = "0: the anchor's day"},
                                       "DESIGN"}),
      plan_parameter<&T::max_degree>({"plan.max_degree", "-", {}, "L13"}),
      plan_parameter<&T::can_send_inmail>({"plan.can_send_inmail", "-", {}, "S0, S2, L32"}),
      plan_parameter<&T::is_premium>({"plan.is_premium", "-", {}, "S2"}),
      plan_parameter<&T::can_bulk>({"plan.can_bulk", "-", {}, "L14, L15"}),
      plan_parameter<&T::can_followup>({"plan.can_followup", "-", {}, "L14, L15"}),
      plan_parameter<&T::can_schedule>({"plan.can_schedule", "-", {}, "L14, L15"}),
      plan_parameter<&T::price_minor>(
          {"plan.price_minor", "minor units", {.max = 1'000'000'000'000}, "S1"}),
      plan_parameter<&T::currency>({"plan.currency", "ISO 4217", {.form = &currency_form}, "S2"}),
      plan_parameter<&T::trial_grant>({"plan.trial_grant", "credits", any_count, "DESIGN"}),
      plan_parameter<&T::proration>({"plan.proration", "-", {}, "DESIGN"}),
      plan_parameter<&T::accum_cap_multiple_bp>(
          {"accum.cap_multiple_bp",
           "bp of allotment",
           {.min = 10'000, .max = 200'000, .note = "0: no cap", .or_zero = true},
           "L1, L2, S1, S4"}),
      plan_parameter<&T::accum_cap_abs>(
          {"accum.cap_abs", "credits", {.max = count_max, .note = "0: the multiple rules"}, "L2"}),
      plan_parameter<&T::lot_ttl_s>({"lot.ttl_s", "s", seconds_or_never, "L1, L3, L5, L6, L30"}),
      plan_parameter<&T::lot_ttl_calendar_months>({"lot.ttl_calendar_months",
                                                   "months",
                                                   {.max = 120, .note = "0: lot.ttl_s rules"},
                                                   "S1, S4"}),
      plan_parameter<&T::rr_enabled>({"rr.enabled", "-", {}, "L8, S4"}),
  };
}

std::vector<Parameter> credit_parameters() {
  using P = Policy;
  using Accum = AccumPolicy;
  using Lot = LotPolicy;
  using Charge = ChargePolicy;
  using Free = FreePolicy;
  using Purchase = PurchasePolicy;
  return {
      parameter<&P::accum, &Accum::enabled>({"accum.enabled", "-", {}, "S1, S4, L1, C3"}),
      parameter<&P::accum, &Accum::cap_scope>({"accum.cap_scope", "lot kinds", {}, "L1"}),
      parameter<&P::accum, &Accum::cap_when>({"accum.cap_when", "-", {}, "L1"}),
      parameter<&P::accum, &Accum::overflow_victim>({"accum.overflow_victim", "-", {}, "L1"}),

      parameter<&P::lot, &Lot::purchase_ttl_s>(
          {"lot.purchase_ttl_s", "s", seconds_or_never, "DESIGN"}),
      parameter<&P::lot, &Lot::bonus_ttl_s>(
          {"lot.bonus_ttl_s",
           "s",
           {.min = -1, .max = seconds_max, .note = "-1: as lot.ttl_s, 0: never"},
           "DESIGN"}),
      parameter<&P::lot, &Lot::spend_order>({"lot.spend_order", "-", {}, "C1, C16"}),
      parameter<&P::lot, &Lot::on_cancel_subscription>(
          {"lot.on_cancel_subscription", "-", {}, "L2, L30"}),
      parameter<&P::lot, &Lot::on_plan_change>({"lot.on_plan_change", "-", {}, "L2, L5"}),
      parameter<&P::lot, &Lot::transferable>({"lot.transferable", "-", {}, "L2, C1"}),

      parameter<&P::charge, &Charge::cost>({"charge.cost", "credits", {.max = 100}, "S0, L2"}),
      parameter<&P::charge, &Charge::when>({"charge.when", "-", {}, "L15, C7"}),
      parameter<&P::charge, &Charge::accept_timeout_s>(
          {"charge.accept_timeout_s", "s", some_seconds, "C7"}),
      parameter<&P::charge, &Charge::release_user_cancel>(
          {"charge.release_user_cancel", "-", {}, "DESIGN"}),
      parameter<&P::charge, &Charge::release_system_failure>(
          {"charge.release_system_failure", "-", {}, "L16"}),

      parameter<&P::free, &Free::classes>({"free.classes", "classes", {}, "L13, C1, C8"}),
      parameter<&P::free, &Free::plan_classes>({"free.plan_classes", "classes", {}, "S0, L7"}),
      parameter<&P::free, &Free::open_profile_max_per_month>({"free.open_profile_max_per_month",
                                                              "messages", count_or_no_limit,
                                                              "L7, T11 (unofficial)"}),
      parameter<&P::free, &Free::unlock_ttl_s>({"free.unlock_ttl_s", "s", seconds_or_off, "C8"}),

      parameter<&P::purchase, &Purchase::enabled>({"purchase.enabled", "-", {}, "S2, L4, T23"}),
      parameter<&P::purchase, &Purchase::requires_premium>(
          {"purchase.requires_premium", "-", {}, "S2"}),
      parameter<&P::purchase, &Purchase::packs>({"purchase.packs", "packs", {.max = 64}, "S2"}),
      parameter<&P::purchase, &Purchase::max_per_period>(
          {"purchase.max_per_period", "credits", count_or_no_limit, "T23"}),
      parameter<&P::purchase, &Purchase::period>({"purchase.period", "-", {}, "T23"}),
      parameter<&P::purchase, &Purchase::only_when_empty>(
          {"purchase.only_when_empty", "-", {}, "S2"}),
      parameter<&P::purchase, &Purchase::refundable_s>(
          {"purchase.refundable_s", "s", seconds_or_never, "DESIGN"}),
      parameter<&P::purchase, &Purchase::survives_cancel>(
          {"purchase.survives_cancel", "-", {}, "L2"}),
  };
}

}  // namespace inmail
