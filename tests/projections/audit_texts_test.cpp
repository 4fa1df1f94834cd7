// IM5: texts are as long as the policy of their send lets them be.

#include <gtest/gtest.h>

#include "tests/projections/audit_story.hpp"

namespace inmail::test {
namespace {

const MemberId ada{1};
const MemberId bob{2};

TEST(AuditOfTexts, WantsThemAsLongAsThePolicyOfTheSendAllows) {
  const std::map<std::string_view, bool> settings{
      {"limit.subject_max = 9", true},
      {"limit.subject_max = 8", false},
      {"limit.subject_max = 2\nlimit.subject_unit = \"word\"", true},
      {"limit.body_max = 20", true},
      {"limit.body_max = 19", false},
      {"limit.body_max = 29\nlimit.subject_counts = true", true},
      {"limit.body_max = 28\nlimit.subject_counts = true", false},
      {"limit.body_min = 21", false},
  };
  for (const auto& [setting, fits] : settings) {
    AuditStory story(setting);
    story.three_members();
    StoryInMail inmail = story.send(ada, bob);
    story.deliver(inmail);
    if (fits)
      EXPECT_TRUE(holds(story.records())) << setting;
    else
      EXPECT_TRUE(breaks(story.records(), "IM5", inmail.sent)) << setting;
  }
}

TEST(AuditOfTexts, LooksAtRepliesAndMessages) {
  AuditStory story("limit.body_max = 21");
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  const Position answered = story.reply(inmail, ReplyKind::reply);
  story.refund(inmail, RefundOn::reply);
  const Position message = story.decide(
      ada, MessageSent{inmail.ref.inmail, ada, bob,
                       story.text("twenty-one characters", TextField::message, inmail)});
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  const Text too_long = story.text("twenty-two characters!", TextField::message, inmail);
  event_at<MessageSent>(records, message).text = too_long;
  EXPECT_TRUE(breaks(records, "IM5", message));
  event_at<Replied>(records, answered).text = too_long;
  EXPECT_TRUE(breaks(records, "IM5", answered));
}

}  // namespace
}  // namespace inmail::test
