#pragma once

#include <cstdint>
#include <span>

#include "actors/credit_account.hpp"
#include "actors/state_machine.hpp"

namespace inmail {

/// Where the subscription of an account stands (D4.3). Read off the account, which keeps the
/// numbers beside it.
enum class SubscriptionState : std::uint8_t {
  none = 0,
  active = 1,
  cancel_pending = 2,  ///< Runs until the end that is set, paid or not.
  ended = 3,
  trial = 4,     ///< Not paid for yet.
  past_due = 5,  ///< A payment is missing: nothing renews, nothing is spent.
};

enum class SubscriptionTrigger : std::uint8_t {
  start = 1,
  try_out,  ///< With the start.
  change,
  cancel,
  miss_payment,
  pay,
  renew,    ///< With the cycle; the first one ends a trial.
  run_out,  ///< At its end, or at once where the policy says so.
  close,    ///< Its owner is gone.
};

/// What its guards look at.
struct SubscriptionCase {
  bool in_trial = false;
  bool is_unpaid = false;
};

using SubscriptionEdge = Edge<SubscriptionState, SubscriptionTrigger, SubscriptionCase>;
std::span<const SubscriptionEdge> subscription_table();

SubscriptionState subscription_of(const CreditAccount& account);

/// Whether an order has an edge to go; why not, else.
Guard check_subscription(const CreditAccount& account, SubscriptionTrigger trigger);

/// Makes the change of an event, which must lead where the table says.
template <class Event, class Change>
void go(CreditAccount& account, const Event&, Change&& change) {
  const SubscriptionState from = subscription_of(account);
  change();
  step<Event>(subscription_table(), from, subscription_of(account));
}

}  // namespace inmail
