#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/commands.hpp"
#include "actors/decision.hpp"
#include "actors/notice.hpp"
#include "events/member_events.hpp"

namespace inmail {

/// What is known of the connection to another member. Who is connected no more is remembered, too:
/// a notice that comes again must change nothing.
struct Tie {
  bool connected = false;
  std::uint64_t change = 0;  ///< The last one, as the owner of the pair counts them.

  bool operator==(const Tie&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(connected, change);
  }
};

/// What is stopped on account of one sender.
struct Stop {
  bool person = false;
  std::set<ContractId> contracts;

  bool operator==(const Stop&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(person, contracts);
  }
};

/// What a member is to those who write to it: its switches, and whom it knows and wants. Part of
/// its state.
struct Recipient {
  InMailPreference preference = InMailPreference::on;
  bool open_profile = false;
  bool public_profile = true;
  std::vector<std::string> lists;
  std::set<MemberId> blocked;
  std::map<MemberId, Stop> stops;
  std::map<MemberId, Tie> ties;
  std::uint64_t changes = 0;          ///< Of connections, that this member has decided.
  std::optional<InboundRules> rules;  ///< Nothing: the policy's.

  bool operator==(const Recipient&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(preference, open_profile, public_profile, lists, blocked, stops, ties, changes, rules);
  }

  bool is_connected(MemberId member) const;
};

/// About how much memory it holds beside its own object.
std::size_t footprint(const Recipient& recipient);

// Decisions.

Decision set_preference(const Recipient& recipient, const SetPreference& command, bool is_premium);
Decision block(const Recipient& recipient, const BlockMember& command);
Decision unblock(const Recipient& recipient, const UnblockMember& command);
/// `writes_from`: the contracts on whose credits the sender has written to this member.
Decision stop_sender(const Recipient& recipient, const StopSender& command,
                     std::set<ContractId> writes_from, StopScope scope);
Decision allow_sender(const Recipient& recipient, const AllowSender& command);

Decision set_inbound_rules(const Recipient& recipient, const SetInboundRules& command);

/// For the owner of the pair. Requires: `exists` says whether the other one does.
Decision set_connection(const Recipient& recipient, const SetConnection& command, bool exists);
Decision remove_connection(const Recipient& recipient, const RemoveConnection& command);
/// The other one of the pair learns of a change. No events if it has.
std::vector<Event> learn_connection(const Recipient& recipient, const Notice& notice);

/// What others may know.
Admission admission_of(const Recipient& recipient);

void evolve(Recipient& recipient, const MemberRegistered& e);
/// Only what a notice that comes again must find is left of whom an erased member knew.
void evolve(Recipient& recipient, const MemberErased& e);
void evolve(Recipient& recipient, const PreferenceChanged& e);
void evolve(Recipient& recipient, const InboundRulesSet& e);
void evolve(Recipient& recipient, const ProfileUpdated& e);
void evolve(Recipient& recipient, const OpenProfileSet& e);
void evolve(Recipient& recipient, const MemberBlocked& e);
void evolve(Recipient& recipient, const MemberUnblocked& e);
void evolve(Recipient& recipient, const SenderStopped& e);
void evolve(Recipient& recipient, const SenderAllowed& e);
void evolve(Recipient& recipient, const ConnectionSet& e);
void evolve(Recipient& recipient, const ConnectionRemoved& e);

}  // namespace inmail
