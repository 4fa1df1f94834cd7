// Whatever is wrong with how the program is called, or with what it is given: one sentence, the
// right exit code, and nothing changed on the disk.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/store_layout.hpp"
#include "events/rocks_log.hpp"
#include "tests/support/file_bytes.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tool_run.hpp"

namespace inmail::test {
namespace {

using Arguments = std::vector<std::string>;

class WrongUse : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::string file(const std::string& name, std::string_view bytes) const {
    write_file(folder_ / name, bytes);
    return path(name);
  }

  /// Runs the program; it must fail like this, with a sentence that says `part`.
  void expect_failure(const Arguments& arguments, int exit, const std::string& part) const {
    std::string call = "inmail";
    for (const std::string& each : arguments) call += " " + each;
    SCOPED_TRACE(call);
    const auto before = content();
    const ToolRun run = run_tool(arguments);
    EXPECT_EQ(run.exit, exit);
    EXPECT_EQ(run.out, "");
    EXPECT_TRUE(run.err.starts_with("inmail: ")) << run.err;
    EXPECT_TRUE(run.err.ends_with(".\n")) << run.err;
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    EXPECT_NE(run.err.find(part), std::string::npos) << run.err;
    EXPECT_TRUE(content() == before) << "something on the disk has changed";
  }

  /// A small store with nothing in it but its policy and two members.
  std::string make_store() const {
    const std::string commands =
        file("two.jsonl",
             "{\"command\":\"register_member\",\"member\":7,\"display_name\":\"Ada\"}\n"
             "{\"command\":\"register_member\",\"member\":9,\"display_name\":\"Ben\"}\n");
    const ToolRun made =
        run_tool({"import", path("store"), "--commands", commands, "--at", "2026-01-31"});
    EXPECT_EQ(made.exit, 0) << made.err;
    return path("store");
  }

  /// All files that a command could have changed. An owner tidies up its log whenever it likes, so
  /// what is in there tells nothing while there is one.
  std::map<std::string, std::string> content() const {
    auto content = content_of(folder_.path());
    if (is_held_)
      std::erase_if(content,
                    [](const auto& file) { return file.first.find("/log/") != std::string::npos; });
    return content;
  }

  /// Owns a store, as another process would.
  std::unique_ptr<RocksLog> hold(const std::string& store) {
    const StoreLayout layout{store};
    auto owner = RocksLog::open({.path = layout.log(), .head_file = layout.head_file()});
    if (!owner) throw std::runtime_error(owner.error().message);
    is_held_ = true;
    return std::move(owner).value();
  }

