#pragma once

#include <string>
#include <vector>

#include "actors/commands.hpp"
#include "actors/decision.hpp"
#include "actors/notice.hpp"

namespace inmail {

/// The policy's own stream: which documents a store adopted, in order.
struct PolicyState {
  std::vector<std::string> documents;  ///< Version 1 first.
  Agenda agenda;                       ///< Empty: nothing of it falls due.

  bool operator==(const PolicyState&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(documents, agenda);
  }
};

/// The pure half of the actor that keeps the policy.
struct PolicyKeeper {
  using State = PolicyState;
  static constexpr StreamKind kind = StreamKind::policy;

  /// Adopting what is in force already changes nothing.
  static Decision decide(StreamId id, const State& state, const Command& command,
                         const Context& context);
  static std::vector<Event> on_notice(StreamId id, const State& state, const Notice& notice,
                                      const Context& context);
  static std::vector<Event> fall_due(StreamId id, const State& state, const Due& due,
                                     const Context& context);
  static void evolve(State& state, const Event& event, const Stamp& stamp);
  static std::size_t footprint(const State& state);
};

}  // namespace inmail
