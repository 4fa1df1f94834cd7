#include "projections/rocks_view_store.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/sst_file_manager.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <system_error>

#include "events/codec.hpp"

namespace inmail {
namespace {

constexpr std::size_t mib = std::size_t{1} << 20;
constexpr std::string_view checkpoint_key{"\0checkpoint", 11};

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view text(const rocksdb::Slice& from) { return {from.data(), from.size()}; }

Error store_error(const std::string& what, const rocksdb::Status& status) {
  const std::string sentence = status.ToString();
  const bool is_lock = sentence.find("While lock file") != std::string::npos ||
                       sentence.find("lock hold by current process") != std::string::npos;
  ErrorCode code = ErrorCode::corruption;
  if (status.IsIOError() && is_lock)
    code = ErrorCode::locked;
  else if (status.IsColumnFamilyDropped() || status.IsShutdownInProgress())
    code = ErrorCode::closed;
  else if ((status.IsIOError() && !status.IsPathNotFound()) || status.IsNoSpace() ||
           status.IsTryAgain() || status.IsBusy() || status.IsTimedOut() || status.IsAborted())
    code = ErrorCode::io;
  return {code, what + ": " + sentence};
}

struct StoredCheckpoint {
  Position position;
  Hash hash{};

  template <class Archive>
  void serialize(Archive& archive) {
    archive(position, hash);
  }
};

rocksdb::DBOptions database_options() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.max_background_jobs = 2;
  options.max_open_files = 512;
  // Batches come sorted from one thread a table: then plain inserts are the fastest.
  options.allow_concurrent_memtable_write = false;
  options.bytes_per_sync = mib;
  // Deleting a large file at once stalls the syncs of the log beside it.
  options.sst_file_manager.reset(rocksdb::NewSstFileManager(
      rocksdb::Env::Default(), nullptr, "", /*rate_bytes_per_sec=*/128 * mib, true, nullptr,
      /*max_trash_db_ratio=*/1.0, /*bytes_max_delete_chunk=*/mib));
  // No thread of RocksDB wakes up by itself: an idle engine is to be idle.
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
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

/// Remembers in a file that the database turned out to be damaged. It must be a file of its own: a
/// damaged database takes no more writes.
class DamageMark {
 public:
  explicit DamageMark(const std::string& folder)
      : file_(std::filesystem::path(folder) / "DAMAGED") {}

  /// What was noted last time; empty if nothing was.
  std::string read() const {
    std::ifstream in(file_);
    std::string sentence;
    std::getline(in, sentence);
    return sentence;
  }

  void note(const Error& error) {
    const std::lock_guard lock(mutex_);
    std::string sentence = error.message;
    std::replace(sentence.begin(), sentence.end(), '\n', ' ');
    std::ofstream(file_) << sentence << '\n';
  }

  void remove() {
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
  }

 private:
  const std::filesystem::path file_;
  std::mutex mutex_;
};

/// One column family, and how far it is flushed.
struct Family {
  Family(rocksdb::DB& in, DamageMark& mark, rocksdb::ColumnFamilyHandle* family,
         std::string known_as)
      : db(in), damage(mark), handle(family), name(std::move(known_as)) {}
  ~Family() { db.DestroyColumnFamilyHandle(handle); }
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

  /// "cannot read view inbox.1: ...". Damage is noted.
  Error failed_to(const char* what, const rocksdb::Status& status) const {
    Error error = store_error(std::string("cannot ") + what + " view " + name, status);
    if (error.code == ErrorCode::corruption) damage.note(error);
    return error;
  }

  rocksdb::DB& db;
  DamageMark& damage;
  rocksdb::ColumnFamilyHandle* const handle;
  const std::string name;
  std::atomic<bool> is_dropped{false};

