#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/plan_kind.hpp"
#include "events/policy_credits.hpp"
#include "events/policy_messages.hpp"
#include "events/policy_trust.hpp"
#include "events/result.hpp"

namespace inmail {

/// The engine's own terms of the nine plans (D3.1).
std::array<PlanTerms, plan_kinds> default_plans();

/// Every number and choice that a rule asks for (D3). As made, it is the engine's default; presets
/// and documents change it.
///
/// A plain value without a thread of its own: deciders take a const reference and read members.
/// Integers only. Which version a document has, and since when, says the event that adopted it.
/// What `parse_policy` and `preset` return lies within all allowed ranges and holds every rule
/// between parameters; one that is filled in by hand is checked by parsing what `to_toml` makes of
/// it.
struct Policy {
  std::string name = "default";
  std::array<PlanTerms, plan_kinds> plans = default_plans();  ///< By number of PlanKind.

  AccumPolicy accum;
  LotPolicy lot;
  ChargePolicy charge;
  FreePolicy free;
  RefundPolicy refund;
  ExpiryPolicy expiry;
  ReminderPolicy reminder;
  LimitPolicy limit;
  FormatPolicy format;
  DraftPolicy draft;
  TemplatePolicy template_;  ///< Written `template`.
  SentPolicy sent;
  InboxPolicy inbox;
  RecipientPolicy recipient;
  FollowupPolicy followup;
  ReinitiatePolicy reinitiate;
  SeatPolicy seat;
  BulkPolicy bulk;
  RrPolicy rr;
  SpamPolicy spam;
  ScreenPolicy screen;
  SanctionPolicy sanction;
  CompliancePolicy compliance;
  ReportPolicy report;
  PurchasePolicy purchase;
  UndoPolicy undo;
  RetractPolicy retract;
  EditPolicy edit;
  MetricsPolicy metrics;
  NotifyPolicy notify;
  AdsPolicy ads;
  CrmPolicy crm;

  /// Requires: a PlanKind that has a name.
  const PlanTerms& terms(PlanKind plan) const;

  /// How long bonus and positive adjustment lots of a plan live; 0: never. Not asked where
  /// `lot_ttl_calendar_months` rules.
  Seconds bonus_ttl(PlanKind plan) const;

  bool operator==(const Policy&) const = default;
};

inline constexpr std::size_t policy_document_bytes_max = 256 * 1024;

/// Reads a policy document:
///
///     name = "weekend"          # default: the name of the file without folder and ".toml"
///     inherits = "seed0"        # a preset; default: "default"
///     [refund]
///     window_s = 1209600        # overrides what is inherited
///     [plan.career]
///     monthly_allotment = 4     # one plan; `[plan]` sets all plans, `[lot] ttl_s` likewise
///     lot.ttl_s = 0             # a parameter of another group, for this plan only
///
/// Texts stand on one line. Never throws and never crashes, whatever the bytes. Errors:
/// invalid_argument, in a sentence that names file, line, key and what is allowed: not TOML, longer
/// than `policy_document_bytes_max`, an unknown key, a wrong type, a value out of range, or two
/// parameters that contradict each other.
Result<Policy> parse_policy(std::string_view toml_text, std::string_view file_name);

/// The canonical, full document: every key with its value, sorted, so that equal policies have
/// equal texts. Parsing it gives the policy back.
std::string to_toml(const Policy& policy);

/// A policy that is compiled in (D2.3). Errors: not_found, naming those there are.
Result<Policy> preset(std::string_view name);
/// default, official-now, legacy-2014, seed0 to seed4, trace.
std::vector<std::string_view> preset_names();
/// What makes a preset, as a document to read, with the source of each value in its comments. Empty
/// for the default and for unknown names.
std::string_view preset_document(std::string_view name);

/// A key with its value, as TOML writes it. Keys of plans are spelled out: "plan.career.lot.ttl_s".
struct PolicySetting {
  std::string key;
  std::string value;

  bool operator==(const PolicySetting&) const = default;
};

/// Every setting, sorted by key; without the name.
std::vector<PolicySetting> settings_of(const Policy& policy);

struct PolicyDifference {
  std::string key;
  std::string left;
  std::string right;

  bool operator==(const PolicyDifference&) const = default;
};

/// The settings in which two policies differ, sorted by key; their names do not count.
std::vector<PolicyDifference> diff(const Policy& left, const Policy& right);

/// One parameter of the schema.
struct PolicyParameter {
  std::string key;
  bool per_plan = false;  ///< May also be set below `plan.<id>`.
  std::string unit;       ///< "s", "bp", "credits", ...; "-" where a value needs none.
  std::string standard;   ///< The default, as TOML; "3, but free 0, ..." where plans differ.
  std::string allowed;    ///< "a whole number from 0 to 1000000 (0: no limit)".
  std::string source;     ///< Keys of `policy_sources`, or DESIGN for an own proposal.
};

/// The whole schema, sorted by key.
std::vector<PolicyParameter> describe();

/// A document that a parameter or preset leans on.
struct PolicySource {
  std::string_view key;
  std::string_view title;
};

/// What the keys in `PolicyParameter::source` and in the presets stand for.
std::span<const PolicySource> policy_sources();

}  // namespace inmail
