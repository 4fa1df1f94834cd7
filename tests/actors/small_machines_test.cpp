// The machines of conversations (D4.1.3), subscriptions (D4.3) and a recipient's preferences
// (D4.6): every edge is gone once, and nothing else can be.

#include <gtest/gtest.h>

#include <set>

#include "actors/credit_machines.hpp"
#include "actors/recipient_machines.hpp"
#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;

const Timestamp start = utc("2025-01-01");
const InMailId first = inmail_of(make_command_id(start, 1, 1));

bool can_follow(MemberState state, const Event& event) {
  try {
    Member::evolve(state, event, {.at = start});
    return true;
  } catch (const Defect&) {
    return false;
  }
}

template <class Table, class State>
bool has_event(Table table, State from, const Event& event) {
  return std::any_of(table.begin(), table.end(), [&](const auto& edge) {
    return edge.from == from && edge.event == type_of(event).number;
  });
}

MemberState folded(const std::vector<Event>& events) {
  MemberState state;
  for (const Event& event : events) Member::evolve(state, event, {.at = start});
  return state;
}

// Conversations.

InMailSent sent() { return {.inmail = first, .from = ada, .to = bob, .pool = ada}; }
OutcomeReceived told(Outcome outcome) { return {first, bob, outcome}; }
const ConversationReopened heard{first, ada, bob, true};

std::vector<Event> history_to(ThreadState thread) {
  switch (thread) {
    case ThreadState::awaiting: return {sent()};
    case ThreadState::open: return {sent(), told(Outcome::accepted)};
    case ThreadState::closed_silent: return {sent(), told(Outcome::declined_silently)};
    default: return {};
  }
}

const ThreadState of_the_sender[] = {ThreadState::none, ThreadState::awaiting, ThreadState::open,
                                     ThreadState::closed_silent};

TEST(ThreadMachine, LeadsTheSenderWhereTheTableSays) {
  const auto leads_to = [](std::vector<Event> history, const Event& event) {
    history.push_back(event);
    return thread_of(folded(history).outbox, first, bob);
  };
  using enum ThreadState;
  EXPECT_EQ(leads_to({}, sent()), awaiting);
  for (const Outcome outcome :
       {Outcome::accepted, Outcome::declined, Outcome::replied, Outcome::quick_reply})
    EXPECT_EQ(leads_to({sent()}, told(outcome)), open);
  EXPECT_EQ(leads_to({sent()}, told(Outcome::declined_silently)), closed_silent);
  for (const Outcome outcome : {Outcome::failed, Outcome::retracted})
    EXPECT_EQ(leads_to({sent()}, told(outcome)), none) << "over, and not kept";
  EXPECT_EQ(leads_to(history_to(closed_silent), heard), open);
}

TEST(ThreadMachine, TakesNoEventOfTheSenderForWhichThereIsNoEdge) {
  const MessageSent message{.conversation = first, .from = ada, .to = bob};
  for (const ThreadState thread : of_the_sender) {
    const MemberState state = folded(history_to(thread));
    EXPECT_EQ(can_follow(state, sent()), thread == ThreadState::none);
    EXPECT_EQ(can_follow(state, told(Outcome::accepted)), thread == ThreadState::awaiting);
    EXPECT_EQ(can_follow(state, heard), thread == ThreadState::closed_silent);
    // An old log may hold one of a recipient in a closed thread, never one of a sender.
    if (thread == ThreadState::closed_silent) continue;
    EXPECT_EQ(can_follow(state, message), thread == ThreadState::open);
  }
}

TEST(ThreadMachine, RefusesEveryMessageForWhichThereIsNoEdge) {
  using enum ThreadState;
  const ThreadCase reachable{.is_connected = true};
  struct Row {
    ThreadState thread;
    ThreadTrigger trigger;
    Rejection code;
  };
  for (const auto& [thread, trigger, code] :
       {Row{none, ThreadTrigger::sender_writes, Rejection::unknown_target},
        Row{over, ThreadTrigger::sender_writes, Rejection::unknown_target},
        Row{awaiting, ThreadTrigger::sender_writes, Rejection::awaiting_response},
        Row{closed_silent, ThreadTrigger::sender_writes, Rejection::thread_closed_by_decline},
        Row{awaiting, ThreadTrigger::recipient_writes, Rejection::awaiting_response}}) {
    for (const bool is_barred : {false, true}) {
      const Guard refusal = check_thread(thread, trigger, {.is_barred = is_barred});
      ASSERT_TRUE(refusal);
      EXPECT_EQ(refusal->code, code) << "and nobody learns of a block";
    }
  }
  for (const auto& [thread, trigger, code] :
       {Row{open, ThreadTrigger::sender_writes, Rejection{}},
        Row{open, ThreadTrigger::recipient_writes, Rejection{}},
        Row{closed_silent, ThreadTrigger::recipient_writes, Rejection{}},
        Row{direct, ThreadTrigger::connection_writes, Rejection{}}}) {
    EXPECT_FALSE(check_thread(thread, trigger, reachable));
    const Guard barred = check_thread(thread, trigger, {.is_barred = true, .is_connected = true});
    ASSERT_TRUE(barred);
    EXPECT_EQ(barred->code, Rejection::thread_unavailable);
  }
}

