#include "projections/batch_rows.hpp"

#include <algorithm>

namespace inmail {
namespace {

/// What a row costs in memory beside its bytes.
constexpr std::size_t entry_bytes = 128;

bool is_within(std::string_view key, std::string_view first, std::string_view last) {
  return key >= first && (last.empty() || key < last);
}

}  // namespace

BatchRows::BatchRows(std::shared_ptr<ViewTable> table, std::size_t cache_bytes_max)
    : table_(std::move(table)), cache_bytes_max_(cache_bytes_max) {}

std::optional<std::string> BatchRows::get(std::string_view key) const {
  if (!status_) return std::nullopt;
  auto found = entries_.find(key);
  if (found == entries_.end()) {
    Entry entry;
    if (!is_in_erased_range(key)) {
      auto stored = table_->get(key);
      if (!stored) {
        status_ = stored.error();
        return std::nullopt;
      }
      entry.is_there = stored->has_value();
      if (entry.is_there) entry.value = std::move(**stored);
    }
    entry.may_be_stored = entry.is_there;
    found = entries_.emplace(key, std::move(entry)).first;
    cached_bytes_ += key.size() + found->second.value.size() + entry_bytes;
  }
  const Entry& entry = found->second;
  entry.was_read = true;
  if (!entry.is_there) return std::nullopt;
  return entry.value;
}

BatchRows::Entry& BatchRows::touch(std::string_view key) {
  auto found = entries_.find(key);
  if (found == entries_.end()) {
    found = entries_.emplace(key, Entry{}).first;
    found->second.may_be_stored = !is_in_erased_range(key);
    cached_bytes_ += key.size() + entry_bytes;
  }
  set_pending(*found);
  return found->second;
}

void BatchRows::set_pending(Entries::value_type& row) {
  if (row.second.is_pending) return;
  row.second.is_pending = true;
  pending_.push_back(&row);
}

void BatchRows::put(std::string_view key, std::string_view value) {
  Entry& entry = touch(key);
  cached_bytes_ += value.size();
  cached_bytes_ -= entry.value.size();
  entry.value.assign(value);
  entry.is_there = true;
}

void BatchRows::erase(std::string_view key) {
  Entry& entry = touch(key);
  cached_bytes_ -= entry.value.size();
  entry.value.clear();
  entry.is_there = false;
}

void BatchRows::insert(std::string_view key, std::string_view value) {
  auto [found, is_new] = entries_.try_emplace(std::string(key));
  Entry& entry = found->second;
  if (is_new) {
    entry.may_be_stored = false;
    cached_bytes_ += key.size() + entry_bytes;
  }
  invariant(!entry.is_there, "a row was inserted that is there");
  set_pending(*found);
  cached_bytes_ += value.size();
  entry.value.assign(value);
  entry.is_there = true;
}

void BatchRows::erase_range(std::string_view first, std::string_view last) {
  if (first >= last) return;
  for (auto& row : entries_)
    if (is_within(row.first, first, last) && row.second.is_there) erase(row.first);
  erased_ranges_.push_back({std::string(first), std::string(last)});
}

bool BatchRows::is_in_erased_range(std::string_view key) const {
  return std::any_of(erased_ranges_.begin(), erased_ranges_.end(), [&](const Range& range) {
    return is_within(key, range.first, range.last);
  });
}

void BatchRows::scan(std::string_view first, const Visit& visit) const {
  scan_range(first, {}, visit);
}

void BatchRows::scan_range(std::string_view first, std::string_view last,
                           const Visit& visit) const {
  if (!status_) return;
  std::vector<const Entries::value_type*> changed;
  for (const auto* row : pending_)
    if (is_within(row->first, first, last)) changed.push_back(row);
  std::sort(changed.begin(), changed.end(),
            [](const auto* left, const auto* right) { return left->first < right->first; });

  auto next = changed.begin();
  bool goes_on = true;
  const auto visit_changed_before = [&](const std::string_view* key) {
    while (goes_on && next != changed.end() && (!key || (*next)->first < *key)) {
      const Entries::value_type& row = **next++;
      if (row.second.is_there) goes_on = visit(row.first, row.second.value);
    }
  };
  Status scanned = table_->scan(first, last, [&](std::string_view key, std::string_view value) {
    visit_changed_before(&key);
    if (!goes_on) return false;
    if (next != changed.end() && (*next)->first == key) {
      const Entry& entry = (*next++)->second;
      goes_on = !entry.is_there || visit(key, entry.value);
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
  RowBatch batch;
  batch.checkpoint = checkpoint;
  for (const Range& range : erased_ranges_) batch.erased_ranges.push_back({range.first, range.last});
  batch.changes.reserve(pending_.size());
  // Sorted, so that each insert into the memtable begins where the one before ended.
  std::sort(pending_.begin(), pending_.end(),
            [](const auto* left, const auto* right) { return left->first < right->first; });
  for (const auto* row : pending_) {
    const Entry& entry = row->second;
    if (entry.is_there)
      batch.changes.push_back({row->first, entry.value});
    else if (entry.may_be_stored)
      batch.changes.push_back({row->first, std::nullopt});
  }
  if (auto status = table_->write(batch); !status) {
    status_ = status;
    return status_;
  }

  erased_ranges_.clear();
  if (cached_bytes_ > cache_bytes_max_) {
    discard();
    return {};
  }
  for (auto* row : pending_) {
    Entry& entry = row->second;
    if (entry.was_read) {
      entry.is_pending = false;
      entry.may_be_stored = entry.is_there;
    } else {
      cached_bytes_ -= row->first.size() + entry.value.size() + entry_bytes;
      entries_.erase(entries_.find(row->first));
    }
  }
  pending_.clear();
  return {};
}

void BatchRows::discard() {
  pending_.clear();
  entries_.clear();
  erased_ranges_.clear();
  cached_bytes_ = 0;
}

}  // namespace inmail
