// What an answer gives back where several InMails of one sender wait for it (D4.1.4, A6).

#include <gtest/gtest.h>

#include "tests/support/received_letter.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

/// Ada has written twice, a week apart.
Given<Member>& delivered_twice(Given<Member>& given) {
  return delivered(given).when_notice(letter(2), ada, sent_at + days{7});
}
const InMailRef second = ref_of(letter(2), ada, sent_at + days{7});

Respond answer_to(const InMailRef& to, ReplyKind kind = ReplyKind::accept) {
  return {bob, to.inmail, kind, ""};
}

TEST(FollowUps, AreRefundedOnceWhicheverIsAnswered) {
  for (const bool answers_first : {true, false}) {
    Given<Member> given(bob, quiet());
    delivered_twice(given).at(sent_at + days{8});
    given.when(answer_to(answers_first ? ref : second));
    given.then_only<Opened, Replied, RefundWindowClosed>();
    const auto& closed = given.the<RefundWindowClosed>();
    EXPECT_EQ(given.the<Replied>().charge, answers_first ? ChargeEnd::refund : ChargeEnd::final);
    EXPECT_EQ(closed.charge, answers_first ? ChargeEnd::final : ChargeEnd::refund);
    EXPECT_EQ(closed.refund_amount, answers_first ? 0u : 1u);
    EXPECT_EQ(closed.answered->inmail, answers_first ? inmail : second.inmail);

    given.when(answer_to(answers_first ? second : ref)).then_only<Opened, Replied>();
    EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::none) << "one refund, however often answered";
    EXPECT_TRUE(given.state().agenda.empty());
  }
}

TEST(FollowUps, AreRefundedOnTheLaterChargeWhereTheWindowOfTheFirstIsOver) {
  Given<Member> given(bob, quiet());
  delivered_twice(given).at(sent_at + days{90} + 1ms).when(answer_to(second));
  given.then_only<Opened, Replied>();
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::refund);
}

TEST(FollowUps, AreRefundedOnTheFirstAloneWhereThePolicySaysSo) {
  Policy policy = preset_named("default");
  policy.refund.followup_rule = FollowupRefund::first_only;
  policy.refund.on = {RefundOn::accept};
  Given<Member> given(bob, quiet(policy));
  delivered_twice(given).when(answer_to(second));
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::final);
  EXPECT_EQ(given.the<RefundWindowClosed>().charge, ChargeEnd::refund);

  policy.refund.amount_accept = 0;
  Given<Member> worthless(bob, quiet(policy));
  delivered(worthless).adopted(preset_named("default"));
  worthless.when_notice(letter(2), ada, sent_at + days{7}).when(answer_to(second));
  EXPECT_EQ(worthless.the<Replied>().charge, ChargeEnd::refund) << "each by the rule of its send";
}

TEST(FollowUps, AreEachForThemselvesWhereThePolicySaysSo) {
  Policy policy = preset_named("default");
  policy.refund.followup_rule = FollowupRefund::independent;
  Given<Member> given(bob, quiet(policy));
  delivered_twice(given).when(answer_to(second)).then_only<Opened, Replied>();
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::refund);
  given.when(answer_to(ref)).then_only<Opened, Replied>();
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::refund);
}

TEST(FollowUps, OfAnotherSenderAreTheirOwn) {
  const MemberId eve{3};
  Given<Member> given(bob, quiet());
  InMailSent from_eve = letter(3);
  from_eve.from = eve;
  from_eve.pool = eve;
  delivered(given).when_notice(from_eve, eve, sent_at);
  given.when(answer_to(ref)).then_only<Opened, Replied>();
}

}  // namespace
}  // namespace inmail::test
