#include "projections/credits.hpp"

#include "tests/projections/history.hpp"
#include "tests/projections/world.hpp"
#include "tests/support/random_seed.hpp"

namespace inmail {
namespace {

using test::History;
using test::must;

constexpr MemberId ada{1};
constexpr MemberId bob{2};
constexpr ContractId acme{1};
constexpr SeatId seat{5};

class CreditsTest : public testing::Test {
 protected:
  void grant(StreamId owner, std::uint64_t lot, std::uint32_t amount,
             LotKind kind = LotKind::monthly) {
    CreditsGranted granted;
    granted.lot = LotId{lot};
    granted.kind = kind;
    granted.amount = amount;
    history.add(owner, granted);
  }
  /// A member's own credits are reserved by the send itself.
  InMailRef send(const LotSplits& splits) {
    const CommandId command = history.new_command();
    InMailSent sent;
    sent.inmail = inmail_of(command);
    sent.from = ada;
    sent.to = bob;
    sent.pool = ada;
    for (const LotSplit& split : splits) sent.cost += split.amount;
    sent.splits = splits;
    history.add(ada, sent, command);
    return {sent.inmail, ada, ada, ada, sent.cost, history.now()};
  }
  void deliver(const InMailRef& ref) {
    InMailDelivered delivered;
    delivered.ref = ref;
    delivered.refundable = true;
    history.add(bob, delivered);
  }

  MemoryRows rows() { return test::fold<CreditsView>(history.records()); }
  CreditBuckets buckets(StreamId owner = ada) {
    return must(credit_balance(rows(), owner)).buckets;
  }
  std::vector<LedgerLine> ledger(StreamId owner = ada) {
    return must(credit_ledger(rows(), owner, {})).items;
  }

  History history;
};

TEST_F(CreditsTest, AreAllZeroForWhoNeverHadAny) {
  EXPECT_EQ(must(credit_balance(rows(), ada)), CreditBalance{});
  EXPECT_TRUE(ledger().empty());
}

TEST_F(CreditsTest, MoveFromAvailableOverReservedToConsumed) {
  grant(ada, 1, 5);
  const InMailRef ref = send({{LotId{1}, 1}});
  EXPECT_EQ(buckets(), (CreditBuckets{.granted = 5, .available = 4, .reserved = 1}));
  deliver(ref);
  EXPECT_EQ(buckets(), (CreditBuckets{.granted = 5, .available = 4, .consumed = 1}));
}

TEST_F(CreditsTest, ComeBackWhenDeliveryFails) {
  grant(ada, 1, 5);
  const InMailRef ref = send({{LotId{1}, 1}});
  history.add(ada, CreditReleased{ref.inmail, {{LotId{1}, 1}}, ReleaseReason::delivery_failed});
  EXPECT_EQ(buckets(), (CreditBuckets{.granted = 5, .available = 5}));
  EXPECT_EQ(reason_of(ledger().front()), "delivery_failed");
}

TEST_F(CreditsTest, OfAContractAreReservedAndChargedByEventsOfTheirOwn) {
  grant(acme, 1, 5);
  const CommandId command = history.new_command();
  const LotSplits splits{{LotId{1}, 2}};
  history.add(acme, CreditReserved{inmail_of(command), seat, splits});
  EXPECT_EQ(buckets(acme).reserved, 2u);
  InMailSent sent;
  sent.inmail = inmail_of(command);
  sent.pool = acme;
  sent.cost = 2;
  history.add(seat, sent, command);
  InMailDelivered delivered;
  delivered.ref = {sent.inmail, seat, acme, ada, 2, history.now()};
  history.add(bob, delivered);
  EXPECT_EQ(buckets(acme).reserved, 2u) << "the contract has not heard of it yet";
  history.add(acme, CreditCharged{sent.inmail, splits, true});
  EXPECT_EQ(buckets(acme), (CreditBuckets{.granted = 5, .available = 3, .consumed = 2}));
}

TEST_F(CreditsTest, TellWhoIsLinkedToAPoolAndWhatTheyTookOfIt) {
  grant(ada, 1, 5);
  history.add(bob, AccountLinked{ada});
  EXPECT_EQ(must(pool_linked_to(rows(), bob)), ada);
  const CommandId command = history.new_command();
  const LotSplits splits{{LotId{1}, 2}};
  history.add(ada, CreditReserved{inmail_of(command), bob, splits});
  EXPECT_EQ(ledger().front().spent_by, StreamId(bob));
  history.add(ada, CreditCharged{inmail_of(command), splits, true});
  EXPECT_EQ(buckets(), (CreditBuckets{.granted = 5, .available = 3, .consumed = 2}));
  history.add(bob, AccountUnlinked{ada});
  EXPECT_EQ(must(pool_linked_to(rows(), bob)), std::nullopt);
  const auto linked = must(linked_accounts(rows(), ada, {.limit = 10, .after = {}})).items;
  ASSERT_EQ(linked.size(), 1u);
  EXPECT_EQ(linked[0].member, bob);
  EXPECT_EQ(linked[0].sends, 1u);
  EXPECT_EQ(linked[0].reserved, 2u);
  EXPECT_TRUE(linked[0].until);
}

TEST_F(CreditsTest, AreRefundedIntoAFreshLotByTheGrantAlone) {
  grant(ada, 1, 5);
  const InMailRef ref = send({{LotId{1}, 1}});
  deliver(ref);
  grant(ada, 2, 1, LotKind::refund);
  history.add(ada, CreditRefunded{ref.inmail, LotId{2}, 1, false, RefundOn::decline, {}});
  EXPECT_EQ(buckets(), (CreditBuckets{.granted = 6, .available = 5, .consumed = 1}));
  EXPECT_EQ(must(credit_balance(rows(), ada)).refunded, 1u);
  EXPECT_EQ(ledger()[0].amount, 0);
  EXPECT_EQ(reason_of(ledger()[0]), "decline");
  EXPECT_EQ(ledger()[1].amount, 1);
}

TEST_F(CreditsTest, AreRefundedIntoTheLotTheyCameFrom) {
  grant(ada, 1, 5);
  const InMailRef ref = send({{LotId{1}, 1}});
  deliver(ref);
  history.add(ada, CreditRefunded{ref.inmail, LotId{1}, 1, true, RefundOn::reply, {}});
  EXPECT_EQ(buckets(), (CreditBuckets{.granted = 5, .available = 5}));
  EXPECT_EQ(ledger().front().amount, 1);
}

TEST_F(CreditsTest, AreLostToThreeEnds) {
  grant(ada, 1, 6);
  history.add(ada, CreditsExpired{LotId{1}, 1});
  history.add(ada, CreditsForfeited{LotId{1}, 2, 3});
  history.add(ada, CreditsVoided{LotId{1}, 3, VoidReason::plan_changed});
  EXPECT_EQ(buckets(), (CreditBuckets{.granted = 6, .expired = 1, .forfeited = 2, .voided = 3}));
}

TEST_F(CreditsTest, AreToldLotByLot) {
  grant(ada, 1, 2);
  grant(ada, 2, 5, LotKind::bonus);
  send({{LotId{1}, 2}, {LotId{2}, 1}});
  const auto lots = must(credit_lots(rows(), ada, {})).items;
  ASSERT_EQ(lots.size(), 2u);
  EXPECT_EQ(lots[0].buckets, (CreditBuckets{.granted = 2, .reserved = 2}));
  EXPECT_EQ(lots[1].kind, LotKind::bonus);
  EXPECT_EQ(lots[1].buckets, (CreditBuckets{.granted = 5, .available = 4, .reserved = 1}));
  EXPECT_EQ(lots[0].granted_at, history.now());
}

TEST_F(CreditsTest, HaveALedgerThatNamesTheCauseOfEachLine) {
  grant(ada, 1, 2);
  grant(ada, 2, 5);
  const InMailRef ref = send({{LotId{1}, 2}, {LotId{2}, 1}});
  const auto lines = ledger();
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0].position, Position{3});
  EXPECT_EQ(lines[0].what, LedgerWhat::reserved);
  EXPECT_EQ(lines[0].amount, -2);
  EXPECT_EQ(lines[0].available, 5u);
  EXPECT_EQ(lines[0].inmail, ref.inmail);
  EXPECT_EQ(lines[0].cause, command_of(ref.inmail));
  EXPECT_EQ(lines[0].policy, PolicyVersion{1});
  EXPECT_EQ(lines[1].amount, -1);
  EXPECT_EQ(lines[1].available, 4u);
  EXPECT_EQ(lines[3].what, LedgerWhat::granted);
  EXPECT_EQ(reason_of(lines[3]), "monthly");
}

