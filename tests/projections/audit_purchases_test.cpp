#include <gtest/gtest.h>

#include "tests/projections/audit_story.hpp"

// For what comes and goes beside the plan, for what is not paid, and for charges that wait to be
// accepted: histories that are right, and one planted mistake that is named.

namespace inmail::test {
namespace {

const MemberId ada{1};
const MemberId bob{2};
const MemberId eve{3};
const ContractId contract{1};
const std::string_view on_accept = "charge.when = \"at_accept\"";
const Seconds accept_window{1'209'600};

/// Ada buys a pack of five into her second lot. Returns the position of the purchase.
Position buy(AuditStory& story, std::string payment = "pay-1") {
  const CommandId command = story.new_command();
  CreditsGranted grant = story.grant(ada, LotKind::purchase, 5);
  const Position bought =
      story.add(ada, PurchaseRecorded{grant.lot, "p5", 5, 1'000, "USD", payment}, command);
  story.answer(ada, grant, command, Principal::of(ada));
  return bought;
}

Position pay_back(AuditStory& story, std::uint32_t amount, std::uint32_t short_by,
                  bool chargeback) {
  const CommandId command = story.new_command();
  const Position back =
      story.add(ada, PurchaseReversed{LotId{2}, "pay-1", amount, short_by, chargeback}, command);
  story.answer(ada, CreditsVoided{LotId{2}, amount, VoidReason::purchase_reversed}, command);
  return back;
}

// IC3: what is bought is a pack, and goes back once.

TEST(AuditOfPurchases, WantsThePackOfThePolicy) {
  AuditStory story;
  story.three_members();
  const Position bought = buy(story);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<PurchaseRecorded>(records, bought).price_minor = 999;
  EXPECT_TRUE(breaks(records, "IC3", bought));
  records = story.records();
  event_at<CreditsGranted>(records, Position{bought.value + 1}).amount = 6;
  EXPECT_TRUE(breaks(records, "IC3", bought)) << "more than was paid for";
  records = story.records();
  drop(records, bought);
  EXPECT_TRUE(breaks(records, "IC3", bought)) << "credits without a purchase";
  records = story.records();
  drop(records, Position{bought.value + 1});
  EXPECT_TRUE(breaks(records, "IC3", bought)) << "a purchase without credits, at the end";
}

TEST(AuditOfPurchases, WantsOneLotAPayment) {
  AuditStory story;
  story.three_members();
  buy(story);
  const Position again = buy(story);
  EXPECT_TRUE(breaks(story.records(), "IC3", again));
}

TEST(AuditOfPurchases, WantsTheLimitsKept) {
  for (const std::string_view rule :
       {"purchase.enabled = false", "purchase.max_per_period = 4",
        "purchase.only_when_empty = true", "plan.business.is_premium = false"}) {
    AuditStory story(rule);
    story.three_members();
    const Position bought = buy(story);
    EXPECT_TRUE(breaks(story.records(), "IC3", bought)) << rule;
  }
}

TEST(AuditOfPurchases, WantsAReversalToTakeWhatIsLeft) {
  AuditStory story("lot.spend_order = \"lifo\"");
  story.three_members();
  buy(story);
  StoryInMail inmail = story.send(ada, bob, {{LotId{2}, 1}});
  story.deliver(inmail);
  const Position back = pay_back(story, 4, 1, true);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<PurchaseReversed>(records, back).chargeback = false;
  EXPECT_TRUE(breaks(records, "IC3", back)) << "touched";
  records = story.records();
  event_at<PurchaseReversed>(records, back).short_by = 0;
  EXPECT_TRUE(breaks(records, "IC3", back));
  records = story.records();
  event_at<CreditsVoided>(records, Position{back.value + 1}).amount = 3;
  EXPECT_TRUE(breaks(records, "IC3", back));
}

TEST(AuditOfPurchases, WantsAReversalInTimeAndOnce) {
  AuditStory story;
  story.three_members();
  buy(story);
  story.pass(std::chrono::days{15});
  const Position late = pay_back(story, 5, 0, false);
  EXPECT_TRUE(breaks(story.records(), "IC3", late));

  AuditStory twice;
  twice.three_members();
  buy(twice);
  pay_back(twice, 5, 0, false);
  ASSERT_TRUE(holds(twice.records()));
  const Position again = twice.decide(ada, PurchaseReversed{LotId{2}, "pay-1", 0, 5, true});
  EXPECT_TRUE(breaks(twice.records(), "IC3", again));
}

TEST(AuditOfAdjustments, WantsThemToMoveWhatTheySay) {
  AuditStory story;
  story.three_members();
  const CommandId command = story.new_command();
  const Position cut = story.add(ada, CreditsAdjusted{-4, 5, {}}, command);
  story.answer(ada, CreditsVoided{LotId{1}, 4, VoidReason::adjusted}, command);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<CreditsAdjusted>(records, cut).amount = -5;
  EXPECT_TRUE(breaks(records, "IC3", cut));
  records = story.records();
  event_at<CreditsAdjusted>(records, cut).amount = 4;
  EXPECT_TRUE(breaks(records, "IC3", cut));
  records = story.records();
  drop(records, cut);
  EXPECT_TRUE(breaks(records, "IC3", cut));
}

TEST(AuditOfAdjustments, WantsNoBalanceBelowZero) {
  AuditStory story;
  story.three_members();
  const Position cut = story.decide(ada, CreditsAdjusted{-16, 5, {}});
  EXPECT_TRUE(breaks(story.records(), "IC3", cut));
}

// IC9: nothing renews and nothing is spent while a payment is missing; IC11: no pool is overdrawn.

TEST(AuditOfPayments, WantsNoRenewalAndNoSendMeanwhile) {
  AuditStory story;
  story.three_members();
  const Position failed = story.decide(ada, SubscriptionPastDue{});
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  EXPECT_TRUE(breaks(story.records(), "IC9", inmail.sent));
  EXPECT_LT(failed, inmail.sent);

  AuditStory renewed;
  renewed.three_members();
  renewed.decide(ada, SubscriptionPastDue{});
  const Position granted = renewed.renew(ada, 15);
  EXPECT_TRUE(breaks(renewed.records(), "IC9", Position{granted.value - 1}));
  const Position again = renewed.decide(ada, SubscriptionPastDue{});
  EXPECT_TRUE(breaks(renewed.records(), "IC9", Position{granted.value - 1}));
  EXPECT_LT(granted, again);
}

TEST(AuditOfPayments, WantsTheSkippedCycleMadeUpOnce) {
  AuditStory story;
  story.three_members();
  story.decide(ada, SubscriptionPastDue{});
  story.pass(std::chrono::days{40});
  const CommandId command = story.new_command();
  const Position recovered = story.add(ada, SubscriptionRecovered{}, command);
  story.add(ada, CycleRenewed{2, story.now() + std::chrono::days{20}}, command);
  CreditsGranted grant = story.grant(ada, LotKind::monthly, 15);
  grant.cycle = 2;
  const Position granted = story.answer(ada, grant, command);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<CycleRenewed>(records, Position{recovered.value + 1}).next_renewal_at =
      story.now() + std::chrono::days{40};
  EXPECT_TRUE(breaks(records, "IC9", Position{recovered.value + 1})) << "a cycle too long";
  records = story.records();
  drop(records, granted);
  EXPECT_TRUE(breaks(records, "IC9", Position{recovered.value + 1}));
  drop(records, Position{recovered.value + 1});
  EXPECT_TRUE(breaks(records, "IC3", recovered)) << "never made up for";
}

TEST(AuditOfTrials, WantsTheirGrantAndTheirFirstCycleAtTheirEnd) {
  AuditStory story("plan.trial_grant = 3");
  story.join(ada);
  const CommandId command = story.new_command();
  const Timestamp ends = story.now() + std::chrono::days{7};
  story.add(ada, SubscriptionStarted{PlanKind::business, 15}, command);
  const Position begun = story.add(ada, TrialStarted{ends}, command);
  CreditsGranted gift = story.grant(ada, LotKind::bonus, 3);
  gift.expires_at = ends;
  story.answer(ada, gift, command);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<CreditsGranted>(records, Position{begun.value + 1}).amount = 4;
  EXPECT_TRUE(breaks(records, "IC3", begun));
  records = story.records();
  drop(records, Position{begun.value - 1});
  EXPECT_TRUE(breaks(records, "IC9", Position{begun.value - 1})) << "a trial of no plan";
}

TEST(AuditOfGrants, WantsAShorterCycleByItsDays) {
  AuditStory story("plan.proration = \"by_day_floor\"");
  story.join(ada);
  const CommandId command = story.new_command();
  // Twelve days and some hours to the fifteenth, of a cycle of a whole month.
  const auto date = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(story.now()));
  const auto month = date.year() / date.month() + std::chrono::months{1};
  const Timestamp next = std::chrono::sys_days(month / std::chrono::day{15});
  const Timestamp before =
      std::chrono::sys_days((month - std::chrono::months{1}) / std::chrono::day{15});
  story.pass(next - std::chrono::hours{12 * 24 + 5} - story.now());
  story.add(ada, SubscriptionStarted{PlanKind::business, 15}, command);
  story.add(ada, CycleRenewed{1, next}, command);
  const auto whole = std::chrono::floor<std::chrono::days>(next - before).count();
  CreditsGranted grant =
      story.grant(ada, LotKind::monthly, static_cast<std::uint32_t>(15 * 12 / whole));
  grant.cycle = 1;
  const Position granted = story.answer(ada, grant, command);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<CreditsGranted>(records, granted).amount = 15;
  EXPECT_TRUE(breaks(records, "IC9", granted));
}

// IC4, IC5, IC7 of charges that wait to be accepted.

/// Delivered, and reserved for until it is accepted.
Position deliver_open(AuditStory& story, StoryInMail& inmail) {
  inmail.delivered_at = story.now();
  InMailDelivered delivered{.ref = inmail.ref, .pinned = PolicyVersion{1}};
  delivered.accept_until = inmail.ref.sent_at + accept_window;
  inmail.delivered = story.add(inmail.to, delivered, inmail.command());
  return inmail.delivered;
}

Position respond(AuditStory& story, const StoryInMail& inmail, ReplyKind kind) {
  const CommandId command = story.new_command();
  story.add(inmail.to, Opened{.ref = inmail.ref, .inferred = true}, command);
  Replied replied = story.reply_event(inmail, kind);
  replied.charge = kind == ReplyKind::accept ? ChargeEnd::spend : ChargeEnd::release;
  replied.refund_amount = 0;
  const Position answered = story.answer(inmail.to, replied, command, Principal::of(inmail.to));
  story.inform(inmail, AuditStory::outcome_of(kind));
  return answered;
}

TEST(AuditOfAcceptedCharges, WantsOneChargeAnAcceptance) {
  AuditStory story(on_accept);
  story.three_members();
  story.contract_with_a_seat();
  StoryInMail own = story.send(ada, bob);
  deliver_open(story, own);
  StoryInMail seats = story.send_by_seat(eve);
  deliver_open(story, seats);
  ASSERT_TRUE(holds(story.records())) << "both may wait";
  const Position early = story.charge(own, false);
  EXPECT_TRUE(breaks(story.records(), "IC4", early)) << "charged unaccepted";

  AuditStory accepted(on_accept);
  accepted.three_members();
  StoryInMail inmail = accepted.send(ada, bob);
  deliver_open(accepted, inmail);
  const Position answered = respond(accepted, inmail, ReplyKind::accept);
  EXPECT_TRUE(breaks(audit_of(accepted.records(), std::chrono::days{2}), "IC4", answered))
      << "never charged";
  const Position charged = accepted.charge(inmail, false);
  auto records = accepted.records();
  ASSERT_TRUE(holds(records));
  event_at<Replied>(records, answered).charge = ChargeEnd::release;
  EXPECT_TRUE(breaks(records, "IC5", answered));
  EXPECT_TRUE(breaks(records, "IC4", charged));
  records = accepted.records();
  event_at<InMailDelivered>(records, inmail.delivered).accept_until.reset();
  EXPECT_TRUE(breaks(records, "IC4", inmail.delivered)) << "charged at another time";
}

TEST(AuditOfAcceptedCharges, WantsAReleaseForEverythingElse) {
  AuditStory story(on_accept);
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  deliver_open(story, inmail);
  const Position answered = respond(story, inmail, ReplyKind::decline);
  EXPECT_TRUE(breaks(audit_of(story.records(), std::chrono::days{2}), "IC7", answered))
      << "never released";
  const Position released = story.release(inmail, ReleaseReason::not_accepted);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<CreditReleased>(records, released).reason = ReleaseReason::delivery_failed;
  EXPECT_TRUE(breaks(records, "IC7", released));
  records = story.records();
  event_at<Replied>(records, answered).charge = ChargeEnd::spend;
  EXPECT_TRUE(breaks(records, "IC5", answered));
}

TEST(AuditOfAcceptedCharges, WantsTheWholeTimeWaited) {
  for (const bool is_early : {false, true}) {
    AuditStory story(on_accept);
    story.three_members();
    StoryInMail inmail = story.send(ada, bob);
    deliver_open(story, inmail);
    story.pass(accept_window + Milliseconds{1} - (story.now() - inmail.ref.sent_at));
    if (is_early) story.pass(-std::chrono::hours{1});
    const Position closed = story.add(bob, RefundWindowClosed{inmail.ref, ChargeEnd::release, 0});
    story.release(inmail, ReleaseReason::not_accepted);
    if (is_early)
      EXPECT_TRUE(breaks(story.records(), "IC5", closed));
    else
      EXPECT_TRUE(holds(story.records()));
  }
}

// IC5 of what gives back for a deed of the recipient's.

TEST(AuditOfRefunds, WantsABlockBehindTheRefundOfOne) {
  AuditStory story("refund.on = [\"blocked\"]");
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  const CommandId command = story.new_command();
  const Position blocked = story.add(bob, MemberBlocked{ada}, command);
  const Position ended =
      story.answer(bob, ChargeEnded{inmail.ref, RefundOn::blocked, ChargeEnd::refund, 1}, command,
                   Principal::of(bob));
  story.refund(inmail, RefundOn::blocked);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<ChargeEnded>(records, ended).reason = RefundOn::recipient_closed;
  EXPECT_TRUE(breaks(records, "IC5", ended));
  records = story.records();
  event_at<ChargeEnded>(records, ended).refund_amount = 2;
  EXPECT_TRUE(breaks(records, "IC5", ended));
  records = story.records();
  event_at<MemberBlocked>(records, blocked).target = eve;
  EXPECT_TRUE(breaks(records, "IC5", ended));
}

}  // namespace
}  // namespace inmail::test
