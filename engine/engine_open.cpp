#include <sodium.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <tuple>

#include "actors/policy_keeper.hpp"
#include "actors/resident.hpp"
#include "actors/shell.hpp"
#include "engine/deadline_actor.hpp"
#include "engine/engine_impl.hpp"
#include "events/codec.hpp"
#include "events/file_key_store.hpp"
#include "events/policy.hpp"
#include "projections/notices.hpp"
#include "projections/receipts.hpp"

namespace inmail {
namespace {

/// Warnings and errors to standard error.
class DefaultLogger final : public Logger {
 public:
  DefaultLogger()
      : sink_(std::make_shared<spdlog::sinks::stderr_color_sink_mt>()), log_("inmail", sink_) {
    log_.set_level(spdlog::level::warn);
  }

  void write(Level level, std::string_view sentence) override {
    switch (level) {
      case Level::info: log_.info(sentence); break;
      case Level::warning: log_.warn(sentence); break;
      case Level::error: log_.error(sentence); break;
    }
  }

 private:
  std::shared_ptr<spdlog::sinks::stderr_color_sink_mt> sink_;
  spdlog::logger log_;
};

StoreId make_store_id(const std::optional<EngineOptions::Deterministic>& deterministic) {
  StoreId id;
  if (deterministic) {
    const CommandId seeded = make_command_id({}, 1, deterministic->key_seed);
    id.bytes = seeded.bytes;
  } else {
    randombytes_buf(id.bytes.data(), id.bytes.size());
  }
  return id;
}

constexpr std::string_view first_view_names[] = {"receipts", "notices", "deadlines"};

bool is_first(const View& view) {
  return std::find(std::begin(first_view_names), std::end(first_view_names), view.name) !=
         std::end(first_view_names);
}

/// Reads single records. One that stands further on in the frame of the one before it costs no
/// second look at that frame: after a crash under load, a frame may have begun thousands of
/// notices.
class SourceReader {
 public:
  explicit SourceReader(const EventLog& log) : log_(log) {}

  /// Errors: as `LogReader::next`, and `decode_record`.
  Result<Record> read(Position position) {
    if (!reader_ || position <= last_ || position > reader_->proven().position) {
      auto reader = LogReader::from(log_, position);
      if (!reader) return reader.error();
      reader_.emplace(std::move(reader).value());
    }
    while (true) {
      auto view = reader_->next();
      if (!view) return view.error();
      if (!*view) return Error{ErrorCode::corruption, "an open notice names no record"};
      last_ = (*view)->header.position;
      if (last_ >= position) return decode_record(**view);
    }
  }

