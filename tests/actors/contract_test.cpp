// A contract: seats and the pool from which they spend.

#include "actors/contract.hpp"

#include <gtest/gtest.h>

#include "actors/pool_owner.hpp"
#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const Timestamp start = utc("2025-01-01");
constexpr ContractId acme{9};
constexpr SeatId desk{5};
const InMailId letter = inmail_of(make_command_id(start, 1, 1));

Given<Contract>& with_seat(Given<Contract>& given) {
  given.at(start).when(CreateContract{acme, 3});
  return given.when(AddSeat{acme, desk, ada, SeatRole::recruiter});
}
Given<Contract>& subscribed(Given<Contract>& given) {
  return with_seat(given).when(StartSubscription{acme, PlanKind::recruiter_corp});
}
Given<Contract>& reserve(Given<Contract>& given, std::uint32_t cost = 1, SeatId seat = desk,
                         InMailId inmail = letter) {
  return given.when_decided([=](const ContractState& state, const Context& context) {
    return Contract::reserve(state, {inmail, seat, cost}, context);
  });
}
Given<Contract>& release_unsent(Given<Contract>& given, ReleaseReason reason) {
  return given.when_decided([=](const ContractState& state, const Context& context) {
    return Decision{Contract::release_unsent(state, letter, reason, context), {}};
  });
}

InMailRef ref(std::uint32_t cost = 1) { return {letter, desk, acme, ada, cost, start}; }
InMailDelivered delivered(bool refundable) {
  return {.ref = ref(), .pinned = PolicyVersion{1}, .refundable = refundable};
}
const LotSplits one{{LotId{1}, 1}};

TEST(Contract, IsMadeOnce) {
  Given<Contract> given(acme);
  given.when(AddSeat{acme, desk, ada}).then_rejected(Rejection::unknown_contract);
  given.when(CreateContract{acme, 3}).then({ContractCreated{3}});
  given.when(CreateContract{acme, 4}).then_rejected(Rejection::already_exists);
}

TEST(Contract, TakesOrdersOnlyFromWhoMayGiveThem) {
  Given<Contract> given(acme);
  const Principal admin{PrincipalKind::admin, 1};
  given.asked_by(admin).when(CreateContract{acme, 3}).then_rejected(Rejection::not_allowed);
  with_seat(given).asked_by(Principal::of(ada)).when(AddSeat{acme, SeatId{6}, ada});
  given.then_rejected(Rejection::not_allowed);
}

TEST(Contract, HasNoMoreSeatsThanItMay) {
  Given<Contract> given(acme);
  given.when(CreateContract{acme, 2});
  given.when(AddSeat{acme, SeatId{1}, ada, SeatRole::member})
      .then({SeatAdded{SeatId{1}, ada, SeatRole::member}});
  given.when(AddSeat{acme, SeatId{1}, bob}).then_rejected(Rejection::already_exists);
  given.when(AddSeat{acme, SeatId{2}, ada}).then_only<SeatAdded>();
  given.when(AddSeat{acme, SeatId{3}, bob}).then_rejected(Rejection::seats_exhausted, 2, 2);
}

TEST(Contract, GivesASeatOnlyToAMemberWhoIsThere) {
  Given<Contract> given(acme);
  given.when(CreateContract{acme, 3}).admits(ada, {}).admits(bob, {.is_erased = true});
  given.when(AddSeat{acme, SeatId{1}, ada}).then_rejected(Rejection::unknown_target);
  given.when(AddSeat{acme, SeatId{1}, bob}).then_rejected(Rejection::unknown_target);
  given.when(AddSeat{acme, SeatId{1}, carol}).then_only<SeatAdded>();
}

TEST(Contract, DoesNotAddASeatThatIsOpen) {
  Given<Contract> given(acme);
  given.when(CreateContract{acme, 3});
  given.stage().finds_open(SeatId{1});
  given.when(AddSeat{acme, SeatId{1}, ada}).then_rejected(Rejection::already_exists);
  given.when(AddSeat{acme, SeatId{2}, ada}).then_only<SeatAdded>();
}

