// Linked accounts: one pool, that of a holder of a Sales Navigator plan, from which all who are
// linked to it spend.

#include "actors/linking.hpp"

#include <gtest/gtest.h>

#include "events/link_events.hpp"
#include "tests/support/letters.hpp"
#include "tests/support/small_world.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const Timestamp start = utc("2025-01-01");
constexpr MemberId holder = ada;
constexpr MemberId friend_of_hers = bob;

/// As S1 tells it, so far as links go; what is answered comes back, so that refunds can be seen.
Policy sharing() {
  Policy policy = at_once();
  for (const PlanKind shared : {PlanKind::sales_core, PlanKind::sales_team}) {
    PlanTerms& terms = policy.plans[static_cast<std::size_t>(shared)];
    terms.pool_scope = PoolScope::linked_accounts;
    terms.can_schedule = terms.can_followup = true;
  }
  return policy;
}

/// Ada holds a plan of Sales Navigator; Bob, who has none, is linked to her; Carol and Dave take
/// what comes.
class Linked : public testing::Test {
 protected:
  explicit Linked(Policy policy = sharing()) : world_(std::move(policy)) {
    world_.at(start);
    for (const MemberId member : {ada, bob, carol, dave})
      world_.command(RegisterMember{member, "Somebody", "", "en"});
    world_.command(StartSubscription{holder, PlanKind::sales_core});
    link(friend_of_hers);
  }

  Step link(MemberId member) { return world_.command(LinkAccounts{holder, member}); }
  Step send(MemberId from, MemberId to) {
    SendInMail letter = mail(from, to);
    letter.body = "What I have to say in letter " + std::to_string(++letters_);
    return world_.command(letter);
  }
  std::uint64_t credits_of(MemberId member) {
    return world_.member(member).state().account.available();
  }
  const CreditAccount& pool() { return world_.member(holder).state().account; }
  static Rejection refusal_of(const Step& step) {
    return step.refusal ? step.refusal->code : Rejection{};
  }

  SmallWorld world_;
  int letters_ = 0;
};

// The machine.

TEST(LinkMachine, LeadsWhereTheTableSaysAndNowhereElse) {
  const AccountLinked linked{ada};
  const AccountUnlinked unlinked{ada};
  const auto can_follow = [](MemberState state, const Event& event) {
    try {
      Member::evolve(state, event, {.at = start});
      return true;
    } catch (const Defect&) {
      return false;
    }
  };
  MemberState apart;
  MemberState together;
  Member::evolve(together, linked, {.at = start});
  EXPECT_EQ(link_of(together.linked_to), LinkState::linked);
  EXPECT_TRUE(can_follow(apart, linked));
  EXPECT_FALSE(can_follow(apart, unlinked));
  EXPECT_FALSE(can_follow(together, linked));
  EXPECT_TRUE(can_follow(together, unlinked));
  Member::evolve(together, unlinked, {.at = start});
  EXPECT_EQ(link_of(together.linked_to), LinkState::apart);
  EXPECT_EQ(link_table().size(), 3u);
}

TEST(LinkMachine, RefusesEveryWishForWhichThereIsNoEdge) {
  const LinkCase fine;
  EXPECT_FALSE(check_link(LinkState::apart, LinkTrigger::link, fine));
  EXPECT_FALSE(check_link(LinkState::linked, LinkTrigger::unlink, fine));
  EXPECT_FALSE(check_link(LinkState::linked, LinkTrigger::erase, fine));
  EXPECT_EQ(check_link(LinkState::linked, LinkTrigger::link, fine)->code,
            Rejection::already_linked);
  EXPECT_EQ(check_link(LinkState::apart, LinkTrigger::unlink, fine)->code, Rejection::not_linked);
  EXPECT_EQ(check_link(LinkState::apart, LinkTrigger::erase, fine)->code, Rejection::not_linked);
}

// Who may be linked.

TEST_F(Linked, AreMadeByOneEventOfTheLinkedMember) {
  EXPECT_EQ(world_.member(bob).state().linked_to, holder);
  EXPECT_EQ(described(link(carol).events), described({AccountLinked{holder}}));
  EXPECT_EQ(described(world_.command(UnlinkAccount{holder, carol}).events),
            described({AccountUnlinked{holder}}));
  EXPECT_EQ(world_.member(carol).state().linked_to, std::nullopt);
}

