#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "events/enums.hpp"
#include "events/ids.hpp"
#include "events/plan_kind.hpp"
#include "events/policy.hpp"

namespace inmail {

struct CreditAccount;

/// What happens to credits by itself.
enum class CreditChange : std::uint8_t { granted = 1, expired, forfeited, voided };

constexpr auto names_of(CreditChange) {
  using enum CreditChange;
  return std::to_array<EnumName<CreditChange>>(
      {{granted, "granted"}, {expired, "expired"}, {forfeited, "forfeited"}, {voided, "voided"}});
}

struct ForetoldChange {
  Timestamp at{};
  CreditChange what = CreditChange::granted;
  LotId lot{};
  std::uint32_t amount = 0;
  std::uint64_t available = 0;  ///< In the whole pool, after it.

  bool operator==(const ForetoldChange&) const = default;
};

/// What becomes of a pool if nobody sends, buys or changes anything, and nothing comes back
/// (D6.1): which credits are lost when, and what the next renewals bring. It records nothing and
/// binds nobody: a policy that is adopted meanwhile changes it.
struct CreditForecast {
  std::optional<PlanKind> plan{};  ///< Nothing: none runs.
  bool in_trial = false;
  bool past_due = false;  ///< No renewal comes until the payment is made.
  std::uint64_t available = 0;
  std::uint64_t may_come_back = 0;  ///< Reserved or consumed, in charges that have not ended.
  std::optional<Timestamp> next_renewal_at{};
  std::uint32_t next_grant = 0;
  std::optional<Timestamp> ends_at{};  ///< Of a plan that was cancelled.
  /// Of a member who is linked to another's pool: whose. It sends on none of these credits.
  std::optional<MemberId> spends_from{};
  std::vector<ForetoldChange> changes{};  ///< Soonest first.
  bool is_whole = true;                   ///< False: there are more than `changes_max`.

  static constexpr std::size_t changes_max = 1'000;

  bool operator==(const CreditForecast&) const = default;
};

/// Up to `until`, inclusive. `seats`: of a contract; 1 for a member.
CreditForecast forecast_credits(const CreditAccount& account, std::uint32_t seats,
                                const Policy& policy, Timestamp until);

}  // namespace inmail
