#include <gtest/gtest.h>

#include "tests/projections/audit_story.hpp"

// For each invariant of lots, pools and renewals: histories that are right, and one planted mistake
// that is named.

namespace inmail::test {
namespace {

const MemberId ada{1};
const MemberId bob{2};
const MemberId eve{3};
const ContractId contract{1};

// IC1 to IC3: lots and pools add up.

TEST(AuditOfLots, WantsNoLotToGiveMoreThanItHas) {
  AuditStory story;
  story.three_members();
  const Position bonus = story.grant_bonus(ada, 1);
  StoryInMail inmail = story.send(ada, bob);
  auto records = story.records();
  ASSERT_TRUE(breaks(audit_of(records, std::chrono::days{2}), "IM1", inmail.sent))
      << "a send that never arrives";
  story.deliver(inmail);
  records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<InMailSent>(records, inmail.sent).splits = {{LotId{2}, 2}};
  event_at<InMailSent>(records, inmail.sent).cost = 2;
  EXPECT_TRUE(breaks(records, "IC1", inmail.sent));
  EXPECT_LT(bonus, inmail.sent);
}

TEST(AuditOfLots, WantsLotsThatExist) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<InMailSent>(records, inmail.sent).splits.front().lot = LotId{7};
  EXPECT_TRUE(breaks(records, "IC1", inmail.sent));
}

TEST(AuditOfLots, WantsLotsToBeGrantedInOrder) {
  AuditStory story;
  story.three_members();
  const Position bonus = story.grant_bonus(ada, 3);
  auto records = story.records();
  event_at<CreditsGranted>(records, bonus).lot = LotId{1};
  EXPECT_TRUE(breaks(records, "IC1", bonus));
}

TEST(AuditOfPools, WantsAPoolToBeTheSumOfItsLots) {
  AuditStory story("charge.cost = 2");
  story.three_members();
  StoryInMail inmail = story.send(ada, bob, {{LotId{1}, 2}});
  story.deliver(inmail);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<InMailSent>(records, inmail.sent).splits = {{LotId{1}, 1}};
  EXPECT_TRUE(breaks(records, "IC2", inmail.sent));
}

TEST(AuditOfPools, WantsARefundBehindEveryRefundLot) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  story.reply(inmail);
  const Position refunded = story.refund(inmail);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  const Position granted{refunded.value - 1};
  drop(records, refunded);
  EXPECT_TRUE(breaks(records, "IC3", granted)) << "the log ends before the refund";

  records = story.records();
  event_at<CreditsGranted>(records, granted).amount = 2;
  EXPECT_TRUE(breaks(records, "IC3", granted));
}

TEST(AuditOfPools, WantsNothingToBeRefundedThatWasNotGranted) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  story.reply(inmail);
  const Position refunded = story.refund(inmail);
  auto records = story.records();
  drop(records, Position{refunded.value - 1});
  EXPECT_TRUE(breaks(records, "IC3", Position{refunded.value - 1}));
}

TEST(AuditOfPools, WantsCreditsVoidedOnlyWithTheirPlan) {
  AuditStory story;
  story.three_members();
  const CommandId command = story.new_command();
  story.add(ada, SubscriptionCancelled{story.now()}, command);
  const Position ended = story.add(ada, SubscriptionEnded{PlanKind::business}, command);
  story.answer(ada, CreditsVoided{LotId{1}, 15, VoidReason::subscription_ended}, command);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  drop(records, ended);
  EXPECT_TRUE(breaks(records, "IC3", ended));
}

TEST(AuditOfPools, WantsNoMoreMadeGoodThanAReleaseHasLost) {
  AuditStory story;
  story.join(bob);
  story.join(ada);
  story.subscribe(ada, PlanKind::business, 15, story.now() + std::chrono::hours{2});
  const StoryInMail inmail = story.send(ada, bob);
  story.pass(std::chrono::hours{3});
  story.add(ada, CreditsExpired{LotId{1}, 14});
  story.decide(bob, PreferenceChanged{InMailPreference::disabled});
  story.fail(inmail);
  story.release(inmail, ReleaseReason::delivery_failed);
  story.add(ada, CreditsExpired{LotId{1}, 1});
  CreditsGranted compensation = story.grant(ada, LotKind::adjust, 1);
  compensation.inmail = inmail.ref.inmail;
  const Position made_good = story.add(ada, compensation);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<CreditsGranted>(records, made_good).amount = 2;
  EXPECT_TRUE(breaks(records, "IC3", made_good));
}

