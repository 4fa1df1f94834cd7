#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/status.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "events/file_system.hpp"
#include "events/frame.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"
#include "projections/rocks_view_store.hpp"

// How views use RocksDB. Only for the files of this folder whose names begin with rocks_.

namespace inmail::rocks {

rocksdb::DBOptions database_options(const FileSystem& files);
rocksdb::ColumnFamilyOptions family_options(const ViewStoreOptions& with);

/// "cannot read view inbox.1: IO error: ...". Corruption for all that is not the system's fault.
Error store_error(const std::string& what, const rocksdb::Status& status);

/// Remembers in a file that the database turned out to be damaged. It must be a file of its own: a
/// damaged database takes no more writes. Any thread.
class DamageMark {
 public:
  DamageMark(FileSystem& files, const std::string& folder);

  /// What was noted last time; empty if nothing was.
  std::string read() const;
  void note(const Error& error);
  void remove();

 private:
  FileSystem& files_;
  const std::filesystem::path file_;
  std::mutex mutex_;
};

/// One column family: the rows of a table, its checkpoint under a key that begins with a zero byte,
/// and how far it is flushed. Any thread. Database and mark must outlive it.
class Family {
 public:
  Family(rocksdb::DB& db, DamageMark& damage, rocksdb::ColumnFamilyHandle* handle,
         std::string name);
  ~Family();
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

  const std::string& name() const { return name_; }
  rocksdb::DB& db() const { return db_; }

  Result<std::optional<std::string>> get(std::string_view key,
                                         const rocksdb::ReadOptions& options) const;
  Status scan(std::string_view first, std::string_view last, const Rows::Visit& visit,
              rocksdb::ReadOptions options) const;
  Result<LogHead> checkpoint(const rocksdb::ReadOptions& options) const;
  Status write(const RowBatch& batch);
  Status flush(bool wait);
  Status flush_if_due(Timestamp now, const ViewStoreOptions& options);
  bool has_unflushed() const { return has_unflushed_; }
  Status drop();
  Status check_not_dropped() const;

 private:
  Error failed_to(const char* what, const rocksdb::Status& status) const;

  rocksdb::DB& db_;
  DamageMark& damage_;
  rocksdb::ColumnFamilyHandle* const handle_;
  const std::string name_;
  std::atomic<bool> is_dropped_{false};

  std::atomic<bool> has_unflushed_{false};
  std::atomic<std::uint64_t> written_{0};  ///< The position of the last checkpoint.
  std::mutex flush_mutex_;
  std::uint64_t flushed_ = 0;
  std::optional<Timestamp> unflushed_since_;
};

}  // namespace inmail::rocks
