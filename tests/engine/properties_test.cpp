// Random lives of at least 200 commands over members, a contract, policies and time, through the
// whole engine: every invariant holds, replay equals live, and CheckSend had foretold each send.
// What fails is shrunk; RapidCheck prints how to run it again (RC_PARAMS).

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <iostream>

#include "engine/engine.hpp"
#include "projections/audit.hpp"
#include "tests/support/random_life.hpp"
#include "tests/support/temp_dir.hpp"

namespace inmail {
namespace {

using test::Dice;

constexpr std::uint64_t people = 5;
constexpr std::uint64_t seats = 2;
constexpr ContractId company{1};

/// One command, or a step of time; `drawn` decides what the kind leaves open.
struct Deed {
  unsigned kind = 0;
  std::uint64_t drawn = 0;
};

std::ostream& operator<<(std::ostream& out, const Deed& deed) {
  return out << deed.kind << "/" << deed.drawn;
}

rc::Gen<Deed> any_deed() {
  return rc::gen::build<Deed>(rc::gen::set(&Deed::kind, rc::gen::inRange(0u, 29u)),
                              rc::gen::set(&Deed::drawn));
}

class Life {
 public:
  explicit Life(std::uint64_t policy_seed) {
    Dice dice(policy_seed);
    EngineOptions options;
    options.path = folder_.path() / "store";
    options.clock = clock_;
    options.policy = to_toml(test::random_policy(dice));
    options.deterministic = EngineOptions::Deterministic{policy_seed, 1};
    engine_.emplace(*Engine::open(std::move(options)));
    for (std::uint64_t each = 1; each < people; ++each)
      give(RegisterMember{MemberId{each}, "Someone", "Something"});
    give(CreateContract{company, 0});
    for (std::uint64_t each = 1; each <= seats; ++each)
      give(AddSeat{company, SeatId{each}, MemberId{each}});
    for (const StreamId owner : {StreamId(company), StreamId(MemberId{1}), StreamId(MemberId{2})})
      give(StartSubscription{owner, PlanKind::sales_core});
    for (const std::uint64_t each : {3, 4}) give(LinkAccounts{MemberId{1}, MemberId{each}});
  }

  void do_it(const Deed& deed) {
    Dice dice(deed.drawn);
    if (deed.kind < 9) return send(letter(dice));
    if (deed.kind < 19) return static_cast<void>(give(about_a_letter(deed.kind, dice)));
    if (deed.kind < 22) return pass_time(dice);
    if (deed.kind == 22 || deed.kind == 24) return static_cast<void>(give(about_a_plan(dice)));
    if (deed.kind > 24) return for_later(deed.kind, dice);
    give(AdoptPolicy{to_toml(test::random_policy(dice))});
  }

  void judge() {
    // Nobody may have been woken for days, and what is long overdue is a finding of the audit.
    engine_->wake_due();
    const auto report = audit(engine_->log());
    RC_ASSERT(report.ok());
    for (const Violation& each : report->first_violations)
      RC_FAIL(each.invariant + " at " + std::to_string(each.position.value) + ": " + each.sentence);
    const auto checks = engine_->verify();
    RC_ASSERT(checks.ok());
    for (const ViewCheck& check : *checks)
      if (!check.equal) RC_FAIL("the view " + check.view + " is not what a replay gives");
  }

 private:
  Answer give(Command command) {
    Submission given = engine_->submit({std::move(command), {}, {}});
    engine_->run_until_quiet();
    last_ = inmail_of(given.id);
    return given.reply.get();
  }

