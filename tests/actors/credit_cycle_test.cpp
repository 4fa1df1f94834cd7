// Subscriptions and their cycles: grants, caps, forfeits, ends (D3.1, D3.2, D3.14, D4.3).

#include "actors/credit_cycle.hpp"

#include <gtest/gtest.h>

#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"
#include "tests/support/small_world.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

/// What is available after the start and after each of the next renewals of ada's plan.
std::vector<std::uint64_t> balances(Given<Member>& given, PlanKind plan, int renewals,
                                    Timestamp start = utc("2025-01-01")) {
  given.at(start).when(StartSubscription{ada, plan});
  std::vector<std::uint64_t> result{given.state().account.available()};
  while (--renewals > 0) {
    given.settle_until(given.state().account.next_renewal_at);
    result.push_back(given.state().account.available());
  }
  return result;
}

using Balances = std::vector<std::uint64_t>;

Given<Member>& registered(Given<Member>& given) {
  return given.when(RegisterMember{ada, "Ada", "", "en"});
}

template <class E>
std::uint64_t sum_of(const std::vector<Record>& records) {
  std::uint64_t sum = 0;
  for (const Record& record : records)
    if (const auto* each = std::get_if<E>(&record.event)) sum += each->amount;
  return sum;
}

TEST(CreditCycle, GrantsThenTrimsToTheCap) {  // A1: trimming first would leave 150.
  Given<Member> given(ada);
  EXPECT_EQ(balances(registered(given), PlanKind::recruiter_lite, 6),
            (Balances{30, 60, 90, 120, 120, 120}));
  EXPECT_EQ(sum_of<CreditsForfeited>(given.stage().records()), 60u);
}

TEST(CreditCycle, KeepsThreeMonthsOfSeed4AndExpiresTheOldestBeforeEachGrant) {  // A19.
  for (const auto& [plan, expected] :
       {std::pair{PlanKind::career, Balances{5, 10, 15, 15, 15}},
        std::pair{PlanKind::sales_core, Balances{20, 40, 60, 60, 60}}}) {
    Given<Member> given(ada, "seed4");
    EXPECT_EQ(balances(registered(given), plan, 5), expected);
    EXPECT_EQ(sum_of<CreditsExpired>(given.stage().records()), expected.front() * 2);
    EXPECT_EQ(sum_of<CreditsForfeited>(given.stage().records()), 0u);
  }
}

TEST(CreditCycle, ExpiresTheOldestOfCalendarMonthsAlsoWhenThePlanBeganWithinAMonth) {
  Given<Member> given(ada, "seed4");
  EXPECT_EQ(balances(registered(given), PlanKind::sales_core, 5, utc("2025-01-15T12:00:00Z")),
            (Balances{20, 40, 60, 60, 60}));
  EXPECT_EQ(sum_of<CreditsExpired>(given.stage().records()), 40u);
  EXPECT_EQ(sum_of<CreditsForfeited>(given.stage().records()), 0u);
}

TEST(CreditCycle, ForfeitsAboveTheCapAloneWhereLotsDoNotDie) {  // D3.14.
  const auto after_six = [](PlanKind plan) {
    Policy policy = at_once();
    for (PlanTerms& terms : policy.plans) terms.lot_ttl_s = Seconds{0};
    Given<Member> given(ada, policy);
    const Balances all = balances(registered(given), plan, 6);
    return std::pair{all.back(), sum_of<CreditsForfeited>(given.stage().records())};
  };
  EXPECT_EQ(after_six(PlanKind::sales_core), (std::pair{150ul, 150ul}));
  EXPECT_EQ(after_six(PlanKind::career), (std::pair{15ul, 15ul}));
  EXPECT_EQ(after_six(PlanKind::recruiter_lite), (std::pair{120ul, 60ul}));
}

