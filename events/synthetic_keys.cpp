#include "events/synthetic_keys.hpp"

#include <sodium.h>

#include <cstddef>

#include "events/sodium_ready.hpp"

namespace inmail {
namespace {

/// BLAKE2b of a number; `purpose` is 16 bytes and keeps the two uses apart.
Key derive(std::uint64_t number, const Key* key, const char (&purpose)[16]) {
  sodium_ready();
  std::array<std::uint8_t, 8> input;
  for (std::size_t i = 0; i < input.size(); ++i)
    input[i] = static_cast<std::uint8_t>(number >> (8 * i));
  Key derived;
  crypto_generichash_blake2b_salt_personal(derived.data(), derived.size(), input.data(),
                                           input.size(), key == nullptr ? nullptr : key->data(),
                                           key == nullptr ? 0 : key->size(), nullptr,
                                           reinterpret_cast<const unsigned char*>(purpose));
  return derived;
}

}  // namespace

Key synthetic_store_key(std::uint64_t seed) { return derive(seed, nullptr, "inmail.store.v1"); }

Key synthetic_key(const Key& store_key, KeyId id) {
  return derive(id.packed(), &store_key, "inmail.membr.v1");
}

}  // namespace inmail
