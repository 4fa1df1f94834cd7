#pragma once

#include <cstdint>
#include <utility>

#include "events/event_type.hpp"
#include "events/ids.hpp"
#include "events/text.hpp"

namespace inmail {

/// As it was before a machine could write.
struct MessageSentV1 {
  static constexpr EventType type{.number = 600, .name = "conversation.message_sent", .version = 1};

  InMailId conversation{};
  MemberId from{};
  MemberId to{};
  Text text{};

  template <class Archive>
  void serialize(Archive& archive) {
    archive(conversation, from, to, text);
  }
};

/// A free message in a thread that a response has opened, or between connections (D4.1.3). Stream:
/// who wrote it.
struct MessageSent {
  static constexpr EventType type{.number = 600, .name = "conversation.message_sent", .version = 2};
  using previous = MessageSentV1;

  InMailId conversation{};  ///< The InMail that began it, or `direct_conversation`.
  MemberId from{};
  MemberId to{};
  Text text{};
  bool automatic = false;  ///< An automatic reply that the policy does not count as a response.

  static MessageSent upcast(MessageSentV1 old) {
    return {old.conversation, old.from, old.to, std::move(old.text), false};
  }
  bool operator==(const MessageSent&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(conversation, from, to, text, automatic);
  }
};

/// The recipient, who had declined without a word, has written: the sender may answer (D4.1.3). In
/// the stream of the recipient, whom it obliges to tell the sender; then in that of the sender.
struct ConversationReopened {
  static constexpr EventType type{.number = 601, .name = "conversation.reopened", .version = 1};

  InMailId conversation{};
  StreamId sender{};     ///< Who sent the InMail: a member or a seat.
  MemberId by{};         ///< Its recipient.
  bool learned = false;  ///< Recorded by the sender.

  bool operator==(const ConversationReopened&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(conversation, sender, by, learned);
  }
};

// What follows is each party's own view of a conversation, and nobody else's business (D4.1). In
// the stream of the party: its recipient, or the member or seat that sent its InMail.

/// A display flag, no more: who has opened an InMail has opened it.
struct MarkedUnread {
  static constexpr EventType type{
      .number = 532, .name = "conversation.marked_unread", .version = 1};

  InMailId conversation{};
  bool unread = true;  ///< False: the mark is taken off.

  bool operator==(const MarkedUnread&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(conversation, unread);
  }
};

struct Archived {
  static constexpr EventType type{.number = 533, .name = "conversation.archived", .version = 1};

  InMailId conversation{};
  bool archived = true;
  bool automatic = false;  ///< To make room in a full inbox (D3.6 inbox.overflow).

  bool operator==(const Archived&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(conversation, archived, automatic);
  }
};

struct Starred {
  static constexpr EventType type{.number = 534, .name = "conversation.starred", .version = 1};

  InMailId conversation{};
  bool starred = true;

  bool operator==(const Starred&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(conversation, starred);
  }
};

struct Tagged {
  static constexpr EventType type{.number = 535, .name = "conversation.tagged", .version = 1};

  InMailId conversation{};
  Text tag{};
  std::uint64_t key = 0;  ///< The same for the same words of a member, which sealed texts hide.
  bool tagged = true;

  bool operator==(const Tagged&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(conversation, tag, key, tagged);
  }
};

}  // namespace inmail
