#include "actors/thread_machine.hpp"

#include "events/conversation_events.hpp"
#include "events/dispatch_events.hpp"
#include "events/inmail_events.hpp"
#include "events/inmail_sent.hpp"

namespace inmail {
namespace {

Guard can_reach(const ThreadCase& c) {
  if (c.is_barred) return refuse(Rejection::thread_unavailable);
  return c.other_exists ? pass() : refuse(Rejection::unknown_recipient);
}

Guard are_connected(const ThreadCase& c) {
  if (!c.is_connected) return refuse(Rejection::not_connected);
  return can_reach(c);
}

/// What stands in older logs and is not done any more.
Guard never(const ThreadCase&) { return refuse(Rejection::not_allowed); }

constexpr std::uint16_t sent = InMailSent::type.number;
constexpr std::uint16_t arrived = InMailDelivered::type.number;
constexpr std::uint16_t replied = Replied::type.number;
constexpr std::uint16_t cancelled = InMailCancelled::type.number;
constexpr std::uint16_t told = OutcomeReceived::type.number;
constexpr std::uint16_t wrote = MessageSent::type.number;
constexpr std::uint16_t reopened = ConversationReopened::type.number;

using enum ThreadState;
using enum ThreadTrigger;

constexpr ThreadEdge threads[] = {
    // Of the sender.
    {none, begin, always, sent, awaiting},
    {awaiting, answer, always, told, open},
    {awaiting, decline_silently, always, told, closed_silent},
    {awaiting, fail_or_retract, always, told, over},
    {awaiting, cancel, always, cancelled, over},
    {open, sender_writes, can_reach, wrote, open},
    {closed_silent, learn, always, reopened, open},
    // Of the recipient.
    {none, begin, always, arrived, awaiting},
    {awaiting, answer, always, replied, open},
    {awaiting, decline_silently, always, replied, closed_silent},
    {open, recipient_writes, can_reach, wrote, open},
    {closed_silent, recipient_writes, can_reach, reopened, open},
    {closed_silent, write_unheard, never, wrote, closed_silent},
    // Of either.
    {direct, connection_writes, are_connected, wrote, direct},
};

}  // namespace

std::span<const ThreadEdge> thread_table() { return threads; }

Refusal why_not(ThreadState thread) {
  switch (thread) {
    case awaiting: return {Rejection::awaiting_response};
    case closed_silent: return {Rejection::thread_closed_by_decline};
    case none:
    case over:
    case direct:
    case ThreadState::open: break;
  }
  return {Rejection::unknown_target};
}

Guard check_thread(ThreadState thread, ThreadTrigger trigger, const ThreadCase& the_case) {
  const auto way = way_from(thread_table(), thread, trigger, the_case);
  if (way.edge != nullptr) return pass();
  return way.refusal ? way.refusal : Guard{why_not(thread)};
}

}  // namespace inmail
