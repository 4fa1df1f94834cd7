// A flood of commands, many times what an engine can take: it must answer each at once or in time,
// say `overloaded` to the rest, and not grow.
//
//   flood [--seconds N] [--in-flight N] [--sync-ms N]
//
// The disk takes so long for a sync, and so many commands may be in flight: this is what the engine
// can take, on any machine. First hosts that wait for answers measure it (a quarter of the time,
// two seconds at most). Then hosts that wait for nothing send without a pause. Prints how many
// times the capacity was asked for, what was answered, how long accepted commands took, and how the
// memory grew. Fails if a command had no answer or one of another kind, or if a bound was broken.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "engine/engine.hpp"
#include "tests/support/at_once.hpp"
#include "tests/support/faulty_disk.hpp"
#include "tests/support/temp_dir.hpp"

namespace inmail {
namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t members = 100;
constexpr std::size_t hosts = 2;
constexpr std::uint64_t growth_max_mib = 400;
constexpr Milliseconds latency_max{20'000};

std::uint64_t resident_mib() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t pages = 0;
  file >> pages >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) >> 20;
}

/// What came back, by any thread.
struct Tally {
  std::atomic<std::uint64_t> asked{0};
  std::atomic<std::uint64_t> taken{0};
  std::atomic<std::uint64_t> overloaded{0};
  std::atomic<std::uint64_t> others{0};
  std::array<std::atomic<std::uint64_t>, 20'001> by_ms{};

  void note(const Answer& answer, steady_clock::time_point sent) {
    if (answer.kind == AnswerKind::overloaded) {
      overloaded.fetch_add(1, std::memory_order_relaxed);
    } else if (answer.ok() || answer.kind == AnswerKind::rejected) {
      const auto took = std::chrono::duration_cast<Milliseconds>(steady_clock::now() - sent);
      const auto bucket = std::min<std::size_t>(static_cast<std::size_t>(took.count()), 20'000);
      by_ms[bucket].fetch_add(1, std::memory_order_relaxed);
      taken.fetch_add(1, std::memory_order_relaxed);
    } else {
      others.fetch_add(1, std::memory_order_relaxed);
    }
  }

  std::uint64_t answered() const { return taken + overloaded + others; }

  std::size_t percentile_ms(double share) const {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(taken.load()));
    std::uint64_t seen = 0;
    for (std::size_t ms = 0; ms < by_ms.size(); ++ms) {
      seen += by_ms[ms];
      if (seen >= wanted) return ms;
    }
    return by_ms.size() - 1;
  }
};

Request next_request(std::uint64_t number) {
  return {SetPreference{MemberId{1 + number % members},
                        number % 2 == 0 ? InMailPreference::opted_out : InMailPreference::on},
          {},
          {}};
}

/// Sends until then; waits while more than `window` are unanswered (0: never).
void send(Engine& engine, std::uint64_t host, std::uint64_t window, steady_clock::time_point until,
          Tally& tally) {
  for (std::uint64_t number = host; steady_clock::now() < until; number += hosts) {
    while (window > 0 && tally.asked - tally.answered() > window)
      std::this_thread::sleep_for(Milliseconds{1});
    tally.asked.fetch_add(1, std::memory_order_relaxed);
    const auto sent = steady_clock::now();
    engine.submit(next_request(number),
                  [&tally, sent](const Answer& answer) { tally.note(answer, sent); });
  }
}

void run_hosts(Engine& engine, std::uint64_t window, Milliseconds time, Tally& tally) {
  const auto until = steady_clock::now() + time;
  std::vector<std::thread> threads;
  for (std::uint64_t host = 0; host < hosts; ++host)
    threads.emplace_back([&, host] { send(engine, host, window, until, tally); });
  for (std::thread& thread : threads) thread.join();
  const auto patience = steady_clock::now() + std::chrono::seconds{60};
  while (tally.answered() < tally.asked && steady_clock::now() < patience)
    std::this_thread::sleep_for(Milliseconds{1});
}

