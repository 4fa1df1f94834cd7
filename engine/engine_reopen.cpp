#include <algorithm>
#include <utility>

#include "engine/engine_impl.hpp"

namespace inmail {
namespace {

/// More often within the interval, and something is wrong that opening again does not mend.
constexpr std::size_t reopenings_max = 5;
constexpr std::chrono::seconds reopenings_interval{60};

constexpr Milliseconds pause_min{50};
constexpr Milliseconds pause_max{5'000};
constexpr Milliseconds retry_collected{20};

}  // namespace

void Engine::Impl::reopen_because(const std::string& sentence) {
  {
    const std::lock_guard lock(mutex);
    if (failure || wants_reopening) return;
    if (may_reopen && !closing) wants_reopening = sentence;
  }
  if (!wants_to_reopen()) return fail(sentence);
  takes_commands = false;
  changed.notify_all();
}

bool Engine::Impl::wants_to_reopen() const {
  const std::lock_guard lock(mutex);
  return wants_reopening.has_value();
}

void Engine::Impl::journal_failed(const Error& why) {
  // What went wrong within is a mistake of ours; and keys of the host's are its own to mend.
  const bool can_be_mended = why.code == ErrorCode::io && (!options.keys || options.keys->sync());
  if (can_be_mended)
    reopen_because(why.message);
  else
    fail(why.message);
}

bool Engine::Impl::may_reopen_once_more() {
  const auto now = files.now();
  while (!reopened_at.empty() && now - reopened_at.front() > reopenings_interval)
    reopened_at.pop_front();
  if (reopened_at.size() >= reopenings_max) return false;
  reopened_at.push_back(now);
  return true;
}

/// Everybody stops where they are. What the journal was handed becomes durable if it still can;
/// commands that are not answered by then stay on the desk.
Status Engine::Impl::stop_parts() {
  Status result;
  if (deadline_actor) deadline_actor->kill();
  if (registry) registry->kill_all();
  if (journal) journal->close();
  if (runtime) runtime->stop();
  for (auto* runner : {&first_views, &other_views})
    if (*runner)
      if (const Status flushed = (*runner)->close(); !flushed && result) result = flushed;
  if (view_store)
    if (const Status flushed = view_store->flush(); !flushed && result) result = flushed;
  return result;
}

std::optional<std::string> Engine::Impl::take_reopening() {
  const std::lock_guard lock(mutex);
  return std::exchange(wants_reopening, std::nullopt);
}

/// An engine that closes does not begin to open again.
void Engine::Impl::give_up_reopening() {
  if (const auto why = take_reopening()) fail(*why);
}

void Engine::Impl::reopen() {
  std::string why;
  {
    const std::lock_guard lock(mutex);
    if (!wants_reopening) return;
    why = *wants_reopening;
  }
  if (!may_reopen_once_more()) {
    take_reopening();
    return fail("it was opened again too often: " + why);
  }
  logger->write(Logger::Level::warning, "the store is closed and opened again: " + why);
  reopening = true;
  generation.fetch_add(1);
  // What views have not flushed is folded again.
  (void)stop_parts();
  disk.release();
  drop_parts();
  if (const Status opened = open_parts_again(); !opened) return give_up(opened.error());

  const auto collected = desk.open_commands();
  take_reopening();
  reopened.fetch_add(1);
  takes_commands = true;
  reopening = false;
  reopening.notify_all();
  changed.notify_all();
  answer_collected(collected);
  if (const Status sent = resend_open_notices(); !sent) fail(sent.error().message);
}

/// A disk that fails now may do better in a moment.
Status Engine::Impl::open_parts_again() {
  for (Milliseconds pause = pause_min;; pause = std::min(2 * pause, pause_max)) {
    const Status opened = open_parts();
    if (opened) return opened;
    (void)stop_parts();
    drop_parts();
    if (opened.error().code != ErrorCode::io || options.deterministic) return opened;
    logger->write(Logger::Level::warning, "it does not open yet: " + opened.error().message);
    std::unique_lock lock(mutex);
    if (changed.wait_for(lock, pause, [&] { return closing; })) return opened;
  }
}

/// What was not answered when everybody stopped: its receipt is on record, or it never will be.
void Engine::Impl::answer_collected(const std::vector<CommandId>& collected) {
  for (const CommandId& id : collected) {
    Answer answer;
    auto rows = first_views->read(ReceiptsView::name);
    const auto receipt =
        rows ? find_receipt(**rows, id) : Result<std::optional<CommandReceipt>>{rows.error()};
    if (receipt && *receipt) {
      answer = answer_of(**receipt);
    } else if (receipt) {
      answer.kind = AnswerKind::overloaded;
      answer.retry_after = retry_collected;
    }
    desk.answer(id, answer);
  }
}

/// There are no parts to work with any more.
void Engine::Impl::give_up(const Error& error) {
  shut = true;
  take_reopening();
  fail("the store does not open again: " + error.message);
  reopening = false;
  reopening.notify_all();
}

}  // namespace inmail
