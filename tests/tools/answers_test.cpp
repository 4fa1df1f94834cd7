// What the program prints of a small store that is made by commands.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "engine/store_layout.hpp"
#include "events/file_key_store.hpp"
#include "events/rocks_log.hpp"
#include "tests/support/file_bytes.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_records.hpp"
#include "tests/support/tool_run.hpp"

namespace inmail::test {
namespace {

using Json = nlohmann::json;

constexpr std::string_view at = "2026-01-31T12:00:00Z";
// Begins with the 48 bits of that time.
constexpr std::string_view first = "019c13ec9e0000000000000000000001";

/// Ada sends Ben an InMail, he answers, they talk on; then she writes to nobody.
const std::vector<std::string> story = {
    R"({"command":"register_member","member":7,"display_name":"Ada","headline":"Engines, mostly"})",
    R"({"command":"register_member","member":9,"display_name":"Ben"})",
    R"({"command":"start_subscription","owner":"member:7","plan":"career"})",
    R"({"command":"send_inmail","id":"019c13ec9e0000000000000000000001","from":7,"to":9,)"
    R"("subject":"A job","body":"Would you, \"perhaps\", like it?"})",
    R"({"command":"open_inmail","recipient":9,"inmail":"019c13ec9e0000000000000000000001"})",
    R"({"command":"respond","recipient":9,"inmail":"019c13ec9e0000000000000000000001",)"
    R"("kind":"accept","text":"I would"})",
    R"({"command":"send_message","conversation":"019c13ec9e0000000000000000000001","from":7,)"
    R"("to":9,"text":"Splendid"})",
    R"({"command":"tag","member":9,"conversation":"019c13ec9e0000000000000000000001",)"
    R"("tag":"later"})",
    R"({"command":"archive","member":7,"conversation":"019c13ec9e0000000000000000000001"})",
    R"({"command":"send_inmail","from":7,"to":8,"subject":"Hello","body":"Anybody?"})",
};

std::vector<Json> lines_of(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
  return lines;
}

class Answers : public testing::Test {
 protected:
  void SetUp() override {
    std::string commands;
    for (const std::string& line : story) commands += line + "\n";
    write_file(folder_ / "story.jsonl", commands);
    // What is answered at the instant of its send must have been delivered at that instant.
    write_file(folder_ / "rules.toml", "name = \"default\"\n[undo]\nwindow_s = 0\n");
    made_ = run_tool({"import", store(), "--commands", (folder_ / "story.jsonl").string(), "--at",
                      std::string(at), "--policy", (folder_ / "rules.toml").string()});
    ASSERT_EQ(made_.exit, 1) << "the last command is refused " << made_.err << made_.out;
    before_ = content_of(store());
  }

  std::string store() const { return (folder_ / "store").string(); }

  std::string ask(std::vector<std::string> arguments, int exit = 0) const {
    const ToolRun run = run_tool(arguments);
    EXPECT_EQ(run.exit, exit) << arguments.front() << ": " << run.err;
    EXPECT_EQ(run.err, "");
    return run.out;
  }

  /// What a command that only looks says.
  Json json_of(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--format", "json"});
    const std::string out = ask(arguments);
    EXPECT_TRUE(content_of(store()) == before_) << arguments.front() << " changed the store";
    return Json::parse(out);
  }

  TempDir folder_;
  ToolRun made_;
  std::map<std::string, std::string> before_;
};

TEST_F(Answers, AnswerEachCommandInOrder) {
  const std::vector<Json> answers = lines_of(made_.out);
  ASSERT_EQ(answers.size(), story.size());
  for (std::size_t i = 0; i < answers.size(); ++i) EXPECT_EQ(answers[i]["line"], i + 1);
  for (std::size_t i = 0; i + 1 < answers.size(); ++i)
    EXPECT_EQ(answers[i]["answer"], "ok") << answers[i].dump();
  EXPECT_EQ(answers[3]["id"], first);
  EXPECT_EQ(answers.back()["answer"], "rejected");
  EXPECT_EQ(answers.back()["code"], "unknown_recipient");
}

