#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "events/result.hpp"

namespace inmail {

/// The rows of one view: byte strings under byte strings, in order of their keys. A fold reads and
/// writes nothing else. Keys never begin with a zero byte: such keys belong to the runner.
///
/// Failures stick: after the first, reads find nothing and `status` tells; the runner looks before
/// it commits. One thread at a time.
class Rows {
 public:
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;

  virtual ~Rows() = default;

  virtual std::optional<std::string> get(std::string_view key) const = 0;
  virtual void put(std::string_view key, std::string_view value) = 0;
  virtual void erase(std::string_view key) = 0;

  /// As `put`, by a fold that knows that there is no such row: one that is erased again soon never
  /// has to reach the disk. Inserting a row that is there is a Defect where it is noticed.
  virtual void insert(std::string_view key, std::string_view value) { put(key, value); }

  /// Erases the rows from `first` (inclusive) to `last` (exclusive), however many these are.
  virtual void erase_range(std::string_view first, std::string_view last);

  /// Visits the rows from `first` (inclusive) on, in order, until `visit` returns false. Rows must
  /// not change meanwhile.
  virtual void scan(std::string_view first, const Visit& visit) const = 0;

  /// The same, but only as far as `last` (exclusive; empty: to the end). A store that knows the end
  /// need not look for what comes behind it.
  virtual void scan_range(std::string_view first, std::string_view last, const Visit& visit) const;

  virtual Status status() const = 0;
};

/// Rows in memory: for tests, and for folding beside the live ones.
class MemoryRows final : public Rows {
 public:
  std::optional<std::string> get(std::string_view key) const override;
  void put(std::string_view key, std::string_view value) override;
  void erase(std::string_view key) override;
  void insert(std::string_view key, std::string_view value) override;
  void erase_range(std::string_view first, std::string_view last) override;
  void scan(std::string_view first, const Visit& visit) const override;
  Status status() const override { return {}; }

  std::size_t size() const { return rows_.size(); }

 private:
  std::map<std::string, std::string, std::less<>> rows_;
};

/// Visits the rows whose keys begin with `prefix`, from `after` (exclusive; empty: from the first)
/// on, in order, until `visit` returns false.
void scan_prefix(const Rows& rows, std::string_view prefix, std::string_view after,
                 const Rows::Visit& visit);

/// The key behind all keys that begin with `prefix`; empty: there is none.
std::string end_of_prefix(std::string_view prefix);

/// BLAKE2b-256 over all rows in order, in hexadecimal: equal for equal rows only. The runner's own
/// keys do not count. Errors: what `rows.status()` says.
Result<std::string> rows_digest(const Rows& rows);

}  // namespace inmail
