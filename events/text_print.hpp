#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "events/keys.hpp"

namespace inmail {

/// What tells whether two InMails of one author say nearly the same, without the words (D3.10): a
/// MinHash. Each run of three words in a row (a character of a script that has no spaces is a word)
/// is hashed, and falls into one of 32 drawers; each drawer keeps the least hash that fell into it.
/// How many drawers are alike is about how many runs the two texts share, as Jaccard counts them.
/// Case and white space do not count.
///
/// The hash is keyed by the author's own key. So prints of two authors say nothing about each
/// other, and while the key is there, who holds it can read the text anyway. Once the author is
/// erased nobody can try whether a text that they guess has this print. What a print always tells:
/// that two InMails of one author were alike, and, by the empty drawers, that a text was short.
struct TextPrint {
  static constexpr std::size_t drawers = 32;

  std::array<std::uint8_t, drawers> least{};  ///< 0: nothing fell into it.

  /// False for texts without words, and where nobody took a print.
  bool is_taken() const { return least != std::array<std::uint8_t, drawers>{}; }
  bool operator==(const TextPrint&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(least);
  }
};

/// Of a subject and a body that `normalise` returned, together. Errors: as
/// `KeyStore::key_for_writing`, which texts without words do not need.
Result<TextPrint> print_of(std::string_view subject, std::string_view body, MemberId author,
                           KeyStore& keys);

/// How alike two are, from 0 to 10000. Requires: both are taken.
std::int32_t similarity_bp(const TextPrint& left, const TextPrint& right);

}  // namespace inmail
