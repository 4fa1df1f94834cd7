// What a recipient and a sender have of an InMail after its delivery: reminders, links, automatic
// replies, retractions, conversations, and their own marks (D3.5 to D3.7, D3.12, D4.1.3).

#include <gtest/gtest.h>

#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"
#include "tests/support/small_world.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const Timestamp sent_at = utc("2025-01-01");

InMailSent letter(std::uint64_t number = 1) {
  InMailSent sent = paid_letter(ada, bob, sent_at, number);
  sent.markup.links = 2;
  return sent;
}

const InMailRef ref = ref_of(letter(), ada, sent_at);
const InMailId inmail = ref.inmail;
const OpenInMail open_it{bob, inmail};
const RetractInMail take_back{ada, bob, inmail};

Policy with(std::string_view lines, std::string_view base = "default") {
  auto policy = parse_policy(
      "name = \"x\"\ninherits = \"" + std::string(base) + "\"\n" + std::string(lines), "x");
  invariant(policy.ok(), "a policy of the test can be read");
  return at_once(std::move(policy).value());
}

Given<Member>& delivered(Given<Member>& given) {
  given.at(sent_at - 1h).when(RegisterMember{bob, "Bob", "", "en"});
  return given.when_notice(letter(), ada, sent_at);
}

TEST(Reminder, ComesOnceAfterThreeDaysOfSilence) {
  Given<Member> given(bob);
  delivered(given).settle_until(sent_at + days{3} - 1ms).then_nothing();
  given.settle_until(sent_at + days{3}).then({ReminderSent{ref, 1, {}}});
  given.settle_until(sent_at + days{30}).then_nothing();
}

TEST(Reminder, ComesAsOftenAsThePolicySays) {
  Given<Member> given(bob, with("[reminder]\nafter_s = 86400\nmax = 3\n"));
  delivered(given).when(open_it);
  given.settle_until(sent_at + days{30});
  given.then({ReminderSent{ref, 1, sent_at + days{2}}, ReminderSent{ref, 2, sent_at + days{3}},
              ReminderSent{ref, 3, {}}});
}

TEST(Reminder, IsNoneWhereNobodyIsToAnswerAnyMore) {
  for (const Command& command :
       {Command{Respond{bob, inmail, ReplyKind::accept, {}}}, Command{take_back},
        Command{BlockMember{bob, ada}}, Command{StopSender{bob, ada}}, Command{EraseMember{bob}}}) {
    Given<Member> given(bob);
    delivered(given).when(command).settle_until(sent_at + days{30}).then_nothing();
  }
  Given<Member> off(bob, with("[reminder]\nafter_s = 0\n"));
  delivered(off).settle_until(sent_at + days{30}).then_nothing();
}

TEST(Link, OpensTheInMailAndIsToldEachTime) {
  Given<Member> given(bob);
  delivered(given).when(FollowLink{bob, inmail, 1});
  given.then({Opened{.ref = ref, .inferred = false}, LinkFollowed{ref, 1}});
  given.when(FollowLink{bob, inmail, 1}).then({LinkFollowed{ref, 1}});
  given.when(FollowLink{bob, inmail, 2}).then_rejected(Rejection::no_such_link, 2, 2);
  given.when(FollowLink{bob, InMailId{}, 0}).then_rejected(Rejection::not_delivered);
}

TEST(AutomaticReply, IsShownAndIsNoResponse) {
  Given<Member> given(bob);
  delivered(given).when(Respond{bob, inmail, ReplyKind::reply, "I am away", true});
  const auto message = given.the<MessageSent>();
  EXPECT_TRUE(message.automatic);
  EXPECT_EQ(message.to, ada);
  EXPECT_EQ(given.state().received.at(inmail).response, ResponseState::none);
  given.when(Respond{bob, inmail, ReplyKind::accept, {}});
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::refund);
  given.when(Respond{bob, inmail, ReplyKind::reply, "I am away", true})
      .then_rejected(Rejection::already_responded);
}

TEST(AutomaticReply, IsAResponseWhereThePolicyCountsIt) {
  Given<Member> given(bob, with("[refund]\ncount_auto_reply = true\n"));
  delivered(given).when(Respond{bob, inmail, ReplyKind::reply, "I am away", true});
  EXPECT_TRUE(given.the<Replied>().automatic);
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::final) << "`refund.on` has no auto_reply";
}

