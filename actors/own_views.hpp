#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>

#include "actors/commands.hpp"
#include "actors/decision.hpp"
#include "events/conversation_events.hpp"

namespace inmail {

/// What a party has put on a conversation for itself.
struct ViewMarks {
  bool unread = false;
  bool archived = false;
  bool starred = false;
  std::set<std::uint64_t> tags;  ///< By their keys.

  bool operator==(const ViewMarks&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(unread, archived, starred, tags);
  }
};

/// Of one party; those with no mark are not kept. Part of its state.
using OwnViews = std::map<InMailId, ViewMarks>;

bool is_archived(const OwnViews& views, const InMailId& conversation);
std::size_t footprint(const OwnViews& views);

// Decisions, once it is known that the party has such a conversation.

Decision mark(const OwnViews& views, const MarkUnread& command);
Decision mark(const OwnViews& views, const ArchiveConversation& command);
Decision mark(const OwnViews& views, const StarConversation& command);
Decision mark(const OwnViews& views, const TagConversation& command);
/// To open it again is to have read it.
void add_reading(std::vector<Event>& events, const OwnViews& views, const InMailId& conversation);

void evolve(OwnViews& views, const MarkedUnread& e);
void evolve(OwnViews& views, const Archived& e);
void evolve(OwnViews& views, const Starred& e);
void evolve(OwnViews& views, const Tagged& e);

}  // namespace inmail
