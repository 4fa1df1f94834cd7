#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "events/event_log.hpp"
#include "events/frame.hpp"
#include "events/ids.hpp"
#include "events/keys.hpp"
#include "events/result.hpp"

namespace inmail {

/// Called once per entry, in order: with the position of the entry's last record once it is
/// durable, or with the error that makes its fate unknown. Runs on the journal's thread (or in
/// `pump`): short, no blocking, must not throw.
using OnDurable = std::function<void(Result<Position>)>;

/// What one decision hands in: records made by `encode_record`, one after another. At least one,
/// and never torn apart: all are in one frame.
struct JournalEntry {
  std::string records;
  std::uint32_t count = 0;
  OnDurable on_durable;
};

struct JournalOptions {
  bool threaded = true;  ///< False: nothing is written but by `pump` (seeded runs).
  /// A frame closes before the entry that would take it past one of these; an entry that is larger
  /// by itself has a frame by itself. Bytes of records are counted.
  std::uint32_t frame_records_max = 8192;
  std::size_t frame_bytes_max = std::size_t{4} << 20;
};

/// One FIFO in front of the log. Deciders hand in and go on; a thread of its own drains what has
/// gathered into one frame, syncs the keys, appends, and answers. So a cause is always before its
/// effect in the log, and only replies wait for the disk. The queue has no limit of its own: who
/// admits commands bounds what is in flight.
///
/// Any thread may call any method, but `on_frame` and `pump`, which belong to whoever drives the
/// journal. The log and the key store must outlive the journal; nobody else may append to the log.
/// After a crash, entries whose `on_durable` was called with a position are in the log; of the
/// others, a prefix in order.
///
/// The first error of the key store or of the log ends the journal: the entries of that frame and
/// all later ones are answered with it. So does a Defect or an exception from a callback, as
/// `closed`; what was durable by then is answered with its position.
class Journal {
 public:
  Journal(EventLog& log, KeyStore& keys, JournalOptions options);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Takes an entry at the end of the queue and returns the position of its last record (void if
  /// the journal fails before it is written). After a failure the entry is answered in its turn
  /// with the error, after `close` at once and by the caller's thread; zero is returned.
  Position append(JournalEntry entry);

  /// Position of the last record handed in, and of the last durable one.
  Position handed_in() const { return Position{handed_in_.load(std::memory_order_acquire)}; }
  Position durable() const { return Position{durable_.load(std::memory_order_acquire)}; }

  /// Called with each durable frame, in order, before the entries of that frame are answered. Set
  /// before the first append.
  void on_frame(std::function<void(const std::shared_ptr<const Frame>&)> listener);

  /// Only without a thread: writes what has gathered, as one frame or several by count; says
  /// whether there was anything. What callbacks hand in meanwhile waits for the next call.
  bool pump();

  /// Why the journal no longer writes, if so.
  std::optional<Error> failure() const;

  /// Writes what was handed in, answers it, and ends the thread. Later entries are answered
  /// `closed`. Requires: not called by a callback.
  void close();

 private:
  using Entries = std::span<JournalEntry>;

  void run();
  bool take_queue();
  void write_taken();
  std::size_t frame_size(Entries rest) const;
  void commit(Entries entries);
  std::optional<Error> write_frame(Entries entries);
  void tell_listener(const std::shared_ptr<const Frame>& frame);
  void answer(JournalEntry& entry, const Result<Position>& result);
  void fail(const Error& error);

  EventLog& log_;
  KeyStore& keys_;
  const JournalOptions options_;
  std::function<void(const std::shared_ptr<const Frame>&)> listener_;

  std::atomic<std::uint64_t> handed_in_;
  std::atomic<std::uint64_t> durable_;

  // Only for who writes: the thread, or the caller of `pump`.
  std::vector<JournalEntry> taken_;
  FrameBuilder builder_;

  mutable std::mutex mutex_;  ///< Guards what follows.
  std::condition_variable wake_;
  std::vector<JournalEntry> queue_;
  std::optional<Error> failure_;
  bool thread_waits_ = false;
  bool pumping_ = false;
  bool closing_ = false;

  std::once_flag joined_;
  std::thread thread_;
};

}  // namespace inmail
