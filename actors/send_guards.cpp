#include "actors/send_guards.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "actors/inbound.hpp"
#include "actors/send_limits.hpp"

namespace inmail {
namespace {

// 1, 2.

Guard recipient_exists(const SendCase& send) {
  return send.is_to_self() || send.recipient().exists ? pass()
                                                      : refuse(Rejection::unknown_recipient);
}

Guard is_to_another(const SendCase& send) {
  return send.is_to_self() ? refuse(Rejection::self_send) : pass();
}

// 4.

Guard role_may_send(const SendCase& send) {
  const auto& role = send.sender.role;
  return role && !send.policy().seat.roles_can_send.has(*role) ? refuse(Rejection::role_cannot_send)
                                                               : pass();
}

// 5.

/// Whose plan has ended or is past due may still send what the free plan may. Nothing of it is
/// known of who sends on the pool of another.
bool sends_only_free_classes(const SenderFacts& sender) {
  return sender.plan != nullptr && (sender.plan_has_lapsed || !sender.plan->can_send_inmail);
}

Guard plan_may_send(const SendCase& send) {
  if (!sends_only_free_classes(send.sender) || is_in_any(free_classes_of(send), send.policy().free))
    return pass();
  return refuse(send.sender.plan_has_lapsed ? Rejection::subscription_ended
                                            : Rejection::premium_required);
}

/// To send later, or to follow up, is not for every plan.
Guard plan_may_schedule(const SendCase& send) {
  const PlanTerms* plan = send.sender.plan;
  if (plan == nullptr || send.stage != SendStage::scheduling) return pass();
  const bool may = send.follow_up ? plan->can_followup : plan->can_schedule;
  return may ? pass() : refuse(Rejection::premium_required);
}

// 6, 7.

Guard recipient_is_available(const SendCase& send) {
  const SenderFacts& sender = send.sender;
  const bool blocks = sender.blocked != nullptr && sender.blocked->contains(send.command.to);
  const bool is_open = is_available(send.recipient(), sender, send.policy().recipient);
  return blocks || !is_open ? refuse(Rejection::recipient_unavailable) : pass();
}

Guard recipient_is_not_banned(const SendCase& send) {
  return is_banned(send.recipient(), send.policy().recipient) ? refuse(Rejection::banned_list)
                                                              : pass();
}

// 8, 9.

Guard profile_is_public(const SendCase& send) {
  return send.policy().recipient.require_public_profile && !send.recipient().public_profile
             ? refuse(Rejection::profile_not_public)
             : pass();
}

Guard degree_is_near(const SendCase& send) {
  const auto degree = degree_of(send);
  const PlanTerms* plan = send.sender.plan;
  if (plan == nullptr || !degree || *degree <= plan->max_degree) return pass();
  return refuse(Rejection::out_of_degree, static_cast<std::int64_t>(plan->max_degree),
                static_cast<std::int64_t>(*degree));
}

Guard connections_are_left_to_messages(const SendCase& send) {
  const bool forbids = send.policy().recipient.first_degree == FirstDegreeRule::forbid;
  return forbids && send.recipient().is_connected(send.command.from)
             ? refuse(Rejection::first_degree_forbidden)
             : pass();
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
      body + (limit.subject_counts ? length_in(limit.body_unit, command.subject.counts()) : 0) +
      (limit.signature_counts ? length_in(limit.body_unit, command.signature.counts()) : 0);
  if (body < limit.body_min) return refuse(Rejection::body_empty, limit.body_min, body);
  if (limit.body_max > 0 && counted > limit.body_max)
    return refuse(Rejection::body_too_long, limit.body_max, counted);
  return pass();
}

/// Where the policy takes HTML out, the engine's edge did; what is still there came in before.
Guard html_is_gone(const SendCase& send) {
  return send.command.markup.html ? refuse(Rejection::html_not_allowed) : pass();
}

Guard markup_is_allowed(const SendCase& send) {
  const TextMarkup& markup = send.command.markup;
  const EnumSet<Markup> allowed = send.policy().format.allowed;
  const bool breaks = (markup.bullets && !allowed.has(Markup::bullets)) ||
                      (markup.numbered && !allowed.has(Markup::numbered)) ||
                      (markup.links > 0 && !allowed.has(Markup::link));
  return breaks ? refuse(Rejection::markup_not_allowed) : pass();
}

Guard links_are_good(const SendCase& send) {
  const TextMarkup& markup = send.command.markup;
  const std::int64_t most = send.policy().format.links_max;
  if (markup.links > most) return refuse(Rejection::link_bad, most, markup.links);
  return markup.bad_links > 0 ? refuse(Rejection::link_bad, 0, markup.bad_links) : pass();
}

Guard attachments_are_allowed(const SendCase& send) {
  const LimitPolicy& limit = send.policy().limit;
  const auto& attachments = send.command.attachments;
  constexpr std::uint64_t bytes_told_max = std::numeric_limits<std::int64_t>::max();
  const auto count = static_cast<std::int64_t>(attachments.size());
  if (count > limit.attachments_max)
    return refuse(Rejection::attachment_not_allowed, limit.attachments_max, count);
  for (const Attachment& each : attachments) {
    const auto& types = limit.attachment_types;
    if (std::find(types.begin(), types.end(), each.type) == types.end())
      return refuse(Rejection::attachment_not_allowed);
    if (std::cmp_greater(each.bytes, limit.attachment_bytes_max))
      return refuse(Rejection::attachment_not_allowed, limit.attachment_bytes_max,
                    static_cast<std::int64_t>(std::min(each.bytes, bytes_told_max)));
  }
  return pass();
}

Guard signature_is_fine(const SendCase& send) {
  const std::int64_t most = send.policy().limit.signature_max;
  const std::int64_t length = send.command.signature.counts().codepoints;
  return length > most ? refuse(Rejection::signature_too_long, most, length) : pass();
}

// 12.

/// The InMails to the recipient without a response. One stops counting after `forget_s` (D3.7).
struct Silence {
  std::int64_t inmails = 0;
  Timestamp last_sent_at{};
};

Silence silence_of(const SendCase& send) {
  Silence silence;
  const auto found = send.outbox.unanswered.find(send.command.to);
  if (found == send.outbox.unanswered.end()) return silence;
  const Seconds forget = send.policy().followup.forget_s;
  for (const Unanswered& each : found->second) {
    if (forget.count() > 0 && send.context.now - each.sent_at >= forget) continue;
    ++silence.inmails;
    silence.last_sent_at = std::max(silence.last_sent_at, each.sent_at);
  }
  return silence;
}

/// One that is to follow: nobody has answered, in its time, and not one too many with those that
/// wait to be sent.
Guard followup_fits(const SendCase& send) {
  const FollowupPolicy& followup = send.policy().followup;
  const MemberId to = send.command.to;
  const InMailId& parent = send.follow_up->parent;
  if (!send.outbox.scheduled.contains(parent) && !send.outbox.sent_at(parent, to))
    return refuse(Rejection::already_responded);
  if (followup.max_unanswered == 0) return refuse(Rejection::awaiting_response, 0, 1);
  const auto waits = std::count_if(send.outbox.scheduled.begin(), send.outbox.scheduled.end(),
                                   [&](const auto& each) { return each.second.letter.to == to; });
  const std::int64_t before = silence_of(send).inmails + waits;
  if (before > followup.max_unanswered)
    return refuse(Rejection::followup_limit, followup.max_unanswered, before - 1);
  const std::int64_t delay = delay_of(*send.follow_up, followup);
  if (delay < followup.min_gap_s.count())
    return refuse(Rejection::followup_too_soon, followup.min_gap_s.count(), delay);
  if (delay > followup.max_gap_s.count())
    return refuse(Rejection::followup_too_late, followup.max_gap_s.count(), delay);
  return pass();
}

Guard silence_is_respected(const SendCase& send) {
  if (send.follow_up) return followup_fits(send);
  const FollowupPolicy& followup = send.policy().followup;
  const Silence silence = silence_of(send);
  if (silence.inmails == 0) return pass();
  if (followup.max_unanswered == 0) return refuse(Rejection::awaiting_response, 0, silence.inmails);
  if (silence.inmails > followup.max_unanswered)
    return refuse(Rejection::followup_limit, followup.max_unanswered, silence.inmails - 1);
  const Milliseconds gap = send.context.now - silence.last_sent_at;
  if (gap < followup.min_gap_s)
    return refuse(Rejection::followup_too_soon, followup.min_gap_s.count(),
                  std::chrono::duration_cast<Seconds>(gap).count());
  return pass();
}

/// Who has declined may be written to anew as the policy says, until they answer otherwise.
Guard decline_is_respected(const SendCase& send) {
  const ReinitiatePolicy& rule = send.policy().reinitiate;
  const auto found = send.outbox.declined.find(send.command.to);
  if (found == send.outbox.declined.end() || rule.after_decline == AfterDecline::allowed_new_thread)
    return pass();
  if (rule.after_decline == AfterDecline::forbid)
    return refuse(Rejection::thread_closed_by_decline);
  const auto since = std::chrono::duration_cast<Seconds>(send.context.now - found->second);
  return send.context.now - found->second < rule.cooldown_s
             ? refuse(Rejection::thread_closed_by_decline, rule.cooldown_s.count(), since.count())
             : pass();
}

// 16.

/// Whether one of the two has answered the other, or written to the sender.
bool have_talked(const SendCase& send) {
  const MemberId to = send.command.to;
  const auto is_with = [&](const auto& thread) { return thread.second.with == to; };
  const auto is_of = [&](const auto& letter) {
    return letter.second.ref.from == to && letter.second.lifecycle != Lifecycle::failed;
  };
  const auto& threads = send.outbox.threads;
  const ReceivedMap* received = send.sender.received;
  return std::any_of(threads.begin(), threads.end(), is_with) ||
         (received != nullptr && std::any_of(received->begin(), received->end(), is_of));
}

Guard reason_is_given(const SendCase& send) {
  const bool says_one = send.command.hints.purpose != Purpose::other;
  if (says_one || !send.policy().compliance.require_reason) return pass();
  const bool are_acquainted = send.recipient().is_connected(send.command.from) || have_talked(send);
  return are_acquainted ? pass() : refuse(Rejection::reason_required);
}

Guard is_not_commercial(const SendCase& send) {
  return send.command.hints.purpose == Purpose::sales &&
                 send.policy().compliance.commercial_use == CommercialUse::forbid
             ? refuse(Rejection::commercial_use)
             : pass();
}

constexpr SendGuard ladder[] = {
    {1, recipient_exists},        {2, is_to_another},
    {4, role_may_send},           {5, plan_may_send},
    {5, plan_may_schedule},       {6, recipient_is_available},
    {7, recipient_is_not_banned}, {8, profile_is_public},
    {8, degree_is_near},          {9, connections_are_left_to_messages},
    {10, filters_let_it_in},      {10, quota_is_left},
    {11, subject_is_fine},        {11, body_is_fine},
    {11, html_is_gone},           {11, markup_is_allowed},
    {11, links_are_good},         {11, attachments_are_allowed},
    {11, signature_is_fine},      {12, silence_is_respected},
    {12, decline_is_respected},   {13, is_no_duplicate},
    {15, first_week_is_not_full}, {15, day_is_not_full},
    {15, open_profiles_are_left}, {16, reason_is_given},
    {16, is_not_commercial},      {16, is_not_identical},
    {16, is_no_rejected_burst},
};

/// Codes are numbered in the order of the guards, but for two of 12 that others have, too.
std::uint16_t place_of(Rejection code) {
  constexpr std::uint16_t first_of_12 = 1200;
  constexpr std::uint16_t last_of_12 = 1299;
  if (code == Rejection::already_responded) return first_of_12;
  if (code == Rejection::thread_closed_by_decline) return last_of_12;
  return static_cast<std::uint16_t>(code);
}

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

SendForecast forecast_of(const SendCase& send) {
  SendForecast forecast;
  each_refusal(send, [&](const Refusal& refusal) {
    forecast.refusals.push_back(refusal);
    return true;
  });
  if (send.is_to_self() || !send.recipient().exists) return forecast;
  forecast.free_class = free_class_of(send);
  forecast.cost = cost_of(send);
  forecast.limits = limits_of(send);
  add_warnings(forecast, send);
  return forecast;
}

bool comes_before(Rejection left, Rejection right) { return place_of(left) < place_of(right); }

Guard earlier_of(const Guard& left, const Guard& right) {
  if (!left || !right) return left ? left : right;
  return comes_before(right->code, left->code) ? right : left;
}

void put_in_order(SendForecast& forecast) {
  std::stable_sort(forecast.refusals.begin(), forecast.refusals.end(),
                   [](const Refusal& left, const Refusal& right) {
                     return comes_before(left.code, right.code);
                   });
  std::stable_sort(
      forecast.limits.begin(), forecast.limits.end(),
      [](const LimitLeft& left, const LimitLeft& right) { return left.which < right.which; });
}

EnumSet<FreeClass> free_classes_of(const SendCase& send) {
  using enum FreeClass;
  const Policy& policy = send.policy();
  const Admission& recipient = send.recipient();
  EnumSet<FreeClass> classes;
  const auto add = [&](FreeClass each, auto&& holds) {
    if (policy.free.classes.has(each) && holds()) classes.insert(each);
  };
  add(first_degree, [&] {
    return recipient.is_connected(send.command.from) &&
           policy.recipient.first_degree == FirstDegreeRule::free;
  });
  add(job_applicant, [&] { return send.command.hints.applicant; });
  add(group_member, [&] { return degree_of(send) == Degree::group; });
  add(veteran_like, [&] { return send.command.veteran; });
  add(replied_thread, [&] { return send.outbox.talks_with(send.command.to); });
  add(previous_unlock, [&] {
    const auto unlock = send.outbox.unlocked.find(send.command.to);
    return unlock != send.outbox.unlocked.end() && send.context.now < unlock->second.until;
  });
  add(open_profile, [&] { return recipient.open_profile && recipient.is_premium; });
  return classes;
}

std::optional<FreeClass> free_class_of(const SendCase& send) {
  using enum FreeClass;
  const EnumSet<FreeClass> classes = free_classes_of(send);
  const FreePolicy& free = send.policy().free;
  const bool is_by_class = sends_only_free_classes(send.sender) && is_in_any(classes, free);
  for (const FreeClass each : {first_degree, job_applicant, group_member, veteran_like,
                               replied_thread, previous_unlock, open_profile})
    if (classes.has(each) && (!is_by_class || free.plan_classes.has(each))) return each;
  return std::nullopt;
}

std::optional<Degree> degree_of(const SendCase& send) {
  if (send.recipient().is_connected(send.command.from)) return Degree::first;
  return send.command.hints.degree;
}

std::uint32_t cost_of(const SendCase& send) {
  if (send.scheduled && send.scheduled->is_paid) return send.scheduled->cost;
  if (send.is_follow_up() && !send.policy().followup.charge) return 0;
  return free_class_of(send) ? 0 : static_cast<std::uint32_t>(send.policy().charge.cost);
}

bool is_paid_when_scheduled(const Policy& policy) {
  return policy.charge.when == ChargeWhen::at_schedule;
}

std::uint32_t to_reserve(const SendCase& send) {
  const bool later = send.stage == SendStage::scheduling && !is_paid_when_scheduled(send.policy());
  return later ? 0 : cost_of(send);
}

std::optional<FreeClass> class_on_record(const SendCase& send) {
  const bool was_paid = send.scheduled && send.scheduled->is_paid;
  return was_paid ? send.scheduled->free_class : free_class_of(send);
}

std::uint32_t delay_of(const AddFollowUp& command, const FollowupPolicy& policy) {
  return command.delay_s.value_or(static_cast<std::uint32_t>(policy.default_gap_s.count()));
}

std::vector<Event> sent_by(const SendCase& send, LotSplits splits) {
  const SendInMail& command = send.command;
  const Seconds window = send.policy().undo.window_s;
  std::vector<Event> events = warnings_of(send);
  InMailSent sent{.inmail = inmail_of(send.context.id),
                  .from = command.from,
                  .to = command.to,
                  .from_premium = send.sender.is_premium,
                  .pool = send.sender.pool,
                  .cost = cost_of(send),
                  .splits = std::move(splits),
                  .recipient_version = send.recipient().version,
                  .subject = command.subject,
                  .body = command.body,
                  .free_class = class_on_record(send),
                  .degree = degree_of(send),
                  .purpose = command.hints.purpose,
                  .markup = command.markup,
                  .marks = marks_of(send),
                  .signature = command.signature,
                  .attachments = command.attachments,
                  .locale = command.locale,
                  .offers_compensation = command.offers_compensation};
  if (const Scheduled* scheduled = send.scheduled) {
    sent.origin = scheduled->parent ? SendOrigin::follow_up : SendOrigin::scheduled;
    sent.parent = scheduled->parent;
  } else if (window.count() > 0) {
    sent.undo_until = send.context.now + window;
  }
  events.emplace_back(std::move(sent));
  return events;
}

bool is_in_any(EnumSet<FreeClass> classes, const FreePolicy& free) {
  return (classes.bits() & free.plan_classes.bits()) != 0;
}

bool is_available(const Admission& recipient, const SenderFacts& sender,
                  const RecipientPolicy& policy) {
  if (recipient.blocks(sender.member) || recipient.stops(sender.member, sender.pool)) return false;
  if (recipient.inbox_full) return false;
  if (policy.premium_override && sender.is_premium && recipient.is_premium) return true;
  switch (recipient.preference) {
    case InMailPreference::on: return true;
    case InMailPreference::opted_out:
      return policy.optout_scope == OptoutScope::free_senders_only &&
             (sender.is_premium || recipient.is_connected(sender.member));
    case InMailPreference::disabled: return false;
  }
  return false;
}

bool is_banned(const Admission& recipient, const RecipientPolicy& policy) {
  const auto is_on = [&](const std::string& banned) {
    return std::find(recipient.lists->begin(), recipient.lists->end(), banned) !=
           recipient.lists->end();
  };
  return recipient.lists &&
         std::any_of(policy.banned_lists.begin(), policy.banned_lists.end(), is_on);
}

}  // namespace inmail
