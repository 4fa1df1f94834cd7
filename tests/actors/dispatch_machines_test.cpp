// The machines of what has not left its author yet (D4.1.1): every edge is gone, and nothing else
// can be.

#include <gtest/gtest.h>

#include <algorithm>

#include "actors/dispatch_machines.hpp"
#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;

const Timestamp start = utc("2025-01-01");
const InMailId first = inmail_of(make_command_id(start, 1, 1));
const DraftId draft{first.bytes};

bool can_follow(MemberState state, const Event& event) {
  try {
    Member::evolve(state, event, {.at = start});
    return true;
  } catch (const Defect&) {
    return false;
  }
}

MemberState folded(const std::vector<Event>& events) {
  MemberState state;
  for (const Event& event : events) Member::evolve(state, event, {.at = start});
  return state;
}

template <class Table, class State>
bool has_event(Table table, State from, const Event& event) {
  return std::any_of(table.begin(), table.end(), [&](const auto& edge) {
    return edge.from == from && edge.event == type_of(event).number;
  });
}

InMailScheduled planned() {
  return {.inmail = first, .from = ada, .to = bob, .send_at = start + 1h, .pool = ada};
}
InMailSent sent(std::optional<Timestamp> undo_until = {}) {
  InMailSent e{.inmail = first, .from = ada, .to = bob, .pool = ada};
  e.undo_until = undo_until;
  return e;
}
const InMailCancelled cancelled{first, bob, ada, 0, CancelReason::by_user, {}};
const InMailRescheduled moved{first, start + 2h, {}};
const UndoWindowClosed window_over{.inmail = first, .from = ada, .to = bob, .pool = ada};

std::vector<Event> history_to(OutgoingState state) {
  switch (state) {
    case OutgoingState::scheduled: return {planned()};
    case OutgoingState::undoable: return {sent(start + 60s)};
    default: return {};
  }
}

constexpr OutgoingState on_the_way[] = {OutgoingState::none, OutgoingState::scheduled,
                                        OutgoingState::undoable};

TEST(OutgoingMachine, LeadsWhereTheTableSays) {
  const auto leads_to = [](OutgoingState from, const Event& event) {
    std::vector<Event> history = history_to(from);
    history.push_back(event);
    return outgoing_of(folded(history).outbox, first);
  };
  using State = OutgoingState;
  EXPECT_EQ(leads_to(State::none, planned()), State::scheduled);
  EXPECT_EQ(leads_to(State::none, sent(start + 60s)), State::undoable);
  EXPECT_EQ(leads_to(State::none, sent()), State::none) << "left, and not kept";
  EXPECT_EQ(leads_to(State::scheduled, moved), State::scheduled);
  EXPECT_EQ(leads_to(State::scheduled, cancelled), State::none) << "over, and not kept";
  EXPECT_EQ(leads_to(State::scheduled, sent()), State::none);
  EXPECT_EQ(leads_to(State::undoable, cancelled), State::none);
  EXPECT_EQ(leads_to(State::undoable, window_over), State::none);
}

TEST(OutgoingMachine, TakesNoEventForWhichThereIsNoEdge) {
  for (const OutgoingState from : on_the_way) {
    const MemberState state = folded(history_to(from));
    ASSERT_EQ(outgoing_of(state.outbox, first), from);
    for (const Event& event : std::vector<Event>{planned(), moved, sent(), cancelled, window_over})
      EXPECT_EQ(can_follow(state, event), has_event(outgoing_table(), from, event))
          << type_of(event).name << " after " << static_cast<int>(from);
  }
  EXPECT_FALSE(can_follow(folded({planned()}), sent(start + 60s)))
      << "what was scheduled cannot be undone";
}

TEST(OutgoingMachine, GoesEveryEdgeThatItHasAndRefusesEveryOtherOrder) {
  using enum OutgoingTrigger;
  const OutgoingCase fine{.now = start, .send_at = start + 1ms, .has_undo_time = true};
  for (const OutgoingState from :
       {OutgoingState::none, OutgoingState::scheduled, OutgoingState::undoable, OutgoingState::left,
        OutgoingState::cancelled})
    for (const OutgoingTrigger trigger :
         {schedule, reschedule, cancel, send, dispatch, drop, undo, undo_ends}) {
      const auto table = outgoing_table();
      const bool is_edge = std::any_of(table.begin(), table.end(), [&](const auto& edge) {
        return edge.from == from && edge.trigger == trigger;
      });
      const Guard refusal = check_outgoing(from, trigger, fine);
      EXPECT_EQ(!refusal, is_edge);
      const Rejection code =
          trigger == undo ? Rejection::undo_window_over : Rejection::not_scheduled;
      EXPECT_EQ(refusal.value_or(Refusal{code}).code, code);
    }
  const OutgoingCase late{.now = start, .send_at = start};
  EXPECT_EQ(check_outgoing(OutgoingState::none, schedule, late)->code, Rejection::send_at_in_past);
  EXPECT_EQ(check_outgoing(OutgoingState::scheduled, reschedule, late)->code,
            Rejection::send_at_in_past);
  EXPECT_EQ(outgoing_table().size(), 10u) << "a new edge wants a row above";
}

// Drafts.

const DraftSaved saved{.draft = draft, .revision = 1, .from = ada};
const DraftDiscarded discarded{draft, DraftEnd::discarded};

TEST(DraftMachine, TakesEveryEventForWhichThereIsAnEdgeAndNoOther) {
  for (const bool is_kept : {false, true}) {
    const MemberState state = is_kept ? folded({saved}) : folded({});
    const DraftState from = is_kept ? DraftState::kept : DraftState::none;
    for (const Event& event : std::vector<Event>{saved, discarded})
      EXPECT_EQ(can_follow(state, event), has_event(draft_table(), from, event))
          << type_of(event).name;
  }
  EXPECT_TRUE(folded({saved, discarded}).drafts.empty());
}

TEST(DraftMachine, GoesEveryEdgeThatItHasAndRefusesEveryOtherOrder) {
  using enum DraftTrigger;
  for (const DraftState from : {DraftState::none, DraftState::kept})
    for (const DraftTrigger trigger : {save_first, save_again, discard, use, expire, close}) {
      const Guard refusal = check_draft(from, trigger, {});
      EXPECT_EQ(!refusal, (from == DraftState::none) == (trigger == save_first));
      EXPECT_EQ(refusal.value_or(Refusal{Rejection::unknown_target}).code,
                Rejection::unknown_target);
    }
  const auto code = [](DraftState from, DraftTrigger trigger, const DraftCase& the_case) {
    return check_draft(from, trigger, the_case)->code;
  };
  for (const bool is_first : {true, false})
    EXPECT_EQ(code(is_first ? DraftState::none : DraftState::kept,
                   is_first ? save_first : save_again, {.is_enabled = false}),
              Rejection::drafts_disabled);
  EXPECT_EQ(code(DraftState::none, save_first, {.drafts = 2, .drafts_max = 2}),
            Rejection::draft_limit);
  EXPECT_EQ(code(DraftState::none, save_first, {.seen = 1}), Rejection::revision_conflict);
  EXPECT_EQ(code(DraftState::kept, save_again, {.revision = 2, .seen = 1}),
            Rejection::revision_conflict);
}

}  // namespace
}  // namespace inmail::test
