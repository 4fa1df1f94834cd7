#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "events/frame.hpp"
#include "events/ids.hpp"
#include "events/record.hpp"
#include "events/result.hpp"

namespace inmail {

/// Walks over the frames of a log as it stood when the cursor was made. One thread; the log must
/// outlive it.
class FrameCursor {
 public:
  virtual ~FrameCursor() = default;

  /// The stored bytes of the next frame, valid until the next call; nothing at the end.
  /// Errors: io, corruption (what the storage itself noticed).
  virtual Result<std::optional<Bytes>> next() = 0;
};

/// The only truth of a store: frames of records, in order, append-only.
///
/// `append` is for one thread at a time; all else may be called by any thread at any time.
/// After a crash the log holds every frame whose `append` returned, and of the one that was under
/// way all or nothing.
class EventLog {
 public:
  virtual ~EventLog() = default;

  /// Where the log ends: the last frame that is durable.
  virtual LogHead head() const = 0;

  /// The epoch under which appends are accepted; a frame of a lower one is refused (fencing), one
  /// of a higher one raises it.
  virtual std::uint64_t epoch() const = 0;

  /// Adds one frame, durable on return. Errors: conflict (does not follow `head()`, or carries an
  /// older epoch; nothing was written); io (**outcome unknown**: the frame may or may not be there
  /// after reopening; every later append is refused with `closed` until then).
  virtual Status append(const Frame& frame) = 0;

  /// Frames from the one that holds `from` on. Errors: io, corruption.
  virtual Result<std::unique_ptr<FrameCursor>> read(Position from) const = 0;
};

/// Reads records one by one and proves what it reads: hashes, the chain, dense positions. The chain
/// is checked from the first frame that is read; whether that one follows what came before it, only
/// who reads from position 1 knows. One thread; the log must outlive it.
class LogReader {
 public:
  static Result<LogReader> from(const EventLog& log, Position first);

  /// The next record, valid until the next call; nothing at the end of the log as it stood when the
  /// reader was made. Errors: io, corruption, newer_format; the message names the first position
  /// that cannot be read.
  Result<std::optional<RecordView>> next();

  /// The frame of the last record that `next` returned: up to here the chain is proven.
  const LogHead& proven() const { return proven_; }
  /// The hash that the first frame read claims of the one before it.
  const std::optional<Hash>& before_first() const { return before_first_; }

 private:
  LogReader(std::unique_ptr<FrameCursor> cursor, Position first);

  Result<bool> next_frame();

  std::unique_ptr<FrameCursor> cursor_;
  FrameView frame_;
  std::size_t at_ = 0;
  Position first_;
  Position expected_;  ///< Zero until the first frame was read.
  LogHead proven_;
  std::optional<Hash> before_first_;
};

/// Calls `visit` for each decoded record from `first` on, until it returns false or the log ends.
/// Returns where it stopped. Errors: as `LogReader::next`, and what `decode_record` returns.
Result<LogHead> for_each_record(const EventLog& log, Position first,
                                const std::function<bool(const Record&)>& visit);

/// BLAKE2b over the bytes of all records in order: the same for every framing of the same records.
/// Reads the whole log. Errors: as `LogReader::next`.
Result<Hash> log_digest(const EventLog& log);

}  // namespace inmail
