#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "events/journal.hpp"
#include "projections/deadlines.hpp"

namespace inmail {

/// Looks into the deadlines view, and remembers before which time nothing there falls due. Without
/// that every look would pass all deadlines that ever were: what a view has erased lies in the way
/// of a scan until RocksDB has compacted it. Any thread.
class DueWatch {
 public:
  /// A stream waits for `due` from now on. After its record was handed in to the journal.
  void told(Timestamp due);

  /// The streams with something due at or before `until`, the longest due first, at most `limit`;
  /// as far as the snapshot that `read` takes knows. Errors: as `read` and `due_streams`.
  template <class Read>
  Result<std::vector<DueStream>> look(Timestamp until, std::size_t limit, const Journal& journal,
                                      Read&& read) {
    const std::lock_guard lock(mutex_);
    lower(journal);
    auto rows = read();
    if (!rows) return rows.error();
    auto due = due_streams(**rows, floor_, until, limit);
    if (due && limit > 0) raise((*rows)->checkpoint().position, until, *due);
    return due;
  }

 private:
  void lower(const Journal& journal);
  void raise(Position known, Timestamp until, const std::vector<DueStream>& due);

  std::atomic<Timestamp> earliest_told_{no_deadline};

  std::mutex mutex_;
  Timestamp floor_{};  ///< Nothing that a snapshot from `needed_` on holds is due before it.
  Position needed_{};
};

}  // namespace inmail
