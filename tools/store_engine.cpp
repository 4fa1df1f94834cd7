#include "tools/store_engine.hpp"

#include <iostream>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>

#include "engine/store_layout.hpp"
#include "projections/deadlines.hpp"
#include "tools/store_reader.hpp"

namespace inmail::tools {
namespace {

namespace fs = std::filesystem;

class OperatorLogger final : public Logger {
 public:
  void write(Level level, std::string_view sentence) override {
    if (level == Level::info) return;
    const std::lock_guard lock(mutex_);
    std::cerr << "inmail: " << (level == Level::warning ? "warning: " : "error: ") << sentence
              << '\n';
  }

 private:
  std::mutex mutex_;
};

constexpr Milliseconds close_deadline{30'000};

/// When the last thing on record happened.
Result<Timestamp> last_time(const EventLog& log) {
  auto reader = LogReader::from(log, log.head().position);
  if (!reader) return reader.error();
  const auto last = reader->next();
  if (!last) return last.error();
  return *last ? (*last)->header.time : Timestamp{};
}

}  // namespace

std::shared_ptr<Logger> operator_logger() { return std::make_shared<OperatorLogger>(); }

Failure engine_failure(const Error& error) {
  return error.code == ErrorCode::invalid_argument ? wrong_use(error.message) : no_store(error);
}

Result<Verified, Failure> verify_store(const fs::path& folder) {
  Result<Timestamp> now = Timestamp{};
  {
    const auto store = StoreReader::open(folder);
    if (!store) return store.error();
    if (store->log().head().position.value > 0) now = last_time(store->log());
  }
  if (!now) return no_store(now.error());
  EngineOptions options{.path = folder, .create_if_missing = false};
  options.clock = std::make_shared<ManualClock>(*now);
  options.logger = operator_logger();
  auto engine = Engine::open(std::move(options));
  if (!engine) return no_store(engine.error());
  auto checks = engine->verify();
  if (!checks) return no_store(checks.error());
  Verified verified{std::move(checks).value(), engine->head()};
  if (const auto closed = engine->close(close_deadline); !closed) return no_store(closed.error());
  return verified;
}

Status catch_up(Engine& engine, const Clock& clock) {
  using std::chrono::steady_clock;
  // What waits for somebody who does not answer, or for a disk that is full, is not waited for.
  constexpr std::chrono::seconds patience{10};
  auto moved_at = steady_clock::now();
  for (Position seen{}; steady_clock::now() - moved_at < patience;) {
    if (const auto failure = engine.failure()) return *failure;
    if (engine.head() > seen) moved_at = steady_clock::now();
    seen = engine.head();
    const auto next = engine.query(DeadlinesView::name, {seen},
                                   [](const Rows& rows) { return next_deadline(rows); });
    if (!next) return next.error();
    if (!*next) return next->error();
    if (!**next || (**next)->due > clock.now()) return {};
    engine.wake_due();
    std::this_thread::sleep_for(Milliseconds{1});
  }
  return {};
}

bool is_store(const fs::path& folder) {
  std::error_code failed;
  return fs::exists(StoreLayout{folder}.log(), failed);
}

Result<void, Failure> check_is_free_or_store(const fs::path& folder) {
  std::error_code failed;
  if (is_store(folder) || !fs::exists(folder, failed)) return {};
  const bool is_folder = fs::is_directory(folder, failed);
  if (is_folder && fs::is_empty(folder, failed) && !failed) return {};
  return Failure{Exit::no_store, folder.string() + (is_folder ? " is neither empty nor a store"
                                                              : " is a file, not a store")};
}

}  // namespace inmail::tools
