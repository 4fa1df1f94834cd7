#include <gtest/gtest.h>

#include "tests/projections/audit_story.hpp"

// For each invariant of messages: histories that are right, and one planted mistake that is named.

namespace inmail::test {
namespace {

const MemberId ada{1};
const MemberId bob{2};
const MemberId eve{3};

// What has not left its author yet: IM13 and IM14.

TEST(AuditOfDispatch, WantsWhatWasScheduledSentAtItsTimeOrCancelled) {
  const auto hour = std::chrono::hours{1};
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.schedule(ada, bob, hour);
  EXPECT_TRUE(audit_of(story.records(), hour).ok);
  EXPECT_TRUE(breaks(audit_of(story.records(), std::chrono::days{2}), "IM13", inmail.sent));
  story.pass(hour);
  story.dispatch(inmail);
  story.deliver(inmail);
  EXPECT_TRUE(holds(story.records()));

  AuditStory early;
  early.three_members();
  StoryInMail hasty = early.schedule(ada, bob, hour);
  early.pass(hour - Milliseconds{1});
  const Position sent = early.dispatch(hasty);
  EXPECT_TRUE(breaks(early.records(), "IM13", sent));
}

TEST(AuditOfDispatch, WantsNoCreditTakenTwiceForWhatWasScheduled) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.schedule(ada, bob, std::chrono::hours{1});
  story.pass(std::chrono::hours{1});
  const Position sent = story.dispatch(inmail);
  auto records = story.records();
  event_at<InMailSent>(records, sent).splits = {{LotId{1}, 1}};
  EXPECT_TRUE(breaks(records, "IC4", sent));
  event_at<InMailSent>(records, sent).splits = {};
  event_at<InMailSent>(records, sent).cost = 2;
  EXPECT_TRUE(breaks(records, "IC4", sent));
}

TEST(AuditOfDispatch, WantsAFollowUpOnlyToWhatWaits) {
  const auto three_days = std::chrono::days{3};
  for (const bool is_answered : {false, true}) {
    AuditStory story;
    story.three_members();
    StoryInMail first = story.send(ada, bob);
    story.deliver(first);
    StoryInMail next = story.schedule(ada, bob, three_days, first.ref.inmail);
    story.pass(three_days);
    if (is_answered) {
      story.reply(first);
      story.refund(first);
      const Position sent = story.dispatch(next, first.ref.inmail);
      EXPECT_TRUE(breaks(story.records(), "IM13", sent));
    } else {
      story.dispatch(next, first.ref.inmail);
      story.deliver(next);
      EXPECT_TRUE(holds(story.records()));
    }
  }
}

TEST(AuditOfDispatch, WantsDraftsInTurn) {
  const DraftId draft{{4}};
  AuditStory story;
  story.three_members();
  story.decide(ada, DraftSaved{.draft = draft, .revision = 1, .from = ada});
  story.decide(ada, DraftSaved{.draft = draft, .revision = 2, .from = ada});
  story.decide(ada, DraftDiscarded{draft, DraftEnd::discarded});
  EXPECT_TRUE(holds(story.records()));
  const Position again = story.decide(ada, DraftDiscarded{draft, DraftEnd::discarded});
  EXPECT_TRUE(breaks(story.records(), "IM14", again));

  AuditStory skipped;
  skipped.three_members();
  const Position saved =
      skipped.decide(ada, DraftSaved{.draft = draft, .revision = 2, .from = ada});
  EXPECT_TRUE(breaks(skipped.records(), "IM14", saved));
  AuditStory none("[draft]\nenabled = false\n");
  none.three_members();
  const Position kept = none.decide(ada, DraftSaved{.draft = draft, .revision = 1, .from = ada});
  EXPECT_TRUE(breaks(none.records(), "IM14", kept));
}

}  // namespace
}  // namespace inmail::test
