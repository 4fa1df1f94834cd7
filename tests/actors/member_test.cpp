// A member: who may send to whom, and what others may know (D5.2, D3.7, D4.6).

#include "actors/member.hpp"

#include <gtest/gtest.h>

#include "tests/support/given.hpp"
#include "tests/support/letters.hpp"

namespace inmail::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const Timestamp start = utc("2025-01-01");

Given<Member>& subscribed(Given<Member>& given, PlanKind plan = PlanKind::career) {
  given.at(start).when(RegisterMember{ada, "Ada", "", "en"});
  return given.when(StartSubscription{ada, plan});
}

TEST(Member, JoinsOnce) {
  Given<Member> given(ada);
  given.when(RegisterMember{ada, "Ada", "Engines", "en-GB", false}).then_only<MemberRegistered>();
  EXPECT_EQ(given.the<MemberRegistered>().locale, "en-GB");
  EXPECT_EQ(given.the<MemberRegistered>().display_name.field(), TextField::display_name);
  EXPECT_FALSE(given.the<MemberRegistered>().public_profile);
  given.when(RegisterMember{ada, "Ada again", "", "en"}).then_rejected(Rejection::already_exists);
}

TEST(Member, CanDoNothingBeforeItJoins) {
  Given<Member> given(ada);
  given.when(mail(ada, bob)).then_rejected(Rejection::unknown_sender);
  for (const Command& command :
       {Command{SetPreference{ada, InMailPreference::disabled}}, Command{BlockMember{ada, bob}},
        Command{StartSubscription{ada, PlanKind::career}}, Command{GrantBonus{ada, 1, 2, "x"}},
        Command{OpenInMail{ada, {}}}, Command{SendMessage{{}, ada, {}, bob, "x"}}})
    given.when(command).then_rejected(Rejection::unknown_target);
  EXPECT_EQ(given.state(), MemberState{});
}

TEST(Member, TakesOrdersOnlyFromWhoMayGiveThem) {
  Given<Member> given(ada);
  subscribed(given);
  for (const Command& command :
       {Command{SetPreference{ada, InMailPreference::disabled}}, Command{BlockMember{ada, bob}},
        Command{ChangePlan{ada, PlanKind::business}}, Command{mail(ada, bob)},
        Command{OpenInMail{ada, {}}}, Command{GrantBonus{ada, 1, 2, "x"}}})
    given.asked_by(Principal::of(bob)).when(command).then_rejected(Rejection::not_allowed);
}

TEST(Member, ChangesItsPreferenceWhereItIsAnother) {
  Given<Member> given(ada);
  subscribed(given);
  given.when(SetPreference{ada, InMailPreference::on}).then_nothing();
  given.when(SetPreference{ada, InMailPreference::opted_out})
      .then({PreferenceChanged{InMailPreference::opted_out}});
  given.when(SetPreference{ada, InMailPreference::opted_out}).then_nothing();
}

TEST(Member, BlocksAndUnblocksOnce) {
  Given<Member> given(ada);
  subscribed(given);
  given.when(UnblockMember{ada, bob}).then_nothing();
  given.when(BlockMember{ada, bob}).then({MemberBlocked{bob}});
  given.when(BlockMember{ada, bob}).then_nothing();
  given.when(UnblockMember{ada, bob}).then({MemberUnblocked{bob}});
  given.when(BlockMember{ada, ada}).then_rejected(Rejection::not_allowed);
}

TEST(Member, TellsOthersOnlyWhatASendLooksAt) {
  Given<Member> given(ada);
  EXPECT_FALSE(Member::admission(given.state(), Policy{}, Version{0}).exists);
  subscribed(given)
      .when(BlockMember{ada, bob})
      .when(SetPreference{ada, InMailPreference::disabled});
  const Admission admission = Member::admission(given.state(), Policy{}, Version{9});
  EXPECT_TRUE(admission.exists);
  EXPECT_TRUE(admission.is_premium);
  EXPECT_EQ(admission.preference, InMailPreference::disabled);
  EXPECT_TRUE(admission.blocks(bob));
  EXPECT_FALSE(admission.blocks(carol));
  EXPECT_EQ(admission.version, Version{9});
}

TEST(MemberSend, SaysAllThatItsDeliveryAndItsChargeNeed) {
  Given<Member> given(ada);
  subscribed(given).admits(bob, {.exists = true, .version = Version{41}});
  given.when(mail(ada, bob)).then_only<InMailSent>();
  const InMailSent sent = given.the<InMailSent>();
  EXPECT_EQ(sent.inmail, given.inmail());
  EXPECT_EQ(sent.from, ada);
  EXPECT_EQ(sent.to, bob);
  EXPECT_TRUE(sent.from_premium);
  EXPECT_EQ(sent.pool, StreamId(ada));
  EXPECT_EQ(sent.cost, 1u);
  EXPECT_EQ(sent.splits, (LotSplits{{LotId{1}, 1}}));
  EXPECT_EQ(sent.recipient_version, Version{41});
  EXPECT_EQ(sent.subject.author(), ada);
}

// The ladder of D5.2: every way of breaking guards at once.

