#include <iostream>
#include <utility>
#include <vector>

#include "tools/command_json.hpp"
#include "tools/import_edges.hpp"
#include "tools/program.hpp"
#include "tools/progress.hpp"
#include "tools/simulate.hpp"
#include "tools/store_engine.hpp"

namespace inmail::tools {
namespace {

namespace fs = std::filesystem;

constexpr Milliseconds close_deadline{30'000};

/// A command and the line on which it stands.
struct Order {
  std::size_t line = 0;
  Request request;
};

Result<std::vector<Order>, Failure> read_orders(const fs::path& file) {
  const auto text = read_input(file);
  if (!text) return text.error();
  std::vector<Order> orders;
  std::string_view rest = *text;
  for (std::size_t line = 1; !rest.empty(); ++line) {
    const auto end = rest.find('\n');
    const std::string_view each = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (each.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    auto request = request_from_json(each);
    if (!request) return wrong_line(file, line, request.error());
    orders.push_back({line, std::move(request).value()});
  }
  return orders;
}

void add_policy_option(CLI::App& app, std::optional<std::string>& policy,
                       const std::string& standard) {
  app.add_option("--policy", policy,
                 "The policy of the new store: a preset or a file. Default: " + standard + ".")
      ->type_name("NAME|FILE");
}

struct ImportCommand {
  static constexpr CommandText text{
      .name = "import",
      .does = "Makes a store of a message trace, or gives a store commands from a file.",
      .more =
          "A trace has lines of SRC DST UNIXTS and makes a new store. Commands are carried out "
          "one\n"
          "after another, each when the one before has had its effect; each has a line of answer,\n"
          "and the exit code is 1 if any of them is not ok. A file is read whole before anything\n"
          "is written. What has fallen due since the store was last open happens first.\n"
          "`inmail commands` lists the commands and their fields.",
      .example =
          "inmail import sample --edges tools/sample/edges.txt --policy trace\n"
          "inmail import world --commands tools/sample/commands.jsonl"};

  void declare(CLI::App& app);
  Finished run();

 private:
  Finished run_edges(const Policy& policy);
  Finished run_commands(const std::optional<Policy>& policy);
  Finished carry_out(Engine& engine, std::vector<Order> orders);

  fs::path store_;
  std::optional<fs::path> edges_;
  std::optional<fs::path> commands_;
  std::optional<std::string> policy_;
  PlanKind plan_ = PlanKind::custom;
  std::optional<Timestamp> at_;
  std::optional<Format> format_;
};

void ImportCommand::declare(CLI::App& app) {
  const auto read_path = [](const std::string& path) { return std::optional(fs::path(path)); };
  add_store(app, store_);
  CLI::Option* edges =
      add_read(app, "--edges", edges_, read_path, "a file", "The trace.")->type_name("FILE");
  CLI::Option* commands = add_read(app, "--commands", commands_, read_path, "a file",
                                   "JSON lines like {\"command\": \"grant_bonus\", "
                                   "\"owner\": \"member:7\", \"credits\": 5}.");
  commands->type_name("FILE")->excludes(edges);
  add_policy_option(app, policy_, "trace for a trace, default for commands");
  add_plan(app, plan_)->excludes(commands);
  add_read(app, "--at", at_, timestamp_from_text, "a time in UTC",
           "The time of all commands. Default: now.")
      ->type_name("TIME")
      ->excludes(edges);
  add_read(app, "--format", format_, from_text<Format>, "table, json, csv or jsonl",
           "table (the default for a trace), json, csv or jsonl (for commands).");
}

Finished ImportCommand::run() {
  if (!edges_ && !commands_) return wrong_use("import wants a file, by --edges or by --commands");
  std::optional<Policy> policy;
  if (policy_ || edges_) {
    auto named = policy_named(policy_.value_or("trace"));
    if (!named) return named.error();
    policy = std::move(named).value();
  }
  return edges_ ? run_edges(*policy) : run_commands(policy);
}

Finished ImportCommand::run_edges(const Policy& policy) {
  // Looked at first, so that a file that is missing is not taken for a trace that is malformed.
  if (const auto file = read_input(*edges_); !file) return file.error();
  if (const auto free = check_is_free_or_store(store_); !free) return free.error();
  std::optional<Progress> progress;
  const auto report = import_edges({.store = store_,
                                    .edges = *edges_,
                                    .policy = to_toml(policy),
                                    .plan = plan_,
                                    .logger = operator_logger(),
                                    .on_progress = [&](std::uint64_t done, std::uint64_t total) {
                                      if (!progress) progress.emplace("importing messages", total);
                                      progress->at(done);
                                    }});
  progress.reset();
  if (!report) return engine_failure(report.error());
  print(std::cout, format_.value_or(Format::table), to_report(*report));
  return Exit::done;
}

Finished ImportCommand::run_commands(const std::optional<Policy>& policy) {
  auto orders = read_orders(*commands_);
  if (!orders) return orders.error();
  if (const auto free = check_is_free_or_store(store_); !free) return free.error();
  if (policy && is_store(store_))
    return wrong_use(store_.string() +
                     " has a policy already; the command adopt_policy gives it another");
  EngineOptions options{.path = store_};
  if (policy) options.policy = to_toml(*policy);
  const std::shared_ptr<Clock> clock =
      at_ ? std::shared_ptr<Clock>(std::make_shared<ManualClock>(*at_))
          : std::make_shared<SystemClock>();
  options.clock = clock;
  options.logger = operator_logger();
  auto engine = Engine::open(std::move(options));
  if (!engine) return engine_failure(engine.error());

  if (const auto done = catch_up(*engine, *clock); !done) return no_store(done.error());
  Finished finished = carry_out(*engine, std::move(orders).value());
  const auto closed = engine->close(close_deadline);
  if (finished && !closed) return no_store(closed.error());
  return finished;
}

/// One after another: a command may be about what the one before it brought about.
Finished ImportCommand::carry_out(Engine& engine, std::vector<Order> orders) {
  RowWriter rows(std::cout, format_.value_or(Format::jsonl),
                 {"line", "id", "answer", "code", "limit", "actual", "sentence", "position"});
  Progress progress("carrying out commands", orders.size());
  std::uint64_t done = 0;
  bool are_all_ok = true;
  for (Order& order : orders) {
    Submission submission = engine.submit(std::move(order.request));
    const Answer answer = submission.reply.get();
    (void)submission.settled.get();
    are_all_ok &= answer.ok();
    Json row = {{"line", order.line}};
    row.update(to_json(submission.id, answer));
    rows.write(row);
    std::cout.flush();
    progress.at(++done);
  }
  rows.finish();
  if (const auto failure = engine.failure()) return no_store(*failure);
  return are_all_ok ? Exit::done : Exit::no;
}

struct SimulateCommand {
  static constexpr CommandText text{
      .name = "simulate",
      .does = "Makes a store in which members live for some days of virtual time.",
      .more = "Prints what happened. The same seed gives the same log.",
      .example = "inmail simulate world --members 1000 --days 30 --seed 7"};

  void declare(CLI::App& app) {
    add_store(app, store_);
    add_number(app, "--members", members_, 1, simulated_members_max, "How many members.")
        ->required();
    add_number(app, "--days", days_, 1, simulated_days_max, "How many days.")->required();
    add_number(app, "--seed", seed_, 0, std::numeric_limits<std::uint64_t>::max(),
               "What all chance comes from.")
        ->required();
    add_policy_option(app, policy_, "default");
    add_format(app, format_);
  }

  Finished run() {
    const auto policy = policy_named(policy_.value_or("default"));
    if (!policy) return policy.error();
    if (const auto free = check_is_free_or_store(store_); !free) return free.error();
    std::optional<Progress> progress;
    progress.emplace("simulating days", days_);
    const auto report =
        simulate({.store = store_,
                  .members = members_,
                  .days = days_,
                  .seed = seed_,
                  .policy = to_toml(*policy),
                  .logger = operator_logger(),
                  .on_progress = [&](std::uint64_t done, std::uint64_t) { progress->at(done); }});
    progress.reset();
    if (!report) return engine_failure(report.error());
    print(std::cout, format_, to_report(*report));
    return Exit::done;
  }

 private:
  fs::path store_;
  std::uint64_t members_ = 0;
  std::uint64_t days_ = 0;
  std::uint64_t seed_ = 0;
  std::optional<std::string> policy_;
  Format format_ = Format::table;
};

}  // namespace

void add_simulate(Program& program) { program.add<SimulateCommand>(); }
void add_import(Program& program) { program.add<ImportCommand>(); }

}  // namespace inmail::tools
