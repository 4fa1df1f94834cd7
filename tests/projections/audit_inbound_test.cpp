#include <gtest/gtest.h>

#include "tests/projections/audit_story.hpp"

// What members do not take: histories that are right, and one planted mistake that is named.

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const MemberId ada{1};
const MemberId bob{2};

/// Letters of ada's to bob, judged by the limits of today.
class Doorstep {
 public:
  explicit Doorstep(std::string_view settings = {}) : story(settings) {
    story.join(ada);
    story.join(bob);
    story.subscribe(ada, PlanKind::business, 15);
  }

  void take(const InboundRules& rules, bool own = true) {
    story.decide(bob, InboundRulesSet{own, rules});
    ++version_;
  }

  template <class Change>
  StoryInMail send(Change&& change) {
    StoryInMail inmail = story.write(ada, ada, ada, bob, {{LotId{1}, 1}});
    InMailSent sent = story.sent_event(inmail);
    sent.marks.lookback_s = 86'400;
    sent.marks.print.least.fill(++prints_);
    sent.recipient_version = Version{version_};
    sent.purpose = Purpose::job;
    change(sent);
    inmail.sent = story.answer(ada, sent, inmail.command(), Principal::of(ada));
    inmail.delivered = story.deliver(inmail, true);
    ++version_;
    return inmail;
  }
  StoryInMail send() {
    return send([](InMailSent&) {});
  }
  Position deliver() { return send().delivered; }

  AuditStory story;

 private:
  std::uint64_t version_ = 1;
  std::uint8_t prints_ = 0;
};

constexpr std::string_view many = "[followup]\nmax_unanswered = 30\nmin_gap_s = 0\n";

TEST(AuditOfInbound, NamesWhatAMembersOwnFiltersKeepOut) {
  const auto breaks_under = [](const AcceptFilters& filters, auto change) {
    Doorstep doorstep;
    doorstep.take({.filters = filters});
    const Position sent = doorstep.send(change).sent;
    return breaks(doorstep.story.records(), "IM15", sent);
  };
  const auto nothing = [](InMailSent&) {};
  EXPECT_TRUE(breaks_under({.purposes = {Purpose::press}}, nothing));
  EXPECT_TRUE(breaks_under({.require_compensation = true}, nothing));
  EXPECT_TRUE(breaks_under({.quiet_from_minute = 0, .quiet_until_minute = 1'439}, nothing));
  EXPECT_TRUE(breaks_under({.min_degree = Degree::third},
                           [](InMailSent& e) { e.degree = Degree::second; }));
  EXPECT_TRUE(breaks_under({.languages = {"fr"}}, [](InMailSent& e) { e.locale = "en-US"; }));

  Doorstep fine;
  fine.take({.filters = {.purposes = {Purpose::job},
                         .min_degree = Degree::second,
                         .languages = {"en"},
                         .require_compensation = true}});
  fine.send([](InMailSent& e) {
    e.degree = Degree::third;
    e.locale = "en-US";
    e.offers_compensation = true;
  });
  EXPECT_TRUE(holds(fine.story.records()));
}

TEST(AuditOfInbound, JudgesByTheRulesThatTheSenderSaw) {
  Doorstep doorstep(many);
  doorstep.take({.filters = {.purposes = {Purpose::press}}});
  doorstep.send([](InMailSent& e) { e.recipient_version = Version{1}; });
  EXPECT_TRUE(holds(doorstep.story.records()));
  doorstep.take({}, false);
  doorstep.send();
  EXPECT_TRUE(holds(doorstep.story.records()));
}

TEST(AuditOfInbound, NamesWhatThePolicysFiltersKeepOut) {
  Doorstep doorstep("[recipient.accept_filters]\npurposes = [\"press\"]\n");
  const Position sent = doorstep.send().sent;
  EXPECT_TRUE(breaks(doorstep.story.records(), "IM15", sent));
}

TEST(AuditOfInbound, CountsWhatComesInADay) {
  Doorstep doorstep(many);
  doorstep.take({.filters = {}, .daily_max = 2, .weekly_max = 0});
  doorstep.deliver();
  doorstep.deliver();
  doorstep.story.pass(days{1});
  doorstep.deliver();
  doorstep.deliver();
  ASSERT_TRUE(holds(doorstep.story.records()));
  const Position third = doorstep.deliver();
  EXPECT_TRUE(breaks(doorstep.story.records(), "IM15", third));
}

TEST(AuditOfInbound, CountsWhatComesInAWeek) {
  Doorstep doorstep(std::string(many) + "[recipient]\ninbound_weekly_max = 2\n");
  doorstep.story.pass(days{7} -
                      (doorstep.story.now() - std::chrono::floor<days>(doorstep.story.now())));
  while (std::chrono::weekday{std::chrono::floor<days>(doorstep.story.now())} !=
         std::chrono::Monday)
    doorstep.story.pass(days{1});
  doorstep.deliver();
  doorstep.story.pass(days{3});
  doorstep.deliver();
  ASSERT_TRUE(holds(doorstep.story.records()));
  doorstep.story.pass(days{2});
  const Position third = doorstep.deliver();
  EXPECT_TRUE(breaks(doorstep.story.records(), "IM15", third));
}

TEST(AuditOfInbound, NamesAttachmentsAndSignaturesThatAreNotAllowed) {
  Doorstep doorstep("[limit]\nattachments_max = 1\nattachment_bytes_max = 9\n");
  doorstep.send([](InMailSent& e) { e.attachments = {{1, "pdf", 9, {}}}; });
  ASSERT_TRUE(holds(doorstep.story.records()));
  Doorstep large("[limit]\nattachments_max = 1\nattachment_bytes_max = 9\n");
  const Position sent = large.send([](InMailSent& e) {
                               e.attachments = {{1, "pdf", 10, {}}};
                             })
                            .sent;
  EXPECT_TRUE(breaks(large.story.records(), "IM5", sent));
}

}  // namespace
}  // namespace inmail::test
