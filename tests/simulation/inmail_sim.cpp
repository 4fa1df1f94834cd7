// Runs the engine through simulated lives, one a seed, and says which seeds broke a promise.
//
//   inmail_sim --seeds 1..20000            every seed of a range
//   inmail_sim --seeds 1..1000000 --minutes 1   as many as there is time for
//   inmail_sim --seed 42 --trace           one seed, with all that happens in it
//   inmail_sim --seed 42 --shrink          leaves out commands and faults while it still fails
//
// Exit codes: 0 every promise was kept, 1 some seed failed, 2 wrong use.

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>

#include "tests/simulation/shrink.hpp"
#include "tests/simulation/simulation.hpp"

namespace inmail::sim {
namespace {

struct Wishes {
  std::uint64_t first = 1;
  std::uint64_t last = 100;
  std::optional<std::uint64_t> seed;
  double minutes = 0;
  unsigned jobs = 1;
  bool trace = false;
  bool shrink = false;
  bool keep_going = false;
  std::vector<std::string> without_faults;
  std::vector<std::uint32_t> without_commands;
};

std::string replay_of(const Settings& settings) {
  std::string command = "build/release/inmail_sim --seed " + std::to_string(settings.seed);
  for (const std::string& each : settings.without_faults) command += " --without-fault " + each;
  for (const std::uint32_t each : settings.without_commands)
    command += " --without-command " + std::to_string(each);
  return command + " --trace";
}

void print_failure(const Settings& settings, const Report& report) {
  std::printf("seed %llu FAILED: %s\n", static_cast<unsigned long long>(settings.seed),
              report.findings.front().c_str());
  std::printf("  again: %s\n", replay_of(settings).c_str());
  std::fflush(stdout);
}

/// What all seeds came to.
struct Sum {
  std::uint64_t seeds = 0;
  std::uint64_t failed = 0;
  std::uint64_t commands = 0;
  std::uint64_t records = 0;
  std::uint64_t restarts = 0;
  std::uint64_t crashes = 0;
  std::uint64_t refused_damage = 0;
  double simulated_days = 0;
  std::map<std::string, std::uint64_t> faults;

  void add(const Report& report) {
    ++seeds;
    failed += report.findings.empty() ? 0 : 1;
    commands += report.commands;
    records += report.records;
    restarts += report.restarts;
    crashes += report.crashes;
    refused_damage += report.refused_damage;
    simulated_days += static_cast<double>(report.simulated_ms) / 86'400'000.0;
    for (const auto& each : report.faults) ++faults[std::string(name_of(each.fault))];
  }
};

void print(const Sum& sum, double seconds) {
  const auto count = [](const char* what, std::uint64_t value) {
    std::printf("%-24s %llu\n", what, static_cast<unsigned long long>(value));
  };
  count("seeds", sum.seeds);
  count("failed", sum.failed);
  std::printf("%-24s %.1f (%.1f ms a seed)\n", "wall time, s", seconds,
              1000 * seconds / static_cast<double>(std::max<std::uint64_t>(sum.seeds, 1)));
  std::printf("%-24s %.0f\n", "simulated days", sum.simulated_days);
  count("commands", sum.commands);
  count("records", sum.records);
  count("crashes", sum.crashes);
  count("other restarts", sum.restarts);
  count("damage that was named", sum.refused_damage);
  for (const auto& [fault, times] : sum.faults) count(("fault " + fault).c_str(), times);
}

/// Ends the program when a seed takes for ever, which no simulation can notice from within.
class Watchdog {
 public:
  explicit Watchdog(unsigned jobs) : since_(jobs), seeds_(jobs), thread_([this] { watch(); }) {}
  ~Watchdog() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void begins(unsigned job, std::uint64_t seed) {
    const std::lock_guard lock(mutex_);
    since_[job] = std::chrono::steady_clock::now();
    seeds_[job] = seed;
  }

 private:
  static constexpr std::chrono::seconds patience{900};

