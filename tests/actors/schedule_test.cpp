// What is written now and sent later (D4.1.1 Scheduled, D4.1.4): A6, A10, A13, A14.

#include <gtest/gtest.h>

#include "actors/contract.hpp"
#include "actors/member.hpp"
#include "actors/seat.hpp"
#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"
#include "tests/support/small_world.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const Timestamp start = utc("2025-01-01");
constexpr SeatId desk{5};
constexpr ContractId acme{9};

PlanTerms& career(Policy& policy) {
  return policy.plans[static_cast<std::size_t>(PlanKind::career)];
}

/// A career plan that may send later and follow up; ten credits.
Policy patient() {
  Policy policy = at_once();
  career(policy).can_schedule = true;
  career(policy).can_followup = true;
  career(policy).monthly_allotment = 10;
  return policy;
}

Given<Member>& subscribed(Given<Member>& given) {
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  return given.when(StartSubscription{ada, PlanKind::career});
}

ScheduleInMail later(Timestamp at, MemberId to = bob) {
  return {.letter = mail(ada, to), .send_at = at, .time_zone = "Europe/Vienna"};
}

AddFollowUp after(const InMailId& parent, days delay, MemberId to = bob) {
  return {.letter = mail(ada, to),
          .parent = parent,
          .delay_s = static_cast<std::uint32_t>(Seconds{delay}.count())};
}

TEST(Schedule, SetsTheCreditsAsideAndSendsAtItsTime) {
  Given<Member> given(ada, patient());
  subscribed(given).when(later(start + 2h)).then_only<InMailScheduled>();
  const InMailId inmail = given.inmail();
  const InMailScheduled scheduled = given.the<InMailScheduled>();
  EXPECT_TRUE(scheduled.is_paid);
  EXPECT_EQ(scheduled.splits, (LotSplits{{LotId{1}, 1}}));
  EXPECT_EQ(scheduled.time_zone, "Europe/Vienna");
  EXPECT_EQ(given.state().account.available(), 9u);
  EXPECT_TRUE(obligations_of(ada, scheduled).empty());

  given.settle_until(start + 2h - 1ms).then_nothing();
  given.settle_until(start + 2h).then_only<InMailSent>();
  const InMailSent sent = given.the<InMailSent>();
  EXPECT_EQ(sent.inmail, inmail);
  EXPECT_EQ(sent.origin, SendOrigin::scheduled);
  EXPECT_EQ(sent.cost, 1u);
  EXPECT_TRUE(sent.splits.empty()) << "they were taken before";
  EXPECT_EQ(sent.body, scheduled.body);
  EXPECT_EQ(given.step().fell_due.front().header.cause, command_of(inmail));
  EXPECT_EQ(given.step().fell_due.front().header.due_at, start + 2h);
  EXPECT_EQ(given.state().account.available(), 9u);
  EXPECT_EQ(given.state().outbox.sent_at(inmail, bob), start + 2h);
}

TEST(Schedule, HasNoUndoTimeOfItsOwn) {
  Policy policy = patient();
  policy.undo.window_s = 60s;
  Given<Member> given(ada, policy);
  subscribed(given).when(later(start + 2h)).settle_until(start + 2h);
  EXPECT_EQ(given.the<InMailSent>().undo_until, std::nullopt);
  EXPECT_EQ(obligations_of(ada, given.the<InMailSent>()).size(), 1u);
}

TEST(Schedule, TakesTheCreditsAtItsDispatchWhereThePolicySaysSo) {
  Policy policy = patient();
  policy.charge.when = ChargeWhen::at_dispatch;
  Given<Member> given(ada, policy);
  subscribed(given).when(later(start + 2h));
  EXPECT_EQ(given.state().account.available(), 10u);
  given.settle_until(start + 2h).then_only<InMailSent>();
  EXPECT_EQ(given.the<InMailSent>().splits, (LotSplits{{LotId{1}, 1}}));

  Given<Member> poor(ada, policy);
  subscribed(poor).when(later(start + 2h)).when(CancelSubscription{ada});
  poor.settle_until(start + 2h).then_only<InMailSent>();
  career(policy).monthly_allotment = 0;
  Given<Member> broke(ada, policy);
  subscribed(broke).when(later(start + 2h)).settle_until(start + 2h);
  broke.then_only<InMailCancelled>();
  EXPECT_EQ(broke.the<InMailCancelled>().refusal, Rejection::insufficient_credits);
}

