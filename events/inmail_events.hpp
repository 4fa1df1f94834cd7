#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "events/event_type.hpp"
#include "events/ids.hpp"
#include "events/terms.hpp"
#include "events/text.hpp"

namespace inmail {

/// What every event of the recipient's side repeats, so that no fold has to look it up.
struct InMailRef {
  InMailId inmail{};
  StreamId sender{};  ///< The stream that sent it.
  StreamId pool{};
  MemberId from{};
  std::uint32_t cost = 0;
  Timestamp sent_at{};

  bool operator==(const InMailRef&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, sender, pool, from, cost, sent_at);
  }
};

/// What an event on the recipient's side means for the charge. Stored: never renumber.
enum class ChargeEnd : std::uint8_t {
  none = 0,    ///< Nothing: it was free, stays open, or had ended before.
  refund = 1,  ///< The pool's owner is obliged to refund `refund_amount`.
  final = 2,   ///< No refund can come any more.
  // With `charge.when = at_accept`, where the credits are only reserved until then.
  spend = 3,    ///< Accepted: the pool's owner is obliged to charge what is reserved.
  release = 4,  ///< Not accepted: it is obliged to release it.
};

/// As it was before an InMail could be recalled to its recipient.
struct InMailDeliveredV1 {
  static constexpr EventType type{.number = 501, .name = "inmail.delivered", .version = 1};

  InMailRef ref{};
  PolicyVersion pinned{};
  bool refundable = false;
  std::optional<Timestamp> refund_until{};
  std::optional<Timestamp> no_response_from{};
  std::optional<Timestamp> expires_from{};
  ExpiryBasis expiry_basis = ExpiryBasis::never;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, pinned, refundable, refund_until, no_response_from, expires_from, expiry_basis);
  }
};

/// As it was before a charge could wait for the InMail to be accepted.
struct InMailDeliveredV2 {
  static constexpr EventType type{.number = 501, .name = "inmail.delivered", .version = 2};
  using previous = InMailDeliveredV1;

  InMailRef ref{};
  PolicyVersion pinned{};
  bool refundable = false;
  std::optional<Timestamp> refund_until{};
  std::optional<Timestamp> no_response_from{};
  std::optional<Timestamp> expires_from{};
  ExpiryBasis expiry_basis = ExpiryBasis::never;
  std::optional<Timestamp> remind_at{};
  std::uint32_t links = 0;

  static InMailDeliveredV2 upcast(InMailDeliveredV1 old) {
    return {.ref = old.ref,
            .pinned = old.pinned,
            .refundable = old.refundable,
            .refund_until = old.refund_until,
            .no_response_from = old.no_response_from,
            .expires_from = old.expires_from,
            .expiry_basis = old.expiry_basis};
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, pinned, refundable, refund_until, no_response_from, expires_from, expiry_basis,
            remind_at, links);
  }
};

/// The InMail is in the recipient's inbox; the charge is made, or waits for it to be accepted.
/// Stream, as of all below: the recipient. The deadlines are those of the pinned policy, computed
/// once, here.
struct InMailDelivered {
  static constexpr EventType type{.number = 501, .name = "inmail.delivered", .version = 3};
  using previous = InMailDeliveredV2;

  InMailRef ref{};
  PolicyVersion pinned{};   ///< Policy of `InMailSent`: judges refund, expiry, retract.
  bool refundable = false;  ///< False: the charge is final at once.
  std::optional<Timestamp>
      refund_until{};  ///< Last instant at which a response refunds; inclusive.
  std::optional<Timestamp> no_response_from{};  ///< When silence refunds, if still silent.
  std::optional<Timestamp> expires_from{};  ///< When it expires, if still unopened or unanswered.
  ExpiryBasis expiry_basis = ExpiryBasis::never;
  std::optional<Timestamp> remind_at{};  ///< When its recipient is first reminded of it.
  std::uint32_t links = 0;               ///< In its body: so many can be followed.
  /// Set: nothing is charged yet (`charge.when = at_accept`). Last instant at which an acceptance
  /// charges; inclusive.
  std::optional<Timestamp> accept_until{};

