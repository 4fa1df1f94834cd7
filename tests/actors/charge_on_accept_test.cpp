// `charge.when = at_accept`: what a send takes stays reserved until it is accepted, or is not
// (D3.3, D4.1.2); and where a release goes (A13, A14).

#include <gtest/gtest.h>

#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const Timestamp sent_at = utc("2025-01-10");
const Timestamp last_chance = sent_at + days{14};
constexpr ContractId acme{9};
constexpr SeatId desk{5};

Policy on_accept() {
  Policy policy = at_once();
  policy.charge.when = ChargeWhen::at_accept;
  policy.retract.condition = RetractCondition::any;
  policy.reminder.max = 0;
  return policy;
}

InMailSent letter(StreamId pool = ada) {
  return {.inmail = inmail_of(make_command_id(sent_at, 1, 1)),
          .from = ada,
          .to = bob,
          .from_premium = true,
          .pool = pool,
          .cost = 1,
          .splits = {{LotId{1}, 1}}};
}
const InMailRef ref = ref_of(letter(), ada, sent_at);

Given<Member>& delivered(Given<Member>& given) {
  given.at(sent_at - 1h).when(RegisterMember{bob, "Bob", "", "en"});
  return given.when_notice(letter(), ada, sent_at);
}

/// Ada has sent one credit's worth to bob.
InMailRef sent_by_ada(Given<Member>& given, PlanKind plan = PlanKind::career) {
  given.at(sent_at).when(RegisterMember{ada, "Ada", "", "en"}).when(StartSubscription{ada, plan});
  given.when(mail(ada, bob)).then_only<InMailSent>();
  return ref_of(given.the<InMailSent>(), ada, sent_at);
}

TEST(ChargeOnAccept, IsOpenAfterTheDeliveryUntilItsTimeIsOver) {
  Given<Member> given(bob, on_accept());
  delivered(given).then(
      {InMailDelivered{.ref = ref, .pinned = PolicyVersion{1}, .accept_until = last_chance}});
  given.settle_until(last_chance).then_nothing();
  given.settle_until(last_chance + 1ms).then({RefundWindowClosed{ref, ChargeEnd::release, 0}});
  given.when(Respond{bob, ref.inmail, ReplyKind::accept, ""});
  EXPECT_EQ(given.the<Replied>().charge, ChargeEnd::none) << "accepted too late to cost anything";
}

TEST(ChargeOnAccept, SpendsForAnAcceptanceAndReleasesForAnyOtherAnswer) {
  for (const ReplyKind kind :
       {ReplyKind::accept, ReplyKind::decline, ReplyKind::reply, ReplyKind::quick_reply}) {
    Given<Member> given(bob, on_accept());
    delivered(given).at(last_chance).when(Respond{bob, ref.inmail, kind, "Words"});
    const Replied replied = given.the<Replied>();
    EXPECT_EQ(replied.charge, kind == ReplyKind::accept ? ChargeEnd::spend : ChargeEnd::release);
    EXPECT_EQ(replied.refund_amount, 0u);
    EXPECT_TRUE(given.state().agenda.empty());
  }
}

TEST(ChargeOnAccept, ReleasesForARetractionAndAnExpiry) {
  Given<Member> retracted(bob, on_accept());
  delivered(retracted).when(OpenInMail{bob, ref.inmail}).when(RetractInMail{ada, bob, ref.inmail});
  EXPECT_EQ(retracted.the<InMailRetracted>().charge, ChargeEnd::release);

  Policy policy = on_accept();
  policy.expiry.basis = ExpiryBasis::unanswered;
  Given<Member> expired(bob, policy);
  delivered(expired).settle_until(sent_at + days{8});
  EXPECT_EQ(expired.the<Expired>().charge, ChargeEnd::release);

  policy.expiry.ttl_s = days{30};
  Given<Member> waiting(bob, policy);
  delivered(waiting).settle_until(sent_at + days{40});
  waiting.then_only<RefundWindowClosed, Expired>();
}

