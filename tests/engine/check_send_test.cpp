// CheckSend: what a send would come to, told before it is sent (D5.1, D5.2).

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/support/engine_fixture.hpp"

namespace inmail {
namespace {

using test::EngineTest;

constexpr MemberId ada{1};
constexpr MemberId bob{2};
constexpr SeatId seat{7};
constexpr ContractId company{1};

class CheckSend : public EngineTest {
 protected:
  EngineOptions options() override {
    EngineOptions options = EngineTest::options();
    options.deterministic = EngineOptions::Deterministic{1, 1};
    return options;
  }

  SendForecast ask(Engine& engine, SendInMail letter, std::optional<Principal> by = {}) {
    auto told = engine.check_send(std::move(letter), by);
    engine.run_until_quiet();
    auto forecast = told.get();
    EXPECT_TRUE(forecast.ok()) << (forecast ? "" : forecast.error().message);
    return forecast ? *forecast : SendForecast{};
  }

  static std::vector<Rejection> codes(const SendForecast& forecast) {
    std::vector<Rejection> codes;
    for (const Refusal& each : forecast.refusals) codes.push_back(each.code);
    return codes;
  }
};

SendInMail letter(MemberId to = bob) { return {ada, {}, to, "Hello", "A word?"}; }

TEST_F(CheckSend, TellsWhatASendWouldCostAndFromWhichLot) {
  Engine engine = open();
  introduce(engine, {1, 2});
  ASSERT_TRUE(do_now(engine, StartSubscription{ada, PlanKind::career}).ok());
  const Position before = engine.head();
  const SendForecast forecast = ask(engine, letter());
  EXPECT_TRUE(forecast.would_go());
  EXPECT_EQ(forecast.cost, 1u);
  EXPECT_EQ(forecast.splits, (LotSplits{{LotId{1}, 1}}));
  EXPECT_EQ(forecast.available, 5u);
  EXPECT_EQ(engine.head(), before) << "nothing is recorded";

  ASSERT_TRUE(settle(engine, letter()).ok());
  EXPECT_EQ(ask(engine, letter()).available, 4u);
}

TEST_F(CheckSend, NamesAllThatStandsAgainstASendInTheOrderOfTheGuards) {
  Engine engine = open();
  introduce(engine, {1, 2});
  ASSERT_TRUE(do_now(engine, BlockMember{bob, ada}).ok());
  SendInMail bad = letter();
  bad.subject = "";
  bad.body = std::string(2'000, 'x');
  EXPECT_EQ(codes(ask(engine, bad)),
            (std::vector{Rejection::premium_required, Rejection::recipient_unavailable,
                         Rejection::subject_empty, Rejection::body_too_long,
                         Rejection::insufficient_credits}));
  EXPECT_EQ(codes(ask(engine, letter(MemberId{9}))).front(), Rejection::unknown_recipient);
  EXPECT_EQ(codes(ask(engine, letter(ada))).front(), Rejection::self_send);
  EXPECT_EQ(codes(ask(engine, {MemberId{9}, {}, bob, "Hello", "A word?"})),
            std::vector{Rejection::unknown_sender});
}

TEST_F(CheckSend, DoesNotTellABlockFromAnOptOut) {
  Engine engine = open();
  introduce(engine, {1, 2});
  std::vector<SendForecast> told;
  for (const Command& closed :
       {Command{BlockMember{bob, ada}}, Command{SetPreference{bob, InMailPreference::opted_out}},
        Command{SetPreference{bob, InMailPreference::disabled}}, Command{StopSender{bob, ada}}}) {
    ASSERT_TRUE(do_now(engine, closed).ok());
    told.push_back(ask(engine, letter()));
    EXPECT_EQ(told.back(), told.front());
    for (const Command& open_again :
         {Command{UnblockMember{bob, ada}}, Command{SetPreference{bob, InMailPreference::on}},
          Command{AllowSender{bob, ada}}})
      ASSERT_TRUE(do_now(engine, open_again).ok());
  }
}

TEST_F(CheckSend, AsksTheContractOfASeat) {
  Engine engine = open();
  introduce(engine, {1, 2});
  ASSERT_TRUE(do_now(engine, CreateContract{company, 0}).ok());
  ASSERT_TRUE(settle(engine, AddSeat{company, seat, ada}).ok());
  SendInMail by_seat = letter();
  by_seat.seat = seat;
  EXPECT_EQ(codes(ask(engine, by_seat)),
            (std::vector{Rejection::premium_required, Rejection::insufficient_credits}));
  ASSERT_TRUE(do_now(engine, StartSubscription{company, PlanKind::recruiter_lite}).ok());
  const SendForecast forecast = ask(engine, by_seat);
  EXPECT_TRUE(forecast.would_go());
  EXPECT_EQ(forecast.available, 30u);
  EXPECT_EQ(forecast.splits.size(), 1u);
}

TEST_F(CheckSend, TellsWhatIsLeftOfEachLimit) {
  Engine engine = open();
  introduce(engine, {1, 2, 3});
  ASSERT_TRUE(
      do_now(engine, AdoptPolicy{"name = \"x\"\n[seat]\nfirst_week_max = 0\n"
                                 "daily_max = 7\nmonthly_limit = 5\n[spam]\n"
                                 "burst_action = \"alert\"\nburst_max = 1\n[undo]\nwindow_s = 0\n"})
          .ok());
  ASSERT_TRUE(do_now(engine, CreateContract{company, 0}).ok());
  ASSERT_TRUE(settle(engine, AddSeat{company, seat, ada}).ok());
  ASSERT_TRUE(settle(engine, AddSeat{company, SeatId{8}, MemberId{3}}).ok());
  ASSERT_TRUE(do_now(engine, StartSubscription{company, PlanKind::recruiter_lite}).ok());
  ASSERT_TRUE(do_now(engine, SetSeatMonthlyLimit{company, {seat}, 3}).ok());
  SendInMail by_seat = letter(MemberId{3});
  by_seat.seat = seat;
  ASSERT_TRUE(settle(engine, by_seat).ok());
  SendInMail by_other{MemberId{3}, SeatId{8}, bob, "Hello", "Another word"};
  ASSERT_TRUE(settle(engine, by_other).ok());

  by_seat.to = bob;
  const SendForecast forecast = ask(engine, by_seat);
  EXPECT_TRUE(forecast.would_go());
  std::vector<std::tuple<SendLimit, std::int64_t, std::int64_t, bool>> limits;
  for (const LimitLeft& each : forecast.limits)
    limits.emplace_back(each.which, each.limit, each.used, each.resets_at.has_value());
  using enum SendLimit;
  EXPECT_EQ(limits, (decltype(limits){{seat_daily, 7, 1, true},
                                      {seat_monthly, 3, 1, true},
                                      {identical, 25, 1, false},
                                      {burst, 1, 1, false}}));
  EXPECT_EQ(forecast.warnings, (std::vector{SendWarning::duplicate_outreach, SendWarning::burst}));
  EXPECT_EQ(forecast.written_by, SeatId{8});
  EXPECT_TRUE(forecast.written_at.has_value());
}

class CheckSendOfAMonth : public CheckSend {
 protected:
  EngineOptions options() override {
    EngineOptions options = CheckSend::options();
    options.policy =
        "name = \"x\"\ninherits = \"default\"\n[undo]\nwindow_s = 0\n"
        "[refund]\nto = \"seat_quota_too\"\n";
    return options;
  }
};

TEST_F(CheckSendOfAMonth, KnowsWhatARefundGaveBackAfterAReplay) {
  SendInMail by_seat = letter();
  by_seat.seat = seat;
  {
    Engine engine = open();
    introduce(engine, {1, 2, 3});
    ASSERT_TRUE(do_now(engine, CreateContract{company, 2}).ok());
    ASSERT_TRUE(settle(engine, AddSeat{company, seat, ada}).ok());
    ASSERT_TRUE(do_now(engine, StartSubscription{company, PlanKind::recruiter_corp}).ok());
    ASSERT_TRUE(do_now(engine, SetSeatMonthlyLimit{company, {seat}, 1}).ok());
    ASSERT_TRUE(settle(engine, by_seat).ok());
    const InMailId sent = last_inmail();
    by_seat.to = MemberId{3};
    EXPECT_EQ(codes(ask(engine, by_seat)), std::vector{Rejection::seat_monthly_limit});
    ASSERT_TRUE(settle(engine, Respond{bob, sent, ReplyKind::accept, {}}).ok());
    ASSERT_TRUE(engine.close(std::chrono::seconds{20}).ok());
  }
  std::filesystem::remove_all(path() / "views");
  clock().advance(std::chrono::seconds{1});  // Command ids of this engine follow from the time.
  Engine engine = open();
  const SendForecast forecast = ask(engine, by_seat);
  EXPECT_TRUE(forecast.would_go());
  const auto month =
      std::find_if(forecast.limits.begin(), forecast.limits.end(),
                   [](const LimitLeft& each) { return each.which == SendLimit::seat_monthly; });
  ASSERT_NE(month, forecast.limits.end());
  EXPECT_EQ(month->used, 0);
  EXPECT_TRUE(settle(engine, by_seat).ok());
  EXPECT_EQ(codes(ask(engine, by_seat)).back(), Rejection::seat_monthly_limit);
  expect_equal_views(engine);
}

TEST_F(CheckSend, MakesNoKeyForWhoNeverWrote) {
  Engine engine = open();
  introduce(engine, {2});
  const SendInMail by_stranger{MemberId{77}, {}, bob, "Hello", "A word?"};
  EXPECT_EQ(codes(ask(engine, by_stranger)), std::vector{Rejection::unknown_sender});
}

TEST_F(CheckSend, IsTheSendersToAsk) {
  Engine engine = open();
  introduce(engine, {1, 2});
  EXPECT_EQ(codes(ask(engine, letter(), Principal{PrincipalKind::member, bob.value})),
            std::vector{Rejection::not_allowed});
}

TEST_F(CheckSend, NamesWhatIsMalformedAndAnswersWhenClosed) {
  Engine engine = open();
  SendInMail huge = letter();
  huge.body = std::string(65 * 1024, 'x');
  const auto told = engine.check_send(huge).get();
  ASSERT_FALSE(told.ok());
  EXPECT_EQ(told.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(told.error().message.find("body"), std::string::npos) << told.error().message;

  auto under_way = engine.check_send(letter());
  ASSERT_TRUE(engine.close(std::chrono::seconds{5}).ok());
  const auto late = engine.check_send(letter()).get();
  EXPECT_FALSE(late.ok());
  EXPECT_NO_THROW(static_cast<void>(under_way.get()));
}

TEST_F(CheckSend, StandsBesideAForecastOfCredits) {
  Engine engine = open();
  introduce(engine, {1, 2});
  ASSERT_TRUE(do_now(engine, StartSubscription{ada, PlanKind::career}).ok());
  const Position before = engine.head();
  const auto ask_for = [&](StreamId owner) {
    auto asked = engine.forecast_credits(owner, engine.now() + std::chrono::days{40});
    engine.run_until_quiet();
    return asked.get();
  };
  const auto forecast = ask_for(ada);
  ASSERT_TRUE(forecast.ok());
  EXPECT_EQ(forecast->available, 5u);
  EXPECT_EQ(forecast->next_grant, 5u);
  ASSERT_FALSE(forecast->changes.empty());
  EXPECT_EQ(forecast->changes.front().at, forecast->next_renewal_at);
  EXPECT_EQ(ask_for(company).error().code, ErrorCode::not_found);
  EXPECT_EQ(ask_for(seat).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(engine.head(), before) << "nothing is recorded";
}

}  // namespace
}  // namespace inmail
