#include <gtest/gtest.h>

#include "tests/projections/audit_story.hpp"

// For each invariant of charges: histories that are right, and one planted mistake that is named.

namespace inmail::test {
namespace {

const MemberId ada{1};
const MemberId bob{2};
const MemberId eve{3};
const ContractId contract{1};
const Seconds refund_window{7'776'000};

// IC4: charges are deliveries.

TEST(AuditOfCharges, WantsSplitsToAddUpToTheCost) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<InMailSent>(records, inmail.sent).splits.front().amount = 2;
  EXPECT_TRUE(breaks(records, "IC4", inmail.sent));
}

TEST(AuditOfCharges, WantsTheCostThatThePolicySays) {
  AuditStory story("charge.cost = 3");
  story.three_members();
  StoryInMail inmail = story.send(ada, bob, {{LotId{1}, 3}});
  story.deliver(inmail);
  ASSERT_TRUE(holds(story.records()));
  const StoryInMail cheap = story.send(ada, eve, {{LotId{1}, 2}});
  EXPECT_TRUE(breaks(story.records(), "IC4", cheap.sent));
}

TEST(AuditOfCharges, WantsAReservationBehindTheSendOfASeat) {
  AuditStory story;
  story.three_members();
  story.contract_with_a_seat();
  StoryInMail inmail = story.send_by_seat(bob);
  story.deliver(inmail);
  story.charge(inmail);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  drop(records, Position{inmail.sent.value - 1});
  EXPECT_TRUE(breaks(records, "IC4", Position{inmail.sent.value - 1}));
}

TEST(AuditOfCharges, WantsOneChargeADelivery) {
  AuditStory story;
  story.three_members();
  story.contract_with_a_seat();
  StoryInMail inmail = story.send_by_seat(bob);
  story.deliver(inmail);
  const Position charged = story.charge(inmail);
  ASSERT_TRUE(holds(story.records()));
  const Position again = story.charge(inmail);
  EXPECT_TRUE(breaks(story.records(), "IC4", again));

  auto records = story.records();
  drop(records, again);
  drop(records, charged);
  EXPECT_FALSE(breaks(audit_of(records), "IC4", inmail.delivered)) << "it may still come";
  EXPECT_TRUE(breaks(audit_of(records, std::chrono::days{2}), "IC4", inmail.delivered));
}

TEST(AuditOfCharges, WantsNoChargeWithoutADelivery) {
  AuditStory story;
  story.three_members();
  story.contract_with_a_seat();
  const StoryInMail inmail = story.send_by_seat(bob);
  const Position charged = story.charge(inmail);
  EXPECT_TRUE(breaks(story.records(), "IC4", charged));
}

TEST(AuditOfCharges, WantsAChargeOfWhatWasReserved) {
  AuditStory story;
  story.three_members();
  story.contract_with_a_seat();
  story.grant_bonus(contract, 5);
  StoryInMail inmail = story.send_by_seat(bob);
  story.deliver(inmail);
  const Position charged = story.charge(inmail);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<CreditCharged>(records, charged).splits = {{LotId{2}, 1}};
  EXPECT_TRUE(breaks(records, "IC4", charged));
}

// IC5: refunds.

TEST(AuditOfRefunds, TakesAnAnswerAtTheLastInstantOfItsWindow) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  story.pass(refund_window);
  story.reply(inmail);
  story.refund(inmail);
  EXPECT_TRUE(holds(story.records()));
}

TEST(AuditOfRefunds, WantsNoRefundAfterTheWindow) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  story.pass(refund_window + Milliseconds{1});
  const Position answered = story.reply(inmail);
  story.refund(inmail);
  EXPECT_TRUE(breaks(story.records(), "IC5", answered));
}

TEST(AuditOfRefunds, WantsARefundForAnAnswerInTime) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  const Position answered = story.reply(inmail);
  story.finalize(inmail);
  auto records = story.records();
  event_at<Replied>(records, answered).charge = ChargeEnd::final;
  event_at<Replied>(records, answered).refund_amount = 0;
  EXPECT_TRUE(breaks(records, "IC5", answered));
}

