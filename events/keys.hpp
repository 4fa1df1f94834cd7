#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "events/ids.hpp"
#include "events/result.hpp"
#include "events/text.hpp"

namespace inmail {

/// A 32-byte secret. Destroying it destroys what is sealed under it (design 6).
using Key = std::array<std::uint8_t, 32>;

/// What a key of a member seals. Stored in key files: never renumber.
enum class KeyUse : std::uint8_t {
  wrote = 0,     ///< All that the member writes, with their profile.
  received = 1,  ///< What others write to the member: a second seal over that of who wrote it.
};

/// Names a key: a member has one for each use.
struct KeyId {
  MemberId member{};
  KeyUse use = KeyUse::wrote;

  constexpr KeyId() = default;
  /// Without a use it is the key of what the member writes.
  constexpr KeyId(MemberId whose, KeyUse what = KeyUse::wrote) : member(whose), use(what) {}

  auto operator<=>(const KeyId&) const = default;

  /// As it is stored: the use in the highest byte, since no member has a number that reaches into
  /// it (`StreamId::number_max`). So the key of what a member writes goes by the member's number,
  /// as in the files of releases that knew no other use.
  constexpr std::uint64_t packed() const {
    return static_cast<std::uint64_t>(use) << 56 | member.value;
  }
  static constexpr KeyId from_packed(std::uint64_t packed) {
    return {MemberId{packed & StreamId::number_max}, static_cast<KeyUse>(packed >> 56)};
  }
};

/// What `KeyStore::key_for_writing` answers where a key was destroyed: not_found.
Error key_was_erased(const KeyId& id);

/// Where keys live: apart from the log, so that a backup of the log holds none. The default is
/// `FileKeyStore`; a host may give its own (a KMS, an HSM).
///
/// Every method may be called by any thread at any time.
class KeyStore {
 public:
  virtual ~KeyStore() = default;

  /// The key of that name, made if there is none yet. A key that was made now is not durable until
  /// `sync` returned. Errors: io, corruption; not_found when it was erased.
  virtual Result<Key> key_for_writing(KeyId id) = 0;

  /// The key of that name, or nothing if there never was one or it was erased. Errors: io,
  /// corruption.
  virtual Result<std::optional<Key>> key_for_reading(KeyId id) = 0;

  /// Makes every key handed out so far durable; the journal calls it before it writes a frame.
  /// Cheap when nothing is new. Errors: io.
  virtual Status sync() = 0;

  /// Destroys a key, durably, before it returns: overwritten in place, and its name remembered, so
  /// that there is never one of it again. Erasing twice is fine. Errors: io.
  virtual Status erase(KeyId id) = 0;

  /// The store's own secret, for keyed hashes (payload hashes of receipts). Never erased.
  virtual const Key& store_key() const = 0;
};

/// Normalises a text and seals it in place for `author`. Nothing but these arguments enters the
/// result. An empty text stays as it is, and so does one that is sealed for this author, stream and
/// field already. On an error the text is unchanged.
/// Errors: what `KeyStore::key_for_writing` and `normalise` return; invalid_argument when the text
/// is sealed for another place.
Status seal(Text& text, TextField field, MemberId author, StreamId stream, const CommandId& command,
            KeyStore& keys);

/// Lays a second seal over sealed texts: from here on it takes the key of what `reader` received as
/// well as their author's. An empty text stays as it is, and so does one that has a reader. On an
/// error all are unchanged. Requires: each is sealed, or empty.
/// Errors: as `KeyStore::key_for_writing`; not_found when what the reader received was erased.
Status seal_for_reader(std::span<Text* const> texts, MemberId reader, KeyStore& keys);

/// The plain text, also of one not sealed yet; "" for an empty one; nothing when its author's key
/// was erased, or that of what its reader received. Errors: corruption when the bytes are not what
/// was sealed; io.
Result<std::optional<std::string>> open(const Text& text, KeyStore& keys);

/// 16 bytes of keyed BLAKE2b; what a receipt remembers of a command's payload.
std::array<std::uint8_t, 16> keyed_hash(const Key& key, std::span<const std::uint8_t> bytes);

}  // namespace inmail