  void watch() {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, std::chrono::seconds{5}, [this] { return closing_; }))
      for (std::size_t job = 0; job < seeds_.size(); ++job)
        if (seeds_[job] != 0 && std::chrono::steady_clock::now() - since_[job] > patience) {
          std::printf(
              "seed %llu FAILED: it does not end\n  again: build/release/inmail_sim --seed "
              "%llu --trace\n",
              static_cast<unsigned long long>(seeds_[job]),
              static_cast<unsigned long long>(seeds_[job]));
          std::fflush(stdout);
          std::_Exit(1);
        }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::chrono::steady_clock::time_point> since_;
  std::vector<std::uint64_t> seeds_;  ///< 0: none yet.
  bool closing_ = false;
  std::thread thread_;
};

/// Every so many seeds, one is run twice: the same seed must tell the same story.
constexpr std::uint64_t again_every = 20;

int run_range(const Wishes& wishes) {
  using std::chrono::steady_clock;
  const auto begin = steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(steady_clock::now() - begin).count();
  };
  Sum sum;
  std::mutex mutex;
  std::atomic<std::uint64_t> next{wishes.first};
  std::atomic<bool> stop{false};
  Watchdog watchdog(wishes.jobs);
  const auto work = [&](unsigned job) {
    while (!stop) {
      const std::uint64_t seed = next.fetch_add(1);
      if (seed > wishes.last || (wishes.minutes > 0 && seconds() > wishes.minutes * 60)) return;
      watchdog.begins(job, seed);
      const Settings settings{
          .seed = seed, .without_faults = {}, .without_commands = {}, .trace = {}};
      Report report = simulate(settings);
      if (seed % again_every == 0 && simulate(settings).digest != report.digest)
        report.findings.push_back("the same seed made another log the second time");
      const std::lock_guard lock(mutex);
      sum.add(report);
      if (report.findings.empty()) continue;
      print_failure(settings, report);
      if (!wishes.keep_going) stop = true;
    }
  };
  std::vector<std::thread> workers;
  for (unsigned i = 1; i < wishes.jobs; ++i) workers.emplace_back(work, i);
  work(0);
  for (std::thread& each : workers) each.join();
  print(sum, seconds());
  return sum.failed == 0 ? 0 : 1;
}

int run_one(const Wishes& wishes) {
  Settings settings{
      .seed = *wishes.seed,
      .without_faults = {wishes.without_faults.begin(), wishes.without_faults.end()},
      .without_commands = {wishes.without_commands.begin(), wishes.without_commands.end()},
      .trace = {}};
  if (wishes.trace)
    settings.trace = [](const std::string& sentence) { std::printf("%s\n", sentence.c_str()); };
  const Report report = simulate(settings);
  for (const auto& each : report.faults) std::printf("fault %s\n", each.key.c_str());
  for (const std::string& each : report.findings) std::printf("finding: %s\n", each.c_str());
  if (report.findings.empty()) {
    std::printf("seed %llu kept every promise; log digest %s\n",
                static_cast<unsigned long long>(settings.seed), report.digest.c_str());
    return 0;
  }
  if (wishes.shrink) {
    settings.trace = {};
    print_failure(shrunk(settings), report);
  }
  return 1;
}

}  // namespace
}  // namespace inmail::sim

int main(int count, char** arguments) {
  using namespace inmail::sim;
  Wishes wishes;
  std::string seeds = "1..100";
  CLI::App app("Simulates the engine on a disk that fails, one life a seed.");
  app.add_option("--seeds", seeds, "A range: 1..20000");
  app.add_option("--seed", wishes.seed, "One seed");
  app.add_option("--minutes", wishes.minutes, "Stop after so many minutes");
  app.add_option("--jobs", wishes.jobs, "Seeds at once")->check(CLI::Range(1, 64));
  app.add_flag("--trace", wishes.trace, "With --seed: tell all that happens");
  app.add_flag("--shrink", wishes.shrink, "With --seed: look for a smaller failure");
  app.add_flag("--keep-going", wishes.keep_going, "Go on after a seed that failed");
  app.add_option("--without-fault", wishes.without_faults, "Leave one fault out, by its key");
  app.add_option("--without-command", wishes.without_commands, "Leave one out, by its number");
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (wishes.seed) return run_one(wishes);
  unsigned long long first = 0;
  unsigned long long last = 0;
  if (std::sscanf(seeds.c_str(), "%llu..%llu", &first, &last) != 2 || first > last) {
    std::fprintf(stderr, "--seeds wants a range, such as 1..1000\n");
    return 2;
  }
  wishes.first = first;
  wishes.last = last;
  return run_range(wishes);
}
