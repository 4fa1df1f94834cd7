// What becomes of HTML in an InMail (D3.6 format.html), from the edge to the inbox.

#include <gtest/gtest.h>

#include "projections/inbox.hpp"
#include "tests/support/engine_fixture.hpp"

namespace inmail {
namespace {

using test::EngineTest;

constexpr MemberId ada{1};
constexpr MemberId bob{2};

class Html : public EngineTest {
 protected:
  void begin(Engine& engine) {
    introduce(engine, {1, 2});
    ASSERT_TRUE(do_now(engine, StartSubscription{ada, PlanKind::business}).ok());
  }

  void adopt(Engine& engine, const std::string& rule) {
    ASSERT_TRUE(do_now(engine, AdoptPolicy{"inherits = \"default\"\n[undo]\nwindow_s = 0\n"
                                           "[followup]\nmin_gap_s = 0\nmax_unanswered = 9\n"
                                           "[format]\nhtml = \"" +
                                           rule + "\"\n"})
                    .ok());
  }

  static SendInMail letter() {
    SendInMail letter{ada, {}, bob, "Hi <i>you</i>", "A <b>word</b>, 1 < 2?"};
    letter.signature = "<u>Ada</u>";
    return letter;
  }

  /// As bob reads the newest: subject, body and signature.
  std::string read(Engine& engine) {
    const auto page = engine.query(InboxView::name, {engine.head()}, [&](const Rows& rows) {
      return inbox_of(rows, bob, {.limit = 1, .after = {}});
    });
    const InboxItem& item = (*page)->items.at(0);
    return **engine.open_text(item.subject) + "|" + **engine.open_text(item.body) + "|" +
           **engine.open_text(item.signature);
  }
};

TEST_F(Html, IsRefusedTakenOutOrShownAsThePolicySays) {
  Engine engine = open();
  begin(engine);
  EXPECT_EQ(settle(engine, letter()).refusal.code, Rejection::html_not_allowed);
  adopt(engine, "strip");
  ASSERT_TRUE(settle(engine, letter()).ok());
  EXPECT_EQ(read(engine), "Hi you|A word, 1 < 2?|Ada");
  clock().set(clock().now() + Milliseconds{1});
  adopt(engine, "escape");
  ASSERT_TRUE(settle(engine, letter()).ok());
  EXPECT_EQ(read(engine),
            "Hi &lt;i&gt;you&lt;/i&gt;|A &lt;b&gt;word&lt;/b&gt;, 1 < 2?|&lt;u&gt;Ada&lt;/u&gt;");
}

TEST_F(Html, IsForetoldAsItIsTreated) {
  Engine engine = open();
  begin(engine);
  const auto refusals = [&] { return engine.check_send(letter()).get()->refusals.size(); };
  EXPECT_EQ(refusals(), 1u);
  adopt(engine, "strip");
  EXPECT_EQ(refusals(), 0u);
}

/// The same order comes again after the policy has changed, and is known all the same.
TEST_F(Html, DoesNotMakeAnOrderThatComesAgainAnother) {
  Engine engine = open();
  begin(engine);
  adopt(engine, "strip");
  const CommandId id = make_command_id(clock().now(), 9, 1);
  const Answer first = engine.submit({letter(), id, {}}).reply.get();
  ASSERT_TRUE(first.ok());
  adopt(engine, "escape");
  const Answer again = engine.submit({letter(), id, {}}).reply.get();
  EXPECT_TRUE(again.ok());
  EXPECT_EQ(again.position, first.position);
  SendInMail other = letter();
  other.body = "A <b>sword</b>, 1 < 2?";
  EXPECT_EQ(engine.submit({other, id, {}}).reply.get().refusal.code, Rejection::command_id_reused);
}

}  // namespace
}  // namespace inmail
