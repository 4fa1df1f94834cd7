#include "events/ids.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace inmail {
namespace {

/// The whole of `text` as a decimal number.
template <class Integer>
std::optional<Integer> number_in(std::string_view text) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::string_view stream_names[] = {"", "member", "seat", "contract", "policy"};
constexpr std::string_view principal_names[] = {"system",    "member",  "seat", "admin",
                                                "moderator", "billing", "clock"};

}  // namespace

std::string to_text(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  char out[64];
  const int size = std::snprintf(
      out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {out, static_cast<std::size_t>(size)};
}

std::optional<Timestamp> timestamp_from_text(std::string_view text) {
  using namespace std::chrono;
  if (!text.empty() && text.back() == 'Z') text.remove_suffix(1);
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto y = number_in<int>(text.substr(0, 4));
  const auto m = number_in<unsigned>(text.substr(5, 2));
  const auto d = number_in<unsigned>(text.substr(8, 2));
  if (!y || !m || !d) return std::nullopt;
  const year_month_day date{year{*y}, month{*m}, day{*d}};
  if (!date.ok()) return std::nullopt;
  Timestamp time = sys_days{date};
  if (text.size() == 10) return time;

  if (text.size() < 19 || text[10] != 'T' || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const auto h = number_in<unsigned>(text.substr(11, 2));
  const auto min = number_in<unsigned>(text.substr(14, 2));
  const auto s = number_in<unsigned>(text.substr(17, 2));
  if (!h || !min || !s || *h > 23 || *min > 59 || *s > 59) return std::nullopt;
  time += hours{*h} + minutes{*min} + seconds{*s};
  if (text.size() == 19) return time;

  const auto ms = number_in<unsigned>(text.substr(20));
  if (text.size() != 23 || text[19] != '.' || !ms) return std::nullopt;
  return time + milliseconds{*ms};
}

namespace {

void put_big_endian(std::array<std::uint8_t, 16>& bytes, std::size_t at, std::uint64_t value) {
  for (std::size_t i = 0; i < 8; ++i)
    bytes[at + i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
}

std::uint64_t big_endian_at(const std::array<std::uint8_t, 16>& bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | bytes[at + i];
  return value;
}

}  // namespace

// Both streams inverted, so that the first byte is 0xFE: as a time, that is far in the future.
InMailId direct_conversation(MemberId one, MemberId other) {
  InMailId id;
  put_big_endian(id.bytes, 0, ~StreamId{std::min(one, other)}.packed());
  put_big_endian(id.bytes, 8, ~StreamId{std::max(one, other)}.packed());
  return id;
}

std::optional<std::pair<MemberId, MemberId>> direct_between(const InMailId& conversation) {
  const StreamId one = StreamId::from_packed(~big_endian_at(conversation.bytes, 0));
  const StreamId other = StreamId::from_packed(~big_endian_at(conversation.bytes, 8));
  const bool is_pair = one.kind() == StreamKind::member && other.kind() == StreamKind::member;
  if (!is_pair || !(one < other)) return std::nullopt;
  return std::pair{one.member(), other.member()};
}

CommandId make_command_id(Timestamp time, std::uint16_t high, std::uint64_t low) {
  CommandId id;
  const auto ms = static_cast<std::uint64_t>(to_ms(time));
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  id.bytes[6] = static_cast<std::uint8_t>(high >> 8);
  id.bytes[7] = static_cast<std::uint8_t>(high);
  for (std::size_t i = 0; i < 8; ++i)
    id.bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
  return id;
}

Timestamp time_of(const CommandId& id) {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = (ms << 8) | id.bytes[i];
  return timestamp_from_ms(ms);
}

std::string to_hex(const std::uint8_t* bytes, std::size_t count) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(count * 2);
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(digits[bytes[i] >> 4]);
    out.push_back(digits[bytes[i] & 15]);
  }
  return out;
}

std::optional<std::array<std::uint8_t, 16>> id_bytes_from_text(std::string_view text) {
  std::array<std::uint8_t, 16> bytes{};
  if (text.size() != bytes.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = nibble(text[2 * i]);
    const int low = nibble(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return bytes;
}

std::string to_text(StreamId stream) {
  const auto kind = static_cast<std::size_t>(stream.kind());
  if (kind == 0 || kind >= std::size(stream_names)) return "none";
  return std::string(stream_names[kind]) + ":" + std::to_string(stream.number());
}

std::optional<StreamId> stream_from_text(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto number = number_in<std::uint64_t>(text.substr(colon + 1));
  if (!number || *number > StreamId::number_max) return std::nullopt;
  for (std::size_t kind = 1; kind < std::size(stream_names); ++kind)
    if (text.substr(0, colon) == stream_names[kind])
      return StreamId{static_cast<StreamKind>(kind), *number};
  return std::nullopt;
}

std::string to_text(const Principal& principal) {
  const auto kind = static_cast<std::size_t>(principal.kind);
  const auto name = kind < std::size(principal_names) ? principal_names[kind] : "unknown";
  return std::string(name) + ":" + std::to_string(principal.number);
}

}  // namespace inmail
