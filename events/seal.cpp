#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "events/keys.hpp"
#include "events/sodium_ready.hpp"

namespace inmail {

/// The only code that makes a sealed text, or changes one.
struct TextSealer {
  static Text make(TextField field, MemberId author, StreamId stream, const TextCounts& counts,
                   const std::array<std::uint8_t, 24>& nonce, std::string sealed_bytes) {
    Text text;
    text.form_ = static_cast<std::uint8_t>(field);
    text.author_ = author;
    text.stream_ = stream;
    text.counts_ = counts;
    text.nonce_ = nonce;
    text.bytes_ = std::move(sealed_bytes);
    return text;
  }

  static std::string& bytes_for(Text& text, MemberId reader) {
    text.form_ |= Text::with_reader;
    text.reader_ = reader;
    return text.bytes_;
  }
};

namespace {

constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
using Nonce = std::array<std::uint8_t, nonce_bytes>;
static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == std::tuple_size_v<Key>);
static_assert(nonce_bytes == 24 && tag_bytes == 16);
static_assert(crypto_stream_xchacha20_NONCEBYTES == nonce_bytes);
static_assert(crypto_stream_xchacha20_KEYBYTES == std::tuple_size_v<Key>);

/// Keeps the nonce's use of the author's key apart from every other keyed hash. 16 bytes.
constexpr char nonce_purpose[] = "inmail.nonce.v1";
static_assert(sizeof nonce_purpose == crypto_generichash_blake2b_PERSONALBYTES);

std::uint8_t* bytes_of(std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); }
const std::uint8_t* bytes_of(const std::string& text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

void put_little_endian(std::uint8_t* to, std::uint64_t value) {
  for (std::size_t i = 0; i < 8; ++i) to[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

/// What is authenticated beside the text: author (8 bytes), stream (8), field (1).
std::array<std::uint8_t, 17> associated_data(MemberId author, StreamId stream, TextField field) {
  std::array<std::uint8_t, 17> data;
  put_little_endian(data.data(), author.value);
  put_little_endian(data.data() + 8, stream.packed());
  data[16] = static_cast<std::uint8_t>(field);
  return data;
}

/// Depends on the whole plain text, so that it never serves two texts under one key: stream (8
/// bytes), command (16), field (1), plain text.
Nonce nonce_for(const Key& key, StreamId stream, const CommandId& command, TextField field,
                const std::string& plain) {
  std::array<std::uint8_t, 25> head;
  put_little_endian(head.data(), stream.packed());
  std::memcpy(head.data() + 8, command.bytes.data(), command.bytes.size());
  head[24] = static_cast<std::uint8_t>(field);

  Nonce nonce;
  crypto_generichash_blake2b_state state;
  crypto_generichash_blake2b_init_salt_personal(
      &state, key.data(), key.size(), nonce.size(), nullptr,
      reinterpret_cast<const unsigned char*>(nonce_purpose));
  crypto_generichash_blake2b_update(&state, head.data(), head.size());
  crypto_generichash_blake2b_update(&state, bytes_of(plain), plain.size());
  crypto_generichash_blake2b_final(&state, nonce.data(), nonce.size());
  return nonce;
}

/// Turns a plain text into its sealed bytes in place; the tag goes last.
void encrypt(std::string& text, const Nonce& nonce, const std::array<std::uint8_t, 17>& associated,
             const Key& key) {
  const std::size_t plain_bytes = text.size();
  text.resize(plain_bytes + tag_bytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_of(text), nullptr, bytes_of(text), plain_bytes,
                                             associated.data(), associated.size(), nullptr,
                                             nonce.data(), key.data());
}

/// Puts the second seal on, or takes it off.
void turn(std::string& bytes, const Nonce& nonce, const Key& key) {
  crypto_stream_xchacha20_xor(bytes_of(bytes), bytes_of(bytes), bytes.size(), nonce.data(),
                              key.data());
}

Error not_what_was_sealed(const Text& text) {
  return {ErrorCode::corruption, "a sealed text (field " +
                                     std::to_string(static_cast<unsigned>(text.field())) +
                                     ") of member:" + std::to_string(text.author().value) + " in " +
                                     to_text(text.stream()) + " is not what was sealed"};
}

/// What its author's key has sealed, of a text with a reader; nothing when the reader's key is
/// gone.
Result<std::optional<std::string>> without_readers_seal(const Text& text, KeyStore& keys) {
  auto received = keys.key_for_reading({*text.reader(), KeyUse::received});
  if (!received) return received.error();
  if (!received->has_value()) return std::optional<std::string>{};
  std::string inner = text.sealed_bytes();
  turn(inner, text.nonce(), **received);
  sodium_memzero((*received)->data(), (*received)->size());
  return std::optional<std::string>(std::move(inner));
}

/// The counts that no version of Unicode can change. The others are not looked at: newer tables may
/// count an old text differently.
bool counts_agree(const TextCounts& stored, const std::string& plain) {
  if (stored.bytes != plain.size()) return false;
  const TextCounts counted = count(plain);
  return stored.codepoints == counted.codepoints && stored.utf16 == counted.utf16;
}

}  // namespace

Error key_was_erased(const KeyId& id) {
  const std::string member = "member:" + std::to_string(id.member.value);
  if (id.use == KeyUse::received)
    return {ErrorCode::not_found,
            "what " + member + " received was erased and can never have a key again"};
  return {ErrorCode::not_found, member + " was erased and can never have a key again"};
}

Status seal(Text& text, TextField field, MemberId author, StreamId stream, const CommandId& command,
            KeyStore& keys) {
  invariant(field != TextField::none, "a text was sealed without saying which one it is");
  if (text.is_sealed()) {
    if (text.field() == field && text.author() == author && text.stream() == stream) return {};
    return Error{ErrorCode::invalid_argument,
                 "a text that was sealed for one place cannot be used in another"};
  }
  if (text.empty()) return {};

  auto normal = normalise(text.plain());
  if (!normal) return normal.error();
  auto key = keys.key_for_writing(author);
  if (!key) return key.error();

  sodium_ready();
  const TextCounts counts = count(*normal);
  const Nonce nonce = nonce_for(*key, stream, command, field, *normal);
  encrypt(*normal, nonce, associated_data(author, stream, field), *key);
  sodium_memzero(key->data(), key->size());
  text = TextSealer::make(field, author, stream, counts, nonce, std::move(*normal));
  return {};
}

Status seal_for_reader(std::span<Text* const> texts, MemberId reader, KeyStore& keys) {
  const auto is_to_be_sealed = [](const Text* text) { return !text->empty() && !text->reader(); };
  if (std::none_of(texts.begin(), texts.end(), is_to_be_sealed)) return {};
  auto received = keys.key_for_writing({reader, KeyUse::received});
  if (!received) return received.error();

  sodium_ready();
  for (Text* text : texts) {
    if (!is_to_be_sealed(text)) continue;
    invariant(text->is_sealed(), "a text was sealed for a reader, and not for its author");
    turn(TextSealer::bytes_for(*text, reader), text->nonce(), *received);
  }
  sodium_memzero(received->data(), received->size());
  return {};
}

Result<std::optional<std::string>> open(const Text& text, KeyStore& keys) {
  if (!text.is_sealed()) return std::optional<std::string>(text.plain());

  sodium_ready();
  std::optional<std::string> inner;
  if (text.reader()) {
    auto opened = without_readers_seal(text, keys);
    if (!opened) return opened.error();
    if (!opened->has_value()) return std::optional<std::string>{};
    inner = std::move(*opened);
  }
  auto key = keys.key_for_reading(text.author());
  if (!key) return key.error();
  if (!key->has_value()) return std::optional<std::string>{};

  const std::string& sealed = inner ? *inner : text.sealed_bytes();
  if (sealed.size() < tag_bytes) return not_what_was_sealed(text);
  std::string plain(sealed.size() - tag_bytes, '\0');
  const auto associated = associated_data(text.author(), text.stream(), text.field());
  const int outcome = crypto_aead_xchacha20poly1305_ietf_decrypt(
      bytes_of(plain), nullptr, nullptr, bytes_of(sealed), sealed.size(), associated.data(),
      associated.size(), text.nonce().data(), (*key)->data());
  sodium_memzero((*key)->data(), (*key)->size());
  if (outcome != 0 || !counts_agree(text.counts(), plain)) return not_what_was_sealed(text);
  return std::optional<std::string>(std::move(plain));
}

std::array<std::uint8_t, 16> keyed_hash(const Key& key, std::span<const std::uint8_t> bytes) {
  sodium_ready();
  std::array<std::uint8_t, 16> hash;
  crypto_generichash(hash.data(), hash.size(), bytes.data(), bytes.size(), key.data(), key.size());
  return hash;
}

}  // namespace inmail
