#include "events/rocks_proof.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "events/rocks_cursor.hpp"
#include "events/rocks_wal.hpp"

namespace inmail {
namespace {

constexpr std::size_t tail_frames_min = 64;

std::string text_of(Position position) { return "position " + std::to_string(position.value); }

/// A frame of the tail, without its records.
struct Link {
  Position first;
  LogHead head;
  std::uint64_t epoch = 0;
  Hash previous{};
  std::size_t bytes = 0;
};

Result<Link> link_in(const Result<Bytes>& bytes) {
  if (!bytes) return bytes.error();
  const auto frame = view_frame(*bytes);
  if (!frame) return frame.error();
  return Link{frame->first,
              {Position{frame->first.value + frame->records.size() - 1}, frame->hash},
              frame->epoch,
              frame->previous,
              bytes->size()};
}

/// Whether `later` comes right after `earlier`; the beginning of the log is an earlier of zeros.
Status check_link(const Link& earlier, const Link& later) {
  if (later.first.value != earlier.head.position.value + 1)
    return Error{ErrorCode::corruption, "behind " + text_of(earlier.head.position) +
                                            " the log goes on at " + text_of(later.first)};
  if (later.previous != earlier.head.hash)
    return Error{ErrorCode::corruption, "the hash chain is broken at " + text_of(later.first)};
  if (later.epoch < earlier.epoch)
    return Error{ErrorCode::corruption, "the epoch falls at " + text_of(later.first)};
  return {};
}

/// Walks from the end of a log back over its tail.
class TailCheck {
 public:
  TailCheck(const std::optional<HeadMark>& mark, std::uint64_t bytes_min)
      : mark_(mark),
        bytes_min_(bytes_min),
        has_met_mark_(!mark || mark->head.position.value == 0) {}

  Result<LogEnd> run(rocksdb::DB& db) {
    const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator(rocks_read_options()));
    for (at->SeekToLast(); at->Valid() && !is_enough(); at->Prev()) {
      const auto link = link_in(stored_frame(*at));
      if (!link) return link.error();
      auto good = take(*link);
      if (!good) return good.error();
    }
    if (!at->status().ok()) return rocks_error("cannot read the end of the log", at->status());
    if (!at->Valid()) {
      auto good = take_beginning();
      if (!good) return good.error();
    }
    return end_;
  }

  /// What was read is good from here on.
  Position good_from() const { return frames_ > 0 ? earliest_.first : Position{UINT64_MAX}; }

  /// All that was read is good, but it is not what the head file says.
  bool disagrees_with_mark() const { return disagrees_with_mark_; }

 private:
  bool is_enough() const {
    return frames_ >= tail_frames_min && bytes_ >= bytes_min_ && has_met_mark_;
  }

  Status take(const Link& link) {
    if (frames_ == 0) {
      end_ = {link.head, link.epoch};
      if (mark_ && link.head.position < mark_->head.position) return ends_too_early();
    } else if (auto linked = check_link(link, earliest_); !linked) {
      return linked;
    }
    earliest_ = link;
    ++frames_;
    bytes_ += link.bytes;
    if (has_met_mark_ || link.head.position > mark_->head.position) return {};
    has_met_mark_ = true;
    if (link.head == mark_->head) return {};
    disagrees_with_mark_ = true;
    return Error{ErrorCode::corruption,
                 "the log holds another history than was acknowledged: the head file knows another "
                 "hash at " +
                     text_of(mark_->head.position)};
  }

  Status take_beginning() {
    if (frames_ > 0) return check_link(Link{}, earliest_);
    return has_met_mark_ ? Status{} : ends_too_early();
  }

  Status ends_too_early() {
    disagrees_with_mark_ = true;
    return Error{ErrorCode::corruption, "acknowledged events are missing: the head file says " +
                                            text_of(mark_->head.position) + ", the log ends at " +
                                            text_of(end_.head.position)};
  }

