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
Position start_before(const std::vector<RocksTable>& tables, Position from) {
  Position start{1};
  for (const RocksTable& table : tables)
    if (table.smallest <= from) start = table.smallest;
  return start;
}

Error no_frame_at(Position first) {
  return {ErrorCode::corruption, "no frame begins at position " + std::to_string(first.value)};
}

}  // namespace

Result<Bytes> stored_frame(const rocksdb::Iterator& at) {
  const auto key = position_in(at.key());
  if (!key) return Error{ErrorCode::corruption, "the log holds a key that is no position"};
  return frame_in(at.value(), *key);
}

std::vector<RocksTable> tables_of(rocksdb::DB& db) {
  std::vector<rocksdb::LiveFileMetaData> files;
  db.GetLiveFilesMetaData(&files);
  std::vector<RocksTable> tables;
  for (const auto& file : files) {
    const auto smallest = position_in(file.smallestkey);
    const auto largest = position_in(file.largestkey);
    if (smallest && largest) tables.push_back({file.db_path + file.name, *smallest, *largest});
  }
  std::sort(tables.begin(), tables.end(),
            [](const RocksTable& a, const RocksTable& b) { return a.smallest < b.smallest; });
  return tables;
}

FrameFinder::FrameFinder(rocksdb::DB& db) : db_(db), tables_(tables_of(db)) {}

Result<Bytes> FrameFinder::at(Position first) {
  for (const RocksTable& table : tables_)
    if (table.smallest <= first && first <= table.largest) return in_table(table, first);

  pinned_.Reset();
  const RocksKey key = rocks_key(first);
  const auto status =
      db_.Get(rocks_read_options(), db_.DefaultColumnFamily(), slice_of(key), &pinned_);
  if (status.IsNotFound()) return no_frame_at(first);
  if (!status.ok()) return rocks_error("cannot read the log", status);
  return frame_in(pinned_, first);
}

Result<Bytes> FrameFinder::in_table(const RocksTable& table, Position first) {
  if (open_table_ != &table) {
    iterator_.reset();
    open_table_ = nullptr;
    reader_ = std::make_unique<rocksdb::SstFileReader>(db_.GetOptions());
    const auto opened = reader_->Open(table.path);
    if (!opened.ok()) return rocks_error("cannot read the log", opened);
    iterator_.reset(reader_->NewIterator(rocks_read_options()));
    open_table_ = &table;
  }
  const RocksKey key = rocks_key(first);
  iterator_->Seek(slice_of(key));
  if (!iterator_->status().ok()) {
    // An iterator that has failed once does not forget it.
    open_table_ = nullptr;
    return rocks_error("cannot read the log", iterator_->status());
  }
  if (!iterator_->Valid() || iterator_->key() != slice_of(key)) return no_frame_at(first);
  return frame_in(iterator_->value(), first);
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

Result<Bytes> RocksCursor::next_found() {
  if (!finder_) finder_.emplace(db_);
  if (seen_.value > 0) return finder_->at(Position{seen_.value + 1});
  Position at = start_before(finder_->tables(), from_);
  while (true) {
    auto frame = finder_->at(at);
    if (!frame || last_of(*frame) >= from_) return frame;
    at = Position{last_of(*frame).value + 1};
  }
}

Result<std::optional<Bytes>> RocksCursor::next() {
  if (seen_ >= last_ || from_ > last_) return std::optional<Bytes>{};
  if (iterator_ && !step()) iterator_.reset();
  const auto frame = iterator_ ? stored_frame(*iterator_) : next_found();
  if (!frame) return frame.error();
  seen_ = last_of(*frame);
  return std::optional<Bytes>{*frame};
}

}  // namespace inmail
