#include <algorithm>
#include <csignal>
#include <iostream>
#include <thread>

#include "tools/event_json.hpp"
#include "tools/program.hpp"
#include "tools/store_reader.hpp"

namespace inmail::tools {
namespace {

constexpr Milliseconds between_looks{200};

volatile std::sig_atomic_t is_interrupted = 0;

void interrupt(int) { is_interrupted = 1; }

/// Where to begin: at a position, or with the first record at or after a time.
struct Begin {
  Position position{1};
  std::optional<Timestamp> time;
};

std::optional<Begin> begin_from_text(std::string_view text) {
  if (const auto number = number_from_text(text))
    return Begin{Position{std::max<std::uint64_t>(*number, 1)}, {}};
  if (const auto time = timestamp_from_text(text)) return Begin{Position{1}, *time};
  return std::nullopt;
}

struct EventsCommand {
  static constexpr CommandText text{
      .name = "events",
      .does = "Prints the log, record by record.",
      .more =
          "Works while another process writes the store, too. A text whose key is gone is printed "
          "as\nerased.",
      .example =
          "inmail events world --stream member:7 --type inmail.sent --limit 10\n"
          "inmail events world --from 2026-01-31 --format jsonl --follow"};

  void declare(CLI::App& app);
  Finished run();

 private:
  bool is_wanted(const RecordHeader& header);
  bool is_past_end(const RecordHeader& header) const;
  bool is_full() const { return limit_ != 0 && printed_ >= limit_; }
  Result<bool, Failure> print_from(const StoreReader& store, RowWriter& rows);
  Finished follow(const StoreReader& store, RowWriter& rows);

  std::filesystem::path store_;
  Format format_ = Format::table;
  std::vector<std::uint16_t> types_;
  std::optional<StreamId> stream_;
  Begin begin_;
  ReplayLimit until_;
  std::uint64_t limit_ = 0;
  bool follows_ = false;

  Position next_{1};
  std::uint64_t printed_ = 0;
};

void EventsCommand::declare(CLI::App& app) {
  add_store(app, store_);
  const auto read_types = [](const std::string& list) {
    std::optional<std::vector<std::uint16_t>> types;
    if (!list.empty()) types.emplace();
    for (std::string_view rest = list; types && !rest.empty();) {
      const auto comma = rest.find(',');
      const auto type = event_number(rest.substr(0, comma));
      if (type)
        types->push_back(*type);
      else
        types.reset();
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
    return types;
  };
  add_read(app, "--type", types_, read_types, "names of events like inmail.sent,inmail.opened",
           "Only events of these types, with commas between them.");
  add_read(app, "--stream", stream_, stream_from_text, "a stream like member:7 or contract:1",
           "Only events of this stream.");
  add_read(app, "--from", begin_, begin_from_text, "a position or a time in UTC",
           "From this position or time on.")
      ->type_name("POS|TIME");
  add_until(app, until_);
  const auto read_limit = [](const std::string& number) { return number_from_text(number); };
  add_read(app, "--limit", limit_, read_limit, "a whole number",
           "At most so many events; 0 (the default): all.")
      ->type_name("N");
  app.add_flag("--follow", follows_, "Stay, and print what comes; until interrupted.");
  add_format(app, format_);
}

bool EventsCommand::is_wanted(const RecordHeader& header) {
  if (begin_.time) {
    if (header.time < *begin_.time) return false;
    begin_.time.reset();
  }
  if (stream_ && header.stream != *stream_) return false;
  return types_.empty() ||
         std::find(types_.begin(), types_.end(), header.event_number) != types_.end();
}

bool EventsCommand::is_past_end(const RecordHeader& header) const {
  return (until_.through && header.position > *until_.through) ||
         (until_.until && header.time > *until_.until);
}

/// Prints what the log holds by now. True: there can be nothing more to print.
Result<bool, Failure> EventsCommand::print_from(const StoreReader& store, RowWriter& rows) {
  auto reader = LogReader::from(store.log(), next_);
  if (!reader) return no_store(reader.error());
  const TextReader texts = store.texts();
  while (!is_full() && is_interrupted == 0) {
    const auto view = reader->next();
    if (!view) return no_store(view.error());
    if (!*view) return false;
    if (is_past_end((*view)->header)) return true;
    next_ = Position{(*view)->header.position.value + 1};
    if (!is_wanted((*view)->header)) continue;
    const auto record = decode_record(**view);
    if (!record) return no_store(record.error());
    rows.write(to_json(*record, texts));
    ++printed_;
  }
  return true;
}

Finished EventsCommand::follow(const StoreReader& store, RowWriter& rows) {
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, interrupt);
  while (is_interrupted == 0 && std::cout) {
    const Position before = next_;
    const auto is_over = print_from(store, rows);
    if (!is_over) return is_over.error();
    if (*is_over) break;
    if (next_ != before) rows.flush();
    std::this_thread::sleep_for(between_looks);
    if (const auto moved = store.log().catch_up(); !moved && moved.error().code != ErrorCode::io)
      return no_store(moved.error());
  }
  return Exit::done;
}

Finished EventsCommand::run() {
  const auto store = StoreReader::open(store_, follows_ ? LogAccess::follow : LogAccess::read);
  if (!store) return store.error();
  if (stream_ && !follows_) {
    const auto is_known = store->knows(*stream_);
    if (!is_known) return is_known.error();
    if (!*is_known) return not_in_store(*stream_, store_);
  }
  next_ = begin_.position;
  RowWriter rows(std::cout, format_,
                 {"position", "time", "stream", "version", "event", "asked_by", "data"});
  Finished finished = Exit::done;
  if (follows_) {
    finished = follow(*store, rows);
  } else if (const auto printed = print_from(*store, rows); !printed) {
    finished = printed.error();
  }
  rows.finish();
  return finished;
}

}  // namespace

void add_events(Program& program) { program.add<EventsCommand>(); }

}  // namespace inmail::tools