TEST(AuditOfRefunds, WantsTheAmountOfThePolicyFloored) {
  AuditStory story("charge.cost = 3\nrefund.amount_accept = 5000");
  story.three_members();
  StoryInMail inmail = story.send(ada, bob, {{LotId{1}, 3}});
  story.deliver(inmail);
  const Position answered = story.reply(inmail);
  const Position refunded = story.refund(inmail);
  auto records = story.records();
  EXPECT_TRUE(breaks(records, "IC5", answered)) << "half of 3 is 1";

  event_at<Replied>(records, answered).refund_amount = 1;
  EXPECT_TRUE(breaks(records, "IC5", refunded)) << "the pool gave more than it was told";
  event_at<CreditRefunded>(records, refunded).amount = 1;
  event_at<CreditsGranted>(records, Position{refunded.value - 1}).amount = 1;
  EXPECT_TRUE(holds(records));
}

TEST(AuditOfRefunds, JudgesByThePolicyOfTheSend) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  story.adopt("refund.on = []");
  story.reply(inmail);
  story.refund(inmail);
  EXPECT_TRUE(holds(story.records()));
}

TEST(AuditOfRefunds, WantsARefundOnlyOnce) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  story.open(inmail);
  // The sender has not heard of it, so the InMail is not over.
  story.decide(bob, story.reply_event(inmail, ReplyKind::accept));
  story.refund(inmail);
  const Position again = story.refund(inmail);
  EXPECT_TRUE(breaks(story.records(), "IC5", again));
}

TEST(AuditOfRefunds, WantsARefundOnlyOnceAlsoWhenTheInMailIsOver) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  story.reply(inmail);
  story.refund(inmail);
  const Position again = story.refund(inmail);
  EXPECT_TRUE(breaks(story.records(), "IC5", again));
}

TEST(AuditOfRefunds, WantsThemToSayWhatTheyAreFor) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  story.reply(inmail);
  const Position refunded = story.refund(inmail);
  auto records = story.records();
  event_at<CreditRefunded>(records, refunded).reason = RefundOn::decline;
  EXPECT_TRUE(breaks(records, "IC5", refunded));
  records = story.records();
  event_at<CreditRefunded>(records, refunded).answered_at += Milliseconds{1};
  EXPECT_TRUE(breaks(records, "IC5", refunded));
}

TEST(AuditOfRefunds, WantsThemToCome) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  const Position answered = story.reply(inmail);
  EXPECT_TRUE(audit_of(story.records()).ok) << "it may still come";
  EXPECT_TRUE(breaks(audit_of(story.records(), std::chrono::days{2}), "IC5", answered));
}

constexpr std::string_view by_silence =
    "refund.on = [\"no_response\"]\nrefund.no_response_window_s = 604800";

TEST(AuditOfRefunds, WantsSilenceToBeRefundedAfterItsWindow) {
  for (const Milliseconds late : {Milliseconds{0}, Milliseconds{1}}) {
    AuditStory story(by_silence);
    story.three_members();
    StoryInMail inmail = story.send(ada, bob);
    story.deliver(inmail);
    story.pass(std::chrono::days{7} + late);
    const Position closed = story.add(bob, RefundWindowClosed{inmail.ref, ChargeEnd::refund, 1});
    story.refund(inmail, RefundOn::no_response);
    if (late.count() > 0)
      EXPECT_TRUE(holds(story.records()));
    else
      EXPECT_TRUE(breaks(story.records(), "IC5", closed)) << "the window is inclusive";
  }
}

TEST(AuditOfRefunds, WantsNoRefundForSilenceAfterAnAnswer) {
  AuditStory story(by_silence);
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  const Position answered = story.reply(inmail);
  story.finalize(inmail);
  story.pass(std::chrono::days{8});
  auto records = story.records();
  event_at<Replied>(records, answered).charge = ChargeEnd::final;
  event_at<Replied>(records, answered).refund_amount = 0;
  ASSERT_TRUE(holds(records));

  const Position closed = story.add(bob, RefundWindowClosed{inmail.ref, ChargeEnd::refund, 1});
  records = story.records();
  event_at<Replied>(records, answered).charge = ChargeEnd::final;
  event_at<Replied>(records, answered).refund_amount = 0;
  EXPECT_TRUE(breaks(records, "IC5", closed));
}

TEST(AuditOfRefunds, WantsNoChargeToBeFinalWhileARefundCanCome) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  story.pass(refund_window);
  const Position closed = story.add(bob, RefundWindowClosed{inmail.ref, ChargeEnd::final, 0});
  story.finalize(inmail);
  EXPECT_TRUE(breaks(story.records(), "IC5", closed));
}