TEST_F(Linked, AreRefusedForAReasonOfTheirOwn) {
  const MemberId nobody{99};
  const auto refusal = [&](const Command& command) { return refusal_of(world_.command(command)); };
  EXPECT_EQ(refusal(LinkAccounts{holder, nobody}), Rejection::unknown_target);
  EXPECT_EQ(refusal(LinkAccounts{nobody, carol}), Rejection::unknown_actor);
  EXPECT_EQ(refusal(LinkAccounts{holder, holder}), Rejection::not_allowed);
  EXPECT_EQ(refusal(LinkAccounts{dave, carol}), Rejection::no_subscription);
  EXPECT_EQ(refusal(LinkAccounts{holder, bob}), Rejection::already_linked);
  EXPECT_EQ(refusal(LinkAccounts{carol, bob}), Rejection::already_linked) << "to another pool";
  world_.command(StartSubscription{dave, PlanKind::career});
  EXPECT_EQ(refusal(LinkAccounts{dave, carol}), Rejection::plan_not_shared);
  world_.command(ChangePlan{dave, PlanKind::sales_team});
  EXPECT_EQ(refusal(LinkAccounts{holder, dave}), Rejection::holds_a_pool);
  EXPECT_EQ(refusal(UnlinkAccount{holder, carol}), Rejection::not_linked);
  EXPECT_EQ(refusal(UnlinkAccount{dave, bob}), Rejection::not_linked);
}

TEST_F(Linked, DoNotHoldAPoolThemselves) {
  world_.command(StartSubscription{bob, PlanKind::sales_core});
  EXPECT_EQ(refusal_of(world_.command(LinkAccounts{bob, carol})), Rejection::holder_is_linked);
}

TEST_F(Linked, MayBeUndoneByTheHolderAndByWhoIsLinked) {
  const auto undo_as = [&](MemberId who) {
    return refusal_of(world_.command(UnlinkAccount{holder, bob}, Principal::of(who)));
  };
  EXPECT_EQ(undo_as(carol), Rejection::not_allowed);
  EXPECT_EQ(undo_as(bob), Rejection{});
  link(bob);
  EXPECT_EQ(undo_as(holder), Rejection{});
  EXPECT_EQ(refusal_of(world_.command(LinkAccounts{holder, bob}, Principal::of(bob))),
            Rejection::not_allowed);
}

// What they spend.

TEST_F(Linked, SpendFromThePoolOfTheHolderAlone) {
  const std::uint64_t before = credits_of(holder);
  const Step step = send(bob, carol);
  ASSERT_EQ(step.events.size(), 1u);
  const auto& sent = std::get<InMailSent>(step.events.front());
  EXPECT_EQ(sent.pool, StreamId(holder));
  EXPECT_EQ(sent.cost, 1u);
  EXPECT_TRUE(sent.splits.empty());
  EXPECT_TRUE(sent.from_premium);
  EXPECT_EQ(credits_of(holder), before - 1);
  world_.deliver_all();
  EXPECT_TRUE(pool().charges.at(sent.inmail).charged);
  EXPECT_TRUE(world_.member(bob).state().account.charges.empty());
}

TEST_F(Linked, GiveBackToThePoolThatPaidWhateverBecameOfTheLink) {
  const std::uint64_t before = credits_of(holder);
  const InMailId inmail = inmail_of(send(bob, carol).id);
  world_.deliver_all();
  world_.command(UnlinkAccount{holder, bob});
  world_.command(Respond{carol, inmail, ReplyKind::accept, "Yes"});
  world_.deliver_all();
  EXPECT_EQ(credits_of(holder), before);
  EXPECT_TRUE(pool().charges.empty());
  EXPECT_EQ(credits_of(bob), 0u);
}

TEST_F(Linked, GiveBackWhatIsNotDelivered) {
  const std::uint64_t before = credits_of(holder);
  send(bob, carol);
  world_.command(BlockMember{carol, bob});
  world_.deliver_all();
  EXPECT_EQ(credits_of(holder), before);
  EXPECT_TRUE(pool().charges.empty());
}

TEST_F(Linked, LeaveAPlanOfTheirOwnWithItsOwnPool) {
  world_.command(StartSubscription{bob, PlanKind::career});
  const std::uint64_t own = credits_of(bob);
  ASSERT_GT(own, 0u);
  const std::uint64_t shared = credits_of(holder);
  send(bob, carol);
  EXPECT_EQ(credits_of(bob), own) << "it waits";
  EXPECT_EQ(credits_of(holder), shared - 1);
  world_.command(UnlinkAccount{holder, bob});
  send(bob, dave);
  EXPECT_EQ(credits_of(bob), own - 1);
  EXPECT_EQ(credits_of(holder), shared - 1);
}

