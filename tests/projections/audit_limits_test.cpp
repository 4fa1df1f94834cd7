#include <gtest/gtest.h>

#include "tests/projections/audit_story.hpp"

// For each invariant of limits: histories that are right, and one planted mistake that is named.

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const MemberId ada{1};
const SeatId desk{9};
const SeatId other_desk{10};
const ContractId acme{1};
constexpr std::int64_t one_day_s = 86'400;

/// Seat 9 of contract 1, whose sends all count, each with a print of its own.
class Office {
 public:
  explicit Office(std::string_view settings) : story(settings) {
    for (std::uint64_t each = 1; each <= 20; ++each) story.join(MemberId{each});
    story.contract_with_a_seat();
  }

  /// What the next send says beside what all of them do.
  InMailSent event(const StoryInMail& inmail) {
    InMailSent sent = story.sent_event(inmail);
    sent.marks.lookback_s = one_day_s;
    const bool by_seat = inmail.ref.sender.kind() == StreamKind::seat;
    sent.marks.cycle = by_seat ? 1 : 0;
    sent.marks.print.least.fill(++prints_);
    sent.free_class = inmail.ref.cost == 0 ? std::optional(FreeClass::job_applicant) : std::nullopt;
    return sent;
  }

  template <class Change>
  StoryInMail send(Change&& change, SeatId from = desk, bool is_free = false) {
    const LotSplits splits = is_free ? LotSplits{} : LotSplits{{LotId{1}, 1}};
    StoryInMail inmail = story.write(from, acme, ada, MemberId{2 + sent_++ % 18}, splits);
    if (!is_free) story.reserve(inmail);
    InMailSent sent = event(inmail);
    sent.to = inmail.to;
    change(sent);
    inmail.to = sent.to;
    inmail.sent = story.answer(from, sent, inmail.command(), Principal::of(from));
    story.deliver(inmail, !is_free);
    if (!is_free) story.charge(inmail);
    return inmail;
  }
  StoryInMail send() {
    return send([](InMailSent&) {});
  }
  StoryInMail send_free() {
    return send([](InMailSent&) {}, desk, true);
  }

  AuditStory story;

 private:
  std::uint8_t prints_ = 0;
  std::uint64_t sent_ = 0;
};

// IM6.

TEST(AuditOfLimits, CountsTheSendsOfADay) {
  Office office("[seat]\ndaily_max = 2\n");
  office.send();
  office.send();
  ASSERT_TRUE(holds(office.story.records()));
  const Position third = office.send().sent;
  EXPECT_TRUE(breaks(office.story.records(), "IM6", third));

  Office later("[seat]\ndaily_max = 2\n");
  later.send();
  later.send();
  later.story.pass(days{1});
  later.send();
  EXPECT_TRUE(holds(later.story.records()));
}

TEST(AuditOfLimits, CountsTheSendsOfTwentyFourHours) {
  Office office("[seat]\ndaily_max = 1\nday_mode = \"rolling_24h\"\n");
  const Timestamp first_at = office.story.now();
  office.send();
  office.story.pass(first_at + days{1} - office.story.now());
  office.send();
  ASSERT_TRUE(holds(office.story.records()));
  office.story.pass(23h);
  const Position third = office.send().sent;
  EXPECT_TRUE(breaks(office.story.records(), "IM6", third));
}

TEST(AuditOfLimits, LeavesOutOfADayWhatIsFreeWhereThePolicyDoes) {
  Office office("[seat]\ndaily_max = 1\nfree_counts_to_daily = false\n");
  office.send_free();
  office.send();
  office.send_free();
  ASSERT_TRUE(holds(office.story.records()));
  const Position second = office.send().sent;
  EXPECT_TRUE(breaks(office.story.records(), "IM6", second));
}

TEST(AuditOfLimits, CountsTheSendsOfAFirstWeek) {
  Office office("[seat]\nfirst_week_max = 2\nfirst_week_mode = \"rolling_7d\"\n");
  office.send();
  office.story.pass(days{3});
  office.send();
  ASSERT_TRUE(holds(office.story.records()));
  const Position third = office.send().sent;
  EXPECT_TRUE(breaks(office.story.records(), "IM6", third));
}

