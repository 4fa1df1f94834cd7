#include "projections/receipts.hpp"

#include "projections/row_key.hpp"
#include "projections/typed_rows.hpp"

// Rows, by the first byte of their keys:
//
//   p            Pruned: up to where answers were forgotten
//   r  command   CommandReceipt

namespace inmail {
namespace {

struct Pruned {
  std::int64_t day = 0;  ///< Of the log, on which it was done last.
  Timestamp before{};    ///< Commands older than this are forgotten.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(day, before);
  }
};

RowKey pruned_key() { return RowKey('p'); }
RowKey receipt_key(const CommandId& id) { return RowKey('r').add(id); }

/// What is forgotten at the time of a record; forgets it when its day is a new one.
Timestamp prune(Rows& rows, Timestamp now) {
  auto pruned = fold_row<Pruned>(rows, pruned_key()).value_or(Pruned{});
  const std::int64_t day = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
  if (day <= pruned.day) return pruned.before;
  const Timestamp first = pruned.before;
  pruned = {day, std::max(first, now - receipt_ttl)};
  rows.erase_range(receipt_key(make_command_id(first, 0, 0)),
                   receipt_key(make_command_id(pruned.before, 0, 0)));
  put_row(rows, pruned_key(), pruned);
  return pruned.before;
}

}  // namespace

void ReceiptsView::apply(Rows& rows, const Record& record) {
  const RecordHeader& header = record.header;
  if (!header.is_receipt) return;
  if (time_of(header.cause) < prune(rows, header.time)) return;

  CommandReceipt receipt{header.position, header.stream, std::nullopt, header.payload_hash};
  if (const auto* rejected = std::get_if<CommandRejected>(&record.event))
    receipt.rejection = rejected->code;
  put_row(rows, receipt_key(header.cause), receipt);
}

Result<std::optional<CommandReceipt>> find_receipt(const Rows& rows, const CommandId& id) {
  return read_row<CommandReceipt>(rows, receipt_key(id));
}

}  // namespace inmail
