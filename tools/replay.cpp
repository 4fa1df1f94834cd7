#include "projections/replay.hpp"

#include <iostream>

#include "engine/states_view.hpp"
#include "tools/program.hpp"
#include "tools/progress.hpp"
#include "tools/store_engine.hpp"
#include "tools/store_reader.hpp"

namespace inmail::tools {
namespace {

bool is_view(std::string_view name) {
  return name == StatesView::name || find_view(name) != nullptr;
}

std::string view_names() {
  std::string names(StatesView::name);
  for (const View& view : all_views()) names += ", " + std::string(view.name);
  return names;
}

struct ReplayCommand {
  static constexpr CommandText text{
      .name = "replay",
      .does = "Folds the views from the log anew, and compares them with the live ones.",
      .more =
          "Prints a digest over the rows of each view. The live views are left alone; without\n"
          "--verify they are not even looked at.",
      .example = "inmail replay world --verify\ninmail replay world --view credits --until 1000"};

  void declare(CLI::App& app);
  Finished run();

 private:
  bool is_wanted(std::string_view view) const { return !view_ || *view_ == view; }
  Finished run_replay() const;
  Result<bool, Failure> add_states(const StoreReader& store, Listing& views) const;
  Finished run_verify() const;

  std::filesystem::path store_;
  std::optional<std::string> view_;
  ReplayLimit until_;
  bool verifies_ = false;
  Format format_ = Format::table;
};

void ReplayCommand::declare(CLI::App& app) {
  add_store(app, store_);
  const auto read_view = [](const std::string& name) {
    return is_view(name) ? std::optional(name) : std::nullopt;
  };
  add_read(app, "--view", view_, read_view, "one of " + view_names(), "Only this view.")
      ->type_name("VIEW");
  add_until(app, until_);
  app.add_flag(
         "--verify", verifies_,
         "Compare with the live views; needs the store for itself. Exit code 1 if any differs.")
      ->excludes("--until");
  add_format(app, format_);
}

Finished ReplayCommand::run() { return verifies_ ? run_verify() : run_replay(); }

Json row_of(std::string_view view, const Rows& rows, const std::string& digest) {
  std::uint64_t count = 0;
  rows.scan("", [&](std::string_view, std::string_view) { return ++count > 0; });
  return {{"view", view}, {"rows", count}, {"digest", digest}};
}

Result<bool, Failure> ReplayCommand::add_states(const StoreReader& store, Listing& views) const {
  if (!is_wanted(StatesView::name) || until_.through || until_.until) return false;
  MemoryRows rows;
  const auto head = fold_states(store.log(), rows);
  if (!head) return no_store(head.error());
  const auto digest = rows_digest(rows);
  if (!digest) return no_store(digest.error());
  views.rows.push_back(row_of(StatesView::name, rows, *digest));
  return true;
}

Finished ReplayCommand::run_replay() const {
  if (view_ == StatesView::name && (until_.through || until_.until))
    return wrong_use("the view states can only be replayed whole, without --until");
  const auto store = StoreReader::open(store_);
  if (!store) return store.error();
  Listing views{.name = "views", .columns = {"view", "rows", "digest"}, .rows = {}};
  Position position = store->log().head().position;
  Progress progress("replaying views", all_views().size());
  if (const auto added = add_states(*store, views); !added) return added.error();
  for (const View& view : all_views()) {
    if (!is_wanted(view.name)) continue;
    const auto replayed = store->fold(view.name, until_);
    if (!replayed) return replayed.error();
    const auto digest = rows_digest(replayed->rows);
    if (!digest) return no_store(digest.error());
    position = replayed->head.position;
    views.rows.push_back(row_of(view.name, replayed->rows, *digest));
    progress.at(views.rows.size());
  }
  Report report{.facts = {{"position", to_json(position)}}, .listings = {std::move(views)}};
  print(std::cout, format_, report);
  return Exit::done;
}

Finished ReplayCommand::run_verify() const {
  const auto verified = verify_store(store_);
  if (!verified) return verified.error();
  bool are_equal = true;
  Listing views{
      .name = "views", .columns = {"view", "position", "equal", "live", "failure"}, .rows = {}};
  for (const ViewCheck& check : verified->checks) {
    if (!is_wanted(check.view)) continue;
    are_equal &= check.equal;
    Json row = {{"view", check.view},
                {"live", check.live},
                {"replayed", check.replayed},
                {"equal", check.equal},
                {"position", to_json(check.position)}};
    if (!check.failure.empty()) row["failure"] = check.failure;
    views.rows.push_back(std::move(row));
  }
  Report report{.facts = {{"equal", are_equal}, {"position", to_json(verified->head)}},
                .listings = {std::move(views)}};
  print(std::cout, format_, report);
  return are_equal ? Exit::done : Exit::no;
}

}  // namespace

void add_replay(Program& program) { program.add<ReplayCommand>(); }

}  // namespace inmail::tools
