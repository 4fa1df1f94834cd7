#include "projections/inbox.hpp"

#include "events/policy.hpp"

#include "tests/projections/history.hpp"

namespace inmail {
namespace {

using test::History;
using test::must;

constexpr MemberId ada{1};
constexpr MemberId bob{2};
constexpr MemberId cyd{3};

/// What can happen to one InMail after another.
class InboxTest : public testing::Test {
 protected:
  InMailRef send(MemberId from, MemberId to, std::string_view subject = "Job") {
    const CommandId command = history.new_command();
    InMailSent sent;
    sent.inmail = inmail_of(command);
    sent.from = from;
    sent.to = to;
    sent.pool = from;
    sent.subject = history.sealed(subject, TextField::subject, from, from, command);
    sent.body = history.sealed("Would you?", TextField::body, from, from, command);
    history.add(from, sent, command);
    return {sent.inmail, from, from, from, 0, history.now()};
  }
  InMailRef deliver(MemberId from, MemberId to, std::string_view subject = "Job") {
    const InMailRef ref = send(from, to, subject);
    history.pass(std::chrono::minutes{1});
    InMailDelivered delivered;
    delivered.ref = ref;
    history.add(to, delivered);
    history.pass(std::chrono::minutes{1});
    return ref;
  }
  void open(const InMailRef& ref, MemberId by) {
    history.add(by, Opened{ref, false, {}});
    history.pass(std::chrono::minutes{1});
  }
  void reply(const InMailRef& ref, MemberId by, ReplyKind kind, std::string_view text) {
    Replied replied;
    replied.ref = ref;
    replied.kind = kind;
    replied.canned = text.empty();
    if (!text.empty())
      replied.text = history.sealed(text, TextField::reply, by, by, history.new_command());
    history.add(by, replied);
    history.pass(std::chrono::minutes{1});
  }
  void write(const InMailRef& ref, MemberId from, MemberId to, std::string_view text) {
    MessageSent message{.conversation = ref.inmail, .from = from, .to = to};
    message.text = history.sealed(text, TextField::message, from, from, history.new_command());
    history.add(from, message);
    history.pass(std::chrono::minutes{1});
  }

  std::vector<InboxItem> inbox(MemberId member, const InboxFilter& filter = {}) {
    const MemoryRows rows = test::fold<InboxView>(history.records());
    return must(inbox_of(rows, member, {}, filter)).items;
  }
  std::vector<InboxItem> sent(MemberId member, const InboxFilter& filter = {}) {
    const MemoryRows rows = test::fold<InboxView>(history.records());
    return must(sent_of(rows, member, {}, filter)).items;
  }
  std::optional<Conversation> read(const InMailRef& ref, MemberId reader,
                                   const PageRequest& page = {}) {
    const MemoryRows rows = test::fold<InboxView>(history.records());
    return must(read_conversation(rows, ref.inmail, reader, page));
  }

