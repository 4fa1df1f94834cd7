// Built for debugging, toml++ aborts on texts that it would refuse politely otherwise, such as
// "[=". A document comes from outside and must never end the process: so the parser is compiled
// here, not taken from the system's library, and without its assertions.
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_ASSERT(expression) static_cast<void>(0)
#include <toml++/toml.h>

#include <algorithm>
#include <exception>
#include <string>
#include <variant>

#include "events/policy.hpp"
#include "events/policy_guard.hpp"
#include "events/policy_table.hpp"

namespace inmail {
namespace {

constexpr std::size_t echo_bytes_max = 80;

/// One key of the document that is no table, with its full path.
struct Setting {
  std::string key;
  PolicyValue value;
  std::uint32_t line;
};

/// Which parameter a key sets, and for which plan; without one, for all.
struct Target {
  const Parameter* parameter = nullptr;
  std::optional<PlanKind> plan;
};

/// A rule between two parameters. `holds` is asked when all of a document was read.
struct Rule {
  std::string_view left;
  std::string_view right;
  bool (*holds)(const Policy&);
  std::string_view sentence;
};

constexpr Rule rules[] = {
    {"free.plan_classes", "free.classes",
     [](const Policy& p) { return p.free.plan_classes.is_subset_of(p.free.classes); },
     "key 'free.plan_classes' must be a subset of 'free.classes'"},
    {"limit.body_min", "limit.body_max",
     [](const Policy& p) { return p.limit.body_min <= p.limit.body_max; },
     "key 'limit.body_min' must not be above 'limit.body_max'"},
    {"followup.min_gap_s", "followup.default_gap_s",
     [](const Policy& p) { return p.followup.min_gap_s <= p.followup.default_gap_s; },
     "key 'followup.min_gap_s' must not be above 'followup.default_gap_s'"},
    {"followup.default_gap_s", "followup.max_gap_s",
     [](const Policy& p) { return p.followup.default_gap_s <= p.followup.max_gap_s; },
     "key 'followup.default_gap_s' must not be above 'followup.max_gap_s'"},
    {"expiry.late_response", "expiry.effect",
     [](const Policy& p) {
       return p.expiry.late_response == LateResponse::reject ||
              p.expiry.effect == ExpiryEffect::status_only;
     },
     "key 'expiry.late_response' may be \"allow_no_refund\" only if 'expiry.effect' is "
     "\"status_only\""},
    {"recipient.accept_filters.min_degree", "recipient.accept_filters.max_degree",
     [](const Policy& p) {
       return p.recipient.accept_filters.min_degree <= p.recipient.accept_filters.max_degree;
     },
     "key 'recipient.accept_filters.min_degree' must not be above "
     "'recipient.accept_filters.max_degree'"},
    {"rr.restriction", "rr.restriction_cap_per_day",
     [](const Policy& p) {
       return !p.rr.restriction.has(RrRestriction::cap) || p.rr.restriction_cap_per_day > 0;
     },
     "key 'rr.restriction' may contain \"cap\" only if 'rr.restriction_cap_per_day' is above 0"},
};

std::string quoted_key(std::string_view key) {
  return "key '" + printable(key, echo_bytes_max) + "'";
}

PolicyValue value_in(const toml::node& node);

PolicyValue fields_in(const toml::table& table) {
  PolicyValue::Fields fields;
  for (const auto& [key, node] : table) fields.push_back({std::string(key.str()), value_in(node)});
  return {std::move(fields)};
}

/// Recursion is bounded by `guard_problem`.
PolicyValue value_in(const toml::node& node) {
  if (const auto* number = node.as_integer()) return {number->get()};
  if (const auto* truth = node.as_boolean()) return {truth->get()};
  if (const auto* text = node.as_string()) return {text->get()};
  if (const auto* table = node.as_table()) return fields_in(*table);
  if (const auto* array = node.as_array()) {
    PolicyValue::List list;
    for (const auto& each : *array) list.push_back(value_in(each));
    return {std::move(list)};
  }
  if (node.is_floating_point()) return {PolicyValue::Foreign{"a decimal number"}};
  return {PolicyValue::Foreign{"a date or time"}};
}

/// Finds what a path below "plan.<id>." means; `rest` is what follows the id.
const Parameter* plan_parameter_for(std::string_view rest) {
  if (rest.substr(0, 5) == "plan.") return nullptr;
  for (const std::string& key : {"plan." + std::string(rest), std::string(rest)})
    if (const Parameter* found = find_parameter(key); found && found->per_plan) return found;
  return nullptr;
}

/// "career" and "lot.ttl_s" of "plan.career.lot.ttl_s"; nothing if no plan follows.
std::optional<std::pair<PlanKind, std::string_view>> plan_in(std::string_view key) {
  constexpr std::string_view group = "plan.";
  if (key.substr(0, group.size()) != group) return std::nullopt;
  key.remove_prefix(group.size());
  const auto dot = key.find('.');
  const auto plan = from_text<PlanKind>(key.substr(0, dot));
  if (!plan) return std::nullopt;
  return std::pair{*plan, dot == std::string_view::npos ? std::string_view{} : key.substr(dot + 1)};
}

Target target_of(std::string_view key) {
  if (const Parameter* found = find_parameter(key)) return {found, std::nullopt};
  if (const auto plan = plan_in(key)) return {plan_parameter_for(plan->second), plan->first};
  return {};
}

/// Whether a table may stand at this path.
bool is_section(std::string_view key) {
  if (is_key_prefix(key, false)) return true;
  const auto plan = plan_in(key);
  return plan &&
         (plan->second.empty() || (plan->second != "plan" && is_key_prefix(plan->second, true)));
}

struct Mistake {
  std::size_t line;
  std::string sentence;
};

/// The only place where toml++ may throw.
std::variant<toml::table, Mistake> document_in(std::string_view text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& problem) {
    return Mistake{problem.source().begin.line,
                   "this is not TOML: " + printable(problem.description(), 200)};
  } catch (const std::exception& problem) {
    return Mistake{1, "the document could not be read: " + printable(problem.what(), 200)};
  }
}

/// A document on its way to becoming a policy. Lives for one call of `parse_policy`.
class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  Result<Policy> read(const toml::table& document) {
    if (const Status flat = flatten(document, ""); !flat) return flat.error();
    std::stable_sort(settings_.begin(), settings_.end(),
                     [](const Setting& a, const Setting& b) { return a.line < b.line; });

