#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "events/file_system.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"

namespace inmail {

/// What the file FORMAT in the folder of a log says, in two lines of text: "inmail log 1" and
/// "store <32 hexadecimal digits>". Written once, before anything else is in the folder; its lock
/// is the lock of the log.
struct LogFormat {
  static constexpr std::uint32_t known = 1;

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

/// Takes the log for the one who may write. It is free again when the file is closed.
/// Errors: locked, io.
Result<std::shared_ptr<File>> lock_log(FileSystem& files, const std::filesystem::path& folder);

}  // namespace inmail
