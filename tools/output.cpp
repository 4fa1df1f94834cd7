#include "tools/output.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <utility>

#include "events/result.hpp"

namespace inmail::tools {
namespace {

/// So many rows decide how wide the columns of a table are.
constexpr std::size_t rows_for_layout = 512;
/// Longer texts are cut in a table; JSON and CSV have all of them. A digest has 64 columns.
constexpr std::size_t text_columns_max = 64;
constexpr std::size_t last_text_columns_max = 120;
/// A fact has a line for itself.
constexpr std::size_t fact_columns_max = 10'000;
constexpr std::size_t in_quotes_bytes_max = 200;

constexpr std::string_view cut_mark = "…";

struct CodePoint {
  std::string_view bytes;
  std::int32_t number = -1;  ///< Negative: these bytes are not UTF-8.
};

/// Takes the first code point off a text that is not empty.
CodePoint take_code_point(std::string_view& text) {
  CodePoint point;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto taken =
      utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &point.number);
  if (taken <= 0) point.number = -1;
  const auto size = taken <= 0 ? std::size_t{1} : static_cast<std::size_t>(taken);
  point.bytes = text.substr(0, size);
  text.remove_prefix(size);
  return point;
}

/// Whether a terminal might do something else with it than to show it.
bool is_harmless(const CodePoint& point) {
  if (point.number < 0) return false;
  switch (utf8proc_category(point.number)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return false;
    default: return true;
  }
}

std::size_t columns_of(const CodePoint& point) {
  return static_cast<std::size_t>(std::max(0, utf8proc_charwidth(point.number)));
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) columns += columns_of(take_code_point(text));
  return columns;
}

/// What a terminal can show of a text on one line, in so many columns.
std::string shown(std::string_view text, std::size_t columns_max) {
  std::string out;
  std::size_t columns = 0;
  while (!text.empty()) {
    const CodePoint point = take_code_point(text);
    const std::string_view bytes = is_harmless(point) ? point.bytes : std::string_view(" ");
    columns += is_harmless(point) ? columns_of(point) : 1;
    if (columns + (text.empty() ? 0 : 1) > columns_max) return out + std::string(cut_mark);
    out += bytes;
  }
  return out;
}

bool is_nothing(const Json& value) {
  return value.is_null() || value == "" || (value.is_structured() && value.empty());
}

void add_pairs(const Json& value, const std::string& name, std::string& out);

/// "1:5 2:1" for lots; "a,b" for plain values.
std::string list_text(const Json& list) {
  std::string out;
  for (const Json& each : list) {
    if (!out.empty()) out += ",";
    std::string item;
    if (each.is_structured())
      for (const auto& [name, value] : each.items()) add_pairs(value, name, item);
    else
      item = each.is_string() ? each.get<std::string>() : to_line(each);
    out += each.is_structured() ? "(" + item + ")" : item;
  }
  return out;
}

void add_pairs(const Json& value, const std::string& name, std::string& out) {
  if (is_nothing(value)) return;
  if (value.is_object()) {
    for (const auto& [inner, each] : value.items()) add_pairs(each, name + "." + inner, out);
    return;
  }
  if (!out.empty()) out += " ";
  out += name + "=";
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    const bool is_word = text.find(' ') == std::string::npos && text.size() <= 40;
    out += is_word ? shown(text, text_columns_max) : "\"" + shown(text, 32) + "\"";
  } else {
    out += value.is_array() ? list_text(value) : to_line(value);
  }
}

std::string table_cell(const Json& value, std::size_t columns_max) {
  if (is_nothing(value)) return "-";
  if (value.is_string()) return shown(value.get_ref<const std::string&>(), columns_max);
  if (value.is_array()) return list_text(value);
  if (!value.is_object()) return to_line(value);
  std::string out;
  for (const auto& [name, each] : value.items()) add_pairs(each, name, out);
  return out;
}

std::string csv_cell(const Json& value) {
  if (value.is_null()) return "";
  const std::string text = value.is_string() ? value.get<std::string>() : to_line(value);
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char each : text) {
    if (each == '"') out += '"';
    out += each;
  }
  return out + "\"";
}

const Json& member_of(const Json& row, const std::string& name) {
  static const Json nothing;
  const auto found = row.find(name);
  return found == row.end() ? nothing : *found;
}

void write_csv_line(std::ostream& out, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) out << (i == 0 ? "" : ",") << cells[i];
  out << '\n';
}

/// The last column is not filled up with blanks.
void write_table_line(std::ostream& out, const std::vector<std::string>& cells,
                      const std::vector<std::size_t>& widths, const std::vector<bool>& is_text) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::size_t columns = columns_of(cells[i]);
    const std::string blanks(widths[i] > columns ? widths[i] - columns : 0, ' ');
    if (i > 0) out << "  ";
    if (!is_text[i])
      out << blanks << cells[i];
    else if (i + 1 == cells.size())
      out << cells[i];
    else
      out << cells[i] << blanks;
  }
  out << '\n';
}