// IC6: the order of spending.

/// Of three lots the last one expires first.
void three_lots(AuditStory& story) {
  story.join(bob);
  story.join(ada);
  story.subscribe(ada, PlanKind::business, 15, story.now() + std::chrono::days{80});
  CreditsGranted purchase = story.grant(ada, LotKind::purchase, 5);
  purchase.expires_at = story.now() + std::chrono::days{60};
  story.pass(std::chrono::hours{1});
  const CommandId bought = story.new_command();
  story.add(ada, PurchaseRecorded{purchase.lot, "p5", 5, 1'000, "USD", "pay"}, bought);
  story.answer(ada, purchase, bought, Principal::of(ada));
  CreditsGranted bonus = story.grant(ada, LotKind::bonus, 2);
  bonus.expires_at = story.now() + std::chrono::days{70};
  story.pass(std::chrono::hours{1});
  story.decide(ada, bonus);
}

TEST(AuditOfSpending, FollowsTheOrderOfThePolicy) {
  const std::map<std::string_view, std::uint64_t> first_of{
      {"expiry_then_grant", 2}, {"fifo_grant", 1}, {"lifo", 3}, {"plan_first", 3}};
  for (const auto& [order, first] : first_of)
    for (const std::uint64_t lot : {1, 2, 3}) {
      AuditStory story("lot.spend_order = \"" + std::string(order) + "\"");
      three_lots(story);
      StoryInMail inmail = story.send(ada, bob, {{LotId{lot}, 1}});
      story.deliver(inmail);
      if (lot == first)
        EXPECT_TRUE(holds(story.records())) << order;
      else
        EXPECT_TRUE(breaks(story.records(), "IC6", inmail.sent)) << order << " " << lot;
    }
}

TEST(AuditOfSpending, WantsALotEmptiedBeforeTheNextIsTouched) {
  for (const bool in_order : {true, false}) {
    AuditStory story("charge.cost = 7");
    three_lots(story);
    StoryInMail inmail = story.send(ada, bob,
                                    in_order ? LotSplits{{LotId{2}, 5}, {LotId{3}, 2}}
                                             : LotSplits{{LotId{2}, 6}, {LotId{3}, 1}});
    story.deliver(inmail);
    if (in_order)
      EXPECT_TRUE(holds(story.records()));
    else
      EXPECT_TRUE(breaks(story.records(), "IC6", inmail.sent));
  }
}

TEST(AuditOfSpending, SpendsFirstWhatDoesNotRollOver) {
  for (const std::uint64_t lot : {1, 2}) {
    AuditStory story("accum.enabled = false\naccum.cap_scope = [\"monthly\"]");
    story.join(bob);
    story.join(ada);
    story.subscribe(ada, PlanKind::business, 15);
    CreditsGranted bonus = story.grant(ada, LotKind::bonus, 2);
    bonus.expires_at = story.now() + std::chrono::days{60};
    story.decide(ada, bonus);
    StoryInMail inmail = story.send(ada, bob, {{LotId{lot}, 1}});
    story.deliver(inmail);
    if (lot == 1)
      EXPECT_TRUE(holds(story.records()));
    else
      EXPECT_TRUE(breaks(story.records(), "IC6", inmail.sent));
  }
}

TEST(AuditOfSpending, WantsNoSpendingFromADeadLot) {
  AuditStory story;
  story.join(bob);
  story.join(ada);
  story.subscribe(ada, PlanKind::business, 15, story.now() + std::chrono::hours{2});
  story.pass(std::chrono::hours{2});
  const StoryInMail inmail = story.send(ada, bob);
  EXPECT_TRUE(breaks(story.records(), "IC6", inmail.sent));
}

TEST(AuditOfSpending, LooksAtTheReservationOfAContract) {
  AuditStory story;
  story.three_members();
  story.contract_with_a_seat();
  CreditsGranted bonus = story.grant(contract, LotKind::bonus, 2);
  bonus.expires_at = story.now() + std::chrono::days{1};
  story.decide(contract, bonus);
  const StoryInMail inmail = story.send_by_seat(bob);
  EXPECT_TRUE(breaks(story.records(), "IC6", Position{inmail.sent.value - 1}));
}

TEST(AuditOfSpending, WantsNoLotToExpireBeforeItsTime) {
  AuditStory story;
  story.join(ada);
  story.subscribe(ada, PlanKind::business, 15, story.now() + std::chrono::days{2});
  story.pass(std::chrono::days{2});
  const Position expired = story.add(ada, CreditsExpired{LotId{1}, 15});
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  record_at(records, expired).header.due_at -= Milliseconds{1};
  EXPECT_TRUE(breaks(records, "IC6", expired));
}

// IC9 and IC10: renewals.

TEST(AuditOfRenewals, WantsTheAllotmentOfThePlanOnceACycle) {
  AuditStory story;
  story.three_members();
  const Position renewed = story.renew(ada, 15);
  ASSERT_TRUE(holds(story.records()));

  auto records = story.records();
  event_at<CreditsGranted>(records, renewed).amount = 14;
  EXPECT_TRUE(breaks(records, "IC9", renewed));

  CreditsGranted again = story.grant(ada, LotKind::monthly, 15);
  again.cycle = 2;
  const Position twice = story.add(ada, again);
  EXPECT_TRUE(breaks(story.records(), "IC9", twice));
}

TEST(AuditOfRenewals, WantsAGrantInEveryCycle) {
  AuditStory story;
  story.three_members();
  const Position renewed = story.renew(ada, 15);
  auto records = story.records();
  drop(records, renewed);
  EXPECT_TRUE(breaks(records, "IC9", Position{renewed.value - 1}));
}

TEST(AuditOfRenewals, WantsOnePlanAtATime) {
  AuditStory story;
  story.three_members();
  ASSERT_TRUE(holds(story.records()));
  const Position again = story.subscribe(ada, PlanKind::career, 5);
  EXPECT_TRUE(breaks(story.records(), "IC9", Position{again.value - 2}));
}

TEST(AuditOfRenewals, WantsCyclesInOrderAndAtTheirTime) {
  AuditStory story;
  story.three_members();
  const Position renewed{story.renew(ada, 15).value - 1};
  auto records = story.records();
  event_at<CycleRenewed>(records, renewed).cycle = 1;
  EXPECT_TRUE(breaks(records, "IC9", renewed));

  records = story.records();
  record_at(records, renewed).header.due_at -= std::chrono::days{1};
  EXPECT_TRUE(breaks(records, "IC9", renewed));
}

TEST(AuditOfRenewals, CountsTheSeatsOfAContract) {
  AuditStory story("plan.allot_per = \"seat\"");
  story.three_members();
  story.contract_with_a_seat();
  const CommandId command = story.new_command();
  story.answer(contract, SeatAdded{SeatId{10}, bob, SeatRole::recruiter}, command);
  story.add(SeatId{10}, SeatOpened{contract, bob, SeatRole::recruiter}, command);
  ASSERT_TRUE(holds(story.records()));
  const Position renewed = story.renew(contract, 300);
  ASSERT_TRUE(holds(story.records()));
  auto records = story.records();
  event_at<CreditsGranted>(records, renewed).amount = 150;
  EXPECT_TRUE(breaks(records, "IC9", renewed));
}

TEST(AuditOfRenewals, WantsNoMoreLeftThanTheCapAndNoLess) {
  for (const std::uint32_t forfeited : {14, 15, 16}) {
    AuditStory story;
    story.three_members();
    for (int month = 0; month < 2; ++month) story.renew(ada, 15);
    ASSERT_TRUE(holds(story.records()));
    const Position renewed{story.renew(ada, 15).value - 1};
    story.add(ada, CreditsForfeited{LotId{1}, 15 - 1, 45});
    if (forfeited > 14) story.add(ada, CreditsForfeited{LotId{1}, 1, 45});
    if (forfeited > 15) story.add(ada, CreditsForfeited{LotId{2}, 1, 45});
    if (forfeited == 15)
      EXPECT_TRUE(holds(story.records()));
    else
      EXPECT_TRUE(breaks(story.records(), "IC10", renewed)) << forfeited;
  }
}

TEST(AuditOfRenewals, JudgesTheCapWhenTheRenewalIsOver) {
  AuditStory story;
  story.three_members();
  for (int month = 0; month < 2; ++month) story.renew(ada, 15);
  const Position renewed{story.renew(ada, 15).value - 1};
  story.decide(ada, PreferenceChanged{InMailPreference::opted_out});
  EXPECT_TRUE(breaks(story.records(), "IC10", renewed));
}

TEST(AuditOfRenewals, WantsTheCapKeptBetweenThemWhereItHoldsAlways) {
  for (const std::uint32_t forfeited : {0u, 1u, 2u, 3u}) {
    AuditStory story(
        "accum.cap_when = \"always\"\naccum.cap_abs = 15\n"
        "accum.cap_scope = [\"monthly\", \"bonus\"]");
    story.three_members();
    const CommandId command = story.new_command();
    const Position came = story.add(ada, story.grant(ada, LotKind::bonus, 2), command);
    if (forfeited > 0)
      story.answer(ada, CreditsForfeited{LotId{1}, forfeited, 15}, command, Principal::of(ada));
    else
      story.answer(ada, CommandAccepted{}, command, Principal::of(ada));
    story.decide(ada, PreferenceChanged{InMailPreference::opted_out});
    EXPECT_EQ(holds(story.records()), forfeited == 2) << forfeited;
    EXPECT_EQ(breaks(story.records(), "IC10", came), forfeited != 2) << forfeited;
  }
}

TEST(AuditOfRenewals, WantsNothingForfeitedBetweenThemWhereTheCapHoldsAtThemAlone) {
  AuditStory story("accum.cap_abs = 15\naccum.cap_scope = [\"monthly\", \"bonus\"]");
  story.three_members();
  const CommandId command = story.new_command();
  story.add(ada, story.grant(ada, LotKind::bonus, 2), command);
  const Position forfeited =
      story.answer(ada, CreditsForfeited{LotId{1}, 2, 15}, command, Principal::of(ada));
  EXPECT_TRUE(breaks(story.records(), "IC10", forfeited));
}

TEST(AuditOfRenewals, WantsNothingToRollOverWhereItMayNot) {
  for (const bool forfeits : {true, false}) {
    AuditStory story("accum.enabled = false\naccum.cap_scope = [\"monthly\"]");
    story.three_members();
    story.pass(std::chrono::days{30});
    const Position renewed = story.add(ada, CycleRenewed{2, story.now() + std::chrono::days{30}});
    if (forfeits) story.add(ada, CreditsForfeited{LotId{1}, 15, 0});
    CreditsGranted monthly = story.grant(ada, LotKind::monthly, 15);
    monthly.cycle = 2;
    story.add(ada, monthly);
    if (forfeits)
      EXPECT_TRUE(holds(story.records()));
    else
      EXPECT_TRUE(breaks(story.records(), "IC10", renewed));
  }
}

TEST(AuditOfRenewals, WantsNothingForfeitedInBetween) {
  AuditStory story;
  story.three_members();
  story.decide(ada, PreferenceChanged{InMailPreference::opted_out});
  const Position forfeited = story.add(ada, CreditsForfeited{LotId{1}, 1, 45});
  EXPECT_TRUE(breaks(story.records(), "IC10", forfeited));
}

// IC11: pools are kept apart.

TEST(AuditOfPools, WantsNoBalanceBelowZero) {
  AuditStory story("charge.cost = 16");
  story.three_members();
  const StoryInMail inmail = story.send(ada, bob, {{LotId{1}, 16}});
  EXPECT_TRUE(breaks(story.records(), "IC11", inmail.sent));
}

TEST(AuditOfPools, WantsMembersToSpendTheirOwn) {
  AuditStory story;
  story.three_members();
  const StoryInMail inmail = story.send(ada, bob);
  auto records = story.records();
  event_at<InMailSent>(records, inmail.sent).pool = eve;
  EXPECT_TRUE(breaks(records, "IC11", inmail.sent));
}

TEST(AuditOfPools, WantsSeatsToSpendFromTheirContract) {
  AuditStory story;
  story.three_members();
  story.contract_with_a_seat();
  const StoryInMail inmail = story.send_by_seat(bob);
  auto records = story.records();
  ASSERT_TRUE(audit_of(records).ok);
  event_at<InMailSent>(records, inmail.sent).pool = ContractId{2};
  EXPECT_TRUE(breaks(records, "IC11", inmail.sent));

  records = story.records();
  const Position reserved{inmail.sent.value - 1};
  event_at<CreditReserved>(records, reserved).sender = SeatId{10};
  EXPECT_TRUE(breaks(records, "IC11", reserved));
}

// Linked accounts: a member's pool is another's to spend only while the two are linked.

constexpr std::string_view sharing = "plan.pool_scope = \"linked_accounts\"";

TEST(AuditOfPools, LetsALinkedAccountSpendOfItsPool) {
  AuditStory story(sharing);
  story.three_members();
  story.decide(bob, AccountLinked{ada});
  StoryInMail inmail = story.send_linked(bob, ada, eve);
  story.deliver(inmail);
  story.charge(inmail);
  story.decide(bob, AccountUnlinked{ada});
  story.reply(inmail);
  story.refund(inmail);
  EXPECT_TRUE(holds(story.records()));
}

TEST(AuditOfPools, WantsALinkInForceAtEachReservation) {
  AuditStory never(sharing);
  never.three_members();
  Position sent = never.send_linked(bob, ada, eve).sent;
  EXPECT_TRUE(breaks(never.records(), "IC11", Position{sent.value - 1}));

  AuditStory over(sharing);
  over.three_members();
  over.decide(bob, AccountLinked{ada});
  over.decide(bob, AccountUnlinked{ada});
  sent = over.send_linked(bob, ada, eve).sent;
  EXPECT_TRUE(breaks(over.records(), "IC11", Position{sent.value - 1}));

  AuditStory elsewhere(sharing);
  elsewhere.three_members();
  elsewhere.decide(bob, AccountLinked{eve});
  sent = elsewhere.send_linked(bob, ada, eve).sent;
  EXPECT_TRUE(breaks(elsewhere.records(), "IC11", Position{sent.value - 1}));
}

TEST(AuditOfPools, WantsOnlyASharedPoolToBeSpentByOthers) {
  AuditStory unshared;
  unshared.three_members();
  unshared.decide(bob, AccountLinked{ada});
  Position sent = unshared.send_linked(bob, ada, eve).sent;
  EXPECT_TRUE(breaks(unshared.records(), "IC11", Position{sent.value - 1}));

  AuditStory chain(sharing);
  chain.three_members();
  chain.decide(bob, AccountLinked{ada});
  chain.decide(ada, AccountLinked{eve});
  sent = chain.send_linked(bob, ada, eve).sent;
  EXPECT_TRUE(breaks(chain.records(), "IC11", Position{sent.value - 1}));
}

TEST(AuditOfPools, WantsLinkedAccountsToSpendNothingElse) {
  AuditStory story(sharing);
  story.three_members();
  story.decide(bob, AccountLinked{ada});
  const Position sent = story.send(bob, eve).sent;
  EXPECT_TRUE(breaks(story.records(), "IC11", sent));
}

TEST(AuditOfPools, WantsLinksToBeMadeOnceAndToEndOnce) {
  AuditStory story(sharing);
  story.three_members();
  const Position early = story.decide(bob, AccountUnlinked{ada});
  EXPECT_TRUE(breaks(story.records(), "IC11", early));

  AuditStory twice(sharing);
  twice.three_members();
  twice.decide(bob, AccountLinked{ada});
  const Position again = twice.decide(bob, AccountLinked{eve});
  EXPECT_TRUE(breaks(twice.records(), "IC11", again));

  AuditStory itself(sharing);
  itself.three_members();
  const Position own = itself.decide(bob, AccountLinked{bob});
  EXPECT_TRUE(breaks(itself.records(), "IC11", own));
}

TEST(AuditOfPools, WantsARefundToGoToWhoPaid) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  story.reply(inmail);
  StoryInMail elsewhere = inmail;
  elsewhere.ref.pool = eve;
  const Position refunded = story.refund(elsewhere);
  EXPECT_TRUE(breaks(story.records(), "IC11", refunded));
}

}  // namespace
}  // namespace inmail::test
