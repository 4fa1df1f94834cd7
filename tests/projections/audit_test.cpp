#include "projections/audit.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "events/memory_log.hpp"
#include "tests/projections/audit_story.hpp"
#include "tests/support/sample_events.hpp"

namespace inmail::test {
namespace {

const MemberId ada{1};
const MemberId bob{2};
const MemberId eve{3};
const SeatId seat{9};
const ContractId contract{1};

std::uint64_t checks_of(const AuditReport& report, std::string_view invariant) {
  for (const InvariantCount& each : report.invariants)
    if (each.name == invariant) return each.checked;
  return 0;
}

/// Most of what can happen, under a policy that knows every way of a refund but silence.
std::vector<Record> long_story() {
  AuditStory story(
      "charge.cost = 2\nrefund.amount_decline = 5000\nretract.refund = \"if_unopened\"\n"
      "refund.on = [\"accept\", \"decline\", \"expired\"]\n"
      "expiry.basis = \"unopened\"\nexpiry.ttl_s = 604800\n");
  story.three_members();
  story.contract_with_a_seat();
  story.grant_bonus(ada, 1);

  StoryInMail accepted = story.send(ada, bob, {{LotId{1}, 2}});
  story.deliver(accepted);
  StoryInMail by_seat = story.send_by_seat(bob, {{LotId{1}, 2}});
  story.deliver(by_seat);
  story.charge(by_seat);
  StoryInMail unopened = story.send(eve, bob, {{LotId{1}, 2}});
  story.deliver(unopened);
  StoryInMail retracted = story.send(bob, eve, {{LotId{1}, 2}});
  story.deliver(retracted);
  story.decide(eve, MemberBlocked{bob});
  StoryInMail unwelcome = story.send(bob, eve, {{LotId{1}, 2}});
  story.fail(unwelcome);
  story.release(unwelcome, ReleaseReason::delivery_failed);
  const StoryInMail refused = story.write(seat, contract, ada, eve, {{LotId{1}, 2}});
  story.reserve(refused);
  story.release(refused, ReleaseReason::send_rejected);
  story.answer(seat, CommandRejected{Rejection::recipient_unavailable, 0, 0, 1, "send"},
               refused.command());

  story.pass(std::chrono::hours{5});
  story.reply(accepted);
  story.refund(accepted);
  InMailRetracted retraction{retracted.ref, false, ChargeEnd::refund, 2};
  story.decide(eve, retraction);
  story.refund(retracted, RefundOn::unopened);
  story.inform(retracted, Outcome::retracted);

  story.open(by_seat);
  Replied declined = story.reply_event(by_seat, ReplyKind::decline);
  declined.refund_amount = 1;
  story.decide(bob, declined);
  CreditsGranted half = story.grant(contract, LotKind::refund, 1);
  half.inmail = by_seat.ref.inmail;
  story.add(contract, half);
  story.add(contract,
            CreditRefunded{by_seat.ref.inmail, half.lot, 1, false, RefundOn::decline, story.now()});
  story.inform(by_seat, Outcome::declined_silently);

  story.pass(std::chrono::days{7});
  story.add(bob,
            Expired{unopened.ref, ExpiryBasis::unopened, ExpiryEffect::hide, ChargeEnd::refund, 2});
  story.refund(unopened, RefundOn::expired);
  const CommandId ends = story.new_command();
  story.add(eve, SubscriptionCancelled{story.now()}, ends);
  story.add(eve, SubscriptionEnded{PlanKind::business}, ends);
  story.add(eve, CreditsVoided{LotId{1}, 13, VoidReason::subscription_ended}, ends);
  story.answer(eve, CreditsVoided{LotId{2}, 2, VoidReason::subscription_ended}, ends);
  story.decide(eve, MemberErased{eve});
  story.add(eve, MemberKeyDestroyed{});
  story.decide(eve, ReceivedErased{eve});
  story.add(eve, ReceivedKeyDestroyed{});
  return story.records();
}

TEST(Audit, FindsNothingInAHistoryWithoutMistakes) {
  const auto records = long_story();
  EXPECT_TRUE(holds(records));

  const AuditReport report = audit_of(records);
  EXPECT_EQ(report.events, records.size());
  EXPECT_EQ(report.head, records.back().header.position);
  EXPECT_TRUE(report.first_violations.empty());
}

TEST(Audit, ChecksEveryInvariantItKnows) {
  auto records = long_story();
  const AuditReport report = audit_of(records);
  for (const char* name : {"IC1", "IC2", "IC3", "IC4", "IC5", "IC6", "IC7", "IC9", "IC10", "IC11",
                           "IM1", "IM2", "IM3", "IM4", "IM5", "IM7", "IL1", "IL3", "IL5"})
    EXPECT_GT(checks_of(report, name), 0u) << name;
  EXPECT_EQ(checks_of(report, "IL2"), 0u) << "no view was compared";
}

TEST(Audit, CallsNoTwoInvariantsByOneName) {
  const AuditReport report = audit_of({});
  std::set<std::string> names;
  for (const InvariantCount& each : report.invariants)
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
  EXPECT_GT(names.size(), 30u);
}

TEST(Audit, CountsEveryViolationAndNamesTheFirst) {
  AuditStory story;
  story.three_members();
  std::vector<Position> renewed;
  for (int month = 0; month < 2; ++month) renewed.push_back(story.renew(ada, 15));
  auto records = story.records();
  for (const Position each : renewed) event_at<CreditsGranted>(records, each).amount = 14;

  const AuditReport report = audit_of(records);
  EXPECT_FALSE(report.ok);
  EXPECT_TRUE(breaks(report, "IC9", renewed.front()));
  for (const InvariantCount& each : report.invariants)
    EXPECT_EQ(each.violations, each.name == "IC9" ? 2u : 0u) << each.name;
}

TEST(Audit, CanBeAskedAgainAfterMoreRecords) {
  const auto records = long_story();
  Auditor auditor;
  for (const Record& record : records) {
    auditor.apply(record);
    const AuditReport report = auditor.finish(record.header.time);
    // What a batch has begun is only whole with its last record.
    EXPECT_EQ(report.head, record.header.position);
  }
  EXPECT_TRUE(auditor.finish(records.back().header.time).ok);
}

// IL1.

TEST(AuditOfTheLog, WantsEveryPosition) {
  auto records = long_story();
  records.erase(records.begin() + 4);
  EXPECT_TRUE(breaks(records, "IL1", Position{6}));
}

TEST(AuditOfTheLog, WantsEveryVersionOfAStream) {
  auto records = long_story();
  ++record_at(records, Position{5}).header.version.value;
  EXPECT_TRUE(breaks(records, "IL1", Position{5}));
}

TEST(AuditOfTheLog, WantsTimeToGrowWithinAStream) {
  auto records = long_story();
  RecordHeader& header = records.back().header;
  header.time -= std::chrono::hours{1};
  header.due_at = header.time;
  EXPECT_TRUE(breaks(records, "IL1", header.position));
}

TEST(AuditOfTheLog, WantsNothingToComeTrueAfterItWasRecorded) {
  auto records = long_story();
  RecordHeader& header = records.back().header;
  header.due_at = header.time + Milliseconds{1};
  EXPECT_TRUE(breaks(records, "IL1", header.position));
}

TEST(AuditOfTheLog, WantsPoliciesToBeAdoptedBeforeTheyDecide) {
  auto records = long_story();
  records.back().header.policy = PolicyVersion{2};
  EXPECT_TRUE(breaks(records, "IL1", records.back().header.position));
}

TEST(AuditOfTheLog, WantsThePolicyOfAStreamNeverToFall) {
  AuditStory story;
  story.join(ada);
  story.adopt("charge.cost = 2");
  const Position last = story.decide(ada, PreferenceChanged{InMailPreference::disabled});
  const Position after = story.decide(ada, PreferenceChanged{InMailPreference::on});
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  ASSERT_EQ(record_at(records, last).header.policy, PolicyVersion{2});
  record_at(records, after).header.policy = PolicyVersion{1};
  EXPECT_TRUE(breaks(records, "IL1", after));
}

TEST(AuditOfTheLog, WantsPoliciesThatCanBeRead) {
  auto records = long_story();
  event_at<PolicyAdopted>(records, Position{1}).document = "refund = ";
  EXPECT_TRUE(breaks(records, "IL1", Position{1}));
}

// IL2.

TEST(AuditOfTheLog, TakesTheWordOfWhoComparedTheViews) {
  MemoryLog log;
  append(log, long_story(), 7);
  const auto verdicts = [](bool inbox_is_equal) {
    return [=] {
      return std::vector<std::pair<std::string, bool>>{{"credits", true},
                                                       {"inbox", inbox_is_equal}};
    };
  };
  const AuditReport good = must(audit(log, {.views_equal = verdicts(true), .on_progress = {}}));
  EXPECT_TRUE(good.ok) << said_by(good);
  EXPECT_EQ(checks_of(good, "IL2"), 2u);

  const AuditReport bad = must(audit(log, {.views_equal = verdicts(false), .on_progress = {}}));
  EXPECT_TRUE(breaks(bad, "IL2", log.head().position));
  EXPECT_NE(bad.first_violations.front().sentence.find("inbox"), std::string::npos);
}

// IL3.

TEST(AuditOfTheLog, WantsACommandToBeAnsweredOnce) {
  AuditStory story;
  story.join(ada);
  const CommandId command = story.new_command();
  story.answer(ada, MemberBlocked{bob}, command);
  const Position again = story.answer(ada, MemberUnblocked{bob}, story.new_command());
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  record_at(records, again).header.cause = command;
  EXPECT_TRUE(breaks(records, "IL3", again));
}

TEST(AuditOfTheLog, WantsAnAnswerToWhatACommandDecided) {
  AuditStory story;
  story.join(ada);
  const Position blocked = story.decide(ada, MemberBlocked{bob});
  const Position next = story.decide(ada, MemberBlocked{eve});
  auto records = story.records();
  record_at(records, blocked).header.is_receipt = false;
  EXPECT_TRUE(breaks(records, "IL3", next));

  records.pop_back();
  EXPECT_TRUE(breaks(records, "IL3", blocked)) << "the log ends before the answer";
}

TEST(AuditOfTheLog, WantsACommandBehindEveryDecision) {
  AuditStory story;
  const Position joined = story.decide(ada, MemberRegistered{});
  auto records = story.records();
  record_at(records, joined).header.cause = {};
  record_at(records, joined).header.is_receipt = false;
  EXPECT_TRUE(breaks(records, "IL3", joined));
}

TEST(AuditOfTheLog, WantsAnswersToNameTheirPayload) {
  AuditStory story;
  const Position joined = story.decide(ada, MemberRegistered{});
  auto records = story.records();
  record_at(records, joined).header.payload_hash = {};
  EXPECT_TRUE(breaks(records, "IL3", joined));
}

/// A member with 15 credits is erased; what follows is the test's.
CommandId erase(AuditStory& story, MemberId member) {
  const CommandId command = story.new_command();
  story.add(member, MemberErased{member}, command);
  story.add(member, SubscriptionEnded{PlanKind::business}, command);
  return command;
}

TEST(AuditOfTheErased, FindsNothingWhereAllOfThemIsGone) {
  AuditStory story;
  story.three_members();
  const CommandId command = erase(story, bob);
  story.answer(bob, CreditsVoided{LotId{1}, 15, VoidReason::member_erased}, command);
  story.add(bob, MemberKeyDestroyed{}, command);
  EXPECT_TRUE(holds(story.records()));
}

TEST(AuditOfTheErased, WantsTheirKeysDestroyed) {
  AuditStory story;
  story.three_members();
  const CommandId command = erase(story, bob);
  const Position last =
      story.answer(bob, CreditsVoided{LotId{1}, 15, VoidReason::member_erased}, command);
  story.pass(std::chrono::days{2});
  story.join(MemberId{4});
  EXPECT_TRUE(breaks(story.records(), "IL5", Position{last.value - 2}));
}

TEST(AuditOfTheErased, WantsTheKeyOfWhatTheyReceivedDestroyedIfSoOrdered) {
  AuditStory story;
  story.three_members();
  const CommandId command = erase(story, bob);
  story.answer(bob, CreditsVoided{LotId{1}, 15, VoidReason::member_erased}, command);
  story.add(bob, MemberKeyDestroyed{}, command);
  const Position ordered = story.decide(bob, ReceivedErased{bob});
  story.pass(std::chrono::days{2});
  story.join(MemberId{4});
  EXPECT_TRUE(breaks(story.records(), "IL5", ordered));
  story.add(bob, ReceivedKeyDestroyed{});
  EXPECT_TRUE(holds(story.records()));
  const Position twice = story.add(bob, ReceivedKeyDestroyed{});
  EXPECT_TRUE(breaks(story.records(), "IL5", twice));
}

TEST(AuditOfTheErased, WantsNothingThatWasReceivedToGoBeforeItsReader) {
  AuditStory story;
  story.three_members();
  const Position early = story.decide(bob, ReceivedErased{bob});
  EXPECT_TRUE(breaks(story.records(), "IL5", early));
  AuditStory another;
  another.three_members();
  const Position destroyed = another.add(bob, ReceivedKeyDestroyed{});
  EXPECT_TRUE(breaks(another.records(), "IL5", destroyed));
}

TEST(AuditOfTheErased, WantsTextsSealedForWhomTheyAreWrittenTo) {
  for (const MemberId reader : {bob, eve}) {
    MemoryKeyStore keys(1);
    Text text("Thanks.");
    ASSERT_TRUE(seal(text, TextField::message, ada, ada, command_of(test::sample_inmail()), keys));
    Text* const texts[] = {&text};
    ASSERT_TRUE(seal_for_reader(texts, reader, keys));
    AuditStory story;
    story.three_members();
    const Position sent =
        story.decide(ada, MessageSent{direct_conversation(ada, bob), ada, bob, text});
    EXPECT_EQ(bool(breaks(story.records(), "IL5", sent)), reader != bob);
  }
}

TEST(AuditOfTheErased, WantsTheirCreditsVoid) {
  AuditStory story;
  story.three_members();
  const CommandId command = story.new_command();
  const Position erased = story.add(bob, MemberErased{bob}, command);
  story.answer(bob, SubscriptionEnded{PlanKind::business}, command);
  story.add(bob, MemberKeyDestroyed{}, command);
  EXPECT_TRUE(breaks(story.records(), "IL5", erased));
}

TEST(AuditOfTheErased, WantsThemToDecideNothing) {
  AuditStory story;
  story.three_members();
  const CommandId command = erase(story, bob);
  story.answer(bob, CreditsVoided{LotId{1}, 15, VoidReason::member_erased}, command);
  story.add(bob, MemberKeyDestroyed{}, command);
  const Position blocked = story.decide(bob, MemberBlocked{ada});
  EXPECT_TRUE(breaks(story.records(), "IL5", blocked));
}

TEST(AuditOfTheErased, WantsNobodyErasedTwiceOrWithoutCause) {
  AuditStory story;
  story.three_members();
  const Position early = story.add(ada, MemberKeyDestroyed{});
  EXPECT_TRUE(breaks(story.records(), "IL5", early));
  AuditStory other;
  other.three_members();
  const Position another = other.decide(ada, MemberErased{bob});
  EXPECT_TRUE(breaks(other.records(), "IL5", another));
  AuditStory third;
  third.three_members();
  const Position voided = third.decide(ada, CreditsVoided{LotId{1}, 15, VoidReason::member_erased});
  EXPECT_TRUE(breaks(third.records(), "IC3", voided));
}

TEST(AuditOfTheLog, WantsAnInMailToBeCarriedOutByTheCommandThatSentIt) {
  AuditStory story;
  story.three_members();
  StoryInMail inmail = story.send(ada, bob);
  story.deliver(inmail);
  auto records = story.records();
  ASSERT_TRUE(holds(records));
  record_at(records, inmail.delivered).header.cause = story.new_command();
  EXPECT_TRUE(breaks(records, "IL3", inmail.delivered));
}

// Reading.

TEST(AuditOfALog, ReadsItFromItsFirstRecordToItsEnd) {
  MemoryLog log;
  const auto records = long_story();
  append(log, records, 7);
  const AuditReport report = must(audit(log));
  EXPECT_TRUE(report.ok) << said_by(report);
  EXPECT_EQ(report.events, records.size());
  EXPECT_EQ(report.head, log.head().position);
}

TEST(AuditOfALog, FindsAnEmptyOneRight) {
  const AuditReport report = must(audit(MemoryLog{}));
  EXPECT_TRUE(report.ok);
  EXPECT_EQ(report.events, 0u);
}

/// Hands out the frames of another log, after `change` had its way with one of them.
class DamagedLog final : public EventLog {
 public:
  DamagedLog(const EventLog& log, std::size_t frame, std::function<void(std::string&)> change)
      : log_(log), frame_(frame), change_(std::move(change)) {}

