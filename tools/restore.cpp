#include <iostream>
#include <optional>

#include "engine/backup.hpp"
#include "tools/json_values.hpp"
#include "tools/program.hpp"
#include "tools/progress.hpp"
#include "tools/store_reader.hpp"

namespace inmail::tools {
namespace {

namespace fs = std::filesystem;

struct RestoreCommand {
  static constexpr CommandText text{
      .name = "restore",
      .does = "Makes a store of a backup, and proves it on the way.",
      .more =
          "Chain, positions and every rule of credits and messages are proven before there is a\n"
          "store; exit code 1 if one is broken, and then none is made. The store begins a new\n"
          "epoch. Without --keys nobody can read its texts, and no engine opens it.",
      .example = "inmail restore backups/world world --keys vault/world"};

  void declare(CLI::App& app) {
    add_folder(app, "DIR", folder_, "The folder of the backup.");
    add_store(app, store_);
    add_folder(app, "--keys", keys_, "The folder of the backup of the keys.");
    add_format(app, format_);
  }

  Finished run() const;

 private:
  fs::path folder_;
  fs::path store_;
  std::optional<fs::path> keys_;
  Format format_ = Format::table;
};

Finished RestoreCommand::run() const {
  if (auto is_store = check_is_store(folder_); !is_store)
    return Failure{Exit::no_store, "there is no backup at " + folder_.string()};
  std::optional<Progress> progress;
  progress.emplace("restoring", 0);
  const auto restored = restore_store(
      {.backup = folder_, .store = store_, .keys = keys_, .on_progress = [&](Position at) {
         progress->at(at.value);
       }});
  progress.reset();
  if (!restored && restored.error().code == ErrorCode::conflict)
    return wrong_use(restored.error().message);
  if (!restored) return no_store(restored.error());
  Report report;
  report.facts = {{"ok", restored->is_sound},       {"store", to_json(restored->store)},
                  {"epoch", restored->epoch},       {"events", restored->head.value},
                  {"has_keys", restored->has_keys}, {"erased_members", restored->erased_members}};
  Listing violations{.name = "violations", .columns = {"violation"}, .rows = {}};
  for (const std::string& each : restored->violations)
    violations.rows.push_back({{"violation", each}});
  report.listings.push_back(std::move(violations));
  print(std::cout, format_, report);
  return restored->is_sound ? Exit::done : Exit::no;
}

}  // namespace

void add_restore(Program& program) { program.add<RestoreCommand>(); }

}  // namespace inmail::tools
