// Linked accounts through the engine: what they spend, who is told so, and what is left of it after
// a restart.

#include <gtest/gtest.h>

#include "projections/audit.hpp"
#include "projections/credits.hpp"
#include "tests/support/letter_fixture.hpp"

namespace inmail {
namespace {

using test::ada;
using test::bob;

constexpr MemberId eve{3};
constexpr MemberId fay{4};

/// Ada holds a plan of Sales Navigator under the policy of S1, to which Bob is linked; Eve and Fay
/// take what they send.
class LinkedAccounts : public test::LetterTest {
 protected:
  LinkedAccounts() { document_ = "name = \"ours\"\ninherits = \"seed1\"\n[undo]\nwindow_s = 0\n"; }

  void begin(Engine& engine) {
    introduce(engine, {ada.value, bob.value, eve.value, fay.value});
    for (const Command& command :
         std::vector<Command>{StartSubscription{ada, PlanKind::sales_core}, LinkAccounts{ada, bob}})
      ASSERT_TRUE(settle(engine, command).ok());
  }

  Answer send(Engine& engine, MemberId from, MemberId to) {
    SendInMail letter{from, {}, to, "Hello", "May I ask you something? Number "};
    letter.body = "Letter number " + std::to_string(++letters_) + " of mine";
    letter.hints.purpose = Purpose::job;
    return settle(engine, letter);
  }

  Result<SendForecast> check(Engine& engine, const SendInMail& letter) {
    auto asked = engine.check_send(letter);
    engine.run_until_quiet();
    return asked.get();
  }

  void expect_sound(Engine& engine) {
    expect_equal_views(engine);
    const auto report = audit(engine.log());
    ASSERT_TRUE(report.ok());
    for (const Violation& each : report->first_violations)
      ADD_FAILURE() << each.invariant << " at " << each.position.value << ": " << each.sentence;
  }

  int letters_ = 0;
};

TEST_F(LinkedAccounts, SpendOnePool) {
  Engine engine = open();
  begin(engine);
  const auto before = credits_of(engine, ada);
  ASSERT_TRUE(send(engine, bob, eve).ok());
  EXPECT_EQ(credits_of(engine, ada).consumed, before.consumed + 1);
  EXPECT_EQ(credits_of(engine, bob), CreditBuckets{});
  const InMailId inmail = last_inmail();
  ASSERT_TRUE(send(engine, ada, fay).ok());
  EXPECT_EQ(credits_of(engine, ada).consumed, before.consumed + 2);
  const auto seen = engine.query(CreditsView::name, {engine.head()}, [&](const Rows& rows) {
    return linked_accounts(rows, ada, {.limit = 10, .after = {}});
  });
  ASSERT_TRUE(seen.ok() && seen->ok());
  ASSERT_EQ(seen->value().items.size(), 1u);
  EXPECT_EQ(seen->value().items[0].member, bob);
  EXPECT_EQ(seen->value().items[0].sends, 1u);
  EXPECT_EQ(seen->value().items[0].until, std::nullopt);
  const auto ledger = engine.query(CreditsView::name, {engine.head()}, [&](const Rows& rows) {
    return credit_ledger(rows, ada, {.limit = 10, .after = {}});
  });
  ASSERT_TRUE(ledger.ok() && ledger->ok());
  for (const LedgerLine& line : ledger->value().items) {
    if (line.what != LedgerWhat::reserved) continue;
    EXPECT_EQ(line.spent_by, line.inmail == inmail ? std::optional<StreamId>(bob) : std::nullopt);
  }
  expect_sound(engine);
}

TEST_F(LinkedAccounts, AreForetold) {
  Engine engine = open();
  begin(engine);
  SendInMail letter{bob, {}, eve, "Hello", "May I?"};
  letter.hints.purpose = Purpose::job;
  auto forecast = check(engine, letter);
  ASSERT_TRUE(forecast.ok());
  EXPECT_TRUE(forecast->would_go());
  EXPECT_EQ(forecast->cost, 1u);
  EXPECT_EQ(forecast->available, credits_of(engine, ada).available);
  ASSERT_EQ(forecast->splits.size(), 1u);
  letter.to = ada;
  EXPECT_TRUE(check(engine, letter)->would_go()) << "to the holder itself";
  ASSERT_TRUE(settle(engine, ChangePlan{ada, PlanKind::career}).ok());
  letter.to = eve;
  letter.subject = Text{};
  forecast = check(engine, letter);
  ASSERT_FALSE(forecast->would_go());
  EXPECT_EQ(forecast->refusals.front().code, Rejection::pool_not_shared);
  EXPECT_EQ(send(engine, bob, eve).refusal.code, Rejection::pool_not_shared);
  auto credits = engine.forecast_credits(bob, clock().now());
  engine.run_until_quiet();
  EXPECT_EQ(credits.get()->spends_from, ada);
}

TEST_F(LinkedAccounts, GoOnAfterARestartAndAfterSleep) {
  {
    Engine engine = open();
    begin(engine);
    ASSERT_TRUE(send(engine, bob, eve).ok());
    engine.sleep_all();
    engine.run_until_quiet();
    ASSERT_TRUE(send(engine, bob, fay).ok());
  }
  clock().advance(Milliseconds{1});  // Its seed makes the same ids again in the same instant.
  Engine engine = open();
  EXPECT_EQ(credits_of(engine, ada).consumed, 2u);
  ASSERT_TRUE(settle(engine, UnlinkAccount{ada, bob}).ok());
  EXPECT_EQ(send(engine, bob, ada).refusal.code, Rejection::premium_required);
  expect_sound(engine);
}

TEST_F(LinkedAccounts, MayBeLeftByWhoIsLinked) {
  Engine engine = open();
  begin(engine);
  const auto ask = [&](const Command& command, MemberId who) {
    Submission given = engine.submit({command, {}, Principal::of(who)});
    engine.run_until_quiet();
    return given.reply.get();
  };
  EXPECT_EQ(ask(UnlinkAccount{ada, bob}, eve).refusal.code, Rejection::not_allowed);
  EXPECT_EQ(ask(LinkAccounts{ada, eve}, eve).refusal.code, Rejection::not_allowed);
  EXPECT_TRUE(ask(UnlinkAccount{ada, bob}, bob).ok());
  EXPECT_TRUE(ask(LinkAccounts{ada, bob}, ada).ok());
  EXPECT_TRUE(ask(UnlinkAccount{ada, bob}, ada).ok());
  expect_sound(engine);
}

}  // namespace
}  // namespace inmail
