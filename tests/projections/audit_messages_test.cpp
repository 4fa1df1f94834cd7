#include <gtest/gtest.h>

#include "tests/projections/audit_story.hpp"

// For each invariant of messages: histories that are right, and one planted mistake that is named.

namespace inmail::test {
namespace {

const MemberId ada{1};
const MemberId bob{2};
const MemberId eve{3};

// IM1: the ways there are.

TEST(AuditOfInMails, WantsASendBehindADelivery) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  drop(records, inmail.sent);
  EXPECT_TRUE(breaks(records, "IM1", Position{inmail.delivered.value - 1}));
}

TEST(AuditOfInMails, WantsOneSendAndOneDelivery) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  const Position again = story.deliver(inmail);
  EXPECT_TRUE(breaks(story.records(), "IM1", again));

  AuditStory other;
  other.three_members();
  StoryInMail first = other.send(ada, bob);
  const Position twice =
      other.answer(ada, other.sent_event(first), first.command(), Principal::of(ada));
  EXPECT_TRUE(breaks(other.records(), "IM1", twice));
}

TEST(AuditOfInMails, WantsEverySendToArriveOrToFail) {
  AuditStory story;
  story.three_members();
  const StoryInMail inmail = story.send(ada, bob);
  EXPECT_TRUE(audit_of(story.records()).ok) << "it may be on its way";
  EXPECT_TRUE(breaks(audit_of(story.records(), std::chrono::days{2}), "IM1", inmail.sent));
}

constexpr std::string_view a_minute = "[undo]\nwindow_s = 60\n";