TEST(Schedule, AsksAllGuardsAtOnceAndThenForALaterTime) {
  Given<Member> given(ada, patient());
  subscribed(given).when(later(start)).then_rejected(Rejection::send_at_in_past);
  ScheduleInMail wordless = later(start);
  wordless.letter.subject = Text{};
  given.when(wordless).then_rejected(Rejection::subject_empty);
  given.when(later(start + 1h, ada)).then_rejected(Rejection::self_send);

  Given<Member> plain(ada, at_once());
  subscribed(plain).when(later(start + 1h)).then_rejected(Rejection::premium_required);
}

TEST(Schedule, CountsOpenProfilesOnTheDayOfDispatch) {
  Policy policy = patient();
  policy.free.open_profile_max_per_month = 1;
  Given<Member> given(ada, policy);
  for (const MemberId open : {bob, carol})
    given.admits(open, {.exists = true, .is_premium = true, .open_profile = true});
  subscribed(given).when(mail(ada, carol)).then_only<InMailSent>();
  given.when(later(start + 1h)).then_only<InMailScheduled>();
  given.settle_until(start + 1h).then_only<InMailCancelled>();
  EXPECT_EQ(given.the<InMailCancelled>().refusal, Rejection::open_profile_limit);
}

TEST(Schedule, IsCancelledByAnOptOutAsByABlock) {  // A10.
  const auto blocks = std::make_shared<const std::set<MemberId>>(std::set{ada});
  std::vector<std::string> told;
  for (const Admission& closed :
       {Admission{.exists = true, .preference = InMailPreference::opted_out},
        Admission{.exists = true, .blocked = blocks}}) {
    Given<Member> given(ada, patient());
    subscribed(given).when(later(start + 1h));
    const InMailId inmail = given.inmail();
    given.admits(bob, closed).settle_until(start + 1h);
    given.then({InMailCancelled{inmail, bob, ada, 1, CancelReason::refused,
                                Rejection::recipient_unavailable},
                CreditReleased{inmail, {{LotId{1}, 1}}, ReleaseReason::not_dispatched}});
    EXPECT_EQ(given.state().account.available(), 10u);
    told.push_back(described(given.step().events));
  }
  EXPECT_EQ(told[0], told[1]) << "the sender cannot tell them apart";
}

TEST(Schedule, CanBeMovedAndCancelledUntilItsTime) {
  Given<Member> given(ada, patient());
  subscribed(given).when(later(start + 1h));
  const InMailId inmail = given.inmail();
  given.when(RescheduleInMail{ada, inmail, start, {}}).then_rejected(Rejection::send_at_in_past);
  given.when(RescheduleInMail{ada, inmail, start + 3h, "UTC"});
  given.then({InMailRescheduled{inmail, start + 3h, "UTC"}});
  given.settle_until(start + 1h).then_nothing();
  given.asked_by({PrincipalKind::admin, 1}).when(CancelScheduled{ada, inmail});
  given.then({InMailCancelled{inmail, bob, ada, 1, CancelReason::by_user, {}},
              CreditReleased{inmail, {{LotId{1}, 1}}, ReleaseReason::taken_back}});
  given.when(CancelScheduled{ada, inmail}).then_rejected(Rejection::not_scheduled);
  given.when(RescheduleInMail{ada, inmail, start + 9h, {}}).then_rejected(Rejection::not_scheduled);
  given.settle_until(start + 4h).then_nothing();
}

TEST(Schedule, IsSentBeforeACommandOfThatInstant) {  // D3.13.
  Given<Member> given(ada, patient());
  subscribed(given).when(later(start + 1h));
  const InMailId inmail = given.inmail();
  given.at(start + 1h).when(CancelScheduled{ada, inmail}).then_rejected(Rejection::not_scheduled);
  ASSERT_EQ(given.step().fell_due.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<InMailSent>(given.step().fell_due[0].event));
}

TEST(Schedule, PaysThePriceOfTheDayOnWhichItWasScheduled) {
  Given<Member> given(ada, patient());
  subscribed(given).when(later(start + 1h));
  Policy dear = patient();
  dear.charge.cost = 5;
  given.adopted(dear).settle_until(start + 1h).then_only<InMailSent>();
  EXPECT_EQ(given.the<InMailSent>().cost, 1u);
  EXPECT_EQ(given.state().account.charges.begin()->second.pinned, PolicyVersion{2})
      << "but is judged by the policy of its send";
}

