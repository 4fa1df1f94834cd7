#include <algorithm>
#include <array>

#include "projections/audit_rules.hpp"

// What must hold of what costs nothing: that its class is true, and that it takes nothing.

namespace inmail::auditing {
namespace {

/// Whether the recipient's plan was a premium one when the sender looked, by any policy or by all
/// of them: which one the recipient went by, the log does not say.
struct Premium {
  bool may_be = false;
  bool must_be = true;
};

Premium premium_at(const World& world, const StreamState& member, Version version) {
  std::optional<PlanKind> plan;
  for (const auto& [since, each] : member.plans)
    if (since <= version) plan = each;
  Premium premium{.may_be = false, .must_be = plan.has_value()};
  for (std::uint64_t i = 1; plan && i <= world.policies(); ++i) {
    const Policy* policy = world.policy(PolicyVersion{i});
    const bool is_one = policy != nullptr && policy->terms(*plan).is_premium;
    premium.may_be |= is_one;
    premium.must_be &= is_one;
  }
  return premium;
}

/// Whether an answer has opened a thread between the two, which goes on.
bool talks(const Step& step, MemberId to) {
  const auto is_with = [&](const auto& thread) { return thread.second == to; };
  return step.stream.sent &&
         std::any_of(step.stream.sent->threads.begin(), step.stream.sent->threads.end(), is_with);
}

bool is_unlocked(const Step& step, MemberId to) {
  if (!step.stream.sent) return false;
  const auto unlocked = step.stream.sent->unlocked.find(to);
  return unlocked != step.stream.sent->unlocked.end() &&
         step.header.due_at < unlocked->second.second;
}

/// Releases that did not look back on their sends knew no classes that follow from them.
bool knows_its_past(const InMailSent& e) { return e.marks.lookback_s > 0; }
bool knows_its_past(const InMailScheduled&) { return true; }

template <class Letter>
bool is_owed_by_its_past(const Step& step, const Letter& e) {
  const FreePolicy& free = step.policy->free;
  if (!knows_its_past(e)) return false;
  return (free.classes.has(FreeClass::replied_thread) && talks(step, e.to)) ||
         (free.classes.has(FreeClass::previous_unlock) && is_unlocked(step, e.to));
}

/// An unlock is what the policy of the paid send gives, to the second.
bool unlocks_rightly(const Step& step, const InMailSent& e) {
  const FreePolicy& free = step.policy->free;
  const bool unlocks =
      e.cost > 0 && free.unlock_ttl_s.count() > 0 && free.classes.has(FreeClass::previous_unlock);
  if (e.marks.lookback_s == 0) return true;
  const auto& until = e.marks.unlocks_until;
  return unlocks ? until && *until == later(step.header.due_at, free.unlock_ttl_s) : !until;
}

/// The class is true of the recipient that the sender saw; what only the host can know is believed.
template <class Letter>
void check_class(const Step& step, const Letter& e, Verdict& verdict) {
  const FreePolicy& free = step.policy->free;
  const StreamState* to = step.world.find_stream(e.to);
  if (to == nullptr) return;
  const bool is_connected = to->is_connected(e.from, e.recipient_version) &&
                            step.policy->recipient.first_degree == FirstDegreeRule::free;
  const bool is_open = to->open_profile.was_on(e.recipient_version);
  const Premium premium = premium_at(step.world, *to, e.recipient_version);
  if (!e.free_class) {
    const bool is_owed = (is_connected && free.classes.has(FreeClass::first_degree)) ||
                         is_owed_by_its_past(step, e) ||
                         (is_open && premium.must_be && free.classes.has(FreeClass::open_profile));
    verdict.check(!is_owed, e.inmail, " was charged, where its class is free");
    return;
  }
  const bool is_true = (*e.free_class == FreeClass::first_degree && is_connected) ||
                       (*e.free_class == FreeClass::open_profile && is_open && premium.may_be) ||
                       (*e.free_class == FreeClass::group_member && e.degree == Degree::group) ||
                       (*e.free_class == FreeClass::replied_thread && talks(step, e.to)) ||
                       (*e.free_class == FreeClass::previous_unlock && is_unlocked(step, e.to)) ||
                       *e.free_class == FreeClass::veteran_like ||
                       *e.free_class == FreeClass::job_applicant;
  verdict.check(is_true && free.classes.has(*e.free_class), e.inmail, " was sent for free as ",
                name_of(*e.free_class), ", which it is not, or which is not free");
}

void check_open_profiles(const Step& step, const InMailSent& e, Verdict& verdict) {
  const FreePolicy& free = step.policy->free;
  if (e.free_class != FreeClass::open_profile || free.open_profile_max_per_month == 0) return;
  const bool is_same_month = step.stream.open_profile_month == month_at(step.header.due_at);
  const std::int64_t before = is_same_month ? step.stream.open_profile_sends : 0;
  verdict.check(before < free.open_profile_max_per_month, e.inmail, " is number ", before + 1,
                " to an open profile in a month, where ", free.open_profile_max_per_month,
                " are free");
}

/// Who may send is who pays, or sends what the free plan may. Of a linked account the holder says
/// so, off the record where nothing is reserved.
void check_may_send(const Step& step, const InMailSent& e, Verdict& verdict) {
  if (step.header.stream.kind() != StreamKind::member) return;
  if (e.pool != step.header.stream) return check_open_profiles(step, e, verdict);
  const Pool* pool = step.pool();
  const FreePolicy& free = step.policy->free;
  const bool has_plan = pool != nullptr && pool->plan;
  const bool has_ended = pool != nullptr && pool->has_ended;
  const bool is_past_due = pool != nullptr && pool->is_past_due;
  const bool may = !has_ended && !is_past_due &&
                   step.policy->terms(has_plan ? *pool->plan : PlanKind::free).can_send_inmail;
  // The class that fixed its price need not be the one by which it may go today.
  const bool was_paid = step.inmail != nullptr && step.inmail->was_paid();
  verdict.check(may || was_paid || (e.free_class && free.plan_classes.has(*e.free_class)), e.inmail,
                " was sent by ", step.header.stream, ", whose plan does not send");
  check_open_profiles(step, e, verdict);
}

void check_free(const Step& step, const InMailSent& e, Verdict& verdict) {
  if (step.policy == nullptr) return;
  verdict.check(unlocks_rightly(step, e), e.inmail, " makes later ones free, or does not");
  // Price and class of what was paid when it was scheduled are those of then.
  if (step.inmail != nullptr && step.inmail->was_paid()) return check_may_send(step, e, verdict);
  const bool follows_for_free = e.parent && !step.policy->followup.charge;
  verdict.check(
      (e.cost == 0) == (e.free_class || follows_for_free || step.policy->charge.cost == 0),
      e.inmail, " costs ", e.cost, ", and is free or not");
  check_class(step, e, verdict);
  check_may_send(step, e, verdict);
}

void free_sends_take_nothing(const Step& step, Verdict& verdict) {
  if (const auto* e = std::get_if<InMailScheduled>(&step.event))
    if (e->is_paid && step.policy != nullptr) check_class(step, *e, verdict);
  if (const auto* e = std::get_if<InMailSent>(&step.event)) {
    check_free(step, *e, verdict);
    if (e->cost > 0) return;
    const bool is_reserved = step.inmail != nullptr && step.inmail->charge == Charge::reserved;
    verdict.check(e->splits.empty() && !is_reserved, e->inmail, " is free, but credits were taken");
    return;
  }
  if (step.inmail == nullptr || !step.inmail->is_sent() || step.inmail->cost > 0) return;
  std::visit(
      [&]<class Each>(const Each& e) {
        if constexpr (requires { e.charge; })
          verdict.check(e.charge == ChargeEnd::none, e.ref.inmail, " was free, but a charge ended");
        else if constexpr (std::is_same_v<Each, InMailDelivered>)
          verdict.check(!e.refundable, e.ref.inmail, " was free, but delivered as refundable");
        else if constexpr (requires { e.inmail; } && !std::is_same_v<Each, OutcomeReceived> &&
                           !std::is_same_v<Each, UndoWindowClosed> &&
                           !std::is_same_v<Each, InMailCancelled>)
          verdict.fail(step.header.stream, " booked credits for an InMail that was free");
      },
      step.event);
}

constexpr std::array rules{
    Rule{"IC8", "an InMail is free where its class is true, and then takes nothing",
         free_sends_take_nothing},
};

}  // namespace

std::span<const Rule> free_rules() { return rules; }

}  // namespace inmail::auditing
