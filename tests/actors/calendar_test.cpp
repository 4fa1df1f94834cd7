#include "actors/calendar.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/given.hpp"
#include "tests/support/seeds.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;

TEST(Calendar, GivesAnAnchorOf31TheLastDayOfShorterMonthsAndReturnsToIt) {
  const Timestamp start = utc("2025-01-31");
  EXPECT_EQ(months_later(start, 1, 31), utc("2025-02-28"));
  EXPECT_EQ(months_later(utc("2025-02-28"), 1, 31), utc("2025-03-31"));
  EXPECT_EQ(months_later(utc("2025-03-31"), 1, 31), utc("2025-04-30"));
  EXPECT_EQ(months_later(start, 12, 31), utc("2026-01-31"));
}

TEST(Calendar, KnowsLeapYears) {
  EXPECT_EQ(months_later(utc("2024-01-30"), 1, 30), utc("2024-02-29"));
  EXPECT_EQ(months_later(utc("2024-02-29"), 12, 29), utc("2025-02-28"));
  EXPECT_EQ(months_later(utc("2100-01-31"), 1, 31), utc("2100-02-28"));
}

TEST(Calendar, KeepsTheTimeOfDayOfAnAnniversary) {
  const Timestamp start = utc("2025-01-31T23:59:59Z") + 999ms;
  EXPECT_EQ(months_later(start, 1, 31), utc("2025-02-28T23:59:59Z") + 999ms);
}

TEST(Calendar, MovesToTheAnchorDayWithinTheSameMonth) {
  EXPECT_EQ(months_later(utc("2025-02-10"), 0, 31), utc("2025-02-28"));
  EXPECT_EQ(months_later(utc("2025-02-10"), 0, 3), utc("2025-02-03"));
}

TEST(Calendar, NamesTheDayOfTheMonthInUtc) {
  EXPECT_EQ(day_of_month(utc("2025-03-31T23:59:59Z") + 999ms), 31);
  EXPECT_EQ(day_of_month(utc("2025-04-01")), 1);
  EXPECT_EQ(day_of_month(utc("1969-12-31")), 31);
}

TEST(Calendar, BeginsTheNextMonthAtMidnightAlsoAcrossTheYear) {
  EXPECT_EQ(next_month_start(utc("2025-01-01")), utc("2025-02-01"));
  EXPECT_EQ(next_month_start(utc("2025-12-31T23:59:59Z") + 999ms), utc("2026-01-01"));
}

TEST(Calendar, NeverSkipsAMonthWhicheverTheDayAndTheAnchor) {
  std::mt19937_64 random(first_seed());
  for (int i = 0; i < 2'000; ++i) {
    const Timestamp start =
        utc("1999-01-01") + Milliseconds{static_cast<std::int64_t>(random() % 4'000'000'000'000)};
    const auto anchor = static_cast<std::uint8_t>(1 + random() % 31);
    Timestamp time = start;
    for (int month = 1; month <= 24; ++month) {
      time = months_later(time, 1, anchor);
      ASSERT_EQ(time, months_later(start, month, anchor)) << to_text(start) << " " << int{anchor};
      ASSERT_LE(day_of_month(time), anchor);
    }
    ASSERT_GE(time - start, std::chrono::days{690});
    ASSERT_LE(time - start, std::chrono::days{731 + 31});
  }
}

}  // namespace
}  // namespace inmail::test