  LogHead head() const override { return log_.head(); }
  std::uint64_t epoch() const override { return log_.epoch(); }
  Status append(const Frame&) override { return Error{ErrorCode::closed, "only for reading"}; }
  Result<std::unique_ptr<FrameCursor>> read(Position from) const override {
    auto cursor = log_.read(from);
    if (!cursor) return cursor.error();
    return std::unique_ptr<FrameCursor>(
        std::make_unique<Cursor>(std::move(cursor).value(), frame_, change_));
  }

 private:
  class Cursor final : public FrameCursor {
   public:
    Cursor(std::unique_ptr<FrameCursor> cursor, std::size_t frame,
           std::function<void(std::string&)> change)
        : cursor_(std::move(cursor)), left_(frame), change_(std::move(change)) {}

    Result<std::optional<Bytes>> next() override {
      auto bytes = cursor_->next();
      if (!bytes || !*bytes || left_-- > 0) return bytes;
      changed_.assign(reinterpret_cast<const char*>((*bytes)->data()), (*bytes)->size());
      change_(changed_);
      if (changed_.empty()) return std::optional<Bytes>{};
      return std::optional<Bytes>{
          Bytes{reinterpret_cast<const std::uint8_t*>(changed_.data()), changed_.size()}};
    }

   private:
    std::unique_ptr<FrameCursor> cursor_;
    std::size_t left_;
    std::function<void(std::string&)> change_;
    std::string changed_;
  };

