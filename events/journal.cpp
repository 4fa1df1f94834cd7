#include "events/journal.hpp"

#include <exception>
#include <utility>

namespace inmail {
namespace {

/// Runs `work`; what it throws comes back as the error that ends the journal.
template <class Work>
std::optional<Error> caught(Work&& work) {
  const auto stopped = [](const char* what) {
    return Error{ErrorCode::closed, std::string("the journal was stopped: ") + what};
  };
  try {
    return std::forward<Work>(work)();
  } catch (const std::exception& failure) {
    return stopped(failure.what());
  } catch (...) {
    return stopped("something unknown was thrown");
  }
}

}  // namespace

Journal::Journal(EventLog& log, KeyStore& keys, JournalOptions options)
    : log_(log),
      keys_(keys),
      options_(options),
      handed_in_(log.head().position.value),
      durable_(handed_in_.load()) {
  if (options_.threaded) thread_ = std::thread([this] { run(); });
}

Journal::~Journal() { close(); }

void Journal::on_frame(std::function<void(const std::shared_ptr<const Frame>&)> listener) {
  const std::lock_guard lock(mutex_);
  listener_ = std::move(listener);
}

Position Journal::append(JournalEntry entry) {
  invariant(entry.count > 0 && !entry.records.empty(), "a journal entry holds at least one record");
  std::unique_lock lock(mutex_);
  const bool nobody_will_answer = closing_ || (failure_ && !options_.threaded && !pumping_);
  if (nobody_will_answer) {
    const Error error = failure_.value_or(Error{ErrorCode::closed, "the journal was closed"});
    lock.unlock();
    answer(entry, error);
    return {};
  }

  Position last;
  if (!failure_) {
    last = Position{handed_in_.load(std::memory_order_relaxed) + entry.count};
    handed_in_.store(last.value, std::memory_order_release);
  }
  queue_.push_back(std::move(entry));
  const bool wake = std::exchange(thread_waits_, false);
  lock.unlock();
  if (wake) wake_.notify_one();
  return last;
}

bool Journal::pump() {
  invariant(!options_.threaded, "a journal with a thread is not pumped");
  {
    const std::lock_guard lock(mutex_);
    invariant(!pumping_, "a callback of the journal pumped it");
    pumping_ = true;
  }
  bool did_any = false;
  while (take_queue()) {
    did_any = true;
    write_taken();
    if (!failure()) break;
  }
  const std::lock_guard lock(mutex_);
  pumping_ = false;
  return did_any;
}

std::optional<Error> Journal::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void Journal::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  std::call_once(joined_, [this] {
    if (options_.threaded)
      thread_.join();
    else
      pump();
  });
}

void Journal::run() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      while (queue_.empty() && !closing_) {
        thread_waits_ = true;
        wake_.wait(lock);
      }
      thread_waits_ = false;
    }
    if (!take_queue()) return;
    write_taken();
  }
}

bool Journal::take_queue() {
  const std::lock_guard lock(mutex_);
  taken_.swap(queue_);
  return !taken_.empty();
}

void Journal::write_taken() {
  for (Entries rest(taken_); !rest.empty();) {
    const Entries entries = rest.first(frame_size(rest));
    commit(entries);
    rest = rest.subspan(entries.size());
  }
  taken_.clear();
}

std::size_t Journal::frame_size(Entries rest) const {
  std::size_t size = 1;
  std::uint64_t records = rest[0].count;
  std::size_t bytes = rest[0].records.size();
  for (; size < rest.size(); ++size) {
    records += rest[size].count;
    bytes += rest[size].records.size();
    if (records > options_.frame_records_max || bytes > options_.frame_bytes_max) break;
  }
  return size;
}

void Journal::commit(Entries entries) {
  Position last = durable();
  auto failed = failure();
  if (!failed) {
    failed = caught([&] { return write_frame(entries); });
    if (failed) fail(*failed);
  }
  for (JournalEntry& entry : entries) {
    last.value += entry.count;
    answer(entry, failed ? Result<Position>(*failed) : Result<Position>(last));
  }
}

std::optional<Error> Journal::write_frame(Entries entries) {
  std::size_t bytes = 0;
  for (const JournalEntry& entry : entries) bytes += entry.records.size();
  const LogHead head = log_.head();
  invariant(head.position == durable(), "only the journal appends to its log");
  builder_.begin(head, log_.epoch(), bytes);
  Position last = head.position;
  for (const JournalEntry& entry : entries) {
    last.value += entry.count;
    invariant(builder_.add(entry.records) == last,
              "a journal entry holds as many records as it says");
  }

  if (auto synced = keys_.sync(); !synced) return synced.error();
  const auto frame = std::make_shared<const Frame>(builder_.seal());
  if (auto appended = log_.append(*frame); !appended) return appended.error();
  durable_.store(last.value, std::memory_order_release);
  tell_listener(frame);
  return {};
}

void Journal::tell_listener(const std::shared_ptr<const Frame>& frame) {
  if (!listener_) return;
  const auto thrown = caught([&]() -> std::optional<Error> {
    listener_(frame);
    return {};
  });
  if (thrown) fail(*thrown);
}

void Journal::answer(JournalEntry& entry, const Result<Position>& result) {
  if (!entry.on_durable) return;
  const auto thrown = caught([&]() -> std::optional<Error> {
    entry.on_durable(result);
    return {};
  });
  if (thrown) fail(*thrown);
}

void Journal::fail(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = error;
}

}  // namespace inmail
