#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.hpp"
#include "events/policy.hpp"
#include "events/record.hpp"
#include "projections/audit.hpp"
#include "projections/audit_world.hpp"

namespace inmail::auditing {

/// What one invariant has come to so far.
struct Finding {
  std::uint64_t checked = 0;
  std::uint64_t violations = 0;
  std::optional<Violation> first;
};

inline std::string to_word(std::string_view text) { return std::string(text); }
inline std::string to_word(std::integral auto number) { return std::to_string(number); }
template <class Tag>
std::string to_word(const Number<Tag>& number) {
  return std::to_string(number.value);
}
template <class Thing>
  requires requires(const Thing& thing) { to_text(thing); }
std::string to_word(const Thing& thing) { return to_text(thing); }

/// Where a rule says what it found. Words are put together only for what does not hold.
class Verdict {
 public:
  Verdict(std::string_view invariant, Finding& finding, Position position, StreamId stream)
      : invariant_(invariant), finding_(finding), position_(position), stream_(stream) {}

  /// Speaks of another record from here on.
  Verdict& at(Position position, StreamId stream) {
    position_ = position;
    stream_ = stream;
    return *this;
  }

  template <class... Words>
  bool check(bool holds, const Words&... words) {
    ++finding_.checked;
    if (holds) [[likely]]
      return true;
    if (finding_.violations++ == 0) report((std::string{} + ... + to_word(words)));
    return false;
  }

  template <class... Words>
  void fail(const Words&... words) {
    check(false, words...);
  }

 private:
  void report(std::string sentence);

  std::string_view invariant_;
  Finding& finding_;
  Position position_;
  StreamId stream_;
};

/// One record, with what the rules need around it.
struct Step {
  const RecordHeader& header;
  const Event& event;
  const World& world;
  const StreamState& stream;  ///< Of the record.
  const InMail* inmail;       ///< That the event is about; null for one that is unknown or over.
  const Policy* policy;       ///< Of the record; null if there is none.
  const Policy* pinned;       ///< Of the InMail; null if there is none.

  const Pool* pool() const { return stream.pool.get(); }
};

/// One invariant of D5.4. To add one is to write its functions and its entry in a table of rules.
struct Rule {
  std::string_view name;
  std::string_view says;
  /// Judges a record by the world before it.
  void (*before)(const Step&, Verdict&) = nullptr;
  /// Judges the world that a record has made.
  void (*after)(const Step&, const Touched&, Verdict&) = nullptr;
  /// Judges what the log leaves open; what began before `since` should have come to its end.
  void (*at_end)(const World&, Timestamp since, Verdict&) = nullptr;
};

// Parts of IC3: what comes and goes beside the plan (audit_purchases.cpp).

/// What the record before promised is kept by this one, and nothing of its kind comes unpromised.
void check_promise(const Step& step, Verdict& verdict);
/// What is bought, paid back and adjusted is what the policy and the pool allow.
void check_beside_plan(const Step& step, Verdict& verdict);

/// Whether the recipient has stopped this sender, or the contract that pays.
bool is_stopped(const StreamState& recipient, const InMail& inmail);
/// Whether the member whose record this is has got as many InMails as it takes (audit_inbound.cpp).
/// Requires: the record has a policy.
bool is_over_quota(const Step& step);

std::span<const Rule> pool_rules();      ///< audit_pools.cpp
std::span<const Rule> charge_rules();    ///< audit_charges.cpp
std::span<const Rule> refund_rules();    ///< audit_refunds.cpp
std::span<const Rule> message_rules();   ///< audit_messages.cpp
std::span<const Rule> reach_rules();     ///< audit_reach.cpp
std::span<const Rule> thread_rules();    ///< audit_threads.cpp
std::span<const Rule> free_rules();      ///< audit_free.cpp
std::span<const Rule> limit_rules();     ///< audit_limits.cpp
std::span<const Rule> inbound_rules();   ///< audit_inbound.cpp
std::span<const Rule> log_rules();       ///< audit_log.cpp
std::span<const Rule> transfer_rules();  ///< audit_transfers.cpp
std::span<const Rule> dispatch_rules();  ///< audit_dispatch.cpp

}  // namespace inmail::auditing