  void send(SendInMail letter) {
    // Who is asked settles what is overdue, and that may give credits back before the send.
    engine_->wake_due();
    auto asked = engine_->check_send(letter);
    engine_->run_until_quiet();
    const auto forecast = asked.get();
    RC_ASSERT(forecast.ok());
    Submission given = engine_->submit({letter, {}, {}});
    engine_->run_until_quiet();
    const Answer answer = given.reply.get();
    const auto name_of_first = [](bool is_sent, const Refusal& refusal) {
      return is_sent ? std::string("sent") : std::string(name_of(refusal.code));
    };
    const Refusal foretold = forecast->would_go() ? Refusal{} : forecast->refusals.front();
    RC_ASSERT(name_of_first(answer.ok(), answer.refusal) ==
              name_of_first(forecast->would_go(), foretold));
    RC_ASSERT(answer.refusal.limit == foretold.limit);
    RC_ASSERT(answer.refusal.actual == foretold.actual);
    if (answer.ok()) letters_.push_back({inmail_of(given.id), letter});
  }

  void for_later(unsigned kind, Dice& dice) {
    using namespace std::chrono_literals;
    using std::chrono::days;
    const Timestamp then =
        clock_->now() + dice.one_of<Milliseconds>({1ms, 1h, days{1}, days{4}, days{40}});
    if (kind < 27 || letters_.empty()) {
      const SendInMail wanted = letter(dice);
      if (give(ScheduleInMail{wanted, then, {}}).ok()) letters_.push_back({last_, wanted});
      return;
    }
    const auto [inmail, before] = letters_[letters_.size() - 1 - dice.below(letters_.size())];
    const StreamId sender = before.target();
    if (kind == 27) {
      AddFollowUp next{before, inmail, {}};
      next.letter.body = "And?";
      next.delay_s = dice.one_of<std::optional<std::uint32_t>>({{}, 0, 3'600, 259'200});
      if (give(next).ok()) letters_.push_back({last_, next.letter});
      return;
    }
    if (dice.once_in(3)) {
      give(SaveDraft{before.from, {}, {}, 0, before.to, "Hello", "Not yet"});
    } else if (dice.once_in(2)) {
      give(RescheduleInMail{sender, inmail, then, {}});
    } else {
      give(CancelScheduled{sender, inmail});
    }
  }

  void pass_time(Dice& dice) {
    using namespace std::chrono_literals;
    using std::chrono::days;
    clock_->set(clock_->now() + dice.one_of<Milliseconds>(
                                    {1ms, 1h, days{1}, days{3}, days{7}, days{31}, days{95}}));
    if (!dice.once_in(2)) return;
    engine_->wake_due();
    engine_->run_until_quiet();
  }

  static MemberId anyone(Dice& dice) { return MemberId{1 + dice.below(people)}; }

