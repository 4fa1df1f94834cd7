#include "tests/soak/soak_worker.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <thread>

#include "tests/soak/soak_crowd.hpp"
#include "tests/support/acknowledged.hpp"

namespace inmail::soak {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t founding_window = 4'096;

void say(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t written = write(STDOUT_FILENO, text.data() + at, text.size() - at);
    if (written <= 0) give_up("nobody reads the answers");
    at += static_cast<std::size_t>(written);
  }
}

/// What the engine has answered, on its way to standard output: the engine's threads must not wait
/// for a pipe. Any thread.
class Answers {
 public:
  void came(const CommandId& id, const Answer& answer, Clock::time_point due) {
    const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - due);
    const std::lock_guard lock(mutex_);
    --under_way_;
    changed_.notify_one();
    if (answer.kind == AnswerKind::overloaded) {
      ++overloaded_;
      return;
    }
    if (answer.kind != AnswerKind::ok && answer.kind != AnswerKind::rejected)
      give_up("an answer of kind " + std::to_string(static_cast<int>(answer.kind)));
    if (answer.position.value == 0) give_up("malformed: " + answer.sentence);
    lines_ += test::to_line(id, answer);
    latencies_us_.push_back(static_cast<std::uint32_t>(taken.count()));
  }

  void wait_for_room(std::size_t window) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return under_way_ < window; });
    ++under_way_;
  }
  void submitted() {
    const std::lock_guard lock(mutex_);
    ++under_way_;
  }

  [[noreturn]] void keep_saying() {
    auto note_at = Clock::now() + 5s;
    for (;;) {
      std::this_thread::sleep_for(1ms);
      std::string lines;
      std::vector<std::uint32_t> latencies;
      std::uint64_t overloaded = 0;
      const bool is_time = Clock::now() >= note_at;
      {
        const std::lock_guard lock(mutex_);
        lines.swap(lines_);
        if (is_time) {
          latencies.swap(latencies_us_);
          overloaded = std::exchange(overloaded_, 0);
        }
      }
      if (is_time) {
        note_at += 5s;
        lines += note_on(latencies, overloaded);
      }
      say(lines);
    }
  }

 private:
  static std::string note_on(std::vector<std::uint32_t>& latencies, std::uint64_t overloaded) {
    std::sort(latencies.begin(), latencies.end());
    const auto at = [&](double part) {
      if (latencies.empty()) return 0.0;
      return latencies[static_cast<std::size_t>(part * static_cast<double>(latencies.size() - 1))] /
             1000.0;
    };
    char note[200];
    (void)std::snprintf(note, sizeof note, "# answers %zu overloaded %llu p50 %.1f p99 %.1f\n",
                        latencies.size(), static_cast<unsigned long long>(overloaded), at(0.50),
                        at(0.99));
    return note;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string lines_;
  std::vector<std::uint32_t> latencies_us_;  ///< Since the last note.
  std::uint64_t overloaded_ = 0;             ///< Since the last note.
  std::size_t under_way_ = 0;
};

void submit(Engine& engine, Answers& answers, const Command& command, Clock::time_point due,
            OnAnswer settled = {}) {
  const CommandId id = engine.new_command_id();
  engine.submit(
      {command, id, {}},
      [&answers, id, due](const Answer& answer) { answers.came(id, answer, due); },
      std::move(settled));
}

/// The first life of a store makes the people; a later one finds them.
void found(Engine& engine, Answers& answers, std::uint64_t members) {
  const std::uint64_t steps = Crowd::founding_steps(members);
  Submission probe = engine.submit({Crowd::founding_step(members, steps - 1), {}, {}});
  const Answer answer = probe.reply.get();
  if (answer.refusal.code != Rejection::unknown_target) return;
  for (std::uint64_t step = 0; step < steps; ++step) {
    answers.wait_for_room(founding_window);
    submit(engine, answers, Crowd::founding_step(members, step), Clock::now());
  }
}

}  // namespace

void work(const Settings& settings) {
  auto engine = Engine::open(engine_options(settings));
  if (!engine) give_up(engine.error().message);
  Answers answers;
  std::thread([&answers] { answers.keep_saying(); }).detach();
  found(*engine, answers, settings.members);

  Crowd crowd(settings.members, settings.life);
  const auto interval = std::chrono::nanoseconds{1s} / settings.rate;
  const auto start = Clock::now();
  for (std::uint64_t count = 0;; ++count) {
    const auto due = start + count * interval;
    if (due > Clock::now()) std::this_thread::sleep_until(due);
    const Act act = crowd.next();
    answers.submitted();
    const CommandId id = engine->new_command_id();
    engine->submit(
        {act.command, id, {}},
        [&answers, id, due](const Answer& answer) { answers.came(id, answer, due); },
        [&crowd, act, id](const Answer& answer) {
          if (answer.ok()) crowd.happened(act, id);
        });
  }
}

}  // namespace inmail::soak
