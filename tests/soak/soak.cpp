// soak: one store, under steady load for as long as one likes, in a process that is killed again
// and again.
//
//   soak [--store FOLDER] [--seconds N] [--kill-every SECONDS] [--rate COMMANDS_A_SECOND]
//        [--members N] [--residents N] [--resident-mb N] [--days-per-minute N] [--verify-views 0|1]
//        [--keep 0|1]
//
// Starts itself as a worker that opens the store (a new one; without --store, in a temporary
// folder) and gives it --rate commands a second (open loop: whether or not the engine keeps up; its
// latencies count from when a command was due), kills it with SIGKILL --kill-every seconds after
// its first answer, and starts it again. --members people are made in the first life; the engine's
// clock goes --days-per-minute days a minute, so that credits renew and expire, and refund windows
// close. After each kill everything that was acknowledged in that life must be on record, once,
// where it was said to be. At the end the store is opened once more and must go on, all
// acknowledgements are compared with the whole log, the audit must find nothing, and
// (--verify-views) each view must equal its replay.
//
// Prints a line a life:
//   up        seconds until it was killed
//   open      seconds from its start to its first answer (opening the store, and one commit)
//   answers   how many commands it had acknowledged; and refused with `overloaded`
//   p50, p99  latency in ms: the middle of the 5-second notes, and the worst of them
//   rss       resident memory in MB: 5 s after the start, and at its most
//   store     its size in MB, all files; and its last position
//   wrong     acknowledgements that the log does not confirm
// Exit code 0: nothing was lost and the audit is green; 1: not so; 2: it could not be done.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>

#include "engine/store_layout.hpp"
#include "events/rocks_log.hpp"
#include "projections/audit.hpp"
#include "tests/soak/soak_settings.hpp"
#include "tests/soak/soak_worker.hpp"
#include "tests/support/acknowledged.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temp_dir.hpp"

namespace inmail::soak {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr double mega = 1'000'000.0;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double resident_megabytes(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/statm");
  double pages = 0;
  double resident = 0;
  file >> pages >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / mega;
}

double store_megabytes(const std::filesystem::path& store) {
  std::uintmax_t bytes = 0;
  std::error_code gone;  // Files come and go while they are counted.
  for (const auto& file : std::filesystem::recursive_directory_iterator(store, gone)) {
    const auto size = file.file_size(gone);
    if (!gone) bytes += size;
  }
  return static_cast<double>(bytes) / mega;
}

/// The notes in what a worker said, as numbers.
struct Notes {
  std::uint64_t overloaded = 0;
  std::vector<double> p50;
  double p99 = 0;

  explicit Notes(const std::string& said) {
    std::istringstream lines(said);
    for (std::string line; std::getline(lines, line);) {
      unsigned long long answers = 0;
      unsigned long long turned_away = 0;
      double middle = 0;
      double worst = 0;
      if (std::sscanf(line.c_str(), "# answers %llu overloaded %llu p50 %lf p99 %lf", &answers,
                      &turned_away, &middle, &worst) != 4)
        continue;
      overloaded += turned_away;
      p50.push_back(middle);
      p99 = std::max(p99, worst);
    }
    std::sort(p50.begin(), p50.end());
  }
};

class Soak {
 public:
  explicit Soak(Settings settings) : settings_(std::move(settings)) {
    settings_.clock_started_ms = to_ms(SystemClock{}.now());
  }

  int run() {
    if (std::filesystem::exists(settings_.store))
      give_up(settings_.store.string() + " is there already; a new store is wanted");
    std::printf(
        "  life     up   open  answers overloaded    p50     p99   rss 5s   rss max     store"
        "   position  wrong\n");
    const auto end = Clock::now() + settings_.duration;
    for (std::uint64_t life = 1; wrong_ == 0 && Clock::now() < end; ++life) live(life);
    if (wrong_ == 0) conclude();
    if (wrong_ == 0 && settings_.verify_views) verify_views();
    print_summary();
    if (!settings_.keep) std::filesystem::remove_all(settings_.store);
    return wrong_ == 0 ? 0 : 1;
  }

 private:
  struct Life {
    double open_seconds = 0;
    double early_megabytes = 0;
    double most_megabytes = 0;
  };

  void live(std::uint64_t number) {
    std::vector<std::string> arguments = worker_arguments(settings_, number);
    arguments.insert(arguments.begin(), "/proc/self/exe");
    const auto start = Clock::now();
    test::ChildProcess worker(arguments);
    std::string said;
    bool is_alive = worker.read_until(start + 2min, said, 1);
    Life life;
    life.open_seconds = seconds_since(start);
    const auto opened = Clock::now();
    const auto end = opened + settings_.kill_every;
    for (auto next = opened; is_alive && next < end;) {
      next = std::min(next + 1s, end);
      is_alive = worker.read_until(next, said, std::string::npos);
      const double now = resident_megabytes(worker.id());
      if (next - opened <= 5s) life.early_megabytes = now;
      life.most_megabytes = std::max(life.most_megabytes, now);
    }
    if (!worker.kill_now(said)) is_wrong("the worker ended by itself");
    look_back(number, life, seconds_since(start), said);
  }

