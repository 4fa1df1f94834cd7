#pragma once

#include <cstdint>
#include <span>

#include "actors/state_machine.hpp"
#include "events/terms.hpp"

namespace inmail {

// The state machines of a recipient's preferences (D4.6): one for whether InMail is taken, and
// switches. A wish for which there is no edge stands already, and is accepted.

enum class Switch : std::uint8_t { off = 0, on = 1 };
constexpr Switch as_switch(bool is_on) { return is_on ? Switch::on : Switch::off; }

enum class SwitchTrigger : std::uint8_t { turn_on = 1, turn_off, hear_on, hear_off };

/// What the guards look at.
struct SwitchCase {
  bool is_premium = false;
  bool is_other = true;  ///< Another member than the one whose switch it is.
  bool exists = true;
  bool is_wider = true;  ///< More is stopped than before.
};

struct NoCase {};

using PreferenceEdge = Edge<InMailPreference, InMailPreference, NoCase>;
using SwitchEdge = Edge<Switch, SwitchTrigger, SwitchCase>;

/// The trigger is what is wished.
std::span<const PreferenceEdge> preference_table();
std::span<const SwitchEdge> open_profile_table();
std::span<const SwitchEdge> block_table();       ///< Of one member.
std::span<const SwitchEdge> stop_table();        ///< Of one sender.
std::span<const SwitchEdge> connection_table();  ///< To one member.

}  // namespace inmail
