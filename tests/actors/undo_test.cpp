// A send that can be undone: delivered late, or never (D3.12, A21).

#include <gtest/gtest.h>

#include "actors/contract.hpp"
#include "actors/member.hpp"
#include "actors/seat.hpp"
#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;

const Timestamp start = utc("2025-01-01");
constexpr SeatId desk{5};
constexpr ContractId acme{9};

/// The default, in which a minute is left to undo.
Policy a_minute() {
  Policy policy;
  EXPECT_EQ(policy.undo.window_s, 60s);
  return policy;
}

Given<Member>& subscribed(Given<Member>& given) {
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  return given.when(StartSubscription{ada, PlanKind::career});
}

/// What a test has sent, and the time at which it can be undone no more.
InMailId sent(Given<Member>& given, SendInMail letter = mail(ada, bob)) {
  subscribed(given).when(std::move(letter)).then_only<InMailSent>();
  return given.inmail();
}

TEST(Undo, TakesBackAtTheLastInstantOfItsWindow) {  // A21.
  Given<Member> given(ada, a_minute());
  const InMailId inmail = sent(given);
  EXPECT_EQ(given.the<InMailSent>().undo_until, start + 60s);
  EXPECT_TRUE(obligations_of(ada, given.the<InMailSent>()).empty())
      << "nobody is to deliver it yet";
  EXPECT_EQ(given.state().account.available(), 4u);
  given.at(start + 60'000ms).when(UndoSend{ada, inmail});
  given.then({InMailCancelled{inmail, bob, ada, 1, CancelReason::undo, {}},
              CreditReleased{inmail, {{LotId{1}, 1}}, ReleaseReason::taken_back}});
  EXPECT_EQ(given.state().account.available(), 5u);
  given.settle_until(start + 2h).then_nothing();
}

TEST(Undo, IsTooLateAMillisecondLater) {  // A21.
  Given<Member> given(ada, a_minute());
  const InMailId inmail = sent(given);
  given.at(start + 60'001ms).when(UndoSend{ada, inmail});
  given.then_rejected(Rejection::undo_window_over);
  ASSERT_EQ(given.step().fell_due.size(), 1u);
  const Record& left = given.step().fell_due.front();
  EXPECT_EQ(left.event,
            Event(UndoWindowClosed{inmail, ada, bob, true, ada, 1, start, PolicyVersion{1}}));
  EXPECT_EQ(left.header.due_at, start + 60'001ms);
  EXPECT_EQ(left.header.cause, command_of(inmail)) << "the send is behind it";
}

TEST(Undo, LeavesEveryClockWithTheSend) {  // A21.
  Policy policy = a_minute();
  policy.refund.clock = RefundClock::sent_at;
  Given<Member> given(bob, policy);
  given.at(start).when(RegisterMember{bob, "Bob", "", "en"});
  const InMailId inmail = inmail_of(make_command_id(start, 1, 1));
  const UndoWindowClosed left{inmail, ada, bob, false, ada, 1, start, PolicyVersion{1}};
  given.when_notice(left, ada, start + 60'001ms).then_only<InMailDelivered>();
  const InMailDelivered delivered = given.the<InMailDelivered>();
  EXPECT_EQ(delivered.ref, (InMailRef{inmail, ada, ada, ada, 1, start}));
  EXPECT_EQ(delivered.refund_until, start + policy.refund.window_s);
  EXPECT_EQ(given.state().received.at(inmail).delivered_at, start + 60'001ms);
}

TEST(Undo, JudgesByThePolicyOfTheSend) {
  Policy policy = a_minute();
  policy.refund.on = {};
  Given<Member> given(bob, policy);
  given.at(start).when(RegisterMember{bob, "Bob", "", "en"}).adopted(a_minute());
  const InMailId inmail = inmail_of(make_command_id(start, 1, 1));
  const UndoWindowClosed left{inmail, ada, bob, false, ada, 1, start, PolicyVersion{1}};
  given.when_notice(left, ada, start + 60'001ms).then_only<InMailDelivered>();
  EXPECT_FALSE(given.the<InMailDelivered>().refundable);
}

TEST(Undo, FreesThePairForAnotherOne) {
  Policy policy = a_minute();
  policy.followup.max_unanswered = 0;
  Given<Member> given(ada, policy);
  const InMailId inmail = sent(given);
  given.when(mail(ada, bob)).then_rejected(Rejection::awaiting_response);
  given.when(UndoSend{ada, inmail}).when(mail(ada, bob)).then_only<InMailSent>();
  given.when(UndoSend{ada, inmail}).then_rejected(Rejection::unknown_target);
}

TEST(Undo, IsNotForWhatWasDeliveredAtOnce) {
  Given<Member> given(ada, at_once());
  const InMailId inmail = sent(given);
  EXPECT_EQ(given.the<InMailSent>().undo_until, std::nullopt);
  EXPECT_EQ(obligations_of(ada, given.the<InMailSent>()).size(), 1u);
  given.when(UndoSend{ada, inmail}).then_rejected(Rejection::undo_window_over);
  given.when(UndoSend{ada, InMailId{{7}}}).then_rejected(Rejection::unknown_target);
}

TEST(Undo, OfWhatWasFreeGivesNothingBack) {
  Given<Member> given(ada, a_minute());
  SendInMail letter = mail(ada, bob);
  letter.hints.applicant = true;
  const InMailId inmail = sent(given, letter);
  given.when(UndoSend{ada, inmail});
  given.then({InMailCancelled{inmail, bob, ada, 0, CancelReason::undo, {}}});
}

TEST(Undo, GivesBackToADeadLotWhatThePolicySays) {  // A13.
  for (const ReleaseTo to : {ReleaseTo::original_lot, ReleaseTo::fresh_lot}) {
    Policy policy = a_minute();
    policy.undo.window_s = 2h;
    policy.lot.bonus_ttl_s = 1h;
    policy.charge.release_user_cancel = to;
    Given<Member> given(ada, policy);
    subscribed(given).when(GrantBonus{ada, 1, 1, "gift"}).when(mail(ada, bob));
    EXPECT_EQ(given.the<InMailSent>().splits, (LotSplits{{LotId{2}, 1}}));
    given.at(start + 1h).when(UndoSend{ada, given.inmail()});
    if (to == ReleaseTo::original_lot)
      given.then_only<InMailCancelled, CreditReleased, CreditsExpired>();
    else
      given.then_only<InMailCancelled, CreditReleased, CreditsExpired, CreditsGranted>();
  }
}

TEST(Undo, IsTheErasersLastAct) {
  Policy policy = a_minute();
  policy.charge.release_user_cancel = ReleaseTo::fresh_lot;
  Given<Member> given(ada, policy);
  const InMailId inmail = sent(given);
  given.when(mail(ada, carol)).when(EraseMember{ada});
  given.then_only<MemberErased, InMailCancelled, CreditReleased, InMailCancelled, CreditReleased,
                  SubscriptionEnded, CreditsVoided>();
  EXPECT_EQ(std::get<InMailCancelled>(given.step().events[1]).inmail, inmail);
  EXPECT_EQ(std::get<InMailCancelled>(given.step().events[1]).reason, CancelReason::sender_erased);
  EXPECT_EQ(given.state().account.available(), 0u);
  EXPECT_TRUE(given.state().agenda.empty());
}

TEST(Undo, IsLeftToTheLastBeforeAnotherTimerOfThatInstant) {  // D3.13: closings before renewals.
  Policy policy = a_minute();
  policy.plans[static_cast<std::size_t>(PlanKind::career)].renewal_anchor =
      RenewalAnchor::calendar_month_utc;
  const Timestamp renewal = utc("2025-02-01");
  Given<Member> given(ada, policy);
  subscribed(given).at(renewal - 60'001ms).when(mail(ada, bob));
  given.settle_until(renewal);
  ASSERT_GE(given.step().events.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<UndoWindowClosed>(given.step().events[0]));
  EXPECT_TRUE(std::holds_alternative<CycleRenewed>(given.step().events[1]));
}

TEST(Undo, OfASeatObligesItsContract) {
  Given<Seat> given(desk, a_minute());
  given.when_notice(SeatAdded{desk, ada, SeatRole::recruiter}, acme, start);
  given.when(mail(ada, desk, bob)).then_only<InMailSent>();
  const InMailId inmail = given.inmail();
  given.at(start + 1min).when(UndoSend{desk, inmail});
  const InMailCancelled cancelled{inmail, bob, acme, 1, CancelReason::undo, {}};
  given.then({cancelled});
  EXPECT_TRUE(given.state().agenda.empty());

  Given<Contract> contract(acme, a_minute());
  contract.at(start).when(CreateContract{acme, 3}).when(AddSeat{acme, desk, ada});
  contract.when(StartSubscription{acme, PlanKind::recruiter_corp});
  contract.when_decided([&](const ContractState& state, const Context& context) {
    return Contract::reserve(state, {inmail, desk, 1}, context);
  });
  contract.when_notice(cancelled, desk, start + 1min);
  contract.then({CreditReleased{inmail, {{LotId{1}, 1}}, ReleaseReason::taken_back}});
}

TEST(Undo, OfASeatEndsByItself) {
  Given<Seat> given(desk, a_minute());
  given.when_notice(SeatAdded{desk, ada, SeatRole::recruiter}, acme, start);
  given.when(mail(ada, desk, bob));
  const InMailId inmail = given.inmail();
  given.settle_until(start + 60s).then_nothing();
  given.settle_until(start + 60'001ms);
  given.then({UndoWindowClosed{inmail, ada, bob, true, acme, 1, start, PolicyVersion{1}}});
  given.when(UndoSend{desk, inmail}).then_rejected(Rejection::undo_window_over);
}

}  // namespace
}  // namespace inmail::test
