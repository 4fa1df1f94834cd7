// What becomes of an InMail on its recipient's side (D4.1).

#include <gtest/gtest.h>

#include "tests/support/received_letter.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

Respond answer(ReplyKind kind, const char* text = "") { return {bob, inmail, kind, text}; }
const OpenInMail open_it{bob, inmail};
const RetractInMail take_back{ada, bob, inmail};

TEST(Delivery, PutsAnInMailIntoTheInboxOnce) {
  Given<Member> given(bob, quiet());
  delivered(given).then({InMailDelivered{.ref = ref,
                                         .pinned = PolicyVersion{1},
                                         .refundable = true,
                                         .refund_until = sent_at + days{90}}});
  given.when_notice(letter(), ada, sent_at).then_nothing();
  EXPECT_EQ(given.state().received.size(), 1u);
}

TEST(Delivery, FailsToSomebodyWhoNeverJoined) {
  Given<Member> given(bob, quiet());
  given.when_notice(letter(), ada, sent_at)
      .then({InMailFailed{ref, FailureReason::unknown_recipient}});
  given.when(RegisterMember{bob, "Bob", "", "en"});
  given.when_notice(letter(), ada, sent_at).then_nothing();
}

TEST(Delivery, FailsAlikeForEveryWayOfBeingUnavailable) {
  for (const Command& switched :
       {Command{BlockMember{bob, ada}}, Command{SetPreference{bob, InMailPreference::opted_out}},
        Command{SetPreference{bob, InMailPreference::disabled}}}) {
    Given<Member> given(bob, quiet());
    registered(given).when(switched).when_notice(letter(), ada, sent_at);
    given.then({InMailFailed{ref, FailureReason::recipient_unavailable}});
    given.when(open_it).then_rejected(Rejection::not_delivered);
    given.when(take_back).then_rejected(Rejection::not_delivered);
    given.when(SendMessage{inmail, bob, {}, ada, "?"}).then_rejected(Rejection::unknown_target);
  }
}

TEST(Delivery, AsksAgainWhetherPremiumOverridesTheSwitch) {  // A11, at the delivery.
  for (const InMailPreference preference :
       {InMailPreference::opted_out, InMailPreference::disabled}) {
    Given<Member> given(bob, quiet("seed2"));
    registered(given).when(SetPreference{bob, preference});
    given.when(StartSubscription{bob, PlanKind::career});
    given.when_notice(letter(1), ada, sent_at).then_only<InMailDelivered>();
    given.when(BlockMember{bob, ada});
    given.when_notice(letter(2), ada, sent_at).then_only<InMailFailed>();
  }
}

TEST(Delivery, ComputesTheDeadlinesOfThePinnedPolicy) {
  const auto delivery = [](std::string_view policy) {
    Given<Member> given(bob, quiet(policy));
    delivered(given);
    return given.the<InMailDelivered>();
  };
  const Timestamp week_over = sent_at + days{7} + 1ms;
  const InMailDelivered legacy = delivery("legacy-2014");
  EXPECT_TRUE(legacy.refundable);
  EXPECT_EQ(legacy.refund_until, std::nullopt);
  EXPECT_EQ(legacy.no_response_from, week_over);
  EXPECT_EQ(legacy.expires_from, week_over);
  EXPECT_EQ(legacy.expiry_basis, ExpiryBasis::unanswered);
  const InMailDelivered seed3 = delivery("seed3");
  EXPECT_FALSE(seed3.refundable);
  EXPECT_EQ(seed3.expires_from, week_over);
  EXPECT_EQ(seed3.expiry_basis, ExpiryBasis::unopened);
}

TEST(Delivery, LeavesNothingToRefundOfAnInMailThatCostNothing) {
  Given<Member> given(bob, quiet());
  InMailSent gift = letter();
  gift.cost = 0;
  gift.splits.clear();
  registered(given).when_notice(gift, ada, sent_at);
  EXPECT_FALSE(given.the<InMailDelivered>().refundable);
  given.when(answer(ReplyKind::accept));
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::none);
}

