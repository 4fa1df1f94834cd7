#include <gtest/gtest.h>

#include "tests/projections/audit_story.hpp"

// For what the recipient is to a send: histories that are right, and one planted mistake that is
// named. Free sends (IC8), who can be reached (IM3), signs and purposes (IM5), connections (IM8).

namespace inmail::test {
namespace {

const MemberId ada{1};
const MemberId bob{2};
const MemberId eve{3};

/// A story of three members with plans, in which recipients change before a send.
class PeopleStory : public AuditStory {
 public:
  explicit PeopleStory(std::string_view settings = {}) : AuditStory(settings) { three_members(); }

  /// By ada, who has the lowest number; the other learns it at once.
  Position connect(MemberId other) {
    const CommandId command = new_command();
    answer(ada, ConnectionSet{other, ada, ++changes_}, command);
    return add(other, ConnectionSet{ada, ada, changes_}, command);
  }
  Position part(MemberId other) {
    const CommandId command = new_command();
    answer(ada, ConnectionRemoved{other, ada, ++changes_}, command);
    return add(other, ConnectionRemoved{ada, ada, changes_}, command);
  }

  /// From ada to bob, as she saw bob: `change` makes the InMail that is sent what it is.
  template <class Change>
  StoryInMail send_as(LotSplits splits, Change&& change) {
    StoryInMail inmail = write(ada, ada, ada, bob, std::move(splits));
    InMailSent sent = sent_event(inmail);
    sent.recipient_version = version_of(bob);
    change(sent);
    inmail.sent = answer(ada, sent, inmail.command(), Principal::of(ada));
    return inmail;
  }
  StoryInMail send_free(FreeClass free_class, std::optional<Degree> degree = {}) {
    return send_as({}, [&](InMailSent& e) {
      e.free_class = free_class;
      e.degree = degree;
    });
  }
  StoryInMail send_charged() {
    return send_as({{LotId{1}, 1}}, [](InMailSent&) {});
  }

  Version version_of(StreamId stream) const {
    Version version;
    for (const Record& record : records())
      if (record.header.stream == stream) version = record.header.version;
    return version;
  }

