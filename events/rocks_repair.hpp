#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/file_system.hpp"
#include "events/head_file.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"

namespace inmail {

/// What is wrong with a log, and how much of it is proven. Changes nothing.
struct LogExamination {
  StoreId store;
  /// The end of the chain of intact frames from position 1 on.
  LogHead proven;
  std::uint64_t epoch = 0;  ///< The highest that the head file or a proven frame knows.
  /// The last position that is known to have been there: by the head file, or because something
  /// intact lies behind the damage. At least `proven.position`.
  Position last_known;
  bool needs_new_log = false;         ///< What is proven is not what RocksDB would open.
  bool needs_new_head_file = false;   ///< It is missing, damaged, or knows another end.
  std::vector<std::string> findings;  ///< A sentence each; none for a log that opens and is whole.
  std::shared_ptr<File> lock;         ///< Keeps owners out; null where FORMAT is missing.
};

/// Reads all of a log, from its files if RocksDB gives up on it. Told now and then how far it is.
/// Errors: not_found (there is no log); locked; newer_format; corruption (the head file is of
/// another store, or nothing tells which store this is); io.
Result<LogExamination> examine_log(const std::filesystem::path& folder,
                                   const std::filesystem::path& head_file,
                                   const std::function<void(Position)>& on_progress);

/// Makes a log in `to` of what is proven in `folder`: the same frames in a new database. Durable on
/// return; cut short by a crash, it is no log. Errors: io; conflict (there is something in `to`).
Status write_proven_log(const std::filesystem::path& folder, const LogExamination& examination,
                        const std::filesystem::path& to,
                        const std::function<void(Position)>& on_progress);

}  // namespace inmail
