// The recipient's side of a send: connections, open profiles, stops, lists, and what is free (D3.3,
// D3.7, D4.6).

#include "actors/recipient.hpp"

#include <gtest/gtest.h>

#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"
#include "tests/support/small_world.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const Timestamp start = utc("2025-01-01");
constexpr ContractId acme{9};
constexpr SeatId desk{5};
constexpr SeatId other_desk{6};

/// Four members without plans, and a contract with two seats, of ada and of carol.
class Company : public SmallWorld {
 public:
  template <class Rules>
  explicit Company(Rules rules) : SmallWorld(std::move(rules)) {
    at(start);
    for (const MemberId each : {ada, bob, carol, dave})
      command_through(RegisterMember{each, "Somebody", "", "en"});
    command_through(CreateContract{acme, 5});
    command_through(AddSeat{acme, desk, ada, SeatRole::recruiter});
    command_through(AddSeat{acme, other_desk, carol, SeatRole::recruiter});
    command_through(StartSubscription{acme, PlanKind::recruiter_corp});
  }

  std::optional<Rejection> refusal(const Command& command) {
    const Step step = command_through(command);
    return step.refusal ? std::optional(step.refusal->code) : std::nullopt;
  }
  /// The InMail that the command sends; it must.
  InMailSent sends(const Command& command) {
    const Step step = command_through(command);
    EXPECT_FALSE(step.refusal) << name_of(step.refusal->code);
    const auto* sent = step.events.empty() ? nullptr : std::get_if<InMailSent>(&step.events.back());
    EXPECT_NE(sent, nullptr);
    return sent ? *sent : InMailSent{};
  }
  Lifecycle fate(MemberId to, const InMailSent& sent) {
    return member(to).state().received.at(sent.inmail).lifecycle;
  }
};

// Connections.

TEST(Connection, IsKnownToBothWhoeverIsNamedFirst) {
  Company world("default");
  world.command(SetConnection{bob, ada});
  EXPECT_TRUE(world.member(ada).state().recipient.is_connected(bob));
  EXPECT_FALSE(world.member(bob).state().recipient.is_connected(ada));
  world.deliver_all();
  EXPECT_TRUE(world.member(bob).state().recipient.is_connected(ada));
  world.command_through(RemoveConnection{ada, bob});
  EXPECT_FALSE(world.member(ada).state().recipient.is_connected(bob));
  EXPECT_FALSE(world.member(bob).state().recipient.is_connected(ada));
}

TEST(Connection, ChangesNothingWhereItIsThereOrNot) {
  Given<Member> given(ada);
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  given.when(RemoveConnection{ada, bob}).then_nothing();
  given.when(SetConnection{ada, bob}).then({ConnectionSet{bob, ada, 1}});
  given.when(SetConnection{bob, ada}).then_nothing();
  given.when(RemoveConnection{bob, ada}).then({ConnectionRemoved{bob, ada, 2}});
  given.when(SetConnection{ada, carol}).then({ConnectionSet{carol, ada, 3}});
}

TEST(Connection, NeedsTwoWhoAreThere) {
  Given<Member> given(ada);
  given.when(SetConnection{ada, bob}).then_rejected(Rejection::unknown_target);
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  given.when(SetConnection{ada, ada}).then_rejected(Rejection::not_allowed);
  given.admits(bob, {.exists = false});
  given.when(SetConnection{ada, bob}).then_rejected(Rejection::unknown_target);
}

TEST(Connection, IsLearntOnceAndNeverOutOfTurn) {
  Given<Member> given(bob);
  given.at(start).when(RegisterMember{bob, "Bob", "", "en"});
  given.when_notice(ConnectionSet{bob, ada, 4}, ada, start);
  given.then({ConnectionSet{ada, ada, 4}});
  given.when_notice(ConnectionRemoved{bob, ada, 7}, ada, start);
  given.then({ConnectionRemoved{ada, ada, 7}});
  given.when_notice(ConnectionSet{bob, ada, 4}, ada, start).then_nothing();
  EXPECT_FALSE(given.state().recipient.is_connected(ada));
}

// Free classes.

