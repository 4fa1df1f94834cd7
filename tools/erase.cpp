#include <unistd.h>

#include <iostream>

#include "projections/notices.hpp"
#include "tools/command_json.hpp"
#include "tools/json_values.hpp"
#include "tools/program.hpp"
#include "tools/store_engine.hpp"
#include "tools/store_reader.hpp"

namespace inmail::tools {
namespace {

constexpr Milliseconds close_deadline{30'000};

struct EraseCommand {
  static constexpr CommandText text{
      .name = "erase",
      .does = "Destroys for ever what a member wrote, and closes the member.",
      .more =
          "The member's key is overwritten, so no text of theirs can be read again: neither here\n"
          "nor in a backup made later. What others wrote to them stays, unless --also-received\n"
          "is given, now or later: then nobody can read that again, not even who wrote it; but\n"
          "texts that an earlier release sealed (log format 1) stay.\n"
          "What is no text stays: numbers, times and lengths. Copies of the keys that were made\n"
          "before, and what a disk keeps below its files, are out of reach: back up the keys anew\n"
          "after an erasure.",
      .example =
          "inmail erase world member:7\n"
          "inmail erase world member:7 --yes --also-received"};

  void declare(CLI::App& app) {
    add_store(app, store_);
    add_member(app, member_);
    app.add_flag("--also-received", also_received_, "Destroy what others wrote to them, too.");
    app.add_flag("--yes", is_sure_, "Do not ask.");
    add_format(app, format_);
  }

  Finished run() const;

 private:
  Finished ask() const;
  Finished erase(Engine& engine) const;
  Result<bool> is_open(Engine& engine, NoticeKind duty) const;

  std::filesystem::path store_;
  MemberId member_;
  bool also_received_ = false;
  bool is_sure_ = false;
  Format format_ = Format::table;
};

/// Whether to go on: `done`, or why not.
Finished EraseCommand::ask() const {
  if (is_sure_) return Exit::done;
  const std::string name = to_text(StreamId{member_});
  const std::string what =
      name + (also_received_ ? " wrote, and all that others wrote to them," : " wrote");
  if (::isatty(STDIN_FILENO) == 0)
    return wrong_use("erase wants --yes where nobody can be asked, since what " + what +
                     " never comes back");
  std::cerr << "All that " << what << " is destroyed for ever. Type " << name
            << " to go on: " << std::flush;
  std::string typed;
  std::getline(std::cin, typed);
  return typed == name ? Finished(Exit::done) : answer_is_no("nothing was erased");
}

/// Whether the duty to destroy one of the member's keys is still open.
Result<bool> EraseCommand::is_open(Engine& engine, NoticeKind duty) const {
  const auto found = engine.query(NoticesView::name, {engine.head()}, [&](const Rows& rows) {
    return find_notice(rows, notice_key(duty, member_));
  });
  if (!found) return found.error();
  if (!*found) return found->error();
  return (*found)->has_value();
}

Finished EraseCommand::erase(Engine& engine) const {
  Submission submission = engine.submit({EraseMember{member_, also_received_}, {}, {}});
  const Answer answer = submission.reply.get();
  (void)submission.settled.get();
  if (!answer.ok()) {
    if (const auto failure = engine.failure()) return no_store(*failure);
    return answer_is_no(to_text(StreamId{member_}) +
                        " was not erased: " + to_json(submission.id, answer).dump());
  }
  const auto has_key = is_open(engine, NoticeKind::destroy_key);
  if (!has_key) return no_store(has_key.error());
  const auto has_received = is_open(engine, NoticeKind::destroy_received);
  if (!has_received) return no_store(has_received.error());
  Report report{.facts = {{"member", to_json(member_)},
                          {"position", to_json(answer.position)},
                          {"erased", true},
                          {"key_destroyed", !*has_key}},
                .listings = {}};
  if (also_received_) report.facts["received_key_destroyed"] = !*has_received;
  print(std::cout, format_, report);
  return *has_key || *has_received ? Exit::no : Exit::done;
}

Finished EraseCommand::run() const {
  {
    const auto store = StoreReader::open(store_);
    if (!store) return store.error();
    const auto is_known = store->knows(member_);
    if (!is_known) return is_known.error();
    if (!*is_known) return not_in_store(member_, store_);
  }
  if (const auto sure = ask(); !sure) return sure;
  EngineOptions options{.path = store_, .create_if_missing = false};
  options.logger = operator_logger();
  const auto clock = std::make_shared<SystemClock>();
  options.clock = clock;
  auto engine = Engine::open(std::move(options));
  if (!engine) return no_store(engine.error());
  if (const auto done = catch_up(*engine, *clock); !done) return no_store(done.error());
  Finished finished = erase(*engine);
  const auto closed = engine->close(close_deadline);
  if (finished && !closed) return no_store(closed.error());
  return finished;
}

}  // namespace

void add_erase(Program& program) { program.add<EraseCommand>(); }

}  // namespace inmail::tools
