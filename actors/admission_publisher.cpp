#include "actors/admission_publisher.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

namespace inmail {
namespace {

bool changes_admission(const Event& event) {
  return std::visit(match{
                        [](const MemberRegistered&) { return true; },
                        [](const MemberErased&) { return true; },
                        [](const PreferenceChanged&) { return true; },
                        [](const InboundRulesSet&) { return true; },
                        [](const ProfileUpdated&) { return true; },
                        [](const MemberBlocked&) { return true; },
                        [](const MemberUnblocked&) { return true; },
                        [](const OpenProfileSet&) { return true; },
                        [](const SenderStopped&) { return true; },
                        [](const SenderAllowed&) { return true; },
                        [](const ConnectionSet&) { return true; },
                        [](const ConnectionRemoved&) { return true; },
                        [](const SubscriptionStarted&) { return true; },
                        [](const SubscriptionChanged&) { return true; },
                        [](const SubscriptionEnded&) { return true; },
                        [](const AccountLinked&) { return true; },
                        [](const AccountUnlinked&) { return true; },
                        [](const auto&) { return false; },
                    },
                    event);
}

/// What others see of who has written, and how much.
bool changes_arrivals(const Event& event, const MemberState& state, const Policy& policy) {
  if (std::holds_alternative<InMailDelivered>(event) && Member::has_quota(state, policy.recipient))
    return true;
  return std::visit(
      [](const auto& e) {
        if constexpr (requires { e.ref.sender; })
          return e.ref.sender.kind() == StreamKind::seat;
        else
          return false;
      },
      event);
}

}  // namespace

void AdmissionPublisher::publish(const MemberState& state, Version version) {
  const auto book = policies_.book();
  publish_under(book->current(), book->at(book->current()), state, version);
}

void AdmissionPublisher::publish_under(PolicyVersion rules, const Policy& policy,
                                       const MemberState& state, Version version) {
  shown_under_ = rules;
  Admission admission = Member::admission(state, policy, version);
  is_known_full_ = admission.inbox_full;
  if (state.membership != Membership::stranger) table_.publish(member_, std::move(admission));
}

void AdmissionPublisher::publish_changes(const std::vector<Event>& events, const MemberState& state,
                                         Version version, const Context& context) {
  const Policy& policy = context.policy();
  // Whether the inbox is full is cheap to say, unless the policy minds: then all in it is counted.
  if (context.version != shown_under_ ||
      std::any_of(events.begin(), events.end(), changes_admission) ||
      Member::inbox_is_full(state, policy.inbox) != is_known_full_)
    publish_under(context.version, policy, state, version);
  else if (std::any_of(events.begin(), events.end(),
                       [&](const Event& each) { return changes_arrivals(each, state, policy); }))
    publish_arrivals(state, version);
}

void AdmissionPublisher::publish_arrivals(const MemberState& state, Version version) {
  auto known = table_.find(member_);
  if (!known) return;
  Member::show_arrivals(*known, state, version);
  table_.publish(member_, std::move(*known));
}

}  // namespace inmail
