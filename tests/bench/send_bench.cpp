// send_bench: how fast a store takes InMails, durably, with the generator in the same process.
//
//   send_bench [--members N] [--sends N] [--window N] [--threads N] [--body BYTES] [--keep FOLDER]
//
// Workloads, in this order and one after another:
//   sends     closed loop: --window SendInMail commands are always in flight, between random
//             pairs of --members members, until --sends are answered; the clock runs from submit
//             to the answer, which means "on disk"
//   settled   until the last of them is in its recipient's inbox, and every view has folded it
//   baseline  the same frames, as the log holds them, put into a bare RocksDB with the same
//             options, one sync a frame
//   scan      all records of the log read and proven (hashes, chain, positions)
//   rebuild   every view folded from position 1, one after another
//
// Prints one line a workload. Members, keys and texts are the same in each run; the interleaving is
// not.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "engine/store_layout.hpp"
#include "projections/replay.hpp"
#include "projections/view.hpp"
#include "tests/bench/rocks_baseline.hpp"

namespace inmail {
namespace {

using Stopwatch = std::chrono::steady_clock;

struct Settings {
  std::uint64_t members = 100'000;
  std::uint64_t sends = 400'000;
  std::size_t window = 8'192;
  std::size_t threads = 2;
  std::size_t body = 300;
  std::filesystem::path keep;
};

double seconds_since(Stopwatch::time_point start) {
  return std::chrono::duration<double>(Stopwatch::now() - start).count();
}

[[noreturn]] void stop(const std::string& sentence) {
  std::fprintf(stderr, "send_bench: %s\n", sentence.c_str());
  std::exit(2);
}

/// Lets so many through at once.
class Window {
 public:
  explicit Window(std::size_t size) : free_(size), size_(size) {}

  void enter() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return free_ > 0; });
    --free_;
  }
  void leave() {
    const std::lock_guard lock(mutex_);
    if (++free_ == 1 || free_ == size_) changed_.notify_one();
  }
  void wait_until_empty() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return free_ == size_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t free_;
  const std::size_t size_;
};

/// Submits `count` commands that `make(i)` gives, never more than the window at once. Returns the
/// latency of each in microseconds.
template <class Make>
std::vector<std::uint32_t> drive(Engine& engine, std::uint64_t count, std::size_t window_size,
                                 std::atomic<std::uint64_t>& refused, Make&& make) {
  std::vector<std::uint32_t> latencies(count);
  Window window(window_size);
  for (std::uint64_t i = 0; i < count; ++i) {
    window.enter();
    const auto start = Stopwatch::now();
    engine.submit({make(i), {}, {}}, [&, i, start](const Answer& answer) {
      const auto taken = Stopwatch::now() - start;
      latencies[i] = static_cast<std::uint32_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(taken).count());
      if (!answer.ok()) refused.fetch_add(1);
      window.leave();
    });
  }
  window.wait_until_empty();
  return latencies;
}

double percentile_ms(std::vector<std::uint32_t>& latencies, double part) {
  const auto at = static_cast<std::ptrdiff_t>(part * static_cast<double>(latencies.size() - 1));
  std::nth_element(latencies.begin(), latencies.begin() + at, latencies.end());
  return latencies[static_cast<std::size_t>(at)] / 1000.0;
}

void wait_for_views(Engine& engine) {
  for (const View& view : all_views())
    if (auto there = engine.query(view.name, {engine.head(), std::chrono::minutes{10}},
                                  [](const Rows&) { return true; });
        !there)
      stop(there.error().message);
}