TEST(Contract, ForgetsASeatThatIsAnothers) {
  Given<Contract> given(acme);
  with_seat(given).when(SetSeatMonthlyLimit{acme, {desk}, 7});
  given.when_notice(SeatDeclined{acme}, desk, start).then({SeatRemoved{desk}});
  EXPECT_TRUE(given.state().seats.empty());
  EXPECT_TRUE(given.state().seat_limits.empty());
}

TEST(Contract, IsGrantedNothingForASeatThatItLost) {
  Given<Contract> given(acme);
  given.at(start).when(CreateContract{acme, 0});
  for (const SeatId each : {SeatId{1}, SeatId{2}}) given.when(AddSeat{acme, each, ada});
  given.when_notice(SeatDeclined{acme}, SeatId{2}, start);
  given.when(StartSubscription{acme, PlanKind::recruiter_corp});
  EXPECT_EQ(given.the<CreditsGranted>().amount, 150u);
}

TEST(Contract, MayHaveSeatsWithoutLimit) {
  Given<Contract> given(acme);
  given.when(CreateContract{acme, 0});
  for (std::uint64_t seat = 1; seat <= 20; ++seat)
    given.when(AddSeat{acme, SeatId{seat}, ada}).then_only<SeatAdded>();
}

TEST(Reservation, TakesCreditsOutOfTheLots) {
  Given<Contract> given(acme);
  reserve(subscribed(given)).then({CreditReserved{letter, desk, one}});
  EXPECT_EQ(given.state().account.available(), 149u);
  reserve(given).then_nothing();
  EXPECT_EQ(given.state().account.available(), 149u);
}

