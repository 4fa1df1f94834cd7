// What a sender remembers of its own InMails: texts, follow-ups, threads (D3.6, D3.7, D4.1.3).

#include "actors/outbox.hpp"

#include <gtest/gtest.h>

#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const Timestamp start = utc("2025-01-01");

Given<Member>& subscribed(Given<Member>& given) {
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  return given.when(StartSubscription{ada, PlanKind::sales_core});
}

InMailRef send(Given<Member>& given, MemberId to = bob) {
  given.when(mail(ada, to)).then_only<InMailSent>();
  return ref_of(given.the<InMailSent>(), ada, given.now());
}

Given<Member>& write(Given<Member>& given, std::string subject, std::string body) {
  return given.when(SendInMail{.from = ada, .to = bob, .subject = subject, .body = body});
}

/// "x x x": so many words.
std::string words(std::size_t count) {
  std::string text = "x";
  while (--count > 0) text += " x";
  return text;
}

TEST(Texts, MayHave200CharactersAndAMissingOneIsNamed) {
  Given<Member> given(ada);
  write(subscribed(given), std::string(201, 'x'), "b");
  given.then_rejected(Rejection::subject_too_long, 200, 201);
  write(given, "", "b").then_rejected(Rejection::subject_empty, 1, 0);
  write(given, "s", "").then_rejected(Rejection::body_empty, 1, 0);
  write(given, "s", std::string(1'901, 'x')).then_rejected(Rejection::body_too_long, 1'900, 1'901);
  write(given, std::string(200, 'x'), std::string(1'900, 'x')).then_only<InMailSent>();
}

TEST(Texts, AreCountedInCharactersAndNotInBytes) {
  Given<Member> given(ada);
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\u00fc";
  write(subscribed(given), umlauts, "b").then_only<InMailSent>();
}

TEST(Texts, AreCountedInWordsUnderSeed1) {  // A17.
  Given<Member> given(ada, "seed1");
  write(subscribed(given), words(201), "b").then_rejected(Rejection::subject_too_long, 200, 201);
  write(given, words(200), "b").then_only<InMailSent>();
}

TEST(Texts, ShareOneMaximumUnderSeed3) {  // A18.
  Given<Member> given(ada, "seed3");
  write(subscribed(given), std::string(100, 's'), std::string(2'901, 'b'));
  given.then_rejected(Rejection::body_too_long, 3'000, 3'001);
  write(given, std::string(100, 's'), std::string(2'900, 'b')).then_only<InMailSent>();
}

TEST(Texts, NeedNoSubjectWhereATraceHasNone) {
  Given<Member> given(ada, "trace");
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  given.when(StartSubscription{ada, PlanKind::custom});
  write(given, "", "b").then_only<InMailSent>();
}

TEST(FollowUp, MustWaitAndComesOnce) {
  Given<Member> given(ada);
  subscribed(given);
  send(given);
  given.at(start + days{3} - 1ms).when(mail(ada, bob));
  given.then_rejected(Rejection::followup_too_soon, 259'200, 259'199);
  given.at(start + days{3});
  send(given);
  given.at(start + days{30}).when(mail(ada, bob)).then_rejected(Rejection::followup_limit, 1, 1);
  send(given, carol);
}

TEST(FollowUp, WaitsAWeekUnderSeed2) {  // A20.
  Given<Member> given(ada, "seed2");
  subscribed(given);
  send(given);
  given.at(start + days{6}).when(mail(ada, bob)).then_rejected(Rejection::followup_too_soon);
  given.at(start + days{7});
  send(given);
  given.at(start + days{14}).when(mail(ada, bob)).then_rejected(Rejection::followup_limit);
}

TEST(FollowUp, IsNotToBeUnderLegacy2014) {
  Given<Member> given(ada, "legacy-2014");
  subscribed(given);
  send(given);
  given.at(start + days{30}).when(mail(ada, bob)).then_rejected(Rejection::awaiting_response, 0, 1);
}

TEST(FollowUp, IsNoneOfAnInMailThatIsForgotten) {
  Given<Member> given(ada, "legacy-2014");
  subscribed(given);
  send(given);
  given.at(start + days{90} - 1ms).when(mail(ada, bob)).then_rejected(Rejection::awaiting_response);
  given.at(start + days{90});
  send(given);
}

TEST(FollowUp, IsNoneAfterAnAnswerAFailureOrARetraction) {
  for (const int way : {0, 1, 2}) {
    Given<Member> given(ada, "legacy-2014");
    subscribed(given);
    const InMailRef ref = send(given);
    const Event outcomes[] = {reply_to(ref, ReplyKind::accept, ChargeEnd::final),
                              InMailFailed{ref, FailureReason::recipient_unavailable},
                              InMailRetracted{ref, false, ChargeEnd::final, 0}};
    given.when_notice(outcomes[way], bob, start + 1h);
    EXPECT_TRUE(given.state().outbox.unanswered.empty());
    send(given);
  }
}

TEST(Outcome, IsLearntOnce) {
  Given<Member> given(ada);
  subscribed(given);
  const InMailRef ref = send(given);
  given.when_notice(reply_to(ref, ReplyKind::reply, ChargeEnd::none), bob, start + 1h);
  given.then({OutcomeReceived{ref.inmail, bob, Outcome::replied}});
  given.when_notice(reply_to(ref, ReplyKind::reply, ChargeEnd::none), bob, start + 1h);
  given.then_nothing();
}

TEST(Outcome, SaysHowTheRecipientAnswered) {
  const auto outcome = [](ReplyKind kind, bool canned) {
    Given<Member> given(ada);
    subscribed(given);
    Replied reply = reply_to(send(given), kind, ChargeEnd::none);
    reply.canned = canned;
    given.when_notice(reply, bob, start + 1h);
    return given.the<OutcomeReceived>().outcome;
  };
  EXPECT_EQ(outcome(ReplyKind::accept, true), Outcome::accepted);
  EXPECT_EQ(outcome(ReplyKind::decline, true), Outcome::declined_silently);
  EXPECT_EQ(outcome(ReplyKind::decline, false), Outcome::declined);
  EXPECT_EQ(outcome(ReplyKind::reply, false), Outcome::replied);
  EXPECT_EQ(outcome(ReplyKind::quick_reply, true), Outcome::quick_reply);
}

SendMessage word(const InMailRef& ref, MemberId to = bob) {
  return {ref.inmail, ada, {}, to, "And another thing"};
}

TEST(Thread, IsTheSendersToWriteInAfterAResponse) {
  Given<Member> given(ada);
  subscribed(given);
  const InMailRef ref = send(given);
  given.when(word(ref)).then_rejected(Rejection::awaiting_response);
  given.when_notice(reply_to(ref, ReplyKind::accept, ChargeEnd::none), bob, start + 1h);
  given.when(word(ref)).then_only<MessageSent>();
  EXPECT_EQ(given.the<MessageSent>().conversation, ref.inmail);
  given.when(word(ref, carol)).then_rejected(Rejection::unknown_target);
}

TEST(Thread, IsClosedByASilentDeclineButANewInMailIsOpen) {  // A5.
  Given<Member> given(ada);
  subscribed(given);
  const InMailRef ref = send(given);
  given.when_notice(reply_to(ref, ReplyKind::decline, ChargeEnd::refund, 1), bob, start + 1h)
      .then_only<CreditsGranted, CreditRefunded, OutcomeReceived>();
  given.when(word(ref)).then_rejected(Rejection::thread_closed_by_decline);
  send(given);
}

TEST(Thread, StaysOpenAfterADeclineWithWords) {
  Given<Member> given(ada);
  subscribed(given);
  Replied reply = reply_to(send(given), ReplyKind::decline, ChargeEnd::none);
  reply.canned = false;
  given.when_notice(reply, bob, start + 1h).when(word(reply.ref)).then_only<MessageSent>();
}

TEST(Thread, TakesWordsWithinTheLimits) {
  Given<Member> given(ada);
  subscribed(given);
  const InMailRef ref = send(given);
  given.when_notice(reply_to(ref, ReplyKind::accept, ChargeEnd::none), bob, start + 1h);
  given.when(SendMessage{ref.inmail, ada, {}, bob, ""}).then_rejected(Rejection::body_empty, 1, 0);
  given.when(SendMessage{ref.inmail, ada, {}, bob, std::string(1'901, 'x')})
      .then_rejected(Rejection::body_too_long, 1'900, 1'901);
}

TEST(Thread, IsUnavailableToBothWhenEitherBlocks) {
  const auto block = std::make_shared<const std::set<MemberId>>(std::set{ada});
  for (const bool by_ada : {true, false}) {
    Given<Member> given(ada);
    subscribed(given);
    const InMailRef ref = send(given);
    given.when_notice(reply_to(ref, ReplyKind::accept, ChargeEnd::none), bob, start + 1h);
    if (by_ada)
      given.when(BlockMember{ada, bob});
    else
      given.admits(bob, {.exists = true, .blocked = block});
    given.when(word(ref)).then_rejected(Rejection::thread_unavailable);
  }
}

TEST(Thread, ThatIsNotThereDoesNotTellOfABlock) {
  const auto block = std::make_shared<const std::set<MemberId>>(std::set{ada});
  for (const auto& blocked : {block, std::shared_ptr<const std::set<MemberId>>()}) {
    Given<Member> given(ada);
    subscribed(given).admits(bob, {.exists = true, .blocked = blocked});
    given.when(word({.inmail = InMailId{{1}}})).then_rejected(Rejection::unknown_target);
  }
}

TEST(Thread, OfAnInMailThatFailedIsNone) {
  Given<Member> given(ada);
  subscribed(given);
  const InMailRef ref = send(given);
  given.when_notice(InMailFailed{ref, FailureReason::unknown_recipient}, bob, start);
  given.when(word(ref)).then_rejected(Rejection::unknown_target);
}

}  // namespace
}  // namespace inmail::test
