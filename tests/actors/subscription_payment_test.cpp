// A plan that is not paid, and one that is tried first (D3.1, D4.3).

#include <gtest/gtest.h>

#include "actors/member.hpp"
#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"
#include "tests/support/small_world.hpp"

namespace inmail::test {
namespace {

using std::chrono::days;

Given<Member>& registered(Given<Member>& given) {
  return given.when(RegisterMember{ada, "Ada", "", "en"});
}

TEST(PastDue, SkipsTheRenewalAndMakesItUpWithinTheSameCycle) {
  Given<Member> given(ada);
  registered(given).at(utc("2025-01-31")).when(StartSubscription{ada, PlanKind::career});
  given.at(utc("2025-02-20")).when(PaymentFailed{ada}).then({SubscriptionPastDue{}});
  given.when(PaymentFailed{ada}).then_nothing();
  given.settle_until(utc("2025-03-10")).then_nothing();
  given.when(PaymentRecovered{ada});
  given.then({SubscriptionRecovered{}, CycleRenewed{2, utc("2025-03-31")},
              CreditsGranted{.lot = LotId{2},
                             .kind = LotKind::monthly,
                             .amount = 5,
                             .expires_at = utc("2025-03-10") + days{90},
                             .cycle = 2}});
  given.when(PaymentRecovered{ada}).then_nothing();
  given.settle_until(utc("2025-03-31"));
  EXPECT_EQ(given.the<CycleRenewed>(), (CycleRenewed{3, utc("2025-04-30")}));
}

TEST(PastDue, LosesTheCyclesThatAreOver) {
  Given<Member> given(ada);
  registered(given).at(utc("2025-01-31")).when(StartSubscription{ada, PlanKind::career});
  given.when(PaymentFailed{ada}).at(utc("2025-05-05")).when(PaymentRecovered{ada});
  EXPECT_EQ(given.the<CycleRenewed>(), (CycleRenewed{2, utc("2025-05-31")}));
  EXPECT_EQ(given.state().account.available(), 5u) << "the lot of January has died";
}

TEST(PastDue, GoesOnAsBeforeWhenItIsPaidBeforeTheRenewal) {
  Given<Member> given(ada);
  registered(given).at(utc("2025-01-31")).when(StartSubscription{ada, PlanKind::career});
  given.when(PaymentFailed{ada}).at(utc("2025-02-10")).when(PaymentRecovered{ada});
  given.then({SubscriptionRecovered{}});
  given.settle_until(utc("2025-02-28")).then_only<CycleRenewed, CreditsGranted>();
}

TEST(PastDue, BarsSendsOnCreditsButNotWhatTheFreePlanMaySend) {
  Given<Member> given(ada);
  registered(given).when(StartSubscription{ada, PlanKind::career}).when(PaymentFailed{ada});
  given.when(mail(ada, bob)).then_rejected(Rejection::subscription_ended);
  given.when(PaymentRecovered{ada}).when(mail(ada, bob)).then_only<InMailSent>();
}

TEST(PastDue, EndsAtOnceIfItIsCancelledAfterWhatWasPaid) {
  Given<Member> given(ada);
  registered(given).at(utc("2025-01-31")).when(StartSubscription{ada, PlanKind::career});
  given.when(PaymentFailed{ada}).at(utc("2025-02-10")).when(CancelSubscription{ada});
  given.then({SubscriptionCancelled{utc("2025-02-28")}});
  given.when(PaymentRecovered{ada}).then({SubscriptionRecovered{}});
  given.settle_until(utc("2025-02-28")).then_only<SubscriptionEnded, CreditsVoided>();
  given.when(PaymentFailed{ada}).then_rejected(Rejection::no_subscription);
  given.when(PaymentRecovered{ada}).then_rejected(Rejection::no_subscription);

  Given<Member> late(ada);
  registered(late).at(utc("2025-01-31")).when(StartSubscription{ada, PlanKind::career});
  late.when(PaymentFailed{ada}).at(utc("2025-03-10")).when(CancelSubscription{ada});
  late.then_only<SubscriptionCancelled, SubscriptionEnded, CreditsVoided>();
}

TEST(Trial, GivesItsOwnCreditsAndThenTheFirstCycle) {
  Policy policy = at_once();
  policy.plans[static_cast<std::size_t>(PlanKind::career)].trial_grant = 2;
  Given<Member> given(ada, policy);
  registered(given).at(utc("2025-01-10")).when(StartSubscription{ada, PlanKind::career, 21});
  const Timestamp ends = utc("2025-01-31");
  given.then(
      {SubscriptionStarted{PlanKind::career, 31}, TrialStarted{ends},
       CreditsGranted{.lot = LotId{1}, .kind = LotKind::bonus, .amount = 2, .expires_at = ends}});
  given.when(mail(ada, bob)).then_only<InMailSent>();
  given.settle_until(ends).then_only<CreditsExpired, CycleRenewed, CreditsGranted>();
  EXPECT_EQ(given.the<CycleRenewed>(), (CycleRenewed{1, utc("2025-02-28")}));
  EXPECT_EQ(given.state().account.available(), 5u);
}

TEST(Trial, EndsUnpaidIfItIsCancelled) {
  Given<Member> given(ada);
  registered(given).at(utc("2025-01-10")).when(StartSubscription{ada, PlanKind::career, 21});
  given.then_only<SubscriptionStarted, TrialStarted>();
  given.when(CancelSubscription{ada}).settle_until(utc("2025-03-10"));
  given.then({SubscriptionEnded{PlanKind::career}});
}

}  // namespace
}  // namespace inmail::test