TEST(AuditOfLimits, CountsTheSendsOfACycle) {
  Office office("[seat]\nmonthly_limit = 2\n");
  office.send();
  office.story.pass(1h);
  office.send_free();
  ASSERT_TRUE(holds(office.story.records()));
  const Position third = office.send().sent;
  EXPECT_TRUE(breaks(office.story.records(), "IM6", third));
}

TEST(AuditOfLimits, CountsACycleAsTheContractHasSetIt) {
  Office office("[seat]\nmonthly_limit = 1\n");
  office.story.decide(acme, SeatLimitSet{{desk}, 2});
  office.send();
  office.send();
  ASSERT_TRUE(holds(office.story.records()));
  office.story.decide(acme, SeatLimitSet{{desk}, 1});
  office.story.pass(1h);
  const Position free = office.send_free().sent;
  EXPECT_TRUE(breaks(office.story.records(), "IM6", free));
}

/// Seat 9 has sent the one of its month, and got it refunded; then it sends another.
struct Restored {
  explicit Restored(std::string_view to, bool renews = false)
      : office("[seat]\nmonthly_limit = 1\n[refund]\nto = \"" + std::string(to) + "\"\n") {
    const StoryInMail first = office.send();
    if (renews) office.story.renew(acme, 150);
    office.story.reply(first);
    refunded = office.story.refund(first);
    if (!renews) second = office.send().sent;
  }

  std::vector<Record> records(std::optional<SeatId> restores) const {
    auto records = office.story.records();
    event_at<CreditRefunded>(records, refunded).restores = restores;
    return records;
  }

  Office office;
  Position refunded;
  Position second;
};

TEST(AuditOfLimits, WantsARefundToGiveAMonthBackAsThePolicyOfItsSendSays) {
  Restored too("seat_quota_too");
  EXPECT_TRUE(holds(too.records(desk)));
  EXPECT_TRUE(breaks(too.records({}), "IC12", too.refunded));
  EXPECT_TRUE(breaks(too.records(other_desk), "IC12", too.refunded));
  const Position third = too.office.send().sent;
  EXPECT_TRUE(breaks(too.records(desk), "IM6", third)) << "one was given back, not two";

  const Restored pool("pool");
  EXPECT_TRUE(breaks(pool.records({}), "IM6", pool.second));
  EXPECT_TRUE(breaks(pool.records(desk), "IC12", pool.refunded));

  const Restored late("seat_quota_too", true);
  EXPECT_TRUE(holds(late.records({})));
  EXPECT_TRUE(breaks(late.records(desk), "IC12", late.refunded)) << "of a month that is over";
}

TEST(AuditOfLimits, WantsWhatIsCountedAnewToBeSentInThatCycle) {
  for (const std::uint32_t cycle : {1U, 2U}) {
    Office office("");
    const StoryInMail inmail =
        office.story.write(desk, acme, ada, MemberId{2}, LotSplits{{LotId{1}, 1}});
    office.story.reserve(inmail);
    office.story.renew(acme, 150);
    const Position counted = office.story.add(acme, CountedInCycle{inmail.ref.inmail, cycle});
    InMailSent sent = office.event(inmail);
    sent.marks.cycle = cycle;
    office.story.answer(desk, sent, inmail.command(), Principal::of(desk));
    if (cycle == 2)
      EXPECT_FALSE(breaks(office.story.records(), "IC12", counted));
    else
      EXPECT_TRUE(breaks(office.story.records(), "IC12", counted));
  }
}

TEST(AuditOfLimits, DoesNotJudgeWhatOlderReleasesSent) {
  Office office("[seat]\ndaily_max = 1\n");
  const auto as_of_old = [](InMailSent& e) { e.marks = {}; };
  office.send(as_of_old);
  office.send(as_of_old);
  ASSERT_TRUE(holds(office.story.records()));
  const Position judged = office.send().sent;
  EXPECT_TRUE(breaks(office.story.records(), "IM6", judged)) << "but counts it";
}

// IC12.

TEST(AuditOfLimits, GivesAMonthBackOnlyWithTheNextCycle) {
  Office office("[seat]\nmonthly_limit = 1\n");
  const Position first = office.send().sent;
  auto records = office.story.records();
  ASSERT_TRUE(holds(records));
  event_at<InMailSent>(records, first).marks.cycle = 2;
  EXPECT_TRUE(breaks(records, "IC12", first));
  event_at<InMailSent>(records, first).marks.cycle = 0;
  EXPECT_TRUE(breaks(records, "IC12", first));
}

