#include "events/policy.hpp"

#include <iostream>
#include <limits>

#include "tools/compare.hpp"
#include "tools/program.hpp"
#include "tools/progress.hpp"
#include "tools/simulate.hpp"
#include "tools/store_engine.hpp"

namespace inmail::tools {
namespace {

constexpr const char* which_policy = "The name of a preset, or a file.";

std::size_t changes_of(const Policy& policy) { return diff(Policy{}, policy).size(); }

/// The comment that a document begins with.
std::string first_comment(std::string_view document) {
  if (!document.starts_with("# ")) return "What applies where nothing else is said.";
  return std::string(document.substr(2, document.find('\n') - 2));
}

struct ListCommand {
  static constexpr CommandText text{
      .name = "list",
      .does = "Lists the policies that are built in, with how many settings each changes.",
      .example = "inmail policy list"};

  void declare(CLI::App& app) { add_format(app, format_); }

  Finished run() const {
    RowWriter rows(std::cout, format_, {"name", "changes", "says"});
    for (const std::string_view name : preset_names()) {
      const auto policy = policy_named(std::string(name));
      if (!policy) return policy.error();
      rows.write({{"name", name},
                  {"changes", changes_of(*policy)},
                  {"says", first_comment(preset_document(name))}});
    }
    rows.finish();
    return Exit::done;
  }

 private:
  Format format_ = Format::table;
};

struct ShowPolicyCommand {
  static constexpr CommandText text{
      .name = "show",
      .does = "Prints a policy as a whole document.",
      .more =
          "Every key with its value, to be saved, changed and used. Other formats than table "
          "print\n"
          "rows of key and value.",
      .example = "inmail policy show seed0 > mine.toml\ninmail policy show seed0 --short"};

  void declare(CLI::App& app) {
    app.add_option("POLICY", name_, which_policy)->required()->type_name("");
    app.add_flag("--short", is_short_,
                 "Only what a built-in policy changes, with the sources of each value.");
    add_format(app, format_);
  }

  Finished run() const {
    const auto policy = policy_named(name_);
    if (!policy) return policy.error();
    if (format_ == Format::table) {
      const std::string_view document = is_short_ ? preset_document(name_) : std::string_view{};
      std::cout << (document.empty() ? to_toml(*policy) : std::string(document));
      return Exit::done;
    }
    RowWriter rows(std::cout, format_, {"key", "value"});
    for (const PolicySetting& each : settings_of(*policy))
      rows.write({{"key", each.key}, {"value", each.value}});
    rows.finish();
    return Exit::done;
  }

 private:
  std::string name_;
  bool is_short_ = false;
  Format format_ = Format::table;
};

struct CheckCommand {
  static constexpr CommandText text{
      .name = "check",
      .does = "Says whether a policy file holds; if not, which line is wrong.",
      .example = "inmail policy check mine.toml"};

  void declare(CLI::App& app) {
    app.add_option("FILE", file_, "The file.")->required()->type_name("");
    add_format(app, format_);
  }

  Finished run() const {
    const auto document = read_input(file_);
    if (!document) return document.error();
    const auto policy = parse_policy(*document, file_);
    if (!policy) return wrong_use(policy.error().message);
    print(std::cout, format_,
          {.facts = {{"ok", true}, {"name", policy->name}, {"changes", changes_of(*policy)}},
           .listings = {}});
    return Exit::done;
  }

 private:
  std::string file_;
  Format format_ = Format::table;
};

struct DiffCommand {
  static constexpr CommandText text{
      .name = "diff",
      .does = "Prints the settings in which two policies differ.",
      .example = "inmail policy diff seed0 seed4\ninmail policy diff default mine.toml"};

  void declare(CLI::App& app) {
    app.add_option("LEFT", left_, which_policy)->required()->type_name("");
    app.add_option("RIGHT", right_, which_policy)->required()->type_name("");
    add_format(app, format_);
  }

  Finished run() const {
    const auto left = policy_named(left_);
    if (!left) return left.error();
    const auto right = policy_named(right_);
    if (!right) return right.error();
    RowWriter rows(std::cout, format_, {"key", "left", "right"});
    for (const PolicyDifference& each : diff(*left, *right))
      rows.write({{"key", each.key}, {"left", each.left}, {"right", each.right}});
    rows.finish();
    return Exit::done;
  }

