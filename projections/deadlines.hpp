#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "events/record.hpp"
#include "projections/rows.hpp"

namespace inmail {

/// When each stream next has something to do by itself: what wakes sleepers. Correctness never
/// depends on it, because a stream settles what is due before each of its commands (design 3).
struct DeadlinesView {
  static constexpr std::string_view name = "deadlines";
  static constexpr std::uint16_t revision = 1;
  static void apply(Rows& rows, const Record& record);
};

struct DueStream {
  Timestamp due;
  StreamId stream;

  auto operator<=>(const DueStream&) const = default;
};

/// Streams with something due from `from` to `until`, both inclusive, the longest due first: at
/// most `limit`. Errors: corruption, io; the same holds for all queries below.
Result<std::vector<DueStream>> due_streams(const Rows& rows, Timestamp from, Timestamp until,
                                           std::size_t limit);

/// The earliest of all; nothing when no stream waits for anything.
Result<std::optional<DueStream>> next_deadline(const Rows& rows);

/// The deadline of one stream.
Result<std::optional<Timestamp>> deadline_of(const Rows& rows, StreamId stream);

}  // namespace inmail
