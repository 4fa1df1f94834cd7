#pragma once

#include <memory>
#include <string>

#include "actors/decision.hpp"
#include "events/codec.hpp"
#include "events/record.hpp"

namespace inmail {

/// The fold of one stream, up to its last record. The same for a live actor, a stored row, recovery
/// and replay; so a row is equal to the fold from zero, byte for byte.
template <class Decider>
struct Resident {
  Version version{};
  Position position{};               ///< Of the stream's last record.
  Timestamp time{};                  ///< Of it; `now` of the next decision is not before it.
  PolicyVersion policy{};            ///< Of it; never falls.
  Timestamp next_due = no_deadline;  ///< As last told by a record.
  typename Decider::State state{};

  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, position, time, policy, next_due, state);
  }

  /// When the state next does something by itself.
  Timestamp due() const { return state.agenda.empty() ? no_deadline : state.agenda.begin()->at; }

  /// About what it holds of memory, all told.
  std::size_t footprint() const { return sizeof(*this) + Decider::footprint(state); }

  /// Requires: `record` is the next of the stream.
  void apply(const Record& record) {
    const RecordHeader& header = record.header;
    invariant(header.version.value == version.value + 1, "the versions of a stream are dense");
    Decider::evolve(state, record.event, {header.due_at, header.version, header.policy});
    version = header.version;
    position = header.position;
    time = header.time;
    policy = header.policy;
    if (header.next_due) next_due = *header.next_due;
  }
};

/// A fold of any kind of stream, for recovery and replay.
class StreamFold {
 public:
  virtual ~StreamFold() = default;

  /// Makes an empty fold for the stream's kind. A kind that does not exist is a Defect.
  static std::unique_ptr<StreamFold> empty(StreamId stream);
  /// Errors: corruption.
  static Result<std::unique_ptr<StreamFold>> decode(StreamId stream, Bytes row);

  virtual void apply(const Record& record) = 0;
  virtual Position position() const = 0;
  /// About what it holds of memory.
  virtual std::size_t footprint() const = 0;
  virtual std::string encode() const = 0;
};

/// The position of the last record that a stored row has folded. Errors: corruption.
Result<Position> position_of_row(Bytes row);

}  // namespace inmail
