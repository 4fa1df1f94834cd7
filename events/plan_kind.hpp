#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "events/enums.hpp"

namespace inmail {

/// Which plan a member or a contract holds (`plan.id`). Stored: never renumber.
enum class PlanKind : std::uint8_t {
  free = 0,
  career = 1,
  business = 2,
  sales_core = 3,
  sales_team = 4,
  recruiter_lite = 5,
  recruiter_rps = 6,
  recruiter_corp = 7,
  custom = 8,  ///< Free for a host's own terms; presets leave it alone, save `trace`.
};

inline constexpr std::size_t plan_kinds = 9;

constexpr auto names_of(PlanKind) {
  using enum PlanKind;
  return std::to_array<EnumName<PlanKind>>({
      {free, "free"},
      {career, "career"},
      {business, "business"},
      {sales_core, "sales_core"},
      {sales_team, "sales_team"},
      {recruiter_lite, "recruiter_lite"},
      {recruiter_rps, "recruiter_rps"},
      {recruiter_corp, "recruiter_corp"},
      {custom, "custom"},
  });
}

}  // namespace inmail
