#include "engine/repair.hpp"

#include <iostream>

#include "tools/json_values.hpp"
#include "tools/program.hpp"
#include "tools/progress.hpp"
#include "tools/store_reader.hpp"

namespace inmail::tools {
namespace {

struct RepairCommand {
  static constexpr CommandText text{
      .name = "repair",
      .does = "Finds out why a store does not open, and makes it open again.",
      .more =
          "Without --accept-loss it changes nothing: it proves the log from its first event on,\n"
          "says what is wrong and what would be lost, and exits with 1 if anything is. Restoring\n"
          "a backup may lose less. With --accept-loss the log ends at its last proven position,\n"
          "a new epoch begins, and what was taken away stays in the folder lost of the store.",
      .example = "inmail repair world\ninmail repair world --accept-loss"};

  void declare(CLI::App& app) {
    add_store(app, store_);
    app.add_flag("--accept-loss", accepts_loss_,
                 "Give up every event that is not proven, and make the store open again.");
    add_format(app, format_);
  }

  Finished run() const;

 private:
  std::filesystem::path store_;
  bool accepts_loss_ = false;
  Format format_ = Format::table;
};

Report report_on(const RepairReport& report) {
  const bool is_cut = report.lost_events() > 0;
  Report printed;
  printed.facts = {
      {"store", to_json(report.store)},
      {"whole", report.is_whole()},
      {"repaired", report.was_repaired},
      {"proven", to_json(report.proven)},
      {"first_unreadable", is_cut ? to_json(Position{report.proven.value + 1}) : Json()},
      {"last_known", to_json(report.last_known)},
      {"lost_events", report.lost_events()},
      {"epoch", report.epoch},
  };
  if (report.was_repaired) printed.facts["kept_aside"] = report.aside.string();
  Listing findings{.name = "findings", .columns = {"finding"}, .rows = {}};
  for (const std::string& each : report.findings) findings.rows.push_back({{"finding", each}});
  printed.listings.push_back(std::move(findings));
  return printed;
}

Finished RepairCommand::run() const {
  if (auto is_store = check_is_store(store_); !is_store) return is_store.error();
  std::optional<Progress> progress;
  progress.emplace("proving the log", 0);
  const auto tell = [&](Position position) { progress->at(position.value); };
  const auto report = accepts_loss_ ? repair_store(store_, tell) : examine_store(store_, tell);
  progress.reset();
  if (!report) return no_store(report.error());
  print(std::cout, format_, report_on(*report));
  return report->is_whole() || report->was_repaired ? Exit::done : Exit::no;
}

}  // namespace

void add_repair(Program& program) { program.add<RepairCommand>(); }

}  // namespace inmail::tools
