#include <gtest/gtest.h>

#include "tests/projections/audit_story.hpp"

// Conversations (IM9), the parties' own marks and full inboxes (IM10, IM3), and what else happens
// to an InMail after its delivery (IM1, IM4, IM7): histories that are right, and one planted
// mistake that is named.

namespace inmail::test {
namespace {

using std::chrono::days;

const MemberId ada{1};
const MemberId bob{2};
const MemberId eve{3};

/// Ada has written to bob, and it arrived.
struct ThreadStory : AuditStory {
  explicit ThreadStory(std::string_view settings = {}) : AuditStory(settings) {
    three_members();
    inmail = send(ada, bob);
    deliver(inmail, false);
    finalize(inmail);
  }
  Position answer_it(ReplyKind kind, bool canned = true) {
    const CommandId command = new_command();
    add(bob, Opened{.ref = inmail.ref, .inferred = true}, command);
    Replied replied = reply_event(inmail, kind);
    replied.charge = ChargeEnd::none;
    replied.refund_amount = 0;
    replied.canned = canned;
    const Position answered = answer(bob, replied, command, Principal::of(bob));
    inform(inmail, outcome_of(kind));
    return answered;
  }
  Position message(MemberId from, MemberId to) {
    return decide(from, MessageSent{.conversation = id(), .from = from, .to = to});
  }
  InMailId id() const { return inmail.ref.inmail; }