    Result<Policy> policy = inherited();
    if (!policy) return policy;
    policy->name = name_of_file();
    // First what holds for all plans, so that one plan's own terms win wherever they stand.
    for (const bool of_one_plan : {false, true})
      for (const Setting& each : settings_)
        if (const Status set = apply(*policy, each, of_one_plan); !set) return set.error();
    if (const Status sound = check_rules(*policy); !sound) return sound.error();
    return policy;
  }

 private:
  Error refuse(std::uint32_t line, std::string_view sentence) const {
    return {ErrorCode::invalid_argument,
            std::string(file_) + ":" + std::to_string(line) + ": " + std::string(sentence)};
  }

  /// Turns nested tables into full keys. A table that leads to no parameter is refused here.
  Status flatten(const toml::table& table, const std::string& path) {
    for (const auto& [name, node] : table) {
      const std::string key =
          path.empty() ? std::string(name.str()) : path + "." + std::string(name.str());
      const std::uint32_t line = static_cast<std::uint32_t>(name.source().begin.line);
      if (name.str().find('.') != std::string_view::npos) return unknown(key, line);
      const toml::table* below = node.as_table();
      if (!below || target_of(key).parameter) {
        settings_.push_back({key, value_in(node), line});
        continue;
      }
      if (!is_section(key)) return unknown(key, line);
      if (Status flat = flatten(*below, key); !flat) return flat;
    }
    return {};
  }

