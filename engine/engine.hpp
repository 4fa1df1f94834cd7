#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "actors/commands.hpp"
#include "actors/mail.hpp"
#include "events/clock.hpp"
#include "events/event_log.hpp"
#include "events/file_system.hpp"
#include "events/ids.hpp"
#include "events/keys.hpp"
#include "events/record.hpp"
#include "events/result.hpp"
#include "projections/rows.hpp"

namespace inmail {

/// Where the engine writes what an operator should see. Any thread.
class Logger {
 public:
  enum class Level { info, warning, error };
  virtual ~Logger() = default;
  virtual void write(Level level, std::string_view sentence) = 0;
};

/// How a store is opened. Every limit is here.
struct EngineOptions {
  std::filesystem::path path;  ///< The store: a folder of its own.
  bool create_if_missing = true;
  std::string policy = "default";  ///< Adopted by a new store: the name of a preset, or a document.

  std::shared_ptr<const Clock> clock;  ///< Null: the system's.
  std::shared_ptr<Logger> logger;      ///< Null: warnings and errors to standard error.
  std::shared_ptr<KeyStore> keys;      ///< Null: a file in the store.
  std::shared_ptr<FileSystem> files;   ///< Null: the system's. Tests give a simulated disk.

  std::size_t threads =
      2;  ///< For the actors. The journal and the views have one each beside them.
  std::size_t in_flight_max = 65'536;  ///< Commands; past it `overloaded`.
  std::size_t in_flight_bytes_max = std::size_t{256} << 20;
  std::size_t residents_max = 200'000;  ///< Actors kept awake when idle.
  /// About how much memory their states may hold; what is over it goes to sleep, too.
  std::size_t resident_bytes_max = std::size_t{512} << 20;

  /// With less than this free on its disk the store takes no commands (`read_only`), until there is
  /// twice as much.
  std::uint64_t disk_free_min = std::uint64_t{64} << 20;
  std::uint64_t disk_reserve = std::uint64_t{64} << 20;  ///< A file that gives its place away.
  /// How much is free in a folder. Null: asks the system. Called by a thread of the engine.
  std::function<std::uint64_t(const std::filesystem::path&)> disk_free_bytes;

  /// Set: no threads at all. Everything happens inside `run_until_quiet`, in an order that only the
  /// seed decides (0: order of arrival); new keys come from `key_seed`, and the store is marked so.
  struct Deterministic {
    std::uint64_t seed = 0;
    std::uint64_t key_seed = 0;
    /// False: frames reach the disk when the system sees fit. For what a seed can make again.
    bool sync_frames = false;
  };
  std::optional<Deterministic> deterministic;
};

/// An order and who gives it.
struct Request {
  Command command;
  CommandId id{};                     ///< Zero: a new one (then a retry cannot be recognised).
  std::optional<Principal> asked_by;  ///< Nothing: `usual_principal` of the command.
};

/// What a submitted command comes to: `reply` when it is durable, `settled` when everything that it
/// set off in other streams is, too. A future never breaks: an engine that closes or fails answers.
struct Submission {
  CommandId id;
  std::future<Answer> reply;
  std::future<Answer> settled;
};

/// Until when a query waits for which position.
struct AtLeast {
  Position position{};
  Milliseconds wait{5'000};
};

/// Reads records in order, from any position on: first what is in the log, then what becomes
/// durable. It holds no buffer but the frame at hand, so a subscriber that never reads costs
/// nothing. One thread at a time; must not outlive its engine.
class Subscription {
 public:
  struct Filter {
    std::vector<std::uint16_t> event_numbers;  ///< Empty: all.
    std::optional<StreamId> stream;
  };

  /// The next record that passes the filter; nothing when none came within `wait` or the engine
  /// closed. Errors: as `LogReader::next`; why the engine has no log to read any more.
  Result<std::optional<Record>> next(Milliseconds wait);

  Subscription(Subscription&&) noexcept;
  Subscription& operator=(Subscription&&) noexcept;
  ~Subscription();

