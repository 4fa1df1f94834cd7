#pragma once

#include <array>
#include <cstdint>

#include "events/enums.hpp"

namespace inmail {

/// The words that the policy and the events share. Each has `name_of(value)` and
/// `from_text<Enum>(text)`. Stored, all of them: never renumber, only append.

/// Where the credits of a lot came from.
enum class LotKind : std::uint8_t { monthly = 1, purchase, refund, bonus, adjust };

constexpr auto names_of(LotKind) {
  using enum LotKind;
  return std::to_array<EnumName<LotKind>>({
      {monthly, "monthly"},
      {purchase, "purchase"},
      {refund, "refund"},
      {bonus, "bonus"},
      {adjust, "adjust"},
  });
}

/// How a recipient answered first.
enum class ReplyKind : std::uint8_t { accept = 1, decline, reply, quick_reply };

constexpr auto names_of(ReplyKind) {
  using enum ReplyKind;
  return std::to_array<EnumName<ReplyKind>>({
      {accept, "accept"},
      {decline, "decline"},
      {reply, "reply"},
      {quick_reply, "quick_reply"},
  });
}

/// What gives a charged credit back (`refund.on`), and the reason that a refund records. The first
/// four have the numbers of `ReplyKind`.
enum class RefundOn : std::uint8_t {
  accept = 1,
  decline,
  reply,
  quick_reply,
  auto_reply,
  no_response,
  unopened,
  expired,
  blocked,
  report_cleared,
  recipient_closed,
};

using RefundReason = RefundOn;

/// Of an answer; of an automatic one, which is judged as such whatever its kind.
constexpr RefundOn refund_on(ReplyKind kind, bool as_auto_reply = false) {
  return as_auto_reply ? RefundOn::auto_reply : static_cast<RefundOn>(kind);
}

constexpr auto names_of(RefundOn) {
  using enum RefundOn;
  return std::to_array<EnumName<RefundOn>>({
      {accept, "accept"},
      {decline, "decline"},
      {reply, "reply"},
      {quick_reply, "quick_reply"},
      {auto_reply, "auto_reply"},
      {no_response, "no_response"},
      {unopened, "unopened"},
      {expired, "expired"},
      {blocked, "blocked"},
      {report_cleared, "report_cleared"},
      {recipient_closed, "recipient_closed"},
  });
}

/// What a delivered InMail must lack to expire.
enum class ExpiryBasis : std::uint8_t { never = 0, unopened = 1, unanswered = 2 };

constexpr auto names_of(ExpiryBasis) {
  using enum ExpiryBasis;
  return std::to_array<EnumName<ExpiryBasis>>({
      {never, "never"},
      {unopened, "unopened"},
      {unanswered, "unanswered"},
  });
}

/// What expiry does: hide the InMail from its recipient, or only change its status.
enum class ExpiryEffect : std::uint8_t { hide = 1, status_only };

constexpr auto names_of(ExpiryEffect) {
  using enum ExpiryEffect;
  return std::to_array<EnumName<ExpiryEffect>>({
      {hide, "hide"},
      {status_only, "status_only"},
  });
}

/// Whether a member takes InMail (D4.6).
enum class InMailPreference : std::uint8_t { on = 1, opted_out, disabled };

constexpr auto names_of(InMailPreference) {
  using enum InMailPreference;
  return std::to_array<EnumName<InMailPreference>>({
      {on, "on"},
      {opted_out, "opted_out"},
      {disabled, "disabled"},
  });
}

/// Who spends from a pool. `linked_accounts`: one pool of a Sales Navigator holder from which every
/// linked account spends, so that an increase reaches all at once and is never multiplied.
enum class PoolScope : std::uint8_t { member = 1, contract, linked_accounts };

constexpr auto names_of(PoolScope) {
  using enum PoolScope;
  return std::to_array<EnumName<PoolScope>>({
      {member, "member"},
      {contract, "contract"},
      {linked_accounts, "linked_accounts"},
  });
}

/// Why an InMail costs nothing.
enum class FreeClass : std::uint8_t {
  first_degree = 1,
  open_profile,
  job_applicant,
  group_member,
  replied_thread,
  veteran_like,
  previous_unlock,
};

constexpr auto names_of(FreeClass) {
  using enum FreeClass;
  return std::to_array<EnumName<FreeClass>>({
      {first_degree, "first_degree"},
      {open_profile, "open_profile"},
      {job_applicant, "job_applicant"},
      {group_member, "group_member"},
      {replied_thread, "replied_thread"},
      {veteran_like, "veteran_like"},
      {previous_unlock, "previous_unlock"},
  });
}

/// How far two members are apart. As a limit `any` is no limit; as a distance it is all that is
/// farther than the others, so that `degree <= max_degree` is the whole check.
enum class Degree : std::uint8_t { first = 1, second, third, group, any };

constexpr auto names_of(Degree) {
  using enum Degree;
  return std::to_array<EnumName<Degree>>({
      {first, "first"},
      {second, "second"},
      {third, "third"},
      {group, "group"},
      {any, "any"},
  });
}

/// What the sender says that an InMail is about.
enum class Purpose : std::uint8_t {
  job = 1,
  application_follow_up,
  networking,
  introduction,
  content,
  sales,
  press,
  other,
};

constexpr auto names_of(Purpose) {
  using enum Purpose;
  return std::to_array<EnumName<Purpose>>({
      {job, "job"},
      {application_follow_up, "application_follow_up"},
      {networking, "networking"},
      {introduction, "introduction"},
      {content, "content"},
      {sales, "sales"},
      {press, "press"},
      {other, "other"},
  });
}

/// How an InMail came to be sent. `follow_up`: to one that was not answered.
enum class SendOrigin : std::uint8_t { direct = 1, bulk, scheduled, follow_up };

constexpr auto names_of(SendOrigin) {
  using enum SendOrigin;
  return std::to_array<EnumName<SendOrigin>>({
      {direct, "direct"},
      {bulk, "bulk"},
      {scheduled, "scheduled"},
      {follow_up, "follow_up"},
  });
}

/// Why an InMail never left its sender (D4.1.1 Cancelled). `refused`: at its dispatch a guard said
/// no; `parent_gone`: it was to follow one that was taken back, or never arrived; `unlinked`: its
/// sender does not spend from that pool any more.
enum class CancelReason : std::uint8_t {
  undo = 1,
  by_user,
  answered,
  parent_gone,
  refused,
  sender_erased,
  unlinked,
};

constexpr auto names_of(CancelReason) {
  using enum CancelReason;
  return std::to_array<EnumName<CancelReason>>({
      {undo, "undo"},
      {by_user, "by_user"},
      {answered, "answered"},
      {parent_gone, "parent_gone"},
      {refused, "refused"},
      {sender_erased, "sender_erased"},
      {unlinked, "unlinked"},
  });
}

/// A limit on what one sender sends.
enum class SendLimit : std::uint8_t {
  seat_first_week = 1,
  seat_daily,
  seat_monthly,
  open_profile,
  identical,
  burst,
};

constexpr auto names_of(SendLimit) {
  using enum SendLimit;
  return std::to_array<EnumName<SendLimit>>({
      {seat_first_week, "seat_first_week"},
      {seat_daily, "seat_daily"},
      {seat_monthly, "seat_monthly"},
      {open_profile, "open_profile"},
      {identical, "identical"},
      {burst, "burst"},
  });
}

/// How a draft ended: by its author, by `draft.ttl_s`, by becoming an InMail, or with its author.
enum class DraftEnd : std::uint8_t { discarded = 1, expired, used, author_erased };

constexpr auto names_of(DraftEnd) {
  using enum DraftEnd;
  return std::to_array<EnumName<DraftEnd>>({
      {discarded, "discarded"},
      {expired, "expired"},
      {used, "used"},
      {author_erased, "author_erased"},
  });
}

/// What a seat holder is on a contract. A hiring manager does not send (L11).
enum class SeatRole : std::uint8_t {
  recruiter = 1,
  hiring_project_creator,
  member,
  admin_with_seat,
  hiring_manager,
};

constexpr auto names_of(SeatRole) {
  using enum SeatRole;
  return std::to_array<EnumName<SeatRole>>({
      {recruiter, "recruiter"},
      {hiring_project_creator, "hiring_project_creator"},
      {member, "member"},
      {admin_with_seat, "admin_with_seat"},
      {hiring_manager, "hiring_manager"},
  });
}

/// How far a recipient's stop request reaches.
enum class StopScope : std::uint8_t { sender = 1, contract, sender_and_contract };

constexpr auto names_of(StopScope) {
  using enum StopScope;
  return std::to_array<EnumName<StopScope>>({
      {sender, "sender"},
      {contract, "contract"},
      {sender_and_contract, "sender_and_contract"},
  });
}

/// Why a recipient reports an InMail.
enum class ReportReason : std::uint8_t {
  spam = 1,
  scam,
  harassment,
  misinformation,
  fake_account,
  irrelevant,
  other,
};

constexpr auto names_of(ReportReason) {
  using enum ReportReason;
  return std::to_array<EnumName<ReportReason>>({
      {spam, "spam"},
      {scam, "scam"},
      {harassment, "harassment"},
      {misinformation, "misinformation"},
      {fake_account, "fake_account"},
      {irrelevant, "irrelevant"},
      {other, "other"},
  });
}

/// One rung of the sanction ladder.
enum class SanctionKind : std::uint8_t { warn = 1, restrict, suspend, terminate };

constexpr auto names_of(SanctionKind) {
  using enum SanctionKind;
  return std::to_array<EnumName<SanctionKind>>({
      {warn, "warn"},
      {restrict, "restrict"},
      {suspend, "suspend"},
      {terminate, "terminate"},
  });
}

/// What a response-rate restriction takes away. `cap`: only `rr.restriction_cap_per_day` a day.
enum class RrRestriction : std::uint8_t { no_bulk = 1, no_new_inmail, cap };

constexpr auto names_of(RrRestriction) {
  using enum RrRestriction;
  return std::to_array<EnumName<RrRestriction>>({
      {no_bulk, "no_bulk"},
      {no_new_inmail, "no_new_inmail"},
      {cap, "cap"},
  });
}

/// Where a notification goes. An email carries no body, only the sender's name and the subject.
enum class NotifyChannel : std::uint8_t { inbox = 1, email, push };

constexpr auto names_of(NotifyChannel) {
  using enum NotifyChannel;
  return std::to_array<EnumName<NotifyChannel>>({
      {inbox, "inbox"},
      {email, "email"},
      {push, "push"},
  });
}

/// What a notification is about.
enum class NotifyEvent : std::uint8_t {
  sent = 1,
  too_many,
  received,
  reminder,
  accepted,
  declined,
  replied,
  refunded,
  expiring_credits,
  limit_near,
  rr_warning,
  sanction,
};

constexpr auto names_of(NotifyEvent) {
  using enum NotifyEvent;
  return std::to_array<EnumName<NotifyEvent>>({
      {sent, "sent"},
      {too_many, "too_many"},
      {received, "received"},
      {reminder, "reminder"},
      {accepted, "accepted"},
      {declined, "declined"},
      {replied, "replied"},
      {refunded, "refunded"},
      {expiring_credits, "expiring_credits"},
      {limit_near, "limit_near"},
      {rr_warning, "rr_warning"},
      {sanction, "sanction"},
  });
}

}  // namespace inmail
