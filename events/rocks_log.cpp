#include "events/rocks_log.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "events/head_file.hpp"
#include "events/log_format.hpp"
#include "events/rocks_cursor.hpp"
#include "events/rocks_options.hpp"
#include "events/rocks_proof.hpp"
#include "events/rocks_wal.hpp"

namespace inmail {

struct RocksLog::Parts {
  Parts(const RocksLogOptions& opened_with, StoreId id) : options(opened_with), store(id) {}

  const RocksLogOptions options;
  const StoreId store;
  std::shared_ptr<File> lock;           ///< Only the owner's. Goes after the database.
  std::unique_ptr<HeadFile> head_file;  ///< Only the owner's.
  RocksHandle rocks;
  std::optional<std::string> torn_tail;

  mutable std::mutex mutex;  ///< Guards what follows.
  LogHead head;
  std::uint64_t epoch = 1;
  std::optional<Error> failure;  ///< Of an append: what is there is not known any more.
};

namespace {

namespace fs = std::filesystem;

/// A live owner may delete a file between its being listed and its being opened.
constexpr int read_attempts_max = 3;

/// The mark that the log must live up to; nothing if there is no head file and `options` accept
/// that, or there need not be one yet. Errors: corruption, newer_format, io.
Result<std::optional<HeadMark>> mark_for(const RocksLogOptions& options, const LogFormat& format) {
  const auto mark = HeadFile::read(options.head_file, *options.files);
  if (!mark) {
    if (mark.error().code == ErrorCode::not_found) return std::optional<HeadMark>{};
    return mark.error();
  }
  if (mark->store != format.store)
    return Error{ErrorCode::corruption,
                 options.head_file.string() + " belongs to store " + to_text(mark->store) +
                     ", and " + options.path.string() + " to store " + to_text(format.store)};
  return std::optional<HeadMark>{*mark};
}

/// An empty log needs no head file: the creation may have been cut short before there was one.
Status check_head_file(const RocksLogOptions& options, const std::optional<HeadMark>& mark,
                       const LogHead& head) {
  if (mark || options.accept_missing_head || head.position.value == 0) return {};
  return Error{ErrorCode::corruption,
               options.head_file.string() +
                   " is missing: nothing else can tell whether the log, which ends at position " +
                   std::to_string(head.position.value) +
                   ", has lost its end; `inmail repair` writes a new one"};
}

std::uint64_t epoch_of(const std::optional<HeadMark>& mark, std::uint64_t last_epoch) {
  return std::max({std::uint64_t{1}, mark ? mark->epoch : 0, last_epoch});
}

/// Whether RocksDB has to make its database: only FORMAT is there. Errors: corruption when files of
/// a database are there without the one that every database has.
Result<bool> is_to_be_made(const RocksLogOptions& options, const std::optional<HeadMark>& mark) {
  const fs::path& folder = options.path;
  if (options.files->exists(folder / "CURRENT")) return false;
  const auto names = options.files->list(folder);
  if (!names) return Error{ErrorCode::io, names.error().message};
  bool holds_data = mark && mark->head.position.value > 0;
  for (const std::string& name : *names)
    holds_data |= name.ends_with(".sst") || name.ends_with(".log");
  if (!holds_data) return true;
  return Error{ErrorCode::corruption, folder.string() +
                                          ": the log cannot be read from position 1 on: its file "
                                          "CURRENT is missing"};
}

/// How far a reader may show a log that ends at `head`. If its owner is at work, the last frame may
/// not be synced yet, and a loss of power would take it back: what lies behind the owner's mark is
/// synced here first. Where that fails, it is not shown. Errors: io.
Result<LogHead> durable_head(const RocksLogOptions& options, const LogHead& head) {
  const auto mark = HeadFile::read(options.head_file, *options.files);
  if (mark && mark->head.position >= head.position) return head;
  const auto synced = sync_wals(*options.files, options.path);
  if (synced) return head;
  if (mark) return mark->head;
  return synced.error();
}

Error cut_short(const fs::path& folder) {
  return {ErrorCode::not_found,
          "there is no log at " + folder.string() + ": its creation was cut short"};
}

/// The format of the log, made if need be.
Result<LogFormat> format_for(const RocksLogOptions& options) {
  auto format = read_log_format(*options.files, options.path);
  if (format || !options.create_if_missing || format.error().code != ErrorCode::not_found)
    return format;
  const LogFormat made{.store = options.store};
  const auto written = write_log_format(*options.files, options.path, made);
  // Whoever creates the same log at the same time may have been first.
  if (!written && written.error().code != ErrorCode::conflict) return written.error();
  return read_log_format(*options.files, options.path);
}

/// Finds out where the log ends before RocksDB may write. Requires: the log is locked.
Result<LogProof> prove_before_writing(const RocksLogOptions& options,
                                      const std::optional<HeadMark>& mark) {
  auto proof = prove_log(*options.files, options.path, mark, /*is_live=*/false);
  if (!proof) return proof;
  if (auto known = check_head_file(options, mark, proof->end()); !known) return known.error();
  if (proof->torn_tail) {
    const std::string name = "behind-" + std::to_string(proof->head.position.value);
    if (auto copied = copy_wals(*options.files, options.path, options.path / "torn" / name);
        !copied)
      return copied.error();
  }
  if (proof->frame_behind)
    if (auto kept =
            replace_whole(*options.files, put_back_file(options.path), proof->frame_behind->bytes);
        !kept)
      return kept.error();
  proof->rocks.reset();
  return proof;
}

/// Lets RocksDB recover what `proof` found.
Result<RocksHandle> open_proven(const RocksLogOptions& options, const LogProof& proof, bool make) {
  auto rocks = open_rocks_for_writing(options.path, proof.recovery, make, *options.files);
  if (!rocks) return rocks;
  const auto end = end_of_log(**rocks);
  if (!end) return end.error();
  if (end->head == proof.head) return rocks;
  return Error{ErrorCode::corruption, options.path.string() + " changed while it was opened"};
}

/// Writes the frame again that RocksDB does not see. Durable on return. Errors: io.
Status put_back(rocksdb::DB& rocks, const FrameBehind& frame) {
  const RocksKey key = rocks_key(frame.first);
  const auto put = rocks.Put(rocks_write_options(/*sync=*/true), slice_of(key), frame.bytes);
  return put.ok() ? Status{} : Status{rocks_error("cannot write the last frame again", put)};
}

/// For the host's log.
std::optional<std::string> told_of_torn_tail(const LogProof& proof) {
  if (!proof.torn_tail) return {};
  return (proof.frame_behind ? "a last frame that was torn, but is whole, was written again: "
                             : "a torn last frame was dropped: ") +
         *proof.torn_tail;
}

}  // namespace

RocksLog::RocksLog(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

RocksLog::~RocksLog() {
  // Before the head file, which must never name what is not there.
  if (parts_->rocks && !parts_->options.sync_frames) [[maybe_unused]]
    const auto ignored = parts_->rocks->SyncWAL();
}

Result<std::unique_ptr<RocksLog>> RocksLog::open(const RocksLogOptions& options) {
  if (options.access == LogAccess::write) return open_for_writing(options);
  for (int attempt = 1;; ++attempt) {
    auto log = open_for_reading(options);
    const bool may_help =
        !log && (log.error().code == ErrorCode::corruption || log.error().code == ErrorCode::io);
    if (!may_help || attempt == read_attempts_max) return log;
  }
}

Result<std::unique_ptr<RocksLog>> RocksLog::open_for_writing(const RocksLogOptions& options) {
  const auto format = format_for(options);
  if (!format) return format.error();
  auto lock = lock_log(*options.files, options.path);
  if (!lock) return lock.error();
  const auto mark = mark_for(options, *format);
  if (!mark) return mark.error();
  const auto make = is_to_be_made(options, *mark);
  if (!make) return make.error();
  if (*make && !options.create_if_missing) return cut_short(options.path);

  auto proof = *make ? LogProof{} : prove_before_writing(options, *mark);
  if (!proof) return proof.error();
  if (auto raised = raise_log_format(*options.files, options.path); !raised) return raised.error();
  auto rocks = open_proven(options, *proof, *make);
  if (!rocks) return rocks.error();
  const LogHead head = proof->end();
  if (proof->frame_behind) {
    if (auto put = put_back(**rocks, *proof->frame_behind); !put) return put.error();
    proof->epoch = proof->frame_behind->epoch;
  }
  const std::uint64_t epoch = epoch_of(*mark, proof->epoch);
  auto head_file =
      *mark ? HeadFile::open(options.head_file, *options.files)
            : HeadFile::create(options.head_file, {format->store, epoch, head}, *options.files);
  if (!head_file) return head_file.error();
  // What was recovered behind the mark is durable by now, and may be answered for: a mark that a
  // loss of power took back must not be all that the next opening has to go by.
  if ((*head_file)->mark().head != head) {
    if (auto written = (*head_file)->write(epoch, head); !written) return written.error();
    if (auto synced = (*head_file)->sync(); !synced) return synced.error();
  }
  if (const fs::path kept = put_back_file(options.path); options.files->exists(kept))
    if (auto removed = options.files->remove(kept); !removed) return removed.error();

  auto parts = std::make_unique<Parts>(options, format->store);
  parts->lock = std::move(lock).value();
  parts->head_file = std::move(head_file).value();
  parts->rocks = std::move(rocks).value();
  parts->torn_tail = told_of_torn_tail(*proof);
  parts->head = head;
  parts->epoch = epoch;
  return std::unique_ptr<RocksLog>(new RocksLog(std::move(parts)));
}

Result<std::unique_ptr<RocksLog>> RocksLog::open_for_reading(const RocksLogOptions& options) {
  const auto format = read_log_format(*options.files, options.path);
  if (!format) return format.error();
  // Read before the log is: what the owner writes meanwhile lies behind this mark.
  const auto mark = mark_for(options, *format);
  if (!mark) return mark.error();
  const auto is_cut_short = is_to_be_made(options, *mark);
  if (!is_cut_short) return is_cut_short.error();
  if (*is_cut_short) return cut_short(options.path);

  auto proof = options.access == LogAccess::follow
                   ? prove_followed(*options.files, options.path, *mark)
                   : prove_log(*options.files, options.path, *mark, /*is_live=*/true);
  if (!proof) return proof.error();
  if (auto known = check_head_file(options, *mark, proof->head); !known) return known.error();
  const auto shown = durable_head(options, proof->head);
  if (!shown) return shown.error();

  auto parts = std::make_unique<Parts>(options, format->store);
  parts->rocks = std::move(proof->rocks);
  parts->head = *shown;
  parts->epoch = epoch_of(*mark, proof->epoch);
  return std::unique_ptr<RocksLog>(new RocksLog(std::move(parts)));
}

LogHead RocksLog::head() const {
  const std::lock_guard lock(parts_->mutex);
  return parts_->head;
}

std::uint64_t RocksLog::epoch() const {
  const std::lock_guard lock(parts_->mutex);
  return parts_->epoch;
}

Status RocksLog::append(const Frame& frame) {
  Parts& parts = *parts_;
  if (parts.options.access != LogAccess::write)
    return Error{ErrorCode::closed, "the log was opened for reading"};
  {
    const std::lock_guard lock(parts.mutex);
    if (parts.failure)
      return Error{ErrorCode::closed, "the log takes nothing more until it is opened again: " +
                                          parts.failure->message};
    auto follows = check_follows(frame, parts.head, parts.epoch);
    if (!follows) return follows;
  }

  const RocksKey key = rocks_key(frame.first);
  const auto put =
      parts.rocks->Put(rocks_write_options(parts.options.sync_frames), slice_of(key), frame.bytes);
  Status written;
  if (put.ok())
    written = parts.head_file->write(frame.epoch, frame.head());
  else
    written = Error{ErrorCode::io, "the outcome of writing position " +
                                       std::to_string(frame.first.value) +
                                       " is unknown: " + put.ToString()};

  const std::lock_guard lock(parts.mutex);
  if (!written) {
    parts.failure = written.error();
    return written;
  }
  parts.head = frame.head();
  parts.epoch = frame.epoch;
  return {};
}

Result<std::unique_ptr<FrameCursor>> RocksLog::read(Position from) const {
  return std::unique_ptr<FrameCursor>(new RocksCursor(*parts_->rocks, from, head().position));
}

const StoreId& RocksLog::store() const { return parts_->store; }

const std::optional<std::string>& RocksLog::torn_tail() const { return parts_->torn_tail; }

Status RocksLog::sync_head() { return parts_->head_file ? parts_->head_file->sync() : Status{}; }

Status RocksLog::catch_up() {
  Parts& parts = *parts_;
  invariant(parts.options.access == LogAccess::follow,
            "only a log that follows another catches up");
  const auto caught_up = parts.rocks->TryCatchUpWithPrimary();
  if (!caught_up.ok())
    return Error{ErrorCode::io, "cannot follow the log: " + caught_up.ToString()};
  const auto end = end_of_log(*parts.rocks);
  if (!end) return end.error();
  if (end->head.position <= head().position) return {};
  const auto shown = durable_head(parts.options, end->head);
  if (!shown) return shown.error();
  const std::lock_guard lock(parts.mutex);
  if (shown->position <= parts.head.position) return {};
  parts.head = *shown;
  parts.epoch = std::max(parts.epoch, end->epoch);
  return {};
}

}  // namespace inmail