 private:
  std::uint64_t changes_ = 0;
};

// IC8.

TEST(AuditOfFreeClasses, WantsAConnectionToBeOne) {
  PeopleStory story;
  story.connect(bob);
  StoryInMail inmail = story.send_free(FreeClass::first_degree, Degree::first);
  story.deliver(inmail, false);
  EXPECT_TRUE(holds(story.records()));

  PeopleStory stranger;
  const StoryInMail lie = stranger.send_free(FreeClass::first_degree);
  EXPECT_TRUE(breaks(stranger.records(), "IC8", lie.sent));

  PeopleStory parted;
  parted.connect(bob);
  parted.part(bob);
  const StoryInMail late = parted.send_free(FreeClass::first_degree, Degree::first);
  EXPECT_TRUE(breaks(parted.records(), "IC8", late.sent));
}

TEST(AuditOfFreeClasses, BelievesWhatWasTrueOfTheRecipientThatTheSenderSaw) {
  PeopleStory story;
  story.connect(bob);
  const Version seen = story.version_of(bob);
  story.part(bob);
  StoryInMail inmail = story.send_as({}, [&](InMailSent& e) {
    e.free_class = FreeClass::first_degree;
    e.degree = Degree::first;
    e.recipient_version = seen;
  });
  story.deliver(inmail, false);
  EXPECT_TRUE(holds(story.records()));
}

TEST(AuditOfFreeClasses, WantsAnOpenProfileToBeOpenAndPremium) {
  PeopleStory story;
  story.decide(bob, OpenProfileSet{true});
  StoryInMail inmail = story.send_free(FreeClass::open_profile);
  story.deliver(inmail, false);
  EXPECT_TRUE(holds(story.records()));

  PeopleStory closed;
  const StoryInMail lie = closed.send_free(FreeClass::open_profile);
  EXPECT_TRUE(breaks(closed.records(), "IC8", lie.sent));

  PeopleStory basic;
  basic.decide(bob, OpenProfileSet{true});
  const CommandId command = basic.new_command();
  basic.answer(bob, SubscriptionChanged{PlanKind::business, PlanKind::free, 15}, command);
  const StoryInMail unpaid = basic.send_free(FreeClass::open_profile);
  EXPECT_TRUE(breaks(basic.records(), "IC8", unpaid.sent));
}

TEST(AuditOfFreeClasses, WantsNobodyToPayForWhatIsFree) {
  PeopleStory story;
  story.connect(bob);
  const StoryInMail charged =
      story.send_as({{LotId{1}, 1}}, [](InMailSent& e) { e.degree = Degree::first; });
  EXPECT_TRUE(breaks(story.records(), "IC8", charged.sent));

  PeopleStory open;
  open.decide(bob, OpenProfileSet{true});
  const StoryInMail paid = open.send_charged();
  EXPECT_TRUE(breaks(open.records(), "IC8", paid.sent));

  PeopleStory costly("recipient.first_degree = \"charge\"");
  costly.connect(bob);
  StoryInMail fine =
      costly.send_as({{LotId{1}, 1}}, [](InMailSent& e) { e.degree = Degree::first; });
  costly.deliver(fine);
  EXPECT_TRUE(holds(costly.records()));
}

TEST(AuditOfFreeClasses, WantsAClassThatThePolicyHas) {
  PeopleStory story("free.classes = []\nfree.plan_classes = []");
  const StoryInMail inmail = story.send_free(FreeClass::job_applicant);
  EXPECT_TRUE(breaks(story.records(), "IC8", inmail.sent));

  PeopleStory far("free.classes = [\"group_member\"]\nfree.plan_classes = []");
  const StoryInMail other = far.send_free(FreeClass::group_member, Degree::second);
  EXPECT_TRUE(breaks(far.records(), "IC8", other.sent));
}

TEST(AuditOfFreeClasses, WantsAPriceOrAClass) {
  PeopleStory story;
  const StoryInMail inmail = story.send_as({}, [](InMailSent&) {});
  EXPECT_TRUE(breaks(story.records(), "IC8", inmail.sent));
}

TEST(AuditOfFreeClasses, WantsAPlanThatSends) {
  AuditStory story;
  story.join(ada);
  story.join(bob);
  story.decide(bob, ConnectionSet{ada, ada, 1});
  StoryInMail inmail = story.write(ada, ada, ada, bob, {});
  InMailSent sent = story.sent_event(inmail);
  sent.from_premium = false;
  sent.recipient_version = Version{2};
  sent.free_class = FreeClass::first_degree;
  sent.degree = Degree::first;
  const Position fine = story.answer(ada, sent, inmail.command(), Principal::of(ada));
  EXPECT_FALSE(breaks(story.records(), "IC8", fine));
  inmail = story.write(ada, ada, ada, bob, {});
  sent = story.sent_event(inmail);
  sent.free_class = FreeClass::job_applicant;
  const Position lie = story.answer(ada, sent, inmail.command(), Principal::of(ada));
  EXPECT_TRUE(breaks(story.records(), "IC8", lie));
}

TEST(AuditOfFreeClasses, CountsOpenProfilesByTheMonth) {
  PeopleStory story("free.open_profile_max_per_month = 1\nfollowup.max_unanswered = 5");
  story.decide(bob, OpenProfileSet{true});
  StoryInMail first = story.send_free(FreeClass::open_profile);
  story.deliver(first, false);
  story.pass(std::chrono::days{17});  // December.
  StoryInMail second = story.send_free(FreeClass::open_profile);
  story.deliver(second, false);
  EXPECT_TRUE(holds(story.records()));
  const StoryInMail third = story.send_free(FreeClass::open_profile);
  EXPECT_TRUE(breaks(story.records(), "IC8", third.sent));
}

// IM3.

TEST(AuditOfReach, WantsNothingDeliveredToWhoHasStoppedThePersonOrTheContract) {
  for (const bool by_contract : {false, true}) {
    PeopleStory story;
    story.contract_with_a_seat();
    StoryInMail inmail = story.send_by_seat(bob);
    SenderStopped stop{eve, false, {ContractId{1}}};
    if (!by_contract) stop = {ada, true, {}};
    story.decide(bob, stop);
    story.deliver(inmail);
    EXPECT_TRUE(breaks(story.records(), "IM3", inmail.delivered));
  }
}

TEST(AuditOfReach, WantsAStopThatWasLiftedToStopNothing) {
  PeopleStory story;
  StoryInMail inmail = story.send_charged();
  story.decide(bob, SenderStopped{ada, true, {}});
  story.fail(inmail);
  story.release(inmail, ReleaseReason::delivery_failed);
  EXPECT_TRUE(holds(story.records()));

  PeopleStory lifted;
  StoryInMail other = lifted.send_charged();
  lifted.decide(bob, SenderStopped{ada, true, {}});
  lifted.decide(bob, SenderAllowed{ada});
  const Position failed = lifted.fail(other);
  EXPECT_TRUE(breaks(lifted.records(), "IM3", failed));
}

TEST(AuditOfReach, WantsNothingSentToWhomThePolicyShields) {
  AuditStory story("recipient.banned_lists = [\"staff\"]\nrecipient.require_public_profile = true");
  for (const MemberId each : {ada, bob, eve}) {
    MemberRegistered joined;
    joined.public_profile = each != bob;
    if (each == eve) joined.lists = {"press", "staff"};
    story.decide(each, joined);
    story.subscribe(each, PlanKind::business, 15);
  }
  const StoryInMail to_private = story.send(ada, bob);
  EXPECT_TRUE(breaks(story.records(), "IM3", to_private.sent));
  const StoryInMail to_staff = story.send(bob, eve);
  auto records = story.records();
  drop(records, to_private.sent);
  EXPECT_TRUE(breaks(records, "IM3", Position{to_staff.sent.value - 1}));
}

TEST(AuditOfReach, WantsConnectionsLeftAloneWhereTheyAreForbidden) {
  PeopleStory story("recipient.first_degree = \"forbid\"");
  story.connect(bob);
  const StoryInMail inmail =
      story.send_as({{LotId{1}, 1}}, [](InMailSent& e) { e.degree = Degree::first; });
  EXPECT_TRUE(breaks(story.records(), "IM3", inmail.sent));
}

TEST(AuditOfReach, WantsADegreeThatIsTrueAndThatThePlanReaches) {
  PeopleStory story;
  const StoryInMail lie =
      story.send_as({{LotId{1}, 1}}, [](InMailSent& e) { e.degree = Degree::first; });
  EXPECT_TRUE(breaks(story.records(), "IM3", lie.sent));

  PeopleStory far("plan.business.max_degree = \"second\"");
  const StoryInMail inmail =
      far.send_as({{LotId{1}, 1}}, [](InMailSent& e) { e.degree = Degree::third; });
  EXPECT_TRUE(breaks(far.records(), "IM3", inmail.sent));
}

// IM5.

TEST(AuditOfSigns, WantsNoneThatThePolicyForbids) {
  const auto breaks_with = [](std::string_view settings, auto change) {
    PeopleStory story(settings);
    const StoryInMail inmail = story.send_as({{LotId{1}, 1}}, change);
    return breaks(story.records(), "IM5", inmail.sent);
  };
  EXPECT_TRUE(breaks_with("", [](InMailSent& e) { e.markup.html = true; }));
  EXPECT_TRUE(
      breaks_with("format.allowed = [\"link\"]", [](InMailSent& e) { e.markup.bullets = true; }));
  EXPECT_TRUE(
      breaks_with("format.allowed = [\"link\"]", [](InMailSent& e) { e.markup.numbered = true; }));
  EXPECT_TRUE(breaks_with("format.allowed = []", [](InMailSent& e) { e.markup.links = 1; }));
  EXPECT_TRUE(breaks_with("", [](InMailSent& e) { e.markup.links = 6; }));
  EXPECT_TRUE(breaks_with("", [](InMailSent& e) { e.markup = {.links = 1, .bad_links = 1}; }));
  EXPECT_TRUE(breaks_with("compliance.commercial_use = \"forbid\"",
                          [](InMailSent& e) { e.purpose = Purpose::sales; }));
}

// IM8.

TEST(AuditOfConnections, WantsBothToKnowOfThem) {
  PeopleStory story;
  const CommandId command = story.new_command();
  const Position set = story.answer(ada, ConnectionSet{bob, ada, 1}, command);
  EXPECT_TRUE(audit_of(story.records()).ok) << "bob may be about to learn it";
  EXPECT_TRUE(breaks(audit_of(story.records(), std::chrono::days{2}), "IM8", set));
  story.add(bob, ConnectionSet{ada, ada, 1}, command);
  EXPECT_TRUE(holds(story.records()));
}

TEST(AuditOfConnections, WantsThemToChangeAndTheOwnerToDecide) {
  PeopleStory story;
  story.connect(bob);
  const Position again = story.connect(bob);
  EXPECT_TRUE(breaks(story.records(), "IM8", Position{again.value - 1}));

  PeopleStory other;
  const Position foreign = other.decide(bob, ConnectionSet{eve, ada, 1});
  EXPECT_TRUE(breaks(other.records(), "IM8", foreign));
}

}  // namespace
}  // namespace inmail::test
