// The fold of one stream, and its row in the states view.

#include "actors/resident.hpp"

#include <gtest/gtest.h>

#include "tests/support/random_life.hpp"
#include "tests/support/seeds.hpp"

namespace inmail::test {
namespace {

/// Rows of all kinds of streams, with something in each field.
std::map<StreamId, std::string> some_rows() {
  RandomLife life(first_seed());
  for (int i = 0; i < 200; ++i) life.step();
  std::map<StreamId, std::string> rows;
  life.world().each_stage([&](auto& stage) { rows[stage.id()] = stage.row(); });

  Given<PolicyKeeper> keeper(StreamId::policy());
  keeper.when(AdoptPolicy{"inherits = \"seed0\""});
  rows[StreamId::policy()] = keeper.stage().row();
  return rows;
}

TEST(Resident, SurvivesARoundTripThroughItsRow) {
  for (const auto& [stream, row] : some_rows()) {
    const auto fold = StreamFold::decode(stream, bytes_of(row));
    ASSERT_TRUE(fold) << to_text(stream);
    EXPECT_EQ((*fold)->encode(), row) << to_text(stream);
    const auto position = position_of_row(bytes_of(row));
    ASSERT_TRUE(position);
    EXPECT_EQ(*position, (*fold)->position()) << to_text(stream);
  }
}

TEST(Resident, GivesItsStateBackWhole) {
  Given<Member> given(ada);
  given.at(utc("2025-01-01")).when(RegisterMember{ada, "Ada", "", "en"});
  given.when(StartSubscription{ada, PlanKind::career}).when(mail(ada, bob));
  const auto resident = decode_as<Resident<Member>>(bytes_of(given.stage().row()));
  ASSERT_TRUE(resident);
  EXPECT_EQ(resident->state, given.state());
  EXPECT_EQ(resident->version, given.stage().resident().version);
  EXPECT_EQ(resident->time, given.now());
  EXPECT_EQ(resident->due(), utc("2025-02-01"));
  EXPECT_EQ(resident->next_due, utc("2025-02-01"));
}

TEST(Resident, IsCorruptWhenItsRowIsCutShortOrTooLong) {
  for (const auto& [stream, row] : some_rows()) {
    for (std::size_t size = 0; size < row.size(); size += 1 + row.size() / 50) {
      const auto fold = StreamFold::decode(stream, bytes_of(row.substr(0, size)));
      ASSERT_FALSE(fold) << to_text(stream) << " cut to " << size;
      EXPECT_EQ(fold.error().code, ErrorCode::corruption);
    }
    EXPECT_FALSE(StreamFold::decode(stream, bytes_of(row + '\0'))) << to_text(stream);
  }
  EXPECT_FALSE(position_of_row(bytes_of("short")));
}

TEST(Resident, OfNoRecordHasNothingToDo) {
  const Resident<Member> resident;
  EXPECT_EQ(resident.due(), no_deadline);
  EXPECT_EQ(resident.next_due, no_deadline);
}

TEST(Resident, TakesTheRecordsOfItsStreamWithoutAGap) {
  Given<Member> given(ada);
  given.when(RegisterMember{ada, "Ada", "", "en"}).when(BlockMember{ada, bob});
  auto fold = StreamFold::empty(ada);
  EXPECT_THROW(fold->apply(given.stage().records()[1]), Defect);
  fold->apply(given.stage().records()[0]);
  EXPECT_THROW(fold->apply(given.stage().records()[0]), Defect);
}

TEST(Resident, IsOfAKindThatExists) {
  EXPECT_THROW((void)StreamFold::empty(StreamId::from_packed(0)), Defect);
}

}  // namespace
}  // namespace inmail::test
