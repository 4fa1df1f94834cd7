// A damaged store in the hands of an operator.

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/store_layout.hpp"
#include "tests/support/file_bytes.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tool_run.hpp"

namespace inmail::test {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

class Repair : public testing::Test {
 protected:
  Repair() {
    // Two parts, of which the second is only in the write-ahead log.
    const auto import = [this](const std::string& commands) {
      write_file(folder_ / "some.jsonl", commands);
      const ToolRun run = run_tool({"import", store(), "--commands",
                                    (folder_ / "some.jsonl").string(), "--at", "2026-01-31"});
      EXPECT_EQ(run.exit, 0) << run.err;
    };
    import("{\"command\":\"register_member\",\"member\":7,\"display_name\":\"Ada\"}\n");
    import("{\"command\":\"register_member\",\"member\":9,\"display_name\":\"Ben\"}\n");
  }

  std::string store() const { return (folder_ / "store").string(); }
  StoreLayout layout() const { return {store()}; }

  Json repair(const std::vector<std::string>& more, int exit) {
    std::vector<std::string> arguments{"repair", store(), "--format", "json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ToolRun run = run_tool(arguments);
    EXPECT_EQ(run.exit, exit) << run.err;
    EXPECT_EQ(run.err, "");
    return Json::parse(run.out, nullptr, false);
  }

  void remove_write_ahead_log() {
    for (const auto& entry : fs::directory_iterator(layout().log()))
      if (entry.path().extension() == ".log") fs::remove(entry.path());
  }

  TempDir folder_;
};

TEST_F(Repair, HasNothingToSayOfAWholeStore) {
  const auto before = content_of(store());
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--accept-loss"}}) {
    const Json report = repair(more, 0);
    EXPECT_EQ(report["whole"], true);
    EXPECT_EQ(report["repaired"], false);
    EXPECT_EQ(report["findings"].size(), 0u);
  }
  EXPECT_TRUE(content_of(store()) == before);
}

TEST_F(Repair, SaysWhatWouldBeLostAndThenLosesJustThat) {
  remove_write_ahead_log();
  const ToolRun refused = run_tool({"audit", store()});
  EXPECT_EQ(refused.exit, 3);
  const auto before = content_of(store());
  const Json planned = repair({}, 1);
  EXPECT_TRUE(content_of(store()) == before) << "a dry run has changed something";
  EXPECT_EQ(planned["whole"], false);
  EXPECT_EQ(planned["repaired"], false);
  EXPECT_EQ(planned["lost_events"], 1);
  EXPECT_EQ(planned["first_unreadable"], planned["last_known"]);
  EXPECT_EQ(planned["findings"].size(), 1u);

  const Json done = repair({"--accept-loss"}, 0);
  EXPECT_EQ(done["repaired"], true);
  EXPECT_EQ(done["proven"], planned["proven"]);
  EXPECT_EQ(done["epoch"], planned["epoch"].get<int>() + 1);
  EXPECT_TRUE(fs::exists(fs::path(done["kept_aside"].get<std::string>()) / "why.txt"));
  EXPECT_EQ(run_tool({"audit", store()}).exit, 0);
  EXPECT_EQ(run_tool({"replay", store(), "--verify"}).exit, 0);
  EXPECT_EQ(run_tool({"show", store(), "member:7"}).exit, 0);
  EXPECT_EQ(run_tool({"show", store(), "member:9"}).exit, 1);
  EXPECT_EQ(repair({}, 0)["whole"], true);
}

TEST_F(Repair, MakesAMissingHeadFile) {
  fs::remove(layout().head_file());
  const ToolRun refused = run_tool({"stats", store()});
  EXPECT_EQ(refused.exit, 3);
  EXPECT_NE(refused.err.find("`inmail repair`"), std::string::npos) << refused.err;
  EXPECT_EQ(repair({}, 1)["lost_events"], 0);
  EXPECT_EQ(repair({"--accept-loss"}, 0)["repaired"], true);
  EXPECT_EQ(run_tool({"stats", store()}).exit, 0);
}

}  // namespace
}  // namespace inmail::test
