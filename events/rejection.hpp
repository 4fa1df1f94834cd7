#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace inmail {

/// Why the domain said no (D5.2). Where a ladder of guards applies, the first that fails is the
/// answer. Stored: never renumber. Hundreds follow the guard numbers of D5.2.
enum class Rejection : std::uint16_t {
  // 0: every command.
  malformed = 1,          ///< Never recorded.
  command_id_reused = 2,  ///< The same id came with another payload. Never recorded.
  unknown_actor = 10,
  unknown_target = 11,
  not_allowed = 12,
  already_exists = 13,

  // Send guards 1 to 17, in their order.
  unknown_sender = 101,
  unknown_recipient = 102,
  self_send = 201,
  seat_inactive = 401,
  role_cannot_send = 402,
  subscription_ended = 501,
  premium_required = 502,
  pool_not_shared = 503,  ///< Of a linked account: its pool's plan shares nothing now.
  recipient_unavailable =
      601,  ///< One code for block, opt-out and disabled; what lies behind is not told.
  banned_list = 701,
  profile_not_public = 801,
  out_of_degree = 802,
  first_degree_forbidden = 901,
  recipient_filter = 1001,  ///< By what the recipient, or the policy for all, does not take.
  recipient_quota = 1002,   ///< So many have come to the recipient; how many is not told.
  subject_empty = 1101,
  subject_too_long = 1102,
  body_empty = 1103,
  body_too_long = 1104,
  html_not_allowed = 1105,
  markup_not_allowed = 1106,      ///< Links or lists; all other signs are literal text.
  link_bad = 1107,                ///< By its scheme, or because there are too many.
  attachment_not_allowed = 1108,  ///< By its type, its size, or because there are too many.
  signature_too_long = 1109,
  awaiting_response = 1201,
  followup_limit = 1202,
  followup_too_soon = 1203,
  followup_too_late = 1204,   ///< It is to follow later than follow-ups may.
  duplicate_outreach = 1301,  ///< `limit`: the seat that wrote; `actual`: when, in ms.
  seat_first_week_limit = 1501,
  seat_daily_limit = 1502,
  seat_monthly_limit = 1503,
  open_profile_limit = 1504,
  reason_required = 1601,
  commercial_use = 1602,
  identical_bulk = 1603,
  spam_rejected = 1604,
  insufficient_credits = 1701,

  // Other commands.
  not_delivered = 2001,
  message_retracted = 2002,
  message_expired = 2003,
  already_responded = 2004,
  already_retracted = 2010,
  retract_disabled = 2011,
  retract_window_over = 2012,
  retract_refused = 2013,  ///< Opened already, where the sender may not know that.
  already_opened = 2014,
  thread_unavailable = 2020,
  not_connected = 2021,
  thread_closed_by_decline = 2022,
  no_subscription = 2030,
  already_subscribed = 2031,
  unknown_contract = 2040,
  seats_exhausted = 2041,
  policy_invalid = 2050,
  purchase_disabled = 2060,
  unknown_pack = 2061,
  credits_left = 2062,  ///< Packs are for an empty pool.
  purchase_limit = 2063,
  unknown_purchase = 2064,
  refund_time_over = 2065,
  lot_touched = 2066,       ///< Not all that was bought is there any more.
  undo_window_over = 2070,  ///< Delivered already, or on its way.
  not_scheduled = 2071,
  send_at_in_past = 2072,
  drafts_disabled = 2073,
  draft_limit = 2074,
  revision_conflict = 2075,
  no_such_link = 2080,
  plan_not_shared = 2110,   ///< The plan's credits are for its holder alone (`plan.pool_scope`).
  holder_is_linked = 2111,  ///< Who spends from another's pool shares none.
  already_linked = 2112,    ///< To this pool or another one.
  holds_a_pool = 2113,      ///< The member has a plan that it could share itself.
  not_linked = 2114,        ///< To this pool.
  transfer_disabled = 2120,
  not_transferable = 2121,  ///< So many are not, by their number or their age.
};

/// "awaiting_response".
std::string_view name_of(Rejection code);
std::optional<Rejection> rejection_from_text(std::string_view name);

}  // namespace inmail
