#include "engine/engine_impl.hpp"
#include "projections/deadlines.hpp"

namespace inmail {
namespace {

using std::chrono::steady_clock;

constexpr Milliseconds house_tick{250};
/// Rows of sleeping and waking actors may lag so far behind the log before a sweep.
constexpr std::uint64_t states_lag_max = 250'000;
/// In deterministic runs views are brought up after so many records, and when somebody looks.
constexpr std::uint64_t views_lag_max = 50'000;

}  // namespace

void Engine::Impl::keep_house() {
  auto head_synced_at = steady_clock::now();
  std::unique_lock lock(mutex);
  while (!changed.wait_for(lock, house_tick, [&] { return closing; })) {
    lock.unlock();
    notice_failure();
    if (desk.in_flight() < options.in_flight_max / 2) deadline_actor->send(Mail{Wake{}, nullptr});
    if (registry->residents() > options.residents_max) registry->sweep(options.residents_max);
    Status done = states->write_back(journal->durable(), std::nullopt);
    if (done && log->head().position.value > states->checkpoint().value + states_lag_max)
      done = sweep_states(steady_clock::now() + std::chrono::seconds{30});
    if (steady_clock::now() - head_synced_at >= std::chrono::seconds{1}) {
      if (done) done = log->sync_head();
      head_synced_at = steady_clock::now();
    }
    if (!done && done.error().code != ErrorCode::timed_out) fail(done.error().message);
    lock.lock();
  }
}

Status Engine::Impl::sweep_states(steady_clock::time_point until) {
  const LogHead head = log->head();
  auto everyone = std::make_shared<std::promise<void>>();
  std::future<void> saved = everyone->get_future();
  registry->save_all(
      std::make_shared<Settlement>([everyone](const Answer&) { everyone->set_value(); }));
  if (options.deterministic) {
    run_until_quiet();
  } else if (saved.wait_until(until) != std::future_status::ready) {
    return Error{ErrorCode::timed_out, "not every actor could save its row in time"};
  }
  const Position needed = journal->handed_in();
  std::unique_lock lock(mutex);
  changed.wait_until(lock, until,
                     [&] { return journal->durable() >= needed || journal->failure(); });
  lock.unlock();
  return states->write_back(journal->durable(), head);
}

std::vector<DueStream> Engine::Impl::due_now(Timestamp now, std::size_t limit) {
  auto rows = first_views->read(DeadlinesView::name);
  if (!rows) return {};
  auto due = due_streams(**rows, now, std::nullopt, limit);
  if (!due) return {};
  return std::move(due).value();
}

void Engine::Impl::wake_due() {
  if (!options.deterministic) {
    deadline_actor->send(Mail{Wake{}, nullptr});
    return;
  }
  Position seen{};
  while (true) {
    run_until_quiet();
    // What cannot be written any more, or folded, stays due for ever.
    if (log->head().position == seen) return;
    seen = log->head().position;
    if (const Status caught_up = first_views->run_until_caught_up(); !caught_up)
      return fail(caught_up.error().message);
    const auto due = due_now(clock->now(), 10'000);
    if (due.empty()) return;
    for (const DueStream& each : due) registry->post(each.stream, Mail{Wake{}, nullptr});
  }
}

void Engine::Impl::run_until_quiet() {
  bool progressed = true;
  while (progressed) {
    progressed = false;
    while (runtime->step()) progressed = true;
    if (journal->pump()) progressed = true;
  }
  notice_failure();
  if (log->head().position.value > views_caught_up_at.value + views_lag_max) {
    catch_up_views();
    registry->sweep(options.residents_max);
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
  if (const auto why = journal->failure()) fail(why->message);
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
    if (log) head_at_close = log->head().position;
  }
  takes_commands = false;
  shut = true;
  changed.notify_all();
  if (house.joinable()) house.join();
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
  if (deadline_actor) deadline_actor->kill();
  if (registry) registry->kill_all();
  if (journal) journal->close();
  Answer unknown;
  unknown.kind = AnswerKind::unknown;
  desk.answer_all(unknown);
  if (runtime) runtime->stop();
  for (auto* runner : {&first_views, &other_views})
    if (*runner)
      if (const Status flushed = (*runner)->close(); !flushed && result) result = flushed;
  if (view_store)
    if (const Status flushed = view_store->flush(); !flushed && result) result = flushed;
  drop_parts();
  return result;
}

/// Lets go of everything that holds the store, once no call works with it.
void Engine::Impl::drop_parts() {
  for (auto still = users.load(); still > 0; still = users.load()) users.wait(still);
  const std::lock_guard lock(mutex);
  for (Subscription::Impl* subscription : subscriptions) subscription->reader.reset();
  head_at_close = log->head().position;
  first_views.reset();
  other_views.reset();
  states.reset();
  view_store.reset();
  journal.reset();
  log.reset();
  keys.reset();
}

}  // namespace inmail
