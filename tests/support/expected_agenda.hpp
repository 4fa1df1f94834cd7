#pragma once

#include "actors/contract.hpp"
#include "actors/member.hpp"
#include "actors/policy_keeper.hpp"
#include "actors/seat.hpp"

// What must stand on an agenda, read off the rest of the state and not off its history: a second
// opinion on what `evolve` keeps bit by bit.

namespace inmail::test {

inline void expect_account(const CreditAccount& account, Agenda& agenda) {
  for (const Lot& lot : account.lots)
    if (lot.available > 0 && lot.expires_at)
      agenda.insert(due(*lot.expires_at, DueKind::lot_expires, lot.id));
  if (!account.plan) return;
  if (account.ends_at)
    agenda.insert(due(*account.ends_at, DueKind::subscription_ends));
  else if (!account.past_due)
    agenda.insert(due(account.next_renewal_at, DueKind::cycle_renews));
}

inline void expect_received(const Received& inmail, Agenda& agenda) {
  const InMailId id = inmail.ref.inmail;
  const bool silent = inmail.response == ResponseState::none;
  const bool is_unopened = inmail.read == ReadState::unopened;
  const bool is_delivered = inmail.lifecycle == Lifecycle::delivered;
  const bool waits_to_expire = (is_delivered || inmail.lifecycle == Lifecycle::hidden) && silent &&
                               inmail.expires_from &&
                               (inmail.expiry_basis == ExpiryBasis::unanswered ||
                                (inmail.expiry_basis == ExpiryBasis::unopened && is_unopened));
  if (is_delivered && silent && inmail.remind_at)
    agenda.insert(due(*inmail.remind_at, DueKind::reminder, id));
  if (waits_to_expire) agenda.insert(due(*inmail.expires_from, DueKind::message_expires, id));
  const bool awaits_a_yes =
      inmail.charge == ChargeState::reserved && inmail.lifecycle != Lifecycle::under_way;
  if (inmail.charge != ChargeState::charged && !awaits_a_yes) return;
  if (inmail.no_response_from) {
    if (silent) agenda.insert(due(*inmail.no_response_from, DueKind::no_response_refund, id));
  } else if (inmail.refund_until) {
    const Timestamp closes = *inmail.refund_until + Milliseconds{1};
    const bool expiry_ends_it = !awaits_a_yes && waits_to_expire && *inmail.expires_from >= closes;
    if (!expiry_ends_it) agenda.insert(due(closes, DueKind::refund_window_closes, id));
  }
}

inline void expect_outbox(const Outbox& outbox, Agenda& agenda) {
  for (const auto& [id, sent] : outbox.undoable)
    agenda.insert(due(sent.until + Milliseconds{1}, DueKind::undo_ends, id));
  for (const auto& [id, each] : outbox.scheduled)
    agenda.insert(due(each.send_at, DueKind::scheduled_send, id));
}

inline void expect_drafts(const Drafts& drafts, Agenda& agenda) {
  for (const auto& [id, draft] : drafts)
    if (draft.expires_at) agenda.insert(due(*draft.expires_at, DueKind::draft_expires, id));
}

inline Agenda expected_agenda(const MemberState& member) {
  Agenda agenda;
  expect_account(member.account, agenda);
  expect_outbox(member.outbox, agenda);
  expect_drafts(member.drafts, agenda);
  for (const auto& [id, inmail] : member.received) expect_received(inmail, agenda);
  return agenda;
}

inline Agenda expected_agenda(const ContractState& contract) {
  Agenda agenda;
  expect_account(contract.account, agenda);
  return agenda;
}

inline Agenda expected_agenda(const SeatState& seat) {
  Agenda agenda;
  expect_outbox(seat.outbox, agenda);
  expect_drafts(seat.drafts, agenda);
  return agenda;
}
inline Agenda expected_agenda(const PolicyState&) { return {}; }

}  // namespace inmail::test
