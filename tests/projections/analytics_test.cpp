#include "projections/analytics.hpp"

#include "events/policy.hpp"
#include "tests/projections/history.hpp"

namespace inmail {
namespace {

using test::History;
using test::must;

constexpr MemberId ada{1};
constexpr MemberId bob{2};
constexpr SeatId seat{5};
constexpr ContractId acme{1};

class AnalyticsTest : public testing::Test {
 protected:
  InMailRef deliver(StreamId sender = ada, StreamId pool = ada, std::uint32_t cost = 1) {
    InMailDelivered delivered;
    delivered.ref = {inmail_of(history.new_command()), sender, pool, ada, cost, history.now()};
    delivered.refundable = cost > 0;
    history.add(bob, delivered);
    return delivered.ref;
  }
  void reply(const InMailRef& ref, ReplyKind kind) {
    Replied replied;
    replied.ref = ref;
    replied.kind = kind;
    history.add(bob, replied);
  }

  MemoryRows rows() { return test::fold<AnalyticsView>(history.records()); }
  SentCounts total(StreamId sender = ada) { return must(analytics_total(rows(), {sender})); }
  std::vector<SentOnDay> days(StreamId sender = ada) {
    return must(analytics_days(rows(), {sender}, {})).items;
  }

  History history;
};

TEST_F(AnalyticsTest, CountOutcomesForTheDayOfTheSend) {
  const InMailRef ref = deliver();
  history.pass(std::chrono::days{3});
  history.add(bob, Opened{ref, false, {}});
  reply(ref, ReplyKind::accept);
  ASSERT_EQ(days().size(), 1u);
  EXPECT_EQ(days().front().day, std::chrono::floor<std::chrono::days>(ref.sent_at));
  EXPECT_EQ(total(),
            (SentCounts{
                .delivered = 1, .opened = 1, .responded = 1, .accepted = 1, .credits_charged = 1}));
}

TEST_F(AnalyticsTest, CountDaysInUtc) {
  history.pass(std::chrono::days{1} - Milliseconds{1});
  deliver();
  history.pass(Milliseconds{1});
  deliver();
  EXPECT_EQ(days().size(), 2u);
}

TEST_F(AnalyticsTest, CountNothingThatCameAfterTheResponseWindow) {
  Policy policy;
  policy.metrics.response_window_s = Seconds{100};
  history.add(StreamId::policy(), PolicyAdopted{PolicyVersion{1}, "short", to_toml(policy)});
  const InMailRef in_time = deliver();
  const InMailRef late = deliver();
  history.pass(Seconds{100});
  reply(in_time, ReplyKind::reply);
  history.pass(Milliseconds{1});
  history.add(bob, Opened{late, false, {}});
  reply(late, ReplyKind::reply);
  EXPECT_EQ(total().delivered, 2u);
  EXPECT_EQ(total().opened, 0u);
  EXPECT_EQ(total().responded, 1u);
  EXPECT_EQ(must(analytics_terms(rows())).response_window, Seconds{100});
}

TEST_F(AnalyticsTest, KnowTheWindowOfThePolicyThatIsNoDocumentYet) {
  EXPECT_EQ(must(analytics_terms(rows())).response_window, std::chrono::days{30});
}

TEST_F(AnalyticsTest, KeepSendersApartAndSumThemForTheLog) {
  deliver(ada);
  deliver(seat, acme, 2);
  EXPECT_EQ(total(ada).delivered, 1u);
  EXPECT_EQ(total(seat).delivered, 1u);
  EXPECT_EQ(total(seat).credits_charged, 0u) << "a contract says itself when it charges";
  EXPECT_EQ(must(analytics_total(rows(), {})).delivered, 2u);
}

TEST_F(AnalyticsTest, CountCreditsWhereTheirInMailWasSent) {
  const InMailRef ref = deliver(seat, acme, 2);
  history.pass(std::chrono::days{5});
  history.add(acme, CreditCharged{ref.inmail, {{LotId{1}, 1}, {LotId{2}, 1}}, true});
  history.add(acme, CreditRefunded{ref.inmail, LotId{3}, 2, false, RefundOn::reply, {}});
  EXPECT_EQ(total(seat).credits_charged, 2u);
  EXPECT_EQ(total(seat).credits_refunded, 2u);
  EXPECT_EQ(days(seat).size(), 1u);
}

TEST_F(AnalyticsTest, CountMessagesOfConversationsThatAnInMailBegan) {
  const InMailRef ref = deliver();
  history.pass(std::chrono::days{40});
  history.add(bob, MessageSent{ref.inmail, bob, ada, {}});
  history.add(bob, MessageSent{inmail_of(history.new_command()), bob, ada, {}});
  EXPECT_EQ(total().messages, 1u);
}

TEST_F(AnalyticsTest, CountSeveralClicksOnceAndNoMessageOfAMachine) {
  const InMailRef ref = deliver();
  history.add(bob, MessageSent{ref.inmail, bob, ada, {}, true});
  history.add(bob, Opened{ref, false, {}});
  for (const std::uint32_t link : {0, 1}) history.add(bob, LinkFollowed{ref, link});
  history.pass(std::chrono::days{40});
  history.add(bob, LinkFollowed{deliver(), 0});
  EXPECT_EQ(total().clicked, 2u);
  EXPECT_EQ(total().messages, 0u);
  EXPECT_EQ(rates_of(total(), {}).click, (Rate{2, 2}));
  EXPECT_EQ(rates_of(total(), {}).click_of_opened, (Rate{2, 1}));
}

TEST_F(AnalyticsTest, CountWhatFailedApartFromWhatWasSent) {
  history.add(bob, InMailFailed{{inmail_of(history.new_command()), ada, ada, ada, 1, history.now()},
                                FailureReason::unknown_recipient});
  EXPECT_EQ(total().delivered, 0u);
  EXPECT_EQ(total().failed, 1u);
}

TEST_F(AnalyticsTest, SumTheDaysThatAreAskedFor) {
  std::vector<Day> sent_on;
  for (int i = 0; i < 4; ++i) {
    sent_on.push_back(std::chrono::floor<std::chrono::days>(history.now()));
    deliver();
    history.pass(std::chrono::days{1});
  }
  EXPECT_EQ(must(analytics_total(rows(), {ada}, sent_on[1], sent_on[2])).delivered, 2u);
  EXPECT_EQ(must(analytics_total(rows(), {ada}, sent_on[3])).delivered, 1u);
}

TEST(AnalyticsRates, AreFlooredBasisPoints) {
  EXPECT_EQ((Rate{1, 3}.basis_points()), 3333u);
  EXPECT_EQ((Rate{2, 3}.basis_points()), 6666u);
  EXPECT_EQ((Rate{0, 3}.basis_points()), 0u);
  EXPECT_EQ((Rate{0, 0}.basis_points()), std::nullopt);
}

TEST(AnalyticsRates, CountFreeTextAsAcceptedIfThePolicySaysSo) {
  const SentCounts counts{.delivered = 10,
                          .failed = 2,
                          .opened = 6,
                          .responded = 5,
                          .accepted = 2,
                          .declined = 1,
                          .replied = 1,
                          .quick = 1,
                          .credits_charged = 8,
                          .credits_refunded = 5};
  const Rates with = rates_of(counts, {.unclassified_is_accept = true});
  EXPECT_EQ(with.accept, (Rate{3, 10}));
  EXPECT_EQ(with.positive, (Rate{3, 5}));
  const Rates without = rates_of(counts, {.unclassified_is_accept = false});
  EXPECT_EQ(without.accept, (Rate{2, 10}));
  EXPECT_EQ(without.delivery, (Rate{10, 12}));
  EXPECT_EQ(without.open, (Rate{6, 10}));
  EXPECT_EQ(without.response, (Rate{5, 10}));
  EXPECT_EQ(without.decline, (Rate{1, 10}));
  EXPECT_EQ(without.refund, (Rate{5, 8}));
}

}  // namespace
}  // namespace inmail