  static InMailDelivered upcast(InMailDeliveredV2 old) {
    return {.ref = old.ref,
            .pinned = old.pinned,
            .refundable = old.refundable,
            .refund_until = old.refund_until,
            .no_response_from = old.no_response_from,
            .expires_from = old.expires_from,
            .expiry_basis = old.expiry_basis,
            .remind_at = old.remind_at,
            .links = old.links};
  }
  bool operator==(const InMailDelivered&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, pinned, refundable, refund_until, no_response_from, expires_from, expiry_basis,
            remind_at, links, accept_until);
  }
};

/// Why an InMail did not reach the inbox. Stored: never renumber.
enum class FailureReason : std::uint8_t {
  /// Blocked, stopped, opted out or disabled since the send; or the inbox is full.
  recipient_unavailable = 1,
  unknown_recipient = 2,
};

/// Looked at again and not taken: the credit is released.
struct InMailFailed {
  static constexpr EventType type{.number = 502, .name = "inmail.failed", .version = 1};

  InMailRef ref{};
  FailureReason reason = FailureReason::recipient_unavailable;

  bool operator==(const InMailFailed&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, reason);
  }
};

/// As it was before silence could count from the opening.
struct OpenedV1 {
  static constexpr EventType type{.number = 503, .name = "inmail.opened", .version = 1};

  InMailRef ref{};
  bool inferred = false;
  std::optional<Timestamp> refund_until{};

  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, inferred, refund_until);
  }
};

/// The recipient opened the full message for the first time; a preview is no open (D5.3).
struct Opened {
  static constexpr EventType type{.number = 503, .name = "inmail.opened", .version = 2};
  using previous = OpenedV1;

  InMailRef ref{};
  bool inferred = false;  ///< By a first response without an open before it (IM2).
  // Only where `refund.clock` starts here.
  std::optional<Timestamp> refund_until{};      ///< As in `InMailDelivered`.
  std::optional<Timestamp> no_response_from{};  ///< As in `InMailDelivered`.

  static Opened upcast(OpenedV1 old) { return {old.ref, old.inferred, old.refund_until, {}}; }
  bool operator==(const Opened&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, inferred, refund_until, no_response_from);
  }
};

/// As it was before an answer could come from a machine.
struct RepliedV1 {
  static constexpr EventType type{.number = 504, .name = "inmail.replied", .version = 1};

  InMailRef ref{};
  ReplyKind kind = ReplyKind::reply;
  bool canned = false;
  Text text{};
  std::int64_t latency_ms = 0;
  ChargeEnd charge = ChargeEnd::none;
  std::uint32_t refund_amount = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, kind, canned, text, latency_ms, charge, refund_amount);
  }
};

/// As it was when an automatic one was judged by its kind.
struct RepliedV2 {
  static constexpr EventType type{.number = 504, .name = "inmail.replied", .version = 2};
  using previous = RepliedV1;

  InMailRef ref{};
  ReplyKind kind = ReplyKind::reply;
  bool canned = false;
  Text text{};
  std::int64_t latency_ms = 0;
  ChargeEnd charge = ChargeEnd::none;
  std::uint32_t refund_amount = 0;
  bool automatic = false;

  static RepliedV2 upcast(RepliedV1 old) {
    return {old.ref,        old.kind,   old.canned,        std::move(old.text),
            old.latency_ms, old.charge, old.refund_amount, false};
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, kind, canned, text, latency_ms, charge, refund_amount, automatic);
  }
};

/// The recipient's first response, of any kind; final for refunds and rates (D4.1).
struct Replied {
  static constexpr EventType type{.number = 504, .name = "inmail.replied", .version = 3};
  using previous = RepliedV2;

