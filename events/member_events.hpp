#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "events/event_type.hpp"
#include "events/ids.hpp"
#include "events/inbound_rules.hpp"
#include "events/plan_kind.hpp"
#include "events/terms.hpp"
#include "events/text.hpp"

namespace inmail {

/// As it was before members could be on lists.
struct MemberRegisteredV1 {
  static constexpr EventType type{.number = 100, .name = "member.registered", .version = 1};

  Text display_name{};
  Text headline{};
  std::string locale{};
  bool public_profile = true;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(display_name, headline, locale, public_profile);
  }
};

/// A person joined. Stream: the member. D5.3 MemberRegistered.
struct MemberRegistered {
  static constexpr EventType type{.number = 100, .name = "member.registered", .version = 2};
  using previous = MemberRegisteredV1;

  Text display_name{};
  Text headline{};
  std::string locale{};  ///< BCP-47, at most 35 bytes.
  bool public_profile = true;
  std::vector<std::string> lists{};  ///< That a policy may ban ("platform_staff").

  static MemberRegistered upcast(MemberRegisteredV1 old) {
    return {std::move(old.display_name),
            std::move(old.headline),
            std::move(old.locale),
            old.public_profile,
            {}};
  }
  bool operator==(const MemberRegistered&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(display_name, headline, locale, public_profile, lists);
  }
};

/// Whether the member takes InMail (D4.6); works on what is delivered after it. Stream: the member.
struct PreferenceChanged {
  static constexpr EventType type{.number = 101, .name = "member.preference_changed", .version = 1};

  InMailPreference inmail = InMailPreference::on;

  bool operator==(const PreferenceChanged&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail);
  }
};

/// Nothing more of `target` reaches this member, and nothing of this member reaches `target`.
struct MemberBlocked {
  static constexpr EventType type{.number = 102, .name = "member.blocked", .version = 1};

  MemberId target{};

  bool operator==(const MemberBlocked&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(target);
  }
};

/// The block on `target` is lifted.
struct MemberUnblocked {
  static constexpr EventType type{.number = 103, .name = "member.unblocked", .version = 1};

  MemberId target{};

  bool operator==(const MemberUnblocked&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(target);
  }
};

/// A person is gone for good, with all that they wrote (design 6). Stream: the member, who decides
/// nothing from here on but a `ReceivedErased`. Obliges that same stream to destroy the member's
/// key, once this event is durable. What ends with the member (plan, credits) stands in events
/// right after this one.
struct MemberErased {
  static constexpr EventType type{.number = 104, .name = "member.erased", .version = 1};

  MemberId member{};

  bool operator==(const MemberErased&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(member);
  }
};

/// The key of an erased member was destroyed, durably, before this was recorded: nobody can read
/// any more what the member wrote. Stream: the member.
struct MemberKeyDestroyed {
  static constexpr EventType type{.number = 105, .name = "member.key_destroyed", .version = 1};

  bool operator==(const MemberKeyDestroyed&) const = default;
  template <class Archive>
  void serialize(Archive&) {}
};

/// What others wrote to an erased member is to go as well. Stream: the member; with `MemberErased`,
/// or any time after it. Obliges that same stream to destroy the key of what the member received,
/// once this event is durable. Texts that were written by a release without that key stay.
struct ReceivedErased {
  static constexpr EventType type{.number = 106, .name = "member.received_erased", .version = 1};

  MemberId member{};

  bool operator==(const ReceivedErased&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(member);
  }
};

/// The key of what an erased member received was destroyed, durably, before this was recorded:
/// nobody can read any more what was written to the member, not even who wrote it. Stream: the
/// member.
struct ReceivedKeyDestroyed {
  static constexpr EventType type{
      .number = 107, .name = "member.received_key_destroyed", .version = 1};

  bool operator==(const ReceivedKeyDestroyed&) const = default;
  template <class Archive>
  void serialize(Archive&) {}
};

/// Two members are connected. In the stream of each of the two: of `owner`, who decides what
/// becomes of the pair and so obliges the other to record it, too; then of the other.
struct ConnectionSet {
  static constexpr EventType type{.number = 120, .name = "member.connection_set", .version = 1};

