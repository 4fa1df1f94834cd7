#include "events/rocks_copy.hpp"

#include <string>
#include <utility>

#include "events/head_file.hpp"
#include "events/log_format.hpp"
#include "events/rocks_log.hpp"
#include "events/rocks_options.hpp"

namespace inmail {
namespace {

constexpr std::uint64_t bytes_between_syncs = std::uint64_t{32} << 20;

std::string text_of(Position position) { return "position " + std::to_string(position.value); }

/// Makes the copy, or proves the one there is, as any opening does; says where it ends.
Result<LogHead> prepare(const LogCopyTarget& target) {
  const auto log = RocksLog::open({.path = target.path,
                                   .head_file = target.head_file,
                                   .create_if_missing = true,
                                   .store = target.store});
  if (!log) return log.error();
  if ((*log)->store() != target.store)
    return Error{ErrorCode::conflict, target.path.string() + " belongs to store " +
                                          to_text((*log)->store()) + ", not to store " +
                                          to_text(target.store)};
  return (*log)->head();
}

Result<Frame> frame_of(Bytes bytes) {
  const auto view = view_frame(bytes);
  if (!view) return view.error();
  Frame frame;
  frame.first = view->first;
  frame.count = static_cast<std::uint32_t>(view->records.size());
  frame.epoch = view->epoch;
  frame.previous = view->previous;
  frame.hash = view->hash;
  frame.bytes.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return frame;
}

/// A cursor on the first frame behind `head`, once the source was seen to hold the frame that ends
/// there.
Result<std::unique_ptr<FrameCursor>> cursor_behind(const EventLog& source, const LogHead& head,
                                                   const LogCopyTarget& target) {
  const Error other_history{
      ErrorCode::conflict,
      target.path.string() + " holds another history than the log: it ends at " +
          text_of(head.position) + ", the log at " + text_of(source.head().position) +
          "; a repair or a restore came between, so make a new one elsewhere"};
  if (head.position > source.head().position) return other_history;
  if (head.position.value == 0) return source.read(Position{1});
  auto cursor = source.read(head.position);
  if (!cursor) return cursor.error();
  const auto bytes = (*cursor)->next();
  if (!bytes) return bytes.error();
  if (!*bytes) return other_history;
  const auto frame = frame_of(**bytes);
  if (!frame) return frame.error();
  if (frame->head() != head) return other_history;
  return cursor;
}

/// Writes frames, many to a sync.
class Writer {
 public:
  Writer(RocksHandle rocks, std::unique_ptr<HeadFile> head_file, const LogHead& head)
      : rocks_(std::move(rocks)), head_file_(std::move(head_file)) {
    copied_.before = copied_.head = head;
    copied_.epoch = head_file_->mark().epoch;
  }

  Status add(const Frame& frame) {
    if (frame.epoch < epoch_of_last_)
      return Error{ErrorCode::corruption, "the epoch falls at " + text_of(frame.first)};
    if (auto follows = check_follows(frame, copied_.head, 0); !follows)
      return Error{ErrorCode::corruption, follows.error().message};
    const RocksKey key = rocks_key(frame.first);
    const auto put = rocks_->Put(rocks_write_options(/*sync=*/false), slice_of(key), frame.bytes);
    if (!put.ok()) return rocks_error("cannot write the copy", put);
    copied_.head = frame.head();
    epoch_of_last_ = frame.epoch;
    copied_.epoch = std::max(copied_.epoch, frame.epoch);
    copied_.bytes += frame.bytes.size();
    unsynced_ += frame.bytes.size();
    return unsynced_ < bytes_between_syncs ? Status{} : sync();
  }

  /// The head file never names what is not on the disk.
  Status sync() {
    if (unsynced_ == 0) return {};
    const auto synced = rocks_->SyncWAL();
    if (!synced.ok()) return rocks_error("cannot write the copy", synced);
    unsynced_ = 0;
    if (auto written = head_file_->write(copied_.epoch, copied_.head); !written) return written;
    return head_file_->sync();
  }

  const LogCopied& copied() const { return copied_; }

 private:
  const RocksHandle rocks_;
  const std::unique_ptr<HeadFile> head_file_;
  LogCopied copied_;
  std::uint64_t epoch_of_last_ = 0;
  std::uint64_t unsynced_ = 0;
};

}  // namespace

Result<LogCopied> copy_log(const EventLog& source, const LogCopyTarget& target,
                           const std::function<void(Position)>& on_progress) {
  const auto head = prepare(target);
  if (!head) return head.error();
  auto cursor = cursor_behind(source, *head, target);
  if (!cursor) return cursor.error();

  const auto lock = lock_log(system_files(), target.path);
  if (!lock) return lock.error();
  auto rocks = open_rocks_for_writing(target.path, RocksRecovery::strict, /*create=*/false);
  if (!rocks) return rocks.error();
  auto head_file = HeadFile::open(target.head_file);
  if (!head_file) return head_file.error();
  if ((*head_file)->mark().head != *head)
    return Error{ErrorCode::conflict, target.path.string() + " changed while it was written"};
  Writer writer(std::move(rocks).value(), std::move(head_file).value(), *head);
  while (true) {
    const auto bytes = (*cursor)->next();
    if (!bytes) return bytes.error();
    if (!*bytes) break;
    const auto frame = frame_of(**bytes);
    if (!frame) return frame.error();
    if (auto added = writer.add(*frame); !added) return added.error();
    if (on_progress) on_progress(frame->last());
  }
  if (auto synced = writer.sync(); !synced) return synced.error();
  return writer.copied();
}

}  // namespace inmail
