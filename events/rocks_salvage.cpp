#include "events/rocks_salvage.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "events/rocks_cursor.hpp"
#include "events/rocks_wal.hpp"

namespace inmail {
namespace {

namespace fs = std::filesystem;

Bytes bytes_in(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The frame, if it is intact and comes right after `head`. Errors: newer_format.
Result<std::optional<SalvagedFrames::Found>> check(Bytes bytes, const LogHead& head) {
  const auto view = view_frame(bytes);
  if (!view && view.error().code == ErrorCode::newer_format) return view.error();
  if (!view || view->first.value != head.position.value + 1 || view->previous != head.hash)
    return std::optional<SalvagedFrames::Found>{};
  const Position last{view->first.value + view->records.size() - 1};
  return std::optional{SalvagedFrames::Found{view->first, {last, view->hash}, view->epoch, bytes}};
}

}  // namespace

SalvagedFrames::SalvagedFrames(SalvagedFrames&&) noexcept = default;
SalvagedFrames::~SalvagedFrames() {
  iterator_.reset();  // Before the reader that it reads by.
}

Result<SalvagedFrames> SalvagedFrames::open(const fs::path& folder) {
  SalvagedFrames frames;
  if (auto looked = frames.look_at_tables(folder); !looked) return looked.error();
  const auto read = for_each_frame_in_wals(system_files(), folder, Position{}, [&](Bytes frame) {
    const auto view = view_frame(frame);
    const Position last{view->first.value + view->records.size() - 1};
    frames.last_seen_ = std::max(frames.last_seen_, last);
    frames.from_wals_.emplace(
        view->first, std::string(reinterpret_cast<const char*>(frame.data()), frame.size()));
  });
  if (!read) return read.error();
  return frames;
}

Status SalvagedFrames::look_at_tables(const fs::path& folder) {
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    if (at->path().extension() != ".sst") continue;
    rocksdb::Status status = open_table(at->path());
    Table table{.path = at->path(), .smallest = {}, .largest = {}};
    if (status.ok()) {
      iterator_->SeekToLast();
      if (iterator_->Valid()) table.largest = position_in(iterator_->key()).value_or(Position{});
      iterator_->SeekToFirst();
      if (iterator_->Valid()) table.smallest = position_in(iterator_->key()).value_or(Position{});
      // Where one end is damaged, the table is looked into for any frame.
      if (!iterator_->status().ok() || table.smallest.value == 0 || table.largest.value == 0)
        table = {.path = table.path, .smallest = {}, .largest = Position{UINT64_MAX}};
      else
        last_seen_ = std::max(last_seen_, table.largest);
      tables_.push_back(std::move(table));
    } else if (status.IsIOError()) {
      return rocks_error("cannot read " + at->path().string(), status);
    } else {
      unreadable_.push_back(at->path().string() + ": " + status.ToString());
    }
    iterator_.reset();
  }
  reader_.reset();
  if (failed)
    return Error{ErrorCode::io, "cannot list " + folder.string() + ": " + failed.message()};
  std::sort(tables_.begin(), tables_.end(),
            [](const Table& a, const Table& b) { return a.smallest < b.smallest; });
  return {};
}

rocksdb::Status SalvagedFrames::open_table(const fs::path& path) {
  iterator_.reset();
  reader_ = std::make_unique<rocksdb::SstFileReader>(rocksdb::Options{});
  const auto opened = reader_->Open(path.string());
  if (opened.ok()) iterator_.reset(reader_->NewIterator(rocks_read_options()));
  return opened;
}

/// Afterwards the iterator stands on the frame that begins at `first`, or not on one at all.
rocksdb::Status SalvagedFrames::go_to(const Table& table, Position first) {
  if (table_ != &table) {
    table_ = nullptr;
    const auto opened = open_table(table.path);
    if (!opened.ok()) return opened;
    table_ = &table;
  }
  const RocksKey key = rocks_key(first);
  // Mostly it is the next one.
  if (iterator_->Valid()) iterator_->Next();
  if (!iterator_->Valid() || iterator_->key() != slice_of(key)) iterator_->Seek(slice_of(key));
  const auto status = iterator_->status();
  // An iterator that has failed once does not forget it.
  if (!status.ok()) table_ = nullptr;
  return status;
}

Result<std::optional<SalvagedFrames::Found>> SalvagedFrames::after(const LogHead& head) {
  const Position first{head.position.value + 1};
  for (const Table& table : tables_) {
    if (first < table.smallest || first > table.largest) continue;
    const auto status = go_to(table, first);
    if (status.IsIOError()) return rocks_error("cannot read " + table.path.string(), status);
    const RocksKey key = rocks_key(first);
    if (!status.ok() || !iterator_->Valid() || iterator_->key() != slice_of(key)) continue;
    const auto frame = stored_frame(*iterator_);
    if (!frame) continue;
    auto found = check(*frame, head);
    if (!found || *found) return found;
  }
  const auto [begin, end] = from_wals_.equal_range(first);
  for (auto at = begin; at != end; ++at) {
    auto found = check(bytes_in(at->second), head);
    if (!found || *found) return found;
  }
  return std::optional<Found>{};
}

}  // namespace inmail
