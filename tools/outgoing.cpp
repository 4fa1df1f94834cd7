#include "projections/outgoing.hpp"

#include <iostream>

#include "tools/paged.hpp"
#include "tools/program.hpp"
#include "tools/store_reader.hpp"

namespace inmail::tools {
namespace {

Json item_json(const ScheduledItem& item, const TextReader& texts) {
  return {
      {"inmail", to_json(item.inmail)}, {"sender", to_json(item.sender)},
      {"to", to_json(item.to)},         {"send_at", to_json(item.send_at)},
      {"time_zone", item.time_zone},    {"parent", to_json(item.parent)},
      {"set_aside", item.set_aside},    {"subject", texts(item.subject)},
      {"body", texts(item.body)},
  };
}

Json item_json(const DraftItem& item, const TextReader& texts) {
  return {
      {"draft", to_json(item.draft)},
      {"author", to_json(item.author)},
      {"to", to_json(item.to)},
      {"revision", item.revision},
      {"saved_at", to_json(item.saved_at)},
      {"expires_at", to_json(item.expires_at)},
      {"subject", texts(item.subject)},
      {"body", texts(item.body)},
  };
}

struct OutgoingCommand {
  static constexpr CommandText text{
      .name = "outgoing",
      .does =
          "Prints what a member has written and not sent yet: scheduled InMails and follow-ups, "
          "the next one first; or drafts.",
      .more =
          "Scheduled by the commands schedule_inmail and add_follow_up, kept by save_draft; "
          "\"inmail import STORE --commands\" gives them.",
      .example =
          "inmail outgoing world member:7\n"
          "inmail outgoing world member:7 --drafts"};

  void declare(CLI::App& app) {
    add_store(app, store_);
    add_member(app, member_);
    app.add_flag("--drafts", drafts_, "Drafts, the first that was begun first.");
    add_until(app, until_);
    add_limit(app, limit_);
    add_format(app, format_);
  }

  Finished run() {
    const auto store = StoreReader::open(store_);
    if (!store) return store.error();
    const auto outgoing = store->fold(OutgoingView::name, until_);
    if (!outgoing) return outgoing.error();
    const Rows& rows = outgoing->rows;
    if (drafts_)
      return print_list(*store,
                        {"draft", "author", "to", "revision", "saved_at", "subject", "body"},
                        [&](const PageRequest& page) { return drafts_of(rows, member_, page); });
    return print_list(
        *store, {"inmail", "sender", "to", "send_at", "parent", "set_aside", "subject", "body"},
        [&](const PageRequest& page) { return scheduled_of(rows, member_, page); });
  }

 private:
  template <class Query>
  Finished print_list(const StoreReader& store, std::vector<std::string> columns,
                      const Query& query) const {
    const auto listed = list_pages(limit_, query);
    if (!listed) return no_store(listed.error());
    if (listed->items.empty()) {
      const auto is_known = store.knows(member_);
      if (!is_known) return is_known.error();
      if (!*is_known) return not_in_store(member_, store_);
    }
    const TextReader texts = store.texts();
    RowWriter writer(std::cout, format_, std::move(columns));
    for (const auto& item : listed->items) writer.write(item_json(item, texts));
    writer.finish();
    say_what_is_left(format_, listed->items.size(), listed->has_more);
    return Exit::done;
  }

  std::filesystem::path store_;
  MemberId member_;
  bool drafts_ = false;
  ReplayLimit until_;
  std::uint64_t limit_ = 50;
  Format format_ = Format::table;
};

}  // namespace

void add_outgoing(Program& program) { program.add<OutgoingCommand>(); }

}  // namespace inmail::tools
