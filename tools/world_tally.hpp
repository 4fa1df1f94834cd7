#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "events/event_log.hpp"
#include "events/ids.hpp"
#include "events/record.hpp"
#include "events/result.hpp"
#include "tools/output.hpp"

namespace inmail::tools {

/// How often each of several things happened, by their stored names.
using Counts = std::map<std::string_view, std::uint64_t>;

/// What became of the credits of all pools together.
struct CreditTally {
  Counts granted;  ///< By the kind of lot.
  std::uint64_t charged = 0;
  std::uint64_t released = 0;
  std::uint64_t refunded = 0;
  std::uint64_t expired = 0;
  std::uint64_t forfeited = 0;
  std::uint64_t voided = 0;
};

/// What has happened, counted from the events of a log and from nothing else.
struct Tally {
  Counts events;
  Counts rejected;  ///< By code.
  CreditTally credits;
  /// The last instant at which an InMail still does something by itself: a window closes, it
  /// expires.
  std::optional<Timestamp> last_deadline;

  void add(const Record& record);

  template <class E>
  std::uint64_t count() const {
    const auto found = events.find(E::type.name);
    return found == events.end() ? 0 : found->second;
  }
};

/// The whole log, counted. Errors: as `for_each_record`.
Result<Tally> tally_of(const EventLog& log);

/// How long a log is, and the hash over its records in order, in hexadecimal.
struct LogFacts {
  std::uint64_t events = 0;
  std::string digest;
};

/// Errors: as `log_digest`.
Result<LogFacts> facts_of(const EventLog& log);

Json to_json(const Counts& counts);
Json to_json(const CreditTally& credits);
Json to_json(const LogFacts& facts);

}  // namespace inmail::tools
