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

/// A 32-byte secret. Destroying a member's key destroys what the member wrote (design 6).
using Key = std::array<std::uint8_t, 32>;

/// What `KeyStore::key_for_writing` answers for an erased member: not_found.
Error member_was_erased(MemberId member);

/// Where keys live: apart from the log, so that a backup of the log holds none. The default is
/// `FileKeyStore`; a host may give its own (a KMS, an HSM).
///
/// Every method may be called by any thread at any time.
class KeyStore {
 public:
  virtual ~KeyStore() = default;

  /// The key of a member, made if there is none yet. A key that was made now is not durable until
  /// `sync` returned. Errors: io, corruption; not_found when the member was erased.
  virtual Result<Key> key_for_writing(MemberId author) = 0;

  /// The key of a member, or nothing if there never was one or it was erased. Errors: io,
  /// corruption.
  virtual Result<std::optional<Key>> key_for_reading(MemberId author) = 0;

  /// Makes every key handed out so far durable; the journal calls it before it writes a frame.
  /// Cheap when nothing is new. Errors: io.
  virtual Status sync() = 0;

  /// Destroys the key of a member, durably, before it returns: overwritten in place, and the member
  /// remembered as erased. Erasing twice is fine. Errors: io.
  virtual Status erase(MemberId author) = 0;

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

/// The plain text, also of one not sealed yet; "" for an empty one; nothing when the key was
/// erased. Errors: corruption when the bytes are not what was sealed; io.
Result<std::optional<std::string>> open(const Text& text, KeyStore& keys);

/// 16 bytes of keyed BLAKE2b; what a receipt remembers of a command's payload.
std::array<std::uint8_t, 16> keyed_hash(const Key& key, std::span<const std::uint8_t> bytes);

}  // namespace inmail
