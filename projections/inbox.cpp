#include "projections/inbox.hpp"

#include "events/policy.hpp"
#include "projections/paging.hpp"
#include "projections/row_key.hpp"
#include "projections/typed_rows.hpp"

// Rows, by the first byte of their keys:
//
//   c  InMail                             ConversationRow: all that changes
//   t  InMail                             TextsRow: written when it is sent, before it shows
//   anywhere r  InMail                             Text of the answer m  InMail, position
//   MessageRow i  member, ~last activity, InMail     nothing: the order of an inbox s  member,
//   ~sent_at, InMail           SentRow: what a member has sent o  member, InMail MarksRow: a
//   party's own marks g  member, InMail, key                Text of a tag p  policy version Seconds
//   until what was sent is listed as sent, if any

namespace inmail {
namespace {

struct ConversationRow {
  MemberId from;
  MemberId to;
  InboxLifecycle lifecycle = InboxLifecycle::delivered;
  InboxThread thread = InboxThread::awaiting;
  Timestamp sent_at;
  std::optional<Timestamp> delivered_at;
  Timestamp last_activity;
  MemberId last_writer;
  std::uint32_t message_count = 0;
  std::optional<Timestamp> opened_at;
  std::optional<Timestamp> responded_at;
  std::optional<ReplyKind> reply_kind;
  bool canned = false;
  bool is_inmail = true;
  bool at_recipient = false;  ///< Has its place in the order of that inbox.
  bool at_sender = false;
  std::optional<Timestamp> in_inbox_until;  ///< Of the sender, as long as nobody answers.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(from, to, lifecycle, thread, sent_at, delivered_at, last_activity, last_writer,
            message_count, opened_at, responded_at, reply_kind, canned, is_inmail, at_recipient,
            at_sender, in_inbox_until);
  }

  bool was_talked_in() const { return responded_at || message_count > 1 || !is_inmail; }
};

struct SentRow {
  MemberId to;
  std::optional<Timestamp> listed_from;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(to, listed_from);
  }
};

struct MarksRow {
  bool unread = false;
  bool archived = false;
  bool starred = false;

  bool operator==(const MarksRow&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(unread, archived, starred);
  }
};

struct TextsRow {
  Text subject;
  Text body;
  Text signature;
  std::vector<Attachment> attachments;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(subject, body, signature, attachments);
  }
};