TEST(AuditOfRefunds, WantsTheRefundOfAnExpiryToBeWaitedFor) {
  AuditStory story(
      "refund.on = [\"accept\", \"expired\"]\nrefund.window_s = 86400\n"
      "expiry.basis = \"unanswered\"\nexpiry.ttl_s = 604800");
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  story.pass(std::chrono::days{7} + Milliseconds{1});
  const Position closed = story.add(bob, RefundWindowClosed{inmail.ref, ChargeEnd::final, 0});
  story.finalize(inmail);
  EXPECT_TRUE(breaks(story.records(), "IC5", closed));
}

/// Two of ada's to bob; an answer to the second gives the first back, and ends both.
struct AnsweredTwice {
  AuditStory story;
  StoryInMail first;
  StoryInMail second;
  Position answered;
  Position closed;

  AnsweredTwice() {
    story.three_members();
    first = story.send(ada, bob);
    story.deliver(first);
    story.pass(std::chrono::days{7});
    second = story.send(ada, bob);
    story.deliver(second);
    story.pass(std::chrono::days{1});
    answered = story.reply(second);
    closed =
        story.add(bob, RefundWindowClosed{first.ref, ChargeEnd::refund, 1,
                                          AnsweredBeside{second.ref.inmail, ReplyKind::accept}});
    story.finalize(second);
    story.refund(first);
  }

  std::vector<Record> records() const {
    auto records = story.records();
    auto& reply = event_at<Replied>(records, answered);
    reply.charge = ChargeEnd::final;
    reply.refund_amount = 0;
    return records;
  }
};

TEST(AuditOfRefunds, WantsAnAnswerToGiveBackTheFirstOfFollowUpsAndNoOther) {
  const AnsweredTwice told;
  EXPECT_TRUE(holds(told.records()));

  auto both = told.records();
  event_at<Replied>(both, told.answered).charge = ChargeEnd::refund;
  event_at<Replied>(both, told.answered).refund_amount = 1;
  EXPECT_TRUE(breaks(both, "IC5", told.answered)) << "the second was refunded, too";

  auto none = told.records();
  event_at<RefundWindowClosed>(none, told.closed).charge = ChargeEnd::final;
  event_at<RefundWindowClosed>(none, told.closed).refund_amount = 0;
  EXPECT_TRUE(breaks(none, "IC5", told.closed)) << "neither was refunded";

  auto unfounded = told.records();
  event_at<RefundWindowClosed>(unfounded, told.closed).answered->kind = ReplyKind::decline;
  EXPECT_TRUE(breaks(unfounded, "IC5", told.closed)) << "no such answer";
}

TEST(AuditOfRefunds, WantsAnAutomaticAnswerToBeJudgedAsSuch) {
  AuditStory story("[refund]\ncount_auto_reply = true\non = [\"auto_reply\"]\n");
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  const Position replied = story.reply(inmail);
  story.refund(inmail, RefundOn::auto_reply);
  const auto told = [&](bool automatic, bool as_auto_reply) {
    auto records = story.records();
    auto& reply = event_at<Replied>(records, replied);
    reply.automatic = automatic;
    reply.as_auto_reply = as_auto_reply;
    return records;
  };
  EXPECT_TRUE(holds(told(true, true)));
  EXPECT_TRUE(breaks(told(true, false), "IC5", replied));
  EXPECT_TRUE(breaks(told(false, true), "IC5", replied));
  EXPECT_TRUE(breaks(told(false, false), "IC5", replied)) << "an acceptance gives nothing back";
  auto of_old = told(true, false);
  for (Record& record : of_old)
    if (record.header.position == replied) record.header.event_version = 2;
  EXPECT_TRUE(breaks(of_old, "IC5", replied)) << "by its kind, which gives nothing back";
}

TEST(AuditOfRefunds, WantsAnAnswerToEndTheChargesOfAllFollowUps) {
  AuditStory story;
  story.three_members();
  StoryInMail first = story.send(ada, bob);
  story.deliver(first);
  story.pass(std::chrono::days{7});
  StoryInMail second = story.send(ada, bob);
  story.deliver(second);
  story.reply(first);
  story.refund(first);
  story.pass(std::chrono::days{1});
  const Position again = story.reply(second);
  story.refund(second);
  EXPECT_TRUE(breaks(story.records(), "IC5", again));
}