enum class To { bob, self, nobody };
enum class Plan { paid, ended, free };
enum class Door { open, blocked, disabled };
enum class Words { fine, none, too_many };
enum class Silence { none, fresh, twice };

struct Attempt {
  bool by_another = false;
  bool unregistered = false;
  To to = To::bob;
  Plan plan = Plan::paid;
  Door door = Door::open;
  Words subject = Words::fine;
  Words body = Words::fine;
  Silence silence = Silence::none;
  bool penniless = false;
};

/// The first guard that the attempt breaks.
std::optional<Rejection> first_broken(const Attempt& attempt) {
  if (attempt.by_another) return Rejection::not_allowed;
  if (attempt.unregistered) return Rejection::unknown_sender;
  if (attempt.to == To::self) return Rejection::self_send;
  if (attempt.to == To::nobody) return Rejection::unknown_recipient;
  if (attempt.plan == Plan::ended) return Rejection::subscription_ended;
  if (attempt.plan == Plan::free) return Rejection::premium_required;
  if (attempt.door != Door::open) return Rejection::recipient_unavailable;
  if (attempt.subject == Words::none) return Rejection::subject_empty;
  if (attempt.subject == Words::too_many) return Rejection::subject_too_long;
  if (attempt.body == Words::none) return Rejection::body_empty;
  if (attempt.body == Words::too_many) return Rejection::body_too_long;
  if (attempt.silence == Silence::twice) return Rejection::followup_limit;
  if (attempt.silence == Silence::fresh) return Rejection::followup_too_soon;
  if (attempt.penniless) return Rejection::insufficient_credits;
  return std::nullopt;
}

/// What happened to ada before she tries.
std::vector<Event> past_of(const Attempt& attempt) {
  std::vector<Event> past;
  if (!attempt.unregistered) past.push_back(MemberRegistered{});
  const PlanKind plan = attempt.plan == Plan::free ? PlanKind::free : PlanKind::career;
  past.push_back(SubscriptionStarted{plan, 1});
  past.push_back(CycleRenewed{1, utc("2025-02-01")});
  const auto sent = static_cast<std::uint32_t>(attempt.silence);
  if (const std::uint32_t credits = sent + (attempt.penniless ? 0 : 1); credits > 0)
    past.push_back(CreditsGranted{.lot = LotId{1}, .amount = credits});
  for (std::uint64_t i = 1; i <= sent; ++i)
    past.push_back(InMailSent{.inmail = inmail_of(make_command_id(start, 9, i)),
                              .from = ada,
                              .to = bob,
                              .pool = ada,
                              .cost = 1,
                              .splits = {{LotId{1}, 1}}});
  if (attempt.plan == Plan::ended) past.push_back(SubscriptionEnded{plan});
  return past;
}

Admission door_of(const Attempt& attempt) {
  Admission admission{.exists = attempt.to != To::nobody};
  if (attempt.door == Door::disabled) admission.preference = InMailPreference::disabled;
  if (attempt.door == Door::blocked)
    admission.blocked = std::make_shared<const std::set<MemberId>>(std::set{ada});
  return admission;
}

Text words(Words words, std::size_t max) {
  if (words == Words::none) return {};
  return std::string(words == Words::fine ? max : max + 1, 'x');
}

