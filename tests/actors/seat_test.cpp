// A seat: sends in its holder's name on its contract's credits.

#include "actors/seat.hpp"

#include <gtest/gtest.h>

#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const Timestamp start = utc("2025-01-01");
constexpr SeatId desk{5};
constexpr ContractId acme{9};

Given<Seat>& opened(Given<Seat>& given, SeatRole role = SeatRole::recruiter) {
  return given.when_notice(SeatAdded{desk, ada, role}, acme, start);
}

const auto blocks_ada = std::make_shared<const std::set<MemberId>>(std::set{ada});

TEST(Seat, OpensOnce) {
  Given<Seat> given(desk);
  opened(given).then({SeatOpened{acme, ada, SeatRole::recruiter}});
  EXPECT_EQ(given.state().holder, ada);
}

TEST(Seat, DeclinesASecondContract) {
  Given<Seat> given(desk);
  opened(given);
  for (const ContractId other : {ContractId{10}, ContractId{11}})
    given.when_notice(SeatAdded{desk, bob, SeatRole::member}, other, start)
        .then({SeatDeclined{other}});
  EXPECT_EQ(given.state().contract, acme);
  EXPECT_EQ(given.state().holder, ada);
}

TEST(Seat, CanDoNothingBeforeItOpens) {
  Given<Seat> given(desk);
  given.when(mail(ada, desk, bob)).then_rejected(Rejection::unknown_sender);
  EXPECT_FALSE(given.step().reservation.has_value());
  given.when(SendMessage{{}, ada, desk, bob, "x"}).then_rejected(Rejection::unknown_target);
}

TEST(Seat, SendsInTheNameOfItsHolderFromTheContractsPool) {
  Given<Seat> given(desk);
  opened(given).admits(bob, {.exists = true, .version = Version{3}});
  given.when(mail(ada, desk, bob)).then_only<InMailSent>();
  EXPECT_EQ(given.step().reservation->cost, 1u);
  const InMailSent sent = given.the<InMailSent>();
  EXPECT_EQ(sent.from, ada);
  EXPECT_EQ(sent.pool, StreamId(acme));
  EXPECT_EQ(sent.cost, 1u);
  EXPECT_TRUE(sent.splits.empty()) << "the contract knows them";
  EXPECT_TRUE(sent.from_premium);
  EXPECT_EQ(sent.recipient_version, Version{3});
}

TEST(Seat, AsksItsContractEvenForWhatCostsNothing) {
  Policy policy = at_once();
  policy.charge.cost = 0;
  Given<Seat> given(desk, policy);
  opened(given).when(mail(ada, desk, bob)).then_only<InMailSent>();
  EXPECT_EQ(given.step().reservation->cost, 0u);
}

// Every way of breaking the guards before the credits, at once (D5.2): none of them may hold a
// credit.

enum class To { bob, self, nobody };
enum class Door { open, blocked, opted_out };
enum class Words { fine, none, too_many };

struct Attempt {
  bool by_another = false;
  bool for_another = false;
  To to = To::bob;
  bool may_not_send = false;
  Door door = Door::open;
  Words subject = Words::fine;
  Words body = Words::fine;
  bool too_soon = false;
};

std::optional<Rejection> first_broken(const Attempt& attempt) {
  if (attempt.by_another || attempt.for_another) return Rejection::not_allowed;
  if (attempt.to == To::self) return Rejection::self_send;
  if (attempt.to == To::nobody) return Rejection::unknown_recipient;
  if (attempt.may_not_send) return Rejection::role_cannot_send;
  if (attempt.door != Door::open) return Rejection::recipient_unavailable;
  if (attempt.subject == Words::none) return Rejection::subject_empty;
  if (attempt.subject == Words::too_many) return Rejection::subject_too_long;
  if (attempt.body == Words::none) return Rejection::body_empty;
  if (attempt.body == Words::too_many) return Rejection::body_too_long;
  if (attempt.too_soon) return Rejection::followup_too_soon;
  return std::nullopt;
}

Text words(Words words, std::size_t max) {
  if (words == Words::none) return {};
  return std::string(words == Words::fine ? max : max + 1, 'x');
}

