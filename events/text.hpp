#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/ids.hpp"
#include "events/result.hpp"

namespace inmail {

/// Which text a person wrote. Part of what is authenticated, so one text cannot be passed off as
/// another. Stored: never renumber.
enum class TextField : std::uint8_t {
  none = 0,
  subject = 1,
  body = 2,
  reply = 3,
  message = 4,
  display_name = 5,
  headline = 6,
  reason = 7,
  tag = 8,
  override_reason = 15,
  signature = 16,
  attachment_name = 17,
};

/// Whether such a text is there to be read by somebody else, to whom its author writes.
constexpr bool is_for_reader(TextField field) {
  using enum TextField;
  return field == subject || field == body || field == reply || field == message ||
         field == signature || field == attachment_name;
}

/// The longest text that `normalise` takes. Far above every limit of a policy; it bounds the work
/// and the memory that one text from outside can cost.
inline constexpr std::size_t text_bytes_max = std::size_t{1} << 20;

/// What is counted of a text before it is sealed (D3: CRLF becomes LF, then Unicode NFC). It stands
/// in clear, so that every length limit stays provable after the text was erased (design 6).
struct TextCounts {
  std::uint32_t bytes = 0;
  std::uint32_t utf16 = 0;
  std::uint32_t codepoints = 0;
  std::uint32_t graphemes = 0;
  std::uint32_t words = 0;  ///< Maximal runs of code points that are not White_Space.

  auto operator<=>(const TextCounts&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(bytes, utf16, codepoints, graphemes, words);
  }
};

/// A text that a person wrote, sealed under its author's key from the moment it enters the engine;
/// and, where it is written to somebody, under the key of what that reader received as well, from
/// the moment it is known that they are there. Either key destroyed, it is noise.
///
/// Built from plain text by whoever makes a command; the engine's edge replaces the plain text with
/// its sealed form before an actor sees it (`seal`). Only the sealed form can be stored: encoding
/// an unsealed, non-empty text is a Defect. A value type; no thread of its own.
///
/// Sealed bytes: XChaCha20-Poly1305 (nonce = keyed BLAKE2b of stream, command, field, plain text;
/// associated data = author, stream, field), the 16-byte tag last. Equal commands, equal bytes.
/// With a reader the whole of it, tag included, is encrypted once more: XChaCha20 of the same
/// nonce, which depends on the plain text and on a key that the reader's does not, under the
/// reader's key, which is used for nothing else. The tag within proves both, and so which reader
/// it is: with any other key the inner bytes are not what was sealed. The outer seal needs no key
/// of the author's, so it can be laid where the reader is known; what a receipt remembers of a
/// command does not depend on it.
///
/// | bytes | stored form, little-endian                                                  |
/// |-------|-----------------------------------------------------------------------------|
/// |     1 | field, and 128 if there is a reader; 0: an empty text, and nothing follows  |
/// |     8 | author                                                                      |
/// |     8 | stream                                                                      |
/// |   0/8 | reader                                                                      |
/// |    20 | counts                                                                      |
/// |    24 | nonce                                                                       |
/// | 4 + n | sealed bytes                                                                |
///
/// A text without a reader has the bytes that it always had. Programs that know of no readers
/// refuse a log in which there may be some (events/log_format.hpp).
class Text {
 public:
  Text() = default;
  Text(std::string_view plain) : bytes_(plain) {}
  Text(const char* plain) : bytes_(plain) {}
  Text(std::string plain) : bytes_(std::move(plain)) {}

  bool empty() const { return bytes_.empty(); }
  bool is_sealed() const { return form_ != 0; }

  /// What was written. Requires: not sealed.
  std::string_view plain() const {
    invariant(!is_sealed(), "a sealed text was read without its key");
    return bytes_;
  }

  const TextCounts& counts() const { return counts_; }
  MemberId author() const { return author_; }
  StreamId stream() const { return stream_; }
  TextField field() const { return static_cast<TextField>(form_ & ~with_reader); }
  /// To whom it was written, and without whose key it cannot be read; nothing: it was written to
  /// nobody in particular, or by an earlier release, or to somebody who was not there.
  std::optional<MemberId> reader() const {
    return (form_ & with_reader) != 0 ? std::optional(reader_) : std::nullopt;
  }
  const std::array<std::uint8_t, 24>& nonce() const { return nonce_; }
  const std::string& sealed_bytes() const { return bytes_; }

  bool operator==(const Text&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    invariant(is_sealed() || bytes_.empty(), "an unsealed text was about to be stored");
    archive(form_);
    if (form_ == 0) return;
    archive(author_, stream_);
    if ((form_ & with_reader) != 0) archive(reader_);
    archive(counts_, nonce_, bytes_);
  }

 private:
  friend struct TextSealer;

  static constexpr std::uint8_t with_reader = 0x80;

  std::uint8_t form_ = 0;  ///< The field, and whether there is a reader. 0: not sealed.
  MemberId author_;
  StreamId stream_;
  MemberId reader_;
  TextCounts counts_;
  std::array<std::uint8_t, 24> nonce_{};
  std::string bytes_;
};

/// Brings a text into the form in which it is counted, sealed and shown: LF line ends (CRLF and a
/// lone CR both become LF), Unicode NFC. What it returned comes back unchanged from a second call.
/// Errors: invalid_argument (not UTF-8, or a NUL: the message names the byte offset; too long).
Result<std::string> normalise(std::string_view text);

/// Counts a text that `normalise` returned; any other that is not UTF-8 is a Defect.
TextCounts count(std::string_view normalised);

}  // namespace inmail
