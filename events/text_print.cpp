#include "events/text_print.hpp"

#include <sodium.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "events/sodium_ready.hpp"

namespace inmail {
namespace {

constexpr std::size_t words_in_a_run = 3;

/// Keeps this use of the author's key apart from every other. 16 bytes.
constexpr char print_purpose[] = "inmail.print.v1";
static_assert(sizeof print_purpose == crypto_generichash_blake2b_PERSONALBYTES);

using RunKey = std::array<unsigned char, crypto_shorthash_KEYBYTES>;
static_assert(crypto_shorthash_BYTES == sizeof(std::uint64_t));

RunKey run_key_of(const Key& author) {
  RunKey key;
  crypto_generichash_blake2b_salt_personal(key.data(), key.size(), nullptr, 0, author.data(),
                                           author.size(), nullptr,
                                           reinterpret_cast<const unsigned char*>(print_purpose));
  return key;
}

/// From here on are the scripts of East Asia, which set no spaces between words.
constexpr std::int32_t first_unspaced = 0x2E80;

/// The words of texts in small letters, one space between them, and where each one begins.
struct Words {
  std::string text;
  std::vector<std::size_t> begins;

  void add(std::string_view part) {
    bool in_word = false;
    for (std::size_t at = 0; at < part.size();) {
      std::int32_t point = 0;
      const auto bytes =
          utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(part.data() + at),
                           static_cast<utf8proc_ssize_t>(part.size() - at), &point);
      invariant(bytes > 0, "a normalised text is UTF-8");
      const std::string_view letter = part.substr(at, static_cast<std::size_t>(bytes));
      at += static_cast<std::size_t>(bytes);
      const bool is_space = point <= ' ' || point == 0xA0 || point == 0x3000;
      const bool is_alone = point >= first_unspaced;
      if (is_space || is_alone) in_word = false;
      if (is_space) continue;
      if (!in_word) begin();
      in_word = !is_alone;
      add_small(point, letter);
    }
  }

 private:
  void begin() {
    if (!text.empty()) text += ' ';
    begins.push_back(text.size());
  }

  void add_small(std::int32_t point, std::string_view letter) {
    if (point < 0x80) {
      text += static_cast<char>(point >= 'A' && point <= 'Z' ? point + ('a' - 'A') : point);
      return;
    }
    const std::int32_t small = utf8proc_tolower(point);
    if (small == point) {
      text += letter;
      return;
    }
    utf8proc_uint8_t encoded[4];
    const auto bytes = utf8proc_encode_char(small, encoded);
    text.append(reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(bytes));
  }
};

/// The high half chooses the drawer, the low byte is what is kept there.
void put(TextPrint& print, std::uint64_t hash) {
  std::uint8_t& least = print.least[(hash >> 32) % TextPrint::drawers];
  const auto value = static_cast<std::uint8_t>(1 + hash % 255);
  least = least == 0 ? value : std::min(least, value);
}

}  // namespace

Result<TextPrint> print_of(std::string_view subject, std::string_view body, MemberId author,
                           KeyStore& keys) {
  Words words;
  words.text.reserve(subject.size() + body.size() + 1);
  words.add(subject);
  words.add(body);
  TextPrint print;
  if (words.begins.empty()) return print;

  auto secret = keys.key_for_writing(author);
  if (!secret) return secret.error();
  sodium_ready();
  RunKey key = run_key_of(*secret);
  sodium_memzero(secret->data(), secret->size());
  const std::size_t count = words.begins.size();
  const std::size_t runs = count < words_in_a_run ? 1 : count - words_in_a_run + 1;
  for (std::size_t run = 0; run < runs; ++run) {
    const std::size_t begin = words.begins[run];
    const std::size_t next = run + words_in_a_run;
    const std::size_t end = next < count ? words.begins[next] - 1 : words.text.size();
    std::uint64_t hash = 0;
    crypto_shorthash(reinterpret_cast<unsigned char*>(&hash),
                     reinterpret_cast<const unsigned char*>(words.text.data() + begin), end - begin,
                     key.data());
    put(print, hash);
  }
  sodium_memzero(key.data(), key.size());
  return print;
}

std::int32_t similarity_bp(const TextPrint& left, const TextPrint& right) {
  invariant(left.is_taken() && right.is_taken(), "only prints that were taken are compared");
  std::int32_t used = 0;
  std::int32_t alike = 0;
  for (std::size_t drawer = 0; drawer < TextPrint::drawers; ++drawer) {
    if (left.least[drawer] == 0 && right.least[drawer] == 0) continue;
    ++used;
    alike += left.least[drawer] == right.least[drawer] ? 1 : 0;
  }
  return alike * 10'000 / used;
}

}  // namespace inmail
