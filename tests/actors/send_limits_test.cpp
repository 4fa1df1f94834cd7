// How much one sender may send: the limits of a seat, one text for many, a colleague's recipient.

#include "actors/send_limits.hpp"

#include <gtest/gtest.h>

#include "tests/support/letters.hpp"
#include "tests/support/small_world.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

constexpr SeatId desk{5};
constexpr SeatId other_desk{6};
constexpr ContractId acme{9};
const Timestamp friday = utc("2025-01-03T12:00:00Z");
const Timestamp monday = utc("2025-01-06");

/// To another member each time, in words of its own.
SendInMail unlike(std::uint64_t number) {
  SendInMail letter = mail(ada, desk, MemberId{1'000 + number});
  const std::string own = std::to_string(number);
  letter.body = "dear" + own + " here" + own + " is" + own + " a" + own + " role" + own;
  return letter;
}

Given<Seat>& opened(Given<Seat>& given, Timestamp at) {
  return given.when_notice(SeatAdded{desk, ada, SeatRole::recruiter}, acme, at);
}

// D3.8.

TEST(SeatLimits, AreTwoHundredInTheFirstWeekAndThenAThousandADay) {  // A7.
  Given<Seat> given(desk);
  opened(given, friday);
  std::uint64_t number = 0;
  for (int i = 0; i < 200; ++i) given.when(unlike(++number)).then_only<InMailSent>();
  given.at(monday - 1ms).when(unlike(++number));
  given.then_rejected(Rejection::seat_first_week_limit, 200, 200);
  given.at(monday);
  for (int i = 0; i < 1'000 && !testing::Test::HasFailure(); ++i)
    given.when(unlike(++number)).then_only<InMailSent>();
  given.at(monday + days{1} - 1ms).when(unlike(++number));
  given.then_rejected(Rejection::seat_daily_limit, 1'000, 1'000);
  given.at(monday + days{1}).when(unlike(++number)).then_only<InMailSent>();
}

TEST(SeatLimits, EndTheFirstWeekAsThePolicySays) {
  SeatPolicy policy;
  const auto ends = [&](WeekStart start, FirstWeekMode mode, Timestamp opened_at) {
    policy.week_start = start;
    policy.first_week_mode = mode;
    return first_week_end(opened_at, policy);
  };
  using enum WeekStart;
  using enum FirstWeekMode;
  EXPECT_EQ(ends(iso_monday_utc, calendar, friday), monday);
  EXPECT_EQ(ends(sunday_utc, calendar, friday), utc("2025-01-05"));
  EXPECT_EQ(ends(seat_created_plus_7d, calendar, friday), friday + days{7});
  EXPECT_EQ(ends(iso_monday_utc, rolling_7d, friday), friday + days{7});
  EXPECT_EQ(ends(iso_monday_utc, calendar, monday), monday + days{7}) << "a whole week";
  EXPECT_EQ(ends(iso_monday_utc, calendar, monday - 1ms), monday) << "hardly any";
  EXPECT_EQ(ends(sunday_utc, calendar, utc("2025-01-05")), utc("2025-01-12"));
}

Policy with_limits(std::int32_t daily, DayMode mode = DayMode::utc_day) {
  Policy policy = at_once();
  policy.seat.first_week_max = 0;
  policy.seat.daily_max = daily;
  policy.seat.day_mode = mode;
  return policy;
}

TEST(SeatLimits, CanRollOverTwentyFourHours) {
  Given<Seat> given(desk, with_limits(2, DayMode::rolling_24h));
  opened(given, friday).when(unlike(1)).at(friday + 20h).when(unlike(2)).then_only<InMailSent>();
  given.at(friday + 24h - 1ms).when(unlike(3)).then_rejected(Rejection::seat_daily_limit, 2, 2);
  given.at(friday + 24h).when(unlike(4)).then_only<InMailSent>();
  given.when(unlike(5)).then_rejected(Rejection::seat_daily_limit, 2, 2);
  given.at(friday + 44h).when(unlike(6)).then_only<InMailSent>();
}

TEST(SeatLimits, CountWhatIsFreeOrNot) {
  for (const DayMode mode : {DayMode::utc_day, DayMode::rolling_24h}) {
    Policy policy = with_limits(2, mode);
    policy.seat.free_counts_to_daily = false;
    Given<Seat> given(desk, policy);
    SendInMail free = unlike(7);
    free.hints.applicant = true;
    opened(given, friday).when(free).when(unlike(1)).when(unlike(2)).then_only<InMailSent>();
    given.when(unlike(3)).then_rejected(Rejection::seat_daily_limit, 2, 2);
    free.to = MemberId{77};
    given.when(free).then_only<InMailSent>();
    policy.seat.free_counts_to_daily = true;
    given.adopted(policy).when(unlike(4)).then_rejected(Rejection::seat_daily_limit, 2, 4);
  }
}

TEST(SeatLimits, AreNoneWhereThePolicyHasNone) {
  Given<Seat> given(desk, with_limits(0));
  opened(given, friday);
  for (std::uint64_t i = 1; i <= 1'100 && !testing::Test::HasFailure(); ++i)
    given.when(unlike(i)).then_only<InMailSent>();
}

/// A contract with a seat, and many who may be written to.
struct Company {
  explicit Company(Policy policy = with_limits(0)) : world(std::move(policy)) {
    world.at(friday);
    world.command(RegisterMember{ada, "Ada", ""});
    for (std::uint64_t i = 1; i <= 40; ++i)
      world.command(RegisterMember{MemberId{1'000 + i}, "Someone", ""});
    world.command(CreateContract{acme, 0});
    world.command(AddSeat{acme, desk, ada});
    world.command(AddSeat{acme, other_desk, bob});
    world.command(StartSubscription{acme, PlanKind::recruiter_corp});
    world.deliver_all();
  }

  Rejection send(std::uint64_t number) {
    last = world.command_through(unlike(number));
    return last.refusal ? last.refusal->code : Rejection{};
  }
  void limit(std::vector<SeatId> seats, std::optional<std::uint32_t> limit) {
    const Step step = world.command_through(SetSeatMonthlyLimit{acme, std::move(seats), limit});
    EXPECT_FALSE(step.refusal.has_value());
  }

  SmallWorld world;
  Step last;
};

TEST(SeatLimits, OfAMonthAreNotRestoredByRefunds) {  // A9.
  Company company;
  company.limit({desk}, 10);
  std::vector<InMailId> sent;
  for (std::uint64_t i = 1; i <= 10; ++i) {
    ASSERT_EQ(company.send(i), Rejection{});
    sent.push_back(inmail_of(company.last.id));
  }
  for (std::uint64_t i = 1; i <= 4; ++i)
    company.world.command_through(
        Respond{MemberId{1'000 + i}, sent[i - 1], ReplyKind::accept, "Yes"});
  EXPECT_EQ(company.world.contract(acme).state().account.available(), 294u) << "300 - 10 + 4";
  EXPECT_EQ(company.send(11), Rejection::seat_monthly_limit);
  EXPECT_EQ(company.last.refusal->limit, 10);
  EXPECT_EQ(company.last.refusal->actual, 10);

  const Timestamp renewal = company.world.contract(acme).state().account.next_renewal_at;
  company.world.settle_until(renewal - 1ms);
  EXPECT_EQ(company.send(12), Rejection::seat_monthly_limit);
  company.world.settle_until(renewal);
  EXPECT_EQ(company.send(13), Rejection{}) << "another cycle";
}

TEST(SeatLimits, OfAMonthAreSetForSomeOrForAll) {
  Policy policy = with_limits(0);
  policy.seat.monthly_limit = 1;
  Company company(policy);
  EXPECT_EQ(company.send(1), Rejection{});
  EXPECT_EQ(company.send(2), Rejection::seat_monthly_limit) << "by the policy";
  company.limit({}, 2);
  EXPECT_EQ(company.send(3), Rejection{});
  EXPECT_EQ(company.send(4), Rejection::seat_monthly_limit) << "by what holds for all";
  company.limit({desk}, 0);
  EXPECT_EQ(company.send(5), Rejection{}) << "its own: none";
  company.limit({desk}, {});
  EXPECT_EQ(company.send(6), Rejection::seat_monthly_limit) << "what holds for all again";
  company.limit({other_desk}, 30);
  EXPECT_EQ(company.send(7), Rejection::seat_monthly_limit) << "another's";
  company.limit({}, {});
  EXPECT_EQ(company.send(8), Rejection::seat_monthly_limit) << "the policy's again";
  const Step unknown = company.world.command(SetSeatMonthlyLimit{acme, {desk, SeatId{77}}, 5});
  EXPECT_EQ(unknown.refusal->code, Rejection::unknown_target);
}

TEST(SeatLimits, OfAMonthCountWhatCostsSomethingOnlyWhereThePolicySaysSo) {
  Policy policy = with_limits(0);
  policy.seat.monthly_limit = 1;
  policy.seat.monthly_counts = MonthlyCounts::charged_only;
  Company company(policy);
  SendInMail free = unlike(20);
  free.hints.applicant = true;
  EXPECT_FALSE(company.world.command_through(free).refusal.has_value());
  EXPECT_EQ(company.send(1), Rejection{});
  EXPECT_EQ(company.send(2), Rejection::seat_monthly_limit);
  free = unlike(21);
  free.hints.applicant = true;
  EXPECT_FALSE(company.world.command_through(free).refusal.has_value());
}

// D3.10.

TEST(IdenticalTexts, GoToOneMemberADayUnderSeed2) {  // A20.
  Policy policy = preset_named("seed2");
  policy.plans[static_cast<std::size_t>(PlanKind::business)].monthly_allotment = 20;
  Given<Member> given(ada, policy);
  given.at(friday).when(RegisterMember{ada, "Ada", ""});
  given.when(StartSubscription{ada, PlanKind::business});
  given.when(mail(ada, bob)).then_only<InMailSent>();
  given.at(friday + days{1} - 1ms).when(mail(ada, carol));
  given.then_rejected(Rejection::identical_bulk, 1, 1);
  SendInMail other = mail(ada, carol);
  other.body = "Something else that nobody else is going to get from me today";
  given.when(other).then_only<InMailSent>();
  given.at(friday + days{1}).when(mail(ada, dave)).then_only<InMailSent>();
}

TEST(IdenticalTexts, AreTheSameWithAnotherNameInThem) {
  Policy policy = with_limits(0);
  policy.spam.identical_max = 2;
  policy.spam.similarity_bp = 8'000;
  Given<Seat> given(desk, policy);
  std::string letter;
  for (int i = 0; i < 150; ++i) letter += " word" + std::to_string(i);
  const auto to = [&](std::uint64_t number) {
    SendInMail send = mail(ada, desk, MemberId{number});
    send.body = "Dear friend" + std::to_string(number) + letter;
    return send;
  };
  opened(given, friday).when(to(11)).when(to(12)).then_only<InMailSent>();
  given.when(to(13)).then_rejected(Rejection::identical_bulk, 2, 2);
}

TEST(IdenticalTexts, AreRememberedAsLongAsThePolicyOfTheirSendLooksBack) {
  Policy policy = with_limits(0);
  policy.spam.identical_max = 1;
  policy.spam.identical_window_s = days{3};
  Given<Seat> given(desk, policy);
  opened(given, friday).when(mail(ada, desk, bob));
  given.at(friday + days{3} - 1ms).when(mail(ada, desk, carol));
  given.then_rejected(Rejection::identical_bulk, 1, 1);
  given.at(friday + days{3}).when(mail(ada, desk, carol)).then_only<InMailSent>();
  EXPECT_EQ(given.state().outbox.lately.size(), 1u) << "the first is forgotten";
}

TEST(Bursts, AreToldOrRefusedAsThePolicySays) {
  Policy policy = with_limits(0);
  policy.spam.burst_max = 2;
  policy.spam.burst_action = BurstAction::alert;
  Given<Seat> given(desk, policy);
  opened(given, friday).when(unlike(1)).when(unlike(2)).then_only<InMailSent>();
  given.when(unlike(3)).then_only<LimitHit, InMailSent>();
  EXPECT_EQ(given.the<LimitHit>(), (LimitHit{given.inmail(), SendLimit::burst, 2, 2}));
  policy.spam.burst_action = BurstAction::reject;
  given.adopted(policy).when(unlike(4)).then_rejected(Rejection::spam_rejected, 2, 3);
  given.at(friday + 60s).when(unlike(4)).then_only<InMailSent>();
  policy.spam.burst_action = BurstAction::score;
  policy.spam.burst_max = 1;
  given.adopted(policy).when(unlike(5)).then_only<InMailSent>();
}

// D3.7, dedup.

/// What another seat has written to bob.
Admission written_to(Timestamp at, bool active, ContractId contract = acme) {
  OutreachMap outreach;
  outreach[contract][other_desk] = {InMailId{{1}}, at, active};
  return {.exists = true, .outreach = std::make_shared<const OutreachMap>(outreach)};
}

Policy dedup(DedupLevel level, DedupAction action) {
  Policy policy = with_limits(0);
  policy.recipient.dedup_level = level;
  policy.recipient.dedup_action = action;
  return policy;
}

bool minds(DedupLevel level, const Admission& bobs, SeatId seat = desk) {
  Given<Seat> given(seat, dedup(level, DedupAction::block));
  given.when_notice(SeatAdded{seat, ada, SeatRole::recruiter}, acme, friday).admits(bob, bobs);
  given.when(mail(ada, seat, bob));
  if (!given.step().refusal) return false;
  EXPECT_EQ(given.step().refusal->code, Rejection::duplicate_outreach);
  return true;
}

TEST(Duplicates, AreThoseOfALevel) {
  using enum DedupLevel;
  const auto active = written_to(friday - days{2}, true);
  const auto over = written_to(friday - days{2}, false);
  const auto old = written_to(friday - days{90}, true);
  for (const DedupLevel level : {low, medium, high}) EXPECT_TRUE(minds(level, active));
  EXPECT_FALSE(minds(off, active));
  EXPECT_FALSE(minds(low, over));
  EXPECT_TRUE(minds(medium, over));
  EXPECT_FALSE(minds(medium, old));
  EXPECT_TRUE(minds(high, old));
  EXPECT_FALSE(minds(high, active, other_desk)) << "what it wrote itself is for guard 12";
  EXPECT_FALSE(minds(high, written_to(friday, true, ContractId{8}))) << "another company's";
}

TEST(Duplicates, AreToldBlockedOrArguedFor) {
  const Timestamp at = friday - days{2};
  const auto begin = [&](Given<Seat>& given) -> Given<Seat>& {
    return opened(given, friday).admits(bob, written_to(at, true));
  };
  Given<Seat> told(desk, dedup(DedupLevel::low, DedupAction::warn));
  begin(told).when(mail(ada, desk, bob)).then_only<DuplicateOutreachWarned, InMailSent>();
  EXPECT_EQ(told.the<DuplicateOutreachWarned>(),
            (DuplicateOutreachWarned{told.inmail(), bob, other_desk, at}));

  Given<Seat> blocked(desk, dedup(DedupLevel::low, DedupAction::block));
  SendInMail argued = mail(ada, desk, bob);
  argued.override_reason = "He asked me";
  begin(blocked).when(argued).then_rejected(Rejection::duplicate_outreach,
                                            static_cast<std::int64_t>(other_desk.value), to_ms(at));

  Given<Seat> asked(desk, dedup(DedupLevel::low, DedupAction::require_override_reason));
  begin(asked).when(mail(ada, desk, bob)).then_rejected(Rejection::duplicate_outreach);
  asked.when(argued).then_only<DuplicateOutreachOverridden, InMailSent>();
  EXPECT_EQ(asked.the<DuplicateOutreachOverridden>().by, other_desk);
  EXPECT_FALSE(asked.the<DuplicateOutreachOverridden>().reason.empty());
}

TEST(Duplicates, AreKnownFromTheRecipient) {
  Company company(dedup(DedupLevel::low, DedupAction::block));
  SmallWorld& world = company.world;
  const MemberId someone{1'001};
  const Step first = world.command_through(mail(bob, other_desk, someone));
  ASSERT_FALSE(first.refusal.has_value());
  EXPECT_EQ(world.command(mail(ada, desk, someone)).refusal->code, Rejection::duplicate_outreach);
  world.command_through(Respond{someone, inmail_of(first.id), ReplyKind::decline, ""});
  EXPECT_FALSE(world.command_through(mail(ada, desk, someone)).refusal.has_value());
  EXPECT_EQ(world.command(mail(bob, other_desk, someone)).refusal->code,
            Rejection::duplicate_outreach);
  world.command_through(EraseMember{someone});
  EXPECT_TRUE(world.member(someone).state().outreach.empty());
}

// D3.3: classes that a past makes true.

Policy free_for(FreeClass each) {
  Policy policy = with_limits(0);
  policy.free.classes = {each};
  policy.free.plan_classes = {};
  policy.followup.min_gap_s = 0s;
  policy.followup.max_unanswered = 5;
  return policy;
}

TEST(FreeClasses, LetAThreadThatWasAnsweredGoOn) {
  Given<Seat> given(desk, free_for(FreeClass::replied_thread));
  opened(given, friday).when(mail(ada, desk, bob));
  const InMailSent first = given.the<InMailSent>();
  EXPECT_EQ(first.free_class, std::nullopt);
  const InMailRef ref = ref_of(first, desk, friday);
  given.when_notice(reply_to(ref, ReplyKind::accept, ChargeEnd::refund, 1), bob, friday + 1h);
  given.when(mail(ada, desk, bob));
  EXPECT_EQ(given.the<InMailSent>().free_class, FreeClass::replied_thread);
  EXPECT_EQ(given.the<InMailSent>().cost, 0u);
  given.when(mail(ada, desk, carol));
  EXPECT_EQ(given.the<InMailSent>().cost, 1u);
}

TEST(FreeClasses, AreNotOpenedByASilentDecline) {
  Given<Seat> given(desk, free_for(FreeClass::replied_thread));
  opened(given, friday).when(mail(ada, desk, bob));
  const InMailRef ref = ref_of(given.the<InMailSent>(), desk, friday);
  given.when_notice(reply_to(ref, ReplyKind::decline, ChargeEnd::refund, 1), bob, friday + 1h);
  given.when(mail(ada, desk, bob));
  EXPECT_EQ(given.the<InMailSent>().cost, 1u);
}

TEST(FreeClasses, AreUnlockedByAPaidInMailForATime) {
  Policy policy = free_for(FreeClass::previous_unlock);
  policy.free.unlock_ttl_s = days{10};
  Given<Seat> given(desk, policy);
  opened(given, friday).when(mail(ada, desk, bob));
  EXPECT_EQ(given.the<InMailSent>().cost, 1u);
  EXPECT_EQ(given.the<InMailSent>().marks.unlocks_until, friday + days{10});
  given.at(friday + days{10} - 1ms).when(mail(ada, desk, bob));
  EXPECT_EQ(given.the<InMailSent>().free_class, FreeClass::previous_unlock);
  given.at(friday + days{10}).when(mail(ada, desk, bob));
  EXPECT_EQ(given.the<InMailSent>().cost, 1u) << "what was free unlocks nothing";
}

TEST(FreeClasses, AreNotUnlockedByWhatNeverArrived) {
  Policy policy = free_for(FreeClass::previous_unlock);
  policy.free.unlock_ttl_s = days{10};
  Given<Seat> given(desk, policy);
  opened(given, friday).when(mail(ada, desk, bob));
  const InMailRef ref = ref_of(given.the<InMailSent>(), desk, friday);
  given.when_notice(InMailFailed{ref, FailureReason::recipient_unavailable}, bob, friday + 1h);
  given.when(mail(ada, desk, bob));
  EXPECT_EQ(given.the<InMailSent>().cost, 1u);
}

TEST(FreeClasses, HoldForWhomTheHostSays) {
  Given<Seat> given(desk, free_for(FreeClass::veteran_like));
  SendInMail letter = mail(ada, desk, bob);
  letter.veteran = true;
  opened(given, friday).when(letter);
  EXPECT_EQ(given.the<InMailSent>().free_class, FreeClass::veteran_like);
  given.when(mail(ada, desk, carol));
  EXPECT_EQ(given.the<InMailSent>().cost, 1u);
}

}  // namespace
}  // namespace inmail::test
