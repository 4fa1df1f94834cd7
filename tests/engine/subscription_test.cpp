#include <gtest/gtest.h>

#include <thread>

#include "tests/support/engine_fixture.hpp"

namespace inmail {
namespace {

using test::EngineTest;

constexpr Milliseconds long_enough = std::chrono::minutes{1};

class Subscribing : public EngineTest {
 protected:
  /// The next record, which must come.
  static Record next(Subscription& records) {
    auto record = records.next(long_enough);
    if (!record || !*record) throw std::runtime_error("the record that was expected did not come");
    return **record;
  }
  static bool is_at_end(Subscription& records) {
    const auto record = records.next(Milliseconds{0});
    return record.ok() && !*record;
  }
};

TEST_F(Subscribing, ReadsWhatIsThereAndThenWhatComes) {
  Engine engine = open();
  introduce(engine, {1, 2, 3});
  auto records = engine.subscribe(Position{1});
  ASSERT_TRUE(records.ok());
  for (std::uint64_t position = 1; position <= engine.head().value; ++position)
    EXPECT_EQ(next(*records).header.position.value, position);
  EXPECT_TRUE(is_at_end(*records));

  std::thread host([&] { introduce(engine, {4}); });
  const Record live = next(*records);
  host.join();
  EXPECT_EQ(live.header.position, engine.head());
  EXPECT_EQ(live.header.stream, StreamId{MemberId{4}});
  EXPECT_TRUE(std::holds_alternative<MemberRegistered>(live.event));
}

TEST_F(Subscribing, BeginsWhereItIsToldTo) {
  Engine engine = open();
  introduce(engine, {1, 2});
  auto records = engine.subscribe(engine.head());
  ASSERT_TRUE(records.ok());
  EXPECT_EQ(next(*records).header.position, engine.head());
  auto later = engine.subscribe(Position{engine.head().value + 2});
  ASSERT_TRUE(later.ok());
  EXPECT_TRUE(is_at_end(*later));
  introduce(engine, {3, 4});
  EXPECT_EQ(next(*later).header.position, engine.head());
}

TEST_F(Subscribing, PassesOnOnlyWhatItsFilterNames) {
  Engine engine = open();
  auto bonuses = engine.subscribe(Position{1}, {.event_numbers = {CreditsGranted::type.number},
                                                .stream = StreamId{MemberId{2}}});
  auto second =
      engine.subscribe(Position{1}, {.event_numbers = {}, .stream = StreamId{MemberId{2}}});
  ASSERT_TRUE(bonuses.ok() && second.ok());
  introduce(engine, {1, 2});
  for (const std::uint64_t member : {1, 2, 1})
    ASSERT_TRUE(do_now(engine, GrantBonus{MemberId{member}, 1, 1, "Well"}).ok());
  const Record bonus = next(*bonuses);
  EXPECT_EQ(bonus.header.stream, StreamId{MemberId{2}});
  EXPECT_EQ(std::get<CreditsGranted>(bonus.event).amount, 1u);
  EXPECT_TRUE(is_at_end(*bonuses));
  EXPECT_TRUE(std::holds_alternative<MemberRegistered>(next(*second).event));
  EXPECT_EQ(next(*second), bonus);
  EXPECT_TRUE(is_at_end(*second));
}

TEST_F(Subscribing, KeepsUpWithSeveralWriters) {
  Engine engine = open();
  introduce(engine, {1, 2, 3, 4});
  auto records = engine.subscribe(Position{engine.head().value + 1});
  ASSERT_TRUE(records.ok());
  const std::uint64_t before = engine.head().value;
  std::vector<std::thread> hosts;
  for (std::uint64_t host = 1; host <= 4; ++host)
    hosts.emplace_back([&engine, host] {
      std::vector<Submission> submissions;
      for (int each = 0; each < 500; ++each)
        submissions.push_back(engine.submit({GrantBonus{MemberId{host}, 1, 1, "Well"}, {}, {}}));
      for (Submission& each : submissions) EXPECT_TRUE(each.reply.get().ok());
    });
  for (std::uint64_t position = before + 1; position <= before + 2'000; ++position)
    ASSERT_EQ(next(*records).header.position.value, position);
  for (std::thread& host : hosts) host.join();
  EXPECT_TRUE(is_at_end(*records));
}

TEST_F(Subscribing, EndsItsWaitWhenTheEngineCloses) {
  Engine engine = open();
  auto records = engine.subscribe(Position{engine.head().value + 1});
  ASSERT_TRUE(records.ok());
  std::thread reader([&] {
    const auto record = records->next(long_enough);
    EXPECT_TRUE(record.ok() && !*record);
  });
  EXPECT_TRUE(engine.close(std::chrono::seconds{20}).ok());
  reader.join();
}

}  // namespace
}  // namespace inmail