 private:
  std::string left_;
  std::string right_;
  Format format_ = Format::table;
};

struct CompareCommand {
  static constexpr CommandText text{
      .name = "compare",
      .does = "Lets the same people live under several policies, and prints what became of them.",
      .more =
          "They are simulated from the same seed, or those of a real trace (as inmail import reads "
          "it);\n"
          "each store is made in a temporary folder, and audited. Credits granted are without "
          "those\n"
          "that refunds gave; rates are in basis points of what was delivered. Without a name: "
          "every\n"
          "policy that is built in. What was granted and refunded, and neither charged nor lost, "
          "is "
          "still\n"
          "there or reserved. Exit code 1 if an audit fails.",
      .example =
          "inmail policy compare --members 500 --days 90 --seed 7\n"
          "inmail policy compare default mine.toml --members 500 --days 90 --seed 7\n"
          "inmail policy compare --edges tools/sample/edges.txt --plan business"};

  void declare(CLI::App& app) {
    app.add_option("POLICY", names_, which_policy)->type_name("");
    CLI::Option* members =
        add_number(app, "--members", members_, 1, simulated_members_max, "How many members.");
    CLI::Option* days =
        add_number(app, "--days", days_, 1, simulated_days_max, "How many days.")->needs(members);
    CLI::Option* seed =
        add_number(app, "--seed", seed_, 0, std::numeric_limits<std::uint64_t>::max(),
                   "The same seed gives the same people.")
            ->needs(members);
    members->needs(days)->needs(seed);
    const auto read_path = [](const std::string& path) {
      return std::optional(std::filesystem::path(path));
    };
    add_read(app, "--edges", edges_, read_path, "a file", "The trace, instead of a simulation.")
        ->type_name("FILE")
        ->excludes(members);
    add_plan(app, plan_);
    add_format(app, format_);
  }

  Finished run() const {
    if (!edges_ && members_ == 0)
      return wrong_use("compare wants a world: --members, --days and --seed, or --edges");
    if (edges_)
      if (const auto file = read_input(*edges_); !file) return file.error();
    CompareOptions options;
    options.make_store =
        edges_ ? imported_trace(*edges_, plan_) : simulated_world(members_, days_, seed_);
    for (const std::string& name : names_.empty() ? built_in() : names_) {
      auto policy = policy_named(name);
      if (!policy) return policy.error();
      options.policies.push_back(std::move(policy).value());
    }
    std::optional<Progress> progress;
    progress.emplace("living under", options.policies.size());
    options.on_progress = [&](std::uint64_t done) { progress->at(done); };
    const auto outcomes = compare_policies(options);
    progress.reset();
    if (!outcomes) return engine_failure(outcomes.error());

    bool all_proven = true;
    RowWriter rows(std::cout, format_, outcome_columns());
    for (const PolicyOutcome& each : *outcomes) {
      rows.write(to_json(each));
      all_proven = all_proven && each.is_proven;
    }
    rows.finish();
    return all_proven ? Exit::done : Exit::no;
  }

 private:
  static std::vector<std::string> built_in() {
    const auto names = preset_names();
    return {names.begin(), names.end()};
  }

  std::vector<std::string> names_;
  std::uint64_t members_ = 0;
  std::uint64_t days_ = 0;
  std::uint64_t seed_ = 0;
  std::optional<std::filesystem::path> edges_;
  PlanKind plan_ = PlanKind::business;
  Format format_ = Format::table;
};

struct KeysCommand {
  static constexpr CommandText text{
      .name = "keys",
      .does = "Lists every key that a policy may have, and what is allowed.",
      .example = "inmail policy keys --format csv"};

  void declare(CLI::App& app) { add_format(app, format_); }

  Finished run() const {
    RowWriter rows(std::cout, format_, {"key", "unit", "standard", "allowed", "source"});
    for (const PolicyParameter& each : describe())
      rows.write({{"key", each.key},
                  {"per_plan", each.per_plan},
                  {"unit", each.unit},
                  {"standard", each.standard},
                  {"allowed", each.allowed},
                  {"source", each.source}});
    rows.finish();
    return Exit::done;
  }

 private:
  Format format_ = Format::table;
};

}  // namespace

void add_policy(Program& program) {
  CLI::App* group = program.add_group({.name = "policy",
                                       .does = "Lists, shows, checks and compares policies.",
                                       .example = "inmail policy diff seed0 seed4"});
  program.add<ListCommand>(group);
  program.add<ShowPolicyCommand>(group);
  program.add<CheckCommand>(group);
  program.add<DiffCommand>(group);
  program.add<CompareCommand>(group);
  program.add<KeysCommand>(group);
}

}  // namespace inmail::tools
