#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "events/result.hpp"

namespace inmail {

/// Milliseconds since 1970 in UTC (D3). A type of its own, so that it never mixes with a count.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

constexpr Timestamp timestamp_from_ms(std::int64_t ms) { return Timestamp{Milliseconds{ms}}; }
constexpr std::int64_t to_ms(Timestamp time) { return time.time_since_epoch().count(); }

/// "2026-01-31T12:00:00.000Z".
std::string to_text(Timestamp time);
/// Reads what `to_text` writes, and "2026-01-31" and "2026-01-31T12:00:00Z".
std::optional<Timestamp> timestamp_from_text(std::string_view text);

/// A number that means one thing. `Tag` only keeps kinds apart.
template <class Tag>
struct Number {
  std::uint64_t value = 0;

  auto operator<=>(const Number&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(value);
  }
};

using MemberId = Number<struct MemberTag>;
using SeatId = Number<struct SeatTag>;
using ContractId = Number<struct ContractTag>;
/// A lot of credits. Counts from 1 within its pool, so it means something only beside a pool.
using LotId = Number<struct LotTag>;
/// A place in the log. The first record stands at 1; 0 means "before all records".
using Position = Number<struct PositionTag>;
/// A place within one stream. The first record of a stream has 1; 0 means "no record yet".
using Version = Number<struct VersionTag>;
/// Which policy document was in force. The first that a store adopts is 1.
using PolicyVersion = Number<struct PolicyVersionTag>;

/// 16 bytes that name something for ever: 48 bits of engine-time milliseconds, big-endian, then 80
/// bits that the host chooses. Time first, so that keys made of them are near sequential.
template <class Tag>
struct Id128 {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Id128&) const = default;
  bool is_zero() const { return *this == Id128{}; }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(bytes);
  }
};

using CommandId = Id128<struct CommandTag>;
/// An InMail, and the conversation that it begins. It is the id of the command that sent it.
using InMailId = Id128<struct InMailTag>;
/// The conversation of two members who write to each other without an InMail (D4.1.3, context
/// `direct`): one for the pair, whoever is named first. No InMail has such an id.
InMailId direct_conversation(MemberId one, MemberId other);
/// Whose direct conversation it is; nothing for an InMail.
std::optional<std::pair<MemberId, MemberId>> direct_between(const InMailId& conversation);
/// A text that is not sent yet. It is the id of the command that saved it first.
using DraftId = Id128<struct DraftTag>;
/// Credits on their way from one pool to another. It is the id of the command that sent them.
using TransferId = Id128<struct TransferTag>;
/// Names one store for ever: 16 random bytes, chosen when it is created.
using StoreId = Id128<struct StoreTag>;

CommandId make_command_id(Timestamp time, std::uint16_t high, std::uint64_t low);
Timestamp time_of(const CommandId& id);
inline InMailId inmail_of(const CommandId& id) { return InMailId{id.bytes}; }
inline CommandId command_of(const InMailId& id) { return CommandId{id.bytes}; }
inline DraftId draft_of(const CommandId& id) { return DraftId{id.bytes}; }
inline TransferId transfer_of(const CommandId& id) { return TransferId{id.bytes}; }

/// 32 lower-case hexadecimal digits.
std::string to_hex(const std::uint8_t* bytes, std::size_t count);
template <class Tag>
std::string to_text(const Id128<Tag>& id) {
  return to_hex(id.bytes.data(), id.bytes.size());
}
std::optional<std::array<std::uint8_t, 16>> id_bytes_from_text(std::string_view text);

/// The kinds of stream. Stored: never renumber.
enum class StreamKind : std::uint8_t { member = 1, seat = 2, contract = 3, policy = 4 };

/// One stream of events: a member, a seat, a contract, or the policy. Kept in 8 bytes: the kind in
/// the highest, the number (below 2^56) in the others.
class StreamId {
 public:
  static constexpr std::uint64_t number_max = (std::uint64_t{1} << 56) - 1;

  constexpr StreamId() = default;
  constexpr StreamId(StreamKind kind, std::uint64_t number)
      : packed_((static_cast<std::uint64_t>(kind) << 56) | (number & number_max)) {}
  constexpr StreamId(MemberId id) : StreamId(StreamKind::member, id.value) {}
  constexpr StreamId(SeatId id) : StreamId(StreamKind::seat, id.value) {}
  constexpr StreamId(ContractId id) : StreamId(StreamKind::contract, id.value) {}
  static constexpr StreamId policy() { return {StreamKind::policy, 0}; }
  static constexpr StreamId from_packed(std::uint64_t packed) {
    StreamId id;
    id.packed_ = packed;
    return id;
  }

  constexpr StreamKind kind() const { return static_cast<StreamKind>(packed_ >> 56); }
  constexpr std::uint64_t number() const { return packed_ & number_max; }
  constexpr std::uint64_t packed() const { return packed_; }
  constexpr bool is_set() const { return packed_ != 0; }
  constexpr MemberId member() const { return MemberId{number()}; }
  constexpr SeatId seat() const { return SeatId{number()}; }
  constexpr ContractId contract() const { return ContractId{number()}; }

  auto operator<=>(const StreamId&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(packed_);
  }

 private:
  std::uint64_t packed_ = 0;
};

/// "member:7", "seat:3", "contract:1", "policy:0".
std::string to_text(StreamId stream);
std::optional<StreamId> stream_from_text(std::string_view text);

/// Who asks for something (D5, envelope). Stored: never renumber.
enum class PrincipalKind : std::uint8_t {
  system = 0,
  member = 1,
  seat = 2,
  admin = 3,
  moderator = 4,
  billing = 5,
  clock = 6,
};

struct Principal {
  PrincipalKind kind = PrincipalKind::system;
  std::uint64_t number = 0;

  auto operator<=>(const Principal&) const = default;
  static Principal of(MemberId id) { return {PrincipalKind::member, id.value}; }
  static Principal of(SeatId id) { return {PrincipalKind::seat, id.value}; }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(kind, number);
  }
};

/// "member:7", "admin:1", "clock:0".
std::string to_text(const Principal& principal);

}  // namespace inmail

template <class Tag>
struct std::hash<inmail::Number<Tag>> {
  std::size_t operator()(const inmail::Number<Tag>& id) const noexcept {
    return static_cast<std::size_t>(id.value * 0x9E3779B97F4A7C15ULL);
  }
};

template <>
struct std::hash<inmail::StreamId> {
  std::size_t operator()(const inmail::StreamId& id) const noexcept {
    const std::uint64_t mixed = id.packed() * 0x9E3779B97F4A7C15ULL;
    return static_cast<std::size_t>(mixed ^ (mixed >> 32));
  }
};

template <class Tag>
struct std::hash<inmail::Id128<Tag>> {
  std::size_t operator()(const inmail::Id128<Tag>& id) const noexcept {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    __builtin_memcpy(&high, id.bytes.data(), 8);
    __builtin_memcpy(&low, id.bytes.data() + 8, 8);
    const std::uint64_t mixed = (high ^ (low * 0x9E3779B97F4A7C15ULL)) * 0xBF58476D1CE4E5B9ULL;
    return static_cast<std::size_t>(mixed ^ (mixed >> 29));
  }
};
