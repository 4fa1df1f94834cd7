// Lots of credits: which is spent first, what comes back into which (D3.2 to D3.4, D4.2).

#include "actors/credit_account.hpp"

#include <gtest/gtest.h>

#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const Timestamp start = utc("2025-01-01");

Given<Member>& subscribed(Given<Member>& given, PlanKind plan = PlanKind::career) {
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  return given.when(StartSubscription{ada, plan});
}

/// Sends to `to` and gives what the recipient's events say of it.
InMailRef send(Given<Member>& given, MemberId to = bob) {
  given.when(mail(ada, to)).then_only<InMailSent>();
  return ref_of(given.the<InMailSent>(), ada, given.now());
}

CreditsGranted lot(std::uint64_t id, LotKind kind, std::uint32_t amount,
                   std::optional<Timestamp> expires_at = {}) {
  return {.lot = LotId{id}, .kind = kind, .amount = amount, .expires_at = expires_at};
}

/// The lots that a send of four credits takes from, by order of spending.
std::vector<std::uint64_t> spent(SpendOrder order) {
  Policy policy = at_once();
  policy.charge.cost = 4;
  policy.lot.spend_order = order;
  Given<Member> given(ada, policy);
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  given.events({SubscriptionStarted{PlanKind::career, 1}, CycleRenewed{1, start + days{31}}});
  given.events({lot(1, LotKind::purchase, 1, start + days{20})});
  given.at(start + 1h)
      .events({lot(2, LotKind::monthly, 1, start + days{30}), lot(3, LotKind::bonus, 1),
               lot(4, LotKind::monthly, 1, start + days{10})});
  given.when(mail(ada, bob)).then_only<InMailSent>();
  std::vector<std::uint64_t> lots;
  for (const LotSplit& split : given.the<InMailSent>().splits) lots.push_back(split.lot.value);
  return lots;
}

TEST(CreditAccount, SpendsLotsInTheOrderOfThePolicy) {
  using Lots = std::vector<std::uint64_t>;
  EXPECT_EQ(spent(SpendOrder::expiry_then_grant), (Lots{4, 1, 2, 3}));
  EXPECT_EQ(spent(SpendOrder::fifo_grant), (Lots{1, 2, 3, 4}));
  EXPECT_EQ(spent(SpendOrder::lifo), (Lots{4, 3, 2, 1}));
  EXPECT_EQ(spent(SpendOrder::plan_first), (Lots{4, 2, 3, 1}));
}

TEST(CreditAccount, TakesFromTheNextLotOnlyWhatTheFirstLacks) {
  Policy policy = at_once();
  policy.charge.cost = 7;
  Given<Member> given(ada, policy);
  subscribed(given).events({lot(2, LotKind::bonus, 9)});
  given.when(mail(ada, bob));
  EXPECT_EQ(given.the<InMailSent>().splits, (LotSplits{{LotId{1}, 5}, {LotId{2}, 2}}));
  EXPECT_EQ(given.state().account.available(), 7u);
}

TEST(CreditAccount, SpendsFirstWhatDoesNotRollOver) {
  Given<Member> given(ada, "seed0");
  subscribed(given);
  const InMailRef first = send(given);
  given.when_notice(refunding_reply_to(first), bob, start + days{1});
  given.settle_until(utc("2025-02-01"));  // Lot 2 is the refund, lot 3 the new month.
  given.when(mail(ada, carol));
  EXPECT_EQ(given.the<InMailSent>().splits, (LotSplits{{LotId{3}, 1}}))
      << "what dies at the next renewal goes before what stays";
}

TEST(CreditAccount, ReservesByTheSendItselfAndRefundsIntoAFreshLot) {
  Given<Member> given(ada);
  subscribed(given, PlanKind::sales_core);
  const InMailRef ref = send(given);
  EXPECT_EQ(given.state().account.available(), 49u);
  EXPECT_EQ(given.state().account.charges.size(), 1u);

  const Timestamp answered = start + days{10};
  given.when_notice(refunding_reply_to(ref), bob, answered);
  given.then({CreditsGranted{.lot = LotId{2},
                             .kind = LotKind::refund,
                             .amount = 1,
                             .expires_at = answered + days{90},
                             .inmail = ref.inmail},
              CreditRefunded{ref.inmail, LotId{2}, 1, false, RefundOn::accept, answered},
              OutcomeReceived{ref.inmail, bob, Outcome::accepted}});
  EXPECT_EQ(given.state().account.available(), 50u);
  EXPECT_TRUE(given.state().account.charges.empty());
}

