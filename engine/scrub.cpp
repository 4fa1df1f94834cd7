#include "engine/scrub.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include "engine/store_layout.hpp"
#include "events/file_system.hpp"
#include "events/rocks_log.hpp"
#include "projections/rocks_scrub.hpp"

namespace inmail {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr std::chrono::seconds remember_interval{2};

/// "1234 <64 hexadecimal digits>".
Status remember(const StoreLayout& layout, const LogHead& verified) {
  const std::string text = std::to_string(verified.position.value) + " " +
                           to_hex(verified.hash.data(), verified.hash.size()) + "\n";
  return replace_whole(system_files(), layout.verified(), text);
}

/// Proves the log frame by frame.
class LogScrub {
 public:
  LogScrub(const StoreLayout& layout, ScrubReport& report,
           const std::function<void(std::uint64_t)>& on_progress)
      : layout_(layout), report_(report), on_progress_(on_progress) {}

  /// From behind `start`, which the log must confirm; from the beginning otherwise.
  Status run(const EventLog& log, const LogHead& start) {
    LogHead head = start;
    auto reader = LogReader::from(log, Position{std::max<std::uint64_t>(start.position.value, 1)});
    if (!reader) return reader.error();
    bool is_confirmed = start.position.value == 0;
    while (true) {
      const auto record = reader->next();
      if (!record && record.error().code == ErrorCode::io) return record.error();
      if (!record) report_.findings.push_back(record.error().message);
      if (!record || !*record) break;
      if (!is_confirmed) {
        if (reader->proven() != start) return run(log, LogHead{});
        is_confirmed = true;
        continue;
      }
      if (report_.from.value == 0) report_.from = (*record)->header.position;
      report_.log_bytes += (*record)->bytes.size();
      if ((*record)->header.position != reader->proven().position) continue;
      head = reader->proven();
      if (auto noted = note(head); !noted) return noted;
    }
    report_.verified = head.position;
    return head.position.value > 0 ? remember(layout_, head) : Status{};
  }

 private:
  Status note(const LogHead& head) {
    if (on_progress_) on_progress_(report_.log_bytes);
    const auto now = steady_clock::now();
    if (now - remembered_at_ < remember_interval) return {};
    remembered_at_ = now;
    return remember(layout_, head);
  }

  const StoreLayout& layout_;
  ScrubReport& report_;
  const std::function<void(std::uint64_t)>& on_progress_;
  steady_clock::time_point remembered_at_ = steady_clock::now();
};

}  // namespace

std::uint64_t ScrubReport::megabytes_a_second() const {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  return (log_bytes + view_bytes) / static_cast<std::uint64_t>(std::max<std::int64_t>(micros, 1));
}

Result<std::optional<LogHead>> last_verified(const fs::path& store) {
  const auto text = read_whole(system_files(), StoreLayout{store}.verified(), 256);
  if (!text && text.error().code == ErrorCode::not_found) return std::optional<LogHead>{};
  if (!text) return text.error();
  std::istringstream words(*text);
  LogHead head;
  std::string hex;
  // A damaged note is none: then everything is read again.
  if (!(words >> head.position.value >> hex) || hex.size() != 2 * head.hash.size())
    return std::optional<LogHead>{};
  for (std::size_t half : {std::size_t{0}, head.hash.size() / 2}) {
    const auto bytes = id_bytes_from_text(std::string_view(hex).substr(2 * half, 32));
    if (!bytes) return std::optional<LogHead>{};
    std::copy(bytes->begin(), bytes->end(), head.hash.begin() + static_cast<std::ptrdiff_t>(half));
  }
  return std::optional<LogHead>{head};
}

Result<ScrubReport> scrub_store(const fs::path& store, bool resumes,
                                const std::function<void(std::uint64_t)>& on_progress) {
  const StoreLayout layout{store};
  const auto began = steady_clock::now();
  const auto log = RocksLog::open({.path = layout.log(),
                                   .head_file = layout.head_file(),
                                   .access = LogAccess::follow,
                                   .store = {}});
  if (!log) return log.error();
  const auto noted = resumes ? last_verified(store) : std::optional<LogHead>{};
  if (!noted) return noted.error();

  ScrubReport report;
  LogScrub log_scrub(layout, report, on_progress);
  if (auto scrubbed = log_scrub.run(**log, noted->value_or(LogHead{})); !scrubbed)
    return scrubbed.error();
  const auto views = scrub_tables(layout.views(), [&](std::uint64_t bytes) {
    if (on_progress) on_progress(report.log_bytes + bytes);
  });
  if (!views) return views.error();
  report.view_tables = views->tables;
  report.view_bytes = views->bytes;
  for (const std::string& each : views->damaged)
    report.findings.push_back(each + "; views can be deleted, and come back by replay");
  report.took = std::chrono::duration_cast<Milliseconds>(steady_clock::now() - began);
  return report;
}

}  // namespace inmail
