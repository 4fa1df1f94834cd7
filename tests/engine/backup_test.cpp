// Backups of stores at work, and what comes back from them.

#include "engine/backup.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "engine/erasure_list.hpp"
#include "engine/scrub.hpp"
#include "engine/store_layout.hpp"
#include "events/file_key_store.hpp"
#include "events/head_file.hpp"
#include "events/rocks_log.hpp"
#include "projections/audit.hpp"
#include "tests/support/engine_fixture.hpp"
#include "tests/support/file_bytes.hpp"

namespace inmail {
namespace {

namespace fs = std::filesystem;

using test::EngineTest;
using test::read_file;
using test::read_folder;
using test::write_file;

class BackingUp : public EngineTest {
 protected:
  fs::path backup_folder() const { return path().parent_path() / "backup"; }
  fs::path key_folder() const { return path().parent_path() / "vault"; }
  fs::path restored() const { return path().parent_path() / "restored"; }

  BackupReport back_up() {
    const auto report = back_up_store(path(), backup_folder());
    if (!report) throw std::runtime_error(report.error().message);
    return *report;
  }

  RestoreReport restore(std::optional<fs::path> keys) {
    const auto report = restore_store({.backup = backup_folder(),
                                       .store = restored(),
                                       .keys = std::move(keys),
                                       .on_progress = {}});
    if (!report) throw std::runtime_error(report.error().message);
    return *report;
  }

  Engine open_restored() {
    EngineOptions with = options();
    with.path = restored();
    auto engine = Engine::open(std::move(with));
    if (!engine) throw std::runtime_error(engine.error().message);
    return std::move(engine).value();
  }

  static Hash digest_of(const EventLog& log) { return log_digest(log).value_or(Hash{}); }