TEST_F(Answers, KnowACommandThatComesAgain) {
  write_file(folder_ / "again.jsonl", story[3] + "\n");
  const std::string again = ask({"import", store(), "--commands",
                                 (folder_ / "again.jsonl").string(), "--at", std::string(at)});
  Json answer = lines_of(again).at(0);
  Json before = lines_of(made_.out).at(3);
  answer.erase("line");
  before.erase("line");
  EXPECT_EQ(answer, before);
}

TEST_F(Answers, SayWhatWasMalformed) {
  write_file(folder_ / "bad.jsonl",
             R"({"command":"adopt_policy","document":"[undo]\nwindow_ss = 5"})"
             "\n");
  const Json answer = lines_of(ask({"import", store(), "--commands",
                                    (folder_ / "bad.jsonl").string(), "--at", std::string(at)},
                                   1))
                          .at(0);
  EXPECT_EQ(answer["code"], "malformed");
  EXPECT_NE(answer["sentence"].get<std::string>().find("window_ss"), std::string::npos) << answer;
}

TEST_F(Answers, LeaveNothingOwedByAStoreThatIsOpenForAMoment) {
  const std::string owed = (folder_ / "owed").string();
  const std::string later = (folder_ / "later.jsonl").string();
  write_file(later, R"({"command":"register_member","member":77,"display_name":"Late"})"
                    "\n");
  // The default policy keeps what is sent for a minute.
  (void)ask({"import", owed, "--commands", INMAIL_SOURCE_DIR "/tools/sample/commands.jsonl", "--at",
             "2026-01-01T00:00:00Z"});
  (void)ask({"import", owed, "--commands", later, "--at", "2026-02-01T00:00:00Z"});
  EXPECT_EQ(Json::parse(ask({"audit", owed, "--format", "json"}))["ok"], true);
  const Json delivered =
      Json::parse(ask({"events", owed, "--type", "inmail.delivered", "--format", "json"}));
  EXPECT_EQ(delivered.size(), 1u);
}

TEST_F(Answers, ListTheCommandsThatTheyTake) {
  const Json all = Json::parse(ask({"commands", "--format", "json"}));
  EXPECT_GT(all.size(), 40u);
  const auto sent = std::find_if(all.begin(), all.end(),
                                 [](const Json& each) { return each["command"] == "send_inmail"; });
  ASSERT_NE(sent, all.end());
  EXPECT_TRUE((*sent)["required"].get<std::string>().starts_with("from"));
}

TEST_F(Answers, KnowNoEventsOfWhoIsNotThere) {
  EXPECT_EQ(run_tool({"events", store(), "--stream", "member:999"}).exit, 1);
}

TEST_F(Answers, PrintEveryEventAsJson) {
  const Json all = json_of({"events", store()});
  ASSERT_GT(all.size(), story.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i]["position"], i + 1);
    EXPECT_TRUE(all[i]["data"].is_object());
  }
  EXPECT_EQ(lines_of(ask({"events", store(), "--format", "jsonl"})), all.get<std::vector<Json>>());
}

TEST_F(Answers, FilterEvents) {
  const Json sent = json_of({"events", store(), "--type", "inmail.sent"});
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0]["stream"], "member:7");
  EXPECT_EQ(sent[0]["data"]["inmail"], first);
  EXPECT_EQ(sent[0]["data"]["to"], "member:9");
  EXPECT_EQ(sent[0]["data"]["subject"], "A job");
  EXPECT_EQ(sent[0]["data"]["body"], "Would you, \"perhaps\", like it?");
  const std::string position = sent[0]["position"].dump();

  for (const Json& each : json_of({"events", store(), "--stream", "member:9"}))
    EXPECT_EQ(each["stream"], "member:9");
  EXPECT_EQ(json_of({"events", store(), "--from", position, "--limit", "1"}), sent);
  EXPECT_EQ(json_of({"events", store(), "--from", position, "--until", position}), sent);
  EXPECT_EQ(json_of({"events", store(), "--from", "2027-01-01"}).size(), 0u);
  EXPECT_EQ(json_of({"events", store(), "--until", "2025-01-01"}).size(), 0u);
}

