#include "projections/inbox.hpp"

#include <algorithm>
#include <iostream>

#include "tools/paged.hpp"
#include "tools/program.hpp"
#include "tools/store_reader.hpp"

namespace inmail::tools {
namespace {

Json tags_json(const InboxItem& item, const TextReader& texts) {
  Json tags = Json::array();
  for (const Text& tag : item.tags) tags.push_back(texts(tag));
  return tags;
}

Json item_json(const InboxItem& item, const TextReader& texts) {
  return {
      {"conversation", to_json(item.conversation)},
      {"other", to_json(item.other)},
      {"from", to_json(item.from)},
      {"lifecycle", to_json(item.lifecycle)},
      {"thread", to_json(item.thread)},
      {"unread", item.unread},
      {"archived", item.archived},
      {"starred", item.starred},
      {"tags", tags_json(item, texts)},
      {"messages", item.message_count},
      {"last_activity", to_json(item.last_activity)},
      {"sent_at", to_json(item.sent_at)},
      {"delivered_at", to_json(item.delivered_at)},
      {"opened_at", to_json(item.opened_at)},
      {"responded_at", to_json(item.responded_at)},
      {"reply_kind", to_json(item.reply_kind)},
      {"canned", item.canned},
      {"is_inmail", item.is_inmail},
      {"subject", texts(item.subject)},
      {"body", texts(item.body)},
      {"signature", texts(item.signature)},
      {"attachments", to_json(item.attachments, texts)},
      {"reply", texts(item.reply)},
  };
}

std::optional<InMailId> inmail_from_text(std::string_view text) {
  constexpr std::string_view prefix = "inmail:";
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  const auto bytes = id_bytes_from_text(text);
  return bytes ? std::optional(InMailId{*bytes}) : std::nullopt;
}

struct InboxCommand {
  static constexpr CommandText text{
      .name = "inbox",
      .does =
          "Prints a member's conversations, those with the newest activity first; or what the "
          "member has sent.",
      .example = "inmail inbox world member:7 --unread --tag later"};

  void declare(CLI::App& app) {
    add_store(app, store_);
    add_member(app, member_);
    add_read(app, "--conversation", conversation_, inmail_from_text, "32 hexadecimal digits",
             "Only this one, with its messages.")
        ->type_name("ID");
    app.add_flag("--sent", sent_, "What the member has sent, newest first.");
    app.add_flag("--archived", archived_, "What is archived, which is left out otherwise.");
    app.add_flag("--unread", unread_, "Only what is unread.");
    app.add_flag("--starred", starred_, "Only what is starred.");
    app.add_option("--tag", tag_, "Only what is tagged so.")->type_name("WORDS");
    add_read(app, "--at", at_, timestamp_from_text, "a time like 2026-01-31T12:00:00Z",
             "When it is read: for a while, what was just sent stands in its sender's inbox.")
        ->type_name("TIME");
    add_until(app, until_);
    add_limit(app, limit_);
    add_format(app, format_);
  }

  Finished run() {
    const auto store = StoreReader::open(store_);
    if (!store) return store.error();
    const auto inbox = store->fold(InboxView::name, until_);
    if (!inbox) return inbox.error();
    return conversation_ ? print_conversation(*store, inbox->rows)
                         : print_inbox(*store, inbox->rows);
  }

 private:
  Finished print_inbox(const StoreReader& store, const Rows& rows) const {
    const TextReader texts = store.texts();
    const auto listed =
        list_pages(limit_, [&](const PageRequest& page) { return page_of(rows, page, texts); });
    if (!listed) return no_store(listed.error());
    if (listed->items.empty()) {
      const auto is_known = store.knows(member_);
      if (!is_known) return is_known.error();
      if (!*is_known) return not_in_store(member_, store_);
    }
    RowWriter writer(std::cout, format_,
                     {"conversation", "other", "from", "thread", "unread", "messages",
                      "last_activity", "subject", "body"});
    for (const InboxItem& item : listed->items) writer.write(item_json(item, texts));
    writer.finish();
    say_what_is_left(format_, listed->items.size(), listed->has_more);
    return Exit::done;
  }

  Result<Page<InboxItem>> page_of(const Rows& rows, const PageRequest& request,
                                  const TextReader& texts) const {
    InboxFilter filter{.archived = archived_};
    if (sent_ && !archived_) filter.archived.reset();
    if (starred_) filter.starred = true;
    if (unread_) filter.unread = true;
    if (at_) filter.now = *at_;
    auto page =
        sent_ ? sent_of(rows, member_, request, filter) : inbox_of(rows, member_, request, filter);
    if (!page || tag_.empty()) return page;
    std::erase_if(page->items, [&](const InboxItem& item) {
      return std::none_of(item.tags.begin(), item.tags.end(),
                          [&](const Text& tag) { return texts(tag) == tag_; });
    });
    return page;
  }

  Finished print_conversation(const StoreReader& store, const Rows& rows) const {
    std::optional<InboxItem> item;
    const auto listed =
        list_pages(limit_, [&](const PageRequest& page) { return messages_of(rows, page, item); });
    if (!listed) return no_store(listed.error());
    if (!item)
      return answer_is_no(to_text(StreamId(member_)) + " has no conversation " +
                          to_text(*conversation_));
    const TextReader texts = store.texts();
    Report report{.facts = item_json(*item, texts), .listings = {}};
    Listing messages{
        .name = "messages_since", .columns = {"position", "sent_at", "from", "text"}, .rows = {}};
    for (const ConversationMessage& each : listed->items)
      messages.rows.push_back({{"position", to_json(each.position)},
                               {"sent_at", to_json(each.sent_at)},
                               {"from", to_json(each.from)},
                               {"text", texts(each.text)}});
    report.listings.push_back(std::move(messages));
    print(std::cout, format_, report);
    say_what_is_left(format_, listed->items.size(), listed->has_more);
    return Exit::done;
  }

  Result<Page<ConversationMessage>> messages_of(const Rows& rows, const PageRequest& page,
                                                std::optional<InboxItem>& item) const {
    auto conversation = read_conversation(rows, *conversation_, member_, page);
    if (!conversation) return conversation.error();
    if (!*conversation) return Page<ConversationMessage>{};
    item = (*conversation)->item;
    return std::move((*conversation)->messages);
  }

  std::filesystem::path store_;
  MemberId member_;
  std::optional<InMailId> conversation_;
  bool sent_ = false;
  bool archived_ = false;
  bool unread_ = false;
  bool starred_ = false;
  std::string tag_;
  std::optional<Timestamp> at_;
  ReplayLimit until_;
  std::uint64_t limit_ = 50;
  Format format_ = Format::table;
};

}  // namespace

void add_inbox(Program& program) { program.add<InboxCommand>(); }

}  // namespace inmail::tools
