#include "projections/inbox.hpp"

#include "projections/paging.hpp"
#include "projections/row_key.hpp"
#include "projections/typed_rows.hpp"

// Rows, by the first byte of their keys:
//
//   c  InMail                             ConversationRow: all that changes
//   t  InMail                             TextsRow: written when it is sent, before it shows
//   anywhere r  InMail                             Text of the answer m  InMail, position
//   MessageRow i  member, ~last activity, InMail     nothing: the order of an inbox

namespace inmail {
namespace {

struct ConversationRow {
  MemberId from;
  MemberId to;
  InboxLifecycle lifecycle = InboxLifecycle::delivered;
  InboxThread thread = InboxThread::awaiting;
  Timestamp sent_at;
  Timestamp delivered_at;
  Timestamp last_activity;
  MemberId last_writer;
  std::uint32_t message_count = 0;
  std::optional<Timestamp> opened_at;
  std::optional<Timestamp> responded_at;
  std::optional<ReplyKind> reply_kind;
  bool canned = false;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(from, to, lifecycle, thread, sent_at, delivered_at, last_activity, last_writer,
            message_count, opened_at, responded_at, reply_kind, canned);
  }

  bool shows_to_sender() const { return responded_at.has_value(); }
};

struct TextsRow {
  Text subject;
  Text body;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(subject, body);
  }
};

struct MessageRow {
  MemberId from;
  Timestamp sent_at;
  Text text;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(from, sent_at, text);
  }
};

RowKey conversation_key(const InMailId& id) { return RowKey('c').add(id); }
RowKey texts_key(const InMailId& id) { return RowKey('t').add(id); }
RowKey reply_key(const InMailId& id) { return RowKey('r').add(id); }
RowKey messages_prefix(const InMailId& id) { return RowKey('m').add(id); }
RowKey inbox_prefix(MemberId member) { return RowKey('i').add(member); }
RowKey order_key(MemberId member, Timestamp activity, const InMailId& id) {
  return inbox_prefix(member).add_descending(activity).add(id);
}

/// Moves a conversation up in the inboxes that show it. `shown`: the sender's did before.
void note_activity(Rows& rows, const InMailId& id, ConversationRow& row, bool shown,
                   MemberId writer, Timestamp at) {
  if (at != row.last_activity) {
    rows.erase(order_key(row.to, row.last_activity, id));
    rows.insert(order_key(row.to, at, id), {});
    if (shown) rows.erase(order_key(row.from, row.last_activity, id));
  }
  if (row.shows_to_sender() && (!shown || at != row.last_activity))
    rows.insert(order_key(row.from, at, id), {});
  row.last_activity = at;
  row.last_writer = writer;
  ++row.message_count;
}

/// Takes out a conversation that nobody answered.
void remove_unanswered(Rows& rows, const InMailId& id, const ConversationRow& row) {
  rows.erase(order_key(row.to, row.last_activity, id));
  rows.erase(conversation_key(id));
  rows.erase(texts_key(id));
}

void on(Rows& rows, const RecordHeader&, const InMailSent& e) {
  insert_row(rows, texts_key(e.inmail), TextsRow{e.subject, e.body});
}

void on(Rows& rows, const RecordHeader& header, const InMailDelivered& e) {
  ConversationRow row;
  row.from = e.ref.from;
  row.to = header.stream.member();
  row.sent_at = e.ref.sent_at;
  row.delivered_at = header.time;
  row.last_activity = header.time;
  row.last_writer = row.from;
  row.message_count = 1;
  insert_row(rows, conversation_key(e.ref.inmail), row);
  rows.insert(order_key(row.to, row.last_activity, e.ref.inmail), {});
}

void on(Rows& rows, const RecordHeader&, const InMailFailed& e) {
  rows.erase(texts_key(e.ref.inmail));
}

void on(Rows& rows, const RecordHeader&, const InMailCancelled& e) {
  rows.erase(texts_key(e.inmail));
}

void on(Rows& rows, const RecordHeader& header, const Opened& e) {
  auto row = fold_row<ConversationRow>(rows, conversation_key(e.ref.inmail));
  if (!row) return;
  row->opened_at = header.time;
  put_row(rows, conversation_key(e.ref.inmail), *row);
}

void on(Rows& rows, const RecordHeader& header, const Replied& e) {
  const InMailId& id = e.ref.inmail;
  auto row = fold_row<ConversationRow>(rows, conversation_key(id));
  if (!row) return;
  const bool shown = row->shows_to_sender();
  row->responded_at = header.time;
  row->reply_kind = e.kind;
  row->canned = e.canned;
  const bool silent = e.kind == ReplyKind::decline && e.canned;
  row->thread = silent ? InboxThread::closed : InboxThread::open;
  note_activity(rows, id, *row, shown, row->to, header.time);
  put_row(rows, conversation_key(id), *row);
  if (!e.text.empty()) insert_row(rows, reply_key(id), e.text);
}

