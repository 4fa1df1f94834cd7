#pragma once

#include <algorithm>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

#include "tests/support/letters.hpp"
#include "tests/support/small_world.hpp"

namespace inmail::test {

/// Draws; the same seed draws the same.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  bool once_in(std::uint64_t times) { return below(times) == 0; }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return *(values.begin() + below(values.size()));
  }

 private:
  std::mt19937_64 random_;
};

/// What happens after a delivery.
inline void vary_mailbox(Policy& policy, Dice& dice) {
  using namespace std::chrono_literals;
  using std::chrono::days;
  policy.retract.effect_opened =
      dice.one_of({RetractEffectOpened::reject, RetractEffectOpened::hide_keep_copy});
  policy.retract.tombstone_recipient = dice.once_in(2);
  policy.refund.count_auto_reply = dice.once_in(2);
  policy.reminder.after_s = dice.one_of<Seconds>({0s, 1h, days{3}});
  policy.reminder.max = dice.one_of({1, 3});
  policy.reinitiate.after_decline = dice.one_of(
      {AfterDecline::allowed_new_thread, AfterDecline::after_cooldown, AfterDecline::forbid});
  policy.inbox.max_conversations = dice.one_of({0, 2, 5});
  policy.inbox.overflow =
      dice.one_of({InboxOverflow::none, InboxOverflow::archive_oldest, InboxOverflow::reject});
}

/// How much a sender may send, and what a past makes free.
inline void draw_limits(Policy& policy, Dice& dice) {
  using namespace std::chrono_literals;
  using std::chrono::days;
  policy.seat.daily_max = dice.one_of({0, 0, 1, 3});
  policy.seat.day_mode = dice.one_of({DayMode::utc_day, DayMode::rolling_24h});
  policy.seat.free_counts_to_daily = dice.once_in(2);
  policy.seat.first_week_max = dice.one_of({0, 0, 2, 5});
  policy.seat.first_week_mode = dice.one_of({FirstWeekMode::calendar, FirstWeekMode::rolling_7d});
  policy.seat.monthly_limit = dice.one_of({0, 0, 1, 4});
  policy.seat.monthly_counts =
      dice.one_of({MonthlyCounts::all_inmails, MonthlyCounts::charged_only});
  policy.spam.identical_max = dice.one_of({0, 0, 1, 3});
  policy.spam.identical_window_s = dice.one_of<Seconds>({1h, days{1}, days{4}});
  policy.spam.burst_max = dice.one_of({0, 1, 2});
  policy.spam.burst_action =
      dice.one_of({BurstAction::alert, BurstAction::score, BurstAction::reject});
  policy.recipient.dedup_level =
      dice.one_of({DedupLevel::off, DedupLevel::low, DedupLevel::medium, DedupLevel::high});
  policy.recipient.dedup_action =
      dice.one_of({DedupAction::warn, DedupAction::require_override_reason, DedupAction::block});
  policy.recipient.dedup_window_s = dice.one_of<Seconds>({days{1}, days{90}});
  for (const FreeClass each :
       {FreeClass::replied_thread, FreeClass::previous_unlock, FreeClass::veteran_like})
    if (dice.once_in(4)) policy.free.classes.insert(each);
  policy.recipient.inbound_daily_max = dice.one_of({0, 0, 2});
  policy.recipient.inbound_weekly_max = dice.one_of({0, 0, 4});
  policy.recipient.accept_filters.require_compensation = dice.once_in(8);
  policy.limit.attachments_max = dice.one_of({0, 2});
  policy.free.unlock_ttl_s = dice.one_of<Seconds>({0s, 1h, days{30}});
}

/// What is written now and sent later.
inline void draw_dispatch(Policy& policy, Dice& dice) {
  using namespace std::chrono_literals;
  using std::chrono::days;
  for (PlanTerms& terms : policy.plans) {
    terms.can_schedule = !dice.once_in(3);
    terms.can_followup = !dice.once_in(3);
  }
  policy.followup.charge = !dice.once_in(3);
  policy.draft.enabled = !dice.once_in(5);
  policy.draft.max_per_seat = dice.one_of({0, 1, 500});
  policy.draft.ttl_s = dice.one_of<Seconds>({0s, 1h, days{30}});
}

