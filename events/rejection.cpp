#include "events/rejection.hpp"

#include <iterator>

namespace inmail {
namespace {

struct Named {
  Rejection code;
  std::string_view name;
};

constexpr Named names[] = {
    {Rejection::malformed, "malformed"},
    {Rejection::command_id_reused, "command_id_reused"},
    {Rejection::unknown_actor, "unknown_actor"},
    {Rejection::unknown_target, "unknown_target"},
    {Rejection::not_allowed, "not_allowed"},
    {Rejection::already_exists, "already_exists"},
    {Rejection::unknown_sender, "unknown_sender"},
    {Rejection::unknown_recipient, "unknown_recipient"},
    {Rejection::self_send, "self_send"},
    {Rejection::seat_inactive, "seat_inactive"},
    {Rejection::role_cannot_send, "role_cannot_send"},
    {Rejection::subscription_ended, "subscription_ended"},
    {Rejection::premium_required, "premium_required"},
    {Rejection::pool_not_shared, "pool_not_shared"},
    {Rejection::recipient_unavailable, "recipient_unavailable"},
    {Rejection::banned_list, "banned_list"},
    {Rejection::profile_not_public, "profile_not_public"},
    {Rejection::out_of_degree, "out_of_degree"},
    {Rejection::first_degree_forbidden, "first_degree_forbidden"},
    {Rejection::recipient_filter, "recipient_filter"},
    {Rejection::recipient_quota, "recipient_quota"},
    {Rejection::subject_empty, "subject_empty"},
    {Rejection::subject_too_long, "subject_too_long"},
    {Rejection::body_empty, "body_empty"},
    {Rejection::body_too_long, "body_too_long"},
    {Rejection::html_not_allowed, "html_not_allowed"},
    {Rejection::markup_not_allowed, "markup_not_allowed"},
    {Rejection::link_bad, "link_bad"},
    {Rejection::attachment_not_allowed, "attachment_not_allowed"},
    {Rejection::signature_too_long, "signature_too_long"},
    {Rejection::awaiting_response, "awaiting_response"},
    {Rejection::followup_limit, "followup_limit"},
    {Rejection::followup_too_soon, "followup_too_soon"},
    {Rejection::followup_too_late, "followup_too_late"},
    {Rejection::duplicate_outreach, "duplicate_outreach"},
    {Rejection::seat_first_week_limit, "seat_first_week_limit"},
    {Rejection::seat_daily_limit, "seat_daily_limit"},
    {Rejection::seat_monthly_limit, "seat_monthly_limit"},
    {Rejection::open_profile_limit, "open_profile_limit"},
    {Rejection::reason_required, "reason_required"},
    {Rejection::commercial_use, "commercial_use"},
    {Rejection::identical_bulk, "identical_bulk"},
    {Rejection::spam_rejected, "spam_rejected"},
    {Rejection::insufficient_credits, "insufficient_credits"},
    {Rejection::not_delivered, "not_delivered"},
    {Rejection::message_retracted, "message_retracted"},
    {Rejection::message_expired, "message_expired"},
    {Rejection::already_responded, "already_responded"},
    {Rejection::already_retracted, "already_retracted"},
    {Rejection::retract_disabled, "retract_disabled"},
    {Rejection::retract_window_over, "retract_window_over"},
    {Rejection::retract_refused, "retract_refused"},
    {Rejection::already_opened, "already_opened"},
    {Rejection::thread_unavailable, "thread_unavailable"},
    {Rejection::not_connected, "not_connected"},
    {Rejection::thread_closed_by_decline, "thread_closed_by_decline"},
    {Rejection::no_subscription, "no_subscription"},
    {Rejection::already_subscribed, "already_subscribed"},
    {Rejection::unknown_contract, "unknown_contract"},
    {Rejection::seats_exhausted, "seats_exhausted"},
    {Rejection::policy_invalid, "policy_invalid"},
    {Rejection::purchase_disabled, "purchase_disabled"},
    {Rejection::unknown_pack, "unknown_pack"},
    {Rejection::credits_left, "credits_left"},
    {Rejection::purchase_limit, "purchase_limit"},
    {Rejection::unknown_purchase, "unknown_purchase"},
    {Rejection::refund_time_over, "refund_time_over"},
    {Rejection::lot_touched, "lot_touched"},
    {Rejection::undo_window_over, "undo_window_over"},
    {Rejection::not_scheduled, "not_scheduled"},
    {Rejection::send_at_in_past, "send_at_in_past"},
    {Rejection::drafts_disabled, "drafts_disabled"},
    {Rejection::draft_limit, "draft_limit"},
    {Rejection::revision_conflict, "revision_conflict"},
    {Rejection::no_such_link, "no_such_link"},
    {Rejection::plan_not_shared, "plan_not_shared"},
    {Rejection::holder_is_linked, "holder_is_linked"},
    {Rejection::already_linked, "already_linked"},
    {Rejection::holds_a_pool, "holds_a_pool"},
    {Rejection::not_linked, "not_linked"},
    {Rejection::transfer_disabled, "transfer_disabled"},
    {Rejection::not_transferable, "not_transferable"},
};

}  // namespace

std::string_view name_of(Rejection code) {
  for (const Named& each : names)
    if (each.code == code) return each.name;
  return "unknown";
}

std::optional<Rejection> rejection_from_text(std::string_view name) {
  for (const Named& each : names)
    if (each.name == name) return each.code;
  return std::nullopt;
}

}  // namespace inmail
