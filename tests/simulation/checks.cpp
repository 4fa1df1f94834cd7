#include "tests/simulation/checks.hpp"

#include <map>

#include "projections/audit.hpp"
#include "tests/simulation/model.hpp"

namespace inmail::sim {
namespace {

/// What is on record of commands: each answered once, as its host was told, and nothing else.
class Answers {
 public:
  Answers(const History& history, std::vector<std::string>& findings)
      : history_(history), findings_(findings) {}

  void apply(const Record& record) {
    const RecordHeader& header = record.header;
    if (!history_.times.contains(header.time))
      complain(header, "happened at " + to_text(header.time) + ", which no clock ever showed");
    if (header.cause.is_zero()) return;
    const auto found = history_.commands.find(header.cause);
    if (found == history_.commands.end()) {
      // The first policy is the engine's own command.
      if (header.stream == StreamId::policy() && header.version.value == 1) return;
      return complain(header, "is the doing of a command that nobody gave");
    }
    const Given& given = found->second;
    if (header.time < given.at) complain(header, "happened before its command was given");
    if (!header.is_receipt) return;
    if (!receipts_.emplace(header.cause, header.position).second)
      complain(header, "answers a command for the second time");
    if (header.stream != target_of(given.command))
      complain(header, "answers a command in a stream that is not its target");
    if (given.answer && *given.answer != answer_in(record))
      complain(header, "answers a command with " + describe(answer_in(record)) +
                           "; its host was told " + describe(*given.answer));
  }

  void finish() {
    for (const auto& [id, given] : history_.commands)
      if (given.answer && !receipts_.contains(id))
        findings_.push_back("command " + std::to_string(given.number) + " was answered " +
                            describe(*given.answer) + ", and is not on record");
  }

 private:
  static Answer answer_in(const Record& record) {
    Answer answer{.kind = AnswerKind::ok, .position = record.header.position};
    if (const auto* rejected = std::get_if<CommandRejected>(&record.event)) {
      answer.kind = AnswerKind::rejected;
      answer.refusal = {rejected->code, rejected->limit, rejected->actual};
    }
    return answer;
  }

  void complain(const RecordHeader& header, const std::string& what) {
    findings_.push_back("the record at " + std::to_string(header.position.value) + " " + what);
  }

  const History& history_;
  std::vector<std::string>& findings_;
  std::map<CommandId, Position> receipts_;
};

}  // namespace

Status check_log(const EventLog& log, const History& history, std::vector<std::string>& findings) {
  Answers answers(history, findings);
  Model model(history, findings);
  const auto end = for_each_record(log, Position{1}, [&](const Record& record) {
    answers.apply(record);
    model.apply(record);
    return findings.size() < 20;
  });
  if (!end) return end.error();
  if (end->position != log.head().position && findings.empty())
    findings.push_back("the log ends at " + std::to_string(end->position.value) +
                       ", but says that it ends at " + std::to_string(log.head().position.value));
  answers.finish();
  return {};
}

Status check_quiet(Engine& engine, const History& history, std::vector<std::string>& findings) {
  Model model(history, findings);
  Auditor auditor;
  Timestamp last{};
  const auto end = for_each_record(engine.log(), Position{1}, [&](const Record& record) {
    model.apply(record);
    auditor.apply(record);
    last = std::max(last, record.header.time);
    return true;
  });
  if (!end) return end.error();
  for (const Violation& each : auditor.finish(last).first_violations)
    findings.push_back("audit: " + each.invariant + " at " + std::to_string(each.position.value) +
                       ": " + each.sentence);
  model.finish();
  return model.compare(engine);
}

std::string describe(const Command& command, const CommandId& id) {
  std::string text(type_of(command).name);
  text += " to " + to_text(target_of(command)) + ", id " + to_text(id);
  if (const auto* send = std::get_if<SendInMail>(&command)) text += ", for " + to_text(send->to);
  if (const auto* respond = std::get_if<Respond>(&command))
    text += ", inmail " + to_text(respond->inmail);
  if (const auto* open = std::get_if<OpenInMail>(&command))
    text += ", inmail " + to_text(open->inmail);
  return text;
}

std::string describe(const Answer& answer) {
  switch (answer.kind) {
    case AnswerKind::ok: return "ok at " + std::to_string(answer.position.value);
    case AnswerKind::rejected:
      return "rejected as " + std::string(name_of(answer.refusal.code)) + " at " +
             std::to_string(answer.position.value) + " (" + std::to_string(answer.refusal.limit) +
             ", " + std::to_string(answer.refusal.actual) + ")" + answer.sentence;
    case AnswerKind::overloaded: return "overloaded";
    case AnswerKind::read_only: return "read only";
    case AnswerKind::unknown: return "unknown";
    case AnswerKind::command_id_expired: return "command id expired";
  }
  return "?";
}

}  // namespace inmail::sim
