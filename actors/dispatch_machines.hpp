#pragma once

#include <cstdint>
#include <span>

#include "actors/state_machine.hpp"

namespace inmail {

// The state machines of what has not left its author yet (D4.1.1): of an InMail on its sender's
// side, and of a draft. Read off the author's state, which keeps what they need beside it.

enum class OutgoingState : std::uint8_t {
  none = 0,
  scheduled = 1,
  undoable = 2,   ///< Sent, and held back for a while.
  left = 3,       ///< Its recipient is to decide. The author does not keep it here.
  cancelled = 4,  ///< Likewise.
};

enum class OutgoingTrigger : std::uint8_t {
  schedule = 1,
  reschedule,
  cancel,
  send,
  dispatch,  ///< Its time has come, and no guard refuses.
  drop,      ///< A guard refuses, it follows what is no more to be followed, or its author is gone.
  undo,
  undo_ends,
};

struct OutgoingCase {
  Timestamp now{};
  Timestamp send_at{};         ///< As it is wished.
  bool has_undo_time = false;  ///< By the policy.
};

enum class DraftState : std::uint8_t { none = 0, kept = 1 };

enum class DraftTrigger : std::uint8_t {
  save_first = 1,
  save_again,
  discard,
  use,     ///< It becomes an InMail.
  expire,  ///< Nobody has touched it for long.
  close,   ///< Its author is gone.
};

struct DraftCase {
  bool is_enabled = true;
  std::int64_t drafts = 0;      ///< That the author has.
  std::int64_t drafts_max = 0;  ///< 0: no limit.
  std::uint32_t revision = 0;   ///< That is there.
  std::uint32_t seen = 0;       ///< That the author saw last.
};

using OutgoingEdge = Edge<OutgoingState, OutgoingTrigger, OutgoingCase>;
using DraftEdge = Edge<DraftState, DraftTrigger, DraftCase>;

std::span<const OutgoingEdge> outgoing_table();
std::span<const DraftEdge> draft_table();

/// Whether an order has an edge to go; why not, else.
Guard check_outgoing(OutgoingState state, OutgoingTrigger trigger, const OutgoingCase& the_case);
Guard check_draft(DraftState state, DraftTrigger trigger, const DraftCase& the_case);

}  // namespace inmail