TEST(Reservation, IsRefusedInTheOrderOfItsGuards) {
  Given<Contract> given(acme);
  reserve(with_seat(given), 1, SeatId{77}).then_rejected(Rejection::seat_inactive);
  reserve(given).then_rejected(Rejection::premium_required);
  given.when(StartSubscription{acme, PlanKind::free});
  reserve(given, 1'000).then_rejected(Rejection::premium_required);
  given.when(ChangePlan{acme, PlanKind::recruiter_corp});
  reserve(given, 151).then_rejected(Rejection::insufficient_credits, 151, 150);
  given.when(CancelSubscription{acme}).settle_until(start + days{40});
  reserve(given, 151).then_rejected(Rejection::subscription_ended);
}

TEST(Reservation, IsReleasedWhenTheSeatDoesNotSend) {
  for (const ReleaseReason reason : {ReleaseReason::send_rejected, ReleaseReason::lost}) {
    Given<Contract> given(acme);
    reserve(subscribed(given));
    release_unsent(given, reason).then({CreditReleased{letter, one, reason}});
    release_unsent(given, reason).then_nothing();
    EXPECT_EQ(given.state().account.available(), 150u);
    reserve(given).then_only<CreditReserved>();
  }
}

TEST(Reservation, IsGivenBackWhereThePriceHasChangedSince) {
  Given<Contract> given(acme);
  reserve(subscribed(given));
  const auto asked_again_at = [&](std::uint32_t cost) -> Given<Contract>& {
    return given.when_decided([cost](const ContractState& state, const Context& context) {
      return Decision{release_other_cost<Contract>(state, {letter, desk, cost}, context), {}};
    });
  };
  asked_again_at(1).then_nothing();
  asked_again_at(3).then({CreditReleased{letter, one, ReleaseReason::send_rejected}});
  reserve(given, 3).then_only<CreditReserved>();
  asked_again_at(0).then_only<CreditReleased>();
}

TEST(Reservation, ThatWasChargedIsNotReleasedAsUnsent) {
  Given<Contract> given(acme);
  reserve(subscribed(given)).when_notice(delivered(true), bob, start + 1s);
  release_unsent(given, ReleaseReason::lost).then_nothing();
}

/// Releases one credit into a lot that has died since.
Given<Contract>& released_late(Given<Contract>& given, ReleaseReason reason) {
  subscribed(given);
  given.when(GrantBonus{acme, 1, 1, "gift"});
  given.when_decided([](const ContractState& state, const Context&) {
    return Decision::happened(CreditReserved{letter, desk, {{state.account.lots.back().id, 1}}});
  });
  return release_unsent(given.at(start + days{2}), reason);
}

TEST(Reservation, IsMadeGoodInAFreshLotOnlyAfterAFailureOfOurs) {  // A13.
  Policy policy = at_once();
  policy.lot.bonus_ttl_s = days{1};
  Given<Contract> lost(acme, policy);
  released_late(lost, ReleaseReason::lost)
      .then_only<CreditReleased, CreditsExpired, CreditsGranted>();
  EXPECT_EQ(lost.the<CreditsGranted>().kind, LotKind::adjust);
  Given<Contract> rejected(acme, policy);
  released_late(rejected, ReleaseReason::send_rejected).then_only<CreditReleased, CreditsExpired>();
}

TEST(Charge, IsMadeByTheDelivery) {
  Given<Contract> given(acme);
  reserve(subscribed(given)).when_notice(delivered(true), bob, start + 1s);
  given.then({CreditCharged{letter, one, true, PolicyVersion{1}}});
  EXPECT_TRUE(given.state().account.charges.at(letter).charged);
  given.when_notice(delivered(true), bob, start + 1s).then_nothing();
}

TEST(Charge, IsFinalAtOnceWhereNothingCanComeBack) {
  Given<Contract> given(acme);
  reserve(subscribed(given)).when_notice(delivered(false), bob, start + 1s);
  given.then({CreditCharged{letter, one, false, PolicyVersion{1}}});
  EXPECT_TRUE(given.state().account.charges.empty());
}

TEST(Charge, ComesBackToThePoolWhenTheDeliveryFails) {
  Given<Contract> given(acme);
  reserve(subscribed(given));
  given.when_notice(InMailFailed{ref(), FailureReason::unknown_recipient}, bob, start + 1s);
  given.then({CreditReleased{letter, one, ReleaseReason::delivery_failed}});
  EXPECT_EQ(given.state().account.available(), 150u);
}

TEST(Charge, ComesBackToThePoolByAnAnswer) {
  Given<Contract> given(acme);
  reserve(subscribed(given)).when_notice(delivered(true), bob, start + 1s);
  given.when_notice(refunding_reply_to(ref()), bob, start + days{80});
  given.then(
      {CreditsGranted{.lot = LotId{4}, .kind = LotKind::refund, .amount = 1, .inmail = letter},
       CreditRefunded{letter, LotId{4}, 1, false, RefundOn::accept, start + days{80}}});
  given.when_notice(refunding_reply_to(ref()), bob, start + days{80}).then_nothing();
}

TEST(Charge, BecomesFinalWhenItsWindowCloses) {
  Given<Contract> given(acme);
  reserve(subscribed(given)).when_notice(delivered(true), bob, start + 1s);
  given.when_notice(RefundWindowClosed{ref(), ChargeEnd::final, 0}, bob, start + days{91});
  given.then({ChargeFinalized{letter}});
}

// What a refund gives a seat's month back (D3.4 refund.to).

Policy with_quotas(RefundTo to) {
  Policy policy = at_once();
  policy.refund.to = to;
  policy.seat.monthly_limit = 1;
  return policy;
}

/// Asks for another InMail of the seat, which has sent `sent` in `cycle`.
Given<Contract>& ask_for_another(Given<Contract>& given, std::uint32_t sent,
                                 std::uint32_t cycle = 1) {
  const InMailId another = inmail_of(make_command_id(start, 2, 2));
  return given.when_decided([=](const ContractState& state, const Context& context) {
    const Reserve question{
        .inmail = another, .sender = desk, .cost = 1, .cycle = cycle, .sent = {sent, sent}};
    return Contract::reserve(state, question, context);
  });
}

TEST(Refund, GivesTheMonthOfItsSeatBackWhereThePolicySaysSo) {
  for (const RefundTo to : {RefundTo::pool, RefundTo::seat_quota_too}) {
    const bool too = to == RefundTo::seat_quota_too;
    Given<Contract> given(acme, with_quotas(to));
    reserve(subscribed(given)).when_notice(delivered(true), bob, start + 1s);
    ask_for_another(given, 1).then_rejected(Rejection::seat_monthly_limit, 1, 1);
    given.when_notice(refunding_reply_to(ref()), bob, start + days{8});
    EXPECT_EQ(given.the<CreditRefunded>().restores, too ? std::optional(desk) : std::nullopt);
    given.when_notice(refunding_reply_to(ref()), bob, start + days{8}).then_nothing();
    if (too) {
      ask_for_another(given, 2).then_rejected(Rejection::seat_monthly_limit, 1, 1);
      ask_for_another(given, 1).then_only<CreditReserved>();
    } else {
      ask_for_another(given, 1).then_rejected(Rejection::seat_monthly_limit, 1, 1);
    }
  }
}

TEST(Refund, GivesNothingBackOfAMonthThatIsOver) {
  Given<Contract> given(acme, with_quotas(RefundTo::seat_quota_too));
  reserve(subscribed(given)).when_notice(delivered(true), bob, start + 1s);
  given.settle_until(start + days{40});
  given.when_notice(refunding_reply_to(ref()), bob, start + days{40});
  EXPECT_FALSE(given.the<CreditRefunded>().restores);
  ask_for_another(given, 1, 2).then_rejected(Rejection::seat_monthly_limit, 1, 1);
}

TEST(Refund, HasGivenBackOnlyUntilTheNextCycle) {
  Given<Contract> given(acme, with_quotas(RefundTo::seat_quota_too));
  reserve(subscribed(given)).when_notice(delivered(true), bob, start + 1s);
  given.when_notice(refunding_reply_to(ref()), bob, start + days{8});
  given.settle_until(start + days{40});
  ask_for_another(given, 1, 2).then_rejected(Rejection::seat_monthly_limit, 1, 1);
}

TEST(Refund, GoesByThePolicyOfTheSend) {
  Given<Contract> given(acme, with_quotas(RefundTo::seat_quota_too));
  reserve(subscribed(given)).when_notice(delivered(true), bob, start + 1s);
  given.adopted(with_quotas(RefundTo::pool));
  given.when_notice(refunding_reply_to(ref()), bob, start + days{8});
  EXPECT_EQ(given.the<CreditRefunded>().restores, desk);
}

TEST(Refund, GivesTheMonthBackInWhichTheInMailWasSent) {
  Given<Contract> given(acme, with_quotas(RefundTo::seat_quota_too));
  reserve(subscribed(given)).settle_until(start + days{40});
  reserve(given).then({CountedInCycle{letter, 2}});
  reserve(given).then_nothing();
  given.when_notice(delivered(true), bob, start + days{40});
  given.when_notice(refunding_reply_to(ref()), bob, start + days{41});
  EXPECT_EQ(given.the<CreditRefunded>().restores, desk);
  ask_for_another(given, 1, 2).then_only<CreditReserved>();
}

TEST(Contract, MeetsWhatIsNoneOfItsBusinessWithADefect) {
  Given<Contract> given(acme);
  subscribed(given);
  EXPECT_THROW(given.stage().notice({.key = notice_key(NoticeKind::inform, InMailId{})}, start),
               Defect);
  ContractState state;
  EXPECT_THROW(Contract::evolve(state, MemberBlocked{}, {}), Defect);
  EXPECT_THROW(Contract::evolve(state, CreditCharged{letter, one, true}, {}), Defect);
  EXPECT_THROW(given.stage().command(OpenInMail{ada, {}}, start, {}, Principal::of(ada)), Defect);
}

}  // namespace
}  // namespace inmail::test