void on(Rows& rows, const RecordHeader&, const Expired& e) {
  auto row = fold_row<ConversationRow>(rows, conversation_key(e.ref.inmail));
  if (!row) return;
  if (e.effect == ExpiryEffect::hide) return remove_unanswered(rows, e.ref.inmail, *row);
  row->lifecycle = InboxLifecycle::expired;
  put_row(rows, conversation_key(e.ref.inmail), *row);
}

void on(Rows& rows, const RecordHeader&, const InMailRetracted& e) {
  auto row = fold_row<ConversationRow>(rows, conversation_key(e.ref.inmail));
  if (!row) return;
  if (!e.was_opened) return remove_unanswered(rows, e.ref.inmail, *row);
  row->lifecycle = InboxLifecycle::retracted;
  put_row(rows, conversation_key(e.ref.inmail), *row);
}

void on(Rows& rows, const RecordHeader& header, const MessageSent& e) {
  const InMailId& id = e.conversation;
  auto row = fold_row<ConversationRow>(rows, conversation_key(id));
  if (!row) return;
  if (e.from == row->to) row->thread = InboxThread::open;
  note_activity(rows, id, *row, row->shows_to_sender(), e.from, header.time);
  put_row(rows, conversation_key(id), *row);
  insert_row(rows, messages_prefix(id).add(header.position),
             MessageRow{e.from, header.time, e.text});
}

template <class Other>
void on(Rows&, const RecordHeader&, const Other&) {}

InboxItem item_of(const InMailId& id, MemberId owner, const ConversationRow& row) {
  const bool received = owner == row.to;
  InboxItem item;
  item.conversation = id;
  item.owner = owner;
  item.other = received ? row.from : row.to;
  item.from = row.from;
  item.lifecycle = row.lifecycle;
  item.thread = row.thread;
  item.sent_at = row.sent_at;
  item.delivered_at = row.delivered_at;
  if (received) item.opened_at = row.opened_at;
  item.responded_at = row.responded_at;
  item.reply_kind = row.reply_kind;
  item.canned = row.canned;
  const bool only_the_inmail = row.last_writer == row.from && !row.responded_at;
  item.unread = row.last_writer != owner && !(only_the_inmail && row.opened_at);
  item.last_activity = row.last_activity;
  item.message_count = row.message_count;
  return item;
}

Status read_texts(const Rows& rows, InboxItem& item) {
  auto texts = read_row<TextsRow>(rows, texts_key(item.conversation));
  if (!texts) return texts.error();
  if (*texts) {
    item.subject = std::move((*texts)->subject);
    item.body = std::move((*texts)->body);
  }
  if (!item.responded_at) return {};
  auto reply = read_row<Text>(rows, reply_key(item.conversation));
  if (!reply) return reply.error();
  if (*reply) item.reply = std::move(**reply);
  return {};
}

/// Nothing if `owner` has no such conversation.
Result<std::optional<InboxItem>> read_item(const Rows& rows, const InMailId& id, MemberId owner) {
  auto row = read_row<ConversationRow>(rows, conversation_key(id));
  if (!row) return row.error();
  const bool shows =
      *row && (owner == (*row)->to || (owner == (*row)->from && (*row)->shows_to_sender()));
  if (!shows) return std::optional<InboxItem>{};
  InboxItem item = item_of(id, owner, **row);
  if (auto status = read_texts(rows, item); !status) return status.error();
  return std::optional<InboxItem>{std::move(item)};
}

}  // namespace

void InboxView::apply(Rows& rows, const Record& record) {
  std::visit([&](const auto& event) { on(rows, record.header, event); }, record.event);
}

Result<Page<InboxItem>> inbox_of(const Rows& rows, MemberId member, const PageRequest& page) {
  auto order = read_page<InMailId>(rows, inbox_prefix(member), page,
                                   [](std::string_view key, std::string_view) -> Result<InMailId> {
                                     RowKeyReader parts(key);
                                     parts.number();
                                     parts.descending();
                                     return InMailId{parts.id()};
                                   });
  if (!order) return order.error();

  Page<InboxItem> result{{}, std::move(order->next)};
  for (const InMailId& id : order->items) {
    auto item = read_item(rows, id, member);
    if (!item) return item.error();
    if (*item) result.items.push_back(std::move(**item));
  }
  return result;
}

Result<std::optional<Conversation>> read_conversation(const Rows& rows,
                                                      const InMailId& conversation, MemberId reader,
                                                      const PageRequest& page) {
  auto item = read_item(rows, conversation, reader);
  if (!item) return item.error();
  if (!*item) return std::optional<Conversation>{};
  Conversation result{std::move(**item), {}};

  auto messages = read_page<ConversationMessage>(
      rows, messages_prefix(conversation), page,
      [](std::string_view key, std::string_view value) -> Result<ConversationMessage> {
        auto row = decode_row<MessageRow>(value);
        if (!row) return row.error();
        RowKeyReader parts(key);
        parts.id();
        return ConversationMessage{Position{parts.number()}, row->from, row->sent_at,
                                   std::move(row->text)};
      });
  if (!messages) return messages.error();
  result.messages = std::move(messages).value();
  return std::optional<Conversation>{std::move(result)};
}

}  // namespace inmail