TEST(FreeSend, ToAConnectionCostsNothingAndIsDeliveredAndAnsweredLikeAnyOther) {
  Company world("default");
  world.command_through(StartSubscription{ada, PlanKind::career});
  world.command_through(SetConnection{ada, bob});
  const auto credits = world.member(ada).state().account.available();
  const InMailSent sent = world.sends(mail(ada, bob));
  EXPECT_EQ(sent.free_class, FreeClass::first_degree);
  EXPECT_EQ(sent.degree, Degree::first);
  EXPECT_EQ(sent.cost, 0u);
  EXPECT_TRUE(sent.splits.empty());
  EXPECT_EQ(world.member(ada).state().account.available(), credits);
  EXPECT_EQ(world.fate(bob, sent), Lifecycle::delivered);
  EXPECT_EQ(world.refusal(Respond{bob, sent.inmail, ReplyKind::accept, ""}), std::nullopt);
  EXPECT_EQ(world.member(ada).state().account.available(), credits) << "nothing to give back";
}

TEST(FreeSend, OfASeatTakesNothingOfItsContract) {
  Company world("default");
  world.command_through(SetConnection{ada, bob});
  const auto credits = world.contract(acme).state().account.available();
  const InMailSent sent = world.sends(mail(ada, desk, bob));
  EXPECT_EQ(sent.free_class, FreeClass::first_degree);
  EXPECT_EQ(world.contract(acme).state().account.available(), credits);
  EXPECT_TRUE(world.contract(acme).state().account.charges.empty());
  EXPECT_EQ(world.sends(mail(carol, other_desk, bob)).free_class, std::nullopt) << "not hers";
}

TEST(FreeSend, ToAnOpenProfileLastsAsLongAsTheRecipientPaysForItsPlan) {
  Company world("default");
  EXPECT_EQ(world.refusal(SetPreference{bob, InMailPreference::on, true}),
            Rejection::premium_required);
  world.command_through(StartSubscription{bob, PlanKind::career});
  world.command_through(SetPreference{bob, InMailPreference::on, true});
  EXPECT_EQ(world.sends(mail(ada, bob)).free_class, FreeClass::open_profile)
      << "even on a plan that does not send";
  world.command_through(ChangePlan{bob, PlanKind::free});
  EXPECT_EQ(world.refusal(mail(carol, bob)), Rejection::premium_required);
  world.command_through(SetPreference{bob, InMailPreference::on, false});
  EXPECT_FALSE(world.member(bob).state().recipient.open_profile);
}

TEST(FreeSend, ToOpenProfilesIsCountedByTheMonth) {
  Policy policy = preset_named("default");
  policy.free.open_profile_max_per_month = 1;
  Given<Member> given(ada, policy);
  given.at(utc("2025-01-31T23:59:59Z")).when(RegisterMember{ada, "Ada", "", "en"});
  for (const MemberId each : {bob, carol, dave})
    given.admits(each, {.exists = true, .is_premium = true, .open_profile = true});
  given.when(mail(ada, bob)).then_only<InMailSent>();
  given.when(mail(ada, carol)).then_rejected(Rejection::open_profile_limit, 1, 1);
  SendInMail to_applicant = mail(ada, carol);
  to_applicant.hints.applicant = true;
  given.when(to_applicant).then_rejected(Rejection::open_profile_limit, 1, 1);
  given.when(StartSubscription{ada, PlanKind::career}).when(to_applicant);
  EXPECT_EQ(given.the<InMailSent>().free_class, FreeClass::job_applicant)
      << "what is not counted goes first";
  given.at(utc("2025-02-01")).when(mail(ada, dave)).then_only<InMailSent>();
  EXPECT_EQ(given.the<InMailSent>().free_class, FreeClass::open_profile);
}

TEST(FreeSend, GoesAsWhatThePlanMaySendAlsoWhereItIsFreeForMore) {
  Given<Member> given(ada, "default");
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  given.admits(bob, {.exists = true, .is_premium = true, .open_profile = true});
  SendInMail letter = mail(ada, bob);
  letter.hints.applicant = true;
  given.when(letter).then_only<InMailSent>();
  EXPECT_EQ(given.the<InMailSent>().free_class, FreeClass::open_profile);

  given.when(StartSubscription{ada, PlanKind::career}).when(PaymentFailed{ada});
  given.admits(carol, {.exists = true, .is_premium = true, .open_profile = true});
  letter.to = carol;
  given.when(letter).then_only<InMailSent>();
  EXPECT_EQ(given.the<InMailSent>().free_class, FreeClass::open_profile);
  letter.to = dave;
  given.when(letter).then_rejected(Rejection::subscription_ended);
}

