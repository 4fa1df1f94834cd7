#include "actors/dispatch_machines.hpp"

#include "events/dispatch_events.hpp"
#include "events/inmail_sent.hpp"

namespace inmail {
namespace {

Guard is_later(const OutgoingCase& c) {
  return c.send_at > c.now ? pass() : refuse(Rejection::send_at_in_past);
}

/// What it refuses is no order of anybody: the next edge is tried.
Guard has_undo_time(const OutgoingCase& c) {
  return c.has_undo_time ? pass() : refuse(Rejection::not_allowed);
}

Guard drafts_are_kept(const DraftCase& c) {
  return c.is_enabled ? pass() : refuse(Rejection::drafts_disabled);
}

Guard has_room(const DraftCase& c) {
  if (Guard no = drafts_are_kept(c)) return no;
  if (c.drafts_max > 0 && c.drafts >= c.drafts_max)
    return refuse(Rejection::draft_limit, c.drafts_max, c.drafts);
  return c.seen == 0 ? pass() : refuse(Rejection::revision_conflict, 0, c.seen);
}

Guard is_newest(const DraftCase& c) {
  if (Guard no = drafts_are_kept(c)) return no;
  return c.seen == c.revision ? pass() : refuse(Rejection::revision_conflict, c.revision, c.seen);
}

constexpr std::uint16_t planned = InMailScheduled::type.number;
constexpr std::uint16_t moved = InMailRescheduled::type.number;
constexpr std::uint16_t sent = InMailSent::type.number;
constexpr std::uint16_t taken_off = InMailCancelled::type.number;
constexpr std::uint16_t released = UndoWindowClosed::type.number;
constexpr std::uint16_t saved = DraftSaved::type.number;
constexpr std::uint16_t ended = DraftDiscarded::type.number;

using enum OutgoingTrigger;

constexpr OutgoingEdge outgoing[] = {
    {OutgoingState::none, schedule, is_later, planned, OutgoingState::scheduled},
    {OutgoingState::none, send, has_undo_time, sent, OutgoingState::undoable},
    {OutgoingState::none, send, always, sent, OutgoingState::left},
    {OutgoingState::scheduled, reschedule, is_later, moved, OutgoingState::scheduled},
    {OutgoingState::scheduled, cancel, always, taken_off, OutgoingState::cancelled},
    {OutgoingState::scheduled, dispatch, always, sent, OutgoingState::left},
    {OutgoingState::scheduled, drop, always, taken_off, OutgoingState::cancelled},
    {OutgoingState::undoable, undo, always, taken_off, OutgoingState::cancelled},
    {OutgoingState::undoable, undo_ends, always, released, OutgoingState::left},
    {OutgoingState::undoable, drop, always, taken_off, OutgoingState::cancelled},
};

using enum DraftTrigger;

constexpr DraftEdge drafts[] = {
    {DraftState::none, save_first, has_room, saved, DraftState::kept},
    {DraftState::kept, save_again, is_newest, saved, DraftState::kept},
    {DraftState::kept, discard, always, ended, DraftState::none},
    {DraftState::kept, use, always, ended, DraftState::none},
    {DraftState::kept, expire, always, ended, DraftState::none},
    {DraftState::kept, close, always, ended, DraftState::none},
};

}  // namespace

std::span<const OutgoingEdge> outgoing_table() { return outgoing; }
std::span<const DraftEdge> draft_table() { return drafts; }

Guard check_outgoing(OutgoingState state, OutgoingTrigger trigger, const OutgoingCase& the_case) {
  const auto way = way_from(outgoing_table(), state, trigger, the_case);
  if (way.edge != nullptr) return pass();
  if (way.refusal) return way.refusal;
  return refuse(trigger == undo ? Rejection::undo_window_over : Rejection::not_scheduled);
}

Guard check_draft(DraftState state, DraftTrigger trigger, const DraftCase& the_case) {
  const auto way = way_from(draft_table(), state, trigger, the_case);
  if (way.edge != nullptr) return pass();
  return way.refusal ? way.refusal : refuse(Rejection::unknown_target);
}

}  // namespace inmail
