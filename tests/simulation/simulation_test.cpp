#include "tests/simulation/simulation.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "engine/engine.hpp"
#include "events/rocks_log.hpp"
#include "tests/simulation/machine.hpp"
#include "tests/support/at_once.hpp"
#include "tests/support/test_records.hpp"

namespace inmail::sim {
namespace {

/// A store on a disk of its own, and the process that has it.
class StoreOnDisk {
 public:
  explicit StoreOnDisk(std::uint64_t seed, const FaultPlan::Rates& rates = {})
      : disk_(std::make_shared<Disk>(FaultPlan(seed, rates, {}))) {
    open();
  }

  void open() {
    machine_ = std::make_shared<Machine>(disk_, clock_);
    EngineOptions options;
    options.path = "/host/store";
    options.policy = test::delivers_at_once;
    options.clock = clock_;
    options.files = machine_;
    options.deterministic = EngineOptions::Deterministic{.sync_frames = true};
    auto opened = Engine::open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().message;
    engine_ = std::make_unique<Engine>(std::move(*opened));
  }

  void lose_power() {
    disk_->stop_process(/*power=*/true);
    engine_.reset();
  }

  Answer run(Command command) {
    Submission submission = engine_->submit({std::move(command), {}, {}});
    engine_->run_until_quiet();
    return submission.reply.get();
  }

  Engine& engine() { return *engine_; }
  ManualClock& clock() { return *clock_; }
  void begin_faults() { disk_->plan().set_enabled(true); }

 private:
  std::shared_ptr<ManualClock> clock_ =
      std::make_shared<ManualClock>(*timestamp_from_text("2026-01-05T09:00:00Z"));
  std::shared_ptr<Disk> disk_;
  std::shared_ptr<Machine> machine_;
  std::unique_ptr<Engine> engine_;
};

TEST(Store, OutlivesALossOfPowerFromItsFirstAnswerOn) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    StoreOnDisk store(seed);
    ASSERT_TRUE(store.run(RegisterMember{MemberId{1}, "Ada", "Writes"}).ok());
    const Position head = store.engine().head();
    store.lose_power();
    store.open();
    EXPECT_EQ(store.engine().head(), head) << "seed " << seed;
  }
}

/// Lets `look` read a log in the middle of its owner's sync, when the power is lost. What it was
/// shown, and where the log ends afterwards.
struct ShownAndKept {
  Position shown;
  Position kept;
};
ShownAndKept look_before_power_is_lost(
    std::uint64_t seed,
    const std::function<Position(RocksLog& follower, const RocksLogOptions&)>& look) {
  FaultPlan::Rates rates{};
  rates[static_cast<std::size_t>(Fault::slow_sync)] = 1'000'000;
  const auto disk = std::make_shared<Disk>(FaultPlan(seed, rates, {}));
  const auto clock = std::make_shared<ManualClock>();
  auto machine = std::make_unique<Machine>(disk, clock);
  RocksLogOptions options{.path = "/host/log",
                          .head_file = "/host/head",
                          .create_if_missing = true,
                          .store = {},
                          .files = machine.get()};
  RocksLogOptions follows = options;
  follows.access = LogAccess::follow;

  auto owner = RocksLog::open(options);
  EXPECT_TRUE(owner) << owner.error().message;
  EXPECT_TRUE(test::append_records(**owner, 3));
  auto follower = RocksLog::open(follows);
  EXPECT_TRUE(follower) << follower.error().message;
  ShownAndKept result;
  disk->on_slow_sync([&] {
    disk->plan().set_enabled(false);
    result.shown = look(**follower, follows);
    disk->stop_process(/*power=*/true);
  });
  disk->plan().set_enabled(true);
  EXPECT_FALSE(test::append_records(**owner, 1));
  follower->reset();
  owner->reset();

  machine = std::make_unique<Machine>(disk, clock);
  options.files = machine.get();
  owner = RocksLog::open(options);
  EXPECT_TRUE(owner) << owner.error().message;
  result.kept = (*owner)->head().position;
  owner->reset();
  return result;
}

TEST(FollowedLog, ShowsNothingThatALossOfPowerTakesBack) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto caught_up = look_before_power_is_lost(seed, [](RocksLog& log, const auto&) {
      EXPECT_TRUE(log.catch_up());
      return log.head().position;
    });
    EXPECT_EQ(caught_up.shown, Position{4}) << "what is not synced yet can be seen";
    EXPECT_EQ(caught_up.kept, Position{4}) << "seed " << seed;

    const auto opened = look_before_power_is_lost(seed, [](RocksLog&, const auto& options) {
      const auto log = RocksLog::open(options);
      EXPECT_TRUE(log) << log.error().message;
      return (*log)->head().position;
    });
    EXPECT_EQ(opened.shown, Position{4}) << "what is not synced yet can be seen";
    EXPECT_EQ(opened.kept, Position{4}) << "seed " << seed;
  }
}

TEST(Store, SaysSoWhenWhatFellDueCannotBeWritten) {
  FaultPlan::Rates no_sync{};
  no_sync[static_cast<std::size_t>(Fault::sync_error)] = 1'000'000;
  StoreOnDisk store(1, no_sync);
  ASSERT_TRUE(store.run(RegisterMember{MemberId{1}, "Ada", "Writes"}).ok());
  ASSERT_TRUE(store.run(StartSubscription{MemberId{1}, PlanKind::career}).ok());
  store.clock().advance(std::chrono::hours{24 * 40});
  store.begin_faults();
  store.engine().wake_due();
  EXPECT_TRUE(store.engine().failure());
}

TEST(Simulation, TellsTheSameStoryOfTheSameSeed) {
  for (const std::uint64_t seed : {3, 4, 5}) {
    std::vector<std::string> first;
    std::vector<std::string> second;
    for (auto* story : {&first, &second}) {
      Settings settings{.seed = seed, .without_faults = {}, .without_commands = {}, .trace = {}};
      // RocksDB puts random names into its tables, and so their checksums differ.
      settings.trace = [&](const std::string& sentence) {
        story->push_back(sentence.substr(0, sentence.find("stored = ")));
      };
      const Report report = simulate(settings);
      EXPECT_EQ(report.findings, std::vector<std::string>{});
      story->push_back(report.digest);
      for (const auto& fault : report.faults) story->push_back(fault.key);
    }
    EXPECT_EQ(first, second) << "seed " << seed;
  }
}

}  // namespace
}  // namespace inmail::sim
