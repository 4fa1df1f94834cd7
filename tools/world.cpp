#include "tools/world.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>
#include <utility>

#include "tools/world_time.hpp"

namespace inmail::tools {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

struct Manner {
  ReplyKind kind;
  bool in_words;
  std::uint32_t weight;
};

constexpr std::array manners{
    Manner{ReplyKind::accept, true, 30},  Manner{ReplyKind::accept, false, 5},
    Manner{ReplyKind::decline, true, 12}, Manner{ReplyKind::decline, false, 18},
    Manner{ReplyKind::reply, true, 25},   Manner{ReplyKind::quick_reply, false, 10},
};

constexpr auto manner_weights = [] {
  std::array<std::uint32_t, manners.size()> weights{};
  for (std::size_t i = 0; i < manners.size(); ++i) weights[i] = manners[i].weight;
  return weights;
}();

constexpr std::array preferences{InMailPreference::on, InMailPreference::opted_out,
                                 InMailPreference::disabled};
constexpr std::array<std::uint32_t, preferences.size()> preference_weights{3, 4, 1};

constexpr std::array plans_of_members{PlanKind::career, PlanKind::business, PlanKind::sales_core,
                                      PlanKind::recruiter_lite};

bool has_run_dry(const Answer& answer) {
  return answer.refusal.code == Rejection::insufficient_credits;
}

bool has_no_plan(const Answer& answer) {
  return answer.refusal.code == Rejection::subscription_ended ||
         answer.refusal.code == Rejection::premium_required;
}

}  // namespace

// One statement draws once, or in an order that the language fixes: that of a call's arguments is
// left to the compiler, and would make it another world.

World::World(const WorldOptions& options)
    : members_(options.members),
      days_(options.days),
      end_(world_start + days{options.days}),
      chance_(options.seed),
      policy_(options.policy),
      people_(make_people(options.members, chance_)) {
  settle_people();
  settle_companies();
  plan(world_start, Dawn{});
}

