#include "events/obligations.hpp"

#include "events/result.hpp"

namespace inmail {
namespace {

/// The end of a charge goes to who owns the pool, unless there was nothing to end.
void add_settlement(std::vector<Obligation>& duties, const InMailRef& ref, ChargeEnd end) {
  if (end != ChargeEnd::none)
    duties.push_back({notice_key(NoticeKind::settle, ref.inmail), ref.pool});
}

void add_opening(std::vector<Obligation>& duties, ContractId contract, SeatId seat) {
  duties.push_back({notice_key(NoticeKind::open_seat, contract, seat), seat});
}

void add_removal(std::vector<Obligation>& duties, ContractId contract, SeatId seat) {
  duties.push_back({notice_key(NoticeKind::remove_seat, contract, seat), contract});
}

void put_big_endian(NoticeKey& key, std::size_t at, std::uint64_t value) {
  for (std::size_t i = 0; i < 8; ++i)
    key.subject[at + i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
}

NoticeKey key_of_number(NoticeKind kind, std::uint64_t number) {
  NoticeKey key{kind, {}};
  put_big_endian(key, 8, number);
  return key;
}

/// The owner of a connection tells the other one.
template <class Change>
void add_change(std::vector<Obligation>& duties, const Change& e) {
  if (!e.is_learned()) duties.push_back({notice_key(e.owner, e.change), e.with});
}

template <class Change>
void settle_change(std::vector<NoticeKey>& settled, const Change& e) {
  if (e.is_learned()) settled.push_back(notice_key(e.owner, e.change));
}

}  // namespace

NoticeKey notice_key(NoticeKind kind, const InMailId& inmail) { return {kind, inmail.bytes}; }
NoticeKey notice_key(NoticeKind kind, const TransferId& transfer) { return {kind, transfer.bytes}; }
NoticeKey notice_key(NoticeKind kind, MemberId member) { return key_of_number(kind, member.value); }

NoticeKey notice_key(NoticeKind kind, ContractId contract, SeatId seat) {
  NoticeKey key = key_of_number(kind, seat.value);
  put_big_endian(key, 0, contract.value);
  return key;
}

NoticeKey notice_key(MemberId owner, std::uint64_t change) {
  NoticeKey key{NoticeKind::connect, {}};
  put_big_endian(key, 0, owner.value);
  put_big_endian(key, 8, change);
  return key;
}

std::vector<Obligation> obligations_of(StreamId stream, const Event& event) {
  std::vector<Obligation> duties;
  std::visit(match{
                 [&](const InMailSent& e) {
                   if (!e.undo_until)
                     duties.push_back({notice_key(NoticeKind::deliver, e.inmail), e.to});
                 },
                 [&](const UndoWindowClosed& e) {
                   duties.push_back({notice_key(NoticeKind::deliver, e.inmail), e.to});
                 },
                 [&](const InMailCancelled& e) {
                   if (e.set_aside > 0 && e.pool != stream)
                     duties.push_back({notice_key(NoticeKind::release, e.inmail), e.pool});
                 },
                 [&](const CreditReserved& e) {
                   duties.push_back({notice_key(NoticeKind::confirm, e.inmail), e.sender});
                 },
                 [&](const InMailDelivered& e) {
                   if (e.ref.cost == 0 || e.accept_until) return;
                   if (e.ref.pool != e.ref.sender)
                     duties.push_back({notice_key(NoticeKind::charge, e.ref.inmail), e.ref.pool});
                   else if (!e.refundable)
                     add_settlement(duties, e.ref, ChargeEnd::final);
                 },
                 [&](const InMailFailed& e) {
                   if (e.ref.cost > 0)
                     duties.push_back({notice_key(NoticeKind::release, e.ref.inmail), e.ref.pool});
                   duties.push_back({notice_key(NoticeKind::inform, e.ref.inmail), e.ref.sender});
                 },
                 [&](const Replied& e) {
                   add_settlement(duties, e.ref, e.charge);
                   duties.push_back({notice_key(NoticeKind::inform, e.ref.inmail), e.ref.sender});
                 },
                 [&](const InMailRetracted& e) {
                   add_settlement(duties, e.ref, e.charge);
                   duties.push_back({notice_key(NoticeKind::inform, e.ref.inmail), e.ref.sender});
                 },
                 [&](const Expired& e) { add_settlement(duties, e.ref, e.charge); },
                 [&](const RefundWindowClosed& e) { add_settlement(duties, e.ref, e.charge); },
                 [&](const ChargeEnded& e) { add_settlement(duties, e.ref, e.charge); },
                 [&](const SeatAdded& e) { add_opening(duties, stream.contract(), e.seat); },
                 [&](const SeatDeclined& e) { add_removal(duties, e.contract, stream.seat()); },
                 [&](const MemberErased& e) {
                   duties.push_back({notice_key(NoticeKind::destroy_key, e.member), e.member});
                 },
                 [&](const ReceivedErased& e) {
                   duties.push_back({notice_key(NoticeKind::destroy_received, e.member), e.member});
                 },
                 [&](const ConversationReopened& e) {
                   if (!e.learned)
                     duties.push_back({notice_key(NoticeKind::reopen, e.conversation), e.sender});
                 },
                 [&](const CreditsTransferred& e) {
                   duties.push_back({notice_key(NoticeKind::transfer, e.transfer), e.to});
                 },
                 [&](const TransferReceived& e) {
                   if (!e.is_taken)
                     duties.push_back({notice_key(NoticeKind::give_back, e.transfer), e.from});
                 },
                 [&](const ConnectionSet& e) { add_change(duties, e); },
                 [&](const ConnectionRemoved& e) { add_change(duties, e); },
                 [](const auto&) {},
             },
             event);
  return duties;
}

std::vector<NoticeKey> settled_by(StreamId stream, const Event& event) {
  std::vector<NoticeKey> settled;
  std::visit(match{
                 [&](const InMailDelivered& e) {
                   settled.push_back(notice_key(NoticeKind::deliver, e.ref.inmail));
                 },
                 [&](const InMailFailed& e) {
                   settled.push_back(notice_key(NoticeKind::deliver, e.ref.inmail));
                 },
                 [&](const InMailSent& e) {
                   if (e.pool != stream)
                     settled.push_back(notice_key(NoticeKind::confirm, e.inmail));
                 },
                 [&](const InMailScheduled& e) {
                   if (e.pool != stream)
                     settled.push_back(notice_key(NoticeKind::confirm, e.inmail));
                 },
                 [&](const CreditReleased& e) {
                   settled.push_back(notice_key(NoticeKind::confirm, e.inmail));
                   settled.push_back(notice_key(NoticeKind::release, e.inmail));
                   settled.push_back(notice_key(NoticeKind::settle, e.inmail));
                 },
                 [&](const CreditCharged& e) {
                   settled.push_back(notice_key(NoticeKind::charge, e.inmail));
                   // For good: no end is still to come, or this is how it was told to end.
                   if (!e.refundable) settled.push_back(notice_key(NoticeKind::settle, e.inmail));
                 },
                 [&](const CreditRefunded& e) {
                   settled.push_back(notice_key(NoticeKind::settle, e.inmail));
                 },
                 [&](const ChargeFinalized& e) {
                   settled.push_back(notice_key(NoticeKind::settle, e.inmail));
                 },
                 [&](const OutcomeReceived& e) {
                   settled.push_back(notice_key(NoticeKind::inform, e.inmail));
                 },
                 [&](const SeatOpened& e) {
                   settled.push_back(notice_key(NoticeKind::open_seat, e.contract, stream.seat()));
                 },
                 [&](const SeatDeclined& e) {
                   settled.push_back(notice_key(NoticeKind::open_seat, e.contract, stream.seat()));
                 },
                 [&](const SeatRemoved& e) {
                   const ContractId contract = stream.contract();
                   settled.push_back(notice_key(NoticeKind::remove_seat, contract, e.seat));
                 },
                 [&](const MemberKeyDestroyed&) {
                   settled.push_back(notice_key(NoticeKind::destroy_key, stream.member()));
                 },
                 [&](const ReceivedKeyDestroyed&) {
                   settled.push_back(notice_key(NoticeKind::destroy_received, stream.member()));
                 },
                 [&](const ConversationReopened& e) {
                   if (e.learned) settled.push_back(notice_key(NoticeKind::reopen, e.conversation));
                 },
                 [&](const TransferReceived& e) {
                   settled.push_back(notice_key(NoticeKind::transfer, e.transfer));
                 },
                 [&](const TransferReturned& e) {
                   settled.push_back(notice_key(NoticeKind::give_back, e.transfer));
                 },
                 [&](const ConnectionSet& e) { settle_change(settled, e); },
                 [&](const ConnectionRemoved& e) { settle_change(settled, e); },
                 [](const auto&) {},
             },
             event);
  return settled;
}

}  // namespace inmail
