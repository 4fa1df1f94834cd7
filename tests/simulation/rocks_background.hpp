#pragma once

#include <rocksdb/env.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

namespace inmail::sim {

/// Where RocksDB's background work runs so that a run repeats: flushes, which whoever asked for
/// them waits for, on one thread of its own at once; all else when `run_put_off` is called, by its
/// caller. Its clock stands still.
class BackgroundEnv : public rocksdb::EnvWrapper {
 public:
  explicit BackgroundEnv(std::shared_ptr<rocksdb::FileSystem> files);
  ~BackgroundEnv() override;

  void Schedule(void (*function)(void*), void* argument, Priority priority, void* tag,
                void (*unscheduled)(void*)) override;
  int UnSchedule(void* tag, Priority priority) override;
  unsigned int GetThreadPoolQueueLen(Priority) const override { return 0; }
  void SetBackgroundThreads(int, Priority) override {}
  int GetBackgroundThreads(Priority) override { return 1; }
  void IncBackgroundThreadsIfNeeded(int, Priority) override {}

  /// Returns when no flush is under way. Requires: the caller holds nothing of RocksDB.
  void wait_for_flushes();
  /// Requires: as above.
  void run_put_off();

 private:
  struct Job {
    void (*function)(void*);
    void* argument;
    void* tag;
    void (*unscheduled)(void*);
  };

  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> flushes_;
  std::deque<Job> put_off_;
  bool flushing_ = false;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace inmail::sim
