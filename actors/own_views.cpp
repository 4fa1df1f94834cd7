#include "actors/own_views.hpp"

#include "actors/footprint.hpp"

namespace inmail {
namespace {

const ViewMarks& marks_of(const OwnViews& views, const InMailId& conversation) {
  static const ViewMarks none;
  const auto found = views.find(conversation);
  return found == views.end() ? none : found->second;
}

template <class Change>
void change(OwnViews& views, const InMailId& conversation, Change&& apply) {
  ViewMarks& marks = views[conversation];
  const ViewMarks before = marks;
  apply(marks);
  invariant(marks != before, "a mark is set once, or taken off once");
  if (marks == ViewMarks{}) views.erase(conversation);
}

}  // namespace

bool is_archived(const OwnViews& views, const InMailId& conversation) {
  return marks_of(views, conversation).archived;
}

std::size_t footprint(const OwnViews& views) { return footprint_of(views, sizeof(std::uint64_t)); }

Decision mark(const OwnViews& views, const MarkUnread& command) {
  const InMailId& id = command.view.conversation;
  if (marks_of(views, id).unread == command.unread) return Decision::accept();
  return Decision::happened(MarkedUnread{id, command.unread});
}

Decision mark(const OwnViews& views, const ArchiveConversation& command) {
  const InMailId& id = command.view.conversation;
  if (marks_of(views, id).archived == command.archived) return Decision::accept();
  return Decision::happened(Archived{.conversation = id, .archived = command.archived});
}

Decision mark(const OwnViews& views, const StarConversation& command) {
  const InMailId& id = command.view.conversation;
  if (marks_of(views, id).starred == command.starred) return Decision::accept();
  return Decision::happened(Starred{id, command.starred});
}

Decision mark(const OwnViews& views, const TagConversation& command) {
  const InMailId& id = command.view.conversation;
  if (marks_of(views, id).tags.contains(command.key) == command.tagged) return Decision::accept();
  return Decision::happened(Tagged{id, command.tag, command.key, command.tagged});
}

void add_reading(std::vector<Event>& events, const OwnViews& views, const InMailId& conversation) {
  if (marks_of(views, conversation).unread) events.emplace_back(MarkedUnread{conversation, false});
}

void evolve(OwnViews& views, const MarkedUnread& e) {
  change(views, e.conversation, [&](ViewMarks& marks) { marks.unread = e.unread; });
}
void evolve(OwnViews& views, const Archived& e) {
  change(views, e.conversation, [&](ViewMarks& marks) { marks.archived = e.archived; });
}
void evolve(OwnViews& views, const Starred& e) {
  change(views, e.conversation, [&](ViewMarks& marks) { marks.starred = e.starred; });
}
void evolve(OwnViews& views, const Tagged& e) {
  change(views, e.conversation, [&](ViewMarks& marks) {
    if (e.tagged)
      marks.tags.insert(e.key);
    else
      marks.tags.erase(e.key);
  });
}

}  // namespace inmail
