#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "events/event.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"

namespace inmail {

using Bytes = std::span<const std::uint8_t>;
using PayloadHash = std::array<std::uint8_t, 16>;

inline constexpr Timestamp no_deadline = Timestamp::max();

/// Everything about an event but the event itself.
struct RecordHeader {
  Position position{};  ///< Dense over the log; given by the journal.
  StreamId stream{};
  Version version{};   ///< Dense within the stream.
  Timestamp time{};    ///< When it was recorded; never decreases within a stream.
  Timestamp due_at{};  ///< When it came true: `time`, or before it for what settling emits.
  CommandId cause{};   ///< The command behind it, however far back; zero for the clock's doings.
  bool is_receipt =
      false;  ///< This record is the answer to `cause`: with `payload_hash` it is the receipt.
  PayloadHash payload_hash{};  ///< Keyed hash of the command; only in a receipt.
  /// When the stream next has something to do by itself, if this record changed that;
  /// `no_deadline`: never. What the deadlines view keeps; correctness never depends on it.
  std::optional<Timestamp> next_due{};
  Principal asked_by{};
  PolicyVersion policy{};  ///< In force at the decision; never falls within a stream.
  std::uint16_t event_number = 0;
  std::uint8_t event_version = 0;

  bool operator==(const RecordHeader&) const = default;
};

/// One entry of the log.
///
/// Stored form, little-endian:
///
///   | bytes | what                                                                    |
///   |     4 | length of the whole record, checksum included                           |
///   |     4 | flags: 1 due_at differs, 2 has a cause, 4 is a receipt, 8 moves the      |
///   |       | next deadline; others are 0                                             |
///   |     8 | position                                                                |
///   |     8 | stream                                                                  |
///   |     8 | version                                                                 |
///   |     8 | time, ms                                                                |
///   |     4 | policy version                                                          |
///   |     2 | event number                                                            |
///   |     1 | event version                                                           |
///   |     1 | kind of who asked                                                       |
///   |     8 | number of who asked                                                     |
///   |   0/8 | due_at, ms                                                              |
///   |  0/16 | cause                                                                   |
///   |  0/16 | payload hash                                                            |
///   |   0/8 | next deadline, ms; the largest number for none                          |
///   |     n | the event (codec.hpp)                                                   |
///   |     8 | XXH3-64 of all before                                                   |
struct Record {
  RecordHeader header;
  Event event;

  bool operator==(const Record&) const = default;
};

inline constexpr std::size_t record_header_bytes = 56;
inline constexpr std::size_t record_bytes_min = record_header_bytes + 8;
/// No record is longer: commands are bounded far below it at the engine's edge.
inline constexpr std::size_t record_bytes_max = std::size_t{1} << 20;

/// A record that was found whole in a frame: checked, its event not yet decoded. Points into bytes
/// that whoever handed it out keeps alive.
struct RecordView {
  RecordHeader header;
  Bytes payload;
  Bytes bytes;
};

/// Appends the stored form of a record; its position and checksum are filled in by `place_record`.
void encode_record(const RecordHeader& header, const Event& event, std::string& out);

/// Gives an encoded record its position, and its checksum. Requires: `encode_record` made it.
void place_record(std::span<std::uint8_t> record, Position position);

/// The record that begins at `bytes`, which may be longer. Errors: corruption.
Result<RecordView> view_record(Bytes bytes);

/// Errors: corruption, newer_format; the message names the position.
Result<Record> decode_record(const RecordView& view);

}  // namespace inmail
