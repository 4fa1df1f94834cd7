#include "events/rocks_repair.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "events/log_format.hpp"
#include "events/rocks_options.hpp"
#include "events/rocks_proof.hpp"
#include "events/rocks_salvage.hpp"

namespace inmail {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t frames_between_reports = 256;

std::string text_of(Position position) { return "position " + std::to_string(position.value); }

/// Goes along the chain from position 1 on, as far as it is intact.
template <class Visit>
Result<LogHead> walk(SalvagedFrames& frames, std::uint64_t& epoch,
                     const std::function<void(Position)>& on_progress, Visit&& visit) {
  LogHead head;
  for (std::uint64_t count = 1;; ++count) {
    const auto found = frames.after(head);
    if (!found) return found.error();
    if (!*found || (*found)->epoch < epoch) return head;
    if (auto visited = visit(**found); !visited) return visited.error();
    epoch = (*found)->epoch;
    head = (*found)->head;
    if (on_progress && count % frames_between_reports == 0) on_progress(head.position);
  }
}

/// Which store this is, and what its head file says. Errors: newer_format, corruption, io.
Result<std::optional<HeadMark>> look_at_head_file(const fs::path& head_file,
                                                  LogExamination& examination) {
  auto mark = HeadFile::read(head_file);
  if (mark) return std::optional<HeadMark>{*mark};
  const ErrorCode code = mark.error().code;
  if (code != ErrorCode::not_found && code != ErrorCode::corruption) return mark.error();
  examination.needs_new_head_file = true;
  examination.findings.push_back(
      code == ErrorCode::not_found
          ? head_file.string() + " is missing: nothing tells whether the log has lost its end"
          : mark.error().message);
  return std::optional<HeadMark>{};
}

Status look_at_format(const fs::path& folder, const std::optional<HeadMark>& mark,
                      LogExamination& examination) {
  const auto format = read_log_format(system_files(), folder);
  if (format) {
    examination.store = format->store;
    if (!mark || mark->store == format->store) return {};
    return Error{ErrorCode::corruption, "the head file belongs to store " + to_text(mark->store) +
                                            ", and " + folder.string() + " to store " +
                                            to_text(format->store) +
                                            ": put the right head file in its place, or remove it"};
  }
  if (format.error().code != ErrorCode::corruption) return format.error();
  if (!mark)
    return Error{ErrorCode::corruption, format.error().message +
                                            ", and there is no head file: nothing tells which "
                                            "store this is; restore a backup"};
  examination.store = mark->store;
  examination.needs_new_log = true;
  examination.findings.push_back(format.error().message);
  return {};
}

/// Whether the log opens as what is proven, and nothing else.
Status compare_with_rocks(const fs::path& folder, const std::optional<HeadMark>& mark,
                          LogExamination& examination) {
  const LogHead proven = examination.proven;
  const auto with_mark = prove_log(system_files(), folder, mark, /*is_live=*/false);
  if (with_mark && with_mark->end() == proven) return {};
  if (with_mark) {
    examination.needs_new_log = true;
    examination.findings.push_back(folder.string() + ": the log cannot be read from " +
                                   text_of(Position{proven.position.value + 1}) + " on");
    return {};
  }
  const ErrorCode code = with_mark.error().code;
  if (code == ErrorCode::io || code == ErrorCode::newer_format) return with_mark.error();
  examination.findings.push_back(with_mark.error().message);
  examination.needs_new_head_file = true;
  const auto by_itself = prove_log(system_files(), folder, std::nullopt, /*is_live=*/false);
  if (!by_itself || by_itself->head != proven) examination.needs_new_log = true;
  return {};
}

bool holds_nothing(const fs::path& folder, const LogExamination& examination) {
  std::error_code ignored;
  return examination.last_known.value == 0 && !fs::exists(folder / "CURRENT", ignored);
}

}  // namespace

Result<LogExamination> examine_log(const fs::path& folder, const fs::path& head_file,
                                   const std::function<void(Position)>& on_progress) {
  LogExamination examination;
  auto lock = lock_log(system_files(), folder);
  if (lock)
    examination.lock = std::move(lock).value();
  else if (lock.error().code != ErrorCode::not_found)
    return lock.error();
  const auto mark = look_at_head_file(head_file, examination);
  if (!mark) return mark.error();
  if (auto known = look_at_format(folder, *mark, examination); !known) return known.error();

  auto frames = SalvagedFrames::open(folder);
  if (!frames) return frames.error();
  for (const std::string& each : frames->unreadable()) examination.findings.push_back(each);
  const auto proven =
      walk(*frames, examination.epoch, on_progress, [](const auto&) { return Status{}; });
  if (!proven) return proven.error();
  examination.proven = *proven;
  examination.last_known = std::max(proven->position, frames->last_seen());
  if (*mark) {
    examination.epoch = std::max(examination.epoch, (*mark)->epoch);
    examination.last_known = std::max(examination.last_known, (*mark)->head.position);
  }
  if (holds_nothing(folder, examination))
    return Error{ErrorCode::not_found,
                 "there is no log at " + folder.string() + ": its creation was cut short"};
  if (auto compared = compare_with_rocks(folder, *mark, examination); !compared)
    return compared.error();
  return examination;
}

Status write_proven_log(const fs::path& folder, const LogExamination& examination,
                        const fs::path& to, const std::function<void(Position)>& on_progress) {
  if (auto written = write_log_format(system_files(), to, {.store = examination.store}); !written)
    return written;
  auto rocks = open_rocks_for_writing(to, RocksRecovery::strict, /*create=*/true);
  if (!rocks) return rocks.error();
  auto frames = SalvagedFrames::open(folder);
  if (!frames) return frames.error();
  std::uint64_t epoch = 0;
  const auto end = walk(*frames, epoch, on_progress, [&](const SalvagedFrames::Found& found) {
    const RocksKey key = rocks_key(found.first);
    const rocksdb::Slice value(reinterpret_cast<const char*>(found.bytes.data()),
                               found.bytes.size());
    const auto put = (*rocks)->Put(rocks_write_options(/*sync=*/false), slice_of(key), value);
    return put.ok() ? Status{} : Status{rocks_error("cannot write " + to.string(), put)};
  });
  if (!end) return end.error();
  if (*end != examination.proven)
    return Error{ErrorCode::io, folder.string() + " changed while it was repaired"};
  const auto synced = (*rocks)->SyncWAL();
  if (!synced.ok()) return rocks_error("cannot write " + to.string(), synced);
  const auto written = end_of_log(**rocks);
  if (!written) return written.error();
  if (written->head != examination.proven)
    return Error{ErrorCode::io, to.string() + " does not hold what was written to it"};
  return {};
}

}  // namespace inmail