  std::atomic<bool> has_unflushed{false};
  std::atomic<std::uint64_t> written{0};  ///< The position of the last checkpoint.
  std::mutex flush_mutex;
  std::uint64_t flushed = 0;
  std::optional<Timestamp> unflushed_since;
};

}  // namespace

void RowsSnapshot::put(std::string_view, std::string_view) {
  throw_defect("a snapshot of rows was written to");
}

void RowsSnapshot::erase(std::string_view) { throw_defect("a snapshot of rows was written to"); }

class RocksViewStore::Database {
 public:
  Database(const std::string& in, const ViewStoreOptions& with,
           rocksdb::ColumnFamilyOptions families_with)
      : folder(in), options(with), family_options(std::move(families_with)), damage(in) {}
  ~Database() {
    families.clear();
    if (!db) return;
    if (base) db->DestroyColumnFamilyHandle(base);
    db->Close().PermitUncheckedError();
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Opens what is there. `families` and all else stay empty on a failure.
  rocksdb::Status open() {
    std::vector<std::string> names;
    if (std::filesystem::exists(std::filesystem::path(folder) / "CURRENT")) {
      const auto listed = rocksdb::DB::ListColumnFamilies(database_options(), folder, &names);
      if (!listed.ok()) return listed;
    } else {
      names.push_back(rocksdb::kDefaultColumnFamilyName);
    }
    std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
    for (const std::string& name : names) wanted.emplace_back(name, family_options);
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    const auto status =
        rocksdb::DB::Open(database_options(), folder, wanted, &handles, &opened);
    if (!status.ok()) return status;
    db.reset(opened);
    for (std::size_t i = 0; i < handles.size(); ++i) {
      if (names[i] == rocksdb::kDefaultColumnFamilyName)
        base = handles[i];
      else
        families[names[i]] = std::make_shared<Family>(*db, damage, handles[i], names[i]);
    }
    return status;
  }

  const std::string folder;
  const ViewStoreOptions options;
  const rocksdb::ColumnFamilyOptions family_options;
  DamageMark damage;
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* base = nullptr;
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<Family>> families;
};

namespace {

Result<LogHead> read_checkpoint(const Family& family, const rocksdb::ReadOptions& options) {
  rocksdb::PinnableSlice value;
  const auto status = family.db.Get(options, family.handle, slice(checkpoint_key), &value);
  if (status.IsNotFound()) return LogHead{};
  if (!status.ok()) return family.failed_to("read the checkpoint of", status);
  auto stored = decode_as<StoredCheckpoint>(bytes_of(text(value)));
  if (!stored)
    return family.failed_to("read the checkpoint of",
                            rocksdb::Status::Corruption(stored.error().message));
  return LogHead{stored->position, stored->hash};
}

Result<std::optional<std::string>> read_value(const Family& family, std::string_view key,
                                              const rocksdb::ReadOptions& options) {
  if (family.is_dropped) return Error{ErrorCode::closed, "view " + family.name + " was dropped"};
  rocksdb::PinnableSlice value;
  const auto status = family.db.Get(options, family.handle, slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>{};
  if (!status.ok()) return family.failed_to("read", status);
  return std::optional<std::string>{std::in_place, value.data(), value.size()};
}

Status scan_values(const Family& family, std::string_view first, std::string_view last,
                   const Rows::Visit& visit, rocksdb::ReadOptions options) {
  if (family.is_dropped) return Error{ErrorCode::closed, "view " + family.name + " was dropped"};
  const rocksdb::Slice end = slice(last);
  if (!last.empty()) options.iterate_upper_bound = &end;
  const std::unique_ptr<rocksdb::Iterator> rows(family.db.NewIterator(options, family.handle));
  // The checkpoint stands before all rows.
  const std::string_view start = std::max(first, std::string_view{"\1", 1});
  for (rows->Seek(slice(start)); rows->Valid(); rows->Next())
    if (!visit(text(rows->key()), text(rows->value()))) return {};
  if (!rows->status().ok()) return family.failed_to("scan", rows->status());
  return {};
}

}  // namespace

class RocksViewStore::Snapshot final : public RowsSnapshot {
 public:
  Snapshot(std::shared_ptr<Database> database, std::shared_ptr<Family> family)
      : database_(std::move(database)), family_(std::move(family)) {
    options_.snapshot = database_->db->GetSnapshot();
  }
  ~Snapshot() override { database_->db->ReleaseSnapshot(options_.snapshot); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  Status read_checkpoint_row() {
    auto checkpoint = read_checkpoint(*family_, options_);
    if (!checkpoint) return checkpoint.error();
    checkpoint_ = *checkpoint;
    return {};
  }

  const LogHead& checkpoint() const override { return checkpoint_; }

  std::optional<std::string> get(std::string_view key) const override {
    if (!status_) return std::nullopt;
    auto value = read_value(*family_, key, options_);
    if (value) return std::move(value).value();
    status_ = value.error();
    return std::nullopt;
  }

  void scan(std::string_view first, const Visit& visit) const override {
    scan_range(first, {}, visit);
  }

  void scan_range(std::string_view first, std::string_view last,
                  const Visit& visit) const override {
    if (status_) status_ = scan_values(*family_, first, last, visit, options_);
  }

  Status status() const override { return status_; }

 private:
  const std::shared_ptr<Database> database_;
  const std::shared_ptr<Family> family_;
  rocksdb::ReadOptions options_;
  LogHead checkpoint_;
  mutable Status status_;
};

class RocksViewStore::Table final : public ViewTable {
 public:
  Table(std::shared_ptr<Database> database, std::shared_ptr<Family> family)
      : database_(std::move(database)), family_(std::move(family)) {}

