#include "events/policy.hpp"

#include <algorithm>
#include <utility>

#include "events/policy_table.hpp"

namespace inmail {
namespace {

constexpr std::array<PlanKind, plan_kinds> all_plans() {
  std::array<PlanKind, plan_kinds> plans{};
  for (std::size_t i = 0; i < plans.size(); ++i) plans[i] = static_cast<PlanKind>(i);
  return plans;
}

/// "[plan.career]" for "plan.career.lot.ttl_s", "[refund]" for "refund.window_s".
std::string_view section_of(std::string_view key) {
  const auto first = key.find('.');
  if (key.substr(0, first) != "plan") return key.substr(0, first);
  return key.substr(0, key.find('.', first + 1));
}

/// The default of a parameter of plans: one value, and the plans that differ from custom's.
std::string standard_of(const Parameter& parameter, const Policy& standard) {
  const std::string common = to_text(parameter.get(standard, PlanKind::custom));
  std::string exceptions;
  for (const PlanKind plan : all_plans()) {
    const std::string value = to_text(parameter.get(standard, plan));
    if (!parameter.per_plan || value == common) continue;
    exceptions += (exceptions.empty() ? ", but " : ", ") + std::string(name_of(plan)) + " " + value;
  }
  return common + exceptions;
}

/// Every setting, sorted by key, those of plans spelled out.
std::vector<std::pair<std::string, PolicyValue>> values_of(const Policy& policy) {
  std::vector<std::pair<std::string, PolicyValue>> values;
  for (const auto& each : policy_parameters()) {
    if (!each.per_plan) {
      values.emplace_back(each.key, each.get(policy, PlanKind::free));
      continue;
    }
    for (const PlanKind plan : all_plans())
      values.emplace_back(key_for(each, plan), each.get(policy, plan));
  }
  std::sort(values.begin(), values.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return values;
}

}  // namespace

std::array<PlanTerms, plan_kinds> default_plans() {
  std::array<PlanTerms, plan_kinds> plans;
  const auto of = [&](PlanKind plan) -> PlanTerms& {
    return plans[static_cast<std::size_t>(plan)];
  };

  of(PlanKind::free).can_send_inmail = false;
  of(PlanKind::free).is_premium = false;
  of(PlanKind::career).monthly_allotment = 5;
  of(PlanKind::business).monthly_allotment = 15;

  for (const PlanKind sales : {PlanKind::sales_core, PlanKind::sales_team}) {
    of(sales).monthly_allotment = 50;
    of(sales).renewal_anchor = RenewalAnchor::calendar_month_utc;
  }

  for (const PlanKind recruiter :
       {PlanKind::recruiter_lite, PlanKind::recruiter_rps, PlanKind::recruiter_corp}) {
    of(recruiter).accum_cap_multiple_bp = 40'000;
    of(recruiter).lot_ttl_s = Seconds{0};
    of(recruiter).rr_enabled = true;
    of(recruiter).can_schedule = true;
  }
  of(PlanKind::recruiter_lite).monthly_allotment = 30;
  of(PlanKind::recruiter_lite).max_degree = Degree::third;

  for (const PlanKind pooled : {PlanKind::recruiter_rps, PlanKind::recruiter_corp}) {
    of(pooled).pool_scope = PoolScope::contract;
    of(pooled).allot_per = AllotPer::seat;
    of(pooled).renewal_anchor = RenewalAnchor::contract_start;
    of(pooled).can_bulk = true;
    of(pooled).can_followup = true;
  }
  of(PlanKind::recruiter_rps).monthly_allotment = 100;
  of(PlanKind::recruiter_corp).monthly_allotment = 150;
  return plans;
}

const PlanTerms& Policy::terms(PlanKind plan) const {
  const auto index = static_cast<std::size_t>(plan);
  invariant(index < plans.size(), "a plan that does not exist was asked for its terms");
  return plans[index];
}

Seconds Policy::bonus_ttl(PlanKind plan) const {
  return lot.bonus_ttl_s == LotPolicy::as_lot_ttl ? terms(plan).lot_ttl_s : lot.bonus_ttl_s;
}

const std::vector<Parameter>& policy_parameters() {
  static const std::vector<Parameter> table = [] {
    std::vector<Parameter> rows = plan_parameters();
    for (const auto& more :
         {credit_parameters(), message_parameters(), people_parameters(), trust_parameters()})
      rows.insert(rows.end(), more.begin(), more.end());
    std::sort(rows.begin(), rows.end(),
              [](const Parameter& a, const Parameter& b) { return a.key < b.key; });
    return rows;
  }();
  return table;
}

const Parameter* find_parameter(std::string_view key) {
  const auto& table = policy_parameters();
  const auto found = std::lower_bound(
      table.begin(), table.end(), key,
      [](const Parameter& each, std::string_view wanted) { return each.key < wanted; });
  return found != table.end() && found->key == key ? &*found : nullptr;
}

bool is_key_prefix(std::string_view prefix, bool of_plans_only) {
  const auto& table = policy_parameters();
  return std::any_of(table.begin(), table.end(), [&](const Parameter& each) {
    return (each.per_plan || !of_plans_only) && each.key.size() > prefix.size() &&
           each.key.substr(0, prefix.size()) == prefix && each.key[prefix.size()] == '.';
  });
}

std::string key_for(const Parameter& parameter, PlanKind plan) {
  constexpr std::string_view group = "plan.";
  std::string_view rest = parameter.key;
  if (rest.substr(0, group.size()) == group) rest.remove_prefix(group.size());
  return std::string(group) + std::string(name_of(plan)) + "." + std::string(rest);
}

std::string to_toml(const Policy& policy) {
  std::string out = "name = " + to_text(value_of(policy.name)) + "\n";
  std::string section;
  for (const auto& [key, value] : values_of(policy)) {
    if (section_of(key) != section) {
      section = section_of(key);
      out += "\n[" + section + "]\n";
    }
    out += key.substr(section.size() + 1) + " = " + to_document_text(value) + "\n";
  }
  return out;
}

std::vector<PolicySetting> settings_of(const Policy& policy) {
  std::vector<PolicySetting> settings;
  for (const auto& [key, value] : values_of(policy)) settings.push_back({key, to_text(value)});
  return settings;
}

std::vector<PolicyDifference> diff(const Policy& left, const Policy& right) {
  std::vector<PolicyDifference> differences;
  const auto lefts = settings_of(left);
  const auto rights = settings_of(right);
  for (std::size_t i = 0; i < lefts.size(); ++i)
    if (lefts[i].value != rights[i].value)
      differences.push_back({lefts[i].key, lefts[i].value, rights[i].value});
  return differences;
}

std::vector<PolicyParameter> describe() {
  const Policy standard;
  std::vector<PolicyParameter> schema;
  for (const auto& each : policy_parameters())
    schema.push_back({.key = std::string(each.key),
                      .per_plan = each.per_plan,
                      .unit = std::string(each.unit),
                      .standard = standard_of(each, standard),
                      .allowed = each.allowed(each.limits),
                      .source = std::string(each.source)});
  return schema;
}

}  // namespace inmail
