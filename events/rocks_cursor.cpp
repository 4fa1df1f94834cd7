#include "events/rocks_cursor.hpp"

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

}  // namespace

Result<Bytes> stored_frame(const rocksdb::Iterator& at) {
  const rocksdb::Slice value = at.value();
  const Bytes frame{reinterpret_cast<const std::uint8_t*>(value.data()), value.size()};
  const auto key = position_in(at.key());
  if (!key) return Error{ErrorCode::corruption, "the log holds a key that is no position"};
  if (frame.size() < frame_bytes_min || first_of(frame) != *key)
    return Error{
        ErrorCode::corruption,
        "the log holds another frame than the key says at position " + std::to_string(key->value)};
  return frame;
}

RocksCursor::RocksCursor(rocksdb::DB& db, Position from, Position last)
    : iterator_(db.NewIterator(rocks_read_options())), from_(from), last_(last) {}

void RocksCursor::step() {
  if (has_started_) {
    iterator_->Next();
    return;
  }
  has_started_ = true;
  const RocksKey key = rocks_key(from_);
  iterator_->SeekForPrev(slice_of(key));
  // Before the first frame there is none: then the first one is meant.
  if (!iterator_->Valid() && iterator_->status().ok()) iterator_->SeekToFirst();
}

Result<std::optional<Bytes>> RocksCursor::next() {
  if (seen_ >= last_ || from_ > last_) return std::optional<Bytes>{};
  step();
  if (!iterator_->status().ok()) return rocks_error("cannot read the log", iterator_->status());
  if (!iterator_->Valid())
    return Error{ErrorCode::corruption,
                 "the log holds nothing behind position " + std::to_string(seen_.value)};
  const auto frame = stored_frame(*iterator_);
  if (!frame) return frame.error();
  seen_ = last_of(*frame);
  return std::optional<Bytes>{*frame};
}

}  // namespace inmail
