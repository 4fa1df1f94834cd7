// What a process that is killed under load leaves behind: everything that it acknowledged, exactly
// once, and a store that goes on.

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <random>
#include <vector>

#include "engine/engine.hpp"
#include "events/obligations.hpp"
#include "projections/audit.hpp"
#include "tests/support/acknowledged.hpp"
#include "tests/support/at_once.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/random_seed.hpp"
#include "tests/support/temp_dir.hpp"

namespace inmail {
namespace {

using std::chrono::steady_clock;

using Acknowledgements = std::vector<test::Acknowledgement>;

/// Lets a driver work, kills it, and returns what it had acknowledged by then.
class Driver {
 public:
  Driver(const std::filesystem::path& store, std::uint64_t run)
      : process_({INMAIL_KILL_DRIVER, store.string(), std::to_string(run)}) {}

  /// As `kill_after`, counted from its first answer.
  void kill_under_load(Milliseconds time, Acknowledgements& acknowledged) {
    process_.read_until(steady_clock::now() + std::chrono::minutes{1}, said_, 1);
    kill_after(time, acknowledged);
  }

  void kill_after(Milliseconds time, Acknowledgements& acknowledged) {
    process_.read_until(steady_clock::now() + time, said_, std::string::npos);
    EXPECT_TRUE(process_.kill_now(said_)) << "it ended by itself";
    test::read_lines(said_, acknowledged);
  }

 private:
  test::ChildProcess process_;
  std::string said_;
};

void expect_all_on_record(const EventLog& log, const Acknowledgements& acknowledged) {
  const auto comparison = test::compare(log, Position{1}, acknowledged);
  ASSERT_TRUE(comparison.ok()) << comparison.error().message;
  for (const std::string& sentence : comparison->sentences) ADD_FAILURE() << sentence;
}

void expect_audit_passes(const EventLog& log) {
  const auto report = audit(log);
  ASSERT_TRUE(report.ok()) << report.error().message;
  for (const Violation& each : report->first_violations)
    ADD_FAILURE() << each.invariant << " at " << each.position.value << ": " << each.sentence;
}

void expect_views_equal(Engine& engine) {
  const auto checks = engine.verify();
  ASSERT_TRUE(checks.ok()) << checks.error().message;
  for (const ViewCheck& check : *checks) EXPECT_TRUE(check.equal) << check.view << check.failure;
}

/// What streams still owed each other when the process died is done by the next one.
void wait_until_nothing_is_owed(Engine& engine) {
  auto records = engine.subscribe(Position{1});
  ASSERT_TRUE(records.ok()) << records.error().message;
  std::map<NoticeKey, Position> open;
  while (true) {
    auto record = records->next(open.empty() ? Milliseconds{0} : std::chrono::seconds{30});
    ASSERT_TRUE(record.ok()) << record.error().message;
    if (!*record) break;
    const RecordHeader& header = (*record)->header;
    for (const NoticeKey& key : settled_by(header.stream, (*record)->event)) open.erase(key);
    for (const Obligation& duty : obligations_of((*record)->header.stream, (*record)->event))
      open.emplace(duty.key, header.position);
  }
  EXPECT_EQ(open.size(), 0u) << "what position " << open.begin()->second.value
                             << " obliges to was never done";
}

void expect_it_goes_on(Engine& engine, std::uint64_t run, Acknowledgements& acknowledged) {
  const MemberId ada{run * 1'000 + 901};
  const MemberId bob{run * 1'000 + 902};
  const auto settle = [&](Command command) {
    Submission submission = engine.submit({std::move(command), {}, {}});
    const Answer answer = submission.reply.get();
    EXPECT_TRUE(answer.ok()) << name_of(answer.refusal.code);
    acknowledged.push_back({submission.id, answer.position, answer.kind});
    submission.settled.wait();
    return submission.id;
  };
  settle(RegisterMember{ada, "Ada"});
  settle(RegisterMember{bob, "Bob"});
  settle(StartSubscription{ada, PlanKind::career});
  const InMailId inmail = inmail_of(settle(SendInMail{ada, {}, bob, "Still there?", "I hope so."}));
  settle(Respond{bob, inmail, ReplyKind::reply, "Yes."});
}

class KilledUnderLoad : public testing::TestWithParam<int> {};

TEST_P(KilledUnderLoad, LosesNothingThatItHadAcknowledged) {
  std::mt19937_64 random(test::random_seed() + static_cast<std::uint64_t>(GetParam()));
  const test::TempDir folder;
  const std::filesystem::path store = folder.path() / "store";
  Acknowledgements acknowledged;
  for (std::uint64_t run = 0; run < 5; ++run) {
    const Milliseconds load{50 + random() % 551};
    Driver(store, run).kill_under_load(load, acknowledged);
    EngineOptions options;
    options.path = store;
    options.create_if_missing = false;
    auto engine = Engine::open(options);
    ASSERT_TRUE(engine.ok()) << engine.error().message;
    wait_until_nothing_is_owed(*engine);
    expect_all_on_record(engine->log(), acknowledged);
    expect_views_equal(*engine);
    expect_it_goes_on(*engine, run, acknowledged);
    expect_all_on_record(engine->log(), acknowledged);
    expect_audit_passes(engine->log());
    if (HasFailure()) return;
  }
  std::cout << acknowledged.size() << " commands were acknowledged\n";
}

TEST(KilledProcess, CanDieWhileItOpensItsStore) {
  std::mt19937_64 random(test::random_seed());
  for (std::uint64_t round = 0; round < 10; ++round) {
    const test::TempDir folder;
    const std::filesystem::path store = folder.path() / "store";
    Acknowledgements acknowledged;
    for (std::uint64_t run = 0; run < 4; ++run) {
      Driver(store, run).kill_after(Milliseconds{random() % 60}, acknowledged);
    }
    EngineOptions options;
    options.policy = test::delivers_at_once;
    options.path = store;
    auto engine = Engine::open(options);
    ASSERT_TRUE(engine.ok()) << engine.error().message;
    expect_all_on_record(engine->log(), acknowledged);
    expect_views_equal(*engine);
    expect_it_goes_on(*engine, 9, acknowledged);
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(FourStoresFiveTimes, KilledUnderLoad, testing::Range(0, 4));

}  // namespace
}  // namespace inmail