  /// What a life has left behind.
  void look_back(std::uint64_t number, const Life& life, double up, const std::string& said) {
    std::vector<test::Acknowledgement> told;
    test::read_lines(said, told);
    all_told_.insert(all_told_.end(), told.begin(), told.end());
    const std::size_t count = told.size();
    if (count == 0) is_wrong("the worker answered nothing");
    const auto log = open_log();
    if (log) compare(**log, Position{seen_.value + 1}, std::move(told));
    if (log) seen_ = (*log)->head().position;
    const Notes notes(said);
    std::printf("%6llu %6.1f %6.2f %8zu %10llu %6.1f %7.1f %8.0f %9.0f %9.0f %10llu %6llu\n",
                static_cast<unsigned long long>(number), up, life.open_seconds, count,
                static_cast<unsigned long long>(notes.overloaded),
                notes.p50.empty() ? 0 : notes.p50[notes.p50.size() / 2], notes.p99,
                life.early_megabytes, life.most_megabytes, store_megabytes(settings_.store),
                static_cast<unsigned long long>(seen_.value),
                static_cast<unsigned long long>(wrong_));
    (void)std::fflush(stdout);
    lives_.push_back(life);
  }

  std::optional<std::unique_ptr<RocksLog>> open_log() {
    const StoreLayout layout{settings_.store};
    auto log = RocksLog::open({.path = layout.log(),
                               .head_file = layout.head_file(),
                               .access = LogAccess::read,
                               .store = {}});
    if (log) return std::move(log).value();
    is_wrong("the log cannot be opened: " + log.error().message);
    return std::nullopt;
  }

  void compare(const EventLog& log, Position from, std::vector<test::Acknowledgement> told) {
    const auto comparison = test::compare(log, from, std::move(told));
    if (!comparison) return is_wrong("the log cannot be read: " + comparison.error().message);
    for (const std::string& sentence : comparison->sentences)
      std::printf("WRONG %s\n", sentence.c_str());
    wrong_ += comparison->wrong;
    receipts_ = comparison->receipts;
  }

  void conclude() {
    go_on();
    const auto log = open_log();
    if (!log) return;
    std::printf("Comparing %zu acknowledgements with the whole log.\n", all_told_.size());
    (void)std::fflush(stdout);
    acknowledged_ = all_told_.size();
    compare(**log, Position{1}, std::exchange(all_told_, {}));
    const auto start = Clock::now();
    const auto report = audit(**log);
    if (!report) return is_wrong("the audit could not be done: " + report.error().message);
    for (const Violation& each : report->first_violations)
      is_wrong(each.invariant + " at " + std::to_string(each.position.value) + ": " +
               each.sentence);
    std::printf("Audited %llu events in %.0f s: %s.\n",
                static_cast<unsigned long long>(report->events), seconds_since(start),
                report->ok ? "green" : "NOT green");
    (void)std::fflush(stdout);
  }

  /// The store opens once more, takes a command and all that it sets off, and closes.
  void go_on() {
    auto engine = Engine::open(engine_options(settings_));
    if (!engine) return is_wrong("the store cannot be opened: " + engine.error().message);
    const Answer answer =
        engine->submit({GrantBonus{MemberId{1}, 1, 1, "Still there"}, {}, {}}).settled.get();
    if (!answer.ok()) is_wrong("the store does not go on");
    if (const Status closed = engine->close(1min); !closed) is_wrong(closed.error().message);
  }

  /// A view is compared as it is, and on a busy machine the last kill may find it far behind.
  static bool catch_up(const Engine& engine) {
    const auto deadline = Clock::now() + 30min;
    while (engine.stats().views_behind_from < engine.head() && Clock::now() < deadline)
      std::this_thread::sleep_for(100ms);
    return engine.stats().views_behind_from >= engine.head();
  }

  void verify_views() {
    EngineOptions options = engine_options(settings_);
    options.clock = std::make_shared<ManualClock>(options.clock->now());  // Nothing falls due.
    auto engine = Engine::open(std::move(options));
    if (!engine) return is_wrong("the store cannot be opened again: " + engine.error().message);
    const auto start = Clock::now();
    if (!catch_up(*engine)) return is_wrong("the views do not catch up with the log");
    const auto checks = engine->verify();
    if (!checks) return is_wrong("the views cannot be verified: " + checks.error().message);
    for (const ViewCheck& check : *checks)
      if (!check.equal) is_wrong("view " + check.view + " is not its replay " + check.failure);
    std::printf("Verified %zu views in %.0f s.\n", checks->size(), seconds_since(start));
  }

  void is_wrong(const std::string& sentence) {
    ++wrong_;
    std::printf("WRONG %s\n", sentence.c_str());
  }

  void print_summary() {
    if (lives_.size() < 2) return;
    std::vector<double> opens;
    for (std::size_t life = 1; life < lives_.size(); ++life)
      opens.push_back(lives_[life].open_seconds);
    std::sort(opens.begin(), opens.end());
    std::printf(
        "%zu lives, %zu acknowledged (%llu receipts on record), wrong %llu; open again after "
        "%.2f s (median), %.2f s (worst); rss at most %.0f MB in the second life, %.0f MB in the "
        "last.\n",
        lives_.size(), acknowledged_, static_cast<unsigned long long>(receipts_),
        static_cast<unsigned long long>(wrong_), opens[opens.size() / 2], opens.back(),
        lives_[1].most_megabytes, lives_.back().most_megabytes);
  }

  Settings settings_;
  std::vector<Life> lives_;
  std::vector<test::Acknowledgement> all_told_;
  Position seen_;  ///< The head of the log after the last life.
  std::size_t acknowledged_ = 0;
  std::uint64_t receipts_ = 0;
  std::uint64_t wrong_ = 0;
};

}  // namespace
}  // namespace inmail::soak

int main(int count, char** arguments) {
  inmail::soak::Settings settings = inmail::soak::settings_from(count, arguments);
  if (settings.life > 0) inmail::soak::work(settings);
  const inmail::test::TempDir folder;
  if (settings.store.empty()) settings.store = folder / "store";
  return inmail::soak::Soak(settings).run();
}