TEST(AutomaticReply, IsRefundedAsSuchWhateverItsKindIs) {
  const Respond away{bob, inmail, ReplyKind::accept, "I am away", true};
  const std::string counts = "[refund]\ncount_auto_reply = true\n";
  Given<Member> kinds(bob, with(counts + "on = [\"accept\"]\n"));
  delivered(kinds).when(away);
  EXPECT_EQ(kinds.the<Replied>().charge, ChargeEnd::final) << "nobody accepted";
  EXPECT_TRUE(kinds.the<Replied>().as_auto_reply);

  const std::string as_such = "on = [\"auto_reply\"]\namount_other = 5000\n[charge]\ncost = 2\n";
  Given<Member> such(bob, with(counts + as_such));
  auto twice = letter(1);
  twice.cost = 2;
  such.at(sent_at - 1h).when(RegisterMember{bob, "Bob", "", "en"});
  such.when_notice(twice, ada, sent_at).when(away);
  EXPECT_EQ(such.the<Replied>().refund_amount, 1u) << "what has no amount of its own";
}

TEST(AutomaticReply, GivesNothingBackWhereItIsNoResponse) {
  Given<Member> given(bob, with("[refund]\non = [\"auto_reply\", \"no_response\"]\n"));
  delivered(given).when(Respond{bob, inmail, ReplyKind::accept, "I am away", true});
  given.then_only<MessageSent>();
  given.settle_until(sent_at + days{400}).then_only<ReminderSent, RefundWindowClosed>();
  EXPECT_EQ(given.the<RefundWindowClosed>().charge, ChargeEnd::refund) << "silence does";
}

TEST(AutomaticReply, TellsTheChargesBesideItWhatItIs) {
  Given<Member> given(bob, with("[refund]\ncount_auto_reply = true\non = [\"auto_reply\"]\n"));
  delivered(given).when_notice(letter(2), ada, sent_at + days{7});
  const InMailId second = letter(2).inmail;
  given.when(Respond{bob, second, ReplyKind::reply, "I am away", true});
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::final);
  const auto closed = given.the<RefundWindowClosed>();
  EXPECT_EQ(closed.charge, ChargeEnd::refund) << "the first of two that can";
  EXPECT_EQ(closed.answered, (AnsweredBeside{second, ReplyKind::reply, true}));
}

TEST(Retraction, OfAnOpenedOneOnlyTakesItOffTheListUnderSeed3) {  // A18.
  Given<Member> given(bob, "seed3");
  delivered(given).at(sent_at + days{3}).when(open_it);
  given.at(sent_at + days{5}).when(take_back).then({InMailHiddenFromRecipient{ref}});
  given.when(take_back).then_rejected(Rejection::already_retracted);
  given.when(open_it).then_rejected(Rejection::message_retracted);
  given.when(Respond{bob, inmail, ReplyKind::accept, {}})
      .then_rejected(Rejection::message_retracted);
  given.settle_until(sent_at + days{400}).then_nothing();
}

TEST(Retraction, OfAnyLeavesAMarkWhereThePolicySaysSo) {
  for (const bool tombstone : {false, true}) {
    Given<Member> given(bob, with("[retract]\ncondition = \"any\"\ntombstone_recipient = " +
                                  std::string(tombstone ? "true\n" : "false\n")));
    delivered(given).when(open_it).when(take_back);
    EXPECT_EQ(given.the<InMailRetracted>().leaves_mark, tombstone);
    EXPECT_EQ(given.state().received.at(inmail).is_listed, tombstone);
  }
}

/// Ada has a plan, and has written to bob, who is there.
SmallWorld& written(SmallWorld& world, InMailId& sent) {
  world.at(sent_at);
  for (const MemberId member : {ada, bob, carol})
    world.command_through(RegisterMember{member, "Somebody", "", "en"});
  world.command_through(StartSubscription{ada, PlanKind::sales_core});
  sent = inmail_of(world.command_through(mail(ada, bob)).id);
  return world;
}

Rejection refusal_of(const Step& step) { return step.refusal ? step.refusal->code : Rejection{}; }

TEST(Conversation, OpensAgainWhenWhoDeclinedSilentlyWrites) {
  SmallWorld world("default");
  InMailId sent;
  written(world, sent);
  world.command_through(Respond{bob, sent, ReplyKind::decline, {}});
  const SendMessage again{sent, ada, {}, bob, "But"};
  EXPECT_EQ(refusal_of(world.command(again)), Rejection::thread_closed_by_decline);
  const Step wrote = world.command(SendMessage{sent, bob, {}, ada, "After all"});
  ASSERT_EQ(wrote.events.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<ConversationReopened>(wrote.events.front()));
  EXPECT_EQ(refusal_of(world.command(again)), Rejection::thread_closed_by_decline);
  world.deliver_all();
  EXPECT_FALSE(world.command(again).refusal);
  EXPECT_EQ(world.command(SendMessage{sent, bob, {}, ada, "Well"}).events.size(), 1u);
}

