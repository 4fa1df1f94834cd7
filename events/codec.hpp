#pragma once

#include <array>
#include <bit>
#include <cereal/cereal.hpp>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "events/event.hpp"
#include "events/event_type.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"

// The encoding of everything that is stored. The only file that knows cereal.
//
//   integer, enum   fixed width, little-endian       bool         1 byte, 0 or 1
//   Timestamp       int64 of milliseconds            optional     1 byte, 0 or 1, then the value
//   array<byte, N>  N bytes                          string       uint32 of bytes, then the bytes
//   vector, set     uint32 of elements, then each    map          uint32 of pairs, then each
//
// One value has one encoding: what decodes encodes to the same bytes again. There are no pointers,
// no floating point and no unordered containers; they do not compile.

namespace inmail {

using Bytes = std::span<const std::uint8_t>;

inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

static_assert(std::endian::native == std::endian::little, "stored integers are little-endian");

/// Appends to a string that the caller owns and may reuse.
class SpanOutput : public cereal::OutputArchive<SpanOutput> {
 public:
  explicit SpanOutput(std::string& out) : cereal::OutputArchive<SpanOutput>(this), out_(out) {}

  void write(const void* data, std::size_t size) {
    out_.append(static_cast<const char*>(data), size);
  }

  /// The last fields of a stored type that it did not always have: written only if one of them says
  /// something, so that what could be said before has the bytes that it had.
  template <class... Fields>
  void tail(const Fields&... fields) {
    if ((... || !(fields == Fields{}))) (*this)(fields...);
  }

  /// Several of them, each a tie of fields, in the order in which they were learned: written up to
  /// the last that says something.
  template <class... Tails>
  void tails(const Tails&... each) {
    std::size_t last = 0;
    std::size_t at = 0;
    ((++at, says_something(each) ? void(last = at) : void()), ...);
    at = 0;
    ((at++ < last ? std::apply([&](const auto&... fields) { (*this)(fields...); }, each) : void()),
     ...);
  }

  template <class Tail>
  static bool says_something(const Tail& tail) {
    return std::apply(
        [](const auto&... fields) {
          return (... || !(fields == std::remove_cvref_t<decltype(fields)>{}));
        },
        tail);
  }

 private:
  std::string& out_;
};

/// Reads from bytes that the caller keeps alive. Never reads past them and never allocates more
/// than a small multiple of what is there; what does not fit throws cereal::Exception, which
/// `decode_as` turns into `corruption`.
class SpanInput : public cereal::InputArchive<SpanInput> {
 public:
  explicit SpanInput(Bytes bytes) : cereal::InputArchive<SpanInput>(this), rest_(bytes) {}

  std::size_t remaining() const { return rest_.size(); }

  void read(void* data, std::size_t size) { std::memcpy(data, take(size).data(), size); }

