#include "actors/credit_machines.hpp"

namespace inmail {
namespace {

constexpr std::uint16_t started = SubscriptionStarted::type.number;
constexpr std::uint16_t tried = TrialStarted::type.number;
constexpr std::uint16_t changed = SubscriptionChanged::type.number;
constexpr std::uint16_t cancelled = SubscriptionCancelled::type.number;
constexpr std::uint16_t unpaid = SubscriptionPastDue::type.number;
constexpr std::uint16_t recovered = SubscriptionRecovered::type.number;
constexpr std::uint16_t renewed = CycleRenewed::type.number;
constexpr std::uint16_t over = SubscriptionEnded::type.number;

// What these refuse is answered by `check_subscription`.

Guard was_tried(const SubscriptionCase& c) {
  return c.in_trial ? pass() : refuse(Rejection::no_subscription);
}
Guard was_in_use(const SubscriptionCase& c) {
  return c.in_trial ? refuse(Rejection::no_subscription) : pass();
}
Guard is_unpaid(const SubscriptionCase& c) {
  return c.is_unpaid ? pass() : refuse(Rejection::no_subscription);
}

using enum SubscriptionState;
using enum SubscriptionTrigger;

constexpr SubscriptionEdge subscriptions[] = {
    {none, start, always, started, active},
    {ended, start, always, started, active},
    {active, try_out, always, tried, trial},
    {trial, change, always, changed, active},
    {active, change, always, changed, active},
    {past_due, change, always, changed, active},
    {cancel_pending, change, always, changed, active},
    {trial, cancel, always, cancelled, cancel_pending},
    {active, cancel, always, cancelled, cancel_pending},
    {past_due, cancel, always, cancelled, cancel_pending},
    {trial, miss_payment, always, unpaid, past_due},
    {active, miss_payment, always, unpaid, past_due},
    {past_due, pay, was_tried, recovered, trial},
    {past_due, pay, was_in_use, recovered, active},
    {cancel_pending, pay, is_unpaid, recovered, cancel_pending},
    {trial, renew, always, renewed, active},
    {active, renew, always, renewed, active},
    {cancel_pending, run_out, always, over, ended},
    {trial, close, always, over, ended},
    {active, close, always, over, ended},
    {past_due, close, always, over, ended},
    {cancel_pending, close, always, over, ended},
};

}  // namespace

std::span<const SubscriptionEdge> subscription_table() { return subscriptions; }

SubscriptionState subscription_of(const CreditAccount& account) {
  if (!account.plan) return account.has_ended ? ended : none;
  if (account.ends_at) return cancel_pending;
  if (account.past_due) return past_due;
  return account.in_trial ? trial : active;
}

Guard check_subscription(const CreditAccount& account, SubscriptionTrigger trigger) {
  const auto way = way_from(subscription_table(), subscription_of(account), trigger,
                            {account.in_trial, account.past_due});
  if (way.edge != nullptr) return pass();
  return refuse(trigger == start ? Rejection::already_subscribed : Rejection::no_subscription);
}

}  // namespace inmail