void World::settle_people() {
  std::unordered_set<MemberId> holders;  // Of seats, who are there from the start.
  for (const Company& company : people_.companies)
    for (const SeatPlace& each : company.seats) holders.insert(each.holder);
  std::vector<Timestamp> joins_at;
  for (std::uint64_t number = 1; number <= members_; ++number) {
    const bool is_late = chance_.happens(200) && !holders.contains(MemberId{number});
    const days day{is_late ? chance_.below(days_ / 2 + 1) : 0};
    joins_at.push_back(is_late ? during(world_start + day, chance_) : world_start);
    plan(joins_at.back(), Join{MemberId{number}});
  }
  for (std::size_t place = 0; place < people_.subscribers.size(); ++place) {
    const Subscriber& each = people_.subscribers[place];
    Timestamp at = joins_at[each.member.value - 1];
    if (chance_.happens(2'000))
      at = during(midnight_of(at) + days{chance_.between(1, 28)}, chance_);
    plan(at, Subscribe{each.member, each.plan});
    sit_down(at, place, people_.senders[place].between_sittings);
  }
}

void World::settle_companies() {
  std::size_t place = people_.subscribers.size();
  for (const Company& company : people_.companies) {
    const auto seats = static_cast<std::uint32_t>(company.seats.size());
    plan(world_start, FoundCompany{company.contract, seats});
    for (const SeatPlace& each : company.seats) {
      plan(world_start, GiveSeat{company.contract, each});
      if (each.role != SeatRole::recruiter) continue;
      sit_down(world_start, place, people_.senders[place].between_sittings);
      ++place;
    }
    plan(world_start, Subscribe{company.contract, company.plan});
  }
}

void World::plan(Timestamp at, Act act) {
  const Timestamp when = std::max<Timestamp>(std::chrono::floor<Tick>(at), soonest_);
  if (when < end_) agenda_[when].push_back(std::move(act));
}

void World::sit_down(Timestamp from, std::size_t sender, minutes mean) {
  const std::uint64_t left = chance_.below(2 * sitting_mean - 1);
  plan(at_work(later(from, mean, chance_), chance_), Sitting{sender, left});
}

std::optional<Timestamp> World::next() const {
  if (agenda_.empty()) return std::nullopt;
  return agenda_.begin()->first;
}

std::vector<Deed> World::act() {
  invariant(!agenda_.empty(), "the world still has something to do");
  const auto step = agenda_.extract(agenda_.begin());
  now_ = step.key();
  soonest_ = now_ + Tick{1};
  for (const Act& act : step.mapped()) std::visit([this](const auto& each) { perform(each); }, act);
  return std::exchange(deeds_, {});
}

template <class Plain>
void World::perform(const Plain& act) {
  give(command_of(act), act);
}

void World::give(Command command, Act act) {
  deeds_.push_back({std::move(command), make_command_id(now_, 0, ++orders_), std::move(act)});
}

void World::perform(const Sitting& act) {
  if (policy_.draft.enabled && chance_.happens(100)) put_aside(act.sender);
  send(act.sender, somebody_popular_but(people_.senders[act.sender].member), act.left);
}

void World::perform(const FollowUp& act) { send(act.sender, act.to, std::nullopt); }

void World::perform(const FinishDraft& act) { send(act.sender, act.to, std::nullopt, act.draft); }

Sent World::letter_to(MemberId to, std::size_t sender, std::optional<std::uint64_t> left) {
  const Sender& who = people_.senders[sender];
  return {.sender = sender, .letter = {{}, who.member, who.seat, to}, .left = left, .draft = {}};
}

void World::send(std::size_t sender, MemberId to, std::optional<std::uint64_t> left,
                 std::optional<DraftId> draft) {
  const Sender& who = people_.senders[sender];
  const CommandId id = make_command_id(now_, 0, ++orders_);
  Sent sent = letter_to(to, sender, left);
  sent.letter.inmail = inmail_of(id);
  sent.draft = draft;
  if (writes_for_later(who)) {
    const Timestamp send_at = at_work(now_ + days{chance_.between(1, 5)}, chance_);
    const Schedule act{sent, send_at};
    deeds_.push_back({command_of(act), id, act});
    return;
  }
  sent.has_link = policy_.format.links_max > 0 && policy_.format.allowed.has(Markup::link) &&
                  chance_.happens(300);
  sent.is_undone = policy_.undo.window_s.count() > 0 && chance_.happens(80);
  last_letter_ = sent.letter;
  deeds_.push_back({command_of(sent), id, sent});
  think_again(sent);
  // Now and then a door closes while an InMail is on its way.
  if (const Block closing{to, who.member}; chance_.happens(10)) perform(closing);
}

void World::perform(const Blunder& act) {
  give(chance_.happens(6'000) ? wrong_send() : wrong_order(), act);
}

Command World::wrong_send() {
  const MemberId from = anybody();
  const Sender& sender = people_.senders[chance_.below(people_.senders.size())];
  SendInMail send{.from = sender.member,
                  .seat = sender.seat,
                  .to = somebody_popular_but(sender.member),
                  .subject = "Hello",
                  .body = "May I have a word?"};
  const Company& company = people_.companies[chance_.below(people_.companies.size())];
  switch (chance_.below(7)) {
    case 0: return SendInMail{.from = from, .to = anybody(), .subject = "Hello", .body = "Hello."};
    case 1: send.to = send.from; break;
    case 2: send.to = MemberId{members_ + chance_.between(1, 1'000)}; break;
    case 3: send.subject = std::string(300, 'a'); break;
    case 4: send.body = {}; break;
    case 5: send.from = from; break;  // On the credits of a seat that is another's, mostly.
    case 6:
      // The last seat of a company is one that may not send.
      send.from = company.seats.back().holder;
      send.seat = company.seats.back().seat;
      break;
  }
  return send;
}

Command World::wrong_order() {
  const MemberId member = anybody();
  switch (chance_.below(4)) {
    case 0: return command_of(Join{member});
    case 1: return command_of(Subscribe{member, PlanKind::career});
    case 2: return OpenInMail{.recipient = member, .inmail = last_letter_.inmail};
    default: break;
  }
  return SendMessage{.conversation = last_letter_.inmail,
                     .from = member,
                     .to = somebody_popular_but(member),
                     .text = "Do we know each other?"};
}

void World::perform(const Dawn&) {
  for (auto left = chance_.share(members_, 20); left > 0; --left)
    plan(during(now_, chance_), Blunder{});
  for (auto left = chance_.share(members_, 5); left > 0; --left) {
    const Prefer act{anybody(), preferences[chance_.pick(preference_weights)]};
    plan(during(now_, chance_), act);
  }
  draw_ties(now_);
  draw_changes_of_plan(now_);
  draw_bonuses(now_);
  draw_habits(now_);
  draw_troubles(now_);
  plan(now_ + days{1}, Dawn{});
}

void World::draw_ties(Timestamp today) {
  for (auto left = chance_.share(members_, 100); left > 0; --left) {
    const MemberId member = anybody();
    const MemberId other = somebody_popular_but(member);
    if (other == member) continue;
    const Timestamp at = during(today, chance_);
    plan(at, Connect{member, other});
    if (chance_.happens(500)) plan(later(at + days{1}, days{20}, chance_), Part{other, member});
  }
}

void World::draw_changes_of_plan(Timestamp today) {
  for (auto left = chance_.share(people_.subscribers.size(), 4); left > 0; --left) {
    const auto place = chance_.below(people_.subscribers.size());
    const MemberId member = people_.subscribers[place].member;
    const Timestamp at = during(today, chance_);
    const PlanKind next = plans_of_members[chance_.below(plans_of_members.size())];
    if (chance_.happens(5'000)) {
      plan(at, SwitchPlan{member, next});
      continue;
    }
    plan(at, EndPlan{member});
    if (chance_.happens(5'000)) plan(at + days{chance_.between(40, 80)}, Subscribe{member, next});
  }
}

void World::draw_bonuses(Timestamp today) {
  for (auto left = chance_.share(people_.companies.size(), 200); left > 0; --left) {
    const Company& company = people_.companies[chance_.below(people_.companies.size())];
    const auto credits = static_cast<std::uint32_t>(chance_.between(10, 50));
    plan(during(today, chance_), GiveBonus{company.contract, credits});
  }
}

void World::learn(const Deed& deed, const Answer& answer) {
  const Act& act = deed.act;
  if (const auto* sent = std::get_if<Sent>(&act)) {
    answered_at_.reset();
    if (answer.ok() && !sent->is_undone) arrives(*sent, now_);
    if (sent->left) goes_on(*sent, answer);
  } else if (const auto* reply = std::get_if<Reply>(&act)) {
    if (answer.ok() && !reply->automatic) talks_on(*reply);
  } else if (const auto* written = std::get_if<Write>(&act)) {
    if (answer.ok() && written->left > 0)
      plan(when_noticed(now_, chance_),
           Write{written->letter, !written->by_recipient, written->left - 1});
  } else {
    learn_habit(act, answer, deed.id);
  }
}

void World::arrives(const Sent& sent, Timestamp at) {
  const Letter& letter = sent.letter;
  const Person& reader = people_.person(letter.to);
  const Timestamp noticed_at = when_noticed(at, chance_);
  const bool opens = chance_.happens(reader.opens);
  // A few answer from the preview, without having opened anything.
  const bool answers = chance_.happens(reader.answers) && (opens || chance_.happens(500));
  if (opens) plan(noticed_at, Open{letter});
  if (answers) {
    const Manner& manner = manners[chance_.pick(manner_weights)];
    answered_at_ = when_noticed(noticed_at, chance_);
    plan(*answered_at_, Reply{letter, manner.kind, manner.in_words});
  } else {
    meets_silence(sent, at);
  }
  if (chance_.happens(50)) plan(at + minutes{10}, Reply{letter, ReplyKind::reply, true, true});
  if (opens) tidies(sent, noticed_at);
  if (opens && chance_.happens(60)) {
    plan(noticed_at + hours{1}, Block{letter.to, letter.from});
    if (chance_.happens(3'000))
      plan(later(noticed_at + days{2}, days{20}, chance_), Unblock{letter.to, letter.from});
  }
  if (opens && chance_.happens(40)) {
    plan(noticed_at + hours{2}, Stop{letter.to, letter.from});
    if (chance_.happens(3'000))
      plan(later(noticed_at + days{2}, days{20}, chance_), Allow{letter.to, letter.from});
  }
}

void World::meets_silence(const Sent& sent, Timestamp at) {
  if (chance_.happens(150)) plan(later(at, days{3}, chance_), Retract{sent.letter});
  if (chance_.happens(1'500))
    plan(at_work(later(at, days{7}, chance_), chance_), FollowUp{sent.sender, sent.letter.to});
}

void World::goes_on(const Sent& sent, const Answer& answer) {
  const minutes usual = people_.senders[sent.sender].between_sittings;
  if (answer.kind == AnswerKind::rejected && has_no_plan(answer))
    return sit_down(now_ + days{1}, sent.sender, std::max<minutes>(usual, days{20}));
  if (answer.kind == AnswerKind::rejected && has_run_dry(answer)) runs_dry(sent);
  if (answer.kind == AnswerKind::rejected && has_run_dry(answer))
    return sit_down(now_ + days{1}, sent.sender, std::max<minutes>(usual, days{4}));
  if (*sent.left == 0) return sit_down(now_, sent.sender, usual);
  plan(now_, Sitting{sent.sender, *sent.left - 1});
}

void World::talks_on(const Reply& reply) {
  const bool is_over = reply.kind == ReplyKind::decline && !reply.in_words;
  // Some write on to those who have declined without a word, and are refused.
  if (!chance_.happens(is_over ? 500 : 6'000)) return;
  const std::uint64_t left = chance_.below(5);
  plan(when_noticed(now_, chance_), Write{reply.letter, false, left});
}

MemberId World::anybody() { return MemberId{chance_.between(1, members_)}; }

MemberId World::somebody_popular_but(MemberId member) {
  const MemberId drawn{1 + chance_.popular(members_)};
  if (drawn != member) return drawn;
  return MemberId{1 + drawn.value % members_};
}

}  // namespace inmail::tools