struct MessageRow {
  MemberId from;
  Timestamp sent_at;
  Text text;
  bool automatic = false;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(from, sent_at, text, automatic);
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

RowKey sent_prefix(MemberId member) { return RowKey('s').add(member); }
RowKey marks_key(MemberId member, const InMailId& id) { return RowKey('o').add(member).add(id); }
RowKey tags_prefix(MemberId member, const InMailId& id) { return RowKey('g').add(member).add(id); }
RowKey holder_key(SeatId seat) { return RowKey('h').add(seat); }
RowKey policy_key(PolicyVersion version) { return RowKey('p').add(version); }

void show_to_recipient(Rows& rows, const InMailId& id, ConversationRow& row) {
  if (!row.at_recipient) rows.insert(order_key(row.to, row.last_activity, id), {});
  row.at_recipient = true;
}

void show_to_sender(Rows& rows, const InMailId& id, ConversationRow& row) {
  if (!row.at_sender) rows.insert(order_key(row.from, row.last_activity, id), {});
  row.at_sender = true;
}

void hide_from_recipient(Rows& rows, const InMailId& id, ConversationRow& row) {
  if (row.at_recipient) rows.erase(order_key(row.to, row.last_activity, id));
  row.at_recipient = false;
}

/// Moves a conversation up in the inboxes that show it.
void note_activity(Rows& rows, const InMailId& id, ConversationRow& row, MemberId writer,
                   Timestamp at) {
  if (at != row.last_activity) {
    if (row.at_recipient) rows.erase(order_key(row.to, row.last_activity, id));
    if (row.at_recipient) rows.insert(order_key(row.to, at, id), {});
    if (row.at_sender) rows.erase(order_key(row.from, row.last_activity, id));
    if (row.at_sender) rows.insert(order_key(row.from, at, id), {});
  }
  row.last_activity = at;
  row.last_writer = writer;
  ++row.message_count;
}

template <class Change>
void change(Rows& rows, const InMailId& id, const Change& apply) {
  auto row = fold_row<ConversationRow>(rows, conversation_key(id));
  if (!row) return;
  apply(*row);
  put_row(rows, conversation_key(id), *row);
}

void on(Rows& rows, const RecordHeader&, const PolicyAdopted& e) {
  const auto policy = parse_policy(e.document, e.name);
  invariant(policy.ok(), "a policy document on record cannot be read");
  const Seconds after = policy->sent.visible_after_s;
  if (after.count() > 0) put_row(rows, policy_key(e.version), std::int64_t{after.count()});
}

void on(Rows& rows, const RecordHeader& header, const InMailSent& e) {
  insert_row(rows, texts_key(e.inmail), TextsRow{e.subject, e.body, e.signature, e.attachments});
  SentRow sent{e.to, {}};
  if (const auto after = fold_row<std::int64_t>(rows, policy_key(header.policy)))
    sent.listed_from = header.due_at + Seconds{*after};
  insert_row(rows, sent_prefix(e.from).add_descending(header.due_at).add(e.inmail), sent);
  if (!sent.listed_from) return;
  ConversationRow row{.from = e.from, .to = e.to};
  row.lifecycle = InboxLifecycle::sent;
  row.sent_at = header.due_at;
  row.last_activity = header.due_at;
  row.last_writer = e.from;
  row.message_count = 1;
  row.in_inbox_until = sent.listed_from;
  show_to_sender(rows, e.inmail, row);
  put_row(rows, conversation_key(e.inmail), row);
}

/// As it arrives, whether or not its sender's inbox shows it already.
ConversationRow arrival_of(Rows& rows, const InMailRef& ref, MemberId to) {
  if (auto known = fold_row<ConversationRow>(rows, conversation_key(ref.inmail))) return *known;
  ConversationRow row{.from = ref.from, .to = to};
  row.sent_at = ref.sent_at;
  row.last_activity = ref.sent_at;
  return row;
}

void on(Rows& rows, const RecordHeader& header, const InMailDelivered& e) {
  ConversationRow row = arrival_of(rows, e.ref, header.stream.member());
  row.lifecycle = InboxLifecycle::delivered;
  row.delivered_at = header.time;
  row.message_count = 0;
  note_activity(rows, e.ref.inmail, row, row.from, header.time);
  show_to_recipient(rows, e.ref.inmail, row);
  put_row(rows, conversation_key(e.ref.inmail), row);
}

void on(Rows& rows, const RecordHeader& header, const InMailFailed& e) {
  ConversationRow row = arrival_of(rows, e.ref, header.stream.member());
  row.lifecycle = InboxLifecycle::failed;
  put_row(rows, conversation_key(e.ref.inmail), row);
}

void on(Rows& rows, const RecordHeader& header, const Opened& e) {
  change(rows, e.ref.inmail, [&](ConversationRow& row) { row.opened_at = header.time; });
}

void on(Rows& rows, const RecordHeader& header, const Replied& e) {
  const InMailId& id = e.ref.inmail;
  change(rows, id, [&](ConversationRow& row) {
    row.responded_at = header.time;
    row.reply_kind = e.kind;
    row.canned = e.canned;
    const bool silent = e.kind == ReplyKind::decline && e.canned;
    row.thread = silent ? InboxThread::closed : InboxThread::open;
    note_activity(rows, id, row, row.to, header.time);
    show_to_sender(rows, id, row);
    if (!e.text.empty()) insert_row(rows, reply_key(id), e.text);
  });
}

void on(Rows& rows, const RecordHeader&, const Expired& e) {
  change(rows, e.ref.inmail, [&](ConversationRow& row) {
    row.lifecycle = InboxLifecycle::expired;
    if (e.effect == ExpiryEffect::hide) hide_from_recipient(rows, e.ref.inmail, row);
  });
}

void on(Rows& rows, const RecordHeader&, const InMailRetracted& e) {
  change(rows, e.ref.inmail, [&](ConversationRow& row) {
    row.lifecycle = InboxLifecycle::retracted;
    if (!e.leaves_mark) hide_from_recipient(rows, e.ref.inmail, row);
  });
  rows.erase(texts_key(e.ref.inmail));
}

void on(Rows& rows, const RecordHeader&, const InMailHiddenFromRecipient& e) {
  change(rows, e.ref.inmail,
         [&](ConversationRow& row) { hide_from_recipient(rows, e.ref.inmail, row); });
}

void on(Rows& rows, const RecordHeader& header, const MessageSent& e) {
  const InMailId& id = e.conversation;
  if (direct_between(id) && !rows.get(conversation_key(id))) {
    ConversationRow first{.from = e.from, .to = e.to};
    first.thread = InboxThread::open;
    first.sent_at = header.time;
    first.delivered_at = header.time;
    first.last_activity = header.time;
    first.is_inmail = false;
    show_to_recipient(rows, id, first);
    put_row(rows, conversation_key(id), first);
  }
  change(rows, id, [&](ConversationRow& row) {
    if (e.from == row.to && !e.automatic) row.thread = InboxThread::open;
    note_activity(rows, id, row, e.from, header.time);
    show_to_sender(rows, id, row);
    insert_row(rows, messages_prefix(id).add(header.position),
               MessageRow{e.from, header.time, e.text, e.automatic});
  });
}

void on(Rows& rows, const RecordHeader& header, const SeatOpened& e) {
  put_row(rows, holder_key(header.stream.seat()), e.holder);
}

/// Who has put a mark: a seat does so for its holder.
MemberId owner_of(const Rows& rows, StreamId party) {
  if (party.kind() == StreamKind::member) return party.member();
  return fold_row<MemberId>(rows, holder_key(party.seat())).value_or(MemberId{});
}

/// Its sender finds it among what was sent, without its texts; unless it never was.
void on(Rows& rows, const RecordHeader& header, const InMailCancelled& e) {
  if (!rows.get(texts_key(e.inmail))) return;
  ConversationRow row{.from = owner_of(rows, header.stream), .to = e.to};
  if (auto known = fold_row<ConversationRow>(rows, conversation_key(e.inmail))) row = *known;
  if (row.at_sender) rows.erase(order_key(row.from, row.last_activity, e.inmail));
  row.at_sender = false;
  row.lifecycle = InboxLifecycle::cancelled;
  put_row(rows, conversation_key(e.inmail), row);
  rows.erase(texts_key(e.inmail));
}

template <class Change>
void change_marks(Rows& rows, const RecordHeader& header, const InMailId& id, const Change& apply) {
  const RowKey key = marks_key(owner_of(rows, header.stream), id);
  MarksRow marks = fold_row<MarksRow>(rows, key).value_or(MarksRow{});
  apply(marks);
  if (marks == MarksRow{})
    rows.erase(key);
  else
    put_row(rows, key, marks);
}

void on(Rows& rows, const RecordHeader& header, const MarkedUnread& e) {
  change_marks(rows, header, e.conversation, [&](MarksRow& marks) { marks.unread = e.unread; });
}

void on(Rows& rows, const RecordHeader& header, const Archived& e) {
  change_marks(rows, header, e.conversation, [&](MarksRow& marks) { marks.archived = e.archived; });
}

void on(Rows& rows, const RecordHeader& header, const Starred& e) {
  change_marks(rows, header, e.conversation, [&](MarksRow& marks) { marks.starred = e.starred; });
}

void on(Rows& rows, const RecordHeader& header, const Tagged& e) {
  const MemberId owner = owner_of(rows, header.stream);
  const RowKey key = tags_prefix(owner, e.conversation).add(e.key);
  if (e.tagged)
    put_row(rows, key, e.tag);
  else
    rows.erase(key);
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
  item.is_inmail = row.is_inmail;
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
    item.signature = std::move((*texts)->signature);
    item.attachments = std::move((*texts)->attachments);
  }
  if (!item.responded_at) return {};
  auto reply = read_row<Text>(rows, reply_key(item.conversation));
  if (!reply) return reply.error();
  if (*reply) item.reply = std::move(**reply);
  return {};
}

