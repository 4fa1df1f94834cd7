#pragma once

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <rocksdb/status.h>

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "events/file_system.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"

// How the log uses RocksDB. Only for the files of this folder whose names begin with rocks_.

namespace inmail {

/// An open database. Keeps the environment alive that it was opened in.
using RocksHandle = std::shared_ptr<rocksdb::DB>;

/// How a damaged end of the write-ahead log is met.
enum class RocksRecovery {
  strict,         ///< Only a record that was cut short at the very end is dropped.
  point_in_time,  ///< Everything from the first damage on is dropped.
  diagnostic,     ///< As before, and damaged tables are only noticed when they are read.
};

/// Opens for writing; creates the database if `create` is set. Errors: corruption, locked, io.
Result<RocksHandle> open_rocks_for_writing(const std::filesystem::path& folder,
                                           RocksRecovery recovery, bool create,
                                           FileSystem& files = system_files());

/// Opens for reading through a file system that refuses every write, so that nothing on the disk
/// changes, whatever RocksDB thinks of it. Errors: corruption, io.
Result<RocksHandle> open_rocks_for_reading(const std::filesystem::path& folder,
                                           RocksRecovery recovery, FileSystem& files);

/// Opens beside a live owner whom it can follow; writes nothing. Errors: corruption, io.
Result<RocksHandle> open_rocks_following(const std::filesystem::path& folder, FileSystem& files);

/// Lets tables that are no longer needed go piece by piece: deleting a large file at once stalls
/// the syncs of the log beside it. What waits stays less than what is there. (RocksDB's ratio is to
/// both together: 1.0 bounds nothing.) Not where a simulated disk stands below RocksDB.
void delete_slowly(rocksdb::DBOptions& options, const FileSystem& files);

/// For one frame: durable when `Put` returned, if `sync` is set.
rocksdb::WriteOptions rocks_write_options(bool sync = true);

/// For scans: checksums verified, nothing kept in the cache.
rocksdb::ReadOptions rocks_read_options();

/// "cannot read the log: IO error: ...". Corruption for all that is not the system's fault.
Error rocks_error(const std::string& what, const rocksdb::Status& status);

/// The first position of a frame, big-endian, so that keys sort as positions do.
using RocksKey = std::array<char, 8>;
RocksKey rocks_key(Position position);
inline rocksdb::Slice slice_of(const RocksKey& key) { return {key.data(), key.size()}; }
/// Nothing if it is not the key of a frame.
std::optional<Position> position_in(const rocksdb::Slice& key);

}  // namespace inmail
