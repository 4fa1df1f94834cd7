// Every edge of the machines of a received InMail is gone once, and nothing else can be (D4.1).

#include "actors/received_machines.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const Timestamp sent_at = utc("2025-01-01");

InMailSent letter(std::uint64_t number = 1) {
  InMailSent sent = paid_letter(ada, bob, sent_at, number);
  sent.markup.links = 1;
  return sent;
}
InMailSent gift() {
  InMailSent sent = letter();
  sent.cost = 0;
  sent.splits.clear();
  return sent;
}

const InMailRef ref = ref_of(letter(), ada, sent_at);
const InMailId first = ref.inmail;
const InMailId second = letter(2).inmail;

Policy with(std::string_view lines) {
  auto policy = parse_policy("name = \"x\"\ninherits = \"default\"\n" + std::string(lines), "x");
  invariant(policy.ok(), "a policy of the test can be read");
  return at_once(std::move(policy).value());
}
const std::string late_is_fine =
    "[expiry]\nbasis = \"unanswered\"\neffect = \"status_only\"\n"
    "late_response = \"allow_no_refund\"\n";

using Steps = std::function<void(Given<Member>&)>;

void joined(Given<Member>& given) {
  given.at(sent_at - 1h).when(RegisterMember{bob, "Bob", "", "en"});
}
void arrived(Given<Member>& given) {
  joined(given);
  given.when_notice(letter(), ada, sent_at);
}
void both_arrived(Given<Member>& given) {
  arrived(given);
  given.when_notice(letter(2), ada, sent_at + 1h);
}
void was_opened(Given<Member>& given) {
  arrived(given);
  given.when(OpenInMail{bob, first});
}
void was_hidden(Given<Member>& given) {
  was_opened(given);
  given.when(RetractInMail{ada, bob, first});
}
void has_expired(Given<Member>& given) {
  arrived(given);
  given.settle_until(sent_at + days{8});
}
Steps arrives(InMailSent sent = letter()) {
  return [=](Given<Member>& given) { given.when_notice(sent, ada, sent_at); };
}
Steps gives(Command command) {
  return [=](Given<Member>& given) { given.when(command); };
}
Steps answers(ReplyKind kind, const char* text = "", InMailId inmail = first) {
  return gives(Respond{bob, inmail, kind, text});
}
Steps waits(Milliseconds time) {
  return [=](Given<Member>& given) { given.settle_until(sent_at + time); };
}
const Respond by_machine{bob, first, ReplyKind::reply, "I am away", true};
const RetractInMail take_back{ada, bob, first};

/// One way of going an edge: `go` is the trigger, and an InMail is looked at before and after it.
struct Walk {
  InboxTrigger trigger;
  Policy policy;
  Steps before;
  Steps go;
  InMailId seen = first;
};

std::vector<Walk> walks() {
  using enum InboxTrigger;
  const Policy usual = preset_named("default");
  const Policy late = with(late_is_fine);
  const Policy hides =
      with("[retract]\neffect_opened = \"hide_keep_copy\"\n[expiry]\nbasis = \"unanswered\"\n");
  const std::string waits_for_a_yes = "[charge]\nwhen = \"at_accept\"\n";
  const Policy yes = with(waits_for_a_yes);
  const Policy sorry = with("[refund]\non = [\"blocked\", \"recipient_closed\"]\n");
  return {
      {arrive, usual, joined, arrives()},
      {arrive, usual, joined, arrives(gift())},
      {arrive, preset_named("seed3"), joined, arrives()},
      {arrive, usual, [](auto&) {}, arrives()},
      {open, usual, arrived, gives(OpenInMail{bob, first})},
      {open, with("[refund]\non = [\"unopened\"]\n[expiry]\nbasis = \"unopened\"\n"), arrived,
       gives(OpenInMail{bob, first})},
      {open, late, has_expired, gives(OpenInMail{bob, first})},
      {follow_link, usual, arrived, gives(FollowLink{bob, first, 0})},
      {follow_link, late, has_expired, gives(FollowLink{bob, first, 0})},
      {respond, usual, arrived, answers(ReplyKind::accept)},
      {respond, with("[refund]\non = [\"accept\"]\n"), arrived, answers(ReplyKind::decline)},
      {respond, usual, arrived, answers(ReplyKind::decline, "No")},
      {respond, usual, arrived, answers(ReplyKind::reply, "Well")},
      {respond, usual, arrived, answers(ReplyKind::quick_reply)},
      {respond, late, has_expired, answers(ReplyKind::accept)},
      {respond_automatically, usual, arrived, gives(by_machine)},
      {respond_automatically, late, has_expired, gives(by_machine)},
      {answer_beside, usual, both_arrived, answers(ReplyKind::accept, "", second), first},
      {answer_beside, usual, both_arrived, answers(ReplyKind::accept, "", first), second},
      {retract, usual, arrived, gives(take_back)},
      {retract, with("[retract]\nrefund = \"always\"\n"), arrived, gives(take_back)},
      {retract, hides, was_opened, gives(take_back)},
      {remind, usual, arrived, waits(days{3})},
      {expire, late, arrived, waits(days{7} + 1ms)},
      {expire, with("[refund]\non = [\"expired\"]\n[expiry]\nbasis = \"unopened\"\n"), arrived,
       waits(days{7} + 1ms)},
      {expire, hides, was_hidden, waits(days{7} + 1ms)},
      {silence, preset_named("seed4"), arrived, waits(days{7} + 1ms)},
      {silence, with("[refund]\non = [\"no_response\"]\namount_no_response = 0\n"), arrived,
       waits(days{7} + 1ms)},
      {window_closes, usual, arrived, waits(days{90} + 1ms)},
      {arrive, yes, joined, arrives()},
      {respond, yes, arrived, answers(ReplyKind::accept)},
      {respond, yes, arrived, answers(ReplyKind::reply, "Well")},
      {retract, yes, arrived, gives(take_back)},
      {expire, with(waits_for_a_yes + "[expiry]\nbasis = \"unanswered\"\n"), arrived,
       waits(days{7} + 1ms)},
      {window_closes, yes, arrived, waits(days{14} + 1ms)},
      {block, sorry, arrived, gives(BlockMember{bob, ada})},
      {leave, sorry, arrived, gives(EraseMember{bob})},
  };
}