TEST(Delivery, IsJudgedByThePolicyOfTheSendHoweverLateItComes) {
  Given<Member> given(bob, quiet("seed4"));
  registered(given);
  const Record sent{
      .header = {.stream = ada, .time = sent_at, .due_at = sent_at, .policy = PolicyVersion{1}},
      .event = letter()};
  given.adopted(preset_named("seed3"));
  const Step step = given.stage().notice(notices_to(bob, sent).front(), sent_at + days{3});
  const auto arrived = std::get<InMailDelivered>(step.events.front());
  EXPECT_EQ(arrived.pinned, PolicyVersion{1});
  EXPECT_EQ(arrived.no_response_from, sent_at + days{7} + 1ms);
  EXPECT_EQ(arrived.expires_from, std::nullopt);
}

TEST(Opening, IsToldTheFirstTimeOnly) {
  Given<Member> given(bob, quiet());
  delivered(given).when(open_it).then({Opened{.ref = ref, .inferred = false}});
  given.when(open_it).then_nothing();
  given.when(OpenInMail{bob, InMailId{}}).then_rejected(Rejection::not_delivered);
}

TEST(Response, InfersTheOpeningThatNobodySaw) {
  Given<Member> given(bob, quiet());
  delivered(given).at(sent_at + 5s);
  given.when(answer(ReplyKind::accept))
      .then({Opened{.ref = ref, .inferred = true}, Replied{.ref = ref,
                                                           .kind = ReplyKind::accept,
                                                           .canned = true,
                                                           .latency_ms = 5'000,
                                                           .charge = ChargeEnd::refund,
                                                           .refund_amount = 1}});
}

TEST(Response, IsGivenOnce) {
  Given<Member> given(bob, quiet());
  delivered(given).when(open_it).when(answer(ReplyKind::decline)).then_only<Replied>();
  for (const ReplyKind kind : {ReplyKind::accept, ReplyKind::decline, ReplyKind::quick_reply})
    given.when(answer(kind)).then_rejected(Rejection::already_responded);
}

TEST(Response, NeedsWordsWhereItIsAReply) {
  Given<Member> given(bob, quiet());
  delivered(given);
  given.when(answer(ReplyKind::reply)).then_rejected(Rejection::body_empty, 1, 0);
  const std::string long_text(1'901, 'x');
  for (const ReplyKind kind : {ReplyKind::reply, ReplyKind::decline})
    given.when(answer(kind, long_text.c_str()))
        .then_rejected(Rejection::body_too_long, 1'900, 1'901);
  given.when(answer(ReplyKind::reply, "Gladly.")).then_only<Opened, Replied>();
  EXPECT_FALSE(given.the<Replied>().canned);
  EXPECT_EQ(given.the<Replied>().text.counts().codepoints, 7u);
}

TEST(Response, RefundsUpToTheLastInstantOfItsWindow) {  // A3.
  Given<Member> given(bob, quiet());
  delivered(given).at(sent_at + 7'776'000s).when(answer(ReplyKind::decline));
  EXPECT_TRUE(given.step().fell_due.empty());
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::refund);
}

TEST(Response, FindsTheWindowClosedAMillisecondLater) {  // A3.
  Given<Member> given(bob, quiet());
  delivered(given).at(sent_at + 7'776'000s + 1ms).when(answer(ReplyKind::accept));
  EXPECT_EQ(described(events_in(given.step().fell_due)),
            described({RefundWindowClosed{ref, ChargeEnd::final, 0}}));
  EXPECT_EQ(given.step().fell_due.front().header.due_at, sent_at + 7'776'000s + 1ms);
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::none) << "and still counts as a response";
}

