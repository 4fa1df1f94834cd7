#include "projections/audit_world.hpp"

#include <algorithm>
#include <cstring>

namespace inmail::auditing {

const StreamState* World::find_stream(StreamId id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : &found->second;
}

const InMail* World::find(const InMailId& id) const {
  const std::uint32_t* at = index_.find(id.bytes);
  return at == nullptr || *at >= never_sent ? nullptr : &inmails_[*at];
}

bool World::is_over(const InMailId& id) const {
  const std::uint32_t* at = index_.find(id.bytes);
  return at != nullptr && *at == over;
}

const Policy* World::policy(PolicyVersion version) const {
  if (version.value == 0 || version.value > policies_.size()) return nullptr;
  return policies_[version.value - 1].get();
}

Position World::answer_to(const CommandId& command) const {
  const Position* at = answers_.find(command.bytes);
  return at == nullptr ? Position{} : *at;
}

bool World::has_in_inbox(StreamId stream, const InMailId& id) const {
  if (const Thread* known = thread(id))
    return StreamId{known->to} == stream || (known->sender == stream && known->is_told);
  const InMail* inmail = find(id);
  return inmail != nullptr && StreamId{inmail->to} == stream && inmail->listed;
}

std::optional<SeatClaim> World::claim_of(ContractId contract, SeatId seat) const {
  const auto found = seats_.find({seat, contract});
  if (found == seats_.end()) return std::nullopt;
  return found->second;
}

void World::sweep(const Touched& touched, const Event& event) {
  if (touched.pool != nullptr) touched.pool->sweep();
  const InMailId* id = inmail_named_by(event);
  if (id == nullptr) return;
  std::uint32_t* at = index_.find(id->bytes);
  if (at == nullptr || *at >= never_sent) return;

  InMail& inmail = inmails_[*at];
  if (inmail.charge == Charge::reserved || inmail.charge == Charge::charged) return;
  if (inmail.stage == Stage::scheduled) return;
  if (inmail.is_sent() && !(inmail.is_quiet() && inmail.informed)) return;
  const std::uint32_t state = inmail.is_sent() ? over : never_sent;
  inmail = InMail{};
  free_.push_back(*at);
  *at = state;
}

std::array<std::uint8_t, 16> World::pair_of(StreamId sender, MemberId to) {
  std::array<std::uint8_t, 16> pair{};
  const std::uint64_t from = sender.packed();
  std::memcpy(pair.data(), &from, 8);
  std::memcpy(pair.data() + 8, &to.value, 8);
  return pair;
}

InMail* World::find_to_change(const InMailId& id) { return const_cast<InMail*>(find(id)); }

InMail* World::make(const InMailId& id) {
  if (id.is_zero() || is_over(id)) return nullptr;
  if (InMail* known = find_to_change(id)) return known;
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(inmails_.size()));
    inmails_.emplace_back();
  }
  const std::uint32_t at = free_.back();
  free_.pop_back();
  index_.insert(id.bytes, at) = at;
  inmails_[at].id = id;
  return &inmails_[at];
}

void World::link(const InMailId& id, InMail& inmail) {
  std::uint32_t& first = between_.insert(pair_of(inmail.sender, inmail.to), InMail::no_inmail);
  inmail.next_between = first;
  first = *index_.find(id.bytes);
}

void World::unlink(const InMail& inmail) {
  std::uint32_t* at = between_.find(pair_of(inmail.sender, inmail.to));
  if (at == nullptr) return;
  while (*at != InMail::no_inmail && &inmails_[*at] != &inmail) at = &inmails_[*at].next_between;
  if (*at != InMail::no_inmail) *at = inmail.next_between;
}

bool World::ends_together(const InMail& answered, const InMail& other) const {
  const Policy* of_answered = policy(PolicyVersion{answered.pinned});
  const Policy* of_other = policy(PolicyVersion{other.pinned});
  if (of_answered == nullptr || of_other == nullptr) return false;
  const FollowupRefund rule = of_answered->refund.followup_rule;
  if (answered.on_accept || other.on_accept) return false;
  return rule != FollowupRefund::independent && of_other->refund.followup_rule == rule &&
         refunds_responses(of_answered->refund) && refunds_responses(of_other->refund) &&
         other.stage == Stage::delivered && other.response == 0;
}