Received seen(const Given<Member>& given, const InMailId& inmail) {
  const auto found = given.state().received.find(inmail);
  return found == given.state().received.end() ? Received{} : found->second;
}

/// Which rows of the four tables were gone.
class Gone {
 public:
  void take(const Walk& walk) {
    Given<Member> given(bob, walk.policy);
    walk.before(given);
    const Received before = seen(given, walk.seen);
    walk.go(given);
    const Received after = seen(given, walk.seen);
    note(lifecycle_table(), walk, given, before.lifecycle, after.lifecycle);
    note(read_table(), walk, given, before.read, after.read);
    note(response_table(), walk, given, before.response, after.response);
    note(charge_table(), walk, given, before.charge, after.charge);
  }
  bool has(const void* edge) const { return gone_.contains(edge); }

 private:
  template <class Table, class State>
  void note(Table table, const Walk& walk, const Given<Member>& given, State from, State to) {
    for (const auto& edge : table)
      for (const Event& event : given.step().events)
        if (edge.from == from && edge.trigger == walk.trigger && edge.to == to &&
            edge.event == type_of(event).number)
          gone_.insert(&edge);
  }

  std::set<const void*> gone_;
};

template <class Table>
void expect_all(const Gone& gone, Table table, const char* name) {
  for (std::size_t row = 0; row < table.size(); ++row)
    EXPECT_TRUE(gone.has(&table[row])) << name << ", row " << row;
}

TEST(ReceivedMachines, GoEveryEdgeThatTheyHave) {
  Gone gone;
  for (const Walk& walk : walks()) gone.take(walk);
  expect_all(gone, lifecycle_table(), "lifecycle");
  expect_all(gone, read_table(), "read");
  expect_all(gone, response_table(), "response");
  expect_all(gone, charge_table(), "charge");
}

/// A history that ends there.
std::vector<Event> history_to(Lifecycle lifecycle) {
  const InMailDelivered delivered{.ref = ref, .pinned = PolicyVersion{1}, .links = 1};
  switch (lifecycle) {
    case Lifecycle::under_way: return {};
    case Lifecycle::delivered: return {delivered};
    case Lifecycle::failed: return {InMailFailed{.ref = ref}};
    case Lifecycle::expired: return {delivered, Expired{.ref = ref}};
    case Lifecycle::retracted: return {delivered, InMailRetracted{.ref = ref}};
    case Lifecycle::hidden: return {delivered, Opened{.ref = ref}, InMailHiddenFromRecipient{ref}};
  }
  return {};
}

constexpr Lifecycle lifecycles[] = {Lifecycle::under_way, Lifecycle::delivered, Lifecycle::failed,
                                    Lifecycle::expired,   Lifecycle::retracted, Lifecycle::hidden};

template <class Table, class State>
bool has_trigger(Table table, State from, InboxTrigger trigger) {
  return std::any_of(table.begin(), table.end(), [&](const auto& edge) {
    return edge.from == from && edge.trigger == trigger;
  });
}

template <class Table, class State>
bool has_event(Table table, State from, const Event& event) {
  return std::any_of(table.begin(), table.end(), [&](const auto& edge) {
    return edge.from == from && edge.event == type_of(event).number;
  });
}

