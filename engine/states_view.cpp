#include "engine/states_view.hpp"

#include <map>
#include <unordered_map>

#include "actors/resident.hpp"
#include "projections/row_key.hpp"

namespace inmail {
namespace {

/// Folds of streams that records have touched, and that are not yet written back.
class FoldCache {
 public:
  using Load = std::function<Result<std::optional<std::string>>(StreamId)>;

  explicit FoldCache(Load load) : load_(std::move(load)) {}

  Status apply(const Record& record) {
    auto found = folds_.find(record.header.stream);
    const bool is_new = found == folds_.end();
    if (is_new) {
      auto row = load_(record.header.stream);
      if (!row) return row.error();
      std::unique_ptr<StreamFold> fold;
      if (*row) {
        auto decoded = StreamFold::decode(record.header.stream, bytes_of(**row));
        if (!decoded) return decoded.error();
        fold = std::move(decoded).value();
      } else {
        fold = StreamFold::empty(record.header.stream);
      }
      found = folds_.emplace(record.header.stream, std::move(fold)).first;
    }
    StreamFold& fold = *found->second;
    const std::size_t before = is_new ? 0 : fold.footprint();
    if (record.header.position > fold.position()) fold.apply(record);
    footprint_ += fold.footprint() - before;
    return {};
  }

  /// About what the folds hold of memory.
  std::size_t footprint() const { return footprint_; }

  /// Hands out every fold as a row, in order of the streams, and forgets them.
  template <class Put>
  void drain(Put&& put) {
    for (const auto& [stream, fold] : folds_) put(StatesView::key_of(stream), fold->encode());
    folds_.clear();
    footprint_ = 0;
  }

 private:
  Load load_;
  std::map<StreamId, std::unique_ptr<StreamFold>> folds_;
  std::size_t footprint_ = 0;
};

constexpr std::size_t fold_bytes_max = std::size_t{64} << 20;

Status write_folds(ViewTable& table, FoldCache& folds, const std::optional<LogHead>& checkpoint) {
  std::vector<std::pair<std::string, std::string>> rows;
  folds.drain(
      [&](std::string key, std::string row) { rows.emplace_back(std::move(key), std::move(row)); });
  RowBatch batch;
  for (const auto& [key, row] : rows) batch.changes.push_back({key, row});
  batch.checkpoint = checkpoint;
  return table.write(batch);
}

/// Whether the log holds, at a frame's end, exactly what the checkpoint says it folded.
Result<bool> confirms(const EventLog& log, const LogHead& checkpoint) {
  if (checkpoint.position.value == 0) return true;
  if (checkpoint.position > log.head().position) return false;
  auto reader = LogReader::from(log, checkpoint.position);
  if (!reader) return reader.error();
  auto record = reader->next();
  if (!record) return record.error();
  return *record && reader->proven() == checkpoint;
}

/// Folds the records that `is_wanted`, from the first on.
template <class IsWanted>
Result<LogHead> fold_wanted(const EventLog& log, Rows& rows, IsWanted&& is_wanted) {
  FoldCache folds([](StreamId) { return std::optional<std::string>{}; });
  Status failed;
  auto end = for_each_record(log, Position{1}, [&](const Record& record) {
    if (is_wanted(record.header)) failed = folds.apply(record);
    return failed.ok();
  });
  if (!failed) return failed.error();
  if (!end) return end.error();
  folds.drain([&](const std::string& key, const std::string& row) { rows.put(key, row); });
  return end;
}

}  // namespace

StatesView::StatesView(std::shared_ptr<ViewTable> table, const EventLog& log)
    : table_(std::move(table)), log_(log) {}

std::string StatesView::key_of(StreamId stream) {
  return std::string(RowKey('s').add(stream).bytes());
}

Status StatesView::recover(RocksViewStore& store) {
  auto checkpoint = table_->checkpoint();
  if (!checkpoint) return checkpoint.error();
  auto confirmed = confirms(log_, *checkpoint);
  if (!confirmed) return confirmed.error();
  if (!*confirmed) {
    if (const Status dropped = store.drop(stored_name()); !dropped) return dropped;
    auto fresh = store.table(stored_name());
    if (!fresh) return fresh.error();
    table_ = std::move(fresh).value();
    *checkpoint = {};
  }

  FoldCache folds([this](StreamId stream) { return table_->get(key_of(stream)); });
  Status failed;
  auto end =
      for_each_record(log_, Position{checkpoint->position.value + 1}, [&](const Record& record) {
        failed = folds.apply(record);
        if (failed && folds.footprint() >= fold_bytes_max)
          failed = write_folds(*table_, folds, std::nullopt);
        return failed.ok();
      });
  if (!failed) return failed;
  if (!end) return end.error();
  const LogHead head = end->position.value > 0 ? *end : *checkpoint;
  checkpoint_ = head.position;
  return write_folds(*table_, folds, head);
}

Result<std::optional<std::string>> StatesView::load(StreamId stream) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = saved_.find(stream);
    if (found != saved_.end()) return std::optional<std::string>{found->second.row};
  }
  return table_->get(key_of(stream));
}

Status StatesView::save(StreamId stream, Position last, std::string row) {
  const std::lock_guard lock(mutex_);
  saved_.insert_or_assign(stream, Saved{last, std::move(row)});
  return {};
}

Status StatesView::write_back(Position durable, const std::optional<LogHead>& checkpoint) {
  // The lock is held over the write, so that no load falls between the cache and the table.
  const std::lock_guard lock(mutex_);
  RowBatch batch;
  std::vector<std::string> keys;
  keys.reserve(saved_.size());
  bool all = true;
  for (const auto& [stream, saved] : saved_) {
    if (saved.last > durable) {
      all = false;
      continue;
    }
    keys.push_back(key_of(stream));
    batch.changes.push_back({keys.back(), saved.row});
  }
  // Two sweeps may end in another order than they began in.
  if (all && checkpoint && checkpoint->position >= checkpoint_) batch.checkpoint = checkpoint;
  if (batch.changes.empty() && !batch.checkpoint) return {};
  const Status written = table_->write(batch);
  if (!written) return written;
  std::erase_if(saved_, [&](const auto& entry) { return entry.second.last <= durable; });
  if (batch.checkpoint) checkpoint_ = batch.checkpoint->position;
  return {};
}

Position StatesView::checkpoint() const {
  const std::lock_guard lock(mutex_);
  return checkpoint_;
}

Result<LogHead> fold_states(const EventLog& log, Rows& rows) {
  return fold_wanted(log, rows, [](const RecordHeader&) { return true; });
}

Status fold_states_beside(const RowsSnapshot& live, const EventLog& log, Rows& rows) {
  std::unordered_map<std::string, Position> ahead;
  const Position checkpoint = live.checkpoint().position;
  live.scan("", [&](std::string_view key, std::string_view row) {
    const auto last = position_of_row(bytes_of(row));
    if (last && *last > checkpoint) ahead.emplace(key, *last);
    return true;
  });
  if (const Status read = live.status(); !read) return read;
  const auto folded = fold_wanted(log, rows, [&](const RecordHeader& header) {
    if (header.position <= checkpoint) return true;
    const auto found = ahead.find(StatesView::key_of(header.stream));
    return found != ahead.end() && header.position <= found->second;
  });
  if (!folded) return folded.error();
  return {};
}

}  // namespace inmail
