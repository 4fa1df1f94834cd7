// Who may give which command, through the engine: the table of D5.1, and what it cannot say without
// state (only this InMail's recipient, only its author, only this seat's holder). Whoever is not
// meant is refused, and the refusal is all that is on record of it.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "tests/support/engine_fixture.hpp"

namespace inmail {
namespace {

constexpr MemberId ada{1};
constexpr MemberId bob{2};
constexpr MemberId eve{3};
constexpr ContractId company{1};
constexpr SeatId desk{1};
constexpr std::uint64_t operator_number = 5;
const Timestamp tomorrow = *timestamp_from_text("2026-01-06T09:00:00Z");

/// One row of the table: a command that would be fine, and the one who may give it; with no number,
/// anyone of that kind.
struct Row {
  Command command;
  PrincipalKind kind;
  std::optional<std::uint64_t> number;
};

class Roles : public test::EngineTest {
 protected:
  void SetUp() override {
    engine_.emplace(open());
    introduce(*engine_, {ada.value, bob.value, eve.value});
    for (const Command& command : std::vector<Command>{
             StartSubscription{ada, PlanKind::career}, StartSubscription{eve, PlanKind::career},
             CreateContract{company, 2}, AddSeat{company, desk, ada},
             StartSubscription{company, PlanKind::recruiter_lite}})
      ASSERT_TRUE(settle(*engine_, command).ok()) << type_of(command).name;
    from_ada_ = send({ada, {}, bob, "Hello", "May I ask you something? https://a.b"});
    answered_ = send({ada, desk, bob, "Hello again", "From my desk."});
    ASSERT_TRUE(settle(*engine_, Respond{bob, answered_, ReplyKind::reply, "You may."}).ok());
  }

  Answer ask(const Command& command, const Principal& asked_by) {
    return engine_->submit({command, {}, asked_by}).settled.get();
  }

  /// Expects `code`, and nothing on record but the refusal.
  void expect_refused(const Command& command, const Principal& asked_by, Rejection code) {
    const Position before = engine_->head();
    const Answer answer = ask(command, asked_by);
    const std::string who = std::string(type_of(command).name) + " by " + to_text(asked_by) + ": ";
    EXPECT_EQ(answer.kind, AnswerKind::rejected) << who;
    EXPECT_EQ(answer.refusal.code, code) << who << name_of(answer.refusal.code);
    std::vector<Event> events;
    const auto end =
        for_each_record(engine_->log(), Position{before.value + 1}, [&](const Record& record) {
          EXPECT_EQ(record.header.asked_by, asked_by) << who;
          events.push_back(record.event);
          return true;
        });
    ASSERT_TRUE(end.ok());
    ASSERT_EQ(events.size(), 1u) << who;
    ASSERT_TRUE(std::holds_alternative<CommandRejected>(events[0])) << who;
    EXPECT_EQ(std::get<CommandRejected>(events[0]).code, code) << who;
  }

  InMailId send(const SendInMail& letter) {
    EXPECT_TRUE(settle(*engine_, letter).ok());
    return last_inmail();
  }

  /// Every command that there is. In an order in which each can be done once.
  std::vector<Row> table() const {
    using enum PrincipalKind;
    return {
        {RegisterMember{MemberId{4}, "Dan", "New here"}, system, {}},
        {SetPreference{ada, InMailPreference::opted_out}, member, ada.value},
        {SetInboundRules{ada, true, {}}, member, ada.value},
        {UpdateProfile{ada, "Ada", "Countess", "en", true, {}}, system, {}},
        {BlockMember{eve, bob}, member, eve.value},
        {UnblockMember{eve, bob}, member, eve.value},
        {SetConnection{bob, eve}, system, {}},
        {RemoveConnection{eve, bob}, system, {}},
        {StopSender{eve, bob}, member, eve.value},
        {AllowSender{eve, bob}, member, eve.value},
        {StartSubscription{bob, PlanKind::business}, billing, {}},
        {ChangePlan{bob, PlanKind::career}, billing, {}},
        {CancelSubscription{bob}, billing, {}},
        {GrantBonus{ada, 1, operator_number, "Sorry"}, admin, operator_number},
        {CreateContract{ContractId{2}, 1}, billing, {}},
        {AddSeat{company, SeatId{2}, bob}, admin, {}},
        {SetSeatMonthlyLimit{company, {desk}, 50}, admin, {}},
        {SendInMail{ada, {}, eve, "Hello", "As myself."}, member, ada.value},
        {SendInMail{ada, desk, MemberId{4}, "Hello", "From my desk."}, seat, desk.value},
        {OpenInMail{bob, from_ada_}, member, bob.value},
        {MarkUnread{{bob, {}, from_ada_}}, member, bob.value},
        {ArchiveConversation{{bob, {}, from_ada_}}, member, bob.value},
        {StarConversation{{ada, desk, answered_}}, seat, desk.value},
        {TagConversation{{ada, {}, from_ada_}, "Ask again"}, member, ada.value},
        {FollowLink{bob, from_ada_, 0}, member, bob.value},
        {Respond{bob, from_ada_, ReplyKind::decline, "No."}, member, bob.value},
        {SendMessage{answered_, bob, {}, ada, "And?"}, member, bob.value},
        {SendMessage{answered_, ada, desk, bob, "Well."}, seat, desk.value},
        {ScheduleInMail{{ada, desk, eve, "Hello", "Tomorrow."}, tomorrow, ""}, seat, desk.value},
        {SaveDraft{ada, {}, {}, 0, bob, "Hello", "Not yet."}, member, ada.value},
        {AdoptPolicy{"name = \"ours\"\n"}, admin, {}},
        {PurchaseCredits{ada, "p5", "pay-1"}, member, ada.value},
        {PurchaseCredits{company, "p5", "pay-2"}, admin, {}},
        {ReversePurchase{ada, "pay-1", true}, billing, {}},
        {AdjustCredits{ada, -1, operator_number, "A mistake"}, admin, operator_number},
        {PaymentFailed{company}, billing, {}},
        {PaymentRecovered{company}, billing, {}},
        {EraseMember{eve}, system, {}},
    };
  }

