#pragma once

#include <vector>

#include "actors/credit_account.hpp"
#include "actors/decision.hpp"
#include "actors/reserve.hpp"

namespace inmail {

// What the owner of a pool answers another stream that sends on it: a contract its seats, a member
// those who are linked to it. Pure; each adds the guards that only it knows.

/// Guard 5 of D5.2, by the pool's plan.
Guard check_plan(const CreditAccount& account, const Reserve& question, const Policy& policy);
/// Guard 8, how far the two are apart.
Guard check_degree(const CreditAccount& account, const Reserve& question, const Policy& policy);
/// Guard 17, if the question wants to hold credits; then `CreditReserved`. No events: it is
/// reserved already, costs nothing, or is not to be held. Requires: nothing is reserved for it at
/// another cost.
Decision set_aside(const CreditAccount& account, const Reserve& question, const Context& context);
/// What the sender is told, where the owner has decided so.
PoolAnswer answer_to(const CreditAccount& account, const Reserve& question,
                     const Decision& decision);
/// Whether something is reserved for it at another cost.
bool holds_other_cost(const CreditAccount& account, const Reserve& question);
/// Then the price has changed since the sender asked first, and lost the answer: all goes back.
template <class Owner>
std::vector<Event> release_other_cost(const typename Owner::State& owner, const Reserve& question,
                                      const Context& context) {
  if (!holds_other_cost(owner.account, question)) return {};
  return Owner::release_unsent(owner, question.inmail, ReleaseReason::send_rejected, context);
}

}  // namespace inmail
