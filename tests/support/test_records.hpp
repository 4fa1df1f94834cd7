#pragma once

#include <cstdint>
#include <string>

#include "events/event_log.hpp"
#include "events/frame.hpp"
#include "events/record.hpp"

namespace inmail::test {

/// A small event of a size that depends on `number`, the same for the same number.
inline Event test_event(std::uint64_t number) {
  CreditReserved event;
  event.inmail.bytes[15] = static_cast<std::uint8_t>(number);
  event.sender = SeatId{number % 97};
  for (std::uint64_t i = 0; i < number % 23; ++i)
    event.splits.push_back({LotId{i + 1}, static_cast<std::uint32_t>(number)});
  return event;
}

/// Header and version of a record of a test: everything follows from its number.
inline RecordHeader test_header(std::uint64_t number) {
  RecordHeader header;
  header.stream = ContractId{number % 7 + 1};
  header.version = Version{number / 7 + 1};
  header.time = timestamp_from_ms(static_cast<std::int64_t>(1'700'000'000'000 + number));
  header.due_at = header.time;
  header.cause = make_command_id(header.time, 1, number);
  header.policy = PolicyVersion{1};
  const Event event = test_event(number);
  header.event_number = type_of(event).number;
  header.event_version = type_of(event).version;
  return header;
}

/// The records numbered `first` to `first + count - 1`, encoded one after another.
inline std::string test_records(std::uint64_t first, std::uint64_t count) {
  std::string bytes;
  for (std::uint64_t number = first; number < first + count; ++number)
    encode_record(test_header(number), test_event(number), bytes);
  return bytes;
}

/// A frame of `count` records behind `head`, numbered as the positions they get.
inline Frame test_frame(const LogHead& head, std::uint64_t epoch, std::uint64_t count) {
  FrameBuilder builder;
  builder.begin(head, epoch);
  builder.add(test_records(head.position.value + 1, count));
  return builder.seal();
}

/// Appends `records` records, in frames of `per_frame`.
inline Status append_records(EventLog& log, std::uint64_t records, std::uint64_t per_frame = 1) {
  while (records > 0) {
    const std::uint64_t count = records < per_frame ? records : per_frame;
    auto appended = log.append(test_frame(log.head(), log.epoch(), count));
    if (!appended) return appended;
    records -= count;
  }
  return {};
}

}  // namespace inmail::test
