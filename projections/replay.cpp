#include "projections/replay.hpp"

#include <algorithm>
#include <memory>

namespace inmail {
namespace {

std::string at(Position position) { return "position " + std::to_string(position.value); }

/// One view that is being compared.
struct Trial {
  ViewVerdict verdict;
  View view;
  std::unique_ptr<RowsSnapshot> live;
  MemoryRows rows;
  bool is_on_chain = false;  ///< Its checkpoint is the end of a frame of this log.
  bool is_judged = false;

  void judge(std::string problem) {
    verdict.problem = std::move(problem);
    verdict.equal = false;
    is_judged = true;
  }
};

Result<Trial> open_trial(RocksViewStore& store, const View& view) {
  Trial trial;
  trial.view = view;
  trial.verdict.view = view.name;
  const std::vector<std::string> names = store.table_names();
  if (std::find(names.begin(), names.end(), view.stored_name()) == names.end()) {
    trial.judge("there are no live rows");
    return trial;
  }
  auto table = store.table(view.stored_name());
  if (!table) return table.error();
  auto live = (*table)->snapshot();
  if (!live) return live.error();
  trial.live = std::move(live).value();
  trial.verdict.checkpoint = trial.live->checkpoint();
  auto digest = rows_digest(*trial.live);
  if (digest)
    trial.verdict.live = *digest;
  else
    trial.judge(digest.error().message);
  return trial;
}

void fold(Trial& trial, const Record& record) {
  if (trial.is_judged || record.header.position > trial.verdict.checkpoint.position) return;
  try {
    trial.view.apply(trial.rows, record);
  } catch (const std::exception& failure) {
    trial.judge("the fold refuses " + at(record.header.position) + ": " + failure.what());
  }
}

Status conclude(Trial& trial, Position at_least) {
  if (trial.is_judged) return {};
  if (!trial.is_on_chain && trial.verdict.checkpoint != LogHead{}) {
    trial.judge("the live rows are of another log up to " + at(trial.verdict.checkpoint.position));
    return {};
  }
  auto digest = rows_digest(trial.rows);
  if (!digest) return digest.error();
  ViewVerdict& verdict = trial.verdict;
  verdict.replayed = *digest;
  if (verdict.live != verdict.replayed)
    trial.judge("the live rows differ from the replayed ones at " +
                at(verdict.checkpoint.position));
  else if (verdict.checkpoint.position < at_least)
    trial.judge("the live rows end at " + at(verdict.checkpoint.position) + ", the log at " +
                at(at_least));
  else
    verdict.equal = true;
  return {};
}

/// Folds the log into all trials, each as far as its live rows reach.
Status fold_all(const EventLog& log, std::vector<Trial>& trials) {
  Position last;
  for (const Trial& trial : trials)
    if (!trial.is_judged) last = std::max(last, trial.verdict.checkpoint.position);
  if (last.value == 0) return {};
  auto reader = LogReader::from(log, Position{1});
  if (!reader) return reader.error();
  LogHead proven;
  while (proven.position < last) {
    auto view = reader->next();
    if (!view) return view.error();
    if (!*view) break;
    auto record = decode_record(**view);
    if (!record) return record.error();
    for (Trial& trial : trials) fold(trial, *record);
    if (record->header.position != reader->proven().position) continue;
    proven = reader->proven();
    for (Trial& trial : trials)
      if (trial.verdict.checkpoint == proven) trial.is_on_chain = true;
  }
  return {};
}

}  // namespace

Result<Replayed> replay(const EventLog& log, const View& view, const ReplayLimit& limit) {
  Replayed result;
  auto reader = LogReader::from(log, Position{1});
  if (!reader) return reader.error();
  while (true) {
    auto stored = reader->next();
    if (!stored) return stored.error();
    if (!*stored) return result;
    const RecordHeader& header = (*stored)->header;
    if (limit.through && header.position > *limit.through) return result;
    if (limit.until && header.time > *limit.until) return result;
    auto record = decode_record(**stored);
    if (!record) return record.error();
    try {
      view.apply(result.rows, *record);
    } catch (const std::exception& failure) {
      return Error{ErrorCode::corruption, "view " + std::string(view.name) + " refuses " +
                                              at(header.position) + ": " + failure.what()};
    }
    result.head = {header.position, reader->proven().hash};
  }
}

Result<std::vector<ViewVerdict>> verify_views(const EventLog& log, RocksViewStore& store,
                                              std::span<const View> views,
                                              std::optional<Position> at_least) {
  if (!at_least) at_least = log.head().position;
  std::vector<Trial> trials;
  for (const View& view : views) {
    auto trial = open_trial(store, view);
    if (!trial) return trial.error();
    trials.push_back(std::move(trial).value());
  }
  if (auto status = fold_all(log, trials); !status) return status.error();
  std::vector<ViewVerdict> verdicts;
  for (Trial& trial : trials) {
    if (auto status = conclude(trial, *at_least); !status) return status.error();
    verdicts.push_back(std::move(trial.verdict));
  }
  return verdicts;
}

}  // namespace inmail
