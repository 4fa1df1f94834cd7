// What a repair makes of damaged stores: whatever is proven stays, nothing else does, and the store
// opens again.

#include "engine/repair.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <random>
#include <vector>

#include "engine/store_layout.hpp"
#include "events/head_file.hpp"
#include "projections/audit.hpp"
#include "tests/support/engine_fixture.hpp"
#include "tests/support/file_bytes.hpp"
#include "tests/support/random_seed.hpp"

namespace inmail {
namespace {

namespace fs = std::filesystem;

using test::EngineTest;
using test::FolderBytes;
using test::read_file;
using test::read_folder;
using test::write_file;
using test::write_folder;

class Repairing : public EngineTest {
 protected:
  /// Three parts: two in tables of their own, the last in the write-ahead log.
  void fill() {
    for (std::uint64_t part = 0; part < 3; ++part) {
      Engine engine = open();
      for (std::uint64_t each = 1; each <= 5; ++each) {
        const MemberId member{part * 100 + each};
        ASSERT_TRUE(do_now(engine, RegisterMember{member, "Somebody", "Something"}).ok());
        ASSERT_TRUE(do_now(engine, StartSubscription{member, PlanKind::career}).ok());
        if (each == 1) continue;
        const MemberId before{member.value - 1};
        ASSERT_TRUE(
            settle(engine, SendInMail{member, {}, before, "Hello", "May I ask you something?"})
                .ok());
      }
      epoch_ = engine.epoch();
      head_ = engine.head();
      ends_.push_back(head_);
    }
    image_ = read_folder(path());
  }

  /// Of each record, in order, up to where the log can be read.
  static std::vector<Hash> hashes_of(const EventLog& log) {
    std::vector<Hash> hashes;
    auto reader = LogReader::from(log, Position{1});
    while (reader) {
      const auto record = reader->next();
      if (!record || !*record) break;
      hashes.push_back(blake2b((*record)->bytes));
    }
    return hashes;
  }

  StoreLayout layout() const { return {path()}; }

  std::vector<fs::path> files_with(std::string_view extension) const {
    std::vector<fs::path> names;
    for (const auto& [name, bytes] : image_)
      if (name.extension() == extension && name.begin()->string() == "log" && !bytes.empty())
        names.push_back(name);
    EXPECT_FALSE(names.empty());
    return names;
  }

  void damage(const fs::path& name, std::size_t byte, int bit = 0) {
    std::string bytes = image_[name];
    bytes[byte] = static_cast<char>(bytes[byte] ^ (1 << bit));
    write_file(path() / name, bytes);
  }

  RepairReport examine() {
    const FolderBytes before = read_folder(path());
    const auto report = examine_store(path());
    EXPECT_TRUE(read_folder(path()) == before) << "a look has changed something";
    if (!report) throw std::runtime_error(report.error().message);
    return *report;
  }

  /// Repairs; then the store opens, is whole, and goes on.
  RepairReport repair() {
    const RepairReport planned = examine();
    const auto report = repair_store(path());
    if (!report) throw std::runtime_error(report.error().message);
    EXPECT_EQ(report->proven, planned.proven);
    EXPECT_EQ(report->findings, planned.findings);
    EXPECT_TRUE(report->was_repaired);
    EXPECT_GT(report->epoch, epoch_);
    expect_sound(report->proven, report->epoch);
    EXPECT_TRUE(examine().is_whole());
    return *report;
  }

