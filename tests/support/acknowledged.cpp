#include "tests/support/acknowledged.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <stdexcept>
#include <unordered_set>

namespace inmail::test {
namespace {

constexpr std::size_t sentences_max = 20;

template <class Value>
bool read_number(std::string_view& line, Value& value) {
  if (!line.starts_with(' ')) return false;
  line.remove_prefix(1);
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  return error == std::errc{};
}

Acknowledgement read_line(std::string_view line) {
  const auto id = id_bytes_from_text(line.substr(0, 32));
  std::string_view rest = line.substr(std::min<std::size_t>(32, line.size()));
  int kind = 0;
  std::uint64_t position = 0;
  if (!id || !read_number(rest, kind) || !read_number(rest, position) || !rest.empty())
    throw std::runtime_error("this is no acknowledgement: " + std::string(line));
  return {CommandId{*id}, Position{position}, static_cast<AnswerKind>(kind)};
}

void note(Comparison& result, std::string sentence) {
  if (++result.wrong <= sentences_max) result.sentences.push_back(std::move(sentence));
}

void note_repeated(Comparison& result, std::vector<CommandId>& ids, const std::string& what) {
  std::sort(ids.begin(), ids.end());
  for (auto each = std::adjacent_find(ids.begin(), ids.end()); each != ids.end();
       each = std::adjacent_find(each + 1, ids.end()))
    note(result, to_text(*each) + what);
}

/// Walks over what was acknowledged, by position, as the receipts come.
class Walk {
 public:
  Walk(std::span<const Acknowledgement> acknowledged, Comparison& result)
      : acknowledged_(acknowledged), result_(result) {}

  void receipt(const Record& record, bool is_refusal) {
    const Position position = record.header.position;
    while (!acknowledged_.empty() && acknowledged_.front().position <= position) {
      const Acknowledgement said = acknowledged_.front();
      acknowledged_ = acknowledged_.subspan(1);
      if (said.position != position || said.id != record.header.cause)
        lost(said);
      else if (is_refusal != (said.kind == AnswerKind::rejected))
        note(result_, to_text(said.id) + " is on record with another answer");
    }
  }
  void end() {
    for (const Acknowledgement& each : acknowledged_) lost(each);
    acknowledged_ = {};
  }

 private:
  void lost(const Acknowledgement& said) {
    note(result_, to_text(said.id) + " was acknowledged at position " +
                      std::to_string(said.position.value) + ", and is not there");
  }

  std::span<const Acknowledgement> acknowledged_;
  Comparison& result_;
};

/// A seat's contract may have set a credit aside, and taken it back.
bool may_follow_a_refusal(const Event& event) {
  return std::holds_alternative<CommandRejected>(event) ||
         std::holds_alternative<CreditReserved>(event) ||
         std::holds_alternative<CreditReleased>(event);
}

}  // namespace

std::string to_line(const CommandId& id, const Answer& answer) {
  return to_text(id) + " " + std::to_string(static_cast<int>(answer.kind)) + " " +
         std::to_string(answer.position.value) + "\n";
}

void read_lines(std::string_view said, std::vector<Acknowledgement>& acknowledged) {
  for (auto end = said.find('\n'); end != std::string_view::npos; end = said.find('\n')) {
    if (!said.starts_with('#')) acknowledged.push_back(read_line(said.substr(0, end)));
    said.remove_prefix(end + 1);
  }
}

Result<Comparison> compare(const EventLog& log, Position from,
                           std::vector<Acknowledgement> acknowledged) {
  Comparison result;
  std::vector<CommandId> ids;
  for (const Acknowledgement& each : acknowledged) ids.push_back(each.id);
  note_repeated(result, ids, " was acknowledged twice");
  std::sort(acknowledged.begin(), acknowledged.end(),
            [](const auto& a, const auto& b) { return a.position < b.position; });

  ids.clear();
  std::unordered_set<CommandId> refused;
  Walk walk(acknowledged, result);
  const auto read = for_each_record(log, from, [&](const Record& record) {
    if (!record.header.is_receipt) return true;
    const bool is_refusal = std::holds_alternative<CommandRejected>(record.event);
    ids.push_back(record.header.cause);
    if (is_refusal) refused.insert(record.header.cause);
    walk.receipt(record, is_refusal);
    return true;
  });
  if (!read) return read.error();
  walk.end();
  result.receipts = ids.size();
  note_repeated(result, ids, " is on record twice");

  const auto read_again = for_each_record(log, from, [&](const Record& record) {
    if (refused.contains(record.header.cause) && !may_follow_a_refusal(record.event))
      note(result, to_text(record.header.cause) + " was refused, yet " +
                       std::string(type_of(record.event).name));
    return true;
  });
  if (!read_again) return read_again.error();
  return result;
}

}  // namespace inmail::test
