#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "events/ids.hpp"
#include "events/record.hpp"
#include "events/result.hpp"

namespace inmail {

/// BLAKE2b-256.
using Hash = std::array<std::uint8_t, 32>;

Hash blake2b(Bytes bytes);

/// Where a log ends: its last record, and the hash of the frame that holds it. Both are zero for an
/// empty log.
struct LogHead {
  Position position;
  Hash hash{};

  bool operator==(const LogHead&) const = default;
};

/// What one group commit writes: one key-value pair, one sync. Each frame carries the hash of the
/// one before, so that the whole log hangs on its head.
///
/// Stored form, little-endian:
///
///   | bytes | what                                        |
///   |     4 | magic "IMF1"                                |
///   |     4 | count of records, at least 1                |
///   |     8 | position of the first                       |
///   |     8 | epoch: raised by each repair of the store   |
///   |    32 | hash of the frame before                    |
///   |     n | the records (record.hpp), one after another |
///   |    32 | BLAKE2b-256 of all before                   |
///
/// A frame is sealed: built by `FrameBuilder` or checked by `view_frame`, and then never changed.
struct Frame {
  Position first;
  std::uint32_t count = 0;
  std::uint64_t epoch = 0;
  Hash previous{};
  Hash hash{};
  std::string bytes;

  Position last() const { return Position{first.value + count - 1}; }
  LogHead head() const { return {last(), hash}; }
};

inline constexpr std::size_t frame_header_bytes = 56;
inline constexpr std::size_t frame_bytes_min = frame_header_bytes + record_bytes_min + 32;

/// Gathers encoded records behind a head and seals them. One thread.
class FrameBuilder {
 public:
  /// Begins a frame that follows `head`, with room for so many bytes of records. May be called
  /// again after `seal`.
  void begin(const LogHead& head, std::uint64_t epoch, std::size_t bytes_expected = 0);

  /// Adds records that `encode_record` made, one after another in `records`; gives them their
  /// positions. Returns the position of the last.
  Position add(std::string_view records);

  std::uint32_t count() const { return frame_.count; }
  std::size_t bytes() const { return frame_.bytes.size(); }

  /// Requires: at least one record.
  Frame seal();

 private:
  Frame frame_;
};

/// A frame that was read and checked: its own hash, its counts, every record's checksum and place.
struct FrameView {
  Position first;
  std::uint64_t epoch = 0;
  Hash previous{};
  Hash hash{};
  std::vector<RecordView> records;  ///< Point into the bytes that were read.
};

/// Checks one stored frame. Errors: corruption, newer_format; the message names the position.
Result<FrameView> view_frame(Bytes bytes);

/// Whether `frame` may come after `head` in a log of this epoch. Errors: conflict.
/// Requires: a sealed frame; a Defect if its bytes say something else than its members.
Status check_follows(const Frame& frame, const LogHead& head, std::uint64_t epoch);

/// The bytes of the records of a frame, without its header and hash. Requires: a checked frame.
Bytes records_of(Bytes frame);

}  // namespace inmail