TEST(ReceivedMachines, RefuseEveryOrderForWhichThereIsNoEdge) {
  const std::vector<std::pair<InboxTrigger, Command>> orders{
      {InboxTrigger::open, OpenInMail{bob, first}},
      {InboxTrigger::follow_link, FollowLink{bob, first, 0}},
      {InboxTrigger::respond, Respond{bob, first, ReplyKind::accept, {}}},
      {InboxTrigger::retract, take_back}};
  std::size_t refused = 0;
  for (const Lifecycle lifecycle : lifecycles)
    for (const auto& [trigger, order] : orders) {
      if (has_trigger(lifecycle_table(), lifecycle, trigger)) continue;
      Given<Member> given(bob);
      joined(given);
      given.at(sent_at).events(history_to(lifecycle));
      given.when(order).then_rejected(why_not(lifecycle, trigger));
      ++refused;
    }
  EXPECT_EQ(refused, 17u);
}

/// One event of each kind that the lifecycle knows; none says anything of the charge.
std::vector<Event> claims() {
  return {InMailDelivered{.ref = ref, .pinned = PolicyVersion{1}},
          InMailFailed{.ref = ref},
          Opened{.ref = ref},
          LinkFollowed{.ref = ref},
          Replied{.ref = ref, .kind = ReplyKind::accept},
          InMailRetracted{.ref = ref},
          InMailHiddenFromRecipient{ref},
          ReminderSent{.ref = ref},
          Expired{.ref = ref}};
}

MemberState folded(const std::vector<Event>& events) {
  MemberState state;
  for (const Event& event : events) Member::evolve(state, event, {.at = sent_at});
  return state;
}

bool can_follow(MemberState state, const Event& event) {
  try {
    Member::evolve(state, event, {.at = sent_at});
    return true;
  } catch (const Defect&) {
    return false;
  }
}

TEST(ReceivedMachines, TakeNoEventForWhichThereIsNoEdge) {
  for (const Lifecycle lifecycle : lifecycles)
    for (const Event& event : claims()) {
      const MemberState state = folded(history_to(lifecycle));
      const auto found = state.received.find(first);
      const Received now = found == state.received.end() ? Received{} : found->second;
      const bool reads =
          !std::holds_alternative<Opened>(event) || has_event(read_table(), now.read, event);
      EXPECT_EQ(can_follow(state, event), has_event(lifecycle_table(), lifecycle, event) && reads)
          << type_of(event).name << " after " << static_cast<int>(lifecycle);
    }
}

TEST(ReceivedMachines, TakeOneResponseAndNoOther) {
  const InMailDelivered delivered{.ref = ref, .pinned = PolicyVersion{1}};
  for (const ReplyKind kind :
       {ReplyKind::accept, ReplyKind::decline, ReplyKind::reply, ReplyKind::quick_reply}) {
    const MemberState state = folded({delivered, Replied{.ref = ref, .kind = kind}});
    EXPECT_EQ(state.received.at(first).response, response_by(kind, false));
    EXPECT_FALSE(can_follow(state, Replied{.ref = ref, .kind = ReplyKind::accept}));
  }
}

TEST(ReceivedMachines, EndAChargeOnlyAsTheTableSays) {
  const InMailDelivered charged{.ref = ref, .pinned = PolicyVersion{1}, .refundable = true};
  InMailDelivered free = charged;
  free.ref.cost = 0;
  free.refundable = false;
  InMailDelivered final = charged;
  final.refundable = false;
  const RefundWindowClosed back{ref, ChargeEnd::refund, 1, {}};
  const RefundWindowClosed ends{ref, ChargeEnd::final, 0, {}};
  InMailDelivered waiting = final;
  waiting.accept_until = sent_at + days{14};
  const RefundWindowClosed releases{ref, ChargeEnd::release, 0, {}};
  EXPECT_TRUE(can_follow(folded({charged}), back));
  EXPECT_TRUE(can_follow(folded({charged}), ends));
  EXPECT_TRUE(can_follow(folded({waiting}), releases));
  EXPECT_TRUE(can_follow(folded({waiting}), Replied{.ref = ref, .charge = ChargeEnd::spend}));
  EXPECT_FALSE(can_follow(folded({waiting}), RefundWindowClosed{ref, ChargeEnd::spend, 0, {}}))
      << "time accepts nothing";
  EXPECT_FALSE(can_follow(folded({charged}), releases));
  EXPECT_FALSE(can_follow(folded({waiting}), back));
  EXPECT_FALSE(can_follow(folded({waiting}), ends));
  for (const std::vector<Event>& history :
       std::vector<std::vector<Event>>{{free},
                                       {final},
                                       {charged, back},
                                       {charged, ends},
                                       {waiting, releases},
                                       {InMailFailed{.ref = ref}}})
    for (const RefundWindowClosed& end : {back, ends, releases})
      EXPECT_FALSE(can_follow(folded(history), end));
}

}  // namespace
}  // namespace inmail::test
