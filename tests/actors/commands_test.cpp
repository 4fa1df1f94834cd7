#include "actors/commands.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/given.hpp"

namespace inmail::test {
namespace {

constexpr ContractId acme{7};
constexpr SeatId desk{8};
const InMailId some_inmail = inmail_of(make_command_id(timestamp_from_ms(5), 6, 7));

/// One of each, with every member set to something.
std::vector<Command> all_commands() {
  return {
      RegisterMember{ada, "Ada", "Engines", "en-GB", false},
      SetPreference{ada, InMailPreference::opted_out},
      BlockMember{ada, bob},
      UnblockMember{ada, bob},
      StartSubscription{acme, PlanKind::recruiter_corp, 14},
      ChangePlan{ada, PlanKind::business},
      CancelSubscription{ada},
      GrantBonus{ada, 3, 99, "an apology"},
      CreateContract{acme, 12},
      AddSeat{acme, desk, ada, SeatRole::hiring_manager},
      SendInMail{ada, desk, bob, "Subject", "Body"},
      OpenInMail{bob, some_inmail},
      Respond{bob, some_inmail, ReplyKind::decline, "No, thank you"},
      RetractInMail{ada, bob, some_inmail},
      SendMessage{some_inmail, ada, desk, bob, "And another thing"},
      AdoptPolicy{"name = \"x\""},
      EraseMember{ada},
      SetConnection{bob, ada},
      RemoveConnection{ada, bob},
      StopSender{bob, ada},
      AllowSender{bob, ada},
      UndoSend{desk, some_inmail},
      MarkUnread{{ada, desk, some_inmail}, false},
      ArchiveConversation{{ada, desk, some_inmail}, false},
      StarConversation{{ada, desk, some_inmail}, false},
      TagConversation{{ada, desk, some_inmail}, "later", 77, false},
      FollowLink{bob, some_inmail, 3},
      SetSeatMonthlyLimit{acme, {desk}, 20},
      PurchaseCredits{ada, "p5", "pay-1"},
      ReversePurchase{acme, "pay-1", true},
      AdjustCredits{ada, -3, 99, "a mistake"},
      PaymentFailed{acme},
      PaymentRecovered{acme},
      SetInboundRules{bob, true, {.filters = {.languages = {"en"}}, .daily_max = 3}},
      UpdateProfile{bob, "Bob", "Host", "en", false, {"press"}},
      ScheduleInMail{{ada, desk, bob, "Subject", "Body"}, timestamp_from_ms(9), "UTC"},
      RescheduleInMail{ada, some_inmail, timestamp_from_ms(9), "UTC"},
      CancelScheduled{desk, some_inmail},
      AddFollowUp{{ada, {}, bob, "Subject", "Body"}, some_inmail, 259'200},
      SaveDraft{ada, desk, DraftId{some_inmail.bytes}, 3, bob, "Subject", "Bo"},
      DiscardDraft{ada, DraftId{some_inmail.bytes}},
      TransferCredits{ada, acme, 3, 99},
      LinkAccounts{ada, bob},
      UnlinkAccount{ada, MemberId{99}},
  };
}

Command sealed(Command command) {
  Stage<Member> stage(ada, std::make_shared<Ground>(at_once()));
  stage.seal_texts(command, make_command_id(timestamp_from_ms(1), 2, 3));
  return command;
}

std::string encoded(const Command& command) {
  std::string bytes;
  encode_command(command, bytes);
  return bytes;
}

TEST(Commands, AreAllInTheTestsOfThisFile) {
  std::set<std::size_t> kinds;
  for (const Command& command : all_commands()) kinds.insert(command.index());
  EXPECT_EQ(kinds.size(), std::variant_size_v<Command>);
}

TEST(Commands, HaveNumbersAndNamesOfTheirOwn) {
  std::set<std::uint16_t> numbers;
  std::set<std::string_view> names;
  for (const Command& command : all_commands()) {
    EXPECT_TRUE(numbers.insert(type_of(command).number).second) << type_of(command).name;
    EXPECT_TRUE(names.insert(type_of(command).name).second) << type_of(command).name;
  }
}

TEST(Commands, SurviveARoundTripThroughTheCodec) {
  for (const Command& plain : all_commands()) {
    const Command command = sealed(plain);
    const auto decoded = decode_command(type_of(command).number, bytes_of(encoded(command)));
    ASSERT_TRUE(decoded) << type_of(command).name;
    EXPECT_EQ(*decoded, command) << type_of(command).name;
  }
}

TEST(Commands, AreCorruptWhenAByteIsMissingOrLeftOver) {
  for (const Command& plain : all_commands()) {
    const Command command = sealed(plain);
    const std::string bytes = encoded(command);
    for (const std::string& damaged : {bytes.substr(0, bytes.size() - 1), bytes + '\0'}) {
      const auto decoded = decode_command(type_of(command).number, bytes_of(damaged));
      ASSERT_FALSE(decoded) << type_of(command).name;
      EXPECT_EQ(decoded.error().code, ErrorCode::corruption) << type_of(command).name;
    }
  }
}

/// What commands have learned to say does not change the bytes of those that do not say it.
TEST(Commands, SayInATailWhatTheyCouldNotAlwaysSay) {
  const auto as_ordered = [](const Command& plain) {
    Command command = sealed(plain);
    if (auto* send = std::get_if<SendInMail>(&command)) send->print = {};
    return command;
  };
  const auto bytes_more = [&](const Command& plain, const Command& fuller) {
    const std::string before = encoded(as_ordered(plain));
    const std::string after = encoded(as_ordered(fuller));
    EXPECT_TRUE(after.starts_with(before)) << type_of(plain).name;
    const auto decoded = decode_command(type_of(fuller).number, bytes_of(after));
    EXPECT_TRUE(decoded.ok() && *decoded == as_ordered(fuller)) << type_of(fuller).name;
    return after.size() - before.size();
  };
  SendInMail letter{ada, {}, bob, "Subject", "Body"};
  const SendInMail plain = letter;
  letter.hints.purpose = Purpose::job;
  EXPECT_EQ(bytes_more(plain, letter), 14u);
  EXPECT_EQ(
      bytes_more(Respond{bob, some_inmail}, Respond{bob, some_inmail, ReplyKind::reply, {}, true}),
      1u);
  SendInMail argued = letter;
  argued.veteran = true;
  EXPECT_EQ(bytes_more(letter, argued), 44u)
      << "a print, a reason, a flag, what came with them, behind the older tail";
  SendInMail of_draft = letter;
  of_draft.draft = DraftId{some_inmail.bytes};
  EXPECT_EQ(bytes_more(letter, of_draft), 61u) << "behind the two older tails";
  EXPECT_EQ(bytes_more(SetPreference{ada}, SetPreference{ada, InMailPreference::on, false}), 2u);
  EXPECT_EQ(bytes_more(RegisterMember{ada}, RegisterMember{ada, "", "", "", true, {"staff"}}), 13u);
}

TEST(Commands, HaveNoTailThatSaysNothing) {
  const std::string nothing = std::string("\0\0\x08", 3) + std::string(11, '\0');
  const SendInMail letter{ada, {}, bob, {}, {}};
  EXPECT_FALSE(decode_command(SendInMail::type.number, bytes_of(encoded(letter) + nothing)).ok());
}

TEST(Commands, CarryWhatStandsInTheirTexts) {
  Command letter = SendInMail{ada, {}, bob, "<b>", "- one\n[two](http://three.com)"};
  MemoryKeyStore keys(1);
  ASSERT_TRUE(take_marks(letter, keys).ok());
  EXPECT_EQ(std::get<SendInMail>(letter).markup, (TextMarkup{true, true, false, 1, 1}));
  EXPECT_TRUE(std::get<SendInMail>(letter).print.is_taken());
  Command empty = SendInMail{ada, {}, bob, "", ""};
  ASSERT_TRUE(take_marks(empty, keys).ok());
  EXPECT_FALSE(std::get<SendInMail>(empty).print.is_taken());
}

TEST(Commands, OfAnUnknownNumberAreOfANewerFormat) {
  const auto decoded = decode_command(9'999, {});
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::newer_format);
}

TEST(Commands, NeverStoreAPlainText) {
  std::string bytes;
  EXPECT_THROW(encode_command(SendInMail{.from = ada, .to = bob, .body = "secret"}, bytes), Defect);
}

TEST(Commands, GoToTheStreamThatOwnsTheFactTheyChange) {
  EXPECT_EQ(target_of(SendInMail{.from = ada, .to = bob}), StreamId(ada));
  EXPECT_EQ(target_of(SendInMail{.from = ada, .seat = desk, .to = bob}), StreamId(desk));
  EXPECT_EQ(target_of(SendMessage{.from = ada, .seat = desk, .to = bob}), StreamId(desk));
  EXPECT_EQ(target_of(Respond{.recipient = bob}), StreamId(bob));
  EXPECT_EQ(target_of(RetractInMail{ada, bob, some_inmail}), StreamId(bob));
  EXPECT_EQ(target_of(AddSeat{acme, desk, ada}), StreamId(acme));
  EXPECT_EQ(target_of(StartSubscription{acme, PlanKind::free}), StreamId(acme));
  EXPECT_EQ(target_of(AdoptPolicy{}), StreamId::policy());
  EXPECT_EQ(target_of(SetConnection{bob, ada}), StreamId(ada));
  EXPECT_EQ(target_of(RemoveConnection{ada, bob}), StreamId(ada));
}

/// What an admin may do beside the sender.
bool cares_for_admins(const Command& command) {
  return std::holds_alternative<RescheduleInMail>(command) ||
         std::holds_alternative<CancelScheduled>(command);
}

/// Command by role (D5.1).
TEST(Commands, MayBeGivenByOneKindOfPrincipalOnly) {
  using enum PrincipalKind;
  const std::vector<PrincipalKind> allowed{
      system, member, member, member, billing, billing, billing, admin,   billing, admin,   seat,
      member, member, member, seat,   admin,   system,  system,  system,  member,  member,  seat,
      seat,   seat,   seat,   seat,   member,  admin,   member,  billing, admin,   billing, billing,
      member, system, seat,   member, seat,    member,  seat,    member,  admin,   member,  member,
  };
  const auto commands = all_commands();
  ASSERT_EQ(commands.size(), allowed.size());
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const Principal usual = usual_principal(commands[i]);
    for (const PrincipalKind kind : {system, member, seat, admin, moderator, billing, clock})
      EXPECT_EQ(may_give({kind, usual.number}, commands[i]),
                kind == allowed[i] || (kind == admin && cares_for_admins(commands[i])))
          << type_of(commands[i]).name << " by " << to_text(Principal{kind, usual.number});
  }
}

TEST(Commands, OfAPersonMayBeGivenByThatPersonOnly) {
  for (const Command& command : all_commands()) {
    const Principal usual = usual_principal(command);
    const bool is_personal = usual.kind == PrincipalKind::member ||
                             usual.kind == PrincipalKind::seat ||
                             std::holds_alternative<GrantBonus>(command) ||
                             std::holds_alternative<AdjustCredits>(command) ||
                             std::holds_alternative<TransferCredits>(command);
    EXPECT_EQ(may_give({usual.kind, usual.number + 1}, command), !is_personal)
        << type_of(command).name;
  }
}

TEST(Commands, WithoutASeatAreTheMembersOwn) {
  EXPECT_EQ(usual_principal(SendInMail{.from = ada, .to = bob}), Principal::of(ada));
  EXPECT_EQ(usual_principal(SendMessage{.from = ada, .to = bob}), Principal::of(ada));
}

}  // namespace
}  // namespace inmail::test