TEST(CreditCycle, ForfeitsTheOldestLotFirstOrTheNewGrantByPolicy) {
  for (const auto& [victim, lot] : {std::pair{OverflowVictim::oldest_expiry_first, LotId{1}},
                                    std::pair{OverflowVictim::new_grant, LotId{4}}}) {
    Policy policy = at_once();
    policy.accum.overflow_victim = victim;
    for (PlanTerms& terms : policy.plans) terms.lot_ttl_s = Seconds{0};
    Given<Member> given(ada, policy);
    balances(registered(given), PlanKind::career, 4);
    given.then_only<CycleRenewed, CreditsGranted, CreditsForfeited>();
    EXPECT_EQ(given.the<CreditsForfeited>(), (CreditsForfeited{lot, 5, 15}));
  }
}

TEST(CreditCycle, KeepsTheCapBetweenRenewalsWhereThePolicySaysSo) {
  for (const CapWhen when : {CapWhen::at_renewal, CapWhen::always}) {
    Policy policy = at_once();
    policy.accum.cap_when = when;
    policy.plans[static_cast<std::size_t>(PlanKind::career)].accum_cap_abs = 5;
    Given<Member> given(ada, policy);
    registered(given).at(utc("2025-01-01")).when(StartSubscription{ada, PlanKind::career});
    given.when(mail(ada, bob)).then_only<InMailSent>();
    const InMailRef ref = ref_of(given.the<InMailSent>(), ada, given.now());
    given.settle_until(utc("2025-02-01"));
    EXPECT_EQ(given.state().account.available(), 5u) << "4 and 5 under a cap of 5";

    given.when_notice(refunding_reply_to(ref), bob, utc("2025-02-02"));
    const bool is_always = when == CapWhen::always;
    EXPECT_EQ(given.state().account.available(), is_always ? 5u : 6u);
    if (is_always) {
      given.then_only<CreditsGranted, CreditRefunded, CreditsForfeited, OutcomeReceived>();
      EXPECT_EQ(given.the<CreditsForfeited>().lot, LotId{2}) << "the month dies before the refund";
    }
    given.when(GrantBonus{ada, 3, 1, "Thanks"}).then_only<CreditsGranted>();
  }
}

TEST(CreditCycle, KeepsTheCapOfAContractByItsSeats) {
  Policy policy = at_once();
  policy.accum.cap_when = CapWhen::always;
  policy.accum.cap_scope.insert(LotKind::adjust);
  PlanTerms& terms = policy.plans[static_cast<std::size_t>(PlanKind::recruiter_corp)];
  terms.accum_cap_abs = 0;
  terms.accum_cap_multiple_bp = 10'000;
  terms.allot_per = AllotPer::seat;
  terms.monthly_allotment = 10;
  constexpr ContractId acme{9};
  Given<Contract> given(acme, policy);
  given.at(utc("2025-01-01")).when(CreateContract{acme, 3});
  given.when(AddSeat{acme, SeatId{1}, ada, SeatRole::recruiter});
  given.when(AddSeat{acme, SeatId{2}, bob, SeatRole::recruiter});
  given.when(StartSubscription{acme, PlanKind::recruiter_corp});
  EXPECT_EQ(given.state().account.available(), 20u);
  given.when(AdjustCredits{acme, 4, 1, "Sorry"});
  given.then_only<CreditsAdjusted, CreditsGranted, CreditsForfeited>();
  EXPECT_EQ(given.state().account.available(), 20u);
}

TEST(CreditCycle, LetsBonusLotsStandAboveTheCap) {
  Given<Member> given(ada);
  registered(given).at(utc("2025-01-01")).when(StartSubscription{ada, PlanKind::recruiter_lite});
  given.when(GrantBonus{ada, 500, 1, "sorry"}).then_only<CreditsGranted>();
  given.settle_until(utc("2025-02-01")).then_only<CycleRenewed, CreditsGranted>();
  EXPECT_EQ(given.state().account.available(), 560u);
}

/// The instants at which lot 1 dies and the fourth grant comes.
std::pair<Timestamp, Timestamp> death_and_fourth_grant(Timestamp start) {
  Given<Member> given(ada);
  registered(given).at(start).when(StartSubscription{ada, PlanKind::career});
  const auto granted = given.the<CreditsGranted>();
  for (int i = 0; i < 2; ++i) given.settle_until(given.state().account.next_renewal_at);
  return {granted.expires_at.value_or(Timestamp{}), given.state().account.next_renewal_at};
}

