#include "projections/outgoing.hpp"

#include "tests/projections/history.hpp"
#include "tests/projections/world.hpp"

namespace inmail {
namespace {

using test::must;

constexpr MemberId ada{1};
constexpr MemberId bob{2};
constexpr SeatId desk{5};
constexpr std::chrono::hours hour{1};

class Outgoing : public testing::Test {
 protected:
  InMailId schedule(StreamId sender, Milliseconds in, std::string_view body = "Later") {
    const CommandId command = history.new_command();
    InMailScheduled e;
    e.inmail = inmail_of(command);
    e.from = ada;
    if (sender.kind() == StreamKind::seat) e.seat = sender.seat();
    e.to = bob;
    e.send_at = history.now() + in;
    e.time_zone = "Europe/Vienna";
    e.cost = 1;
    e.body = history.sealed(body, TextField::body, ada, sender, command);
    history.add(sender, e, command);
    return e.inmail;
  }

  std::vector<ScheduledItem> scheduled(MemberId member = ada) {
    return must(scheduled_of(test::fold<OutgoingView>(history.records()), member, {})).items;
  }
  std::vector<DraftItem> drafts(MemberId member = ada) {
    return must(drafts_of(test::fold<OutgoingView>(history.records()), member, {})).items;
  }

  test::History history;
};

TEST_F(Outgoing, ShowsWhatIsScheduledInTheOrderOfItsTimes) {
  const InMailId last = schedule(ada, 3 * hour, "Third");
  const InMailId next = schedule(desk, hour, "First");
  const auto items = scheduled();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].inmail, next);
  EXPECT_EQ(items[0].sender, StreamId(desk));
  EXPECT_EQ(items[0].to, bob);
  EXPECT_EQ(items[0].send_at, history.now() + hour);
  EXPECT_EQ(items[0].set_aside, 1u);
  EXPECT_EQ(history.plain(items[0].body), "First");
  EXPECT_EQ(items[1].inmail, last);
  EXPECT_TRUE(scheduled(bob).empty()) << "its recipient is told nothing";
}

TEST_F(Outgoing, MovesWithItsTime) {
  const InMailId moved = schedule(ada, hour);
  const InMailId other = schedule(ada, 2 * hour);
  history.add(ada, InMailRescheduled{moved, history.now() + 3 * hour, {}});
  const auto items = scheduled();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].inmail, other);
  EXPECT_EQ(items[1].inmail, moved);
  EXPECT_EQ(items[1].send_at, history.now() + 3 * hour);
  EXPECT_EQ(items[1].time_zone, "Europe/Vienna");
}

TEST_F(Outgoing, ForgetsWhatIsSentOrCancelled) {
  InMailSent sent;
  sent.inmail = schedule(ada, hour);
  sent.from = ada;
  sent.to = bob;
  sent.origin = SendOrigin::scheduled;
  const InMailId cancelled = schedule(ada, hour);
  history.add(ada, sent);
  history.add(ada, InMailCancelled{cancelled, bob, ada, 1, CancelReason::by_user, {}});
  EXPECT_TRUE(scheduled().empty());
  EXPECT_EQ(test::fold<OutgoingView>(history.records()).size(), 0u) << "no row is left";
}

TEST_F(Outgoing, ShowsDraftsAsTheyWereSavedLast) {
  const DraftId first{{1}};
  const DraftId second{{2}};
  history.add(desk, DraftSaved{.draft = second, .revision = 1, .from = ada, .to = bob});
  history.add(ada, DraftSaved{.draft = first, .revision = 1, .from = ada});
  history.pass(hour);
  history.add(desk, DraftSaved{.draft = second, .revision = 2, .from = ada, .to = bob});
  const auto items = drafts();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].draft, first);
  EXPECT_EQ(items[0].to, std::nullopt);
  EXPECT_EQ(items[1].revision, 2u);
  EXPECT_EQ(items[1].author, StreamId(desk));
  EXPECT_EQ(items[1].saved_at, history.now());

  history.add(ada, DraftDiscarded{first, DraftEnd::used});
  history.add(desk, DraftDiscarded{second, DraftEnd::discarded});
  EXPECT_TRUE(drafts().empty());
  EXPECT_EQ(test::fold<OutgoingView>(history.records()).size(), 0u);
}

}  // namespace
}  // namespace inmail
