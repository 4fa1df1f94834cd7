#include "tools/command_line.hpp"

#include <charconv>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>

namespace inmail::tools {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view program_name = "inmail";

/// The subcommand whose arguments were being read.
const CLI::App& innermost(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return *at;
}

std::string call_of(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : call_of(*parent) + " " + app.get_name();
}

std::string sentence_of_extras(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining();
  const std::string first = in_quotes(extras.empty() ? "" : extras.front());
  const bool has_commands = !app.get_subcommands([](const CLI::App*) { return true; }).empty();
  if (has_commands && !first.starts_with("\"-")) return "there is no command " + first;
  return first + " was not expected";
}

/// What is wrong with the arguments. Our own checks say it themselves, behind the name of their
/// option; what CLI11 checks is put in words like theirs.
std::string sentence_of(const CLI::ParseError& error, const CLI::App& app) {
  const std::string text = error.what();
  const auto colon = text.find(": ");
  const std::string name = text.substr(0, colon);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) return sentence_of_extras(app);
  if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr)
    return colon == std::string::npos ? text : text.substr(colon + 2);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
    return name +
           (text.find("At Most") == std::string::npos ? " wants a value" : " is wanted only once");
  constexpr std::string_view excludes = " excludes ";
  if (const auto at = text.find(excludes); at != std::string::npos)
    return text.substr(0, at) + " and " + text.substr(at + excludes.size()) + " exclude each other";
  return text;
}

/// Line ends would make several lines of one sentence, and control bytes upset a terminal.
std::string on_one_line(std::string sentence) {
  for (char& each : sentence)
    if (static_cast<unsigned char>(each) < 0x20 || each == 0x7f) each = ' ';
  while (!sentence.empty() && (sentence.back() == ' ' || sentence.back() == '.'))
    sentence.pop_back();
  return sentence + ".";
}

std::string examples_of(std::string_view example, std::string_view more = {}) {
  std::string text = more.empty() ? "" : std::string(more) + "\n\n";
  text += "Example:\n  ";
  for (const char each : example) {
    text += each;
    if (each == '\n') text += "  ";
  }
  return text;
}

std::optional<ReplayLimit> limit_from_text(std::string_view text) {
  if (const auto number = number_from_text(text)) return ReplayLimit{Position{*number}, {}};
  if (const auto time = timestamp_from_text(text)) return ReplayLimit{{}, *time};
  return std::nullopt;
}

std::optional<fs::path> path_from_text(const std::string& text) {
  return text.empty() ? std::optional<fs::path>{} : fs::path(text);
}

std::string preset_list() {
  std::string list;
  for (const std::string_view name : preset_names()) {
    if (!list.empty()) list += ", ";
    list += name;
  }
  return list;
}

}  // namespace

Failure wrong_use(std::string sentence) { return {Exit::wrong_use, std::move(sentence)}; }

Failure wrong_line(const fs::path& file, std::size_t line, std::string_view what) {
  return wrong_use(file.string() + ":" + std::to_string(line) + ": " + std::string(what));
}

Failure answer_is_no(std::string sentence) { return {Exit::no, std::move(sentence)}; }

Failure no_store(const Error& error) { return {Exit::no_store, error.message}; }

Program::Program()
    : app_("An event-sourced engine for InMail, and what one can ask of its stores.",
           std::string(program_name)) {
  app_.set_version_flag("--version", std::string(program_name) + " 0.1.0");
  app_.footer(
      "Exit codes: 0 done, 1 the answer is no, 2 wrong use, 3 the store cannot be opened.\n" +
      examples_of("inmail simulate world --members 1000 --days 30 --seed 7\n"
                  "inmail inbox world member:7"));
  app_.get_formatter()->column_width(34);
}

CLI::App& Program::add_app(const CommandText& text, CLI::App* group) {
  CLI::App* app = (group != nullptr ? group : &app_)
                      ->add_subcommand(std::string(text.name), std::string(text.does));
  app->footer(examples_of(text.example, text.more));
  app->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  return *app;
}

CLI::App* Program::add_group(const CommandText& text) {
  CLI::App& group = add_app(text, nullptr);
  group.callback([this, &group, name = std::string(text.name)] {
    if (group.get_subcommands().empty())
      chosen_ = [name] {
        return wrong_use(name + " wants a command of its own; 'inmail " + name +
                         " --help' lists them");
      };
  });
  return &group;
}

int Program::run(int count, const char* const* arguments) {
  Finished finished = Exit::done;
  try {
    finished = parse_and_run(count, arguments);
    std::cout.flush();
    if (!std::cout) finished = Failure{Exit::no_store, "cannot write to standard output"};
  } catch (const std::exception& error) {
    finished = Failure{Exit::no_store,
                       std::string("something that should never happen did: ") + error.what()};
  }
  if (finished) return static_cast<int>(*finished);
  std::cout.flush();
  std::cerr << program_name << ": " << on_one_line(finished.error().sentence) << '\n';
  return static_cast<int>(finished.error().exit);
}

