#pragma once

#include <array>
#include <cstddef>
#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "events/enums.hpp"

namespace inmail::tools {

/// Members of objects stay in the order in which they were put in.
using Json = nlohmann::ordered_json;

/// How results are printed.
enum class Format : std::uint8_t { table = 1, json, csv, jsonl };

constexpr auto names_of(Format) {
  using enum Format;
  return std::to_array<EnumName<Format>>({
      {table, "table"},
      {json, "json"},
      {csv, "csv"},
      {jsonl, "jsonl"},
  });
}

/// In double quotes, fit for one line of a terminal: control bytes are escaped, and a long text is
/// cut.
std::string in_quotes(std::string_view text);

/// JSON on one line. Bytes that are not UTF-8 become U+FFFD.
std::string to_line(const Json& value);

/// Rows on their way out, one by one. As a table or as CSV they show the members that `columns`
/// names; JSON shows all of each. A table is laid out by the first rows, so that a long one need
/// not fit in memory. One thread; `out` must outlive it.
class RowWriter {
 public:
  RowWriter(std::ostream& out, Format format, std::vector<std::string> columns);

  /// `row` is an object. A nested one is written as "name=value name=value" in a table, as JSON in
  /// CSV.
  void write(const Json& row);

  /// Everything written so far is shown now.
  void flush();

  /// No more rows come. Not calling it leaves a table or a JSON array unfinished.
  void finish();

 private:
  void lay_out();

  std::ostream& out_;
  const Format format_;
  const std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> waiting_;  ///< Cells of a table that is not laid out yet.
  std::vector<std::size_t> widths_;
  std::vector<bool> is_text_;  ///< Columns of anything but numbers; those stand to the left.
  bool is_laid_out_ = false;
  std::size_t rows_ = 0;
};

/// Rows that a report lists under a name.
struct Listing {
  std::string name;
  std::vector<std::string> columns;
  std::vector<Json> rows;
};

/// What a command prints that is more than rows. JSON: one object, of the facts and of an array a
/// listing. Table: the facts line by line, then each listing. CSV and JSONL: the rows of the last
/// listing alone; without one, the facts as one row.
struct Report {
  Json facts = Json::object();
  std::vector<Listing> listings;
};

void print(std::ostream& out, Format format, const Report& report);

}  // namespace inmail::tools