TEST(Conversation, IsHeardOfWhicheverNoticeComesFirst) {
  Given<Member> given(ada);
  given.at(sent_at).when(RegisterMember{ada, "Ada", "", "en"});
  given.when(StartSubscription{ada, PlanKind::sales_core}).when(mail(ada, bob));
  const InMailId sent = given.inmail();
  given.when_notice(ConversationReopened{.conversation = sent, .sender = ada, .by = bob}, bob,
                    sent_at + 1h);
  given.then_only<OutcomeReceived, ConversationReopened>();
  given.when(SendMessage{sent, ada, {}, bob, "And"}).then_only<MessageSent>();
}

TEST(Conversation, IsBarredByABlockOfEitherAndIsThenWhatItWas) {
  for (const MemberId blocker : {ada, bob}) {
    SmallWorld world("default");
    InMailId sent;
    written(world, sent);
    world.command_through(Respond{bob, sent, ReplyKind::accept, {}});
    const SendMessage of_ada{sent, ada, {}, bob, "So"};
    const SendMessage of_bob{sent, bob, {}, ada, "Yes"};
    const MemberId other = blocker == ada ? bob : ada;
    world.command_through(BlockMember{blocker, other});
    EXPECT_EQ(refusal_of(world.command(of_ada)), Rejection::thread_unavailable);
    EXPECT_EQ(refusal_of(world.command(of_bob)), Rejection::thread_unavailable);
    world.command_through(UnblockMember{blocker, other});
    EXPECT_FALSE(world.command(of_ada).refusal);
    EXPECT_FALSE(world.command(of_bob).refusal);
  }
}

TEST(Conversation, OfConnectionsNeedsNoInMail) {  // A16, the last clause.
  for (const char* preset : {"seed0", "seed1", "seed2", "seed3"}) {
    SmallWorld world(preset);
    world.at(sent_at);
    for (const MemberId member : {ada, bob})
      world.command_through(RegisterMember{member, "Somebody", "", "en"});
    const SendMessage hello{{}, ada, {}, bob, "Hello"};
    EXPECT_EQ(refusal_of(world.command(hello)), Rejection::not_connected);
    world.command_through(SetConnection{ada, bob});
    world.command_through(SetPreference{bob, InMailPreference::disabled});
    const Step wrote = world.command(hello);
    ASSERT_EQ(wrote.events.size(), 1u) << preset;
    EXPECT_EQ(std::get<MessageSent>(wrote.events.front()).conversation,
              direct_conversation(bob, ada));
    world.command_through(BlockMember{ada, bob});
    EXPECT_EQ(refusal_of(world.command(hello)), Rejection::thread_unavailable);
    world.command_through(UnblockMember{ada, bob});
    world.command_through(StopSender{bob, ada});
    EXPECT_EQ(refusal_of(world.command(hello)), Rejection::thread_unavailable);
    EXPECT_FALSE(world.command(SendMessage{{}, bob, {}, ada, "Not now"}).refusal);
  }
}

TEST(DirectConversation, IsOneForThePairAndNoInMails) {
  const InMailId id = direct_conversation(MemberId{9}, MemberId{7});
  EXPECT_EQ(id, direct_conversation(MemberId{7}, MemberId{9}));
  EXPECT_EQ(direct_between(id), (std::pair{MemberId{7}, MemberId{9}}));
  EXPECT_EQ(direct_between(inmail), std::nullopt);
  EXPECT_EQ(direct_between(InMailId{}), std::nullopt);
  EXPECT_EQ(direct_between(direct_conversation(MemberId{7}, MemberId{7})), std::nullopt);
}

TEST(Decline, IsFinalAsLongAsThePolicySays) {
  struct Case {
    std::string policy;
    Milliseconds later;
    Rejection expected;
  };
  const std::string forbid = "[reinitiate]\nafter_decline = \"forbid\"\n";
  const std::string cool = "[reinitiate]\nafter_decline = \"after_cooldown\"\n";
  for (const auto& [lines, later, expected] :
       {Case{"", 0ms, Rejection{}}, Case{forbid, days{1000}, Rejection::thread_closed_by_decline},
        Case{cool, days{90} - 1ms, Rejection::thread_closed_by_decline},
        Case{cool, days{90}, Rejection{}}}) {
    SmallWorld world(with(lines));
    InMailId sent;
    written(world, sent);
    world.command_through(Respond{bob, sent, ReplyKind::decline, "No"});
    world.settle_until(sent_at + later);
    EXPECT_EQ(refusal_of(world.command(mail(ada, bob))), expected) << lines;
  }
}

