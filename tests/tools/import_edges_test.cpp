#include "tools/import_edges.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "events/policy.hpp"
#include "tests/support/temp_dir.hpp"

namespace inmail::tools {
namespace {

using Rejected = Counts;

std::filesystem::path college() { return INMAIL_SOURCE_DIR "/../shared/data/CollegeMsg.txt"; }

std::string trace_with_refunds_for(Seconds window) {
  Policy policy = *preset("trace");
  policy.refund.window_s = window;
  return to_toml(policy);
}

/// A store made of a trace that is given as text.
class Imported {
 public:
  explicit Imported(const std::string& text, const std::string& policy = "trace") {
    std::ofstream(dir_ / "edges.txt") << text;
    options_.store = dir_ / "store";
    options_.edges = dir_ / "edges.txt";
    options_.policy = policy;
  }

  Result<ImportReport> operator()() const { return import_edges(options_); }
  bool has_store() const { return std::filesystem::exists(options_.store); }

 private:
  test::TempDir dir_;
  ImportEdgesOptions options_;
};

TEST(ImportEdges, MakesAnInMailOfTheFirstMessageAndAnAnswerOfTheFirstOneBack) {
  const auto report = Imported("7 8 1000\n8 7 2000\n")();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->edges, 2u);
  EXPECT_EQ(report->tally.count<MemberRegistered>(), 2u);
  EXPECT_EQ(report->tally.count<InMailSent>(), 1u);
  EXPECT_EQ(report->tally.count<Replied>(), 1u);
  EXPECT_EQ(report->tally.count<CreditRefunded>(), 1u);
  EXPECT_EQ(report->tally.count<MessageSent>(), 0u);
  EXPECT_EQ(report->tally.rejected, Rejected{});
}

TEST(ImportEdges, LetsNobodyInsistBeforeAnAnswerAndEverybodyTalkAfterIt) {
  const auto report = Imported("1 2 10\n1 2 20\n1 2 20\n2 1 30\n2 1 40\n1 2 50\n2 1 50\n")();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->tally.count<InMailSent>(), 1u);
  EXPECT_EQ(report->tally.count<Replied>(), 1u);
  EXPECT_EQ(report->tally.count<MessageSent>(), 3u);
  EXPECT_EQ(report->tally.rejected, (Rejected{{"awaiting_response", 2}}));
}

TEST(ImportEdges, RefusesMessagesToOneself) {
  const auto report = Imported("1 1 10\n1 1 20\n")();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->tally.count<MemberRegistered>(), 1u);
  EXPECT_EQ(report->tally.count<InMailSent>(), 0u);
  EXPECT_EQ(report->tally.rejected, (Rejected{{"self_send", 2}}));
}

TEST(ImportEdges, RefundsToTheLastSecondOfTheWindow) {
  const auto refunds = [](std::int64_t answered_at) {
    const auto report = Imported("1 2 1000\n2 1 " + std::to_string(answered_at) + "\n")();
    EXPECT_TRUE(report) << report.error().message;
    return report ? report->tally.count<CreditRefunded>() : 99;
  };
  constexpr std::int64_t window = 7'776'000;
  EXPECT_EQ(refunds(1000 + window), 1u);
  EXPECT_EQ(refunds(1000 + window + 1), 0u);
}

TEST(ImportEdges, GoesOnUntilTheLastWindowHasClosed) {
  const test::TempDir dir;
  std::ofstream(dir / "edges.txt") << "1 2 1000\n2 3 86400\n";
  ImportEdgesOptions options{.store = dir / "store", .edges = dir / "edges.txt"};
  ASSERT_TRUE(import_edges(options));
  auto engine = Engine::open({.path = options.store, .deterministic = {{}}});
  ASSERT_TRUE(engine) << engine.error().message;
  const auto tally = tally_of(engine->log());
  ASSERT_TRUE(tally);
  EXPECT_EQ(tally->count<InMailDelivered>(), 2u);
  EXPECT_EQ(tally->count<RefundWindowClosed>(), 2u);
  EXPECT_EQ(tally->count<ChargeFinalized>(), 2u);
}

