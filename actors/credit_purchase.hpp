#pragma once

#include "actors/commands.hpp"
#include "actors/credit_account.hpp"
#include "actors/decision.hpp"

namespace inmail {

// Credits that come and go beside the plan, by money or by an operator's hand (D3.11, D4.2). Pure,
// for members and contracts alike.

/// Guards in the order of D5.2. Whose plan has ended or is unpaid buys nothing: it would be void.
Decision purchase(const CreditAccount& account, const PurchaseCredits& command,
                  const Context& context);
/// Judged by the policy of the purchase. A chargeback voids what is there and is never refused.
Decision reverse_purchase(const CreditAccount& account, const ReversePurchase& command,
                          const Context& context);
Decision adjust_credits(const CreditAccount& account, const AdjustCredits& command,
                        const Context& context);

void evolve(CreditAccount& account, Agenda& agenda, const PurchaseRecorded& e, const Stamp& stamp);
void evolve(CreditAccount& account, Agenda& agenda, const PurchaseReversed& e);
/// What follows it changes the lots.
void evolve(CreditAccount& account, Agenda& agenda, const CreditsAdjusted& e);

}  // namespace inmail
