#pragma once

#include <map>
#include <optional>
#include <vector>

#include "actors/commands.hpp"
#include "actors/decision.hpp"
#include "actors/dispatch_machines.hpp"
#include "events/dispatch_events.hpp"

namespace inmail {

/// What a decision has to know of a draft. Its texts stand in the log only.
struct Draft {
  std::uint32_t revision = 0;
  std::optional<Timestamp> expires_at{};

  bool operator==(const Draft&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(revision, expires_at);
  }
};

/// The drafts of one author, a member or a seat; part of its state.
using Drafts = std::map<DraftId, Draft>;

Decision save_draft(const Drafts& drafts, const SaveDraft& command, const Context& context);
Decision discard_draft(const Drafts& drafts, const DiscardDraft& command);
/// What was made of a draft takes its place: adds that to what has happened, if it is there.
Decision with_draft_used(Decision decision, const Drafts& drafts, const SendInMail& letter);
/// All of them end, with their author.
std::vector<Event> discard_all(const Drafts& drafts);
std::vector<Event> draft_falls_due(const Due& due);

void evolve(Drafts& drafts, Agenda& agenda, const DraftSaved& e);
void evolve(Drafts& drafts, Agenda& agenda, const DraftDiscarded& e);

}  // namespace inmail
