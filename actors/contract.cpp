#include "actors/contract.hpp"

#include <algorithm>
#include <array>

#include "actors/credit_cycle.hpp"
#include "actors/credit_purchase.hpp"
#include "actors/credit_transfer.hpp"
#include "actors/footprint.hpp"
#include "actors/lot_machines.hpp"
#include "actors/pool_owner.hpp"
#include "actors/send_guards.hpp"

namespace inmail {
namespace {

std::uint32_t seat_count(const ContractState& contract) {
  return static_cast<std::uint32_t>(contract.seats.size());
}

Decision on(const ContractState& contract, const CreateContract& command, const Context&) {
  if (contract.created) return Decision::reject(Rejection::already_exists);

  return Decision::happened(ContractCreated{command.seats_max});
}

/// Whether there is a place for one more, and this one has none.
Guard check_room(const ContractState& contract, const AddSeat& command) {
  if (contract.seats.contains(command.seat)) return refuse(Rejection::already_exists);
  if (contract.seats_max > 0 && seat_count(contract) >= contract.seats_max)
    return refuse(Rejection::seats_exhausted, contract.seats_max, seat_count(contract));
  return pass();
}

Decision on(const ContractState& contract, const AddSeat& command, const Context& context) {
  if (Guard no = check_room(contract, command)) return {{}, no};
  if (!context.recipient->exists) return Decision::reject(Rejection::unknown_target);
  if (context.seat_is_open) return Decision::reject(Rejection::already_exists);

  return Decision::happened(SeatAdded{command.seat, command.holder, command.role});
}

Decision on(const ContractState& contract, const StartSubscription& command,
            const Context& context) {
  return start_subscription(contract.account, command, seat_count(contract), context);
}

Decision on(const ContractState& contract, const ChangePlan& command, const Context& context) {
  return change_plan(contract.account, command.plan, seat_count(contract), context);
}

Decision on(const ContractState& contract, const CancelSubscription&, const Context& context) {
  return cancel_subscription(contract.account, context);
}

Decision on(const ContractState& contract, const GrantBonus& command, const Context& context) {
  return grant_bonus(contract.account, command.credits, command.approver, command.reason, context);
}

Decision on(const ContractState& contract, const SetSeatMonthlyLimit& command, const Context&) {
  const auto is_ours = [&](SeatId seat) { return contract.seats.contains(seat); };
  if (!std::all_of(command.seats.begin(), command.seats.end(), is_ours))
    return Decision::reject(Rejection::unknown_target);

  return Decision::happened(SeatLimitSet{command.seats, command.limit});
}

Decision on(const ContractState& contract, const PurchaseCredits& command, const Context& context) {
  return purchase(contract.account, command, context);
}

Decision on(const ContractState& contract, const ReversePurchase& command, const Context& context) {
  return reverse_purchase(contract.account, command, context);
}

Decision on(const ContractState& contract, const AdjustCredits& command, const Context& context) {
  return adjust_credits(contract.account, command, context);
}

Decision on(const ContractState& contract, const TransferCredits& command, const Context& context) {
  return transfer_credits(contract.account, command, context);
}

Decision on(const ContractState& contract, const PaymentFailed&, const Context&) {
  return fail_payment(contract.account);
}

Decision on(const ContractState& contract, const PaymentRecovered&, const Context& context) {
  return recover_payment(contract.account, seat_count(contract), context);
}

template <class Other>
Decision on(const ContractState&, const Other&, const Context&) {
  throw_defect("a command came to a contract whose target is no contract");
}

// Guards 4 and 15 for the seats of a contract.

Guard check_seat(const ContractState& contract, const Reserve& question) {
  return contract.seats.contains(question.sender.seat()) ? pass()
                                                         : refuse(Rejection::seat_inactive);
}

/// What a seat may send in a cycle; 0: no limit.
std::int64_t monthly_limit_of(const ContractState& contract, SeatId seat, const Policy& policy) {
  const auto own = contract.seat_limits.find(seat);
  if (own != contract.seat_limits.end()) return own->second;
  return contract.seat_limit.value_or(static_cast<std::uint32_t>(policy.seat.monthly_limit));
}

/// Nothing: there is none, or it does not count this send.
std::optional<LimitLeft> monthly_limit(const ContractState& contract, const Reserve& question,
                                       const Policy& policy) {
  const std::int64_t most = monthly_limit_of(contract, question.sender.seat(), policy);
  const bool all = policy.seat.monthly_counts == MonthlyCounts::all_inmails;
  // What is scheduled counts in the month of its dispatch.
  if (question.schedules || question.follows_up) return std::nullopt;
  if (most == 0 || !(all || question.cost > 0)) return std::nullopt;
  const CreditAccount& account = contract.account;
  const SendCount sent = question.cycle == account.cycle ? question.sent : SendCount{};
  // What was refunded in this cycle did cost something, so it is in either count.
  const auto restored = contract.restored.find(question.sender.seat());
  const std::int64_t back = restored == contract.restored.end() ? 0 : restored->second;
  return LimitLeft{SendLimit::seat_monthly, most, (all ? sent.all : sent.charged) - back,
                   account.next_renewal_at};
}

Guard check_month(const ContractState& contract, const Reserve& question, const Policy& policy) {
  const auto limit = monthly_limit(contract, question, policy);
  return limit && limit->used >= limit->limit
             ? refuse(Rejection::seat_monthly_limit, limit->limit, limit->used)
             : pass();
}

/// What a seat leaves behind where its contract has it no more.
void forget(ContractState& contract, SeatId seat) {
  contract.seats.erase(seat);
  contract.seat_limits.erase(seat);
  contract.restored.erase(seat);
}

/// Those of D5.2 that are the pool's, but whether it can pay, in their order.
std::array<Guard, 4> guards_of(const ContractState& contract, const Reserve& question,
                               const Policy& policy) {
  return {check_seat(contract, question), check_plan(contract.account, question, policy),
          check_degree(contract.account, question, policy),
          check_month(contract, question, policy)};
}

void set_limit(ContractState& contract, const SeatLimitSet& e) {
  if (e.seats.empty()) {
    contract.seat_limits.clear();
    contract.seat_limit = e.limit;
  }
  for (const SeatId seat : e.seats) {
    if (e.limit)
      contract.seat_limits[seat] = *e.limit;
    else
      contract.seat_limits.erase(seat);
  }
}

}  // namespace

Decision Contract::decide(StreamId, const State& state, const Command& command,
                          const Context& context) {
  if (!may_give(context.asked_by, command)) return Decision::reject(Rejection::not_allowed);
  const bool begins = std::holds_alternative<CreateContract>(command);
  if (!state.created && !begins) return Decision::reject(Rejection::unknown_contract);
  Decision decision =
      std::visit([&](const auto& each) { return on(state, each, context); }, command);
  decision.events =
      keep_under_cap(state.account, seat_count(state), std::move(decision.events), context);
  return decision;
}

std::optional<MemberId> Contract::looks_at(const State& state, const Command& command) {
  const auto* add = std::get_if<AddSeat>(&command);
  const bool may_add = add != nullptr && state.created && !check_room(state, *add);
  return may_add ? std::optional(add->holder) : std::nullopt;
}

std::optional<SeatId> Contract::asks(const State& state, const Command& command,
                                     const Context& context) {
  const bool has_holder = looks_at(state, command) && context.recipient->exists;
  return has_holder ? std::optional(std::get<AddSeat>(command).seat) : std::nullopt;
}

Decision Contract::reserve(const State& state, const Reserve& question, const Context& context) {
  for (const Guard& guard : guards_of(state, question, context.policy()))
    if (guard) return {{}, guard};
  const bool is_held = !can_go(state.account, question.inmail, HeldTrigger::reserve);
  if (question.holds && question.cost > 0 && is_held) {
    const std::uint32_t cycle = state.account.cycle;
    if (state.account.charges.at(question.inmail).cycle == cycle) return Decision::accept();
    return Decision::happened(CountedInCycle{question.inmail, cycle});
  }
  return set_aside(state.account, question, context);
}

SendForecast Contract::forecast(const State& state, SendForecast so_far, const Reserve& question,
                                const Context& context) {
  const Policy& policy = context.policy();
  for (const Guard& guard : guards_of(state, question, policy))
    if (guard) so_far.refusals.push_back(*guard);
  if (const auto limit = monthly_limit(state, question, policy)) so_far.limits.push_back(*limit);
  add_payment(so_far, state.account, policy);
  put_in_order(so_far);
  return so_far;
}

std::optional<CreditForecast> Contract::foretell_credits(const State& state, const Context& context,
                                                         Timestamp until) {
  if (!state.created) return std::nullopt;
  return forecast_credits(state.account, seat_count(state), context.policy(), until);
}

std::vector<Event> Contract::release_unsent(const State& state, const InMailId& inmail,
                                            ReleaseReason reason, const Context& context) {
  return keep_under_cap(state.account, seat_count(state),
                        release(state.account, inmail, reason, context), context);
}

std::vector<Event> Contract::on_notice(StreamId id, const State& state, const Notice& notice,
                                       const Context& context) {
  switch (notice.key.kind) {
    case NoticeKind::charge:
      return charge_delivered(state.account, std::get<InMailDelivered>(*notice.event));
    case NoticeKind::release:
      return release_unsent(state, InMailId{notice.key.subject}, release_reason(notice), context);
    case NoticeKind::settle:
      return keep_under_cap(state.account, seat_count(state),
                            settle(state.account, notice, context), context);
    case NoticeKind::transfer:
      return keep_under_cap(state.account, seat_count(state),
                            receive_transfer(state.account, notice, context), context);
    case NoticeKind::give_back:
      return keep_under_cap(state.account, seat_count(state),
                            take_back_transfer(state.account, notice, context), context);
    case NoticeKind::remove_seat: {
      const SeatId seat = notice.from.seat();
      if (!state.seats.contains(seat)) return {};
      return {SeatRemoved{seat}};
    }
    case NoticeKind::deliver:
    case NoticeKind::confirm:
    case NoticeKind::inform:
    case NoticeKind::open_seat:
    case NoticeKind::destroy_key:
    case NoticeKind::destroy_received:
    case NoticeKind::connect:
    case NoticeKind::reopen: break;
  }
  throw_defect("a notice came to " + to_text(id) + " that is none for a contract");
}

std::vector<Event> Contract::fall_due(StreamId, const State& state, const Due& due,
                                      const Context& context) {
  return account_falls_due(state.account, due, seat_count(state), context.policy());
}

void Contract::evolve(State& state, const Event& event, const Stamp& stamp) {
  Agenda& agenda = state.agenda;
  CreditAccount& account = state.account;
  std::visit(match{
                 [&](const ContractCreated& e) {
                   state.created = true;
                   state.seats_max = e.seats_max;
                 },
                 [&](const SeatAdded& e) { state.seats.emplace(e.seat, e.holder); },
                 [&](const SeatRemoved& e) { forget(state, e.seat); },
                 [&](const SeatLimitSet& e) { set_limit(state, e); },
                 [&](const CycleRenewed& e) {
                   inmail::evolve(account, agenda, e, stamp);
                   state.restored.clear();
                 },
                 [&](const CreditRefunded& e) {
                   inmail::evolve(account, agenda, e);
                   if (e.restores) ++state.restored[*e.restores];
                 },
                 [](const CommandRejected&) {},
                 [](const CommandAccepted&) {},
                 [&](const auto& e) {
                   if constexpr (requires { inmail::evolve(account, agenda, e); })
                     inmail::evolve(account, agenda, e);
                   else if constexpr (requires { inmail::evolve(account, agenda, e, stamp); })
                     inmail::evolve(account, agenda, e, stamp);
                   else
                     throw_defect("a contract's stream holds an event that is none of a contract");
                 },
             },
             event);
}

std::size_t Contract::footprint(const State& state) {
  return footprint_of(state.seats) + inmail::footprint(state.account) + footprint_of(state.agenda) +
         footprint_of(state.seat_limits) + footprint_of(state.restored);
}

}  // namespace inmail
