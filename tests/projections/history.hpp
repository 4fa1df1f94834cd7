#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "events/memory_key_store.hpp"
#include "events/memory_log.hpp"
#include "events/record.hpp"
#include "projections/rows.hpp"
#include "projections/view.hpp"

namespace inmail::test {

constexpr Timestamp day_zero = timestamp_from_ms(1'700'006'400'000);  // 2023-11-15T00:00:00Z.

/// Records as a journal would have made them: positions and versions are given, times only grow.
class History {
 public:
  explicit History(std::uint64_t key_seed = 1) : keys_(key_seed) {}

  Timestamp now() const { return now_; }
  void pass(Milliseconds time) { now_ += time; }

  /// The id of a command given now.
  CommandId new_command() { return make_command_id(now_, 0, ++commands_); }

  RecordHeader& add(StreamId stream, Event event, CommandId cause = {}) {
    Record record;
    record.event = std::move(event);
    RecordHeader& header = record.header;
    header.position = Position{records_.size() + 1};
    header.stream = stream;
    header.version = Version{++versions_[stream]};
    header.time = now_;
    header.due_at = now_;
    header.cause = cause;
    header.policy = PolicyVersion{1};
    header.event_number = type_of(record.event).number;
    header.event_version = type_of(record.event).version;
    records_.push_back(std::move(record));
    return records_.back().header;
  }

  /// Text as the engine's edge would have sealed it.
  Text sealed(std::string_view plain, TextField field, MemberId author, StreamId stream,
              const CommandId& command) {
    Text text(plain);
    const Status status = seal(text, field, author, stream, command, keys_);
    EXPECT_TRUE(status) << (status ? "" : status.error().message);
    return text;
  }

  std::string plain(const Text& text) {
    auto opened = inmail::open(text, keys_);
    return opened && *opened ? **opened : "(cannot be read)";
  }

  const std::vector<Record>& records() const { return records_; }
  std::vector<Record> take() { return std::move(records_); }

 private:
  MemoryKeyStore keys_;
  Timestamp now_ = day_zero;
  std::uint64_t commands_ = 0;
  std::map<StreamId, std::uint64_t> versions_;
  std::vector<Record> records_;
};

/// The rows of a view after these records.
template <Foldable V>
MemoryRows fold(const std::vector<Record>& records) {
  MemoryRows rows;
  for (const Record& record : records) V::apply(rows, record);
  return rows;
}

/// Appends records to a log, in frames of `per_frame`, from the position on where the log ends.
inline std::vector<std::shared_ptr<const Frame>> append(EventLog& log,
                                                        const std::vector<Record>& records,
                                                        std::size_t per_frame) {
  std::vector<std::shared_ptr<const Frame>> frames;
  for (std::size_t at = log.head().position.value; at < records.size(); at += per_frame) {
    FrameBuilder builder;
    builder.begin(log.head(), log.epoch());
    std::string bytes;
    for (std::size_t i = at; i < std::min(at + per_frame, records.size()); ++i)
      encode_record(records[i].header, records[i].event, bytes);
    builder.add(bytes);
    auto frame = std::make_shared<const Frame>(builder.seal());
    const Status status = log.append(*frame);
    EXPECT_TRUE(status) << (status ? "" : status.error().message);
    frames.push_back(std::move(frame));
  }
  return frames;
}

/// Fails the test if `result` is none.
template <class T>
T must(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().message;
    throw std::runtime_error(result.error().message);
  }
  return std::move(result).value();
}

}  // namespace inmail::test
