#include <algorithm>

#include "tools/world.hpp"
#include "tools/world_time.hpp"

// What few people of a simulated world do, each now and then: scheduling, drafts, marks,
// choosiness, packs and missed payments. Where the policy has no such thing, nobody tries it.

namespace inmail::tools {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

bool World::writes_for_later(const Sender& who) {
  const bool wishes = chance_.happens(200);
  return wishes && policy_.terms(who.plan).can_schedule;
}

void World::think_again(const Sent& sent) {
  if (sent.is_undone) return give(command_of(Undo{sent.letter}), Undo{sent.letter});
  const bool insists = chance_.happens(200);
  const Sender& who = people_.senders[sent.sender];
  if (!insists || !policy_.terms(who.plan).can_followup || policy_.followup.max_unanswered == 0)
    return;
  const CommandId id = make_command_id(now_, 0, ++orders_);
  Chase act{letter_to(sent.letter.to, sent.sender, {}), sent.letter.inmail};
  act.sent.letter.inmail = inmail_of(id);
  deeds_.push_back({command_of(act), id, act});
}

void World::put_aside(std::size_t sender) {
  const MemberId to = somebody_popular_but(people_.senders[sender].member);
  const KeepDraft act{sender, letter_to(to, sender, {}).letter, {}, 0};
  give(command_of(act), act);
}

void World::tidies(const Sent& sent, Timestamp noticed_at) {
  if (sent.has_link && chance_.happens(4'000))
    plan(noticed_at + minutes{10}, ClickLink{sent.letter});
  if (chance_.happens(200)) plan(noticed_at + hours{1}, Tidy{sent.letter, chance_.below(4)});
}

void World::runs_dry(const Sent& sent) {
  const bool buys = chance_.happens(1'000);
  const PurchasePolicy& shop = policy_.purchase;
  if (!buys || !shop.enabled || shop.packs.empty()) return;
  const CreditPack& pack = shop.packs[chance_.below(shop.packs.size())];
  plan(now_, Buy{people_.senders[sent.sender].pool, pack.pack_id, ++payments_});
}

void World::draw_habits(Timestamp today) {
  for (auto left = chance_.share(members_, 3); left > 0; --left) {
    const MemberId member = anybody();
    const BePicky act{member, chance_.below(ways_to_be_picky + 1)};
    plan(during(today, chance_), act);
  }
  for (auto left = chance_.share(members_, 5); left > 0; --left) {
    const Present act{anybody(), (today - world_start) / days{1}};
    plan(during(today, chance_), act);
  }
  for (auto left = chance_.share(people_.companies.size(), 100); left > 0; --left) {
    const Company& company = people_.companies[chance_.below(people_.companies.size())];
    LimitSeats act{company.contract, {}, {}};
    if (chance_.happens(5'000)) act.seat = company.seats[chance_.below(company.seats.size())].seat;
    if (chance_.happens(7'000)) act.limit = static_cast<std::uint32_t>(chance_.between(50, 200));
    plan(during(today, chance_), act);
  }
}

void World::draw_troubles(Timestamp today) {
  if (people_.senders.empty()) return;
  for (auto left = chance_.share(people_.senders.size(), 5); left > 0; --left) {
    const Sender& who = people_.senders[chance_.below(people_.senders.size())];
    const auto credits = static_cast<std::int32_t>(chance_.between(1, 5));
    const bool takes = chance_.happens(3'000);
    plan(during(today, chance_), Correct{who.pool, takes ? -credits : credits});
  }
  for (auto left = chance_.share(people_.subscribers.size(), 5); left > 0; --left) {
    const auto place = chance_.below(people_.subscribers.size());
    plan(during(today, chance_), MissPayment{people_.subscribers[place].member});
  }
}

void World::learn_habit(const Act& act, const Answer& answer, const CommandId& id) {
  if (const auto* later_on = std::get_if<Schedule>(&act)) {
    if (answer.ok()) is_scheduled(*later_on);
    if (later_on->sent.left) goes_on(later_on->sent, answer);
  }
  if (!answer.ok()) return;
  if (const auto* chase = std::get_if<Chase>(&act)) {
    const Timestamp due = now_ + policy_.followup.default_gap_s;
    if (!answered_at_ || *answered_at_ > due) arrives(chase->sent, due);
  } else if (const auto* kept = std::get_if<KeepDraft>(&act)) {
    has_draft(*kept, kept->draft.value_or(draft_of(id)));
  } else if (const auto* bought = std::get_if<Buy>(&act)) {
    if (!chance_.happens(500)) return;
    const bool by_bank = chance_.happens(2'000);
    plan(later(now_, days{5}, chance_), PayBack{bought->owner, bought->payment, by_bank});
  } else if (const auto* missed = std::get_if<MissPayment>(&act)) {
    const Timestamp then = later(now_ + days{1}, days{5}, chance_);
    if (chance_.happens(8'000))
      plan(then, Pay{missed->owner});
    else
      plan(then, EndPlan{missed->owner});
  }
}

/// Some change their minds before its time.
void World::is_scheduled(const Schedule& act) {
  const Timestamp between = now_ + (act.send_at - now_) / 2;
  if (chance_.happens(800)) return plan(between, CallOff{act.sent.letter});
  if (!chance_.happens(1'000)) return arrives(act.sent, act.send_at);
  const Timestamp send_at = at_work(act.send_at + days{chance_.between(1, 5)}, chance_);
  plan(between, Reschedule{act.sent.letter, send_at});
  arrives(act.sent, send_at);
}

void World::has_draft(const KeepDraft& act, DraftId draft) {
  const Timestamp then = at_work(later(now_, days{2}, chance_), chance_);
  const std::uint32_t revision = act.revision + 1;
  if (revision < 3 && chance_.happens(3'000))
    plan(then, KeepDraft{act.sender, act.letter, draft, revision});
  else if (chance_.happens(7'000))
    plan(then, FinishDraft{act.sender, act.letter.to, draft});
  else
    plan(then, DropDraft{act.letter, draft});
}

}  // namespace inmail::tools
