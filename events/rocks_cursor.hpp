#pragma once

#include <rocksdb/db.h>
#include <rocksdb/sst_file_reader.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/event_log.hpp"
#include "events/ids.hpp"

namespace inmail {

/// The frame that an iterator stands on. Errors: corruption when its key is none, or another
/// frame's.
Result<Bytes> stored_frame(const rocksdb::Iterator& at);

/// One table of a database, by its first and last key.
struct RocksTable {
  std::string path;
  Position smallest;
  Position largest;
};

/// The tables of a database, sorted; nothing is read for it.
std::vector<RocksTable> tables_of(rocksdb::DB& db);

/// Finds single frames in a database that may be damaged: looks into the one table that may hold a
/// frame and into no other. (RocksDB's own reads meet damage in tables that they only pass.) One
/// thread; the database must outlive it.
class FrameFinder {
 public:
  explicit FrameFinder(rocksdb::DB& db);

  /// The frame that begins at `first`, valid until the next call. Errors: corruption, also when
  /// there is none; io.
  Result<Bytes> at(Position first);

  /// As they were when this was made.
  const std::vector<RocksTable>& tables() const { return tables_; }

 private:
  Result<Bytes> in_table(const RocksTable& table, Position first);

  rocksdb::DB& db_;
  const std::vector<RocksTable> tables_;
  const RocksTable* open_table_ = nullptr;
  std::unique_ptr<rocksdb::SstFileReader> reader_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
  rocksdb::PinnableSlice pinned_;
};

/// The frames of a database from the one that holds `from` up to the one that ends at `last`, as
/// the database stood when the cursor was made. Checks keys and the order of positions; hashes are
/// for whoever reads. The database must outlive it.
///
/// Once RocksDB's iterator has failed, it goes on frame by frame, so that everything before the
/// damage is still read.
class RocksCursor final : public FrameCursor {
 public:
  RocksCursor(rocksdb::DB& db, Position from, Position last);

  Result<std::optional<Bytes>> next() override;

 private:
  bool step();
  Result<Bytes> next_found();

  rocksdb::DB& db_;
  std::unique_ptr<rocksdb::Iterator> iterator_;  ///< Null once it has failed.
  std::optional<FrameFinder> finder_;            ///< Since then.
  const Position from_;
  const Position last_;
  Position seen_;  ///< Where the last frame ends that was read, by its own account.
  bool has_started_ = false;
};

}  // namespace inmail
