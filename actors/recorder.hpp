#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "actors/admission_publisher.hpp"
#include "actors/behalf.hpp"
#include "actors/policy_keeper.hpp"
#include "actors/registry.hpp"
#include "actors/resident.hpp"
#include "actors/surroundings.hpp"
#include "actors/when_durable.hpp"

namespace inmail {

/// The fold of an actor's stream, and the only one who changes it: what is decided is folded here
/// at once, handed to the journal, and sent on to those whom it obliges.
///
/// Owned by the actor: one thread at a time. After a crash it is loaded as the fold of what the log
/// holds of the stream; duties that were not done are told again.
template <class Decider>
class Recorder {
 public:
  Recorder(StreamId id, Surroundings& around)
      : id_(id), around_(around), publisher_(id.member(), around.policies, around.admissions) {}

  /// Reads the row, the first time. Throws where the disk does not let it: whoever runs the actor
  /// may try again.
  void load() {
    if (is_loaded_) return;
    auto row = around_.states.load(id_);
    if (!row)
      throw std::runtime_error("the row of a stream cannot be read: " + row.error().message);
    if (*row) {
      auto resident = decode_as<Resident<Decider>>(bytes_of(**row));
      invariant(resident.ok(), "the row of a stream can be decoded");
      self_ = std::move(resident).value();
      saved_ = self_.version;
    }
    is_loaded_ = true;
    if constexpr (is_member) publisher_.publish(self_.state, self_.version);
  }

  const Resident<Decider>& self() const { return self_; }
  const typename Decider::State& state() const { return self_.state; }

  /// The journal has failed, and never took what this state has folded: no row may hold it.
  bool is_lost() const { return is_lost_; }
  bool is_durable() const { return !is_lost_ && self_.position <= around_.journal.durable(); }

  /// Folds events, hands them to the journal as one entry, and sends on what they oblige to.
  /// `settlement`, which may be null, is that of the mail at hand.
  void record(std::vector<Event> events, const Context& context, Timestamp due_at,
              const Behalf& behalf, const SettlementShare& settlement) {
    if (events.empty()) return;
    const Timestamp due_before = self_.next_due;
    JournalEntry entry = fold(events, context, due_at, behalf);
    entry.on_durable = when_durable(events, context, due_at, behalf, settlement);
    const Position handed_in = around_.journal.append(std::move(entry));
    if (handed_in.value == 0) is_lost_ = true;
    if (is_lost_) return;
    self_.position = handed_in;
    if (self_.next_due != due_before) around_.waits_until(self_.next_due);
    if constexpr (is_member)
      publisher_.publish_changes(events, self_.state, self_.version, context);
    if constexpr (spends_elsewhere) release_unpaid(events, behalf.cause, settlement);
    oblige(events, told_as(context, due_at, behalf), settlement);
  }

  /// Takes away what others see of it; for who goes to sleep.
  void withdraw() {
    if constexpr (is_member) publisher_.withdraw();
  }

  void save() {
    if (is_lost_ || self_.version == saved_) return;
    std::string row;
    encode_to(self_, row);
    const Status saved = around_.states.save(id_, self_.position, std::move(row));
    invariant(saved.ok(), "the row of a stream can be written");
    saved_ = self_.version;
  }

 private:
  static constexpr bool is_member = std::is_same_v<Decider, Member>;
  static constexpr bool spends_elsewhere = requires { &Decider::needs_reservation; };

  JournalEntry fold(const std::vector<Event>& events, const Context& context, Timestamp due_at,
                    const Behalf& behalf) {
    JournalEntry entry;
    entry.count = static_cast<std::uint32_t>(events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      const bool is_last = i + 1 == events.size();
      RecordHeader header{.stream = id_,
                          .version = Version{self_.version.value + 1},
                          .time = context.now,
                          .due_at = due_at,
                          .cause = behalf.cause,
                          .asked_by = behalf.asked_by,
                          .policy = context.version};
      Decider::evolve(self_.state, events[i], {due_at, header.version, context.version});
      self_.version = header.version;
      if (is_last && self_.due() != self_.next_due) header.next_due = self_.next_due = self_.due();
      if (is_last && behalf.answers != nullptr) {
        header.is_receipt = true;
        header.payload_hash = behalf.answers->payload_hash;
      }
      encode_record(header, events[i], entry.records);
    }
    self_.time = context.now;
    self_.policy = context.version;
    return entry;
  }

  OnDurable when_durable(const std::vector<Event>& events, const Context& context, Timestamp due_at,
                         const Behalf& behalf, const SettlementShare& settlement) {
    OnDurable answer = answer_when_durable(behalf, settlement);
    if constexpr (std::is_same_v<Decider, PolicyKeeper>)
      return adopt_when_durable(events, around_.policies, std::move(answer));
    if constexpr (is_member)
      return destroy_keys_when_durable(events, told_as(context, due_at, behalf), around_.registry,
                                       settlement, std::move(answer));
    return answer;
  }

  /// A notice by what is recorded now, but for what it obliges to.
  Notice told_as(const Context& context, Timestamp due_at, const Behalf& behalf) const {
    return {.key = {},
            .position = {},
            .from = id_,
            .at = due_at,
            .policy = context.version,
            .cause = behalf.cause,
            .event = nullptr};
  }

  void oblige(std::vector<Event>& events, const Notice& told_as,
              const SettlementShare& settlement) {
    const std::uint64_t first = self_.position.value + 1 - events.size();
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto duties = obligations_of(id_, events[i]);
      if (duties.empty()) continue;
      const auto event = std::make_shared<const Event>(std::move(events[i]));
      for (const Obligation& duty : duties) {
        if (waits_for_disk(duty.key)) continue;
        Notice notice = told_as;
        notice.key = duty.key;
        notice.position = Position{first + i};
        notice.event = event;
        around_.registry.post(duty.target, Mail{std::move(notice), settlement});
      }
    }
  }

  /// What another pool may have reserved for an InMail that was cancelled before it could go on
  /// record as paid, in an earlier life of this actor or in this one.
  void release_unpaid(const std::vector<Event>& events, const CommandId& cause,
                      const SettlementShare& settlement) {
    for (const Event& event : events)
      if (const auto* e = std::get_if<InMailCancelled>(&event);
          e && e->set_aside == 0 && e->pool != id_)
        around_.registry.post(
            e->pool, Mail{ReleaseUnsent{e->inmail, release_reason(e->reason), cause}, settlement});
  }

  const StreamId id_;
  Surroundings& around_;
  AdmissionPublisher publisher_;  ///< Idle, but for members.
  bool is_loaded_ = false;
  bool is_lost_ = false;
  Resident<Decider> self_;
  Version saved_;  ///< Of the row as last saved.
};

}  // namespace inmail