Status read_marks(const Rows& rows, InboxItem& item) {
  auto marks = read_row<MarksRow>(rows, marks_key(item.owner, item.conversation));
  if (!marks) return marks.error();
  if (*marks) {
    item.unread = item.unread || (*marks)->unread;
    item.archived = (*marks)->archived;
    item.starred = (*marks)->starred;
  }
  const PageRequest all{.limit = page_limit_max, .after = {}};
  auto tags = read_page<Text>(rows, tags_prefix(item.owner, item.conversation), all);
  if (!tags) return tags.error();
  item.tags = std::move(tags->items);
  return {};
}

Result<InboxItem> complete(const Rows& rows, InboxItem item) {
  if (auto status = read_texts(rows, item); !status) return status.error();
  if (auto status = read_marks(rows, item); !status) return status.error();
  return item;
}

/// Nothing if `owner` has no such conversation in the inbox.
Result<std::optional<InboxItem>> read_item(const Rows& rows, const InMailId& id, MemberId owner,
                                           Timestamp now) {
  auto row = read_row<ConversationRow>(rows, conversation_key(id));
  if (!row) return row.error();
  if (!*row) return std::optional<InboxItem>{};
  const ConversationRow& known = **row;
  const bool is_fresh = owner == known.from && !known.was_talked_in() && known.in_inbox_until &&
                        now < *known.in_inbox_until;
  const bool shows_to_sender = owner == known.from && known.at_sender;
  const bool shows = (owner == known.to && known.at_recipient) ||
                     (shows_to_sender && (known.was_talked_in() || is_fresh));
  if (!shows) return std::optional<InboxItem>{};
  InboxItem item = item_of(id, owner, known);
  item.unread = item.unread || is_fresh;
  auto read = complete(rows, std::move(item));
  if (!read) return read.error();
  return std::optional<InboxItem>{std::move(read).value()};
}

