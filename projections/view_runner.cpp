#include "projections/view_runner.hpp"

#include <algorithm>
#include <utility>

#include "projections/open_view.hpp"

namespace inmail {
namespace {

constexpr std::uint32_t decoded_records_max = 512;

}  // namespace

ViewRunner::ViewRunner(const EventLog& log, ViewRunnerOptions options)
    : log_(log), options_(std::move(options)) {}

Result<std::unique_ptr<ViewRunner>> ViewRunner::start(const EventLog& log, RocksViewStore& store,
                                                      std::span<const View> views,
                                                      ViewRunnerOptions options) {
  std::unique_ptr<ViewRunner> runner(new ViewRunner(log, std::move(options)));
  for (const View& view : views)
    if (auto status = runner->open(store, view); !status) return status.error();
  for (const std::string& name : runner->options_.on_applied_views)
    if (!runner->find(name))
      return Error{ErrorCode::invalid_argument, "there is no view '" + name + "' to wait for"};

  const auto least = std::min_element(runner->views_.begin(), runner->views_.end(),
                                      [](const Live& left, const Live& right) {
                                        return left.committed.position < right.committed.position;
                                      });
  runner->head_ = least != runner->views_.end() ? least->committed : log.head();
  if (runner->options_.threaded)
    runner->thread_ = std::thread([raw = runner.get()] { raw->run(); });
  return runner;
}

Status ViewRunner::open(RocksViewStore& store, const View& view) {
  auto opened = open_view(log_, store, view.name, view.revision);
  if (!opened) return opened.error();
  Live live{view, std::move(opened->table), nullptr, {}, {}, {}, {}};
  live.rows = std::make_unique<BatchRows>(live.table, options_.cache_bytes_max);
  live.applied = live.committed = opened->checkpoint;
  live.rebuilt_because = std::move(opened->rebuilt_because);
  views_.push_back(std::move(live));
  return {};
}

ViewRunner::~ViewRunner() { static_cast<void>(close()); }

void ViewRunner::offer(std::shared_ptr<const Frame> frame) {
  std::deque<std::shared_ptr<const Frame>> dropped;
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    const std::size_t bytes = frame->bytes.size();
    if (bytes > options_.queue_bytes_max - queue_bytes_) {
      dropped.swap(queue_);
      queue_bytes_ = 0;
      must_read_log_ = true;
    } else {
      queue_.push_back(std::move(frame));
      queue_bytes_ += bytes;
    }
  }
  wake_.notify_one();
}

void ViewRunner::run() {
  std::deque<std::shared_ptr<const Frame>> frames;
  while (wait_for_work(frames)) {
    static_cast<void>(work(std::exchange(frames, {})));
    flush_if_due();
  }
}

/// False when it is time to end. No frames: the log is to be read, or a flush may be due.
bool ViewRunner::wait_for_work(std::deque<std::shared_ptr<const Frame>>& frames) {
  std::unique_lock lock(mutex_);
  const auto has_work = [this] { return closing_ || must_read_log_ || !queue_.empty(); };
  if (!has_unflushed())
    wake_.wait(lock, has_work);
  else
    wake_.wait_for(lock, options_.flush_check, has_work);
  frames.swap(queue_);
  queue_bytes_ = 0;
  return !closing_;
}

Status ViewRunner::run_until_caught_up() {
  invariant(!options_.threaded, "a runner with a thread was pumped");
  std::deque<std::shared_ptr<const Frame>> frames;
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return Error{ErrorCode::closed, "the views are closed"};
    frames.swap(queue_);
    queue_bytes_ = 0;
  }
  Status status = work(std::move(frames));
  if (status && head_.position < log_.head().position) {
    {
      const std::lock_guard lock(mutex_);
      must_read_log_ = true;
    }
    status = work({});
  }
  flush_if_due();
  return status;
}

Status ViewRunner::work(std::deque<std::shared_ptr<const Frame>> frames) {
  Status status;
  try {
    status = take_in(std::move(frames));
    commit();
  } catch (const std::exception& failure) {
    status = Error{ErrorCode::io, std::string("the views cannot go on: ") + failure.what()};
  }
  if (!status) stop_all(status.error());
  return status;
}