 private:
  const EventLog& log_;
  std::optional<LogReader> reader_;
  Position last_;  ///< What the reader has read.
};

/// The document that a new store adopts: a preset by its name, or what was given.
Result<std::string> first_document(const std::string& given) {
  auto policy = given.find('\n') == std::string::npos && given.find('=') == std::string::npos
                    ? preset(given)
                    : parse_policy(given, "policy");
  if (!policy) return policy.error();
  return to_toml(*policy);
}

}  // namespace

Engine::Impl::Impl(EngineOptions given)
    : options(std::move(given)),
      layout{options.path},
      clock(options.clock ? options.clock : std::make_shared<SystemClock>()),
      logger(options.logger ? options.logger : std::make_shared<DefaultLogger>()),
      keys(options.keys),
      files(options.files ? *options.files : system_files()),
      desk({options.in_flight_max, options.in_flight_bytes_max}),
      disk(layout.reserve(), {options.disk_free_min, options.files ? 0 : options.disk_reserve},
           options.disk_free_bytes) {
  if (options.deterministic) {
    random.seed(options.deterministic->key_seed);
  } else {
    std::random_device entropy;
    random.seed((std::uint64_t{entropy()} << 32) | entropy());
  }
}

Engine::Impl::~Impl() { (void)close(std::chrono::seconds{30}); }

Status Engine::Impl::open_store() {
  if (sodium_init() < 0) return Error{ErrorCode::io, "libsodium cannot be initialised"};
  const bool is_store = files.exists(layout.log());
  const bool may_make = options.create_if_missing && !reopening;
  if (!is_store && !may_make)
    return Error{ErrorCode::not_found, options.path.string() + " is no store: it has no log"};
  if (!is_store && files.exists(options.path)) {
    const auto names = files.list(options.path);
    if (!names || !names->empty())
      return Error{ErrorCode::invalid_argument,
                   options.path.string() + " is neither empty nor a store; nothing was changed"};
  }
  if (const Status made = files.make_folder(options.path); !made) return made;
  // All that is synced below is lost with the folder's own name.
  if (const Status synced = files.sync_directory_of(options.path); !synced) return synced;

  auto opened_log =
      RocksLog::open({.path = layout.log(),
                      .head_file = layout.head_file(),
                      .create_if_missing = may_make,
                      .store = make_store_id(options.deterministic),
                      .sync_frames = !options.deterministic || options.deterministic->sync_frames,
                      .files = &files});
  if (!opened_log) return opened_log.error();
  log = std::move(opened_log).value();
  if (log->torn_tail()) logger->write(Logger::Level::warning, *log->torn_tail());

  if (!keys) {
    FileKeyStore::Options key_options;
    key_options.files = &files;
    key_options.create = log->head().position.value == 0;
    if (options.deterministic) key_options.synthetic_seed = options.deterministic->key_seed;
    auto opened_keys = FileKeyStore::open(layout.keys(), key_options);
    if (!opened_keys) return opened_keys.error();
    keys = std::move(opened_keys).value();
  }
  auto opened_views = RocksViewStore::open(layout.views().string(), {.files = &files});
  if (!opened_views) return opened_views.error();
  view_store = std::move(opened_views).value();
  if (!view_store->rebuilt_because().empty())
    logger->write(Logger::Level::warning,
                  "the views are rebuilt: " + view_store->rebuilt_because());

  auto table = view_store->table(StatesView::stored_name());
  if (!table) return table.error();
  states = std::make_unique<StatesView>(std::move(table).value(), *log);
  return states->recover(*view_store);
}

Status Engine::Impl::load_policies() {
  auto row = states->load(StreamId::policy());
  if (!row) return row.error();
  if (!*row) return {};
  auto keeper = decode_as<Resident<PolicyKeeper>>(bytes_of(**row));
  if (!keeper) return keeper.error();
  // Those that are in force already stay: an engine that opens its store again may find more.
  const auto& documents = keeper->state.documents;
  for (std::size_t each = policies.book()->versions.size(); each < documents.size(); ++each) {
    auto policy = parse_policy(documents[each], "policy");
    if (!policy) return policy.error();
    policies.add(PolicyVersion{policies.book()->versions.size() + 1},
                 std::make_shared<const Policy>(std::move(policy).value()));
  }
  return {};
}

void Engine::Impl::wire_actors() {
  admissions = std::make_unique<AdmissionTable>();
  journal =
      std::make_unique<Journal>(*log, *keys, JournalOptions{.threaded = !options.deterministic});
  journal->on_frame([this](const std::shared_ptr<const Frame>& frame) {
    if (first_views) first_views->offer(frame);
    if (other_views) other_views->offer(frame);
    { const std::lock_guard lock(mutex); }
    changed.notify_all();
  });
  RuntimeOptions runtime_options{.threads = options.threads, .seed = {}, .on_failure = {}};
  if (options.deterministic) runtime_options.seed = options.deterministic->seed;
  runtime_options.on_failure = [this](const std::string& sentence, bool is_defect) {
    is_defect ? fail(sentence) : reopen_because("an actor threw: " + sentence);
  };
  due_watch = std::make_unique<DueWatch>();
  runtime = std::make_unique<Runtime>(std::move(runtime_options));
  registry = std::make_unique<Registry>(
      *runtime, [this](StreamId stream) { return make_entity(stream, *around); });
  around = std::make_unique<Surroundings>(Surroundings{
      *clock, *journal, *states, policies, *admissions, *registry,
      [this](KeyId key) { return destroy_key(key); },
      [this](Command& command, MemberId reader) { return seal_for_reader(command, reader); },
      [this](Timestamp due) { due_watch->told(due); }});
  deadline_actor = runtime->spawn(std::make_unique<DeadlineActor>(
      *clock,
      [this](Timestamp now, std::size_t limit) {
        auto due = due_until(now, limit);
        return due ? std::move(due).value() : std::vector<DueStream>{};
      },
      [this](StreamId stream) {
        registry->post(stream, Mail{Wake{}, nullptr});
      }));
}

Status Engine::Impl::start_views() {
  std::vector<View> first;
  std::vector<View> others;
  for (const View& view : all_views()) (is_first(view) ? first : others).push_back(view);

  std::vector<std::string> known{StatesView::stored_name()};
  for (const View& view : all_views()) known.push_back(view.stored_name());
  if (const Status kept = view_store->keep_only(known); !kept) return kept;

  ViewRunnerOptions runner_options;
  runner_options.threaded = !options.deterministic;
  auto started_others = ViewRunner::start(*log, *view_store, others, runner_options);
  if (!started_others) return started_others.error();
  other_views = std::move(started_others).value();

  runner_options.on_applied_views = {std::string(ReceiptsView::name)};
  runner_options.on_applied = [this](Position position) { desk.forget(position); };
  auto started_first = ViewRunner::start(*log, *view_store, first, runner_options);
  if (!started_first) return started_first.error();
  first_views = std::move(started_first).value();

  if (options.deterministic)
    if (const Status read = first_views->run_until_caught_up(); !read) return read;
  const auto no_limit = std::chrono::steady_clock::now() + std::chrono::hours{24};
  for (const std::string_view name : first_view_names)
    if (const Status there = first_views->wait_until(name, log->head().position, no_limit); !there)
      return there;
  return {};
}

Status Engine::Impl::adopt_first_policy() {
  if (!policies.book()->versions.empty()) return {};
  auto document = first_document(options.policy);
  if (!document) return document.error();
  auto done = std::make_shared<std::promise<Answer>>();
  std::future<Answer> reply = done->get_future();
  submit({.command = AdoptPolicy{std::move(document).value()}, .id = {}, .asked_by = {}},
         [done](const Answer& answer) { done->set_value(answer); }, {});
  if (options.deterministic) run_until_quiet();
  const Answer answer = reply.get();
  if (!answer.ok()) return Error{ErrorCode::io, "the first policy could not be written"};
  return {};
}

Status Engine::Impl::resend_open_notices(std::optional<NoticeKind> only) {
  PageRequest page{.limit = page_limit_max, .after = {}};
  SourceReader sources(*log);
  while (true) {
    auto snapshot = first_views->read(NoticesView::name);
    if (!snapshot) return snapshot.error();
    auto open = open_notices(**snapshot, page);
    if (!open) return open.error();
    std::sort(open->items.begin(), open->items.end(), [](const auto& a, const auto& b) {
      return std::tie(a.source, a.key) < std::tie(b.source, b.key);
    });
    for (const OpenNotice& notice : open->items) {
      if (only && notice.key.kind != *only) continue;
      auto record = sources.read(notice.source);
      if (!record) return record.error();
      const RecordHeader& header = record->header;
      registry->post(
          notice.target,
          Mail{Notice{notice.key, header.position, header.stream, header.due_at, header.policy,
                      header.cause, std::make_shared<const Event>(std::move(record->event))},
               nullptr});
    }
    if (open->next.empty()) return {};
    page.after = open->next;
  }
}

Status Engine::Impl::open_parts() {
  if (const Status stored = open_store(); !stored) return stored;
  if (const Status loaded = load_policies(); !loaded) return loaded;
  wire_actors();
  return start_views();
}

Status Engine::Impl::open() {
  if (!options.deterministic) watch_disk();
  if (const Status opened = open_parts(); !opened) return opened;
  takes_commands = true;
  if (const Status adopted = adopt_first_policy(); !adopted) return adopted;
  if (const Status sent = resend_open_notices(); !sent) return sent;
  may_reopen = true;
  if (options.deterministic)
    run_until_quiet();
  else
    house = std::thread([this] { keep_house(); });
  return erase_again();
}

}  // namespace inmail
