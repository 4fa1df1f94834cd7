#include "engine/engine_impl.hpp"
#include "projections/deadlines.hpp"

namespace inmail {
namespace {

using std::chrono::steady_clock;

constexpr Milliseconds house_tick{250};
/// Rows of sleeping and waking actors may lag so far behind the log before a sweep.
constexpr std::uint64_t states_lag_max = 250'000;
constexpr std::chrono::seconds views_mended_interval{30};
constexpr std::chrono::seconds keys_tried_interval{30};
constexpr std::chrono::seconds reserve_made_after{10};
/// In deterministic runs views are brought up after so many records, and when somebody looks.
constexpr std::uint64_t views_lag_max = 50'000;

}  // namespace

thread_local const Engine::Impl::InUse* Engine::Impl::InUse::innermost = nullptr;

/// What throws here, ours or the host's, ends the engine's writing and not the host.
void Engine::Impl::keep_house() {
  house_began_at = head_synced_at = steady_clock::now();
  const auto is_called = [&] { return closing || wants_reopening; };
  const auto tend_or_fail = [this] {
    try {
      return tend();
    } catch (const std::exception& thrown) {
      const std::string what = std::string("keeping house has failed: ") + thrown.what();
      const bool was_reopening = reopening;
      was_reopening ? give_up({ErrorCode::closed, what}) : fail(what);
      return !was_reopening;
    }
  };
  deadline_actor->send(Mail{Wake{}, nullptr});
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait_for(lock, house_tick, is_called);
    if (closing) return;
    lock.unlock();
    if (!tend_or_fail()) return;
    lock.lock();
  }
}

bool Engine::Impl::tend() {
  notice_failure();
  reopen();
  if (!log) return false;
  watch_disk();
  if (!is_disk_full && desk.in_flight() < options.in_flight_max / 2)
    deadline_actor->send(Mail{Wake{}, nullptr});
  registry->sweep({options.residents_max, options.resident_bytes_max});
  if (steady_clock::now() - keys_tried_at >= keys_tried_interval) destroy_owed_keys();
  Status done = states->write_back(journal->durable(), std::nullopt);
  if (done && log->head().position.value > states->checkpoint().value + states_lag_max)
    done = sweep_states(steady_clock::now() + std::chrono::seconds{30});
  if (steady_clock::now() - head_synced_at >= std::chrono::seconds{1}) {
    if (done) done = log->sync_head();
    head_synced_at = steady_clock::now();
    mend_views();
    // Not for who only looks in.
    if (head_synced_at - house_began_at > reserve_made_after) disk.make_reserve();
  }
  if (!done && done.error().code != ErrorCode::timed_out) reopen_because(done.error().message);
  return true;
}

void Engine::Impl::watch_disk() {
  const bool is_full = !disk.look();
  if (is_full == is_disk_full.exchange(is_full)) return;
  logger->write(Logger::Level::warning,
                is_full ? "the disk is nearly full: no commands are taken until there is room"
                        : "there is room on the disk again: commands are taken");
}

/// A view that could not be written goes on once the store is opened again; tried now and then.
void Engine::Impl::mend_views() {
  const auto now = steady_clock::now();
  if (is_disk_full || now - views_mended_at < views_mended_interval) return;
  for (const auto* runner : {first_views.get(), other_views.get()})
    for (const ViewProgress& progress : runner->positions())
      if (progress.failure && progress.failure->code == ErrorCode::io) {
        views_mended_at = now;
        return reopen_because("view " + progress.view + ": " + progress.failure->message);
      }
}

bool Engine::Impl::has_heard_all_since(std::uint64_t began) {
  // Each of these is set before the mail of those whom it stops is dropped.
  if (drops_mail || reopening || generation != began || journal->failure()) return false;
  const std::lock_guard lock(mutex);
  return !failure && !wants_reopening;
}

Status Engine::Impl::sweep_states(steady_clock::time_point until) {
  const std::uint64_t began = generation;
  const LogHead head = log->head();
  auto everyone = std::make_shared<std::promise<void>>();
  std::future<void> saved = everyone->get_future();
  registry->save_all(
      std::make_shared<Settlement>([everyone](const Answer&) { everyone->set_value(); }));
  if (options.deterministic) {
    run_until_quiet();
    if (!log) return engine_is_closed();
  } else if (saved.wait_until(until) != std::future_status::ready) {
    return Error{ErrorCode::timed_out, "not every actor could save its row in time"};
  }
  const Position needed = journal->handed_in();
  std::unique_lock lock(mutex);
  changed.wait_until(lock, until,
                     [&] { return journal->durable() >= needed || journal->failure(); });
  lock.unlock();
  // That nobody holds the order any more says that all have saved only if nobody was stopped.
  if (!has_heard_all_since(began))
    return Error{ErrorCode::timed_out, "not every actor has saved its row: some were stopped"};
  return states->write_back(journal->durable(), head);
}

Result<std::vector<DueStream>> Engine::Impl::due_until(Timestamp until, std::size_t limit) {
  return due_watch->look(until, limit, *journal,
                         [this] { return first_views->read(DeadlinesView::name); });
}

