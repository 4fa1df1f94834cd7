#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "events/policy.hpp"
#include "events/result.hpp"
#include "projections/replay.hpp"
#include "tools/output.hpp"

// What the subcommands of the program share. Each is a struct that holds its arguments:
//
//   struct Stats {
//     static constexpr CommandText text{.name = "stats", .does = "...", .example = "..."};
//     void declare(CLI::App& app);
//     Finished run();
//   };
//
//   void add_stats(Program& program) { program.add<Stats>(); }
//
// `run` is called once, when the whole command line was understood. One thread.

namespace inmail::tools {

/// What the program exits with.
enum class Exit : int {
  done = 0,
  no = 1,         ///< The answer is no: an audit failed, views differ, a command was rejected.
  wrong_use = 2,  ///< Arguments, or an input file that is missing or malformed; nothing is written.
  no_store = 3,   ///< The store cannot be opened or read.
};

/// Why a command could not do what it was asked to: one sentence, for standard error.
struct Failure {
  Exit exit;
  std::string sentence;
};

/// What a command came to: `done` or `no`, after it has printed its results; or why it has none.
using Finished = Result<Exit, Failure>;

Failure wrong_use(std::string sentence);
/// "trace.txt:12: a line has three numbers".
Failure wrong_line(const std::filesystem::path& file, std::size_t line, std::string_view what);
/// The answer is no, and there is nothing to print but why.
Failure answer_is_no(std::string sentence);
/// An error of a store, or of the engine on it.
Failure no_store(const Error& error);

struct CommandText {
  std::string_view name;
  std::string_view does;       ///< One short sentence, for the list of commands.
  std::string_view more = {};  ///< What else one should know.
  std::string_view example;    ///< "inmail events world --limit 10"; lines for several.
};

/// The command line of the program: its subcommands, and which one was asked for.
class Program {
 public:
  Program();

  /// A subcommand of the program, or of `group`.
  template <class Command>
  void add(CLI::App* group = nullptr) {
    auto command = std::make_shared<Command>();
    CLI::App& app = add_app(Command::text, group);
    command->declare(app);
    app.callback([this, command] { chosen_ = [command] { return command->run(); }; });
  }

  /// A subcommand that only has subcommands of its own.
  CLI::App* add_group(const CommandText& text);

  /// Understands the arguments and does what they ask for. Prints the sentence of a failure, and
  /// help if that is asked for. Returns what the program exits with.
  int run(int count, const char* const* arguments);

 private:
  CLI::App& add_app(const CommandText& text, CLI::App* group);
  Finished parse_and_run(int count, const char* const* arguments);

  CLI::App app_;
  std::function<Finished()> chosen_;
};

/// An option or, with a name without dashes, an argument that must be there. `read` takes its text
/// apart; where it gives nothing, the text is refused as not being `wanted`.
template <class Value, class Read>
CLI::Option* add_read(CLI::App& app, const std::string& name, Value& value, Read read,
                      const std::string& wanted, const std::string& help) {
  CLI::Option* option = app.add_option_function<std::string>(
      name, [&value, read](const std::string& text) { value = *read(text); }, help);
  option->check([read, name, wanted](const std::string& text) {
    return read(text) ? std::string() : name + " wants " + wanted + ", not " + in_quotes(text);
  });
  if (!name.starts_with("-")) option->required();
  return option->type_name("");
}

/// Decimal digits and nothing else.
std::optional<std::uint64_t> number_from_text(std::string_view text);

CLI::Option* add_number(CLI::App& app, const std::string& name, std::uint64_t& value,
                        std::uint64_t min, std::uint64_t max, const std::string& help);

/// The argument STORE: the folder of a store.
void add_store(CLI::App& app, std::filesystem::path& store);

/// The argument MEMBER.
void add_member(CLI::App& app, MemberId& member);

/// `--plan NAME`: what members hold who send InMails in a trace.
CLI::Option* add_plan(CLI::App& app, PlanKind& plan);

/// An option or argument that names a folder.
void add_folder(CLI::App& app, const std::string& name, std::filesystem::path& folder,
                const std::string& help);
void add_folder(CLI::App& app, const std::string& name,
                std::optional<std::filesystem::path>& folder, const std::string& help);

/// `--format table|json|csv|jsonl`.
void add_format(CLI::App& app, Format& format);

/// `--until T or POS`: how much of the log counts.
void add_until(CLI::App& app, ReplayLimit& limit);

/// `--limit N` with its default; 0 becomes the largest number.
void add_limit(CLI::App& app, std::uint64_t& limit);

/// The whole of a file. Failures: wrong_use, if it is missing or cannot be read.
Result<std::string, Failure> read_input(const std::filesystem::path& file);

/// The policy that `--policy` names: a preset, or a file. Failures: wrong_use, in the words of
/// `parse_policy` for a file.
Result<Policy, Failure> policy_named(const std::string& name_or_file);

}  // namespace inmail::tools