  /// The text of a member's name as a restored store shows it.
  std::optional<std::string> name_in(Engine& engine, MemberId member) {
    std::optional<Text> name;
    (void)for_each_record(engine.log(), Position{1}, [&](const Record& record) {
      if (const auto* registered = std::get_if<MemberRegistered>(&record.event))
        if (record.header.stream == StreamId{member}) name = registered->display_name;
      return true;
    });
    if (!name) throw std::runtime_error("the member is not on record");
    return engine.open_text(*name).value_or(std::nullopt);
  }
};

TEST_F(BackingUp, CopiesAStoreAtWorkAndThenOnlyWhatIsNew) {
  Engine engine = open();
  introduce(engine, {1, 2, 3});
  const BackupReport first = back_up();
  EXPECT_EQ(first.before, Position{});
  EXPECT_EQ(first.head, engine.head());
  EXPECT_GT(first.bytes, 0u);
  const BackupReport nothing = back_up();
  EXPECT_EQ(nothing.before, first.head);
  EXPECT_EQ(nothing.bytes, 0u);
  introduce(engine, {4});
  const BackupReport second = back_up();
  EXPECT_EQ(second.before, first.head);
  EXPECT_EQ(second.head, engine.head());
  EXPECT_LT(second.bytes, first.bytes);
}

TEST_F(BackingUp, BringsBackTheSameStore) {
  Hash digest{};
  Position head;
  std::uint64_t epoch = 0;
  {
    Engine engine = open();
    introduce(engine, {1, 2, 3});
    ASSERT_TRUE(do_now(engine, StartSubscription{MemberId{1}, PlanKind::career}).ok());
    ASSERT_TRUE(settle(engine, SendInMail{MemberId{1}, {}, MemberId{2}, "Hello", "You?"}).ok());
    (void)back_up();
    introduce(engine, {4, 5});
    (void)back_up();
    ASSERT_TRUE(back_up_keys(path(), key_folder()).ok());
    digest = digest_of(engine.log());
    head = engine.head();
    epoch = engine.epoch();
  }
  const RestoreReport report = restore(key_folder());
  EXPECT_TRUE(report.is_sound);
  EXPECT_TRUE(report.has_keys);
  EXPECT_EQ(report.head, head);
  EXPECT_GT(report.epoch, epoch);
  Engine engine = open_restored();
  EXPECT_EQ(engine.head(), head);
  EXPECT_EQ(engine.epoch(), report.epoch);
  EXPECT_EQ(digest_of(engine.log()), digest);
  EXPECT_EQ(name_in(engine, MemberId{1}), "Somebody");
  EXPECT_EQ(engine.subscribe(Position{1}, {}, epoch).error().code, ErrorCode::log_rewound);
  expect_equal_views(engine);
  introduce(engine, {6});
  // The backup goes on with the restored store, and not with the old one's other future.
  const auto more = back_up_store(restored(), backup_folder());
  ASSERT_TRUE(more.ok()) << more.error().message;
  EXPECT_EQ(more->before, head);
  Engine old = open();
  introduce(old, {7});
  const auto other = back_up_store(path(), backup_folder());
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code, ErrorCode::conflict);
  EXPECT_NE(other.error().message.find("another history"), std::string::npos);
}

TEST_F(BackingUp, HoldsNoKeys) {
  std::string key;
  {
    Engine engine = open();
    introduce(engine, {1});
    (void)back_up();
  }
  FileKeyStore::Options only_read;
  only_read.read_only = true;
  auto keys = FileKeyStore::open(StoreLayout{path()}.keys(), only_read);
  ASSERT_TRUE(keys.ok());
  const auto mine = (*keys)->key_for_reading(MemberId{1});
  ASSERT_TRUE(mine.ok() && *mine);
  const std::string secret(reinterpret_cast<const char*>((*mine)->data()), (*mine)->size());
  const std::string store_key(reinterpret_cast<const char*>((*keys)->store_key().data()), 32);
  for (const auto& [name, bytes] : read_folder(backup_folder())) {
    EXPECT_EQ(bytes.find(secret), std::string::npos) << name;
    EXPECT_EQ(bytes.find(store_key), std::string::npos) << name;
  }
  const RestoreReport report = restore({});
  EXPECT_TRUE(report.is_sound);
  EXPECT_FALSE(report.has_keys);
  EXPECT_FALSE(fs::exists(StoreLayout{restored()}.keys()));
}

TEST_F(BackingUp, ErasesAgainWhoWasErasedSinceTheKeysWereCopied) {
  {
    Engine engine = open();
    introduce(engine, {1, 2, 3});
    ASSERT_TRUE(back_up_keys(path(), key_folder()).ok());
  }
  {
    auto keys = FileKeyStore::open(StoreLayout{path()}.keys(), {});
    ASSERT_TRUE(keys.ok());
    ASSERT_TRUE((*keys)->erase(MemberId{2}).ok());
  }
  // Only the backup of the store knows of it: the keys were copied before.
  (void)back_up();
  const RestoreReport report = restore(key_folder());
  EXPECT_EQ(report.erased_members, 1u);
  Engine engine = open_restored();
  EXPECT_EQ(name_in(engine, MemberId{1}), "Somebody");
  EXPECT_EQ(name_in(engine, MemberId{2}), std::nullopt);
}

TEST_F(BackingUp, OverwritesTheKeysThatItReplaces) {
  {
    Engine engine = open();
    introduce(engine, {1});
  }
  ASSERT_TRUE(back_up_keys(path(), key_folder()).ok());
  const fs::path second_name = path().parent_path() / "old";
  fs::create_hard_link(key_folder() / "keys", second_name);
  ASSERT_TRUE(back_up_keys(path(), key_folder()).ok());
  const std::string old = read_file(second_name);
  EXPECT_EQ(old.find_first_not_of('\0'), std::string::npos) << "old keys are still on the disk";
  EXPECT_EQ(read_folder(key_folder()).size(), 2u);
}

TEST_F(BackingUp, GoesOnWhileTheStoreIsWritten) {
  Engine engine = open();
  introduce(engine, {1, 2, 3, 4});
  std::atomic<bool> stop{false};
  std::thread host([&] {
    for (std::uint64_t each = 0; !stop; ++each)
      engine.submit({GrantBonus{MemberId{1 + each % 4}, 1, 1, "Well"}, {}, {}}).reply.wait();
  });
  Position before;
  for (int each = 0; each < 20; ++each) {
    const BackupReport report = back_up();
    EXPECT_EQ(report.before, before);
    EXPECT_GE(report.head, before);
    before = report.head;
    (void)back_up_keys(path(), key_folder());
  }
  stop = true;
  host.join();
  const RestoreReport report = restore(key_folder());
  EXPECT_TRUE(report.is_sound);
  EXPECT_EQ(report.head, before);
  Engine copy = open_restored();
  expect_equal_views(copy);
}

TEST_F(BackingUp, BringsBackAStoreInWhichSomethingIsOverdue) {
  EngineOptions seeded = options();
  seeded.policy = "default";  // Which keeps what is sent for a minute.
  seeded.deterministic = EngineOptions::Deterministic{.seed = 1, .key_seed = 1};
  {
    auto engine = Engine::open(seeded);
    ASSERT_TRUE(engine.ok()) << engine.error().message;
    const auto give = [&](Command command) {
      (void)engine->submit({std::move(command), {}, {}});
      engine->run_until_quiet();
    };
    for (const MemberId each : {MemberId{1}, MemberId{2}}) give(RegisterMember{each, "Somebody"});
    give(StartSubscription{MemberId{1}, PlanKind::career});
    give(SendInMail{MemberId{1}, {}, MemberId{2}, "Hello", "You?"});
    clock().advance(std::chrono::hours{48});
    give(RegisterMember{MemberId{3}, "Somebody"});
    const auto report = audit(engine->log());
    ASSERT_TRUE(report.ok());
    EXPECT_FALSE(report->ok);
    EXPECT_TRUE(report->is_right);
    (void)back_up();
  }
  const RestoreReport report = restore({});
  EXPECT_TRUE(report.is_sound);
  ASSERT_EQ(report.violations.size(), 1u) << "and it is told";
  EXPECT_TRUE(report.violations[0].starts_with("IM1"));
}

TEST_F(BackingUp, RestoresNothingFromADamagedBackup) {
  {
    Engine engine = open();
    introduce(engine, {1, 2, 3, 4, 5});
    (void)back_up();
  }
  for (const auto& [name, bytes] : read_folder(backup_folder())) {
    const std::size_t frame = bytes.find("IMF1");
    if (frame == std::string::npos) continue;
    std::string damaged = bytes;
    damaged[frame + 90] = static_cast<char>(damaged[frame + 90] ^ 4);
    write_file(backup_folder() / name, damaged);
  }
  const auto report = restore_store(
      {.backup = backup_folder(), .store = restored(), .keys = {}, .on_progress = {}});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::corruption) << report.error().message;
  EXPECT_FALSE(fs::exists(restored()));
  for (const auto& entry : fs::directory_iterator(path().parent_path()))
    EXPECT_EQ(entry.path().filename().string().find("restoring"), std::string::npos);
}