  History history;
};

TEST_F(InboxTest, ShowsAnInMailFromItsDeliveryOn) {
  const InMailRef ref = send(ada, bob);
  EXPECT_TRUE(inbox(bob).empty());
  history.pass(std::chrono::minutes{1});
  InMailDelivered delivered;
  delivered.ref = ref;
  history.add(bob, delivered);

  const auto items = inbox(bob);
  ASSERT_EQ(items.size(), 1u);
  const InboxItem& item = items.front();
  EXPECT_EQ(item.conversation, ref.inmail);
  EXPECT_EQ(item.other, ada);
  EXPECT_EQ(item.from, ada);
  EXPECT_TRUE(item.is_inmail);
  EXPECT_TRUE(item.unread);
  EXPECT_EQ(item.lifecycle, InboxLifecycle::delivered);
  EXPECT_EQ(item.thread, InboxThread::awaiting);
  EXPECT_EQ(item.sent_at, ref.sent_at);
  EXPECT_EQ(item.delivered_at, history.now());
  EXPECT_EQ(item.message_count, 1u);
  EXPECT_TRUE(item.subject.is_sealed());
  EXPECT_EQ(history.plain(item.subject), "Job");
  EXPECT_EQ(history.plain(item.body), "Would you?");
}

TEST_F(InboxTest, HasNothingForTheSenderBeforeAnAnswer) {
  const InMailRef ref = deliver(ada, bob);
  open(ref, bob);
  EXPECT_TRUE(inbox(ada).empty());
  EXPECT_EQ(read(ref, ada), std::nullopt);
}

TEST_F(InboxTest, IsReadOnceItWasOpened) {
  const InMailRef ref = deliver(ada, bob);
  open(ref, bob);
  EXPECT_FALSE(inbox(bob).front().unread);
  EXPECT_TRUE(inbox(bob).front().opened_at.has_value());
}

TEST_F(InboxTest, ShowsAnAnswerToBothSides) {
  const InMailRef ref = deliver(ada, bob);
  open(ref, bob);
  reply(ref, bob, ReplyKind::accept, "Gladly");

  const InboxItem mine = inbox(ada).front();
  EXPECT_EQ(mine.other, bob);
  EXPECT_EQ(mine.from, ada);
  EXPECT_TRUE(mine.unread);
  EXPECT_EQ(mine.thread, InboxThread::open);
  EXPECT_EQ(mine.reply_kind, ReplyKind::accept);
  EXPECT_EQ(mine.opened_at, std::nullopt) << "whether it was opened is the recipient's own affair";
  EXPECT_EQ(history.plain(mine.reply), "Gladly");
  EXPECT_EQ(mine.message_count, 2u);
  EXPECT_FALSE(inbox(bob).front().unread);
}

TEST_F(InboxTest, ClosesAConversationThatWasDeclinedWithoutAWord) {
  const InMailRef ref = deliver(ada, bob);
  reply(ref, bob, ReplyKind::decline, "");
  EXPECT_EQ(inbox(ada).front().thread, InboxThread::closed);
  write(ref, bob, ada, "On second thoughts");
  EXPECT_EQ(inbox(ada).front().thread, InboxThread::open);
}

TEST_F(InboxTest, HasTheNewestActivityFirst) {
  const InMailRef first = deliver(ada, bob, "first");
  const InMailRef second = deliver(cyd, bob, "second");
  EXPECT_EQ(inbox(bob).front().conversation, second.inmail);
  open(first, bob);
  EXPECT_EQ(inbox(bob).front().conversation, second.inmail) << "opening is no activity";
  reply(first, bob, ReplyKind::reply, "Yes?");
  EXPECT_EQ(inbox(bob).front().conversation, first.inmail);
  reply(second, bob, ReplyKind::reply, "No");
  write(first, ada, bob, "Well?");
  const auto items = inbox(bob);
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items.front().conversation, first.inmail);
  EXPECT_TRUE(items.front().unread);
  EXPECT_FALSE(items.back().unread);
}

TEST_F(InboxTest, ListsTheMessagesOfAConversationInPages) {
  const InMailRef ref = deliver(ada, bob);
  reply(ref, bob, ReplyKind::reply, "Yes?");
  for (const char* text : {"one", "two", "three"}) write(ref, ada, bob, text);

  auto page = read(ref, bob, {.limit = 2, .after = ""});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->messages.items.size(), 2u);
  EXPECT_EQ(history.plain(page->messages.items[0].text), "one");
  EXPECT_EQ(page->messages.items[0].from, ada);
  EXPECT_EQ(page->item.message_count, 5u);
  page = read(ref, bob, {.limit = 2, .after = page->messages.next});
  ASSERT_EQ(page->messages.items.size(), 1u);
  EXPECT_EQ(history.plain(page->messages.items[0].text), "three");
  EXPECT_EQ(page->messages.next, "");
}

TEST_F(InboxTest, IsPaged) {
  for (int i = 0; i < 5; ++i) deliver(ada, bob);
  const MemoryRows rows = test::fold<InboxView>(history.records());
  PageRequest request{.limit = 2, .after = ""};
  std::vector<InMailId> seen;
  do {
    const auto page = must(inbox_of(rows, bob, request));
    for (const InboxItem& item : page.items) seen.push_back(item.conversation);
    request.after = page.next;
  } while (!request.after.empty());
  EXPECT_EQ(seen.size(), 5u);
  EXPECT_EQ(std::set<InMailId>(seen.begin(), seen.end()).size(), 5u);
}