// Subscriptions.

const CycleRenewed cycle{1, start + std::chrono::days{30}};
const TrialStarted trial{start + std::chrono::days{10}};

std::vector<Event> history_to(SubscriptionState state) {
  const SubscriptionStarted started{PlanKind::career, 1};
  switch (state) {
    case SubscriptionState::none: return {};
    case SubscriptionState::active: return {started};
    case SubscriptionState::cancel_pending:
      return {started, SubscriptionCancelled{start + std::chrono::days{30}}};
    case SubscriptionState::ended: return {started, SubscriptionEnded{PlanKind::career}};
    case SubscriptionState::trial: return {started, trial};
    case SubscriptionState::past_due: return {started, SubscriptionPastDue{}};
  }
  return {};
}

constexpr SubscriptionState subscriptions[] = {
    SubscriptionState::none,  SubscriptionState::active, SubscriptionState::cancel_pending,
    SubscriptionState::ended, SubscriptionState::trial,  SubscriptionState::past_due};

TEST(SubscriptionMachine, TakesEveryEventForWhichThereIsAnEdgeAndNoOther) {
  const std::vector<Event> claims{SubscriptionStarted{PlanKind::career, 1},
                                  SubscriptionChanged{PlanKind::career, PlanKind::business, 1},
                                  SubscriptionCancelled{start + std::chrono::days{30}},
                                  SubscriptionEnded{PlanKind::career},
                                  cycle,
                                  trial,
                                  SubscriptionPastDue{},
                                  SubscriptionRecovered{}};
  std::size_t gone = 0;
  for (const SubscriptionState from : subscriptions)
    for (const Event& event : claims) {
      const MemberState state = folded(history_to(from));
      ASSERT_EQ(subscription_of(state.account), from);
      const bool is_edge = has_event(subscription_table(), from, event);
      EXPECT_EQ(can_follow(state, event), is_edge)
          << type_of(event).name << " after " << static_cast<int>(from);
      gone += is_edge ? 1 : 0;
    }
  EXPECT_EQ(gone, 20u) << "one event ends what was cancelled by two triggers, and one leads to two";

  const std::vector<Event> unpaid_trial{SubscriptionStarted{PlanKind::career, 1}, trial,
                                        SubscriptionPastDue{}};
  MemberState paid = folded(unpaid_trial);
  ASSERT_EQ(subscription_of(paid.account), SubscriptionState::past_due);
  Member::evolve(paid, SubscriptionRecovered{}, {.at = start});
  EXPECT_EQ(subscription_of(paid.account), SubscriptionState::trial);
}

/// What an order finds done already is no refusal.
bool is_done(SubscriptionState from, SubscriptionTrigger trigger) {
  using enum SubscriptionState;
  switch (trigger) {
    case SubscriptionTrigger::cancel: return from == cancel_pending;
    case SubscriptionTrigger::miss_payment: return from == cancel_pending || from == past_due;
    case SubscriptionTrigger::pay: return from == active || from == trial || from == cancel_pending;
    default: return false;
  }
}

TEST(SubscriptionMachine, RefusesEveryOrderForWhichThereIsNoEdge) {
  const std::vector<std::pair<SubscriptionTrigger, Command>> orders{
      {SubscriptionTrigger::start, StartSubscription{ada, PlanKind::career}},
      {SubscriptionTrigger::change, ChangePlan{ada, PlanKind::business}},
      {SubscriptionTrigger::cancel, CancelSubscription{ada}},
      {SubscriptionTrigger::miss_payment, PaymentFailed{ada}},
      {SubscriptionTrigger::pay, PaymentRecovered{ada}}};
  for (const SubscriptionState from : subscriptions)
    for (const auto& [trigger, order] : orders) {
      Given<Member> given(ada);
      given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
      const std::uint32_t trial_days = from == SubscriptionState::trial ? 10 : 0;
      if (from != SubscriptionState::none)
        given.when(StartSubscription{ada, PlanKind::career, trial_days});
      if (from == SubscriptionState::past_due) given.when(PaymentFailed{ada});
      if (from == SubscriptionState::cancel_pending || from == SubscriptionState::ended)
        given.when(CancelSubscription{ada});
      if (from == SubscriptionState::ended) given.settle_until(start + std::chrono::days{32});
      ASSERT_EQ(subscription_of(given.state().account), from);
      const Guard refusal = check_subscription(given.state().account, trigger);
      given.when(order);
      if (is_done(from, trigger))
        given.then_nothing();
      else if (refusal)
        given.then_rejected(refusal->code);
      else
        EXPECT_FALSE(given.step().events.empty());
    }
}