TEST(CreditCycle, Knows90DaysFrom3Months) {  // D3.14.
  EXPECT_EQ(death_and_fourth_grant(utc("2025-01-01")),
            (std::pair{utc("2025-04-01"), utc("2025-04-01")}));
  EXPECT_EQ(death_and_fourth_grant(utc("2024-01-01")),
            (std::pair{utc("2024-03-31"), utc("2024-04-01")}));
  EXPECT_EQ(death_and_fourth_grant(utc("2025-07-01")),
            (std::pair{utc("2025-09-29"), utc("2025-10-01")}));
}

TEST(CreditCycle, ExpiresALotBeforeTheGrantOfTheSameInstant) {
  Given<Member> given(ada);
  registered(given).at(utc("2025-01-01")).when(StartSubscription{ada, PlanKind::career});
  given.settle_until(utc("2025-03-31"));
  given.settle_until(utc("2025-04-01")).then_only<CreditsExpired, CycleRenewed, CreditsGranted>();
  EXPECT_EQ(given.the<CreditsExpired>(), (CreditsExpired{LotId{1}, 5}));
}

TEST(CreditCycle, ReturnsToAnAnchorOf31) {  // D3.14.
  Given<Member> given(ada, "seed4");
  registered(given).at(utc("2025-01-31")).when(StartSubscription{ada, PlanKind::career});
  EXPECT_EQ(given.the<CycleRenewed>().next_renewal_at, utc("2025-02-28"));
  given.settle_until(utc("2025-02-28"));
  EXPECT_EQ(given.the<CycleRenewed>().next_renewal_at, utc("2025-03-31"));
  EXPECT_EQ(given.the<CreditsGranted>().expires_at, utc("2025-05-31"));
  given.settle_until(utc("2025-03-31"));
  EXPECT_EQ(given.the<CycleRenewed>().next_renewal_at, utc("2025-04-30"));
}

TEST(CreditCycle, RenewsOnTheFirstOfTheMonthWhereThePlanSaysSo) {
  Given<Member> given(ada);
  registered(given).at(utc("2025-01-15T12:00:00Z"));
  given.when(StartSubscription{ada, PlanKind::sales_core})
      .then_only<SubscriptionStarted, CycleRenewed, CreditsGranted>();
  EXPECT_EQ(given.the<CycleRenewed>(), (CycleRenewed{1, utc("2025-02-01")}));
  given.settle_until(utc("2025-02-01")).then_only<CycleRenewed, CreditsGranted>();
  EXPECT_EQ(given.the<CycleRenewed>(), (CycleRenewed{2, utc("2025-03-01")}));
}

TEST(CreditCycle, ShortensTheFirstCycleUpToAFixedDay) {
  Policy policy = at_once();
  PlanTerms& terms = policy.plans[static_cast<std::size_t>(PlanKind::career)];
  terms.renewal_anchor = RenewalAnchor::fixed_day;
  terms.renewal_day = 15;
  terms.lot_ttl_calendar_months = 3;
  Given<Member> given(ada, policy);
  registered(given).at(utc("2025-01-10")).when(StartSubscription{ada, PlanKind::career});
  EXPECT_EQ(given.the<CycleRenewed>().next_renewal_at, utc("2025-01-15"));
  EXPECT_EQ(given.the<CreditsGranted>().expires_at, utc("2025-03-15")) << "the fourth renewal";
  given.settle_until(utc("2025-01-15"));
  EXPECT_EQ(given.the<CycleRenewed>().next_renewal_at, utc("2025-02-15"));
  EXPECT_EQ(given.the<CreditsGranted>().expires_at, utc("2025-04-15"));
}

TEST(CreditCycle, MakesUpForEveryRenewalItSleptThrough) {
  Given<Member> late(ada, "seed4");
  registered(late).at(utc("2025-01-31")).when(StartSubscription{ada, PlanKind::career});
  Given<Member> punctual(ada, "seed4");
  registered(punctual).at(utc("2025-01-31")).when(StartSubscription{ada, PlanKind::career});

  late.settle_until(utc("2026-06-15"));
  for (Timestamp due; (due = punctual.stage().resident().due()) <= utc("2026-06-15");)
    punctual.settle_until(due);
  EXPECT_EQ(late.state(), punctual.state());
  EXPECT_EQ(late.state().account.cycle, 17u);
}

