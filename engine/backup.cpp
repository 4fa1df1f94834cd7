#include "engine/backup.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <system_error>
#include <utility>

#include "engine/erasure_list.hpp"
#include "engine/store_layout.hpp"
#include "events/file_key_store.hpp"
#include "events/file_system.hpp"
#include "events/head_file.hpp"
#include "events/key_backup.hpp"
#include "events/rocks_copy.hpp"
#include "events/rocks_log.hpp"
#include "projections/audit.hpp"

namespace inmail {
namespace {

namespace fs = std::filesystem;

constexpr const char* erasures_name = "erased";
constexpr const char* keys_name = "keys";

Status make_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (!failed) return {};
  return Error{ErrorCode::io, "cannot make " + folder.string() + ": " + failed.message()};
}

/// How many members they are the keys of.
std::uint64_t members_in(const auto& keys) {
  std::set<MemberId> members;
  for (const KeyId& key : keys) members.insert(key.member);
  return members.size();
}

/// Adds `erased` to the list there is.
Result<ErasureList> extend_erasures(const fs::path& file, const std::vector<KeyId>& erased) {
  auto list = read_erasures(file);
  if (!list) return list;
  list->insert(erased.begin(), erased.end());
  if (auto written = write_erasures(file, *list); !written) return written.error();
  return list;
}

bool is_within(const fs::path& inner, const fs::path& outer) {
  std::error_code failed;
  const fs::path whole = fs::weakly_canonical(outer, failed);
  const fs::path part = fs::weakly_canonical(inner, failed);
  return !failed &&
         std::mismatch(whole.begin(), whole.end(), part.begin(), part.end()).first == whole.end();
}

Status check_may_hold_backup(const fs::path& store, const fs::path& folder) {
  std::error_code failed;
  if (fs::equivalent(store, folder, failed))
    return Error{ErrorCode::conflict, folder.string() + " is the store itself"};
  if (is_within(folder, store))
    return Error{ErrorCode::conflict, folder.string() + " is within the store, and lost with it"};
  if (!fs::exists(folder, failed) || fs::exists(StoreLayout{folder}.log(), failed)) return {};
  if (fs::is_directory(folder, failed) && fs::is_empty(folder, failed)) return {};
  return Error{ErrorCode::conflict, folder.string() + " is neither empty nor a backup"};
}

/// Greater than every epoch that the store can have had, also after the backup was made: a repair
/// adds one, a restore takes the seconds since 1970.
std::uint64_t epoch_behind(std::uint64_t epoch) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  return std::max(epoch + 1, static_cast<std::uint64_t>(seconds));
}

/// The log of the backup, proven and audited, as the log of a store in `making`.
Status restore_log(const RestoreOptions& options, const StoreLayout& making,
                   RestoreReport& report) {
  const StoreLayout backup{options.backup};
  const auto source = RocksLog::open({.path = backup.log(),
                                      .head_file = backup.head_file(),
                                      .access = LogAccess::read,
                                      .store = {}});
  if (!source) return source.error();
  report.store = (*source)->store();
  const auto copied = copy_log(
      **source, {.path = making.log(), .head_file = making.head_file(), .store = report.store},
      options.on_progress);
  if (!copied) return copied.error();
  report.head = copied->head.position;
  {
    const auto log = RocksLog::open({.path = making.log(),
                                     .head_file = making.head_file(),
                                     .access = LogAccess::read,
                                     .store = {}});
    if (!log) return log.error();
    const auto audited = audit(**log, {.views_equal = {}, .on_progress = options.on_progress});
    if (!audited) return audited.error();
    report.is_sound = audited->is_right;
    for (const Violation& each : audited->first_violations)
      report.violations.push_back(each.invariant + " at position " +
                                  std::to_string(each.position.value) + ": " + each.sentence);
  }
  report.epoch = epoch_behind(std::max((*source)->epoch(), copied->epoch));
  const auto head_file =
      HeadFile::create(making.head_file(), {report.store, report.epoch, copied->head});
  return head_file ? Status{} : Status{head_file.error()};
}

/// Every key that was ever erased. What of them is not on record in the log that was brought back,
/// though it knows the member, is left to the next opening.
Result<ErasureList> gather_erasures(const RestoreOptions& options, const StoreLayout& making) {
  auto all = read_erasures(options.backup / erasures_name);
  if (!all) return all;
  if (options.keys) {
    const auto more = read_erasures(*options.keys / erasures_name);
    if (!more) return more;
    all->insert(more->begin(), more->end());
  }
  const auto log = RocksLog::open({.path = making.log(),
                                   .head_file = making.head_file(),
                                   .access = LogAccess::read,
                                   .store = {}});
  if (!log) return log.error();
  const auto found = erasures_on_record(**log, Position{1}, *all);
  if (!found) return found.error();
  if (const ErasureList missing = missing_in(*found, *all); !missing.empty())
    if (auto left = write_erasures(making.erasures(), missing); !left) return left.error();
  all->insert(found->erased.begin(), found->erased.end());
  return all;
}

