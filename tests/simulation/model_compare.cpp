#include <map>

#include "projections/credits.hpp"
#include "projections/inbox.hpp"
#include "projections/outgoing.hpp"
#include "tests/simulation/model.hpp"

// What users see, beside what the model has.

namespace inmail::sim {

Status Model::compare(Engine& engine) {
  if (const Status credits = compare_credits(engine); !credits) return credits;
  if (const Status inboxes = compare_inboxes(engine); !inboxes) return inboxes;
  if (const Status outgoing = compare_outgoing(engine); !outgoing) return outgoing;
  return compare_texts(engine);
}

/// What each of them has scheduled, in the order of its times, and the drafts.
Status Model::compare_outgoing(Engine& engine) {
  std::map<MemberId, std::map<std::pair<Timestamp, InMailId>, StreamId>> expected;
  for (const auto& [id, mail] : mails_)
    if (mail.stage == Stage::scheduled) expected[mail.from][{mail.send_at, id}] = mail.sender;
  std::map<MemberId, std::map<DraftId, std::uint32_t>> kept;
  for (const auto& [author, drafts] : drafts_) {
    const MemberId person =
        author.kind() == StreamKind::seat ? seats_[author.seat()].holder : author.member();
    kept[person].insert(drafts.begin(), drafts.end());
  }
  const PageRequest all{.limit = page_limit_max, .after = {}};
  for (const auto& [member, person] : people_) {
    std::map<std::pair<Timestamp, InMailId>, StreamId> scheduled;
    std::map<DraftId, std::uint32_t> drafts;
    const auto read = [&](const Rows& rows) -> Status {
      const auto items = scheduled_of(rows, member, all);
      if (!items) return items.error();
      for (const ScheduledItem& each : items->items)
        scheduled[{each.send_at, each.inmail}] = each.sender;
      const auto texts = drafts_of(rows, member, all);
      if (!texts) return texts.error();
      for (const DraftItem& each : texts->items) drafts[each.draft] = each.revision;
      return {};
    };
    const auto done = engine.query(OutgoingView::name, {engine.head()}, read);
    if (!done) return done.error();
    if (!*done) return *done;
    const std::string whose = "model: " + to_text(StreamId{member}) + " sees ";
    if (scheduled != expected[member]) findings_.push_back(whose + "other InMails scheduled");
    if (drafts != kept[member]) findings_.push_back(whose + "other drafts");
  }
  return {};
}

Status Model::compare_credits(Engine& engine) {
  for (const auto& [owner, account] : accounts_) {
    auto balance = engine.query(CreditsView::name, {engine.head()},
                                [&](const Rows& rows) { return credit_balance(rows, owner); });
    if (!balance) return balance.error();
    if (!*balance) return balance->error();
    const auto seen = static_cast<std::int64_t>((*balance)->buckets.available);
    if (seen != account.available())
      findings_.push_back("model: " + to_text(owner) + " sees " + std::to_string(seen) +
                          " credits and has " + std::to_string(account.available()));
  }
  return {};
}

Status Model::compare_inboxes(Engine& engine) {
  for (const auto& [member, person] : people_) {
    std::map<InMailId, const Mail*> expected;
    for (const auto& [id, mail] : mails_) {
      if (mail.to == member && mail.has_arrived() && !mail.hidden) expected[id] = &mail;
      if (mail.from == member && (mail.reply || mail.messages > 0)) expected[id] = &mail;
    }
    for (const auto& [id, messages] : direct_) {
      const auto pair = *direct_between(id);
      if (pair.first == member || pair.second == member) expected[id] = nullptr;
    }
    const PageRequest all{.limit = page_limit_max, .after = {}};
    auto page = engine.query(InboxView::name, {engine.head()},
                             [&](const Rows& rows) { return inmail::inbox_of(rows, member, all); });
    if (!page) return page.error();
    if (!*page) return page->error();
    const std::string whose = "model: in the inbox of " + to_text(StreamId{member}) + " ";
    for (const InboxItem& item : (*page)->items) {
      const auto found = expected.find(item.conversation);
      if (found == expected.end()) {
        findings_.push_back(whose + "stands what does not belong there");
        continue;
      }
      if (const Mail* mail = found->second)
        compare_item(whose, item, *mail);
      else if (item.is_inmail || item.message_count != direct_.at(item.conversation))
        findings_.push_back(whose + "a conversation of connections is not as it was led");
      compare_marks(whose, item,
                    found->second && item.owner == found->second->from ? found->second->sender
                                                                       : StreamId{item.owner});
      expected.erase(found);
    }
    for (const auto& [id, mail] : expected)
      findings_.push_back(whose + to_text(id) + " is missing");
  }
  return {};
}

void Model::compare_item(const std::string& whose, const InboxItem& item, const Mail& mail) {
  const bool same = item.is_inmail && item.from == mail.from && item.reply_kind == mail.reply &&
                    item.message_count == 1 + (mail.reply ? 1U : 0U) + mail.messages &&
                    (item.owner != mail.to || item.opened_at.has_value() == mail.opened);
  if (!same) findings_.push_back(whose + "a conversation is not as it was led");
}

void Model::compare_marks(const std::string& whose, const InboxItem& item, StreamId party) {
  const Marks& marks = views_[party][item.conversation];
  const bool same = item.archived == marks.archived && item.starred == marks.starred &&
                    item.tags.size() == marks.tags.size() && (item.unread || !marks.unread);
  if (!same) findings_.push_back(whose + "a conversation is not marked as its owner did");
}

Status Model::compare_texts(Engine& engine) {
  const auto compare = [&](const Text& kept, const Text& written, MemberId reader) -> Status {
    if (kept.empty() && written.empty()) return {};
    const bool is_reader_gone = people_[reader].received_erased;
    if (kept.reader() ? *kept.reader() != reader : !is_reader_gone)
      findings_.push_back("model: a text is not sealed for whom it was written to");
    auto opened = engine.open_text(kept);
    if (!opened) return opened.error();
    if (is_erased(kept.author()) || (kept.reader() && is_reader_gone)) {
      if (*opened) findings_.push_back("model: what was erased can be read");
      return {};
    }
    if (!*opened || **opened != written.plain())
      findings_.push_back("model: a text reads otherwise than it was written");
    return {};
  };
  for (const auto& [id, mail] : mails_) {
    if (!mail.letter) continue;
    if (const Status subject = compare(mail.subject, mail.letter->subject, mail.to); !subject)
      return subject;
    if (const Status body = compare(mail.body, mail.letter->body, mail.to); !body) return body;
    if (!mail.answer) continue;
    if (const Status reply = compare(mail.answer_text, mail.answer->text, mail.from); !reply)
      return reply;
  }
  for (const auto& [member, person] : people_)
    if (person.erased && !person.key_destroyed)
      findings_.push_back("model: the key of " + to_text(StreamId{member}) + " is still there");
  for (const auto& [member, person] : people_)
    if (person.received_erased && !person.received_key_destroyed)
      findings_.push_back("model: what " + to_text(StreamId{member}) + " received has its key");
  return {};
}

}  // namespace inmail::sim
