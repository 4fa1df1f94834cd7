#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "actors/surroundings.hpp"
#include "events/event_log.hpp"
#include "projections/rocks_view_store.hpp"

namespace inmail {

/// The view that knows the deciders: a row a stream, its fold (actors/resident.hpp). A write-back
/// cache: actors save rows when they go to sleep and when a sweep asks; the checkpoint is a
/// position up to which every row on disk has folded at least, so rows may be ahead of it, and
/// recovery skips what they have.
///
/// Any thread. After a crash `recover` brings every row up to the log's head.
class StatesView final : public StateStore {
 public:
  static constexpr std::string_view name = "states";
  static constexpr std::uint16_t revision = 6;
  static std::string stored_name() { return "states.6"; }

  StatesView(std::shared_ptr<ViewTable> table, const EventLog& log);

  /// Folds what the rows lack; a checkpoint that the log does not confirm makes it fold from zero
  ///. Requires: no actor is awake. Errors: io, corruption, newer_format.
  Status recover(RocksViewStore& store);

  Result<std::optional<std::string>> load(StreamId stream) override;
  Status save(StreamId stream, Position last, std::string row) override;

  /// Writes the saved rows whose records are durable by `durable`; with all of them written, and
  /// `checkpoint` given, that too. Errors: io.
  Status write_back(Position durable, const std::optional<LogHead>& checkpoint);

  Position checkpoint() const;
  const ViewTable& table() const { return *table_; }

  /// The key of a stream's row.
  static std::string key_of(StreamId stream);

 private:
  struct Saved {
    Position last;
    std::string row;
  };

  std::shared_ptr<ViewTable> table_;
  const EventLog& log_;
  mutable std::mutex mutex_;
  std::unordered_map<StreamId, Saved> saved_;  ///< Not yet in the table.
  Position checkpoint_;
};

/// Folds the whole log into `rows`, as the states view would hold it. Errors: as `LogReader`.
Result<LogHead> fold_states(const EventLog& log, Rows& rows);

/// What the rows of `live` should be: each stream folded as far as its row says that it goes, and
/// no stream less far than the checkpoint. So a snapshot is judged whatever happens meanwhile.
/// Errors: as `LogReader`.
Status fold_states_beside(const RowsSnapshot& live, const EventLog& log, Rows& rows);

}  // namespace inmail