  std::optional<Engine> engine_;
  InMailId from_ada_;  ///< From ada to bob, delivered, not answered.
  InMailId answered_;  ///< From ada's desk to bob, who answered.
};

constexpr PrincipalKind all_kinds[] = {
    PrincipalKind::system,    PrincipalKind::member,  PrincipalKind::seat, PrincipalKind::admin,
    PrincipalKind::moderator, PrincipalKind::billing, PrincipalKind::clock};

TEST_F(Roles, MayGiveWhatTheTableSaysAndNothingElse) {
  for (const Row& row : table()) {
    const std::uint64_t usual = row.number.value_or(usual_principal(row.command).number);
    for (const PrincipalKind kind : all_kinds)
      for (const std::uint64_t number : {usual, usual + 1, std::uint64_t{0}}) {
        const bool may = kind == row.kind && (!row.number || *row.number == number);
        if (!may) expect_refused(row.command, {kind, number}, Rejection::not_allowed);
      }
    const Answer answer = ask(row.command, {row.kind, usual});
    EXPECT_TRUE(answer.ok()) << type_of(row.command).name << ": " << name_of(answer.refusal.code);
  }
  expect_equal_views(*engine_);
}

TEST_F(Roles, AreKnownForEveryCommand) {
  // These have tests of their own.
  std::set<std::size_t> kinds{
      Command(RetractInMail{}).index(),    Command(UndoSend{}).index(),
      Command(RescheduleInMail{}).index(), Command(CancelScheduled{}).index(),
      Command(AddFollowUp{}).index(),      Command(DiscardDraft{}).index(),
      Command(TransferCredits{}).index(),  Command(LinkAccounts{}).index(),
      Command(UnlinkAccount{}).index()};
  for (const Row& row : table()) kinds.insert(row.command.index());
  EXPECT_EQ(kinds.size(), std::variant_size_v<Command>);
}

TEST_F(Roles, LetOnlyTheRecipientOpenAndAnswer) {
  for (const MemberId stranger : {ada, eve}) {
    const Principal asks = Principal::of(stranger);
    expect_refused(OpenInMail{stranger, from_ada_}, asks, Rejection::not_delivered);
    expect_refused(OpenInMail{bob, from_ada_}, asks, Rejection::not_allowed);
    expect_refused(Respond{stranger, from_ada_, ReplyKind::accept, "Yes"}, asks,
                   Rejection::not_delivered);
    expect_refused(Respond{bob, from_ada_, ReplyKind::accept, "Yes"}, asks, Rejection::not_allowed);
  }
  EXPECT_TRUE(ask(Respond{bob, from_ada_, ReplyKind::accept, "Yes"}, Principal::of(bob)).ok());
}

TEST_F(Roles, LetOnlyTheAuthorRetract) {
  ASSERT_TRUE(ask(AdoptPolicy{"name = \"kind\"\n[retract]\ncondition = \"unopened\"\n"
                              "window_s = 3600\n[undo]\nwindow_s = 0\n"},
                  {PrincipalKind::admin, 1})
                  .ok());
  const InMailId letter = send({ada, {}, eve, "Hello", "A second thought?"});
  const RetractInMail retract{ada, eve, letter};
  for (const MemberId stranger : {bob, eve}) {
    const Principal asks = Principal::of(stranger);
    expect_refused(retract, asks, Rejection::not_allowed);
    expect_refused(RetractInMail{stranger, eve, letter}, asks, Rejection::not_allowed);
  }
  for (const PrincipalKind kind : all_kinds)
    if (kind != PrincipalKind::member)
      expect_refused(retract, {kind, ada.value}, Rejection::not_allowed);
  expect_refused(RetractInMail{ada, bob, letter}, Principal::of(ada), Rejection::not_delivered);
  EXPECT_TRUE(ask(retract, Principal::of(ada)).ok());
}

TEST_F(Roles, LetOnlyTheSenderUndo) {
  const Principal keeper{PrincipalKind::admin, 1};
  ASSERT_TRUE(ask(AdoptPolicy{"name = \"slow\"\n[undo]\nwindow_s = 60\n"}, keeper).ok());
  const InMailId own = send({ada, {}, eve, "Hello", "As myself."});
  const InMailId of_desk = send({ada, desk, MemberId{bob}, "Hello", "From my desk."});
  for (const PrincipalKind kind : all_kinds) {
    if (kind != PrincipalKind::member)
      expect_refused(UndoSend{ada, own}, {kind, ada.value}, Rejection::not_allowed);
    if (kind != PrincipalKind::seat)
      expect_refused(UndoSend{desk, of_desk}, {kind, desk.value}, Rejection::not_allowed);
  }
  expect_refused(UndoSend{bob, own}, Principal::of(bob), Rejection::unknown_target);
  expect_refused(UndoSend{ada, of_desk}, Principal::of(ada), Rejection::unknown_target);
  EXPECT_TRUE(ask(UndoSend{ada, own}, Principal::of(ada)).ok());
  EXPECT_TRUE(ask(UndoSend{desk, of_desk}, Principal::of(desk)).ok());
}

TEST_F(Roles, LetTheSenderAndAnAdminCareForWhatIsScheduled) {
  const InMailId later = [&] {
    EXPECT_TRUE(
        settle(*engine_, ScheduleInMail{{ada, desk, eve, "Hello", "Tomorrow."}, tomorrow, ""})
            .ok());
    return last_inmail();
  }();
  const Timestamp sooner = tomorrow - std::chrono::hours{1};
  for (const PrincipalKind kind : all_kinds) {
    if (kind == PrincipalKind::seat || kind == PrincipalKind::admin) continue;
    expect_refused(RescheduleInMail{desk, later, sooner, ""}, {kind, desk.value},
                   Rejection::not_allowed);
    expect_refused(CancelScheduled{desk, later}, {kind, desk.value}, Rejection::not_allowed);
  }
  expect_refused(CancelScheduled{ada, later}, Principal::of(ada), Rejection::not_scheduled);
  EXPECT_TRUE(ask(RescheduleInMail{desk, later, sooner, ""}, Principal::of(desk)).ok());
  EXPECT_TRUE(ask(CancelScheduled{desk, later}, {PrincipalKind::admin, 1}).ok());
}

TEST_F(Roles, LetOnlyTheAuthorSeeToADraft) {
  ASSERT_TRUE(settle(*engine_, SaveDraft{ada, {}, {}, 0, bob, "Hello", "Not yet."}).ok());
  const DraftId draft{last_inmail().bytes};
  expect_refused(DiscardDraft{ada, draft}, Principal::of(bob), Rejection::not_allowed);
  expect_refused(DiscardDraft{bob, draft}, Principal::of(bob), Rejection::unknown_target);
  expect_refused(SaveDraft{bob, {}, draft, 1, ada, "Hello", "Mine."}, Principal::of(bob),
                 Rejection::unknown_target);
  EXPECT_TRUE(ask(DiscardDraft{ada, draft}, Principal::of(ada)).ok());
}

TEST_F(Roles, LetOnlyTheHolderUseASeat) {
  expect_refused(SendInMail{eve, desk, bob, "Hello", "On her desk."}, Principal::of(desk),
                 Rejection::not_allowed);
  expect_refused(SendMessage{answered_, eve, desk, bob, "On her desk."}, Principal::of(desk),
                 Rejection::not_allowed);
  expect_refused(SendInMail{eve, SeatId{9}, bob, "Hello", "On no desk."}, Principal::of(SeatId{9}),
                 Rejection::unknown_sender);
}

TEST_F(Roles, KeepStrangersOutOfAThread) {
  const Principal asks = Principal::of(eve);
  expect_refused(SendMessage{answered_, eve, {}, bob, "And me?"}, asks, Rejection::unknown_target);
  expect_refused(SendMessage{answered_, eve, {}, ada, "And me?"}, asks, Rejection::unknown_target);
  expect_refused(SendMessage{answered_, bob, {}, ada, "And me?"}, asks, Rejection::not_allowed);
}

TEST_F(Roles, DoNotExistForWhoIsNobody) {
  const MemberId nobody{99};
  const Principal asks = Principal::of(nobody);
  expect_refused(SendInMail{nobody, {}, bob, "Hello", "Who am I?"}, asks,
                 Rejection::unknown_sender);
  expect_refused(BlockMember{nobody, bob}, asks, Rejection::unknown_target);
  expect_refused(SetPreference{nobody, InMailPreference::disabled}, asks,
                 Rejection::unknown_target);
}

}  // namespace
}  // namespace inmail
