#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "engine/engine.hpp"
#include "tools/output.hpp"
#include "tools/world_tally.hpp"

namespace inmail::tools {

struct ImportEdgesOptions {
  std::filesystem::path store;       ///< New or empty.
  std::filesystem::path edges;       ///< Lines `SRC DST UNIXTS` (edge_list.hpp).
  std::string policy = "trace";      ///< The name of a preset, or a document.
  PlanKind plan = PlanKind::custom;  ///< What each member holds who sends an InMail.
  std::shared_ptr<Logger> logger;    ///< Null: as for an engine.
  /// Told now and then how many messages are done, of how many.
  std::function<void(std::uint64_t done, std::uint64_t total)> on_progress;
};

/// What an import came to.
struct ImportReport {
  std::uint64_t edges = 0;
  Tally tally;  ///< Of the log.
  LogFacts log;
};

/// Makes a store out of a real message trace, through the engine itself.
///
/// All who occur join at the first message; who tries to send an InMail takes `plan` first. The
/// first message between two people is an InMail; the first one back opens and answers it; what
/// follows is free conversation. What the policy refuses stays refused and begins nothing, and an
/// answer that comes too late leaves the two as if they had never met. Time follows the trace, and
/// goes on behind it until the last window of an InMail has closed.
///
/// The file is read whole before anything is written; the same file and policy give the same log.
/// Errors: invalid_argument for what is asked for (the file, the policy, a store that has members;
/// the message says which); any other is one of the store.
Result<ImportReport> import_edges(const ImportEdgesOptions& options);

/// Facts alone.
Report to_report(const ImportReport& report);

}  // namespace inmail::tools