TEST(CreditCycle, RollsNothingOverWhereThePolicySaysSo) {  // A15, first half.
  Given<Member> given(ada, "seed0");
  registered(given).at(utc("2025-01-01")).when(StartSubscription{ada, PlanKind::career});
  given.when(SendInMail{.from = ada, .to = bob, .subject = "Hi", .body = "Hello"});
  given.settle_until(utc("2025-02-01")).then_only<CycleRenewed, CreditsForfeited, CreditsGranted>();
  EXPECT_EQ(given.the<CreditsForfeited>(), (CreditsForfeited{LotId{1}, 2, 0}));
  EXPECT_EQ(given.state().account.available(), 3u);
}

TEST(CreditCycle, GrantsAContractForEachSeat) {
  constexpr ContractId acme{1};
  Given<Contract> given(acme);
  given.at(utc("2025-03-31")).when(CreateContract{acme, 0});
  for (std::uint64_t seat = 1; seat <= 3; ++seat) given.when(AddSeat{acme, SeatId{seat}, ada});
  given.when(StartSubscription{acme, PlanKind::recruiter_corp})
      .then({SubscriptionStarted{PlanKind::recruiter_corp, 31}, CycleRenewed{1, utc("2025-04-30")},
             CreditsGranted{.lot = LotId{1}, .kind = LotKind::monthly, .amount = 450, .cycle = 1}});
  given.when(AddSeat{acme, SeatId{4}, bob}).then_only<SeatAdded>();
  given.settle_until(utc("2025-04-30"));
  EXPECT_EQ(given.the<CreditsGranted>().amount, 600u);
}

