#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/file_system.hpp"
#include "events/frame.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"
#include "projections/rows.hpp"

namespace inmail {

struct ViewStoreOptions {
  std::size_t block_cache_bytes = std::size_t{64} << 20;  ///< Shared by all tables.
  std::size_t write_buffer_bytes = std::size_t{8} << 20;  ///< Of each table; up to three of them.
  /// How much of a table may be lost, and folded again, by a crash.
  std::uint64_t flush_events_max = 500'000;
  Milliseconds flush_interval = std::chrono::seconds{60};
  FileSystem* files = &system_files();  ///< Where it lies. Must outlive the store.
};

/// Changes to one table that are written together or not at all. Points into the caller's bytes.
struct RowBatch {
  struct Change {
    std::string_view key;
    std::optional<std::string_view> value;  ///< Nothing: the row is erased.
  };
  struct Range {
    std::string_view first;
    std::string_view last;
  };

  std::vector<Range> erased_ranges;  ///< Erased before the changes are made.
  std::vector<Change> changes;
  std::optional<LogHead> checkpoint;  ///< What these rows are the fold of.
};

/// The committed rows of a table at one instant, with the checkpoint of that instant. To be read
/// only; one thread. Keeps the table open.
class RowsSnapshot : public Rows {
 public:
  /// Zero for a table that has none.
  virtual const LogHead& checkpoint() const = 0;

  void put(std::string_view, std::string_view) final;
  void erase(std::string_view) final;
};

/// The rows of one revision of one view, and its checkpoint, in one column family; so both are
/// always of one instant. Any thread may call any method at any time.
///
/// There is no write-ahead log. After a crash a table stands as it stood at some earlier `write`,
/// at or behind the last flush: what is missing is folded again from its checkpoint on.
/// Errors of all methods: io, corruption; closed after the table was dropped.
class ViewTable {
 public:
  virtual ~ViewTable() = default;

  virtual const std::string& name() const = 0;

  virtual Result<std::optional<std::string>> get(std::string_view key) const = 0;
  virtual Status write(const RowBatch& batch) = 0;
  /// Rows from `first` (inclusive) to `last` (exclusive; empty: to the end), as they stand now.
  virtual Status scan(std::string_view first, std::string_view last,
                      const Rows::Visit& visit) const = 0;
  virtual Result<std::unique_ptr<RowsSnapshot>> snapshot() const = 0;

  /// Zero for a table that has none.
  virtual Result<LogHead> checkpoint() const = 0;

  /// Makes all that was written durable before it returns.
  virtual Status flush() = 0;
  /// Begins to make it durable if the table is `flush_events_max` events or, by `now`,
  /// `flush_interval` past the last time. To be called now and then, with one clock.
  virtual Status flush_if_due(Timestamp now) = 0;
  /// Was anything written since the last flush?
  virtual bool has_unflushed() const = 0;
};

/// Where views live: a RocksDB of their own, without a write-ahead log, a table (column family) for
/// each revision of a view. Everything in it can be rebuilt from the log, so a store in which
/// damage was met is thrown away and begun anew when it is opened next, and `rebuilt_because` says
/// so. (A database in which RocksDB met damage takes no more writes, for any table.)
///
/// The store owns the database together with the tables and snapshots that it handed out: the last
/// one closes it, flushed. Any thread may call any method at any time. One process, one owner.
class RocksViewStore {
 public:
  /// Opens the folder, or makes it. Errors: locked (another process has it); io.
  static Result<std::unique_ptr<RocksViewStore>> open(const std::string& folder,
                                                      const ViewStoreOptions& options);
  ~RocksViewStore();
  RocksViewStore(const RocksViewStore&) = delete;
  RocksViewStore& operator=(const RocksViewStore&) = delete;

  /// Why what was there was thrown away; empty if nothing was.
  const std::string& rebuilt_because() const { return rebuilt_because_; }

  /// The table of that name ("inbox.1"), made if there is none. Errors: io, invalid_argument.
  Result<std::shared_ptr<ViewTable>> table(const std::string& name);

  /// Sorted.
  std::vector<std::string> table_names() const;

  /// Deletes a table with all its rows; its handles answer `closed` from then on. Dropping one that
  /// is not there is fine. Errors: io.
  Status drop(const std::string& name);
  /// Drops every table that is not named: revisions that nobody knows any more.
  Status keep_only(std::span<const std::string> names);

  /// Flushes every table.
  Status flush();

 private:
  class Database;
  class Table;
  class Snapshot;

  RocksViewStore(std::shared_ptr<Database> database, std::string rebuilt_because);

  std::shared_ptr<Database> database_;
  const std::string rebuilt_because_;
};

}  // namespace inmail