Finished Program::parse_and_run(int count, const char* const* arguments) {
  try {
    app_.parse(count, arguments);
  } catch (const CLI::Success& help) {
    app_.exit(help, std::cout, std::cerr);
    return Exit::done;
  } catch (const CLI::ParseError& error) {
    const CLI::App& app = innermost(app_);
    return wrong_use(sentence_of(error, app) + "; '" + call_of(app) + " --help' explains");
  }
  if (!chosen_) return wrong_use("a command is missing; 'inmail --help' lists them");
  return chosen_();
}

std::optional<std::uint64_t> number_from_text(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

CLI::Option* add_number(CLI::App& app, const std::string& name, std::uint64_t& value,
                        std::uint64_t min, std::uint64_t max, const std::string& help) {
  const auto read = [min, max](const std::string& text) {
    const auto number = number_from_text(text);
    return number && *number >= min && *number <= max ? number : std::nullopt;
  };
  return add_read(app, name, value, read,
                  "a whole number from " + std::to_string(min) + " to " + std::to_string(max), help)
      ->type_name("N");
}

void add_store(CLI::App& app, fs::path& store) {
  add_read(app, "STORE", store, path_from_text, "the folder of a store",
           "The folder of the store.");
}

void add_member(CLI::App& app, MemberId& member) {
  const auto from_text = [](std::string_view text) -> std::optional<MemberId> {
    const auto stream = stream_from_text(text);
    if (!stream || stream->kind() != StreamKind::member) return std::nullopt;
    return stream->member();
  };
  add_read(app, "MEMBER", member, from_text, "a text like member:7", "member:7.");
}

CLI::Option* add_plan(CLI::App& app, PlanKind& plan) {
  std::string names;
  for (const auto& [value, name] : names_of(PlanKind{}))
    names.append(names.empty() ? "" : ", ").append(name);
  const std::string help = "What members of a trace hold who send InMails: " + names +
                           ". Default: " + std::string(name_of(plan)) + ".";
  return add_read(app, "--plan", plan, from_text<PlanKind>, "a plan", help)->type_name("PLAN");
}

void add_folder(CLI::App& app, const std::string& name, fs::path& folder, const std::string& help) {
  add_read(app, name, folder, path_from_text, "a folder", help);
}

void add_folder(CLI::App& app, const std::string& name, std::optional<fs::path>& folder,
                const std::string& help) {
  add_read(app, name, folder, path_from_text, "a folder", help)->type_name("FOLDER");
}

void add_format(CLI::App& app, Format& format) {
  add_read(app, "--format", format, from_text<Format>, "table, json, csv or jsonl",
           "table (the default), json, csv or jsonl.");
}

void add_until(CLI::App& app, ReplayLimit& limit) {
  add_read(app, "--until", limit, limit_from_text, "a position or a time in UTC",
           "As of this position (1234) or time (2026-01-31, 2026-01-31T12:00:00Z).")
      ->type_name("POS|TIME");
}

void add_limit(CLI::App& app, std::uint64_t& limit) {
  const auto read = [](const std::string& text) {
    auto number = number_from_text(text);
    if (number == 0u) number = std::numeric_limits<std::uint64_t>::max();
    return number;
  };
  add_read(app, "--limit", limit, read, "a whole number",
           "At most so many rows; 0: all. Default: " + std::to_string(limit) + ".")
      ->type_name("N");
}

Result<std::string, Failure> read_input(const fs::path& file) {
  std::error_code failed;
  if (!fs::exists(file, failed)) return wrong_use("there is no file " + in_quotes(file.string()));
  const Failure unreadable = wrong_use("cannot read the file " + in_quotes(file.string()));
  std::ifstream in(file, std::ios::binary);
  if (fs::is_directory(file, failed) || !in.is_open()) return unreadable;
  try {
    return std::string{std::istreambuf_iterator<char>(in), {}};
  } catch (const std::exception&) {
    return unreadable;  // The disk failed in the middle.
  }
}

Result<Policy, Failure> policy_named(const std::string& name_or_file) {
  if (auto named = preset(name_or_file)) return std::move(named).value();
  std::error_code failed;
  if (!fs::exists(name_or_file, failed))
    return wrong_use("there is neither a preset nor a file " + in_quotes(name_or_file) +
                     "; the presets are " + preset_list());
  auto text = read_input(name_or_file);
  if (!text) return text.error();
  auto policy = parse_policy(*text, name_or_file);
  if (!policy) return wrong_use(policy.error().message);
  return std::move(policy).value();
}

}  // namespace inmail::tools
