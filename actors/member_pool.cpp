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

}  // namespace

Decision Member::reserve(const State& state, const Reserve& question, const Context& context) {
  const Policy& policy = context.policy();
  if (Guard guard = check_shared_plan(state, question, policy)) return {{}, guard};
  if (Guard guard = check_degree(state.account, question, policy)) return {{}, guard};
  return set_aside(state.account, question, context);
}

SendForecast Member::forecast(const State& state, SendForecast so_far, const Reserve& question,
                              const Context& context) {
  const Policy& policy = context.policy();
  for (const Guard& guard :
       {check_shared_plan(state, question, policy), check_degree(state.account, question, policy)})
    if (guard) so_far.refusals.push_back(*guard);
  add_payment(so_far, state.account, policy);
  put_in_order(so_far);
  return so_far;
}

std::vector<Event> Member::release_other_cost(const State& state, const Reserve& question,
                                              const Context& context) {
  if (!holds_other_cost(state.account, question)) return {};
  return release_unsent(state, question.inmail, ReleaseReason::send_rejected, context);
}

std::vector<Event> Member::release_unsent(const State& state, const InMailId& inmail,
                                          ReleaseReason reason, const Context& context) {
  std::vector<Event> events = release(state.account, inmail, reason, context);
  return state.is_erased() ? keep_closed(state.account, std::move(events), context)
                           : keep_under_cap(state.account, 1, std::move(events), context);
}

}  // namespace inmail