TEST(OwnView, IsMarkedOnceByEachParty) {
  SmallWorld world("default");
  InMailId sent;
  written(world, sent);
  for (const MemberId party : {ada, bob}) {
    const PartyView view{party, {}, sent};
    for (const Command& mark :
         {Command{MarkUnread{view}}, Command{ArchiveConversation{view}},
          Command{StarConversation{view}}, Command{TagConversation{view, "later", 7}},
          Command{MarkUnread{view, false}}, Command{ArchiveConversation{view, false}},
          Command{StarConversation{view, false}},
          Command{TagConversation{view, "later", 7, false}}}) {
      EXPECT_EQ(world.command(mark).events.size(), 1u) << type_of(mark).name;
      EXPECT_TRUE(world.command(mark).events.empty()) << type_of(mark).name;
    }
  }
  const PartyView strange{carol, {}, sent};
  EXPECT_EQ(refusal_of(world.command(StarConversation{strange})), Rejection::unknown_target);
}

TEST(OwnView, IsReadAgainByOpeningAgain) {
  Given<Member> given(bob);
  delivered(given).when(open_it).when(MarkUnread{{bob, {}, inmail}});
  given.when(open_it).then({MarkedUnread{inmail, false}});
  given.when(open_it).then_nothing();
}

TEST(OwnView, OfAConversationBetweenConnectionsIsThePairs) {
  Given<Member> given(bob);
  delivered(given);
  const PartyView with_carol{bob, {}, direct_conversation(bob, carol)};
  given.when(StarConversation{with_carol}).then_rejected(Rejection::unknown_target);
  given.when(SetConnection{bob, carol}).when(StarConversation{with_carol}).then_only<Starred>();
}

TEST(Inbox, ArchivesTheOldestConversationToTakeOneMore) {  // A17.
  Given<Member> given(bob, with("[inbox]\nmax_conversations = 2\n", "seed1"));
  delivered(given);
  given.when_notice(letter(2), ada, sent_at + 1h).then_only<InMailDelivered>();
  given.when_notice(letter(3), ada, sent_at + 2h).then_only<Archived, InMailDelivered>();
  EXPECT_TRUE(given.the<Archived>().automatic);
  EXPECT_EQ(given.the<Archived>().conversation, inmail);
  given.when(ArchiveConversation{{bob, {}, letter(2).inmail}});
  given.when_notice(letter(4), ada, sent_at + 3h).then_only<InMailDelivered>();
}

TEST(Inbox, KeepsWhatItsOwnerWasActiveInLast) {
  Given<Member> given(bob, with("[inbox]\nmax_conversations = 2\n", "seed1"));
  delivered(given);
  given.when_notice(letter(2), ada, sent_at + 1h);
  given.at(sent_at + 2h).when(Respond{bob, inmail, ReplyKind::accept, {}});
  given.when_notice(letter(3), ada, sent_at + 3h);
  EXPECT_EQ(given.the<Archived>().conversation, letter(2).inmail);
}

TEST(Inbox, RejectsWhatDoesNotFitWhereThePolicySaysSo) {
  Given<Member> given(bob, with("[inbox]\nmax_conversations = 1\noverflow = \"reject\"\n"));
  const auto is_full = [&] {
    return Member::admission(given.state(), given.stage().ground().book.at(PolicyVersion{1}), {})
        .inbox_full;
  };
  given.at(sent_at - 1h).when(RegisterMember{bob, "Bob", "", "en"});
  EXPECT_FALSE(is_full());
  given.when_notice(letter(), ada, sent_at).then_only<InMailDelivered>();
  EXPECT_TRUE(is_full());
  given.when_notice(letter(2), ada, sent_at + 1h).then_only<InMailFailed>();
  EXPECT_EQ(given.the<InMailFailed>().reason, FailureReason::recipient_unavailable);
  given.when(ArchiveConversation{{bob, {}, inmail}});
  given.when_notice(letter(3), ada, sent_at + 2h).then_only<InMailDelivered>();
}

TEST(Inbox, ThatIsFullTurnsASendAway) {
  Given<Member> given(ada);
  given.at(sent_at).when(RegisterMember{ada, "Ada", "", "en"});
  given.when(StartSubscription{ada, PlanKind::sales_core});
  given.admits(bob, {.exists = true, .inbox_full = true});
  given.when(mail(ada, bob)).then_rejected(Rejection::recipient_unavailable);
}

}  // namespace
}  // namespace inmail::test