void expect_first_broken(const Attempt& attempt) {
  Given<Member> given(ada, at_once());
  given.at(start).events(past_of(attempt)).admits(bob, door_of(attempt));
  if (attempt.by_another) given.asked_by(Principal::of(carol));
  given.when(SendInMail{.from = ada,
                        .to = attempt.to == To::self ? ada : bob,
                        .subject = words(attempt.subject, 200),
                        .body = words(attempt.body, 1'900)});
  if (const auto code = first_broken(attempt))
    given.then_rejected(*code);
  else
    given.then_only<InMailSent>();
}

template <class Visit>
void each_attempt(Visit&& visit) {
  constexpr std::size_t ways[] = {2, 2, 3, 3, 3, 3, 3, 3, 2};
  std::size_t all = 1;
  for (const std::size_t each : ways) all *= each;
  for (std::size_t number = 0; number < all; ++number) {
    std::size_t rest = number;
    int way[9];
    for (std::size_t i = 0; i < 9; ++i) {
      way[i] = static_cast<int>(rest % ways[i]);
      rest /= ways[i];
    }
    visit(Attempt{way[0] == 1, way[1] == 1, To{way[2]}, Plan{way[3]}, Door{way[4]}, Words{way[5]},
                  Words{way[6]}, Silence{way[7]}, way[8] == 1});
  }
}

TEST(MemberSend, IsRefusedByTheFirstGuardThatItBreaks) {
  each_attempt([](const Attempt& attempt) {
    if (!testing::Test::HasFailure()) expect_first_broken(attempt);
  });
}

TEST(MemberSend, TellsNoReasonWhyARecipientIsUnavailable) {
  std::set<std::string> records;
  const auto block = std::make_shared<const std::set<MemberId>>(std::set{ada});
  for (const Admission& admission :
       {Admission{.exists = true, .blocked = block},
        Admission{.exists = true, .preference = InMailPreference::opted_out},
        Admission{.exists = true, .preference = InMailPreference::disabled}}) {
    Given<Member> given(ada);
    subscribed(given).admits(bob, admission).when(mail(ada, bob));
    given.then_rejected(Rejection::recipient_unavailable, 0, 0);
    std::string bytes;
    encode_event(given.step().records.back().event, bytes);
    records.insert(bytes);
  }
  EXPECT_EQ(records.size(), 1u) << "what is on record does not differ either";
}

TEST(MemberSend, DoesNotReachWhomTheSenderBlocks) {
  Given<Member> given(ada);
  subscribed(given).when(BlockMember{ada, bob});
  given.when(mail(ada, bob)).then_rejected(Rejection::recipient_unavailable);
}

TEST(MemberSend, PassesTheSwitchesAsSeed2Says) {  // A11.
  const auto block = std::make_shared<const std::set<MemberId>>(std::set{ada});
  using enum InMailPreference;
  const struct {
    Admission recipient;
    bool passes;
  } cases[] = {
      {{.exists = true, .is_premium = true, .preference = opted_out}, true},
      {{.exists = true, .is_premium = true, .preference = disabled}, true},
      {{.exists = true, .is_premium = false, .preference = opted_out}, true},
      {{.exists = true, .is_premium = false, .preference = disabled}, false},
      {{.exists = true, .is_premium = true, .preference = on, .blocked = block}, false},
  };
  for (const auto& [recipient, passes] : cases) {
    Given<Member> given(ada, "seed2");
    subscribed(given).admits(bob, recipient).when(mail(ada, bob));
    if (passes)
      given.then_only<InMailSent>();
    else
      given.then_rejected(Rejection::recipient_unavailable);
  }
}

TEST(MemberSend, IsForPremiumOnlyWhereNothingIsFree) {  // A16.
  for (const std::string_view policy : {"seed1", "seed2", "seed3"}) {
    Given<Member> given(ada, policy);
    given.when(RegisterMember{ada, "Ada", "", "en"});
    given.when(mail(ada, bob)).then_rejected(Rejection::premium_required);
    given.when(GrantBonus{ada, 5, 1, "gift"}).when(mail(ada, bob));
    given.then_rejected(Rejection::premium_required);
  }
}

TEST(MemberSend, CostsNothingWhenItIsRefused) {
  Given<Member> given(ada);
  subscribed(given);
  const MemberState before = given.state();
  given.when(SendInMail{.from = ada, .to = bob, .subject = "Hi"});
  given.then_rejected(Rejection::body_empty, 1, 0);
  EXPECT_EQ(given.state(), before);
  const auto& rejected = std::get<CommandRejected>(given.step().records.back().event);
  const auto command = decode_command(rejected.command_type, bytes_of(rejected.command));
  ASSERT_TRUE(command) << "the whole command is on record";
  EXPECT_EQ(std::get<SendInMail>(*command).to, bob);
}

TEST(MemberSend, NamesTheNumbersItCompared) {
  Given<Member> given(ada, "seed0");
  subscribed(given);
  for (std::uint64_t i = 0; i < 3; ++i) given.when(mail(ada, MemberId{10 + i}));
  given.when(mail(ada, bob)).then_rejected(Rejection::insufficient_credits, 1, 0);
}

TEST(MemberSend, MayCostSeveralCredits) {
  Policy policy = at_once();
  policy.charge.cost = 3;
  Given<Member> given(ada, policy);
  subscribed(given).when(mail(ada, bob)).then_only<InMailSent>();
  given.when(mail(ada, carol)).then_rejected(Rejection::insufficient_credits, 3, 2);
}

TEST(Member, LooksAtNobodyForASendToItself) {
  Given<Member> given(ada);
  EXPECT_EQ(Member::looks_at(given.state(), mail(ada, bob)), std::nullopt) << "not joined";
  subscribed(given);
  EXPECT_EQ(Member::looks_at(given.state(), mail(ada, bob)), bob);
  EXPECT_EQ(Member::looks_at(given.state(), mail(ada, ada)), std::nullopt);
  EXPECT_EQ(Member::looks_at(given.state(), SendMessage{{}, ada, {}, bob, ""}), bob);
  EXPECT_EQ(Member::looks_at(given.state(), OpenInMail{ada, {}}), std::nullopt);
}

TEST(Member, MeetsWhatIsNoneOfItsBusinessWithADefect) {
  Given<Member> given(ada);
  subscribed(given);
  EXPECT_THROW(given.stage().notice(
                   {.key = notice_key(NoticeKind::open_seat, ContractId{1}, SeatId{1})}, start),
               Defect);
  MemberState state;
  EXPECT_THROW(Member::evolve(state, ContractCreated{}, {}), Defect);
  EXPECT_THROW(Member::evolve(state, CreditsExpired{LotId{9}, 1}, {}), Defect);
  EXPECT_THROW(given.stage().command(CreateContract{}, start, {}, {PrincipalKind::billing, 0}),
               Defect);
}

}  // namespace
}  // namespace inmail::test