Status ViewRunner::take_in(std::deque<std::shared_ptr<const Frame>> frames) {
  bool must_read_log = false;
  {
    const std::lock_guard lock(mutex_);
    must_read_log = std::exchange(must_read_log_, false);
  }
  Status status;
  if (must_read_log) status = read_log();
  for (; status && !frames.empty(); frames.pop_front()) status = apply_frame(*frames.front());
  return status;
}

Status ViewRunner::read_log() {
  while (head_.position < log_.head().position) {
    auto reader = LogReader::from(log_, Position{head_.position.value + 1});
    if (!reader) return reader.error();
    const LogHead seen = head_;
    while (true) {
      auto view = reader->next();
      if (!view) return view.error();
      if (!*view) break;
      if (reader->before_first() != seen.hash)
        return Error{ErrorCode::corruption, "the log does not continue at position " +
                                                std::to_string(seen.position.value + 1) +
                                                " what the views have seen"};
      if (auto status = decode(**view); !status) return status;
      if ((*view)->header.position != reader->proven().position) continue;
      end_frame(reader->proven());
      if (is_closing()) return {};
    }
  }
  return {};
}

Status ViewRunner::apply_frame(const Frame& frame) {
  if (frame.last() <= head_.position) return {};
  if (frame.first.value != head_.position.value + 1) {
    if (auto status = read_log(); !status) return status;
    if (frame.last() <= head_.position || is_closing()) return {};
  }
  if (frame.first.value != head_.position.value + 1 || frame.previous != head_.hash)
    return Error{ErrorCode::corruption, "a frame that begins at position " +
                                            std::to_string(frame.first.value) +
                                            " does not continue what the views have seen"};
  Bytes rest =
      records_of({reinterpret_cast<const std::uint8_t*>(frame.bytes.data()), frame.bytes.size()});
  while (!rest.empty()) {
    auto view = view_record(rest);
    if (!view) return view.error();
    if (auto status = decode(*view); !status) return status;
    rest = rest.subspan(view->bytes.size());
  }
  end_frame(frame.head());
  return {};
}

Status ViewRunner::decode(const RecordView& view) {
  ++batch_records_;
  const bool is_wanted = std::any_of(views_.begin(), views_.end(), [&](const Live& live) {
    return !live.failure && live.applied.position < view.header.position;
  });
  if (!is_wanted) return {};
  auto record = decode_record(view);
  if (!record) return record.error();
  decoded_.push_back(std::move(record).value());
  return {};
}

void ViewRunner::end_frame(const LogHead& head) {
  head_ = head;
  if (decoded_.size() < std::min(decoded_records_max, options_.batch_records_max)) return;
  apply_decoded();
  std::size_t memory = 0;
  for (const Live& live : views_) memory += live.rows->bytes();
  if (batch_records_ < options_.batch_records_max && memory < options_.batch_memory_max) return;
  commit();
  flush_if_due();
}

/// One view after the other, not one record after the other: so the rows of a view stay near.
void ViewRunner::apply_decoded() {
  // Of a frame that could not be read to its end, nothing counts.
  while (!decoded_.empty() && decoded_.back().header.position > head_.position) decoded_.pop_back();
  for (Live& live : views_) {
    for (const Record& record : decoded_)
      if (!live.failure && live.applied.position < record.header.position) apply_to(live, record);
    if (!live.failure && live.applied.position < head_.position) live.applied = head_;
  }
  decoded_.clear();
}

void ViewRunner::apply_to(Live& live, const Record& record) {
  try {
    live.view.apply(*live.rows, record);
    return;
  } catch (const std::exception& failure) {
    // A fold that was shown nothing where its rows failed may well throw: they are to blame then.
    const Status rows = live.rows->status();
    const std::string what = rows ? failure.what() : rows.error().message;
    stop(live, {rows ? ErrorCode::corruption : rows.error().code,
                "view " + std::string(live.view.name) + " stopped at position " +
                    std::to_string(record.header.position.value) + ": " + what});
  }
}