Result<std::optional<Timestamp>> Engine::Impl::next_due() {
  if (const Status caught_up = first_views->run_until_caught_up(); !caught_up)
    return caught_up.error();
  const auto due = due_until(no_deadline, 1);
  if (!due) return due.error();
  return due->empty() ? std::nullopt : std::optional(due->front().due);
}

void Engine::Impl::wake_due() {
  if (!options.deterministic) {
    deadline_actor->send(Mail{Wake{}, nullptr});
    return;
  }
  std::pair<Position, std::uint64_t> seen{};
  while (true) {
    run_until_quiet();
    if (!log) return;
    // What cannot be written any more, or folded, stays due for ever. But a store that was opened
    // again has forgotten whom it had woken.
    const std::pair now_seen{log->head().position, reopened.load()};
    if (now_seen == seen) return;
    seen = now_seen;
    if (const Status caught_up = first_views->run_until_caught_up(); !caught_up)
      return fail(caught_up.error().message);
    const auto due = due_until(clock->now(), 10'000);
    if (!due) {
      reopen_because("the deadlines could not be read: " + due.error().message);
      continue;
    }
    if (due->empty()) return;
    for (const DueStream& each : *due) registry->post(each.stream, Mail{Wake{}, nullptr});
  }
}

void Engine::Impl::run_until_quiet() {
  destroy_owed_keys();
  bool progressed = true;
  while (progressed) {
    progressed = false;
    while (runtime->step()) progressed = true;
    if (journal->pump()) progressed = true;
    notice_failure();
    if (!wants_to_reopen()) continue;
    reopen();
    if (!log) return;
    progressed = true;
  }
  if (log->head().position.value > views_caught_up_at.value + views_lag_max) {
    catch_up_views();
    registry->sweep({options.residents_max, options.resident_bytes_max});
    while (runtime->step()) {
    }
    if (const Status kept = states->write_back(journal->durable(), std::nullopt); !kept)
      fail(kept.error().message);
  }
}

void Engine::Impl::catch_up_views() {
  for (const auto* runner : {&first_views, &other_views})
    if (*runner)
      if (const Status caught_up = (*runner)->run_until_caught_up(); !caught_up)
        fail(caught_up.error().message);
  views_caught_up_at = log->head().position;
}

Status Engine::Impl::tidy_up(bool sweep) {
  run_until_quiet();
  if (!log) return engine_is_closed();
  Status done = sweep ? sweep_states(steady_clock::now())
                      : states->write_back(journal->durable(), std::nullopt);
  if (done) done = log->sync_head();
  if (done) catch_up_views();
  if (done) done = view_store->flush();
  if (!done) fail(done.error().message);
  return done;
}

/// A frame of nobody's command may fail, too: what had fallen due, say.
void Engine::Impl::notice_failure() {
  if (const auto why = journal->failure()) journal_failed(*why);
}

void Engine::Impl::fail(const std::string& sentence) {
  {
    const std::lock_guard lock(mutex);
    if (failure) return;
    failure = Error{ErrorCode::closed, "the engine has failed: " + sentence};
  }
  takes_commands = false;
  drops_mail = true;
  logger->write(Logger::Level::error, "the engine takes no more commands: " + sentence);
  // What was handed in may still become durable; nobody can tell of the rest.
  Answer unknown;
  unknown.kind = AnswerKind::unknown;
  desk.answer_all(unknown);
}

Status Engine::Impl::close(Milliseconds deadline) {
  const auto until = steady_clock::now() + deadline;
  {
    const std::lock_guard lock(mutex);
    if (closing) return {};
    closing = true;
    last_head = head_now().value;
  }
  takes_commands = false;
  shut = true;
  changed.notify_all();
  if (house.joinable()) house.join();
  give_up_reopening();
  Answer unknown;
  unknown.kind = AnswerKind::unknown;
  if (!log) desk.answer_all(unknown);
  if (!log) return {};

  Status result;
  if (runtime && journal && first_views && other_views) {
    if (options.deterministic) {
      run_until_quiet();
    } else {
      auto empty = std::make_shared<std::promise<void>>();
      std::future<void> drained = empty->get_future();
      desk.when_empty([empty] { empty->set_value(); });
      if (drained.wait_until(until) != std::future_status::ready)
        result = Error{ErrorCode::timed_out, "commands were still in flight at the deadline"};
    }
    const bool failed = [this] {
      const std::lock_guard lock(mutex);
      return failure.has_value();
    }();
    if (!failed && result) result = sweep_states(until);
  }
  drops_mail = true;
  const Status flushed = stop_parts();
  desk.answer_all(unknown);
  drop_parts();
  return result ? flushed : result;
}

/// Lets go of everything that holds the store, once no call works with it. (A seeded engine opens
/// its store again within a call, and has no other.)
void Engine::Impl::drop_parts() {
  const bool is_within_call = options.deterministic && reopening;
  for (auto still = users.load(); still > 0 && !is_within_call; still = users.load())
    users.wait(still);
  const std::lock_guard lock(mutex);
  for (Subscription::Impl* subscription : subscriptions) subscription->reader.reset();
  last_head = head_now().value;
  first_views.reset();
  other_views.reset();
  deadline_actor.reset();
  around.reset();
  registry.reset();
  runtime.reset();
  journal.reset();
  states.reset();
  view_store.reset();
  log.reset();
  keys = options.keys;
}

}  // namespace inmail
