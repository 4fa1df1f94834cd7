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
  cancel_pending = 2,  ///< Runs until the end that is set.
  ended = 3,
};

enum class SubscriptionTrigger : std::uint8_t {
  start = 1,
  change,
  cancel,
  renew,    ///< With the cycle.
  run_out,  ///< At its end, or at once where the policy says so.
  close,    ///< Its owner is gone.
};

struct SubscriptionCase {};

using SubscriptionEdge = Edge<SubscriptionState, SubscriptionTrigger, SubscriptionCase>;
std::span<const SubscriptionEdge> subscription_table();

SubscriptionState subscription_of(const CreditAccount& account);

/// Whether an order has an edge to go; why not, else.
Guard check_subscription(const CreditAccount& account, SubscriptionTrigger trigger);

/// Makes the change of an event, which must lead where the table says.
template <class Event, class Change>
void go(CreditAccount& account, const Event&, Change&& change) {
  const SubscriptionState to = step<Event>(subscription_table(), subscription_of(account));
  change();
  invariant(subscription_of(account) == to, "a subscription is where its event leads");
}

}  // namespace inmail
