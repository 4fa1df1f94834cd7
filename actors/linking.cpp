#include "actors/linking.hpp"

namespace inmail {
namespace {

Guard may_link(const LinkCase& c) {
  if (!c.is_other) return refuse(Rejection::not_allowed);
  if (!c.holder_exists) return refuse(Rejection::unknown_actor);
  if (!c.holder_has_plan) return refuse(Rejection::no_subscription);
  if (!c.is_shared) return refuse(Rejection::plan_not_shared);
  if (c.holder_is_linked) return refuse(Rejection::holder_is_linked);
  if (c.shares_own) return refuse(Rejection::holds_a_pool);
  return pass();
}

Guard is_that_pool(const LinkCase& c) {
  return c.is_that_pool ? pass() : refuse(Rejection::not_linked);
}

constexpr std::uint16_t linked_now = AccountLinked::type.number;
constexpr std::uint16_t unlinked = AccountUnlinked::type.number;

using enum LinkState;
using enum LinkTrigger;

constexpr LinkEdge links[] = {
    {apart, link, may_link, linked_now, linked},
    {linked, unlink, is_that_pool, unlinked, apart},
    {linked, erase, always, unlinked, apart},
};

}  // namespace

bool is_shared(const std::optional<PlanKind>& plan, const Policy& policy) {
  if (!plan) return false;
  const PlanTerms& terms = policy.terms(*plan);
  return terms.pool_scope == PoolScope::linked_accounts && terms.is_premium;
}

std::span<const LinkEdge> link_table() { return links; }

LinkState link_of(const std::optional<MemberId>& linked_to) { return linked_to ? linked : apart; }

Guard check_link(LinkState from, LinkTrigger trigger, const LinkCase& the_case) {
  const auto way = way_from(link_table(), from, trigger, the_case);
  if (way.edge != nullptr) return pass();
  if (way.refusal) return way.refusal;
  return refuse(trigger == link ? Rejection::already_linked : Rejection::not_linked);
}

void evolve(std::optional<MemberId>& linked_to, const AccountLinked& e) {
  step<AccountLinked>(link_table(), link_of(linked_to));
  linked_to = e.pool;
}

void evolve(std::optional<MemberId>& linked_to, const AccountUnlinked&) {
  step<AccountUnlinked>(link_table(), link_of(linked_to));
  linked_to.reset();
}

}  // namespace inmail