  Bytes take(std::size_t size) {
    if (size > rest_.size()) throw cereal::Exception("a value reaches past the end");
    const Bytes taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  /// What `SpanOutput::tail` wrote, or left out.
  template <class... Fields>
  void tail(Fields&... fields) {
    ((fields = Fields{}), ...);
    if (rest_.empty()) return;
    (*this)(fields...);
    if ((... && (fields == Fields{}))) throw cereal::Exception("a tail says nothing");
  }

  /// What `SpanOutput::tails` wrote.
  template <class... Tails>
  void tails(Tails&&... each) {
    bool is_last_empty = false;
    const auto take_one = [&](auto& tail) {
      std::apply([](auto&... fields) { ((fields = std::remove_cvref_t<decltype(fields)>{}), ...); },
                 tail);
      if (rest_.empty()) return;
      std::apply([&](auto&... fields) { (*this)(fields...); }, tail);
      is_last_empty = !SpanOutput::says_something(tail);
    };
    (take_one(each), ...);
    if (is_last_empty) throw cereal::Exception("a tail says nothing");
  }

  /// The number of elements that follow, each of at least `bytes_min` bytes.
  std::uint32_t take_count(std::size_t bytes_min) {
    std::uint32_t count = 0;
    read(&count, sizeof count);
    if (count > rest_.size() / bytes_min) throw cereal::Exception("a count reaches past the end");
    return count;
  }

  std::uint8_t take_flag() {
    std::uint8_t flag = 0;
    read(&flag, 1);
    if (flag > 1) throw cereal::Exception("a flag is neither 0 nor 1");
    return flag;
  }

 private:
  Bytes rest_;
};

}  // namespace inmail

CEREAL_SETUP_ARCHIVE_TRAITS(inmail::SpanInput, inmail::SpanOutput)

namespace inmail {

template <class T>
concept StoredInteger = std::integral<T> && !std::same_as<T, bool>;

template <StoredInteger T>
void CEREAL_SAVE_FUNCTION_NAME(SpanOutput& archive, const T& value) {
  archive.write(&value, sizeof value);
}
template <StoredInteger T>
void CEREAL_LOAD_FUNCTION_NAME(SpanInput& archive, T& value) {
  archive.read(&value, sizeof value);
}

inline void CEREAL_SAVE_FUNCTION_NAME(SpanOutput& archive, const bool& value) {
  const std::uint8_t flag = value ? 1 : 0;
  archive.write(&flag, 1);
}
inline void CEREAL_LOAD_FUNCTION_NAME(SpanInput& archive, bool& value) {
  value = archive.take_flag() == 1;
}

inline void CEREAL_SAVE_FUNCTION_NAME(SpanOutput& archive, const Timestamp& value) {
  const std::int64_t ms = to_ms(value);
  archive.write(&ms, sizeof ms);
}
inline void CEREAL_LOAD_FUNCTION_NAME(SpanInput& archive, Timestamp& value) {
  std::int64_t ms = 0;
  archive.read(&ms, sizeof ms);
  value = timestamp_from_ms(ms);
}

template <std::size_t N>
void CEREAL_SAVE_FUNCTION_NAME(SpanOutput& archive, const std::array<std::uint8_t, N>& value) {
  archive.write(value.data(), N);
}
template <std::size_t N>
void CEREAL_LOAD_FUNCTION_NAME(SpanInput& archive, std::array<std::uint8_t, N>& value) {
  archive.read(value.data(), N);
}

inline void save_count(SpanOutput& archive, std::size_t count) {
  invariant(count <= UINT32_MAX, "a container is too large to store");
  const auto stored = static_cast<std::uint32_t>(count);
  archive.write(&stored, sizeof stored);
}

inline void CEREAL_SAVE_FUNCTION_NAME(SpanOutput& archive, const std::string& value) {
  save_count(archive, value.size());
  archive.write(value.data(), value.size());
}
inline void CEREAL_LOAD_FUNCTION_NAME(SpanInput& archive, std::string& value) {
  const Bytes bytes = archive.take(archive.take_count(1));
  value.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(SpanOutput& archive, const std::optional<T>& value) {
  archive(value.has_value());
  if (value) archive(*value);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(SpanInput& archive, std::optional<T>& value) {
  if (archive.take_flag() == 0) {
    value.reset();
  } else {
    archive(value.emplace());
  }
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(SpanOutput& archive, const std::vector<T>& value) {
  save_count(archive, value.size());
  for (const T& each : value) archive(each);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(SpanInput& archive, std::vector<T>& value) {
  value.clear();
  for (auto left = archive.take_count(1); left > 0; --left) archive(value.emplace_back());
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(SpanOutput& archive, const std::set<T>& value) {
  save_count(archive, value.size());
  for (const T& each : value) archive(each);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(SpanInput& archive, std::set<T>& value) {
  value.clear();
  for (auto left = archive.take_count(1); left > 0; --left) {
    T each{};
    archive(each);
    if (!value.empty() && !(*value.rbegin() < each)) throw cereal::Exception("a set is not sorted");
    value.insert(value.end(), std::move(each));
  }
}

template <class K, class V>
void CEREAL_SAVE_FUNCTION_NAME(SpanOutput& archive, const std::map<K, V>& value) {
  save_count(archive, value.size());
  for (const auto& [key, each] : value) archive(key, each);
}
template <class K, class V>
void CEREAL_LOAD_FUNCTION_NAME(SpanInput& archive, std::map<K, V>& value) {
  value.clear();
  for (auto left = archive.take_count(1); left > 0; --left) {
    K key{};
    V each{};
    archive(key, each);
    if (!value.empty() && !(value.rbegin()->first < key))
      throw cereal::Exception("a map is not sorted");
    value.emplace_hint(value.end(), std::move(key), std::move(each));
  }
}

/// Appends the encoding of `value` to `out`.
template <class T>
void encode_to(const T& value, std::string& out) {
  SpanOutput archive(out);
  archive(value);
}

/// Reads a `T` that fills `bytes` exactly. Errors: corruption.
template <class T>
Result<T> decode_as(Bytes bytes) {
  try {
    SpanInput archive(bytes);
    T value{};
    archive(value);
    if (archive.remaining() != 0)
      return Error{ErrorCode::corruption, "bytes are left over behind a stored value"};
    return value;
  } catch (const std::exception& failure) {
    return Error{ErrorCode::corruption, failure.what()};
  }
}

/// A stored type that had another shape before: names it and knows how to come from it.
template <class T>
concept Upcast = requires(typename T::previous old) {
  { T::upcast(std::move(old)) } -> std::same_as<T>;
};

/// Reads version `version` of `T`, through the chain of its previous shapes if it is an older one.
/// Errors: corruption; newer_format for a version that this program does not know yet.
template <class T>
Result<T> decode_version(std::uint8_t version, Bytes bytes) {
  if (version == T::type.version) return decode_as<T>(bytes);
  if (version > T::type.version)
    return Error{ErrorCode::newer_format,
                 "event " + std::string(T::type.name) + " has version " + std::to_string(version) +
                     ", this program knows up to " + std::to_string(T::type.version)};
  if constexpr (Upcast<T>) {
    auto old = decode_version<typename T::previous>(version, bytes);
    if (!old) return old.error();
    return T::upcast(std::move(old).value());
  } else {
    return Error{ErrorCode::corruption, "event " + std::string(T::type.name) +
                                            " never had version " + std::to_string(version)};
  }
}

/// Appends the payload of an event, without its type. Never fails on an event that can be stored.
void encode_event(const Event& event, std::string& out);

/// Errors: corruption; newer_format for an event or a version that is not known yet.
Result<Event> decode_event(std::uint16_t number, std::uint8_t version, Bytes payload);

}  // namespace inmail
