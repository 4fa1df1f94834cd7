// A member is erased: nothing that they wrote can be read any more, in no file and with no key,
// whatever dies meanwhile; all else goes on.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/backup.hpp"
#include "engine/erasure_list.hpp"
#include "engine/store_layout.hpp"
#include "events/memory_key_store.hpp"
#include "projections/inbox.hpp"
#include "tests/support/erasure_fixture.hpp"
#include "tests/support/faulty_disk.hpp"

namespace inmail {
namespace {

namespace fs = std::filesystem;
using test::ada;
using test::bob;
using test::company;
using test::desk;
using test::eve;

/// Ada writes all that one can write: to bob, who answers, on her seat, in an answer to eve, in a
/// thread, in a command that is refused, and her profile. Nobody else uses her words.
class Erasing : public test::ErasureTest {
 protected:
  void tell_the_story(Engine& engine) {
    introduce(engine, {bob.value, eve.value});
    const auto all = std::vector<Command>{
        RegisterMember{ada, words_.new_one("name"), words_.new_one("headline")},
        StartSubscription{ada, PlanKind::business},
        StartSubscription{eve, PlanKind::business},
        CreateContract{company, 2},
        AddSeat{company, desk, ada},
        StartSubscription{company, PlanKind::recruiter_lite},
    };
    for (const Command& each : all) ASSERT_TRUE(settle(engine, each).ok());
    ASSERT_TRUE(
        settle(engine, UpdateProfile{ada, words_.new_one("name"), words_.new_one("line")}).ok());
    SendInMail letter{ada, {}, bob, words_.new_one("subject"), words_.new_one("body")};
    letter.signature = words_.new_one("yours");
    to_bob_ = send(engine, letter);
    ASSERT_TRUE(settle(engine, Respond{bob, to_bob_, ReplyKind::reply, "Gladly, says Bob"}).ok());
    ASSERT_TRUE(settle(engine, SendMessage{to_bob_, ada, {}, bob, words_.new_one("message")}).ok());
    (void)send(engine, {ada, desk, eve, words_.new_one("subject"), words_.new_one("body")});
    from_eve_ = send(engine, {eve, {}, ada, "Hello from Eve", "How do you do?"});
    ASSERT_TRUE(
        settle(engine, Respond{ada, from_eve_, ReplyKind::decline, words_.new_one("reply")}).ok());
    SendInMail to_herself{ada, {}, ada, words_.new_one("subject"), words_.new_one("b")};
    to_herself.attachments = {{1, "pdf", 100, words_.new_one("file")}};
    (void)settle(engine, to_herself);
    for (const auto& seat : {std::optional<SeatId>{}, std::optional{desk}}) {
      const SaveDraft draft{ada, seat, {}, 0, bob, words_.new_one("draft"), words_.new_one("d")};
      ASSERT_TRUE(settle(engine, draft).ok());
    }
    const ScheduleInMail later{{ada, desk, bob, words_.new_one("later"), words_.new_one("l")},
                               clock().now() + std::chrono::days{300},
                               "Europe/Vienna"};
    ASSERT_TRUE(settle(engine, later).ok());
    (void)settle(engine,
                 ScheduleInMail{
                     {ada, {}, eve, words_.new_one("s"), words_.new_one("b")}, later.send_at, ""});
    open_ = send(engine, {eve, {}, ada, "Once more", "Are you there?"});
  }

  static std::vector<std::optional<std::string>> read_of(Engine& engine, MemberId author) {
    return read(engine, test::texts_of(engine.log(), author));
  }

  void expect_gone(Engine& engine) {
    const auto texts = read_of(engine, ada);
    EXPECT_EQ(texts.size(), words_.all().size());
    for (const auto& text : texts) EXPECT_EQ(text, std::nullopt);
    expect_sound(engine);
  }

