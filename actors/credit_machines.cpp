#include "actors/credit_machines.hpp"

namespace inmail {
namespace {

constexpr std::uint16_t started = SubscriptionStarted::type.number;
constexpr std::uint16_t changed = SubscriptionChanged::type.number;
constexpr std::uint16_t cancelled = SubscriptionCancelled::type.number;
constexpr std::uint16_t renewed = CycleRenewed::type.number;
constexpr std::uint16_t over = SubscriptionEnded::type.number;

using enum SubscriptionState;
using enum SubscriptionTrigger;

constexpr SubscriptionEdge subscriptions[] = {
    {none, start, always, started, active},
    {ended, start, always, started, active},
    {active, change, always, changed, active},
    {cancel_pending, change, always, changed, active},
    {active, cancel, always, cancelled, cancel_pending},
    {active, renew, always, renewed, active},
    {cancel_pending, run_out, always, over, ended},
    {active, close, always, over, ended},
    {cancel_pending, close, always, over, ended},
};

}  // namespace

std::span<const SubscriptionEdge> subscription_table() { return subscriptions; }

SubscriptionState subscription_of(const CreditAccount& account) {
  if (!account.plan) return account.has_ended ? ended : none;
  return account.ends_at ? cancel_pending : active;
}

Guard check_subscription(const CreditAccount& account, SubscriptionTrigger trigger) {
  const auto way = way_from(subscription_table(), subscription_of(account), trigger, {});
  if (way.edge != nullptr) return pass();
  return refuse(trigger == start ? Rejection::already_subscribed : Rejection::no_subscription);
}

}  // namespace inmail
