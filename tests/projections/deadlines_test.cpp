#include "projections/deadlines.hpp"

#include "tests/projections/history.hpp"

namespace inmail {
namespace {

using test::must;

constexpr Timestamp noon = timestamp_from_ms(1'700'000'000'000);
constexpr MemberId ada{1};
constexpr MemberId bob{2};
constexpr SeatId seat{1};

class DeadlinesTest : public testing::Test {
 protected:
  void set(StreamId stream, std::optional<Timestamp> due) {
    history.add(stream, CommandAccepted{1}).next_due = due;
  }
  MemoryRows rows() { return test::fold<DeadlinesView>(history.records()); }
  std::vector<DueStream> due(Timestamp until, std::size_t limit = 100, Timestamp from = {}) {
    return must(due_streams(rows(), from, until, limit));
  }

  test::History history;
};

TEST_F(DeadlinesTest, WakeTheLongestDueFirst) {
  set(ada, noon + Seconds{2});
  set(bob, noon + Seconds{1});
  set(seat, noon + Seconds{3});
  EXPECT_EQ(due(noon + Seconds{2}),
            (std::vector<DueStream>{{noon + Seconds{1}, bob}, {noon + Seconds{2}, ada}}));
  EXPECT_EQ(must(next_deadline(rows())), (DueStream{noon + Seconds{1}, bob}));
}

TEST_F(DeadlinesTest, FollowAStreamThatChangesItsMind) {
  set(ada, noon);
  set(ada, noon + Seconds{5});
  EXPECT_TRUE(due(noon).empty());
  EXPECT_EQ(must(deadline_of(rows(), ada)), noon + Seconds{5});
  set(ada, std::nullopt);
  EXPECT_EQ(must(deadline_of(rows(), ada)), noon + Seconds{5});
}

TEST_F(DeadlinesTest, ForgetAStreamThatWaitsForNothing) {
  set(ada, noon);
  set(ada, no_deadline);
  set(bob, no_deadline);
  EXPECT_EQ(rows().size(), 0u);
  EXPECT_EQ(must(next_deadline(rows())), std::nullopt);
}

TEST_F(DeadlinesTest, AreToldInPortions) {
  for (std::uint64_t member = 1; member <= 5; ++member) set(MemberId{member}, noon);
  EXPECT_EQ(due(noon, 2).size(), 2u);
  EXPECT_TRUE(due(noon, 0).empty());
}

TEST_F(DeadlinesTest, AreToldFromATimeOn) {
  set(ada, noon);
  set(bob, noon + Seconds{1});
  EXPECT_EQ(due(noon + Seconds{9}, 100, noon).size(), 2u);
  EXPECT_EQ(due(noon + Seconds{9}, 100, noon + Milliseconds{1}),
            (std::vector<DueStream>{{noon + Seconds{1}, bob}}));
}

}  // namespace
}  // namespace inmail
