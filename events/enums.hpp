#pragma once

#include <bit>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <type_traits>

namespace inmail {

/// One value of an enumeration beside the text by which documents, tools and exports call it.
template <class E>
struct EnumName {
  E value;
  std::string_view text;
};

/// An enumeration with texts: `names_of` beside it lists every value once, in order of number.
template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E value) {
  names_of(value);
};

/// The text of a value: "linked_accounts"; "unknown" for a number that has none.
template <NamedEnum E>
constexpr std::string_view name_of(E value) {
  for (const auto& each : names_of(E{}))
    if (each.value == value) return each.text;
  return "unknown";
}

/// The value that `name_of` calls `text`.
template <NamedEnum E>
constexpr std::optional<E> from_text(std::string_view text) {
  for (const auto& each : names_of(E{}))
    if (each.text == text) return each.value;
  return std::nullopt;
}

/// A set of enumerators, in 32 bits: bit n stands for the enumerator with number n.
/// A plain value. Requires: every enumerator is below 32.
template <class E>
class EnumSet {
 public:
  constexpr EnumSet() = default;
  constexpr EnumSet(std::initializer_list<E> values) {
    for (const E each : values) insert(each);
  }
  static constexpr EnumSet from_bits(std::uint32_t bits) {
    EnumSet set;
    set.bits_ = bits;
    return set;
  }

  constexpr bool has(E value) const { return (bits_ & bit(value)) != 0; }
  constexpr void insert(E value) { bits_ |= bit(value); }
  constexpr void erase(E value) { bits_ &= ~bit(value); }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr int size() const { return std::popcount(bits_); }
  constexpr bool is_subset_of(EnumSet other) const { return (bits_ & ~other.bits_) == 0; }
  constexpr std::uint32_t bits() const { return bits_; }

  bool operator==(const EnumSet&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(bits_);
  }

 private:
  static constexpr std::uint32_t bit(E value) {
    return std::uint32_t{1} << static_cast<unsigned>(value);
  }

  std::uint32_t bits_ = 0;
};

}  // namespace inmail
