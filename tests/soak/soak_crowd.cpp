#include "tests/soak/soak_crowd.hpp"

#include <string>

namespace inmail::soak {
namespace {

constexpr std::uint64_t members_a_company = 200;
constexpr std::uint64_t steps_a_company = 3;

std::uint64_t companies_of(std::uint64_t members) { return members / members_a_company + 1; }

/// Each company has one seat, of its own number, held by the member of that number.
Command company_step(std::uint64_t number, std::uint64_t step) {
  const ContractId company{number};
  switch (step) {
    case 0: return CreateContract{company, 1};
    case 1: return AddSeat{company, SeatId{number}, MemberId{number}, SeatRole::recruiter};
    default: return StartSubscription{company, PlanKind::recruiter_corp};
  }
}

}  // namespace

std::uint64_t Crowd::founding_steps(std::uint64_t members) {
  return members + companies_of(members) * steps_a_company + members;
}

/// Who holds a seat has joined before.
Command Crowd::founding_step(std::uint64_t members, std::uint64_t step) {
  if (step < members) return RegisterMember{MemberId{1 + step}, "Somebody", "Something"};
  step -= members;
  const std::uint64_t company_steps = companies_of(members) * steps_a_company;
  if (step < company_steps) return company_step(1 + step / steps_a_company, step % steps_a_company);
  step -= company_steps;
  return StartSubscription{MemberId{1 + step}, PlanKind::business};
}

Act Crowd::next() {
  const std::uint64_t what = pick(100);
  const auto letter = letters_.any(random_());
  if (what < 25 || !letter) return {send(), {}};
  if (what < 45) return {OpenInMail{letter->to, letter->inmail}, letter};
  if (what < 60) {
    const auto kind = static_cast<ReplyKind>(1 + pick(4));
    const Text text = kind == ReplyKind::quick_reply ? "" : "That is kind of you.";
    return {Respond{letter->to, letter->inmail, kind, text}, letter};
  }
  if (what < 87) return go_on_in_thread();
  return {change_of_mind(), {}};
}

Command Crowd::send() {
  // In words of its own: one text for all would soon be refused.
  const std::string own = std::to_string(pick(1'000'000'000));
  SendInMail letter{anyone(),
                    {},
                    anyone(),
                    "A word, perhaps?",
                    "May" + own + " I" + own + " ask" + own + " you" + own + " something" + own};
  if (pick(10) == 0) {
    const std::uint64_t company = 1 + pick(companies_of(members_));
    letter.from = MemberId{company};
    letter.seat = SeatId{company};
  }
  return letter;
}

Act Crowd::go_on_in_thread() {
  const auto thread = threads_.any(random_());
  if (!thread) return {send(), {}};
  if (pick(2) == 0)
    return {SendMessage{thread->inmail, thread->to, {}, thread->from, "And what came of it?"}, {}};
  return {SendMessage{thread->inmail, thread->from, thread->seat, thread->to, "Not much."}, {}};
}

Command Crowd::change_of_mind() {
  switch (pick(4)) {
    case 0: return BlockMember{anyone(), anyone()};
    case 1: {
      const auto block = blocks_.any(random_());
      if (block) return UnblockMember{block->member, block->blocked};
      return BlockMember{anyone(), anyone()};
    }
    case 2:
      return SetPreference{anyone(),
                           pick(10) == 0 ? InMailPreference::disabled : InMailPreference::on};
    default: return GrantBonus{anyone(), static_cast<std::uint32_t>(1 + pick(3)), 1, "Well done"};
  }
}

void Crowd::happened(const Act& act, const CommandId& id) {
  if (const auto* sent = std::get_if<SendInMail>(&act.command))
    letters_.add({inmail_of(id), sent->from, sent->seat, sent->to});
  if (const auto* block = std::get_if<BlockMember>(&act.command)) blocks_.add(*block);
  if (std::holds_alternative<Respond>(act.command)) threads_.add(*act.letter);
}

}  // namespace inmail::soak
