#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "events/event.hpp"
#include "events/ids.hpp"
#include "events/policy.hpp"
#include "events/record.hpp"
#include "events/rejection.hpp"

namespace inmail {

/// The kinds of things that fall due, in the order of D3.13 for one instant.
enum class DueKind : std::uint8_t {
  lot_expires = 10,
  undo_ends = 20,
  no_response_refund = 21,
  refund_window_closes = 22,
  message_expires = 23,
  subscription_ends = 30,
  cycle_renews = 40,
  scheduled_send = 60,  ///< Not settled, but dispatched: it has to look at others.
  reminder = 70,
  draft_expires = 80,
};

/// Something that a state does by itself at an instant. Sorted as it must happen.
struct Due {
  Timestamp at{};
  DueKind kind = DueKind::lot_expires;
  std::array<std::uint8_t, 16>
      subject{};  ///< An InMail's id, or a lot's number in the last 8 bytes.

  auto operator<=>(const Due&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(at, kind, subject);
  }
};

/// All that a state will do by itself, soonest first. Part of the state, kept by `evolve`.
using Agenda = std::set<Due>;

inline Due due(Timestamp at, DueKind kind) { return {at, kind, {}}; }
inline Due due(Timestamp at, DueKind kind, const InMailId& inmail) {
  return {at, kind, inmail.bytes};
}
inline Due due(Timestamp at, DueKind kind, const DraftId& draft) { return {at, kind, draft.bytes}; }
inline Due due(Timestamp at, DueKind kind, LotId lot) {
  Due result{at, kind, {}};
  for (std::size_t i = 0; i < 8; ++i)
    result.subject[8 + i] = static_cast<std::uint8_t>(lot.value >> (56 - 8 * i));
  return result;
}

/// Windows are inclusive, so what closes one is due a millisecond after its end (D3.13).
inline constexpr Milliseconds just_after{1};

/// The command behind what falls due; zero where it is only the time. What carries out an InMail
/// has the InMail's own command behind it, whoever does it.
inline CommandId cause_of(const Due& due) {
  return due.kind == DueKind::undo_ends ? CommandId{due.subject} : CommandId{};
}

/// The first that a state can do by itself at `now`; nothing: there is none.
inline std::optional<Due> next_to_settle(const Agenda& agenda, Timestamp now) {
  for (const Due& each : agenda) {
    if (each.at > now) break;
    if (each.kind != DueKind::scheduled_send) return each;
  }
  return std::nullopt;
}

/// The first InMail whose time to be sent has come by `now`.
inline std::optional<InMailId> next_to_dispatch(const Agenda& agenda, Timestamp now) {
  for (const Due& each : agenda) {
    if (each.at > now) break;
    if (each.kind == DueKind::scheduled_send) return InMailId{each.subject};
  }
  return std::nullopt;
}

/// Every policy document a store has adopted, by version. Immutable; a new one replaces it whole.
struct PolicyBook {
  std::vector<std::shared_ptr<const Policy>> versions{};  ///< Version 1 first.

  PolicyVersion current() const { return PolicyVersion{versions.size()}; }
  const Policy& at(PolicyVersion version) const {
    invariant(version.value >= 1 && version.value <= versions.size(), "a policy version exists");
    return *versions[version.value - 1];
  }
};

/// What one seat of a contract has written to a member: its last InMail that was delivered.
struct Outreach {
  InMailId inmail{};
  Timestamp at{};       ///< It was sent.
  bool active = false;  ///< It waits for an answer, or its thread is open.

  bool operator==(const Outreach&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, at, active);
  }
};

/// By contract and by seat.
using OutreachMap = std::map<ContractId, std::map<SeatId, Outreach>>;

/// How many InMails have come to a member in the day of the last one (since 1970, in UTC), and in
/// the week of that day.
struct Arrivals {
  std::int32_t day = 0;
  std::uint32_t in_day = 0;
  std::uint32_t in_week = 0;

  bool operator==(const Arrivals&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(day, in_day, in_week);
  }
};

