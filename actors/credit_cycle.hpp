#pragma once

#include <optional>

#include "actors/credit_account.hpp"

namespace inmail {

/// When a lot that comes at `now` without a renewal, as a refund does, dies under these terms
/// (D3.2).
std::optional<Timestamp> lot_death(const PlanTerms& terms, Timestamp now);

/// The same for a bonus and for a positive adjustment.
std::optional<Timestamp> bonus_lot_death(const Policy& policy, PlanKind plan, Timestamp now);

/// Whether a lot keeps its worth when the plan beside which it came is gone.
bool outlives_its_plan(const Lot& lot, const Policy& policy);

}  // namespace inmail
