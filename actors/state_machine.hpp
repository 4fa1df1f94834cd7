#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "actors/decision.hpp"
#include "events/result.hpp"

namespace inmail {

// State machines as tables (D4). Both halves of an actor go by them: `decide` looks up the edge
// that a trigger takes and asks the guard that it names, `evolve` steps along the edge that an
// event has taken. So what is no row cannot happen. A command that finds none is refused; an event
// that claims one is a defect.

/// In `from`, on `trigger`, `event` happens if `guard` lets it, and leads to `to`.
template <class State, class Trigger, class Case>
struct Edge {
  State from;
  Trigger trigger;
  Guard (*guard)(const Case&);
  std::uint16_t event;  ///< The number of its type.
  State to;
};

/// A guard that lets everything through.
template <class Case>
Guard always(const Case&) {
  return pass();
}

/// What a trigger comes to: the edge, or why it cannot be gone. Neither: there is none.
template <class State, class Trigger, class Case>
struct Way {
  const Edge<State, Trigger, Case>* edge = nullptr;
  Guard refusal{};
};

/// Of the edges from `from` on `trigger`, the first whose guard lets it pass. If none does, the
/// first of them says why.
template <class State, class Trigger, class Case>
Way<State, Trigger, Case> way_from(std::span<const Edge<State, Trigger, Case>> table,
                                   std::type_identity_t<State> from,
                                   std::type_identity_t<Trigger> trigger,
                                   const std::type_identity_t<Case>& the_case) {
  Way<State, Trigger, Case> way;
  for (const auto& edge : table) {
    if (edge.from != from || edge.trigger != trigger) continue;
    const Guard refusal = edge.guard(the_case);
    if (!refusal) return {&edge, {}};
    if (!way.refusal) way.refusal = refusal;
  }
  return way;
}

/// Where an event leads that has one way from here.
template <class Event, class State, class Trigger, class Case>
State step(std::span<const Edge<State, Trigger, Case>> table, std::type_identity_t<State> from) {
  for (const auto& edge : table)
    if (edge.from == from && edge.event == Event::type.number) return edge.to;
  throw_defect("no edge leads from here: " + std::string(Event::type.name));
}

/// Where an event leads that says itself where it goes.
template <class Event, class State, class Trigger, class Case>
State step(std::span<const Edge<State, Trigger, Case>> table, std::type_identity_t<State> from,
           std::type_identity_t<State> to) {
  const bool is_edge = std::any_of(table.begin(), table.end(), [&](const auto& edge) {
    return edge.from == from && edge.event == Event::type.number && edge.to == to;
  });
  if (!is_edge) throw_defect("no edge leads from here to there: " + std::string(Event::type.name));
  return to;
}

}  // namespace inmail