  InMailId to_bob_;    ///< Bob has answered it.
  InMailId from_eve_;  ///< Ada has answered it.
  InMailId open_;      ///< Of eve, to ada, not answered.
};

TEST_F(Erasing, DestroysWhatTheyWroteAndKeepsWhatOthersWrote) {
  Engine engine = open();
  tell_the_story(engine);
  const auto before = read_of(engine, ada);
  ASSERT_EQ(before.size(), words_.all().size());
  for (const auto& text : before) EXPECT_TRUE(words_.has(text.value_or("")));
  expect_sound(engine);

  const Answer settled = settle(engine, EraseMember{ada});
  ASSERT_TRUE(settled.ok());
  EXPECT_EQ(test::count_events(engine.log(), MemberKeyDestroyed::type.number), 1u)
      << "and it is on record";
  expect_gone(engine);
  for (const auto& text : read_of(engine, bob)) EXPECT_TRUE(text.has_value());
  for (const auto& text : read_of(engine, eve)) EXPECT_TRUE(text.has_value());

  const auto page = engine.query(InboxView::name, {engine.head()}, [&](const Rows& rows) {
    return inbox_of(rows, bob, {.limit = 10, .after = {}});
  });
  ASSERT_TRUE(page.ok() && page->ok());
  const InboxItem& item = (*page)->items.at(0);
  EXPECT_EQ(engine.open_text(item.body).value_or("?"), std::nullopt);
  EXPECT_EQ(engine.open_text(item.reply).value_or("?"), "Gladly, says Bob");
  EXPECT_GT(item.body.counts().codepoints, 0u) << "how long it was stays on record";
}

TEST_F(Erasing, LeavesNoWordAndNoKeyInAnyFile) {
  std::string key;
  {
    Engine engine = open();
    tell_the_story(engine);
    key = test::key_in(StoreLayout{path()}.keys(), ada);
    ASSERT_TRUE(settle(engine, EraseMember{ada}).ok());
    introduce(engine, {4, 5});
    EXPECT_EQ(words_.files_with_any(path()), std::vector<fs::path>{}) << "while it is open";
  }
  EXPECT_EQ(words_.files_with_any(path()), std::vector<fs::path>{});
  EXPECT_EQ(test::files_with(path(), key), std::vector<fs::path>{});
  Engine engine = open();
  expect_gone(engine);
  const auto texts = test::texts_of(engine.log(), ada);
  EXPECT_EQ(test::openable_with_bytes_of(StoreLayout{path()}.keys(), texts), 0u);
}

TEST_F(Erasing, LeavesAStrangerToAllCommands) {
  Engine engine = open();
  tell_the_story(engine);
  const SendInMail letter{ada, {}, eve, "Before", "It is over."};
  const CommandId id = engine.new_command_id();
  const Answer first = engine.submit({letter, id, {}}).reply.get();
  ASSERT_TRUE(settle(engine, EraseMember{ada}).ok());
  EXPECT_TRUE(settle(engine, EraseMember{ada}).ok()) << "twice";
  EXPECT_EQ(test::count_events(engine.log(), MemberErased::type.number), 1u);

  const Position head = engine.head();
  const std::vector<std::pair<Command, Rejection>> of_hers = {
      {SendInMail{ada, {}, bob, "Hello", "It is me."}, Rejection::unknown_sender},
      {SendInMail{ada, desk, bob, "Hello", "It is me."}, Rejection::unknown_sender},
      {SendMessage{to_bob_, ada, {}, bob, "It is me."}, Rejection::unknown_target},
      {Respond{ada, open_, ReplyKind::reply, "Here I am."}, Rejection::unknown_target},
      {RegisterMember{ada, "Ada", "Again"}, Rejection::already_exists}};
  for (const auto& [command, code] : of_hers) {
    const Answer answer = settle(engine, command);
    EXPECT_EQ(answer.kind, AnswerKind::rejected) << type_of(command).name;
    EXPECT_EQ(answer.refusal.code, code) << name_of(answer.refusal.code);
  }
  EXPECT_EQ(engine.submit({of_hers[0].first, {}, Principal::of(bob)}).reply.get().refusal.code,
            Rejection::not_allowed);
  EXPECT_EQ(engine.head(), head) << "what cannot be sealed is not put on record";
  EXPECT_EQ(engine.submit({letter, id, {}}).reply.get(), first) << "the first answer stands";

  EXPECT_EQ(settle(engine, OpenInMail{ada, open_}).refusal.code, Rejection::unknown_target);
  EXPECT_EQ(settle(engine, SendInMail{eve, {}, ada, "Hello", "Still there?"}).refusal.code,
            Rejection::unknown_recipient);
  EXPECT_EQ(settle(engine, SendMessage{to_bob_, bob, {}, ada, "Still there?"}).refusal.code,
            Rejection::unknown_recipient);
  EXPECT_EQ(settle(engine, RetractInMail{eve, ada, open_}).refusal.code, Rejection::unknown_target);
  clock().advance(std::chrono::hours{24 * 400});
  engine.wake_due();
  expect_sound(engine);  // What was under way has come to its end.
}

/// A backup of a time when Ada was there, and one of a time when she was not.
class ErasingBeforeARestore : public Erasing {
 protected:
  fs::path beside(const char* name) const { return path().parent_path() / name; }

