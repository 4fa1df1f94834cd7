#include "projections/audit_credit_state.hpp"

#include <algorithm>

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

std::int64_t allotment_of(const PlanTerms& terms, std::int64_t seats) {
  const std::int64_t each = terms.monthly_allotment;
  const std::int64_t all = terms.allot_per == AllotPer::seat ? each * seats : each;
  return std::min<std::int64_t>(all, UINT32_MAX);
}

}  // namespace inmail::auditing
