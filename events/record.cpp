#include "events/record.hpp"

#include <xxhash.h>

#include <cstring>

#include "events/codec.hpp"

namespace inmail {
namespace {

enum Flag : std::uint32_t { has_due_at = 1, has_cause = 2, is_receipt = 4, has_next_due = 8 };
constexpr std::uint32_t known_flags = has_due_at | has_cause | is_receipt | has_next_due;

template <class T>
void append(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// Takes fixed-width values off the front of bytes that are known to be long enough.
class Reader {
 public:
  explicit Reader(const std::uint8_t* at) : at_(at) {}

  template <class T>
  T take() {
    T value;
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return value;
  }

  const std::uint8_t* at() const { return at_; }

 private:
  const std::uint8_t* at_;
};

std::size_t optional_bytes(std::uint32_t flags) {
  return ((flags & has_due_at) ? 8u : 0u) + ((flags & has_cause) ? 16u : 0u) +
         ((flags & is_receipt) ? 16u : 0u) + ((flags & has_next_due) ? 8u : 0u);
}

Error damaged(const char* what) { return {ErrorCode::corruption, std::string("a record ") + what}; }

}  // namespace

void encode_record(const RecordHeader& header, const Event& event, std::string& out) {
  const std::size_t start = out.size();
  const EventType& type = type_of(event);
  const std::uint32_t flags = (header.due_at != header.time ? has_due_at : 0u) |
                              (!header.cause.is_zero() ? has_cause : 0u) |
                              (header.is_receipt ? is_receipt : 0u) |
                              (header.next_due ? has_next_due : 0u);
  append(out, std::uint32_t{0});
  append(out, flags);
  append(out, header.position.value);
  append(out, header.stream.packed());
  append(out, header.version.value);
  append(out, to_ms(header.time));
  append(out, static_cast<std::uint32_t>(header.policy.value));
  append(out, type.number);
  append(out, type.version);
  append(out, static_cast<std::uint8_t>(header.asked_by.kind));
  append(out, header.asked_by.number);
  if (flags & has_due_at) append(out, to_ms(header.due_at));
  if (flags & has_cause) append(out, header.cause.bytes);
  if (flags & is_receipt) append(out, header.payload_hash);
  if (flags & has_next_due) append(out, to_ms(*header.next_due));
  encode_event(event, out);
  append(out, std::uint64_t{0});

  const std::size_t length = out.size() - start;
  invariant(length <= record_bytes_max, "a record is longer than any may be");
  const auto stored = static_cast<std::uint32_t>(length);
  std::memcpy(out.data() + start, &stored, sizeof stored);
}

void place_record(std::span<std::uint8_t> record, Position position) {
  invariant(record.size() >= record_bytes_min, "a record too short to be placed");
  std::memcpy(record.data() + 8, &position.value, sizeof position.value);
  const std::uint64_t sum = XXH3_64bits(record.data(), record.size() - 8);
  std::memcpy(record.data() + record.size() - 8, &sum, sizeof sum);
}

Result<RecordView> view_record(Bytes bytes) {
  if (bytes.size() < record_bytes_min) return damaged("is cut short");
  Reader reader(bytes.data());
  const auto length = reader.take<std::uint32_t>();
  if (length < record_bytes_min || length > record_bytes_max || length > bytes.size())
    return damaged("has an impossible length");
  const Bytes whole = bytes.first(length);
  std::uint64_t sum = 0;
  std::memcpy(&sum, whole.data() + length - 8, sizeof sum);
  if (sum != XXH3_64bits(whole.data(), length - 8)) return damaged("does not match its checksum");

  const auto flags = reader.take<std::uint32_t>();
  if ((flags & ~known_flags) != 0 || length < record_bytes_min + optional_bytes(flags))
    return damaged("has unknown flags");
  RecordView view;
  RecordHeader& header = view.header;
  header.position = Position{reader.take<std::uint64_t>()};
  header.stream = StreamId::from_packed(reader.take<std::uint64_t>());
  header.version = Version{reader.take<std::uint64_t>()};
  header.time = timestamp_from_ms(reader.take<std::int64_t>());
  header.policy = PolicyVersion{reader.take<std::uint32_t>()};
  header.event_number = reader.take<std::uint16_t>();
  header.event_version = reader.take<std::uint8_t>();
  header.asked_by.kind = static_cast<PrincipalKind>(reader.take<std::uint8_t>());
  header.asked_by.number = reader.take<std::uint64_t>();
  header.due_at =
      (flags & has_due_at) ? timestamp_from_ms(reader.take<std::int64_t>()) : header.time;
  if (flags & has_cause) header.cause.bytes = reader.take<std::array<std::uint8_t, 16>>();
  header.is_receipt = (flags & is_receipt) != 0;
  if (header.is_receipt) header.payload_hash = reader.take<PayloadHash>();
  if (flags & has_next_due) header.next_due = timestamp_from_ms(reader.take<std::int64_t>());
  view.payload = whole.subspan(static_cast<std::size_t>(reader.at() - whole.data()));
  view.payload = view.payload.first(view.payload.size() - 8);
  view.bytes = whole;
  return view;
}

Result<Record> decode_record(const RecordView& view) {
  auto event = decode_event(view.header.event_number, view.header.event_version, view.payload);
  if (!event)
    return Error{event.error().code, "position " + std::to_string(view.header.position.value) +
                                         ": " + event.error().message};
  return Record{view.header, std::move(event).value()};
}

}  // namespace inmail