  void back_up(const char* log, const char* keys) {
    ASSERT_TRUE(back_up_store(path(), beside(log)).ok());
    ASSERT_TRUE(back_up_keys(path(), beside(keys)).ok());
  }

  RestoreReport restore(const char* log, const char* keys) {
    const auto report = restore_store({.backup = beside(log),
                                       .store = beside("restored"),
                                       .keys = beside(keys),
                                       .on_progress = {}});
    if (!report) throw std::runtime_error(report.error().message);
    return *report;
  }

  Engine open_restored() {
    EngineOptions with = options();
    with.path = beside("restored");
    auto engine = Engine::open(std::move(with));
    if (!engine) throw std::runtime_error(engine.error().message);
    return std::move(engine).value();
  }

  /// Nothing of her is in what was restored, and she is a stranger there.
  void expect_gone_from_restored() {
    EXPECT_EQ(words_.files_with_any(beside("restored")), std::vector<fs::path>{});
    EXPECT_EQ(test::files_with(beside("restored"), key_), std::vector<fs::path>{});
    {
      Engine engine = open_restored();
      EXPECT_EQ(test::count_events(engine.log(), MemberErased::type.number), 1u);
      EXPECT_EQ(test::count_events(engine.log(), MemberKeyDestroyed::type.number), 1u);
      expect_gone(engine);
      EXPECT_EQ(settle(engine, SendInMail{eve, {}, ada, "Hello", "Are you back?"}).refusal.code,
                Rejection::unknown_recipient);
    }
    EXPECT_FALSE(fs::exists(StoreLayout{beside("restored")}.erasures()));
    Engine again = open_restored();
    EXPECT_EQ(test::count_events(again.log(), MemberErased::type.number), 1u);
    EXPECT_EQ(words_.files_with_any(beside("restored")), std::vector<fs::path>{});
  }

  void SetUp() override {
    Engine engine = open();
    tell_the_story(engine);
    back_up("early", "early-keys");
    key_ = test::key_in(beside("early-keys") / "keys", ada);
    ASSERT_EQ(key_.size(), 32u) << "they could be read then";
    ASSERT_TRUE(settle(engine, EraseMember{ada}).ok());
    back_up("late", "late-keys");
  }

  std::string key_;
};

TEST_F(ErasingBeforeARestore, LeavesNoWordAndNoKeyInALaterBackup) {
  for (const char* folder : {"late", "late-keys"}) {
    EXPECT_EQ(words_.files_with_any(beside(folder)), std::vector<fs::path>{});
    EXPECT_EQ(test::files_with(beside(folder), key_), std::vector<fs::path>{});
    EXPECT_EQ(*read_erasures(beside(folder) / "erased"), ErasureList{ada});
  }
  EXPECT_EQ(restore("late", "late-keys").erased_members, 1u);
  expect_gone_from_restored();
}

TEST_F(ErasingBeforeARestore, IsDoneAgainToAnEarlierBackupWithTheListOfToday) {
  fs::copy_file(beside("late") / "erased", beside("early") / "erased",
                fs::copy_options::overwrite_existing);
  EXPECT_EQ(restore("early", "early-keys").erased_members, 1u);
  expect_gone_from_restored();
}

TEST_F(ErasingBeforeARestore, IsDoneAgainToEarlierKeysWithoutAnyList) {
  fs::remove(beside("late") / "erased");
  fs::remove(beside("early-keys") / "erased");
  EXPECT_EQ(restore("late", "early-keys").erased_members, 1u) << "it is on record";
  expect_gone_from_restored();
}

TEST_F(ErasingBeforeARestore, CannotReachABackupThatKnowsNothingOfIt) {
  EXPECT_EQ(restore("early", "early-keys").erased_members, 0u);
  Engine engine = open_restored();
  for (const auto& text : read_of(engine, ada)) EXPECT_TRUE(text.has_value());
}

/// A seeded engine does one step at a time, and what its files are then is what a crash leaves.
class ErasingInACrash : public Erasing {
 protected:
  EngineOptions options() override {
    EngineOptions options = EngineTest::options();
    options.deterministic = EngineOptions::Deterministic{0, 1, true};
    options.logger = std::make_shared<test::SilentLogger>();
    options.path = image_ ? *image_ : path();
    options.keys = keys_;
    return options;
  }

  /// Opens what the files are now, as after a crash.
  Engine open_after_crash() {
    image_ = path().parent_path() / ("image" + std::to_string(++images_));
    fs::copy(path(), *image_, fs::copy_options::recursive);
    Engine engine = open();
    return engine;
  }

