// Undoing a send through the engine: what its sender and its recipient see of it, and what is left
// of it after a restart.

#include <gtest/gtest.h>

#include "tests/support/letter_fixture.hpp"

namespace inmail {
namespace {

using test::ada;
using test::bob;
using test::company;
using test::desk;

class Undo : public test::LetterTest {
 protected:
  InMailId send(Engine& engine, std::optional<SeatId> seat = {}) {
    EXPECT_TRUE(settle(engine, SendInMail{ada, seat, bob, "Hello", "May I ask?"}).ok());
    return last_inmail();
  }
};

TEST_F(Undo, LetsNobodySeeWhatWasTakenBack) {
  Engine engine = open();
  begin(engine);
  const auto before = credits_of(engine, ada);
  const InMailId inmail = send(engine);
  EXPECT_EQ(inbox_of_bob(engine), 0u);
  EXPECT_EQ(credits_of(engine, ada).reserved, 1u);
  clock().advance(std::chrono::seconds{60});
  ASSERT_TRUE(settle(engine, UndoSend{ada, inmail}).ok());
  EXPECT_EQ(credits_of(engine, ada), before);
  pass(engine, std::chrono::hours{1});
  EXPECT_EQ(inbox_of_bob(engine), 0u);
  EXPECT_EQ(settle(engine, OpenInMail{bob, inmail}).refusal.code, Rejection::not_delivered);
  expect_equal_views(engine);
}

TEST_F(Undo, DeliversByItselfWhenItsTimeIsOver) {
  Engine engine = open();
  begin(engine);
  send(engine);
  pass(engine, Milliseconds{60'000});
  EXPECT_EQ(inbox_of_bob(engine), 0u);
  pass(engine, Milliseconds{1});
  EXPECT_EQ(inbox_of_bob(engine), 1u);
  EXPECT_EQ(credits_of(engine, ada).consumed, 1u);
  expect_equal_views(engine);
}

TEST_F(Undo, GivesBackToTheContractOfASeat) {
  Engine engine = open();
  begin(engine);
  const auto before = credits_of(engine, company);
  const InMailId inmail = send(engine, desk);
  EXPECT_EQ(credits_of(engine, company).reserved, 1u);
  ASSERT_TRUE(settle(engine, UndoSend{desk, inmail}).ok());
  EXPECT_EQ(credits_of(engine, company), before);
  send(engine, desk);
  pass(engine, std::chrono::minutes{2});
  EXPECT_EQ(inbox_of_bob(engine), 1u);
  EXPECT_EQ(credits_of(engine, company).consumed, 1u);
  expect_equal_views(engine);
}

TEST_F(Undo, OutlivesARestart) {
  InMailId kept;
  InMailId undone;
  {
    Engine engine = open();
    begin(engine);
    kept = send(engine);
    undone = send(engine, desk);
    ASSERT_TRUE(engine.close(std::chrono::seconds{10}).ok());
  }
  clock().advance(std::chrono::seconds{1});
  Engine engine = open();
  ASSERT_TRUE(settle(engine, UndoSend{desk, undone}).ok());
  pass(engine, std::chrono::minutes{2});
  EXPECT_EQ(inbox_of_bob(engine), 1u);
  EXPECT_EQ(settle(engine, UndoSend{ada, kept}).refusal.code, Rejection::undo_window_over);
  expect_equal_views(engine);
}

}  // namespace
}  // namespace inmail