void expect_first_broken(const Attempt& attempt) {
  Given<Seat> given(desk, at_once());
  opened(given, attempt.may_not_send ? SeatRole::hiring_manager : SeatRole::member);
  if (attempt.too_soon) given.events({InMailSent{.from = ada, .to = bob}});
  Admission door{.exists = attempt.to != To::nobody};
  if (attempt.door == Door::blocked) door.blocked = blocks_ada;
  if (attempt.door == Door::opted_out) door.preference = InMailPreference::opted_out;
  given.admits(bob, door);

  const MemberId from = attempt.for_another ? carol : ada;
  if (attempt.by_another) given.asked_by(Principal::of(SeatId{6}));
  given.when(SendInMail{.from = from,
                        .seat = desk,
                        .to = attempt.to == To::self ? from : bob,
                        .subject = words(attempt.subject, 200),
                        .body = words(attempt.body, 1'900)});
  const auto code = first_broken(attempt);
  const auto& asked = given.step().reservation;
  EXPECT_EQ(asked && asked->holds, !code.has_value());
  EXPECT_EQ(asked.has_value(), !code || *code >= Rejection::seat_inactive);
  if (code)
    given.then_rejected(*code);
  else
    given.then_only<InMailSent>();
}

TEST(Seat, IsRefusedByTheFirstGuardThatItBreaksAndReservesOnlyWhenNoneIsLeft) {
  constexpr std::size_t ways[] = {2, 2, 3, 2, 3, 3, 3, 2};
  std::size_t all = 1;
  for (const std::size_t each : ways) all *= each;
  for (std::size_t number = 0; number < all && !HasFailure(); ++number) {
    std::size_t rest = number;
    int way[8];
    for (std::size_t i = 0; i < 8; ++i) {
      way[i] = static_cast<int>(rest % ways[i]);
      rest /= ways[i];
    }
    expect_first_broken({way[0] == 1, way[1] == 1, To{way[2]}, way[3] == 1, Door{way[4]},
                         Words{way[5]}, Words{way[6]}, way[7] == 1});
  }
}

/// An open seat that decides a send, with all that its decision may look at.
struct Sending {
  Sending() {
    Seat::evolve(state, SeatOpened{acme, ada, SeatRole::recruiter}, {});
    Given<Seat>(desk).stage().seal_texts(command, {});
  }
  Sending(const Sending&) = delete;
  Sending& operator=(const Sending&) = delete;

  const Ground ground{at_once()};
  SeatState state;
  Command command = mail(ada, desk, bob);
  Admission recipient{.exists = true};
  Context context{.now = start,
                  .version = PolicyVersion{1},
                  .policies = &ground.book,
                  .asked_by = Principal::of(desk),
                  .recipient = &recipient};
};

TEST(Seat, DecidesWholeAgainOnTheStateOfThen) {
  Sending send;
  send.recipient.blocked = blocks_ada;
  send.context.pool = PoolAnswer{.reserved = 1, .cycle = 1};
  const Decision decision = Seat::decide(desk, send.state, send.command, send.context);
  ASSERT_TRUE(decision.refusal);
  EXPECT_EQ(decision.refusal->code, Rejection::recipient_unavailable);
}

TEST(Seat, AsksForNothingTwice) {
  Sending send;
  const auto wish = Seat::needs_reservation(desk, send.state, send.command, send.context);
  ASSERT_TRUE(wish.has_value());
  EXPECT_EQ(wish->cost, 1u);
  send.context.pool = PoolAnswer{.reserved = 1, .cycle = 1};
  EXPECT_EQ(Seat::needs_reservation(desk, send.state, send.command, send.context), std::nullopt);
}

TEST(Seat, NeverSendsWhatNobodyReserved) {
  const Sending send;
  EXPECT_THROW((void)Seat::decide(desk, send.state, send.command, send.context), Defect);
}

TEST(Seat, LearnsItsOutcomesOnce) {
  Given<Seat> given(desk);
  opened(given).when(mail(ada, desk, bob));
  const InMailRef ref = ref_of(given.the<InMailSent>(), desk, start);
  given.when_notice(reply_to(ref, ReplyKind::accept, ChargeEnd::refund, 1), bob, start + 1h);
  given.then({OutcomeReceived{ref.inmail, bob, Outcome::accepted}});
  given.when_notice(InMailFailed{ref, FailureReason::unknown_recipient}, bob, start + 2h);
  given.then_nothing();
}

TEST(Seat, WritesInAThreadThatAnAnswerOpened) {
  Given<Seat> given(desk);
  opened(given).when(mail(ada, desk, bob));
  const InMailRef ref = ref_of(given.the<InMailSent>(), desk, start);
  const SendMessage word{ref.inmail, ada, desk, bob, "And another thing"};
  given.when(word).then_rejected(Rejection::awaiting_response);
  given.when_notice(reply_to(ref, ReplyKind::accept, ChargeEnd::none), bob, start + 1h);
  given.when(word).then_only<MessageSent>();
  given.when(SendMessage{ref.inmail, carol, desk, bob, "x"}).then_rejected(Rejection::not_allowed);
  given.when(SendMessage{ref.inmail, ada, desk, bob, ""}).then_rejected(Rejection::body_empty);
  given.admits(bob, {.exists = true, .blocked = blocks_ada});
  given.when(word).then_rejected(Rejection::thread_unavailable);
  given.when(SendMessage{InMailId{{1}}, ada, desk, bob, "x"})
      .then_rejected(Rejection::unknown_target);
  given.when(SendMessage{{}, ada, desk, bob, "x"}).then_rejected(Rejection::not_connected);
}

TEST(Seat, MeetsWhatIsNoneOfItsBusinessWithADefect) {
  Given<Seat> given(desk);
  opened(given);
  EXPECT_THROW(given.stage().notice({.key = notice_key(NoticeKind::confirm, InMailId{})}, start),
               Defect);
  SeatState state;
  EXPECT_THROW(Seat::evolve(state, MemberBlocked{}, {}), Defect);
  EXPECT_THROW(given.stage().command(OpenInMail{ada, {}}, start, {}, Principal::of(ada)), Defect);
}

}  // namespace
}  // namespace inmail::test
