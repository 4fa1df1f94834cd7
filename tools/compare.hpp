#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "events/policy.hpp"
#include "tools/output.hpp"
#include "tools/world_tally.hpp"

namespace inmail::tools {

struct CompareOptions {
  std::uint64_t members = 0;
  std::uint64_t days = 0;
  std::uint64_t seed = 0;
  std::vector<Policy> policies;
  /// Told before each how many are done, of how many.
  std::function<void(std::uint64_t done, std::uint64_t total)> on_progress;
};

/// What the same people came to under one policy: counted from the events of its log.
struct PolicyOutcome {
  std::string policy;
  Tally tally;
  bool is_proven = false;  ///< The audit found every rule kept.
};

/// Lets the same world live under one policy after the other (simulate.hpp), each in a store of its
/// own in a temporary folder that is gone afterwards, and audits each. Errors: as `simulate`.
Result<std::vector<PolicyOutcome>> compare_policies(const CompareOptions& options);

/// The columns of a table of outcomes, and one row of it. Credits: `granted` without what refunds
/// gave. Rates in basis points of what was delivered, floored; null where nothing was.
const std::vector<std::string>& outcome_columns();
Json to_json(const PolicyOutcome& outcome);

}  // namespace inmail::tools
