#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "events/ids.hpp"
#include "events/result.hpp"

namespace inmail {

/// What a backup has added to what was there.
struct BackupReport {
  StoreId store;
  Position before;  ///< Where the backup ended.
  Position head;    ///< Where it ends now.
  std::uint64_t epoch = 0;
  std::uint64_t bytes = 0;  ///< Of the frames that were added.
};

struct KeyBackupReport {
  std::uint64_t erased_members = 0;  ///< Whose keys, one or both, are in the list of erasures.
};

/// Brings the backup in `folder` up to what is durable in the store now: the frames of the log that
/// the backup has not. The store may be at work in another process; it is only read. The backup
/// holds no keys, hence no text that can be read, but the list of erasures (as of now, on record or
/// in the keys). It is a store that can be read like any other.
///
/// After a crash the backup is what it was, or more. Errors: as `copy_log`; conflict where the
/// backup is of another store or holds another history.
Result<BackupReport> back_up_store(const std::filesystem::path& store,
                                   const std::filesystem::path& folder,
                                   const std::function<void(Position)>& on_progress = {});

/// Copies the key file of a store, which may be at work, into `folder`, with the list of erasures.
/// To be kept apart from the backups of the store. What was erased since the last time is gone from
/// the new copy, and the old one is overwritten.
/// Errors: not_found (no key file), corruption (a damaged one), io.
Result<KeyBackupReport> back_up_keys(const std::filesystem::path& store,
                                     const std::filesystem::path& folder);

struct RestoreOptions {
  std::filesystem::path backup;
  std::filesystem::path store;  ///< To be made; nothing may be there but an empty folder.
  std::optional<std::filesystem::path> keys;  ///< A backup of keys; without it no text is readable.
  std::function<void(Position)> on_progress;  ///< Copying, then auditing.
};

struct RestoreReport {
  StoreId store;
  Position head;
  std::uint64_t epoch = 0;
  bool is_sound = false;  ///< All on record is right; otherwise no store was made.
  std::vector<std::string>
      violations;  ///< Also what is only overdue, and so happens once it opens.
  bool has_keys = false;
  std::uint64_t erased_members = 0;  ///< Whose keys were destroyed in the restored key file.
};

/// Makes a store of a backup. The whole chain is proven, and every event audited, before there is a
/// store; every key that was erased (by a list of the backup or of the keys, or on record) is
/// erased in its keys; and whose erasure is on a list, but not on record, is erased by the next
/// opening, with what they received if that is on the list, before it answers anything. It begins a
/// new epoch, so that subscribers notice.
///
/// After a crash in the middle there is no store; what was begun lies beside it, and the next
/// restore removes it. Errors: conflict (something is in the way); those of `RocksLog::open`,
/// `copy_log` and `audit`, corruption (a damaged list of erasures), io.
Result<RestoreReport> restore_store(const RestoreOptions& options);

}  // namespace inmail