Status restore_keys(const RestoreOptions& options, const StoreLayout& making,
                    RestoreReport& report) {
  const auto all = gather_erasures(options, making);
  if (!all) return all.error();
  if (!options.keys) return {};
  if (auto copied = copy_key_file(*options.keys / keys_name, making.keys()); !copied)
    return copied.error();
  auto keys = FileKeyStore::open(making.keys(), {});
  if (!keys) return keys.error();
  for (const KeyId& key : *all)
    if (auto erased = (*keys)->erase(key); !erased) return erased;
  keys->reset();
  const auto erased = erased_in_key_file(making.keys());
  if (!erased) return erased.error();
  report.erased_members = members_in(*erased);
  report.has_keys = true;
  return {};
}

/// With keys in it, what was begun is wiped and not just unlinked.
void drop(const fs::path& making) {
  [[maybe_unused]] const auto wiped = wipe_and_remove(system_files(), StoreLayout{making}.keys());
  std::error_code ignored;
  fs::remove_all(making, ignored);
}

}  // namespace

Result<BackupReport> back_up_store(const fs::path& store, const fs::path& folder,
                                   const std::function<void(Position)>& on_progress) {
  if (auto may = check_may_hold_backup(store, folder); !may) return may.error();
  const StoreLayout from{store};
  const StoreLayout to{folder};
  // Who follows a log has all its files open, so that its owner may tidy up meanwhile.
  const auto source = RocksLog::open({.path = from.log(),
                                      .head_file = from.head_file(),
                                      .access = LogAccess::follow,
                                      .store = {}});
  if (!source) return source.error();
  if (auto made = make_folder(folder); !made) return made.error();
  const auto copied = copy_log(
      **source, {.path = to.log(), .head_file = to.head_file(), .store = (*source)->store()},
      on_progress);
  if (!copied) return copied.error();

  const auto in_keys = erased_in_key_file(from.keys());
  if (!in_keys && in_keys.error().code != ErrorCode::not_found) return in_keys.error();
  const auto added = erasures_on_record(**source, Position{copied->before.position.value + 1}, {});
  if (!added) return added.error();
  std::vector<KeyId> erased = added->erased;
  if (in_keys) erased.insert(erased.end(), in_keys->begin(), in_keys->end());
  const auto list = extend_erasures(folder / erasures_name, erased);
  if (!list) return list.error();
  return BackupReport{.store = (*source)->store(),
                      .before = copied->before.position,
                      .head = copied->head.position,
                      .epoch = copied->epoch,
                      .bytes = copied->bytes};
}

Result<KeyBackupReport> back_up_keys(const fs::path& store, const fs::path& folder) {
  if (auto made = make_folder(folder); !made) return made.error();
  const auto erased = copy_key_file(StoreLayout{store}.keys(), folder / keys_name);
  if (!erased) return erased.error();
  const auto list = extend_erasures(folder / erasures_name, *erased);
  if (!list) return list.error();
  return KeyBackupReport{.erased_members = members_in(*list)};
}

Result<RestoreReport> restore_store(const RestoreOptions& options) {
  std::error_code failed;
  if (fs::exists(options.store, failed) &&
      !(fs::is_directory(options.store, failed) && fs::is_empty(options.store, failed)))
    return Error{ErrorCode::conflict,
                 options.store.string() + " is in the way: a restore makes a new store"};
  fs::path making = options.store / "";
  making = making.parent_path();
  making += ".restoring";
  drop(making);
  if (auto made = make_folder(making); !made) return made.error();

  RestoreReport report;
  Status done = restore_log(options, {making}, report);
  if (done && report.is_sound) done = restore_keys(options, {making}, report);
  if (!done || !report.is_sound) {
    drop(making);
    if (!done) return done.error();
    return report;
  }
  if (auto synced = system_files().sync_directory_of(making / "."); !synced) return synced.error();
  fs::rename(making, options.store, failed);
  if (failed)
    return Error{ErrorCode::io, "cannot rename " + making.string() + ": " + failed.message()};
  if (auto synced = system_files().sync_directory_of(options.store); !synced) return synced.error();
  return report;
}

}  // namespace inmail
