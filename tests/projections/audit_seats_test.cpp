#include <gtest/gtest.h>

#include "tests/projections/audit_story.hpp"

// Which contract has a seat: histories that are right, and one planted mistake that is named.

namespace inmail::test {
namespace {

const MemberId bob{2};
const ContractId contract{1};

TEST(AuditOfSeats, CountsASeatThatDeclinedUntilItIsRemoved) {
  AuditStory story("plan.allot_per = \"seat\"");
  story.three_members();
  story.contract_with_a_seat();
  const ContractId other{2};
  const SeatId wanted{9};  // Of the first contract.
  story.decide(other, ContractCreated{10});
  CommandId command = story.new_command();
  story.answer(other, SeatAdded{SeatId{10}, bob, SeatRole::recruiter}, command);
  story.add(SeatId{10}, SeatOpened{other, bob, SeatRole::recruiter}, command);
  command = story.new_command();
  story.answer(other, SeatAdded{wanted, bob, SeatRole::recruiter}, command);
  story.subscribe(other, PlanKind::recruiter_corp, 300);
  const Position declined = story.add(wanted, SeatDeclined{other}, command);
  const Position removed = story.add(other, SeatRemoved{wanted}, command);
  const Position renewed = story.renew(other, 150);
  ASSERT_TRUE(holds(story.records()));

  auto records = story.records();
  event_at<SeatDeclined>(records, declined).contract = contract;
  EXPECT_TRUE(breaks(records, "IC11", declined)) << "whose it is";

  records = story.records();
  event_at<SeatDeclined>(records, declined).contract = ContractId{3};
  EXPECT_TRUE(breaks(records, "IC11", declined)) << "who has not asked";

  records = story.records();
  event_at<SeatRemoved>(records, removed).seat = SeatId{10};
  EXPECT_TRUE(breaks(records, "IC11", removed)) << "which has not declined";

  records = story.records();
  event_at<CreditsGranted>(records, renewed).amount = 300;
  EXPECT_TRUE(breaks(records, "IC9", renewed));
}

TEST(AuditOfSeats, WantsASeatAddedOnceByAContract) {
  AuditStory story;
  story.three_members();
  story.contract_with_a_seat();
  ASSERT_TRUE(holds(story.records()));
  const Position again = story.decide(contract, SeatAdded{SeatId{9}, bob, SeatRole::recruiter});
  EXPECT_TRUE(breaks(story.records(), "IC11", again));
}

}  // namespace
}  // namespace inmail::test
