#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/frame.hpp"
#include "projections/rocks_view_store.hpp"
#include "projections/row_cache.hpp"
#include "projections/rows.hpp"

namespace inmail {

/// The rows of a table with changes on top that are not committed yet: what a fold works on. Reads
/// see the changes. `commit` writes them, with the checkpoint, as one batch; rows that were used
/// stay in memory for the next ones, as long as they fit.
///
/// Owned by one thread, which is the only one to write the table. After a failure `status` tells,
/// and everything since the last commit is void: `discard` it.
class BatchRows final : public Rows {
 public:
  BatchRows(std::shared_ptr<ViewTable> table, std::size_t cache_bytes_max);

  std::optional<std::string> get(std::string_view key) const override;
  void put(std::string_view key, std::string_view value) override;
  void erase(std::string_view key) override;
  void insert(std::string_view key, std::string_view value) override;
  void erase_range(std::string_view first, std::string_view last) override;
  /// Sorts what is pending: for folds to use now and then, not with every record.
  void scan(std::string_view first, const Visit& visit) const override;
  void scan_range(std::string_view first, std::string_view last, const Visit& visit) const override;
  Status status() const override { return status_; }

  /// Errors: what `status` says; what `ViewTable::write` returns.
  Status commit(const LogHead& checkpoint);
  void discard();

  /// Of memory that its rows take.
  std::size_t bytes() const { return cache_.bytes(); }

 private:
  using Row = RowCache::Row;
  struct Range {
    std::string first;
    std::string last;
  };

  Row& touch(std::string_view key);
  void set_pending(Row& row);
  bool is_in_erased_range(std::string_view key) const;

  const std::shared_ptr<ViewTable> table_;
  const std::size_t cache_bytes_max_;
  mutable RowCache cache_;
  std::vector<Row*> pending_;
  std::vector<Range> erased_ranges_;  ///< Of the table, below what is pending.
  mutable Status status_;
};

}  // namespace inmail