TEST(ImportEdges, GivesTheSameLogForTheSameTrace) {
  const std::string trace = "3 1 10\n1 2 10\n2 1 30\n1 3 500000\n3 3 500000\n2 3 900000\n";
  const auto once = Imported(trace)();
  const auto again = Imported(trace)();
  const auto other = Imported(trace + "3 2 900001\n")();
  ASSERT_TRUE(once && again && other);
  EXPECT_EQ(once->log.digest, again->log.digest);
  EXPECT_NE(once->log.digest, other->log.digest);
  EXPECT_EQ(once->log.digest.size(), 64u);
}

TEST(ImportEdges, CountsWhatAnotherPolicyRefuses) {
  // Under the default policy the plan `custom` grants nothing.
  const auto report = Imported("1 2 10\n2 1 20\n", "default")();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->tally.count<InMailSent>(), 0u);
  EXPECT_EQ(report->tally.rejected, (Rejected{{"insufficient_credits", 2}}));
}

TEST(ImportEdges, WritesNothingWhenALineIsMalformed) {
  const Imported import("1 2 10\n2 1 soon\n");
  const auto report = import();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(report.error().message.find("edges.txt:2: UNIXTS must be"), std::string::npos);
  EXPECT_FALSE(import.has_store());
}

TEST(ImportEdges, WritesNothingUnderAPolicyThatIsNone) {
  for (const std::string policy : {"tomorrow", "colour = \"red\""}) {
    const Imported import("1 2 10\n", policy);
    const auto report = import();
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::invalid_argument);
    EXPECT_FALSE(import.has_store());
  }
}

TEST(ImportEdges, WantsAStoreWithoutMembers) {
  const Imported import("1 2 10\n");
  ASSERT_TRUE(import());
  const auto again = import();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(again.error().message.find("holds more than a policy"), std::string::npos);
}

TEST(ImportEdges, TakesAStoreThatHoldsOnlyThePolicyThatIsAskedFor) {
  const test::TempDir dir;
  std::ofstream(dir / "edges.txt") << "1 2 10\n";
  ImportEdgesOptions options{.store = dir / "store", .edges = dir / "edges.txt"};
  {
    const auto empty =
        Engine::open({.path = options.store, .policy = "trace", .deterministic = {{}}});
    ASSERT_TRUE(empty) << empty.error().message;
  }
  options.policy = "seed0";
  const auto other = import_edges(options);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(other.error().message.find("another policy"), std::string::npos);
  options.policy = "trace";
  EXPECT_TRUE(import_edges(options));
}

TEST(ImportEdges, TellsHowFarItIs) {
  const test::TempDir dir;
  std::ofstream file(dir / "edges.txt");
  for (int i = 0; i < 200; ++i) file << "1 2 " << i << '\n';
  file.close();
  std::uint64_t last = 0;
  ImportEdgesOptions options{.store = dir / "store", .edges = dir / "edges.txt"};
  options.on_progress = [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_GT(done, last);
    EXPECT_EQ(total, 200u);
    last = done;
  };
  ASSERT_TRUE(import_edges(options));
  EXPECT_GT(last, 0u);
}

TEST(ImportEdges, ReadsARealTraceAsCountedByHand) {
  if (!std::filesystem::exists(college())) GTEST_SKIP() << college() << " is not there";
  const test::TempDir dir;
  const auto report = import_edges({.store = dir / "store", .edges = college()});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->edges, 59'835u);
  EXPECT_EQ(report->tally.count<MemberRegistered>(), 1'899u);
  EXPECT_EQ(report->tally.count<InMailSent>(), 13'838u);
  EXPECT_EQ(report->tally.count<Replied>(), 6'458u);
  EXPECT_EQ(report->tally.count<CreditRefunded>(), 6'427u);
  EXPECT_EQ(report->tally.count<MessageSent>(), 29'668u);
  EXPECT_EQ(report->tally.rejected, (Rejected{{"awaiting_response", 9'871}}));
}

TEST(ImportEdges, RefundsLessOfARealTraceWithinAWeek) {
  if (!std::filesystem::exists(college())) GTEST_SKIP() << college() << " is not there";
  const test::TempDir dir;
  const auto report = import_edges({.store = dir / "store",
                                    .edges = college(),
                                    .policy = trace_with_refunds_for(std::chrono::days{7})});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->tally.count<Replied>(), 6'458u);
  EXPECT_EQ(report->tally.count<CreditRefunded>(), 5'851u);
}

}  // namespace
}  // namespace inmail::tools
