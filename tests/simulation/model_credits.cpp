#include <algorithm>

#include "tests/simulation/model.hpp"

// Credits, as the model keeps them.

namespace inmail::sim {
namespace {

std::int64_t whole_days(Timestamp from, Timestamp until) {
  return std::chrono::floor<std::chrono::days>(until - from).count();
}

/// The instant a month before `next`, on the day on which cycles begin.
Timestamp month_before(Timestamp next, std::uint8_t anchor_day) {
  using namespace std::chrono;
  const sys_days day_of_next = floor<days>(next);
  const year_month_day date{day_of_next};
  const year_month month = year_month{date.year(), date.month()} - months{1};
  const day on = std::min(day{anchor_day}, (month / last).day());
  return sys_days{month / on} + (next - day_of_next);
}

}  // namespace

std::int64_t Model::Account::available() const {
  std::int64_t sum = 0;
  for (const auto& [id, lot] : lots) sum += lot.available;
  return sum;
}

void Model::take(Account& account, const InMailId& inmail, const LotSplits& splits,
                 std::int64_t cost) {
  std::int64_t sum = 0;
  for (const LotSplit& split : splits) {
    Lot& lot = account.lots[split.lot];
    sum += split.amount;
    lot.available -= split.amount;
    lot.held += split.amount;
    must(lot.available >= 0, "credits were spent that were not there");
    must(!lot.expires_at || *lot.expires_at > record_->header.due_at, "spent from a dead lot");
  }
  must(sum == cost, "an InMail was paid with another sum than its price");
  if (cost > 0) must(account.charges.emplace(inmail, splits).second, "an InMail was paid twice");
}

std::int64_t Model::reserved_for(const Account& account, const InMailId& inmail) {
  const auto found = account.charges.find(inmail);
  std::int64_t sum = 0;
  if (found != account.charges.end())
    for (const LotSplit& split : found->second) sum += split.amount;
  return sum;
}

LotSplits Model::close(Account& account, const InMailId& inmail) {
  const auto found = account.charges.find(inmail);
  must(found != account.charges.end(), "a charge ended that was not open");
  if (found == account.charges.end()) return {};
  LotSplits splits = found->second;
  account.charges.erase(found);
  account.charged.erase(inmail);
  for (const LotSplit& split : splits) account.lots[split.lot].held -= split.amount;
  return splits;
}

std::int64_t Model::allotment_of(StreamId owner) {
  const PlanTerms& terms = policy().terms(accounts_[owner].plan.value_or(PlanKind::free));
  std::int64_t seats = 1;
  if (owner.kind() == StreamKind::contract && terms.allot_per == AllotPer::seat)
    seats = static_cast<std::int64_t>(contracts_[owner.contract()].seats.size());
  return terms.monthly_allotment * seats;
}

void Model::on(const SubscriptionStarted& e) {
  const auto* given = command<StartSubscription>();
  must(given && given->plan == e.plan, "another plan than the one that was wished");
  must(!account().plan, "a plan began beside another");
  account().plan = e.plan;
  account().has_ended = false;
  account().ends_at.reset();
  account().anchor_day = e.anchor_day;
}

void Model::on(const TrialStarted& e) {
  const auto* given = command<StartSubscription>();
  must(given && given->trial_days > 0 &&
           e.ends_at == record_->header.time + std::chrono::days{given->trial_days},
       "another trial than the one that was wished");
  Account& pool = account();
  pool.next_renewal = e.ends_at;
  pool.cycle_began = record_->header.time;
  const std::int64_t gift = policy().terms(pool.plan.value_or(PlanKind::free)).trial_grant;
  if (gift > 0) pool.announced = {LotKind::bonus, gift};
}

void Model::on(const SubscriptionPastDue&) {
  must(command<PaymentFailed>() && account().plan && !account().past_due, "no payment is missing");
  account().past_due = true;
}

void Model::on(const SubscriptionRecovered&) {
  must(command<PaymentRecovered>() && account().past_due, "a payment that was not missing");
  account().past_due = false;
  const bool is_skipped = account().next_renewal && *account().next_renewal <= record_->header.time;
  if (is_skipped && !account().ends_at) account().announced = {std::nullopt, 0};
}

void Model::on(const SubscriptionChanged& e) {
  const auto* given = command<ChangePlan>();
  must(given && given->plan == e.to && account().plan == e.from, "not the change that was wished");
  account().plan = e.to;
  account().ends_at.reset();
  account().past_due = false;
  account().anchor_day = e.anchor_day;
}

void Model::on(const SubscriptionCancelled& e) { account().ends_at = e.ends_at; }

void Model::on(const SubscriptionEnded&) {
  must(account().plan.has_value(), "a plan ended that did not run");
  const bool has_come = account().ends_at && *account().ends_at <= record_->header.time;
  must(has_come || is_erased(record_->header.stream), "a plan ended too early");
  account().plan.reset();
  account().next_renewal.reset();
  account().ends_at.reset();
  account().past_due = false;
  account().has_ended = true;
}

void Model::on(const CycleRenewed& e) {
  Account& pool = account();
  must(e.cycle == pool.cycle + 1, "a cycle out of turn");
  must(!pool.grant_expected, "a cycle began, and the one before had granted nothing");
  must(!pool.past_due, "renewed a plan that was not paid");
  if (record_->header.cause.is_zero())
    must(pool.next_renewal && *pool.next_renewal == record_->header.due_at, "renewed at its time");
  const bool is_made_up = pool.announced.has_value();
  if (is_made_up) must_be_announced(std::nullopt, 0);
  pool.cycle = e.cycle;
  pool.cycle_began = record_->header.due_at;
  pool.next_renewal = e.next_renewal_at;
  const Milliseconds length = e.next_renewal_at - record_->header.due_at;
  must(length > Milliseconds{0} && length <= std::chrono::hours{24 * 31}, "how long a cycle is");
  std::int64_t allotment = allotment_of(record_->header.stream);
  const PlanTerms& terms = policy().terms(pool.plan.value_or(PlanKind::free));
  if (terms.proration == Proration::by_day_floor && !is_made_up)
    allotment = allotment * whole_days(record_->header.due_at, e.next_renewal_at) /
                whole_days(month_before(e.next_renewal_at, pool.anchor_day), e.next_renewal_at);
  if (allotment > 0) pool.grant_expected = allotment;
}

void Model::must_be_announced(std::optional<LotKind> kind, std::int64_t amount) {
  auto& announced = account().announced;
  must(announced && announced->first == kind && announced->second >= amount,
       "credits move without a word, or others than was said");
  if (announced) announced->second -= amount;
  if (announced && announced->second <= 0) announced.reset();
}

void Model::on(const PurchaseRecorded& e) {
  const auto* given = command<PurchaseCredits>();
  std::int64_t size = 0;
  for (const CreditPack& pack : policy().purchase.packs)
    if (given && pack.pack_id == given->pack && pack.price_minor == e.price_minor &&
        pack.currency == e.currency)
      size = pack.credits;
  must(given && given->payment_ref == e.payment_ref && given->pack == e.pack && size == e.credits,
       "another pack than was bought");
  const Payment payment{e.lot, size, record_->header.time, &policy()};
  must(account().payments.emplace(e.payment_ref, payment).second, "paid twice with one payment");
  account().announced = {LotKind::purchase, size};
}

void Model::on(const PurchaseReversed& e) {
  const auto* given = command<ReversePurchase>();
  must(given && given->payment_ref == e.payment_ref && given->chargeback == e.chargeback,
       "another purchase went back than was wished");
  Payment& payment = account().payments[e.payment_ref];
  const std::int64_t left = account().lots[e.lot].available;
  must(payment.lot == e.lot && !payment.reversed && left == std::int64_t{e.amount} &&
           payment.credits - left == std::int64_t{e.short_by},
       "what a reversal takes back");
  payment.reversed = true;
  if (left > 0) account().announced = {std::nullopt, left};
}

void Model::on(const CreditsAdjusted& e) {
  const auto* given = command<AdjustCredits>();
  must(given && given->credits == e.amount && given->approver == e.approver,
       "another correction than was given");
  if (e.amount > 0)
    account().announced = {LotKind::adjust, e.amount};
  else
    account().announced = {std::nullopt, -e.amount};
}

void Model::on(const CreditsGranted& e) {
  Account& pool = account();
  must(!pool.lots.contains(e.lot), "a lot that was there already");
  pool.lots[e.lot] = {.kind = e.kind,
                      .available = e.amount,
                      .expires_at = e.expires_at,
                      .granted_at = record_->header.due_at};
  switch (e.kind) {
    case LotKind::monthly:
      must(e.cycle == pool.cycle && pool.grant_expected == std::int64_t{e.amount},
           "another allotment than the plan's");
      pool.grant_expected.reset();
      return;
    case LotKind::bonus: {
      if (pool.announced) return must_be_announced(e.kind, e.amount);
      const auto* given = command<GrantBonus>();
      must(given && given->credits == e.amount, "another bonus than was given");
      return;
    }
    case LotKind::refund:
      must(e.inmail.has_value(), "a refund of nothing");
      if (e.inmail) refund_lots_[*e.inmail] = e.amount;
      return;
    case LotKind::purchase: return must_be_announced(e.kind, e.amount);
    case LotKind::adjust:
      if (!e.inmail) return must_be_announced(e.kind, e.amount);
      must(e.inmail == pool.released && std::int64_t{e.amount} == pool.lost,
           "credits made good that were not lost");
  }
}

void Model::on(const CreditReserved& e) {
  const SendInMail* given = letter();
  must(given && (given->seat ? StreamId{*given->seat} : StreamId{given->from}) == e.sender &&
           inmail_of(record_->header.cause) == e.inmail,
       "reserved for another InMail than the one that was ordered");
  const StreamId owner = record_->header.stream;
  if (owner.kind() == StreamKind::member)
    must(StreamId{people_[e.sender.member()].pool.value_or(MemberId{})} == owner &&
             shares_pool(owner.member()),
         "reserved for somebody who is not linked");
  const auto mail = mails_.find(e.inmail);
  must(mail == mails_.end() || mail->second.stage == Stage::scheduled,
       "reserved after it was sent");
  // The seat asked at its own policy's price, and sends at no other.
  std::int64_t sum = 0;
  for (const LotSplit& split : e.splits) sum += split.amount;
  must(sum > 0, "nothing was reserved");
  take(account(), e.inmail, e.splits, sum);
}

void Model::on(const CreditCharged& e) {
  Account& pool = account();
  const auto mail = mails_.find(e.inmail);
  must(mail != mails_.end() && mail->second.has_arrived(), "charged before it was delivered");
  must(pool.charges.contains(e.inmail), "charged what was not reserved");
  must(pool.charged.insert(e.inmail).second, "charged twice");
  if (mail == mails_.end()) return;
  if (mail->second.on_accept)
    must(mail->second.to_be_booked == ChargeEnd::spend && !e.refundable, "charged unaccepted");
  mail->second.to_be_booked.reset();
  if (e.refundable) return;
  close(pool, e.inmail);
  mail->second.owed.reset();
}

void Model::on(const CreditReleased& e) {
  Account& pool = account();
  const auto mail = mails_.find(e.inmail);
  must(!pool.charged.contains(e.inmail), "released what was charged");
  if (mail != mails_.end()) {
    const bool was_not_accepted = mail->second.to_be_booked == ChargeEnd::release;
    must(was_not_accepted == (e.reason == ReleaseReason::not_accepted), "released for what");
    must(was_not_accepted || mail->second.stage == Stage::failed ||
             mail->second.stage == Stage::cancelled,
         "released what was sent");
    mail->second.to_be_booked.reset();
  }
  pool.released = e.inmail;
  pool.lost = 0;
  for (const LotSplit& split : close(pool, e.inmail))
    pool.lots[split.lot].available += split.amount;
}

void Model::on(const CreditRefunded& e) {
  Account& pool = account();
  const auto mail = mails_.find(e.inmail);
  must(mail != mails_.end() && mail->second.owed == std::int64_t{e.amount} && e.amount > 0,
       "a refund that is not owed");
  close(pool, e.inmail);
  if (e.into_original_lot)
    pool.lots[e.lot].available += e.amount;
  else
    must(refund_lots_[e.inmail] == e.amount, "a refund without its lot");
  refund_lots_.erase(e.inmail);
  if (mail == mails_.end()) return;
  mail->second.owed.reset();
  mail->second.is_restored = mail->second.sender.kind() == StreamKind::seat &&
                             mail->second.cycle == pool.cycle &&
                             mail->second.policy->refund.to == RefundTo::seat_quota_too;
  const auto seat = mail->second.is_restored ? std::optional(mail->second.sender.seat())
                                             : std::optional<SeatId>{};
  must(e.restores == seat, "whether a refund gives a month back, too");
}

void Model::on(const CountedInCycle& e) {
  const auto mail = mails_.find(e.inmail);
  must(account().charges.contains(e.inmail) && e.cycle == account().cycle &&
           (mail == mails_.end() || mail->second.stage == Stage::scheduled),
       "counted anew what is not to be sent");
}

void Model::on(const ChargeFinalized& e) {
  const auto mail = mails_.find(e.inmail);
  must(mail != mails_.end() && mail->second.owed == 0, "a charge was final too early");
  close(account(), e.inmail);
  if (mail != mails_.end()) mail->second.owed.reset();
}

void Model::lose(LotId id, std::int64_t amount) {
  Lot& lot = account().lots[id];
  lot.available -= amount;
  must(amount > 0 && lot.available >= 0, "credits were lost that were not there");
}

void Model::on(const CreditsExpired& e) {
  const Lot& lot = account().lots[e.lot];
  must(lot.expires_at && *lot.expires_at <= record_->header.time, "credits expired too early");
  must(lot.available == std::int64_t{e.amount}, "a part of a lot expired");
  account().lost += e.amount;
  lose(e.lot, e.amount);
}

void Model::on(const CreditsForfeited& e) { lose(e.lot, e.amount); }
void Model::on(const CreditsVoided& e) {
  must(e.reason != VoidReason::member_erased || is_erased(record_->header.stream),
       "credits of somebody who was not erased");
  if (e.reason == VoidReason::purchase_reversed || e.reason == VoidReason::adjusted ||
      e.reason == VoidReason::transferred)
    must_be_announced(std::nullopt, e.amount);
  lose(e.lot, e.amount);
}

}  // namespace inmail::sim
