#include <iostream>
#include <string>
#include <vector>

#include "tools/command_json.hpp"
#include "tools/output.hpp"
#include "tools/program.hpp"

namespace inmail::tools {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& each : names) text += (text.empty() ? "" : " ") + each;
  return text;
}

struct CommandsCommand {
  static constexpr CommandText text{
      .name = "commands",
      .does = "Lists every command that a store can be given, and its fields.",
      .more =
          "As inmail import --commands reads them, one JSON object a line. Every command may have\n"
          "an id (32 hexadecimal digits) and asked_by (member:7), too.",
      .example = "inmail commands\ninmail commands --format json"};

  void declare(CLI::App& app) { add_format(app, format_); }

  Finished run() const {
    RowWriter rows(std::cout, format_, {"command", "required", "optional"});
    for (const CommandShape& each : command_shapes())
      rows.write({{"command", each.name},
                  {"required", joined(each.required)},
                  {"optional", joined(each.optional)}});
    rows.finish();
    return Exit::done;
  }

 private:
  Format format_ = Format::table;
};

}  // namespace

void add_commands(Program& program) { program.add<CommandsCommand>(); }

}  // namespace inmail::tools
