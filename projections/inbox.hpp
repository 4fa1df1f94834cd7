#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "events/attachment.hpp"
#include "events/enums.hpp"
#include "events/record.hpp"
#include "projections/page.hpp"
#include "projections/rows.hpp"

namespace inmail {

/// Each member's conversations, those with the newest activity first (D6.1): the InMails delivered
/// to the member, of those the member sent the ones that were answered, and what connections write
/// to each other. One that expired hidden, was hidden, or was retracted without a mark is gone from
/// its recipient's list. And all that each member has sent, newest first. Texts are kept sealed, as
/// they are in the log.
struct InboxView {
  static constexpr std::string_view name = "inbox";
  static constexpr std::uint16_t revision = 3;
  static void apply(Rows& rows, const Record& record);
};

/// What became of the InMail of a conversation (D4.1.1). Stored: never renumber.
enum class InboxLifecycle : std::uint8_t {
  delivered = 1,
  expired,    ///< By a policy that only changes the status; an answer may still come.
  retracted,  ///< In an inbox: after it was opened, and only this is left of it.
  sent,       ///< And not there yet.
  failed,
  cancelled,  ///< Before it was there.
};

/// Who may write in a conversation (D4.1.3). Stored: never renumber.
enum class InboxThread : std::uint8_t {
  awaiting = 1,  ///< An answer.
  open,          ///< Both sides.
  closed,        ///< Declined without a word: not the sender.
};

constexpr auto names_of(InboxLifecycle) {
  using enum InboxLifecycle;
  return std::to_array<EnumName<InboxLifecycle>>({
      {delivered, "delivered"},
      {expired, "expired"},
      {retracted, "retracted"},
      {sent, "sent"},
      {failed, "failed"},
      {cancelled, "cancelled"},
  });
}

constexpr auto names_of(InboxThread) {
  using enum InboxThread;
  return std::to_array<EnumName<InboxThread>>({
      {awaiting, "awaiting"},
      {open, "open"},
      {closed, "closed"},
  });
}

/// One line of an inbox, as `owner` sees it.
struct InboxItem {
  InMailId conversation;
  MemberId owner;
  MemberId other;
  MemberId from;          ///< Who sent the InMail: `owner` or `other`.
  bool is_inmail = true;  ///< The label that tells it from messages between connections (S0).
  InboxLifecycle lifecycle = InboxLifecycle::delivered;
  InboxThread thread = InboxThread::awaiting;
  Timestamp sent_at;
  std::optional<Timestamp> delivered_at;
  std::optional<Timestamp> opened_at;  ///< Told to the recipient only.
  std::optional<Timestamp> responded_at;
  std::optional<ReplyKind> reply_kind;
  bool canned = false;  ///< The answer is not in the recipient's own words.
  /// The newest is by `other`, and nothing on record says that `owner` saw it; or `owner` has
  /// marked it so.
  bool unread = true;
  bool archived = false;  ///< By `owner`, as are the two below.
  bool starred = false;
  std::vector<Text> tags;
  Timestamp last_activity;          ///< Of delivery, answer and messages; opening is none.
  std::uint32_t message_count = 0;  ///< The InMail, its answer, and each message since.
  Text subject;
  Text body;
  Text signature;
  std::vector<Attachment> attachments;
  Text reply;
};

/// What of an inbox is wanted.
struct InboxFilter {
  std::optional<bool> archived;
  std::optional<bool> starred;
  std::optional<bool> unread;
  /// The time of reading. Until `sent.visible_after_s` after it was sent, an InMail stands in its
  /// sender's inbox, marked unread; then among what was sent (D3.6).
  Timestamp now = Timestamp::max();
};

/// A page may hold fewer items than it could where the filter leaves some out.
/// Errors: corruption, io; the same holds for all queries below.
Result<Page<InboxItem>> inbox_of(const Rows& rows, MemberId member, const PageRequest& page,
                                 const InboxFilter& filter = {});
/// What the member has sent and what became of it, newest first. Items as in an inbox.
Result<Page<InboxItem>> sent_of(const Rows& rows, MemberId member, const PageRequest& page,
                                const InboxFilter& filter = {});

/// A message that came after the answer.
struct ConversationMessage {
  Position position;
  MemberId from;
  Timestamp sent_at;
  Text text;
  bool automatic = false;
};

struct Conversation {
  InboxItem item;
  Page<ConversationMessage> messages;  ///< Oldest first.
};

/// One conversation as `reader` sees it; nothing if it is not in the inbox of `reader`.
Result<std::optional<Conversation>> read_conversation(const Rows& rows,
                                                      const InMailId& conversation, MemberId reader,
                                                      const PageRequest& page);

}  // namespace inmail
