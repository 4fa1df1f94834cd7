#include <gtest/gtest.h>

#include <filesystem>
#include <ostream>

#include "events/policy.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/tools/trace_fold.hpp"
#include "tools/import_edges.hpp"

namespace inmail::test {

void PrintTo(const TraceRules& rules, std::ostream* out) { *out << rules.preset; }

void PrintTo(const TraceCounts& counts, std::ostream* out) {
  *out << "sent " << counts.sent << ", replies " << counts.replies << ", messages "
       << counts.messages << ", granted " << counts.granted << ", charged " << counts.charged
       << ", refunded " << counts.refunded << ", expired " << counts.expired << ", forfeited "
       << counts.forfeited;
  for (const auto& [code, count] : counts.rejected) *out << ", " << code << " " << count;
}

namespace {

constexpr std::int64_t minute = 60'000;
constexpr std::int64_t day = 1'440 * minute;

using Expiry = TraceRules::Expiry;

/// The plan `business` under each of them (D2.3; `trace` says what the default says of it).
const std::vector<TraceRules> all_rules{
    {.preset = "default",
     .allotment = 15,
     .cap = 45,
     .lot_life = 90 * day,
     .answer_refunds = true,
     .follow_ups = 1,
     .follow_up_gap = 3 * day,
     .forgotten_after = 90 * day,
     .undo = minute},
    {.preset = "official-now",
     .allotment = 15,
     .cap = 45,
     .lot_life = 90 * day,
     .answer_refunds = true,
     .follow_ups = 1,
     .follow_up_gap = 3 * day,
     .forgotten_after = 90 * day},
    {.preset = "legacy-2014",
     .allotment = 10,
     .lot_life = 90 * day,
     .silence_refunds = true,
     .expiry = Expiry::unanswered,
     .forgotten_after = 90 * day},
    {.preset = "seed0",
     .allotment = 15,
     .rolls_over = false,
     .answer_refunds = true,
     .follow_ups = 1,
     .follow_up_gap = 3 * day,
     .forgotten_after = 90 * day,
     .undo = minute},
    {.preset = "seed1",
     .allotment = 5,
     .cap = 15,
     .lot_months = 3,
     .expiry = Expiry::unanswered,
     .follow_ups = 1,
     .follow_up_gap = 3 * day,
     .forgotten_after = 90 * day,
     .undo = minute},
    {.preset = "seed2",
     .allotment = 15,
     .rolls_over = false,
     .follow_ups = 1,
     .follow_up_gap = 7 * day,
     .forgotten_after = 90 * day,
     .undo = minute},
    {.preset = "seed3",
     .allotment = 10,
     .rolls_over = false,
     .expiry = Expiry::unopened,
     .follow_ups = 1,
     .follow_up_gap = 3 * day,
     .forgotten_after = 90 * day},
    {.preset = "seed4",
     .allotment = 5,
     .cap = 15,
     .lot_months = 3,
     .silence_refunds = true,
     .follow_ups = 1,
     .follow_up_gap = 3 * day,
     .forgotten_after = 90 * day,
     .undo = minute},
    {.preset = "trace",
     .allotment = 15,
     .cap = 45,
     .lot_life = 90 * day,
     .answer_refunds = true,
     .forgotten_after = 0},
};

TraceCounts counts_in(const tools::ImportReport& report) {
  const tools::Tally& tally = report.tally;
  TraceCounts counts{.sent = tally.count<InMailSent>(),
                     .replies = tally.count<Replied>(),
                     .messages = tally.count<MessageSent>(),
                     .charged = tally.credits.charged,
                     .refunded = tally.credits.refunded,
                     .expired = tally.credits.expired,
                     .forfeited = tally.credits.forfeited};
  if (const auto monthly = tally.credits.granted.find("monthly");
      monthly != tally.credits.granted.end())
    counts.granted = monthly->second;
  for (const auto& [code, count] : tally.rejected) counts.rejected[std::string(code)] = count;
  return counts;
}

class RealTrace : public testing::TestWithParam<TraceRules> {};

TEST_P(RealTrace, ComesToWhatAFoldOfItsOwnSays) {
  const std::filesystem::path file = INMAIL_SOURCE_DIR "/../shared/data/CollegeMsg.txt";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not there";
  const auto edges = tools::read_edges(file);
  ASSERT_TRUE(edges) << edges.error().message;
  const TempDir dir;
  const auto report = tools::import_edges({.store = dir / "store",
                                           .edges = file,
                                           .policy = GetParam().preset,
                                           .plan = PlanKind::business});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(counts_in(*report), fold_trace(*edges, GetParam()));
  EXPECT_GT(report->tally.count<InMailSent>(), 1'000u);
}

INSTANTIATE_TEST_SUITE_P(EachPreset, RealTrace, testing::ValuesIn(all_rules), [](const auto& each) {
  std::string name = each.param.preset;
  std::erase(name, '-');
  return name;
});

}  // namespace
}  // namespace inmail::test