  StoryInMail inmail;
};

const std::string no_refund = "refund.on = []\n";

TEST(AuditOfThreads, WantsAnAnswerBeforeAMessage) {
  ThreadStory story(no_refund);
  story.answer_it(ReplyKind::accept);
  story.message(ada, bob);
  story.message(bob, ada);
  EXPECT_TRUE(holds(story.records()));

  ThreadStory early(no_refund);
  EXPECT_TRUE(breaks(early.records(), "IM9", early.message(ada, bob)));
  ThreadStory strange(no_refund);
  strange.answer_it(ReplyKind::accept);
  EXPECT_TRUE(breaks(strange.records(), "IM9", strange.message(eve, bob)));
  ThreadStory blocked(no_refund);
  blocked.answer_it(ReplyKind::accept);
  blocked.decide(ada, MemberBlocked{bob});
  EXPECT_TRUE(breaks(blocked.records(), "IM9", blocked.message(ada, bob)));
}

TEST(AuditOfThreads, WantsAClosedOneToBeOpenedAgainAndItsSenderTold) {
  ThreadStory closed(no_refund);
  closed.answer_it(ReplyKind::decline);
  EXPECT_TRUE(breaks(closed.records(), "IM9", closed.message(ada, bob)));

  ThreadStory story(no_refund);
  story.answer_it(ReplyKind::decline);
  const CommandId command = story.new_command();
  ConversationReopened reopened{.conversation = story.id(), .sender = ada, .by = bob};
  const Position again = story.add(bob, reopened, command);
  story.answer(bob, MessageSent{.conversation = story.id(), .from = bob, .to = ada}, command,
               Principal::of(bob));
  EXPECT_TRUE(breaks(audit_of(story.records(), days{2}), "IM9", again)) << "nobody told ada";
  reopened.learned = true;
  story.add(ada, reopened, command);
  story.message(ada, bob);
  EXPECT_TRUE(holds(story.records()));
  EXPECT_TRUE(breaks(story.records(), "IM9", story.add(ada, reopened, command)));
}

TEST(AuditOfThreads, WantsConnectionsToBeSome) {
  ThreadStory story(no_refund);
  const MessageSent hello{direct_conversation(ada, eve), ada, eve, {}, false};
  EXPECT_TRUE(breaks(story.records(), "IM9", story.decide(ada, hello)));

  ThreadStory connected(no_refund);
  const CommandId command = connected.new_command();
  connected.answer(ada, ConnectionSet{eve, ada, 1}, command);
  connected.add(eve, ConnectionSet{ada, ada, 1}, command);
  connected.decide(ada, hello);
  EXPECT_TRUE(holds(connected.records()));
  MessageSent foreign = hello;
  foreign.conversation = direct_conversation(ada, bob);
  EXPECT_TRUE(breaks(connected.records(), "IM9", connected.decide(ada, foreign)));
}

TEST(AuditOfThreads, WantsAMachineToWriteOnlyWhereItDoesNotCount) {
  const MessageSent away{{}, bob, ada, {}, true};
  for (const bool counts : {false, true}) {
    ThreadStory story(no_refund + "refund.count_auto_reply = " + (counts ? "true" : "false"));
    MessageSent message = away;
    message.conversation = story.id();
    const Position wrote = story.decide(bob, message);
    EXPECT_EQ(bool(holds(story.records())), !counts);
    EXPECT_EQ(bool(breaks(story.records(), "IM9", wrote)), counts);
  }
}

TEST(AuditOfMarks, WantsThemToChangeAndToBeOnesOwn) {
  ThreadStory story(no_refund);
  for (const bool on : {true, false}) {
    story.decide(bob, MarkedUnread{story.id(), on});
    story.decide(bob, Archived{.conversation = story.id(), .archived = on});
    story.decide(ada, Starred{story.id(), on});
    story.decide(ada, Tagged{story.id(), {}, 7, on});
  }
  ASSERT_TRUE(holds(story.records()));
  EXPECT_TRUE(breaks(story.records(), "IM10", story.decide(ada, Tagged{story.id(), {}, 7, false})));

  ThreadStory strange(no_refund);
  EXPECT_TRUE(breaks(strange.records(), "IM10", strange.decide(eve, Starred{strange.id()})));
}

TEST(AuditOfInboxes, WantsRoomToBeMadeAndOnlyThen) {
  const std::string one =
      no_refund + "inbox.max_conversations = 1\ninbox.overflow = \"archive_oldest\"\n";
  ThreadStory story(one);
  StoryInMail second = story.send(eve, bob);
  const Archived archived{.conversation = story.id(), .archived = true, .automatic = true};
  const Position made = story.add(bob, archived, second.command());
  story.deliver(second, false);
  story.finalize(second);
  auto records = story.records();
  EXPECT_TRUE(holds(records));
  drop(records, made);
  EXPECT_TRUE(breaks(records, "IM3", Position{second.delivered.value - 1}));

  ThreadStory roomy(no_refund);
  EXPECT_TRUE(breaks(roomy.records(), "IM10",
                     roomy.add(bob, Archived{roomy.id(), true, true}, roomy.new_command())));
}

TEST(AuditOfInboxes, WantsAFullOneToRejectWhereThePolicySaysSo) {
  ThreadStory story(no_refund + "inbox.max_conversations = 1\ninbox.overflow = \"reject\"\n");
  StoryInMail second = story.send(eve, bob);
  const Position delivered = story.deliver(second, false);
  EXPECT_TRUE(breaks(story.records(), "IM3", delivered));
}

TEST(AuditOfReminders, WantsThemInTurnAndOnlyOfTheSilent) {
  ThreadStory story(no_refund + "reminder.after_s = 86400\nreminder.max = 2\n");
  story.pass(days{1});
  const Position first = story.add(bob, ReminderSent{story.inmail.ref, 1, {}});
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  event_at<ReminderSent>(records, first).number = 2;
  EXPECT_TRUE(breaks(records, "IM1", first));
  records = story.records();
  record_at(records, first).header.due_at += Milliseconds{1};
  EXPECT_TRUE(breaks(records, "IM1", first));

  ThreadStory blocked(no_refund + "reminder.after_s = 86400\n");
  blocked.decide(bob, MemberBlocked{ada});
  blocked.pass(days{1});
  EXPECT_TRUE(
      breaks(blocked.records(), "IM1", blocked.add(bob, ReminderSent{blocked.inmail.ref, 1, {}})));
}

TEST(AuditOfLinks, WantsAnOpeningAndALink) {
  ThreadStory story(no_refund);
  story.open(story.inmail);
  EXPECT_TRUE(breaks(story.records(), "IM1", story.decide(bob, LinkFollowed{story.inmail.ref, 0})))
      << "there is none";
}

TEST(AuditOfHiding, WantsAnOpenedOneAndAPolicyThatHides) {
  const std::string hides = no_refund + "retract.effect_opened = \"hide_keep_copy\"\n";
  ThreadStory story(hides);
  story.open(story.inmail);
  story.answer(bob, InMailHiddenFromRecipient{story.inmail.ref}, story.new_command(),
               Principal::of(ada));
  EXPECT_TRUE(holds(story.records()));

  ThreadStory unopened(hides);
  const Position hidden = unopened.decide(bob, InMailHiddenFromRecipient{unopened.inmail.ref});
  EXPECT_TRUE(breaks(unopened.records(), "IM7", hidden));
  ThreadStory keeps(no_refund);
  keeps.open(keeps.inmail);
  EXPECT_TRUE(breaks(keeps.records(), "IM1",
                     keeps.decide(bob, InMailHiddenFromRecipient{keeps.inmail.ref})));
}

TEST(AuditOfDeclines, WantsThemRespectedWhereThePolicySaysSo) {
  for (const bool forbids : {false, true}) {
    ThreadStory story(no_refund + (forbids ? "reinitiate.after_decline = \"forbid\"\n" : ""));
    story.answer_it(ReplyKind::decline);
    StoryInMail again = story.send(ada, bob);
    EXPECT_EQ(bool(breaks(story.records(), "IM4", again.sent)), forbids);
  }
}

}  // namespace
}  // namespace inmail::test
