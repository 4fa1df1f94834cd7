#include <array>

#include "projections/audit_rules.hpp"

// What must hold of conversations, and of what each party makes of its own view of them.

namespace inmail::auditing {
namespace {

// IM9.

bool was_ever_connected(const StreamState* one, MemberId other) {
  return one != nullptr && one->connections.contains(other);
}

/// The writer looks at what the other's actor has published, which may be old; so it is enough that
/// the two were connected at some time.
bool may_write_directly(const Step& step, const MessageSent& e) {
  const auto pair = direct_between(e.conversation);
  const std::pair<MemberId, MemberId> two = std::minmax(e.from, e.to);
  const bool is_theirs = pair == two && step.header.stream == StreamId{e.from};
  return is_theirs && (was_ever_connected(&step.stream, e.to) ||
                       was_ever_connected(step.world.find_stream(e.to), e.from));
}

/// Before there is an answer, only a machine writes.
bool may_write_automatically(const Step& step, const MessageSent& e) {
  const InMail* inmail = step.world.find(e.conversation);
  const Policy* pinned =
      inmail == nullptr ? nullptr : step.world.policy(PolicyVersion{inmail->pinned});
  return pinned != nullptr && !pinned->refund.count_auto_reply && !inmail->hidden &&
         (inmail->stage == Stage::delivered || inmail->stage == Stage::expired) &&
         inmail->response == 0 && StreamId{inmail->to} == step.header.stream &&
         e.from == inmail->to && e.to == inmail->from;
}

bool may_write_in(const Step& step, const Thread& thread, const MessageSent& e) {
  if (thread.is_mark) return false;
  if (StreamId{thread.to} == step.header.stream) return e.from == thread.to && e.to == thread.from;
  return thread.sender == step.header.stream && e.from == thread.from && e.to == thread.to &&
         thread.is_told && !(thread.is_closed || (thread.is_reopened && !thread.is_retold));
}

void check_message(const Step& step, const MessageSent& e, Verdict& verdict) {
  const Thread* thread = step.world.thread(e.conversation);
  const bool may = e.automatic                      ? may_write_automatically(step, e)
                   : direct_between(e.conversation) ? may_write_directly(step, e)
                                                    : thread && may_write_in(step, *thread, e);
  verdict.check(may, step.header.stream, " wrote to member:", e.to, " in ", e.conversation,
                ", where it may not");
  verdict.check(e.automatic || !step.stream.blocked.contains(e.to), step.header.stream,
                " wrote to member:", e.to, ", whom it blocks");
}

void check_reopening(const Step& step, const ConversationReopened& e, Verdict& verdict) {
  const Thread* thread = step.world.thread(e.conversation);
  if (!verdict.check(thread != nullptr && thread->sender == e.sender && thread->to == e.by,
                     e.conversation, " was opened again, and had not been declined"))
    return;
  const bool is_in_turn =
      e.learned
          ? thread->is_reopened && !thread->is_retold && step.header.stream == thread->sender
          : thread->is_closed && !thread->is_mark && step.header.stream == StreamId{thread->to};
  verdict.check(is_in_turn, e.conversation, " was opened again in ", step.header.stream,
                ", where it was not closed");
}

void threads_are_open(const Step& step, Verdict& verdict) {
  if (const auto* e = std::get_if<MessageSent>(&step.event)) check_message(step, *e, verdict);
  if (const auto* e = std::get_if<ConversationReopened>(&step.event))
    check_reopening(step, *e, verdict);
}

void reopenings_are_told(const World& world, Timestamp since, Verdict& verdict) {
  world.each_thread([&](const InMailId& id, const Thread& thread) {
    if (!thread.is_reopened || thread.is_retold) return;
    verdict.at(thread.reopened_position, StreamId{thread.to})
        .check(thread.reopened_at >= since, id, " was opened again, and its sender never told");
  });
}

// IM10.

bool is_party(const Step& step, const InMailId& id) {
  const StreamId stream = step.header.stream;
  if (const auto pair = direct_between(id))
    return stream == StreamId{pair->first} || stream == StreamId{pair->second};
  if (const Thread* thread = step.world.thread(id))
    return stream == StreamId{thread->to} || stream == thread->sender;
  const InMail* inmail = step.world.find(id);
  return inmail != nullptr && inmail->is_sent() &&
         (stream == inmail->sender || (stream == StreamId{inmail->to} && inmail->was_delivered()));
}

void check_mark(const Step& step, const InMailId& id, bool was, bool is, Verdict& verdict) {
  verdict.check(was != is, step.header.stream, " put a mark on ", id, " that it had, or took one ",
                "off that it had not");
  verdict.check(is_party(step, id), step.header.stream, " put a mark on ", id,
                ", of which it is no party");
}

void check_automatic(const Step& step, const Archived& e, Verdict& verdict) {
  if (!e.automatic || step.policy == nullptr) return;
  const InboxPolicy& rule = step.policy->inbox;
  const bool is_full = rule.overflow == InboxOverflow::archive_oldest &&
                       rule.max_conversations > 0 &&
                       step.stream.conversations >= rule.max_conversations;
  verdict.check(is_full && e.archived, e.conversation,
                " was archived to make room, in an inbox of ", step.stream.conversations);
}

void marks_are_own(const Step& step, Verdict& verdict) {
  static const Marks none;
  const auto of = [&](const InMailId& id) -> const Marks& {
    const auto found = step.stream.marks.find(id);
    return found == step.stream.marks.end() ? none : found->second;
  };
  std::visit(match{
                 [&](const MarkedUnread& e) {
                   check_mark(step, e.conversation, of(e.conversation).unread, e.unread, verdict);
                 },
                 [&](const Archived& e) {
                   const bool was = of(e.conversation).archived;
                   check_mark(step, e.conversation, was, e.archived, verdict);
                   check_automatic(step, e, verdict);
                 },
                 [&](const Starred& e) {
                   check_mark(step, e.conversation, of(e.conversation).starred, e.starred, verdict);
                 },
                 [&](const Tagged& e) {
                   const bool was = of(e.conversation).tags.contains(e.key);
                   check_mark(step, e.conversation, was, e.tagged, verdict);
                 },
                 [](const auto&) {},
             },
             step.event);
}

constexpr std::array rules{
    Rule{"IM9", "who writes in a conversation may, and who may again is told", threads_are_open,
         nullptr, reopenings_are_told},
    Rule{"IM10", "a party's marks are its own, and an inbox is cleared only when it is full",
         marks_are_own},
};

}  // namespace

std::span<const Rule> thread_rules() { return rules; }

}  // namespace inmail::auditing
