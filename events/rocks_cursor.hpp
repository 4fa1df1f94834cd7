#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <optional>
#include <vector>

#include "events/event_log.hpp"
#include "events/ids.hpp"

namespace inmail {

/// The frames of a database from the one that holds `from` up to the one that ends at `last`, as
/// the database stood when the cursor was made. Checks keys and the order of positions; hashes are
/// for whoever reads. The database must outlive it.
///
/// An iterator of RocksDB looks into several tables at once, and fails on a damage that lies far
/// ahead. Then the cursor goes on key by key, so that everything before the damage is still read.
class RocksCursor final : public FrameCursor {
 public:
  RocksCursor(rocksdb::DB& db, Position from, Position last);

  Result<std::optional<Bytes>> next() override;

 private:
  bool step();
  Result<Bytes> next_by_key();

  rocksdb::DB& db_;
  std::unique_ptr<rocksdb::Iterator> iterator_;  ///< Null once it has failed.
  rocksdb::PinnableSlice pinned_;
  const Position from_;
  const Position last_;
  Position seen_;  ///< Where the last frame ends that was read, by its own account.
  bool has_started_ = false;
};

/// A frame under its key. Errors: corruption when the key is none, or another frame's.
Result<Bytes> stored_frame(const rocksdb::Iterator& at);

/// The frame that begins at `first`; `pinned` keeps its bytes. Touches no table that cannot hold
/// it. Errors: corruption, also when there is none; io.
Result<Bytes> stored_frame(rocksdb::DB& db, Position first, rocksdb::PinnableSlice& pinned);

/// The first and the last key of a table.
struct TableRange {
  Position smallest;
  Position largest;
};

/// The tables of a database, sorted. Nothing is read for it.
std::vector<TableRange> tables_of(rocksdb::DB& db);

}  // namespace inmail
