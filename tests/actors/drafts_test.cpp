// What is written and not sent yet (D4.1.1 Draft).

#include <gtest/gtest.h>

#include "actors/member.hpp"
#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"
#include "tests/support/small_world.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;

const Timestamp start = utc("2025-01-01");

Given<Member>& subscribed(Given<Member>& given) {
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  return given.when(StartSubscription{ada, PlanKind::career});
}

TEST(Drafts, AreSavedOverTheRevisionThatWasSeen) {
  Given<Member> given(ada, at_once());
  subscribed(given).when(SaveDraft{ada, {}, {}, 0, bob, "Hello", "May I"});
  given.then_only<DraftSaved>();
  const DraftId draft = given.the<DraftSaved>().draft;
  EXPECT_EQ(given.the<DraftSaved>().revision, 1u);
  given.when(SaveDraft{ada, {}, draft, 1, bob, "Hello", "May I ask"}).then_only<DraftSaved>();
  given.when(SaveDraft{ada, {}, draft, 1, bob, "Hello", "Or"});
  given.then_rejected(Rejection::revision_conflict, 2, 1);
  given.when(DiscardDraft{ada, draft}).then({DraftDiscarded{draft, DraftEnd::discarded}});
  given.when(DiscardDraft{ada, draft}).then_rejected(Rejection::unknown_target);
  given.when(SaveDraft{ada, {}, draft, 2, bob, "x", "y"}).then_rejected(Rejection::unknown_target);
}

TEST(Drafts, EndWithWhatIsMadeOfThem) {
  Given<Member> given(ada, at_once());
  subscribed(given).when(SaveDraft{ada, {}, {}, 0, bob, "Hello", "May I"});
  const DraftId draft = given.the<DraftSaved>().draft;
  SendInMail letter = mail(ada, ada);
  letter.draft = draft;
  given.when(letter).then_rejected(Rejection::self_send);
  letter.to = bob;
  given.when(letter).then_only<InMailSent, DraftDiscarded>();
  EXPECT_EQ(given.the<DraftDiscarded>().end, DraftEnd::used);
  letter.to = carol;
  given.when(letter).then_only<InMailSent>();
}

TEST(Drafts, AreAsManyAndAsOldAsThePolicyAllows) {
  Policy policy = at_once();
  policy.draft.max_per_seat = 1;
  policy.draft.ttl_s = 1h;
  Given<Member> given(ada, policy);
  subscribed(given).when(SaveDraft{ada, {}, {}, 0, {}, "Hello", ""});
  const DraftId draft = given.the<DraftSaved>().draft;
  given.when(SaveDraft{ada, {}, {}, 0, {}, "More", ""}).then_rejected(Rejection::draft_limit, 1, 1);
  given.at(start + 30min).when(SaveDraft{ada, {}, draft, 1, {}, "Hello again", ""});
  given.settle_until(start + 1h).then_nothing();
  given.settle_until(start + 90min).then({DraftDiscarded{draft, DraftEnd::expired}});
}

TEST(Drafts, AreNotForSeed3) {  // A18.
  Given<Member> given(ada, "seed3");
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  given.when(SaveDraft{ada, {}, {}, 0, bob, "Hello", ""});
  given.then_rejected(Rejection::drafts_disabled);
}

}  // namespace
}  // namespace inmail::test
