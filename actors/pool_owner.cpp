#include "actors/pool_owner.hpp"

#include "actors/lot_machines.hpp"
#include "actors/send_guards.hpp"

namespace inmail {

Guard check_plan(const CreditAccount& account, const Reserve& question, const Policy& policy) {
  if (account.has_lapsed()) return refuse(Rejection::subscription_ended);
  if (!account.plan) return refuse(Rejection::premium_required);
  const PlanTerms& plan = policy.terms(*account.plan);
  const bool may = (plan.can_send_inmail || is_in_any(question.free_classes, policy.free)) &&
                   (!question.schedules || plan.can_schedule) &&
                   (!question.follows_up || plan.can_followup);
  return may ? pass() : refuse(Rejection::premium_required);
}

Guard check_degree(const CreditAccount& account, const Reserve& question, const Policy& policy) {
  if (!account.plan || !question.degree) return pass();
  const PlanTerms& plan = policy.terms(*account.plan);
  if (*question.degree <= plan.max_degree) return pass();
  return refuse(Rejection::out_of_degree, static_cast<std::int64_t>(plan.max_degree),
                static_cast<std::int64_t>(*question.degree));
}

Decision set_aside(const CreditAccount& account, const Reserve& question, const Context& context) {
  const bool is_held = !can_go(account, question.inmail, HeldTrigger::reserve);
  if (!question.holds || question.cost == 0 || is_held) return Decision::accept();
  auto splits = splits_for(account, question.cost, context.policy());
  if (!splits)
    return Decision::reject(Rejection::insufficient_credits, question.cost,
                            static_cast<std::int64_t>(account.available()));

  return Decision::happened(CreditReserved{question.inmail, question.sender, std::move(*splits)});
}

PoolAnswer answer_to(const CreditAccount& account, const Reserve& question,
                     const Decision& decision) {
  PoolAnswer answer{.cycle = account.cycle, .refusal = decision.refusal};
  if (question.holds && !decision.refusal) answer.reserved = question.cost;
  return answer;
}

bool holds_other_cost(const CreditAccount& account, const Reserve& question) {
  const auto found = account.charges.find(question.inmail);
  return found != account.charges.end() && credits_in(found->second.splits) != question.cost;
}

}  // namespace inmail