TEST(Response, RefundsWhatThePolicyGivesForItsKind) {
  Policy policy = at_once();
  policy.refund.on = {RefundOn::accept, RefundOn::decline, RefundOn::quick_reply};
  policy.refund.amount_accept = 20'000;
  policy.refund.amount_decline = 9'999;
  const auto end = [&](ReplyKind kind) {
    Given<Member> given(bob, quiet(policy));
    delivered(given).when(answer(kind, "Well."));
    return std::pair{given.the<Replied>().charge, given.the<Replied>().refund_amount};
  };
  EXPECT_EQ(end(ReplyKind::accept), (std::pair{ChargeEnd::refund, 2u}));
  EXPECT_EQ(end(ReplyKind::decline), (std::pair{ChargeEnd::final, 0u})) << "floored";
  EXPECT_EQ(end(ReplyKind::quick_reply), (std::pair{ChargeEnd::refund, 1u}));
  EXPECT_EQ(end(ReplyKind::reply), (std::pair{ChargeEnd::final, 0u}));
}

TEST(Response, RefundsNothingWhereNoRefundIsAllowed) {
  Policy policy = preset_named("legacy-2014");
  policy.refund.on.insert(RefundOn::accept);
  policy.refund.on.insert(RefundOn::expired);
  policy.refund.max_per_inmail = 0;
  Given<Member> given(bob, quiet(policy));
  EXPECT_FALSE(delivered(given).the<InMailDelivered>().refundable);
  given.when(answer(ReplyKind::accept));
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::none);
}

TEST(Response, RefundsFromTheClockOfThePolicy) {
  for (const RefundClock clock : {RefundClock::delivered_at, RefundClock::opened_at}) {
    Policy policy = at_once();
    policy.refund.clock = clock;
    policy.refund.window_s = 1h;
    Given<Member> given(bob, quiet(policy));
    registered(given).at(sent_at + 2h).when_notice(letter(), ada, sent_at);
    given.at(sent_at + 3h).when(open_it).then_only<Opened>();
    const auto start = clock == RefundClock::delivered_at ? sent_at + 2h : sent_at + 3h;
    EXPECT_EQ(given.state().received.at(inmail).refund_until, start + 1h);
    given.settle_until(start + 1h + 1ms).then({RefundWindowClosed{ref, ChargeEnd::final, 0}});
  }
}

TEST(Response, IsInTimeWhereItIsTheOpeningToo) {
  Policy policy = at_once();
  policy.refund.clock = RefundClock::opened_at;
  Given<Member> given(bob, quiet(policy));
  delivered(given).at(sent_at + days{500}).when(answer(ReplyKind::accept));
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::refund);
}

TEST(Silence, RefundsAndThenExpiresUnderLegacy2014) {  // A4.
  Given<Member> given(bob, quiet("legacy-2014"));
  delivered(given);
  const Timestamp due = sent_at + 604'800'000ms + 1ms;
  given.settle_until(due - 1ms).then_nothing();
  given.settle_until(due).then(
      {RefundWindowClosed{ref, ChargeEnd::refund, 1},
       Expired{ref, ExpiryBasis::unanswered, ExpiryEffect::hide, ChargeEnd::none, 0}});
  for (const Record& record : given.step().fell_due) EXPECT_EQ(record.header.due_at, due);
  given.when(answer(ReplyKind::accept)).then_rejected(Rejection::message_expired);
}

TEST(Silence, LosesToAResponseAtTheLastInstant) {  // A4.
  Given<Member> given(bob, quiet("legacy-2014"));
  delivered(given).at(sent_at + days{7}).when(answer(ReplyKind::accept));
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::final);
  given.settle_until(sent_at + days{400}).then_nothing();
}

TEST(Silence, RefundsUnderSeed4WhileTheInMailStays) {  // A19.
  Given<Member> given(bob, quiet("seed4"));
  delivered(given);
  given.settle_until(sent_at + days{8}).then({RefundWindowClosed{ref, ChargeEnd::refund, 1}});
  given.when(answer(ReplyKind::accept)).then_only<Opened, Replied>();
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::none) << "takes nothing back";
}

TEST(Silence, RefundsNothingEverAfterAnAnswerInTime) {  // A19.
  Given<Member> given(bob, quiet("seed4"));
  delivered(given).at(sent_at + days{2}).when(answer(ReplyKind::decline));
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::final);
  EXPECT_TRUE(given.state().agenda.empty());
}

