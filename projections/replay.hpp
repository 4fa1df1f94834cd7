#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/event_log.hpp"
#include "projections/rocks_view_store.hpp"
#include "projections/view.hpp"

namespace inmail {

/// How much of the log to fold: up to both limits, where they are given.
struct ReplayLimit {
  std::optional<Position> through;  ///< The last record to fold.
  /// The longest prefix before the first record later than this: time may fall a little from one
  /// stream to another, a prefix has no holes.
  std::optional<Timestamp> until;
};

struct Replayed {
  MemoryRows rows;
  /// The last record that was folded, and the hash of the frame that holds it.
  LogHead head;
};

/// Folds a view from the first record on, in memory, beside the live one.
/// Errors: as `LogReader::next`; corruption when the fold itself refuses a record.
Result<Replayed> replay(const EventLog& log, const View& view, const ReplayLimit& limit = {});

/// Whether the live rows of a view are what the log says.
struct ViewVerdict {
  std::string view;
  LogHead checkpoint;  ///< Of the live rows; the log is replayed up to there.
  std::string live;    ///< Digests of all rows; empty where there are none to speak of.
  std::string replayed;
  bool equal = false;   ///< The digests are, and the live rows reach far enough.
  std::string problem;  ///< Why not; empty if equal.
};

/// Compares the rows of each view with a true fold from the first record on, reading the log once.
/// May run beside a writer and a live runner: each view is judged by a snapshot, as far as it goes,
/// and must go at least as far as `at_least` (without: the log's head). Changes nothing.
/// Errors: as `LogReader::next`; io, corruption (the store).
Result<std::vector<ViewVerdict>> verify_views(const EventLog& log, RocksViewStore& store,
                                              std::span<const View> views,
                                              std::optional<Position> at_least = std::nullopt);

}  // namespace inmail
