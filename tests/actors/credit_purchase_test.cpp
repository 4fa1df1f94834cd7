// Credits beside the plan: packs, money that goes back, corrections (D3.11, D4.2, A20).

#include "actors/credit_purchase.hpp"

#include <gtest/gtest.h>

#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const Timestamp start = utc("2025-01-01");
constexpr ContractId acme{9};

template <class Decider>
Given<Decider>& begun(Given<Decider>& given, PlanKind plan = PlanKind::career) {
  given.at(start);
  if constexpr (std::is_same_v<Decider, Member>)
    return given.when(RegisterMember{ada, "Ada", "", "en"}).when(StartSubscription{ada, plan});
  else
    return given.when(CreateContract{acme, 3}).when(StartSubscription{acme, plan});
}

PurchaseCredits buy(std::string payment, std::string pack = "p5") { return {ada, pack, payment}; }
ReversePurchase back(std::string payment, bool chargeback = false) {
  return {ada, payment, chargeback};
}

Policy with_purchases(void (*change)(PurchasePolicy&)) {
  Policy policy = at_once();
  change(policy.purchase);
  return policy;
}

TEST(Purchase, BuysThePacksOfThePolicyAtTheirPrice) {  // A20.
  Given<Member> given(ada, "seed2");
  begun(given).when(buy("a"));
  given.then({PurchaseRecorded{LotId{2}, "p5", 5, 1'000, "USD", "a"},
              CreditsGranted{.lot = LotId{2},
                             .kind = LotKind::purchase,
                             .amount = 5,
                             .expires_at = start + days{365}}});
  given.when(buy("b", "p50"));
  given.then({PurchaseRecorded{LotId{3}, "p50", 50, 12'000, "USD", "b"},
              CreditsGranted{.lot = LotId{3},
                             .kind = LotKind::purchase,
                             .amount = 50,
                             .expires_at = start + days{365}}});
  EXPECT_EQ(given.state().account.available(), 60u);
}

TEST(Purchase, IsForContractsToo) {
  Given<Contract> given(acme);
  begun(given, PlanKind::recruiter_corp).when(PurchaseCredits{acme, "p5", "a"});
  given.then_only<PurchaseRecorded, CreditsGranted>();
  given.when(ReversePurchase{acme, "a", false}).then_only<PurchaseReversed, CreditsVoided>();
}

TEST(Purchase, IsRefusedInTheOrderOfTheGuards) {
  Given<Member> basic(ada, "seed2");
  basic.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  basic.when(buy("a")).then_rejected(Rejection::premium_required);  // A20.

  Given<Member> closed(ada, "seed0");
  begun(closed).when(buy("a")).then_rejected(Rejection::purchase_disabled);

  Given<Member> given(ada, with_purchases([](PurchasePolicy& rule) {
                        rule.only_when_empty = true;
                        rule.max_per_period = 9;
                      }));
  begun(given).when(buy("a", "p7")).then_rejected(Rejection::unknown_pack);
  given.when(buy("a")).then_rejected(Rejection::credits_left, 0, 5);
  given.when(AdjustCredits{ada, -5, 1, "all"}).when(buy("a"));
  given.then_only<PurchaseRecorded, CreditsGranted>();
  given.when(buy("a")).then_rejected(Rejection::already_exists);
  given.when(AdjustCredits{ada, -5, 1, "all"}).when(buy("b"));
  given.then_rejected(Rejection::purchase_limit, 9, 10);
  given.at(utc("2025-01-31T23:59:59Z")).when(buy("b")).then_rejected(Rejection::purchase_limit);
  given.at(utc("2025-02-01")).when(AdjustCredits{ada, -5, 1, "all"}).when(buy("b"));
  given.then_only<PurchaseRecorded, CreditsGranted>();

  given.when(PaymentFailed{ada}).when(buy("c")).then_rejected(Rejection::subscription_ended);
}

TEST(Purchase, IsNotForWhosePlanHasEnded) {
  Given<Member> given(ada,
                      with_purchases([](PurchasePolicy& rule) { rule.requires_premium = false; }));
  begun(given).when(CancelSubscription{ada}).settle_until(utc("2025-02-02"));
  given.when(buy("a")).then_rejected(Rejection::subscription_ended);
}

TEST(Purchase, CountsPerCycleWhereThePolicySaysSo) {
  Given<Member> given(ada, with_purchases([](PurchasePolicy& rule) {
                        rule.max_per_period = 5;
                        rule.period = PurchasePeriod::cycle;
                      }));
  given.at(utc("2025-01-10")).when(RegisterMember{ada, "Ada", "", "en"});
  given.when(StartSubscription{ada, PlanKind::career}).when(buy("a"));
  given.at(utc("2025-02-09")).when(buy("b")).then_rejected(Rejection::purchase_limit);
  given.at(utc("2025-02-10")).when(buy("b")).then_only<PurchaseRecorded, CreditsGranted>();
}

TEST(Reversal, TakesAnUntouchedLotBackInTime) {
  Given<Member> given(ada);
  begun(given).when(buy("a")).when(back("b")).then_rejected(Rejection::unknown_purchase);
  given.at(start + days{14}).when(back("a"));
  given.then({PurchaseReversed{LotId{2}, "a", 5, 0, false},
              CreditsVoided{LotId{2}, 5, VoidReason::purchase_reversed}});
  given.when(back("a")).then_nothing();
  given.when(back("a", true)).then_nothing();
  EXPECT_EQ(given.state().account.available(), 5u);
}

TEST(Reversal, ComesTooLateOrAfterUse) {
  Given<Member> given(ada, with_purchases([](PurchasePolicy&) {}));
  begun(given).when(buy("a")).when(buy("b"));
  given.at(start + days{14} + 1ms).when(back("a"));
  given.then_rejected(Rejection::refund_time_over, 1'209'600, 1'209'601);
  given.at(start + days{20}).when(buy("c")).when(AdjustCredits{ada, -16, 1, "four lots"});
  given.when(back("c")).then_rejected(Rejection::lot_touched, 5, 4);
}

TEST(Reversal, IsJudgedByThePolicyOfThePurchase) {
  Given<Member> given(ada);
  begun(given).when(buy("a"));
  given.adopted(with_purchases([](PurchasePolicy& rule) { rule.refundable_s = Seconds{1}; }));
  given.at(start + days{10}).when(buy("b"));
  given.at(start + days{11}).when(back("b")).then_rejected(Rejection::refund_time_over);
  given.when(back("a")).then_only<PurchaseReversed, CreditsVoided>();
}

TEST(Reversal, ByTheBankTakesWhatIsLeftAndRecordsTheRest) {
  Given<Member> given(ada);
  begun(given).when(buy("a")).when(AdjustCredits{ada, -7, 1, "the month, and two"});
  given.at(start + days{200}).when(back("a", true));
  given.then({PurchaseReversed{LotId{2}, "a", 3, 2, true},
              CreditsVoided{LotId{2}, 3, VoidReason::purchase_reversed}});

  Given<Member> spent(ada);
  begun(spent).when(buy("a")).when(AdjustCredits{ada, -10, 1, "all"});
  spent.when(back("a", true)).then({PurchaseReversed{LotId{2}, "a", 0, 5, true}});
}

TEST(Purchase, EndsWithThePlanUnlessItSurvives) {
  for (const bool survives : {false, true}) {
    Policy policy = at_once();
    policy.purchase.survives_cancel = survives;
    Given<Member> given(ada, policy);
    begun(given).when(buy("a")).when(CancelSubscription{ada}).settle_until(utc("2025-02-02"));
    EXPECT_EQ(given.state().account.available(), survives ? 5u : 0u);
  }
}

TEST(Adjustment, GrantsOrVoidsAndNeverGoesBelowZero) {
  Given<Member> given(ada);
  begun(given).when(AdjustCredits{ada, 3, 7, "an outage"});
  given.then_only<CreditsAdjusted, CreditsGranted>();
  EXPECT_EQ(given.the<CreditsGranted>().kind, LotKind::adjust);
  EXPECT_EQ(given.the<CreditsAdjusted>().approver, 7u);
  given.when(AdjustCredits{ada, -9, 7, "too much"});
  given.then_rejected(Rejection::insufficient_credits, 9, 8);
  given.when(AdjustCredits{ada, -7, 7, "too much"});
  given.then_only<CreditsAdjusted, CreditsVoided, CreditsVoided>();
  EXPECT_EQ(given.state().account.available(), 1u);
  given.when(AdjustCredits{ada, 0, 7, "nothing"}).then_rejected(Rejection::malformed);
}

}  // namespace
}  // namespace inmail::test
