#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "events/ids.hpp"
#include "events/policy_enums.hpp"
#include "events/terms.hpp"

namespace inmail {

/// The groups of the policy about a message on its way from sender to recipient (D3.6, D3.12,
/// D3.13). Every member has the name of its parameter; ranges and sources stand in the parameter
/// table.

/// How long texts may be and what may go with them (D3.6).
struct LimitPolicy {
  std::int32_t subject_max = 200;  ///< 0: no limit of its own.
  TextUnit subject_unit = TextUnit::codepoint;
  bool subject_required = true;
  bool subject_counts = false;  ///< True: the subject counts towards `body_max`.
  std::int32_t body_max = 1'900;
  TextUnit body_unit = TextUnit::codepoint;
  std::int32_t body_min = 1;
  std::int32_t signature_max = 150;
  bool signature_counts = true;  ///< True: the signature counts towards `body_max`.
  std::int32_t preview_max = 140;
  std::int32_t attachments_max = 0;
  std::int64_t attachment_bytes_max = 20'971'520;
  std::vector<std::string> attachment_types{"pdf", "doc", "docx", "png", "jpg"};

  bool operator==(const LimitPolicy&) const = default;
};

/// Which markup a body may carry (D3.6).
struct FormatPolicy {
  EnumSet<Markup> allowed{Markup::bold,    Markup::italic,   Markup::strike,
                          Markup::bullets, Markup::numbered, Markup::link};
  HtmlRule html = HtmlRule::reject;
  std::int32_t links_max = 5;

  bool operator==(const FormatPolicy&) const = default;
};

/// Unsent text (D3.6).
struct DraftPolicy {
  bool enabled = true;
  std::int32_t max_per_seat = 500;
  Seconds ttl_s{0};  ///< 0: never.

  bool operator==(const DraftPolicy&) const = default;
};

/// Texts with gaps to fill (D3.6).
struct TemplatePolicy {
  std::vector<std::string> vars{"first_name", "last_name",   "full_name",    "headline", "company",
                                "title",      "sender_name", "sender_title", "job_title"};
  std::string fallback_locale = "en";

  bool operator==(const TemplatePolicy&) const = default;
};

/// Where a sender finds what was sent (D3.6). A rule of the read side, without events.
struct SentPolicy {
  Seconds visible_after_s{0};  ///< Until then it stands in the sender's inbox, unread.

  bool operator==(const SentPolicy&) const = default;
};

/// How many conversations an inbox holds (D3.6).
struct InboxPolicy {
  std::int32_t max_conversations = 0;  ///< 0: no limit.
  InboxOverflow overflow = InboxOverflow::none;

  bool operator==(const InboxPolicy&) const = default;
};

/// Taking a send back before delivery (D3.12). It delays the delivery, not the send.
struct UndoPolicy {
  Seconds window_s{60};  ///< 0: delivered at once.

  bool operator==(const UndoPolicy&) const = default;
};

/// Taking an InMail back after delivery (D3.12).
struct RetractPolicy {
  Seconds window_s{604'800};  ///< From sent_at, inclusive; 0: never.
  RetractCondition condition = RetractCondition::unopened;
  RetractEffectOpened effect_opened = RetractEffectOpened::reject;
  RetractRefund refund = RetractRefund::never;
  bool tombstone_recipient = false;
  bool counts_in_stats = true;  ///< So that retracting cannot launder a bad rate.

  bool operator==(const RetractPolicy&) const = default;
};

/// Changing an InMail after the send (D3.12).
struct EditPolicy {
  Seconds window_s{0};  ///< 0: never.

  bool operator==(const EditPolicy&) const = default;
};

/// How analytics count, and what they show (D3.13).
struct MetricsPolicy {
  Seconds response_window_s{2'592'000};
  OpenVisibility open_visible_to_sender = OpenVisibility::mutual;
  bool unclassified_is_accept = true;
  Seconds history_s{63'072'000};

  bool operator==(const MetricsPolicy&) const = default;
};

/// Who is told of what, and where (D3.13).
struct NotifyPolicy {
  EnumSet<NotifyChannel> channels{NotifyChannel::inbox, NotifyChannel::email, NotifyChannel::push};
  EnumSet<NotifyEvent> events{
      NotifyEvent::sent,       NotifyEvent::too_many,   NotifyEvent::received,
      NotifyEvent::reminder,   NotifyEvent::accepted,   NotifyEvent::declined,
      NotifyEvent::replied,    NotifyEvent::refunded,   NotifyEvent::expiring_credits,
      NotifyEvent::limit_near, NotifyEvent::rr_warning, NotifyEvent::sanction};

  bool operator==(const NotifyPolicy&) const = default;
};

/// Sponsored messages (D3.13). They cost money, never credits, and enter no InMail metric.
struct AdsPolicy {
  bool enabled = false;
  Seconds recipient_min_interval_s{2'592'000};
  bool per_advertiser = true;  ///< False: the interval holds over all advertisers.
  std::string label = "Sponsored";
  bool reply_allowed = false;
  bool contact_required = true;

  bool operator==(const AdsPolicy&) const = default;
};

/// Writing activity back to a CRM (`crm.writeback.*`, D3.13).
struct CrmWritebackPolicy {
  CrmWriteback enabled = CrmWriteback::contract_admin;
  bool per_user_sticky = true;   ///< Remembers a user's last choice.
  Timestamp retroactive_from{};  ///< When a record is linked, activity since then is written too.

  bool operator==(const CrmWritebackPolicy&) const = default;
};

struct CrmPolicy {
  CrmWritebackPolicy writeback;

  bool operator==(const CrmPolicy&) const = default;
};

}  // namespace inmail
