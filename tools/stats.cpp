#include <iostream>
#include <map>
#include <system_error>

#include "engine/store_layout.hpp"
#include "tools/program.hpp"
#include "tools/store_reader.hpp"

namespace inmail::tools {
namespace {

namespace fs = std::filesystem;

/// Counts what is in a log, decoding no more of it than it must.
struct Census {
  struct Events {
    std::string name;
    std::uint64_t count = 0;
  };

  std::map<std::uint16_t, Events> events;  ///< By number.
  std::map<StreamKind, std::uint64_t> streams;
  std::map<Rejection, std::uint64_t> rejections;
  Timestamp first = no_deadline;
  Timestamp last = Timestamp::min();

  Status add(const RecordView& view) {
    const RecordHeader& header = view.header;
    first = std::min(first, header.time);
    last = std::max(last, header.time);
    if (header.version.value == 1) ++streams[header.stream.kind()];
    Events& kind = events[header.event_number];
    ++kind.count;
    if (!kind.name.empty() && header.event_number != CommandRejected::type.number) return {};
    const auto record = decode_record(view);
    if (!record) return record.error();
    kind.name = type_of(record->event).name;
    if (const auto* rejected = std::get_if<CommandRejected>(&record->event))
      ++rejections[rejected->code];
    return {};
  }
};

Status count(const EventLog& log, Census& census) {
  auto reader = LogReader::from(log, Position{1});
  if (!reader) return reader.error();
  for (;;) {
    const auto view = reader->next();
    if (!view) return view.error();
    if (!*view) return {};
    if (auto added = census.add(**view); !added) return added;
  }
}

/// What a file, or all in a folder, takes on the disk; what goes away meanwhile counts nothing.
std::uint64_t bytes_of(const fs::path& path) {
  std::error_code failed;
  if (fs::is_regular_file(path, failed)) return fs::file_size(path, failed);
  std::uint64_t bytes = 0;
  for (fs::recursive_directory_iterator at(path, failed), end; !failed && at != end;
       at.increment(failed)) {
    std::error_code gone;
    const auto size = at->is_regular_file(gone) ? at->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

std::string name_of(StreamKind kind) {
  const std::string text = to_text(StreamId(kind, 0));
  return text.substr(0, text.find(':'));
}

struct StatsCommand {
  static constexpr CommandText text{
      .name = "stats",
      .does = "Prints how much of what is in a store.",
      .more = "The digest is over all records in order, however they were grouped when written.",
      .example = "inmail stats world --format json"};

  void declare(CLI::App& app) {
    add_store(app, store_);
    add_format(app, format_);
  }

  Finished run() const {
    const auto store = StoreReader::open(store_);
    if (!store) return store.error();
    Census census;
    if (const auto counted = count(store->log(), census); !counted)
      return no_store(counted.error());
    const auto digest = log_digest(store->log());
    if (!digest) return no_store(digest.error());
    print(std::cout, format_, report_on(*store, census, *digest));
    return Exit::done;
  }

 private:
  Report report_on(const StoreReader& store, const Census& census, const Hash& digest) const {
    const StoreLayout layout{store_};
    const LogHead head = store.log().head();
    const bool is_empty = head.position.value == 0;
    Report report;
    report.facts = {
        {"store", to_json(store.log().store())},
        {"epoch", store.log().epoch()},
        {"first_time", is_empty ? Json() : to_json(census.first)},
        {"last_time", is_empty ? Json() : to_json(census.last)},
        {"log",
         {{"events", head.position.value}, {"digest", to_hex(digest.data(), digest.size())}}},
        {"bytes",
         {{"log", bytes_of(layout.log())},
          {"views", bytes_of(layout.views())},
          {"keys", bytes_of(layout.keys())}}},
    };
    for (const auto& [kind, count] : census.streams) report.facts["streams"][name_of(kind)] = count;
    for (const auto& [code, count] : census.rejections)
      report.facts["rejected"][std::string(inmail::name_of(code))] = count;
    Listing events{.name = "events", .columns = {"event", "count"}, .rows = {}};
    for (const auto& [number, kind] : census.events)
      events.rows.push_back({{"event", kind.name}, {"count", kind.count}});
    report.listings.push_back(std::move(events));
    return report;
  }

  fs::path store_;
  Format format_ = Format::table;
};

}  // namespace

void add_stats(Program& program) { program.add<StatsCommand>(); }

}  // namespace inmail::tools
