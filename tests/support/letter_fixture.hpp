#pragma once

#include "projections/credits.hpp"
#include "projections/inbox.hpp"
#include "tests/support/engine_fixture.hpp"

namespace inmail::test {

inline constexpr MemberId ada{1};
inline constexpr MemberId bob{2};
inline constexpr ContractId company{1};
inline constexpr SeatId desk{1};

/// Ada writes to Bob, on her own credits or, at her desk, on those of a company; in an engine that
/// runs only when it is told to.
class LetterTest : public EngineTest {
 protected:
  EngineOptions options() override {
    EngineOptions options = EngineTest::options();
    options.policy = document_;
    options.deterministic = EngineOptions::Deterministic{.seed = 1, .key_seed = 1};
    return options;
  }

  void begin(Engine& engine) {
    introduce(engine, {ada.value, bob.value});
    for (const Command& command : std::vector<Command>{
             StartSubscription{ada, PlanKind::career}, CreateContract{company, 2},
             AddSeat{company, desk, ada}, StartSubscription{company, PlanKind::recruiter_lite}})
      ASSERT_TRUE(settle(engine, command).ok());
  }

  void pass(Engine& engine, Milliseconds time) {
    clock().advance(time);
    engine.wake_due();
    engine.run_until_quiet();
  }

  std::size_t inbox_of_bob(Engine& engine) {
    const auto page = engine.query(InboxView::name, {engine.head()}, [](const Rows& rows) {
      return inbox_of(rows, bob, {.limit = 10, .after = {}});
    });
    EXPECT_TRUE(page.ok() && page->ok());
    return page->value().items.size();
  }

  CreditBuckets credits_of(Engine& engine, StreamId owner) {
    const auto balance = engine.query(CreditsView::name, {engine.head()}, [&](const Rows& rows) {
      return credit_balance(rows, owner);
    });
    EXPECT_TRUE(balance.ok() && balance->ok());
    return balance->value().buckets;
  }

  std::string document_ = "default";  ///< The policy, or its name.
};

}  // namespace inmail::test