TEST_F(BackingUp, RestoresNothingWithADamagedListOfErasures) {
  {
    Engine engine = open();
    introduce(engine, {1});
    (void)back_up();
    ASSERT_TRUE(back_up_keys(path(), key_folder()).ok());
  }
  write_file(key_folder() / "erased", "member:1\nmemb");
  const auto report = restore_store(
      {.backup = backup_folder(), .store = restored(), .keys = key_folder(), .on_progress = {}});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::corruption);
  EXPECT_FALSE(fs::exists(restored()));
}

TEST_F(BackingUp, PutsNothingWhereSomethingIs) {
  {
    Engine engine = open();
    introduce(engine, {1});
    (void)back_up();
  }
  const auto over =
      restore_store({.backup = backup_folder(), .store = path(), .keys = {}, .on_progress = {}});
  ASSERT_FALSE(over.ok());
  EXPECT_EQ(over.error().code, ErrorCode::conflict);
  EXPECT_EQ(back_up_store(path(), path()).error().code, ErrorCode::conflict);
  fs::create_directories(key_folder());
  write_file(key_folder() / "letter", "Dear Ada");
  EXPECT_EQ(back_up_store(path(), key_folder()).error().code, ErrorCode::conflict);
}

class Scrubbing : public BackingUp {};

TEST_F(Scrubbing, ReadsEverythingAndGoesOnWhereItEnded) {
  Engine engine = open();
  introduce(engine, {1, 2, 3});
  const auto first = scrub_store(path(), false);
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_TRUE(first->is_intact());
  EXPECT_EQ(first->from, Position{1});
  EXPECT_EQ(first->verified, engine.head());
  EXPECT_GT(first->log_bytes, 0u);
  introduce(engine, {4});
  const auto second = scrub_store(path(), true);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->from.value, first->verified.value + 1);
  EXPECT_EQ(second->verified, engine.head());
  EXPECT_LT(second->log_bytes, first->log_bytes);
  EXPECT_EQ((*last_verified(path()))->position, engine.head());
  EXPECT_EQ(scrub_store(path(), false)->from, Position{1});
}

TEST_F(Scrubbing, BeginsAnewWhenTheLogIsAnotherOne) {
  Engine engine = open();
  introduce(engine, {1, 2});
  ASSERT_TRUE(scrub_store(path(), false).ok());
  std::string noted = read_file(StoreLayout{path()}.verified());
  noted[noted.find(' ') + 1] ^= 1;
  for (const std::string& note : {noted, std::string("nonsense"), std::string()}) {
    write_file(StoreLayout{path()}.verified(), note);
    const auto report = scrub_store(path(), true);
    ASSERT_TRUE(report.ok()) << report.error().message;
    EXPECT_EQ(report->from, Position{1});
    EXPECT_TRUE(report->is_intact());
  }
}

TEST_F(Scrubbing, NamesDamageInLogAndViews) {
  for (int part = 0; part < 3; ++part) {
    Engine engine = open();
    introduce(engine, {10u * part + 1, 10u * part + 2});
    for (int each = 0; each < 100; ++each)
      ASSERT_TRUE(do_now(engine, GrantBonus{MemberId{1}, 1, 1, "Well"}).ok());
  }
  ASSERT_TRUE(scrub_store(path(), false)->is_intact());
  const auto image = read_folder(path());
  const auto flip_first_table_in = [&](const std::string& folder) {
    for (const auto& [name, bytes] : image)
      if (name.extension() == ".sst" && name.begin()->string() == folder) {
        std::string damaged = bytes;
        damaged[60] = static_cast<char>(damaged[60] ^ 1);
        write_file(path() / name, damaged);
        return;
      }
    FAIL() << "no table in " << folder;
  };
  flip_first_table_in("views");
  const auto views = scrub_store(path(), false);
  ASSERT_TRUE(views.ok()) << views.error().message;
  ASSERT_EQ(views->findings.size(), 1u);
  EXPECT_NE(views->findings[0].find("come back by replay"), std::string::npos);
  EXPECT_GT(views->view_bytes, 0u);

  test::write_folder(path(), image);
  flip_first_table_in("log");
  const auto log = scrub_store(path(), false);
  if (log.ok())
    EXPECT_FALSE(log->is_intact());
  else
    EXPECT_EQ(log.error().code, ErrorCode::corruption);
}

}  // namespace
}  // namespace inmail
