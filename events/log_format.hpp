#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "events/file_system.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"

namespace inmail {

/// What the file FORMAT in the folder of a log says, in two lines of text: "inmail log 2" and
/// "store <32 hexadecimal digits>". Written before anything else is in the folder; its lock is the
/// lock of the log.
///
/// A format is a promise to programs that know no later one: that they find nothing in the log
/// which they cannot tell they do not know. An event that is new, or has a new version, says so
/// itself; what changes within many events at once raises the format:
///
///   1  the first
///   2  a text may have a reader, and be sealed for them too (events/text.hpp). A program that
///      knows only format 1 would take such a text for a damaged one; so it is told not to open the
///      log, in one place, where a version of every event that holds texts would say no more.
///
/// All that an earlier format allows, a later one does. So a log takes on the newest format when it
/// is opened for writing, before anything is written to it; opening it for reading changes nothing.
struct LogFormat {
  static constexpr std::uint32_t known = 2;

  std::uint32_t version = known;
  StoreId store;

  bool operator==(const LogFormat&) const = default;
};

/// Makes the folder if need be, and its FORMAT; durable on return. Errors: conflict (there is one
/// already, which stays), io.
Status write_log_format(FileSystem& files, const std::filesystem::path& folder,
                        const LogFormat& format);

/// Errors: not_found (no such folder, or nothing in it); corruption (a folder of something else, or
/// a damaged FORMAT); newer_format; io.
Result<LogFormat> read_log_format(FileSystem& files, const std::filesystem::path& folder);

/// Gives a log the newest format, unless it has it: one digit of FORMAT is overwritten where it
/// stands, and synced. So the lock on the file stays what it is, and a crash leaves the one digit
/// or the other. Requires: the caller holds the lock. Errors: as `read_log_format`.
Status raise_log_format(FileSystem& files, const std::filesystem::path& folder);

/// Takes the log for the one who may write. It is free again when the file is closed.
/// Errors: locked, io.
Result<std::shared_ptr<File>> lock_log(FileSystem& files, const std::filesystem::path& folder);

}  // namespace inmail
