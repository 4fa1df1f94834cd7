#include "projections/deadlines.hpp"

#include "projections/row_key.hpp"
#include "projections/typed_rows.hpp"

// Rows, by the first byte of their keys:
//
//   s  stream         Timestamp: what it waits for
//   d  due, stream    nothing: the order in which streams are woken

namespace inmail {
namespace {

RowKey stream_key(StreamId stream) { return RowKey('s').add(stream); }
RowKey due_key(const DueStream& at) { return RowKey('d').add(at.due).add(at.stream); }

}  // namespace

void DeadlinesView::apply(Rows& rows, const Record& record) {
  if (!record.header.next_due) return;
  const StreamId stream = record.header.stream;
  const Timestamp due = *record.header.next_due;
  const RowKey key = stream_key(stream);
  const auto before = fold_row<Timestamp>(rows, key);
  if (before == due) return;

  if (before) rows.erase(due_key({*before, stream}));
  if (due == no_deadline) {
    if (before) rows.erase(key);
    return;
  }
  rows.insert(due_key({due, stream}), {});
  put_row(rows, key, due);
}

Result<std::vector<DueStream>> due_streams(const Rows& rows, Timestamp from, Timestamp until,
                                           std::size_t limit) {
  std::vector<DueStream> due;
  const std::string first(RowKey('d').add(from).bytes());
  const std::string end = until == no_deadline
                              ? end_of_prefix(RowKey('d'))
                              : std::string(RowKey('d').add(until + Milliseconds{1}).bytes());
  if (limit > 0)
    rows.scan_range(first, end, [&](std::string_view key, std::string_view) {
      RowKeyReader parts(key);
      const Timestamp at = parts.time();
      due.push_back({at, parts.stream()});
      return due.size() < limit;
    });
  if (auto status = rows.status(); !status) return status.error();
  return due;
}

Result<std::optional<DueStream>> next_deadline(const Rows& rows) {
  auto first = due_streams(rows, Timestamp{}, no_deadline, 1);
  if (!first) return first.error();
  if (first->empty()) return std::optional<DueStream>{};
  return std::optional<DueStream>{first->front()};
}

Result<std::optional<Timestamp>> deadline_of(const Rows& rows, StreamId stream) {
  return read_row<Timestamp>(rows, stream_key(stream));
}

}  // namespace inmail
