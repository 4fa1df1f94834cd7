#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/codec.hpp"
#include "events/result.hpp"
#include "projections/rows.hpp"

namespace inmail {

/// Rows as structs: what a view stores is a struct with `serialize`, in the encoding of codec.hpp.
/// Queries take damage as an error, folds as a Defect, by which the runner ends the view.

template <class Row>
Result<Row> decode_row(std::string_view value) {
  return decode_as<Row>(bytes_of(value));
}

/// For queries. Errors: corruption; what `rows.status()` says.
template <class Row>
Result<std::optional<Row>> read_row(const Rows& rows, std::string_view key) {
  const std::optional<std::string> value = rows.get(key);
  if (!value) {
    if (auto status = rows.status(); !status) return status.error();
    return std::optional<Row>{};
  }
  auto row = decode_row<Row>(*value);
  if (!row) return row.error();
  return std::optional<Row>{std::move(row).value()};
}

/// For folds.
template <class Row>
std::optional<Row> fold_row(const Rows& rows, std::string_view key) {
  const std::optional<std::string> value = rows.get(key);
  if (!value) return std::nullopt;
  auto row = decode_row<Row>(*value);
  invariant(row.ok(), "a row of a view cannot be read");
  return std::move(row).value();
}

template <class Row>
void put_row(Rows& rows, std::string_view key, const Row& row) {
  std::string value;
  encode_to(row, value);
  rows.put(key, value);
}

template <class Row>
void insert_row(Rows& rows, std::string_view key, const Row& row) {
  std::string value;
  encode_to(row, value);
  rows.insert(key, value);
}

}  // namespace inmail
