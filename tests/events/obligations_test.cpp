#include "events/obligations.hpp"

#include <gtest/gtest.h>

#include "tests/support/sample_events.hpp"

namespace inmail {
namespace {

/// Of an event of the sample's sender, or of one that says itself whom it concerns.
std::vector<Obligation> duties_of(const Event& event, StreamId stream = SeatId{3}) {
  return obligations_of(stream, event);
}

TEST(Obligations, AreNamedByKindAndSubject) {
  const auto duties = duties_of(InMailSent{.inmail = test::sample_inmail(), .to = MemberId{9}});
  ASSERT_EQ(duties.size(), 1u);
  EXPECT_EQ(duties[0].target, StreamId{MemberId{9}});
  EXPECT_EQ(duties[0].key, notice_key(NoticeKind::deliver, test::sample_inmail()));
}

TEST(Obligations, EndACreditOfAMemberByOneNotice) {
  InMailRef ref = test::sample_ref();
  ref.pool = MemberId{7};
  const auto answered = duties_of(Replied{.ref = ref, .charge = ChargeEnd::refund});
  ASSERT_EQ(answered.size(), 2u);
  EXPECT_EQ(answered[0].key.kind, NoticeKind::settle);
  EXPECT_EQ(answered[0].target, StreamId{MemberId{7}});
  EXPECT_EQ(answered[1].key.kind, NoticeKind::inform);
  EXPECT_EQ(duties_of(Expired{.ref = ref}).size(), 0u);
}

TEST(Obligations, ToOpenASeatAreOneForEachContractThatAddsIt) {
  const SeatId seat{3};
  const auto first = duties_of(SeatAdded{.seat = seat}, ContractId{1});
  const auto second = duties_of(SeatAdded{.seat = seat}, ContractId{2});
  ASSERT_EQ(first.size(), 1u);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_NE(first[0].key, second[0].key);
  EXPECT_EQ(second[0].target, StreamId{seat});
  const auto declined = duties_of(SeatDeclined{ContractId{2}}, seat);
  ASSERT_EQ(declined.size(), 1u);
  EXPECT_EQ(declined[0].key, notice_key(NoticeKind::remove_seat, ContractId{2}, seat));
  EXPECT_EQ(declined[0].target, StreamId{ContractId{2}});
}

TEST(Obligations, ChargeAContractButNotAMemberAtDelivery) {
  InMailDelivered delivered{.ref = test::sample_ref(), .refundable = true};
  ASSERT_EQ(duties_of(delivered).size(), 1u);
  EXPECT_EQ(duties_of(delivered)[0].key.kind, NoticeKind::charge);
  delivered.ref.pool = delivered.ref.sender = MemberId{7};
  EXPECT_EQ(duties_of(delivered).size(), 0u);
  delivered.refundable = false;
  EXPECT_EQ(duties_of(delivered)[0].key.kind, NoticeKind::settle);
}

TEST(Obligations, ChargeThePoolOfALinkedAccountAtDelivery) {
  InMailDelivered delivered{.ref = test::sample_ref(), .refundable = true};
  delivered.ref.sender = MemberId{7};
  delivered.ref.pool = MemberId{8};
  ASSERT_EQ(duties_of(delivered).size(), 1u);
  EXPECT_EQ(duties_of(delivered)[0].target, StreamId{MemberId{8}});
  EXPECT_EQ(duties_of(delivered)[0].key.kind, NoticeKind::charge);
}

TEST(Obligations, ToDeliverBeginWhenASendCanBeUndoneNoMore) {
  const InMailId inmail = test::sample_inmail();
  const Timestamp until = timestamp_from_ms(1'767'600'060'000);
  EXPECT_TRUE(duties_of(InMailSent{.inmail = inmail, .undo_until = until}).empty());
  const auto duties = duties_of(UndoWindowClosed{.inmail = inmail, .to = MemberId{9}});
  ASSERT_EQ(duties.size(), 1u);
  EXPECT_EQ(duties[0].target, StreamId{MemberId{9}});
  EXPECT_EQ(duties[0].key, notice_key(NoticeKind::deliver, inmail));
}

TEST(Obligations, GiveBackToAContractWhatACancelledInMailHeld) {
  const InMailId inmail = test::sample_inmail();
  const auto duties =
      duties_of(InMailCancelled{.inmail = inmail, .pool = ContractId{2}, .set_aside = 1});
  ASSERT_EQ(duties.size(), 1u);
  EXPECT_EQ(duties[0].target, StreamId{ContractId{2}});
  EXPECT_EQ(duties[0].key, notice_key(NoticeKind::release, inmail));
  EXPECT_TRUE(duties_of(InMailCancelled{.inmail = inmail, .pool = ContractId{2}}).empty());
  const InMailCancelled own{.inmail = inmail, .pool = MemberId{7}, .set_aside = 1};
  EXPECT_TRUE(duties_of(own, MemberId{7}).empty());
  ASSERT_EQ(duties_of(own, MemberId{8}).size(), 1u) << "who is linked to its pool";
  EXPECT_EQ(duties_of(own, MemberId{8})[0].target, StreamId{MemberId{7}});
}

TEST(Obligations, EndWhatWaitsToBeAcceptedByOneNotice) {
  InMailDelivered delivered{.ref = test::sample_ref(), .accept_until = Timestamp{}};
  EXPECT_TRUE(duties_of(delivered).empty()) << "the delivery charges nobody";
  for (const ChargeEnd end : {ChargeEnd::spend, ChargeEnd::release}) {
    const auto duties = duties_of(RefundWindowClosed{delivered.ref, end, 0});
    ASSERT_EQ(duties.size(), 1u);
    EXPECT_EQ(duties[0].key, notice_key(NoticeKind::settle, test::sample_inmail()));
  }
  EXPECT_EQ(duties_of(ChargeEnded{.ref = delivered.ref}).size(), 1u);
}

TEST(Obligations, KeepTheEndOfAChargeOpenWhenItIsMade) {
  CreditCharged charged{.inmail = test::sample_inmail(), .refundable = true};
  EXPECT_EQ(settled_by(ContractId{2}, charged).size(), 1u) << "its end is yet to come";
  charged.refundable = false;
  EXPECT_EQ(settled_by(ContractId{2}, charged).back().kind, NoticeKind::settle);
}

TEST(Obligations, MakeAnErasedMemberDestroyItsOwnKey) {
  const auto duties = duties_of(MemberErased{MemberId{7}});
  ASSERT_EQ(duties.size(), 1u);
  EXPECT_EQ(duties[0].target, StreamId{MemberId{7}});
  EXPECT_EQ(duties[0].key, notice_key(NoticeKind::destroy_key, MemberId{7}));
}

TEST(Obligations, MakeAnErasedMemberDestroyTheKeyOfWhatItReceived) {
  const auto duties = duties_of(ReceivedErased{MemberId{7}});
  ASSERT_EQ(duties.size(), 1u);
  EXPECT_EQ(duties[0].target, StreamId{MemberId{7}});
  EXPECT_EQ(duties[0].key, notice_key(NoticeKind::destroy_received, MemberId{7}));
}

TEST(Obligations, TellTheOtherOfAConnectionEachChangeOnce) {
  const MemberId owner{7};
  const MemberId other{9};
  const auto duties = duties_of(ConnectionSet{other, owner, 5});
  ASSERT_EQ(duties.size(), 1u);
  EXPECT_EQ(duties[0].target, StreamId{other});
  EXPECT_EQ(duties[0].key, notice_key(owner, 5));
  EXPECT_EQ(settled_by(other, ConnectionSet{owner, owner, 5}), std::vector{notice_key(owner, 5)});
  EXPECT_TRUE(settled_by(owner, ConnectionSet{other, owner, 5}).empty());
  EXPECT_TRUE(duties_of(ConnectionSet{owner, owner, 5}).empty());
  const auto later = duties_of(ConnectionRemoved{other, owner, 300});
  ASSERT_EQ(later.size(), 1u);
  EXPECT_LT(duties[0].key, later[0].key) << "after a crash they come again in their order";
}

TEST(Obligations, AreEachSettledByAnEventOfTheirTarget) {
  const InMailId id = test::sample_inmail();
  const InMailRef ref = test::sample_ref();
  const auto settles = [](StreamId stream, const Event& event, const NoticeKey& key) {
    const auto keys = settled_by(stream, event);
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  EXPECT_TRUE(
      settles(MemberId{9}, InMailDelivered{.ref = ref}, notice_key(NoticeKind::deliver, id)));
  EXPECT_TRUE(settles(MemberId{9}, InMailFailed{.ref = ref}, notice_key(NoticeKind::deliver, id)));
  EXPECT_TRUE(settles(SeatId{3}, InMailSent{.inmail = id}, notice_key(NoticeKind::confirm, id)));
  EXPECT_FALSE(settles(MemberId{7}, InMailSent{.inmail = id, .pool = MemberId{7}},
                       notice_key(NoticeKind::confirm, id)));
  EXPECT_TRUE(settles(MemberId{7}, InMailSent{.inmail = id, .pool = MemberId{8}},
                      notice_key(NoticeKind::confirm, id)));
  EXPECT_TRUE(
      settles(SeatId{3}, InMailScheduled{.inmail = id}, notice_key(NoticeKind::confirm, id)));
  EXPECT_TRUE(
      settles(ContractId{2}, CreditReleased{.inmail = id}, notice_key(NoticeKind::confirm, id)));
  EXPECT_TRUE(
      settles(ContractId{2}, CreditReleased{.inmail = id}, notice_key(NoticeKind::release, id)));
  EXPECT_TRUE(
      settles(ContractId{2}, CreditCharged{.inmail = id}, notice_key(NoticeKind::charge, id)));
  EXPECT_TRUE(
      settles(ContractId{2}, CreditRefunded{.inmail = id}, notice_key(NoticeKind::settle, id)));
  EXPECT_TRUE(settles(ContractId{2}, ChargeFinalized{id}, notice_key(NoticeKind::settle, id)));
  EXPECT_TRUE(
      settles(SeatId{3}, OutcomeReceived{.inmail = id}, notice_key(NoticeKind::inform, id)));
  const ContractId acme{2};
  EXPECT_TRUE(settles(SeatId{3}, SeatOpened{.contract = acme},
                      notice_key(NoticeKind::open_seat, acme, SeatId{3})));
  EXPECT_TRUE(
      settles(SeatId{3}, SeatDeclined{acme}, notice_key(NoticeKind::open_seat, acme, SeatId{3})));
  EXPECT_TRUE(
      settles(acme, SeatRemoved{SeatId{3}}, notice_key(NoticeKind::remove_seat, acme, SeatId{3})));
  EXPECT_TRUE(
      settles(MemberId{7}, MemberKeyDestroyed{}, notice_key(NoticeKind::destroy_key, MemberId{7})));
  EXPECT_TRUE(settles(MemberId{7}, ReceivedKeyDestroyed{},
                      notice_key(NoticeKind::destroy_received, MemberId{7})));
}

}  // namespace
}  // namespace inmail
