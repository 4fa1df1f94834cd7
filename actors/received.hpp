#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "actors/commands.hpp"
#include "actors/decision.hpp"
#include "actors/notice.hpp"
#include "events/inmail_events.hpp"

namespace inmail {

/// Where an InMail stands on the recipient's side (D4.1.1).
enum class Lifecycle : std::uint8_t { delivered = 1, failed = 2, expired = 3, retracted = 4 };

/// An InMail as its recipient's actor knows it: it owns what became of it.
struct Received {
  InMailRef ref{};
  PolicyVersion pinned{};
  Timestamp delivered_at{};
  Lifecycle lifecycle = Lifecycle::delivered;
  bool opened = false;
  std::optional<ReplyKind> response{};
  bool charge_open = false;  ///< A refund may still come; the pool's owner waits for the end.
  std::optional<Timestamp> refund_until{};
  std::optional<Timestamp> no_response_from{};
  std::optional<Timestamp> expires_from{};
  ExpiryBasis expiry_basis = ExpiryBasis::never;

  bool operator==(const Received&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, pinned, delivered_at, lifecycle, opened, response, charge_open, refund_until,
            no_response_from, expires_from, expiry_basis);
  }
};

using ReceivedMap = std::map<InMailId, Received>;

/// An InMail on its way in, as the event that obliges to deliver it tells.
struct Arrival {
  InMailRef ref{};
  PolicyVersion pinned{};
  bool from_premium = false;
};
Arrival arrival_of(const Notice& notice);

/// What the delivery asks again of the recipient (guards 6 and 7; IM3).
struct RecipientFacts {
  bool registered = false;
  bool available = false;  ///< For this sender.
};

/// An InMail arrives: into the inbox, or failed. No events if it arrived before.
std::vector<Event> deliver(const ReceivedMap& received, const RecipientFacts& recipient,
                           const Arrival& arrival, const Context& context);

Decision open_inmail(const ReceivedMap& received, const OpenInMail& command,
                     const Context& context);
Decision respond(const ReceivedMap& received, const Respond& command, const Context& context);
Decision retract(const ReceivedMap& received, const RetractInMail& command, const Context& context);

/// What happens when `due`, one of an InMail's own kinds, has come.
std::vector<Event> inmail_falls_due(const ReceivedMap& received, const Due& due,
                                    const Context& context);

/// Whether the recipient may write in the thread of an InMail that it received; nothing if it
/// received no such InMail from `command.to`.
std::optional<Guard> check_received_thread(const ReceivedMap& received, const SendMessage& command);

void evolve(ReceivedMap& received, Agenda& agenda, const InMailDelivered& e, const Stamp& stamp);
void evolve(ReceivedMap& received, const InMailFailed& e, const Stamp& stamp);
void evolve(ReceivedMap& received, Agenda& agenda, const Opened& e);
void evolve(ReceivedMap& received, Agenda& agenda, const Replied& e);
void evolve(ReceivedMap& received, Agenda& agenda, const Expired& e);
void evolve(ReceivedMap& received, Agenda& agenda, const InMailRetracted& e);
void evolve(ReceivedMap& received, Agenda& agenda, const RefundWindowClosed& e);

}  // namespace inmail