TEST_F(Answers, ShowWhichCommandWasRefused) {
  const Json refused = json_of({"events", store(), "--type", "command.rejected"});
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0]["data"]["code"], "unknown_recipient");
  EXPECT_EQ(refused[0]["data"]["command"]["command"], "send_inmail");
  EXPECT_EQ(refused[0]["data"]["command"]["to"], "member:8");
  EXPECT_EQ(refused[0]["data"]["command"]["body"], "Anybody?");
}

TEST_F(Answers, FollowEndsWhereItIsTold) {
  const std::string all = ask({"events", store(), "--format", "jsonl"});
  const auto count = std::to_string(lines_of(all).size());
  EXPECT_EQ(ask({"events", store(), "--format", "jsonl", "--follow", "--limit", count}), all);
}

TEST_F(Answers, FollowSeesWhatAnotherProcessWrites) {
  const StoreLayout layout{store()};
  auto owner = RocksLog::open({.path = layout.log(), .head_file = layout.head_file()});
  ASSERT_TRUE(owner) << owner.error().message;
  const std::uint64_t head = (*owner)->head().position.value;
  auto followed = std::async(std::launch::async, [&] {
    return ask({"events", store(), "--format", "jsonl", "--follow", "--from", std::to_string(head),
                "--until", std::to_string(head + 3)});
  });
  ASSERT_TRUE(append_records(**owner, 4));
  const std::vector<Json> events = lines_of(followed.get());
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[0]["position"], head);
  EXPECT_EQ(events[3]["event"], "credits.reserved");
}

TEST_F(Answers, SayThatNobodyCanTakeThem) {
  const ToolRun run = run_tool({"stats", store()}, "/dev/full");
  EXPECT_EQ(run.exit, 3);
  EXPECT_EQ(run.err, "inmail: cannot write to standard output.\n");
}

TEST_F(Answers, ShowAMember) {
  const Json ada = json_of({"show", store(), "member:7"});
  EXPECT_EQ(ada["display_name"], "Ada");
  EXPECT_EQ(ada["headline"], "Engines, mostly");
  EXPECT_EQ(ada["plan"], "career");
  EXPECT_GT(ada["credits"]["available"], 0);
  EXPECT_EQ(ada["events_on_record"], ada["version"]);
  EXPECT_EQ(ada["events"].size(), ada["version"]);
}

TEST_F(Answers, ShowAMemberAsOfAPosition) {
  const Json joined = json_of({"events", store(), "--stream", "member:7", "--limit", "1"});
  const Json then = json_of({"show", store(), "member:7", "--until", joined[0]["position"].dump()});
  EXPECT_EQ(then["version"], 1);
  EXPECT_EQ(then["display_name"], "Ada");
  EXPECT_FALSE(then.contains("plan"));
}

TEST_F(Answers, ShowAnInMailFromSendToRefund) {
  const Json inmail = json_of({"show", store(), "inmail:" + std::string(first)});
  EXPECT_EQ(inmail["status"], "answered");
  EXPECT_EQ(inmail["kind"], "accept");
  EXPECT_EQ(inmail["credit"], "refunded");
  EXPECT_EQ(inmail["reply"], "I would");
  EXPECT_EQ(inmail["messages"], 1);
  EXPECT_EQ(inmail["events"][0]["event"], "inmail.sent");
}

TEST_F(Answers, ShowTheInboxOfBothSides) {
  const Json ben = json_of({"inbox", store(), "member:9"});
  ASSERT_EQ(ben.size(), 1u);
  EXPECT_EQ(ben[0]["conversation"], first);
  EXPECT_EQ(ben[0]["other"], "member:7");
  EXPECT_EQ(ben[0]["subject"], "A job");
  EXPECT_EQ(ben[0]["thread"], "open");
  const Json talk = json_of({"inbox", store(), "member:7", "--conversation", std::string(first)});
  EXPECT_EQ(talk["other"], "member:9");
  EXPECT_EQ(talk["reply"], "I would");
  ASSERT_EQ(talk["messages_since"].size(), 1u);
  EXPECT_EQ(talk["messages_since"][0]["text"], "Splendid");
}

