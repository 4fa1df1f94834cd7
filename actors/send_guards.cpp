#include "actors/send_guards.hpp"

#include <algorithm>
#include <array>

namespace inmail {
namespace {

// 1, 2.

Guard recipient_exists(const SendCase& send) {
  const bool is_self = send.command.to == send.command.from;
  return is_self || send.recipient().exists ? pass() : refuse(Rejection::unknown_recipient);
}

Guard is_to_another(const SendCase& send) {
  return send.command.to == send.command.from ? refuse(Rejection::self_send) : pass();
}

// 4.

Guard role_may_send(const SendCase& send) {
  const auto& role = send.sender.role;
  return role && !send.policy().seat.roles_can_send.has(*role) ? refuse(Rejection::role_cannot_send)
                                                               : pass();
}

// 5.

Guard plan_runs(const SendCase& send) {
  return send.sender.plan_has_ended ? refuse(Rejection::subscription_ended) : pass();
}

Guard plan_may_send(const SendCase& send) {
  const PlanTerms* plan = send.sender.plan;
  return plan != nullptr && !plan->can_send_inmail ? refuse(Rejection::premium_required) : pass();
}

// 6.

Guard recipient_is_available(const SendCase& send) {
  const SenderFacts& sender = send.sender;
  const bool blocks = sender.blocked != nullptr && sender.blocked->contains(send.command.to);
  const bool is_open =
      is_available(send.recipient(), sender.member, sender.is_premium, send.policy().recipient);
  return blocks || !is_open ? refuse(Rejection::recipient_unavailable) : pass();
}

// 11.

Guard subject_is_fine(const SendCase& send) {
  const LimitPolicy& limit = send.policy().limit;
  const Text& subject = send.command.subject;
  const std::int64_t length = length_in(limit.subject_unit, subject.counts());
  if (limit.subject_required && subject.empty()) return refuse(Rejection::subject_empty, 1, 0);
  if (limit.subject_max > 0 && length > limit.subject_max)
    return refuse(Rejection::subject_too_long, limit.subject_max, length);
  return pass();
}

Guard body_is_fine(const SendCase& send) {
  const LimitPolicy& limit = send.policy().limit;
  const SendInMail& command = send.command;
  const std::int64_t body = length_in(limit.body_unit, command.body.counts());
  const std::int64_t counted =
      body + (limit.subject_counts ? length_in(limit.body_unit, command.subject.counts()) : 0);
  if (body < limit.body_min) return refuse(Rejection::body_empty, limit.body_min, body);
  if (limit.body_max > 0 && counted > limit.body_max)
    return refuse(Rejection::body_too_long, limit.body_max, counted);
  return pass();
}

// 12.

/// An InMail without a response stops counting after `forget_s` (D3.7).
Guard silence_is_respected(const SendCase& send) {
  const auto found = send.outbox.unanswered.find(send.command.to);
  if (found == send.outbox.unanswered.end()) return pass();
  const FollowupPolicy& followup = send.policy().followup;
  const Timestamp now = send.context.now;
  std::int64_t silent = 0;
  Timestamp last{};
  for (const Unanswered& each : found->second) {
    if (followup.forget_s.count() > 0 && now - each.sent_at >= followup.forget_s) continue;
    ++silent;
    last = std::max(last, each.sent_at);
  }
  if (silent == 0) return pass();
  if (followup.max_unanswered == 0) return refuse(Rejection::awaiting_response, 0, silent);
  if (silent > followup.max_unanswered)
    return refuse(Rejection::followup_limit, followup.max_unanswered, silent - 1);
  const auto gap = std::chrono::duration_cast<Seconds>(now - last);
  if (now - last < followup.min_gap_s)
    return refuse(Rejection::followup_too_soon, followup.min_gap_s.count(), gap.count());
  return pass();
}

constexpr std::array ladder{
    SendGuard{1, recipient_exists},        //
    SendGuard{2, is_to_another},           //
    SendGuard{4, role_may_send},           //
    SendGuard{5, plan_runs},               //
    SendGuard{5, plan_may_send},           //
    SendGuard{6, recipient_is_available},  //
    SendGuard{11, subject_is_fine},        //
    SendGuard{11, body_is_fine},           //
    SendGuard{12, silence_is_respected},
};

}  // namespace

std::span<const SendGuard> send_guards() { return ladder; }

Guard first_refusal(const SendCase& send) {
  Guard first;
  each_refusal(send, [&](const Refusal& refusal) {
    first = refusal;
    return false;
  });
  return first;
}

bool is_available(const Admission& recipient, MemberId sender, bool sender_is_premium,
                  const RecipientPolicy& policy) {
  if (recipient.blocks(sender)) return false;
  if (policy.premium_override && sender_is_premium && recipient.is_premium) return true;
  switch (recipient.preference) {
    case InMailPreference::on: return true;
    case InMailPreference::opted_out:
      return policy.optout_scope == OptoutScope::free_senders_only && sender_is_premium;
    case InMailPreference::disabled: return false;
  }
  return false;
}

}  // namespace inmail