TEST(AuditOfLimits, LetsNoMemberCountInACycle) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, MemberId{2});
  story.deliver(inmail);
  auto records = story.records();
  event_at<InMailSent>(records, inmail.sent).marks.lookback_s = one_day_s;
  ASSERT_TRUE(holds(records));
  event_at<InMailSent>(records, inmail.sent).marks.cycle = 1;
  EXPECT_TRUE(breaks(records, "IC12", inmail.sent));
}

// IM11.

TEST(AuditOfLimits, CountsWhatIsAlike) {
  Office office("[spam]\nidentical_max = 1\n");
  const auto alike = [](InMailSent& e) { e.marks.print.least.fill(200); };
  office.send(alike);
  const auto nearly = [](InMailSent& e) {
    e.marks.print.least.fill(200);
    for (std::size_t i = 0; i < 4; ++i) e.marks.print.least[i] = 1;
  };
  office.send(nearly);
  ASSERT_TRUE(holds(office.story.records())) << "28 of 32 are less than nine in ten";
  const Position again = office.send(alike).sent;
  EXPECT_TRUE(breaks(office.story.records(), "IM11", again));

  Office later("[spam]\nidentical_max = 1\n");
  later.send(alike);
  later.story.pass(days{1});
  later.send(alike);
  EXPECT_TRUE(holds(later.story.records()));
}

TEST(AuditOfLimits, KnowsABurst) {
  Office office("[spam]\nburst_max = 1\nburst_action = \"reject\"\nburst_window_s = 3600\n");
  office.send();
  ASSERT_TRUE(holds(office.story.records()));
  const Position second = office.send().sent;
  EXPECT_TRUE(breaks(office.story.records(), "IM11", second));
}

TEST(AuditOfLimits, WantsABurstToBeTold) {
  Office office("[spam]\nburst_max = 1\nburst_action = \"alert\"\nburst_window_s = 3600\n");
  office.send();
  StoryInMail inmail = office.story.write(desk, acme, ada, MemberId{15}, {});
  InMailSent sent = office.event(inmail);
  office.story.add(desk, LimitHit{sent.inmail, SendLimit::burst, 1, 1}, inmail.command());
  office.story.answer(desk, sent, inmail.command(), Principal::of(desk));
  office.story.deliver(inmail, false);
  ASSERT_TRUE(holds(office.story.records()));
  const Position untold = office.send().sent;
  EXPECT_TRUE(breaks(office.story.records(), "IM11", untold));
}

// IM12.

/// The seat of a colleague, and what it has written to member 20.
struct TwoDesks : Office {
  explicit TwoDesks(std::string_view settings) : Office(settings) {
    const CommandId command = story.new_command();
    story.answer(acme, SeatAdded{other_desk, ada, SeatRole::recruiter}, command);
    story.add(other_desk, SeatOpened{acme, ada, SeatRole::recruiter}, command);
    first = send([](InMailSent& e) { e.to = MemberId{20}; }, other_desk);
  }

  /// Looks at the recipient's stream as it is after so many records.
  Position send_after(std::uint64_t version) {
    return send([&](InMailSent& e) {
             e.to = MemberId{20};
             e.recipient_version = Version{version};
           })
        .sent;
  }

  StoryInMail first;
};

TEST(AuditOfLimits, WantsWhoWritesToAColleaguesRecipientToBeTold) {
  TwoDesks office("[recipient]\ndedup_level = \"low\"\n");
  ASSERT_TRUE(holds(office.story.records()));
  const Position untold = office.send_after(2);
  EXPECT_TRUE(breaks(office.story.records(), "IM12", untold));

  TwoDesks before("[recipient]\ndedup_level = \"low\"\n");
  before.send_after(1);
  EXPECT_TRUE(holds(before.story.records())) << "it looked before that arrived";
}