TEST(Schedule, IsMadeGoodWhenItsLotHasDiedMeanwhile) {  // A13.
  Policy policy = patient();
  policy.lot.bonus_ttl_s = 1h;
  for (const bool by_user : {true, false}) {
    Given<Member> given(ada, policy);
    subscribed(given).when(GrantBonus{ada, 1, 1, "gift"}).when(later(start + 2h));
    const InMailId inmail = given.inmail();
    if (by_user) {
      given.at(start + 90min).when(CancelScheduled{ada, inmail});
      given.then_only<InMailCancelled, CreditReleased, CreditsExpired>();
    } else {
      given.admits(bob, {.exists = false}).settle_until(start + 2h);
      given.then_only<InMailCancelled, CreditReleased, CreditsExpired, CreditsGranted>();
    }
  }
}

TEST(Schedule, FailsWithTheSubscriptionAndItsCreditIsVoid) {  // A14.
  Given<Member> given(ada, patient());
  subscribed(given).when(later(start + days{60})).when(CancelSubscription{ada});
  const Timestamp end = *given.state().account.ends_at;
  given.settle_until(end);
  EXPECT_EQ(given.state().account.available(), 0u);
  given.settle_until(start + days{60});
  given.then_only<InMailCancelled, CreditReleased, CreditsVoided>();
  EXPECT_EQ(given.the<InMailCancelled>().refusal, Rejection::subscription_ended);
}

TEST(Schedule, GivesNothingBackToAPlanThatIsOver) {  // D3.2, A14.
  for (const bool is_kept : {false, true}) {
    Policy policy = patient();
    policy.lot.on_plan_change = is_kept ? OnPlanChange::carry : OnPlanChange::void_all;
    policy.lot.on_cancel_subscription = is_kept ? OnCancel::keep : OnCancel::void_at_cycle_end;
    Given<Member> changed(ada, policy);
    subscribed(changed).when(later(start + days{20}));
    const InMailId first = changed.inmail();
    changed.at(start + days{1}).when(ChangePlan{ada, PlanKind::business});
    const std::uint64_t of_business = changed.state().account.available();
    changed.when(CancelScheduled{ada, first});
    EXPECT_EQ(changed.state().account.available(), of_business + (is_kept ? 1 : 0));
    if (!is_kept) {
      EXPECT_EQ(changed.the<CreditsVoided>().reason, VoidReason::plan_changed);
    }

    Given<Member> again(ada, policy);
    subscribed(again).when(later(start + days{60}));
    const InMailId second = again.inmail();
    again.when(CancelSubscription{ada})
        .settle_until(start + days{40})
        .when(StartSubscription{ada, PlanKind::business});
    const std::uint64_t of_the_new = again.state().account.available();
    again.when(CancelScheduled{ada, second});
    EXPECT_EQ(again.state().account.available(), of_the_new + (is_kept ? 1 : 0));
    if (!is_kept) {
      EXPECT_EQ(again.the<CreditsVoided>().reason, VoidReason::subscription_ended);
    }
  }
}

TEST(Schedule, EndsWithAnErasedSender) {
  Given<Member> given(ada, patient());
  subscribed(given).when(later(start + 2h)).when(SaveDraft{ada, {}, {}, 0, bob, "Hello", "Wo"});
  given.when(EraseMember{ada});
  given.then_only<MemberErased, InMailCancelled, CreditReleased, SubscriptionEnded, CreditsVoided,
                  DraftDiscarded>();
  EXPECT_TRUE(given.state().agenda.empty());
}

// Follow-ups.

/// Member ada with two InMails to bob that are to follow each other, as the rows of 4.1.4 want.
class TwoMessages : public testing::Test {
 protected:
  TwoMessages() : world_(patient()) {
    world_.at(start);
    for (const MemberId each : {ada, bob})
      world_.command(RegisterMember{each, "Somebody", "", "en"});
    world_.command(StartSubscription{ada, PlanKind::career});
    first_ = inmail_of(world_.command(later(start + 1h)).id);
    second_ = inmail_of(world_.command(after(first_, days{3})).id);
    EXPECT_EQ(available(), 8u);
  }