/// The most that the process held while `work` ran.
template <class Work>
std::uint64_t peak_mib(Work&& work) {
  std::atomic<bool> stop{false};
  std::uint64_t peak = 0;
  std::thread watcher([&] {
    while (!stop) {
      peak = std::max(peak, resident_mib());
      std::this_thread::sleep_for(Milliseconds{20});
    }
  });
  work();
  stop = true;
  watcher.join();
  return peak;
}

int flood(Milliseconds time, std::size_t in_flight, Milliseconds sync) {
  const test::TempDir folder;
  const auto disk = std::make_shared<test::FaultyDisk>();
  EngineOptions options;
  options.files = disk;
  options.path = folder.path() / "store";
  options.policy = test::delivers_at_once;
  options.in_flight_max = in_flight;
  auto opened = Engine::open(std::move(options));
  if (!opened) return std::cerr << opened.error().message << '\n', 1;
  Engine engine = std::move(opened).value();
  for (std::uint64_t each = 1; each <= members; ++each)
    if (!engine.submit({RegisterMember{MemberId{each}, "Somebody"}, {}, {}}).reply.get().ok())
      return std::cerr << "a member could not be registered\n", 1;

  disk->decide_by([sync](test::DiskAct act, const std::string& path) {
    if (act == test::DiskAct::sync && test::is_wal(path)) std::this_thread::sleep_for(sync);
    return std::optional<test::DiskFault>{};
  });

  auto calm = std::make_unique<Tally>();
  const Milliseconds calm_time = std::min<Milliseconds>(time / 4, std::chrono::seconds{2});
  run_hosts(engine, in_flight / 2, calm_time, *calm);
  const double capacity =
      1000.0 * static_cast<double>(calm->taken) / static_cast<double>(calm_time.count());
  const std::uint64_t before = resident_mib();
  auto tally = std::make_unique<Tally>();
  const std::uint64_t peak = peak_mib([&] { run_hosts(engine, 0, time, *tally); });
  const double seconds = static_cast<double>(time.count()) / 1000.0;
  const double asked = static_cast<double>(tally->asked) / seconds;

  std::cout << "capacity " << static_cast<std::uint64_t>(capacity) << " a second; asked for "
            << static_cast<std::uint64_t>(asked) << " a second, "
            << static_cast<std::uint64_t>(10 * asked / capacity) / 10.0 << " times that, for "
            << seconds << " s\ntaken " << tally->taken << ", overloaded " << tally->overloaded
            << ", otherwise " << tally->others << ", unanswered "
            << tally->asked - tally->answered() << "\naccepted commands took p50 "
            << tally->percentile_ms(0.5) << " ms, p99 " << tally->percentile_ms(0.99)
            << " ms, the longest " << tally->percentile_ms(1) << " ms\nmemory " << before
            << " MiB before, at most " << peak << " MiB\n";
  const auto closing = steady_clock::now();
  const Status closed = engine.close(std::chrono::seconds{20});
  const auto took = std::chrono::duration_cast<Milliseconds>(steady_clock::now() - closing);
  std::cout << "closed in " << took.count() << " ms\n";
  const bool is_good = closed.ok() && tally->others == 0 && tally->asked == tally->answered() &&
                       tally->overloaded > 0 && peak <= before + growth_max_mib &&
                       Milliseconds{tally->percentile_ms(1)} < latency_max;
  std::cout << (is_good ? "bounded\n" : "NOT BOUNDED\n");
  return is_good ? 0 : 1;
}

}  // namespace
}  // namespace inmail

int main(int count, char** arguments) {
  std::uint64_t seconds = 3;
  std::uint64_t in_flight = 100;
  std::uint64_t sync_ms = 50;
  for (int each = 1; each + 1 < count; each += 2) {
    const std::string name = arguments[each];
    std::uint64_t& value =
        name == "--seconds" ? seconds : (name == "--in-flight" ? in_flight : sync_ms);
    value = std::strtoull(arguments[each + 1], nullptr, 10);
  }
  return inmail::flood(std::chrono::seconds{seconds}, in_flight, inmail::Milliseconds(sync_ms));
}
