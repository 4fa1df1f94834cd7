#pragma once

#include <cstdint>
#include <optional>

#include "actors/command_type.hpp"
#include "events/ids.hpp"
#include "events/terms.hpp"
#include "events/text.hpp"

namespace inmail {

// What a reader orders, and what either party of a conversation does with it.

/// By: the recipient.
struct OpenInMail {
  static constexpr CommandType type{.number = 31, .name = "open_inmail", .version = 1};

  MemberId recipient;
  InMailId inmail;

  bool operator==(const OpenInMail&) const = default;
  StreamId target() const { return recipient; }
  void serialize(auto& archive) { archive(recipient, inmail); }
};

/// The recipient's first response. A decline without text is silent (D4.1). An automatic one counts
/// as a response only where the policy says so (D3.4 refund.count_auto_reply). By: the recipient.
struct Respond {
  static constexpr CommandType type{.number = 32, .name = "respond", .version = 1};

  MemberId recipient;
  InMailId inmail;
  ReplyKind kind = ReplyKind::reply;
  Text text;
  bool automatic = false;

  bool operator==(const Respond&) const = default;
  StreamId target() const { return recipient; }
  MemberId author() const { return recipient; }
  void each_text(auto&& visit) { visit(TextField::reply, text); }
  void serialize(auto& archive) {
    archive(recipient, inmail, kind, text);
    archive.tail(automatic);
  }
};

/// A link of the InMail's body was followed, which opens it. By: the recipient.
struct FollowLink {
  static constexpr CommandType type{.number = 45, .name = "follow_link", .version = 1};

  MemberId recipient;
  InMailId inmail;
  std::uint32_t link = 0;  ///< The first one is 0.

  bool operator==(const FollowLink&) const = default;
  StreamId target() const { return recipient; }
  void serialize(auto& archive) { archive(recipient, inmail, link); }
};

/// A free message in a thread that a response has opened, or between connections (D4.1.3). By: its
/// writer, member or seat.
struct SendMessage {
  static constexpr CommandType type{.number = 40, .name = "send_message", .version = 1};

  InMailId conversation;  ///< Zero: the direct one of the two, for who is connected.
  MemberId from;
  std::optional<SeatId> seat;
  MemberId to;
  Text text;

  bool operator==(const SendMessage&) const = default;
  StreamId target() const { return seat ? StreamId{*seat} : StreamId{from}; }
  MemberId author() const { return from; }
  void each_text(auto&& visit) { visit(TextField::message, text); }
  void serialize(auto& archive) { archive(conversation, from, seat, to, text); }
};

// A party's own view of a conversation: of its recipient, or of who sent its InMail. By: that
// member, or that seat. What stands as wished already is accepted, and nothing happens.

/// The InMail, or the direct conversation, as `party` sees it.
struct PartyView {
  MemberId member;             ///< The person, also where a seat sent.
  std::optional<SeatId> seat;  ///< Set: that sent it.
  InMailId conversation;

  bool operator==(const PartyView&) const = default;
  StreamId stream() const { return seat ? StreamId{*seat} : StreamId{member}; }
  void serialize(auto& archive) { archive(member, seat, conversation); }
};

struct MarkUnread {
  static constexpr CommandType type{.number = 41, .name = "mark_unread", .version = 1};

  PartyView view;
  bool unread = true;

  bool operator==(const MarkUnread&) const = default;
  StreamId target() const { return view.stream(); }
  void serialize(auto& archive) { archive(view, unread); }
};

struct ArchiveConversation {
  static constexpr CommandType type{.number = 42, .name = "archive", .version = 1};

  PartyView view;
  bool archived = true;

  bool operator==(const ArchiveConversation&) const = default;
  StreamId target() const { return view.stream(); }
  void serialize(auto& archive) { archive(view, archived); }
};

struct StarConversation {
  static constexpr CommandType type{.number = 43, .name = "star", .version = 1};

  PartyView view;
  bool starred = true;

  bool operator==(const StarConversation&) const = default;
  StreamId target() const { return view.stream(); }
  void serialize(auto& archive) { archive(view, starred); }
};

struct TagConversation {
  static constexpr CommandType type{.number = 44, .name = "tag", .version = 1};

  PartyView view;
  Text tag;
  std::uint64_t key =
      0;  ///< Of the words, as the engine's edge finds it; what a host says is lost.
  bool tagged = true;

  bool operator==(const TagConversation&) const = default;
  StreamId target() const { return view.stream(); }
  MemberId author() const { return view.member; }
  void each_text(auto&& visit) { visit(TextField::tag, tag); }
  void serialize(auto& archive) { archive(view, tag, key, tagged); }
};

}  // namespace inmail
