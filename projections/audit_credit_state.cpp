#include "projections/audit_credit_state.hpp"

#include <algorithm>
#include <chrono>

namespace inmail::auditing {

Buckets& Buckets::operator+=(const Buckets& other) {
  granted += other.granted;
  available += other.available;
  reserved += other.reserved;
  consumed += other.consumed;
  expired += other.expired;
  forfeited += other.forfeited;
  voided += other.voided;
  return *this;
}

void Holding::take(const LotSplits& splits) {
  clear();
  if (splits.size() == 1)
    first_ = splits.front();
  else if (!splits.empty())
    others_ = std::make_unique<LotSplits>(splits);
}

bool Holding::is(const LotSplits& splits) const {
  if (others_) return *others_ == splits;
  if (first_.amount == 0) return splits.empty();
  return splits.size() == 1 && splits.front() == first_;
}

std::int64_t Holding::sum() const {
  std::int64_t sum = 0;
  each([&](const LotSplit& split) { sum += split.amount; });
  return sum;
}

Lot* Pool::find(LotId id) {
  const auto found =
      std::find_if(lots.begin(), lots.end(), [&](const Lot& lot) { return lot.id == id; });
  return found == lots.end() ? nullptr : &*found;
}

std::int64_t Pool::available_in(const EnumSet<LotKind>& kinds) const {
  std::int64_t sum = 0;
  for (const Lot& lot : lots)
    if (kinds.has(lot.kind)) sum += lot.buckets.available;
  return sum;
}

void Pool::sweep() {
  std::erase_if(lots, [&](const Lot& lot) {
    const bool is_over =
        lot.buckets.available == 0 && lot.buckets.reserved == 0 && lot.in_charges == 0;
    if (is_over) gone += lot.buckets;
    return is_over;
  });
}

void Promise::go_on(std::int64_t moved) {
  if (parts.size() < 2) {
    *this = {};
    return;
  }
  parts.erase(parts.begin());
  amount -= moved;
}

bool Promise::is_kept_by(const Event& event) const {
  const auto* granted = std::get_if<CreditsGranted>(&event);
  const auto* voided = std::get_if<CreditsVoided>(&event);
  switch (of) {
    case Of::nothing: return false;
    case Of::purchase:
      return granted != nullptr && granted->kind == LotKind::purchase && granted->lot == lot &&
             granted->amount == amount;
    case Of::raise:
      return granted != nullptr && granted->kind == LotKind::adjust && !granted->inmail &&
             granted->amount == amount;
    case Of::trial:
      return granted != nullptr && granted->kind == LotKind::bonus && granted->amount == amount &&
             granted->expires_at == expires_at;
    case Of::reversal:
      return voided != nullptr && voided->reason == VoidReason::purchase_reversed &&
             voided->lot == lot && voided->amount == amount;
    case Of::cut:
      return voided != nullptr && voided->reason == VoidReason::adjusted &&
             voided->amount <= amount;
    case Of::renewal: return std::holds_alternative<CycleRenewed>(event);
    case Of::transfer_out:
      return voided != nullptr && voided->reason == VoidReason::transferred && !parts.empty() &&
             voided->amount == parts.front().amount;
    case Of::transfer_in:
      return granted != nullptr && granted->kind == LotKind::adjust && !granted->inmail &&
             !parts.empty() && granted->amount == parts.front().amount &&
             granted->expires_at == parts.front().expires_at;
  }
  return false;
}

std::int64_t allotment_of(const PlanTerms& terms, std::int64_t seats) {
  const std::int64_t each = terms.monthly_allotment;
  const std::int64_t all = terms.allot_per == AllotPer::seat ? each * seats : each;
  return std::min<std::int64_t>(all, UINT32_MAX);
}

std::int64_t share_of_cycle(std::int64_t allotment, const PlanTerms& terms, std::uint8_t anchor_day,
                            Timestamp from, Timestamp next) {
  using namespace std::chrono;
  if (terms.proration != Proration::by_day_floor) return allotment;
  const year_month_day end(floor<days>(next));
  const year_month before = year_month(end.year(), end.month()) - months(1);
  const sys_days anchor = before / std::min(day(anchor_day), (before / last).day());
  const Timestamp begin = anchor + (next - floor<days>(next));
  const std::int64_t whole = floor<days>(next - begin).count();
  const std::int64_t held = floor<days>(next - std::max(from, begin)).count();
  return whole > 0 ? allotment * held / whole : allotment;
}

}  // namespace inmail::auditing
