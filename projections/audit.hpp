#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/event_log.hpp"
#include "events/ids.hpp"
#include "events/record.hpp"
#include "events/result.hpp"

namespace inmail {

/// One invariant that does not hold, and the first record that shows it.
struct Violation {
  std::string invariant;  ///< "IC5".
  Position position{};    ///< Of the record that broke it, or that left open what was never done.
  StreamId stream{};
  std::string sentence;
};

struct InvariantCount {
  std::string name;
  std::string says;  ///< What it demands, in one line.
  std::uint64_t checked = 0;
  std::uint64_t violations = 0;
};

struct AuditReport {
  bool ok = true;  ///< No violation.
  /// What is on record is right; but something may be overdue that is not on record. So it is with
  /// a store that nobody had open when it fell due, and that was closed again before it was done.
  bool is_right = true;
  Position head{};
  std::uint64_t events = 0;
  std::vector<InvariantCount> invariants{};   ///< Every one that is known, in a fixed order.
  std::vector<Violation> first_violations{};  ///< At most one an invariant, by position.
};

struct AuditOptions {
  /// For IL2: each view by name, and whether its live rows are those that a replay from zero makes.
  /// The auditor folds no views itself; without this, IL2 is reported as never checked.
  std::function<std::vector<std::pair<std::string, bool>>()> views_equal;
  /// Told now and then how far the audit is.
  std::function<void(Position)> on_progress;
};

/// What one stream obliges another to do (deliver, charge, release, refund) is on record moments
/// later. A log may end before it, so only what is still open after this long, in time of the log,
/// is a violation.
inline constexpr Milliseconds audit_grace = std::chrono::hours{24};

namespace auditing {
class Book;
}

/// Proves a log right from its events alone (D5.4): a fold of its own, that shares no rule, no
/// arithmetic and no state with the deciders, so that one mistake is not made twice.
///
/// Every invariant is judged at every record that could break it, by the policy that D3 names: an
/// InMail by the one in force when it was sent, all else by the one in the record. No key is
/// needed: what is judged of a text is its counts. What breaks an invariant is counted and folded
/// all the same, so that one audit finds all that is wrong; what follows from the first mistake may
/// then be counted, too.
///
/// Holds one compact entry for each InMail that may still change, an id for each that may not, an
/// id for each command, and the lots that still have credits. One thread. Never throws for what a
/// record says.
class Auditor {
 public:
  Auditor();
  ~Auditor();
  Auditor(Auditor&&) noexcept;
  Auditor& operator=(Auditor&&) noexcept;

  /// Records in order, from the first of the log on.
  void apply(const Record& record);

  /// The log cannot be read from `position` on: breaks IL1.
  void cannot_read(Position position, std::string_view why);

  /// Whether a view's rows are those that a replay from zero makes: IL2.
  void view_compared(std::string_view view, bool equal);

  /// The verdict on all records so far, as of `as_of`: the time of the last one, or later. May be
  /// asked again after more records.
  AuditReport finish(Timestamp as_of) const;

 private:
  std::unique_ptr<auditing::Book> book_;
};

/// Reads a log from its first record to where it ends now, proves chain and positions, and audits
/// every record. A log that is damaged is no error but a violation of IL1, which names the first
/// position that cannot be read; what stands before it is audited.
/// Errors: io, newer_format.
Result<AuditReport> audit(const EventLog& log, const AuditOptions& options = {});

}  // namespace inmail
