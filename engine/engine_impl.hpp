#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <thread>

#include "actors/registry.hpp"
#include "actors/runtime.hpp"
#include "actors/surroundings.hpp"
#include "engine/command_desk.hpp"
#include "engine/disk_watch.hpp"
#include "engine/due_watch.hpp"
#include "engine/engine.hpp"
#include "engine/states_view.hpp"
#include "engine/store_layout.hpp"
#include "events/journal.hpp"
#include "events/rocks_log.hpp"
#include "projections/deadlines.hpp"
#include "projections/receipts.hpp"
#include "projections/rocks_view_store.hpp"
#include "projections/view_runner.hpp"

namespace inmail {

inline Error engine_is_closed() { return {ErrorCode::closed, "the engine is closed"}; }

/// The parts of an engine and how they are wired. Members are in the order in which they are built;
/// `close` takes them down in the other.
struct Engine::Impl {
  /// Held by a host's call while it works with the parts below: `close` waits for it before they go
  /// away, and who comes later holds nothing.
  class InUse {
   public:
    /// While the store is opened again there is nothing to hold: who may wait, waits for it.
    enum class Patience { none, waits };

    /// A call within another one of the same thread, as a host makes it in the callback of a query,
    /// waits for nothing: the parts stay for as long as the outer one holds them.
    explicit InUse(const Impl& engine, Patience patience = Patience::none)
        : engine_(engine), outer_(innermost) {
      const bool is_within = is_held_by_thread();
      innermost = this;
      while (true) {
        engine_.users.fetch_add(1);
        holds_ = is_within || (!engine_.shut && !engine_.reopening);
        if (holds_ || engine_.shut || patience == Patience::none) return;
        leave();
        engine_.reopening.wait(true);
      }
    }
    InUse(const InUse&) = delete;
    InUse& operator=(const InUse&) = delete;
    ~InUse() {
      leave();
      innermost = outer_;
    }

    explicit operator bool() const { return holds_; }

   private:
    bool is_held_by_thread() const {
      for (const InUse* each = outer_; each != nullptr; each = each->outer_)
        if (each->holds_ && &each->engine_ == &engine_) return true;
      return false;
    }

    void leave() {
      if (engine_.users.fetch_sub(1) == 1) engine_.users.notify_all();
    }

    static thread_local const InUse* innermost;

    const Impl& engine_;
    const InUse* const outer_;
    bool holds_ = false;
  };

  explicit Impl(EngineOptions given);
  ~Impl();

  // Opening (engine_open.cpp).
  Status open();
  Status open_parts();
  Status open_store();
  Status load_policies();
  void wire_actors();
  Status start_views();
  Status adopt_first_policy();
  /// Of one kind, or all.
  Status resend_open_notices(std::optional<NoticeKind> only = {});

  // Commands (engine.cpp).
  void submit(Request request, OnAnswer reply, OnAnswer settled);
  std::future<Result<SendForecast>> check_send(SendInMail letter,
                                               std::optional<Principal> asked_by);
  std::future<Result<CreditForecast>> forecast_credits(StreamId owner, Timestamp until);
  /// What a receipt remembers of a command, and how large it is.
  struct Ordered {
    PayloadHash payload{};
    std::size_t bytes = 0;
  };
  /// Why a command is not even looked at; on the way in, cleans and seals its texts.
  std::optional<Answer> check_at_the_door(Command& command, Ordered& ordered, const CommandId& id,
                                          const Principal& asked_by);
  /// What becomes of HTML in an InMail that comes in now.
  HtmlRule html_rule() const;
  Answer answer_of(const CommandReceipt& receipt);
  /// Without a payload, whatever it was.
  std::optional<Answer> look_up_receipt(const CommandId& id,
                                        const std::optional<PayloadHash>& payload);
  void answered(const CommandId& id, const Answer& answer);
  CommandId new_command_id();
  /// Why no command is taken now.
  std::optional<Answer> turned_away() const;
  OnAnswer honest_when_settled(OnAnswer settled);
  /// What a command comes to whose author's key is gone: it can be neither sealed nor compared.
  Answer answer_for_erased(const Command& command, const CommandId& id, const Principal& asked_by);

  // Erasing (engine_erase.cpp).
  /// False: it could not be done now, and is tried again.
  bool destroy_key(KeyId key);
  /// Lays the seal of what `reader` receives over the texts of a command. False: it could not be
  /// done; the command is answered when that is known.
  bool seal_for_reader(Command& command, MemberId reader);
  /// Tries again what could not be done.
  void destroy_owed_keys();
  /// Whom a restore has brought back, though they were erased.
  Status erase_again();

  // Reading (engine_read.cpp).
  /// Where the log ends, or ended when there was one. Requires: `mutex` is held.
  Position head_now() const;
  ViewRunner& runner_of(std::string_view view);
  Status read_view(std::string_view view, AtLeast at_least,
                   const std::function<void(const Rows&)>& read);
  Result<std::vector<ViewCheck>> verify();
  Result<ViewCheck> verify_states();

