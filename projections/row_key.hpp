#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "events/ids.hpp"
#include "events/result.hpp"

namespace inmail {

/// Builds keys that sort as their parts do: numbers big-endian, ids as they are. The first byte
/// says which kind of row it is, and is never zero. Short, so that none needs the heap.
class RowKey {
 public:
  static constexpr std::size_t bytes_max = 64;

  explicit RowKey(char kind) { add_byte(static_cast<std::uint8_t>(kind)); }

  RowKey& add(std::uint64_t number) {
    const std::uint64_t big_endian = __builtin_bswap64(number);
    return append(&big_endian, sizeof big_endian);
  }
  RowKey& add(StreamId stream) { return add(stream.packed()); }
  template <class Tag>
  RowKey& add(Number<Tag> number) {
    return add(number.value);
  }
  template <class Tag>
  RowKey& add(const Id128<Tag>& id) {
    return append(id.bytes.data(), id.bytes.size());
  }
  RowKey& add(const std::array<std::uint8_t, 16>& id) { return append(id.data(), id.size()); }
  /// Times before 1970 do not occur; a negative one would sort last.
  RowKey& add(Timestamp time) { return add(static_cast<std::uint64_t>(to_ms(time))); }
  RowKey& add_byte(std::uint8_t byte) { return append(&byte, 1); }
  /// Newest first.
  RowKey& add_descending(std::uint64_t number) { return add(~number); }
  RowKey& add_descending(Timestamp time) {
    return add_descending(static_cast<std::uint64_t>(to_ms(time)));
  }

  std::string_view bytes() const { return {bytes_.data(), size_}; }
  operator std::string_view() const { return bytes(); }

 private:
  RowKey& append(const void* from, std::size_t size) {
    invariant(size <= bytes_max - size_, "a row key is longer than any may be");
    std::memcpy(bytes_.data() + size_, from, size);
    size_ += size;
    return *this;
  }

  std::array<char, bytes_max> bytes_;
  std::size_t size_ = 0;
};

/// Takes the parts of a key off again, in the order in which they were added.
class RowKeyReader {
 public:
  /// Stands behind the first byte of the key.
  explicit RowKeyReader(std::string_view key) : rest_(key) { take(1); }

  std::uint64_t number() {
    std::uint64_t big_endian = 0;
    std::memcpy(&big_endian, take(sizeof big_endian).data(), sizeof big_endian);
    return __builtin_bswap64(big_endian);
  }
  std::uint64_t descending() { return ~number(); }
  StreamId stream() { return StreamId::from_packed(number()); }
  Timestamp time() { return timestamp_from_ms(static_cast<std::int64_t>(number())); }
  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1).front()); }
  std::array<std::uint8_t, 16> id() {
    std::array<std::uint8_t, 16> bytes;
    std::memcpy(bytes.data(), take(bytes.size()).data(), bytes.size());
    return bytes;
  }

 private:
  std::string_view take(std::size_t size) {
    invariant(size <= rest_.size(), "a row key is shorter than its kind says");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

}  // namespace inmail