  static SendInMail letter(Dice& dice) {
    SendInMail letter{anyone(dice), {}, anyone(dice), "Hello", "A word?"};
    if (dice.once_in(10)) letter.subject = Text{};
    if (dice.once_in(10)) letter.body = "- a list\n- <b>and</b> [a link](ftp://where)";
    if (!dice.once_in(4)) {
      const std::string own = std::to_string(dice.below(1'000'000));
      letter.body = "one" + own + " two" + own + " three" + own + " four" + own;
    }
    if (dice.once_in(3)) letter.override_reason = "They asked";
    letter.hints.applicant = dice.once_in(8);
    letter.veteran = dice.once_in(8);
    letter.offers_compensation = dice.once_in(2);
    if (dice.once_in(4)) letter.locale = dice.once_in(2) ? "en-US" : "fr";
    if (dice.once_in(8)) letter.signature = "Yours";
    if (dice.once_in(20)) letter.attachments = {{1, "pdf", 1'000, "CV"}};
    if (dice.once_in(2)) {
      letter.seat = SeatId{1 + dice.below(seats)};
      if (!dice.once_in(10)) letter.from = MemberId{letter.seat->value};
    }
    return letter;
  }

  Command about_a_letter(unsigned kind, Dice& dice) {
    const MemberId one = anyone(dice);
    const MemberId other = anyone(dice);
    if (kind == 9) return BlockMember{one, other};
    if (kind == 10) return UnblockMember{one, other};
    if (kind == 11) return SetConnection{one, other};
    if (kind == 12) return StopSender{one, other};
    if (kind == 13 && dice.once_in(2)) return SetInboundRules{one, !dice.once_in(3), rules(dice)};
    if (kind == 13)
      return SetPreference{one, dice.one_of({InMailPreference::on, InMailPreference::opted_out})};
    if (letters_.empty()) return GrantBonus{one, 1, 1, "Thanks"};
    const auto& [inmail, letter] = letters_[letters_.size() - 1 - dice.below(letters_.size())];
    if (kind == 14) return OpenInMail{letter.to, inmail};
    if (kind == 15) return RetractInMail{letter.from, letter.to, inmail};
    return Respond{letter.to, inmail,
                   dice.one_of({ReplyKind::accept, ReplyKind::decline, ReplyKind::reply}), "Words"};
  }

  static InboundRules rules(Dice& dice) {
    InboundRules rules;
    if (dice.once_in(3)) rules.filters.purposes = {Purpose::other, Purpose::job};
    if (dice.once_in(3)) rules.filters.languages = {"en"};
    if (dice.once_in(4)) rules.filters.quiet_until_minute = 720;
    rules.filters.require_compensation = dice.once_in(6);
    rules.daily_max = dice.one_of({0, 0, 1, 3});
    rules.weekly_max = dice.one_of({0, 0, 2, 5});
    return rules;
  }

  static Command about_a_plan(Dice& dice) {
    if (dice.once_in(4))
      return SetSeatMonthlyLimit{company,
                                 dice.once_in(2) ? std::vector<SeatId>{} : std::vector{SeatId{1}},
                                 dice.one_of<std::optional<std::uint32_t>>({std::nullopt, 0, 2})};
    const MemberId pool{1 + dice.below(2)};
    if (dice.once_in(4)) return LinkAccounts{pool, anyone(dice)};
    if (dice.once_in(12)) return UnlinkAccount{pool, anyone(dice)};
    const StreamId owner = dice.once_in(2) ? StreamId(company) : StreamId(anyone(dice));
    const PlanKind plan = dice.one_of(
        {PlanKind::free, PlanKind::career, PlanKind::sales_core, PlanKind::recruiter_corp});
    const std::string payment = "pay-" + std::to_string(dice.below(6));
    if (dice.once_in(5)) return PurchaseCredits{owner, "p5", payment};
    if (dice.once_in(8)) return ReversePurchase{owner, payment, dice.once_in(2)};
    if (dice.once_in(8)) return AdjustCredits{owner, dice.one_of({-3, -1, 2}), 1, "Corrected"};
    if (dice.once_in(6)) return TransferCredits{company, anyone(dice), dice.one_of({1u, 3u}), 1};
    if (dice.once_in(6)) return PaymentFailed{owner};
    if (dice.once_in(6)) return PaymentRecovered{owner};
    if (dice.once_in(3)) return StartSubscription{owner, plan, dice.one_of({0u, 0u, 10u})};
    if (dice.once_in(2)) return ChangePlan{owner, plan};
    return CancelSubscription{owner};
  }

  const test::TempDir folder_;
  std::shared_ptr<ManualClock> clock_ =
      std::make_shared<ManualClock>(*timestamp_from_text("2026-01-31T09:00:00Z"));
  std::optional<Engine> engine_;
  std::vector<std::pair<InMailId, SendInMail>> letters_;
  InMailId last_;  ///< Of the last command.
};

TEST(Lives, KeepEveryInvariantAndAreForetold) {
  EXPECT_TRUE(rc::check("lives of 200 to 300 commands", [] {
    const auto policy = *rc::gen::arbitrary<std::uint64_t>();
    const auto count = *rc::gen::inRange<std::size_t>(200, 300);
    const auto deeds = *rc::gen::container<std::vector<Deed>>(count, any_deed());
    Life life(policy);
    for (const Deed& deed : deeds) life.do_it(deed);
    life.judge();
  }));
}

}  // namespace
}  // namespace inmail