  const std::string& name() const override { return family_->name; }

  Result<std::optional<std::string>> get(std::string_view key) const override {
    return read_value(*family_, key, {});
  }

  Status write(const RowBatch& batch) override {
    if (family_->is_dropped) return dropped();
    rocksdb::WriteBatch changes(bytes_expected(batch));
    auto* const handle = family_->handle;
    rocksdb::Status status;
    for (const auto& range : batch.erased_ranges)
      if (status.ok()) status = changes.DeleteRange(handle, slice(range.first), slice(range.last));
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
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    if (status.ok()) status = database_->db->Write(options, &changes);
    if (!status.ok()) return family_->failed_to("write", status);
    if (batch.checkpoint) family_->written = batch.checkpoint->position.value;
    family_->has_unflushed = true;
    return {};
  }

  Status scan(std::string_view first, std::string_view last,
              const Rows::Visit& visit) const override {
    return scan_values(*family_, first, last, visit, {});
  }

  Result<std::unique_ptr<RowsSnapshot>> snapshot() const override {
    if (family_->is_dropped) return dropped();
    auto snapshot = std::make_unique<Snapshot>(database_, family_);
    if (auto status = snapshot->read_checkpoint_row(); !status) return status.error();
    return std::unique_ptr<RowsSnapshot>(std::move(snapshot));
  }

  Result<LogHead> checkpoint() const override {
    if (family_->is_dropped) return dropped();
    return read_checkpoint(*family_, {});
  }

  Status flush() override { return begin_flush(/*wait=*/true); }

  Status flush_if_due(Timestamp now) override {
    {
      const std::lock_guard lock(family_->flush_mutex);
      if (!family_->has_unflushed) return {};
      if (!family_->unflushed_since) family_->unflushed_since = now;
      const bool is_far = family_->written - family_->flushed >= database_->options.flush_events_max;
      if (!is_far && now - *family_->unflushed_since < database_->options.flush_interval) return {};
    }
    return begin_flush(/*wait=*/false);
  }

  bool has_unflushed() const override { return family_->has_unflushed; }

 private:
  static std::size_t bytes_expected(const RowBatch& batch) {
    std::size_t bytes = 256;
    for (const auto& change : batch.changes)
      bytes += change.key.size() + (change.value ? change.value->size() : 0) + 16;
    return bytes;
  }

  Error dropped() const { return {ErrorCode::closed, "view " + name() + " was dropped"}; }