  // Keeping house (engine_house.cpp).
  void keep_house();
  /// One round of it. False: there is nothing to keep any more.
  bool tend();
  /// Everybody saves; then the rows and the checkpoint are written. False: not all could be yet.
  Status sweep_states(std::chrono::steady_clock::time_point until);
  /// Whether every mail that was sent since the generation `began` was in has been heard: nobody
  /// was stopped, and nobody has lost what they recorded.
  bool has_heard_all_since(std::uint64_t began);
  Result<std::vector<DueStream>> due_until(Timestamp until, std::size_t limit);
  Result<std::optional<Timestamp>> next_due();
  void wake_due();
  void run_until_quiet();
  void catch_up_views();
  Status tidy_up(bool sweep);
  void notice_failure();
  void watch_disk();
  void mend_views();
  void fail(const std::string& sentence);
  Status close(Milliseconds deadline);
  void drop_parts();

  // Opening again after a fault (engine_reopen.cpp).
  /// Asks for it, on any thread; where it cannot be, the engine has failed.
  void reopen_because(const std::string& sentence);
  bool wants_to_reopen() const;
  /// What was asked for, which nobody asks for any more.
  std::optional<std::string> take_reopening();
  void journal_failed(const Error& why);
  bool may_reopen_once_more();
  Status stop_parts();
  void give_up_reopening();
  /// Does what was asked for. Only the thread that keeps house.
  void reopen();
  Status open_parts_again();
  void answer_collected(const std::vector<CommandId>& collected);
  void give_up(const Error& error);

  EngineOptions options;
  StoreLayout layout;
  std::shared_ptr<const Clock> clock;
  std::shared_ptr<Logger> logger;
  std::shared_ptr<KeyStore> keys;
  FileSystem& files;

  std::unique_ptr<RocksLog> log;
  std::unique_ptr<RocksViewStore> view_store;
  std::unique_ptr<StatesView> states;

  PolicyShelf policies;
  std::unique_ptr<AdmissionTable> admissions;
  CommandDesk desk;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Runtime> runtime;
  std::unique_ptr<Registry> registry;
  std::unique_ptr<Surroundings> around;
  std::unique_ptr<DueWatch> due_watch;
  std::shared_ptr<Mailbox> deadline_actor;
  std::unique_ptr<ViewRunner> first_views;  ///< Those that opening waits for.
  std::unique_ptr<ViewRunner> other_views;

  mutable std::mutex mutex;  ///< Guards what follows.
  std::condition_variable changed;
  std::optional<Error> failure;
  bool closing = false;
  std::set<Subscription::Impl*> subscriptions;
  std::optional<std::string> wants_reopening;  ///< Why.
  std::mt19937_64 random;

  std::atomic<bool> takes_commands{false};
  std::atomic<bool> drops_mail{false};       ///< What was to settle a command may be lost.
  std::atomic<bool> shut{false};             ///< The parts may go away; see `InUse`.
  std::atomic<bool> reopening{false};        ///< The parts go away, and come again.
  std::atomic<bool> may_reopen{false};       ///< Once the engine is open.
  std::atomic<std::uint64_t> generation{0};  ///< Of the actors: what an earlier one did is lost.
  std::atomic<std::uint64_t> reopened{0};
  std::atomic<bool> is_disk_full{false};
  std::atomic<bool> owes_keys{false};       ///< A key that is to be destroyed is still there.
  std::atomic<std::uint64_t> last_head{0};  ///< While there is no log to ask.
  mutable std::atomic<std::uint64_t> users{0};
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> rejected{0};
  std::atomic<std::uint64_t> overloaded{0};
  std::atomic<std::size_t> checks_under_way{0};  ///< Sends and credits asked about now.
  Position views_caught_up_at{};                 ///< Deterministic only.

  // Only for the thread that keeps house.
  DiskWatch disk;
  std::chrono::steady_clock::time_point house_began_at{};
  std::chrono::steady_clock::time_point head_synced_at{};
  std::deque<std::chrono::steady_clock::time_point> reopened_at;
  std::chrono::steady_clock::time_point views_mended_at{};
  std::chrono::steady_clock::time_point keys_tried_at{};
  std::thread house;
};

/// Declared here, so that an engine that closes can let go of what its subscriptions hold.
struct Subscription::Impl {
  Impl(Engine::Impl& engine, Filter filter, Position next);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  bool passes(const RecordHeader& header) const;
  /// Reads on to the next record that passes, or to the end of the log as it is now.
  Result<std::optional<Record>> read_on();

  Engine::Impl& engine;
  const Filter filter;
  Position next;
  std::optional<LogReader> reader;  ///< Set while there is something to read.
};

}  // namespace inmail
