#include "tools/edge_list.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace inmail::tools {
namespace {

constexpr std::string_view blanks = " \t\r";

/// Cuts the next word off `rest`; empty when there is none.
std::string_view next_word(std::string_view& rest) {
  const auto begin = std::min(rest.find_first_not_of(blanks), rest.size());
  const auto end = std::min(rest.find_first_of(blanks, begin), rest.size());
  const std::string_view word = rest.substr(begin, end - begin);
  rest.remove_prefix(end);
  return word;
}

struct Field {
  std::string_view name;
  std::uint64_t min;
  std::uint64_t max;
};

constexpr std::array fields{
    Field{"SRC", 1, StreamId::number_max},
    Field{"DST", 1, StreamId::number_max},
    Field{"UNIXTS", 0, unix_seconds_max},
};

std::optional<std::uint64_t> read_number(std::string_view word, const Field& field) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  if (number < field.min || number > field.max) return std::nullopt;
  return number;
}

/// What is wrong with a line is told without repeating it: it may hold anything.
Result<std::array<std::uint64_t, fields.size()>> read_numbers(std::string_view line) {
  std::array<std::uint64_t, fields.size()> numbers{};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string_view word = next_word(line);
    const std::string name(fields[i].name);
    if (word.empty())
      return Error{ErrorCode::invalid_argument, name + " is missing; a line is SRC DST UNIXTS"};
    const auto number = read_number(word, fields[i]);
    if (!number)
      return Error{ErrorCode::invalid_argument, name + " must be a whole number from " +
                                                    std::to_string(fields[i].min) + " to " +
                                                    std::to_string(fields[i].max)};
    numbers[i] = *number;
  }
  if (!next_word(line).empty())
    return Error{ErrorCode::invalid_argument,
                 "there is something behind UNIXTS; a line is SRC DST UNIXTS"};
  return numbers;
}

bool says_nothing(std::string_view line) {
  const auto first = line.find_first_not_of(blanks);
  return first == std::string_view::npos || line[first] == '#';
}

}  // namespace

Result<std::vector<Edge>> parse_edges(std::string_view text, std::string_view file_name) {
  const std::string file(file_name);
  std::vector<Edge> edges;
  std::uint64_t line_number = 0;
  while (!text.empty()) {
    const auto length = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    ++line_number;
    if (says_nothing(line)) continue;
    const auto numbers = read_numbers(line);
    if (!numbers)
      return Error{numbers.error().code,
                   file + ":" + std::to_string(line_number) + ": " + numbers.error().message};
    const auto [from, to, seconds] = *numbers;
    edges.push_back({MemberId{from}, MemberId{to},
                     Timestamp{Seconds{static_cast<std::int64_t>(seconds)}}, line_number});
  }
  if (edges.empty())
    return Error{ErrorCode::invalid_argument, file + " holds no message: no line SRC DST UNIXTS"};
  std::stable_sort(edges.begin(), edges.end(),
                   [](const Edge& a, const Edge& b) { return a.at < b.at; });
  return edges;
}

Result<std::vector<Edge>> read_edges(const std::filesystem::path& file) {
  const auto unreadable = [&](const std::string& why) {
    return Error{ErrorCode::invalid_argument, file.string() + " cannot be read: " + why};
  };
  std::error_code error;
  const auto kind = std::filesystem::status(file, error).type();
  if (kind == std::filesystem::file_type::not_found) return unreadable("there is no such file");
  if (kind == std::filesystem::file_type::directory) return unreadable("it is a folder");

  std::ifstream in(file, std::ios::binary);
  if (!in) return unreadable(std::strerror(errno));
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return unreadable("reading failed half-way");
  return parse_edges(text, file.string());
}

}  // namespace inmail::tools
