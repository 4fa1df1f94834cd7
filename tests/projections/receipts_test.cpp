#include "projections/receipts.hpp"

#include "tests/projections/history.hpp"

namespace inmail {
namespace {

using test::must;

constexpr MemberId ada{1};

class ReceiptsTest : public testing::Test {
 protected:
  CommandId answer(Event event) { return answer(history.new_command(), std::move(event)); }
  CommandId answer(const CommandId& command, Event event) {
    RecordHeader& header = history.add(ada, std::move(event), command);
    header.is_receipt = true;
    header.payload_hash.fill(7);
    return command;
  }
  std::optional<CommandReceipt> find(const CommandId& id) {
    return must(find_receipt(test::fold<ReceiptsView>(history.records()), id));
  }

  test::History history;
};

TEST_F(ReceiptsTest, TellWhatWasAnswered) {
  const CommandId accepted = answer(CommandAccepted{1});
  const CommandId refused = answer(CommandRejected{Rejection::self_send, 0, 0, 1, ""});
  PayloadHash hash;
  hash.fill(7);
  EXPECT_EQ(find(accepted), (CommandReceipt{Position{1}, ada, std::nullopt, hash}));
  EXPECT_EQ(find(refused), (CommandReceipt{Position{2}, ada, Rejection::self_send, hash}));
}

TEST_F(ReceiptsTest, KnowOnlyTheRecordThatAnswers) {
  const CommandId command = history.new_command();
  history.add(ada, CommandAccepted{1}, command);
  EXPECT_EQ(find(command), std::nullopt);
}

TEST_F(ReceiptsTest, AreForgottenOnTheFirstDayAfterTheirTime) {
  history.pass(std::chrono::hours{12});
  const CommandId old = answer(CommandAccepted{1});
  history.pass(std::chrono::days{30});
  answer(CommandAccepted{1});
  EXPECT_TRUE(find(old)) << "at its thirtieth day it is not older than thirty days";
  history.pass(std::chrono::hours{1});
  answer(CommandAccepted{1});
  EXPECT_TRUE(find(old)) << "nothing is forgotten before the next day begins";
  history.pass(std::chrono::hours{11});
  answer(CommandAccepted{1});
  EXPECT_FALSE(find(old));
}

TEST_F(ReceiptsTest, AreNotTakenUpOnceTheirTimeIsOver) {
  const CommandId old = history.new_command();
  history.pass(std::chrono::days{31});
  answer(old, CommandAccepted{1});
  EXPECT_FALSE(find(old));
}

TEST_F(ReceiptsTest, StayBoundedOverTheYears) {
  for (int day = 0; day < 400; ++day) {
    answer(CommandAccepted{1});
    history.pass(std::chrono::days{1});
  }
  EXPECT_EQ(test::fold<ReceiptsView>(history.records()).size(), 32u);
}

}  // namespace
}  // namespace inmail
