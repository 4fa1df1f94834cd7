#pragma once

#include <map>
#include <vector>

#include "actors/commands.hpp"
#include "actors/credit_account.hpp"
#include "actors/credit_forecast.hpp"
#include "actors/decision.hpp"
#include "actors/notice.hpp"
#include "actors/reserve.hpp"

namespace inmail {

/// A company's contract: one pool from which all its seats spend (S4).
struct ContractState {
  bool created = false;
  std::uint32_t seats_max = 0;
  std::map<SeatId, MemberId> seats;
  CreditAccount account;
  Agenda agenda;
  std::optional<std::uint32_t> seat_limit;  ///< Of every seat in a cycle; nothing: the policy's.
  std::map<SeatId, std::uint32_t> seat_limits;  ///< Of seats that have their own.
  /// InMails of a seat that count in this cycle no more, since refunds gave it back (D3.4).
  std::map<SeatId, std::uint32_t> restored;

  bool operator==(const ContractState&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(created, seats_max, seats, account, agenda, seat_limit, seat_limits, restored);
  }
};

/// The pure half of the contract's actor.
struct Contract {
  using State = ContractState;
  static constexpr StreamKind kind = StreamKind::contract;

  /// Nobody but the seat itself knows which contract has it: two that have both heard that none
  /// has may both add it. The seat then opens for one, and the other has `SeatRemoved`.
  static Decision decide(StreamId id, const State& state, const Command& command,
                         const Context& context);
  /// The holder of the seat that it would add.
  static std::optional<MemberId> looks_at(const State& state, const Command& command);
  /// The seat that it would add, if it has to be asked whether it is open.
  static std::optional<SeatId> asks(const State& state, const Command& command,
                                    const Context& context);
  /// Guards 4, 5, 8 (how far), 15 (the month) and, if the question wants to hold credits, 17 of
  /// D5.2; then `CreditReserved`, or, if it was reserved in an earlier cycle, `CountedInCycle`. No
  /// events: as of `set_aside`, with what that requires.
  static Decision reserve(const State& state, const Reserve& question, const Context& context);
  /// Adds to what a seat has foreseen of a send: the guards that are the contract's, and who pays.
  static SendForecast forecast(const State& state, SendForecast so_far, const Reserve& question,
                               const Context& context);
  /// What becomes of the credits by itself up to `until`; nothing of one who is not there.
  static std::optional<CreditForecast> foretell_credits(const State& state, const Context& context,
                                                        Timestamp until);
  /// The seat does not send after all. No events: nothing is reserved.
  static std::vector<Event> release_unsent(const State& state, const InMailId& inmail,
                                           ReleaseReason reason, const Context& context);
  static std::vector<Event> on_notice(StreamId id, const State& state, const Notice& notice,
                                      const Context& context);
  static std::vector<Event> fall_due(StreamId id, const State& state, const Due& due,
                                     const Context& context);
  static void evolve(State& state, const Event& event, const Stamp& stamp);
  /// About what a state holds of memory, beside its own object.
  static std::size_t footprint(const State& state);
};

}  // namespace inmail
