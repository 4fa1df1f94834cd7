#include "projections/open_view.hpp"

#include "events/frame.hpp"

namespace inmail {
namespace {

/// Says why rows at `checkpoint` are no fold of `log`; empty if they are one. Errors: as
/// `EventLog::read` and `view_frame`.
Result<std::string> why_foreign(const EventLog& log, const LogHead& checkpoint) {
  const LogHead head = log.head();
  if (checkpoint == head) return std::string{};
  const std::string at = std::to_string(checkpoint.position.value);
  if (checkpoint.position > head.position)
    return "its rows reach position " + at + ", the log only " +
           std::to_string(head.position.value);
  auto cursor = log.read(checkpoint.position);
  if (!cursor) return cursor.error();
  auto bytes = (*cursor)->next();
  if (!bytes) return bytes.error();
  if (!*bytes) return Error{ErrorCode::corruption, "the log holds no position " + at};
  auto frame = view_frame(**bytes);
  if (!frame) return frame.error();
  if (frame->hash != checkpoint.hash) return "its rows are of another log up to position " + at;
  return std::string{};
}

/// Says why the rows of a table cannot be used; empty if they can.
Result<std::string> why_unusable(const EventLog& log, const ViewTable& table) {
  const auto rows = table.snapshot();
  if (!rows) return rows.error().message;
  const LogHead& checkpoint = (*rows)->checkpoint();
  if (checkpoint.position.value > 0) return why_foreign(log, checkpoint);
  bool is_empty = true;
  (*rows)->scan("\1", [&](std::string_view, std::string_view) { return is_empty = false; });
  if (const auto status = (*rows)->status(); !status) return status.error().message;
  return std::string(is_empty ? "" : "its rows have no checkpoint");
}

}  // namespace

Result<OpenedView> open_view(const EventLog& log, RocksViewStore& store, std::string_view name,
                             std::uint16_t revision) {
  const std::string stored_name = std::string(name) + "." + std::to_string(revision);
  const std::string any_revision = std::string(name) + ".";
  for (const std::string& other : store.table_names())
    if (other.starts_with(any_revision) && other != stored_name)
      if (auto status = store.drop(other); !status) return status.error();

  auto table = store.table(stored_name);
  if (!table) return table.error();
  auto why = why_unusable(log, **table);
  if (!why) return why.error();
  OpenedView opened;
  opened.rebuilt_because = *why;
  if (!opened.rebuilt_because.empty()) {
    if (auto status = store.drop(stored_name); !status) return status.error();
    table = store.table(stored_name);
    if (!table) return table.error();
  }
  auto checkpoint = (*table)->checkpoint();
  if (!checkpoint) return checkpoint.error();
  opened.table = std::move(table).value();
  opened.checkpoint = *checkpoint;
  return opened;
}

}  // namespace inmail
