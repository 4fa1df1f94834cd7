#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "events/policy.hpp"
#include "tools/output.hpp"
#include "tools/world_tally.hpp"

namespace inmail::tools {

/// Makes a store in a folder that is not there yet, under the policy of this document, and counts
/// what happened in it. Errors: as the maker says.
using MakeStore =
    std::function<Result<Tally>(const std::filesystem::path& store, const std::string& policy)>;

/// The same simulated world each time (simulate.hpp).
MakeStore simulated_world(std::uint64_t members, std::uint64_t days, std::uint64_t seed);
/// The same real messages each time (import_edges.hpp), by senders who hold `plan`.
MakeStore imported_trace(std::filesystem::path edges, PlanKind plan);

struct CompareOptions {
  MakeStore make_store;
  std::vector<Policy> policies;
  /// Told before each how many are done.
  std::function<void(std::uint64_t done)> on_progress;
};

/// What the same people came to under one policy: counted from the events of its log.
struct PolicyOutcome {
  std::string policy;
  Tally tally;
  bool is_proven = false;  ///< The audit found every rule kept.
};

/// Makes a store under one policy after the other, each in a temporary folder that is gone
/// afterwards, and audits each. Errors: as `make_store`; io.
Result<std::vector<PolicyOutcome>> compare_policies(const CompareOptions& options);

/// The columns of a table of outcomes, and one row of it. Credits: `granted` without what refunds
/// gave. Rates in basis points of what was delivered, floored; null where nothing was.
const std::vector<std::string>& outcome_columns();
Json to_json(const PolicyOutcome& outcome);

}  // namespace inmail::tools
