#include "actors/policy_keeper.hpp"

#include <gtest/gtest.h>

#include "tests/support/given.hpp"

namespace inmail::test {
namespace {

TEST(PolicyKeeper, AdoptsTheWholeDocumentInItsCanonicalForm) {
  Given<PolicyKeeper> given(StreamId::policy());
  given.when(AdoptPolicy{"name = \"mine\"\ninherits = \"seed0\"\n[refund]\nwindow_s = 60\n"});
  given.then_only<PolicyAdopted>();
  const PolicyAdopted adopted = given.the<PolicyAdopted>();
  EXPECT_EQ(adopted.version, PolicyVersion{1});
  EXPECT_EQ(adopted.name, "mine");
  const auto policy = parse_policy(adopted.document, "again");
  ASSERT_TRUE(policy);
  EXPECT_EQ(to_toml(*policy), adopted.document);
  EXPECT_EQ(policy->refund.window_s, Seconds{60});
}

TEST(PolicyKeeper, CountsVersionsAndSkipsWhatIsInForceAlready) {
  Given<PolicyKeeper> given(StreamId::policy());
  given.when(AdoptPolicy{"inherits = \"seed0\""}).then_only<PolicyAdopted>();
  given.when(AdoptPolicy{"# the same in other words\ninherits = 'seed0'"}).then_nothing();
  given.when(AdoptPolicy{"inherits = \"seed1\""});
  EXPECT_EQ(given.the<PolicyAdopted>().version, PolicyVersion{2});
  given.when(AdoptPolicy{"inherits = \"seed0\""});
  EXPECT_EQ(given.the<PolicyAdopted>().version, PolicyVersion{3});
}

TEST(PolicyKeeper, RefusesWhatIsNoPolicy) {
  Given<PolicyKeeper> given(StreamId::policy());
  for (const char* document : {"[refund]\nwindow_s = -1", "nonsense", "unknown.key = 1"})
    given.when(AdoptPolicy{document}).then_rejected(Rejection::policy_invalid);
}

TEST(PolicyKeeper, ObeysAnAdminAlone) {
  Given<PolicyKeeper> given(StreamId::policy());
  given.asked_by(Principal::of(ada)).when(AdoptPolicy{""}).then_rejected(Rejection::not_allowed);
}

TEST(PolicyKeeper, MeetsWhatIsNoneOfItsBusinessWithADefect) {
  PolicyState state;
  EXPECT_THROW(PolicyKeeper::evolve(state, MemberBlocked{}, {}), Defect);
  EXPECT_THROW(PolicyKeeper::evolve(state, PolicyAdopted{PolicyVersion{2}, "x", ""}, {}), Defect);
}

}  // namespace
}  // namespace inmail::test