void ViewRunner::commit() {
  apply_decoded();
  batch_records_ = 0;
  for (Live& live : views_) {
    if (live.failure || live.applied == live.committed) continue;
    auto status = live.rows->commit(live.applied);
    if (!status) {
      stop(live, status.error());
      continue;
    }
    const std::lock_guard lock(mutex_);
    live.committed = live.applied;
  }
  progressed_.notify_all();
  report_applied();
}

void ViewRunner::report_applied() {
  if (!options_.on_applied) return;
  const auto& names = options_.on_applied_views;
  std::optional<Position> least;
  for (const Live& live : views_) {
    if (!names.empty() && std::find(names.begin(), names.end(), live.view.name) == names.end())
      continue;
    least = std::min(least.value_or(live.committed.position), live.committed.position);
  }
  if (!least || *least <= reported_) return;
  reported_ = *least;
  options_.on_applied(reported_);
}

void ViewRunner::flush_if_due() {
  const Timestamp now = options_.now
                            ? options_.now()
                            : std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
  for (Live& live : views_) {
    if (live.failure) continue;
    if (auto status = live.table->flush_if_due(now); !status) stop(live, status.error());
  }
}

void ViewRunner::stop(Live& live, Error error) {
  live.rows->discard();
  {
    const std::lock_guard lock(mutex_);
    live.failure = std::move(error);
  }
  progressed_.notify_all();
}

void ViewRunner::stop_all(const Error& error) {
  for (Live& live : views_)
    if (!live.failure) stop(live, error);
}

const ViewRunner::Live* ViewRunner::find(std::string_view view) const {
  const auto found = std::find_if(views_.begin(), views_.end(),
                                  [&](const Live& live) { return live.view.name == view; });
  return found == views_.end() ? nullptr : &*found;
}

bool ViewRunner::is_closing() const {
  const std::lock_guard lock(mutex_);
  return closing_;
}

bool ViewRunner::has_unflushed() const {
  return std::any_of(views_.begin(), views_.end(),
                     [](const Live& live) { return !live.failure && live.table->has_unflushed(); });
}

Status ViewRunner::wait_until(std::string_view view, Position position,
                              std::chrono::steady_clock::time_point deadline) const {
  const Live* live = find(view);
  if (!live) return Error{ErrorCode::not_found, "there is no view '" + std::string(view) + "'"};
  std::unique_lock lock(mutex_);
  while (live->committed.position < position) {
    if (live->failure) return *live->failure;
    if (closed_) return Error{ErrorCode::closed, "the views are closed"};
    const bool is_over =
        !options_.threaded || progressed_.wait_until(lock, deadline) == std::cv_status::timeout;
    if (is_over && live->committed.position < position)
      return Error{ErrorCode::timed_out, "view " + std::string(view) + " is at position " +
                                             std::to_string(live->committed.position.value) +
                                             ", not yet at " + std::to_string(position.value)};
  }
  return {};
}

std::vector<ViewProgress> ViewRunner::positions() const {
  const std::lock_guard lock(mutex_);
  std::vector<ViewProgress> all;
  for (const Live& live : views_)
    all.push_back(
        {std::string(live.view.name), live.committed.position, live.failure, live.rebuilt_because});
  return all;
}

Result<std::unique_ptr<RowsSnapshot>> ViewRunner::read(std::string_view view) const {
  const Live* live = find(view);
  if (!live) return Error{ErrorCode::not_found, "there is no view '" + std::string(view) + "'"};
  return live->table->snapshot();
}

Status ViewRunner::close() {
  {
    std::unique_lock lock(mutex_);
    if (std::exchange(closing_, true)) {
      progressed_.wait(lock, [this] { return closed_; });
      return {};
    }
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  Status status;
  for (Live& live : views_)
    if (!live.failure && live.table->has_unflushed())
      if (auto flushed = live.table->flush(); !flushed) status = flushed;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  progressed_.notify_all();
  return status;
}

}  // namespace inmail
