#include "engine/due_watch.hpp"

#include <algorithm>

namespace inmail {

void DueWatch::told(Timestamp due) {
  Timestamp before = earliest_told_.load();
  while (due < before && !earliest_told_.compare_exchange_weak(before, due)) {
  }
}

void DueWatch::lower(const Journal& journal) {
  const Timestamp told = earliest_told_.exchange(no_deadline);
  if (told == no_deadline) return;
  // Whatever was told was handed in before; a snapshot that reaches so far knows it.
  needed_ = journal.handed_in();
  floor_ = std::min(floor_, told);
}

void DueWatch::raise(Position known, Timestamp until, const std::vector<DueStream>& due) {
  if (known < needed_) return;
  if (!due.empty())
    floor_ = due.front().due;
  else if (until != no_deadline)
    floor_ = until + Milliseconds{1};
}

}  // namespace inmail