bool passes(const InboxFilter& filter, const InboxItem& item) {
  return filter.archived.value_or(item.archived) == item.archived &&
         filter.starred.value_or(item.starred) == item.starred &&
         filter.unread.value_or(item.unread) == item.unread;
}

/// What was sent, where no conversation has begun of it yet.
struct SentEntry {
  InMailId inmail;
  Timestamp sent_at;
  SentRow row;
};

Result<SentEntry> to_sent(std::string_view key, std::string_view value) {
  auto row = decode_row<SentRow>(value);
  if (!row) return row.error();
  RowKeyReader parts(key);
  parts.number();
  const auto sent_at = timestamp_from_ms(static_cast<std::int64_t>(parts.descending()));
  return SentEntry{InMailId{parts.id()}, sent_at, *row};
}

InboxItem item_of(const SentEntry& entry, MemberId owner) {
  ConversationRow row{.from = owner, .to = entry.row.to};
  row.lifecycle = InboxLifecycle::sent;
  row.sent_at = entry.sent_at;
  row.last_activity = entry.sent_at;
  row.last_writer = owner;
  row.message_count = 1;
  return item_of(entry.inmail, owner, row);
}

}  // namespace

void InboxView::apply(Rows& rows, const Record& record) {
  std::visit([&](const auto& event) { on(rows, record.header, event); }, record.event);
}

Result<Page<InboxItem>> inbox_of(const Rows& rows, MemberId member, const PageRequest& page,
                                 const InboxFilter& filter) {
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
    auto item = read_item(rows, id, member, filter.now);
    if (!item) return item.error();
    if (*item && passes(filter, **item)) result.items.push_back(std::move(**item));
  }
  return result;
}

Result<Page<InboxItem>> sent_of(const Rows& rows, MemberId member, const PageRequest& page,
                                const InboxFilter& filter) {
  auto sent = read_page<SentEntry>(rows, sent_prefix(member), page, to_sent);
  if (!sent) return sent.error();

  Page<InboxItem> result{{}, std::move(sent->next)};
  for (const SentEntry& entry : sent->items) {
    auto row = read_row<ConversationRow>(rows, conversation_key(entry.inmail));
    if (!row) return row.error();
    const bool was_talked_in = *row && (*row)->was_talked_in();
    if (!was_talked_in && entry.row.listed_from && filter.now < *entry.row.listed_from) continue;
    auto item =
        complete(rows, *row ? item_of(entry.inmail, member, **row) : item_of(entry, member));
    if (!item) return item.error();
    item->sent_at = entry.sent_at;
    if (passes(filter, *item)) result.items.push_back(std::move(*item));
  }
  return result;
}

Result<std::optional<Conversation>> read_conversation(const Rows& rows,
                                                      const InMailId& conversation, MemberId reader,
                                                      const PageRequest& page) {
  auto item = read_item(rows, conversation, reader, Timestamp::max());
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
                                   std::move(row->text), row->automatic};
      });
  if (!messages) return messages.error();
  result.messages = std::move(messages).value();
  return std::optional<Conversation>{std::move(result)};
}

}  // namespace inmail
