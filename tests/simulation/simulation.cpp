#include "tests/simulation/simulation.hpp"

#include <algorithm>
#include <memory>

#include "engine/engine.hpp"
#include "events/policy.hpp"
#include "tests/simulation/checks.hpp"
#include "tests/simulation/history.hpp"
#include "tests/simulation/machine.hpp"
#include "tests/simulation/people.hpp"
#include "tests/simulation/rocks_side.hpp"

namespace inmail::sim {
namespace {

constexpr const char* store_path = "/host/store";
constexpr unsigned openings_max = 40;

class QuietLogger final : public Logger {
 public:
  explicit QuietLogger(std::function<void(const std::string&)> trace) : trace_(std::move(trace)) {}
  void write(Level, std::string_view sentence) override {
    if (trace_) trace_("engine: " + std::string(sentence));
  }

 private:
  const std::function<void(const std::string&)> trace_;
};

class Simulation {
 public:
  explicit Simulation(const Settings& settings)
      : settings_(settings),
        chance_(settings.seed),
        people_(mixed(settings.seed, 1)),
        clock_(std::make_shared<ManualClock>(*timestamp_from_text("2026-01-05T09:00:00Z"))),
        rates_(weather_of(settings.seed)),
        disk_(std::make_shared<Disk>(FaultPlan(settings.seed, rates_, settings.without_faults))) {
    constexpr std::array presets{"default",      "default",     "seed0", "seed4",
                                 "official-now", "legacy-2014", "trace"};
    policy_ = presets[mixed(settings.seed, 2) % presets.size()];
    // In most lives at first nothing can be undone, so that much is delivered.
    if (mixed(settings.seed, 4) % 3 != 0)
      policy_ = "name = \"at-once\"\ninherits = \"" + policy_ + "\"\n[undo]\nwindow_s = 0\n";
    disk_->on_slow_sync([this] { move_clock(Milliseconds{1 + pick(5'000)}); });
    history_.times.insert(clock_->now());
  }

  Report run() {
    live();
    report_.faults = disk_->plan().happened();
    report_.commands = history_.commands.size();
    const auto begin = *history_.times.begin();
    report_.simulated_ms = (clock_->now() - begin).count();
    return std::move(report_);
  }

 private:
  void live() {
    if (one_in(4)) disk_->plan().set_enabled(true);
    if (!reopen()) return;
    for (Command& each : people_.beginning()) {
      // Who is to have a seat must have joined.
      if (std::holds_alternative<CreateContract>(each)) settle();
      give(std::move(each));
    }
    settle();
    disk_->plan().set_enabled(true);
    const std::uint64_t acts = 40 + pick(120);
    for (std::uint64_t i = 0; i < acts && report_.findings.empty(); ++i) act();
    if (report_.findings.empty()) end();
    engine_.reset();
    machine_.reset();
  }

  // What happens.

  void act() {
    const std::uint64_t what = pick(100);
    if (what < 68) {
      give(people_.next());
    } else if (what < 74) {
      ask_again();
    } else if (what < 80) {
      let_time_pass();
    } else if (what < 85) {
      trace("everybody may sleep");
      engine_->sleep_all();
    } else if (what < 89) {
      tidy_up();
    } else if (what < 91) {
      machine_->run_background();
    } else if (what < 93) {
      check();
    } else if (what < 95) {
      tell_again();
    } else if (what < 97) {
      restart(one_in(2) ? Restart::kill : Restart::close);
    } else if (what < 98) {
      restart(Restart::power_loss);
    } else {
      settle();
    }
    for (std::uint64_t steps = pick(14); steps > 0 && engine_; --steps) {
      engine_->step();
      if (one_in(8)) engine_->write();
    }
    if (engine_ && one_in(3)) run_until_quiet();
    look_after();
  }

  void let_time_pass() {
    move_clock(Milliseconds{pick(one_in(3) ? 120'000 : 10'000)});
    if (one_in(2)) move_clock(std::chrono::hours{24} * pick(25));
    if (one_in(2)) engine_->wake_due();
  }

  void move_clock(Milliseconds by) {
    clock_->advance(by);
    history_.times.insert(clock_->now());
  }

  void tidy_up() {
    const bool sweep = one_in(2);
    const Status tidied = engine_->tidy_up(sweep);
    trace(std::string("tidied up") + (sweep ? " all" : "") +
          (tidied ? "" : ": " + tidied.error().message));
    if (!tidied) must_be_excused("the views cannot be written", tidied.error());
  }

  /// Notices come once or more often.
  void tell_again() {
    const Status told = engine_->resend_open_notices();
    trace("tells again what is owed" + (told ? std::string() : ": " + told.error().message));
    if (!told) must_be_excused("what is owed cannot be told again", told.error());
  }

  void settle() {
    if (engine_) run_until_quiet();
    look_after();
  }

  void run_until_quiet() {
    engine_->run_until_quiet();
    if (!engine_->failure() && !disk_->died_of()) history_.quiet.insert(engine_->head());
  }

  // Commands.

  void give(Command command) {
    const std::uint32_t number = ++given_;
    const CommandId id = make_command_id(clock_->now(), 9, number);
    people_.gave(command, id);
    if (settings_.without_commands.contains(number)) return;
    Given given{.command = std::move(command), .at = clock_->now(), .number = number};
    given.by = usual_principal(given.command);
    if (one_in(30)) given.by = Principal::of(people_.anyone());
    history_.commands.emplace(id, std::move(given));
    submit(id);
  }

  void submit(const CommandId& id) {
    Given& given = history_.commands.at(id);
    given.in_flight = true;
    trace("gives " + std::to_string(given.number) + " " + describe(given.command, id));
    const std::uint64_t process = machine_->process();
    engine_->submit({given.command, id, given.by}, [this, id, process](const Answer& answer) {
      if (disk_->is_alive(process)) answered(id, answer);
    });
  }

  void answered(const CommandId& id, const Answer& answer) {
    Given& given = history_.commands.at(id);
    given.in_flight = false;
    trace("answer to " + std::to_string(given.number) + ": " + describe(answer));
    const bool is_on_record = answer.position.value > 0;
    if (!is_on_record) {
      if (answer.kind != AnswerKind::unknown) ++given.turned_away;
      if (given.answer && answer.kind != AnswerKind::unknown &&
          answer.kind != AnswerKind::read_only && answer.kind != AnswerKind::overloaded &&
          answer.kind != AnswerKind::command_id_expired)
        complain("a command that was answered is turned away: " + describe(answer));
      return;
    }
    if (given.answer && *given.answer != answer)
      complain("command " + std::to_string(given.number) + " was answered " +
               describe(*given.answer) + ", and then " + describe(answer));
    given.answer = answer;
  }

  /// An id for a second time: of something that has no answer, or that has one, or with other
  /// words.
  void ask_again() {
    if (history_.commands.empty()) return;
    auto found = history_.commands.begin();
    const std::uint64_t size = history_.commands.size();
    std::advance(found,
                 static_cast<std::ptrdiff_t>(
                     one_in(3) ? pick(size) : size - 1 - pick(std::min<std::uint64_t>(size, 8))));
    if (!found->second.answer || !one_in(5)) return submit(found->first);
    Command other = GrantBonus{MemberId{1}, 1'000, 9, "Not this"};
    ++history_.reused_ids;
    const std::uint64_t process = machine_->process();
    engine_->submit({other, found->first, {}}, [this, process](const Answer& answer) {
      if (disk_->is_alive(process) && answer.ok())
        complain("another command was taken under an id that is in use");
    });
  }

  // Ends of processes.

  enum class Restart { close, kill, power_loss };

  void restart(Restart how) {
    ++report_.restarts;
    if (how == Restart::close) {
      trace("closes");
      const Status closed = engine_->close(std::chrono::seconds{10});
      if (!closed) must_be_excused("the store does not close", closed.error());
    }
    const bool closed_well = how == Restart::close && !disk_->died_of() && !flipped_;
    stop(how == Restart::power_loss || disk_->died_of() == Fault::power_loss);
    if (closed_well && report_.findings.empty()) forge();
    reopen();
  }

  /// Nothing of the process is left, and its host remembers only what it was told.
  void stop(bool power) {
    trace(power ? "the power is lost" : "the process ends");
    if (machine_) machine_->wait_for_flushes();
    disk_->stop_process(power);
    lost_power_ |= power;
    engine_.reset();
    machine_.reset();
    for (auto& [id, given] : history_.commands) given.in_flight = false;
  }

  /// After every step: the plan may have killed the process, or the engine may have given up.
  void look_after() {
    if (machine_) machine_->wait_for_flushes();
    if (const auto fault = disk_->died_of()) {
      ++report_.crashes;
      trace("fault: " + std::string(name_of(*fault)));
      stop(*fault == Fault::power_loss);
      reopen();
      return;
    }
    if (!engine_) return;
    const auto failure = engine_->failure();
    if (!failure) return;
    must_be_excused("the engine has given up", *failure);
    ++report_.crashes;
    if (one_in(2)) (void)engine_->close(std::chrono::seconds{10});
    stop(one_in(3));
    reopen();
  }

  bool reopen() {
    for (unsigned attempt = 1; attempt <= openings_max; ++attempt) {
      if (attempt == openings_max / 2) disk_->plan().set_enabled(false);
      faults_before_ = disk_->plan().happened().size();
      met_damage_ = false;
      damage();
      machine_ = std::make_shared<Machine>(disk_, clock_);
      auto opened = Engine::open(options());
      if (opened && !disk_->died_of()) {
        trace("opens at " + std::to_string(opened->head().value));
        engine_ = std::make_unique<Engine>(std::move(*opened));
        lost_power_ = false;
        forget_what_was_torn();
        if (attempt >= openings_max / 2) disk_->plan().set_enabled(!is_ending_);
        if (!engine_->failure()) history_.quiet.insert(engine_->head());
        check_record();
        if (engine_ && engine_->failure()) continue;
        return true;
      }
      ++report_.crashes;
      const auto fault = disk_->died_of();
      if (!fault) must_be_excused("the store does not open", opened.error());
      const bool power = fault ? *fault == Fault::power_loss : one_in(4);
      opened = Error{ErrorCode::closed, "the process ended"};
      stop(power);
      if (!report_.findings.empty()) return false;
    }
    complain("the store never opens again");
    return false;
  }

  EngineOptions options() {
    EngineOptions options;
    options.path = store_path;
    options.policy = policy_;
    options.clock = clock_;
    options.files = machine_;
    options.logger = std::make_shared<QuietLogger>(settings_.trace);
    options.deterministic = EngineOptions::Deterministic{
        .seed = mixed(settings_.seed, 3, machine_->process()), .key_seed = 1, .sync_frames = true};
    return options;
  }

  // Damage.

  /// Now and then a bit changes while the store is closed. Not after a loss of power: it may have
  /// taken the last second of the head file, and then a frame that a flip damages looks like one
  /// that the power cut tore. Two faults at once are more than the store promises to tell apart.
  void damage() {
    const auto rate = rates_[static_cast<std::size_t>(Fault::bit_flip)];
    // Before the first answer there may be no head file yet to know the store's id from.
    const bool has_answered = history_.quiet.size() > 3;
    if (!has_answered || is_ending_ || flipped_ || lost_power_ || pick(1'000'000) >= rate ||
        report_.restarts + report_.crashes == 0)
      return;
    std::vector<std::pair<std::string, InodePtr>> files;
    for (const auto& [path, file] : disk_->files())
      if (!file->seen.empty() && file->kind.kind != FileKind::other) files.emplace_back(path, file);
    if (files.empty()) return;
    const auto& [path, file] = files[pick(files.size())];
    const std::uint64_t bit = pick(file->seen.size() * 8);
    const std::string key = "bit_flip:" + path + ":" + std::to_string(++flips_);
    if (!disk_->plan().allows(Fault::bit_flip, key)) return;
    trace("flips bit " + std::to_string(bit) + " of " + path);
    Disk::flip(file, bit);
    flipped_ = {file, bit};
  }

  /// Now and then somebody changes a record, with the checksums of the record and of RocksDB; what
  /// is left to notice it is the hash of its frame. It is put right again.
  void forge() {
    const auto rate = rates_[static_cast<std::size_t>(Fault::forgery)];
    if (is_ending_ || pick(1'000'000) >= rate) return;
    const std::string folder = std::string(store_path) + "/log";
    disk_->plan().set_enabled(false);
    machine_ = std::make_shared<Machine>(disk_, clock_);
    const std::vector<StoredFrame> frames = frames_of(*machine_, folder);
    const StoredFrame& frame = frames[pick(frames.size())];
    if (disk_->plan().allows(Fault::forgery, "forgery:" + to_hex_of(frame.key))) {
      trace("forges a record");
      put_frame(*machine_, folder, forged(frame));
      must_notice_forgery();
      machine_ = std::make_shared<Machine>(disk_, clock_);
      put_frame(*machine_, folder, frame);
    }
    stop(false);
    disk_->plan().set_enabled(true);
  }

  static std::string to_hex_of(const std::string& key) {
    return to_hex(reinterpret_cast<const std::uint8_t*>(key.data()), key.size());
  }

  void must_notice_forgery() {
    machine_ = std::make_shared<Machine>(disk_, clock_);
    const auto opened = Engine::open(options());
    if (!opened) {
      trace("refused: " + opened.error().message);
      ++report_.refused_damage;
      return;
    }
    std::vector<std::string> ignored;
    const Status read = check_log(opened->log(), history_, ignored);
    if (read)
      complain("a forged record was believed");
    else
      ++report_.refused_damage;
  }

  /// A bit in a last frame that nobody was told of: the frame looks torn, and the opening has cut
  /// it off, or written it again. It must not come back with the bit put right.
  void forget_what_was_torn() {
    if (!flipped_) return;
    const InodePtr& file = flipped_->first;
    const auto files = disk_->files();
    const bool was_torn = std::any_of(files.begin(), files.end(), [&](const auto& each) {
      return each.first.find("/log/torn/") != std::string::npos && each.second->seen == file->seen;
    });
    if (!was_torn) return;
    trace("the opening has dealt with what the flipped bit tore");
    ++report_.refused_damage;
    flipped_.reset();
  }

  void repair() {
    if (!flipped_) return;
    trace("the flipped bit is put right");
    met_damage_ = true;
    Disk::flip(flipped_->first, flipped_->second);
    flipped_.reset();
  }

  /// An error is right where the process has met a fault, or where there is damage that the
  /// error names. Damage is then repaired, as an operator would.
  void must_be_excused(const std::string& what, const Error& error) {
    trace(what + ": " + error.message);
    const bool by_fault = disk_->plan().happened().size() > faults_before_;
    if (flipped_ && !error.message.empty()) {
      ++report_.refused_damage;
      return repair();
    }
    if (!by_fault && !met_damage_ && !disk_->died_of()) complain(what + ": " + error.message);
  }

  // Questions.

  /// What is on record is what was acknowledged. Reads the log only.
  void check_record() {
    std::vector<std::string> findings;
    const Status read = check_log(engine_->log(), history_, findings);
    if (!read) {
      must_be_excused("the log cannot be read", read.error());
      if (!report_.findings.empty()) return;
      stop(false);
      reopen();
      return;
    }
    for (std::string& each : findings) complain(std::move(each));
  }

  /// Everything that can be asked of a quiet engine.
  void check() {
    // What can be undone no more must have left by now.
    engine_->wake_due();
    run_until_quiet();
    if (engine_->failure() || disk_->died_of()) return;
    for (const auto& [id, given] : history_.commands)
      if (given.in_flight)
        complain("command " + std::to_string(given.number) + " is never answered");
    check_record();
    if (!report_.findings.empty() || !engine_ || engine_->failure() || disk_->died_of()) return;
    const auto views = engine_->verify();
    if (!views) {
      if (!disk_->died_of()) must_be_excused("the views cannot be compared", views.error());
      return;
    }
    bool is_damaged = false;
    for (const ViewCheck& each : *views)
      if (!each.equal && !disk_->died_of()) {
        must_be_excused("view " + each.view + " is not what a replay makes",
                        {ErrorCode::corruption, each.failure});
        is_damaged = true;
      }
    // By a damaged view of deadlines nobody is woken, and what is due waits for the next opening.
    if (is_damaged && report_.findings.empty()) {
      stop(false);
      reopen();
      return;
    }
    std::vector<std::string> findings;
    if (const Status looked = check_quiet(*engine_, history_, findings); !looked)
      must_be_excused("the views cannot be read", looked.error());
    if (disk_->died_of() || engine_->failure()) return;
    for (std::string& each : findings) complain(std::move(each));
  }

  /// The disk behaves; everything that is open comes to its end; then everything is asked.
  void end() {
    is_ending_ = true;
    disk_->plan().set_enabled(false);
    repair();
    restart(one_in(2) ? Restart::close : Restart::power_loss);
    if (!report_.findings.empty()) return;
    for (auto& [id, given] : history_.commands)
      if (!given.answer) submit(id);
    settle();
    check();
    move_clock(std::chrono::hours{24 * 366});
    for (int again = 0; again < 2 && engine_; ++again) engine_->wake_due();
    check();
    if (!report_.findings.empty()) return;
    restart(Restart::close);
    if (!report_.findings.empty()) return;
    check();
    report_.records = engine_->head().value;
    const auto digest = log_digest(engine_->log());
    if (digest) report_.digest = to_hex(digest->data(), digest->size());
    const Status closed = engine_->close(std::chrono::seconds{10});
    if (!closed) complain("the store does not close: " + closed.error().message);
  }

  // Chance and words.

  std::uint64_t pick(std::uint64_t below) { return chance_() % below; }
  bool one_in(std::uint64_t n) { return pick(n) == 0; }

  void trace(const std::string& sentence) const {
    if (settings_.trace) settings_.trace(sentence);
  }

  void complain(std::string sentence) {
    trace("FINDING " + sentence);
    report_.findings.push_back(std::move(sentence));
  }

  const Settings& settings_;
  std::mt19937_64 chance_;
  People people_;
  std::shared_ptr<ManualClock> clock_;
  const FaultPlan::Rates rates_;
  std::shared_ptr<Disk> disk_;
  std::string policy_;
  History history_;
  std::shared_ptr<Machine> machine_;
  std::unique_ptr<Engine> engine_;
  std::optional<std::pair<InodePtr, std::uint64_t>> flipped_;
  std::uint64_t flips_ = 0;
  std::size_t faults_before_ = 0;  ///< Met before this process began.
  bool met_damage_ = false;        ///< By this process, which may name it again.
  std::uint32_t given_ = 0;
  bool is_ending_ = false;
  bool lost_power_ = false;  ///< And nothing has been opened since.
  Report report_;
};

}  // namespace

Report simulate(const Settings& settings) { return Simulation(settings).run(); }

}  // namespace inmail::sim
