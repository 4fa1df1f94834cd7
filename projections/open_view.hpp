#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "events/event_log.hpp"
#include "projections/rocks_view_store.hpp"

namespace inmail {

/// The table of a view, whose rows are a fold of a log up to `checkpoint`.
struct OpenedView {
  std::shared_ptr<ViewTable> table;
  LogHead checkpoint;
  /// Why the rows that were there were dropped; empty if they were not.
  std::string rebuilt_because;
};

/// Opens the table of a view, and drops what is of no use: other revisions of it, and rows that are
/// no fold of this log (their checkpoint is ahead of it, or of another chain, or missing). Then the
/// table is empty and its checkpoint zero. Errors: io, corruption (the log, at the checkpoint).
Result<OpenedView> open_view(const EventLog& log, RocksViewStore& store, std::string_view name,
                             std::uint16_t revision);

}  // namespace inmail