TEST(CreditAccount, AddsUpUsesAndRefundsOfSalesNavigator) {  // A2.
  Given<Member> given(ada);
  subscribed(given, PlanKind::sales_core);
  std::vector<InMailRef> sent;
  for (std::uint64_t i = 0; i < 20; ++i) sent.push_back(send(given, MemberId{100 + i}));
  for (std::size_t i = 0; i < 5; ++i)
    given.when_notice(refunding_reply_to(sent[i]), MemberId{100 + i}, start + days{9});
  EXPECT_EQ(given.state().account.available(), 35u);
  EXPECT_EQ(given.state().account.charges.size(), 15u);
  given.settle_until(utc("2025-02-01"));
  EXPECT_EQ(given.state().account.available(), 85u);
}

TEST(CreditAccount, ForgetsALotThatNothingCanComeBackTo) {
  Given<Member> given(ada, "seed0");
  subscribed(given);
  std::vector<InMailRef> sent;
  for (const MemberId to : {bob, carol, dave}) sent.push_back(send(given, to));
  EXPECT_EQ(given.state().account.lots.size(), 1u) << "emptied, but named by open charges";
  const MemberId to[] = {bob, carol, dave};
  for (std::size_t i = 0; i < 3; ++i)
    given.when_notice(RefundWindowClosed{sent[i], ChargeEnd::final, 0}, to[i], start + days{20})
        .then({ChargeFinalized{sent[i].inmail}});
  EXPECT_TRUE(given.state().account.lots.empty());
}

TEST(CreditAccount, KeepsTheRefundWhenTheRestOfTheMonthIsForfeited) {  // A15.
  Given<Member> given(ada, "seed0");
  subscribed(given);
  const InMailRef first = send(given);
  given.settle_until(utc("2025-02-01"));
  EXPECT_EQ(given.state().account.available(), 3u);
  given.when_notice(reply_to(first, ReplyKind::decline, ChargeEnd::refund, 1), bob,
                    start + days{40});
  EXPECT_EQ(given.the<CreditsGranted>().expires_at, std::nullopt);
  EXPECT_EQ(given.state().account.available(), 4u);
  given.settle_until(utc("2025-03-01"));
  EXPECT_EQ(given.the<CreditsForfeited>(), (CreditsForfeited{LotId{2}, 3, 0}));
  EXPECT_EQ(given.state().account.available(), 4u) << "the refund stays beside the new 3";
}

/// Refunds the one credit of lot 1, which would die after 90 days, on that day.
struct Refunded {
  CreditRefunded refund;
  std::optional<CreditsGranted> grant;
  bool expires_at_once = false;
};
Refunded refunded(RefundLotLife life, days answered, bool original_dies = true) {
  Policy policy = at_once();
  policy.refund.lot_life = life;
  policy.refund.window_s = days{365};
  if (!original_dies) policy.plans[static_cast<std::size_t>(PlanKind::career)].lot_ttl_s = 0s;
  Given<Member> given(ada, policy);
  subscribed(given);
  policy.plans[static_cast<std::size_t>(PlanKind::career)].lot_ttl_s = days{10};
  const InMailRef ref = send(given.adopted(policy));
  given.when_notice(refunding_reply_to(ref), bob, start + answered);
  Refunded result;
  for (const Event& event : given.step().events) {
    if (const auto* each = std::get_if<CreditRefunded>(&event)) result.refund = *each;
    if (const auto* each = std::get_if<CreditsGranted>(&event)) result.grant = *each;
    result.expires_at_once =
        result.expires_at_once || std::holds_alternative<CreditsExpired>(event);
  }
  return result;
}

TEST(CreditAccount, RefundsBackIntoTheOriginalLotWhereThePolicySaysSo) {
  const Refunded early = refunded(RefundLotLife::inherit_original, days{20});
  EXPECT_TRUE(early.refund.into_original_lot);
  EXPECT_EQ(early.refund.lot, LotId{1});
  EXPECT_FALSE(early.grant);
  EXPECT_FALSE(early.expires_at_once);
  EXPECT_TRUE(refunded(RefundLotLife::inherit_original, days{100}).expires_at_once)
      << "spent on day 0, answered on day 100, dead on day 90 (D3.14)";
}

TEST(CreditAccount, GivesAnInheritedLifeAFloor) {
  const auto death = [](days answered, bool original_dies) {
    return refunded(RefundLotLife::inherit_floor, answered, original_dies).grant->expires_at;
  };
  EXPECT_EQ(death(days{20}, true), start + days{90});
  EXPECT_EQ(death(days{100}, true), start + days{130});
  EXPECT_EQ(death(days{100}, false), std::nullopt) << "what never dies does not begin to";
}