inline void draw_plans(Policy& policy, Dice& dice) {
  using namespace std::chrono_literals;
  using std::chrono::days;
  for (PlanTerms& terms : policy.plans) {
    terms.monthly_allotment = dice.one_of({0, 2, 5, 20});
    terms.renewal_anchor = dice.one_of({RenewalAnchor::billing_cycle, RenewalAnchor::fixed_day,
                                        RenewalAnchor::calendar_month_utc});
    terms.renewal_day = dice.one_of({0, 5, 31});
    terms.accum_cap_multiple_bp = dice.one_of({0, 10'000, 30'000});
    terms.accum_cap_abs = dice.one_of({0, 0, 4});
    terms.lot_ttl_s = dice.one_of<Seconds>({0s, days{20}, days{90}});
    terms.lot_ttl_calendar_months = dice.one_of({0, 0, 1, 3});
    terms.trial_grant = dice.one_of({0, 2});
    terms.proration = dice.one_of({Proration::none, Proration::by_day_floor});
    terms.pool_scope = dice.one_of({PoolScope::member, PoolScope::linked_accounts});
  }
}

inline void draw_purchases(Policy& policy, Dice& dice) {
  using namespace std::chrono_literals;
  using std::chrono::days;
  policy.purchase.requires_premium = dice.once_in(2);
  policy.purchase.only_when_empty = dice.once_in(4);
  policy.purchase.max_per_period = dice.one_of({0, 0, 12});
  policy.purchase.period = dice.one_of({PurchasePeriod::utc_month, PurchasePeriod::cycle});
  policy.purchase.refundable_s = dice.one_of<Seconds>({0s, days{3}, days{90}});
  policy.purchase.survives_cancel = dice.once_in(2);
  policy.lot.purchase_ttl_s = dice.one_of<Seconds>({0s, days{3}, days{90}});
}