TEST(AuditOfInMails, WantsNoDeliveryWhileASendCanBeUndone) {
  AuditStory story(a_minute);
  story.three_members();
  StoryInMail inmail = story.send_undoable(ada, bob, std::chrono::seconds{60});
  EXPECT_TRUE(audit_of(story.records(), std::chrono::seconds{60}).ok);
  story.pass(Milliseconds{60'001});
  const Position left = story.leave(inmail);
  const Position delivered = story.deliver(inmail);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  drop(records, left);
  EXPECT_TRUE(breaks(records, "IM1", Position{delivered.value - 1}));
}

TEST(AuditOfInMails, WantsASendToLeaveAtTheEndOfItsUndoTimeAndAsItWasSent) {
  AuditStory story(a_minute);
  story.three_members();
  const StoryInMail inmail = story.send_undoable(ada, bob, std::chrono::seconds{60});
  story.pass(Milliseconds{60'000});
  EXPECT_TRUE(breaks(story.records(), "IM1", story.leave(inmail))) << "an instant too early";

  AuditStory other(a_minute);
  other.three_members();
  const StoryInMail second = other.send_undoable(ada, bob, std::chrono::seconds{60});
  other.pass(Milliseconds{60'001});
  const Position left = other.leave(second);
  auto records = other.records();
  event_at<UndoWindowClosed>(records, left).to = eve;
  EXPECT_TRUE(breaks(records, "IM1", left));
}

TEST(AuditOfInMails, WantsTheUndoTimeOfThePolicy) {
  AuditStory story(a_minute);
  story.three_members();
  const StoryInMail longer = story.send_undoable(ada, bob, std::chrono::seconds{61});
  EXPECT_TRUE(breaks(story.records(), "IM1", longer.sent));
  AuditStory none;
  none.three_members();
  const StoryInMail inmail = none.send_undoable(ada, bob, std::chrono::seconds{60});
  EXPECT_TRUE(breaks(none.records(), "IM1", inmail.sent));
}

TEST(AuditOfInMails, WantsNothingUndoneThatHasLeft) {
  AuditStory story(a_minute);
  story.three_members();
  const StoryInMail inmail = story.send_undoable(ada, bob, std::chrono::seconds{60});
  story.pass(Milliseconds{60'000});
  story.undo(inmail);
  EXPECT_TRUE(holds(story.records()));

  AuditStory late(a_minute);
  late.three_members();
  const StoryInMail gone = late.send_undoable(ada, bob, std::chrono::seconds{60});
  late.pass(Milliseconds{60'001});
  late.leave(gone);
  const Position undone = late.undo(gone);
  EXPECT_TRUE(breaks(late.records(), "IM1", undone));
}

TEST(AuditOfInMails, WantsTheCreditsOfAnUndoneOneBack) {
  AuditStory story(a_minute);
  story.three_members();
  const StoryInMail inmail = story.send_undoable(ada, bob, std::chrono::seconds{60});
  const Position cancelled = story.undo(inmail);
  auto records = story.records();
  record_at(records, cancelled).header.is_receipt = true;
  record_at(records, cancelled).header.payload_hash.fill(7);
  drop(records, Position{cancelled.value + 1});
  EXPECT_TRUE(breaks(audit_of(records, std::chrono::days{2}), "IC7", cancelled));
}

TEST(AuditOfInMails, WantsWhatIsDeliveredToBeWhatWasSent) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  const auto good = story.records();
  ASSERT_TRUE(holds(good));
  const auto breaks_with = [&](auto change) {
    auto records = good;
    change(event_at<InMailDelivered>(records, inmail.delivered));
    return breaks(records, "IM1", inmail.delivered);
  };
  EXPECT_TRUE(breaks_with([](InMailDelivered& e) { e.ref.sender = eve; }));
  EXPECT_TRUE(breaks_with([](InMailDelivered& e) { e.ref.pool = eve; }));
  EXPECT_TRUE(breaks_with([](InMailDelivered& e) { e.ref.from = eve; }));
  EXPECT_TRUE(breaks_with([](InMailDelivered& e) { e.ref.cost = 0; }));
  EXPECT_TRUE(breaks_with([](InMailDelivered& e) { e.ref.sent_at += Milliseconds{1}; }));
  EXPECT_TRUE(breaks_with([](InMailDelivered& e) { e.pinned = PolicyVersion{2}; }));
}

TEST(AuditOfInMails, WantsTheSenderToSpeakForItself) {
  AuditStory story;
  story.three_members();
  const StoryInMail inmail = story.send(ada, bob);
  auto records = story.records();
  event_at<InMailSent>(records, inmail.sent).from = eve;
  EXPECT_TRUE(breaks(records, "IM1", inmail.sent));
  records = story.records();
  event_at<InMailSent>(records, inmail.sent).to = ada;
  EXPECT_TRUE(breaks(records, "IM1", inmail.sent));
}

TEST(AuditOfInMails, WantsADeliveryBehindAnOpen) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  const Position opened = story.open(inmail);
  EXPECT_TRUE(breaks(story.records(), "IM1", opened));
}

TEST(AuditOfInMails, WantsThemOpenedOnceAndByTheirRecipient) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  story.open(inmail);
  ASSERT_TRUE(holds(story.records()));
  const Position again = story.open(inmail);
  EXPECT_TRUE(breaks(story.records(), "IM1", again));

  AuditStory other;
  other.three_members();
  StoryInMail to_bob = other.send(ada, bob);
  other.deliver(to_bob);
  const Position by_eve = other.decide(eve, Opened{.ref = to_bob.ref});
  EXPECT_TRUE(breaks(other.records(), "IM1", by_eve));
}

TEST(AuditOfInMails, WantsTheLatencyOfAnAnswerToBeTrue) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  story.pass(std::chrono::hours{3});
  const Position answered = story.reply(inmail);
  story.refund(inmail);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  ++event_at<Replied>(records, answered).latency_ms;
  EXPECT_TRUE(breaks(records, "IM1", answered));
}

constexpr std::string_view expiring = "expiry.basis = \"unopened\"\nexpiry.ttl_s = 86400";

TEST(AuditOfInMails, WantsThemToExpireAfterTheirTime) {
  for (const Milliseconds late : {Milliseconds{0}, Milliseconds{1}}) {
    AuditStory story(expiring);
    story.three_members();
    StoryInMail inmail = story.send(ada, bob);
    story.deliver(inmail);
    story.pass(std::chrono::days{1} + late);
    const Position expired = story.add(
        bob, Expired{inmail.ref, ExpiryBasis::unopened, ExpiryEffect::hide, ChargeEnd::final, 0});
    story.finalize(inmail);
    if (late.count() > 0)
      EXPECT_TRUE(holds(story.records()));
    else
      EXPECT_TRUE(breaks(story.records(), "IM1", expired));
  }
}

TEST(AuditOfInMails, WantsNothingToExpireThatWasOpenedInTime) {
  AuditStory story(expiring);
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  story.open(inmail);
  story.pass(std::chrono::days{2});
  const Position expired = story.add(
      bob, Expired{inmail.ref, ExpiryBasis::unopened, ExpiryEffect::hide, ChargeEnd::final, 0});
  EXPECT_TRUE(breaks(story.records(), "IM1", expired));
}

TEST(AuditOfInMails, WantsNoAnswerToWhatIsHidden) {
  AuditStory story(expiring);
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  story.pass(std::chrono::days{2});
  story.add(bob,
            Expired{inmail.ref, ExpiryBasis::unopened, ExpiryEffect::hide, ChargeEnd::final, 0});
  story.finalize(inmail);
  const Position answered = story.reply(inmail);
  EXPECT_TRUE(breaks(story.records(), "IM1", Position{answered.value - 1}));
}

TEST(AuditOfInMails, WantsTheSenderToLearnWhatHappened) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  const Position answered = story.reply(inmail, ReplyKind::decline);
  const Position learned{answered.value + 1};
  story.refund(inmail, RefundOn::decline);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  drop(records, learned);
  EXPECT_TRUE(breaks(audit_of(records, std::chrono::days{2}), "IM1", answered));
  records = story.records();
  event_at<OutcomeReceived>(records, learned).outcome = Outcome::declined;
  EXPECT_TRUE(breaks(records, "IM1", learned));

  const Position again = story.inform(inmail, Outcome::declined_silently);
  EXPECT_TRUE(breaks(story.records(), "IM1", again));
}

// IM2: responses.

TEST(AuditOfResponses, WantsTheFirstToBeTheOnlyOne) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  story.reply(inmail);
  story.refund(inmail);
  ASSERT_TRUE(holds(story.records()));
  Replied second = story.reply_event(inmail, ReplyKind::decline);
  second.charge = ChargeEnd::none;
  second.refund_amount = 0;
  const Position again = story.decide(bob, second);
  EXPECT_TRUE(breaks(story.records(), "IM2", again));
}

TEST(AuditOfResponses, WantsTheRecipientToGiveThem) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  const Position answered = story.reply(inmail);
  auto records = story.records();
  record_at(records, answered).header.asked_by = Principal::of(ada);
  EXPECT_TRUE(breaks(records, "IM2", answered));
}

TEST(AuditOfResponses, WantsAnOpenBeforeAReply) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  const Position answered = story.decide(bob, story.reply_event(inmail, ReplyKind::accept));
  EXPECT_TRUE(breaks(story.records(), "IM2", answered));
}

TEST(AuditOfResponses, WantsAnInferredOpenToStandRightBeforeItsReply) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  const Position answered = story.reply(inmail);
  story.refund(inmail);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  const Position opened{answered.value - 1};
  record_at(records, opened).header.time -= Milliseconds{1};
  record_at(records, opened).header.due_at -= Milliseconds{1};
  EXPECT_TRUE(breaks(records, "IM2", answered)) << "not at the same instant";

  records = story.records();
  records.resize(opened.value);
  EXPECT_TRUE(breaks(records, "IM2", opened)) << "the log ends before it";
}

// IM3: who takes InMail.

TEST(AuditOfDeliveries, WantsNoneToWhoBlocksTheSender) {
  AuditStory story;
  story.three_members();
  story.decide(bob, MemberBlocked{eve});
  StoryInMail welcome = story.send(ada, bob);
  story.deliver(welcome);
  ASSERT_TRUE(holds(story.records()));
  StoryInMail unwelcome = story.send(eve, bob);
  story.deliver(unwelcome);
  EXPECT_TRUE(breaks(story.records(), "IM3", unwelcome.delivered));
}

TEST(AuditOfDeliveries, WantsNoneToWhoDoesNotTakeThem) {
  for (const auto preference : {InMailPreference::opted_out, InMailPreference::disabled}) {
    AuditStory story;
    story.three_members();
    StoryInMail inmail = story.send(ada, bob);
    story.decide(bob, PreferenceChanged{preference});
    story.deliver(inmail);
    EXPECT_TRUE(breaks(story.records(), "IM3", inmail.delivered)) << name_of(preference);
  }
}

TEST(AuditOfDeliveries, WantsNoneToFailThatIsTaken) {
  for (const bool is_taken : {false, true}) {
    AuditStory story;
    story.three_members();
    const StoryInMail inmail = story.send(ada, bob);
    if (!is_taken) story.decide(bob, MemberBlocked{ada});
    const Position failed = story.fail(inmail);
    story.release(inmail, ReleaseReason::delivery_failed);
    if (is_taken)
      EXPECT_TRUE(breaks(story.records(), "IM3", failed));
    else
      EXPECT_TRUE(holds(story.records()));
  }
}

TEST(AuditOfDeliveries, LetsThePremiumOverrideWhatItMay) {
  for (const bool blocks : {false, true}) {
    AuditStory story("recipient.premium_override = true");
    story.three_members();
    story.decide(bob, PreferenceChanged{InMailPreference::disabled});
    if (blocks) story.decide(bob, MemberBlocked{ada});
    StoryInMail inmail = story.send(ada, bob);
    story.deliver(inmail);
    if (blocks)
      EXPECT_TRUE(breaks(story.records(), "IM3", inmail.delivered));
    else
      EXPECT_TRUE(holds(story.records()));
  }
}

TEST(AuditOfDeliveries, WantsRecipientsThatExist) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, MemberId{77});
  story.deliver(inmail);
  EXPECT_TRUE(breaks(story.records(), "IM3", inmail.delivered));
}