TEST(FreeSend, IsWhatThePolicySaysItIs) {
  Policy policy = preset_named("default");
  policy.free.classes = {FreeClass::group_member};
  policy.free.plan_classes = {};
  Given<Member> given(ada, policy);
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  given.when(StartSubscription{ada, PlanKind::career});
  SendInMail letter = mail(ada, bob);
  letter.hints = {.degree = Degree::group, .applicant = true, .purpose = Purpose::job};
  given.when(letter).then_only<InMailSent>();
  EXPECT_EQ(given.the<InMailSent>().free_class, FreeClass::group_member);
  letter.to = carol;
  letter.hints.degree = Degree::second;
  given.when(letter).then_only<InMailSent>();
  EXPECT_EQ(given.the<InMailSent>().free_class, std::nullopt);
  EXPECT_EQ(given.the<InMailSent>().cost, 1u);
}

TEST(FreeSend, HoldsNobodyForAGroupMemberWhoIsConnected) {
  Policy policy = preset_named("default");
  policy.free.classes = {FreeClass::group_member};
  policy.recipient.first_degree = FirstDegreeRule::charge;
  Company world(policy);
  world.command_through(SetConnection{ada, bob});
  SendInMail letter = mail(ada, desk, bob);
  letter.hints.degree = Degree::group;
  const InMailSent sent = world.sends(letter);
  EXPECT_EQ(sent.free_class, std::nullopt);
  EXPECT_EQ(sent.degree, Degree::first);
  EXPECT_EQ(sent.cost, 1u);
}

TEST(FreeSend, IsLeftToWhoseSubscriptionHasEnded) {
  Company world("default");
  world.command_through(StartSubscription{ada, PlanKind::career});
  world.command_through(CancelSubscription{ada});
  world.settle_until(start + days{40});
  world.command_through(SetConnection{ada, bob});
  EXPECT_EQ(world.sends(mail(ada, bob)).free_class, FreeClass::first_degree);
  EXPECT_EQ(world.refusal(mail(ada, dave)), Rejection::subscription_ended);
}

TEST(FreeSend, OfABasicAccountGoesToConnectionsOnlyUnderSeed0) {  // A16.
  Company world("seed0");
  world.command_through(SetConnection{ada, bob});
  EXPECT_EQ(world.sends(mail(ada, bob)).free_class, FreeClass::first_degree);
  EXPECT_EQ(world.refusal(mail(ada, dave)), Rejection::premium_required);
}

TEST(FreeSend, OfABasicAccountIsNoneUnderSeed1ToSeed3) {  // A16.
  for (const char* seed : {"seed1", "seed2", "seed3"}) {
    Company world(seed);
    world.command_through(SetConnection{ada, bob});
    EXPECT_EQ(world.refusal(mail(ada, bob)), Rejection::premium_required) << seed;
    EXPECT_EQ(world.refusal(mail(ada, dave)), Rejection::premium_required) << seed;
  }
}

TEST(FreeSend, IsNoneToAConnectionUnderSeed1) {  // A17.
  Company world("seed1");
  world.command_through(StartSubscription{ada, PlanKind::career});
  world.command_through(SetConnection{ada, bob});
  const InMailSent sent = world.sends(mail(ada, bob));
  EXPECT_EQ(sent.free_class, std::nullopt);
  EXPECT_EQ(sent.cost, 1u);
}

// Who can be reached.

TEST(Reach, OfPremiumSendersUnderSeed2) {  // A11.
  using enum InMailPreference;
  Company world("seed2");
  world.command_through(StartSubscription{ada, PlanKind::career});
  world.command_through(StartSubscription{bob, PlanKind::business});
  for (const InMailPreference wish : {opted_out, disabled}) {
    world.command_through(SetPreference{bob, wish, {}});
    EXPECT_EQ(world.fate(bob, world.sends(mail(ada, bob))), Lifecycle::delivered) << name_of(wish);
    world.settle_until(world.now() + days{8});
  }
  world.command_through(SetPreference{dave, opted_out, {}});
  EXPECT_EQ(world.fate(dave, world.sends(mail(ada, dave))), Lifecycle::delivered);
  world.command_through(SetPreference{carol, disabled, {}});
  EXPECT_EQ(world.refusal(mail(ada, carol)), Rejection::recipient_unavailable);
  world.command_through(BlockMember{bob, ada});
  EXPECT_EQ(world.refusal(mail(ada, bob)), Rejection::recipient_unavailable);
  world.command_through(StopSender{dave, ada});
  EXPECT_EQ(world.refusal(mail(ada, dave)), Rejection::recipient_unavailable);
}

