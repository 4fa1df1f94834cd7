#include "tests/simulation/rocks_background.hpp"

#include <rocksdb/system_clock.h>

#include <algorithm>

namespace inmail::sim {
namespace {

class StandingClock final : public rocksdb::SystemClockWrapper {
 public:
  explicit StandingClock(const std::shared_ptr<rocksdb::SystemClock>& clock)
      : rocksdb::SystemClockWrapper(clock) {
    slept = 0;
  }
  const char* Name() const override { return "inmail.StandingClock"; }
  /// RocksDB takes a breath after a failure, and slows down who writes while there is much to
  /// compact; nothing gets better by it here. But it waits until the time has come, so for who
  /// sleeps it goes on: for them alone, so that a run repeats.
  void SleepForMicroseconds(int micros) override {
    slept += static_cast<std::uint64_t>(std::max(micros, 0));
  }
  std::uint64_t NowMicros() override { return now_s * 1'000'000 + slept; }
  rocksdb::Status GetCurrentTime(std::int64_t* seconds) override {
    *seconds = now_s;
    return {};
  }

 private:
  static constexpr std::int64_t now_s = 1'700'000'000;
  static thread_local std::uint64_t slept;
};

thread_local std::uint64_t StandingClock::slept = 0;

}  // namespace

BackgroundEnv::BackgroundEnv(std::shared_ptr<rocksdb::FileSystem> files)
    : rocksdb::EnvWrapper(rocksdb::NewCompositeEnv(files)) {
  file_system_ = std::move(files);
  system_clock_ = std::make_shared<StandingClock>(rocksdb::SystemClock::Default());
  thread_ = std::thread([this] { run(); });
}

BackgroundEnv::~BackgroundEnv() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void BackgroundEnv::Schedule(void (*function)(void*), void* argument, Priority priority, void* tag,
                             void (*unscheduled)(void*)) {
  {
    const std::lock_guard lock(mutex_);
    (priority == HIGH ? flushes_ : put_off_).push_back({function, argument, tag, unscheduled});
  }
  changed_.notify_all();
}

int BackgroundEnv::UnSchedule(void* tag, Priority priority) {
  std::deque<Job> removed;
  {
    const std::lock_guard lock(mutex_);
    std::deque<Job>& jobs = priority == HIGH ? flushes_ : put_off_;
    std::deque<Job> kept;
    for (const Job& job : jobs) (job.tag == tag ? removed : kept).push_back(job);
    jobs = std::move(kept);
  }
  for (const Job& job : removed)
    if (job.unscheduled) job.unscheduled(job.argument);
  return static_cast<int>(removed.size());
}

void BackgroundEnv::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return closing_ || !flushes_.empty(); });
    if (flushes_.empty()) return;
    const Job job = flushes_.front();
    flushes_.pop_front();
    flushing_ = true;
    lock.unlock();
    job.function(job.argument);
    lock.lock();
    flushing_ = false;
    changed_.notify_all();
  }
}

void BackgroundEnv::wait_for_flushes() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return flushes_.empty() && !flushing_; });
}

void BackgroundEnv::run_put_off() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return flushes_.empty() && !flushing_; });
    if (put_off_.empty()) return;
    const Job job = put_off_.front();
    put_off_.pop_front();
    lock.unlock();
    job.function(job.argument);
    lock.lock();
  }
}

}  // namespace inmail::sim