TEST(CreditCycle, GrantsNoMoreThanALotCanHold) {
  constexpr ContractId acme{1};
  Policy policy = at_once();
  policy.plans[static_cast<std::size_t>(PlanKind::recruiter_corp)].monthly_allotment = 1'000'000;
  Given<Contract> given(acme, policy);
  given.when(CreateContract{acme, 0});
  std::vector<Event> seats;
  for (std::uint64_t seat = 1; seat <= 5'000; ++seat) seats.push_back(SeatAdded{SeatId{seat}, ada});
  given.events(seats).when(StartSubscription{acme, PlanKind::recruiter_corp});
  EXPECT_EQ(given.the<CreditsGranted>().amount, UINT32_MAX);
}

TEST(CreditCycle, CapsAlsoWhereItGrantsNothing) {  // IC10.
  Policy policy = at_once();
  PlanTerms& terms = policy.plans[static_cast<std::size_t>(PlanKind::custom)];
  terms.accum_cap_abs = 4;
  policy.accum.cap_scope = {LotKind::bonus};
  Given<Member> given(ada, policy);
  registered(given).at(utc("2025-01-10")).when(StartSubscription{ada, PlanKind::custom});
  given.when(GrantBonus{ada, 10, 1, "gift"}).settle_until(utc("2025-02-10"));
  given.then({CycleRenewed{2, utc("2025-03-10")}, CreditsForfeited{LotId{1}, 6, 4}});
}

TEST(CreditCycle, HasNoLotForAnEmptyGrant) {
  Given<Contract> given(ContractId{1});
  given.when(CreateContract{ContractId{1}, 0});
  given.when(StartSubscription{ContractId{1}, PlanKind::recruiter_corp})
      .then_only<SubscriptionStarted, CycleRenewed>();
}

TEST(Subscription, StartsOnceAtATime) {
  Given<Member> given(ada);
  registered(given).when(StartSubscription{ada, PlanKind::career});
  given.when(StartSubscription{ada, PlanKind::business})
      .then_rejected(Rejection::already_subscribed);
}

TEST(Subscription, VoidsWhatIsLeftWhenThePlanChanges) {
  Given<Member> given(ada);
  registered(given).at(utc("2025-01-10")).when(StartSubscription{ada, PlanKind::career});
  given.at(utc("2025-01-20"))
      .when(ChangePlan{ada, PlanKind::business})
      .then({SubscriptionChanged{PlanKind::career, PlanKind::business, 20},
             CreditsVoided{LotId{1}, 5, VoidReason::plan_changed},
             CycleRenewed{2, utc("2025-02-20")},
             CreditsGranted{.lot = LotId{2},
                            .kind = LotKind::monthly,
                            .amount = 15,
                            .expires_at = utc("2025-01-20") + days{90},
                            .cycle = 2}});
}

/// What stands of 15 credits after a change to a plan of 1 a month.
std::uint64_t carried(OnPlanChange rule, bool rolls_over) {
  Policy policy = at_once();
  policy.lot.on_plan_change = rule;
  policy.accum.enabled = rolls_over;
  policy.plans[static_cast<std::size_t>(PlanKind::career)].monthly_allotment = 1;
  Given<Member> given(ada, policy);
  registered(given).at(utc("2025-01-10")).when(StartSubscription{ada, PlanKind::business});
  given.when(ChangePlan{ada, PlanKind::career});
  return given.state().account.available();
}

TEST(Subscription, CarriesLotsToTheNewPlanWhereThePolicySaysSo) {
  EXPECT_EQ(carried(OnPlanChange::void_all, true), 1u);
  EXPECT_EQ(carried(OnPlanChange::carry, true), 16u);
  EXPECT_EQ(carried(OnPlanChange::carry, false), 16u);
  EXPECT_EQ(carried(OnPlanChange::carry_capped, true), 3u);
}

TEST(Subscription, ChangesNothingByChangingToTheSamePlan) {
  Given<Member> given(ada);
  registered(given)
      .when(ChangePlan{ada, PlanKind::career})
      .then_rejected(Rejection::no_subscription);
  given.when(StartSubscription{ada, PlanKind::career});
  given.when(ChangePlan{ada, PlanKind::career}).then_nothing();
}

TEST(Subscription, RunsToTheEndOfItsCycleWhenCancelled) {
  Given<Member> given(ada);
  registered(given).at(utc("2025-01-10")).when(StartSubscription{ada, PlanKind::career});
  given.at(utc("2025-01-20")).when(CancelSubscription{ada});
  given.then({SubscriptionCancelled{utc("2025-02-10")}});
  given.when(CancelSubscription{ada}).then_nothing();
  given.settle_until(utc("2025-02-10") - 1ms).then_nothing();
  given.when(SendInMail{.from = ada, .to = bob, .subject = "Hi", .body = "Hello"})
      .then_only<InMailSent>();
  given.settle_until(utc("2025-02-10"))
      .then({SubscriptionEnded{PlanKind::career},
             CreditsVoided{LotId{1}, 4, VoidReason::subscription_ended}});
  given.settle_until(utc("2026-02-10")).then_nothing();
  given.when(CancelSubscription{ada}).then_rejected(Rejection::no_subscription);
}

TEST(Subscription, EndsAtOnceWhereThePolicySaysSo) {
  Policy policy = at_once();
  policy.lot.on_cancel_subscription = OnCancel::void_now;
  Given<Member> given(ada, policy);
  registered(given).at(utc("2025-01-10")).when(StartSubscription{ada, PlanKind::career});
  given.at(utc("2025-01-20"))
      .when(CancelSubscription{ada})
      .then({SubscriptionCancelled{utc("2025-01-20")}, SubscriptionEnded{PlanKind::career},
             CreditsVoided{LotId{1}, 5, VoidReason::subscription_ended}});
  EXPECT_TRUE(given.state().agenda.empty());
}

TEST(Subscription, GoesOnWhenThePlanIsChangedAfterACancel) {
  Given<Member> given(ada);
  registered(given).at(utc("2025-01-10")).when(StartSubscription{ada, PlanKind::career});
  given.when(CancelSubscription{ada}).when(ChangePlan{ada, PlanKind::business});
  given.settle_until(utc("2025-02-10")).then_only<CycleRenewed, CreditsGranted>();
}

TEST(Subscription, CountsItsCyclesOnAfterANewStart) {
  Given<Member> given(ada);
  registered(given).at(utc("2025-01-10")).when(StartSubscription{ada, PlanKind::career});
  given.when(CancelSubscription{ada}).settle_until(utc("2025-03-01"));
  given.when(StartSubscription{ada, PlanKind::career});
  EXPECT_EQ(given.the<CycleRenewed>(), (CycleRenewed{2, utc("2025-04-01")}))
      << "one grant for each pool and cycle";
}

TEST(Subscription, KeepsItsCreditsAfterTheEndWhereThePolicySaysSo) {
  Policy policy = at_once();
  policy.lot.on_cancel_subscription = OnCancel::keep;
  Given<Member> given(ada, policy);
  registered(given).at(utc("2025-01-10")).when(StartSubscription{ada, PlanKind::career});
  given.when(CancelSubscription{ada}).settle_until(utc("2025-02-10"));
  given.then({SubscriptionEnded{PlanKind::career}});
  EXPECT_EQ(given.state().account.available(), 5u);
}

TEST(Subscription, TakesBoughtCreditsWithItWhereTheyDoNotSurvive) {
  Given<Member> given(ada);
  registered(given).at(utc("2025-01-10")).when(StartSubscription{ada, PlanKind::career});
  given.events({CreditsGranted{.lot = LotId{2}, .kind = LotKind::purchase, .amount = 3}});
  given.when(CancelSubscription{ada}).settle_until(utc("2025-02-10"));
  given.then_only<SubscriptionEnded, CreditsVoided, CreditsVoided>();
}

TEST(Bonus, LivesAsLongAsTheLotsOfThePlan) {
  const auto death_of = [](std::string_view policy) {
    Given<Member> given(ada, policy);
    registered(given).at(utc("2025-01-31")).when(StartSubscription{ada, PlanKind::career});
    given.at(utc("2025-02-10")).when(GrantBonus{ada, 2, 42, "sorry"}).then_only<CreditsGranted>();
    EXPECT_EQ(given.the<CreditsGranted>().approver, 42u);
    return given.the<CreditsGranted>().expires_at;
  };
  EXPECT_EQ(death_of("default"), utc("2025-02-10") + days{90});
  EXPECT_EQ(death_of("seed0"), std::nullopt);
  EXPECT_EQ(death_of("seed4"), utc("2025-05-10")) << "the same day of the month";
}

TEST(Bonus, LivesAsItsOwnParameterSays) {
  for (const auto& [ttl, death] :
       {std::pair{Seconds{60}, std::optional(utc("2025-02-10T00:01:00Z"))},
        std::pair{Seconds{0}, std::optional<Timestamp>()}}) {
    Policy policy = at_once();
    policy.lot.bonus_ttl_s = ttl;
    Given<Member> given(ada, policy);
    registered(given).at(utc("2025-02-10")).when(GrantBonus{ada, 2, 42, "sorry"});
    EXPECT_EQ(given.the<CreditsGranted>().expires_at, death);
  }
}

TEST(Bonus, IsNeverEmpty) {
  Given<Member> given(ada);
  registered(given).when(GrantBonus{ada, 0, 42, "nothing"}).then_rejected(Rejection::malformed);
}

// A plan that begins within a month.

TEST(Proration, GrantsAShorterFirstCycleByItsDays) {
  Policy policy = at_once();
  PlanTerms& terms = policy.plans[static_cast<std::size_t>(PlanKind::business)];
  terms.proration = Proration::by_day_floor;
  terms.renewal_anchor = RenewalAnchor::calendar_month_utc;
  Given<Member> given(ada, policy);
  registered(given).at(utc("2025-01-22")).when(StartSubscription{ada, PlanKind::business});
  EXPECT_EQ(given.the<CreditsGranted>().amount, 4u) << "15 for 10 of 31 days, floored";
  given.settle_until(utc("2025-02-01"));
  EXPECT_EQ(given.the<CreditsGranted>().amount, 15u);
}

TEST(Proration, LeavesAWholeCycleWhole) {
  Policy policy = at_once();
  policy.plans[static_cast<std::size_t>(PlanKind::career)].proration = Proration::by_day_floor;
  Given<Member> given(ada, policy);
  EXPECT_EQ(balances(registered(given), PlanKind::career, 3, utc("2025-01-31T10:30:00Z")),
            (Balances{5, 10, 15}));
}

}  // namespace
}  // namespace inmail::test