  std::optional<fs::path> image_;
  int images_ = 0;
  std::shared_ptr<KeyStore> keys_;
};

TEST_F(ErasingInACrash, LosesNoKeyBeforeItIsOnRecordAndAllAfterwards) {
  Engine engine = open();
  tell_the_story(engine);
  const auto submission = engine.submit({EraseMember{ada}, {}, {}});
  while (engine.step()) {
  }
  {
    Engine crashed = open_after_crash();
    EXPECT_EQ(test::count_events(crashed.log(), MemberErased::type.number), 0u);
    for (const auto& text : read_of(crashed, ada)) EXPECT_TRUE(text.has_value()) << "not decided";
    expect_equal_views(crashed);
  }
  engine.write();
  EXPECT_NE(test::key_in(StoreLayout{path()}.keys(), ada), "") << "it is on record, and no more";
  {
    Engine crashed = open_after_crash();
    EXPECT_EQ(test::count_events(crashed.log(), MemberKeyDestroyed::type.number), 1u);
    EXPECT_EQ(test::key_in(StoreLayout{*image_}.keys(), ada), "");
    expect_gone(crashed);
  }
  while (engine.step()) {
  }
  EXPECT_EQ(test::key_in(StoreLayout{path()}.keys(), ada), "") << "destroyed, but not on record";
  {
    Engine crashed = open_after_crash();
    EXPECT_EQ(test::count_events(crashed.log(), MemberKeyDestroyed::type.number), 1u);
    expect_gone(crashed);
  }
  engine.run_until_quiet();
  expect_gone(engine);
}

/// Keys that a host keeps, and that it cannot destroy for a while.
class StubbornKeys final : public KeyStore {
 public:
  Result<Key> key_for_writing(KeyId id) override { return keys_.key_for_writing(id); }
  Result<std::optional<Key>> key_for_reading(KeyId id) override {
    return keys_.key_for_reading(id);
  }
  Status sync() override { return keys_.sync(); }
  Status erase(KeyId id) override {
    if (refusals-- > 0) return Error{ErrorCode::io, "the vault does not answer"};
    return keys_.erase(id);
  }
  const Key& store_key() const override { return keys_.store_key(); }

  int refusals = 2;

 private:
  MemoryKeyStore keys_{1};
};

TEST_F(ErasingInACrash, TriesAgainUntilAKeyIsDestroyed) {
  const auto stubborn = std::make_shared<StubbornKeys>();
  keys_ = stubborn;
  Engine engine = open();
  tell_the_story(engine);
  auto submission = engine.submit({EraseMember{ada}, {}, {}});
  while (engine.step()) {
  }
  engine.write();
  while (engine.step()) {
  }
  EXPECT_EQ(stubborn->refusals, 1);
  EXPECT_TRUE(submission.reply.get().ok()) << "the erasure is on record";
  EXPECT_EQ(submission.settled.get().kind, AnswerKind::unknown) << "the key is still there";
  EXPECT_FALSE(engine.failure()) << "others are served";
  introduce(engine, {6});
  introduce(engine, {7});
  EXPECT_EQ(test::count_events(engine.log(), MemberKeyDestroyed::type.number), 1u);
  expect_gone(engine);
}

TEST_F(Erasing, GoesOnOverADiskThatFails) {
  const auto disk = std::make_shared<test::FaultyDisk>();
  EngineOptions with = options();
  with.files = disk;
  with.logger = std::make_shared<test::SilentLogger>();
  auto opened = Engine::open(std::move(with));
  ASSERT_TRUE(opened.ok());
  Engine engine = std::move(opened).value();
  tell_the_story(engine);
  int faults = 1;
  disk->decide_by([&](test::DiskAct act, const std::string& path) {
    const bool fails = act == test::DiskAct::sync && path.ends_with("/keys") && faults-- > 0;
    return fails ? std::optional{test::DiskFault::io} : std::nullopt;
  });
  auto told = engine.subscribe(engine.head(), {{MemberKeyDestroyed::type.number}, {}});
  ASSERT_TRUE(told.ok());
  EXPECT_TRUE(do_now(engine, EraseMember{ada}).ok());
  const auto record = told->next(std::chrono::seconds{30});
  ASSERT_TRUE(record.ok() && *record);
  EXPECT_LE(faults, 0);
  EXPECT_EQ(engine.stats().reopened, 1u);
  expect_gone(engine);
}

}  // namespace
}  // namespace inmail