TEST(ChargeOnAccept, CostsNothingWhereTheSendWasFree) {
  Given<Member> given(bob, on_accept());
  given.at(sent_at - 1h).when(RegisterMember{bob, "Bob", "", "en"});
  InMailSent free = letter();
  free.cost = 0;
  free.splits.clear();
  given.when_notice(free, ada, sent_at);
  EXPECT_EQ(given.the<InMailDelivered>().accept_until, std::nullopt);
}

TEST(ChargeOnAccept, ChargesOrReleasesTheMembersPool) {
  Given<Member> spent(ada, on_accept());
  const InMailRef accepted = sent_by_ada(spent);
  spent.when_notice(reply_to(accepted, ReplyKind::accept, ChargeEnd::spend), bob, sent_at + 1h);
  spent.then_only<CreditCharged, OutcomeReceived>();
  EXPECT_EQ(spent.state().account.available(), 4u);
  EXPECT_TRUE(spent.state().account.charges.empty());

  Given<Member> kept(ada, on_accept());
  const InMailRef declined = sent_by_ada(kept);
  kept.when_notice(reply_to(declined, ReplyKind::decline, ChargeEnd::release), bob, sent_at + 1h);
  EXPECT_EQ(kept.the<CreditReleased>().reason, ReleaseReason::not_accepted);
  EXPECT_EQ(kept.state().account.available(), 5u);
}

TEST(ChargeOnAccept, ChargesOrReleasesTheContractsPool) {
  for (const ChargeEnd end : {ChargeEnd::spend, ChargeEnd::release}) {
    Given<Contract> given(acme, on_accept());
    given.at(sent_at).when(CreateContract{acme, 3});
    given.when(AddSeat{acme, desk, ada, SeatRole::recruiter});
    given.when(StartSubscription{acme, PlanKind::recruiter_corp});
    given.when_decided([&](const ContractState& state, const Context& context) {
      return Contract::reserve(state, {ref.inmail, desk, 1}, context);
    });
    const InMailRef of_desk{ref.inmail, desk, acme, ada, 1, sent_at};
    EXPECT_TRUE(notices_to(acme, Record{.header = {.stream = bob},
                                        .event = InMailDelivered{.ref = of_desk,
                                                                 .accept_until = last_chance}})
                    .empty())
        << "the delivery charges nothing";
    given.when_notice(RefundWindowClosed{of_desk, end, 0}, bob, last_chance + 1ms);
    if (end == ChargeEnd::spend)
      given.then({CreditCharged{ref.inmail, {{LotId{1}, 1}}, false}});
    else
      given.then({CreditReleased{ref.inmail, {{LotId{1}, 1}}, ReleaseReason::not_accepted}});
    EXPECT_TRUE(given.state().account.charges.empty());
  }
}

TEST(Release, IntoALotThatDiedMeanwhileGoesByWhoCausedIt) {  // A13.
  Policy policy = on_accept();
  policy.plans[static_cast<std::size_t>(PlanKind::career)].lot_ttl_s = days{3};
  Given<Member> by_user(ada, policy);
  const InMailRef declined = sent_by_ada(by_user);
  by_user.settle_until(sent_at + days{3}).then_only<CreditsExpired>();
  by_user.when_notice(reply_to(declined, ReplyKind::decline, ChargeEnd::release), bob,
                      sent_at + days{4});
  by_user.then_only<CreditReleased, CreditsExpired, OutcomeReceived>();

  Given<Member> by_system(ada, policy);
  const InMailRef failed = sent_by_ada(by_system);
  by_system.settle_until(sent_at + days{3});
  by_system.when_notice(InMailFailed{failed, FailureReason::recipient_unavailable}, bob,
                        sent_at + days{4});
  by_system.then_only<CreditReleased, CreditsExpired, CreditsGranted, OutcomeReceived>();
  EXPECT_EQ(by_system.the<CreditsGranted>().kind, LotKind::adjust);
  EXPECT_EQ(by_system.state().account.available(), 1u);
}