  InMailRef ref{};
  ReplyKind kind = ReplyKind::reply;
  bool canned = false;  ///< No words of the recipient's own; a canned decline closes the thread.
  Text text{};
  std::int64_t latency_ms = 0;  ///< Since delivery.
  ChargeEnd charge = ChargeEnd::none;
  std::uint32_t refund_amount = 0;
  bool automatic = false;  ///< Out of office; a response only where the policy counts it as one.
  /// `refund.on` was asked for `auto_reply`; false: for its kind.
  bool as_auto_reply = false;

  static Replied upcast(RepliedV2 old);
  bool operator==(const Replied&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, kind, canned, text, latency_ms, charge, refund_amount, automatic, as_auto_reply);
  }
};

inline Replied Replied::upcast(RepliedV2 old) {
  return {.ref = old.ref,
          .kind = old.kind,
          .canned = old.canned,
          .text = std::move(old.text),
          .latency_ms = old.latency_ms,
          .charge = old.charge,
          .refund_amount = old.refund_amount,
          .automatic = old.automatic};
}

/// The InMail (never a credit: that is CreditsExpired) became invalid (D5.3).
struct Expired {
  static constexpr EventType type{.number = 505, .name = "inmail.expired", .version = 1};

  InMailRef ref{};
  ExpiryBasis basis = ExpiryBasis::unopened;
  ExpiryEffect effect = ExpiryEffect::hide;
  ChargeEnd charge = ChargeEnd::none;
  std::uint32_t refund_amount = 0;

  bool operator==(const Expired&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, basis, effect, charge, refund_amount);
  }
};

/// As it was when one that had been opened always left a mark.
struct InMailRetractedV1 {
  static constexpr EventType type{.number = 506, .name = "inmail.retracted", .version = 1};

  InMailRef ref{};
  bool was_opened = false;
  ChargeEnd charge = ChargeEnd::none;
  std::uint32_t refund_amount = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, was_opened, charge, refund_amount);
  }
};

/// The author took the InMail back before it was answered (D3.12).
struct InMailRetracted {
  static constexpr EventType type{.number = 506, .name = "inmail.retracted", .version = 2};
  using previous = InMailRetractedV1;

  InMailRef ref{};
  bool was_opened = false;
  ChargeEnd charge = ChargeEnd::none;
  std::uint32_t refund_amount = 0;
  bool leaves_mark = false;  ///< The recipient sees that something was retracted.

  static InMailRetracted upcast(InMailRetractedV1 old) {
    return {old.ref, old.was_opened, old.charge, old.refund_amount, old.was_opened};
  }
  bool operator==(const InMailRetracted&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, was_opened, charge, refund_amount, leaves_mark);
  }
};

/// The author took an InMail that had been opened off the recipient's list, and no more: it counts
/// everywhere as before (D3.12 retract.effect_opened).
struct InMailHiddenFromRecipient {
  static constexpr EventType type{.number = 530, .name = "inmail.hidden", .version = 1};

  InMailRef ref{};

  bool operator==(const InMailHiddenFromRecipient&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref);
  }
};

/// The recipient was reminded of an InMail that waits for an answer (D3.5).
struct ReminderSent {
  static constexpr EventType type{.number = 531, .name = "inmail.reminder_sent", .version = 1};

  InMailRef ref{};
  std::uint32_t number = 1;            ///< Counts the reminders of this InMail.
  std::optional<Timestamp> next_at{};  ///< When the next one comes, if still unanswered.

  bool operator==(const ReminderSent&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, number, next_at);
  }
};

/// The recipient followed a link of the InMail (D6.2, click).
struct LinkFollowed {
  static constexpr EventType type{.number = 536, .name = "inmail.link_followed", .version = 1};

  InMailRef ref{};
  std::uint32_t link = 0;  ///< Of the body, the first one is 0.

  bool operator==(const LinkFollowed&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, link);
  }
};

