#include <algorithm>

#include "tests/simulation/model.hpp"

// Credits that move from one pool to another.

namespace inmail::sim {
namespace {

std::int64_t sum_of(const TransferParts& parts) {
  std::int64_t sum = 0;
  for (const TransferPart& part : parts) sum += part.amount;
  return sum;
}

bool is_young(Timestamp granted_at, Timestamp now) {
  using namespace std::chrono;
  const year_month_day day{floor<days>(granted_at)};
  year_month_day end = day + months{6};
  if (!end.ok()) end = end.year() / end.month() / last;
  return now < sys_days{end} + (granted_at - floor<days>(granted_at));
}

}  // namespace

Model::Refused Model::expect(const TransferCredits& c) {
  const Account& pool = accounts_[c.from];
  if (!policy().lot.transferable) return Rejection::transfer_disabled;
  if (pool.has_lapsed()) return Rejection::subscription_ended;
  std::int64_t movable = 0;
  for (const auto& [id, lot] : pool.lots)
    if (is_young(lot.granted_at, record_->header.time)) movable += lot.available;
  return movable < c.credits ? Refused{Rejection::not_transferable} : Refused{};
}

void Model::on(const CreditsTransferred& e) {
  const auto* given = command<TransferCredits>();
  must(given && given->to == e.to && sum_of(e.parts) == given->credits &&
           given->approver == e.approver && transfer_of(record_->header.cause) == e.transfer,
       "other credits were transferred than was wished");
  const Transfer sent{record_->header.stream, e.to, e.parts};
  must(transfers_.emplace(e.transfer, sent).second, "transferred twice");
  account().announced = {std::nullopt, sum_of(e.parts)};
}

void Model::on(const TransferReceived& e) {
  Transfer& transfer = transfers_[e.transfer];
  must(transfer.to == record_->header.stream && transfer.from == e.from &&
           transfer.parts == e.parts && !transfer.has_come,
       "what came was not sent, or came twice");
  must(e.is_taken == account().plan.has_value(), "whether credits are taken");
  transfer.has_come = true;
  transfer.is_over = e.is_taken;
  if (e.is_taken) account().announced = {LotKind::adjust, sum_of(e.parts)};
}

void Model::on(const TransferReturned& e) {
  Transfer& transfer = transfers_[e.transfer];
  must(transfer.from == record_->header.stream && transfer.parts == e.parts && transfer.has_come &&
           !transfer.is_over,
       "what came back was not sent, or was taken");
  transfer.is_over = true;
  account().announced = {LotKind::adjust, sum_of(e.parts)};
}

}  // namespace inmail::sim
