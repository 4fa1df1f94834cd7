#include "projections/rocks_family.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <memory>

#include "events/codec.hpp"
#include "events/rocks_env.hpp"
#include "events/rocks_options.hpp"

namespace inmail::rocks {
namespace {

constexpr std::size_t mib = std::size_t{1} << 20;
constexpr std::string_view checkpoint_key{"\0checkpoint", 11};

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view text(const rocksdb::Slice& from) { return {from.data(), from.size()}; }

struct StoredCheckpoint {
  Position position;
  Hash hash{};

  template <class Archive>
  void serialize(Archive& archive) {
    archive(position, hash);
  }
};

std::size_t bytes_expected(const RowBatch& batch) {
  std::size_t bytes = 256;
  for (const auto& change : batch.changes)
    bytes += change.key.size() + (change.value ? change.value->size() : 0) + 16;
  return bytes;
}

constexpr int erased_at_once = 10'000;

/// Views write without a log of their own: what is lost is folded again.
rocksdb::WriteOptions without_wal() {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  return options;
}

/// Row by row: RocksDB 7.8 crashes when it scans a damaged table that holds a deletion of a range.
/// After a crash of ours a part may be gone already; the fold that erased it comes again.
rocksdb::Status erase_range(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* handle,
                            const RowBatch::Range& range) {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const rocksdb::Slice end = slice(range.last);
  options.iterate_upper_bound = &end;
  const std::unique_ptr<rocksdb::Iterator> rows(db.NewIterator(options, handle));
  rocksdb::WriteBatch changes;
  rocksdb::Status status;
  for (rows->Seek(slice(range.first)); status.ok() && rows->Valid(); rows->Next()) {
    status = changes.Delete(handle, rows->key());
    if (!status.ok() || changes.Count() < erased_at_once) continue;
    status = db.Write(without_wal(), &changes);
    changes.Clear();
  }
  if (!status.ok()) return status;
  if (!rows->status().ok()) return rows->status();
  return changes.Count() > 0 ? db.Write(without_wal(), &changes) : status;
}

rocksdb::Status fill(rocksdb::WriteBatch& changes, rocksdb::ColumnFamilyHandle* handle,
                     const RowBatch& batch) {
  rocksdb::Status status;
  for (const auto& change : batch.changes) {
    if (!status.ok()) break;
    status = change.value ? changes.Put(handle, slice(change.key), slice(*change.value))
                          : changes.Delete(handle, slice(change.key));
  }
  if (batch.checkpoint && status.ok()) {
    std::string checkpoint;
    encode_to(StoredCheckpoint{batch.checkpoint->position, batch.checkpoint->hash}, checkpoint);
    status = changes.Put(handle, slice(checkpoint_key), slice(checkpoint));
  }
  return status;
}

}  // namespace

rocksdb::DBOptions database_options(const FileSystem& files) {
  rocksdb::DBOptions options;
  options.env = rocks_env_of(files);
  options.create_if_missing = true;
  options.max_background_jobs = 2;
  options.max_open_files = 512;
  options.max_file_opening_threads = opening_threads(files);
  // Batches come sorted, mostly from one thread: then plain inserts are the fastest.
  options.allow_concurrent_memtable_write = false;
  options.bytes_per_sync = mib;
  delete_slowly(options, files);
  // No thread of RocksDB wakes up by itself: an idle engine is to be idle.
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  // It may try a failed flush again by itself, but not on a machine that has to repeat itself.
  if (files.rocks()) options.max_bgerror_resume_count = 0;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.max_log_file_size = mib;
  options.keep_log_file_num = 3;
  return options;
}

rocksdb::ColumnFamilyOptions family_options(const ViewStoreOptions& with) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(with.block_cache_bytes);
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.checksum = rocksdb::kXXH3;
  table.block_size = 16 << 10;

  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = with.write_buffer_bytes;
  options.max_write_buffer_number = 3;
  options.compression = rocksdb::kNoCompression;
  options.level_compaction_dynamic_level_bytes = true;
  options.ttl = 0;
  options.periodic_compaction_seconds = 0;
  // Many rows live shortly; a scan is not to wade through what is left of them.
  options.table_properties_collector_factories.push_back(
      rocksdb::NewCompactOnDeletionCollectorFactory(/*sliding_window_size=*/32768,
                                                    /*deletion_trigger=*/16384));
  return options;
}

Error store_error(const std::string& what, const rocksdb::Status& status) {
  Error error = rocks_error(what, status);
  if (status.IsColumnFamilyDropped() || status.IsShutdownInProgress())
    error.code = ErrorCode::closed;
  else if (status.IsAborted())
    error.code = ErrorCode::io;
  return error;
}

DamageMark::DamageMark(FileSystem& files, const std::string& folder)
    : files_(files), file_(std::filesystem::path(folder) / "DAMAGED") {}