TEST(Expiry, TakesTheUnansweredThoughOpened) {  // A17.
  Given<Member> given(bob, quiet("seed1"));
  delivered(given).when(open_it);
  given.settle_until(sent_at + days{7}).then_nothing();
  given.settle_until(sent_at + days{7} + 1ms)
      .then({Expired{ref, ExpiryBasis::unanswered, ExpiryEffect::hide, ChargeEnd::none, 0}});
  given.when(open_it).then_rejected(Rejection::message_expired);
  given.when(answer(ReplyKind::accept)).then_rejected(Rejection::message_expired);
}

TEST(Expiry, SparesWhatWasOpenedWhereOnlyTheUnopenedExpire) {  // A18.
  Given<Member> opened(bob, quiet("seed3"));
  delivered(opened).at(sent_at + days{3}).when(open_it);
  opened.settle_until(sent_at + days{700}).then_nothing();
  Given<Member> unopened(bob, quiet("seed3"));
  delivered(unopened).settle_until(sent_at + days{7} + 1ms).then_only<Expired>();
}

Policy expiring(LateResponse late) {
  Policy policy = at_once();
  policy.expiry.basis = ExpiryBasis::unanswered;
  policy.expiry.effect = ExpiryEffect::status_only;
  policy.expiry.late_response = late;
  return policy;
}

TEST(Expiry, MakesTheChargeFinalWhereItIsTheLastWord) {
  Given<Member> given(bob, expiring(LateResponse::reject));
  delivered(given).settle_until(sent_at + days{7} + 1ms);
  EXPECT_EQ(given.the<Expired>().charge, ChargeEnd::final);
  given.when(answer(ReplyKind::accept)).then_rejected(Rejection::message_expired);
  EXPECT_TRUE(given.state().agenda.empty());
}

TEST(Expiry, LetsALateResponseInWithoutRefundWhereThePolicySaysSo) {
  Given<Member> given(bob, expiring(LateResponse::allow_no_refund));
  delivered(given).at(sent_at + days{8}).when(answer(ReplyKind::accept));
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::none);
}

TEST(Expiry, NeverLetsALateResponseRefundAlthoughSilenceStillMay) {
  Policy policy = expiring(LateResponse::allow_no_refund);
  policy.refund.on = {RefundOn::accept, RefundOn::no_response};
  policy.refund.no_response_window_s = days{14};
  Given<Member> given(bob, quiet(policy));
  delivered(given).at(sent_at + days{8}).when(answer(ReplyKind::accept));
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::final);
}

TEST(Expiry, RefundsWhereThePolicySaysSo) {
  for (const RefundOn reason : {RefundOn::expired, RefundOn::unopened}) {
    Policy policy = expiring(LateResponse::reject);
    policy.refund.on = {reason};
    Given<Member> silent(bob, quiet(policy));
    delivered(silent).settle_until(sent_at + days{7} + 1ms);
    EXPECT_EQ(silent.the<Expired>().charge, ChargeEnd::refund);

    Given<Member> opened(bob, quiet(policy));
    delivered(opened).when(open_it).settle_until(sent_at + days{7} + 1ms);
    EXPECT_EQ(opened.the<Expired>().charge,
              reason == RefundOn::expired ? ChargeEnd::refund : ChargeEnd::final);
  }
}

Policy refunding_unopened_after_a_day_of_answers() {
  Policy policy = at_once();
  policy.refund.on = {RefundOn::accept, RefundOn::unopened};
  policy.refund.window_s = days{1};
  policy.expiry.basis = ExpiryBasis::unopened;
  return policy;
}

TEST(Expiry, RefundsAlsoWhereTheWindowForAnswersClosedBefore) {
  Policy policy = refunding_unopened_after_a_day_of_answers();
  for (const Seconds window : {Seconds{days{1}}, Seconds{days{7}}}) {
    policy.refund.window_s = window;
    Given<Member> given(bob, quiet(policy));
    delivered(given).settle_until(sent_at + days{30});
    given.then({Expired{ref, ExpiryBasis::unopened, ExpiryEffect::hide, ChargeEnd::refund, 1}});
  }
}