TEST_F(Linked, ShareAnIncreaseThatIsGrantedOnce) {
  link(carol);
  const std::uint64_t before = credits_of(holder);
  world_.settle_until(start + days{40});
  const auto allotment =
      static_cast<std::uint64_t>(sharing().terms(PlanKind::sales_core).monthly_allotment);
  EXPECT_EQ(credits_of(holder), before + allotment);
  EXPECT_EQ(credits_of(bob) + credits_of(carol), 0u);
  world_.command(AdjustCredits{holder, 1 - static_cast<std::int32_t>(before + allotment), 1, "x"});
  EXPECT_EQ(refusal_of(send(bob, dave)), Rejection{});
  EXPECT_EQ(refusal_of(send(carol, dave)), Rejection::insufficient_credits);
  EXPECT_EQ(refusal_of(send(holder, dave)), Rejection::insufficient_credits);
  world_.command(GrantBonus{holder, 2, 1, "more"});
  EXPECT_EQ(refusal_of(send(carol, dave)), Rejection{}) << "at once";
}

TEST_F(Linked, MayTakeBackWhatTheyHaveSent) {
  Policy policy = sharing();
  policy.undo.window_s = 60s;
  world_.ground().adopt(std::move(policy));
  const std::uint64_t before = credits_of(holder);
  const InMailId inmail = inmail_of(send(bob, carol).id);
  EXPECT_EQ(credits_of(holder), before - 1);
  world_.command(UndoSend{bob, inmail});
  world_.deliver_all();
  EXPECT_EQ(credits_of(holder), before);
  EXPECT_TRUE(pool().charges.empty());
}

// Under whose plan.

TEST_F(Linked, SendUnderThePlanOfTheHolder) {
  Policy policy = sharing();
  policy.plans[static_cast<std::size_t>(PlanKind::sales_core)].max_degree = Degree::second;
  world_.ground().adopt(policy);
  SendInMail far = mail(bob, carol);
  far.hints.degree = Degree::third;
  EXPECT_EQ(refusal_of(world_.command(far)), Rejection::out_of_degree);
  policy.plans[static_cast<std::size_t>(PlanKind::sales_core)].can_schedule = false;
  world_.ground().adopt(policy);
  EXPECT_EQ(refusal_of(world_.command(ScheduleInMail{mail(bob, carol), start + 2h, {}})),
            Rejection::premium_required);
}

TEST_F(Linked, RestWhileTheHolderHasNotPaid) {
  world_.command(PaymentFailed{holder});
  EXPECT_EQ(refusal_of(send(bob, carol)), Rejection::subscription_ended);
  EXPECT_EQ(refusal_of(send(holder, carol)), Rejection::subscription_ended);
  world_.command(PaymentRecovered{holder});
  EXPECT_EQ(refusal_of(send(bob, carol)), Rejection{});
}

TEST_F(Linked, RestWhileTheHolderHasNoPlanThatIsShared) {
  world_.command(ChangePlan{holder, PlanKind::career});
  EXPECT_EQ(refusal_of(send(bob, carol)), Rejection::pool_not_shared);
  world_.command(ChangePlan{holder, PlanKind::sales_team});
  EXPECT_EQ(refusal_of(send(bob, carol)), Rejection{});
  world_.command(CancelSubscription{holder});
  EXPECT_EQ(refusal_of(send(bob, dave)), Rejection{}) << "it runs to the end of its cycle";
  world_.settle_until(start + days{40});
  EXPECT_EQ(refusal_of(send(bob, dave)), Rejection::subscription_ended);
}

TEST_F(Linked, RestWhileTheHolderIsLinkedToAnother) {
  world_.command(StartSubscription{dave, PlanKind::sales_team});
  world_.command(ChangePlan{holder, PlanKind::career});
  ASSERT_EQ(refusal_of(world_.command(LinkAccounts{dave, holder})), Rejection{});
  world_.command(ChangePlan{holder, PlanKind::sales_core});
  EXPECT_EQ(refusal_of(send(bob, carol)), Rejection::pool_not_shared) << "pools make no chain";
  EXPECT_EQ(refusal_of(send(holder, carol)), Rejection{});
}

TEST_F(Linked, RestForGoodWhenTheHolderIsErased) {
  const InMailId inmail = inmail_of(send(bob, carol).id);
  world_.deliver_all();
  world_.command(EraseMember{holder});
  EXPECT_EQ(refusal_of(send(bob, dave)), Rejection::pool_not_shared);
  world_.command(Respond{carol, inmail, ReplyKind::accept, "Yes"});
  world_.deliver_all();
  EXPECT_EQ(credits_of(holder), 0u) << "what comes back is void";
  EXPECT_TRUE(pool().charges.empty());
  ASSERT_EQ(refusal_of(world_.command(UnlinkAccount{holder, bob}, Principal::of(bob))),
            Rejection{});
  EXPECT_EQ(refusal_of(send(bob, dave)), Rejection::premium_required) << "by its own plan";
}

