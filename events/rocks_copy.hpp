#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "events/event_log.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"

namespace inmail {

/// Where a log is copied to: as for `RocksLogOptions`.
struct LogCopyTarget {
  std::filesystem::path path;
  std::filesystem::path head_file;
  StoreId store;  ///< Of the log that is copied.
};

/// What a copy has added.
struct LogCopied {
  LogHead before;  ///< Where the copy ended.
  LogHead head;    ///< Where it ends now.
  std::uint64_t epoch = 0;
  std::uint64_t bytes = 0;  ///< Of the frames that were added.
};

/// Brings the copy of a log up to where `source` ends: the same frames, of which only those are
/// read that the copy has not. Makes the copy if need be. Every frame is proven on the way, and
/// that the copy is a beginning of the source. Durable on return. Told now and then how far it is.
///
/// After a crash the copy is a beginning of the source, too; it is synced every 32 MiB, not frame
/// by frame. Errors: conflict (the copy is of another store, or holds another history: then nothing
/// was written); those of `RocksLog::open` and `LogReader` for either log.
Result<LogCopied> copy_log(const EventLog& source, const LogCopyTarget& target,
                           const std::function<void(Position)>& on_progress);

}  // namespace inmail