TEST(Expiry, LeavesTheChargeToTheWindowForAnswersOnceItCannotComeAnyMore) {
  const Policy policy = refunding_unopened_after_a_day_of_answers();
  Given<Member> early(bob, quiet(policy));
  delivered(early).when(open_it).then_only<Opened>();
  early.settle_until(sent_at + days{1}).then_nothing();
  early.settle_until(sent_at + days{1} + 1ms).then_only<RefundWindowClosed>();
  Given<Member> late(bob, quiet(policy));
  delivered(late).at(sent_at + days{2}).when(open_it).then_only<Opened, RefundWindowClosed>();
}

TEST(Expiry, LeavesTheChargeToWhateverElseMayStillRefundAfterTheOpening) {
  Policy by_silence = refunding_unopened_after_a_day_of_answers();
  by_silence.refund.on = {RefundOn::no_response, RefundOn::unopened};
  Policy from_the_opening = refunding_unopened_after_a_day_of_answers();
  from_the_opening.refund.clock = RefundClock::opened_at;
  for (const Policy& policy : {by_silence, from_the_opening}) {
    Given<Member> given(bob, quiet(policy));
    delivered(given).at(sent_at + days{2}).when(open_it).then_only<Opened>();
  }
}

TEST(Silence, CountsFromTheOpeningWhereTheClockStartsThere) {
  Policy policy = at_once();
  policy.refund.on = {RefundOn::no_response};
  policy.refund.clock = RefundClock::opened_at;
  policy.refund.no_response_window_s = days{10};
  Given<Member> given(bob, quiet(policy));
  delivered(given).settle_until(sent_at + days{50}).then_nothing();
  given.when(open_it).then_only<Opened>();
  given.settle_until(sent_at + days{60}).then_nothing();
  given.settle_until(sent_at + days{60} + 1ms).then_only<RefundWindowClosed>();
  EXPECT_EQ(given.the<RefundWindowClosed>().charge, ChargeEnd::refund);
}

TEST(Silence, ThatGivesNothingBackLeavesTheChargeToAnAnswer) {
  Policy policy = at_once();
  policy.refund.on = {RefundOn::accept, RefundOn::no_response};
  policy.refund.amount_no_response = 5'000;
  Given<Member> given(bob, quiet(policy));
  delivered(given).settle_until(sent_at + days{30}).then_nothing();
  given.when(answer(ReplyKind::accept));
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::refund);
}

TEST(Silence, ThatGivesNothingBackMakesTheChargeFinalWhereNothingElseCould) {
  Policy policy = at_once();
  policy.refund.on = {RefundOn::no_response};
  policy.refund.amount_no_response = 5'000;
  Given<Member> given(bob, quiet(policy));
  delivered(given).settle_until(sent_at + days{7} + 1ms);
  given.then({RefundWindowClosed{ref, ChargeEnd::final, 0}});
}

TEST(Expiry, LeavesNoChargeOpenThatOnlyItCouldHaveRefunded) {
  Policy policy = at_once();
  policy.expiry.basis = ExpiryBasis::unopened;
  policy.refund.on = {RefundOn::unopened};
  Given<Member> given(bob, quiet(policy));
  delivered(given).when(open_it).then(
      {Opened{.ref = ref}, RefundWindowClosed{ref, ChargeEnd::final, 0}});
}

TEST(Retraction, IsTheAuthorsAlone) {
  Given<Member> given(bob, quiet());
  delivered(given);
  given.when(RetractInMail{carol, bob, inmail}).then_rejected(Rejection::not_allowed);
  given.asked_by(Principal::of(carol)).when(take_back).then_rejected(Rejection::not_allowed);
  given.when(RetractInMail{ada, bob, InMailId{}}).then_rejected(Rejection::not_delivered);
}

TEST(Retraction, TakesBackTheUnopenedWithoutRefund) {
  Given<Member> given(bob, quiet());
  delivered(given).when(take_back).then({InMailRetracted{ref, false, ChargeEnd::final, 0}});
  given.when(take_back).then_rejected(Rejection::already_retracted);
  given.when(open_it).then_rejected(Rejection::message_retracted);
  given.when(answer(ReplyKind::accept)).then_rejected(Rejection::message_retracted);
  EXPECT_TRUE(given.state().agenda.empty());
}

