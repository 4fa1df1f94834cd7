#include "actors/credit_transfer.hpp"

#include <algorithm>

#include "actors/calendar.hpp"

namespace inmail {
namespace {

/// "within 6 months" (C1).
constexpr int months_transferable = 6;

bool may_move(const Lot& lot, Timestamp now) {
  return lot.available > 0 &&
         now < months_later(lot.granted_at, months_transferable, day_of_month(lot.granted_at));
}

const Lot& lot_of(const CreditAccount& account, LotId id) {
  return *std::find_if(account.lots.begin(), account.lots.end(),
                       [&](const Lot& lot) { return lot.id == id; });
}

/// A lot for each part. What has died on its way dies again, on record.
void grant_parts(const CreditAccount& account, const TransferParts& parts, const Context& context,
                 std::vector<Event>& events) {
  const Policy& policy = context.policy();
  const bool is_lost =
      !account.plan && account.has_ended && policy.lot.on_cancel_subscription != OnCancel::keep;
  LotId lot = account.next_lot;
  std::vector<Event> losses;
  for (const TransferPart& part : parts) {
    events.push_back(CreditsGranted{
        .lot = lot, .kind = LotKind::adjust, .amount = part.amount, .expires_at = part.expires_at});
    if (part.expires_at && *part.expires_at <= context.now)
      losses.push_back(CreditsExpired{lot, part.amount});
    else if (is_lost)
      losses.push_back(CreditsVoided{lot, part.amount, VoidReason::subscription_ended});
    ++lot.value;
  }
  events.insert(events.end(), losses.begin(), losses.end());
}

}  // namespace

Decision transfer_credits(const CreditAccount& account, const TransferCredits& command,
                          const Context& context) {
  const Policy& policy = context.policy();
  if (!policy.lot.transferable) return Decision::reject(Rejection::transfer_disabled);
  if (account.has_lapsed()) return Decision::reject(Rejection::subscription_ended);
  CreditAccount movable = account;
  std::erase_if(movable.lots, [&](const Lot& lot) { return !may_move(lot, context.now); });
  const auto splits = splits_for(movable, command.credits, policy);
  if (!splits)
    return Decision::reject(Rejection::not_transferable, command.credits,
                            static_cast<std::int64_t>(movable.available()));

  CreditsTransferred transferred{transfer_of(context.id), command.to, {}, command.approver};
  std::vector<Event> voids;
  for (const LotSplit& split : *splits) {
    transferred.parts.push_back({split.amount, lot_of(account, split.lot).expires_at});
    voids.push_back(CreditsVoided{split.lot, split.amount, VoidReason::transferred});
  }
  Decision decision = Decision::happened(std::move(transferred));
  decision.events.insert(decision.events.end(), voids.begin(), voids.end());
  return decision;
}

std::vector<Event> receive_transfer(const CreditAccount& account, const Notice& notice,
                                    const Context& context) {
  const auto& sent = std::get<CreditsTransferred>(*notice.event);
  if (account.transfers.contains(sent.transfer)) return {};
  const bool is_taken = account.plan.has_value();
  std::vector<Event> events{TransferReceived{sent.transfer, notice.from, sent.parts, is_taken}};
  if (is_taken) grant_parts(account, sent.parts, context, events);
  return events;
}

std::vector<Event> take_back_transfer(const CreditAccount& account, const Notice& notice,
                                      const Context& context) {
  const auto& refused = std::get<TransferReceived>(*notice.event);
  if (!account.transfers.contains(refused.transfer)) return {};
  std::vector<Event> events{TransferReturned{refused.transfer, refused.parts}};
  grant_parts(account, refused.parts, context, events);
  return events;
}

void evolve(CreditAccount& account, Agenda&, const CreditsTransferred& e) {
  invariant(account.transfers.insert(e.transfer).second, "credits leave once");
}

void evolve(CreditAccount& account, Agenda&, const TransferReceived& e) {
  invariant(account.transfers.insert(e.transfer).second, "credits arrive once");
}

void evolve(CreditAccount& account, Agenda&, const TransferReturned& e) {
  invariant(account.transfers.erase(e.transfer) == 1, "credits come back that have left");
}

}  // namespace inmail
