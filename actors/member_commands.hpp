#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/command_type.hpp"
#include "events/ids.hpp"
#include "events/inbound_rules.hpp"
#include "events/terms.hpp"
#include "events/text.hpp"

namespace inmail {

// Who somebody is, whom they know, and whom they let write to them.

/// A person joins. By: system.
struct RegisterMember {
  static constexpr CommandType type{.number = 1, .name = "register_member", .version = 1};

  MemberId member;
  Text display_name;
  Text headline;
  std::string locale;
  bool public_profile = true;
  std::vector<std::string> lists;  ///< On which the host has the member: "platform_staff" (D3.7).

  bool operator==(const RegisterMember&) const = default;
  StreamId target() const { return member; }
  MemberId author() const { return member; }
  void each_text(auto&& visit) {
    visit(TextField::display_name, display_name);
    visit(TextField::headline, headline);
  }
  void serialize(auto& archive) {
    archive(member, display_name, headline, locale, public_profile);
    archive.tail(lists);
  }
};

/// The whole profile anew; an empty text is none. By: system.
struct UpdateProfile {
  static constexpr CommandType type{.number = 52, .name = "update_profile", .version = 1};

  MemberId member;
  Text display_name;
  Text headline;
  std::string locale;
  bool public_profile = true;
  std::vector<std::string> lists;

  bool operator==(const UpdateProfile&) const = default;
  StreamId target() const { return member; }
  MemberId author() const { return member; }
  void each_text(auto&& visit) {
    visit(TextField::display_name, display_name);
    visit(TextField::headline, headline);
  }
  void serialize(auto& archive) {
    archive(member, display_name, headline, locale, public_profile, lists);
  }
};

/// The recipient's switches for InMail (D4.6). By: that member.
struct SetPreference {
  static constexpr CommandType type{.number = 2, .name = "set_preference", .version = 1};

  MemberId member;
  InMailPreference inmail = InMailPreference::on;
  std::optional<bool> open_profile;  ///< Nothing: stays as it is. On is for premium members only.

  bool operator==(const SetPreference&) const = default;
  StreamId target() const { return member; }
  void serialize(auto& archive) {
    archive(member, inmail);
    archive.tail(open_profile);
  }
};

/// Which InMails the member takes from now on, and how many (D3.7, D4.6). By: that member.
struct SetInboundRules {
  static constexpr CommandType type{.number = 51, .name = "set_inbound_rules", .version = 1};

  MemberId member;
  bool own = true;  ///< False: none of its own any more; what the policy says.
  InboundRules rules;

  bool operator==(const SetInboundRules&) const = default;
  StreamId target() const { return member; }
  void serialize(auto& archive) { archive(member, own, rules); }
};

/// By: that member. Blocking twice is fine.
struct BlockMember {
  static constexpr CommandType type{.number = 3, .name = "block_member", .version = 1};

  MemberId member;
  MemberId blocked;

  bool operator==(const BlockMember&) const = default;
  StreamId target() const { return member; }
  void serialize(auto& archive) { archive(member, blocked); }
};

/// By: that member.
struct UnblockMember {
  static constexpr CommandType type{.number = 4, .name = "unblock_member", .version = 1};

  MemberId member;
  MemberId blocked;

  bool operator==(const UnblockMember&) const = default;
  StreamId target() const { return member; }
  void serialize(auto& archive) { archive(member, blocked); }
};

/// No more InMails of `sender`, nor, as `recipient.stop_scope` says, of the contracts on whose
/// credits they came (S2: honour any stop request). By: that member.
struct StopSender {
  static constexpr CommandType type{.number = 8, .name = "stop_sender", .version = 1};

  MemberId member;
  MemberId sender;

  bool operator==(const StopSender&) const = default;
  StreamId target() const { return member; }
  void serialize(auto& archive) { archive(member, sender); }
};

/// Takes back all that was stopped on account of `sender`. By: that member.
struct AllowSender {
  static constexpr CommandType type{.number = 9, .name = "allow_sender", .version = 1};

  MemberId member;
  MemberId sender;

  bool operator==(const AllowSender&) const = default;
  StreamId target() const { return member; }
  void serialize(auto& archive) { archive(member, sender); }
};

/// Two members are connected; the host says so. Whichever is named first: the one with the lower
/// number decides, and the other learns it. By: system.
struct SetConnection {
  static constexpr CommandType type{.number = 6, .name = "set_connection", .version = 1};

  MemberId a;
  MemberId b;

  bool operator==(const SetConnection&) const = default;
  StreamId target() const { return std::min(a, b); }
  void serialize(auto& archive) { archive(a, b); }
};

/// By: system.
struct RemoveConnection {
  static constexpr CommandType type{.number = 7, .name = "remove_connection", .version = 1};

  MemberId a;
  MemberId b;

  bool operator==(const RemoveConnection&) const = default;
  StreamId target() const { return std::min(a, b); }
  void serialize(auto& archive) { archive(a, b); }
};

/// Destroys what a person wrote, with their profile, and closes the member for ever; what others
/// wrote to them stays theirs, unless `also_received`, which can be ordered later, too. Erasing
/// twice is fine. By: system.
///
/// When `reply` comes, the erasure is on record and nothing stops it any more; when `settled`
/// comes, the keys are destroyed.
struct EraseMember {
  static constexpr CommandType type{.number = 5, .name = "erase_member", .version = 1};

  MemberId member;
  bool also_received = false;  ///< Nobody can read any more what others wrote to the member.

  bool operator==(const EraseMember&) const = default;
  StreamId target() const { return member; }
  void serialize(auto& archive) {
    archive(member);
    archive.tail(also_received);
  }
};

}  // namespace inmail
