#include "projections/batch_rows.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace inmail {
namespace {

bool is_within(std::string_view key, std::string_view first, std::string_view last) {
  return key >= first && (last.empty() || key < last);
}

/// A row with the beginning of its key at hand, so that most comparisons touch nothing else.
struct Sortable {
  explicit Sortable(const RowCache::Row& from) : row(&from) {
    const std::string_view key = from.key();
    std::memcpy(start.data(), key.data(), std::min(key.size(), sizeof start));
    for (std::uint64_t& part : start) part = __builtin_bswap64(part);
  }

  bool operator<(const Sortable& other) const {
    return start != other.start ? start < other.start : row->key() < other.row->key();
  }

  std::array<std::uint64_t, 3> start{};
  const RowCache::Row* row;
};

}  // namespace

BatchRows::BatchRows(std::shared_ptr<ViewTable> table, std::size_t cache_bytes_max)
    : table_(std::move(table)), cache_bytes_max_(cache_bytes_max) {}

std::optional<std::string> BatchRows::get(std::string_view key) const {
  if (!status_) return std::nullopt;
  auto [row, is_new] = cache_.find_or_add(key);
  row.was_read = true;
  if (is_new) {
    row.may_be_stored = false;
    if (is_in_erased_range(key)) return std::nullopt;
    auto stored = table_->get(key);
    if (!stored) {
      status_ = stored.error();
      return std::nullopt;
    }
    if (!*stored) return std::nullopt;
    row.is_there = row.may_be_stored = true;
    cache_.set_value(row, **stored);
    return std::move(stored).value();
  }
  if (!row.is_there) return std::nullopt;
  return std::string(row.value());
}

BatchRows::Row& BatchRows::touch(std::string_view key) {
  auto [row, is_new] = cache_.find_or_add(key);
  if (is_new) row.may_be_stored = !is_in_erased_range(key);
  set_pending(row);
  return row;
}

void BatchRows::set_pending(Row& row) {
  if (row.is_pending) return;
  row.is_pending = true;
  pending_.push_back(&row);
}

void BatchRows::put(std::string_view key, std::string_view value) {
  Row& row = touch(key);
  cache_.set_value(row, value);
  row.is_there = true;
}

void BatchRows::erase(std::string_view key) { touch(key).is_there = false; }

void BatchRows::insert(std::string_view key, std::string_view value) {
  auto [row, is_new] = cache_.find_or_add(key);
  if (is_new) row.may_be_stored = false;
  invariant(!row.is_there, "a row was inserted that is there");
  set_pending(row);
  cache_.set_value(row, value);
  row.is_there = true;
}

void BatchRows::erase_range(std::string_view first, std::string_view last) {
  if (first >= last) return;
  cache_.for_each([&](Row& row) {
    if (!is_within(row.key(), first, last)) return;
    row.is_there = false;
    row.may_be_stored = false;
  });
  erased_ranges_.push_back({std::string(first), std::string(last)});
}

bool BatchRows::is_in_erased_range(std::string_view key) const {
  return std::any_of(erased_ranges_.begin(), erased_ranges_.end(),
                     [&](const Range& range) { return is_within(key, range.first, range.last); });
}

void BatchRows::scan(std::string_view first, const Visit& visit) const {
  scan_range(first, {}, visit);
}

void BatchRows::scan_range(std::string_view first, std::string_view last,
                           const Visit& visit) const {
  if (!status_) return;
  std::vector<Sortable> changed;
  for (const Row* row : pending_)
    if (is_within(row->key(), first, last)) changed.emplace_back(*row);
  std::sort(changed.begin(), changed.end());

  auto next = changed.begin();
  bool goes_on = true;
  const auto visit_changed_before = [&](const std::string_view* key) {
    while (goes_on && next != changed.end() && (!key || next->row->key() < *key)) {
      const Row& row = *next++->row;
      if (row.is_there) goes_on = visit(row.key(), row.value());
    }
  };
  Status scanned = table_->scan(first, last, [&](std::string_view key, std::string_view value) {
    visit_changed_before(&key);
    if (!goes_on) return false;
    if (next != changed.end() && next->row->key() == key) {
      const Row& row = *next++->row;
      goes_on = !row.is_there || visit(key, row.value());
    } else if (!is_in_erased_range(key)) {
      goes_on = visit(key, value);
    }
    return goes_on;
  });
  if (!scanned) {
    status_ = std::move(scanned);
    return;
  }
  visit_changed_before(nullptr);
}

Status BatchRows::commit(const LogHead& checkpoint) {
  if (!status_) return status_;
  std::vector<Sortable> changed;
  changed.reserve(pending_.size());
  for (const Row* row : pending_)
    if (row->is_there || row->may_be_stored) changed.emplace_back(*row);
  // Sorted, so that each insert into the memtable begins where the one before ended.
  std::sort(changed.begin(), changed.end());

  RowBatch batch;
  batch.checkpoint = checkpoint;
  for (const Range& range : erased_ranges_)
    batch.erased_ranges.push_back({range.first, range.last});
  batch.changes.reserve(changed.size());
  for (const auto& [start, row] : changed) {
    RowBatch::Change change{row->key(), std::nullopt};
    if (row->is_there) change.value = row->value();
    batch.changes.push_back(change);
  }
  status_ = table_->write(batch);
  if (!status_) return status_;

  for (Row* row : pending_) {
    row->is_pending = false;
    row->may_be_stored = row->is_there;
  }
  pending_.clear();
  erased_ranges_.clear();
  if (cache_.bytes() > cache_bytes_max_) cache_.shrink(cache_bytes_max_ / 4 * 3);
  return {};
}

void BatchRows::discard() {
  pending_.clear();
  cache_.clear();
  erased_ranges_.clear();
}

}  // namespace inmail
