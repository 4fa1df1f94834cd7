// Sending later through the engine: at its time whoever sleeps is woken, looks at the recipient, is
// paid for by a contract; and what a crash of the process leaves goes on after it.

#include <gtest/gtest.h>

#include "projections/outgoing.hpp"
#include "tests/support/letter_fixture.hpp"

namespace inmail {
namespace {

using test::ada;
using test::bob;
using test::company;
using test::desk;

constexpr std::chrono::hours hour{1};

class Schedule : public test::LetterTest {
 protected:
  Schedule() {
    document_ =
        "name = \"later\"\ninherits = \"default\"\n[plan.career]\ncan_schedule = true\n"
        "can_followup = true\n[followup]\nmax_unanswered = 5\nmin_gap_s = 0\n";
  }

  InMailId schedule(Engine& engine, Milliseconds in, std::optional<SeatId> seat = {}) {
    const Answer answer = settle(
        engine, ScheduleInMail{
                    {ada, seat, bob, "Hello", "May I ask?"}, clock().now() + in, "Europe/Vienna"});
    EXPECT_TRUE(answer.ok()) << name_of(answer.refusal.code);
    return last_inmail();
  }
};

TEST_F(Schedule, WakesWhoSleepsAndSends) {
  Engine engine = open();
  begin(engine);
  const InMailId own = schedule(engine, hour);
  schedule(engine, hour, desk);
  EXPECT_EQ(credits_of(engine, ada).reserved, 1u);
  EXPECT_EQ(credits_of(engine, company).reserved, 1u);
  engine.sleep_all();
  engine.run_until_quiet();
  pass(engine, hour - Milliseconds{1});
  EXPECT_EQ(inbox_of_bob(engine), 0u);
  engine.sleep_all();
  engine.run_until_quiet();
  pass(engine, Milliseconds{1});
  EXPECT_EQ(inbox_of_bob(engine), 2u);
  EXPECT_EQ(credits_of(engine, ada).consumed, 1u);
  EXPECT_EQ(credits_of(engine, company).consumed, 1u);
  EXPECT_EQ(settle(engine, CancelScheduled{ada, own}).refusal.code, Rejection::not_scheduled);
  expect_equal_views(engine);
}

TEST_F(Schedule, IsPaidAtItsDispatchIfThePolicySaysSo) {
  document_ += "[charge]\nwhen = \"at_dispatch\"\n";
  Engine engine = open();
  begin(engine);
  schedule(engine, hour);
  schedule(engine, hour, desk);
  EXPECT_EQ(credits_of(engine, ada).reserved, 0u);
  EXPECT_EQ(credits_of(engine, company).reserved, 0u);
  pass(engine, hour);
  EXPECT_EQ(inbox_of_bob(engine), 2u);
  EXPECT_EQ(credits_of(engine, ada).consumed, 1u);
  EXPECT_EQ(credits_of(engine, company).consumed, 1u);
  expect_equal_views(engine);
}

TEST_F(Schedule, GivesBackWhatTheRecipientWillNotHave) {
  Engine engine = open();
  begin(engine);
  const auto own = credits_of(engine, ada);
  const auto shared = credits_of(engine, company);
  schedule(engine, hour);
  schedule(engine, hour, desk);
  ASSERT_TRUE(settle(engine, SetPreference{bob, InMailPreference::disabled}).ok());
  pass(engine, hour);
  EXPECT_EQ(inbox_of_bob(engine), 0u);
  EXPECT_EQ(credits_of(engine, ada), own);
  EXPECT_EQ(credits_of(engine, company), shared);
  expect_equal_views(engine);
}

TEST_F(Schedule, FailsWithAPlanThatHasEnded) {
  Engine engine = open();
  begin(engine);
  const InMailId inmail = schedule(engine, std::chrono::days{60}, desk);
  ASSERT_TRUE(settle(engine, CancelSubscription{company}).ok());
  pass(engine, std::chrono::days{60});
  EXPECT_EQ(inbox_of_bob(engine), 0u);
  EXPECT_EQ(credits_of(engine, company).reserved, 0u);
  EXPECT_EQ(credits_of(engine, company).available, 0u);
  std::optional<Rejection> refusal;
  ASSERT_TRUE(for_each_record(engine.log(), Position{1}, [&](const Record& record) {
                if (const auto* e = std::get_if<InMailCancelled>(&record.event))
                  if (e->inmail == inmail) refusal = e->refusal;
                return true;
              }).ok());
  EXPECT_EQ(refusal, Rejection::subscription_ended);
  expect_equal_views(engine);
}

TEST_F(Schedule, SendsNothingInTheNameOfAnErasedHolder) {
  Engine engine = open();
  begin(engine);
  const auto shared = credits_of(engine, company);
  schedule(engine, hour, desk);
  schedule(engine, hour);
  ASSERT_TRUE(settle(engine, EraseMember{ada}).ok());
  pass(engine, hour);
  EXPECT_EQ(inbox_of_bob(engine), 0u);
  EXPECT_EQ(credits_of(engine, company), shared);
  std::vector<CancelReason> reasons;
  ASSERT_TRUE(for_each_record(engine.log(), Position{1}, [&](const Record& record) {
                if (const auto* e = std::get_if<InMailCancelled>(&record.event))
                  reasons.push_back(e->reason);
                return true;
              }).ok());
  EXPECT_EQ(reasons, std::vector(2, CancelReason::sender_erased));
  expect_equal_views(engine);
}

TEST_F(Schedule, IsShownToItsSenderAlone) {
  Engine engine = open();
  begin(engine);
  const InMailId next = schedule(engine, hour, desk);
  const InMailId last = schedule(engine, 2 * hour);
  ASSERT_TRUE(settle(engine, SaveDraft{ada, desk, {}, 0, bob, "Dear", "Be"}).ok());
  const auto shown = [&](MemberId member) {
    const auto page = engine.query(OutgoingView::name, {engine.head()}, [&](const Rows& rows) {
      return scheduled_of(rows, member, {});
    });
    EXPECT_TRUE(page.ok() && page->ok());
    std::vector<InMailId> inmails;
    for (const ScheduledItem& each : page->value().items) inmails.push_back(each.inmail);
    return inmails;
  };
  EXPECT_EQ(shown(ada), (std::vector{next, last}));
  EXPECT_TRUE(shown(bob).empty());
  const auto drafts = engine.query(OutgoingView::name, {engine.head()},
                                   [&](const Rows& rows) { return drafts_of(rows, ada, {}); });
  ASSERT_TRUE(drafts.ok() && drafts->ok());
  ASSERT_EQ(drafts->value().items.size(), 1u);
  EXPECT_EQ(engine.open_text(drafts->value().items[0].body).value_or("?"), "Be");
  pass(engine, 2 * hour);
  EXPECT_TRUE(shown(ada).empty());
}

TEST_F(Schedule, OutlivesARestart) {
  {
    Engine engine = open();
    begin(engine);
    schedule(engine, hour);
    schedule(engine, hour, desk);
    ASSERT_TRUE(engine.close(std::chrono::seconds{10}).ok());
  }
  clock().advance(2 * hour);
  Engine engine = open();
  pass(engine, Milliseconds{0});
  EXPECT_EQ(inbox_of_bob(engine), 2u);
  expect_equal_views(engine);
}

TEST_F(Schedule, SendsBeforeACommandOfThatTimeIsDecided) {
  Engine engine = open();
  begin(engine);
  const InMailId inmail = schedule(engine, hour, desk);
  clock().advance(hour);
  EXPECT_EQ(settle(engine, CancelScheduled{desk, inmail}).refusal.code, Rejection::not_scheduled);
  EXPECT_EQ(inbox_of_bob(engine), 1u);
}

TEST_F(Schedule, ForgetsAFollowUpAfterAnAnswer) {
  Engine engine = open();
  begin(engine);
  const InMailId first = schedule(engine, hour);
  ASSERT_TRUE(settle(engine, AddFollowUp{{ada, {}, bob, "Hello", "And?"}, first, 3'600}).ok());
  EXPECT_EQ(credits_of(engine, ada).reserved, 2u);
  pass(engine, hour);
  ASSERT_TRUE(settle(engine, Respond{bob, first, ReplyKind::reply, "Yes."}).ok());
  pass(engine, 3 * hour);
  EXPECT_EQ(inbox_of_bob(engine), 1u);
  EXPECT_EQ(credits_of(engine, ada).available, 5u);
  expect_equal_views(engine);
}

}  // namespace
}  // namespace inmail
