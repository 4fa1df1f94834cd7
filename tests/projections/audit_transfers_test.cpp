#include <gtest/gtest.h>

#include "tests/projections/audit_story.hpp"

// For credits that move: histories that are right, and one planted mistake that is named.

namespace inmail::test {
namespace {

const MemberId ada{1};
const MemberId bob{2};
const MemberId eve{4};

/// Five credits of ada's first lot go to bob, who takes them; or to eve, who has no plan, and back.
struct Moved {
  explicit Moved(bool is_taken, std::string_view settings = "[lot]\ntransferable = true\n")
      : story(settings) {
    story.three_members();
    story.join(eve);
    const MemberId to = is_taken ? bob : eve;
    const CommandId command = story.new_command();
    const TransferId id = transfer_of(command);
    sent = story.add(ada, CreditsTransferred{id, to, parts, 1}, command);
    story.answer(ada, CreditsVoided{LotId{1}, 5, VoidReason::transferred}, command);
    received = story.add(to, TransferReceived{id, ada, parts, is_taken}, command);
    const MemberId owner = is_taken ? bob : ada;
    if (!is_taken) returned = story.add(ada, TransferReturned{id, parts}, command);
    granted = story.add(owner, story.grant(owner, LotKind::adjust, 5), command);
  }

  AuditStory story;
  const TransferParts parts{{5, {}}};
  Position sent;
  Position received;
  Position returned;
  Position granted;
};

TEST(AuditOfTransfers, WantsTheOtherPoolToHaveWhatTheFirstHasNot) {
  const Moved taken(true);
  EXPECT_TRUE(holds(taken.story.records()));
  auto records = taken.story.records();
  event_at<TransferReceived>(records, taken.received).parts.front().amount = 6;
  event_at<CreditsGranted>(records, taken.granted).amount = 6;
  EXPECT_TRUE(breaks(records, "IC13", taken.received)) << "more than was sent";
  records = taken.story.records();
  event_at<CreditsGranted>(records, taken.granted).amount = 6;
  EXPECT_TRUE(breaks(records, "IC3", taken.received)) << "more than was received";
  records = taken.story.records();
  drop(records, taken.granted);
  drop(records, taken.received);
  EXPECT_TRUE(breaks(audit_of(records, std::chrono::days{2}), "IC13", taken.sent))
      << "nobody has them";
  records = taken.story.records();
  event_at<TransferReceived>(records, taken.received).is_taken = false;
  EXPECT_TRUE(breaks(records, "IC13", taken.received)) << "it has a plan";
}

TEST(AuditOfTransfers, WantsWhatWasNotTakenBack) {
  const Moved refused(false);
  EXPECT_TRUE(holds(refused.story.records()));
  auto records = refused.story.records();
  drop(records, refused.granted);
  drop(records, refused.returned);
  EXPECT_TRUE(breaks(audit_of(records, std::chrono::days{2}), "IC13", refused.sent));
  records = refused.story.records();
  event_at<TransferReceived>(records, refused.received).is_taken = true;
  EXPECT_TRUE(breaks(records, "IC13", refused.received)) << "it has no plan";
}

TEST(AuditOfTransfers, WantsThePolicyToAllowIt) {
  const Moved forbidden(true, "[lot]\ntransferable = false\n");
  EXPECT_TRUE(breaks(forbidden.story.records(), "IC13", forbidden.sent));
}

TEST(AuditOfTransfers, WantsNoOldCredits) {
  AuditStory story("[lot]\ntransferable = true\n");
  story.three_members();
  story.grant_bonus(ada, 5);
  story.pass(std::chrono::days{20});
  const CommandId command = story.new_command();
  const TransferParts parts{{5, {}}};
  story.add(ada, CreditsTransferred{transfer_of(command), bob, parts, 1}, command);
  const Position voided =
      story.answer(ada, CreditsVoided{LotId{2}, 5, VoidReason::transferred}, command);
  EXPECT_FALSE(breaks(story.records(), "IC13", voided));
  auto late = story.records();
  for (Record& record : late)
    if (record.header.position.value + 1 >= voided.value) {
      record.header.time += std::chrono::days{170};
      record.header.due_at = record.header.time;
    }
  EXPECT_TRUE(breaks(late, "IC13", voided));
}

}  // namespace
}  // namespace inmail::test
