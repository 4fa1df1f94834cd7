#include "tools/command_json.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tools/command_fields.hpp"

namespace inmail::tools {
namespace {

constexpr std::string_view inmail_hex = "0198b0f9a2c000070000000000000001";

InMailId inmail_id() { return InMailId{*id_bytes_from_text(inmail_hex)}; }

SendInMail letter() {
  return {.from = MemberId{7},
          .seat = SeatId{3},
          .to = MemberId{9},
          .subject = "Hello",
          .body = "A job, \"perhaps\"",
          .hints = {.degree = Degree::third, .applicant = true, .purpose = Purpose::job},
          .signature = "Ada",
          .attachments = {{12, "pdf", 20'480, "CV of Ada.pdf"}, {13, "png", 7, "Me"}},
          .locale = "en-GB",
          .offers_compensation = true};
}

SetInboundRules inbound_rules() {
  return {.member = MemberId{9},
          .own = true,
          .rules = {.filters = {.purposes = {Purpose::job, Purpose::press},
                                .min_degree = Degree::second,
                                .max_degree = Degree::third,
                                .languages = {"en", "pt-BR"},
                                .quiet_from_minute = 1'320,
                                .quiet_until_minute = 420,
                                .require_compensation = true},
                    .daily_max = 3,
                    .weekly_max = 9}};
}

/// What is written now and sent later.
std::vector<Command> commands_for_later() {
  return {
      ScheduleInMail{.letter = {.from = MemberId{7},
                                .seat = SeatId{3},
                                .to = MemberId{9},
                                .subject = "Hello",
                                .body = "Tomorrow",
                                .hints = {},
                                .markup = {},
                                .draft = DraftId{inmail_id().bytes}},
                     .send_at = timestamp_from_ms(1'767'600'000'000),
                     .time_zone = "Europe/Vienna"},
      RescheduleInMail{.sender = SeatId{3},
                       .inmail = inmail_id(),
                       .send_at = timestamp_from_ms(1'767'600'000'001),
                       .time_zone = ""},
      CancelScheduled{.sender = MemberId{7}, .inmail = inmail_id()},
      AddFollowUp{.letter = {.from = MemberId{7}, .to = MemberId{9}, .body = "And?"},
                  .parent = inmail_id(),
                  .delay_s = 259'200},
      SaveDraft{.from = MemberId{7},
                .seat = {},
                .draft = DraftId{inmail_id().bytes},
                .revision = 2,
                .to = MemberId{9},
                .subject = "Hello",
                .body = "A w"},
      DiscardDraft{.author_id = MemberId{7}, .draft = DraftId{inmail_id().bytes}},
      LinkAccounts{.pool = MemberId{7}, .member = MemberId{9}},
      UnlinkAccount{.pool = MemberId{7}, .member = MemberId{9}},
  };
}

/// One of each, with every field set.
std::vector<Command> all_commands() {
  std::vector<Command> all{
      RegisterMember{.member = MemberId{7},
                     .display_name = "Ada",
                     .headline = "Engines",
                     .locale = "en",
                     .public_profile = false,
                     .lists = {"platform_staff", "press"}},
      SetPreference{
          .member = MemberId{7}, .inmail = InMailPreference::opted_out, .open_profile = true},
      SetConnection{.a = MemberId{7}, .b = MemberId{9}},
      RemoveConnection{.a = MemberId{9}, .b = MemberId{7}},
      StopSender{.member = MemberId{9}, .sender = MemberId{7}},
      AllowSender{.member = MemberId{9}, .sender = MemberId{7}},
      BlockMember{.member = MemberId{7}, .blocked = MemberId{9}},
      UnblockMember{.member = MemberId{7}, .blocked = MemberId{9}},
      StartSubscription{.owner = ContractId{1}, .plan = PlanKind::recruiter_corp, .trial_days = 30},
      PurchaseCredits{.owner = MemberId{7}, .pack = "p5", .payment_ref = "pay-1"},
      ReversePurchase{.owner = MemberId{7}, .payment_ref = "pay-1", .chargeback = true},
      AdjustCredits{.owner = MemberId{7}, .credits = -3, .approver = 2, .reason = "a mistake"},
      TransferCredits{.from = ContractId{1}, .to = MemberId{7}, .credits = 3, .approver = 2},
      PaymentFailed{.owner = ContractId{1}},
      PaymentRecovered{.owner = ContractId{1}},
      ChangePlan{.owner = MemberId{7}, .plan = PlanKind::business},
      CancelSubscription{.owner = MemberId{7}},
      GrantBonus{.owner = MemberId{7}, .credits = 5, .approver = 2, .reason = "an outage"},
      CreateContract{.contract = ContractId{1}, .seats_max = 50},
      AddSeat{.contract = ContractId{1},
              .seat = SeatId{3},
              .holder = MemberId{7},
              .role = SeatRole::hiring_manager},
      letter(),
      OpenInMail{.recipient = MemberId{9}, .inmail = inmail_id()},
      Respond{.recipient = MemberId{9},
              .inmail = inmail_id(),
              .kind = ReplyKind::decline,
              .text = "No, thanks",
              .automatic = true},
      RetractInMail{.author_id = MemberId{7}, .recipient = MemberId{9}, .inmail = inmail_id()},
      SendMessage{.conversation = inmail_id(),
                  .from = MemberId{7},
                  .seat = SeatId{3},
                  .to = MemberId{9},
                  .text = "Then later"},
      AdoptPolicy{.document = "[refund]\nwindow_s = 604800\n"},
      EraseMember{.member = MemberId{7}, .also_received = true},
      UndoSend{.sender = SeatId{3}, .inmail = inmail_id()},
      MarkUnread{.view = {MemberId{7}, SeatId{3}, inmail_id()}, .unread = false},
      ArchiveConversation{.view = {MemberId{7}, SeatId{3}, inmail_id()}, .archived = false},
      StarConversation{.view = {MemberId{7}, SeatId{3}, inmail_id()}, .starred = false},
      TagConversation{
          .view = {MemberId{7}, SeatId{3}, inmail_id()}, .tag = "later", .tagged = false},
      FollowLink{.recipient = MemberId{9}, .inmail = inmail_id(), .link = 2},
      inbound_rules(),
      UpdateProfile{.member = MemberId{9},
                    .display_name = "Bob",
                    .headline = "Host",
                    .locale = "en",
                    .public_profile = false,
                    .lists = {"press"}},
      SetSeatMonthlyLimit{.contract = ContractId{1}, .seats = {SeatId{3}, SeatId{4}}, .limit = 20},
  };
  for (Command& each : commands_for_later()) all.push_back(std::move(each));
  return all;
}

std::string problem_with(std::string_view text) {
  const auto request = request_from_json(text);
  return request ? "none" : request.error();
}

TEST(CommandJson, BringsEveryCommandBackAsItWas) {
  std::set<std::size_t> kinds;
  for (const Command& command : all_commands()) {
    const std::string json = to_line(to_json(command, TextReader(nullptr)));
    const auto request = request_from_json(json);
    ASSERT_TRUE(request) << json << ": " << request.error();
    EXPECT_EQ(request->command, command) << json;
    EXPECT_TRUE(request->id.is_zero());
    EXPECT_FALSE(request->asked_by);
    kinds.insert(command.index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Command>) << "every command is tried";
}

TEST(CommandJson, TakesNumbersIdsAndWhoAsks) {
  const auto request = request_from_json(
      R"({"command":"send_inmail","id":"0198b0f9a2c000070000000000000001","asked_by":"admin:1",)"
      R"("from":7,"to":"member:9","subject":"S","body":"B"})");
  ASSERT_TRUE(request) << request.error();
  EXPECT_EQ(request->command,
            (Command{SendInMail{
                .from = MemberId{7}, .seat = {}, .to = MemberId{9}, .subject = "S", .body = "B"}}));
  EXPECT_EQ(to_text(request->id), inmail_hex);
  EXPECT_EQ(request->asked_by, (Principal{PrincipalKind::admin, 1}));
}

TEST(CommandJson, SaysWhatIsWrong) {
  EXPECT_EQ(problem_with("[1]"), "a command is a JSON object");
  EXPECT_EQ(problem_with("{}"), R"("command" is missing)");
  EXPECT_EQ(problem_with(R"({"command":7})"), R"("command" wants a text, not 7)");
  EXPECT_EQ(problem_with(R"({"command":"send_mail"})"), R"(there is no command "send_mail")");
  EXPECT_EQ(problem_with(R"({"command":"block_member","member":7})"), R"("blocked" is missing)");
  EXPECT_EQ(problem_with(R"({"command":"block_member","member":7,"blocked":"seat:9"})"),
            R"("blocked" wants a number like 7, or "member:7", not "seat:9")");
  EXPECT_EQ(problem_with(R"({"command":"block_member","member":7,"blocked":-9})"),
            R"("blocked" wants a number like 7, or "member:7", not -9)");
  EXPECT_EQ(problem_with(R"({"command":"block_member","member":7,"blocked":9.5})"),
            R"("blocked" wants a number like 7, or "member:7", not 9.5)");
  EXPECT_EQ(problem_with(R"({"command":"block_member","member":7,"blocked":9,"why":"?"})"),
            R"(nothing is called "why" here)");
  EXPECT_EQ(problem_with(R"({"command":"block_member","member":7,"member":8,"blocked":9})"),
            R"("member" is there twice)");
  EXPECT_EQ(problem_with(R"({"command":"create_contract","contract":1,"seats_max":4294967296})"),
            R"("seats_max" wants a whole number from 0 to 4294967295, not 4294967296)");
  EXPECT_EQ(problem_with(R"({"command":"open_inmail","recipient":7,"inmail":"12"})"),
            R"("inmail" wants 32 hexadecimal digits, not "12")");
  EXPECT_EQ(problem_with(R"({"command":"set_preference","member":7,"inmail":"off"})"),
            R"("inmail" wants one of on, opted_out, disabled, not "off")");
  EXPECT_EQ(problem_with(R"({"command":"set_inbound_rules","member":7,"purposes":"jobs"})"),
            R"("purposes" wants a text with commas, of job, application_follow_up, networking, )"
            R"(introduction, content, sales, press, other, not "jobs")");
  EXPECT_EQ(problem_with(R"({"command":"set_inbound_rules","member":7,"daily_max":2147483648})"),
            R"("daily_max" wants a whole number from -2147483648 to 2147483647, not 2147483648)");
  EXPECT_EQ(problem_with(R"({"command":"set_inbound_rules","member":7,)"
                         R"("daily_max":18446744073709551611})"),
            R"("daily_max" wants a whole number from -2147483648 to 2147483647, not )"
            R"(18446744073709551611)");
  EXPECT_EQ(problem_with(R"({"command":"send_inmail","from":7,"to":8,"body":"B",)"
                         R"("attachments":"12 pdf CV"})"),
            R"("attachments" wants lines like "12 pdf 20480 CV of Ada.pdf": file, type, bytes and )"
            R"(name, not "12 pdf CV")");
  EXPECT_EQ(problem_with(R"({"command":"cancel_subscription","owner":"member:7","asked_by":"me"})"),
            R"("asked_by" wants a text like "member:7" or "admin:1", not "me")");
}

TEST(CommandJson, SaysWhereALineIsNotJson) {
  for (const std::string_view text : {"", "{", "{\"command\": }", "\xff", "{} {}", "nonsense"})
    EXPECT_EQ(problem_with(text).find("this is not JSON: "), 0u) << problem_with(text);
  const std::string deep(100'000, '[');
  EXPECT_EQ(problem_with(deep).find("this is not JSON: "), 0u);
}

TEST(CommandJson, ShowsAnAnswerWithWhatWasCompared) {
  const CommandId id{*id_bytes_from_text(inmail_hex)};
  Answer answer{.kind = AnswerKind::rejected,
                .position = Position{12},
                .refusal = {Rejection::subject_too_long, 200, 201},
                .retry_after = {}};
  EXPECT_EQ(to_line(to_json(id, answer)),
            R"({"id":"0198b0f9a2c000070000000000000001","answer":"rejected","position":12,)"
            R"("code":"subject_too_long","limit":200,"actual":201})");
  answer = {.kind = AnswerKind::ok, .position = Position{13}, .refusal = {}, .retry_after = {}};
  EXPECT_EQ(to_line(to_json(id, answer)),
            R"({"id":"0198b0f9a2c000070000000000000001","answer":"ok","position":13})");
}

TEST(CommandJson, EndsNoStackHoweverDeepItGoes) {
  const std::string head = R"({"command": "block_member", "blocked": 9, "member": )";
  for (const auto& [open, close] :
       {std::pair<std::string, std::string>{"[", "]"}, {R"({"member":)", "}"}}) {
    std::string deep = head;
    for (int i = 0; i < 200'000; ++i) deep += open;
    deep += '7';
    for (int i = 0; i < 200'000; ++i) deep += close;
    const auto request = request_from_json(deep + '}');
    ASSERT_FALSE(request.ok());
    EXPECT_EQ(request.error(), "\"member\" wants one value, not a list or an object");
  }
}

}  // namespace
}  // namespace inmail::tools
