// A member is erased with what others wrote to them: nobody can read that any more, not even who
// wrote it, in no file and with no key, whatever dies meanwhile; all else goes on.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "engine/backup.hpp"
#include "engine/erasure_list.hpp"
#include "engine/store_layout.hpp"
#include "projections/inbox.hpp"
#include "projections/outgoing.hpp"
#include "tests/support/erasure_fixture.hpp"

namespace inmail {
namespace {

namespace fs = std::filesystem;
using test::ada;
using test::bob;
using test::company;
using test::desk;
using test::eve;

constexpr MemberId dan{4};  ///< A connection of ada's.
constexpr MemberId nobody{99};
constexpr KeyId what_ada_received{ada, KeyUse::received};

/// Bob, eve and dan write to ada all that one can write to somebody: InMails, on a seat and their
/// own, with all their parts, later ones, follow-ups, drafts, an answer, a message in a thread and
/// one between connections, and InMails that are refused. Nobody else uses these words.
class ErasingReceived : public test::ErasureTest {
 protected:
  void tell_the_story(Engine& engine) {
    introduce(engine, {ada.value, bob.value, eve.value, dan.value});
    for (const MemberId each : {ada, bob, eve})
      ASSERT_TRUE(settle(engine, StartSubscription{each, PlanKind::business}).ok());
    for (const Command& each : std::vector<Command>{
             CreateContract{company, 2}, AddSeat{company, desk, eve},
             StartSubscription{company, PlanKind::recruiter_lite}, SetConnection{ada, dan}})
      ASSERT_TRUE(settle(engine, each).ok());
    write_letters(engine);
    write_in_threads(engine);
    write_for_later(engine);
  }

  void write_letters(Engine& engine) {
    SendInMail letter = letter_of(bob, {}, ada);
    letter.signature = words_.new_one("yours");
    letter.override_reason = "A reason is nobody's to read but theirs who ask";
    to_ada_ = send(engine, letter);
    (void)send(engine, letter_of(eve, desk, ada));
    SendInMail refused = letter_of(bob, {}, ada);
    refused.attachments = {{1, "pdf", 100, words_.new_one("file")}};
    EXPECT_FALSE(settle(engine, refused).ok()) << "he has to wait for an answer";
    (void)send(engine, {bob, {}, eve, "Of Bob to Eve", "She may keep it."});
  }

  void write_in_threads(Engine& engine) {
    of_ada_ = send(engine, {ada, {}, bob, "Of Ada", "May I ask?"});
    ASSERT_TRUE(
        settle(engine, Respond{bob, of_ada_, ReplyKind::reply, words_.new_one("answer")}).ok());
    EXPECT_FALSE(
        settle(engine, Respond{bob, of_ada_, ReplyKind::reply, words_.new_one("again")}).ok());
    ASSERT_TRUE(settle(engine, SendMessage{of_ada_, bob, {}, ada, words_.new_one("message")}).ok());
    ASSERT_TRUE(settle(engine, SendMessage{{}, dan, {}, ada, words_.new_one("direct")}).ok());
    open_ = send(engine, {ada, {}, eve, "Of Ada again", "And you?"});
  }

