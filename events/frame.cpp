#include "events/frame.hpp"

#include <sodium.h>

#include <cstring>

#include "events/sodium_ready.hpp"

namespace inmail {
namespace {

constexpr char magic[4] = {'I', 'M', 'F', '1'};

template <class T>
T load(const std::uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <class T>
void store(std::string& bytes, std::size_t at, const T& value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

Error damaged(Position position, const std::string& what) {
  return {ErrorCode::corruption, "position " + std::to_string(position.value) + ": " + what};
}

}  // namespace

Hash blake2b(Bytes bytes) {
  sodium_ready();
  Hash hash;
  crypto_generichash(hash.data(), hash.size(), bytes.data(), bytes.size(), nullptr, 0);
  return hash;
}

void FrameBuilder::begin(const LogHead& head, std::uint64_t epoch, std::size_t bytes_expected) {
  frame_ = Frame{};
  frame_.bytes.reserve(frame_header_bytes + bytes_expected + sizeof(Hash));
  frame_.first = Position{head.position.value + 1};
  frame_.epoch = epoch;
  frame_.previous = head.hash;
  frame_.bytes.assign(frame_header_bytes, '\0');
}

Position FrameBuilder::add(std::string_view records) {
  std::size_t at = frame_.bytes.size();
  frame_.bytes.append(records);
  while (at < frame_.bytes.size()) {
    auto* start = reinterpret_cast<std::uint8_t*>(frame_.bytes.data()) + at;
    const auto length = load<std::uint32_t>(start);
    invariant(length >= record_bytes_min && length <= frame_.bytes.size() - at,
              "records handed to a frame are whole");
    place_record({start, length}, Position{frame_.first.value + frame_.count});
    ++frame_.count;
    at += length;
  }
  return frame_.last();
}

Frame FrameBuilder::seal() {
  invariant(frame_.count > 0, "a frame holds at least one record");
  std::memcpy(frame_.bytes.data(), magic, sizeof magic);
  store(frame_.bytes, 4, frame_.count);
  store(frame_.bytes, 8, frame_.first.value);
  store(frame_.bytes, 16, frame_.epoch);
  store(frame_.bytes, 24, frame_.previous);
  frame_.hash =
      blake2b({reinterpret_cast<const std::uint8_t*>(frame_.bytes.data()), frame_.bytes.size()});
  frame_.bytes.append(reinterpret_cast<const char*>(frame_.hash.data()), frame_.hash.size());
  return std::move(frame_);
}

Result<FrameView> view_frame(Bytes bytes) {
  if (bytes.size() < frame_bytes_min) return Error{ErrorCode::corruption, "a frame is cut short"};
  FrameView view;
  view.first = Position{load<std::uint64_t>(bytes.data() + 8)};
  if (std::memcmp(bytes.data(), magic, 3) != 0) return damaged(view.first, "not a frame");
  if (bytes[3] != static_cast<std::uint8_t>(magic[3]))
    return Error{ErrorCode::newer_format,
                 "position " + std::to_string(view.first.value) + ": a frame of a newer format"};
  const auto count = load<std::uint32_t>(bytes.data() + 4);
  view.epoch = load<std::uint64_t>(bytes.data() + 16);
  view.previous = load<Hash>(bytes.data() + 24);
  view.hash = load<Hash>(bytes.data() + bytes.size() - 32);
  if (blake2b(bytes.first(bytes.size() - 32)) != view.hash)
    return damaged(view.first, "a frame does not match its hash");

  Bytes rest = records_of(bytes);
  if (count == 0 || count > rest.size() / record_bytes_min)
    return damaged(view.first, "a frame has an impossible count of records");
  view.records.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const Position expected{view.first.value + i};
    auto record = view_record(rest);
    if (!record) return damaged(expected, record.error().message);
    if (record->header.position != expected)
      return damaged(expected, "a record says it stands at another position");
    rest = rest.subspan(record->bytes.size());
    view.records.push_back(std::move(record).value());
  }
  if (!rest.empty()) return damaged(view.first, "a frame has bytes behind its last record");
  return view;
}

Status check_follows(const Frame& frame, const LogHead& head, std::uint64_t epoch) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(frame.bytes.data());
  const std::size_t size = frame.bytes.size();
  invariant(size >= frame_bytes_min && std::memcmp(bytes, magic, sizeof magic) == 0 &&
                load<std::uint32_t>(bytes + 4) == frame.count &&
                load<std::uint64_t>(bytes + 8) == frame.first.value &&
                load<std::uint64_t>(bytes + 16) == frame.epoch &&
                load<Hash>(bytes + 24) == frame.previous &&
                load<Hash>(bytes + size - sizeof(Hash)) == frame.hash,
            "a frame that is appended was sealed and not changed since");
  if (frame.epoch < epoch)
    return Error{ErrorCode::conflict, "a frame of epoch " + std::to_string(frame.epoch) +
                                          " comes too late: the log is in epoch " +
                                          std::to_string(epoch)};
  if (frame.first.value != head.position.value + 1)
    return Error{ErrorCode::conflict,
                 "a frame begins at position " + std::to_string(frame.first.value) +
                     ", but the log ends at position " + std::to_string(head.position.value)};
  if (frame.previous != head.hash)
    return Error{ErrorCode::conflict, "the frame at position " + std::to_string(frame.first.value) +
                                          " follows another history than the log holds"};
  return {};
}

Bytes records_of(Bytes frame) {
  return frame.subspan(frame_header_bytes, frame.size() - frame_header_bytes - 32);
}

}  // namespace inmail