  void expect_sound(Position end, std::uint64_t epoch) {
    Engine engine = open();
    EXPECT_EQ(engine.head(), end);
    EXPECT_EQ(engine.epoch(), epoch);
    const auto audited = audit(engine.log());
    ASSERT_TRUE(audited.ok()) << audited.error().message;
    EXPECT_TRUE(audited->ok) << audited->first_violations.front().sentence;
    expect_equal_views(engine);

    const auto rewound = engine.subscribe(Position{1}, {}, epoch_);
    ASSERT_FALSE(rewound.ok());
    EXPECT_EQ(rewound.error().code, ErrorCode::log_rewound);
    EXPECT_NE(rewound.error().message.find("epoch " + std::to_string(epoch)), std::string::npos);
    EXPECT_TRUE(engine.subscribe(Position{1}, {}, epoch).ok());

    const Answer answer = do_now(engine, RegisterMember{MemberId{9'000 + epoch}, "Eve"});
    ASSERT_TRUE(answer.ok());
    EXPECT_GT(answer.position, end);
  }

  std::uint64_t epoch_ = 0;
  Position head_;
  std::vector<Position> ends_;
  FolderBytes image_;
};

TEST_F(Repairing, LeavesAWholeStoreAlone) {
  fill();
  EXPECT_TRUE(examine().is_whole());
  const auto report = repair_store(path());
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->is_whole());
  EXPECT_FALSE(report->was_repaired);
  EXPECT_TRUE(read_folder(path()) == image_);
}

TEST_F(Repairing, MakesAMissingHeadFile) {
  fill();
  fs::remove(layout().head_file());
  ASSERT_FALSE(Engine::open(options()).ok());
  EXPECT_EQ(repair().proven, head_);
}

TEST_F(Repairing, MakesADamagedHeadFile) {
  fill();
  write_file(layout().head_file(), std::string(8192, 'x'));
  ASSERT_FALSE(Engine::open(options()).ok());
  EXPECT_EQ(repair().proven, head_);
}

TEST_F(Repairing, CutsALogThatLostItsWriteAheadLog) {
  fill();
  for (const fs::path& wal : files_with(".log")) fs::remove(path() / wal);
  ASSERT_FALSE(Engine::open(options()).ok());
  const RepairReport planned = examine();
  EXPECT_EQ(planned.proven, ends_[1]);
  EXPECT_EQ(planned.last_known, head_);
  EXPECT_EQ(planned.lost_events(), head_.value - ends_[1].value);
  const RepairReport report = repair();
  // The views had seen what is gone.
  EXPECT_TRUE(fs::exists(report.aside / "views"));
  EXPECT_NE(read_file(report.aside / "why.txt").find("acknowledged events are missing"),
            std::string::npos);
}

TEST_F(Repairing, BringsNobodyBackWhoWasErased) {
  fill();
  const MemberId erased{2};
  {
    Engine engine = open();
    ASSERT_TRUE(settle(engine, EraseMember{erased}).ok());
  }
  image_ = read_folder(path());
  for (const fs::path& wal : files_with(".log")) fs::remove(path() / wal);
  const auto report = repair_store(path());
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->proven, head_) << "of the erasure nothing is on record";

  Engine engine = open();
  EXPECT_GT(engine.head(), head_) << "it was ordered again";
  EXPECT_EQ(do_now(engine, SetPreference{erased, InMailPreference::on}).refusal.code,
            Rejection::unknown_target);
  EXPECT_EQ(do_now(engine, SendInMail{MemberId{3}, {}, erased, "Hello", "You?"}).refusal.code,
            Rejection::unknown_recipient);
  expect_equal_views(engine);
}

TEST_F(Repairing, CutsALogBehindADamagedTableAndKeepsTheOldOne) {
  fill();
  const fs::path table = files_with(".sst")[1];
  damage(table, image_[table].find("IMF1") + 90);
  ASSERT_FALSE(Engine::open(options()).ok());
  const RepairReport planned = examine();
  EXPECT_EQ(planned.proven, ends_[0]);
  EXPECT_EQ(planned.last_known, head_);
  const RepairReport report = repair();
  // Every byte of the old log is still there.
  for (const auto& [name, bytes] : image_) {
    if (name.begin()->string() != "log" || name == table) continue;
    EXPECT_TRUE(read_file(report.aside / name) == bytes) << name;
  }
}

TEST_F(Repairing, LosesNothingWithADamagedManifest) {
  fill();
  for (const auto& [name, bytes] : image_)
    if (name.filename().string().starts_with("MANIFEST") && name.begin()->string() == "log")
      write_file(path() / name, "no manifest");
  ASSERT_FALSE(Engine::open(options()).ok());
  const RepairReport report = repair();
  EXPECT_EQ(report.proven, head_);
  EXPECT_EQ(report.lost_events(), 0u);
}

TEST_F(Repairing, LosesNothingWithADamagedOrMissingFormat) {
  fill();
  write_file(layout().log() / "FORMAT", "inmail lgo 1\n");
  ASSERT_FALSE(Engine::open(options()).ok());
  EXPECT_EQ(repair().proven, head_);
}

TEST_F(Repairing, GoesOnWhereACrashCutItShort) {
  fill();
  const std::string head_file = read_file(layout().head_file());
  const fs::path wal = files_with(".log").front();
  damage(wal, image_[wal].find("IMF1") + 90);
  ASSERT_TRUE(repair_store(path()).ok());
  // As if the machine had died before the new head file was there.
  write_file(layout().head_file(), head_file);
  ASSERT_FALSE(Engine::open(options()).ok());
  EXPECT_EQ(repair().proven, ends_[1]);
}

TEST_F(Repairing, RaisesTheEpochEachTime) {
  fill();
  fs::remove(layout().head_file());
  const std::uint64_t first = repair().epoch;
  fs::remove(layout().head_file());
  // The frames written meanwhile know it.
  EXPECT_EQ(repair().epoch, first + 1);
}

TEST_F(Repairing, RefusesWhatItCannotJudge) {
  fill();
  {
    const Engine owner = open();
    const auto report = repair_store(path());
    ASSERT_FALSE(report.ok());
    EXPECT_EQ(report.error().code, ErrorCode::locked);
  }
  const auto code_after = [&](const fs::path& file, const std::string& bytes) {
    const std::string kept = read_file(file);
    write_file(file, bytes);
    const FolderBytes before = read_folder(path());
    const auto report = repair_store(path());
    EXPECT_TRUE(read_folder(path()) == before) << "a refused store was changed";
    write_file(file, kept);
    return report ? "it was repaired" : std::string(name_of(report.error().code));
  };
  const fs::path format = layout().log() / "FORMAT";
  std::string newer = read_file(format);
  newer.replace(newer.find("log ") + 4, 1, "9");
  EXPECT_EQ(code_after(format, newer), "newer_format");
  std::string other = read_file(format);
  char& digit = other[other.find("store ") + 6];
  digit = digit == '0' ? '1' : '0';
  EXPECT_EQ(code_after(format, other), "corruption");
  fs::remove_all(path());
  EXPECT_EQ(repair_store(path()).error().code, ErrorCode::not_found);
}

// Whatever is damaged: what is left is the beginning of what was there, proven and sound.
TEST_F(Repairing, KeepsATrueBeginningWhateverIsDamaged) {
  fill();
  std::vector<Hash> whole;
  {
    Engine engine = open();
    whole = hashes_of(engine.log());
  }
  write_folder(path(), image_);
  std::mt19937_64 random(test::random_seed());
  std::vector<fs::path> names;
  for (const auto& [name, bytes] : image_)
    if (!bytes.empty() && name.begin()->string() != "views" && name != "keys" &&
        name.filename() != "LOG" && name.filename() != "LOG.old")
      names.push_back(name);
  int repaired = 0;
  constexpr int trials = 40;
  for (int trial = 0; trial < trials && !HasFailure(); ++trial) {
    write_folder(path(), image_);
    for (std::uint64_t wounds = 1 + random() % 3; wounds > 0; --wounds) {
      const fs::path& name = names[random() % names.size()];
      damage(name, random() % image_[name].size(), static_cast<int>(random() % 8));
    }
    auto engine = Engine::open(options());
    std::size_t kept = whole.size();
    if (!engine) {
      const auto report = repair_store(path());
      if (!report) {
        // A damaged store id or version: nobody can tell what this is.
        EXPECT_TRUE(report.error().code == ErrorCode::corruption ||
                    report.error().code == ErrorCode::newer_format)
            << report.error().message;
        continue;
      }
      ++repaired;
      kept = report->proven.value;
      engine = Engine::open(options());
    }
    ASSERT_TRUE(engine.ok()) << engine.error().message;
    auto left = hashes_of(engine->log());
    // A store that lost even its policy has adopted one since.
    left.resize(std::min(left.size(), kept));
    EXPECT_TRUE(std::equal(left.begin(), left.end(), whole.begin()));
  }
  std::cout << trials << " damaged stores: " << repaired << " repaired, the others opened or were"
            << " refused\n";
  EXPECT_GT(repaired, 0);
}

}  // namespace
}  // namespace inmail
