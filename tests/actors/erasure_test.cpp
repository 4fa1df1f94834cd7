// A member that was erased: what ends with it, and what goes on (design 6, D4.1.3).

#include <gtest/gtest.h>

#include "actors/member.hpp"
#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const Timestamp start = utc("2025-01-01");

Given<Member>& subscribed(Given<Member>& given) {
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  return given.when(StartSubscription{ada, PlanKind::career});
}

Given<Member>& erased(Given<Member>& given) {
  given.when(EraseMember{ada});
  return given.when_notice(MemberErased{ada}, ada, given.now());
}

TEST(Erasure, EndsThePlanAndEveryCredit) {
  Policy keeps;  // Not from the erased.
  keeps.lot.on_cancel_subscription = OnCancel::keep;
  Given<Member> given(ada, keeps);
  subscribed(given).when(GrantBonus{ada, 3, 1, "gift"}).when(EraseMember{ada});
  given.then({MemberErased{ada}, SubscriptionEnded{PlanKind::career},
              CreditsVoided{LotId{1}, 5, VoidReason::member_erased},
              CreditsVoided{LotId{2}, 3, VoidReason::member_erased}});
  EXPECT_EQ(given.state().account.available(), 0u);
  EXPECT_TRUE(given.state().agenda.empty());
}

TEST(Erasure, IsAcceptedTwiceAndHappensOnce) {
  Given<Member> given(ada);
  given.when(EraseMember{ada}).then_rejected(Rejection::unknown_target);
  subscribed(given)
      .when(EraseMember{ada})
      .then_only<MemberErased, SubscriptionEnded, CreditsVoided>();
  given.when(EraseMember{ada}).then_nothing();
  given.when_notice(MemberErased{ada}, ada, start).then({MemberKeyDestroyed{}});
  given.when(EraseMember{ada}).then_nothing();
  EXPECT_EQ(given.state().membership, Membership::erased);
}

TEST(Erasure, TakesWhatWasReceivedToo) {
  Given<Member> given(ada);
  subscribed(given).when(EraseMember{ada, true});
  given.then_only<MemberErased, ReceivedErased, SubscriptionEnded, CreditsVoided>();
  given.when_notice(ReceivedErased{ada}, ada, start).then({ReceivedKeyDestroyed{}});
  given.when_notice(ReceivedErased{ada}, ada, start).then_nothing();
  given.when_notice(MemberErased{ada}, ada, start).then({MemberKeyDestroyed{}});
  given.when(EraseMember{ada, true}).then_nothing();
  EXPECT_EQ(given.state().received_texts, ReceivedTexts::erased);
}

TEST(Erasure, TakesWhatWasReceivedLaterAndOnce) {
  Given<Member> given(ada);
  given.when(EraseMember{ada, true}).then_rejected(Rejection::unknown_target);
  erased(subscribed(given));
  EXPECT_EQ(given.state().received_texts, ReceivedTexts::kept);
  given.when(EraseMember{ada, true}).then({ReceivedErased{ada}});
  given.when(EraseMember{ada, true}).then_nothing();
  given.when_notice(ReceivedErased{ada}, ada, start).then({ReceivedKeyDestroyed{}});
  EXPECT_EQ(given.state().membership, Membership::erased);
}

TEST(Erasure, IsTheSystemsToOrder) {
  Given<Member> given(ada);
  subscribed(given).asked_by(Principal::of(ada)).when(EraseMember{ada});
  given.then_rejected(Rejection::not_allowed);
}

TEST(Erasure, LeavesAStrangerWhoNeverJoinsAgain) {
  Given<Member> given(ada);
  subscribed(given).when(BlockMember{ada, bob});
  erased(given);
  EXPECT_EQ(given.state().recipient.blocked, std::set<MemberId>{});
  EXPECT_FALSE(Member::admission(given.state(), Policy{}, Version{0}).exists);
  given.when(mail(ada, bob)).then_rejected(Rejection::unknown_sender);
  for (const Command& command :
       {Command{SetPreference{ada, InMailPreference::disabled}}, Command{BlockMember{ada, bob}},
        Command{StartSubscription{ada, PlanKind::career}}, Command{GrantBonus{ada, 1, 2, "x"}},
        Command{OpenInMail{ada, {}}}, Command{SendMessage{{}, ada, {}, bob, "x"}}})
    given.when(command).then_rejected(Rejection::unknown_target);
  given.when(RegisterMember{ada, "Ada", "", "en"}).then_rejected(Rejection::already_exists);
}

TEST(Erasure, FailsWhatIsOnItsWayToThem) {
  const InMailSent letter{.inmail = inmail_of(make_command_id(start, 1, 1)),
                          .from = bob,
                          .to = ada,
                          .pool = bob,
                          .cost = 1};
  Given<Member> given(ada);
  erased(subscribed(given)).when_notice(letter, bob, start).then_only<InMailFailed>();
  EXPECT_EQ(given.the<InMailFailed>().reason, FailureReason::unknown_recipient);
}

TEST(Erasure, LetsWhatTheyReceivedEndByItself) {
  const InMailSent letter{.inmail = inmail_of(make_command_id(start, 1, 1)),
                          .from = bob,
                          .to = ada,
                          .pool = bob,
                          .cost = 1};
  Given<Member> given(ada);
  subscribed(given).when_notice(letter, bob, start);
  erased(given).settle_until(start + days{400}).then_only<RefundWindowClosed>();
  EXPECT_EQ(given.the<RefundWindowClosed>().charge, ChargeEnd::final);
  EXPECT_TRUE(given.state().agenda.empty());
}

TEST(Erasure, VoidsWhatComesBackToThem) {
  for (const bool survives : {false, true}) {
    Policy policy = at_once();
    policy.lot.on_cancel_subscription = survives ? OnCancel::keep : OnCancel::void_at_cycle_end;
    Given<Member> given(ada, policy);
    subscribed(given).when(mail(ada, bob));
    const InMailSent first = given.the<InMailSent>();
    given.when(mail(ada, carol));
    const InMailSent second = given.the<InMailSent>();
    erased(given);
    const InMailRef failed = ref_of(first, ada, start);
    given.when_notice(InMailFailed{failed, FailureReason::recipient_unavailable}, bob, start + 1s)
        .then_only<CreditReleased, CreditsVoided, OutcomeReceived>();
    given.when_notice(refunding_reply_to(ref_of(second, ada, start)), carol, start + 1s)
        .then_only<CreditsGranted, CreditRefunded, CreditsVoided, OutcomeReceived>();
    EXPECT_EQ(given.state().account.available(), 0u);
    EXPECT_TRUE(given.state().account.charges.empty());
  }
}

TEST(Erasure, KeepsTheThreadForTheOtherWhoCannotWriteInItAnyMore) {
  Given<Member> given(bob);
  given.at(start).when(RegisterMember{bob, "Bob", "", "en"});
  const InMailSent letter{.inmail = inmail_of(make_command_id(start, 1, 1)),
                          .from = ada,
                          .to = bob,
                          .pool = ada,
                          .cost = 1};
  given.when_notice(letter, ada, start).when(Respond{bob, letter.inmail, ReplyKind::reply, "Yes"});
  given.when(SendMessage{letter.inmail, bob, {}, ada, "And?"}).then_only<MessageSent>();
  given.admits(ada, {.exists = false}).when(SendMessage{letter.inmail, bob, {}, ada, "And?"});
  given.then_rejected(Rejection::unknown_recipient);
}

}  // namespace
}  // namespace inmail::test
