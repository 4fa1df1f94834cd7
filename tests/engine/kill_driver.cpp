// kill_driver STORE RUN
//
// Opens a store and gives it all that it can take, from several threads, until somebody kills it.
// For each answer one line on standard output, written after the answer came: the command's id, the
// number of the answer's kind, and the position. RUN keeps the members of several runs on one store
// apart.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "engine/engine.hpp"
#include "tests/support/acknowledged.hpp"
#include "tests/support/at_once.hpp"

namespace inmail {
namespace {

constexpr std::uint64_t threads = 3;
constexpr std::uint64_t members_a_thread = 20;
constexpr std::size_t under_way_max = 100;  ///< Commands of one thread.

[[noreturn]] void give_up(const std::string& why) {
  (void)std::fprintf(stderr, "kill_driver: %s\n", why.c_str());
  std::_Exit(3);
}

/// One thread's worth of people.
class Crowd {
 public:
  Crowd(Engine& engine, std::uint64_t run, std::uint64_t thread)
      : engine_(engine),
        random_(run * threads + thread),
        run_base_(run * 1'000),
        base_(run_base_ + 1 + thread * members_a_thread),
        company_{run * threads + thread + 1} {}

  [[noreturn]] void live() {
    for (std::uint64_t each = 0; each < members_a_thread; ++each) {
      submit(RegisterMember{MemberId{base_ + each}, "Somebody", "Something"});
      submit(StartSubscription{MemberId{base_ + each}, PlanKind::career});
    }
    submit(CreateContract{company_, 2});
    submit(AddSeat{company_, seat(), MemberId{base_}});
    submit(StartSubscription{company_, PlanKind::recruiter_lite});
    while (true) act();
  }

 private:
  struct Letter {
    InMailId inmail;
    MemberId from;
    MemberId to;
  };

  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  SeatId seat() const { return SeatId{company_.value}; }
  MemberId mine() { return MemberId{base_ + pick(members_a_thread)}; }
  MemberId anyone() {
    return MemberId{run_base_ + 1 + pick(threads * members_a_thread + 1)};  // One is nobody.
  }

  void act() {
    const auto what = pick(100);
    if (what < 50 || letters_.empty()) return send();
    const Letter letter = letters_[pick(letters_.size())];
    if (what < 65)
      submit(OpenInMail{letter.to, letter.inmail});
    else if (what < 85)
      submit(Respond{letter.to, letter.inmail, ReplyKind::reply, "Yes, gladly."});
    else if (what < 92)
      submit(SendMessage{letter.inmail, letter.to, {}, letter.from, "And then?"});
    else if (what < 94)
      submit(BlockMember{mine(), anyone()});
    else
      submit(GrantBonus{mine(), static_cast<std::uint32_t>(1 + pick(3)), 1, "Well done"});
  }

  void send() {
    SendInMail letter{mine(), {}, anyone(), "Hello", "A word, perhaps?"};
    if (pick(5) == 0) {
      letter.from = MemberId{base_};
      letter.seat = seat();
    }
    const CommandId id = submit(letter);
    letters_.push_back({inmail_of(id), letter.from, letter.to});
    if (letters_.size() > 50) letters_.pop_front();
  }

  CommandId submit(Command command) {
    if (under_way_.size() >= under_way_max) acknowledge();
    under_way_.push_back(engine_.submit({std::move(command), {}, {}}));
    return under_way_.back().id;
  }

  /// One `write`: short enough that the pipe takes it whole.
  void acknowledge() {
    const CommandId id = under_way_.front().id;
    const Answer answer = under_way_.front().reply.get();
    under_way_.pop_front();
    if (answer.kind == AnswerKind::overloaded) return;
    if (answer.kind != AnswerKind::ok && answer.kind != AnswerKind::rejected)
      give_up("an answer of kind " + std::to_string(static_cast<int>(answer.kind)));
    const std::string line = test::to_line(id, answer);
    if (write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
      give_up("nobody reads the answers");
  }

  Engine& engine_;
  std::mt19937_64 random_;
  const std::uint64_t run_base_;
  const std::uint64_t base_;
  const ContractId company_;
  std::deque<Submission> under_way_;
  std::deque<Letter> letters_;
};

}  // namespace
}  // namespace inmail

int main(int count, char** arguments) {
  using namespace inmail;
  if (count != 3) give_up("a store and the number of a run are wanted");
  EngineOptions options;
  options.policy = test::delivers_at_once;
  options.path = arguments[1];
  options.residents_max = 50;  // So that actors come and go.
  auto engine = Engine::open(options);
  if (!engine) give_up(engine.error().message);
  const std::uint64_t run = std::stoull(arguments[2]);
  std::vector<std::thread> crowds;
  for (std::uint64_t each = 0; each < threads; ++each)
    crowds.emplace_back([&engine, run, each] { Crowd(*engine, run, each).live(); });
  for (std::thread& crowd : crowds) crowd.join();
}