/// Facts as lines of name and value, those within facts with the names of both.
void flatten(const Json& facts, const std::string& prefix,
             std::vector<std::pair<std::string, std::string>>& lines) {
  for (const auto& [name, value] : facts.items()) {
    if (value.is_object() && !value.empty())
      flatten(value, prefix + name + ".", lines);
    else
      lines.emplace_back(prefix + name, table_cell(value, fact_columns_max));
  }
}

void print_facts(std::ostream& out, const Json& facts) {
  std::vector<std::pair<std::string, std::string>> lines;
  flatten(facts, "", lines);
  std::size_t width = 0;
  for (const auto& [name, value] : lines) width = std::max(width, name.size());
  for (const auto& [name, value] : lines)
    out << name << std::string(width - name.size() + 2, ' ') << value << '\n';
}

void print_rows(std::ostream& out, Format format, const Listing& listing) {
  RowWriter writer(out, format, listing.columns);
  for (const Json& row : listing.rows) writer.write(row);
  writer.finish();
}

void print_table(std::ostream& out, const Report& report) {
  bool is_first = report.facts.empty();
  print_facts(out, report.facts);
  for (const Listing& listing : report.listings) {
    if (!is_first) out << '\n';
    is_first = false;
    if (listing.rows.empty()) {
      out << listing.name << ": none\n";
      continue;
    }
    if (!report.facts.empty() || report.listings.size() > 1) out << listing.name << ":\n";
    print_rows(out, Format::table, listing);
  }
}

void print_json(std::ostream& out, const Report& report) {
  Json whole = report.facts;
  for (const Listing& listing : report.listings) whole[listing.name] = listing.rows;
  out << whole.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace

std::string in_quotes(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out = "\"";
  while (!text.empty()) {
    const CodePoint point = take_code_point(text);
    if (out.size() + point.bytes.size() > in_quotes_bytes_max) {
      out += cut_mark;
      break;
    }
    if (is_harmless(point)) {
      out += point.bytes;
      continue;
    }
    for (const char byte : point.bytes) {
      const auto number = static_cast<unsigned char>(byte);
      out += {'\\', 'x', digits[number >> 4], digits[number & 15]};
    }
  }
  return out + "\"";
}

std::string to_line(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

RowWriter::RowWriter(std::ostream& out, Format format, std::vector<std::string> columns)
    : out_(out), format_(format), columns_(std::move(columns)) {
  is_text_.assign(columns_.size(), false);
  for (const std::string& column : columns_) widths_.push_back(columns_of(column));
}

void RowWriter::write(const Json& row) {
  const bool is_first = rows_++ == 0;
  if (format_ == Format::jsonl) {
    out_ << to_line(row) << '\n';
    return;
  }
  if (format_ == Format::json) {
    out_ << (is_first ? "[\n  " : ",\n  ") << to_line(row);
    return;
  }
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Json& value = member_of(row, columns_[i]);
    const bool is_last = i + 1 == columns_.size();
    const std::size_t columns_max = is_last ? last_text_columns_max : text_columns_max;
    cells.push_back(format_ == Format::csv ? csv_cell(value) : table_cell(value, columns_max));
    if (!value.is_number() && !value.is_null()) is_text_[i] = true;
  }
  if (format_ == Format::csv) {
    if (is_first) write_csv_line(out_, columns_);
    write_csv_line(out_, cells);
  } else if (is_laid_out_) {
    write_table_line(out_, cells, widths_, is_text_);
  } else {
    waiting_.push_back(std::move(cells));
    if (waiting_.size() == rows_for_layout) lay_out();
  }
}

void RowWriter::lay_out() {
  for (const auto& cells : waiting_)
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths_[i] = std::max(widths_[i], columns_of(cells[i]));
  write_table_line(out_, columns_, widths_, is_text_);
  for (const auto& cells : waiting_) write_table_line(out_, cells, widths_, is_text_);
  waiting_.clear();
  is_laid_out_ = true;
}

void RowWriter::flush() {
  if (format_ == Format::table && !is_laid_out_ && !waiting_.empty()) lay_out();
  out_.flush();
}

void RowWriter::finish() {
  switch (format_) {
    case Format::table:
      if (!is_laid_out_) lay_out();
      break;
    case Format::json: out_ << (rows_ == 0 ? "[]\n" : "\n]\n"); break;
    case Format::csv:
      if (rows_ == 0) write_csv_line(out_, columns_);
      break;
    case Format::jsonl: break;
  }
}

void print(std::ostream& out, Format format, const Report& report) {
  if (format == Format::table) return print_table(out, report);
  if (format == Format::json) return print_json(out, report);
  if (!report.listings.empty()) return print_rows(out, format, report.listings.back());
  Listing facts{.name = {}, .columns = {}, .rows = {report.facts}};
  for (const auto& [name, value] : report.facts.items()) facts.columns.push_back(name);
  print_rows(out, format, facts);
}

}  // namespace inmail::tools
