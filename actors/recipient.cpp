#include "actors/recipient.hpp"

#include <algorithm>
#include <memory>
#include <type_traits>

#include "actors/footprint.hpp"
#include "actors/recipient_machines.hpp"

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
  const Switch is = as_switch(recipient.is_connected(e.with));
  const Switch to = as_switch(std::is_same_v<Change, ConnectionSet>);
  recipient.ties[e.with] = {.connected = step<Change>(connection_table(), is, to) == Switch::on,
                            .change = e.change};
  if (!e.is_learned()) recipient.changes = e.change;
}

/// What a wish comes to for a switch that stands so: no edge and no refusal: it stands already.
struct Wish {
  bool is_new = false;
  Guard refusal{};
};

Wish wish(std::span<const SwitchEdge> table, bool is_on, SwitchTrigger trigger,
          const SwitchCase& the_case = {}) {
  const auto way = way_from(table, as_switch(is_on), trigger, the_case);
  return {way.edge != nullptr, way.refusal};
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
  const Wish open_profile =
      wish(open_profile_table(), recipient.open_profile,
           opens ? SwitchTrigger::turn_on : SwitchTrigger::turn_off, {.is_premium = is_premium});
  if (open_profile.refusal) return {{}, open_profile.refusal};

  Decision decision;
  const auto takes = way_from(preference_table(), recipient.preference, command.inmail, {});
  if (takes.edge != nullptr) decision.events.emplace_back(PreferenceChanged{command.inmail});
  if (open_profile.is_new) decision.events.emplace_back(OpenProfileSet{opens});
  return decision;
}

Decision block(const Recipient& recipient, const BlockMember& command) {
  const Wish made = wish(block_table(), recipient.blocked.contains(command.blocked),
                         SwitchTrigger::turn_on, {.is_other = command.blocked != command.member});
  if (made.refusal || !made.is_new) return {{}, made.refusal};

  return Decision::happened(MemberBlocked{command.blocked});
}

Decision unblock(const Recipient& recipient, const UnblockMember& command) {
  const bool is_blocked = recipient.blocked.contains(command.blocked);
  if (!wish(block_table(), is_blocked, SwitchTrigger::turn_off).is_new) return Decision::accept();

  return Decision::happened(MemberUnblocked{command.blocked});
}

Decision stop_sender(const Recipient& recipient, const StopSender& command,
                     std::set<ContractId> writes_from, StopScope scope) {
  Stop stop{.person = scope != StopScope::contract || writes_from.empty(), .contracts = {}};
  if (scope != StopScope::sender) stop.contracts = std::move(writes_from);
  const auto known = recipient.stops.find(command.sender);
  const bool is_stopped = known != recipient.stops.end();
  if (is_stopped) {
    stop.person = stop.person || known->second.person;
    stop.contracts.insert(known->second.contracts.begin(), known->second.contracts.end());
  }
  const Wish made = wish(stop_table(), is_stopped, SwitchTrigger::turn_on,
                         {.is_other = command.sender != command.member,
                          .is_wider = !is_stopped || stop != known->second});
  if (made.refusal && made.refusal->code == Rejection::not_allowed) return {{}, made.refusal};
  if (!made.is_new) return Decision::accept();

  return Decision::happened(
      SenderStopped{command.sender, stop.person, {stop.contracts.begin(), stop.contracts.end()}});
}

Decision allow_sender(const Recipient& recipient, const AllowSender& command) {
  const bool is_stopped = recipient.stops.contains(command.sender);
  if (!wish(stop_table(), is_stopped, SwitchTrigger::turn_off).is_new) return Decision::accept();

  return Decision::happened(SenderAllowed{command.sender});
}

Decision set_inbound_rules(const Recipient& recipient, const SetInboundRules& command) {
  const auto wished = command.own ? std::optional(command.rules) : std::nullopt;
  if (recipient.rules == wished) return Decision::accept();

  return Decision::happened(InboundRulesSet{.own = command.own, .rules = command.rules});
}

