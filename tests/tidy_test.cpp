// The rules of the house, checked on this very tree; then the checker itself, on planted text, so
// that it is known to be able to fail.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/tidy.hpp"
#include "tests/support/tidy_text.hpp"

namespace inmail::tidy {
namespace {

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

/// What the checker says about one file that is listed as it should be.
std::vector<std::string> findings_in(const std::string& path, const std::string& text,
                                     std::vector<SourceFile> others = {}) {
  others.push_back({path, text});
  others.push_back({"CMakeLists.txt", "add_library(x " + path + ")"});
  std::vector<std::string> found;
  for (const Finding& finding : check(others)) found.push_back(to_text(finding));
  return found;
}

using Findings = std::vector<std::string>;

TEST(Tree, KeepsTheRulesOfTheHouse) {
  const std::vector<SourceFile> tree = read_tree(INMAIL_SOURCE_DIR);
  ASSERT_GT(tree.size(), 10u) << "nothing to check under " << INMAIL_SOURCE_DIR;
  for (const Finding& finding : check(tree)) ADD_FAILURE() << to_text(finding);
}

TEST(Tidy, AcceptsIncludesThatPointDownwards) {
  EXPECT_EQ(findings_in("engine/a.cpp", "#include \"actors/x.hpp\"\n#include \"events/y.hpp\"\n"),
            Findings{});
  EXPECT_EQ(findings_in("tests/engine/a_test.cpp", "#include \"tests/support/x.hpp\"\n"),
            Findings{});
}

TEST(Tidy, RefusesIncludesThatPointUpwards) {
  EXPECT_EQ(findings_in("events/a.hpp", "#pragma once\n#include \"engine/engine.hpp\"\n"),
            Findings{"events/a.hpp:2: events must not include engine"});
  EXPECT_EQ(findings_in("engine/a.cpp", "#include \"tools/x.hpp\"\n"),
            Findings{"engine/a.cpp:1: engine must not include tools"});
  EXPECT_EQ(findings_in("tools/a.cpp", "#include \"tests/support/x.hpp\"\n"),
            Findings{"tools/a.cpp:1: tools must not include tests"});
}

TEST(Tidy, KeepsTheTwoWingsApart) {
  EXPECT_EQ(findings_in("actors/a.cpp", "#include \"projections/x.hpp\"\n"),
            Findings{"actors/a.cpp:1: actors must not include projections"});
  EXPECT_EQ(findings_in("projections/a.cpp", "#include \"actors/x.hpp\"\n"),
            Findings{"projections/a.cpp:1: projections must not include actors"});
}

TEST(Tidy, WantsIncludesFromTheRoot) {
  EXPECT_EQ(findings_in("events/a.cpp", "#include \"a.hpp\"\n"),
            Findings{"events/a.cpp:1: an include starts at the root of the tree"});
}

TEST(Tidy, FindsASourceFileThatNoTargetLists) {
  const std::vector<SourceFile> tree{
      {"events/CMakeLists.txt", "add_library(e\n  a.cpp\n  # b.cpp\n  sub/c.cpp)"},
      {"events/a.cpp", ""},
      {"events/b.cpp", ""},
      {"events/sub/c.cpp", ""},
      {"tools/a.cpp", ""},
  };
  const std::vector<Finding> expected{
      {"events/b.cpp", 1, "a source file is listed in a CMakeLists.txt"},
      {"tools/a.cpp", 1, "a source file is listed in a CMakeLists.txt"},
  };
  EXPECT_EQ(check(tree), expected);
}

TEST(Tidy, CountsColumnsAndNotBytes) {
  EXPECT_EQ(findings_in("events/a.cpp", "//" + repeat("é", 98) + "\n"), Findings{});
  EXPECT_EQ(findings_in("events/a.cpp", "\n//" + repeat("é", 99) + "\n"),
            Findings{"events/a.cpp:2: a line has at most 100 columns"});
}

TEST(Tidy, FindsAFunctionThatIsTooLong) {
  const auto function = [](std::size_t statements) {
    return "namespace a {\nstruct B {\n\nint f(int x) {\n" + repeat("  ++x;\n", statements) +
           "}\n};\n}\n";
  };
  EXPECT_EQ(findings_in("events/a.cpp", function(68)), Findings{});
  EXPECT_EQ(findings_in("events/a.cpp", function(69)),
            Findings{"events/a.cpp:4: a function has at most 70 lines"});
}

TEST(Tidy, TakesTestsConstructorsAndLambdasForFunctions) {
  const std::string body = " {\n" + repeat("  run();\n", 69) + "}";
  const Findings too_long{"events/a.cpp:1: a function has at most 70 lines"};
  EXPECT_EQ(findings_in("events/a.cpp", "TEST(A, B)" + body), too_long);
  EXPECT_EQ(findings_in("events/a.cpp", "A::A(int x) : x_(x)" + body), too_long);
  EXPECT_EQ(findings_in("events/a.cpp", "const auto f = [](int x)" + body + ";"), too_long);
  EXPECT_EQ(findings_in("events/a.cpp", "bool operator==(const A& a, const A& b)" + body),
            too_long);
  EXPECT_EQ(findings_in("events/a.cpp", "template <class T> void f(T x = {})" + body), too_long);
  EXPECT_EQ(findings_in("events/a.cpp", "struct A { auto f()" + body + "};"), too_long);
}

TEST(Tidy, TakesNoTableOrClassForAFunction) {
  const std::string body = " {\n" + repeat("  1,\n", 80) + "};\n";
  EXPECT_EQ(findings_in("events/a.cpp", "constexpr int table[] =" + body), Findings{});
  EXPECT_EQ(findings_in("events/a.cpp", "const std::vector<int> table" + body), Findings{});
  EXPECT_EQ(findings_in("events/a.cpp", "template <class T> class alignas(8) A" + body),
            Findings{});
  EXPECT_EQ(findings_in("events/a.cpp", "enum class A : int" + body), Findings{});
  EXPECT_EQ(findings_in("events/a.cpp", "REGISTER(a, b)\nnamespace a" + body), Findings{});
}

TEST(Tidy, IsNotConfusedByBracesInTextAndComments) {
  const std::string text =
      "void f() {\n  say(\"{ {{\", '{', R\"x({ \" {)x\", 1'000'000);  // {\n  /* { */\n"
      "#define OPEN {\n}\n";
  EXPECT_EQ(findings_in("events/a.cpp", text + repeat("int x;\n", 80)), Findings{});
  EXPECT_EQ(functions_in(split_layers(text).code).size(), 1u);
}

TEST(Tidy, WantsANameOnWhatIsLeftToDo) {
  EXPECT_EQ(findings_in("events/a.cpp", "// TODO(ada): round up.\n"), Findings{});
  EXPECT_EQ(findings_in("events/a.cpp", "const char* word = \"TODO\";\n"), Findings{});
  EXPECT_EQ(findings_in("events/a.cpp", "int x;  // TODO: round up.\n"),
            Findings{"events/a.cpp:1: what is left to do carries a name"});
}

TEST(Tidy, FencesCafIn) {
  const Findings caught{"engine/a.hpp:1: CAF is for actors/ and the .cpp files of engine/",
                        "engine/a.hpp:1: a header of the engine shows neither CAF nor RocksDB"};
  EXPECT_EQ(findings_in("actors/a.hpp", "#include <caf/actor.hpp>\ncaf::actor a;\n"), Findings{});
  EXPECT_EQ(findings_in("engine/a.cpp", "#include <caf/actor.hpp>\n"), Findings{});
  EXPECT_EQ(findings_in("tests/actors/a_test.cpp", "caf::actor a;\n"), Findings{});
  EXPECT_EQ(findings_in("engine/a.hpp", "caf::actor a;\n"), caught);
  EXPECT_EQ(findings_in("events/a.cpp", "// caf::actor\n#include <caf/actor.hpp>\n"),
            Findings{"events/a.cpp:2: CAF is for actors/ and the .cpp files of engine/"});
}

TEST(Tidy, FencesRocksDbIn) {
  EXPECT_EQ(findings_in("projections/rocks_rows.cpp", "rocksdb::DB* db;\n"), Findings{});
  EXPECT_EQ(findings_in("projections/rows.cpp", "#include <rocksdb/db.h>\n"),
            Findings{"projections/rows.cpp:1: RocksDB is for files named rocks_*"});
}

TEST(Tidy, FencesCerealIn) {
  EXPECT_EQ(findings_in("events/codec.hpp", "#include <cereal/cereal.hpp>\n"), Findings{});
  EXPECT_EQ(findings_in("events/codec.cpp", "\ncereal::Exception e;\n"),
            Findings{"events/codec.cpp:2: cereal is for events/codec.hpp"});
}

TEST(Tidy, LooksThroughWhatAnEngineHeaderIncludes) {
  const std::vector<SourceFile> others{
      {"actors/runtime.hpp", "#include \"actors/mailbox.hpp\"\n"},
      {"actors/mailbox.hpp", "#include \"actors/runtime.hpp\"\n#include <caf/actor.hpp>\n"},
      {"actors/state.hpp", "#include <string>\n"},
  };
  const std::string text = "#include \"actors/state.hpp\"\n#include \"actors/runtime.hpp\"\n";
  EXPECT_EQ(findings_in("engine/a.cpp", text, others), Findings{});
  EXPECT_EQ(findings_in("engine/a.hpp", text, others),
            Findings{"engine/a.hpp:2: a header of the engine shows neither CAF nor RocksDB"});
}

}  // namespace
}  // namespace inmail::tidy
