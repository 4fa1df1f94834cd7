#pragma once

#include <vector>

#include "actors/admissions.hpp"
#include "actors/member.hpp"
#include "actors/surroundings.hpp"

namespace inmail {

/// Keeps what others may know of a member in the table of admissions while its actor is awake.
///
/// Owned by that actor: one thread at a time. Nothing of it is stored; it is made anew from the
/// state when the actor wakes.
class AdmissionPublisher {
 public:
  AdmissionPublisher(MemberId member, const PolicyShelf& policies, AdmissionTable& table)
      : member_(member), policies_(policies), table_(table) {}

  /// Shows all of it under the newest policy, if the member is known at all.
  void publish(const MemberState& state, Version version);

  /// Shows what `events`, decided in `context`, have changed of it, and all of it where they are
  /// the first under a policy. `state` has folded them, up to `version`.
  void publish_changes(const std::vector<Event>& events, const MemberState& state, Version version,
                       const Context& context);

  void withdraw() { table_.withdraw(member_); }

 private:
  void publish_under(PolicyVersion rules, const Policy& policy, const MemberState& state,
                     Version version);
  void publish_arrivals(const MemberState& state, Version version);

  const MemberId member_;
  const PolicyShelf& policies_;
  AdmissionTable& table_;
  PolicyVersion shown_under_{};  ///< What was shown follows this policy.
  bool is_known_full_ = false;   ///< The inbox, to others.
};

}  // namespace inmail