TEST_F(CreditsTest, StopTheViewIfTheyComeOutOfALotThatNeverWas) {
  send({{LotId{1}, 1}});
  EXPECT_THROW(rows(), Defect);
}

TEST_F(CreditsTest, StopTheViewIfTheyAreMoreThanTheLotHolds) {
  grant(ada, 1, 1);
  history.add(ada, CreditsExpired{LotId{1}, 2});
  EXPECT_THROW(rows(), Defect);
}

TEST(CreditsOfARandomWorld, AddUpInEveryLotPoolAndLedger) {
  test::World world({.seed = test::random_seed()});
  world.run_until(3000);
  const MemoryRows rows = test::fold<CreditsView>(world.records());
  std::vector<StreamId> owners{ContractId{1}};
  for (std::uint64_t member = 1; member <= 50; ++member) owners.push_back(MemberId{member});
  for (const StreamId owner : owners) {
    const CreditBalance balance = must(credit_balance(rows, owner));
    CreditBuckets sum;
    PageRequest page;
    do {
      const auto lots = must(credit_lots(rows, owner, page));
      for (const CreditLot& lot : lots.items) {
        const CreditBuckets& b = lot.buckets;
        EXPECT_EQ(b.granted,
                  b.available + b.reserved + b.consumed + b.expired + b.forfeited + b.voided);
        sum.granted += b.granted;
        sum.available += b.available;
        sum.reserved += b.reserved;
        sum.consumed += b.consumed;
        sum.expired += b.expired;
        sum.forfeited += b.forfeited;
        sum.voided += b.voided;
      }
      page.after = lots.next;
    } while (!page.after.empty());
    EXPECT_EQ(sum, balance.buckets) << to_text(owner);

    std::int64_t amounts = 0;
    page = {};
    do {
      const auto lines = must(credit_ledger(rows, owner, page));
      for (const LedgerLine& line : lines.items) amounts += line.amount;
      page.after = lines.next;
    } while (!page.after.empty());
    EXPECT_EQ(amounts, static_cast<std::int64_t>(balance.buckets.available)) << to_text(owner);
  }
}

}  // namespace
}  // namespace inmail