void send_all(Engine& engine, const Settings& settings) {
  std::atomic<std::uint64_t> refused{0};
  drive(engine, settings.members, settings.window, refused, [](std::uint64_t i) -> Command {
    return RegisterMember{MemberId{i + 1}, "A member", "Of the bench"};
  });
  drive(engine, settings.members, settings.window, refused, [](std::uint64_t i) -> Command {
    return StartSubscription{MemberId{i + 1}, PlanKind::custom};
  });
  if (refused > 0) stop("the members could not be made");
  wait_for_views(engine);

  std::mt19937_64 random(7);
  const std::string body(settings.body, 'x');
  const auto start = Stopwatch::now();
  auto latencies =
      drive(engine, settings.sends, settings.window, refused, [&](std::uint64_t) -> Command {
        const std::uint64_t from = random() % settings.members;
        const std::uint64_t to = (from + 1 + random() % (settings.members - 1)) % settings.members;
        return SendInMail{MemberId{from + 1}, {}, MemberId{to + 1}, "An opportunity for you", body};
      });
  const double taken = seconds_since(start);
  std::printf(
      "sends     %8.0f sends/s   p50 %6.2f ms   p99 %6.2f ms   (%llu sends, %llu refused)\n",
      static_cast<double>(settings.sends) / taken, percentile_ms(latencies, 0.50),
      percentile_ms(latencies, 0.99), static_cast<unsigned long long>(settings.sends),
      static_cast<unsigned long long>(refused.load()));
  wait_for_views(engine);
  std::printf("settled   %8.0f sends/s, every view at the head\n",
              static_cast<double>(settings.sends) / seconds_since(start));
}

void measure_log(const Settings& settings, const std::filesystem::path& store,
                 const std::filesystem::path& scratch) {
  auto opened = RocksLog::open({.path = StoreLayout{store}.log(),
                                .head_file = StoreLayout{store}.head_file(),
                                .access = LogAccess::read,
                                .store = {}});
  if (!opened) stop(opened.error().message);
  const EventLog& log = **opened;
  (void)settings;

  const auto baseline = bench::put_frames(log, scratch);
  if (!baseline) stop(baseline.error().message);
  std::printf("baseline  %8.0f records/s, %.0f a frame, %.0f bytes a record (bare RocksDB)\n",
              static_cast<double>(baseline->records) / baseline->seconds,
              static_cast<double>(baseline->records) / static_cast<double>(baseline->frames),
              static_cast<double>(baseline->bytes) / static_cast<double>(baseline->records));

  auto start = Stopwatch::now();
  std::uint64_t records = 0;
  auto reader = LogReader::from(log, Position{1});
  for (auto view = reader->next(); view && *view; view = reader->next()) ++records;
  std::printf("scan      %8.0f records/s\n", static_cast<double>(records) / seconds_since(start));

  start = Stopwatch::now();
  for (const View& view : all_views())
    if (auto replayed = replay(log, view); !replayed) stop(replayed.error().message);
  std::printf("rebuild   %8.0f records/s for all %zu views\n",
              static_cast<double>(records) / seconds_since(start), all_views().size());
}

Settings settings_from(int count, char** arguments) {
  Settings settings;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = arguments[i];
    const std::string value = arguments[i + 1];
    if (name == "--members")
      settings.members = std::stoull(value);
    else if (name == "--sends")
      settings.sends = std::stoull(value);
    else if (name == "--window")
      settings.window = std::stoull(value);
    else if (name == "--threads")
      settings.threads = std::stoull(value);
    else if (name == "--body")
      settings.body = std::stoull(value);
    else if (name == "--keep")
      settings.keep = value;
    else
      stop("there is no flag " + name + "; see the first comment of send_bench.cpp");
  }
  if (settings.members < 2) stop("--members must be at least 2");
  return settings;
}

int run(int count, char** arguments) {
  const Settings settings = settings_from(count, arguments);
  const std::filesystem::path folder =
      settings.keep.empty() ? std::filesystem::temp_directory_path() / "inmail-send-bench"
                            : settings.keep;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  {
    EngineOptions options;
    options.path = folder / "store";
    options.policy = "trace";
    options.threads = settings.threads;
    auto engine = Engine::open(std::move(options));
    if (!engine) stop(engine.error().message);
    send_all(*engine, settings);
  }
  measure_log(settings, folder / "store", folder / "baseline");
  if (settings.keep.empty()) std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace inmail

int main(int count, char** arguments) { return inmail::run(count, arguments); }