  std::uint64_t available() { return world_.member(ada).state().account.available(); }
  void answer(const InMailId& inmail) {
    const Step step = world_.command_through(Respond{bob, inmail, ReplyKind::reply, "Yes."});
    EXPECT_FALSE(step.refusal) << name_of(step.refusal->code);
  }
  bool was_sent(const InMailId& inmail) {
    return world_.member(bob).state().received.contains(inmail);
  }
  bool is_scheduled(const InMailId& inmail) {
    return world_.member(ada).state().outbox.scheduled.contains(inmail);
  }

  SmallWorld world_;
  InMailId first_;
  InMailId second_;
};

TEST_F(TwoMessages, GiveBothBackAfterAnAnswerBeforeTheSecond) {  // A6.
  world_.settle_until(start + 1h);
  ASSERT_TRUE(was_sent(first_));
  answer(first_);
  EXPECT_EQ(available(), 10u);
  EXPECT_FALSE(is_scheduled(second_));
  world_.settle_until(start + days{10});
  EXPECT_FALSE(was_sent(second_));
}

TEST_F(TwoMessages, GiveOneBackAfterAnAnswerToEither) {  // A6.
  world_.settle_until(start + 1h);
  world_.settle_until(start + 1h + days{3});
  ASSERT_TRUE(was_sent(second_));
  answer(second_);
  EXPECT_EQ(available(), 9u);
}

TEST_F(TwoMessages, GiveNothingBackWithoutAnAnswer) {  // A6.
  world_.settle_until(start + 1h);
  world_.settle_until(start + days{25});
  EXPECT_TRUE(was_sent(second_));
  EXPECT_EQ(available(), 8u);
}

TEST_F(TwoMessages, AreBothReleasedWhereTheFirstFails) {  // A6.
  world_.command(SetPreference{bob, InMailPreference::disabled});
  world_.settle_until(start + 1h);
  EXPECT_EQ(available(), 10u);
  EXPECT_FALSE(is_scheduled(first_) || is_scheduled(second_));
  world_.command(SetPreference{bob, InMailPreference::on});
  world_.settle_until(start + days{10});
  EXPECT_FALSE(was_sent(second_));
}

TEST_F(TwoMessages, KeepTheirDistance) {
  world_.command(RescheduleInMail{ada, first_, start + days{1}, {}});
  const auto& scheduled = world_.member(ada).state().outbox.scheduled;
  EXPECT_EQ(scheduled.at(second_).send_at, start + days{4});
  // Sent late, since nobody woke the sender.
  world_.settle_until(start + days{2});
  ASSERT_TRUE(was_sent(first_));
  EXPECT_EQ(scheduled.at(second_).send_at, start + days{5});
}

TEST_F(TwoMessages, AreNotMovedTooNearOrTooFar) {
  const auto refusal = [&](Timestamp to) {
    const Step step = world_.command(RescheduleInMail{ada, second_, to, {}});
    return step.refusal ? name_of(step.refusal->code) : "moved";
  };
  EXPECT_EQ(refusal(start + 30min), "followup_too_soon") << "before the first";
  EXPECT_EQ(refusal(start + 1h + days{3} - 1ms), "followup_too_soon");
  EXPECT_EQ(refusal(start + 1h + days{28} + 1s), "followup_too_late");
  EXPECT_EQ(refusal(start + 1h + days{5}), "moved");
  world_.settle_until(start + 1h);
  EXPECT_EQ(refusal(start + days{2}), "followup_too_soon") << "after the first was sent";
}

TEST_F(TwoMessages, EndTogether) {
  world_.command_through(CancelScheduled{ada, first_});
  EXPECT_FALSE(is_scheduled(second_));
  EXPECT_EQ(available(), 10u);
}

TEST(FollowUp, WantsAParentThatWaitsAndATimeThatFits) {
  Given<Member> given(ada, patient());
  subscribed(given).when(mail(ada, bob));
  const InMailId parent = given.inmail();
  given.when(after(parent, days{2})).then_rejected(Rejection::followup_too_soon, 259'200, 172'800);
  given.when(after(parent, days{29})).then_rejected(Rejection::followup_too_late);
  given.when(after(InMailId{{9}}, days{3})).then_rejected(Rejection::unknown_target);
  given.when(after(parent, days{3}, carol)).then_rejected(Rejection::unknown_target);
  given.when(after(parent, days{3})).then_only<InMailScheduled>();
  EXPECT_EQ(given.the<InMailScheduled>().send_at, start + days{3});
  given.when(after(parent, days{7})).then_rejected(Rejection::followup_limit);
  given.settle_until(start + days{3}).then_only<InMailSent>();
  EXPECT_EQ(given.the<InMailSent>().origin, SendOrigin::follow_up);
  EXPECT_EQ(given.the<InMailSent>().parent, parent);
}