/// What a recipient lets others know, published by its actor whenever it changes. May be stale: the
/// recipient looks again at delivery.
struct Admission {
  bool exists = false;
  bool is_erased = false;  ///< And so does not exist any more.
  bool is_premium = false;
  std::optional<PlanKind> plan{};  ///< Nothing: none runs.
  bool is_linked = false;          ///< Spends from another member's pool.
  InMailPreference preference = InMailPreference::on;
  bool open_profile = false;
  bool public_profile = true;
  bool inbox_full = false;  ///< And the policy rejects what would come into it.
  std::shared_ptr<const std::vector<std::string>> lists{};  ///< Null, as below: none.
  std::shared_ptr<const std::set<MemberId>> blocked{};
  std::shared_ptr<const std::set<StreamId>> stopped{};  ///< Senders, and contracts.
  std::shared_ptr<const std::set<MemberId>> connections{};
  std::shared_ptr<const OutreachMap> outreach{};  ///< Of a contract only its own seats may learn.
  std::shared_ptr<const InboundRules> rules{};    ///< Of its own.
  Arrivals arrivals{};                            ///< Kept up to date where a quota counts them.
  Version version{};                              ///< Of the recipient's stream.

  bool blocks(MemberId member) const { return blocked && blocked->contains(member); }
  /// A member who writes on the credits of `pool`. A stop of a person does not reach those who are
  /// linked to their pool.
  bool stops(MemberId member, StreamId pool) const {
    const bool by_contract = pool.kind() == StreamKind::contract;
    return stopped && (stopped->contains(member) || (by_contract && stopped->contains(pool)));
  }
  bool is_connected(MemberId member) const { return connections && connections->contains(member); }
};

/// Why a command was refused, with the numbers that were compared where the code compares.
struct Refusal {
  Rejection code{};
  std::int64_t limit = 0;
  std::int64_t actual = 0;

  bool operator==(const Refusal&) const = default;
};

/// What the owner of the pool has said to another stream that wants to send on it.
struct PoolAnswer {
  /// So many credits were set aside, perhaps none; nothing: the sender has only asked.
  std::optional<std::uint32_t> reserved{};
  std::uint32_t cycle = 0;           ///< That is running.
  std::optional<Refusal> refusal{};  ///< By the first of the guards that are the pool's.

  bool operator==(const PoolAnswer&) const = default;
};

/// All that a decision may look at besides the state and the command. One snapshot per decision.
struct Context {
  Timestamp now{};
  PolicyVersion version{};
  const PolicyBook* policies = nullptr;
  Principal asked_by{};
  CommandId id{};
  const Admission* recipient = nullptr;  ///< Of the command's other member, where one is looked at.
  const Admission* author = nullptr;     ///< Of who wrote what a seat dispatches.
  std::optional<PoolAnswer> pool{};      ///< Of another stream, to this send, if it was asked.
  bool seat_is_open = false;  ///< Of the seat that a contract would add: some contract has it.

  const Policy& policy() const { return policies->at(version); }
};

/// The answer to a command: what happened, or why nothing did. No events and no refusal: accepted,
/// and there was nothing to change.
struct Decision {
  std::vector<Event> events{};
  std::optional<Refusal> refusal{};

  static Decision accept() { return {}; }
  template <class... Events>
  static Decision happened(Events&&... events) {
    Decision decision;
    (decision.events.emplace_back(std::forward<Events>(events)), ...);
    return decision;
  }
  static Decision reject(Rejection code, std::int64_t limit = 0, std::int64_t actual = 0) {
    return {{}, Refusal{code, limit, actual}};
  }
};

/// A ladder of guards ends at the first refusal.
using Guard = std::optional<Refusal>;
inline Guard pass() { return std::nullopt; }
inline Guard refuse(Rejection code, std::int64_t limit = 0, std::int64_t actual = 0) {
  return Refusal{code, limit, actual};
}

/// What `evolve` may know of an event's record.
struct Stamp {
  Timestamp at{};  ///< When it came true: `due_at`.
  Version version{};
  PolicyVersion policy{};
};

}  // namespace inmail
