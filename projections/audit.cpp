#include "projections/audit.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "projections/audit_rules.hpp"

namespace inmail {
namespace auditing {
namespace {

/// IC before IM before IT before IL, then by number.
auto place_of(const Rule& rule) {
  static constexpr std::string_view groups = "ICIMITIL";
  int number = 0;
  std::from_chars(rule.name.data() + 2, rule.name.data() + rule.name.size(), number);
  return std::tuple(groups.find(rule.name.substr(0, 2)), number);
}

std::vector<Rule> all_rules() {
  std::vector<Rule> rules;
  for (const auto part : {pool_rules(), charge_rules(), refund_rules(), message_rules(),
                          reach_rules(), thread_rules(), free_rules(), limit_rules(),
                          inbound_rules(), log_rules(), dispatch_rules(), transfer_rules()})
    rules.insert(rules.end(), part.begin(), part.end());
  std::sort(rules.begin(), rules.end(),
            [](const Rule& l, const Rule& r) { return place_of(l) < place_of(r); });
  return rules;
}

}  // namespace

void Verdict::report(std::string sentence) {
  finding_.first = Violation{std::string(invariant_), position_, stream_, std::move(sentence)};
}

/// The world, the rules, and what they have found.
class Book {
 public:
  void apply(const Record& record) {
    ++events_;
    const RecordHeader& header = record.header;
    StreamState& stream = world_.stream(header.stream);
    const InMailId* id = inmail_named_by(record.event);
    const InMail* inmail = id != nullptr ? world_.find(*id) : nullptr;
    const Step step{header,
                    record.event,
                    world_,
                    stream,
                    inmail,
                    world_.policy(header.policy),
                    inmail != nullptr ? world_.policy(PolicyVersion{inmail->pinned}) : nullptr};
    for (std::size_t i = 0; i < rules_.size(); ++i)
      if (rules_[i].before != nullptr) {
        Verdict verdict = verdict_on(i, findings_, header);
        rules_[i].before(step, verdict);
      }
    const Touched touched = world_.fold(record, stream);
    for (std::size_t i = 0; i < rules_.size(); ++i)
      if (rules_[i].after != nullptr) {
        Verdict verdict = verdict_on(i, findings_, header);
        rules_[i].after(step, touched, verdict);
      }
    world_.sweep(touched, record.event);
  }

  void note(std::string_view invariant, bool holds, Position position, std::string_view sentence) {
    for (std::size_t i = 0; i < rules_.size(); ++i)
      if (rules_[i].name == invariant)
        Verdict(rules_[i].name, findings_[i], position, {}).check(holds, sentence);
  }

  AuditReport finish(Timestamp as_of) const {
    std::vector<Finding> findings = findings_;
    const bool is_young = as_of < Timestamp::min() + audit_grace;
    const Timestamp since = is_young ? Timestamp::min() : as_of - audit_grace;
    for (std::size_t i = 0; i < rules_.size(); ++i)
      if (rules_[i].at_end != nullptr) {
        Verdict verdict(rules_[i].name, findings[i], world_.last(), {});
        rules_[i].at_end(world_, since, verdict);
      }

    AuditReport report{.head = world_.last(), .events = events_};
    report.is_right = std::all_of(findings_.begin(), findings_.end(),
                                  [](const Finding& each) { return each.violations == 0; });
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      const Finding& finding = findings[i];
      report.ok = report.ok && finding.violations == 0;
      report.invariants.push_back({std::string(rules_[i].name), std::string(rules_[i].says),
                                   finding.checked, finding.violations});
      if (finding.first) report.first_violations.push_back(*finding.first);
    }
    std::stable_sort(report.first_violations.begin(), report.first_violations.end(),
                     [](auto& l, auto& r) { return l.position < r.position; });
    return report;
  }

  Position last() const { return world_.last(); }

 private:
  Verdict verdict_on(std::size_t rule, std::vector<Finding>& findings, const RecordHeader& header) {
    return {rules_[rule].name, findings[rule], header.position, header.stream};
  }

  const std::vector<Rule> rules_ = all_rules();
  std::vector<Finding> findings_ = std::vector<Finding>(rules_.size());
  World world_;
  std::uint64_t events_ = 0;
};

}  // namespace auditing

namespace {

constexpr std::uint64_t progress_every = 65'536;

struct ReadSoFar {
  Timestamp latest = Timestamp::min();
  bool is_whole = true;
};

/// Reads and audits until the log ends or cannot be read.
Result<ReadSoFar> read_all(LogReader& reader, const AuditOptions& options, Auditor& auditor) {
  ReadSoFar read;
  Position next{1};
  const auto stop_at = [&](Position position, const Error& error) -> Result<ReadSoFar> {
    if (error.code != ErrorCode::corruption) return error;
    auditor.cannot_read(position, error.message);
    read.is_whole = false;
    return read;
  };
  while (true) {
    auto view = reader.next();
    if (!view) return stop_at(next, view.error());
    if (!*view) return read;
    const RecordHeader& header = (*view)->header;
    auto record = decode_record(**view);
    if (!record) return stop_at(header.position, record.error());
    auditor.apply(*record);
    read.latest = std::max(read.latest, header.time);
    next = Position{header.position.value + 1};
    if (options.on_progress && header.position.value % progress_every == 0)
      options.on_progress(header.position);
  }
}

}  // namespace

Auditor::Auditor() : book_(std::make_unique<auditing::Book>()) {}
Auditor::~Auditor() = default;
Auditor::Auditor(Auditor&&) noexcept = default;
Auditor& Auditor::operator=(Auditor&&) noexcept = default;

void Auditor::apply(const Record& record) { book_->apply(record); }

void Auditor::cannot_read(Position position, std::string_view why) {
  book_->note("IL1", false, position, why);
}

void Auditor::view_compared(std::string_view view, bool equal) {
  book_->note("IL2", equal, book_->last(),
              "the rows of the view " + std::string(view) + " are not what the log says");
}

AuditReport Auditor::finish(Timestamp as_of) const { return book_->finish(as_of); }

Result<AuditReport> audit(const EventLog& log, const AuditOptions& options) {
  const LogHead head = log.head();
  auto reader = LogReader::from(log, Position{1});
  if (!reader) return reader.error();
  Auditor auditor;
  const auto read = read_all(*reader, options, auditor);
  if (!read) return read.error();

  const LogHead& proven = reader->proven();
  if (read->is_whole && proven.position < head.position)
    auditor.cannot_read(
        Position{proven.position.value + 1},
        "the log ends before its head at position " + std::to_string(head.position.value));
  else if (read->is_whole && proven.position == head.position && proven.hash != head.hash)
    auditor.cannot_read(head.position, "the last frame is not the one that the head names");
  if (options.views_equal)
    for (const auto& [view, equal] : options.views_equal()) auditor.view_compared(view, equal);
  return auditor.finish(read->latest);
}

}  // namespace inmail