// Preferences.

/// Orders by which each edge is gone, one after another, and what happens each time.
TEST(PreferenceMachines, GoEveryEdgeThatTheyHave) {
  Policy narrow = preset_named("default");
  narrow.recipient.stop_scope = StopScope::sender;
  Given<Member> given(ada, narrow);
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  std::set<std::pair<InMailPreference, InMailPreference>> gone;
  using enum InMailPreference;
  for (const InMailPreference to : {opted_out, disabled, on, disabled, opted_out, on}) {
    const InMailPreference from = given.state().recipient.preference;
    given.when(SetPreference{ada, to}).then({PreferenceChanged{to}});
    given.when(SetPreference{ada, to}).then_nothing();
    gone.emplace(from, to);
  }
  EXPECT_EQ(gone.size(), preference_table().size());

  given.when(SetPreference{ada, on, true}).then_rejected(Rejection::premium_required);
  given.when(SetPreference{ada, on, false}).then_nothing();
  given.when(StartSubscription{ada, PlanKind::career});
  for (const bool is_on : {true, false}) {
    given.when(SetPreference{ada, on, is_on}).then({OpenProfileSet{is_on}});
    given.when(SetPreference{ada, on, is_on}).then_nothing();
  }

  given.when(UnblockMember{ada, bob}).then_nothing();
  given.when(BlockMember{ada, ada}).then_rejected(Rejection::not_allowed);
  given.when(BlockMember{ada, bob}).then({MemberBlocked{bob}});
  given.when(BlockMember{ada, bob}).then_nothing();
  given.when(UnblockMember{ada, bob}).then({MemberUnblocked{bob}});

  // What is stopped grows where the policy has come to reach farther.
  const InMailSent from_a_desk{.inmail = first, .from = bob, .to = ada, .pool = ContractId{7}};
  given.when_notice(from_a_desk, SeatId{8}, start);
  given.when(AllowSender{ada, bob}).then_nothing();
  given.when(StopSender{ada, ada}).then_rejected(Rejection::not_allowed);
  given.when(StopSender{ada, bob}).then({SenderStopped{bob, true, {}}});
  given.when(StopSender{ada, bob}).then_nothing();
  given.adopted(preset_named("default"));
  given.when(StopSender{ada, bob}).then({SenderStopped{bob, true, {ContractId{7}}}});
  given.when(AllowSender{ada, bob}).then_only<SenderAllowed>();

  given.when(RemoveConnection{ada, bob}).then_nothing();
  given.when(SetConnection{ada, ada}).then_rejected(Rejection::not_allowed);
  given.when(SetConnection{ada, bob}).then_only<ConnectionSet>();
  given.when(SetConnection{ada, bob}).then_nothing();
  given.when(RemoveConnection{ada, bob}).then_only<ConnectionRemoved>();
}

TEST(PreferenceMachines, TakeNoEventForWhichThereIsNoEdge) {
  const MemberState off = folded({});
  const MemberState on =
      folded({OpenProfileSet{true}, MemberBlocked{bob}, SenderStopped{.sender = bob}});
  for (const bool is_on : {false, true}) {
    const MemberState& state = is_on ? on : off;
    const Switch from = as_switch(is_on);
    const auto expect_table = [&](std::span<const SwitchEdge> table, const Event& event) {
      EXPECT_EQ(can_follow(state, event), has_event(table, from, event)) << type_of(event).name;
    };
    EXPECT_EQ(can_follow(state, OpenProfileSet{true}), !is_on);
    EXPECT_EQ(can_follow(state, OpenProfileSet{false}), is_on);
    expect_table(block_table(), MemberBlocked{bob});
    expect_table(block_table(), MemberUnblocked{bob});
    expect_table(stop_table(), SenderStopped{.sender = bob});
    expect_table(stop_table(), SenderAllowed{bob});
  }
  EXPECT_FALSE(can_follow(off, PreferenceChanged{InMailPreference::on}));
}

}  // namespace
}  // namespace inmail::test
