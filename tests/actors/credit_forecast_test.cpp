// What becomes of credits by themselves (D6.1).

#include "actors/credit_forecast.hpp"

#include <gtest/gtest.h>

#include "actors/credit_account.hpp"
#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"
#include "tests/support/random_life.hpp"
#include "tests/support/random_seed.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using enum CreditChange;

Given<Member>& subscribed(Given<Member>& given, PlanKind plan) {
  return given.at(utc("2025-01-01"))
      .when(RegisterMember{ada, "Ada", "", "en"})
      .when(StartSubscription{ada, plan});
}

CreditForecast foretold(Given<Member>& given, Timestamp until) {
  return forecast_credits(given.state().account, 1,
                          given.stage().ground().book.at(PolicyVersion{1}), until);
}

TEST(CreditForecast, TellsRenewalsAndWhatTheCapTakes) {
  Given<Member> given(ada);
  const auto forecast = foretold(subscribed(given, PlanKind::recruiter_lite), utc("2025-05-01"));
  EXPECT_EQ(forecast.available, 30u);
  EXPECT_EQ(forecast.next_renewal_at, utc("2025-02-01"));
  EXPECT_EQ(forecast.next_grant, 30u);
  const std::vector<ForetoldChange> expected{{utc("2025-02-01"), granted, LotId{2}, 30, 60},
                                             {utc("2025-03-01"), granted, LotId{3}, 30, 90},
                                             {utc("2025-04-01"), granted, LotId{4}, 30, 120},
                                             {utc("2025-05-01"), granted, LotId{5}, 30, 150},
                                             {utc("2025-05-01"), forfeited, LotId{1}, 30, 120}};
  EXPECT_EQ(forecast.changes, expected);
}

TEST(CreditForecast, TellsWhatExpiresAndWhatAnEndVoids) {
  Given<Member> given(ada);
  subscribed(given, PlanKind::career).when(mail(ada, bob));
  EXPECT_EQ(foretold(given, utc("2025-04-01")).may_come_back, 1u);
  EXPECT_EQ(foretold(given, utc("2025-04-01")).changes.at(2),
            (ForetoldChange{utc("2025-04-01"), expired, LotId{1}, 4, 10}))
      << "before the renewal of that instant";
  given.when(CancelSubscription{ada});
  const auto forecast = foretold(given, utc("2025-12-31"));
  EXPECT_EQ(forecast.next_renewal_at, std::nullopt);
  EXPECT_EQ(forecast.ends_at, utc("2025-02-01"));
  EXPECT_EQ(forecast.changes,
            (std::vector<ForetoldChange>{{utc("2025-02-01"), voided, LotId{1}, 4, 0}}));
}

TEST(CreditForecast, ExpectsNoRenewalWhileAPaymentIsMissing) {
  Given<Member> given(ada);
  subscribed(given, PlanKind::career).when(PaymentFailed{ada});
  const auto forecast = foretold(given, utc("2025-04-01"));
  EXPECT_TRUE(forecast.past_due);
  EXPECT_EQ(forecast.next_renewal_at, std::nullopt);
  EXPECT_EQ(forecast.changes,
            (std::vector<ForetoldChange>{{utc("2025-04-01"), expired, LotId{1}, 5, 0}}));
}

TEST(CreditForecast, HasAnEnd) {
  Given<Member> given(ada, "seed0");
  const auto forecast = foretold(subscribed(given, PlanKind::career), utc("2125-01-01"));
  EXPECT_EQ(forecast.changes.size(), CreditForecast::changes_max);
  EXPECT_FALSE(forecast.is_whole);
}

/// What the records say that happened to lots.
std::vector<ForetoldChange> happened(const std::vector<Record>& records, std::size_t from) {
  std::vector<ForetoldChange> all;
  for (std::size_t i = from; i < records.size(); ++i)
    std::visit(match{
                   [&](const CreditsGranted& e) {
                     all.push_back({{}, granted, e.lot, e.amount});
                   },
                   [&](const CreditsExpired& e) {
                     all.push_back({{}, expired, e.lot, e.amount});
                   },
                   [&](const CreditsForfeited& e) {
                     all.push_back({{}, forfeited, e.lot, e.amount});
                   },
                   [&](const CreditsVoided& e) {
                     all.push_back({{}, voided, e.lot, e.amount});
                   },
                   [](const auto&) {},
               },
               records[i].event);
  return all;
}

TEST(CreditForecast, ComesTrueUnderAnyPolicy) {
  const std::uint64_t seed = random_seed();
  for (std::uint64_t run = 0; run < 200; ++run) {
    const testing::ScopedTrace trace(__FILE__, __LINE__, std::to_string(seed + run));
    Dice dice(seed + run);
    Given<Member> given(ada, random_policy(dice));
    subscribed(given, dice.one_of({PlanKind::career, PlanKind::business, PlanKind::sales_core}));
    given.when(GrantBonus{ada, 3, 1, "gift"}).when(PurchaseCredits{ada, "p5", "pay"});
    given.settle_until(given.now() + days{dice.below(40)});
    if (dice.once_in(3)) given.when(CancelSubscription{ada});
    const std::size_t before = given.stage().records().size();
    const Timestamp until = given.now() + days{200};
    auto forecast = foretold(given, until);
    given.settle_until(until);
    for (ForetoldChange& each : forecast.changes) each.at = {}, each.available = 0;
    EXPECT_EQ(forecast.changes, happened(given.stage().records(), before));
  }
}

}  // namespace
}  // namespace inmail::test
