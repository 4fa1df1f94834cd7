#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "events/event_log.hpp"
#include "events/frame.hpp"
#include "projections/batch_rows.hpp"
#include "projections/rocks_view_store.hpp"
#include "projections/view.hpp"

namespace inmail {

struct ViewRunnerOptions {
  bool threaded = true;  ///< False: nothing is applied but by `run_until_caught_up` (seeded runs).
  /// Of frames that wait to be applied. What does not fit is read from the log again.
  std::size_t queue_bytes_max = std::size_t{32} << 20;
  /// Rows are committed whenever nothing waits, and on the way there when so many records were
  /// applied or the views hold so much memory. Large batches are what makes a rebuild fast.
  std::uint32_t batch_records_max = 262'144;
  std::size_t batch_memory_max = std::size_t{128} << 20;
  /// Of rows that each view keeps in memory from one batch to the next.
  std::size_t cache_bytes_max = std::size_t{16} << 20;
  /// For flushes; the system's clock if it is not set.
  std::function<Timestamp()> now;
  /// How often an idle thread with unflushed rows looks whether a flush is due.
  Milliseconds flush_check = std::chrono::seconds{15};
  /// Called when the position that all of `on_applied_views` (none named: all views) have committed
  /// has grown, first with where they begin; one that stopped holds it back. On the runner's thread
  /// or in `run_until_caught_up`: short, must not throw.
  std::function<void(Position)> on_applied;
  std::vector<std::string> on_applied_views;
};

/// How far a view is.
struct ViewProgress {
  std::string view;
  Position position;             ///< The last record in its committed rows.
  std::optional<Error> failure;  ///< Why it goes no further.
  std::string rebuilt_because;   ///< Why its rows were dropped on start; empty if they were not.
};

/// Keeps a list of views at the end of a log: on start it looks whether each one's rows belong to
/// this log (if not, they are dropped), reads what they miss, and then applies the frames that the
/// journal hands in. Each record is decoded once for all. A view whose fold throws, or whose rows
/// fail, stops with its error, and the others go on.
///
/// Owns the folds and their thread; log and store must outlive it, and nobody else may write the
/// tables of its views. Views that many wait for want a runner of their own: one that must be
/// rebuilt keeps the others of its runner waiting. Any thread may call any method at any time, save
/// where it says otherwise. After a crash the next start folds again what was not flushed.
class ViewRunner {
 public:
  /// Opens the tables, and begins. Tables of other revisions of these views are dropped.
  /// Errors: io, corruption (the log, at a checkpoint), invalid_argument (no such view to name).
  static Result<std::unique_ptr<ViewRunner>> start(const EventLog& log, RocksViewStore& store,
                                                   std::span<const View> views,
                                                   ViewRunnerOptions options);
  /// Closes.
  ~ViewRunner();
  ViewRunner(const ViewRunner&) = delete;
  ViewRunner& operator=(const ViewRunner&) = delete;

  /// Takes a frame that is durable. Never waits: what does not fit is read from the log later.
  void offer(std::shared_ptr<const Frame> frame);

  /// Only without a thread, and by one caller at a time: applies all that the log holds. Errors:
  /// what reading the log returns, which stops all views. One view that stopped is no error here.
  Status run_until_caught_up();

  /// Waits until the committed rows of a view hold everything up to `position`. Without a thread it
  /// does not wait. Errors: timed_out; not_found (no such view); closed; and why the view stopped.
  Status wait_until(std::string_view view, Position position,
                    std::chrono::steady_clock::time_point deadline) const;

  std::vector<ViewProgress> positions() const;

  /// The committed rows of a view. Errors: not_found (no such view); io, corruption.
  Result<std::unique_ptr<RowsSnapshot>> read(std::string_view view) const;

  /// Commits what was applied, flushes, and ends the thread. Errors: io.
  Status close();

 private:
  /// One view at work. What readers may see is guarded by `mutex_`; the rest is the runner's.
  struct Live {
    View view;
    std::shared_ptr<ViewTable> table;
    std::unique_ptr<BatchRows> rows;
    LogHead applied;
    LogHead committed;             ///< Guarded.
    std::optional<Error> failure;  ///< Guarded; read without by the runner, which alone sets it.
    std::string rebuilt_because;
  };

  ViewRunner(const EventLog& log, ViewRunnerOptions options);

  Status open(RocksViewStore& store, const View& view);
  void run();
  bool wait_for_work(std::deque<std::shared_ptr<const Frame>>& frames);
  Status work(std::deque<std::shared_ptr<const Frame>> frames);
  Status take_in(std::deque<std::shared_ptr<const Frame>> frames);
  Status read_log();
  Status apply_frame(const Frame& frame);
  Status decode(const RecordView& view);
  void end_frame(const LogHead& head);
  void apply_decoded();
  void apply_to(Live& live, const Record& record);
  void commit();
  void flush_if_due();
  void stop(Live& live, Error error);
  void stop_all(const Error& error);
  void report_applied();
  const Live* find(std::string_view view) const;
  bool is_closing() const;
  bool has_unflushed() const;

  const EventLog& log_;
  const ViewRunnerOptions options_;
  std::vector<Live> views_;
  LogHead head_;                     ///< The last frame that was read.
  std::vector<Record> decoded_;      ///< Up to there, not applied yet.
  std::uint64_t batch_records_ = 0;  ///< Applied since the last commit.
  Position reported_;

  mutable std::mutex mutex_;
  mutable std::condition_variable progressed_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<const Frame>> queue_;
  std::size_t queue_bytes_ = 0;
  bool must_read_log_ = true;
  bool closing_ = false;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace inmail
