#include "engine/repair.hpp"

#include <fcntl.h>
#include <stdio.h>

#include <cerrno>
#include <system_error>

#include "engine/erasure_list.hpp"
#include "engine/store_layout.hpp"
#include "events/file_system.hpp"
#include "events/head_file.hpp"
#include "events/key_backup.hpp"
#include "events/rocks_log.hpp"
#include "events/rocks_repair.hpp"

namespace inmail {
namespace {

namespace fs = std::filesystem;

Error io_error(const std::string& what, const std::error_code& cause) {
  return {ErrorCode::io, what + ": " + cause.message()};
}

RepairReport report_of(const LogExamination& examination) {
  return {.store = examination.store,
          .findings = examination.findings,
          .proven = examination.proven.position,
          .last_known = examination.last_known,
          .epoch = examination.epoch,
          .was_repaired = false,
          .aside = {}};
}

/// A folder that is not there yet: "lost/behind-27", or "lost/behind-27-2".
fs::path free_name(const StoreLayout& layout, Position proven) {
  const std::string name = "behind-" + std::to_string(proven.value);
  fs::path path = layout.lost() / name;
  std::error_code ignored;
  for (int number = 2; fs::exists(path, ignored); ++number)
    path = layout.lost() / (name + "-" + std::to_string(number));
  return path;
}

std::uint64_t bytes_below(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code failed;
  for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end;
       at.increment(failed)) {
    std::error_code gone;
    const auto size = at->is_regular_file(gone) ? at->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

Status check_room(const fs::path& store, std::uint64_t bytes) {
  std::error_code failed;
  const auto space = fs::space(store, failed);
  if (failed || space.available >= bytes) return {};
  return Error{ErrorCode::io, "a copy of the log needs about " + std::to_string(bytes) +
                                  " bytes, and beside " + store.string() + " only " +
                                  std::to_string(space.available) + " are free"};
}

/// Puts each folder in the other's place, at once: at no moment is there no log.
Status exchange(const fs::path& one, const fs::path& other) {
  if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) != 0)
    return io_error("cannot exchange " + one.string() + " and " + other.string(),
                    {errno, std::system_category()});
  if (auto synced = system_files().sync_directory_of(one); !synced) return synced;
  return system_files().sync_directory_of(other);
}

/// The views may show what is gone; they come back by replay.
Status take_views_away(const StoreLayout& layout, const fs::path& aside) {
  std::error_code failed;
  if (!fs::exists(layout.views(), failed)) return {};
  fs::rename(layout.views(), aside / "views", failed);
  if (failed) return io_error("cannot move " + layout.views().string(), failed);
  if (auto synced = system_files().sync_directory_of(layout.views()); !synced) return synced;
  return system_files().sync_directory_of(aside / "views");
}

/// Afterwards the log is what was proven, and the old one lies in `aside`.
Status replace_log(const StoreLayout& layout, const LogExamination& examination,
                   const fs::path& aside, const std::function<void(Position)>& on_progress) {
  auto written = write_proven_log(layout.log(), examination, aside / "log", on_progress);
  if (!written) return written;
  if (auto synced = system_files().sync_directory_of(aside / "log"); !synced) return synced;
  return exchange(aside / "log", layout.log());
}

/// A key that was destroyed stays so; but of whom, and that they were erased, may stand among what
/// is taken away. Left to the next opening, as a restore does. Requires: the log is what was
/// proven.
Status keep_erasures(const StoreLayout& layout, const LogExamination& examination,
                     const fs::path& aside) {
  auto list = read_erasures(layout.erasures());
  if (!list) return list.error();
  std::error_code ignored;
  if (fs::exists(layout.keys(), ignored)) {
    const auto destroyed = erased_in_key_file(layout.keys());
    if (!destroyed) return destroyed.error();
    list->insert(destroyed->begin(), destroyed->end());
  }
  if (list->empty()) return {};
  const fs::path head = aside / "head";
  const auto head_file =
      HeadFile::create(head, {examination.store, examination.epoch, examination.proven});
  if (!head_file) return head_file.error();
  ErasureList missing;
  {
    const auto log = RocksLog::open(
        {.path = layout.log(), .head_file = head, .access = LogAccess::read, .store = {}});
    if (!log) return log.error();
    const auto on_record = erasures_on_record(**log, Position{1}, *list);
    if (!on_record) return on_record.error();
    missing = missing_in(*on_record, *list);
  }
  fs::remove(head, ignored);
  return missing.empty() ? Status{} : write_erasures(layout.erasures(), missing);
}

/// For whoever finds the folder later.
Status write_reasons(const fs::path& aside, const RepairReport& report) {
  std::string text = "Taken away from behind position " + std::to_string(report.proven.value) +
                     " of store " + to_text(report.store) + ":\n";
  for (const std::string& finding : report.findings) text += finding + "\n";
  const auto file = write_whole(system_files(), aside / "why.txt", text);
  return file ? Status{} : Status{file.error()};
}

}  // namespace

Result<RepairReport> examine_store(const fs::path& store,
                                   const std::function<void(Position)>& on_progress) {
  const StoreLayout layout{store};
  const auto examination = examine_log(layout.log(), layout.head_file(), on_progress);
  if (!examination) return examination.error();
  return report_of(*examination);
}

Result<RepairReport> repair_store(const fs::path& store,
                                  const std::function<void(Position)>& on_progress) {
  const StoreLayout layout{store};
  const auto examination = examine_log(layout.log(), layout.head_file(), on_progress);
  if (!examination) return examination.error();
  RepairReport report = report_of(*examination);
  if (report.is_whole()) return report;

  if (examination->needs_new_log)
    if (auto room = check_room(layout.root, bytes_below(layout.log())); !room) return room.error();
  report.aside = free_name(layout, report.proven);
  std::error_code failed;
  fs::create_directories(report.aside, failed);
  if (failed) return io_error("cannot make " + report.aside.string(), failed);
  if (auto written = write_reasons(report.aside, report); !written) return written.error();
  if (auto synced = system_files().sync_directory_of(layout.lost()); !synced) return synced.error();
  if (auto taken = take_views_away(layout, report.aside); !taken) return taken.error();
  if (examination->needs_new_log)
    if (auto replaced = replace_log(layout, *examination, report.aside, on_progress); !replaced)
      return replaced.error();
  if (auto kept = keep_erasures(layout, *examination, report.aside); !kept) return kept.error();
  report.epoch = std::max<std::uint64_t>(examination->epoch, 1) + 1;
  const auto head_file =
      HeadFile::create(layout.head_file(), {examination->store, report.epoch, examination->proven});
  if (!head_file) return head_file.error();
  report.was_repaired = true;
  return report;
}

}  // namespace inmail