std::string DamageMark::read() const {
  const auto sentence = read_whole(files_, file_);
  return sentence ? sentence->substr(0, sentence->find('\n')) : std::string{};
}

void DamageMark::note(const Error& error) {
  std::string sentence = error.message;
  std::replace(sentence.begin(), sentence.end(), '\n', ' ');
  sentence += '\n';
  const std::lock_guard lock(mutex_);
  // Where even this cannot be written, the damage is met again by the next opening, or later.
  const auto file = files_.open(file_, File::Mode::create);
  if (!file) return;
  (void)(*file)->write_at(
      0, {reinterpret_cast<const std::uint8_t*>(sentence.data()), sentence.size()});
}

void DamageMark::remove() { (void)files_.remove(file_); }

Family::Family(rocksdb::DB& db, DamageMark& damage, rocksdb::ColumnFamilyHandle* handle,
               std::string name)
    : db_(db), damage_(damage), handle_(handle), name_(std::move(name)) {}

Family::~Family() { db_.DestroyColumnFamilyHandle(handle_); }

Error Family::failed_to(const char* what, const rocksdb::Status& status) const {
  Error error = store_error(std::string("cannot ") + what + " view " + name_, status);
  if (error.code == ErrorCode::corruption) damage_.note(error);
  return error;
}

Status Family::check_not_dropped() const {
  if (is_dropped_) return Error{ErrorCode::closed, "view " + name_ + " was dropped"};
  return {};
}

Result<std::optional<std::string>> Family::get(std::string_view key,
                                               const rocksdb::ReadOptions& options) const {
  if (auto status = check_not_dropped(); !status) return status.error();
  rocksdb::PinnableSlice value;
  const auto status = db_.Get(options, handle_, slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>{};
  if (!status.ok()) return failed_to("read", status);
  return std::optional<std::string>{std::in_place, value.data(), value.size()};
}

Status Family::scan(std::string_view first, std::string_view last, const Rows::Visit& visit,
                    rocksdb::ReadOptions options) const {
  if (auto status = check_not_dropped(); !status) return status;
  const rocksdb::Slice end = slice(last);
  if (!last.empty()) options.iterate_upper_bound = &end;
  const std::unique_ptr<rocksdb::Iterator> rows(db_.NewIterator(options, handle_));
  // The checkpoint stands before all rows.
  const std::string_view start = std::max(first, std::string_view{"\1", 1});
  for (rows->Seek(slice(start)); rows->Valid(); rows->Next())
    if (!visit(text(rows->key()), text(rows->value()))) return {};
  if (!rows->status().ok()) return failed_to("scan", rows->status());
  return {};
}

Result<LogHead> Family::checkpoint(const rocksdb::ReadOptions& options) const {
  auto value = get(checkpoint_key, options);
  if (!value) return value.error();
  if (!*value) return LogHead{};
  auto stored = decode_as<StoredCheckpoint>(bytes_of(**value));
  if (!stored)
    return failed_to("read the checkpoint of", rocksdb::Status::Corruption(stored.error().message));
  return LogHead{stored->position, stored->hash};
}

Status Family::write(const RowBatch& batch) {
  if (auto status = check_not_dropped(); !status) return status;
  rocksdb::WriteBatch changes(bytes_expected(batch));
  rocksdb::Status status = fill(changes, handle_, batch);
  for (const auto& range : batch.erased_ranges)
    if (status.ok()) status = erase_range(db_, handle_, range);
  if (status.ok()) status = db_.Write(without_wal(), &changes);
  if (!status.ok()) return failed_to("write", status);
  if (batch.checkpoint) written_ = batch.checkpoint->position.value;
  has_unflushed_ = true;
  return {};
}

Status Family::flush(bool wait) {
  if (auto status = check_not_dropped(); !status) return status;
  {
    // Before the flush, so that what is written meanwhile counts as unflushed.
    const std::lock_guard lock(flush_mutex_);
    has_unflushed_ = false;
    flushed_ = written_;
    unflushed_since_.reset();
  }
  rocksdb::FlushOptions options;
  options.wait = wait;
  options.allow_write_stall = true;
  const auto status = db_.Flush(options, handle_);
  if (!status.ok()) return failed_to("flush", status);
  return {};
}

Status Family::flush_if_due(Timestamp now, const ViewStoreOptions& options) {
  {
    const std::lock_guard lock(flush_mutex_);
    if (!has_unflushed_) return {};
    if (!unflushed_since_) unflushed_since_ = now;
    const bool is_far = written_ - flushed_ >= options.flush_events_max;
    if (!is_far && now - *unflushed_since_ < options.flush_interval) return {};
  }
  return flush(/*wait=*/false);
}

Status Family::drop() {
  const auto status = db_.DropColumnFamily(handle_);
  if (!status.ok()) return failed_to("drop", status);
  is_dropped_ = true;
  return {};
}

}  // namespace inmail::rocks
