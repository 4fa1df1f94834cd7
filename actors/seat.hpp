#pragma once

#include <set>
#include <vector>

#include "actors/commands.hpp"
#include "actors/decision.hpp"
#include "actors/drafts.hpp"
#include "actors/notice.hpp"
#include "actors/outbox.hpp"
#include "actors/own_views.hpp"
#include "actors/reserve.hpp"
#include "actors/seat_sends.hpp"
#include "actors/send_forecast.hpp"

namespace inmail {

/// A seat of a contract: sends in its holder's name on the contract's credits.
struct SeatState {
  bool open = false;
  ContractId contract{};
  MemberId holder{};
  SeatRole role = SeatRole::recruiter;
  Outbox outbox;
  OwnViews views;
  Agenda agenda;
  SeatSends sends;
  Drafts drafts;
  std::set<ContractId> declined;  ///< They have added it, too, and were told that they cannot.

  bool operator==(const SeatState&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(open, contract, holder, role, outbox, views, agenda, sends, drafts, declined);
  }
};

/// The pure half of the seat's actor.
struct Seat {
  using State = SeatState;
  static constexpr StreamKind kind = StreamKind::seat;

  /// A send needs its contract, to hear the guards that are the contract's, and for credits if all
  /// of its own pass: `needs_reservation` says so. With `context.pool` as the answer `decide`
  /// then runs again, whole, on the state of then.
  static Decision decide(StreamId id, const State& state, const Command& command,
                         const Context& context);
  static std::vector<Event> on_notice(StreamId id, const State& state, const Notice& notice,
                                      const Context& context);
  static std::vector<Event> fall_due(StreamId id, const State& state, const Due& due,
                                     const Context& context);
  /// What comes of an InMail whose time to be sent has come. Requires: it is scheduled, its author
  /// and its recipient were looked at, and `needs_reservation_for` asks nothing more.
  static std::vector<Event> dispatch(StreamId id, const State& state, const InMailId& inmail,
                                     const Context& context);
  static void evolve(State& state, const Event& event, const Stamp& stamp);
  /// About what a state holds of memory, beside its own object.
  static std::size_t footprint(const State& state);

  /// What a send would come to now, as far as the seat can tell; its contract adds the rest.
  static SendForecast forecast(const State& state, const SendInMail& command,
                               const Context& context);

  /// What its contract is asked about a send. Requires: the recipient was looked at.
  static Reserve question_of(StreamId id, const State& state, const SendInMail& command,
                             const Context& context);

  /// On whose credits it sends.
  static std::optional<StreamId> pool_of(const State& state) { return state.contract; }
  static std::optional<MemberId> looks_at(const State& state, const Command& command);
  /// Who has written what is to be dispatched: nobody sends in the name of who was erased.
  static MemberId author_of(const State& state, const InMailId& inmail);

  /// What the contract must be asked before `command` can be decided; nothing if it need not be, or
  /// if a guard refuses that comes before all of the contract's. A send that is doomed anyway asks
  /// without setting credits aside.
  static std::optional<Reserve> needs_reservation(StreamId id, const State& state,
                                                  const Command& command, const Context& context);
  /// The same for what is to be dispatched.
  static std::optional<Reserve> needs_reservation_for(StreamId id, const State& state,
                                                      const InMailId& inmail,
                                                      const Context& context);
};

}  // namespace inmail
