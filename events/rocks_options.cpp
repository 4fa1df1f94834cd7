#include "events/rocks_options.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/sst_file_manager.h>
#include <rocksdb/table.h>

#include <string_view>
#include <vector>

#include "events/rocks_env.hpp"

namespace inmail {
namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

/// Swallows RocksDB's diary where nothing may be written.
class NoLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::Options common_options(RocksRecovery recovery, const FileSystem& files) {
  rocksdb::Options options;
  options.paranoid_checks = recovery != RocksRecovery::diagnostic;
  // The default would open "OK" with whatever lies before the first damage.
  options.wal_recovery_mode = recovery == RocksRecovery::strict
                                  ? rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords
                                  : rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.track_and_verify_wals_in_manifest = true;
  options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();

  options.compression = rocksdb::kNoCompression;
  options.max_open_files = 512;
  options.max_file_opening_threads = opening_threads(files);
  // No thread of RocksDB wakes up by itself: an idle engine is to be idle.
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;

  rocksdb::BlockBasedTableOptions table;
  table.checksum = rocksdb::kXXH3;
  table.block_size = 32 << 10;
  table.block_cache = rocksdb::NewLRUCache(8 * mib);
  table.max_auto_readahead_size = 2 * mib;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

void set_write_path(rocksdb::Options& options, const FileSystem& files) {
  // Small memtables, and so small write-ahead logs: deleting a large one stalls the next sync.
  options.write_buffer_size = 16 * mib;
  options.max_write_buffer_number = 4;
  options.bytes_per_sync = mib;
  options.strict_bytes_per_sync = true;
  options.allow_concurrent_memtable_write = false;
  delete_slowly(options, files);

  // Keys only grow, so tables never overlap and compaction only moves them down; what would rewrite
  // them for their age is off.
  options.compaction_style = rocksdb::kCompactionStyleLevel;
  options.target_file_size_base = 256 * mib;
  options.max_bytes_for_level_base = 1024 * mib;
  options.ttl = 0;
  options.periodic_compaction_seconds = 0;

  // After an error nobody knows what is there, before the log was opened again and read.
  options.max_bgerror_resume_count = 0;
  options.max_log_file_size = mib;
  options.keep_log_file_num = 3;
}

using Opener = rocksdb::Status (*)(const rocksdb::Options&, const std::string& folder,
                                   const std::vector<rocksdb::ColumnFamilyDescriptor>& families,
                                   std::vector<rocksdb::ColumnFamilyHandle*>* family_handles,
                                   rocksdb::DB** db);

/// Opens by column families: by options alone RocksDB may take a shortcut past the write-ahead log.
Result<RocksHandle> open_with(Opener opener, rocksdb::Options options,
                              const std::shared_ptr<rocksdb::Env>& env,
                              const std::filesystem::path& folder) {
  options.env = env.get();
  const std::vector<rocksdb::ColumnFamilyDescriptor> families{
      {rocksdb::kDefaultColumnFamilyName, options}};
  std::vector<rocksdb::ColumnFamilyHandle*> family_handles;
  rocksdb::DB* db = nullptr;
  const auto status = opener(options, folder.string(), families, &family_handles, &db);
  if (!status.ok()) return rocks_error("cannot open " + folder.string(), status);
  for (auto* family : family_handles) db->DestroyColumnFamilyHandle(family);
  return RocksHandle(db, [env](const rocksdb::DB* open) { delete open; });
}

}  // namespace

Result<RocksHandle> open_rocks_for_writing(const std::filesystem::path& folder,
                                           RocksRecovery recovery, bool create, FileSystem& files) {
  rocksdb::Options options = common_options(recovery, files);
  set_write_path(options, files);
  options.create_if_missing = create;
  // Not owned: the machine outlives what is opened on it.
  const std::shared_ptr<rocksdb::Env> env(std::shared_ptr<void>(), rocks_env_of(files));
  return open_with([](const auto& with, const auto& where, const auto& families, auto* handles,
                      auto** db) { return rocksdb::DB::Open(with, where, families, handles, db); },
                   std::move(options), env, folder);
}

Result<RocksHandle> open_rocks_for_reading(const std::filesystem::path& folder,
                                           RocksRecovery recovery, FileSystem& files) {
  rocksdb::Options options = common_options(recovery, files);
  options.info_log = std::make_shared<NoLogger>();
  return open_with(
      [](const auto& with, const auto& where, const auto& families, auto* handles, auto** db) {
        return rocksdb::DB::OpenForReadOnly(with, where, families, handles, db);
      },
      std::move(options), read_only_rocks_env(files), folder);
}

Result<RocksHandle> open_rocks_following(const std::filesystem::path& folder, FileSystem& files) {
  rocksdb::Options options = common_options(RocksRecovery::strict, files);
  options.info_log = std::make_shared<NoLogger>();
  // Files that are open can still be read when their owner has deleted them.
  options.max_open_files = -1;
  return open_with(
      [](const auto& with, const auto& where, const auto& families, auto* handles, auto** db) {
        // The second path is for a diary, which NoLogger swallows.
        return rocksdb::DB::OpenAsSecondary(with, where, where, families, handles, db);
      },
      std::move(options), read_only_rocks_env(files), folder);
}

void delete_slowly(rocksdb::DBOptions& options, const FileSystem& files) {
  if (files.rocks()) return;
  options.sst_file_manager.reset(rocksdb::NewSstFileManager(
      rocksdb::Env::Default(), nullptr, "", /*rate_bytes_per_sec=*/128 * mib, true, nullptr,
      /*max_trash_db_ratio=*/0.5, /*bytes_max_delete_chunk=*/8 * mib));
}

rocksdb::WriteOptions rocks_write_options(bool sync) {
  rocksdb::WriteOptions options;
  options.sync = sync;
  options.protection_bytes_per_key = 8;
  return options;
}

rocksdb::ReadOptions rocks_read_options() {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  options.readahead_size = mib;
  return options;
}

Error rocks_error(const std::string& what, const rocksdb::Status& status) {
  const std::string sentence = status.ToString();
  const bool is_lock = sentence.find("While lock file") != std::string::npos ||
                       sentence.find("lock hold by current process") != std::string::npos;
  ErrorCode code = ErrorCode::corruption;
  if (status.IsIOError() && is_lock) {
    code = ErrorCode::locked;
  } else if ((status.IsIOError() && !status.IsPathNotFound()) || status.IsNoSpace() ||
             status.IsTryAgain() || status.IsBusy() || status.IsTimedOut()) {
    code = ErrorCode::io;
  }
  return {code, what + ": " + sentence};
}

RocksKey rocks_key(Position position) {
  RocksKey key;
  for (std::size_t i = 0; i < key.size(); ++i)
    key[i] = static_cast<char>(position.value >> (8 * (key.size() - 1 - i)));
  return key;
}

std::optional<Position> position_in(const rocksdb::Slice& key) {
  if (key.size() != std::tuple_size_v<RocksKey>) return {};
  Position position;
  for (std::size_t i = 0; i < key.size(); ++i)
    position.value = (position.value << 8) | static_cast<std::uint8_t>(key[i]);
  return position;
}

}  // namespace inmail