TEST(Reach, EndsAtAPrivateProfileABannedListAndAConnectionUnderSeed3) {  // A18.
  Company world("seed3");
  world.command_through(StartSubscription{ada, PlanKind::career});
  world.command_through(SetConnection{ada, bob});
  EXPECT_EQ(world.refusal(mail(ada, bob)), Rejection::first_degree_forbidden);
  RegisterMember join{MemberId{11}, "Private", "", "en", false};
  world.command_through(join);
  EXPECT_EQ(world.refusal(mail(ada, join.member)), Rejection::profile_not_public);
  join = {MemberId{12}, "Staff", "", "en", false, {"press", "platform_staff"}};
  world.command_through(join);
  EXPECT_EQ(world.refusal(mail(ada, join.member)), Rejection::banned_list);
  EXPECT_EQ(world.refusal(mail(ada, desk, join.member)), Rejection::banned_list);
  world.command_through(BlockMember{join.member, ada});
  EXPECT_EQ(world.refusal(mail(ada, join.member)), Rejection::recipient_unavailable);
}

TEST(Reach, IsAsFarAsThePlanGoes) {
  Company world("default");
  world.command_through(StartSubscription{dave, PlanKind::recruiter_lite});
  SendInMail letter = mail(dave, bob);
  letter.hints.degree = Degree::group;
  const Step step = world.command_through(letter);
  ASSERT_TRUE(step.refusal.has_value());
  EXPECT_EQ(step.refusal->code, Rejection::out_of_degree);
  EXPECT_EQ(step.refusal->limit, static_cast<std::int64_t>(Degree::third));
  letter.hints.degree = Degree::third;
  EXPECT_EQ(world.sends(letter).degree, Degree::third);

  world.command_through(ChangePlan{acme, PlanKind::recruiter_lite});
  letter = mail(ada, desk, bob);
  letter.hints.degree = Degree::any;
  EXPECT_EQ(world.refusal(letter), Rejection::out_of_degree) << "the contract says so";
  letter.hints.degree.reset();
  EXPECT_EQ(world.refusal(letter), std::nullopt) << "nobody says how far";
}

TEST(Reach, IsAskedAgainAtTheDelivery) {
  Company world("seed3");
  const RegisterMember join{MemberId{12}, "Staff", "", "en", true, {"press"}};
  world.command_through(join);
  world.command_through(StartSubscription{ada, PlanKind::career});
  Step sent = world.command(mail(ada, bob));
  world.command(StopSender{bob, ada});
  Step to_staff = world.command(mail(ada, join.member));
  Policy stricter = preset_named("seed3");
  stricter.recipient.banned_lists = {"press"};
  world.ground().adopt(stricter);
  world.deliver_all();
  for (const auto& [to, step] : {std::pair(bob, sent), std::pair(join.member, to_staff)})
    EXPECT_EQ(world.fate(to, std::get<InMailSent>(step.events.at(0))), Lifecycle::failed);
}

// Stops.

TEST(Stop, BindsTheContractOnWhoseCreditsTheSenderWrote) {
  Company world("default");
  world.sends(mail(ada, desk, bob));
  world.command_through(StopSender{bob, ada});
  EXPECT_EQ(world.refusal(mail(ada, desk, bob)), Rejection::recipient_unavailable);
  EXPECT_EQ(world.refusal(mail(carol, other_desk, bob)), Rejection::recipient_unavailable);
  world.command_through(StartSubscription{ada, PlanKind::career});
  EXPECT_EQ(world.refusal(mail(ada, bob)), Rejection::recipient_unavailable) << "in person, too";
  world.command_through(StartSubscription{carol, PlanKind::career});
  EXPECT_EQ(world.refusal(mail(carol, bob)), std::nullopt) << "but not her colleague in person";
  world.command_through(AllowSender{bob, ada});
  EXPECT_EQ(world.refusal(mail(carol, other_desk, bob)), std::nullopt);
}

TEST(Stop, ReachesAsFarAsThePolicySays) {
  const auto stopped = [](StopScope scope, bool wrote) {
    Policy policy = preset_named("default");
    policy.recipient.stop_scope = scope;
    Company world(policy);
    if (wrote) world.sends(mail(ada, desk, bob));
    const Step step = world.command_through(StopSender{bob, ada});
    return std::get<SenderStopped>(step.events.at(0));
  };
  EXPECT_EQ(stopped(StopScope::sender, true), (SenderStopped{ada, true, {}}));
  EXPECT_EQ(stopped(StopScope::contract, true), (SenderStopped{ada, false, {acme}}));
  EXPECT_EQ(stopped(StopScope::sender_and_contract, true), (SenderStopped{ada, true, {acme}}));
  EXPECT_EQ(stopped(StopScope::contract, false), (SenderStopped{ada, true, {}}))
      << "a stop always stops somebody";
}

