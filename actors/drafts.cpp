#include "actors/drafts.hpp"

#include <utility>

namespace inmail {
namespace {

DraftState state_of(bool is_there) { return is_there ? DraftState::kept : DraftState::none; }

void unwatch(Agenda& agenda, const DraftId& id, const Draft& draft) {
  if (draft.expires_at) agenda.erase(due(*draft.expires_at, DueKind::draft_expires, id));
}

}  // namespace

Decision save_draft(const Drafts& drafts, const SaveDraft& command, const Context& context) {
  const DraftPolicy& policy = context.policy().draft;
  const auto found = command.draft ? drafts.find(*command.draft) : drafts.end();
  const bool is_there = found != drafts.end();
  const std::uint32_t before = is_there ? found->second.revision : 0;
  const auto trigger = command.draft ? DraftTrigger::save_again : DraftTrigger::save_first;
  const DraftCase the_case{.is_enabled = policy.enabled,
                           .drafts = static_cast<std::int64_t>(drafts.size()),
                           .drafts_max = policy.max_per_seat,
                           .revision = before,
                           .seen = command.revision};
  if (Guard no = check_draft(state_of(is_there), trigger, the_case)) return {{}, no};

  DraftSaved saved{.draft = command.draft.value_or(draft_of(context.id)),
                   .revision = before + 1,
                   .from = command.from,
                   .to = command.to,
                   .subject = command.subject,
                   .body = command.body};
  if (policy.ttl_s.count() > 0) saved.expires_at = context.now + policy.ttl_s;
  return Decision::happened(std::move(saved));
}

Decision discard_draft(const Drafts& drafts, const DiscardDraft& command) {
  const DraftState state = state_of(drafts.contains(command.draft));
  if (Guard no = check_draft(state, DraftTrigger::discard, {})) return {{}, no};
  return Decision::happened(DraftDiscarded{command.draft, DraftEnd::discarded});
}

Decision with_draft_used(Decision decision, const Drafts& drafts, const SendInMail& letter) {
  if (!decision.refusal && letter.draft && drafts.contains(*letter.draft))
    decision.events.emplace_back(DraftDiscarded{*letter.draft, DraftEnd::used});
  return decision;
}

std::vector<Event> discard_all(const Drafts& drafts) {
  std::vector<Event> events;
  for (const auto& [id, draft] : drafts)
    events.emplace_back(DraftDiscarded{id, DraftEnd::author_erased});
  return events;
}

std::vector<Event> draft_falls_due(const Due& due) {
  return {DraftDiscarded{DraftId{due.subject}, DraftEnd::expired}};
}

void evolve(Drafts& drafts, Agenda& agenda, const DraftSaved& e) {
  (void)step<DraftSaved>(draft_table(), state_of(drafts.contains(e.draft)));
  Draft& draft = drafts[e.draft];
  unwatch(agenda, e.draft, draft);
  draft = {e.revision, e.expires_at};
  if (e.expires_at) agenda.insert(due(*e.expires_at, DueKind::draft_expires, e.draft));
}

void evolve(Drafts& drafts, Agenda& agenda, const DraftDiscarded& e) {
  (void)step<DraftDiscarded>(draft_table(), state_of(drafts.contains(e.draft)));
  const auto found = drafts.find(e.draft);
  unwatch(agenda, e.draft, found->second);
  drafts.erase(found);
}

}  // namespace inmail