TEST_F(InboxTest, LosesWhatWasRetractedUnopened) {
  const InMailRef ref = deliver(ada, bob);
  history.add(bob, InMailRetracted{ref, false, ChargeEnd::none, 0});
  EXPECT_TRUE(inbox(bob).empty());
  EXPECT_EQ(read(ref, bob), std::nullopt);
  ASSERT_EQ(sent(ada).size(), 1u);
  EXPECT_EQ(sent(ada).front().lifecycle, InboxLifecycle::retracted);
  EXPECT_TRUE(sent(ada).front().subject.empty());
}

TEST_F(InboxTest, KeepsWhatWasRetractedAfterItWasOpened) {
  const InMailRef ref = deliver(ada, bob);
  open(ref, bob);
  history.add(bob, InMailRetracted{ref, true, ChargeEnd::none, 0, true});
  EXPECT_EQ(inbox(bob).front().lifecycle, InboxLifecycle::retracted);
  EXPECT_TRUE(inbox(bob).front().subject.empty()) << "a mark is all that is left";
}

TEST_F(InboxTest, LosesWhatWasTakenOffTheListAlthoughItWasOpened) {
  const InMailRef ref = deliver(ada, bob);
  open(ref, bob);
  history.add(bob, InMailHiddenFromRecipient{ref});
  EXPECT_TRUE(inbox(bob).empty());
  EXPECT_EQ(sent(ada).front().lifecycle, InboxLifecycle::delivered);
  EXPECT_EQ(history.plain(sent(ada).front().subject), "Job");
}

TEST_F(InboxTest, ListsWhatAMemberHasSentWithTheNewestFirst) {
  const InMailRef first = deliver(ada, bob, "first");
  const InMailRef second = send(ada, cyd, "second");
  ASSERT_EQ(sent(ada).size(), 2u);
  EXPECT_EQ(sent(ada).front().conversation, second.inmail);
  EXPECT_EQ(sent(ada).front().other, cyd);
  EXPECT_EQ(sent(ada).front().lifecycle, InboxLifecycle::sent);
  EXPECT_EQ(sent(ada).back().conversation, first.inmail);
  EXPECT_EQ(sent(ada).back().lifecycle, InboxLifecycle::delivered);
  EXPECT_EQ(sent(ada).back().opened_at, std::nullopt);
  EXPECT_TRUE(sent(bob).empty());
}