  MemberId with{};           ///< The other one.
  MemberId owner{};          ///< The one of the two with the lower number.
  std::uint64_t change = 0;  ///< Counts all changes of connections that `owner` decides.

  /// Recorded by who has learned of it.
  bool is_learned() const { return with == owner; }
  bool operator==(const ConnectionSet&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(with, owner, change);
  }
};

/// Two members are connected no more. As `ConnectionSet`.
struct ConnectionRemoved {
  static constexpr EventType type{.number = 121, .name = "member.connection_removed", .version = 1};

  MemberId with{};
  MemberId owner{};
  std::uint64_t change = 0;

  bool is_learned() const { return with == owner; }
  bool operator==(const ConnectionRemoved&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(with, owner, change);
  }
};

/// Whether who is no connection may write to the member for free (D4.6); worth something only while
/// the member's plan is a premium one. Stream: the member.
struct OpenProfileSet {
  static constexpr EventType type{.number = 122, .name = "member.open_profile_set", .version = 1};

  bool on = false;

  bool operator==(const OpenProfileSet&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(on);
  }
};

/// The member wants no more of `sender` (D3.7 recipient.stop_scope). Stream: the member. Says all
/// that is stopped on account of this sender; an earlier one is replaced.
struct SenderStopped {
  static constexpr EventType type{.number = 123, .name = "member.sender_stopped", .version = 1};

  MemberId sender{};
  bool person = true;                   ///< The sender, whoever pays.
  std::vector<ContractId> contracts{};  ///< With all their seats. Sorted.

  bool operator==(const SenderStopped&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(sender, person, contracts);
  }
};

/// What was stopped on account of `sender` is not stopped any more.
struct SenderAllowed {
  static constexpr EventType type{.number = 124, .name = "member.sender_allowed", .version = 1};

  MemberId sender{};

  bool operator==(const SenderAllowed&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(sender);
  }
};

/// Which InMails the member takes from here on (D4.6). Stream: the member.
struct InboundRulesSet {
  static constexpr EventType type{.number = 130, .name = "member.inbound_rules_set", .version = 1};

  bool own = true;  ///< False: none of its own; what the policy says.
  InboundRules rules{};

  bool operator==(const InboundRulesSet&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(own, rules);
  }
};

/// The member's profile is another one. As `MemberRegistered`; replaces all that it said.
struct ProfileUpdated {
  static constexpr EventType type{.number = 131, .name = "member.profile_updated", .version = 1};

  Text display_name{};
  Text headline{};
  std::string locale{};
  bool public_profile = true;
  std::vector<std::string> lists{};

  bool operator==(const ProfileUpdated&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(display_name, headline, locale, public_profile, lists);
  }
};

/// A plan began to run (D4.3). Stream: who pays, a member or a contract. The first cycle begins at
/// the same instant, with a `CycleRenewed` of its own.
struct SubscriptionStarted {
  static constexpr EventType type{.number = 110, .name = "subscription.started", .version = 1};

  PlanKind plan = PlanKind::free;
  std::uint8_t anchor_day = 1;  ///< Day of the month, 1 to 31, on which cycles renew.

  bool operator==(const SubscriptionStarted&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(plan, anchor_day);
  }
};

/// The plan is another one from here on; what happens to the lots says `lot.on_plan_change`.
struct SubscriptionChanged {
  static constexpr EventType type{.number = 111, .name = "subscription.changed", .version = 1};

  PlanKind from = PlanKind::free;
  PlanKind to = PlanKind::free;
  std::uint8_t anchor_day = 1;  ///< Of the new plan's cycles, the first of which begins now.

  bool operator==(const SubscriptionChanged&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(from, to, anchor_day);
  }
};

/// The owner asked to end the plan; it runs until `ends_at` (D4.3 CancelPending).
struct SubscriptionCancelled {
  static constexpr EventType type{.number = 112, .name = "subscription.cancelled", .version = 1};

  Timestamp ends_at{};

  bool operator==(const SubscriptionCancelled&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ends_at);
  }
};

/// The plan has ended. What was left of its credits is voided by events right after this one.
struct SubscriptionEnded {
  static constexpr EventType type{.number = 113, .name = "subscription.ended", .version = 1};

  PlanKind plan = PlanKind::free;

  bool operator==(const SubscriptionEnded&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(plan);
  }
};

}  // namespace inmail