 private:
  friend class Engine;
  struct Impl;
  explicit Subscription(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// One view, as it stands and as a replay from zero makes it.
struct ViewCheck {
  std::string view;
  Position position{};  ///< Up to which the live one has folded.
  std::string live{};   ///< Digest over its sorted rows.
  std::string replayed{};
  bool equal = false;     ///< Same digest, same position, and it did not fail.
  std::string failure{};  ///< Why it failed, if it did.
};

struct EngineStats {
  Position head{};
  std::uint64_t in_flight = 0;
  std::uint64_t residents = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t accepted = 0;
  std::uint64_t rejected = 0;
  std::uint64_t overloaded = 0;
  Position views_behind_from{};  ///< The smallest position that some view has folded.
  std::uint64_t reopened = 0;    ///< How often the store was closed and opened again after a fault.
  bool is_disk_full = false;     ///< Commands are answered `read_only` until there is room.
};

/// The whole of inmail, as a host embeds it: commands go in, answers come when they are durable,
/// and what users see is read from views.
///
/// When a write fails, or an actor throws, nobody knows what is on the disk. The engine then stops
/// its actors, closes the store and opens it again, and answers what was in flight by its receipt:
/// what has none was not done, and is answered `overloaded`, to be sent again. Meanwhile commands
/// are answered `overloaded`, and queries wait. Of a command that was in flight, `settled` is
/// `unknown`. Where opening does not help, the engine has failed (`failure`).
///
/// Owns its threads, its store (no other process can open it meanwhile) and all it was given. Every
/// method may be called by any thread, unless it says otherwise; several engines may live in one
/// process. After a crash, `open` finds everything that was answered; what was in flight is on
/// record whole or not at all, and asking again with the same id tells which.
class Engine {
 public:
  /// Opens or creates a store. Waits until states, receipts, notices and deadlines have caught up.
  /// Errors: not_found, locked, corruption, newer_format, io, invalid_argument (the policy).
  static Result<Engine> open(EngineOptions options);

  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  /// Closes with a deadline of 30 s.
  ~Engine();

  /// A fresh id of the engine's time, for a request that may have to be repeated.
  CommandId new_command_id();

  Submission submit(Request request);
  /// `reply` runs on a thread of the engine: short, no blocking, no exceptions.
  void submit(Request request, OnAnswer reply, OnAnswer settled = {});

  /// CheckSend: what a send would come to now, with everything that stands against it, without
  /// sending or recording it. Asked by the sender, if nobody is named; deterministic engines answer
  /// when they run. Errors: invalid_argument (the sentence names what is malformed), closed (also
  /// while the store is opened again, and with more than `in_flight_max` asked about at once).
  std::future<Result<SendForecast>> check_send(SendInMail command,
                                               std::optional<Principal> asked_by = {});

  /// What becomes of the credits of a member or a contract by itself up to `until`, inclusive: what
  /// is lost when, and what renewals bring. Records nothing but what has fallen due by now.
  /// Errors: invalid_argument (the owner owns no credits), not_found, closed (as `check_send`).
  std::future<Result<CreditForecast>> forecast_credits(StreamId owner, Timestamp until);

  /// Calls `read(const Rows&)` on a snapshot of a view that has folded at least
  /// `at_least.position`. `read` may ask the engine more, but must not wait for a command's answer.
  /// Errors: not_found (no such view), timed_out, closed, corruption.
  template <class Read>
  auto query(std::string_view view, AtLeast at_least, Read&& read)
      -> Result<std::invoke_result_t<Read, const Rows&>> {
    using Answered = std::invoke_result_t<Read, const Rows&>;
    std::optional<Answered> answered;
    const Status status =
        read_view(view, at_least, [&](const Rows& rows) { answered.emplace(read(rows)); });
    if (!status) return status.error();
    return std::move(*answered);
  }

  /// What a person wrote; nothing when a key that it takes was erased: its author's, or that of
  /// what its reader received. Errors: corruption, io.
  Result<std::optional<std::string>> open_text(const Text& text);

  /// Who goes on where it left off says under which `epoch` it read so far.
  /// Errors: as `LogReader::from`; log_rewound when the store is in another epoch by now: a repair
  /// or a restore may have taken away what was read, and other events may stand there. The message
  /// names the epoch, and so does `epoch()`.
  Result<Subscription> subscribe(Position from, Subscription::Filter filter = {},
                                 std::optional<std::uint64_t> epoch = {});

  /// Position of the last durable record.
  Position head() const;
  /// Raised by each repair and restore of the store; zero once the engine is closed.
  std::uint64_t epoch() const;
  /// Valid until the engine closes, or opens the store again after a fault. An engine that is
  /// closed, or does not come back after a fault, shows an empty log whose reads answer `closed`.
  const EventLog& log() const;
  Timestamp now() const;
  EngineStats stats() const;
  /// The policy document in force.
  std::string policy_document() const;
  /// Why no more commands are taken, if so.
  std::optional<Error> failure() const;

  /// Folds every view, `states` and `receipts` included, from zero beside the live one, at least
  /// as far as the log goes now, and compares. Takes as long as a replay; work may go on meanwhile.
  /// Errors: as `LogReader`.
  Result<std::vector<ViewCheck>> verify();

  /// Lets all that has fallen due by now happen; it would also happen by itself, a little later. An
  /// engine that is closed before it has is none that did: what fell due stays due.
  void wake_due();

  /// Only deterministic: when something next falls due by itself; nothing: never, as things stand.
  /// Errors: io, corruption, closed.
  Result<std::optional<Timestamp>> next_due();

  /// Only deterministic: does everything that can be done without the clock moving.
  void run_until_quiet();

  /// Only deterministic, for tests: one step of one actor, then nothing else. False: nothing to do.
  bool step();
  /// Only deterministic, for tests: writes what the journal has gathered, and lets nobody act on
  /// it.
  void write();
  /// Only deterministic, for tests: tells everybody again what is still owed, as an opening does,
  /// though the first telling may be under way. Errors: io, corruption.
  Status resend_open_notices();
  /// For tests: asks every idle actor to go to sleep.
  void sleep_all();
  /// Only deterministic, for tests: writes down what views have only in memory, as a running engine
  /// does now and then; with `sweep` also the rows of those that are awake, and so a checkpoint.
  /// Errors: io, corruption.
  Status tidy_up(bool sweep);

  /// Takes no more commands, waits for those in flight, writes what views have, and releases the
  /// store. Errors: timed_out (what is not answered by then is answered `unknown`; the store is
  /// released all the same).
  Status close(Milliseconds deadline);

 private:
  friend class Subscription;
  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  Status read_view(std::string_view view, AtLeast at_least,
                   const std::function<void(const Rows&)>& read);

  std::unique_ptr<Impl> impl_;
};

}  // namespace inmail
