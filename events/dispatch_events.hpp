#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/attachment.hpp"
#include "events/credit_events.hpp"
#include "events/event_type.hpp"
#include "events/ids.hpp"
#include "events/markup.hpp"
#include "events/rejection.hpp"
#include "events/terms.hpp"
#include "events/text.hpp"
#include "events/text_print.hpp"

namespace inmail {

// What lies between writing an InMail and its delivery. Stream, for all: the sender, a member or a
// seat.

/// The time in which an InMail could be undone is over. Obliges the recipient to deliver or to fail
/// it, and so says all that this needs; `InMailSent` stands before it.
struct UndoWindowClosed {
  static constexpr EventType type{.number = 510, .name = "inmail.undo_window_closed", .version = 1};

  InMailId inmail{};
  MemberId from{};
  MemberId to{};
  bool from_premium = false;
  StreamId pool{};
  std::uint32_t cost = 0;
  Timestamp sent_at{};
  PolicyVersion pinned{};   ///< Policy of `InMailSent`.
  std::uint32_t links = 0;  ///< In its body.

  bool operator==(const UndoWindowClosed&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, from, to, from_premium, pool, cost, sent_at, pinned, links);
  }
};

/// An InMail that was sent, and could still be undone, or was scheduled, will not be delivered.
/// What a member's own credits had set aside goes back in the `CreditReleased` right after it;
/// another pool is obliged to release.
struct InMailCancelled {
  static constexpr EventType type{.number = 511, .name = "inmail.cancelled", .version = 1};

  InMailId inmail{};
  MemberId to{};
  StreamId pool{};
  std::uint32_t set_aside = 0;  ///< Credits that were reserved for it.
  CancelReason reason = CancelReason::undo;
  std::optional<Rejection> refusal{};  ///< What the guard said that refused it.

  bool operator==(const InMailCancelled&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, to, pool, set_aside, reason, refusal);
  }
};

/// An InMail is to be sent at `send_at`, if nothing stands against it then. Where the policy takes
/// the credits now, a member's own are set aside by this event; another pool has reserved.
struct InMailScheduled {
  static constexpr EventType type{.number = 512, .name = "inmail.scheduled", .version = 1};

  InMailId inmail{};
  MemberId from{};
  std::optional<SeatId> seat{};  ///< That sends it.
  MemberId to{};
  Timestamp send_at{};
  std::string time_zone{};  ///< As the sender named it; `send_at` is what counts.
  StreamId pool{};
  bool is_paid = false;         ///< Price and class are fixed, and the credits set aside.
  std::uint32_t cost = 0;       ///< Where it is paid.
  LotSplits splits{};           ///< Empty when a contract reserved.
  Version recipient_version{};  ///< Of the recipient's stream that the sender looked at.
  Text subject{};
  Text body{};
  std::optional<FreeClass> free_class{};  ///< Where it is paid.
  // What the host said of it, and the engine's edge found in its texts.
  std::optional<Degree> degree{};
  bool applicant = false;
  Purpose purpose = Purpose::other;
  TextMarkup markup{};
  TextPrint print{};
  Text override_reason{};
  bool veteran = false;
  Text signature{};
  std::vector<Attachment> attachments{};
  std::string locale{};
  bool offers_compensation = false;
  std::optional<InMailId> parent{};  ///< That it follows up.
  std::uint32_t delay_s = 0;         ///< Of a follow-up, since its parent was sent.

  bool operator==(const InMailScheduled&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, from, seat, to, send_at, time_zone, pool, is_paid, cost, splits,
            recipient_version, subject, body, free_class, degree, applicant, purpose, markup, print,
            override_reason, veteran, signature, attachments, locale, offers_compensation, parent,
            delay_s);
  }
};

/// It is to be sent at another time.
struct InMailRescheduled {
  static constexpr EventType type{.number = 513, .name = "inmail.rescheduled", .version = 1};

  InMailId inmail{};
  Timestamp send_at{};
  std::string time_zone{};

  bool operator==(const InMailRescheduled&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, send_at, time_zone);
  }
};

/// A text was put aside, or again in another wording.
struct DraftSaved {
  static constexpr EventType type{.number = 514, .name = "draft.saved", .version = 1};

  DraftId draft{};
  std::uint32_t revision = 0;  ///< Counts from 1.
  MemberId from{};
  std::optional<MemberId> to{};
  Text subject{};
  Text body{};
  std::optional<Timestamp> expires_at{};  ///< When it is discarded, if it is not touched.

  bool operator==(const DraftSaved&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(draft, revision, from, to, subject, body, expires_at);
  }
};

struct DraftDiscarded {
  static constexpr EventType type{.number = 515, .name = "draft.discarded", .version = 1};

  DraftId draft{};
  DraftEnd end = DraftEnd::discarded;

  bool operator==(const DraftDiscarded&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(draft, end);
  }
};

/// What a release says of an InMail that was cancelled.
inline ReleaseReason release_reason(CancelReason reason) {
  const bool by_sender = reason == CancelReason::undo || reason == CancelReason::by_user ||
                         reason == CancelReason::sender_erased;
  return by_sender ? ReleaseReason::taken_back : ReleaseReason::not_dispatched;
}

}  // namespace inmail