TEST_F(Answers, FilterAnInboxByTheMarksOfItsOwner) {
  const Json tagged = json_of({"inbox", store(), "member:9", "--tag", "later"});
  ASSERT_EQ(tagged.size(), 1u);
  EXPECT_EQ(tagged[0]["tags"], Json::array({"later"}));
  EXPECT_TRUE(json_of({"inbox", store(), "member:9", "--tag", "never"}).empty());
  EXPECT_TRUE(json_of({"inbox", store(), "member:9", "--starred"}).empty());
  EXPECT_TRUE(json_of({"inbox", store(), "member:7"}).empty());
  EXPECT_EQ(json_of({"inbox", store(), "member:7", "--archived"}).size(), 1u);
  const Json sent = json_of({"inbox", store(), "member:7", "--sent"});
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0]["other"], "member:9");
  EXPECT_EQ(sent[0]["lifecycle"], "delivered");
}

TEST_F(Answers, ShowWhatIsScheduledAndKeptAsDrafts) {
  const std::string by = folder_ / "later.jsonl";
  write_file(by, R"({"command":"adopt_policy","document":"[plan.career]\ncan_schedule = true\n)"
                 R"(can_followup = true\n"})"
                 "\n"
                 R"({"command":"schedule_inmail","from":7,"to":9,"subject":"Later","body":"Soon?",)"
                 R"("send_at":"2026-02-01T08:00:00Z","id":"019c13ec9e00000000000000000000aa"})"
                 "\n"
                 R"({"command":"add_follow_up","from":7,"to":9,"subject":"Again","body":"And?",)"
                 R"("parent":"019c13ec9e00000000000000000000aa"})"
                 "\n"
                 R"({"command":"save_draft","from":7,"to":9,"subject":"Dear","body":"Be"})"
                 "\n");
  (void)ask({"import", store(), "--commands", by, "--at", std::string(at)});
  before_ = content_of(store());
  const Json later = json_of({"outgoing", store(), "member:7"});
  ASSERT_EQ(later.size(), 2u);
  EXPECT_EQ(later[0]["body"], "Soon?");
  EXPECT_EQ(later[0]["send_at"], "2026-02-01T08:00:00.000Z");
  EXPECT_EQ(later[1]["parent"], later[0]["inmail"]);
  EXPECT_EQ(later[1]["send_at"], "2026-02-08T08:00:00.000Z") << "followup.default_gap_s";
  const Json drafts = json_of({"outgoing", store(), "member:7", "--drafts"});
  ASSERT_EQ(drafts.size(), 1u);
  EXPECT_EQ(drafts[0]["revision"], 1);
  EXPECT_EQ(drafts[0]["subject"], "Dear");
  EXPECT_TRUE(json_of({"outgoing", store(), "member:9"}).empty());
  EXPECT_EQ(json_of({"show", store(), "inmail:019c13ec9e00000000000000000000aa"})["status"],
            "scheduled");
}

TEST_F(Answers, SayThatATextWasErased) {
  {
    auto keys = FileKeyStore::open(StoreLayout{store()}.keys(), {});
    ASSERT_TRUE(keys) << keys.error().message;
    ASSERT_TRUE((*keys)->erase(MemberId{7}));
  }
  before_ = content_of(store());
  const Json ben = json_of({"inbox", store(), "member:9"});
  EXPECT_EQ(ben[0]["subject"], "erased");
  EXPECT_EQ(ben[0]["body"], "erased");
  EXPECT_EQ(ben[0]["reply"], "I would");
}

TEST_F(Answers, AreGoneForAllWithWhatAMemberReceived) {
  for (int time = 0; time < 2; ++time) {
    const Json erased = Json::parse(
        ask({"erase", store(), "member:9", "--yes", "--also-received", "--format", "json"}));
    EXPECT_EQ(erased["key_destroyed"], true);
    EXPECT_EQ(erased["received_key_destroyed"], true);
  }
  before_ = content_of(store());
  const Json ada = json_of({"inbox", store(), "member:7", "--sent"});
  EXPECT_EQ(ada[0]["subject"], "erased") << "of member:7 herself, to member:9";
  EXPECT_EQ(ada[0]["body"], "erased");
  const Json ben = json_of({"show", store(), "member:9"});
  EXPECT_EQ(ben["received_key_destroyed"], true);
  EXPECT_TRUE(ben.contains("received_erased_at"));
}

