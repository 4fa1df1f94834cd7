#include "tools/output.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace inmail::tools {
namespace {

std::string written(Format format, const std::vector<Json>& rows) {
  std::ostringstream out;
  RowWriter writer(out, format, {"name", "count", "more"});
  for (const Json& row : rows) writer.write(row);
  writer.finish();
  return out.str();
}

const std::vector<Json> two_rows = {
    {{"name", "ada"}, {"count", 7}, {"more", {{"a", 1}, {"b", "x"}}}, {"hidden", true}},
    {{"name", "a long name"}, {"count", 1234}, {"more", nullptr}, {"hidden", false}},
};

TEST(RowWriter, AlignsColumnsAndPutsNumbersToTheRight) {
  EXPECT_EQ(written(Format::table, two_rows),
            "name         count  more\n"
            "ada              7  a=1 b=x\n"
            "a long name   1234  -\n");
}

TEST(RowWriter, WritesJsonThatIsWholeAndKeepsTheOrderOfMembers) {
  EXPECT_EQ(written(Format::json, two_rows),
            "[\n"
            "  {\"name\":\"ada\",\"count\":7,\"more\":{\"a\":1,\"b\":\"x\"},\"hidden\":true},\n"
            "  {\"name\":\"a long name\",\"count\":1234,\"more\":null,\"hidden\":false}\n"
            "]\n");
  EXPECT_EQ(written(Format::json, {}), "[]\n");
}

TEST(RowWriter, WritesJsonLines) {
  EXPECT_EQ(written(Format::jsonl, two_rows),
            "{\"name\":\"ada\",\"count\":7,\"more\":{\"a\":1,\"b\":\"x\"},\"hidden\":true}\n"
            "{\"name\":\"a long name\",\"count\":1234,\"more\":null,\"hidden\":false}\n");
  EXPECT_EQ(written(Format::jsonl, {}), "");
}

TEST(RowWriter, QuotesWhatCsvCouldMisread) {
  EXPECT_EQ(written(Format::csv, {{{"name", "a,b"}, {"count", 1}, {"more", "say \"hi\"\nthere"}},
                                  {{"name", "plain"}, {"more", {{"a", 1}}}}}),
            "name,count,more\n"
            "\"a,b\",1,\"say \"\"hi\"\"\nthere\"\n"
            "plain,,\"{\"\"a\"\":1}\"\n");
  EXPECT_EQ(written(Format::csv, {}), "name,count,more\n");
}

TEST(RowWriter, LetsNoTextPlayWithTheTerminal) {
  const std::string table =
      written(Format::table, {{{"name", "\x1b[31mred\nline\xff\u202e"}, {"count", 1}}});
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
  EXPECT_EQ(table.find("\u202e"), std::string::npos);
  EXPECT_NE(table.find(" [31mred line"), std::string::npos);
}

TEST(RowWriter, CountsColumnsOfATerminalAndNotBytes) {
  EXPECT_EQ(
      written(Format::table, {{{"name", "日本"}, {"count", 1}}, {{"name", "é"}, {"count", 2}}}),
      "name  count  more\n"
      "日本      1     -\n"
      "é         2     -\n");
}

TEST(RowWriter, CutsLongTextsInATableOnly) {
  const std::string text(200, 'x');
  EXPECT_EQ(written(Format::table, {{{"name", text}}}).find(text), std::string::npos);
  EXPECT_NE(written(Format::csv, {{{"name", text}}}).find(text), std::string::npos);
}

TEST(RowWriter, LaysALongTableOutByItsFirstRows) {
  std::ostringstream out;
  RowWriter writer(out, Format::table, {"n"});
  for (int n = 0; n < 600; ++n) writer.write({{"n", n}});
  EXPECT_NE(out.str().find("511\n"), std::string::npos) << "rows do not wait for the last";
  writer.flush();
  writer.finish();
  EXPECT_NE(out.str().find("599\n"), std::string::npos);
}

Report sample_report() {
  return {.facts = {{"ok", true}, {"log", {{"events", 3}, {"digest", "ab"}}}},
          .listings = {{.name = "none", .columns = {"x"}, .rows = {}},
                       {.name = "days",
                        .columns = {"day", "sent"},
                        .rows = {{{"day", "2026-01-31"}, {"sent", 2}}}}}};
}

std::string printed(Format format) {
  std::ostringstream out;
  print(out, format, sample_report());
  return out.str();
}

TEST(Report, IsFactsAndListingsInATable) {
  EXPECT_EQ(printed(Format::table),
            "ok          true\n"
            "log.events  3\n"
            "log.digest  ab\n"
            "\n"
            "none: none\n"
            "\n"
            "days:\n"
            "day         sent\n"
            "2026-01-31     2\n");
}

TEST(Report, IsOneObjectInJson) {
  const Json json = Json::parse(printed(Format::json));
  EXPECT_EQ(json["log"]["events"], 3);
  EXPECT_EQ(json["days"].size(), 1u);
  EXPECT_TRUE(json["none"].is_array());
}

TEST(Report, IsItsLastListingInCsvAndJsonLines) {
  EXPECT_EQ(printed(Format::csv), "day,sent\n2026-01-31,2\n");
  EXPECT_EQ(printed(Format::jsonl), "{\"day\":\"2026-01-31\",\"sent\":2}\n");
}

TEST(InQuotes, EscapesWhatIsNoTextAndCutsWhatIsLong) {
  EXPECT_EQ(in_quotes("plain"), "\"plain\"");
  EXPECT_EQ(in_quotes("a\x1b\n\xff"), "\"a\\x1b\\x0a\\xff\"");
  EXPECT_LT(in_quotes(std::string(10'000, 'x')).size(), 300u);
}

}  // namespace
}  // namespace inmail::tools
