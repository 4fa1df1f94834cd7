#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tools/edge_list.hpp"

namespace inmail::test {

/// The rules of one policy as far as a trace of messages meets them, written down by hand for a
/// member on one plan. Times in milliseconds; zero: none.
struct TraceRules {
  enum class Expiry { never, unopened, unanswered };

  std::string preset;
  std::uint32_t allotment = 0;       ///< A month, from the day of the first InMail on.
  bool rolls_over = true;            ///< False: what is left of a month goes with it.
  std::uint32_t cap = 0;             ///< At each renewal.
  std::int64_t lot_life = 0;         ///< Zero with `lot_months` zero: for ever.
  int lot_months = 0;                ///< Until the renewal so many months on.
  bool answer_refunds = false;       ///< Within 90 days.
  bool silence_refunds = false;      ///< Of seven days.
  Expiry expiry = Expiry::never;     ///< After seven days.
  std::size_t follow_ups = 0;        ///< To who has not answered.
  std::int64_t follow_up_gap = 0;    ///< Between two of them.
  std::int64_t forgotten_after = 0;  ///< A silence counts no more.
  std::int64_t undo = 0;             ///< Until the delivery.
};

/// What becomes of a trace.
struct TraceCounts {
  std::uint64_t sent = 0;
  std::uint64_t replies = 0;
  std::uint64_t messages = 0;
  std::uint64_t granted = 0;  ///< Each month.
  std::uint64_t charged = 0;
  std::uint64_t refunded = 0;
  std::uint64_t expired = 0;  ///< Credits.
  std::uint64_t forfeited = 0;
  std::map<std::string, std::uint64_t> rejected;

  bool operator==(const TraceCounts&) const = default;
};

/// Computes by itself what the import of a trace must come to: no actor, no event, no policy
/// document; one queue of what falls due, and the rules above. Shares no code with the engine but
/// the reading of the file.
TraceCounts fold_trace(const std::vector<tools::Edge>& edges, const TraceRules& rules);

}  // namespace inmail::test
