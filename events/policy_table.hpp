#pragma once

#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "events/policy.hpp"
#include "events/policy_value.hpp"

namespace inmail {

/// One row of the parameter table: all that parsing, printing, comparing and describing know of a
/// parameter. Adding one is a member of its group and a row here; its default is the member's.
struct Parameter {
  std::string_view key;
  std::string_view unit;
  PolicyLimits limits;
  std::string_view source;
  bool per_plan;
  /// The plan matters only if `per_plan`.
  PolicyValue (*get)(const Policy& policy, PlanKind plan);
  bool (*set)(Policy& policy, PlanKind plan, const PolicyValue& value, const PolicyLimits& limits);
  std::string (*allowed)(const PolicyLimits& limits);
};

/// The whole table, sorted by key.
const std::vector<Parameter>& policy_parameters();

/// The row of a key, or null.
const Parameter* find_parameter(std::string_view key);

/// Whether keys of parameters begin with `prefix` and a dot; of parameters of plans only, if asked.
bool is_key_prefix(std::string_view prefix, bool of_plans_only);

/// "plan.career.lot.ttl_s": the key of a parameter for one plan.
std::string key_for(const Parameter& parameter, PlanKind plan);

/// The rows by noun.
std::vector<Parameter> plan_parameters();
std::vector<Parameter> credit_parameters();
std::vector<Parameter> message_parameters();
std::vector<Parameter> people_parameters();
std::vector<Parameter> trust_parameters();

/// The rest of a row, after the path of member pointers that leads to it.
struct ParameterText {
  std::string_view key;
  std::string_view unit;
  PolicyLimits limits;
  std::string_view source;
};

/// What lies at the end of a path: `policy.*first.*second...`.
template <auto... Path>
auto& member_at(auto& policy) {
  return (policy.*....*Path);
}

/// A row for one member of the policy.
template <auto... Path>
Parameter parameter(const ParameterText& text) {
  using Type = std::remove_reference_t<decltype(member_at<Path...>(std::declval<Policy&>()))>;
  return {
      .key = text.key,
      .unit = text.unit,
      .limits = text.limits,
      .source = text.source,
      .per_plan = false,
      .get = [](const Policy& policy, PlanKind) { return value_of(member_at<Path...>(policy)); },
      .set =
          [](Policy& policy, PlanKind, const PolicyValue& value, const PolicyLimits& limits) {
            return assign(member_at<Path...>(policy), value, limits);
          },
      .allowed = [](const PolicyLimits& limits) { return allowed_for(Type{}, limits); }};
}

/// A row for a member of every plan's terms.
template <auto Member>
Parameter plan_parameter(const ParameterText& text) {
  using Type = std::remove_reference_t<decltype((std::declval<PlanTerms&>().*Member))>;
  return {
      .key = text.key,
      .unit = text.unit,
      .limits = text.limits,
      .source = text.source,
      .per_plan = true,
      .get = [](const Policy& policy,
                PlanKind plan) { return value_of(policy.terms(plan).*Member); },
      .set =
          [](Policy& policy, PlanKind plan, const PolicyValue& value, const PolicyLimits& limits) {
            return assign(policy.plans[static_cast<std::size_t>(plan)].*Member, value, limits);
          },
      .allowed = [](const PolicyLimits& limits) { return allowed_for(Type{}, limits); }};
}

/// Limits that many rows share.
inline constexpr std::int64_t count_max = 1'000'000;
inline constexpr PolicyLimits any_count{.max = count_max};
inline constexpr PolicyLimits count_or_no_limit{.max = count_max, .note = "0: no limit"};
inline constexpr PolicyLimits count_or_off{.max = count_max, .note = "0: not watched"};
/// A hundred years, so that adding one to a time of day never overflows.
inline constexpr std::int64_t seconds_max = 3'155'760'000;
inline constexpr PolicyLimits some_seconds{.min = 1, .max = seconds_max};
inline constexpr PolicyLimits any_seconds{.max = seconds_max};
inline constexpr PolicyLimits seconds_or_never{.max = seconds_max, .note = "0: never"};
inline constexpr PolicyLimits seconds_or_off{.max = seconds_max, .note = "0: off"};
inline constexpr PolicyLimits rate{.max = 10'000};
inline constexpr PolicyLimits always_true{.min = 1};

}  // namespace inmail
