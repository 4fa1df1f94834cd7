#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "events/file_system.hpp"
#include "events/frame.hpp"
#include "events/head_file.hpp"
#include "events/result.hpp"
#include "events/rocks_options.hpp"

namespace inmail {

/// The last frame of a log, whole and in the chain, where only what RocksDB wrote around it is
/// torn, so that RocksDB does not see it. Nothing is lost if it is written again.
struct FrameBehind {
  std::string bytes;
  Position first;
  LogHead head;
  std::uint64_t epoch = 0;
};

/// A log that was read and found good, as far as opening looks.
struct LogProof {
  LogHead head;             ///< As RocksDB sees it.
  std::uint64_t epoch = 0;  ///< Of the last frame; 0 for an empty log.
  /// Set when the end of the write-ahead log is torn, as a loss of power leaves it, and nothing
  /// that was acknowledged is in the torn part: why it is taken to be.
  std::optional<std::string> torn_tail;
  std::optional<FrameBehind> frame_behind;         ///< Behind `head`.
  RocksRecovery recovery = RocksRecovery::strict;  ///< As which RocksDB reads it so.
  RocksHandle rocks;                               ///< Open for reading.

  /// Where the log ends once an owner has it.
  const LogHead& end() const { return frame_behind ? frame_behind->head : head; }
};

/// What opening proves, without changing a byte on the disk: the last frames are intact and chained
/// (64 of them; all that came out of the write-ahead log; and back to the head file's mark), the
/// log reaches the mark with the same hash, and no intact frame lies in the write-ahead log behind
/// what RocksDB makes of it, or only the one that comes next. Without a mark the last frames are
/// all there is to go by. `is_live`: another process may be writing, so that more may be there than
/// was read.
///
/// Reads the tail only; the whole log is not read unless something is wrong.
/// Errors: corruption, newer_format (the message names the first position that cannot be read), io.
Result<LogProof> prove_log(FileSystem& files, const std::filesystem::path& folder,
                           const std::optional<HeadMark>& mark, bool is_live);

/// As `prove_log`, for a log that is followed while its owner writes.
Result<LogProof> prove_followed(FileSystem& files, const std::filesystem::path& folder,
                                const std::optional<HeadMark>& mark);

/// The last frame, checked. Errors: corruption, newer_format, io.
struct LogEnd {
  LogHead head;
  std::uint64_t epoch = 0;
};
Result<LogEnd> end_of_log(rocksdb::DB& db);

}  // namespace inmail
