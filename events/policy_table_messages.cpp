#include "events/policy_table.hpp"

namespace inmail {
namespace {

constexpr PolicyLimits amount{.max = 30'000};
constexpr PolicyLimits length{.max = 100'000};
constexpr PolicyLimits words{.max = 100, .form = &word_form};

std::vector<Parameter> deadline_parameters() {
  using P = Policy;
  using Refund = RefundPolicy;
  using Expiry = ExpiryPolicy;
  using Retract = RetractPolicy;
  return {
      parameter<&P::refund, &Refund::on>({"refund.on", "kinds", {}, "S0, S4, L1, L2, L10"}),
      parameter<&P::refund, &Refund::amount_accept>(
          {"refund.amount_accept", "bp of cost", amount, "C1"}),
      parameter<&P::refund, &Refund::amount_decline>(
          {"refund.amount_decline", "bp of cost", amount, "C1"}),
      parameter<&P::refund, &Refund::amount_reply>(
          {"refund.amount_reply", "bp of cost", amount, "C1"}),
      parameter<&P::refund, &Refund::amount_no_response>(
          {"refund.amount_no_response", "bp of cost", amount, "C1"}),
      parameter<&P::refund, &Refund::amount_other>(
          {"refund.amount_other", "bp of cost", amount, "C1"}),
      parameter<&P::refund, &Refund::window_s>(
          {"refund.window_s", "s", some_seconds, "S0, L1, L2, L10"}),
      parameter<&P::refund, &Refund::clock>({"refund.clock", "-", {}, "L10"}),
      parameter<&P::refund, &Refund::count_auto_reply>(
          {"refund.count_auto_reply", "-", {}, "L1, L5"}),
      parameter<&P::refund, &Refund::lot_life>({"refund.lot_life", "-", {}, "DESIGN"}),
      parameter<&P::refund, &Refund::lot_floor_s>(
          {"refund.lot_floor_s", "s", any_seconds, "DESIGN"}),
      parameter<&P::refund, &Refund::to>({"refund.to", "-", {}, "L11, L15"}),
      parameter<&P::refund, &Refund::max_per_inmail>(
          {"refund.max_per_inmail", "refunds", {.max = 100}, "L15"}),
      parameter<&P::refund, &Refund::followup_rule>({"refund.followup_rule", "-", {}, "L15"}),
      parameter<&P::refund, &Refund::no_response_window_s>(
          {"refund.no_response_window_s", "s", some_seconds, "S4, T4, T5"}),

      parameter<&P::expiry, &Expiry::basis>({"expiry.basis", "-", {}, "S1, S3, S4"}),
      parameter<&P::expiry, &Expiry::ttl_s>({"expiry.ttl_s", "s", some_seconds, "S1, S3"}),
      parameter<&P::expiry, &Expiry::effect>({"expiry.effect", "-", {}, "S1, S3"}),
      parameter<&P::expiry, &Expiry::late_response>({"expiry.late_response", "-", {}, "DESIGN"}),
      parameter<&P::reminder, &ReminderPolicy::after_s>(
          {"reminder.after_s", "s", seconds_or_off, "L2, L5"}),
      parameter<&P::reminder, &ReminderPolicy::max>(
          {"reminder.max", "reminders", {.max = 100}, "L2"}),

      parameter<&P::undo, &UndoPolicy::window_s>({"undo.window_s", "s", seconds_or_off, "DESIGN"}),
      parameter<&P::retract, &Retract::window_s>(
          {"retract.window_s", "s", seconds_or_never, "S3, T7"}),
      parameter<&P::retract, &Retract::condition>({"retract.condition", "-", {}, "S3"}),
      parameter<&P::retract, &Retract::effect_opened>({"retract.effect_opened", "-", {}, "S3"}),
      parameter<&P::retract, &Retract::refund>({"retract.refund", "-", {}, "T20"}),
      parameter<&P::retract, &Retract::tombstone_recipient>(
          {"retract.tombstone_recipient", "-", {}, "DESIGN"}),
      parameter<&P::retract, &Retract::counts_in_stats>(
          {"retract.counts_in_stats", "-", {}, "DESIGN"}),
      parameter<&P::edit, &EditPolicy::window_s>(
          {"edit.window_s", "s", seconds_or_never, "T7, T21"}),
  };
}

std::vector<Parameter> text_parameters() {
  using P = Policy;
  using Limit = LimitPolicy;
  using Format = FormatPolicy;
  using Draft = DraftPolicy;
  using Template = TemplatePolicy;
  return {
      parameter<&P::limit, &Limit::subject_max>({"limit.subject_max",
                                                 "subject_unit",
                                                 {.max = 10'000, .note = "0: no limit"},
                                                 "S0, S1, L3"}),
      parameter<&P::limit, &Limit::subject_unit>({"limit.subject_unit", "-", {}, "S0, S1"}),
      parameter<&P::limit, &Limit::subject_required>({"limit.subject_required", "-", {}, "L3, L4"}),
      parameter<&P::limit, &Limit::subject_counts>({"limit.subject_counts", "-", {}, "S3"}),
      parameter<&P::limit, &Limit::body_max>(
          {"limit.body_max", "body_unit", {.min = 1, .max = 100'000}, "S0, S1, S3, L3, L4"}),
      parameter<&P::limit, &Limit::body_unit>({"limit.body_unit", "-", {}, "S0"}),
      parameter<&P::limit, &Limit::body_min>({"limit.body_min", "body_unit", length, "DESIGN"}),
      parameter<&P::limit, &Limit::signature_max>(
          {"limit.signature_max", "codepoints", length, "L13"}),
      parameter<&P::limit, &Limit::signature_counts>({"limit.signature_counts", "-", {}, "S0"}),
      parameter<&P::limit, &Limit::preview_max>(
          {"limit.preview_max", "codepoints", length, "S3 (number DESIGN)"}),
      parameter<&P::limit, &Limit::attachments_max>(
          {"limit.attachments_max", "attachments", {.max = 100, .note = "0: none"}, "S1, S3"}),
      parameter<&P::limit, &Limit::attachment_bytes_max>(
          {"limit.attachment_bytes_max", "bytes", {.max = 1'073'741'824}, "T9"}),
      parameter<&P::limit, &Limit::attachment_types>(
          {"limit.attachment_types", "file extensions", words, "DESIGN"}),

      parameter<&P::format, &Format::allowed>({"format.allowed", "markup", {}, "S1, S3"}),
      parameter<&P::format, &Format::html>({"format.html", "-", {}, "S1"}),
      parameter<&P::format, &Format::links_max>(
          {"format.links_max", "links", {.max = 1'000}, "DESIGN"}),
      parameter<&P::draft, &Draft::enabled>({"draft.enabled", "-", {}, "S3, L14"}),
      parameter<&P::draft, &Draft::max_per_seat>(
          {"draft.max_per_seat", "drafts", any_count, "DESIGN"}),
      parameter<&P::draft, &Draft::ttl_s>({"draft.ttl_s", "s", seconds_or_never, "DESIGN"}),
      parameter<&P::template_, &Template::vars>({"template.vars", "names", words, "S3, S4"}),
      parameter<&P::template_, &Template::fallback_locale>(
          {"template.fallback_locale", "BCP-47", {.form = &locale_form}, "S4"}),
  };
}

std::vector<Parameter> reading_parameters() {
  using P = Policy;
  using Metrics = MetricsPolicy;
  using Ads = AdsPolicy;
  using Writeback = CrmWritebackPolicy;
  return {
      parameter<&P::sent, &SentPolicy::visible_after_s>(
          {"sent.visible_after_s", "s", any_seconds, "S1, L17"}),
      parameter<&P::inbox, &InboxPolicy::max_conversations>(
          {"inbox.max_conversations", "conversations", count_or_no_limit, "S1"}),
      parameter<&P::inbox, &InboxPolicy::overflow>({"inbox.overflow", "-", {}, "S1"}),

      parameter<&P::metrics, &Metrics::response_window_s>(
          {"metrics.response_window_s", "s", some_seconds, "L18, L19"}),
      parameter<&P::metrics, &Metrics::open_visible_to_sender>(
          {"metrics.open_visible_to_sender", "-", {}, "T8, S2, S3"}),
      parameter<&P::metrics, &Metrics::unclassified_is_accept>(
          {"metrics.unclassified_is_accept", "-", {}, "L17"}),
      parameter<&P::metrics, &Metrics::history_s>(
          {"metrics.history_s", "s", some_seconds, "L18, L29"}),

      parameter<&P::notify, &NotifyPolicy::channels>(
          {"notify.channels", "channels", {}, "S1, S2, S4, L17"}),
      parameter<&P::notify, &NotifyPolicy::events>({"notify.events", "events", {}, "S1, L2, L8"}),

      parameter<&P::ads, &Ads::enabled>({"ads.enabled", "-", {}, "S1"}),
      parameter<&P::ads, &Ads::recipient_min_interval_s>(
          {"ads.recipient_min_interval_s", "s", any_seconds, "T12, T13, L26"}),
      parameter<&P::ads, &Ads::per_advertiser>({"ads.per_advertiser", "-", {}, "T12, T13"}),
      parameter<&P::ads, &Ads::label>({"ads.label", "text", {.form = &label_form}, "S1"}),
      parameter<&P::ads, &Ads::reply_allowed>({"ads.reply_allowed", "-", {}, "S1"}),
      parameter<&P::ads, &Ads::contact_required>({"ads.contact_required", "-", {}, "S1"}),

      parameter<&P::crm, &CrmPolicy::writeback, &Writeback::enabled>(
          {"crm.writeback.enabled", "-", {}, "S3, L25"}),
      parameter<&P::crm, &CrmPolicy::writeback, &Writeback::per_user_sticky>(
          {"crm.writeback.per_user_sticky", "-", {}, "L25"}),
      parameter<&P::crm, &CrmPolicy::writeback, &Writeback::retroactive_from>(
          {"crm.writeback.retroactive_from", "UTC", {}, "L25"}),
  };
}

}  // namespace

std::vector<Parameter> message_parameters() {
  std::vector<Parameter> rows = deadline_parameters();
  for (const auto& more : {text_parameters(), reading_parameters()})
    rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

}  // namespace inmail