TEST(AuditOfLimits, WantsColleaguesToBeNamedRightly) {
  const auto told = [](std::string_view settings, SeatId by, bool argued) {
    TwoDesks office(settings);
    StoryInMail inmail = office.story.write(desk, acme, ada, MemberId{20}, {});
    InMailSent sent = office.event(inmail);
    sent.recipient_version = Version{2};
    const Timestamp at = office.first.ref.sent_at;
    if (argued)
      office.story.add(desk, DuplicateOutreachOverridden{sent.inmail, sent.to, by, at, {}},
                       inmail.command());
    else
      office.story.add(desk, DuplicateOutreachWarned{sent.inmail, sent.to, by, at},
                       inmail.command());
    inmail.sent = office.story.answer(desk, sent, inmail.command(), Principal::of(desk));
    office.story.deliver(inmail, false);
    const auto records = office.story.records();
    return breaks(records, "IM12", inmail.sent) ? "broken" : said_by(audit_of(records));
  };
  const std::string_view warn = "[recipient]\ndedup_level = \"low\"\n";
  EXPECT_EQ(told(warn, other_desk, false), "no violation");
  EXPECT_EQ(told(warn, SeatId{11}, false), "broken");
  EXPECT_EQ(told(warn, other_desk, true), "broken");
  const std::string_view argue =
      "[recipient]\ndedup_level = \"low\"\ndedup_action = \"require_override_reason\"\n";
  EXPECT_EQ(told(argue, other_desk, true), "no violation");
  EXPECT_EQ(told(argue, other_desk, false), "broken");
  const std::string_view block = "[recipient]\ndedup_level = \"low\"\ndedup_action = \"block\"\n";
  EXPECT_EQ(told(block, other_desk, true), "broken");
  const std::string_view off = "[recipient]\ndedup_level = \"off\"\n";
  EXPECT_EQ(told(off, other_desk, false), "broken") << "told of nothing";
}

// IC8: classes that a past makes true.

TEST(AuditOfLimits, WantsAThreadBehindASendThatItMakesFree) {
  Office office(
      "[free]\nplan_classes = []\nclasses = [\"replied_thread\", \"job_applicant\"]\n[followup]\n"
      "min_gap_s = 0\n");
  office.send([](InMailSent& e) { e.to = MemberId{20}; });
  const auto in_thread = [](InMailSent& e) {
    e.to = MemberId{20};
    e.free_class = FreeClass::replied_thread;
  };
  const Position too_early = office.send(in_thread, desk, true).sent;
  EXPECT_TRUE(breaks(office.story.records(), "IC8", too_early));

  Office fine(
      "[free]\nplan_classes = []\nclasses = [\"replied_thread\"]\n[followup]\nmin_gap_s = 0\n");
  const StoryInMail answered = fine.send([](InMailSent& e) { e.to = MemberId{20}; });
  fine.story.reply(answered);
  fine.story.refund(answered);
  fine.send(in_thread, desk, true);
  ASSERT_TRUE(holds(fine.story.records()));
  const Position charged = fine.send([](InMailSent& e) { e.to = MemberId{20}; }).sent;
  EXPECT_TRUE(breaks(fine.story.records(), "IC8", charged));
}

TEST(AuditOfLimits, WantsAnUnlockToBePaidForAndToLastAsLongAsThePolicySays) {
  const auto unlocking = [](Timestamp until) {
    return [until](InMailSent& e) {
      e.to = MemberId{20};
      e.marks.unlocks_until = until;
    };
  };
  const auto unlocked = [](InMailSent& e) {
    e.to = MemberId{20};
    e.free_class = FreeClass::previous_unlock;
  };
  const std::string_view settings =
      "[free]\nplan_classes = []\nclasses = [\"previous_unlock\"]\nunlock_ttl_s = "
      "3600\n[followup]\nmin_gap_s = 0\n"
      "max_unanswered = 9\n";
  Office office(settings);
  office.send([&](InMailSent& e) { unlocking(office.story.now() + 1h)(e); });
  office.send(unlocked, desk, true);
  ASSERT_TRUE(holds(office.story.records()));
  office.story.pass(1h);
  const Position late = office.send(unlocked, desk, true).sent;
  EXPECT_TRUE(breaks(office.story.records(), "IC8", late));

  Office longer(settings);
  const Position wrong =
      longer.send([&](InMailSent& e) { unlocking(longer.story.now() + 2h)(e); }).sent;
  EXPECT_TRUE(breaks(longer.story.records(), "IC8", wrong));
}

}  // namespace
}  // namespace inmail::test