  const std::optional<HeadMark>& mark_;
  const std::uint64_t bytes_min_;
  bool has_met_mark_;
  bool disagrees_with_mark_ = false;
  std::size_t frames_ = 0;
  std::uint64_t bytes_ = 0;
  Link earliest_;
  LogEnd end_;
};

/// Follows the frames from the one that begins at `at`, and says where they cannot be followed.
Position end_of_chain(FrameFinder& finder, Position at) {
  std::optional<Link> before;
  while (true) {
    const auto link = link_in(finder.at(at));
    if (!link || (before && !check_link(*before, *link))) return at;
    before = *link;
    at = Position{link->head.position.value + 1};
  }
}

/// The first position that cannot be read, for a tail that is good from `good_from` on only. Reads
/// the first and the last frame of each table, and of one table all.
Position first_unreadable(rocksdb::DB& db, Position good_from) {
  FrameFinder finder(db);
  Position start{1};
  for (const RocksTable& table : finder.tables()) {
    const bool is_good = link_in(finder.at(table.smallest)) && link_in(finder.at(table.largest));
    if (!is_good) return end_of_chain(finder, table.smallest);
    if (table.smallest < good_from) start = table.smallest;
  }
  return end_of_chain(finder, start);
}

Error unreadable(const std::filesystem::path& folder, Position from, const Error& why) {
  const auto code = why.code == ErrorCode::newer_format ? why.code : ErrorCode::corruption;
  return {code, folder.string() + ": the log cannot be read from " + text_of(from) +
                    " on: " + why.message};
}

/// What lies intact behind the end that RocksDB sees: nothing, or the one frame that comes next, as
/// a loss of power may leave it. An owner syncs each frame before it writes the next, so more than
/// one is damage.
Result<std::optional<FrameBehind>> frame_behind(FileSystem& files,
                                                const std::filesystem::path& folder,
                                                const std::optional<HeadMark>& mark,
                                                const LogEnd& end, const std::string& why) {
  const Link last{{}, end.head, std::max(end.epoch, mark ? mark->epoch : 0), {}, 0};
  std::optional<FrameBehind> next;
  bool is_one = true;
  Position up_to;
  const auto read = for_each_frame_in_wals(files, folder, end.head.position, [&](Bytes bytes) {
    const auto link = link_in(bytes);
    if (!link) return;
    up_to = std::max(up_to, link->head.position);
    if (next && next->head == link->head) return;  // A copy of it.
    is_one = is_one && !next && check_link(last, *link);
    if (is_one)
      next = FrameBehind{{reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                         link->first,
                         link->head,
                         link->epoch};
  });
  if (!read) return read.error();
  if (is_one) return next;
  return unreadable(folder, Position{end.head.position.value + 1},
                    {ErrorCode::corruption,
                     why + "; intact events up to " + text_of(up_to) + " lie behind the damage"});
}

Result<LogEnd> check_tail(FileSystem& files, const std::filesystem::path& folder,
                          const std::optional<HeadMark>& mark, rocksdb::DB& db) {
  const auto bytes = wal_bytes(files, folder);
  if (!bytes) return bytes.error();
  TailCheck check(mark, *bytes);
  auto end = check.run(db);
  if (end || end.error().code == ErrorCode::io) return end;
  if (check.disagrees_with_mark())
    return Error{end.error().code, folder.string() + ": " + end.error().message};
  return unreadable(folder, first_unreadable(db, check.good_from()), end.error());
}

/// RocksDB refuses the log for `refusal`. Either the last frame was torn before it was
/// acknowledged, or this says where the damage begins.
Result<LogProof> prove_torn_tail(FileSystem& files, const std::filesystem::path& folder,
                                 const std::optional<HeadMark>& mark, const Error& refusal) {
  auto rocks = open_rocks_for_reading(folder, RocksRecovery::point_in_time, files);
  if (!rocks) {
    rocks = open_rocks_for_reading(folder, RocksRecovery::diagnostic, files);
    const Position from = rocks ? first_unreadable(**rocks, Position{UINT64_MAX}) : Position{1};
    return unreadable(folder, from, refusal);
  }
  const auto end = check_tail(files, folder, mark, **rocks);
  if (!end) return Error{end.error().code, end.error().message + " (" + refusal.message + ")"};
  auto behind = frame_behind(files, folder, mark, *end, refusal.message);
  if (!behind) return behind.error();
  return LogProof{end->head,
                  end->epoch,
                  refusal.message,
                  std::move(behind).value(),
                  RocksRecovery::point_in_time,
                  std::move(rocks).value()};
}

}  // namespace

Result<LogProof> prove_log(FileSystem& files, const std::filesystem::path& folder,
                           const std::optional<HeadMark>& mark, bool is_live) {
  auto rocks = open_rocks_for_reading(folder, RocksRecovery::strict, files);
  if (!rocks) {
    if (rocks.error().code != ErrorCode::corruption) return rocks.error();
    return prove_torn_tail(files, folder, mark, rocks.error());
  }
  const auto end = check_tail(files, folder, mark, **rocks);
  if (!end) return end.error();
  LogProof proof{end->head, end->epoch, {}, {}, RocksRecovery::strict, std::move(rocks).value()};
  if (is_live) return proof;
  const std::string torn = "the write-ahead log is damaged near its end";
  auto behind = frame_behind(files, folder, mark, *end, torn);
  if (!behind) return behind.error();
  if (*behind) proof.torn_tail = torn;
  proof.frame_behind = std::move(behind).value();
  return proof;
}

Result<LogProof> prove_followed(FileSystem& files, const std::filesystem::path& folder,
                                const std::optional<HeadMark>& mark) {
  auto rocks = open_rocks_following(folder, files);
  if (!rocks) return rocks.error();
  const auto end = check_tail(files, folder, mark, **rocks);
  if (!end) return end.error();
  return LogProof{end->head, end->epoch, {}, {}, RocksRecovery::strict, std::move(rocks).value()};
}

Result<LogEnd> end_of_log(rocksdb::DB& db) {
  const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator(rocks_read_options()));
  at->SeekToLast();
  if (!at->status().ok()) return rocks_error("cannot read the end of the log", at->status());
  if (!at->Valid()) return LogEnd{};
  const auto link = link_in(stored_frame(*at));
  if (!link) return link.error();
  return LogEnd{link->head, link->epoch};
}

}  // namespace inmail