Decision set_connection(const Recipient& recipient, const SetConnection& command, bool exists) {
  const auto [owner, other] = std::minmax(command.a, command.b);
  const Wish made = wish(connection_table(), recipient.is_connected(other), SwitchTrigger::turn_on,
                         {.is_other = command.a != command.b, .exists = exists});
  // Also where the two are connected: the other one may be gone.
  if (!made.refusal && !exists) return Decision::reject(Rejection::unknown_target);
  if (made.refusal || !made.is_new) return {{}, made.refusal};

  return change_connection<ConnectionSet>(recipient, owner, other);
}

Decision remove_connection(const Recipient& recipient, const RemoveConnection& command) {
  const auto [owner, other] = std::minmax(command.a, command.b);
  const bool is_connected = recipient.is_connected(other);
  if (!wish(connection_table(), is_connected, SwitchTrigger::turn_off).is_new)
    return Decision::accept();

  return change_connection<ConnectionRemoved>(recipient, owner, other);
}

std::vector<Event> learn_connection(const Recipient& recipient, const Notice& notice) {
  if (const auto* set = std::get_if<ConnectionSet>(&*notice.event)) return learn(recipient, *set);
  return learn(recipient, std::get<ConnectionRemoved>(*notice.event));
}

Admission admission_of(const Recipient& recipient) {
  return {
      .preference = recipient.preference,
      .open_profile = recipient.open_profile,
      .public_profile = recipient.public_profile,
      .lists = shared_if_any(recipient.lists),
      .blocked = shared_if_any(recipient.blocked),
      .stopped = stopped_by(recipient),
      .connections = connections_of(recipient),
      .rules = recipient.rules ? std::make_shared<const InboundRules>(*recipient.rules) : nullptr};
}

void evolve(Recipient& recipient, const MemberRegistered& e) {
  recipient.public_profile = e.public_profile;
  recipient.lists = e.lists;
}
void evolve(Recipient& recipient, const ProfileUpdated& e) {
  recipient.public_profile = e.public_profile;
  recipient.lists = e.lists;
}
void evolve(Recipient& recipient, const InboundRulesSet& e) {
  recipient.rules = e.own ? std::optional(e.rules) : std::nullopt;
}
void evolve(Recipient& recipient, const MemberErased&) {
  Recipient left;
  left.ties = std::move(recipient.ties);
  left.changes = recipient.changes;
  recipient = std::move(left);
}
void evolve(Recipient& recipient, const PreferenceChanged& e) {
  recipient.preference =
      step<PreferenceChanged>(preference_table(), recipient.preference, e.inmail);
}
void evolve(Recipient& recipient, const OpenProfileSet& e) {
  const Switch is = as_switch(recipient.open_profile);
  recipient.open_profile =
      step<OpenProfileSet>(open_profile_table(), is, as_switch(e.on)) == Switch::on;
}
void evolve(Recipient& recipient, const MemberBlocked& e) {
  (void)step<MemberBlocked>(block_table(), as_switch(recipient.blocked.contains(e.target)));
  recipient.blocked.insert(e.target);
}
void evolve(Recipient& recipient, const MemberUnblocked& e) {
  (void)step<MemberUnblocked>(block_table(), as_switch(recipient.blocked.contains(e.target)));
  recipient.blocked.erase(e.target);
}
void evolve(Recipient& recipient, const SenderStopped& e) {
  (void)step<SenderStopped>(stop_table(), as_switch(recipient.stops.contains(e.sender)));
  recipient.stops[e.sender] = {e.person, {e.contracts.begin(), e.contracts.end()}};
}
void evolve(Recipient& recipient, const SenderAllowed& e) {
  (void)step<SenderAllowed>(stop_table(), as_switch(recipient.stops.contains(e.sender)));
  recipient.stops.erase(e.sender);
}
void evolve(Recipient& recipient, const ConnectionSet& e) { change_tie(recipient, e); }
void evolve(Recipient& recipient, const ConnectionRemoved& e) { change_tie(recipient, e); }

}  // namespace inmail
