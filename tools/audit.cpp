#include "projections/audit.hpp"

#include <iostream>

#include "tools/program.hpp"
#include "tools/progress.hpp"
#include "tools/store_engine.hpp"
#include "tools/store_reader.hpp"

namespace inmail::tools {
namespace {

struct AuditCommand {
  static constexpr CommandText text{
      .name = "audit",
      .does = "Proves the log: its chain, and every rule of credits and messages.",
      .more =
          "By a fold of its own, from the events alone. Exit code 1 if a rule is broken; the "
          "first\n"
          "event that breaks it is named.",
      .example = "inmail audit world\ninmail audit world --format json"};

  void declare(CLI::App& app) {
    add_store(app, store_);
    app.add_flag("--views", compares_views_,
                 "Compare the live views with replays, too (IL2); needs the store for itself.");
    add_format(app, format_);
  }

  Finished run();

 private:
  std::filesystem::path store_;
  bool compares_views_ = false;
  Format format_ = Format::table;
};

Listing listing_of(const std::vector<InvariantCount>& counts) {
  Listing listing{
      .name = "invariants", .columns = {"name", "checked", "violations", "says"}, .rows = {}};
  for (const InvariantCount& each : counts)
    listing.rows.push_back({{"name", each.name},
                            {"checked", each.checked},
                            {"violations", each.violations},
                            {"says", each.says}});
  return listing;
}

Listing listing_of(const std::vector<Violation>& violations) {
  Listing listing{
      .name = "violations", .columns = {"invariant", "position", "stream", "sentence"}, .rows = {}};
  for (const Violation& each : violations)
    listing.rows.push_back({{"invariant", each.invariant},
                            {"position", to_json(each.position)},
                            {"stream", to_json(each.stream)},
                            {"sentence", each.sentence}});
  return listing;
}

Finished AuditCommand::run() {
  std::vector<std::pair<std::string, bool>> views;
  if (compares_views_) {
    const auto verified = verify_store(store_);
    if (!verified) return verified.error();
    for (const ViewCheck& check : verified->checks) views.emplace_back(check.view, check.equal);
  }
  const auto store = StoreReader::open(store_);
  if (!store) return store.error();
  const EventLog& log = store->log();
  std::function<std::vector<std::pair<std::string, bool>>()> views_equal;
  if (compares_views_) views_equal = [&] { return views; };
  std::optional<Progress> progress;
  progress.emplace("auditing", log.head().position.value);
  const auto audited =
      audit(log, {.views_equal = views_equal,
                  .on_progress = [&](Position position) { progress->at(position.value); }});
  progress.reset();
  if (!audited) return no_store(audited.error());

  // Where the log cannot be read to its end, a violation says so, and there is no digest of it.
  const auto digest = log_digest(log);
  Report report;
  report.facts = {
      {"ok", audited->ok},
      {"right", audited->is_right},
      {"events", audited->events},
      {"position", to_json(audited->head)},
      {"log", {{"digest", digest ? Json(to_hex(digest->data(), digest->size())) : Json()}}},
  };
  report.listings = {listing_of(audited->first_violations), listing_of(audited->invariants)};
  print(std::cout, format_, report);
  return audited->ok ? Exit::done : Exit::no;
}

}  // namespace

void add_audit(Program& program) { program.add<AuditCommand>(); }

}  // namespace inmail::tools
