#include <algorithm>
#include <array>

#include "projections/audit_rules.hpp"

// What must hold of who reaches whom: what recipients take, and who is connected.

namespace inmail::auditing {

bool is_stopped(const StreamState& recipient, const InMail& inmail) {
  return std::any_of(recipient.stopped.begin(), recipient.stopped.end(), [&](const auto& entry) {
    const auto& [sender, stop] = entry;
    const bool by_contract =
        std::any_of(stop.contracts.begin(), stop.contracts.end(),
                    [&](ContractId contract) { return StreamId(contract) == inmail.pool; });
    return by_contract || (stop.person && sender == inmail.from);
  });
}

namespace {

// IM3.

bool is_premium(const StreamState* owner, const Policy& policy) {
  return owner != nullptr && owner->pool && owner->pool->plan &&
         policy.terms(*owner->pool->plan).is_premium;
}

bool is_listed(const Profile& profile, const std::vector<std::string>& banned) {
  return std::any_of(profile.lists.begin(), profile.lists.end(), [&](const std::string& list) {
    return std::find(banned.begin(), banned.end(), list) != banned.end();
  });
}

bool is_full(const StreamState& recipient, const InboxPolicy& rule) {
  return rule.max_conversations > 0 && rule.overflow != InboxOverflow::none &&
         recipient.conversations >= rule.max_conversations;
}

bool takes_inmail(const StreamState& recipient, const InMail& inmail, const Policy& policy) {
  const bool rejects = policy.inbox.overflow == InboxOverflow::reject;
  if (rejects && is_full(recipient, policy.inbox)) return false;
  if (!recipient.registered || recipient.blocked.contains(inmail.from)) return false;
  if (is_stopped(recipient, inmail) || is_listed(recipient.profile, policy.recipient.banned_lists))
    return false;
  if (recipient.preference == InMailPreference::on) return true;
  if (policy.recipient.premium_override && inmail.from_premium && is_premium(&recipient, policy))
    return true;
  return recipient.preference == InMailPreference::opted_out &&
         (inmail.from_premium || recipient.is_connected(inmail.from, recipient.version)) &&
         policy.recipient.optout_scope == OptoutScope::free_senders_only;
}

/// What the policy says of recipients that no switch of theirs decides.
void check_reach(const Step& step, const InMailSent& e, Verdict& verdict) {
  const RecipientPolicy& rules = step.policy->recipient;
  const StreamState* to = step.world.find_stream(e.to);
  if (to == nullptr) return;
  const Profile& profile = to->profile_at(e.recipient_version);
  verdict.check(!is_listed(profile, rules.banned_lists), e.inmail, " was sent to member:", e.to,
                ", who is on a banned list");
  verdict.check(profile.is_public || !rules.require_public_profile, e.inmail,
                " was sent to member:", e.to, ", whose profile is not public");
  const bool is_connected = to->is_connected(e.from, e.recipient_version);
  verdict.check(!is_connected || rules.first_degree != FirstDegreeRule::forbid, e.inmail,
                " was sent to a connection, where the policy forbids it");
  verdict.check((e.degree == Degree::first) == is_connected, e.inmail,
                " was sent as by a connection, or not, which member:", e.to, " denies");
  // Of another pool its owner says how far, off the record where nothing is reserved.
  if (e.pool != step.header.stream) return;
  const Pool* pool = step.pool();
  const PlanTerms& plan = step.policy->terms(pool && pool->plan ? *pool->plan : PlanKind::free);
  verdict.check(!e.degree || *e.degree <= plan.max_degree, e.inmail,
                " was sent farther than the plan of ", step.header.stream, " reaches");
}

void deliveries_are_welcome(const Step& step, Verdict& verdict) {
  if (step.policy == nullptr) return;
  if (const auto* e = std::get_if<InMailSent>(&step.event)) {
    check_reach(step, *e, verdict);
    if (step.header.stream.kind() != StreamKind::member) return;
    const bool by_another = e->pool != step.header.stream;
    verdict.check(e->from_premium == (by_another || is_premium(&step.stream, *step.policy)),
                  e->inmail,
                  " was sent as by a premium member, or not, which the sender's plan denies");
    return;
  }
  if (step.inmail == nullptr) return;
  const bool is_taken = takes_inmail(step.stream, *step.inmail, *step.policy);
  if (std::holds_alternative<InMailDelivered>(step.event)) {
    verdict.check(!is_full(step.stream, step.policy->inbox), step.header.stream,
                  " was delivered an InMail into a full inbox of ", step.stream.conversations);
    verdict.check(is_taken, step.header.stream,
                  " was delivered an InMail of member:", step.inmail->from,
                  " that it does not take");
  }
  if (const auto* e = std::get_if<InMailFailed>(&step.event))
    verdict.check((!is_taken || is_over_quota(step)) &&
                      (e->reason == FailureReason::unknown_recipient) != step.stream.registered,
                  step.header.stream, " failed an InMail of member:", step.inmail->from,
                  " that it takes, or for another reason than it has");
}

// IM8.

template <class Change>
void check_change(const Step& step, const Change& e, bool connects, Verdict& verdict) {
  const MemberId self = step.header.stream.member();
  const bool is_of_pair = e.owner == std::min(self, e.with) && self != e.with;
  const auto known = step.stream.connections.find(e.with);
  const bool is_on = known != step.stream.connections.end() && known->second.is_on();
  const bool is_somebody = e.with == e.owner || step.stream.registered;
  verdict.check(is_of_pair && is_on != connects && is_somebody, step.header.stream,
                " changed its connection to member:", e.with, " into what it was, or not its own");
}

void changes_are_in_turn(const Step& step, Verdict& verdict) {
  if (const auto* set = std::get_if<ConnectionSet>(&step.event))
    check_change(step, *set, true, verdict);
  if (const auto* removed = std::get_if<ConnectionRemoved>(&step.event))
    check_change(step, *removed, false, verdict);
}

void both_know_of_a_connection(const World& world, Timestamp since, Verdict& verdict) {
  world.each_stream([&](StreamId id, const StreamState& stream) {
    for (const auto& [with, connection] : stream.connections) {
      const StreamState* other = world.find_stream(with);
      const auto theirs = other ? other->connections.find(id.member()) : stream.connections.end();
      const bool is_there = other && theirs != other->connections.end();
      const bool agree = connection.is_on() == (is_there && theirs->second.is_on());
      verdict.at(stream.connected_position, id)
          .check(agree || stream.connected_at >= since, id, " and member:", with,
                 " do not both know whether they are connected");
    }
  });
}

constexpr std::array rules{
    Rule{"IM3", "nothing is delivered to who does not take it, and fails for who does",
         deliveries_are_welcome},
    Rule{"IM8", "who is connected knows it on both sides", changes_are_in_turn, nullptr,
         both_know_of_a_connection},
};

}  // namespace

std::span<const Rule> reach_rules() { return rules; }

}  // namespace inmail::auditing
