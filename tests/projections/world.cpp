#include "tests/projections/world.hpp"

#include <algorithm>
#include <utility>

#include "events/policy.hpp"

namespace inmail::test {
namespace {

constexpr ContractId contract{1};

StreamId seat_stream(std::uint64_t number) { return SeatId{number}; }

template <class T>
T take_out(std::vector<T>& from, std::size_t at) {
  std::swap(from[at], from.back());
  T taken = std::move(from.back());
  from.pop_back();
  return taken;
}

}  // namespace

World::World(const WorldOptions& options)
    : options_(options), random_(options.seed), history_(options.seed) {
  found();
}

RecordHeader& World::add(StreamId stream, Event event, const CommandId& cause) {
  RecordHeader& header = history_.add(stream, std::move(event), cause);
  if (chance(options_.due_percent))
    header.next_due = history_.now() + std::chrono::hours{below(2000) + 1};
  if (chance(options_.due_percent / 3)) header.next_due = no_deadline;
  return header;
}

RecordHeader& World::answer(StreamId stream, Event event, const CommandId& command) {
  RecordHeader& header = add(stream, std::move(event), command);
  header.is_receipt = true;
  header.payload_hash.fill(static_cast<std::uint8_t>(random_()));
  return header;
}

void World::found() {
  Policy policy;
  policy.undo.window_s = Seconds{0};
  answer(StreamId::policy(), PolicyAdopted{PolicyVersion{1}, policy.name, to_toml(policy)},
         history_.new_command());
  answer(contract, ContractCreated{100}, history_.new_command());
  grant(contract, LotKind::monthly, 150);
  for (std::uint64_t seat = 1; seat <= options_.seats; ++seat) {
    const CommandId command = history_.new_command();
    const MemberId holder{seat};
    answer(contract, SeatAdded{SeatId{seat}, holder, SeatRole::recruiter}, command);
    add(seat_stream(seat), SeatOpened{contract, holder, SeatRole::recruiter}, command);
  }
  for (std::uint64_t member = 1; member <= options_.members; ++member) {
    const CommandId command = history_.new_command();
    MemberRegistered registered;
    registered.locale = "en";
    answer(MemberId{member}, registered, command);
    add(MemberId{member}, SubscriptionStarted{PlanKind::business, 1}, command);
    grant(MemberId{member}, LotKind::monthly, 15, command);
  }
}

void World::run_until(std::size_t records) {
  while (history_.records().size() < records) step();
}

void World::step() {
  history_.pass(options_.pace / 2 + Milliseconds{below(static_cast<std::uint64_t>(
                                        std::max<std::int64_t>(options_.pace.count(), 1)))});
  const std::uint64_t what = below(100);
  if (what < 30) return send();
  if (what < 60) return deliver();
  if (what < 90 && !delivered_.empty()) {
    const std::size_t at = below(delivered_.size());
    if (chance(40) && !delivered_[at].opened) return open_one(delivered_[at], false);
    Sent sent = take_out(delivered_, at);
    if (chance(70)) return answer_one(sent);
    return end_one(sent, below(4));
  }
  if (what < 95) return chat();
  if (what < 97) return refuse();
  if (what < 99) return lose_credits();
  grant(chance(50) ? StreamId(contract) : StreamId(MemberId{below(options_.members) + 1}),
        LotKind::bonus, 10);
}

LotId World::grant(StreamId owner, LotKind kind, std::uint32_t amount, const CommandId& cause) {
  Pool& pool = pools_[owner];
  const LotId lot{++pool.lots_made};
  pool.lots[lot.value] = {kind, amount};
  CreditsGranted granted;
  granted.lot = lot;
  granted.kind = kind;
  granted.amount = amount;
  if (chance(80)) granted.expires_at = history_.now() + std::chrono::days{90};
  add(owner, granted, cause);
  return lot;
}

LotSplits World::take(StreamId owner, std::uint32_t amount) {
  LotSplits splits;
  for (auto& [number, lot] : pools_[owner].lots) {
    const std::uint32_t part = std::min(lot.available, amount);
    if (part == 0) continue;
    splits.push_back({LotId{number}, part});
    lot.available -= part;
    amount -= part;
  }
  if (amount == 0) return splits;
  give_back(owner, splits);
  return {};
}

void World::give_back(StreamId owner, const LotSplits& splits) {
  for (const LotSplit& split : splits)
    pools_[owner].lots[split.lot.value].available += split.amount;
}

void World::send() {
  const bool by_seat = chance(30) && options_.seats > 0;
  const std::uint64_t seat = by_seat ? below(options_.seats) + 1 : 0;
  const MemberId from{by_seat ? seat : below(options_.members) + 1};
  const StreamId sender = by_seat ? seat_stream(seat) : StreamId(from);
  const StreamId pool = by_seat ? StreamId(contract) : StreamId(from);
  MemberId to{below(options_.members) + 1};
  if (to == from) to = MemberId{from.value % options_.members + 1};
  const CommandId command = history_.new_command();

  Sent sent;
  sent.ref = {inmail_of(command), sender, pool, from, chance(10) ? 0u : 1u, history_.now()};
  if (chance(5) && sent.ref.cost > 0) sent.ref.cost = 3;
  sent.to = to;
  sent.command = command;
  if (sent.ref.cost > 0) {
    sent.splits = take(pool, sent.ref.cost);
    if (sent.splits.empty()) {
      grant(pool, LotKind::monthly, 15);
      return;
    }
  }
  if (by_seat && sent.ref.cost > 0)
    add(contract, CreditReserved{sent.ref.inmail, SeatId{seat}, sent.splits}, command);
  if (by_seat && sent.ref.cost > 0 && chance(3)) {
    give_back(pool, sent.splits);
    answer(sender, CommandRejected{Rejection::awaiting_response, 1, 2, 7, "send"}, command);
    add(contract, CreditReleased{sent.ref.inmail, sent.splits, ReleaseReason::send_rejected},
        command);
    return;
  }
  InMailSent event;
  event.inmail = sent.ref.inmail;
  event.from = from;
  event.to = to;
  event.pool = pool;
  event.cost = sent.ref.cost;
  if (!by_seat) event.splits = sent.splits;
  event.subject = history_.sealed("About a job", TextField::subject, from, sender, command);
  event.body =
      history_.sealed(std::string(options_.body_bytes + below(options_.body_bytes + 1), 'x'),
                      TextField::body, from, sender, command);
  answer(sender, event, command);
  in_flight_.push_back(std::move(sent));
}

void World::deliver() {
  if (in_flight_.empty()) return;
  Sent sent = std::move(in_flight_.front());
  in_flight_.pop_front();
  const InMailRef& ref = sent.ref;
  if (chance(5)) {
    add(sent.to, InMailFailed{ref, FailureReason::recipient_unavailable}, sent.command);
    if (ref.cost > 0) {
      give_back(ref.pool, sent.splits);
      add(ref.pool, CreditReleased{ref.inmail, sent.splits, ReleaseReason::delivery_failed},
          sent.command);
    }
    add(ref.sender, OutcomeReceived{ref.inmail, sent.to, Outcome::failed}, sent.command);
    return;
  }
  InMailDelivered delivered;
  delivered.ref = ref;
  delivered.pinned = PolicyVersion{1};
  delivered.refundable = ref.cost > 0 && chance(90);
  if (delivered.refundable) delivered.refund_until = ref.sent_at + std::chrono::days{90};
  add(sent.to, delivered, sent.command);
  sent.charge_open = delivered.refundable;
  if (ref.cost > 0 && ref.pool.kind() == StreamKind::contract)
    add(ref.pool, CreditCharged{ref.inmail, sent.splits, delivered.refundable}, sent.command);
  else if (ref.cost > 0 && !delivered.refundable)
    add(ref.pool, ChargeFinalized{ref.inmail}, sent.command);
  delivered_.push_back(std::move(sent));
}

void World::open_one(Sent& sent, bool inferred) {
  const CommandId command = inferred ? sent.command : history_.new_command();
  sent.opened = true;
  if (inferred)
    add(sent.to, Opened{sent.ref, true, {}}, command);
  else
    answer(sent.to, Opened{sent.ref, false, {}}, command);
}

void World::answer_one(Sent& sent) {
  const CommandId command = history_.new_command();
  if (!sent.opened) open_one(sent, true);
  Replied replied;
  replied.ref = sent.ref;
  replied.kind = static_cast<ReplyKind>(below(4) + 1);
  replied.canned = chance(40);
  if (!replied.canned)
    replied.text = history_.sealed("Thank you", TextField::reply, sent.to, sent.to, command);
  const bool in_window = history_.now() <= sent.ref.sent_at + std::chrono::days{90};
  replied.charge = !sent.charge_open ? ChargeEnd::none
                   : in_window       ? ChargeEnd::refund
                                     : ChargeEnd::final;
  replied.refund_amount = replied.charge == ChargeEnd::refund ? sent.ref.cost : 0;
  answer(sent.to, replied, command);
  settle(sent, replied.charge, refund_on(replied.kind), command);
  add(sent.ref.sender, OutcomeReceived{sent.ref.inmail, sent.to, Outcome::replied}, command);
  if (threads_.size() < 1000) threads_.push_back(sent);
}

void World::end_one(Sent& sent, std::uint64_t how) {
  const ChargeEnd end = sent.charge_open ? ChargeEnd::final : ChargeEnd::none;
  if (how == 0 && sent.charge_open) {
    add(sent.to, RefundWindowClosed{sent.ref, end, 0});
    settle(sent, end, RefundOn::no_response, {});
    sent.charge_open = false;
    delivered_.push_back(sent);
    return;
  }
  if (how == 1) {
    const CommandId command = history_.new_command();
    answer(sent.to, InMailRetracted{sent.ref, sent.opened, end, 0}, command);
    settle(sent, end, RefundOn::reply, command);
    add(sent.ref.sender, OutcomeReceived{sent.ref.inmail, sent.to, Outcome::retracted}, command);
    return;
  }
  const ExpiryEffect effect = chance(50) ? ExpiryEffect::hide : ExpiryEffect::status_only;
  add(sent.to, Expired{sent.ref, ExpiryBasis::unanswered, effect, end, 0});
  settle(sent, end, RefundOn::expired, {});
}

void World::settle(const Sent& sent, ChargeEnd end, RefundOn reason, const CommandId& cause) {
  const StreamId owner = sent.ref.pool;
  if (end == ChargeEnd::none) return;
  if (end == ChargeEnd::final) {
    add(owner, ChargeFinalized{sent.ref.inmail}, cause);
    return;
  }
  const std::uint32_t amount = sent.ref.cost;
  if (chance(30) && sent.splits.size() == 1) {
    pools_[owner].lots[sent.splits.front().lot.value].available += amount;
    add(owner,
        CreditRefunded{sent.ref.inmail, sent.splits.front().lot, amount, true, reason,
                       history_.now()},
        cause);
    return;
  }
  const LotId lot = grant(owner, LotKind::refund, amount, cause);
  add(owner, CreditRefunded{sent.ref.inmail, lot, amount, false, reason, history_.now()}, cause);
}

void World::chat() {
  if (threads_.empty()) return;
  const Sent& thread = threads_[below(threads_.size())];
  const bool back = chance(50);
  const MemberId from = back ? thread.ref.from : thread.to;
  const CommandId command = history_.new_command();
  MessageSent message{thread.ref.inmail, from, back ? thread.to : thread.ref.from, {}};
  message.text = history_.sealed("When?", TextField::message, from, from, command);
  answer(from, message, command);
}

void World::lose_credits() {
  const StreamId owner =
      chance(30) ? StreamId(contract) : StreamId(MemberId{below(options_.members) + 1});
  Pool& pool = pools_[owner];
  for (auto lot = pool.lots.begin(); lot != pool.lots.end(); ++lot) {
    const std::uint32_t amount = std::exchange(lot->second.available, 0);
    if (amount == 0) continue;
    const LotId id{lot->first};
    switch (below(3)) {
      case 0: add(owner, CreditsExpired{id, amount}); return;
      case 1: add(owner, CreditsForfeited{id, amount, 45}); return;
      default: add(owner, CreditsVoided{id, amount, VoidReason::plan_changed}); return;
    }
  }
}

void World::refuse() {
  const CommandId command = history_.new_command();
  const MemberId member{below(options_.members) + 1};
  if (chance(50))
    answer(member, CommandAccepted{3}, command);
  else
    answer(member, CommandRejected{Rejection::insufficient_credits, 1, 0, 7, "send"}, command);
}

}  // namespace inmail::test
