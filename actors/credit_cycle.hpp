#pragma once

#include <optional>

#include "actors/credit_account.hpp"

namespace inmail {

/// When a lot that an account is granted at `now` dies under these terms (D3.2): by seconds, or with
/// the renewal so many months on.
std::optional<Timestamp> lot_death(const PlanTerms& terms, const CreditAccount& account,
                                   Timestamp now);

}  // namespace inmail
