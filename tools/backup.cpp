#include "engine/backup.hpp"

#include <iostream>
#include <optional>

#include "tools/json_values.hpp"
#include "tools/program.hpp"
#include "tools/progress.hpp"
#include "tools/store_reader.hpp"

namespace inmail::tools {
namespace {

namespace fs = std::filesystem;

struct BackupCommand {
  static constexpr CommandText text{
      .name = "backup",
      .does = "Copies what is new in a store into a backup of it.",
      .more =
          "The store may be at work; a backup that is there already is only added to. It holds no\n"
          "keys, so nobody can read a text in it: keys have a backup of their own, with --keys, "
          "to\n"
          "be kept elsewhere. Both remember who was erased, and a restore erases them again.",
      .example =
          "inmail backup world backups/world\n"
          "inmail backup world backups/world --keys vault/world"};

  void declare(CLI::App& app) {
    add_store(app, store_);
    add_folder(app, "DIR", folder_, "The folder of the backup.");
    add_folder(app, "--keys", keys_, "Copy the keys, too, into this other folder.");
    add_format(app, format_);
  }

  Finished run() const;

 private:
  fs::path store_;
  fs::path folder_;
  std::optional<fs::path> keys_;
  Format format_ = Format::table;
};

/// Keys in the folder of a backup, or in the store, would be no backup of their own.
bool is_within(const fs::path& inner, const fs::path& outer) {
  const fs::path from = fs::weakly_canonical(outer);
  const fs::path relative = fs::weakly_canonical(inner).lexically_relative(from);
  return !relative.empty() && *relative.begin() != "..";
}

Finished BackupCommand::run() const {
  if (keys_ && (is_within(*keys_, folder_) || is_within(*keys_, store_)))
    return wrong_use("--keys wants a folder apart from the backup and from the store");
  if (auto is_store = check_is_store(store_); !is_store) return is_store.error();
  std::optional<Progress> progress;
  progress.emplace("backing up", 0);
  const auto backed_up =
      back_up_store(store_, folder_, [&](Position position) { progress->at(position.value); });
  progress.reset();
  if (!backed_up && backed_up.error().code == ErrorCode::conflict)
    return answer_is_no(backed_up.error().message);
  if (!backed_up) return no_store(backed_up.error());
  Report report;
  report.facts = {{"store", to_json(backed_up->store)},
                  {"epoch", backed_up->epoch},
                  {"from", to_json(backed_up->before)},
                  {"to", to_json(backed_up->head)},
                  {"events", backed_up->head.value - backed_up->before.value},
                  {"bytes", backed_up->bytes}};
  if (keys_) {
    const auto keys = back_up_keys(store_, *keys_);
    if (!keys) return no_store(keys.error());
    report.facts["keys"] = keys_->string();
    report.facts["erased_members"] = keys->erased_members;
  }
  print(std::cout, format_, report);
  return Exit::done;
}

}  // namespace

void add_backup(Program& program) { program.add<BackupCommand>(); }

}  // namespace inmail::tools