TEST(Retraction, WinsAtTheLastInstantOfItsWindow) {  // A12.
  for (const std::string_view policy : {"default", "seed3"}) {
    Given<Member> given(bob, quiet(policy));
    delivered(given).at(sent_at + 604'800s).when(take_back).then_only<InMailRetracted>();
  }
}

TEST(Retraction, IsTooLateAMillisecondAfter) {  // A12.
  Given<Member> standard(bob, quiet());
  delivered(standard).at(sent_at + 604'800s + 1ms).when(take_back);
  standard.then_rejected(Rejection::retract_window_over, 604'800, 604'801);
  Given<Member> seed3(bob, quiet("seed3"));
  delivered(seed3).at(sent_at + 604'800s + 1ms).when(take_back);
  seed3.then_rejected(Rejection::message_expired);
}

TEST(Retraction, IsRefusedInTheOrderOfItsGuards) {
  Policy never;
  never.retract.condition = RetractCondition::never;
  Policy no_window;
  no_window.retract.window_s = 0s;
  for (const Policy& policy : {never, no_window}) {
    Given<Member> given(bob, quiet(policy));
    delivered(given).at(sent_at + days{8}).when(answer(ReplyKind::accept));
    given.when(take_back).then_rejected(Rejection::retract_disabled);
  }
  Given<Member> late(bob, quiet());
  delivered(late).at(sent_at + days{8}).when(answer(ReplyKind::accept)).when(take_back);
  late.then_rejected(Rejection::retract_window_over);
  Given<Member> answered(bob, quiet());
  delivered(answered).when(answer(ReplyKind::accept)).when(take_back);
  answered.then_rejected(Rejection::already_responded);
}

TEST(Retraction, TellsThatItWasOpenedOnlyWhereTheSenderMayKnow) {
  for (const auto& [visible, code] :
       {std::pair{OpenVisibility::always, Rejection::already_opened},
        std::pair{OpenVisibility::mutual, Rejection::retract_refused},
        std::pair{OpenVisibility::never, Rejection::retract_refused}}) {
    Policy policy = at_once();
    policy.metrics.open_visible_to_sender = visible;
    Given<Member> given(bob, quiet(policy));
    delivered(given).when(open_it).when(take_back).then_rejected(code);
  }
}

TEST(Retraction, RefundsWhereThePolicySaysSo) {
  const auto end = [](RetractRefund refund, bool is_opened) {
    Policy policy = at_once();
    policy.retract.condition = RetractCondition::any;
    policy.retract.refund = refund;
    Given<Member> given(bob, quiet(policy));
    delivered(given);
    if (is_opened) given.when(open_it);
    given.when(take_back).then_only<InMailRetracted>();
    EXPECT_EQ(given.the<InMailRetracted>().was_opened, is_opened);
    return given.the<InMailRetracted>().charge;
  };
  EXPECT_EQ(end(RetractRefund::if_unopened, false), ChargeEnd::refund);
  EXPECT_EQ(end(RetractRefund::if_unopened, true), ChargeEnd::final);
  EXPECT_EQ(end(RetractRefund::always, true), ChargeEnd::refund);
  EXPECT_EQ(end(RetractRefund::never, false), ChargeEnd::final);
}

TEST(ReceivedThread, IsTheRecipientsToWriteInAfterItsResponse) {
  Given<Member> given(bob, quiet());
  delivered(given);
  const SendMessage word{inmail, bob, {}, ada, "By the way"};
  given.when(word).then_rejected(Rejection::awaiting_response);
  given.when(answer(ReplyKind::decline)).when(word);
  given.then_only<ConversationReopened, MessageSent>();
  given.when(word).then_only<MessageSent>();
  given.when(SendMessage{inmail, bob, {}, carol, "?"}).then_rejected(Rejection::unknown_target);
}

}  // namespace
}  // namespace inmail::test
