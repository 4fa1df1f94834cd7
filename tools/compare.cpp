#include "tools/compare.hpp"

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "engine/store_layout.hpp"
#include "events/rocks_log.hpp"
#include "projections/audit.hpp"
#include "tools/import_edges.hpp"
#include "tools/simulate.hpp"

namespace inmail::tools {
namespace {

/// A new folder under the system's for temporary files; removed with all that is in it.
class ScratchFolder {
 public:
  static Result<ScratchFolder> make() {
    std::error_code failed;
    auto name = (std::filesystem::temp_directory_path(failed) / "inmail-XXXXXX").string();
    if (failed || ::mkdtemp(name.data()) == nullptr)
      return Error{ErrorCode::io, "cannot make the temporary folder " + name};
    return ScratchFolder(name);
  }

  ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit ScratchFolder(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

Result<bool> is_proven(const std::filesystem::path& store) {
  const StoreLayout layout{store};
  const auto log = RocksLog::open({.path = layout.log(),
                                   .head_file = layout.head_file(),
                                   .access = LogAccess::read,
                                   .store = {}});
  if (!log) return log.error();
  const auto report = audit(**log);
  if (!report) return report.error();
  return report->ok;
}

Result<PolicyOutcome> live_under(const Policy& policy, const CompareOptions& options) {
  const auto folder = ScratchFolder::make();
  if (!folder) return folder.error();
  const auto store = folder->path() / "store";
  auto tally = options.make_store(store, to_toml(policy));
  if (!tally) return tally.error();
  const auto proven = is_proven(store);
  if (!proven) return proven.error();
  return PolicyOutcome{policy.name, std::move(tally).value(), *proven};
}

Json rate_bp(std::uint64_t part, std::uint64_t of) {
  return of == 0 ? Json() : Json(part * 10'000 / of);
}

}  // namespace

MakeStore simulated_world(std::uint64_t members, std::uint64_t days, std::uint64_t seed) {
  return [=](const std::filesystem::path& store, const std::string& policy) -> Result<Tally> {
    auto lived = simulate(
        {.store = store, .members = members, .days = days, .seed = seed, .policy = policy});
    if (!lived) return lived.error();
    return std::move(lived->tally);
  };
}

MakeStore imported_trace(std::filesystem::path edges, PlanKind plan) {
  return [edges = std::move(edges), plan](const std::filesystem::path& store,
                                          const std::string& policy) -> Result<Tally> {
    auto imported = import_edges({.store = store, .edges = edges, .policy = policy, .plan = plan});
    if (!imported) return imported.error();
    return std::move(imported->tally);
  };
}

Result<std::vector<PolicyOutcome>> compare_policies(const CompareOptions& options) {
  std::vector<PolicyOutcome> outcomes;
  for (const Policy& policy : options.policies) {
    if (options.on_progress) options.on_progress(outcomes.size());
    auto outcome = live_under(policy, options);
    if (!outcome) return outcome.error();
    outcomes.push_back(std::move(outcome).value());
  }
  return outcomes;
}

const std::vector<std::string>& outcome_columns() {
  static const std::vector<std::string> columns{
      "policy",  "sent",      "refused", "granted",      "charged",          "refunded",
      "expired", "forfeited", "voided",  "open_rate_bp", "response_rate_bp", "audit"};
  return columns;
}

Json to_json(const PolicyOutcome& outcome) {
  const Tally& tally = outcome.tally;
  const CreditTally& credits = tally.credits;
  std::uint64_t granted = 0;
  for (const auto& [kind, amount] : credits.granted)
    if (kind != name_of(LotKind::refund)) granted += amount;
  const std::uint64_t delivered = tally.count<InMailDelivered>();
  return {{"policy", outcome.policy},
          {"sent", tally.count<InMailSent>()},
          {"refused", tally.count<CommandRejected>()},
          {"granted", granted},
          {"charged", credits.charged},
          {"refunded", credits.refunded},
          {"expired", credits.expired},
          {"forfeited", credits.forfeited},
          {"voided", credits.voided},
          {"open_rate_bp", rate_bp(tally.count<Opened>(), delivered)},
          {"response_rate_bp", rate_bp(tally.count<Replied>(), delivered)},
          {"audit", outcome.is_proven ? "green" : "broken"}};
}

}  // namespace inmail::tools
