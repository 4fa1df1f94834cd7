#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>

#include "actors/credit_account.hpp"
#include "events/record.hpp"

namespace inmail::test {

/// Books the credits of one account by its records alone and by nothing of the account's own code,
/// as an auditor does (D5.4 IC1, IC5, IC6, IC9, IC10, IC11).
class LotBook {
 public:
  void apply(const Record& record, const PolicyBook& policies) {
    const Timestamp at = record.header.due_at;
    const Policy& policy = policies.at(record.header.policy);
    if (record.header.stream.kind() == StreamKind::member) seats_ = 1;
    follow_the_renewal(record.event, policy);
    std::visit(match{
                   [&](const CreditsGranted& e) { grant(e); },
                   [&](const InMailSent& e) { take(e.inmail, e.splits, at); },
                   [&](const InMailScheduled& e) { take(e.inmail, e.splits, at); },
                   [&](const CreditReserved& e) { take(e.inmail, e.splits, at); },
                   [&](const CreditCharged& e) {
                     EXPECT_TRUE(open_.contains(e.inmail)) << "charged without a reservation";
                     if (!e.refundable) close(e.inmail, LotId{}, 0);
                   },
                   [&](const CreditReleased& e) {
                     for (const LotSplit& split : close(e.inmail, LotId{}, 0)) {
                       lots_[split.lot].spent -= split.amount;
                       lots_[split.lot].available += split.amount;
                     }
                   },
                   [&](const CreditRefunded& e) {
                     EXPECT_GT(e.amount, 0u);
                     close(e.inmail, e.into_original_lot ? e.lot : LotId{}, e.amount);
                   },
                   [&](const ChargeFinalized& e) { close(e.inmail, LotId{}, 0); },
                   [&](const CreditsExpired& e) { lose(e.lot, e.amount, &Entry::expired); },
                   [&](const CreditsForfeited& e) { lose(e.lot, e.amount, &Entry::forfeited); },
                   [&](const CreditsVoided& e) { lose(e.lot, e.amount, &Entry::voided); },
                   [](const auto&) {},
               },
               record.event);
    for (const auto& [id, lot] : lots_) expect_sound(lot);
  }

  void expect_same_as(const CreditAccount& account) {
    if (renewed_) expect_capped();
    std::map<LotId, std::pair<std::int64_t, std::int64_t>> booked;
    std::map<LotId, std::pair<std::int64_t, std::int64_t>> kept;
    std::uint64_t available = 0;
    for (const auto& [id, lot] : lots_)
      if (lot.available > 0 || lot.held > 0) booked[id] = {lot.available, lot.held};
    for (const Lot& lot : account.lots) {
      kept[lot.id] = {lot.available, lot.in_charges};
      available += lot.available;
    }
    EXPECT_EQ(kept, booked);
    EXPECT_EQ(account.available(), available);
    EXPECT_EQ(account.charges.size(), open_.size());
  }

 private:
  struct Entry {
    LotKind kind = LotKind::monthly;
    std::int64_t granted = 0;
    std::int64_t available = 0;
    std::int64_t held = 0;
    std::int64_t spent = 0;
    std::int64_t expired = 0;
    std::int64_t forfeited = 0;
    std::int64_t voided = 0;
    std::optional<Timestamp> expires_at{};
  };

  static void expect_sound(const Entry& lot) {
    for (const std::int64_t each :
         {lot.available, lot.held, lot.spent, lot.expired, lot.forfeited, lot.voided})
      EXPECT_GE(each, 0);
    EXPECT_EQ(lot.granted,
              lot.available + lot.held + lot.spent + lot.expired + lot.forfeited + lot.voided);
  }

  void grant(const CreditsGranted& e) {
    EXPECT_FALSE(lots_.contains(e.lot));
    EXPECT_GT(e.amount, 0u);
    const bool is_first = !e.cycle || cycles_.insert(*e.cycle).second;
    EXPECT_TRUE(is_first) << "a cycle is granted once";
    lots_[e.lot] = {
        .kind = e.kind, .granted = e.amount, .available = e.amount, .expires_at = e.expires_at};
  }

  /// A renewal is done when something comes that is no part of it.
  void follow_the_renewal(const Event& event, const Policy& policy) {
    const auto* grant = std::get_if<CreditsGranted>(&event);
    const bool belongs = std::holds_alternative<CreditsForfeited>(event) || (grant && grant->cycle);
    if (renewed_ && !belongs) expect_capped();
    if (const auto* e = std::get_if<SubscriptionStarted>(&event)) plan_ = e->plan;
    if (const auto* e = std::get_if<SubscriptionChanged>(&event)) {
      plan_ = e->to;
      carries_ = policy.lot.on_plan_change == OnPlanChange::carry;
    }
    seats_ += std::holds_alternative<SeatAdded>(event) ? 1 : 0;
    seats_ -= std::holds_alternative<SeatRemoved>(event) ? 1 : 0;
    if (!std::holds_alternative<CycleRenewed>(event)) return;
    if (!carries_) renewed_ = &policy;
    carries_ = false;
  }

  /// After a renewal no more stands in the lots of the scope than the cap; or, where nothing rolls
  /// over, than the cycle granted.
  void expect_capped() {
    const Policy& policy = *std::exchange(renewed_, nullptr);
    const PlanTerms& terms = policy.terms(plan_);
    const std::int64_t allotment =
        terms.monthly_allotment * (terms.allot_per == AllotPer::seat ? seats_ : 1);
    std::int64_t cap = allotment * terms.accum_cap_multiple_bp / 10'000;
    if (terms.accum_cap_abs > 0) cap = terms.accum_cap_abs;
    if (!policy.accum.enabled)
      cap = allotment;
    else if (terms.accum_cap_abs == 0 && terms.accum_cap_multiple_bp == 0)
      return;
    std::int64_t available = 0;
    for (const auto& [id, lot] : lots_)
      if (policy.accum.cap_scope.has(lot.kind)) available += lot.available;
    EXPECT_LE(available, cap);
  }

  void take(const InMailId& inmail, const LotSplits& splits, Timestamp at) {
    if (splits.empty()) return;
    EXPECT_TRUE(open_.emplace(inmail, splits).second) << "an InMail is charged once";
    for (const LotSplit& split : splits) {
      Entry& lot = lots_[split.lot];
      EXPECT_TRUE(!lot.expires_at || *lot.expires_at > at) << "no spend from a dead lot";
      lot.available -= split.amount;
      lot.held += split.amount;
    }
  }

  /// The end of a charge; `back` of it returns to `into`, if that is set.
  LotSplits close(const InMailId& inmail, LotId into, std::int64_t back) {
    EXPECT_TRUE(open_.contains(inmail)) << "a charge ends once";
    const LotSplits splits = open_[inmail];
    open_.erase(inmail);
    for (const LotSplit& split : splits) {
      Entry& lot = lots_[split.lot];
      const std::int64_t returned = split.lot == into ? back : 0;
      lot.held -= split.amount;
      lot.available += returned;
      lot.spent += split.amount - returned;
    }
    return splits;
  }

  void lose(LotId id, std::int64_t amount, std::int64_t Entry::*where) {
    EXPECT_GT(amount, 0);
    lots_[id].available -= amount;
    lots_[id].*where += amount;
  }

  std::map<LotId, Entry> lots_;
  std::map<InMailId, LotSplits> open_;
  std::set<std::uint32_t> cycles_;
  PlanKind plan_ = PlanKind::free;
  std::int64_t seats_ = 0;
  bool carries_ = false;
  const Policy* renewed_ = nullptr;  ///< By which a renewal under way is made.
};

}  // namespace inmail::test