TEST_F(Linked, EndWithTheErasureOfWhoIsLinked) {
  const std::uint64_t before = credits_of(holder);
  world_.command(ScheduleInMail{mail(bob, carol), start + 2h, {}});
  EXPECT_EQ(credits_of(holder), before - 1);
  const Step step = world_.command(EraseMember{bob});
  EXPECT_EQ(described({step.events.at(1)}), described({AccountUnlinked{holder}}));
  world_.deliver_all();
  EXPECT_EQ(world_.member(bob).state().linked_to, std::nullopt);
  EXPECT_EQ(credits_of(holder), before);
}

TEST_F(Linked, AreNotStoppedWithTheHolder) {
  world_.command(StopSender{carol, holder});
  EXPECT_EQ(refusal_of(send(holder, carol)), Rejection::recipient_unavailable);
  EXPECT_EQ(refusal_of(send(bob, carol)), Rejection{}) << "it is another person who writes";
  world_.command(StopSender{dave, bob});
  EXPECT_EQ(refusal_of(send(bob, dave)), Rejection::recipient_unavailable);
}

// Later.

TEST_F(Linked, ScheduleOnThePoolOfTheHolder) {
  const std::uint64_t before = credits_of(holder);
  const Step step = world_.command(ScheduleInMail{mail(bob, carol), start + 2h, {}});
  const auto& scheduled = std::get<InMailScheduled>(step.events.front());
  EXPECT_EQ(scheduled.pool, StreamId(holder));
  EXPECT_TRUE(scheduled.is_paid);
  EXPECT_EQ(credits_of(holder), before - 1);
  world_.settle_until(start + 3h);
  EXPECT_TRUE(pool().charges.at(scheduled.inmail).charged) << "sent and delivered";
  EXPECT_EQ(credits_of(holder), before - 1);
}

TEST_F(Linked, DropWhatWasScheduledOnThePoolWhenTheyEnd) {
  const std::uint64_t before = credits_of(holder);
  const InMailId inmail =
      inmail_of(world_.command(ScheduleInMail{mail(bob, carol), start + 2h, {}}).id);
  const Step step = world_.command(UnlinkAccount{holder, bob});
  ASSERT_EQ(step.events.size(), 2u);
  const auto& cancelled = std::get<InMailCancelled>(step.events.back());
  EXPECT_EQ(cancelled.inmail, inmail);
  EXPECT_EQ(cancelled.reason, CancelReason::unlinked);
  world_.deliver_all();
  EXPECT_EQ(credits_of(holder), before);
}

TEST_F(Linked, SendWhatWasScheduledBeforeOnItsOwnPool) {
  Policy policy = sharing();
  policy.plans[static_cast<std::size_t>(PlanKind::career)].can_schedule = true;
  world_.ground().adopt(std::move(policy));
  world_.command(StartSubscription{carol, PlanKind::career});
  const std::uint64_t shared = credits_of(holder);
  const std::uint64_t own = credits_of(carol);
  const InMailId inmail =
      inmail_of(world_.command(ScheduleInMail{mail(carol, dave), start + 2h, {}}).id);
  link(carol);
  world_.settle_until(start + 3h);
  EXPECT_TRUE(world_.member(dave).state().received.contains(inmail));
  EXPECT_EQ(credits_of(carol), own - 1);
  EXPECT_EQ(credits_of(holder), shared);
}

TEST_F(Linked, PayWhenTheyAreAcceptedWhereThePolicySaysSo) {
  Policy policy = sharing();
  policy.charge.when = ChargeWhen::at_accept;
  world_.ground().adopt(std::move(policy));
  const std::uint64_t before = credits_of(holder);
  const InMailId accepted = inmail_of(send(bob, carol).id);
  const InMailId declined = inmail_of(send(bob, dave).id);
  world_.deliver_all();
  EXPECT_EQ(pool().charges.size(), 2u);
  world_.command(Respond{carol, accepted, ReplyKind::accept, "Yes"});
  world_.command(Respond{dave, declined, ReplyKind::decline, "No"});
  world_.deliver_all();
  EXPECT_TRUE(pool().charges.empty());
  EXPECT_EQ(credits_of(holder), before - 1);
}

TEST_F(Linked, AreToldWhoseCreditsTheyWouldSpend) {
  const Context context{.now = world_.now(),
                        .version = world_.ground().book.current(),
                        .policies = &world_.ground().book};
  const auto forecast =
      Member::foretell_credits(world_.member(bob).state(), context, world_.now() + days{30});
  ASSERT_TRUE(forecast);
  EXPECT_EQ(forecast->spends_from, holder);
  EXPECT_EQ(
      Member::foretell_credits(world_.member(holder).state(), context, world_.now())->spends_from,
      std::nullopt);
}

}  // namespace
}  // namespace inmail::test