TEST(FollowUp, CountsNoSilenceThatIsForgotten) {
  Policy policy = patient();
  policy.followup.forget_s = days{90};
  Given<Member> given(ada, policy);
  subscribed(given).when(mail(ada, bob));
  given.at(start + days{7}).when(mail(ada, bob)).then_only<InMailSent>();
  given.at(start + days{100}).when(mail(ada, bob)).then_only<InMailSent>();
  given.when(after(given.inmail(), days{7})).then_only<InMailScheduled>();
}

TEST(FollowUp, IsNotForEveryPlan) {
  Policy policy = patient();
  career(policy).can_followup = false;
  Given<Member> given(ada, policy);
  subscribed(given).when(mail(ada, bob));
  given.when(after(given.inmail(), days{3})).then_rejected(Rejection::premium_required);
}

// Seats.

TEST(Schedule, OfASeatIsPaidByItsContract) {
  SmallWorld world(at_once());
  world.at(start);
  for (const MemberId each : {ada, bob}) world.command(RegisterMember{each, "Some", "", "en"});
  world.command(CreateContract{acme, 3});
  world.command_through(AddSeat{acme, desk, ada, SeatRole::recruiter});
  world.command(StartSubscription{acme, PlanKind::recruiter_corp});
  const auto available = [&] { return world.contract(acme).state().account.available(); };
  ScheduleInMail order{.letter = mail(ada, desk, bob), .send_at = start + 1h, .time_zone = {}};
  const Step step = world.command_through(order);
  ASSERT_FALSE(step.refusal) << name_of(step.refusal->code);
  EXPECT_EQ(available(), 149u);
  world.settle_until(start + 1h);
  EXPECT_TRUE(world.member(bob).state().received.contains(inmail_of(step.id)));
  EXPECT_EQ(available(), 149u);

  world.at(start + days{4});
  order.send_at = start + days{5};
  const InMailId second = inmail_of(world.command_through(order).id);
  EXPECT_EQ(available(), 148u);
  world.command(SetPreference{bob, InMailPreference::disabled});
  world.settle_until(start + days{5});
  EXPECT_FALSE(world.member(bob).state().received.contains(second));
  EXPECT_EQ(available(), 149u);
}

/// Two seats of one contract; `step` gives the world its first hour.
class TwoDesks : public testing::Test {
 protected:
  explicit TwoDesks(Policy policy = with_limits()) : world_(std::move(policy)) {
    world_.at(start);
    for (const MemberId each : {ada, bob, carol, dave})
      world_.command(RegisterMember{each, "Some", "", "en"});
    world_.command(CreateContract{acme, 3});
    world_.command_through(AddSeat{acme, desk, ada, SeatRole::recruiter});
    world_.command_through(AddSeat{acme, other_desk, carol, SeatRole::recruiter});
    world_.command(StartSubscription{acme, PlanKind::recruiter_corp});
  }

  static Policy with_limits() {
    Policy policy = at_once();
    policy.seat.daily_max = 1;
    policy.recipient.dedup_level = DedupLevel::medium;
    policy.recipient.dedup_action = DedupAction::require_override_reason;
    return policy;
  }

  InMailId schedule(ScheduleInMail order) {
    const Step step = world_.command_through(order);
    EXPECT_FALSE(step.refusal) << name_of(step.refusal->code);
    return inmail_of(step.id);
  }

  std::optional<InMailCancelled> cancelled(const InMailId& inmail) {
    for (const Record& record : world_.seat(desk).records())
      if (const auto* e = std::get_if<InMailCancelled>(&record.event); e && e->inmail == inmail)
        return *e;
    return std::nullopt;
  }

  static constexpr SeatId other_desk{6};
  SmallWorld world_;
};