void World::mark_beside(const InMail& answered) {
  each_unanswered(answered.sender, answered.to, [&](const InMail& other) {
    if (ends_together(answered, other) && other.charge_is_open())
      const_cast<InMail&>(other).answered_beside = true;
  });
}

const InMailId* inmail_named_by(const Event& event) {
  return std::visit(
      []<class Each>(const Each& e) -> const InMailId* {
        if constexpr (requires { e.ref.inmail; })
          return &e.ref.inmail;
        else if constexpr (requires { InMailId{e.inmail}; })
          return &e.inmail;
        else
          return nullptr;
      },
      event);
}

bool is_decided(const RecordHeader& header, const Event& event) {
  if (header.asked_by.kind == PrincipalKind::clock) return false;
  if (const auto* archived = std::get_if<Archived>(&event)) return !archived->automatic;
  if (const auto* reopened = std::get_if<ConversationReopened>(&event)) return !reopened->learned;
  if (const auto* set = std::get_if<ConnectionSet>(&event)) return set->with != set->owner;
  if (const auto* removed = std::get_if<ConnectionRemoved>(&event))
    return removed->with != removed->owner;
  if (const auto* cancelled = std::get_if<InMailCancelled>(&event))
    return cancelled->reason == CancelReason::undo || cancelled->reason == CancelReason::by_user;
  if (const auto* discarded = std::get_if<DraftDiscarded>(&event))
    return discarded->end == DraftEnd::discarded;
  const auto is_one_of = [&]<class... Events>(std::type_identity<std::variant<Events...>>) {
    return (std::holds_alternative<Events>(event) || ...);
  };
  using Decided = std::variant<
      MemberRegistered, PreferenceChanged, MemberBlocked, MemberUnblocked, SubscriptionStarted,
      SubscriptionChanged, SubscriptionCancelled, ContractCreated, SeatAdded, InMailSent, Opened,
      Replied, InMailRetracted, MessageSent, PolicyAdopted, CommandRejected, CommandAccepted,
      MemberErased, OpenProfileSet, SenderStopped, SenderAllowed, InMailHiddenFromRecipient,
      LinkFollowed, MarkedUnread, Starred, Tagged, SeatLimitSet, LimitHit, DuplicateOutreachWarned,
      DuplicateOutreachOverridden, PurchaseRecorded, PurchaseReversed, CreditsAdjusted,
      SubscriptionPastDue, SubscriptionRecovered, InboundRulesSet, ProfileUpdated, InMailScheduled,
      InMailRescheduled, DraftSaved, CreditsTransferred, ReceivedErased, AccountLinked>;
  return is_one_of(std::type_identity<Decided>{});
}

bool refunds_responses(const RefundPolicy& refund) {
  constexpr std::array responses{RefundOn::accept, RefundOn::decline, RefundOn::reply,
                                 RefundOn::quick_reply};
  return (refund.count_auto_reply && refund.on.has(RefundOn::auto_reply)) ||
         std::any_of(responses.begin(), responses.end(),
                     [&](RefundOn reason) { return refund.on.has(reason); });
}

bool refunds_in_window(const RefundPolicy& refund) {
  return refunds_responses(refund) || refund.on.has(RefundOn::blocked) ||
         refund.on.has(RefundOn::recipient_closed);
}

std::chrono::sys_days monday_of(std::chrono::sys_days day) {
  return day - (std::chrono::weekday{day} - std::chrono::Monday);
}

std::chrono::year_month month_at(Timestamp time) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  return day.year() / day.month();
}

std::optional<Timestamp> accept_until(const InMail& inmail, const Policy& pinned) {
  if (inmail.cost == 0 || pinned.charge.when != ChargeWhen::at_accept) return std::nullopt;
  return later(inmail.sent_at, pinned.charge.accept_timeout_s);
}

Timestamp later(Timestamp time, Seconds by) {
  std::int64_t ms = 0;
  if (__builtin_mul_overflow(std::int64_t{by.count()}, std::int64_t{1'000}, &ms) ||
      __builtin_add_overflow(to_ms(time), ms, &ms))
    return Timestamp::max();
  return timestamp_from_ms(ms);
}

}  // namespace inmail::auditing
