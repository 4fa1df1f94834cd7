#include <algorithm>

#include "tests/simulation/model.hpp"

// Credits, as the model keeps them.

namespace inmail::sim {

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
}

void Model::on(const SubscriptionChanged& e) {
  const auto* given = command<ChangePlan>();
  must(given && given->plan == e.to && account().plan == e.from, "not the change that was wished");
  account().plan = e.to;
  account().ends_at.reset();
}

void Model::on(const SubscriptionCancelled& e) { account().ends_at = e.ends_at; }

void Model::on(const SubscriptionEnded&) {
  must(account().plan.has_value(), "a plan ended that did not run");
  const bool has_come = account().ends_at && *account().ends_at <= record_->header.time;
  must(has_come || is_erased(record_->header.stream), "a plan ended too early");
  account().plan.reset();
  account().next_renewal.reset();
  account().ends_at.reset();
  account().has_ended = true;
}

void Model::on(const CycleRenewed& e) {
  Account& pool = account();
  must(e.cycle == pool.cycle + 1, "a cycle out of turn");
  must(!pool.grant_expected, "a cycle began, and the one before had granted nothing");
  if (record_->header.cause.is_zero())
    must(pool.next_renewal && *pool.next_renewal == record_->header.due_at, "renewed at its time");
  pool.cycle = e.cycle;
  pool.next_renewal = e.next_renewal_at;
  const Milliseconds length = e.next_renewal_at - record_->header.due_at;
  must(length > Milliseconds{0} && length <= std::chrono::hours{24 * 31}, "how long a cycle is");
  const std::int64_t allotment = allotment_of(record_->header.stream);
  if (allotment > 0) pool.grant_expected = allotment;
}

void Model::on(const CreditsGranted& e) {
  Account& pool = account();
  must(!pool.lots.contains(e.lot), "a lot that was there already");
  pool.lots[e.lot] = {.kind = e.kind, .available = e.amount, .expires_at = e.expires_at};
  switch (e.kind) {
    case LotKind::monthly:
      must(e.cycle == pool.cycle && pool.grant_expected == std::int64_t{e.amount},
           "another allotment than the plan's");
      pool.grant_expected.reset();
      return;
    case LotKind::bonus: {
      const auto* given = command<GrantBonus>();
      must(given && given->credits == e.amount, "another bonus than was given");
      return;
    }
    case LotKind::refund:
      must(e.inmail.has_value(), "a refund of nothing");
      if (e.inmail) refund_lots_[*e.inmail] = e.amount;
      return;
    case LotKind::adjust:
      must(e.inmail == pool.released && std::int64_t{e.amount} == pool.lost,
           "credits made good that were not lost");
      return;
    default: must(false, "credits out of nothing");
  }
}

void Model::on(const CreditReserved& e) {
  const auto* given = command<SendInMail>();
  must(given && given->seat == e.seat && inmail_of(record_->header.cause) == e.inmail,
       "reserved for another InMail than the one that was ordered");
  must(!mails_.contains(e.inmail), "reserved after it was sent");
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
  if (e.refundable || mail == mails_.end()) return;
  close(pool, e.inmail);
  mail->second.owed.reset();
}

void Model::on(const CreditReleased& e) {
  Account& pool = account();
  const auto mail = mails_.find(e.inmail);
  must(!pool.charged.contains(e.inmail), "released what was charged");
  if (mail != mails_.end())
    must(mail->second.stage == Stage::failed || mail->second.stage == Stage::cancelled,
         "released what was sent");
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
  if (mail != mails_.end()) mail->second.owed.reset();
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
  lose(e.lot, e.amount);
}

}  // namespace inmail::sim