/// A policy as nobody would write it: every rule that the deciders know is drawn by itself.
inline Policy random_policy(Dice& dice) {
  using namespace std::chrono_literals;
  using std::chrono::days;
  Policy policy;
  draw_plans(policy, dice);
  policy.accum.enabled = !dice.once_in(3);
  policy.accum.cap_when = dice.one_of({CapWhen::at_renewal, CapWhen::always});
  policy.accum.overflow_victim =
      dice.one_of({OverflowVictim::oldest_expiry_first, OverflowVictim::new_grant});
  policy.lot.bonus_ttl_s = dice.one_of<Seconds>({LotPolicy::as_lot_ttl, 0s, days{5}});
  policy.lot.spend_order = dice.one_of({SpendOrder::expiry_then_grant, SpendOrder::fifo_grant,
                                        SpendOrder::lifo, SpendOrder::plan_first});
  policy.lot.transferable = !dice.once_in(3);
  policy.lot.on_cancel_subscription =
      dice.one_of({OnCancel::void_now, OnCancel::void_at_cycle_end, OnCancel::keep});
  policy.lot.on_plan_change =
      dice.one_of({OnPlanChange::void_all, OnPlanChange::carry, OnPlanChange::carry_capped});
  policy.charge.cost = dice.one_of({0, 1, 1, 1, 2, 3});
  policy.charge.release_system_failure =
      dice.one_of({ReleaseTo::original_lot, ReleaseTo::fresh_lot, ReleaseTo::lost});
  policy.charge.release_user_cancel =
      dice.one_of({ReleaseTo::original_lot, ReleaseTo::fresh_lot, ReleaseTo::lost});
  policy.charge.when =
      dice.one_of({ChargeWhen::at_schedule, ChargeWhen::at_dispatch, ChargeWhen::at_accept});
  policy.charge.accept_timeout_s = dice.one_of<Seconds>({1h, days{3}, days{14}});
  policy.refund.on =
      EnumSet<RefundOn>::from_bits(static_cast<std::uint32_t>(dice.below(1 << 12)) & ~1u);
  policy.refund.amount_accept = dice.one_of({0, 5'000, 10'000, 20'000});
  policy.refund.amount_no_response = dice.one_of({3'000, 10'000});
  policy.refund.amount_other = dice.one_of({5'000, 10'000});
  policy.refund.to = dice.one_of({RefundTo::pool, RefundTo::seat_quota_too});
  policy.refund.window_s = dice.one_of<Seconds>({1h, days{3}, days{90}});
  policy.refund.no_response_window_s = dice.one_of<Seconds>({1h, days{7}});
  policy.refund.clock =
      dice.one_of({RefundClock::sent_at, RefundClock::delivered_at, RefundClock::opened_at});
  if (policy.refund.clock == RefundClock::opened_at) policy.refund.on.erase(RefundOn::no_response);
  policy.refund.lot_life = dice.one_of(
      {RefundLotLife::fresh, RefundLotLife::inherit_original, RefundLotLife::inherit_floor});
  policy.expiry.basis =
      dice.one_of({ExpiryBasis::never, ExpiryBasis::unopened, ExpiryBasis::unanswered});
  policy.expiry.ttl_s = dice.one_of<Seconds>({1h, days{7}});
  policy.expiry.effect = dice.one_of({ExpiryEffect::hide, ExpiryEffect::status_only});
  if (policy.expiry.effect == ExpiryEffect::status_only)
    policy.expiry.late_response =
        dice.one_of({LateResponse::reject, LateResponse::allow_no_refund});
  policy.followup.max_unanswered = dice.one_of({0, 1, 5});
  policy.followup.min_gap_s = dice.one_of<Seconds>({0s, days{3}});
  policy.retract.condition = dice.one_of({RetractCondition::unopened, RetractCondition::any});
  policy.retract.refund =
      dice.one_of({RetractRefund::never, RetractRefund::if_unopened, RetractRefund::always});
  vary_mailbox(policy, dice);
  policy.recipient.premium_override = dice.once_in(2);
  policy.recipient.first_degree =
      dice.one_of({FirstDegreeRule::free, FirstDegreeRule::charge, FirstDegreeRule::forbid});
  policy.recipient.stop_scope =
      dice.one_of({StopScope::sender, StopScope::contract, StopScope::sender_and_contract});
  policy.free.open_profile_max_per_month = dice.one_of({0, 1, 3});
  policy.compliance.require_reason = dice.once_in(3);
  policy.undo.window_s = dice.one_of<Seconds>({0s, 0s, 60s, 7'200s});
  draw_limits(policy, dice);
  draw_purchases(policy, dice);
  draw_dispatch(policy, dice);
  return policy;
}

/// People who send, answer, block, subscribe and cancel as the dice say, while notices between them
/// wait, arrive, and arrive again.
class RandomLife {
 public:
  static constexpr std::uint64_t people = 4;
  static constexpr std::uint64_t seats = 2;

  explicit RandomLife(std::uint64_t seed) : dice_(seed), world_(random_policy(dice_)) {
    world_.at(utc("2025-01-31T11:00:00Z"));
    for (std::uint64_t i = 1; i < people; ++i)
      world_.command(RegisterMember{MemberId{i}, "Someone", "", "en"});
    world_.command(CreateContract{company_, 0});
    for (std::uint64_t i = 1; i <= seats; ++i)
      world_.command(AddSeat{company_, SeatId{i}, MemberId{i}, SeatRole::recruiter});
    for (const StreamId owner : {StreamId(company_), StreamId(ada), StreamId(bob)})
      world_.command(StartSubscription{owner, any_plan()});
    world_.deliver_all();
  }

  SmallWorld& world() { return world_; }
  ContractId company() const { return company_; }
  const std::vector<std::string>& told() const { return told_; }

  void step() {
    switch (dice_.below(20)) {
      default: command(any_command()); break;
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
      case 5: deliver_one(); break;
      case 6:
      case 7: deliver_again(); break;
      case 8:
      case 9: pass_time(); break;
      case 10: rarely(); break;
    }
  }

 private:
  void tell(std::string what) { told_.push_back(to_text(world_.now()) + " " + std::move(what)); }

  void command(const Command& command) {
    const Step step = world_.command(command);
    for (const Event& event : step.events) {
      if (const auto* sent = std::get_if<InMailSent>(&event)) letters_.push_back(*sent);
      if (const auto* later = std::get_if<InMailScheduled>(&event))
        letters_.push_back(
            {.inmail = later->inmail, .from = later->from, .to = later->to, .pool = later->pool});
      if (const auto* saved = std::get_if<DraftSaved>(&event)) drafts_.push_back(*saved);
    }
    tell(to_text(target_of(command)) + " " + std::string(type_of(command).name) +
         (step.refusal ? ": " + std::string(name_of(step.refusal->code)) : ""));
  }

  void deliver_one() {
    const auto pairs = world_.waiting();
    if (pairs.empty()) return;
    const auto pair = pairs[dice_.below(pairs.size())];
    tell("notice from " + to_text(pair.first) + " to " + to_text(pair.second));
    world_.deliver(pair);
  }

  void deliver_again() {
    if (world_.delivered() == 0) return;
    const std::uint64_t number = dice_.below(world_.delivered());
    tell("notice again, number " + std::to_string(number));
    EXPECT_EQ(described(world_.deliver_again(number).events), described({}));
  }

  void pass_time() {
    using namespace std::chrono_literals;
    using std::chrono::days;
    world_.at(world_.now() + dice_.one_of<Milliseconds>({1ms, 1h, days{1}, days{1}, days{3},
                                                         days{7}, days{31}, days{95}}));
    if (dice_.once_in(2)) world_.settle_until(world_.now());
    tell("later");
  }

  void rarely() {
    if (dice_.once_in(8)) return command(EraseMember{anyone(), dice_.once_in(2)});
    if (!dice_.once_in(4)) return;
    world_.ground().adopt(random_policy(dice_));
    tell("another policy");
  }

  /// The last of the people has never joined.
  MemberId anyone() { return MemberId{1 + dice_.below(dice_.once_in(8) ? people : people - 1)}; }
  MemberId anyone_but(MemberId member) {
    const MemberId other = anyone();
    return other != member || dice_.once_in(20) ? other : MemberId{1 + member.value % (people - 1)};
  }
  StreamId any_owner() { return dice_.once_in(3) ? StreamId(company_) : StreamId(anyone()); }
  PlanKind any_plan() {
    return dice_.one_of({PlanKind::free, PlanKind::career, PlanKind::business, PlanKind::sales_core,
                         PlanKind::recruiter_lite, PlanKind::recruiter_corp});
  }
  /// Mostly one of the last few.
  InMailSent any_letter() {
    if (letters_.empty()) return {.from = anyone(), .to = anyone()};
    const std::size_t among =
        dice_.once_in(5) ? letters_.size() : std::min<std::size_t>(letters_.size(), 5);
    return letters_[letters_.size() - 1 - dice_.below(among)];
  }

  static StreamId sender_of(const InMailSent& letter) {
    const bool by_member = letter.pool.kind() != StreamKind::contract;
    return by_member ? StreamId{letter.from} : StreamId{SeatId{letter.from.value}};
  }

  Command any_send() {
    if (dice_.once_in(2)) {
      const MemberId from = anyone();
      SendInMail letter = mail(from, anyone_but(from));
      letter.hints.applicant = dice_.once_in(8);
      if (dice_.once_in(3)) letter.body = "Look at https://a.b";
      if (dice_.once_in(4)) letter.hints.purpose = Purpose::other;
      return worded(letter);
    }
    const SeatId seat{1 + dice_.below(seats)};
    const MemberId holder{seat.value};
    return worded(mail(holder, seat, anyone_but(holder)));
  }

  /// Mostly in words of its own.
  SendInMail worded(SendInMail letter) {
    if (!dice_.once_in(4)) {
      const std::string own = std::to_string(dice_.below(1'000'000));
      letter.body = "one" + own + " two" + own + " three" + own + " four" + own;
    }
    if (dice_.once_in(3)) letter.override_reason = "They asked";
    letter.veteran = dice_.once_in(8);
    return letter;
  }

  Command for_later(const InMailSent& letter) {
    using namespace std::chrono_literals;
    using std::chrono::days;
    const Timestamp then =
        world_.now() + dice_.one_of<Milliseconds>({0ms, 1ms, 2h, days{1}, days{4}, days{40}});
    switch (dice_.below(6)) {
      default: {
        ScheduleInMail later{std::get<SendInMail>(any_send()), then, {}};
        if (!drafts_.empty()) later.letter.draft = drafts_.back().draft;
        return later;
      }
      case 0: {
        AddFollowUp next{worded(mail(letter.from, letter.to)), letter.inmail, {}};
        const StreamId sender = sender_of(letter);
        if (sender.kind() == StreamKind::seat) next.letter.seat = sender.seat();
        next.delay_s = dice_.one_of<std::optional<std::uint32_t>>({{}, 0, 3'600, 259'200, 864'000});
        return next;
      }
      case 1: return RescheduleInMail{sender_of(letter), letter.inmail, then, {}};
      case 2: return CancelScheduled{sender_of(letter), letter.inmail};
    }
  }

  Command any_draft() {
    if (drafts_.empty() || dice_.once_in(2))
      return SaveDraft{anyone(), {}, {}, 0, anyone(), "Hello", "Not yet"};
    const DraftSaved& draft = drafts_[drafts_.size() - 1 - dice_.below(drafts_.size())];
    if (dice_.once_in(3)) return DiscardDraft{draft.from, draft.draft};
    return SaveDraft{draft.from, {}, draft.draft, draft.revision, draft.to, "Hello", "Or so"};
  }

  Command any_link() {
    const MemberId pool = dice_.once_in(3) ? anyone() : ada;
    if (dice_.once_in(4)) return UnlinkAccount{pool, anyone()};
    return LinkAccounts{pool, anyone_but(pool)};
  }

  Command any_tie() {
    const MemberId one = anyone();
    const MemberId other = anyone_but(one);
    if (dice_.once_in(3)) return RemoveConnection{one, other};
    return SetConnection{one, other};
  }

  Command any_mark(const InMailSent& letter) {
    const MemberId party = dice_.once_in(2) ? letter.to : letter.from;
    PartyView view{party, {}, letter.inmail};
    if (dice_.once_in(4)) view.conversation = direct_conversation(party, anyone_but(party));
    const bool on = !dice_.once_in(3);
    switch (dice_.below(4)) {
      case 0: return MarkUnread{view, on};
      case 1: return ArchiveConversation{view, on};
      case 2: return StarConversation{view, on};
      default: return TagConversation{view, "later", 1 + dice_.below(2), on};
    }
  }

  Command any_payment() {
    const StreamId owner = any_owner();
    if (dice_.once_in(3)) return PaymentFailed{owner};
    if (dice_.once_in(3)) return PaymentRecovered{owner};
    if (payments_.empty() || dice_.once_in(2)) {
      payments_.push_back({owner, "pay-" + std::to_string(payments_.size()), false});
      return PurchaseCredits{owner, dice_.one_of<std::string>({"p5", "p5", "p50", "p7"}),
                             payments_.back().payment_ref};
    }
    ReversePurchase back = payments_[dice_.below(payments_.size())];
    back.chargeback = dice_.once_in(2);
    return back;
  }

  Command any_command() {
    const InMailSent letter = any_letter();
    switch (dice_.below(28)) {
      default: return any_send();
      case 24:
      case 25:
      case 26: return for_later(letter);
      case 27: return dice_.once_in(2) ? any_draft() : any_link();
      case 20: return any_mark(letter);
      case 21:
        if (dice_.once_in(2)) return FollowLink{letter.to, letter.inmail, 0};
        return Respond{letter.to, letter.inmail, ReplyKind::reply, "I am away", true};
      case 22: return SendMessage{letter.inmail, letter.from, {}, letter.to, "Even more"};
      case 23: {
        const MemberId one = anyone();
        return SendMessage{{}, one, {}, anyone_but(one), "As friends"};
      }
      case 6: return OpenInMail{letter.to, letter.inmail};
      case 7:
      case 8:
      case 16:
      case 17:
        return Respond{letter.to, letter.inmail,
                       dice_.one_of({ReplyKind::accept, ReplyKind::decline, ReplyKind::reply,
                                     ReplyKind::quick_reply}),
                       dice_.once_in(2) ? "Words" : ""};
      case 9:
        if (dice_.once_in(2)) return UndoSend{sender_of(letter), letter.inmail};
        return RetractInMail{letter.from, letter.to, letter.inmail};
      case 10: return SendMessage{letter.inmail, letter.to, {}, letter.from, "More words"};
      case 11:
        return SetPreference{
            anyone(),
            dice_.one_of({InMailPreference::on, InMailPreference::on, InMailPreference::opted_out}),
            dice_.one_of<std::optional<bool>>({{}, true, false})};
      case 12:
        if (dice_.once_in(2)) return any_tie();
        if (dice_.once_in(4)) return StopSender{letter.to, letter.from};
        if (dice_.once_in(4)) return AllowSender{letter.to, letter.from};
        if (!dice_.once_in(3)) return UnblockMember{letter.to, letter.from};
        return BlockMember{letter.to, letter.from};
      case 13:
        if (dice_.once_in(2)) return any_payment();
        return StartSubscription{any_owner(), any_plan(), dice_.one_of({0u, 0u, 20u})};
      case 14:
        if (dice_.once_in(2)) return ChangePlan{any_owner(), any_plan()};
        return CancelSubscription{any_owner()};
      case 15:
        if (dice_.once_in(3)) {
          const StreamId from = any_owner();
          const StreamId to = from == StreamId(company_) ? StreamId(anyone()) : StreamId(company_);
          return TransferCredits{from, to, dice_.one_of({1u, 2u, 7u}), 1};
        }
        if (dice_.once_in(3))
          return AdjustCredits{any_owner(), dice_.one_of({-4, -1, 2}), 1, "a correction"};
        return GrantBonus{any_owner(), static_cast<std::uint32_t>(dice_.below(4)), 1, "gift"};
    }
  }

  Dice dice_;
  SmallWorld world_;
  const ContractId company_{7};
  std::vector<InMailSent> letters_;
  std::vector<ReversePurchase> payments_;
  std::vector<DraftSaved> drafts_;
  std::vector<std::string> told_;
};

}  // namespace inmail::test