  Status begin_flush(bool wait) {
    if (family_->is_dropped) return dropped();
    {
      // Before the flush, so that what is written meanwhile counts as unflushed.
      const std::lock_guard lock(family_->flush_mutex);
      family_->has_unflushed = false;
      family_->flushed = family_->written;
      family_->unflushed_since.reset();
    }
    rocksdb::FlushOptions options;
    options.wait = wait;
    options.allow_write_stall = true;
    const auto status = database_->db->Flush(options, family_->handle);
    if (!status.ok()) return family_->failed_to("flush", status);
    return {};
  }

  const std::shared_ptr<Database> database_;
  const std::shared_ptr<Family> family_;
};

RocksViewStore::RocksViewStore(std::shared_ptr<Database> database, std::string rebuilt_because)
    : database_(std::move(database)), rebuilt_because_(std::move(rebuilt_because)) {}

RocksViewStore::~RocksViewStore() = default;

Result<std::unique_ptr<RocksViewStore>> RocksViewStore::open(const std::string& folder,
                                                             const ViewStoreOptions& options) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure)
    return Error{ErrorCode::io, "cannot make the folder " + folder + ": " + failure.message()};

  auto database = std::make_shared<Database>(folder, options, family_options(options));
  std::string because = database->damage.read();
  rocksdb::Status status;
  if (because.empty()) {
    status = database->open();
    if (!status.ok()) {
      const Error error = store_error("cannot open the views in " + folder, status);
      if (error.code == ErrorCode::locked) return error;
      because = error.message;
    }
  }
  if (!because.empty()) {
    // Only files of a database are removed, should the folder be somebody else's.
    status = rocksdb::DestroyDB(folder, rocksdb::Options{});
    if (status.ok()) status = database->open();
    if (!status.ok()) {
      Error error = store_error("cannot make the views in " + folder + " anew", status);
      if (error.code == ErrorCode::corruption) error.code = ErrorCode::io;
      return error;
    }
    database->damage.remove();
  }
  return std::unique_ptr<RocksViewStore>(
      new RocksViewStore(std::move(database), std::move(because)));
}

Result<std::shared_ptr<ViewTable>> RocksViewStore::table(const std::string& name) {
  if (name.empty() || name == rocksdb::kDefaultColumnFamilyName)
    return Error{ErrorCode::invalid_argument, "no view may be called '" + name + "'"};
  const std::lock_guard lock(database_->mutex);
  auto& family = database_->families[name];
  if (!family) {
    rocksdb::ColumnFamilyHandle* handle = nullptr;
    const auto status =
        database_->db->CreateColumnFamily(database_->family_options, name, &handle);
    if (!status.ok()) {
      database_->families.erase(name);
      return store_error("cannot make view " + name, status);
    }
    family = std::make_shared<Family>(*database_->db, database_->damage, handle, name);
  }
  return std::shared_ptr<ViewTable>(std::make_shared<Table>(database_, family));
}

std::vector<std::string> RocksViewStore::table_names() const {
  const std::lock_guard lock(database_->mutex);
  std::vector<std::string> names;
  for (const auto& [name, family] : database_->families) names.push_back(name);
  return names;
}

Status RocksViewStore::drop(const std::string& name) {
  const std::lock_guard lock(database_->mutex);
  const auto found = database_->families.find(name);
  if (found == database_->families.end()) return {};
  const auto status = database_->db->DropColumnFamily(found->second->handle);
  if (!status.ok()) return store_error("cannot drop view " + name, status);
  found->second->is_dropped = true;
  database_->families.erase(found);
  return {};
}

Status RocksViewStore::keep_only(std::span<const std::string> names) {
  for (const std::string& name : table_names())
    if (std::find(names.begin(), names.end(), name) == names.end())
      if (auto status = drop(name); !status) return status;
  return {};
}

Status RocksViewStore::flush() {
  for (const std::string& name : table_names()) {
    auto flushed = table(name);
    if (!flushed) return flushed.error();
    if (auto status = (*flushed)->flush(); !status) return status;
  }
  return {};
}

}  // namespace inmail
