#pragma once

#include <optional>
#include <vector>

#include "actors/credit_account.hpp"

namespace inmail {

/// When a lot that comes at `now` without a renewal, as a refund does, dies under these terms
/// (D3.2).
std::optional<Timestamp> lot_death(const PlanTerms& terms, Timestamp now);

/// The same for a bonus and for a positive adjustment.
std::optional<Timestamp> bonus_lot_death(const Policy& policy, PlanKind plan, Timestamp now);

/// Whether a lot keeps its worth when the plan beside which it came is gone.
bool outlives_its_plan(const Lot& lot, const Policy& policy);

/// The account as `events` leave it; those that are not its own change nothing.
CreditAccount account_after(const CreditAccount& account, const std::vector<Event>& events,
                            const Context& context);

/// What `events` add above the cap is forfeited right behind them, where the policy keeps it always
/// and not at renewals only. `seats`: as of `start_subscription`.
std::vector<Event> keep_under_cap(const CreditAccount& account, std::uint32_t seats,
                                  std::vector<Event> events, const Context& context);

}  // namespace inmail
