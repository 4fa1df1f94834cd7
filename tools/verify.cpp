#include <iostream>
#include <optional>

#include "engine/scrub.hpp"
#include "tools/json_values.hpp"
#include "tools/program.hpp"
#include "tools/progress.hpp"
#include "tools/store_reader.hpp"

namespace inmail::tools {
namespace {

struct VerifyCommand {
  static constexpr CommandText text{
      .name = "verify",
      .does = "Reads a store back from the disk, and proves that it is what was written.",
      .more =
          "Without --scrub as much as each opening proves: the end of the log. With it every "
          "frame\n"
          "of the log and every table of the views; how far it came is remembered in the store.\n"
          "The store may be at work. Exit code 1 if anything is damaged.",
      .example = "inmail verify world --scrub\ninmail verify world --scrub --resume"};

  void declare(CLI::App& app) {
    add_store(app, store_);
    CLI::Option* scrub = app.add_flag("--scrub", scrubs_, "Read every byte of log and views.");
    app.add_flag("--resume", resumes_, "Go on behind what the last scrub has proven.")
        ->needs(scrub);
    add_format(app, format_);
  }

  Finished run() const;

 private:
  Finished run_scrub() const;

  std::filesystem::path store_;
  bool scrubs_ = false;
  bool resumes_ = false;
  Format format_ = Format::table;
};

Finished VerifyCommand::run() const {
  if (auto is_store = check_is_store(store_); !is_store) return is_store.error();
  if (scrubs_) return run_scrub();
  const auto store = StoreReader::open(store_);
  if (!store) return store.error();
  const auto verified = last_verified(store_);
  if (!verified) return no_store(verified.error());
  Report report;
  report.facts = {{"ok", true},
                  {"position", to_json(store->log().head().position)},
                  {"epoch", store->log().epoch()},
                  {"last_scrub_verified", *verified ? to_json((*verified)->position) : Json()}};
  print(std::cout, format_, report);
  return Exit::done;
}

Finished VerifyCommand::run_scrub() const {
  std::optional<Progress> progress;
  progress.emplace("reading", 0);
  const auto report =
      scrub_store(store_, resumes_, [&](std::uint64_t bytes) { progress->at(bytes); });
  progress.reset();
  if (!report) return no_store(report.error());
  Report printed;
  printed.facts = {{"ok", report->is_intact()},
                   {"from", to_json(report->from)},
                   {"verified", to_json(report->verified)},
                   {"log_bytes", report->log_bytes},
                   {"view_tables", report->view_tables},
                   {"view_bytes", report->view_bytes},
                   {"milliseconds", report->took.count()},
                   {"mb_per_second", report->megabytes_a_second()}};
  Listing findings{.name = "findings", .columns = {"finding"}, .rows = {}};
  for (const std::string& each : report->findings) findings.rows.push_back({{"finding", each}});
  printed.listings.push_back(std::move(findings));
  print(std::cout, format_, printed);
  return report->is_intact() ? Exit::done : Exit::no;
}

}  // namespace

void add_verify(Program& program) { program.add<VerifyCommand>(); }

}  // namespace inmail::tools