  TempDir folder_;
  bool is_held_ = false;
};

/// Every command that looks at a store.
std::vector<Arguments> readers(const std::string& store) {
  return {{"replay", store},
          {"audit", store},
          {"events", store},
          {"events", store, "--follow"},
          {"show", store, "member:7"},
          {"inbox", store, "member:7"},
          {"outgoing", store, "member:7"},
          {"credits", store, "member:7"},
          {"analytics", store},
          {"stats", store},
          {"verify", store}};
}

/// Every command that needs a store for itself. `input` is a file of commands that hold.
std::vector<Arguments> owners(const std::string& store, const std::string& input,
                              const std::string& edges) {
  return {{"replay", store, "--verify"},
          {"repair", store},
          {"repair", store, "--accept-loss"},
          {"erase", store, "member:7", "--yes"},
          {"import", store, "--commands", input},
          {"import", store, "--edges", edges},
          {"simulate", store, "--members", "10", "--days", "1", "--seed", "1"}};
}

TEST_F(WrongUse, NeedsACommandThatThereIs) {
  expect_failure({}, 2, "a command is missing");
  expect_failure({"frobnicate"}, 2, "there is no command \"frobnicate\"; 'inmail --help'");
  expect_failure({"--frobnicate"}, 2, "\"--frobnicate\" was not expected");
  expect_failure({"policy"}, 2, "policy wants a command of its own");
  expect_failure({"policy", "frobnicate"}, 2,
                 "there is no command \"frobnicate\"; 'inmail policy --help'");
  expect_failure({""}, 2, "there is no command \"\"");
}

TEST_F(WrongUse, NeedsAllArgumentsAndNoOthers) {
  expect_failure({"events"}, 2, "STORE is required");
  expect_failure({"events", ""}, 2, "STORE");
  expect_failure({"show", path("store")}, 2, "WHAT is required");
  expect_failure({"simulate", path("store"), "--members", "10"}, 2, "is required");
  expect_failure({"stats", path("store"), "member:7"}, 2, "\"member:7\" was not expected");
  expect_failure({"stats", path("store"), "--colour"}, 2, "\"--colour\" was not expected");
  expect_failure({"events", path("store"), "--limit"}, 2, "--limit wants a value");
  expect_failure({"import", path("store")}, 2, "--edges or by --commands");
  expect_failure({"import", path("store"), "--edges", "a", "--commands", "b"}, 2,
                 "exclude each other");
  expect_failure({"replay", path("store"), "--verify", "--until", "7"}, 2, "exclude each other");
  expect_failure({"stats", path("store"), "--format", "csv", "--format", "csv"}, 2,
                 "--format is wanted only once");
}

TEST_F(WrongUse, NamesTheValueThatIsNotWanted) {
  const std::string store = path("store");
  expect_failure({"stats", store, "--format", "xml"}, 2,
                 "--format wants table, json, csv or jsonl, not \"xml\"");
  expect_failure({"events", store, "--limit", "-5"}, 2, "--limit wants a whole number, not \"-5\"");
  expect_failure({"events", store, "--from", "yesterday"}, 2, "--from wants a position or a time");
  expect_failure({"events", store, "--type", "inmail.sent,mail"}, 2,
                 "--type wants names of events");
  expect_failure({"events", store, "--stream", "person:7"}, 2, "--stream wants a stream");
  expect_failure({"replay", store, "--until", "2026-02-30"}, 2, "--until wants");
  expect_failure({"replay", store, "--view", "outbox"}, 2, "--view wants one of states, receipts");
  expect_failure({"show", store, "inmail:12"}, 2, "WHAT wants");
  expect_failure({"inbox", store, "seat:3"}, 2, "MEMBER wants a text like member:7");
  expect_failure({"erase", store, "seat:3", "--yes"}, 2, "MEMBER wants a text like member:7");
  expect_failure({"credits", store, "seat:3"}, 2, "OWNER wants");
  expect_failure({"analytics", store, "contract:1"}, 2, "SENDER wants");
  expect_failure({"simulate", store, "--members", "0", "--days", "1", "--seed", "1"}, 2,
                 "--members wants a whole number from 1");
}

TEST_F(WrongUse, SurvivesAnArgumentListOfNonsense) {
  const std::string bytes = "\x01\x1b[31m\xff\xfe\n\n%s%n";
  for (const char* command :
       {"simulate", "import", "replay", "audit", "events", "show", "inbox", "outgoing", "credits",
        "analytics", "policy", "stats", "repair", "backup", "restore", "verify", "erase"})
    expect_failure({command, bytes, "--", "-", "--=", "---", bytes, "--limit=--limit", "{}"}, 2,
                   "");
  expect_failure(Arguments(2'000, bytes), 2, "");
  expect_failure({std::string(100'000, 'x')}, 2, "");
}

TEST_F(WrongUse, NeedsAPolicyThatHolds) {
  const std::string store = path("store");
  expect_failure({"policy", "show", "seed9"}, 2, "the presets are default, official-now");
  expect_failure({"policy", "check", path("none.toml")}, 2, "there is no file");
  expect_failure({"policy", "check", folder_.path().string()}, 2, "cannot read");
  expect_failure({"policy", "diff", "seed0", "seed9"}, 2, "seed9");
  const std::string unknown = file("unknown.toml", "name = \"x\"\n[refund]\nwindow_days = 7\n");
  expect_failure({"policy", "check", unknown}, 2, "unknown.toml:3");
  expect_failure({"policy", "check", unknown}, 2, "window_days");
  expect_failure({"policy", "check", file("broken.toml", "name = \n")}, 2, "broken.toml:1");
  expect_failure(
      {"simulate", store, "--members", "10", "--days", "1", "--seed", "1", "--policy", unknown}, 2,
      "unknown.toml:3");
  const std::string edges = file("edges.txt", "1 2 1767604368\n");
  expect_failure({"import", store, "--edges", edges, "--policy", unknown}, 2, "unknown.toml:3");
}

TEST_F(WrongUse, NeedsATraceThatIsOne) {
  const std::string store = path("store");
  expect_failure({"import", store, "--edges", path("none.txt")}, 2, "there is no file");
  expect_failure({"import", store, "--edges", folder_.path().string()}, 2, "cannot read");
  expect_failure({"import", store, "--edges", file("bad.txt", "1 2 1767604368\n1 2\n")}, 2,
                 "bad.txt:2");
  expect_failure({"import", store, "--edges", file("empty.txt", "")}, 2, "empty.txt");
}

TEST_F(WrongUse, NeedsCommandsThatAreSome) {
  const std::string store = path("store");
  expect_failure({"import", store, "--commands", path("none.jsonl")}, 2, "there is no file");
  const std::string good = "{\"command\":\"register_member\",\"member\":7}\n";
  expect_failure({"import", store, "--commands", file("a.jsonl", good + "\n{]\n")}, 2,
                 "a.jsonl:3: this is not JSON");
  expect_failure({"import", store, "--commands",
                  file("b.jsonl", good + "{\"command\":\"open_inmail\",\"recipient\":7}\n")},
                 2, "b.jsonl:2: \"inmail\" is missing");
  expect_failure({"import", store, "--commands", file("c.jsonl", std::string(1000, '\0'))}, 2,
                 "c.jsonl:1");
}

TEST_F(WrongUse, SaysThatAPathIsNoStore) {
  const std::string good = file("good.jsonl", "{\"command\":\"register_member\",\"member\":7}\n");
  const std::string edges = file("edges.txt", "1 2 1767604368\n");
  for (const Arguments& arguments : readers(path("none")))
    expect_failure(arguments, 3, "there is no store at " + path("none"));
  for (const Arguments& arguments : readers(good))
    expect_failure(arguments, 3, good + " is not a store");
  for (const Arguments& arguments : readers(folder_.path().string()))
    expect_failure(arguments, 3, "is not a store");
  expect_failure({"replay", path("none"), "--verify"}, 3, "there is no store");
  for (const std::string& place : {good, folder_.path().string()})
    for (const Arguments& arguments : owners(place, good, edges))
      expect_failure(arguments, 3, place);
}

TEST_F(WrongUse, RefusesAStoreOfANewerFormat) {
  const std::string store = make_store();
  const std::string good = path("two.jsonl");
  const std::string edges = file("edges.txt", "1 2 1767604368\n");
  const auto format = StoreLayout{store}.log() / "FORMAT";
  std::string text = read_file(format);
  const auto number = text.find("inmail log ");
  ASSERT_NE(number, std::string::npos);
  write_file(format, text.replace(number + 11, 1, "9"));
  for (const Arguments& arguments : readers(store)) expect_failure(arguments, 3, "newer");
  for (const Arguments& arguments : owners(store, good, edges))
    expect_failure(arguments, 3, "newer");
}

TEST_F(WrongUse, LeavesAStoreToTheProcessThatHoldsIt) {
  const std::string store = make_store();
  const auto owner = hold(store);
  expect_failure({"replay", store, "--verify"}, 3, "another process");
  expect_failure({"audit", store, "--views"}, 3, "another process");
  expect_failure({"repair", store, "--accept-loss"}, 3, "another process");
  expect_failure({"erase", store, "member:7", "--yes"}, 3, "another process");
  expect_failure({"import", store, "--commands", path("two.jsonl")}, 3, "another process");
  for (Arguments arguments : readers(store)) {
    SCOPED_TRACE(arguments.front());
    if (arguments.back() == "--follow") arguments.insert(arguments.end(), {"--limit", "1"});
    const auto before = content();
    const ToolRun run = run_tool(arguments);
    EXPECT_EQ(run.exit, 0) << run.err;
    EXPECT_EQ(run.err, "");
    EXPECT_NE(run.out, "");
    EXPECT_TRUE(content() == before) << "something on the disk has changed";
  }
}

TEST_F(WrongUse, MakesNoWorldInAStoreThatAnotherProcessHolds) {
  const std::string none = file("none.jsonl", "");
  const std::string edges = file("edges.txt", "1 2 1767604368\n");
  for (const std::string policy : {"trace", "default"}) {
    const ToolRun made = run_tool({"import", path(policy), "--commands", none, "--policy", policy});
    ASSERT_EQ(made.exit, 0) << made.err;
  }
  const auto trace = hold(path("trace"));
  expect_failure({"import", path("trace"), "--edges", edges}, 3, "another process");
  const auto world = hold(path("default"));
  expect_failure({"simulate", path("default"), "--members", "10", "--days", "1", "--seed", "1"}, 3,
                 "another process");
}

TEST_F(WrongUse, SaysThatSomebodyIsNotInTheStore) {
  const std::string store = make_store();
  expect_failure({"show", store, "member:8"}, 1, "member:8 is not in the store");
  expect_failure({"inbox", store, "member:8"}, 1, "member:8 is not in the store");
  expect_failure({"outgoing", store, "member:8"}, 1, "member:8 is not in the store");
  expect_failure({"erase", store, "member:8", "--yes"}, 1, "member:8 is not in the store");
  expect_failure({"credits", store, "contract:1"}, 1, "contract:1 is not in the store");
  expect_failure({"analytics", store, "seat:3"}, 1, "seat:3 is not in the store");
  expect_failure({"show", store, "inmail:00000000000000000000000000000001"}, 1,
                 "is not in the store");
}

TEST_F(WrongUse, ErasesNobodyUnasked) {
  expect_failure({"erase", make_store(), "member:7"}, 2, "erase wants --yes");
}

TEST_F(WrongUse, KeepsThePolicyOfAStoreThatIsThere) {
  const std::string store = make_store();
  expect_failure({"import", store, "--commands", path("two.jsonl"), "--policy", "seed0"}, 2,
                 "has a policy already");
  expect_failure({"import", store, "--edges", file("edges.txt", "1 2 1767604368\n")}, 2, "store");
}

}  // namespace
}  // namespace inmail::test
