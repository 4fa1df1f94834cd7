#include "engine/deadline_actor.hpp"

namespace inmail {

bool DeadlineActor::receive(Mail mail) {
  invariant(std::holds_alternative<Wake>(mail.content), "the deadline actor is only woken");
  for (const DueStream& due : look_(clock_.now(), wakes_max)) wake_up_(due.stream);
  return true;
}

}  // namespace inmail
