#pragma once

#include "events/event_type.hpp"
#include "events/ids.hpp"
#include "events/text.hpp"

namespace inmail {

/// A free message in a thread that a response has opened (D4.1.3 Open). Stream: who wrote it.
struct MessageSent {
  static constexpr EventType type{.number = 600, .name = "conversation.message_sent", .version = 1};

  InMailId conversation{};
  MemberId from{};
  MemberId to{};
  Text text{};

  bool operator==(const MessageSent&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(conversation, from, to, text);
  }
};

}  // namespace inmail
