// What a process that is killed under load leaves behind: everything that it acknowledged, exactly
// once, and a store that goes on.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "engine/engine.hpp"
#include "events/obligations.hpp"
#include "projections/audit.hpp"
#include "tests/support/random_seed.hpp"
#include "tests/support/temp_dir.hpp"

namespace inmail {
namespace {

using std::chrono::steady_clock;

struct Acknowledged {
  AnswerKind kind{};
  Position position;
};
using Acknowledgements = std::map<CommandId, Acknowledged>;

/// The driver as a child, and the reading end of its standard output.
class Driver {
 public:
  Driver(const std::filesystem::path& store, std::uint64_t run) {
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    const std::string number = std::to_string(run);
    child_ = fork();
    if (child_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      execl(INMAIL_KILL_DRIVER, INMAIL_KILL_DRIVER, store.c_str(), number.c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    from_child_ = ends[0];
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  ~Driver() { close(from_child_); }

  /// Lets it work for so long after its first answer, kills it, and reads what it had said by then.
  std::string kill_under_load(Milliseconds time) {
    std::string said;
    read_until(steady_clock::now() + std::chrono::minutes{1}, said, 1);
    return said + kill_after(time);
  }

  std::string kill_after(Milliseconds time) {
    std::string said;
    read_until(steady_clock::now() + time, said, std::string::npos);
    kill(child_, SIGKILL);
    read_until(steady_clock::now() + std::chrono::minutes{1}, said, std::string::npos);
    int status = 0;
    waitpid(child_, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << WEXITSTATUS(status);
    return said;
  }

 private:
  /// Until then, until there are so many bytes, or until it has said all.
  void read_until(steady_clock::time_point until, std::string& said, std::size_t bytes) {
    while (said.size() < bytes) {
      const auto left =
          std::chrono::duration_cast<Milliseconds>(until - steady_clock::now()).count();
      pollfd waits{from_child_, POLLIN, 0};
      if (left <= 0 || poll(&waits, 1, static_cast<int>(left)) <= 0) return;
      char buffer[4096];
      const ssize_t count = read(from_child_, buffer, sizeof buffer);
      if (count <= 0) return;
      said.append(buffer, static_cast<std::size_t>(count));
    }
  }

  pid_t child_ = -1;
  int from_child_ = -1;
};

void note(const std::string& said, Acknowledgements& acknowledged) {
  std::istringstream lines(said);
  std::string id;
  int kind = 0;
  std::uint64_t position = 0;
  while (lines >> id >> kind >> position) {
    const auto bytes = id_bytes_from_text(id);
    ASSERT_TRUE(bytes.has_value()) << id;
    const bool is_new =
        acknowledged.emplace(CommandId{*bytes}, Acknowledged{AnswerKind(kind), Position{position}})
            .second;
    ASSERT_TRUE(is_new) << id << " was acknowledged twice";
  }
}

/// Everything acknowledged is on record, once, where it was said to be; what was refused did
/// nothing.
void expect_all_on_record(const EventLog& log, const Acknowledgements& acknowledged) {
  std::map<CommandId, Position> receipts;
  std::map<CommandId, std::set<std::string_view>> effects;
  std::set<CommandId> refused;
  const auto end = for_each_record(log, Position{1}, [&](const Record& record) {
    const CommandId cause = record.header.cause;
    if (record.header.is_receipt) {
      EXPECT_TRUE(receipts.emplace(cause, record.header.position).second)
          << to_text(cause) << " is on record twice";
      if (std::holds_alternative<CommandRejected>(record.event)) refused.insert(cause);
    }
    if (!cause.is_zero()) effects[cause].insert(type_of(record.event).name);
    return true;
  });
  ASSERT_TRUE(end.ok()) << end.error().message;
  for (const auto& [id, said] : acknowledged) {
    const auto found = receipts.find(id);
    ASSERT_NE(found, receipts.end()) << to_text(id) << " was acknowledged and is lost";
    EXPECT_EQ(found->second, said.position) << to_text(id);
    EXPECT_EQ(refused.contains(id), said.kind == AnswerKind::rejected) << to_text(id);
  }
  // A seat's contract may have set a credit aside, and taken it back.
  const std::set<std::string_view> nothing{CommandRejected::type.name, CreditReserved::type.name,
                                           CreditReleased::type.name};
  for (const CommandId& id : refused)
    for (const std::string_view effect : effects[id])
      EXPECT_TRUE(nothing.contains(effect)) << to_text(id) << " was refused, yet " << effect;
}

void expect_audit_passes(const EventLog& log) {
  const auto report = audit(log);
  ASSERT_TRUE(report.ok()) << report.error().message;
  for (const Violation& each : report->first_violations)
    ADD_FAILURE() << each.invariant << " at " << each.position.value << ": " << each.sentence;
}

void expect_views_equal(Engine& engine) {
  const auto checks = engine.verify();
  ASSERT_TRUE(checks.ok()) << checks.error().message;
  for (const ViewCheck& check : *checks) EXPECT_TRUE(check.equal) << check.view << check.failure;
}

/// What streams still owed each other when the process died is done by the next one.
void wait_until_nothing_is_owed(Engine& engine) {
  auto records = engine.subscribe(Position{1});
  ASSERT_TRUE(records.ok()) << records.error().message;
  std::map<NoticeKey, Position> open;
  while (true) {
    auto record = records->next(open.empty() ? Milliseconds{0} : std::chrono::seconds{30});
    ASSERT_TRUE(record.ok()) << record.error().message;
    if (!*record) break;
    const RecordHeader& header = (*record)->header;
    for (const NoticeKey& key : settled_by(header.stream, (*record)->event)) open.erase(key);
    for (const Obligation& duty : obligations_of((*record)->event))
      open.emplace(duty.key, header.position);
  }
  EXPECT_EQ(open.size(), 0u) << "what position " << open.begin()->second.value
                             << " obliges to was never done";
}

void expect_it_goes_on(Engine& engine, std::uint64_t run, Acknowledgements& acknowledged) {
  const MemberId ada{run * 1'000 + 901};
  const MemberId bob{run * 1'000 + 902};
  const auto settle = [&](Command command) {
    Submission submission = engine.submit({std::move(command), {}, {}});
    const Answer answer = submission.reply.get();
    EXPECT_TRUE(answer.ok()) << name_of(answer.refusal.code);
    acknowledged.emplace(submission.id, Acknowledged{answer.kind, answer.position});
    submission.settled.wait();
    return submission.id;
  };
  settle(RegisterMember{ada, "Ada"});
  settle(RegisterMember{bob, "Bob"});
  settle(StartSubscription{ada, PlanKind::career});
  const InMailId inmail = inmail_of(settle(SendInMail{ada, {}, bob, "Still there?", "I hope so."}));
  settle(Respond{bob, inmail, ReplyKind::reply, "Yes."});
}

class KilledUnderLoad : public testing::TestWithParam<int> {};

TEST_P(KilledUnderLoad, LosesNothingThatItHadAcknowledged) {
  std::mt19937_64 random(test::random_seed() + static_cast<std::uint64_t>(GetParam()));
  const test::TempDir folder;
  const std::filesystem::path store = folder.path() / "store";
  Acknowledgements acknowledged;
  for (std::uint64_t run = 0; run < 5; ++run) {
    const Milliseconds load{50 + random() % 551};
    note(Driver(store, run).kill_under_load(load), acknowledged);
    ASSERT_FALSE(HasFatalFailure());
    EngineOptions options;
    options.path = store;
    options.create_if_missing = false;
    auto engine = Engine::open(options);
    ASSERT_TRUE(engine.ok()) << engine.error().message;
    wait_until_nothing_is_owed(*engine);
    expect_all_on_record(engine->log(), acknowledged);
    expect_views_equal(*engine);
    expect_it_goes_on(*engine, run, acknowledged);
    expect_all_on_record(engine->log(), acknowledged);
    expect_audit_passes(engine->log());
    if (HasFailure()) return;
  }
  std::cout << acknowledged.size() << " commands were acknowledged\n";
}

TEST(KilledProcess, CanDieWhileItOpensItsStore) {
  std::mt19937_64 random(test::random_seed());
  for (std::uint64_t round = 0; round < 10; ++round) {
    const test::TempDir folder;
    const std::filesystem::path store = folder.path() / "store";
    Acknowledgements acknowledged;
    for (std::uint64_t run = 0; run < 4; ++run) {
      note(Driver(store, run).kill_after(Milliseconds{random() % 60}), acknowledged);
      ASSERT_FALSE(HasFatalFailure());
    }
    EngineOptions options;
    options.path = store;
    auto engine = Engine::open(options);
    ASSERT_TRUE(engine.ok()) << engine.error().message;
    expect_all_on_record(engine->log(), acknowledged);
    expect_views_equal(*engine);
    expect_it_goes_on(*engine, 9, acknowledged);
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(FourStoresFiveTimes, KilledUnderLoad, testing::Range(0, 4));

}  // namespace
}  // namespace inmail
