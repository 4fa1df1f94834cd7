#pragma once

#include <cstdint>
#include <span>

#include "actors/state_machine.hpp"

namespace inmail {

/// Where a conversation stands for one of its two parties (D4.1.3). Its sender keeps it in the
/// outbox, its recipient with the InMail. Stored: never renumber.
enum class ThreadState : std::uint8_t {
  none = 0,
  awaiting = 1,
  open = 2,
  closed_silent = 3,  ///< Declined without a word: the sender may not go on in it.
  over = 4,           ///< Its InMail failed, or was retracted: the sender does not keep it.
  direct = 5,         ///< Between connections, without an InMail.
};

enum class ThreadTrigger : std::uint8_t {
  begin = 1,
  sender_writes,
  recipient_writes,
  connection_writes,
  answer,
  decline_silently,
  fail_or_retract,
  cancel,         ///< Before it was delivered.
  write_unheard,  ///< As a recipient did in earlier releases, of which the sender did not learn.
  learn,          ///< The sender, of what the recipient has written after a silent decline.
};

/// What stands between the two parties. Blocked and stopped are no states of a thread but lie over
/// all of them: once they are lifted, it is what it was.
struct ThreadCase {
  bool is_barred = false;
  bool other_exists = true;
  bool is_connected = false;
};

using ThreadEdge = Edge<ThreadState, ThreadTrigger, ThreadCase>;
std::span<const ThreadEdge> thread_table();

/// The answer to a message for which a thread has no edge. Nobody learns of a block by asking for
/// a thread in which they could not write anyway (D5.4 IT4; D5.2 has the other order).
Refusal why_not(ThreadState thread);

/// Whether a message may be written.
Guard check_thread(ThreadState thread, ThreadTrigger trigger, const ThreadCase& the_case);

}  // namespace inmail
