#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "events/event.hpp"
#include "events/ids.hpp"

namespace inmail {

/// What an event asks of another stream (design 3, notices). Stored in keys: never renumber.
enum class NoticeKind : std::uint8_t {
  deliver = 1,      ///< InMailSent, or the end of its undo window -> recipient: deliver or fail it.
  confirm = 2,      ///< CreditReserved -> sender: sent, or release it.
  charge = 3,       ///< InMailDelivered -> pool owner, if it is not the sender: charge.
  release = 4,      ///< InMailFailed, InMailCancelled -> pool owner: release.
  settle = 5,       ///< The one end of a charge -> pool owner: refund or final.
  inform = 6,       ///< An outcome -> sender: the pair is free again, or the thread open.
  open_seat = 7,    ///< SeatAdded -> seat: open, or decline it.
  destroy_key = 8,  ///< MemberErased -> the member itself, once that is durable: destroy the key.
  connect = 9,      ///< A connection set or removed -> the other member: know it.
  reopen = 14,      ///< ConversationReopened -> sender: the thread is open again.
  destroy_received = 16,  ///< ReceivedErased -> as `destroy_key`, for what the member received.
  transfer = 20,          ///< CreditsTransferred -> the other pool: take them, or send them back.
  give_back = 21,         ///< TransferReceived, not taken -> the first pool: have them again.
  remove_seat = 22,       ///< SeatDeclined -> the contract that cannot have it: have it no more.
};

/// Names a notice for ever: one subject is never obliged twice in one kind.
struct NoticeKey {
  NoticeKind kind = NoticeKind::deliver;
  /// An InMail's or a transfer's id; or a member's number in the last 8 bytes; or a contract and a
  /// seat, which two contracts may want at once; or who owns a connection, and the number of the
  /// change, so that those of one owner come in their order.
  std::array<std::uint8_t, 16> subject{};

  auto operator<=>(const NoticeKey&) const = default;
};

NoticeKey notice_key(NoticeKind kind, const InMailId& inmail);
NoticeKey notice_key(NoticeKind kind, const TransferId& transfer);
NoticeKey notice_key(NoticeKind kind, ContractId contract, SeatId seat);
NoticeKey notice_key(NoticeKind kind, MemberId member);
/// Of a change of the connections that `owner` decides.
NoticeKey notice_key(MemberId owner, std::uint64_t change);

/// An open duty: `target` must come to record the event that settles `key`.
struct Obligation {
  NoticeKey key;
  StreamId target;
};

/// What `event`, recorded in `stream`, obliges others to do. A pure function, and the only place
/// that says so: actors send these on, the notices view keeps them, recovery sends them again.
std::vector<Obligation> obligations_of(StreamId stream, const Event& event);

/// Which notices `event`, recorded in `stream`, settles.
std::vector<NoticeKey> settled_by(StreamId stream, const Event& event);

}  // namespace inmail
