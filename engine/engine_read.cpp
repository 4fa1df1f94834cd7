#include "engine/engine_impl.hpp"
#include "projections/replay.hpp"

namespace inmail {
namespace {

constexpr std::chrono::minutes verify_wait{10};

}  // namespace

Position Engine::Impl::head_now() const {
  return log ? log->head().position : Position{last_head.load()};
}

ViewRunner& Engine::Impl::runner_of(std::string_view view) {
  for (const ViewProgress& progress : first_views->positions())
    if (progress.view == view) return *first_views;
  return *other_views;
}

Status Engine::Impl::read_view(std::string_view view, AtLeast at_least,
                               const std::function<void(const Rows&)>& read) {
  const auto until = std::chrono::steady_clock::now() + at_least.wait;
  while (true) {
    const InUse use(*this, InUse::Patience::waits);
    if (!use) return engine_is_closed();
    const std::uint64_t began = generation;
    if (options.deterministic) catch_up_views();
    ViewRunner& runner = runner_of(view);
    const Status there = runner.wait_until(view, at_least.position, until);
    // The store is opened again: the view comes back, and goes on.
    if (!there && there.error().code == ErrorCode::closed && generation != began) continue;
    if (!there) return there;
    auto rows = runner.read(view);
    if (!rows) return rows.error();
    read(**rows);
    return (*rows)->status();
  }
}

Result<std::vector<ViewCheck>> Engine::Impl::verify() {
  const InUse use(*this, InUse::Patience::waits);
  if (!use) return engine_is_closed();
  const auto until = std::chrono::steady_clock::now() + verify_wait;
  if (options.deterministic) {
    run_until_quiet();
    if (!log) return engine_is_closed();
    catch_up_views();
  }
  const Position at_least = log->head().position;
  for (const View& view : all_views())
    (void)runner_of(view.name).wait_until(view.name, at_least, until);
  auto verdicts = verify_views(*log, *view_store, all_views(), at_least);
  if (!verdicts) return verdicts.error();

  std::vector<ViewCheck> checks;
  for (ViewVerdict& verdict : *verdicts)
    checks.push_back({verdict.view, verdict.checkpoint.position, std::move(verdict.live),
                      std::move(verdict.replayed), verdict.equal, std::move(verdict.problem)});
  for (ViewCheck& check : checks)
    for (const auto* runner : {first_views.get(), other_views.get()})
      for (const ViewProgress& progress : runner->positions())
        if (progress.view == check.view && progress.failure) {
          check.equal = false;
          check.failure = progress.failure->message;
        }
  auto states_check = verify_states();
  if (!states_check) return states_check.error();
  checks.push_back(std::move(states_check).value());
  return checks;
}

Result<ViewCheck> Engine::Impl::verify_states() {
  const auto until = std::chrono::steady_clock::now() + verify_wait;
  const Position at_least = log->head().position;
  if (const Status swept = sweep_states(until); !swept) return swept.error();
  auto live = states->table().snapshot();
  if (!live) return live.error();
  ViewCheck check{.view = std::string(StatesView::name),
                  .position = (*live)->checkpoint().position};
  MemoryRows rows;
  if (const Status folded = fold_states_beside(**live, *log, rows); !folded) return folded.error();
  auto live_digest = rows_digest(**live);
  if (!live_digest) return live_digest.error();
  auto replayed_digest = rows_digest(rows);
  if (!replayed_digest) return replayed_digest.error();
  check.live = std::move(live_digest).value();
  check.replayed = std::move(replayed_digest).value();
  check.equal = check.live == check.replayed && check.position >= at_least;
  if (!check.equal) check.failure = "the rows are not the fold of the log";
  return check;
}

}  // namespace inmail
