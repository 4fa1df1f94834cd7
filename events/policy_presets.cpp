#include <array>

#include "events/policy.hpp"
#include "events/policy_seeds.hpp"

namespace inmail {
namespace {

constexpr std::string_view official_now = R"(# What LinkedIn's own pages say today.
name = "official-now"
inherits = "default"

[plan]
career.monthly_allotment = 5            # L2, L3
business.monthly_allotment = 15         # L2, L3
sales_core.monthly_allotment = 50       # L2, L5: all editions alike
sales_team.monthly_allotment = 50
[plan.recruiter_lite]
monthly_allotment = 30                  # L2, L10
accum.cap_multiple_bp = 40000           # L1; L2: 120
lot.ttl_s = 0
[plan.recruiter_rps]
monthly_allotment = 100                 # L10
accum.cap_multiple_bp = 40000           # L1
lot.ttl_s = 0
[plan.recruiter_corp]
monthly_allotment = 150                 # L10, T10
accum.cap_multiple_bp = 40000           # L1
lot.ttl_s = 0

[accum]
enabled = true
cap_multiple_bp = 30000                 # L2: 15, 45, 150
[lot]
ttl_s = 7776000                         # L5, L3, L30: within 90 days; L1 names only the cap

[refund]
on = ["accept", "decline", "reply", "quick_reply"]  # L1, L2, L10
window_s = 7776000
[expiry]
basis = "never"                         # no expiry found; L2, L5: stays pending

[limit]
subject_max = 200                       # L3, L4
subject_unit = "codepoint"
body_max = 2000                         # L3, L4
attachments_max = 0
[format]
allowed = []                            # plain text; HTML only in Message Ads (L26)
html = "reject"
[draft]
enabled = true                          # L14
[undo]
window_s = 0
[retract]
condition = "never"                     # T7, T21: not in Sales Navigator and Recruiter
window_s = 0
[sent]
visible_after_s = 0

[recipient]
first_degree = "free"                   # L7, L13
optout_scope = "all"                    # L4, L13, L32
premium_override = false
require_public_profile = false

[sanction]                              # L21
ladder = [
  { step = "warn" },
  { step = "restrict", duration_s = 86400 },
  { step = "restrict", duration_s = 259200 },
  { step = "restrict", duration_s = 604800 },
]
[purchase]
enabled = false                         # L4, L5
[seat]
daily_max = 1000                        # L16 has a limit; the numbers are S4's, UNVERIFIED
first_week_max = 200
[metrics]
open_visible_to_sender = "never"        # T8
)";

constexpr std::string_view legacy_2014 =
    R"(# The rules until 1 January 2015: a 7-day response guarantee.
name = "legacy-2014"
inherits = "default"

[plan]
career.monthly_allotment = 3            # UNVERIFIED, as the rest save Recruiter's (L10)
business.monthly_allotment = 10
sales_core.monthly_allotment = 25
sales_team.monthly_allotment = 25
recruiter_lite.monthly_allotment = 25   # L10
recruiter_rps.monthly_allotment = 50    # L10
recruiter_corp.monthly_allotment = 50   # L10

[accum]
enabled = true
cap_multiple_bp = 0                     # no cap
[lot]
ttl_s = 7776000                         # UNVERIFIED for 2014; L10 states it for 2015

[refund]
on = ["no_response"]                    # L10, T4, T5
no_response_window_s = 604800
[expiry]
basis = "unanswered"                    # S1
ttl_s = 604800

[limit]
subject_max = 200
subject_unit = "codepoint"
body_max = 1900
attachments_max = 0
[format]
allowed = []
html = "reject"
[draft]
enabled = false
[undo]
window_s = 0
[retract]
condition = "never"
window_s = 0
[sent]
visible_after_s = 0

[recipient]
first_degree = "free"
optout_scope = "all"
premium_override = false
require_public_profile = false
[followup]
max_unanswered = 0                      # L2, older: none until they respond

[sanction]                              # UNVERIFIED
ladder = [{ step = "warn" }, { step = "suspend" }, { step = "terminate" }]
[purchase]
enabled = true                          # T23: up to 10 extra
max_per_period = 10
[rr]
eval_lag_s = 0                          # L9: no grace
[metrics]
open_visible_to_sender = "never"        # T8
)";

constexpr std::string_view trace =
    R"(# For importing a real message trace: nothing runs out, nothing is held back.
name = "trace"
inherits = "default"

[plan.custom]
monthly_allotment = 1000000
can_send_inmail = true
is_premium = true
accum.cap_multiple_bp = 0               # no cap
accum.cap_abs = 0
lot.ttl_s = 0
lot.ttl_calendar_months = 0

[refund]
on = ["accept", "decline", "reply", "quick_reply"]
window_s = 7776000
[expiry]
basis = "never"
[followup]
max_unanswered = 0                      # a trace knows answers, not follow-ups
forget_s = 0                            # never
[undo]
window_s = 0
[limit]
subject_required = false                # a trace has no subjects
body_min = 1

[free]
open_profile_max_per_month = 0
[seat]
daily_max = 0
first_week_max = 0
monthly_limit = 0
[rr]
enabled = false

[spam]
identical_max = 0
burst_max = 0
reports_max = 0
automation_signal = "off"
weights = { burst = 0, automation = 0, reports = 0, similar = 0 }
action_on_score = { warn = 1001, hold_for_review = 1001, reject = 1001 }
)";

struct Preset {
  std::string_view name;
  std::string_view document;
};

const auto& presets() {
  static const std::array all{
      Preset{"default", ""},
      Preset{"official-now", official_now},
      Preset{"legacy-2014", legacy_2014},
      Preset{"seed0", seed0_document},
      Preset{"seed1", seed1_document},
      Preset{"seed2", seed2_document},
      Preset{"seed3", seed3_document},
      Preset{"seed4", seed4_document},
      Preset{"trace", trace},
  };
  return all;
}

}  // namespace

std::vector<std::string_view> preset_names() {
  std::vector<std::string_view> names;
  for (const auto& each : presets()) names.push_back(each.name);
  return names;
}

std::string_view preset_document(std::string_view name) {
  for (const auto& each : presets())
    if (each.name == name) return each.document;
  return {};
}

Result<Policy> preset(std::string_view name) {
  for (const auto& each : presets()) {
    if (each.name != name) continue;
    if (each.document.empty()) return Policy{};
    return parse_policy(each.document, each.name);
  }
  std::string known;
  for (const auto& each : presets()) known += (known.empty() ? "" : ", ") + std::string(each.name);
  return Error{ErrorCode::not_found, "there is no preset of that name; there are " + known};
}

}  // namespace inmail
