#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "events/ids.hpp"
#include "events/inbound_rules.hpp"
#include "events/policy_enums.hpp"
#include "events/terms.hpp"

namespace inmail {

/// The groups of the policy about who may write to whom, how much, and what misuse leads to (D3.7
/// to D3.10). Every member has the name of its parameter; ranges and sources stand in the parameter
/// table.

/// Who can be reached (D3.7).
struct RecipientPolicy {
  FirstDegreeRule first_degree = FirstDegreeRule::free;
  OptoutScope optout_scope = OptoutScope::all;
  bool premium_override =
      false;  ///< Never overrides a block, a stop, a banned list, a profile rule.
  bool require_public_profile = false;
  std::vector<std::string> banned_lists;
  bool members_only = true;  ///< A constant.
  StopScope stop_scope = StopScope::sender_and_contract;
  // Of who has set no rules of their own:
  std::int32_t inbound_daily_max = 0;   ///< 0: no limit.
  std::int32_t inbound_weekly_max = 0;  ///< 0: no limit.
  AcceptFilters accept_filters;
  DedupLevel dedup_level = DedupLevel::low;
  DedupAction dedup_action = DedupAction::warn;
  Seconds dedup_window_s{7'776'000};

  bool operator==(const RecipientPolicy&) const = default;
};

/// Writing again to somebody who has not answered (D3.7).
struct FollowupPolicy {
  std::int32_t max_unanswered = 1;  ///< Follow-ups, so one more message than this.
  Seconds min_gap_s{259'200};
  Seconds max_gap_s{2'419'200};
  Seconds default_gap_s{604'800};
  bool charge = true;
  Seconds forget_s{7'776'000};     ///< After this a silence no longer counts; 0: never.
  bool cancel_on_response = true;  ///< A constant.

  bool operator==(const FollowupPolicy&) const = default;
};

/// Beginning again after a decline (D3.7).
struct ReinitiatePolicy {
  AfterDecline after_decline = AfterDecline::allowed_new_thread;
  Seconds cooldown_s{7'776'000};  ///< Only with `after_cooldown`.

  bool operator==(const ReinitiatePolicy&) const = default;
};

/// Limits of a contract's seats (D3.8). Counters count sends and never go down.
struct SeatPolicy {
  std::int32_t daily_max = 1'000;  ///< 0: no limit.
  DayMode day_mode = DayMode::utc_day;
  std::int32_t first_week_max = 200;  ///< 0: no limit.
  WeekStart week_start = WeekStart::iso_monday_utc;
  FirstWeekMode first_week_mode = FirstWeekMode::calendar;
  std::int32_t monthly_limit = 0;  ///< 0: no limit. Refunds do not restore it.
  MonthlyCounts monthly_counts = MonthlyCounts::all_inmails;
  bool free_counts_to_daily = true;
  bool bulk_allowed = true;
  EnumSet<SeatRole> roles_can_send{SeatRole::recruiter, SeatRole::hiring_project_creator,
                                   SeatRole::member, SeatRole::admin_with_seat};

  bool operator==(const SeatPolicy&) const = default;
};

/// Sending one text to many (D3.8).
struct BulkPolicy {
  std::int32_t max_recipients = 25;
  BulkAtomicity atomicity = BulkAtomicity::per_recipient;

  bool operator==(const BulkPolicy&) const = default;
};

/// The response-rate rule (D3.9). `rr.enabled` is a term of each plan.
struct RrPolicy {
  std::int32_t threshold_bp = 1'300;
  std::int32_t min_sent = 100;
  Seconds window_s{1'209'600};
  RrWindowMode window_mode = RrWindowMode::consecutive;
  Seconds eval_lag_s{604'800};  ///< 0: judged at once, and no state Grace.
  Seconds warning_s{1'209'600};
  Seconds restrict_s{1'209'600};
  EnumSet<ReplyKind> numerator{ReplyKind::accept, ReplyKind::decline, ReplyKind::reply,
                               ReplyKind::quick_reply};
  RrDenominator denominator = RrDenominator::all_sent;
  bool count_followups = true;
  RrPassOp pass_op = RrPassOp::ge;
  EnumSet<RrRestriction> restriction{RrRestriction::no_bulk};  ///< Empty: judged, never restricted.
  std::int32_t restriction_cap_per_day = 0;                    ///< Only with `cap`.
  RrLowVolumeExit low_volume_exit = RrLowVolumeExit::pass_if_rate;
  std::int32_t exit_min_sent = 1;

  bool operator==(const RrPolicy&) const = default;
};

/// A phrase that screening looks for.
struct SpamPhrase {
  std::string id;
  std::string pattern;
  std::int32_t weight = 0;
  std::string locale;                               ///< Empty: in texts of every locale.
  PhraseClass phrase_class = PhraseClass::general;  ///< Written `class`.

  bool operator==(const SpamPhrase&) const = default;
};

/// What each signal adds to the spam score, which is their sum, clamped to 0..1000.
struct SpamWeights {
  std::int32_t burst = 300;
  std::int32_t automation = 400;
  std::int32_t reports = 300;
  std::int32_t similar = 400;

  bool operator==(const SpamWeights&) const = default;
};

/// The least score that leads to an action; 1001: never. Below all of them an InMail is allowed.
struct ScoreLadder {
  std::int32_t warn = 500;
  std::int32_t hold_for_review = 800;
  std::int32_t reject = 950;

  /// The strictest action that a score reaches.
  constexpr ScoreAction action_at(std::int32_t score) const {
    if (score >= reject) return ScoreAction::reject;
    if (score >= hold_for_review) return ScoreAction::hold_for_review;
    if (score >= warn) return ScoreAction::warn;
    return ScoreAction::allow;
  }

  bool operator==(const ScoreLadder&) const = default;
};

/// Signals of spam (D3.10). Maxima are per sender; the one past a maximum acts.
struct SpamPolicy {
  std::int32_t identical_max = 25;  ///< 0: not watched.
  Seconds identical_window_s{86'400};
  std::int32_t similarity_bp = 9'000;
  std::int32_t burst_max = 50;  ///< 0: not watched.
  Seconds burst_window_s{60};
  BurstAction burst_action = BurstAction::score;
  std::vector<SpamPhrase> phrases;
  std::int32_t reports_max = 3;  ///< 0: not watched. A strike needs this and `reports_rate_bp`.
  Seconds reports_window_s{1'209'600};
  std::int32_t reports_rate_bp = 200;
  AutomationSignal automation_signal = AutomationSignal::flag;
  SpamWeights weights;
  ScoreLadder action_on_score;

  bool operator==(const SpamPolicy&) const = default;
};

/// What happens to a message that waits for review (D3.10).
struct ScreenPolicy {
  Seconds hold_timeout_s{259'200};
  HoldTimeoutAction hold_timeout_action = HoldTimeoutAction::reject;
  HarmfulRule unknown_sender_harmful = HarmfulRule::to_spam_folder;

  bool operator==(const ScreenPolicy&) const = default;
};

/// One rung of the sanction ladder. Only `restrict` lasts for a time.
struct SanctionStep {
  SanctionKind step = SanctionKind::warn;
  Seconds duration_s{0};

  bool operator==(const SanctionStep&) const = default;
};

/// What strikes lead to (D3.10).
struct SanctionPolicy {
  std::vector<SanctionStep> ladder{
      {SanctionKind::warn, Seconds{0}},           {SanctionKind::restrict, Seconds{86'400}},
      {SanctionKind::restrict, Seconds{259'200}}, {SanctionKind::restrict, Seconds{604'800}},
      {SanctionKind::suspend, Seconds{0}},        {SanctionKind::terminate, Seconds{0}},
  };
  SanctionScope scope = SanctionScope::new_inmails_only;
  Seconds decay_s{7'776'000};
  Seconds appeal_window_s{1'209'600};

  bool operator==(const SanctionPolicy&) const = default;
};

/// What an InMail may be for (D3.10).
struct CompliancePolicy {
  CommercialUse commercial_use = CommercialUse::allow;
  bool require_reason = false;
  bool honor_stop = true;  ///< A constant.

  bool operator==(const CompliancePolicy&) const = default;
};

/// Reports by recipients (D3.10).
struct ReportPolicy {
  EnumSet<ReportReason> reasons{ReportReason::spam,         ReportReason::scam,
                                ReportReason::harassment,   ReportReason::misinformation,
                                ReportReason::fake_account, ReportReason::irrelevant,
                                ReportReason::other};
  bool hides_conversation = true;
  bool notifies_sender = false;  ///< Even if true, never who reported.

  bool operator==(const ReportPolicy&) const = default;
};

}  // namespace inmail
