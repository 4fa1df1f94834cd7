// Backup, restore and scrub, as an operator calls them.

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/store_layout.hpp"
#include "events/rocks_log.hpp"
#include "tests/support/file_bytes.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tool_run.hpp"

namespace inmail::test {
namespace {

using Json = nlohmann::json;

class Backups : public testing::Test {
 protected:
  Backups() { import("{\"command\":\"register_member\",\"member\":7,\"display_name\":\"Ada\"}\n"); }

  void import(const std::string& commands) {
    write_file(folder_ / "some.jsonl", commands);
    const ToolRun run =
        run_tool({"import", at("store"), "--commands", at("some.jsonl"), "--at", "2026-01-31"});
    EXPECT_EQ(run.exit, 0) << run.err;
  }

  std::string at(const std::string& name) const { return (folder_ / name).string(); }

  Json ask(std::vector<std::string> arguments, int exit = 0) {
    arguments.insert(arguments.end(), {"--format", "json"});
    const ToolRun run = run_tool(arguments);
    EXPECT_EQ(run.exit, exit) << run.err;
    EXPECT_EQ(run.err, "");
    return Json::parse(run.out, nullptr, false);
  }

  std::string refusal(const std::vector<std::string>& arguments, int exit) {
    const ToolRun run = run_tool(arguments);
    EXPECT_EQ(run.exit, exit);
    EXPECT_EQ(run.out, "");
    EXPECT_TRUE(run.err.starts_with("inmail: ")) << run.err;
    return run.err;
  }

  TempDir folder_;
};

TEST_F(Backups, AreNotMadeWithinTheStore) {
  const std::string said = refusal({"backup", at("store"), at("store/sub")}, 1);
  EXPECT_NE(said.find("is within the store"), std::string::npos) << said;
  EXPECT_FALSE(std::filesystem::exists(at("store/sub")));
}

TEST_F(Backups, ComeBackAsTheyWere) {
  const Json first = ask({"backup", at("store"), at("backup")});
  EXPECT_EQ(first["from"], 0);
  import("{\"command\":\"register_member\",\"member\":9,\"display_name\":\"Ben\"}\n");
  const StoreLayout layout{at("store")};
  {
    const auto owner = RocksLog::open({.path = layout.log(), .head_file = layout.head_file()});
    ASSERT_TRUE(owner.ok());
    const Json second = ask({"backup", at("store"), at("backup"), "--keys", at("vault")});
    EXPECT_EQ(second["from"], first["to"]);
    EXPECT_GT(second["events"], 0);
  }
  // A backup is a store that can be read, but for its texts.
  EXPECT_EQ(ask({"stats", at("backup")})["log"], ask({"stats", at("store")})["log"]);
  const Json restored = ask({"restore", at("backup"), at("again"), "--keys", at("vault")});
  EXPECT_EQ(restored["ok"], true);
  EXPECT_EQ(restored["has_keys"], true);
  EXPECT_EQ(ask({"stats", at("again")})["log"], ask({"stats", at("store")})["log"]);
  EXPECT_EQ(ask({"show", at("again"), "member:7"}), ask({"show", at("store"), "member:7"}));
  EXPECT_EQ(ask({"replay", at("again"), "--verify"})["equal"], true);
  EXPECT_EQ(ask({"audit", at("again")})["ok"], true);
}

TEST_F(Backups, RefuseWhatMakesNoSense) {
  EXPECT_NE(refusal({"backup", at("none"), at("backup")}, 3).find("there is no store"),
            std::string::npos);
  EXPECT_NE(refusal({"backup", at("store"), at("b"), "--keys", at("b") + "/keys"}, 2)
                .find("--keys wants a folder apart"),
            std::string::npos);
  EXPECT_NE(refusal({"backup", at("store"), at("b"), "--keys", at("store")}, 2)
                .find("--keys wants a folder apart"),
            std::string::npos);
  EXPECT_NE(refusal({"backup", at("store"), folder_.path().string()}, 1).find("nor a backup"),
            std::string::npos);
  ask({"backup", at("store"), at("backup")});
  EXPECT_NE(refusal({"restore", at("backup"), at("store")}, 2).find("is in the way"),
            std::string::npos);
  EXPECT_NE(refusal({"restore", at("none"), at("new")}, 3).find("there is no backup"),
            std::string::npos);
  EXPECT_NE(refusal({"restore", at("backup"), at("new"), "--keys", at("none")}, 3).find("keys"),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(at("new")));
}

TEST_F(Backups, AreScrubbedAsStoresAre) {
  ask({"backup", at("store"), at("backup")});
  for (const std::string& store : {at("store"), at("backup")}) {
    EXPECT_EQ(ask({"verify", store})["last_scrub_verified"], nullptr);
    const Json scrubbed = ask({"verify", store, "--scrub"});
    EXPECT_EQ(scrubbed["ok"], true);
    EXPECT_EQ(scrubbed["from"], 1);
    EXPECT_GT(scrubbed["log_bytes"], 0);
    EXPECT_TRUE(scrubbed.contains("mb_per_second"));
    EXPECT_EQ(ask({"verify", store})["last_scrub_verified"], scrubbed["verified"]);
    EXPECT_EQ(ask({"verify", store, "--scrub", "--resume"})["log_bytes"], 0);
  }
  EXPECT_NE(refusal({"verify", at("store"), "--resume"}, 2).find("--scrub"), std::string::npos);
}

}  // namespace
}  // namespace inmail::test