TEST_F(Answers, AreGoneWithAMemberThatIsErased) {
  const Json erased = Json::parse(ask({"erase", store(), "member:7", "--yes", "--format", "json"}));
  EXPECT_EQ(erased["member"], "member:7");
  EXPECT_EQ(erased["key_destroyed"], true);
  const Json again = Json::parse(ask({"erase", store(), "member:7", "--yes", "--format", "json"}));
  EXPECT_GT(again["position"], erased["position"]);
  before_ = content_of(store());
  const Json ben = json_of({"inbox", store(), "member:9", "--conversation", std::string(first)});
  EXPECT_EQ(ben["subject"], "erased");
  EXPECT_EQ(ben["body"], "erased");
  EXPECT_EQ(ben["reply"], "I would");
  EXPECT_EQ(ben["messages_since"][0]["text"], "erased");
  const Json ada = json_of({"show", store(), "member:7"});
  EXPECT_EQ(ada["display_name"], "erased");
  EXPECT_EQ(ada["headline"], "erased");
  EXPECT_EQ(ada["plan"], nullptr);
  EXPECT_EQ(ada["key_destroyed"], true);
  EXPECT_TRUE(ada.contains("erased_at"));
  const std::string on_disk = [&] {
    std::string all;
    for (const auto& [name, bytes] : content_of(store())) all += bytes;
    return all;
  }();
  for (const char* text : {"Engines, mostly", "like it?", "Splendid", "Anybody?"})
    EXPECT_EQ(on_disk.find(text), std::string::npos) << text;
  EXPECT_EQ(run_tool({"audit", store()}).exit, 0);
}

TEST_F(Answers, AccountForEveryCredit) {
  const Json credits = json_of({"credits", store(), "member:7"});
  const Json& balance = credits["balance"];
  EXPECT_EQ(balance["granted"].get<int>(),
            balance["available"].get<int>() + balance["reserved"].get<int>() +
                balance["consumed"].get<int>() + balance["expired"].get<int>() +
                balance["forfeited"].get<int>() + balance["voided"].get<int>());
  EXPECT_EQ(balance["refunded"], 1);
  EXPECT_FALSE(credits["lots"].empty());
  int sum = 0;
  for (const Json& line : credits["ledger"]) sum += line["amount"].get<int>();
  EXPECT_EQ(sum, balance["available"]);

  const std::string csv = ask({"credits", store(), "member:7", "--format", "csv"});
  EXPECT_TRUE(csv.starts_with("position,time,what,reason,amount,available,lot,inmail,spent_by\n"))
      << csv;
}

TEST_F(Answers, ForetellCredits) {
  const Json told = json_of({"credits", store(), "member:7", "--forecast", "31"});
  EXPECT_EQ(told["forecast"]["plan"], "career");
  EXPECT_EQ(told["forecast"]["next_grant"], 5);
  EXPECT_EQ(told["forecast"]["next_renewal_at"], "2026-02-28T12:00:00.000Z");
  ASSERT_EQ(told["changes"].size(), 1u);
  EXPECT_EQ(told["changes"][0]["what"], "granted");
  EXPECT_EQ(told["changes"][0]["amount"], 5);
}