TEST(CreditAccount, GivesARefundFromSeveralLotsTheLifeOfTheFirst) {
  for (const auto& [answered, dies_at_once] : {std::pair{days{20}, false}, {days{100}, true}}) {
    Policy policy = at_once();
    policy.charge.cost = 2;
    policy.refund.lot_life = RefundLotLife::inherit_original;
    policy.refund.window_s = days{365};
    Given<Member> given(ada, policy);
    given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
    given.events({SubscriptionStarted{PlanKind::career, 1}, CycleRenewed{1, start + days{3650}},
                  lot(1, LotKind::monthly, 1, start + days{90}), lot(2, LotKind::bonus, 1)});
    const InMailRef ref = send(given);
    given.when_notice(refunding_reply_to(ref), bob, start + answered);
    EXPECT_EQ(given.the<CreditsGranted>().expires_at, start + days{90});
    EXPECT_EQ(given.state().account.available(), dies_at_once ? 0u : 2u);
  }
}

TEST(CreditAccount, JudgesARefundByThePolicyOfTheSend) {
  Given<Member> given(ada);
  subscribed(given);
  const InMailRef ref = send(given);
  Policy later;
  later.refund.lot_life = RefundLotLife::inherit_original;
  given.adopted(later).when_notice(refunding_reply_to(ref), bob, start + days{1});
  EXPECT_FALSE(given.the<CreditRefunded>().into_original_lot);
}

TEST(CreditAccount, PaysMoreThanTheCostWhereThePolicySaysSo) {
  Given<Member> given(ada);
  subscribed(given);
  const InMailRef ref = send(given);
  given.when_notice(reply_to(ref, ReplyKind::accept, ChargeEnd::refund, 2), bob, start + days{1});
  EXPECT_EQ(given.the<CreditRefunded>().amount, 2u);
  EXPECT_EQ(given.state().account.available(), 6u);
}

TEST(CreditAccount, LetsARefundLotOfCalendarMonthsDieOnItsOwnDayOfTheMonth) {
  Given<Member> given(ada, "seed4");
  given.at(utc("2025-01-31")).when(RegisterMember{ada, "Ada", "", "en"});
  given.when(StartSubscription{ada, PlanKind::career});
  const InMailRef ref = send(given);
  given.when_notice(RefundWindowClosed{ref, ChargeEnd::refund, 1}, bob, utc("2025-02-10"));
  EXPECT_EQ(given.the<CreditsGranted>().expires_at, utc("2025-05-10"));
  EXPECT_EQ(given.the<CreditRefunded>().reason, RefundOn::no_response);
}

TEST(CreditAccount, SaysWhichPartOfThePolicyRefundedAnExpiry) {
  for (const RefundOn reason : {RefundOn::expired, RefundOn::unopened}) {
    Policy policy = at_once();
    policy.refund.on = {reason};
    policy.expiry.basis = ExpiryBasis::unopened;
    Given<Member> given(ada, policy);
    subscribed(given);
    const InMailRef ref = send(given);
    given.when_notice(Expired{ref, ExpiryBasis::unopened, ExpiryEffect::hide, ChargeEnd::refund, 1},
                      bob, start + days{7} + 1ms);
    EXPECT_EQ(given.the<CreditRefunded>().reason, reason);
  }
}

TEST(CreditAccount, ReleasesIntoTheLotItTookFrom) {
  Given<Member> given(ada);
  subscribed(given);
  const InMailRef ref = send(given);
  given.when_notice(InMailFailed{ref, FailureReason::recipient_unavailable}, bob, start + 1h);
  given.then({CreditReleased{ref.inmail, {{LotId{1}, 1}}, ReleaseReason::delivery_failed},
              OutcomeReceived{ref.inmail, bob, Outcome::failed}});
  EXPECT_EQ(given.state().account.available(), 5u);
}

TEST(CreditAccount, MakesGoodAReleaseIntoALotThatHasDied) {  // A13, system failure.
  Given<Member> given(ada);
  subscribed(given);
  const InMailRef ref = send(given);
  const Timestamp late = start + days{90};
  given.when_notice(InMailFailed{ref, FailureReason::unknown_recipient}, bob, late);
  given.then({CreditReleased{ref.inmail, {{LotId{1}, 1}}, ReleaseReason::delivery_failed},
              CreditsExpired{LotId{1}, 1},
              CreditsGranted{.lot = LotId{5},
                             .kind = LotKind::adjust,
                             .amount = 1,
                             .expires_at = late + days{90},
                             .inmail = ref.inmail},
              OutcomeReceived{ref.inmail, bob, Outcome::failed}});
}

