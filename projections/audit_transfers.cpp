#include <algorithm>
#include <array>

#include "projections/audit_rules.hpp"

// What must hold of credits that move from one pool to another.

namespace inmail::auditing {
namespace {

using Stage = Transfer::Stage;

const Transfer* find(const World& world, const TransferId& id) {
  const auto found = world.transfers().find(id);
  return found == world.transfers().end() ? nullptr : &found->second;
}

/// The same day of the month half a year on, or the last one of a shorter month.
Timestamp half_a_year_after(Timestamp time) {
  using namespace std::chrono;
  const sys_days day_of = floor<days>(time);
  const year_month_day date{day_of};
  const year_month then = date.year() / date.month() + months{6};
  return sys_days{then / std::min(date.day(), (then / last).day())} + (time - day_of);
}

/// Out of a lot that may go, and that dies when the part says.
void check_part(const Step& step, const CreditsVoided& e, Verdict& verdict) {
  if (e.reason != VoidReason::transferred || step.pool() == nullptr) return;
  const Promise& promise = step.pool()->promise;
  const Lot* lot = step.pool()->find(e.lot);
  if (lot == nullptr || promise.parts.empty()) return;
  const Timestamp dies_at = promise.parts.front().expires_at.value_or(Timestamp::max());
  verdict.check(lot->expires_at == dies_at && step.header.due_at < dies_at &&
                    step.header.due_at < half_a_year_after(lot->granted_at),
                step.header.stream, " transferred ", e.amount, " of lot ", e.lot,
                ", which is too old, or dies at another time than it says");
}

void transfers_agree(const Step& step, Verdict& verdict) {
  const StreamId stream = step.header.stream;
  if (const auto* e = std::get_if<CreditsVoided>(&step.event)) return check_part(step, *e, verdict);
  if (const auto* e = std::get_if<CreditsTransferred>(&step.event)) {
    const bool may = step.policy == nullptr || step.policy->lot.transferable;
    verdict.check(
        may && find(step.world, e->transfer) == nullptr && e->to != stream && !e->parts.empty(),
        stream, " transferred credits to ", e->to, " twice, or where it may not");
  } else if (const auto* received = std::get_if<TransferReceived>(&step.event)) {
    const Transfer* sent = find(step.world, received->transfer);
    verdict.check(sent != nullptr && sent->stage == Stage::under_way && sent->to == stream &&
                      sent->from == received->from && sent->parts == received->parts,
                  stream, " received from ", received->from, " what was not sent to it so");
    const bool has_plan = step.pool() != nullptr && step.pool()->plan.has_value();
    verdict.check(received->is_taken == has_plan, stream, " received a transfer, and ",
                  received->is_taken ? "has no plan to take it" : "did not take it");
  } else if (const auto* back = std::get_if<TransferReturned>(&step.event)) {
    const Transfer* sent = find(step.world, back->transfer);
    verdict.check(sent != nullptr && sent->stage == Stage::refused && sent->from == stream &&
                      sent->parts == back->parts,
                  stream, " got back what it had not transferred, or what was taken");
  }
}

void transfers_arrive(const World& world, Timestamp since, Verdict& verdict) {
  for (const auto& [id, transfer] : world.transfers())
    verdict.at(transfer.position, transfer.from)
        .check(transfer.stage == Stage::over || transfer.time >= since, transfer.from,
               " transferred credits to ", transfer.to, ", and they are nowhere");
}

constexpr std::array rules{
    Rule{"IC13", "what one pool transfers another one has, or the first one again", transfers_agree,
         nullptr, transfers_arrive},
};

}  // namespace

std::span<const Rule> transfer_rules() { return rules; }

}  // namespace inmail::auditing