TEST(Stop, IsMadeAndLiftedOnce) {
  Given<Member> given(bob);
  given.at(start).when(RegisterMember{bob, "Bob", "", "en"});
  given.when(StopSender{bob, bob}).then_rejected(Rejection::not_allowed);
  given.when(AllowSender{bob, ada}).then_nothing();
  given.when(StopSender{bob, ada}).then({SenderStopped{ada, true, {}}});
  given.when(StopSender{bob, ada}).then_nothing();
  given.when(AllowSender{bob, ada}).then({SenderAllowed{ada}});
}

TEST(Stop, ClosesTheThreadAsABlockDoes) {
  Company world("default");
  const InMailSent sent = world.sends(mail(ada, desk, bob));
  world.command_through(Respond{bob, sent.inmail, ReplyKind::reply, "Yes?"});
  const SendMessage more{sent.inmail, ada, desk, bob, "Well"};
  EXPECT_EQ(world.refusal(more), std::nullopt);
  world.command_through(StopSender{bob, ada});
  EXPECT_EQ(world.refusal(more), Rejection::thread_unavailable);
}

// Texts and purposes.

SendInMail worded(std::string subject, std::string body) {
  SendInMail letter = mail(ada, bob);
  letter.subject = std::move(subject);
  letter.body = std::move(body);
  return letter;
}

TEST(Markup, IsRefusedAsThePolicyOfASeedSays) {
  Company world("seed1");  // A17.
  world.command_through(StartSubscription{ada, PlanKind::career});
  EXPECT_EQ(world.refusal(worded("Hello", "<b>You</b>")), Rejection::html_not_allowed);
  EXPECT_EQ(world.refusal(worded("<i>", "You")), Rejection::html_not_allowed);
  EXPECT_EQ(world.refusal(worded("Hello", "- one")), Rejection::markup_not_allowed);
  EXPECT_EQ(world.refusal(worded("Hello", "1. one")), Rejection::markup_not_allowed);
  EXPECT_EQ(world.refusal(worded("Hello", "[a](http://b)")), Rejection::link_bad);
  EXPECT_EQ(world.refusal(worded("Hello", "**bold** https://b.c")), std::nullopt);
}

TEST(Markup, CountsItsLinks) {
  Company world("default");
  world.command_through(StartSubscription{ada, PlanKind::career});
  std::string links;
  for (int i = 0; i < 6; ++i) links += " https://a.b";
  const Step step = world.command_through(worded("Hello", links));
  ASSERT_TRUE(step.refusal.has_value());
  EXPECT_EQ(*step.refusal, (Refusal{Rejection::link_bad, 5, 6}));
}

TEST(Purpose, IsAskedForUnderSeed2UnlessTheTwoKnowEachOther) {
  Company world("seed2");
  world.command_through(StartSubscription{ada, PlanKind::career});
  SendInMail letter = mail(ada, bob);
  letter.hints.purpose = Purpose::sales;
  EXPECT_EQ(world.refusal(letter), Rejection::commercial_use);  // A20.
  letter.hints.purpose = Purpose::other;
  EXPECT_EQ(world.refusal(letter), Rejection::reason_required);
  world.command_through(SetConnection{ada, bob});
  EXPECT_EQ(world.refusal(letter), std::nullopt);

  SendInMail first = mail(ada, dave);
  first.body = "In words that nobody else has got from me today";
  const InMailSent to_dave = world.sends(first);
  letter.to = dave;
  world.settle_until(start + days{8});
  EXPECT_EQ(world.refusal(letter), Rejection::reason_required) << "he has not answered";
  world.command_through(Respond{dave, to_dave.inmail, ReplyKind::reply, "Yes?"});
  EXPECT_EQ(world.refusal(letter), std::nullopt);

  world.command_through(StartSubscription{dave, PlanKind::career});
  letter = mail(dave, ada);
  letter.hints.purpose = Purpose::other;
  EXPECT_EQ(world.refusal(letter), std::nullopt) << "she has written to him";
}

}  // namespace
}  // namespace inmail::test