TEST_F(InboxTest, HoldsWhatWasSentForTwoDaysUnderSeed1) {  // A17.
  history.add(StreamId::policy(),
              PolicyAdopted{PolicyVersion{1}, "seed1", to_toml(*preset("seed1"))});
  const InMailRef ref = deliver(ada, bob);
  const Timestamp listed = ref.sent_at + std::chrono::seconds{172'800};
  const auto at = [&](Timestamp now) { return InboxFilter{.now = now}; };
  ASSERT_EQ(inbox(ada, at(listed - Milliseconds{1})).size(), 1u);
  EXPECT_TRUE(inbox(ada, at(listed - Milliseconds{1})).front().unread);
  EXPECT_TRUE(sent(ada, at(listed - Milliseconds{1})).empty());
  EXPECT_TRUE(inbox(ada, at(listed)).empty());
  EXPECT_EQ(sent(ada, at(listed)).size(), 1u);
  reply(ref, bob, ReplyKind::accept, "Gladly");
  EXPECT_EQ(inbox(ada, at(listed)).size(), 1u);
  EXPECT_EQ(inbox(bob, at(listed)).size(), 1u);
}

TEST_F(InboxTest, ShowsEachPartyItsOwnMarks) {
  const InMailRef ref = deliver(ada, bob);
  reply(ref, bob, ReplyKind::accept, "Gladly");
  history.add(bob, Archived{.conversation = ref.inmail});
  history.add(bob, Starred{ref.inmail});
  history.add(bob, MarkedUnread{ref.inmail});
  for (const std::uint64_t key : {7, 8})
    history.add(
        bob, Tagged{ref.inmail,
                    history.sealed("later", TextField::tag, bob, bob, history.new_command()), key});
  history.add(bob, Tagged{ref.inmail, {}, 8, false});

  const InboxItem mine = inbox(bob).front();
  EXPECT_TRUE(mine.archived && mine.starred && mine.unread);
  ASSERT_EQ(mine.tags.size(), 1u);
  EXPECT_EQ(history.plain(mine.tags.front()), "later");
  const InboxItem theirs = inbox(ada).front();
  EXPECT_FALSE(theirs.archived || theirs.starred);
  EXPECT_TRUE(theirs.tags.empty());
  EXPECT_TRUE(inbox(bob, {.archived = false}).empty());
  EXPECT_EQ(inbox(bob, {.archived = true, .starred = true, .unread = true}).size(), 1u);
  history.add(bob, MarkedUnread{ref.inmail, false});
  EXPECT_TRUE(inbox(bob, {.unread = true}).empty());
}

TEST_F(InboxTest, ShowsTheMarksOfASeatToItsHolder) {
  const SeatId desk{5};
  const InMailRef ref = deliver(ada, bob);
  reply(ref, bob, ReplyKind::accept, "Gladly");
  history.add(desk, SeatOpened{ContractId{1}, ada, SeatRole::recruiter});
  history.add(desk, Starred{ref.inmail});
  EXPECT_TRUE(inbox(ada).front().starred);
}

TEST_F(InboxTest, ShowsWhatConnectionsWriteWithoutTheLabel) {
  const InMailId id = direct_conversation(ada, bob);
  write({.inmail = id}, ada, bob, "Hello");
  write({.inmail = id}, bob, ada, "You, too");
  for (const MemberId member : {ada, bob}) {
    ASSERT_EQ(inbox(member).size(), 1u);
    EXPECT_FALSE(inbox(member).front().is_inmail);
    EXPECT_EQ(inbox(member).front().thread, InboxThread::open);
    EXPECT_EQ(inbox(member).front().message_count, 2u);
  }
  EXPECT_FALSE(inbox(bob).front().unread);
  EXPECT_TRUE(inbox(ada).front().unread);
}

TEST_F(InboxTest, ShowsAnAutomaticReplyToTheSenderAndNoAnswer) {
  const InMailRef ref = deliver(ada, bob);
  history.add(bob, MessageSent{ref.inmail, bob, ada, {}, true});
  ASSERT_EQ(inbox(ada).size(), 1u);
  EXPECT_EQ(inbox(ada).front().thread, InboxThread::awaiting);
  EXPECT_EQ(inbox(ada).front().responded_at, std::nullopt);
}

TEST_F(InboxTest, LosesWhatExpiredHidden) {
  const InMailRef ref = deliver(ada, bob);
  history.add(bob, Expired{ref, ExpiryBasis::unopened, ExpiryEffect::hide, ChargeEnd::none, 0});
  EXPECT_TRUE(inbox(bob).empty());
  EXPECT_EQ(sent(ada).front().lifecycle, InboxLifecycle::expired);
}

TEST_F(InboxTest, KeepsWhatExpiredInStatusOnly) {
  const InMailRef ref = deliver(ada, bob);
  history.add(bob,
              Expired{ref, ExpiryBasis::unanswered, ExpiryEffect::status_only, ChargeEnd::none, 0});
  EXPECT_EQ(inbox(bob).front().lifecycle, InboxLifecycle::expired);
  reply(ref, bob, ReplyKind::reply, "Late, but yes");
  EXPECT_EQ(inbox(ada).size(), 1u);
}

TEST_F(InboxTest, KeepsWhatWasNeverDeliveredForItsSenderOnly) {
  const InMailRef ref = send(ada, bob);
  history.add(bob, InMailFailed{ref, FailureReason::recipient_unavailable});
  EXPECT_TRUE(inbox(bob).empty());
  EXPECT_EQ(sent(ada).front().lifecycle, InboxLifecycle::failed);
  EXPECT_EQ(history.plain(sent(ada).front().subject), "Job");
}

TEST_F(InboxTest, ShowsAConversationToItsTwoSidesOnly) {
  const InMailRef ref = deliver(ada, bob);
  reply(ref, bob, ReplyKind::reply, "Yes?");
  EXPECT_TRUE(read(ref, ada));
  EXPECT_TRUE(read(ref, bob));
  EXPECT_FALSE(read(ref, cyd));
}

}  // namespace
}  // namespace inmail
