#pragma once

#include <optional>
#include <vector>

#include "actors/received.hpp"

namespace inmail {

// What an InMail's charge comes to, by the policy under which it was sent (D3.4, D4.1.4).

bool refunds_a_response(const RefundPolicy& refund);
/// Whether a credit can come back until the refund window closes: by an answer, a block, or the
/// recipient's end.
bool refunds_in_window(const RefundPolicy& refund);
bool refunds_silence(const RefundPolicy& refund);
bool refunds_an_expiry(const Policy& policy);
std::uint32_t refund_amount(const RefundPolicy& refund, std::uint32_t cost, RefundOn reason);

/// When silence ends a charge whose clock started at `clock`, if it does.
std::optional<Timestamp> silence_ends_at(const Policy& policy, std::uint32_t cost, Timestamp clock);

/// Whether it expires, if nothing happens before.
bool may_expire(const Received& inmail);
/// When silence makes the charge final: with the refund window, unless an expiry comes later and
/// ends the charge itself. What waits to be accepted waits no longer than its own time.
std::optional<Due> final_due(const Received& inmail);

/// Whether only its expiry unopened could still have given the credit back, and now cannot.
bool opening_ends_charge(const Received& inmail, const Opened& opened, Timestamp now);

/// The open charges of one sender that an answer to `answered` ends all at once, in the order they
/// were sent (D4.1.4).
std::vector<const Received*> ended_together(const ReceivedMap& received, const Received& answered,
                                            const Context& context);
/// How an answer to one of `together` ends the charge of `each` of them. An automatic one is judged
/// as such, whatever its kind.
End end_by_answer(const std::vector<const Received*>& together, const Received& each,
                  InboxTrigger trigger, const Respond& answer, const Context& context);

/// The charges of `sender`, or of everybody, that come back by `trigger`, a block or the
/// recipient's end, where the policy of the send says so (`refund.on`). Nothing else ends.
std::vector<Event> charges_ended_by(InboxTrigger trigger, const ReceivedMap& received,
                                    std::optional<MemberId> sender, const Context& context);

}  // namespace inmail
