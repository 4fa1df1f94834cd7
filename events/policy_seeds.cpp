#include "events/policy_seeds.hpp"

namespace inmail {

// A seed's silence (D2.3): what is a mechanism inherits the default; what gives or takes is off
// unless the seed states it, so that no preset grants or punishes by another document's rule.

const std::string_view seed0_document =
    R"(# As S0 tells it: no rollover, a reward for every response.
name = "seed0"
inherits = "default"

[plan]
pool_scope = "member"
allot_per = "member"                    # follows from the pools
career.monthly_allotment = 3
business.monthly_allotment = 15
sales_core.monthly_allotment = 20
sales_team.monthly_allotment = 20
recruiter_lite.monthly_allotment = 30   # one Hiring plan
recruiter_rps.monthly_allotment = 30
recruiter_corp.monthly_allotment = 30

[accum]
enabled = false                         # "limit ... per month"
cap_scope = ["monthly"]
[lot]
ttl_s = 0
[refund]
on = ["accept", "decline", "reply", "quick_reply"]  # "every response"
window_s = 7776000
[expiry]
basis = "never"

[limit]
subject_max = 200
subject_unit = "codepoint"
body_max = 1900                         # including the signature
signature_counts = true

[recipient]
first_degree = "free"
optout_scope = "all"
premium_override = false
require_public_profile = false
[free]
classes = ["first_degree"]
plan_classes = ["first_degree"]         # a basic account sends to its connections only

[purchase]
enabled = false
[seat]
daily_max = 0
first_week_max = 0
[rr]
enabled = false
[notify]
channels = ["inbox"]
)";

const std::string_view seed1_document =
    R"(# As S1 tells it: three months of rollover, deleted after seven days.
name = "seed1"
inherits = "default"

[plan]                                  # Recruiter plans inherit, all within 5..150
pool_scope = "member"
allot_per = "member"                    # follows from the pools
career.monthly_allotment = 5
business.monthly_allotment = 5
[plan.sales_core]
monthly_allotment = 20
pool_scope = "linked_accounts"          # an increase is applied to all linked accounts
[plan.sales_team]
monthly_allotment = 20
pool_scope = "linked_accounts"

[accum]
enabled = true
cap_multiple_bp = 30000                 # three months, then capped
[lot]
ttl_calendar_months = 3
[refund]
on = []
[expiry]
basis = "unanswered"                    # seven days to respond
ttl_s = 604800

[limit]
subject_max = 200
subject_unit = "word"
body_max = 1900
attachments_max = 5
[format]
allowed = ["link"]                      # a click-through rate needs links
html = "reject"
[sent]
visible_after_s = 172800                # unread for 48 hours, then Sent Items
[inbox]
max_conversations = 500
overflow = "archive_oldest"

[recipient]
first_degree = "charge"
[free]
classes = []
plan_classes = []

[spam]
burst_action = "alert"
[purchase]
enabled = false
[seat]
daily_max = 0
first_week_max = 0
[rr]
enabled = false
[notify]
channels = ["inbox", "email"]           # "as an email"
[ads]
enabled = true                          # 50% open, tag Sponsored, contact mandatory
)";

const std::string_view seed2_document =
    R"(# As S2 tells it: premium only, no refunds, strict on commerce.
name = "seed2"
inherits = "default"

[plan]                                  # allotments depend on the plan, no number is given
pool_scope = "member"
allot_per = "member"                    # follows from the pools

[accum]
enabled = false                         # "limited by the number ... per month"
cap_scope = ["monthly"]
[lot]
ttl_s = 0
[refund]
on = []
[expiry]
basis = "never"

[recipient]
first_degree = "charge"                 # "in network or not"
optout_scope = "free_senders_only"
premium_override = true
[free]
classes = []
plan_classes = []                       # premium required
[followup]
max_unanswered = 1                      # after a week; "multiple times" is forbidden
min_gap_s = 604800

[compliance]
commercial_use = "forbid"
require_reason = true
[spam]
identical_max = 1                       # no identical InMails in bulk
[sanction]
ladder = [{ step = "warn" }, { step = "suspend" }, { step = "terminate" }]

[purchase]
enabled = true
packs = [                               # the two ends of the range; between them nothing is known
  { pack_id = "p5", credits = 5, price_minor = 1000, currency = "USD" },
  { pack_id = "p50", credits = 50, price_minor = 12000, currency = "USD" },
]
[seat]
daily_max = 0
first_week_max = 0
[rr]
enabled = false
[metrics]
open_visible_to_sender = "aggregate"    # sent and opened are shown
[notify]
channels = ["inbox", "push"]            # mobile
)";

const std::string_view seed3_document =
    R"(# As S3 tells it: never to connections, gone if unopened for a week.
name = "seed3"
inherits = "default"

[plan]
pool_scope = "member"
allot_per = "member"                    # follows from the pools
career.monthly_allotment = 5
business.monthly_allotment = 10
sales_core.monthly_allotment = 10       # the ends of 10-25
sales_team.monthly_allotment = 25
recruiter_lite.monthly_allotment = 25   # the ends of 25-50
recruiter_rps.monthly_allotment = 50
recruiter_corp.monthly_allotment = 50

[accum]
enabled = false                         # "0-50 per month"
cap_scope = ["monthly"]
[lot]
ttl_s = 0
[refund]
on = []
[expiry]
basis = "unopened"
ttl_s = 604800

[limit]
subject_max = 0                         # none of its own
subject_counts = true
signature_counts = true
body_max = 3000                         # subject, body and signature
attachments_max = 0
[format]
allowed = ["bold", "italic", "strike", "bullets", "numbered", "link"]
[draft]
enabled = false
[undo]
window_s = 0
[retract]
condition = "unopened"
window_s = 604800
effect_opened = "hide_keep_copy"        # "just removes it from their list of messages"

[recipient]
first_degree = "forbid"
optout_scope = "all"
premium_override = false
require_public_profile = true
banned_lists = ["platform_staff"]
[free]
classes = []
plan_classes = []

[spam]
burst_action = "strike"
[sanction]
ladder = [
  { step = "restrict", duration_s = 86400 },
  { step = "restrict", duration_s = 259200 },
  { step = "restrict", duration_s = 604800 },
]
[purchase]
enabled = false
[seat]
daily_max = 0
first_week_max = 0
[rr]
enabled = false
[metrics]
open_visible_to_sender = "aggregate"    # open rates
[notify]
channels = ["inbox"]
)";

const std::string_view seed4_document =
    R"(# As S4 tells it: no reply in seven days gives the credit back.
name = "seed4"
inherits = "default"

[plan]                                  # Recruiter plans inherit; pools by plan: contracts pool
career.monthly_allotment = 5
business.monthly_allotment = 5
sales_core.monthly_allotment = 20
sales_team.monthly_allotment = 30

[accum]
enabled = true
cap_multiple_bp = 30000                 # 15, 60
[lot]
ttl_calendar_months = 3
[refund]
on = ["no_response"]
no_response_window_s = 604800
[expiry]
basis = "never"                         # stays until they get back

[recipient]
first_degree = "free"                   # no padlock for connections
[free]
classes = ["first_degree"]
plan_classes = ["first_degree"]

[purchase]
enabled = false
[seat]
daily_max = 1000
first_week_max = 200
[rr]
threshold_bp = 1300
min_sent = 100
window_s = 1209600
eval_lag_s = 0
restriction = []                        # no consequence is stated
[notify]
channels = ["inbox", "email"]
)";

}  // namespace inmail
