#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/contract.hpp"
#include "actors/member.hpp"
#include "actors/policy_keeper.hpp"
#include "actors/resident.hpp"
#include "actors/seat.hpp"
#include "events/keys.hpp"
#include "events/memory_key_store.hpp"
#include "events/obligations.hpp"
#include "events/policy.hpp"
#include "tests/support/expected_agenda.hpp"

namespace inmail::test {

/// What all streams of a test stand on: the policies, the keys, and the counters of what is unique.
struct Ground {
  explicit Ground(Policy policy) { adopt(std::move(policy)); }

  void adopt(Policy policy) {
    adoptions.push_back(Position{++positions});
    book.versions.push_back(std::make_shared<const Policy>(std::move(policy)));
  }
  CommandId next_command(Timestamp now) { return make_command_id(now, 7, ++commands); }

  PolicyBook book;
  std::vector<Position> adoptions;  ///< Where in the log each version would stand.
  MemoryKeyStore keys{1};
  std::uint64_t positions = 0;
  std::uint64_t commands = 0;
};

/// The same without a time in which a send can be undone: a test that is about something else
/// wants it delivered at once.
inline Policy at_once(Policy policy = {}) {
  policy.undo.window_s = Seconds{0};
  return policy;
}

/// A preset that delivers at once.
inline Policy preset_named(std::string_view name) {
  auto policy = preset(name);
  invariant(policy.ok(), "the test names a preset that exists");
  return at_once(std::move(policy).value());
}

/// What one step of a stream came to.
struct Step {
  std::vector<Record> fell_due;  ///< What settling emitted before.
  std::vector<Event> events;     ///< What was decided.
  std::optional<Refusal> refusal;
  std::optional<Reserve> reservation;  ///< What it would ask the pool of another.
  CommandId id;
  std::vector<Record> records;  ///< All of it, as it was stored.
};

/// One stream in memory, kept as its actor keeps it, without CAF, journal and disk: it settles
/// before each step, decides, stamps, folds. Every record goes through the codec.
template <class Decider>
class Stage {
 public:
  static constexpr Principal by_clock{PrincipalKind::clock, 0};
  static constexpr Principal by_system{PrincipalKind::system, 0};

  Stage(StreamId id, std::shared_ptr<Ground> ground) : id_(id), ground_(std::move(ground)) {}

  StreamId id() const { return id_; }
  const typename Decider::State& state() const { return self_.state; }
  const Resident<Decider>& resident() const { return self_; }
  const std::vector<Record>& records() const { return records_; }
  Ground& ground() { return *ground_; }

  std::string row() const;

  /// What the member whose admission a command looks at is like; by default it exists and takes
  /// all.
  void admits(MemberId member, Admission admission) { admissions_[member] = std::move(admission); }
  Admission admission_of(MemberId member) const {
    const auto found = admissions_.find(member);
    return found != admissions_.end() ? found->second : Admission{.exists = true};
  }

  /// Some contract has the seat that is to be added; by default none has.
  void finds_open(SeatId seat) { open_seats_.insert(seat); }

  /// Whom it asks for credits of another pool; without anyone, it gets what it asks for, in the
  /// first cycle.
  void asks(std::function<PoolAnswer(const Reserve&)> contract) { ask_ = std::move(contract); }

  Step command(Command command, Timestamp now, CommandId id, Principal asked_by);

  Step notice(const Notice& notice, Timestamp now);

  Step settle(Timestamp now);

  /// A step that a decider has no name for: a reservation, a release.
  template <class Decide>
  Step decide_with(Timestamp now, Decide&& decide, const CommandId& cause = {},
                   Principal by = by_system) {
    const Context context = make_context(now);
    Step step;
    settle(context, step);
    Decision decision = decide(self_.state, context);
    step.events = decision.events;
    step.refusal = decision.refusal;
    record(step.events, context, context.now, {cause, by}, step);
    return step;
  }

  /// Past facts, taken as they are.
  Step happened(std::vector<Event> events, Timestamp now);

  /// Seals the texts of a command as the engine's edge does.
  void seal_texts(Command& command, const CommandId& id);

 private:
  /// On whose behalf records are made.
  struct Behalf {
    CommandId cause;
    Principal asked_by;
    bool is_answer = false;
  };
  PoolAnswer answer_to(const Reserve& question) const;
  Context make_context(Timestamp now) const;

  static std::vector<Event> stored_form(Decision decision, const Command& command);

  void settle(const Context& context, Step& step);

  /// Sends what was scheduled, or drops it.
  void dispatch_all(Context context, Step& step);

  void record(std::vector<Event> events, const Context& context, Timestamp due_at,
              const Behalf& behalf, Step& step);

  static Record through_the_codec(const RecordHeader& header, const Event& event);

  const StreamId id_;
  std::shared_ptr<Ground> ground_;
  Resident<Decider> self_;
  std::map<MemberId, Admission> admissions_;
  std::set<SeatId> open_seats_;
  std::function<PoolAnswer(const Reserve&)> ask_;
  std::vector<Record> records_;
};

// Made once, in the .cpp: a test that had to make them itself took ten seconds to compile.
extern template class Stage<Member>;
extern template class Stage<Seat>;
extern template class Stage<Contract>;
extern template class Stage<PolicyKeeper>;

/// The notices by which `record` obliges `target`, in their order.
inline std::vector<Notice> notices_to(StreamId target, const Record& record) {
  std::vector<Notice> notices;
  for (const Obligation& duty : obligations_of(record.header.stream, record.event))
    if (duty.target == target)
      notices.push_back({duty.key, record.header.position, record.header.stream,
                         record.header.due_at, record.header.policy, record.header.cause,
                         std::make_shared<const Event>(record.event)});
  return notices;
}

}  // namespace inmail::test
