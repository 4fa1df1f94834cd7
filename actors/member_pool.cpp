#include <array>

#include "actors/credit_cycle.hpp"
#include "actors/linking.hpp"
#include "actors/member.hpp"
#include "actors/pool_owner.hpp"
#include "actors/send_guards.hpp"

// What a member answers those who are linked to its pool.

namespace inmail {
namespace {

/// Guard 5, and whether there is a pool to be shared at all.
Guard check_shared_plan(const MemberState& holder, const Reserve& question, const Policy& policy) {
  const CreditAccount& account = holder.account;
  if (!holder.is_registered()) return refuse(Rejection::pool_not_shared);
  const bool has_one = account.plan || account.has_lapsed();
  if (Guard guard = has_one ? check_plan(account, question, policy) : pass()) return guard;
  return is_shared(account.plan, policy) && !holder.linked_to ? pass()
                                                              : refuse(Rejection::pool_not_shared);
}

/// Those of D5.2 that are the pool's, but whether it can pay, in their order.
std::array<Guard, 2> guards_of(const MemberState& holder, const Reserve& question,
                               const Policy& policy) {
  return {check_shared_plan(holder, question, policy),
          check_degree(holder.account, question, policy)};
}

}  // namespace

Decision Member::reserve(const State& state, const Reserve& question, const Context& context) {
  for (const Guard& guard : guards_of(state, question, context.policy()))
    if (guard) return {{}, guard};
  return set_aside(state.account, question, context);
}

SendForecast Member::forecast(const State& state, SendForecast so_far, const Reserve& question,
                              const Context& context) {
  const Policy& policy = context.policy();
  for (const Guard& guard : guards_of(state, question, policy))
    if (guard) so_far.refusals.push_back(*guard);
  add_payment(so_far, state.account, policy);
  put_in_order(so_far);
  return so_far;
}

std::vector<Event> Member::release_unsent(const State& state, const InMailId& inmail,
                                          ReleaseReason reason, const Context& context) {
  std::vector<Event> events = release(state.account, inmail, reason, context);
  return state.is_erased() ? keep_closed(state.account, std::move(events), context)
                           : keep_under_cap(state.account, 1, std::move(events), context);
}

}  // namespace inmail