TEST(CreditAccount, GivesAnAdjustmentTheLifeOfABonus) {
  Policy policy = at_once();
  policy.lot.bonus_ttl_s = days{3};
  Given<Member> given(ada, policy);
  subscribed(given);
  const InMailRef ref = send(given);
  given.when_notice(InMailFailed{ref, FailureReason::unknown_recipient}, bob, start + days{90});
  EXPECT_EQ(given.the<CreditsGranted>().expires_at, start + days{93});
}

TEST(CreditAccount, LetsAReleaseIntoADeadLotExpireWhereThePolicySaysSo) {
  Policy policy = at_once();
  policy.charge.release_system_failure = ReleaseTo::original_lot;
  Given<Member> given(ada, policy);
  subscribed(given);
  const InMailRef ref = send(given);
  given.when_notice(InMailFailed{ref, FailureReason::unknown_recipient}, bob, start + days{90})
      .then_only<CreditReleased, CreditsExpired, OutcomeReceived>();
}

/// A member whose plan ended on 1 February with one send under way.
InMailRef ended_with_one_under_way(Given<Member>& given) {
  subscribed(given);
  const InMailRef ref = send(given);
  given.when(CancelSubscription{ada}).settle_until(utc("2025-02-01"));
  return ref;
}

TEST(CreditAccount, VoidsWhatComesBackAfterTheEnd) {  // A14.
  Given<Member> given(ada);
  const InMailRef ref = ended_with_one_under_way(given);
  given.then_only<SubscriptionEnded, CreditsVoided>();
  given.when_notice(refunding_reply_to(ref), bob, utc("2025-02-10"))
      .then_only<CreditsGranted, CreditRefunded, CreditsVoided, OutcomeReceived>();
  EXPECT_EQ(given.state().account.available(), 0u);
}

TEST(CreditAccount, VoidsAReleaseAfterTheEnd) {
  Given<Member> given(ada);
  const InMailRef ref = ended_with_one_under_way(given);
  given.when_notice(InMailFailed{ref, FailureReason::unknown_recipient}, bob, utc("2025-02-10"))
      .then_only<CreditReleased, CreditsVoided, OutcomeReceived>();
}

TEST(CreditAccount, KeepsWhatComesBackAfterTheEndWhereThePolicyKeepsCredits) {
  Policy policy = at_once();
  policy.lot.on_cancel_subscription = OnCancel::keep;
  Given<Member> given(ada, policy);
  const InMailRef ref = ended_with_one_under_way(given);
  given.when_notice(refunding_reply_to(ref), bob, utc("2025-02-10"))
      .then_only<CreditsGranted, CreditRefunded, OutcomeReceived>();
  EXPECT_EQ(given.state().account.available(), 5u);
}

TEST(CreditAccount, KeepsABoughtLotWhereItSurvivesTheEnd) {
  Policy policy = at_once();
  policy.purchase.survives_cancel = true;
  policy.charge.cost = 6;
  Given<Member> given(ada, policy);
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  given.events({SubscriptionStarted{PlanKind::career, 1}, CycleRenewed{1, utc("2025-02-01")},
                lot(1, LotKind::monthly, 5), lot(2, LotKind::purchase, 3)});
  const InMailRef ref = send(given);
  given.when(CancelSubscription{ada})
      .settle_until(utc("2025-02-01"))
      .then({SubscriptionEnded{PlanKind::career}});
  given.when_notice(InMailFailed{ref, FailureReason::unknown_recipient}, bob, utc("2025-02-10"));
  EXPECT_EQ(given.the<CreditsVoided>(),
            (CreditsVoided{LotId{1}, 5, VoidReason::subscription_ended}));
  EXPECT_EQ(given.state().account.available(), 3u);
}

TEST(CreditAccount, HasNoChargeForAnInMailThatCostsNothing) {
  Policy policy = at_once();
  policy.charge.cost = 0;
  Given<Member> given(ada, policy);
  subscribed(given);
  const InMailRef ref = send(given);
  EXPECT_EQ(ref.cost, 0u);
  EXPECT_TRUE(given.state().account.charges.empty());
  EXPECT_EQ(given.state().account.available(), 5u);
}

TEST(CreditAccount, LearnsTheEndOfAChargeOnce) {
  Given<Member> given(ada);
  subscribed(given);
  const InMailRef ref = send(given);
  given.when_notice(refunding_reply_to(ref), bob, start + days{1});
  given.at(start + days{80}).when_notice(refunding_reply_to(ref), bob, start + days{1});
  given.then_nothing();
  given.when_notice(InMailFailed{ref, FailureReason::unknown_recipient}, bob, start + days{80});
  given.then_nothing();
}

}  // namespace
}  // namespace inmail::test
