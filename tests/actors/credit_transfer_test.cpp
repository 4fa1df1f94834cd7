// Credits that move from one pool to another (D3.2 lot.transferable).

#include "actors/credit_transfer.hpp"

#include <gtest/gtest.h>

#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"
#include "tests/support/small_world.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const Timestamp start = utc("2025-01-01");
constexpr ContractId acme{9};
constexpr std::uint64_t approver = 7;

Policy transferable() {
  Policy policy = at_once();
  policy.lot.transferable = true;
  return policy;
}

TransferCredits to_acme(std::uint32_t credits) { return {ada, acme, credits, approver}; }

/// Ada with 15 credits of her plan in lot 1, which die after ninety days.
Given<Member>& subscribed(Given<Member>& given) {
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  return given.when(StartSubscription{ada, PlanKind::business});
}

TEST(Transfer, TakesCreditsOutOfTheLotsThatWouldBeSpentFirst) {
  Given<Member> given(ada, transferable());
  subscribed(given).events({CreditsGranted{LotId{2}, LotKind::bonus, 4, start + days{3}}});
  given.when(to_acme(6));
  const TransferParts parts{{4, start + days{3}}, {2, start + days{90}}};
  given.then({CreditsTransferred{transfer_of(given.step().id), acme, parts, approver},
              CreditsVoided{LotId{2}, 4, VoidReason::transferred},
              CreditsVoided{LotId{1}, 2, VoidReason::transferred}});
  EXPECT_EQ(given.state().account.available(), 13u);
  given.when(to_acme(14)).then_rejected(Rejection::not_transferable, 14, 13);
}

TEST(Transfer, IsForOperatorsAndWhereThePolicyAllowsIt) {
  Given<Member> given(ada, transferable());
  subscribed(given).asked_by(Principal::of(ada)).when(to_acme(1));
  given.then_rejected(Rejection::not_allowed);
  given.asked_by({PrincipalKind::admin, approver + 1}).when(to_acme(1));
  given.then_rejected(Rejection::not_allowed);
  given.adopted(at_once()).when(to_acme(1)).then_rejected(Rejection::transfer_disabled);
}

TEST(Transfer, MovesNothingThatIsOlderThanSixMonths) {
  Policy policy = transferable();
  policy.lot.bonus_ttl_s = Seconds{0};
  Given<Member> given(ada, policy);
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"}).when(GrantBonus{ada, 5, 1, "Hi"});
  given.at(utc("2025-07-01") - 1ms).when(to_acme(2)).then_only<CreditsTransferred, CreditsVoided>();
  given.at(utc("2025-07-01")).when(to_acme(2)).then_rejected(Rejection::not_transferable, 2, 0);
}

TEST(Transfer, WaitsForAMissingPayment) {
  Given<Member> given(ada, transferable());
  subscribed(given).when(PaymentFailed{ada}).when(to_acme(1));
  given.then_rejected(Rejection::subscription_ended);
}

CreditsTransferred sent_to_ada() {
  return {TransferId{{1}}, ada, {{4, start + days{3}}, {2, {}}}, approver};
}

TEST(Transfer, ArrivesOnceAndDiesWhenItWouldHave) {
  Given<Member> given(ada, transferable());
  subscribed(given).when_notice(sent_to_ada(), acme, start + 1s);
  given.then({TransferReceived{TransferId{{1}}, acme, sent_to_ada().parts, true},
              CreditsGranted{LotId{2}, LotKind::adjust, 4, start + days{3}},
              CreditsGranted{LotId{3}, LotKind::adjust, 2}});
  EXPECT_EQ(given.state().account.available(), 21u);
  given.when_notice(sent_to_ada(), acme, start + 1s).then_nothing();
  given.settle_until(start + days{3}).then({CreditsExpired{LotId{2}, 4}});
}

TEST(Transfer, ThatDiedOnItsWayDiesOnRecord) {
  Given<Member> given(ada, transferable());
  subscribed(given).at(start + days{4}).when_notice(sent_to_ada(), acme, start + 1s);
  given.then_only<TransferReceived, CreditsGranted, CreditsGranted, CreditsExpired>();
  EXPECT_EQ(given.state().account.available(), 17u);
}

TEST(Transfer, IsSentBackByWhoHasNoPlan) {
  Given<Member> given(ada, transferable());
  given.when_notice(sent_to_ada(), acme, start);
  given.then({TransferReceived{TransferId{{1}}, acme, sent_to_ada().parts, false}});
  given.when_notice(sent_to_ada(), acme, start).then_nothing();
}

TEST(Transfer, ComesBackOnceWithItsEnd) {
  Given<Member> given(ada, transferable());
  subscribed(given).when(to_acme(6));
  const auto sent = given.the<CreditsTransferred>();
  const TransferReceived refused{sent.transfer, ada, sent.parts, false};
  given.when_notice(refused, acme, start + 1s);
  given.then({TransferReturned{sent.transfer, sent.parts},
              CreditsGranted{LotId{2}, LotKind::adjust, 6, start + days{90}}});
  EXPECT_EQ(given.state().account.available(), 15u);
  given.when_notice(refused, acme, start + 1s).then_nothing();
}

TEST(Transfer, LeavesNothingWithWhoIsErasedMeanwhile) {
  Given<Member> given(ada, transferable());
  subscribed(given).when(to_acme(6));
  const auto sent = given.the<CreditsTransferred>();
  given.when(EraseMember{ada});
  given.when_notice(TransferReceived{sent.transfer, ada, sent.parts, false}, acme, start + 1s);
  EXPECT_EQ(given.state().account.available(), 0u);
}

TEST(Transfer, GoesFromAContractToAMemberAndOn) {
  SmallWorld world(transferable());
  world.at(start);
  world.command_through(RegisterMember{ada, "Ada", "", "en"});
  world.command_through(StartSubscription{ada, PlanKind::business});
  world.command_through(CreateContract{acme, 3});
  world.command_through(AddSeat{acme, SeatId{1}, ada, SeatRole::recruiter});
  world.command_through(StartSubscription{acme, PlanKind::recruiter_corp});
  world.command_through(TransferCredits{acme, ada, 10, approver});
  EXPECT_EQ(world.contract(acme).state().account.available(), 140u);
  EXPECT_EQ(world.member(ada).state().account.available(), 25u);
  world.command_through(TransferCredits{ada, acme, 25, approver});
  EXPECT_EQ(world.contract(acme).state().account.available(), 165u);
  world.command_through(TransferCredits{acme, bob, 5, approver});
  EXPECT_EQ(world.contract(acme).state().account.available(), 165u) << "nobody is there";
}

}  // namespace
}  // namespace inmail::test