TEST_F(Answers, CountWhatWasSent) {
  for (const auto& whose : {std::vector<std::string>{}, std::vector<std::string>{"member:7"}}) {
    std::vector<std::string> arguments{"analytics", store()};
    arguments.insert(arguments.end(), whose.begin(), whose.end());
    const Json analytics = json_of(arguments);
    EXPECT_EQ(analytics["total"]["delivered"], 1);
    EXPECT_EQ(analytics["total"]["accepted"], 1);
    EXPECT_EQ(analytics["rates"]["response"]["basis_points"], 10'000);
    ASSERT_EQ(analytics["days"].size(), 1u);
    EXPECT_EQ(analytics["days"][0]["day"], "2026-01-31");
  }
}

TEST_F(Answers, PassTheAudit) {
  const Json audit = json_of({"audit", store()});
  EXPECT_EQ(audit["ok"], true);
  EXPECT_EQ(audit["violations"].size(), 0u);
  EXPECT_GT(audit["invariants"].size(), 5u);
  const Json stats = json_of({"stats", store()});
  EXPECT_EQ(stats["log"]["digest"], audit["log"]["digest"]);
  EXPECT_EQ(stats["log"]["events"], audit["events"]);
  EXPECT_EQ(stats["streams"]["member"], 2);
  EXPECT_EQ(stats["rejected"]["unknown_recipient"], 1);
}

TEST_F(Answers, FindLiveAndReplayedViewsEqual) {
  const Json replayed = json_of({"replay", store()});
  const Json log = json_of({"stats", store()})["log"];
  const auto verify = [&] {
    const Json verified = Json::parse(ask({"replay", store(), "--verify", "--format", "json"}));
    EXPECT_EQ(verified["equal"], true);
    EXPECT_EQ(verified["views"].size(), replayed["views"].size());
    for (const Json& each : verified["views"]) {
      EXPECT_EQ(each["equal"], true) << each.dump();
      for (const Json& alone : replayed["views"]) {
        if (alone["view"] != each["view"]) continue;
        EXPECT_EQ(alone["digest"], each["live"]);
      }
    }
  };
  verify();
  std::filesystem::remove_all(StoreLayout{store()}.views());
  verify();
  before_ = content_of(store());
  EXPECT_EQ(json_of({"stats", store()})["log"], log);
}

TEST_F(Answers, ComeAsTablesThatAreAligned) {
  const std::string table = ask({"events", store(), "--type", "inmail.opened"});
  EXPECT_TRUE(table.starts_with("position  time ")) << table;
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 2) << table;
  EXPECT_NE(ask({"credits", store(), "member:7"}).find("\nledger:\n"), std::string::npos);
}

TEST(Help, ExplainsEveryCommandWithAnExample) {
  const std::vector<std::vector<std::string>> commands = {{},
                                                          {"simulate"},
                                                          {"import"},
                                                          {"replay"},
                                                          {"audit"},
                                                          {"events"},
                                                          {"show"},
                                                          {"inbox"},
                                                          {"outgoing"},
                                                          {"credits"},
                                                          {"analytics"},
                                                          {"stats"},
                                                          {"repair"},
                                                          {"backup"},
                                                          {"restore"},
                                                          {"verify"},
                                                          {"policy"},
                                                          {"policy", "list"},
                                                          {"policy", "show"},
                                                          {"policy", "check"},
                                                          {"policy", "diff"},
                                                          {"policy", "keys"}};
  for (std::vector<std::string> arguments : commands) {
    arguments.push_back("--help");
    const ToolRun run = run_tool(arguments);
    EXPECT_EQ(run.exit, 0);
    EXPECT_EQ(run.err, "");
    EXPECT_NE(run.out.find("Example:\n  inmail "), std::string::npos) << run.out;
  }
  EXPECT_EQ(run_tool({"--version"}).out, "inmail 0.1.0\n");
}

TEST(Policies, AreListedShownCheckedAndCompared) {
  const TempDir folder;
  const std::string mine = (folder / "mine.toml").string();
  const Json list = Json::parse(run_tool({"policy", "list", "--format", "json"}).out);
  EXPECT_EQ(list[0]["name"], "default");
  EXPECT_EQ(list[0]["changes"], 0);
  for (const Json& each : list) {
    const ToolRun shown = run_tool({"policy", "show", each["name"].get<std::string>()});
    EXPECT_EQ(shown.exit, 0);
    write_file(mine, shown.out);
    EXPECT_EQ(run_tool({"policy", "check", mine}).exit, 0);
    const ToolRun same = run_tool({"policy", "diff", each["name"], mine, "--format", "json"});
    EXPECT_EQ(same.out, "[]\n");
  }
  write_file(mine, "inherits = \"trace\"\n[refund]\nwindow_s = 604800\n");
  const Json differences =
      Json::parse(run_tool({"policy", "diff", "trace", mine, "--format", "json"}).out);
  ASSERT_EQ(differences.size(), 1u) << differences.dump();
  EXPECT_EQ(differences[0]["key"], "refund.window_s");
  EXPECT_EQ(differences[0]["right"], "604800");
}

}  // namespace
}  // namespace inmail::test