TEST(AuditOfRefunds, LetsThemGoBackOnlyWhereThePolicySaysSo) {
  for (const bool inherits : {true, false}) {
    AuditStory story(inherits ? "refund.lot_life = \"inherit_original\"" : "");
    story.three_members();
    StoryInMail inmail = story.send(ada, bob);
    story.deliver(inmail);
    story.reply(inmail);
    const Position refunded = story.add(
        ada, CreditRefunded{inmail.ref.inmail, LotId{1}, 1, true, RefundOn::accept, story.now()});
    if (inherits)
      EXPECT_TRUE(holds(story.records()));
    else
      EXPECT_TRUE(breaks(story.records(), "IC5", refunded));
  }
}

TEST(AuditOfRefunds, WantsFinalChargesToHaveEndedSo) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  const Position final = story.finalize(inmail);
  EXPECT_TRUE(breaks(story.records(), "IC5", final));
}

TEST(AuditOfRefunds, WantsADeliveryToSayWhetherOneCanCome) {
  AuditStory story("refund.on = []");
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail, false);
  story.finalize(inmail);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<InMailDelivered>(records, inmail.delivered).refundable = true;
  EXPECT_TRUE(breaks(records, "IC5", inmail.delivered));
}

// IC7 and IC8: reservations, free sends.

TEST(AuditOfReservations, WantsAFailedSendToGiveBackWhatItTook) {
  AuditStory story("charge.cost = 4");
  story.three_members();
  story.grant_bonus(ada, 9);
  const StoryInMail inmail = story.send(ada, bob, {{LotId{1}, 4}});
  story.decide(bob, PreferenceChanged{InMailPreference::disabled});
  const Position failed = story.fail(inmail);
  const Position released = story.release(inmail, ReleaseReason::delivery_failed);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<CreditReleased>(records, released).splits.front().amount = 3;
  EXPECT_TRUE(breaks(records, "IC7", released));

  records = story.records();
  drop(records, released);
  EXPECT_TRUE(breaks(audit_of(records, std::chrono::days{2}), "IC7", failed));
}

TEST(AuditOfReservations, WantsNothingReleasedThatWasDelivered) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  const Position released = story.release(inmail, ReleaseReason::delivery_failed);
  EXPECT_TRUE(breaks(story.records(), "IC7", released));
}

TEST(AuditOfReservations, WantsThemReleasedWhenNothingIsSent) {
  AuditStory story;
  story.three_members();
  story.contract_with_a_seat();
  const StoryInMail lost = story.write(SeatId{9}, contract, ada, bob, {{LotId{1}, 1}});
  const Position reserved = story.reserve(lost);
  auto records = story.records();
  EXPECT_TRUE(breaks(audit_of(records, std::chrono::days{2}), "IC7", reserved));

  const Position released = story.release(lost, ReleaseReason::lost);
  ASSERT_TRUE(holds(story.records()));
  records = story.records();
  event_at<CreditReleased>(records, released).reason = ReleaseReason::delivery_failed;
  EXPECT_TRUE(breaks(records, "IC7", released));
}

TEST(AuditOfReservations, MayBeMadeAgainAfterTheyWereLost) {
  AuditStory story;
  story.three_members();
  story.contract_with_a_seat();
  StoryInMail inmail = story.write(SeatId{9}, contract, ada, bob, {{LotId{1}, 1}});
  story.reserve(inmail);
  story.release(inmail, ReleaseReason::lost);
  story.reserve(inmail);
  story.answer(SeatId{9}, story.sent_event(inmail), inmail.command(), Principal::of(SeatId{9}));
  story.deliver(inmail);
  story.charge(inmail);
  EXPECT_TRUE(holds(story.records()));
}

TEST(AuditOfFreeSends, WantsThemToTakeNothing) {
  AuditStory story("charge.cost = 0");
  story.three_members();
  StoryInMail inmail = story.send(ada, bob, {});
  story.deliver(inmail, false);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<InMailSent>(records, inmail.sent).splits = {{LotId{1}, 1}};
  EXPECT_TRUE(breaks(records, "IC8", inmail.sent));

  const Position final = story.finalize(inmail);
  EXPECT_TRUE(breaks(story.records(), "IC8", final));
}

}  // namespace
}  // namespace inmail::test