TEST(Release, GoesWhereThePolicySays) {
  for (const ReleaseTo rule : {ReleaseTo::original_lot, ReleaseTo::fresh_lot, ReleaseTo::lost}) {
    Policy policy = on_accept();
    policy.charge.release_user_cancel = rule;
    Given<Member> given(ada, policy);
    const InMailRef declined = sent_by_ada(given);
    given.when_notice(reply_to(declined, ReplyKind::decline, ChargeEnd::release), bob,
                      sent_at + 1h);
    EXPECT_EQ(given.state().account.available(), rule == ReleaseTo::lost ? 4u : 5u)
        << "a lot that lives takes its own back";
  }
}

TEST(CancelledPlan, StillPaysForWhatWasSentAndVoidsTheRest) {  // A14.
  Given<Member> given(ada, on_accept());
  const InMailRef first = sent_by_ada(given);
  given.when(mail(ada, carol)).then_only<InMailSent>();
  const InMailRef second = ref_of(given.the<InMailSent>(), ada, sent_at);
  given.when(CancelSubscription{ada}).settle_until(utc("2025-02-10"));
  EXPECT_EQ(given.the<CreditsVoided>().amount, 3u) << "what is available, not what is reserved";
  given.when_notice(reply_to(first, ReplyKind::accept, ChargeEnd::spend), bob, given.now() + 1h);
  given.then_only<CreditCharged, OutcomeReceived>();
  given.when_notice(reply_to(second, ReplyKind::decline, ChargeEnd::release), carol,
                    given.now() + 1h);
  given.then_only<CreditReleased, CreditsVoided, OutcomeReceived>();
  EXPECT_EQ(given.state().account.available(), 0u);
}

// What else gives a credit back: a block, and the recipient's end.

Policy sorry() {
  Policy policy = at_once();
  policy.refund.on =
      EnumSet<RefundOn>{RefundOn::accept, RefundOn::blocked, RefundOn::recipient_closed};
  return policy;
}

TEST(Refund, ComesForABlockWhereThePolicyHasOne) {
  Given<Member> given(bob, sorry());
  delivered(given).when(BlockMember{bob, ada});
  given.then({MemberBlocked{ada}, ChargeEnded{ref, RefundOn::blocked, ChargeEnd::refund, 1}});
  EXPECT_TRUE(given.state().agenda.empty());
  given.when(UnblockMember{bob, ada}).when(BlockMember{bob, ada}).then_only<MemberBlocked>();

  Given<Member> without(bob);
  delivered(without).when(BlockMember{bob, ada}).then_only<MemberBlocked>();
  Given<Member> late(bob, sorry());
  delivered(late).at(sent_at + days{91}).when(BlockMember{bob, ada}).then_only<MemberBlocked>();
  Given<Member> answered(bob, sorry());
  delivered(answered).when(Respond{bob, ref.inmail, ReplyKind::decline, ""});
  answered.when(BlockMember{bob, ada}).then_only<MemberBlocked>();
}

TEST(Refund, ComesForARecipientWhoIsErased) {
  Given<Member> given(bob, sorry());
  delivered(given).when(EraseMember{bob}).then_only<MemberErased, ChargeEnded>();
  EXPECT_EQ(given.the<ChargeEnded>().reason, RefundOn::recipient_closed);

  Given<Member> pool(ada, sorry());
  const InMailRef mine = sent_by_ada(pool);
  pool.when_notice(ChargeEnded{mine, RefundOn::recipient_closed, ChargeEnd::refund, 1}, bob,
                   sent_at + 1h);
  pool.then_only<CreditsGranted, CreditRefunded>();
  EXPECT_EQ(pool.the<CreditRefunded>().reason, RefundOn::recipient_closed);
}

}  // namespace
}  // namespace inmail::test