  void write_for_later(Engine& engine) {
    const Timestamp later = clock().now() + std::chrono::days{60};
    const ScheduleInMail scheduled{letter_of(eve, desk, ada), later, ""};
    (void)settle(engine, scheduled);
    (void)settle(engine, AddFollowUp{letter_of(bob, {}, ada), to_ada_, 900'000});
    for (const auto& seat : {std::optional<SeatId>{}, std::optional{desk}}) {
      const SaveDraft draft{eve, seat, {}, 0, ada, words_.new_one("draft"), words_.new_one("d")};
      ASSERT_TRUE(settle(engine, draft).ok());
    }
  }

  SendInMail letter_of(MemberId from, std::optional<SeatId> seat, MemberId to) {
    return {from, seat, to, words_.new_one("subject"), words_.new_one("body")};
  }

  void expect_kept(Engine& engine) {
    const auto texts = read(engine, test::texts_to(engine.log(), ada));
    std::set<std::string> found;
    for (const auto& text : texts) {
      EXPECT_TRUE(text.has_value() && words_.has(*text));
      found.insert(text.value_or(""));
    }
    EXPECT_EQ(found.size(), words_.all().size()) << "every word was written to her";
    expect_sound(engine);
  }

  void expect_gone(Engine& engine) {
    const auto texts = test::texts_to(engine.log(), ada);
    EXPECT_GE(texts.size(), words_.all().size());
    for (const auto& text : read(engine, texts)) EXPECT_EQ(text, std::nullopt);
    for (const auto& text : read(engine, test::texts_of(engine.log(), ada)))
      EXPECT_EQ(text, std::nullopt);
    const auto others = test::texts_where(engine.log(), [](const Text& text) {
      return text.author() != ada && text.reader() != ada;
    });
    EXPECT_GE(others.size(), 4u);
    for (const auto& text : read(engine, others)) EXPECT_TRUE(text.has_value());
    expect_sound(engine);
  }

  InMailId to_ada_;  ///< Of bob.
  InMailId of_ada_;  ///< To bob, who has answered it.
  InMailId open_;    ///< Of ada to eve, not answered.
};

TEST_F(ErasingReceived, DestroysWhatOthersWroteToThemAndNothingElseOfTheirs) {
  Engine engine = open();
  tell_the_story(engine);
  expect_kept(engine);

  ASSERT_TRUE(settle(engine, EraseMember{ada, true}).ok());
  EXPECT_EQ(test::count_events(engine.log(), ReceivedErased::type.number), 1u);
  EXPECT_EQ(test::count_events(engine.log(), ReceivedKeyDestroyed::type.number), 1u)
      << "and it is on record";
  expect_gone(engine);
}

TEST_F(ErasingReceived, ShowsNothingOfItToWhoWroteIt) {
  Engine engine = open();
  tell_the_story(engine);
  ASSERT_TRUE(settle(engine, EraseMember{ada, true}).ok());
  const auto sent = engine.query(InboxView::name, {engine.head()}, [&](const Rows& rows) {
    return sent_of(rows, bob, {.limit = 10, .after = {}});
  });
  ASSERT_TRUE(sent.ok() && sent->ok());
  std::size_t to_ada = 0;
  for (const InboxItem& item : (*sent)->items) {
    const auto body = engine.open_text(item.body);
    ASSERT_TRUE(body.ok());
    EXPECT_EQ(body->has_value(), item.other != ada);
    to_ada += item.other == ada ? 1 : 0;
    EXPECT_GT(item.body.counts().codepoints, 0u) << "how long it was stays on record";
  }
  EXPECT_EQ(to_ada, 1u);
  const auto drafts = engine.query(OutgoingView::name, {engine.head()}, [&](const Rows& rows) {
    return drafts_of(rows, eve, {.limit = 10, .after = {}});
  });
  ASSERT_TRUE(drafts.ok() && drafts->ok());
  EXPECT_EQ((*drafts)->items.size(), 2u);
  for (const DraftItem& draft : (*drafts)->items)
    EXPECT_EQ(engine.open_text(draft.body).value_or("?"), std::nullopt);
}

TEST_F(ErasingReceived, CanBeOrderedLaterAndHappensOnce) {
  Engine engine = open();
  tell_the_story(engine);
  ASSERT_TRUE(settle(engine, EraseMember{ada}).ok());
  const auto texts = test::texts_to(engine.log(), ada);
  for (const auto& text : read(engine, texts)) EXPECT_TRUE(text.has_value()) << "it is theirs";

  for (int time = 0; time < 2; ++time) {
    EXPECT_TRUE(settle(engine, EraseMember{ada, true}).ok());
    EXPECT_EQ(test::count_events(engine.log(), MemberErased::type.number), 1u);
    EXPECT_EQ(test::count_events(engine.log(), ReceivedErased::type.number), 1u);
    EXPECT_EQ(test::count_events(engine.log(), ReceivedKeyDestroyed::type.number), 1u);
    expect_gone(engine);
  }
  EXPECT_EQ(settle(engine, EraseMember{nobody, true}).refusal.code, Rejection::unknown_target);
}

TEST_F(ErasingReceived, LeavesNoWordAndNoKeyInAnyFile) {
  std::string key;
  {
    Engine engine = open();
    tell_the_story(engine);
    key = test::key_in(StoreLayout{path()}.keys(), what_ada_received);
    ASSERT_EQ(key.size(), 32u);
    ASSERT_TRUE(settle(engine, EraseMember{ada, true}).ok());
    introduce(engine, {5, 6});
    EXPECT_EQ(words_.files_with_any(path()), std::vector<fs::path>{}) << "while it is open";
  }
  EXPECT_EQ(words_.files_with_any(path()), std::vector<fs::path>{});
  EXPECT_EQ(test::files_with(path(), key), std::vector<fs::path>{});
  Engine engine = open();
  expect_gone(engine);
  const auto texts = test::texts_where(
      engine.log(), [](const Text& text) { return text.reader() == ada && text.author() != ada; });
  EXPECT_EQ(test::openable_with_bytes_of(StoreLayout{path()}.keys(), texts, KeyUse::received), 0u);
}

TEST_F(ErasingReceived, ChangesNoAnswerToWhoWritesToThem) {
  Engine engine = open();
  tell_the_story(engine);
  const SendInMail letter = letter_of(eve, {}, ada);
  const CommandId id = engine.new_command_id();
  const Answer first = engine.submit({letter, id, {}}).settled.get();
  ASSERT_TRUE(settle(engine, EraseMember{ada, true}).ok());
  EXPECT_EQ(engine.submit({letter, id, {}}).reply.get().kind, first.kind) << "the first one stands";

  const std::vector<Command> refused = {
      SendInMail{bob, {}, ada, "Hello", "Still there?"},
      SendInMail{eve, desk, ada, "Hello", "Still there?"},
      SendMessage{of_ada_, bob, {}, ada, "Still there?"},
      ScheduleInMail{{bob, {}, ada, "Hello", "Later?"}, clock().now() + std::chrono::days{9}, ""}};
  for (const Command& command : refused)
    EXPECT_EQ(settle(engine, command).refusal.code, Rejection::unknown_recipient);
  EXPECT_TRUE(settle(engine, Respond{eve, open_, ReplyKind::reply, "Too late"}).ok());
  clock().advance(std::chrono::hours{24 * 400});
  engine.wake_due();
  expect_gone(engine);
}

TEST_F(ErasingReceived, MakesNoKeyForWhoIsNotThere) {
  Engine engine = open();
  tell_the_story(engine);
  for (std::uint64_t each = 0; each < 20; ++each)
    EXPECT_EQ(settle(engine, SendInMail{bob, {}, MemberId{nobody.value + each}, "You", "there?"})
                  .refusal.code,
              Rejection::unknown_recipient);
  (void)settle(engine, SaveDraft{bob, {}, {}, 0, nobody, "You", "there?"});
  for (std::uint64_t each = 0; each < 20; ++each)
    EXPECT_EQ(
        test::key_in(StoreLayout{path()}.keys(), {MemberId{nobody.value + each}, KeyUse::received}),
        "");
  EXPECT_EQ(test::texts_to(engine.log(), nobody).size(), 0u);
}

/// Backups of a time when Ada was there, of one when only what she wrote was gone, and of today.
class ErasingReceivedBeforeARestore : public ErasingReceived {
 protected:
  fs::path beside(const std::string& name) const { return path().parent_path() / name; }

  void back_up(const std::string& name) {
    ASSERT_TRUE(back_up_store(path(), beside(name)).ok());
    ASSERT_TRUE(back_up_keys(path(), beside(name + "-keys")).ok());
  }

  void SetUp() override {
    Engine engine = open();
    tell_the_story(engine);
    back_up("early");
    key_ = test::key_in(beside("early-keys") / "keys", what_ada_received);
    ASSERT_EQ(key_.size(), 32u) << "they could be read then";
    ASSERT_TRUE(settle(engine, EraseMember{ada}).ok());
    back_up("half");
    ASSERT_TRUE(settle(engine, EraseMember{ada, true}).ok());
    back_up("late");
  }

  void expect_gone_from_a_restore_of(const std::string& log, const std::string& keys) {
    const auto restored = restore_store({.backup = beside(log),
                                         .store = beside("restored"),
                                         .keys = beside(keys),
                                         .on_progress = {}});
    ASSERT_TRUE(restored.ok()) << restored.error().message;
    EXPECT_EQ(restored->erased_members, 1u);
    EXPECT_EQ(words_.files_with_any(beside("restored")), std::vector<fs::path>{});
    EXPECT_EQ(test::files_with(beside("restored"), key_), std::vector<fs::path>{});
    for (int opening = 0; opening < 2; ++opening) {
      EngineOptions with = options();
      with.path = beside("restored");
      auto engine = Engine::open(std::move(with));
      ASSERT_TRUE(engine.ok()) << engine.error().message;
      EXPECT_EQ(test::count_events(engine->log(), MemberErased::type.number), 1u);
      EXPECT_EQ(test::count_events(engine->log(), ReceivedErased::type.number), 1u);
      EXPECT_EQ(test::count_events(engine->log(), ReceivedKeyDestroyed::type.number), 1u);
      expect_gone(*engine);
      EXPECT_FALSE(fs::exists(StoreLayout{beside("restored")}.erasures()));
    }
    EXPECT_EQ(words_.files_with_any(beside("restored")), std::vector<fs::path>{});
  }

  void put_the_list_of_today_beside(const std::string& name) {
    fs::copy_file(beside("late") / "erased", beside(name) / "erased",
                  fs::copy_options::overwrite_existing);
  }

  std::string key_;
};

TEST_F(ErasingReceivedBeforeARestore, LeavesNoWordAndNoKeyInALaterBackup) {
  for (const char* folder : {"late", "late-keys"}) {
    EXPECT_EQ(words_.files_with_any(beside(folder)), std::vector<fs::path>{});
    EXPECT_EQ(test::files_with(beside(folder), key_), std::vector<fs::path>{});
    EXPECT_EQ(*read_erasures(beside(folder) / "erased"), (ErasureList{ada, what_ada_received}));
  }
  EXPECT_EQ(*read_erasures(beside("half") / "erased"), ErasureList{ada});
  expect_gone_from_a_restore_of("late", "late-keys");
}

TEST_F(ErasingReceivedBeforeARestore, IsDoneAgainToAnEarlierBackupWithTheListOfToday) {
  put_the_list_of_today_beside("early");
  expect_gone_from_a_restore_of("early", "early-keys");
}

TEST_F(ErasingReceivedBeforeARestore, IsDoneAgainToABackupThatKnowsOfHalfOfIt) {
  put_the_list_of_today_beside("half");
  expect_gone_from_a_restore_of("half", "half-keys");
}

TEST_F(ErasingReceivedBeforeARestore, IsDoneAgainToEarlierKeysWithoutAnyList) {
  fs::remove(beside("late") / "erased");
  fs::remove(beside("early-keys") / "erased");
  expect_gone_from_a_restore_of("late", "early-keys");
}

TEST_F(ErasingReceivedBeforeARestore, ReadsTheListOfAnEarlierRelease) {
  test::write_file(beside("early") / "erased", "member:1\nmember:7\nend\n");
  EXPECT_EQ(*read_erasures(beside("early") / "erased"), (ErasureList{ada, MemberId{7}}));
  for (const char* damaged : {"member:1 receive\nend\n", "member:1 \nend\n", " received\nend\n"}) {
    test::write_file(beside("early") / "erased", damaged);
    EXPECT_EQ(read_erasures(beside("early") / "erased").error().code, ErrorCode::corruption);
  }
}

/// A seeded engine does one step at a time, and what its files are then is what a crash leaves.
class ErasingReceivedInACrash : public ErasingReceived {
 protected:
  EngineOptions options() override {
    EngineOptions options = EngineTest::options();
    options.deterministic = EngineOptions::Deterministic{0, 1, true};
    options.logger = std::make_shared<test::SilentLogger>();
    options.path = image_.empty() ? path() : image_;
    return options;
  }

  /// Opens what the files are now, as after a crash, and expects all or nothing of the erasure.
  void expect_whole_after_crash() {
    image_ = path().parent_path() / ("image" + std::to_string(++images_));
    fs::copy(path(), image_, fs::copy_options::recursive);
    {
      Engine crashed = open();
      const bool is_on_record = test::count_events(crashed.log(), ReceivedErased::type.number) == 1;
      EXPECT_EQ(test::count_events(crashed.log(), ReceivedKeyDestroyed::type.number),
                is_on_record ? 1u : 0u);
      const KeyId received = what_ada_received;
      EXPECT_EQ(test::key_in(StoreLayout{image_}.keys(), received).empty(), is_on_record);
      is_on_record ? expect_gone(crashed) : expect_kept(crashed);
      (is_on_record ? gone_ : kept_)++;
    }
    fs::remove_all(image_);
    image_.clear();
  }

  void erase_in_small_steps(Engine& engine) {
    (void)engine.submit({EraseMember{ada, true}, {}, {}});
    for (int quiet = 0; quiet < 3;) {
      expect_whole_after_crash();
      const Position before = engine.head();
      const bool stepped = engine.step();
      if (!stepped) engine.write();
      quiet = stepped || engine.head() != before ? 0 : quiet + 1;
    }
    expect_gone(engine);
  }

  fs::path image_;
  int images_ = 0;
  int kept_ = 0;
  int gone_ = 0;
};

TEST_F(ErasingReceivedInACrash, IsDoneWholeOrNotAtAllAfterEveryStep) {
  Engine engine = open();
  tell_the_story(engine);
  erase_in_small_steps(engine);
  EXPECT_GE(kept_, 2);
  EXPECT_GE(gone_, 4);
}

}  // namespace
}  // namespace inmail
