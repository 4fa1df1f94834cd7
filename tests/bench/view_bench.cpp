// How fast views are rebuilt from a log: builds a made-up history in memory, folds it through a
// ViewRunner into a RocksDB in a new folder, and prints events/s (by the clock, and by the CPU time
// of the thread that folds, which other work on the machine disturbs less), the time to make the
// history, and the bytes of the views on disk.
//
//   --events N     records to fold (1000000)
//   --members N    members of the world (20000)
//   --body N       least bytes of a message's body (200)
//   --due N        per cent of records that move a deadline (5; a simulated world has 4)
//   --views A,B    only these views, by name (all)
//   --per-frame N  records in a frame (256)
//   --rounds N     how often it is done (3)
//   --dir PATH     where the views go (the system's folder for what is temporary)

#include <time.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "events/memory_log.hpp"
#include "projections/view_runner.hpp"
#include "tests/projections/world.hpp"

namespace inmail::test {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Of the calling thread, or of the whole process.
double cpu_seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

std::map<std::string, std::string> read_flags(int count, char** words) {
  std::map<std::string, std::string> flags{
      {"events", "1000000"}, {"members", "20000"},
      {"body", "200"},       {"due", "5"},
      {"views", ""},         {"per-frame", "256"},
      {"rounds", "3"},       {"dir", std::filesystem::temp_directory_path()}};
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = std::string(words[i]).substr(2);
    if (!flags.contains(name)) throw std::runtime_error("no such flag: --" + name);
    flags[name] = words[i + 1];
  }
  return flags;
}

std::vector<View> chosen(const std::string& names) {
  std::vector<View> views;
  for (const View& view : all_views())
    if (names.empty() ||
        ("," + names + ",").find("," + std::string(view.name) + ",") != std::string::npos)
      views.push_back(view);
  return views;
}

std::uintmax_t bytes_in(const std::filesystem::path& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder))
    if (file.is_regular_file()) bytes += file.file_size();
  return bytes;
}

void rebuild(const EventLog& log, const std::vector<View>& views,
             const std::filesystem::path& folder) {
  std::filesystem::remove_all(folder);
  const auto start = Clock::now();
  const double all_start = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
  const double thread_start = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
  auto store = must(RocksViewStore::open(folder, {}));
  ViewRunnerOptions options;
  options.threaded = false;
  auto runner = must(ViewRunner::start(log, *store, views, options));
  if (auto status = runner->run_until_caught_up(); !status)
    throw std::runtime_error(status.error().message);
  const double folded = seconds_since(start);
  const double thread_cpu = cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - thread_start;
  for (const ViewProgress& progress : runner->positions())
    if (progress.failure) throw std::runtime_error(progress.failure->message);
  if (auto status = runner->close(); !status) throw std::runtime_error(status.error().message);
  runner.reset();
  store.reset();
  const auto events = static_cast<double>(log.head().position.value);
  std::printf(
      "%8.0f events/s, %.0f by CPU   folded in %.2f s (%.2f of CPU), closed in %.2f s, "
      "all threads %.2f s of CPU, %.0f MB\n",
      events / folded, events / thread_cpu, folded, thread_cpu, seconds_since(start) - folded,
      cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - all_start,
      static_cast<double>(bytes_in(folder)) / 1e6);
  std::filesystem::remove_all(folder);
}

int run(int count, char** words) {
  auto flags = read_flags(count, words);
  const auto start = Clock::now();
  WorldOptions world_options;
  world_options.members = std::stoull(flags["members"]);
  world_options.seats = 200;
  world_options.body_bytes = std::stoull(flags["body"]);
  world_options.due_percent = static_cast<unsigned>(std::stoul(flags["due"]));
  world_options.pace = std::chrono::seconds{3};
  MemoryLog log;
  {
    World world(world_options);
    world.run_until(std::stoull(flags["events"]));
    append(log, world.records(), std::stoull(flags["per-frame"]));
  }
  std::printf("%.1f s to make %llu records\n", seconds_since(start),
              static_cast<unsigned long long>(log.head().position.value));
  for (auto rounds = std::stoull(flags["rounds"]); rounds > 0; --rounds)
    rebuild(log, chosen(flags["views"]), std::filesystem::path(flags["dir"]) / "inmail-view-bench");
  return 0;
}

}  // namespace
}  // namespace inmail::test

int main(int count, char** words) {
  try {
    return inmail::test::run(count, words);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "view_bench: %s\n", failure.what());
    return 1;
  }
}