/// As it was before an answer to one InMail could end the charge of another.
struct RefundWindowClosedV1 {
  static constexpr EventType type{
      .number = 507, .name = "inmail.refund_window_closed", .version = 1};

  InMailRef ref{};
  ChargeEnd charge = ChargeEnd::final;
  std::uint32_t refund_amount = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, charge, refund_amount);
  }
};

/// As it was when an automatic response was judged by its kind.
struct AnsweredBesideV1 {
  InMailId inmail{};
  ReplyKind kind = ReplyKind::reply;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, kind);
  }
};

struct RefundWindowClosedV2 {
  static constexpr EventType type{
      .number = 507, .name = "inmail.refund_window_closed", .version = 2};
  using previous = RefundWindowClosedV1;

  InMailRef ref{};
  ChargeEnd charge = ChargeEnd::final;
  std::uint32_t refund_amount = 0;
  std::optional<AnsweredBesideV1> answered{};

  static RefundWindowClosedV2 upcast(RefundWindowClosedV1 old) {
    return {old.ref, old.charge, old.refund_amount, {}};
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, charge, refund_amount, answered);
  }
};

/// The response that ended the charges of all that its sender had written without an answer.
struct AnsweredBeside {
  InMailId inmail{};  ///< The one that was answered.
  ReplyKind kind = ReplyKind::reply;
  bool as_auto_reply = false;  ///< As in its `Replied`.

  bool operator==(const AnsweredBeside&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, kind, as_auto_reply);
  }
};

/// The last window in which the charge could come back is over: by silence it is refunded (policy
/// `no_response`), or it is final (D4.1.2). Or another InMail of the same sender was answered,
/// which ends the charges of all: at most one of them is refunded (D4.1.4). With `at_accept` it is
/// the time to accept it that is over, and what is reserved is released.
struct RefundWindowClosed {
  static constexpr EventType type{
      .number = 507, .name = "inmail.refund_window_closed", .version = 3};
  using previous = RefundWindowClosedV2;

  InMailRef ref{};
  ChargeEnd charge = ChargeEnd::final;
  std::uint32_t refund_amount = 0;
  std::optional<AnsweredBeside> answered{};  ///< Nothing: by time.

  static RefundWindowClosed upcast(RefundWindowClosedV2 old) {
    RefundWindowClosed closed{old.ref, old.charge, old.refund_amount, {}};
    if (old.answered) closed.answered = AnsweredBeside{old.answered->inmail, old.answered->kind};
    return closed;
  }
  bool operator==(const RefundWindowClosed&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, charge, refund_amount, answered);
  }
};

/// Something else than an answer or time gave the credit back: the recipient blocked the sender, or
/// is a member no longer (`refund.on`).
struct ChargeEnded {
  static constexpr EventType type{.number = 416, .name = "inmail.charge_ended", .version = 1};

  InMailRef ref{};
  RefundOn reason = RefundOn::blocked;
  ChargeEnd charge = ChargeEnd::refund;
  std::uint32_t refund_amount = 0;

  bool operator==(const ChargeEnded&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ref, reason, charge, refund_amount);
  }
};

/// How an InMail went, as its sender learns it. Stored: never renumber.
enum class Outcome : std::uint8_t {
  accepted = 1,
  declined = 2,
  declined_silently = 3,  ///< Closes the thread for the sender (D4.1.3 ClosedSilent).
  replied = 4,
  quick_reply = 5,
  failed = 6,
  retracted = 7,
};

/// The sender learned how its InMail went: frees the pair for another one, or opens the thread.
/// Stream: the sender.
struct OutcomeReceived {
  static constexpr EventType type{.number = 508, .name = "inmail.outcome_received", .version = 1};

  InMailId inmail{};
  MemberId to{};
  Outcome outcome = Outcome::replied;

  bool operator==(const OutcomeReceived&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, to, outcome);
  }
};

}  // namespace inmail
