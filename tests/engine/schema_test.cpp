// What releases have written stays readable, and does not change unnoticed: the bytes of every
// snapshot and of the files beside the log, and one small store of each format version that opens
// in the newest program with the views that it had. (The events' bytes:
// tests/events/codec_test.cpp.)
//
// With INMAIL_WRITE_GOLDEN set, what is missing under tests/golden/ is written: once, when a
// version or a revision is new. What is there is never written again.

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "engine/states_view.hpp"
#include "events/codec.hpp"
#include "events/file_key_store.hpp"
#include "events/head_file.hpp"
#include "events/log_format.hpp"
#include "events/rocks_log.hpp"
#include "projections/view.hpp"
#include "tests/support/engine_fixture.hpp"
#include "tests/support/erased_words.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/sample_events.hpp"
#include "tests/support/sample_states.hpp"

namespace inmail {
namespace {

std::string hex(std::string_view bytes) {
  return to_hex(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

/// A line for each 64 bytes that are not all zero: where they stand, and what they are.
std::string blocks_of(const std::string& bytes) {
  constexpr std::size_t width = 64;
  std::ostringstream lines;
  for (std::size_t at = 0; at < bytes.size(); at += width) {
    const std::string block = bytes.substr(at, width);
    if (block.find_first_not_of('\0') != std::string::npos)
      lines << at << ' ' << hex(block) << '\n';
  }
  lines << bytes.size() << " bytes\n";
  return lines.str();
}

template <class Decider>
void expect_golden_row(const std::string& kind, const Resident<Decider>& resident) {
  const std::string name = "rows/" + StatesView::stored_name() + "." + kind + ".hex";
  std::string row;
  encode_to(resident, row);
  test::expect_golden(name, hex(row) + "\n");
  const auto decoded = decode_as<Resident<Decider>>(bytes_of(row));
  ASSERT_TRUE(decoded.ok()) << kind;
  EXPECT_EQ(decoded->state, resident.state) << kind;
}

TEST(Schema, KeepsTheRowsOfStates) {
  expect_golden_row("member", test::sample_member());
  expect_golden_row("seat", test::sample_seat());
  expect_golden_row("contract", test::sample_contract());
  expect_golden_row("policy", test::sample_policy_keeper());
}

/// Texts stand in many events, with and without a reader.
TEST(Schema, KeepsTheTwoFormsOfAText) {
  for (const bool has_reader : {false, true}) {
    const auto sample = has_reader ? test::sample_text_to_read : test::sample_text;
    std::string bytes;
    encode_to(sample("Thanks.", TextField::message), bytes);
    test::expect_golden(has_reader ? "files/text.2" : "files/text.1", blocks_of(bytes));
  }
}

TEST(Schema, KeepsTheHeadFile) {
  const test::TempDir folder;
  const HeadMark mark{{{1, 2, 3}}, 4, {Position{41}, {5, 6}}};
  {
    const auto file = HeadFile::create(folder / "head", mark);
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->write(4, {Position{42}, {7, 8}}).ok());
  }
  test::expect_golden("files/head.1", blocks_of(test::read_file(folder / "head")));
}

TEST(Schema, KeepsTheKeyFile) {
  const test::TempDir folder;
  FileKeyStore::Options options;
  options.create = true;
  options.synthetic_seed = 7;
  {
    const auto keys = FileKeyStore::open(folder / "keys", options);
    ASSERT_TRUE(keys.ok());
    for (const std::uint64_t member : {1, 2, 3})
      ASSERT_TRUE((*keys)->key_for_writing(MemberId{member}).ok());
    ASSERT_TRUE((*keys)->erase(MemberId{2}).ok());
  }
  test::expect_golden("files/keys.1", blocks_of(test::read_file(folder / "keys")));
}

TEST(Schema, KeepsTheFormatFile) {
  const test::TempDir folder;
  const LogFormat format{.version = LogFormat::known, .store = {{1, 2, 3}}};
  ASSERT_TRUE(write_log_format(system_files(), folder / "log", format).ok());
  test::expect_golden("files/FORMAT." + std::to_string(LogFormat::known),
                      test::read_file(folder / "log" / "FORMAT"));
}

/// A life that makes nearly every event there is, for a store that is kept.
class Life : public test::EngineTest {
 protected:
  void live(Engine& engine) {
    begin(engine);
    write_letters(engine);
    pass_days(engine, 40);
    change_minds(engine);
    pass_days(engine, 120);
    (void)settle(
        engine,
        AdoptPolicy{
            "name = \"later\"\n[retract]\ncondition = \"unopened\"\n[undo]\nwindow_s = 0\n"});
    (void)settle(engine, EraseMember{eve, true});
    (void)settle(engine, SendInMail{ada, desk, bob, "Once more", "Still there?"});
  }

 private:
  void begin(Engine& engine) {
    introduce(engine, {1, 2, 3, 4});
    for (const Command& command : std::vector<Command>{
             AdoptPolicy{
                 "name = \"ours\"\n[retract]\ncondition = \"unopened\"\nwindow_s = 3600\n"
                 "[expiry]\nbasis = \"unanswered\"\nttl_s = 2592000\n[undo]\nwindow_s = 0\n"},
             StartSubscription{ada, PlanKind::career}, StartSubscription{bob, PlanKind::business},
             CreateContract{company, 2}, AddSeat{company, desk, ada},
             StartSubscription{company, PlanKind::recruiter_lite},
             GrantBonus{ada, 3, 5, "Well done"}, BlockMember{eve, ada}, BlockMember{dan, bob},
             UnblockMember{dan, bob}, UnblockMember{dan, bob},
             SetPreference{eve, InMailPreference::opted_out}})
      ASSERT_TRUE(settle(engine, command).ok()) << type_of(command).name;
  }

  void write_letters(Engine& engine) {
    ASSERT_TRUE(settle(engine, SendInMail{ada, desk, bob, "A role", "Interested?"}).ok());
    const InMailId role = last_inmail();
    (void)settle(engine, OpenInMail{bob, role});
    (void)settle(engine, Respond{bob, role, ReplyKind::reply, "Tell me more."});
    (void)settle(engine, SendMessage{role, ada, desk, bob, "It is a good one."});
    (void)settle(engine, SendInMail{bob, {}, dan, "Hello", "May I ask?"});
    (void)settle(engine, Respond{dan, last_inmail(), ReplyKind::decline, ""});
    (void)settle(engine, SendInMail{ada, {}, dan, "Hello", "A second thought."});
    (void)settle(engine, RetractInMail{ada, dan, last_inmail()});
    (void)settle(engine, SendInMail{bob, {}, ada, "Hello", "Never answered."});
    (void)settle(engine, SendInMail{ada, desk, dan, "A role", "Never answered."});
    (void)settle(engine, SendInMail{ada, {}, eve, "Hello", "She will not have it."});
  }

  void change_minds(Engine& engine) {
    (void)settle(engine, ChangePlan{bob, PlanKind::career});
    (void)settle(engine, CancelSubscription{ada});
    (void)settle(engine, SendInMail{bob, {}, dan, "Hello again", "And now?"});
  }

  void pass_days(Engine& engine, int days) {
    for (int day = 0; day < days; ++day) {
      clock().advance(std::chrono::hours{24});
      engine.wake_due();
      if (options().deterministic) engine.run_until_quiet();
    }
  }

  static constexpr MemberId ada{1};
  static constexpr MemberId bob{2};
  static constexpr MemberId eve{3};
  static constexpr MemberId dan{4};
  static constexpr ContractId company{1};
  static constexpr SeatId desk{1};
};

class KeptStore : public Life {
 protected:
  /// Deterministic, so that what is due is done before the clock goes on.
  EngineOptions options() override {
    EngineOptions options = EngineTest::options();
    options.deterministic = EngineOptions::Deterministic{1, 2};
    return options;
  }

  static std::filesystem::path kept() {
    return test::golden("stores/" + std::to_string(LogFormat::known));
  }

  /// RocksDB's own diaries and locks are no part of a store; its copies of our options are not
  /// read.
  static test::FolderBytes without_diaries(test::FolderBytes files) {
    std::erase_if(files, [](const auto& file) {
      const std::string name = file.first.filename().string();
      return name == "LOCK" || name.starts_with("LOG") || name.starts_with("OPTIONS-");
    });
    return files;
  }

  /// A file for each revision of a view, so that only a new one may differ.
  static void expect_views(const std::string& store, Engine& engine) {
    std::map<std::string, std::string> names{{"states", StatesView::stored_name()}};
    for (const View& view : all_views()) names.emplace(view.name, view.stored_name());
    const auto checks = engine.verify();
    ASSERT_TRUE(checks.ok());
    EXPECT_EQ(checks->size(), names.size());
    for (const ViewCheck& check : *checks) {
      EXPECT_TRUE(check.equal) << check.view << check.failure;
      test::expect_golden(store + ".views/" + names.at(check.view), check.live + "\n");
    }
  }
};

TEST_F(KeptStore, IsWrittenOnce) {
  if (std::filesystem::exists(kept()) || !test::writes_golden())
    GTEST_SKIP() << "there is one of this format";
  {
    Engine engine = open();
    live(engine);
    ASSERT_FALSE(HasFatalFailure());
    ASSERT_TRUE(engine.close(std::chrono::seconds{30}).ok());
  }
  test::write_folder(kept(), without_diaries(test::read_folder(path())));
}

/// So that a program that knows only the earlier format does not take what it cannot read for
/// damage.
TEST_F(KeptStore, OfAnEarlierFormatTakesOnTheNewestWhenItIsOpenedToBeWritten) {
  test::write_folder(path(), test::read_folder(test::golden("stores/1")));
  const auto format = [&] { return read_log_format(system_files(), path() / "log"); };
  ASSERT_EQ(format()->version, 1u);
  const StoreId store = format()->store;
  {
    const auto read = RocksLog::open({.path = path() / "log",
                                      .head_file = path() / "head",
                                      .access = LogAccess::read,
                                      .store = {}});
    ASSERT_TRUE(read.ok()) << read.error().message;
  }
  EXPECT_EQ(format()->version, 1u) << "who only reads changes nothing";
  clock().set(*timestamp_from_text("2026-06-20T09:00:00Z"));
  { Engine engine = open(); }
  EXPECT_EQ(format()->version, LogFormat::known);
  EXPECT_EQ(format()->store, store);
  Engine again = open();
  EXPECT_EQ(format()->version, LogFormat::known);
}

/// What others wrote to a member under an earlier release was sealed for its author alone.
TEST_F(KeptStore, OfAnEarlierFormatKeepsWhatWasReceivedBeforeThereWereReaders) {
  test::write_folder(path(), test::read_folder(test::golden("stores/1")));
  clock().set(*timestamp_from_text("2026-06-20T09:00:00Z"));
  Engine engine = open();
  const auto texts = test::texts_of(engine.log(), MemberId{2});
  ASSERT_GE(texts.size(), 4u);
  ASSERT_TRUE(settle(engine, EraseMember{MemberId{4}, true}).ok());
  for (const Text& text : texts) {
    EXPECT_EQ(text.reader(), std::nullopt);
    EXPECT_TRUE(engine.open_text(text).value_or(std::nullopt).has_value());
  }
}

TEST_F(KeptStore, OfEveryFormatOpensWithTheViewsThatItHad) {
  for (std::uint32_t format = 1; format <= LogFormat::known; ++format) {
    const std::string name = "stores/" + std::to_string(format);
    ASSERT_TRUE(std::filesystem::exists(test::golden(name))) << name;
    test::write_folder(path(), test::read_folder(test::golden(name)));
    std::size_t bytes = 0;
    for (const auto& [file, content] : test::read_folder(path())) bytes += content.size();
    EXPECT_LT(bytes, 200'000u) << "a small store is wanted";
    clock().set(*timestamp_from_text("2026-06-20T09:00:00Z"));
    Engine engine = open();
    expect_views(name, engine);

    std::set<std::string_view> seen;
    std::optional<Text> subject;
    const auto end = for_each_record(engine.log(), Position{1}, [&](const Record& record) {
      seen.insert(type_of(record.event).name);
      if (const auto* sent = std::get_if<InMailSent>(&record.event)) subject = sent->subject;
      return true;
    });
    ASSERT_TRUE(end.ok());
    EXPECT_GE(seen.size(), 28u) << "nearly every event";
    ASSERT_TRUE(subject.has_value());
    const auto text = engine.open_text(*subject);
    ASSERT_TRUE(text.ok() && text->has_value());
    EXPECT_EQ(**text, "Once more");
    EXPECT_TRUE(settle(engine, RegisterMember{MemberId{99}, "Newcomer", ""}).ok());
  }
}

}  // namespace
}  // namespace inmail
