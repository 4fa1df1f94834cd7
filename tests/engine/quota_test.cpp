// A quota of the policy (D3.7), from its adoption on.

#include <gtest/gtest.h>

#include "tests/support/engine_fixture.hpp"

namespace inmail {
namespace {

using test::EngineTest;

constexpr MemberId ada{1};
constexpr MemberId bob{2};

class QuotaOfThePolicy : public EngineTest {
 protected:
  void adopt(Engine& engine, const std::string& daily_max) {
    ASSERT_TRUE(do_now(engine, AdoptPolicy{"inherits = \"default\"\n[undo]\nwindow_s = 0\n"
                                           "[followup]\nmin_gap_s = 0\nmax_unanswered = 9\n"
                                           "[recipient]\ninbound_daily_max = " +
                                           daily_max + "\n"})
                    .ok());
  }

  static SendInMail letter(const std::string& body) { return {ada, {}, bob, "Hello", body}; }
};

// Arrivals are not shown to senders while there is no quota to hold them against.
TEST_F(QuotaOfThePolicy, HoldsForSendersOnceTheRecipientHasActedUnderIt) {
  Engine engine = open();
  introduce(engine, {1, 2});
  ASSERT_TRUE(do_now(engine, StartSubscription{ada, PlanKind::business}).ok());
  adopt(engine, "0");
  for (const char* body : {"The first", "Another one"})
    ASSERT_TRUE(settle(engine, letter(body)).ok());
  adopt(engine, "2");
  clock().set(clock().now() + Milliseconds{1});
  ASSERT_EQ(settle(engine, OpenInMail{bob, InMailId{}}).refusal.code, Rejection::not_delivered);
  EXPECT_EQ(settle(engine, letter("A third")).refusal.code, Rejection::recipient_quota);
}

}  // namespace
}  // namespace inmail
