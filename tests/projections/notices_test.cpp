#include "projections/notices.hpp"

#include <set>

#include "tests/projections/history.hpp"
#include "tests/projections/world.hpp"
#include "tests/support/random_seed.hpp"

namespace inmail {
namespace {

using test::must;

constexpr MemberId ada{1};
constexpr MemberId bob{2};
constexpr ContractId acme{1};
constexpr SeatId seat{5};

class NoticesTest : public testing::Test {
 protected:
  NoticesTest() {
    ref = {inmail_of(history.new_command()), seat, acme, ada, 1, history.now()};
    sent.inmail = ref.inmail;
    sent.from = ada;
    sent.to = bob;
    sent.pool = acme;
    sent.cost = 1;
  }

  MemoryRows rows() { return test::fold<NoticesView>(history.records()); }
  std::vector<OpenNotice> open() { return must(open_notices(rows(), {})).items; }
  std::vector<OpenNotice> open_for(StreamId target) {
    return must(open_notices_for(rows(), target, {})).items;
  }

  test::History history;
  InMailRef ref;
  InMailSent sent;
};

TEST_F(NoticesTest, StayOpenUntilTheyAreSettled) {
  history.add(acme, CreditReserved{ref.inmail, seat, {{LotId{1}, 1}}});
  ASSERT_EQ(open().size(), 1u);
  EXPECT_EQ(open().front().key.kind, NoticeKind::confirm);
  EXPECT_EQ(open().front().target, StreamId(seat));
  EXPECT_EQ(open().front().source, Position{1});

  history.add(seat, sent);
  ASSERT_EQ(open().size(), 1u);
  EXPECT_EQ(open().front().key, notice_key(NoticeKind::deliver, ref.inmail));
  EXPECT_EQ(open_for(bob).size(), 1u);
  EXPECT_TRUE(open_for(seat).empty());
}

TEST_F(NoticesTest, AreFoundByTheirKeys) {
  history.add(seat, sent);
  const NoticeKey key = notice_key(NoticeKind::deliver, ref.inmail);
  EXPECT_EQ(must(find_notice(rows(), key))->target, StreamId(bob));
  EXPECT_EQ(must(find_notice(rows(), notice_key(NoticeKind::charge, ref.inmail))), std::nullopt);
}

TEST_F(NoticesTest, AreOpenedAndSettledByOneEvent) {
  history.add(seat, sent);
  InMailDelivered delivered;
  delivered.ref = ref;
  history.add(bob, delivered);
  ASSERT_EQ(open().size(), 1u);
  EXPECT_EQ(open().front().key, notice_key(NoticeKind::charge, ref.inmail));
  EXPECT_EQ(open().front().target, StreamId(acme));
}

TEST_F(NoticesTest, OfAReservationAreSettledByItsReleaseToo) {
  history.add(acme, CreditReserved{ref.inmail, seat, {{LotId{1}, 1}}});
  history.add(acme, CreditReleased{ref.inmail, {{LotId{1}, 1}}, ReleaseReason::send_rejected});
  EXPECT_EQ(rows().size(), 0u);
}

TEST_F(NoticesTest, OfASeatAreSettledWhenItOpens) {
  history.add(acme, SeatAdded{seat, ada, SeatRole::recruiter});
  EXPECT_EQ(open_for(seat).size(), 1u);
  history.add(seat, SeatOpened{acme, ada, SeatRole::recruiter});
  EXPECT_EQ(rows().size(), 0u);
}

TEST_F(NoticesTest, OfASeatThatTwoContractsAddAreOneEach) {
  const ContractId other{acme.value + 1};
  history.add(acme, SeatAdded{seat, ada, SeatRole::recruiter});
  history.add(other, SeatAdded{seat, ada, SeatRole::recruiter});
  EXPECT_EQ(open_for(seat).size(), 2u);
  history.add(seat, SeatOpened{acme, ada, SeatRole::recruiter});
  EXPECT_EQ(open_for(seat).size(), 1u);
  history.add(seat, SeatDeclined{other});
  EXPECT_EQ(open_for(seat).size(), 0u);
  EXPECT_EQ(open_for(other).size(), 1u);
  history.add(other, SeatRemoved{seat});
  EXPECT_EQ(rows().size(), 0u);
}

TEST(NoticesOfARandomWorld, AreThoseThatNobodyHasSettled) {
  test::World world({.seed = test::random_seed()});
  world.run_until(3000);
  // Up to the last record that leaves something open: the very last may leave nothing.
  std::map<NoticeKey, StreamId> expected;
  std::map<NoticeKey, StreamId> open;
  std::vector<Record> records;
  std::size_t counted = 0;
  for (const Record& record : world.records()) {
    for (const NoticeKey& key : settled_by(record.header.stream, record.event)) open.erase(key);
    for (const Obligation& duty : obligations_of(record.header.stream, record.event))
      open[duty.key] = duty.target;
    records.push_back(record);
    if (open.empty()) continue;
    counted = records.size();
    expected = open;
  }
  records.erase(records.begin() + static_cast<std::ptrdiff_t>(counted), records.end());
  const MemoryRows rows = test::fold<NoticesView>(records);
  std::map<NoticeKey, StreamId> found;
  PageRequest page{.limit = 7, .after = ""};
  do {
    const auto notices = must(open_notices(rows, page));
    for (const OpenNotice& notice : notices.items) found[notice.key] = notice.target;
    page.after = notices.next;
  } while (!page.after.empty());
  EXPECT_EQ(found, expected);
  EXPECT_FALSE(expected.empty());
  std::size_t for_targets = 0;
  std::set<StreamId> targets;
  for (const auto& [key, target] : expected) targets.insert(target);
  for (const StreamId target : targets)
    for_targets += must(open_notices_for(rows, target, {.limit = 1000, .after = ""})).items.size();
  EXPECT_EQ(for_targets, expected.size());
}

}  // namespace
}  // namespace inmail
