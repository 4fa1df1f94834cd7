#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "actors/state_machine.hpp"
#include "events/ids.hpp"
#include "events/link_events.hpp"
#include "events/plan_kind.hpp"
#include "events/policy.hpp"

namespace inmail {

// Linked accounts (S1: "each time you qualify for an increase it is applied to all linked
// accounts"; D3.1 `plan.pool_scope`): one pool, that of the holder of a Sales Navigator plan, from
// which every linked account spends. It is granted, renewed and raised once, for its holder; that
// is what all of them have. The rules that the sources leave open:
//
// - The linked member's own stream holds the link. The holder, or the member itself, ends it; so
//   does the member's erasure.
// - While it is linked a member spends from that pool only, and sends under the holder's plan, as a
//   seat does under its contract's. A plan of its own goes on beside it with its own pool, which
//   renews, expires and waits ("member plans outside the link keep their own pool"). To others who
//   write to it the member is what its own plan makes it.
// - The link is one between two members, not with a plan. While the holder has no plan that shares
//   its pool, has not paid, was erased, or is itself linked to another, the link rests: whoever is
//   linked sends nothing, until the holder has such a plan again, or the link is ended.
// - What is on its way keeps to the pool that has paid for it, whatever becomes of the link. What
//   was scheduled on a pool before the member was linked is sent on that; what was scheduled on the
//   holder's is cancelled with the link.

/// Whether the holder of this plan shares its pool: linked accounts send as premium members, so a
/// plan that is none shares nothing.
bool is_shared(const std::optional<PlanKind>& plan, const Policy& policy);

/// Where a member stands to all pools but its own.
enum class LinkState : std::uint8_t { apart = 0, linked = 1 };

enum class LinkTrigger : std::uint8_t {
  link = 1,
  unlink,
  erase,  ///< The linked member is.
};

/// What the guards look at.
struct LinkCase {
  bool is_other = true;  ///< The pool is another member's.
  bool holder_exists = true;
  bool holder_has_plan = true;
  bool is_shared = true;  ///< The holder's pool.
  bool holder_is_linked = false;
  bool shares_own = false;   ///< The member's own plan could be shared.
  bool is_that_pool = true;  ///< The one from which the member spends.
};

using LinkEdge = Edge<LinkState, LinkTrigger, LinkCase>;
std::span<const LinkEdge> link_table();

LinkState link_of(const std::optional<MemberId>& linked_to);

/// What a member is answered who is to be linked, or unlinked. Where there is no edge:
/// `already_linked`, `not_linked`.
Guard check_link(LinkState from, LinkTrigger trigger, const LinkCase& the_case);

void evolve(std::optional<MemberId>& linked_to, const AccountLinked& e);
void evolve(std::optional<MemberId>& linked_to, const AccountUnlinked& e);

}  // namespace inmail
