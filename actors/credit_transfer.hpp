#pragma once

#include "actors/commands.hpp"
#include "actors/credit_account.hpp"
#include "actors/decision.hpp"
#include "actors/notice.hpp"

namespace inmail {

// Credits that move from one pool to another (D3.2 lot.transferable). Pure, for members and
// contracts alike. Of a transfer each pool has one record, or the first one two: where the other
// cannot take it, it comes back.

/// The lots that would be spent first, of those granted within six months.
Decision transfer_credits(const CreditAccount& account, const TransferCredits& command,
                          const Context& context);

/// They come from another pool: into lots that die when those did, or back where there is no plan.
/// No events if they came before.
std::vector<Event> receive_transfer(const CreditAccount& account, const Notice& notice,
                                    const Context& context);

/// The other pool did not take them. No events if they are back already.
std::vector<Event> take_back_transfer(const CreditAccount& account, const Notice& notice,
                                      const Context& context);

}  // namespace inmail
