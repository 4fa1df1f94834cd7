#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "actors/registry.hpp"
#include "actors/runtime.hpp"
#include "actors/surroundings.hpp"
#include "events/clock.hpp"
#include "events/journal.hpp"
#include "events/memory_key_store.hpp"
#include "events/memory_log.hpp"

namespace inmail::test {

/// Rows of sleeping actors, kept as the states view keeps them: saved in memory, and on the disk
/// only once they are written back. One thread.
class MemoryStates final : public StateStore {
 public:
  Result<std::optional<std::string>> load(StreamId stream) override;
  Status save(StreamId stream, Position last, std::string row) override;

  /// Writes the saved rows whose records are durable.
  void write_back(Position durable);

  /// On the disk, by stream.
  std::map<StreamId, std::string>& rows() { return rows_; }

 private:
  struct Saved {
    Position last;
    std::string row;
  };

  std::map<StreamId, Saved> saved_;
  std::map<StreamId, std::string> rows_;
};

/// A log as one run of a process has it: what was appended lies on the disk and outlives the run.
/// One thread.
class LogOfARun final : public EventLog {
 public:
  explicit LogOfARun(MemoryLog& disk) : disk_(disk) {}

  LogHead head() const override { return disk_.head(); }
  std::uint64_t epoch() const override { return disk_.epoch(); }
  Status append(const Frame& frame) override;
  Result<std::unique_ptr<FrameCursor>> read(Position from) const override {
    return disk_.read(from);
  }

  void die() { dead_ = true; }
  /// The next frame still reaches the disk, but nobody learns of it.
  void die_in_the_next_append() { dies_in_append_ = true; }
  bool is_dead() const { return dead_; }

 private:
  MemoryLog& disk_;
  bool dead_ = false;
  bool dies_in_append_ = false;
};

/// What a host knows of a command that it gave.
struct Asked {
  Command command;  ///< Its texts sealed.
  Principal by;
  PayloadHash payload{};
  std::optional<Answer> answer{};  ///< Nothing: none yet, or it was lost in a crash.
  bool lost = false;               ///< It was under way in a crash, and not asked again since.
};

struct ActorWorldOptions {
  std::uint64_t seed = 1;
  /// A document, or the name of a preset, under which then no send can be undone.
  std::string policy = "default";
  /// How often, out of a hundred moves, the journal is pumped and the idle are sent to sleep.
  unsigned pump_percent = 10;
  unsigned sleep_percent = 2;
  bool sleeps_after_every_mail = false;
};

/// The write side without the engine and without a disk: the real actors, registry and journal on a
/// seeded scheduler. Everything happens inside `move` and `run`, in an order that only the seed
/// decides. A crash takes all that is in memory; what reached the log stays. One thread.
class ActorWorld {
 public:
  explicit ActorWorld(ActorWorldOptions options);
  ~ActorWorld();
  ActorWorld(const ActorWorld&) = delete;
  ActorWorld& operator=(const ActorWorld&) = delete;

  /// Seals the texts of a command and hands it to its actor. Returns its id.
  CommandId submit(Command command);
  CommandId submit(Command command, Principal by);
  /// Asks again what a crash left without an answer, under the same ids; by receipt, where one is
  /// on record.
  void submit_lost_again();

  /// One thing happens: an actor handles one mail, the journal writes, or the idle are asked to
  /// leave. False: all is quiet.
  bool move();
  void run();
  /// A command, and all that it sets off. Requires: nobody crashes meanwhile.
  Answer run(Command command);

  /// Tells every stream that was given a command that something may have fallen due.
  void wake_all();
  /// Everything in memory is lost, and a new run begins as the engine does: rows folded up to the
  /// end of the log, policies read, open notices sent again.
  void crash();

  /// Lets every actor save its row; returns all rows.
  const std::map<StreamId, std::string>& rows();

  ManualClock& clock() { return clock_; }
  std::mt19937_64& chance() { return chance_; }
  const MemoryLog& log() const { return disk_; }
  const PolicyShelf& policies() const { return run_->policies; }
  const std::map<CommandId, Asked>& asked() const { return asked_; }
  const Answer& answer(const CommandId& id) const;
  std::uint64_t crashes() const { return crashes_; }

  /// What actors threw, and what was wrong with rows that a crash left behind.
  const std::vector<std::string>& defects() const { return defects_; }

 private:
  /// All that dies in a crash.
  struct Run {
    Run(ActorWorld& world, std::uint64_t seed);

    LogOfARun log;
    PolicyShelf policies;
    AdmissionTable admissions;
    Journal journal;
    Runtime runtime;
    Registry registry;
    Surroundings around;
  };

  void begin_run();
  void end_run();
  void post(const CommandId& id);
  void recover_rows();
  void load_policies();
  void send_open_notices();
  bool happens(unsigned percent) { return chance_() % 100 < percent; }

  const ActorWorldOptions options_;
  std::mt19937_64 chance_;
  ManualClock clock_;
  MemoryLog disk_;
  MemoryKeyStore keys_{1};
  std::unique_ptr<MemoryStates> states_;
  std::unique_ptr<Run> run_;
  std::map<CommandId, Asked> asked_;
  std::uint64_t crashes_ = 0;
  std::vector<std::string> defects_;
};

/// The position and the answer of each command's receipt in a log; twice on record is a defect that
/// `defects` is told.
struct ReceiptOnRecord {
  Position position;
  StreamId stream;
  Refusal refusal;  ///< Its code is 0 for what was accepted.
  PayloadHash payload{};
};
std::map<CommandId, ReceiptOnRecord> receipts_in(const EventLog& log,
                                                 std::vector<std::string>& defects);

}  // namespace inmail::test
