#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
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

inline Policy preset_named(std::string_view name) {
  auto policy = preset(name);
  invariant(policy.ok(), "the test names a preset that exists");
  return std::move(policy).value();
}

/// What one step of a stream came to.
struct Step {
  std::vector<Record> fell_due;  ///< What settling emitted before.
  std::vector<Event> events;     ///< What was decided.
  std::optional<Refusal> refusal;
  std::optional<Reserve> reservation;  ///< What a seat would ask its contract.
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

  std::string row() const {
    std::string bytes;
    encode_to(self_, bytes);
    return bytes;
  }

  /// What the member whose admission a command looks at is like; by default it exists and takes
  /// all.
  void admits(MemberId member, Admission admission) { admissions_[member] = std::move(admission); }
  Admission admission_of(MemberId member) const {
    const auto found = admissions_.find(member);
    return found != admissions_.end() ? found->second : Admission{.exists = true};
  }

  /// Whom a seat asks for credits; without anyone, it gets what it asks for.
  void asks(std::function<Guard(const Reserve&)> contract) { ask_ = std::move(contract); }

  Step command(Command command, Timestamp now, CommandId id, Principal asked_by) {
    seal_texts(command, id);
    Context context = make_context(now);
    context.asked_by = asked_by;
    context.id = id;
    Step step;
    step.id = id;
    settle(context, step);
    Admission admission;
    if constexpr (requires { Decider::looks_at(self_.state, command); }) {
      if (const auto member = Decider::looks_at(self_.state, command)) {
        admission = admission_of(*member);
        context.recipient = &admission;
      }
    }
    if constexpr (std::is_same_v<Decider, Seat>)
      step.reservation = Seat::needs_reservation(id_, self_.state, command, context);
    Guard contract = step.reservation && ask_ ? ask_(*step.reservation) : pass();
    if (step.reservation) context.reserved = step.reservation->cost;
    Decision decision =
        contract ? Decision{{}, contract} : Decider::decide(id_, self_.state, command, context);
    step.events = decision.events;
    step.refusal = decision.refusal;
    record(stored_form(std::move(decision), command), context, context.now, {id, asked_by, true},
           step);
    return step;
  }

  Step notice(const Notice& notice, Timestamp now) {
    const Context context = make_context(std::max(now, notice.at));
    Step step;
    settle(context, step);
    step.events = Decider::on_notice(id_, self_.state, notice, context);
    record(step.events, context, context.now, {notice.cause, by_system}, step);
    return step;
  }

  Step settle(Timestamp now) {
    Step step;
    settle(make_context(now), step);
    return step;
  }

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
  Step happened(std::vector<Event> events, Timestamp now) {
    Step step;
    step.events = events;
    const Context context = make_context(now);
    record(std::move(events), context, context.now, {{}, by_system}, step);
    return step;
  }

  /// Seals the texts of a command as the engine's edge does.
  void seal_texts(Command& command, const CommandId& id) {
    invariant(take_markup(command).ok(), "a text of a test can be normalised");
    std::visit(
        [&]<class Each>(Each& each) {
          if constexpr (requires(Each & c) { c.author(); })
            each.each_text([&](TextField field, Text& text) {
              const auto sealed =
                  seal(text, field, each.author(), each.target(), id, ground_->keys);
              invariant(sealed.ok(), "a text of a test can be sealed");
            });
        },
        command);
  }

 private:
  /// On whose behalf records are made.
  struct Behalf {
    CommandId cause;
    Principal asked_by;
    bool is_answer = false;
  };
  Context make_context(Timestamp now) const {
    return {.now = std::max(now, self_.time),
            .version = ground_->book.current(),
            .policies = &ground_->book,
            .asked_by = {},
            .id = {}};
  }

  static std::vector<Event> stored_form(Decision decision, const Command& command) {
    if (decision.refusal) {
      CommandRejected rejected{.code = decision.refusal->code,
                               .limit = decision.refusal->limit,
                               .actual = decision.refusal->actual,
                               .command_type = type_of(command).number};
      encode_command(command, rejected.command);
      return {rejected};
    }
    if (decision.events.empty()) return {CommandAccepted{type_of(command).number}};
    return std::move(decision.events);
  }

  void settle(const Context& context, Step& step) {
    while (self_.due() <= context.now) {
      const Due due = *self_.state.agenda.begin();
      auto events = Decider::fall_due(id_, self_.state, due, context);
      invariant(!events.empty(), "what falls due changes something");
      record(std::move(events), context, due.at, {{}, by_clock}, step);
      invariant(!self_.state.agenda.contains(due), "what fell due is done");
    }
    step.fell_due = step.records;
  }

  void record(std::vector<Event> events, const Context& context, Timestamp due_at,
              const Behalf& behalf, Step& step) {
    for (std::size_t i = 0; i < events.size(); ++i) {
      RecordHeader header{.position = Position{++ground_->positions},
                          .stream = id_,
                          .version = Version{self_.version.value + 1},
                          .time = context.now,
                          .due_at = due_at,
                          .cause = behalf.cause,
                          .asked_by = behalf.asked_by,
                          .policy = context.version};
      if (behalf.is_answer && i + 1 == events.size()) {
        header.is_receipt = true;
        header.payload_hash = behalf.cause.bytes;  // Any that is not zero.
      }
      Decider::evolve(self_.state, events[i], {due_at, header.version, context.version});
      self_.version = header.version;
      self_.position = header.position;
      self_.time = context.now;
      self_.policy = context.version;
      if (i + 1 == events.size() && self_.due() != self_.next_due) {
        self_.next_due = self_.due();
        header.next_due = self_.next_due;
      }
      step.records.push_back(through_the_codec(header, events[i]));
      records_.push_back(step.records.back());
    }
    invariant(self_.state.agenda == expected_agenda(self_.state),
              "the agenda is what the rest of the state says");
  }

  static Record through_the_codec(const RecordHeader& header, const Event& event) {
    std::string bytes;
    encode_record(header, event, bytes);
    place_record({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}, header.position);
    const auto view = view_record(bytes_of(bytes));
    invariant(view.ok(), "a record that was stored can be found");
    auto record = decode_record(*view);
    invariant(record.ok() && record->event == event, "a record that was stored can be read");
    return std::move(record).value();
  }

  const StreamId id_;
  std::shared_ptr<Ground> ground_;
  Resident<Decider> self_;
  std::map<MemberId, Admission> admissions_;
  std::function<Guard(const Reserve&)> ask_;
  std::vector<Record> records_;
};

/// The notices by which `record` obliges `target`, in their order.
inline std::vector<Notice> notices_to(StreamId target, const Record& record) {
  std::vector<Notice> notices;
  for (const Obligation& duty : obligations_of(record.event))
    if (duty.target == target)
      notices.push_back({duty.key, record.header.position, record.header.stream,
                         record.header.due_at, record.header.policy, record.header.cause,
                         std::make_shared<const Event>(record.event)});
  return notices;
}

}  // namespace inmail::test