TEST(AuditOfDeliveries, WantsPremiumSendersToBePremium) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  auto records = story.records();
  event_at<InMailSent>(records, inmail.sent).from_premium = false;
  EXPECT_TRUE(breaks(records, "IM3", inmail.sent));
}

// IM4: silence.

TEST(AuditOfSilence, WantsNoMoreUnansweredThanAllowed) {
  AuditStory story("followup.max_unanswered = 1");
  story.three_members();
  for (int i = 0; i < 2; ++i) {
    StoryInMail inmail = story.send(ada, bob);
    story.deliver(inmail);
    story.pass(std::chrono::days{4});
  }
  ASSERT_TRUE(holds(story.records()));
  const StoryInMail third = story.send(ada, bob);
  EXPECT_TRUE(breaks(story.records(), "IM4", third.sent));
}

TEST(AuditOfSilence, EndsWithAnAnswerAFailureOrTime) {
  AuditStory story("followup.max_unanswered = 0\nfollowup.forget_s = 864000");
  story.three_members();
  StoryInMail answered = story.send(ada, bob);
  story.deliver(answered);
  story.reply(answered);
  story.refund(answered);
  story.decide(bob, PreferenceChanged{InMailPreference::disabled});
  const StoryInMail failed = story.send(ada, bob);
  story.fail(failed);
  story.release(failed, ReleaseReason::delivery_failed);
  story.decide(bob, PreferenceChanged{InMailPreference::on});
  StoryInMail silent = story.send(ada, bob);
  story.deliver(silent);
  story.pass(std::chrono::days{10});
  StoryInMail after = story.send(ada, bob);
  story.deliver(after);
  ASSERT_TRUE(holds(story.records()));

  story.pass(std::chrono::days{10} - Milliseconds{1});
  const StoryInMail too_soon = story.send(ada, bob);
  EXPECT_TRUE(breaks(story.records(), "IM4", too_soon.sent));
}

// IM7: retracting.

TEST(AuditOfRetractions, WantsThemUnopenedAndInTheirWindow) {
  struct Case {
    Milliseconds after;
    bool opened;
    bool allowed;
  };
  constexpr Milliseconds window = std::chrono::days{7};
  for (const Case each : {Case{window, false, true}, Case{window + Milliseconds{1}, false, false},
                          Case{std::chrono::hours{1}, true, false}}) {
    AuditStory story;
    story.three_members();
    StoryInMail inmail = story.send(ada, bob);
    story.deliver(inmail);
    if (each.opened) story.open(inmail);
    story.pass(each.after);
    const Position retracted =
        story.decide(bob, InMailRetracted{inmail.ref, each.opened, ChargeEnd::final, 0});
    story.finalize(inmail);
    story.inform(inmail, Outcome::retracted);
    if (each.allowed)
      EXPECT_TRUE(holds(story.records()));
    else
      EXPECT_TRUE(breaks(story.records(), "IM7", retracted));
  }
}

}  // namespace
}  // namespace inmail::test