TEST_F(TwoDesks, CountAtTheDispatchAndNotBefore) {
  const InMailId first =
      schedule({.letter = mail(ada, desk, bob), .send_at = start + 1h, .time_zone = {}});
  const InMailId second =
      schedule({.letter = mail(ada, desk, dave), .send_at = start + 2h, .time_zone = {}});
  const std::uint64_t before = world_.contract(acme).state().account.available();
  world_.settle_until(start + 1h);
  EXPECT_TRUE(world_.member(bob).state().received.contains(first));
  world_.settle_until(start + 2h);
  ASSERT_TRUE(cancelled(second));
  EXPECT_EQ(cancelled(second)->refusal, Rejection::seat_daily_limit);
  EXPECT_EQ(world_.contract(acme).state().account.available(), before + 1);
}

TEST_F(TwoDesks, RememberWhyAColleagueMayBeDoubled) {
  ScheduleInMail silent{.letter = mail(ada, desk, bob), .send_at = start + 1h, .time_zone = {}};
  const InMailId unargued = schedule(silent);
  ScheduleInMail argued = silent;
  argued.letter.override_reason = "They asked";
  argued.letter.body = "Quite another word for them";
  argued.send_at = start + days{2};
  const InMailId doubled = schedule(argued);
  ASSERT_FALSE(world_.command_through(mail(carol, other_desk, bob)).refusal);
  world_.settle_until(start + 1h);
  ASSERT_TRUE(cancelled(unargued));
  EXPECT_EQ(cancelled(unargued)->refusal, Rejection::duplicate_outreach);
  world_.settle_until(start + days{2});
  EXPECT_TRUE(world_.member(bob).state().received.contains(doubled));
}

TEST_F(TwoDesks, SendNothingInTheNameOfWhoIsErased) {
  const InMailId inmail =
      schedule({.letter = mail(ada, desk, bob), .send_at = start + 1h, .time_zone = {}});
  const std::uint64_t before = world_.contract(acme).state().account.available();
  world_.command_through(EraseMember{ada});
  world_.settle_until(start + 1h);
  ASSERT_TRUE(cancelled(inmail));
  EXPECT_EQ(cancelled(inmail)->reason, CancelReason::sender_erased);
  EXPECT_FALSE(world_.member(bob).state().received.contains(inmail));
  EXPECT_EQ(world_.contract(acme).state().account.available(), before + 1);
}

TEST_F(TwoDesks, AreJudgedByThePolicyOfTheDispatch) {
  const InMailId inmail =
      schedule({.letter = mail(ada, desk, bob), .send_at = start + 1h, .time_zone = {}});
  world_.ground().adopt(with_limits());
  world_.settle_until(start + 1h);
  const auto& charges = world_.contract(acme).state().account.charges;
  ASSERT_TRUE(charges.contains(inmail));
  EXPECT_TRUE(charges.at(inmail).charged);
  EXPECT_EQ(charges.at(inmail).pinned, PolicyVersion{2});
}

TEST(FollowUp, CostsNothingWhereThePolicySaysSo) {
  Policy policy = patient();
  policy.followup.charge = false;
  Given<Member> given(ada, policy);
  subscribed(given).when(mail(ada, bob));
  given.when(after(given.inmail(), days{3})).then_only<InMailScheduled>();
  EXPECT_EQ(given.the<InMailScheduled>().cost, 0u);
  given.settle_until(start + days{3}).then_only<InMailSent>();
  EXPECT_EQ(given.the<InMailSent>().cost, 0u);
  EXPECT_EQ(given.state().account.available(), 9u);
}

TEST(FollowUp, ComesAfterTheUsualGapIfNoOtherIsWished) {
  Given<Member> given(ada, patient());
  subscribed(given).when(mail(ada, bob));
  given.when(AddFollowUp{mail(ada, bob), given.inmail(), {}}).then_only<InMailScheduled>();
  EXPECT_EQ(given.the<InMailScheduled>().send_at, start + days{7});
}

TEST(FollowUp, IsRefusedOnceItsParentIsAnswered) {
  Given<Member> given(ada, patient());
  subscribed(given).when(mail(ada, bob));
  const InMailId parent = given.inmail();
  given.events({OutcomeReceived{parent, bob, Outcome::accepted}});
  given.when(after(parent, days{3})).then_rejected(Rejection::already_responded);
}

}  // namespace
}  // namespace inmail::test
