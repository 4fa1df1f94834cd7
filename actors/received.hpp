#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "actors/commands.hpp"
#include "actors/decision.hpp"
#include "actors/notice.hpp"
#include "actors/received_machines.hpp"
#include "actors/thread_machine.hpp"
#include "events/inmail_events.hpp"

namespace inmail {

/// An InMail as its recipient's actor knows it: it owns what became of it.
struct Received {
  InMailRef ref{};
  PolicyVersion pinned{};
  Timestamp delivered_at{};
  Lifecycle lifecycle = Lifecycle::under_way;
  ReadState read = ReadState::unopened;
  ResponseState response = ResponseState::none;
  ChargeState charge = ChargeState::reserved;
  ThreadState thread = ThreadState::none;
  std::optional<Timestamp> refund_until{};  ///< Or until when it may be accepted (`at_accept`).
  std::optional<Timestamp> no_response_from{};
  std::optional<Timestamp> expires_from{};
  ExpiryBasis expiry_basis = ExpiryBasis::never;
  std::optional<Timestamp> remind_at{};
  std::uint32_t reminders = 0;  ///< That were sent.
  std::uint32_t links = 0;
  Timestamp active_at{};  ///< Of arrival, answer, and what the recipient wrote since.
  bool is_listed = true;  ///< In the recipient's inbox, archived or not.

  bool operator==(const Received&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, pinned, delivered_at, lifecycle, read, response, charge, thread, refund_until,
            no_response_from, expires_from, expiry_basis, remind_at, reminders, links, active_at,
            is_listed);
  }

  bool is_charged() const { return charge == ChargeState::charged; }
  /// Here, and charged only when it is accepted.
  bool awaits_acceptance() const {
    return charge == ChargeState::reserved && lifecycle != Lifecycle::under_way;
  }
  bool is_answered() const { return response != ResponseState::none; }
};

using ReceivedMap = std::map<InMailId, Received>;

/// An InMail on its way in, as the event that obliges to deliver it tells.
struct Arrival {
  InMailRef ref{};
  PolicyVersion pinned{};
  bool from_premium = false;
  std::uint32_t links = 0;
};
Arrival arrival_of(const Notice& notice);

/// Null for one that never came. Also for a failed one, which is not here.
const Received* find_received(const ReceivedMap& received, const InMailId& id);

/// An InMail arrives: into the inbox, or failed. No events if it arrived before.
std::vector<Event> deliver(const ReceivedMap& received, const RecipientFacts& recipient,
                           const Arrival& arrival, const Context& context);

Decision open_inmail(const ReceivedMap& received, const OpenInMail& command,
                     const Context& context);
Decision follow_link(const ReceivedMap& received, const FollowLink& command,
                     const Context& context);
Decision respond(const ReceivedMap& received, const Respond& command, const Context& context);
Decision retract(const ReceivedMap& received, const RetractInMail& command, const Context& context);

/// What happens when `due`, one of an InMail's own kinds, has come.
std::vector<Event> inmail_falls_due(const ReceivedMap& received, const Due& due,
                                    const Context& context);

void evolve(ReceivedMap& received, Agenda& agenda, const InMailDelivered& e, const Stamp& stamp);
void evolve(ReceivedMap& received, const InMailFailed& e, const Stamp& stamp);
void evolve(ReceivedMap& received, Agenda& agenda, const Opened& e);
void evolve(ReceivedMap& received, Agenda& agenda, const LinkFollowed& e);
void evolve(ReceivedMap& received, Agenda& agenda, const Replied& e, const Stamp& stamp);
void evolve(ReceivedMap& received, Agenda& agenda, const Expired& e);
void evolve(ReceivedMap& received, Agenda& agenda, const InMailRetracted& e);
void evolve(ReceivedMap& received, Agenda& agenda, const InMailHiddenFromRecipient& e);
void evolve(ReceivedMap& received, Agenda& agenda, const RefundWindowClosed& e);
void evolve(ReceivedMap& received, Agenda& agenda, const ReminderSent& e);
void evolve(ReceivedMap& received, Agenda& agenda, const ChargeEnded& e);
/// The recipient has written in its thread.
void evolve(ReceivedMap& received, const MessageSent& e, const Stamp& stamp);
/// The recipient has written in the thread of an InMail, after a silent decline.
void evolve(ReceivedMap& received, const ConversationReopened& e);

/// Whoever is blocked, stopped or gone reminds the member of nothing any more.
void forget_reminders(ReceivedMap& received, Agenda& agenda, const MemberBlocked& e);
void forget_reminders(ReceivedMap& received, Agenda& agenda, const SenderStopped& e);
void forget_reminders(ReceivedMap& received, Agenda& agenda, const MemberErased& e);

}  // namespace inmail
