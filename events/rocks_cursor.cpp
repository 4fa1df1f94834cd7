#include "events/rocks_cursor.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "events/rocks_options.hpp"

namespace inmail {
namespace {

/// What the header of a frame says, unchecked.
Position first_of(Bytes frame) {
  Position first;
  std::memcpy(&first.value, frame.data() + 8, sizeof first.value);
  return first;
}

Position last_of(Bytes frame) {
  std::uint32_t count = 0;
  std::memcpy(&count, frame.data() + 4, sizeof count);
  return Position{first_of(frame).value + count - 1};
}

Result<Bytes> frame_in(const rocksdb::Slice& value, Position key) {
  const Bytes frame{reinterpret_cast<const std::uint8_t*>(value.data()), value.size()};
  if (frame.size() >= frame_bytes_min && first_of(frame) == key && last_of(frame) >= key)
    return frame;
  return Error{ErrorCode::corruption,
               "what is stored for position " + std::to_string(key.value) + " is no frame of it"};
}

/// Where to begin looking for the frame that holds `from`: at the start of the table that may hold
/// it.
Position start_before(rocksdb::DB& db, Position from) {
  Position start{1};
  for (const TableRange& table : tables_of(db))
    if (table.smallest <= from) start = std::max(start, table.smallest);
  return start;
}

}  // namespace

Result<Bytes> stored_frame(const rocksdb::Iterator& at) {
  const auto key = position_in(at.key());
  if (!key) return Error{ErrorCode::corruption, "the log holds a key that is no position"};
  return frame_in(at.value(), *key);
}

Result<Bytes> stored_frame(rocksdb::DB& db, Position first, rocksdb::PinnableSlice& pinned) {
  pinned.Reset();
  const RocksKey key = rocks_key(first);
  const auto status =
      db.Get(rocks_read_options(), db.DefaultColumnFamily(), slice_of(key), &pinned);
  if (status.IsNotFound())
    return Error{ErrorCode::corruption,
                 "no frame begins at position " + std::to_string(first.value)};
  if (!status.ok()) return rocks_error("cannot read the log", status);
  return frame_in(pinned, first);
}

std::vector<TableRange> tables_of(rocksdb::DB& db) {
  std::vector<rocksdb::LiveFileMetaData> files;
  db.GetLiveFilesMetaData(&files);
  std::vector<TableRange> tables;
  for (const auto& file : files) {
    const auto smallest = position_in(file.smallestkey);
    const auto largest = position_in(file.largestkey);
    if (smallest && largest) tables.push_back({*smallest, *largest});
  }
  std::sort(tables.begin(), tables.end(),
            [](const TableRange& a, const TableRange& b) { return a.smallest < b.smallest; });
  return tables;
}

RocksCursor::RocksCursor(rocksdb::DB& db, Position from, Position last)
    : db_(db), iterator_(db.NewIterator(rocks_read_options())), from_(from), last_(last) {}

/// Moves the iterator on; says whether it stands on something.
bool RocksCursor::step() {
  if (has_started_) {
    iterator_->Next();
    return iterator_->Valid();
  }
  has_started_ = true;
  const RocksKey key = rocks_key(from_);
  iterator_->SeekForPrev(slice_of(key));
  // Before the first frame there is none: then the first one is meant.
  if (!iterator_->Valid() && iterator_->status().ok()) iterator_->SeekToFirst();
  return iterator_->Valid();
}

Result<Bytes> RocksCursor::next_by_key() {
  if (seen_.value > 0) return stored_frame(db_, Position{seen_.value + 1}, pinned_);
  Position at = start_before(db_, from_);
  while (true) {
    auto frame = stored_frame(db_, at, pinned_);
    if (!frame || last_of(*frame) >= from_) return frame;
    at = Position{last_of(*frame).value + 1};
  }
}

Result<std::optional<Bytes>> RocksCursor::next() {
  if (seen_ >= last_ || from_ > last_) return std::optional<Bytes>{};
  if (iterator_ && !step()) iterator_.reset();
  const auto frame = iterator_ ? stored_frame(*iterator_) : next_by_key();
  if (!frame) return frame.error();
  seen_ = last_of(*frame);
  return std::optional<Bytes>{*frame};
}

}  // namespace inmail
