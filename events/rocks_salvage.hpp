#pragma once

#include <rocksdb/sst_file_reader.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/frame.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"
#include "events/rocks_options.hpp"

namespace inmail {

/// The frames that lie intact in the files of a log, whatever RocksDB makes of these files: tables
/// are read one by one, whether or not a manifest names them, and write-ahead logs as plain bytes.
/// So a damaged manifest costs nothing, and a damaged table only what is damaged in it.
///
/// Holds the write-ahead logs in memory, and one open table. Changes nothing. One thread; the log
/// must have no owner at work.
class SalvagedFrames {
 public:
  struct Found {
    Position first;
    LogHead head;
    std::uint64_t epoch = 0;
    Bytes bytes;  ///< Valid until the next call.
  };

  /// Errors: io.
  static Result<SalvagedFrames> open(const std::filesystem::path& folder);

  SalvagedFrames(SalvagedFrames&&) noexcept;
  ~SalvagedFrames();

  /// The frame that follows `head` in the chain; nothing if none does.
  /// Errors: newer_format; io, when the system cannot read what may well be intact.
  Result<std::optional<Found>> after(const LogHead& head);

  /// The last position that any file holds something of, intact or not.
  Position last_seen() const { return last_seen_; }

  /// Tables of which nothing can be read, each with the reason.
  const std::vector<std::string>& unreadable() const { return unreadable_; }

 private:
  struct Table {
    std::filesystem::path path;
    Position smallest;
    Position largest;
  };

  SalvagedFrames() = default;

  Status look_at_tables(const std::filesystem::path& folder);
  rocksdb::Status open_table(const std::filesystem::path& path);
  rocksdb::Status go_to(const Table& table, Position first);

  std::vector<Table> tables_;
  std::multimap<Position, std::string> from_wals_;  ///< By first position.
  Position last_seen_;
  std::vector<std::string> unreadable_;

  const Table* table_ = nullptr;  ///< The one that is open.
  std::unique_ptr<rocksdb::SstFileReader> reader_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

}  // namespace inmail