  Error unknown(std::string_view key, std::uint32_t line) const {
    return refuse(line, quoted_key(key) + " is not a parameter of a policy");
  }

  Error not_allowed(const Setting& setting, std::string_view allowed) const {
    return refuse(setting.line, quoted_key(setting.key) + " is " +
                                    printable(to_text(setting.value), echo_bytes_max) +
                                    " but must be " + std::string(allowed));
  }

  const Setting* find(std::string_view key) const {
    for (const Setting& each : settings_)
      if (each.key == key) return &each;
    return nullptr;
  }

  Result<Policy> inherited() const {
    const Setting* setting = find("inherits");
    if (!setting) return Policy{};
    std::string known;
    for (const auto each : preset_names())
      known += (known.empty() ? "one of \"" : ", \"") + std::string(each) + "\"";
    const auto* name = std::get_if<std::string>(&setting->value.content);
    Result<Policy> base = name ? preset(*name) : Error{ErrorCode::not_found, ""};
    if (!base && base.error().code == ErrorCode::not_found) return not_allowed(*setting, known);
    return base;
  }

  std::string name_of_file() const {
    std::string_view name = file_.substr(file_.find_last_of('/') + 1);
    constexpr std::string_view ending = ".toml";
    if (name.size() > ending.size() && name.substr(name.size() - ending.size()) == ending)
      name.remove_suffix(ending.size());
    return word_form.accepts(name) ? std::string(name) : "unnamed";
  }

  Status apply(Policy& policy, const Setting& setting, bool of_one_plan) const {
    if (setting.key == "inherits") return {};
    if (setting.key == "name") {
      if (assign(policy.name, setting.value, {.form = &word_form})) return {};
      return not_allowed(setting, allowed_for(policy.name, {.form = &word_form}));
    }
    const Target target = target_of(setting.key);
    if (!target.parameter) return unknown(setting.key, setting.line);
    if (target.plan.has_value() != of_one_plan) return {};

    const Parameter& parameter = *target.parameter;
    const bool everywhere = parameter.per_plan && !target.plan;
    for (std::size_t i = 0; i < (everywhere ? plan_kinds : 1); ++i) {
      const PlanKind plan = target.plan.value_or(static_cast<PlanKind>(i));
      if (!parameter.set(policy, plan, setting.value, parameter.limits))
        return not_allowed(setting, parameter.allowed(parameter.limits));
    }
    return {};
  }

  /// A broken rule is reported at the later of its two keys, for one of them must be in the
  /// document.
  Status check_rules(const Policy& policy) const {
    for (const Rule& rule : rules) {
      if (rule.holds(policy)) continue;
      std::uint32_t line = 1;
      for (const auto key : {rule.left, rule.right})
        if (const Setting* setting = find(key)) line = std::max(line, setting->line);
      return refuse(line, rule.sentence);
    }
    return {};
  }

  std::string_view file_;
  std::vector<Setting> settings_;
};

}  // namespace

Result<Policy> parse_policy(std::string_view toml_text, std::string_view file_name) {
  const auto refuse = [&](std::size_t line, std::string_view sentence) {
    return Error{ErrorCode::invalid_argument, std::string(file_name) + ":" + std::to_string(line) +
                                                  ": " + std::string(sentence)};
  };
  if (toml_text.size() > policy_document_bytes_max)
    return refuse(1, "the document has " + std::to_string(toml_text.size()) +
                         " bytes but may have at most " +
                         std::to_string(policy_document_bytes_max));
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (toml_text.substr(0, byte_order_mark.size()) == byte_order_mark)
    toml_text.remove_prefix(byte_order_mark.size());
  if (const auto problem = guard_problem(toml_text))
    return refuse(problem->line, problem->sentence);
  const auto document = document_in(toml_text);
  if (const auto* mistake = std::get_if<Mistake>(&document))
    return refuse(mistake->line, mistake->sentence);
  return Reader(file_name).read(std::get<toml::table>(document));
}

}  // namespace inmail