  const EventLog& log_;
  const std::size_t frame_;
  const std::function<void(std::string&)> change_;
};

TEST(AuditOfALog, NamesTheFirstPositionThatCannotBeRead) {
  MemoryLog log;
  append(log, long_story(), 5);
  const DamagedLog damaged(log, 3, [](std::string& frame) { frame[100] ^= 1; });
  const AuditReport report = must(audit(damaged));
  EXPECT_TRUE(breaks(report, "IL1", Position{16}));
  EXPECT_EQ(report.events, 15u) << "what stands before the damage is audited";
  EXPECT_EQ(report.head, Position{15});
}

TEST(AuditOfALog, MissesTheEndOfALogThatEndsTooSoon) {
  MemoryLog log;
  append(log, long_story(), 5);
  const DamagedLog damaged(log, 3, [](std::string& frame) { frame.clear(); });
  EXPECT_TRUE(breaks(must(audit(damaged)), "IL1", Position{16}));
}

TEST(AuditOfALog, TellsHowFarItIs) {
  AuditStory story;
  for (std::uint64_t member = 1; member <= 66'000; ++member) story.join(MemberId{member});
  MemoryLog log;
  append(log, story.records(), 1'000);
  std::vector<Position> told;
  const AuditReport report = must(
      audit(log, {.views_equal = {}, .on_progress = [&](Position at) { told.push_back(at); }}));
  EXPECT_TRUE(report.ok) << said_by(report);
  EXPECT_EQ(told, std::vector<Position>{Position{65'536}});
}

}  // namespace
}  // namespace inmail::test
