#include "events/policy_table.hpp"

namespace inmail {
namespace {

constexpr PolicyLimits score{.max = 1'000};
constexpr PolicyLimits threshold{.max = 1'001, .note = "1001: never"};
constexpr PolicyLimits minute{.max = 1'439};

std::vector<Parameter> spam_parameters() {
  using P = Policy;
  using Spam = SpamPolicy;
  return {
      parameter<&P::spam, &Spam::identical_max>(
          {"spam.identical_max", "messages", count_or_off, "S2, L8, L12"}),
      parameter<&P::spam, &Spam::identical_window_s>(
          {"spam.identical_window_s", "s", some_seconds, "DESIGN"}),
      parameter<&P::spam, &Spam::similarity_bp>({"spam.similarity_bp", "bp", rate, "DESIGN"}),
      parameter<&P::spam, &Spam::burst_max>(
          {"spam.burst_max", "messages", count_or_off, "S1, S3 (number DESIGN)"}),
      parameter<&P::spam, &Spam::burst_window_s>(
          {"spam.burst_window_s", "s", some_seconds, "DESIGN"}),
      parameter<&P::spam, &Spam::burst_action>({"spam.burst_action", "-", {}, "S1, S3"}),
      parameter<&P::spam, &Spam::phrases>({"spam.phrases", "phrases", {.max = 1'000}, "S3"}),
      parameter<&P::spam, &Spam::reports_max>(
          {"spam.reports_max", "reports", count_or_off, "S3 (number DESIGN)"}),
      parameter<&P::spam, &Spam::reports_window_s>(
          {"spam.reports_window_s", "s", some_seconds, "DESIGN"}),
      parameter<&P::spam, &Spam::reports_rate_bp>({"spam.reports_rate_bp", "bp", rate, "DESIGN"}),
      parameter<&P::spam, &Spam::automation_signal>({"spam.automation_signal", "-", {}, "S3"}),
      parameter<&P::spam, &Spam::weights, &SpamWeights::burst>(
          {"spam.weights.burst", "score", score, "DESIGN"}),
      parameter<&P::spam, &Spam::weights, &SpamWeights::automation>(
          {"spam.weights.automation", "score", score, "DESIGN"}),
      parameter<&P::spam, &Spam::weights, &SpamWeights::reports>(
          {"spam.weights.reports", "score", score, "DESIGN"}),
      parameter<&P::spam, &Spam::weights, &SpamWeights::similar>(
          {"spam.weights.similar", "score", score, "DESIGN"}),
      parameter<&P::spam, &Spam::action_on_score, &ScoreLadder::warn>(
          {"spam.action_on_score.warn", "least score", threshold, "DESIGN"}),
      parameter<&P::spam, &Spam::action_on_score, &ScoreLadder::hold_for_review>(
          {"spam.action_on_score.hold_for_review", "least score", threshold, "DESIGN"}),
      parameter<&P::spam, &Spam::action_on_score, &ScoreLadder::reject>(
          {"spam.action_on_score.reject", "least score", threshold, "DESIGN"}),
  };
}

std::vector<Parameter> rr_parameters() {
  using P = Policy;
  using Rr = RrPolicy;
  return {
      parameter<&P::rr, &Rr::threshold_bp>({"rr.threshold_bp", "bp", rate, "S4, L8"}),
      parameter<&P::rr, &Rr::min_sent>({"rr.min_sent", "messages", any_count, "S4, L8"}),
      parameter<&P::rr, &Rr::window_s>({"rr.window_s", "s", some_seconds, "S4, L8"}),
      parameter<&P::rr, &Rr::window_mode>({"rr.window_mode", "-", {}, "L8, L9"}),
      parameter<&P::rr, &Rr::eval_lag_s>(
          {"rr.eval_lag_s", "s", {.max = seconds_max, .note = "0: judged at once"}, "L8, L9"}),
      parameter<&P::rr, &Rr::warning_s>({"rr.warning_s", "s", any_seconds, "L8"}),
      parameter<&P::rr, &Rr::restrict_s>({"rr.restrict_s", "s", some_seconds, "L8, L9"}),
      parameter<&P::rr, &Rr::numerator>({"rr.numerator", "kinds", {}, "L8"}),
      parameter<&P::rr, &Rr::denominator>({"rr.denominator", "-", {}, "L7, L18"}),
      parameter<&P::rr, &Rr::count_followups>({"rr.count_followups", "-", {}, "L15"}),
      parameter<&P::rr, &Rr::pass_op>({"rr.pass_op", "-", {}, "L8"}),
      parameter<&P::rr, &Rr::restriction>({"rr.restriction", "kinds", {}, "L8, S4"}),
      parameter<&P::rr, &Rr::restriction_cap_per_day>(
          {"rr.restriction_cap_per_day", "messages", any_count, "DESIGN"}),
      parameter<&P::rr, &Rr::low_volume_exit>({"rr.low_volume_exit", "-", {}, "DESIGN"}),
      parameter<&P::rr, &Rr::exit_min_sent>({"rr.exit_min_sent", "messages", any_count, "DESIGN"}),
  };
}

std::vector<Parameter> seat_parameters() {
  using P = Policy;
  using Seat = SeatPolicy;
  return {
      parameter<&P::seat, &Seat::daily_max>(
          {"seat.daily_max", "messages", count_or_no_limit, "S4, L16"}),
      parameter<&P::seat, &Seat::day_mode>({"seat.day_mode", "-", {}, "L21"}),
      parameter<&P::seat, &Seat::first_week_max>(
          {"seat.first_week_max", "messages", count_or_no_limit, "S4"}),
      parameter<&P::seat, &Seat::week_start>({"seat.week_start", "-", {}, "L18"}),
      parameter<&P::seat, &Seat::first_week_mode>({"seat.first_week_mode", "-", {}, "S4"}),
      parameter<&P::seat, &Seat::monthly_limit>(
          {"seat.monthly_limit", "messages", count_or_no_limit, "L11"}),
      parameter<&P::seat, &Seat::monthly_counts>({"seat.monthly_counts", "-", {}, "L11"}),
      parameter<&P::seat, &Seat::free_counts_to_daily>(
          {"seat.free_counts_to_daily", "-", {}, "DESIGN"}),
      parameter<&P::seat, &Seat::bulk_allowed>({"seat.bulk_allowed", "-", {}, "L12"}),
      parameter<&P::seat, &Seat::roles_can_send>({"seat.roles_can_send", "roles", {}, "L11"}),
      parameter<&P::bulk, &BulkPolicy::max_recipients>({"bulk.max_recipients",
                                                        "recipients",
                                                        {.min = 2, .max = 100'000},
                                                        "L9 (number UNVERIFIED)"}),
      parameter<&P::bulk, &BulkPolicy::atomicity>({"bulk.atomicity", "-", {}, "C16"}),
  };
}

}  // namespace

std::vector<Parameter> people_parameters() {
  using P = Policy;
  using Recipient = RecipientPolicy;
  using Filters = AcceptFilters;
  using Followup = FollowupPolicy;
  return {
      parameter<&P::recipient, &Recipient::first_degree>(
          {"recipient.first_degree", "-", {}, "L7, L13, S0, S1, S2, S3"}),
      parameter<&P::recipient, &Recipient::optout_scope>(
          {"recipient.optout_scope", "-", {}, "S2, S3, L4, L13"}),
      parameter<&P::recipient, &Recipient::premium_override>(
          {"recipient.premium_override", "-", {}, "S2"}),
      parameter<&P::recipient, &Recipient::require_public_profile>(
          {"recipient.require_public_profile", "-", {}, "S3"}),
      parameter<&P::recipient, &Recipient::banned_lists>(
          {"recipient.banned_lists", "list ids", {.max = 100, .form = &word_form}, "S3"}),
      parameter<&P::recipient, &Recipient::members_only>(
          {"recipient.members_only", "-", always_true, "S2"}),
      parameter<&P::recipient, &Recipient::stop_scope>({"recipient.stop_scope", "-", {}, "S2"}),
      parameter<&P::recipient, &Recipient::inbound_daily_max>(
          {"recipient.inbound_daily_max", "messages", count_or_no_limit, "DESIGN"}),
      parameter<&P::recipient, &Recipient::inbound_weekly_max>(
          {"recipient.inbound_weekly_max", "messages", count_or_no_limit, "DESIGN"}),
      parameter<&P::recipient, &Recipient::accept_filters, &Filters::purposes>(
          {"recipient.accept_filters.purposes", "purposes, [] for all", {}, "DESIGN"}),
      parameter<&P::recipient, &Recipient::accept_filters, &Filters::min_degree>(
          {"recipient.accept_filters.min_degree", "-", {}, "DESIGN"}),
      parameter<&P::recipient, &Recipient::accept_filters, &Filters::max_degree>(
          {"recipient.accept_filters.max_degree", "-", {}, "DESIGN"}),
      parameter<&P::recipient, &Recipient::accept_filters, &Filters::languages>(
          {"recipient.accept_filters.languages",
           "BCP-47, [] for all",
           {.max = 100, .form = &locale_form},
           "DESIGN"}),
      parameter<&P::recipient, &Recipient::accept_filters, &Filters::quiet_from_minute>(
          {"recipient.accept_filters.quiet_from_minute", "minute of UTC day", minute, "DESIGN"}),
      parameter<&P::recipient, &Recipient::accept_filters, &Filters::quiet_until_minute>(
          {"recipient.accept_filters.quiet_until_minute", "minute of UTC day", minute, "DESIGN"}),
      parameter<&P::recipient, &Recipient::accept_filters, &Filters::require_compensation>(
          {"recipient.accept_filters.require_compensation", "-", {}, "C1, C15"}),
      parameter<&P::recipient, &Recipient::dedup_level>({"recipient.dedup_level", "-", {}, "C9"}),
      parameter<&P::recipient, &Recipient::dedup_action>(
          {"recipient.dedup_action", "-", {}, "C10, C11"}),
      parameter<&P::recipient, &Recipient::dedup_window_s>(
          {"recipient.dedup_window_s", "s", some_seconds, "C11"}),

      parameter<&P::followup, &Followup::max_unanswered>(
          {"followup.max_unanswered", "follow-ups", any_count, "L2, L3, L4, L5, L32, S2"}),
      parameter<&P::followup, &Followup::min_gap_s>(
          {"followup.min_gap_s", "s", any_seconds, "L14, S2"}),
      parameter<&P::followup, &Followup::max_gap_s>(
          {"followup.max_gap_s", "s", any_seconds, "L14"}),
      parameter<&P::followup, &Followup::default_gap_s>(
          {"followup.default_gap_s", "s", any_seconds, "L14"}),
      parameter<&P::followup, &Followup::charge>({"followup.charge", "-", {}, "L5, L15"}),
      parameter<&P::followup, &Followup::forget_s>(
          {"followup.forget_s", "s", seconds_or_never, "DESIGN"}),
      parameter<&P::followup, &Followup::cancel_on_response>(
          {"followup.cancel_on_response", "-", always_true, "L15"}),
      parameter<&P::reinitiate, &ReinitiatePolicy::after_decline>(
          {"reinitiate.after_decline", "-", {}, "L17"}),
      parameter<&P::reinitiate, &ReinitiatePolicy::cooldown_s>(
          {"reinitiate.cooldown_s", "s", some_seconds, "C5"}),
  };
}

std::vector<Parameter> trust_parameters() {
  using P = Policy;
  using Sanction = SanctionPolicy;
  using Compliance = CompliancePolicy;
  std::vector<Parameter> rows = {
      parameter<&P::screen, &ScreenPolicy::hold_timeout_s>(
          {"screen.hold_timeout_s", "s", some_seconds, "DESIGN"}),
      parameter<&P::screen, &ScreenPolicy::hold_timeout_action>(
          {"screen.hold_timeout_action", "-", {}, "DESIGN"}),
      parameter<&P::screen, &ScreenPolicy::unknown_sender_harmful>(
          {"screen.unknown_sender_harmful", "-", {}, "L23"}),
      parameter<&P::sanction, &Sanction::ladder>(
          {"sanction.ladder", "steps", {.max = 32}, "L21, S2, S3"}),
      parameter<&P::sanction, &Sanction::scope>({"sanction.scope", "-", {}, "L21"}),
      parameter<&P::sanction, &Sanction::decay_s>(
          {"sanction.decay_s", "s", seconds_or_never, "DESIGN"}),
      parameter<&P::sanction, &Sanction::appeal_window_s>(
          {"sanction.appeal_window_s", "s", any_seconds, "L21 (number DESIGN)"}),
      parameter<&P::compliance, &Compliance::commercial_use>(
          {"compliance.commercial_use", "-", {}, "S2, L21, L22, L23"}),
      parameter<&P::compliance, &Compliance::require_reason>(
          {"compliance.require_reason", "-", {}, "S2"}),
      parameter<&P::compliance, &Compliance::honor_stop>(
          {"compliance.honor_stop", "-", always_true, "S2"}),
      parameter<&P::report, &ReportPolicy::reasons>({"report.reasons", "reasons", {}, "L23"}),
      parameter<&P::report, &ReportPolicy::hides_conversation>(
          {"report.hides_conversation", "-", {}, "L23"}),
      parameter<&P::report, &ReportPolicy::notifies_sender>(
          {"report.notifies_sender", "-", {}, "L23"}),
  };
  for (const auto& more : {seat_parameters(), rr_parameters(), spam_parameters()})
    rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

}  // namespace inmail
