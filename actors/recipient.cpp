#include "actors/recipient.hpp"

#include <algorithm>
#include <memory>
#include <type_traits>

#include "actors/footprint.hpp"

namespace inmail {
namespace {

template <class Things>
std::shared_ptr<const Things> shared_if_any(Things things) {
  if (things.empty()) return nullptr;
  return std::make_shared<const Things>(std::move(things));
}

std::shared_ptr<const std::set<MemberId>> connections_of(const Recipient& recipient) {
  std::set<MemberId> connections;
  for (const auto& [member, tie] : recipient.ties)
    if (tie.connected) connections.insert(connections.end(), member);
  return shared_if_any(std::move(connections));
}

std::shared_ptr<const std::set<StreamId>> stopped_by(const Recipient& recipient) {
  std::set<StreamId> stopped;
  for (const auto& [sender, stop] : recipient.stops) {
    if (stop.person) stopped.insert(sender);
    stopped.insert(stop.contracts.begin(), stop.contracts.end());
  }
  return shared_if_any(std::move(stopped));
}

template <class Change>
Decision change_connection(const Recipient& recipient, MemberId owner, MemberId other) {
  return Decision::happened(Change{.with = other, .owner = owner, .change = recipient.changes + 1});
}

template <class Change>
void change_tie(Recipient& recipient, const Change& e) {
  constexpr bool connects = std::is_same_v<Change, ConnectionSet>;
  recipient.ties[e.with] = {.connected = connects, .change = e.change};
  if (!e.is_learned()) recipient.changes = e.change;
}

template <class Change>
std::vector<Event> learn(const Recipient& recipient, const Change& e) {
  const auto known = recipient.ties.find(e.owner);
  if (known != recipient.ties.end() && known->second.change >= e.change) return {};
  return {Change{.with = e.owner, .owner = e.owner, .change = e.change}};
}

}  // namespace

bool Recipient::is_connected(MemberId member) const {
  const auto found = ties.find(member);
  return found != ties.end() && found->second.connected;
}

std::size_t footprint(const Recipient& recipient) {
  return footprint_of(recipient.blocked) + footprint_of(recipient.stops, sizeof(ContractId)) +
         footprint_of(recipient.ties) + recipient.lists.capacity() * sizeof(std::string);
}

Decision set_preference(const Recipient& recipient, const SetPreference& command, bool is_premium) {
  const bool opens = command.open_profile.value_or(recipient.open_profile);
  const bool is_new = opens != recipient.open_profile;
  if (is_new && opens && !is_premium) return Decision::reject(Rejection::premium_required);

  Decision decision;
  if (command.inmail != recipient.preference)
    decision.events.emplace_back(PreferenceChanged{command.inmail});
  if (is_new) decision.events.emplace_back(OpenProfileSet{opens});
  return decision;
}

Decision block(const Recipient& recipient, const BlockMember& command) {
  if (command.blocked == command.member) return Decision::reject(Rejection::not_allowed);
  if (recipient.blocked.contains(command.blocked)) return Decision::accept();

  return Decision::happened(MemberBlocked{command.blocked});
}

Decision unblock(const Recipient& recipient, const UnblockMember& command) {
  if (!recipient.blocked.contains(command.blocked)) return Decision::accept();

  return Decision::happened(MemberUnblocked{command.blocked});
}

Decision stop_sender(const Recipient& recipient, const StopSender& command,
                     std::set<ContractId> writes_from, StopScope scope) {
  if (command.sender == command.member) return Decision::reject(Rejection::not_allowed);
  Stop stop{.person = scope != StopScope::contract || writes_from.empty(), .contracts = {}};
  if (scope != StopScope::sender) stop.contracts = std::move(writes_from);
  if (const auto known = recipient.stops.find(command.sender); known != recipient.stops.end()) {
    stop.person = stop.person || known->second.person;
    stop.contracts.insert(known->second.contracts.begin(), known->second.contracts.end());
    if (stop == known->second) return Decision::accept();
  }

  return Decision::happened(
      SenderStopped{command.sender, stop.person, {stop.contracts.begin(), stop.contracts.end()}});
}

Decision allow_sender(const Recipient& recipient, const AllowSender& command) {
  if (!recipient.stops.contains(command.sender)) return Decision::accept();

  return Decision::happened(SenderAllowed{command.sender});
}

Decision set_connection(const Recipient& recipient, const SetConnection& command, bool exists) {
  if (command.a == command.b) return Decision::reject(Rejection::not_allowed);
  if (!exists) return Decision::reject(Rejection::unknown_target);
  const auto [owner, other] = std::minmax(command.a, command.b);
  if (recipient.is_connected(other)) return Decision::accept();

  return change_connection<ConnectionSet>(recipient, owner, other);
}

Decision remove_connection(const Recipient& recipient, const RemoveConnection& command) {
  const auto [owner, other] = std::minmax(command.a, command.b);
  if (!recipient.is_connected(other)) return Decision::accept();

  return change_connection<ConnectionRemoved>(recipient, owner, other);
}

std::vector<Event> learn_connection(const Recipient& recipient, const Notice& notice) {
  if (const auto* set = std::get_if<ConnectionSet>(&*notice.event)) return learn(recipient, *set);
  return learn(recipient, std::get<ConnectionRemoved>(*notice.event));
}

Admission admission_of(const Recipient& recipient) {
  return {.preference = recipient.preference,
          .open_profile = recipient.open_profile,
          .public_profile = recipient.public_profile,
          .lists = shared_if_any(recipient.lists),
          .blocked = shared_if_any(recipient.blocked),
          .stopped = stopped_by(recipient),
          .connections = connections_of(recipient)};
}

void evolve(Recipient& recipient, const MemberRegistered& e) {
  recipient.public_profile = e.public_profile;
  recipient.lists = e.lists;
}
void evolve(Recipient& recipient, const MemberErased&) {
  Recipient left;
  left.ties = std::move(recipient.ties);
  left.changes = recipient.changes;
  recipient = std::move(left);
}
void evolve(Recipient& recipient, const PreferenceChanged& e) { recipient.preference = e.inmail; }
void evolve(Recipient& recipient, const OpenProfileSet& e) { recipient.open_profile = e.on; }
void evolve(Recipient& recipient, const MemberBlocked& e) { recipient.blocked.insert(e.target); }
void evolve(Recipient& recipient, const MemberUnblocked& e) { recipient.blocked.erase(e.target); }
void evolve(Recipient& recipient, const SenderStopped& e) {
  recipient.stops[e.sender] = {e.person, {e.contracts.begin(), e.contracts.end()}};
}
void evolve(Recipient& recipient, const SenderAllowed& e) { recipient.stops.erase(e.sender); }
void evolve(Recipient& recipient, const ConnectionSet& e) { change_tie(recipient, e); }
void evolve(Recipient& recipient, const ConnectionRemoved& e) { change_tie(recipient, e); }

}  // namespace inmail
