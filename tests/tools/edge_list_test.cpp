#include "tools/edge_list.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "tests/support/temp_dir.hpp"

namespace inmail::tools {
namespace {

Edge edge(std::uint64_t from, std::uint64_t to, std::int64_t seconds, std::uint64_t line) {
  return {MemberId{from}, MemberId{to}, Timestamp{Seconds{seconds}}, line};
}

std::string complaint(std::string_view text) {
  const auto edges = parse_edges(text, "mail.txt");
  if (edges) return "none";
  EXPECT_EQ(edges.error().code, ErrorCode::invalid_argument);
  return edges.error().message;
}

TEST(EdgeList, ReadsOneMessageALine) {
  const auto edges = parse_edges("1 2 1082040961\n3\t4  1082155839\n", "mail.txt");
  ASSERT_TRUE(edges);
  EXPECT_EQ(*edges, (std::vector{edge(1, 2, 1082040961, 1), edge(3, 4, 1082155839, 2)}));
}

TEST(EdgeList, NeedsNoNewlineAtTheEndAndTakesThoseOfWindows) {
  const auto edges = parse_edges("1 2 5\r\n3 4 6\r", "mail.txt");
  ASSERT_TRUE(edges);
  EXPECT_EQ(*edges, (std::vector{edge(1, 2, 5, 1), edge(3, 4, 6, 2)}));
}

TEST(EdgeList, SortsByTimeAndKeepsTheOrderOfLinesWithinASecond) {
  const auto edges = parse_edges("1 2 30\n3 4 20\n5 6 30\n7 8 20\n9 9 10\n", "mail.txt");
  ASSERT_TRUE(edges);
  EXPECT_EQ(*edges, (std::vector{edge(9, 9, 10, 5), edge(3, 4, 20, 2), edge(7, 8, 20, 4),
                                 edge(1, 2, 30, 1), edge(5, 6, 30, 3)}));
}

TEST(EdgeList, SkipsEmptyLinesAndCommentsButCountsThem) {
  const auto edges = parse_edges("# SRC DST UNIXTS\n\n   \n  # more\n1 2 3\n", "mail.txt");
  ASSERT_TRUE(edges);
  EXPECT_EQ(*edges, std::vector{edge(1, 2, 3, 5)});
}

TEST(EdgeList, TakesTheSmallestAndTheLargestNumbers) {
  const auto edges = parse_edges("1 72057594037927935 0\n1 2 253370764800\n", "mail.txt");
  ASSERT_TRUE(edges);
  EXPECT_EQ(*edges, (std::vector{edge(1, 72057594037927935, 0, 1), edge(1, 2, 253370764800, 2)}));
}

TEST(EdgeList, NamesTheLineThatIsMalformed) {
  EXPECT_EQ(complaint("1 2 3\n1 2\n"), "mail.txt:2: UNIXTS is missing; a line is SRC DST UNIXTS");
  EXPECT_EQ(complaint("1 2 3\n\n7\n"), "mail.txt:3: DST is missing; a line is SRC DST UNIXTS");
  EXPECT_EQ(complaint("1 2 3 4\n"),
            "mail.txt:1: there is something behind UNIXTS; a line is SRC DST UNIXTS");
  EXPECT_EQ(complaint("1 2 3 # late\n"),
            "mail.txt:1: there is something behind UNIXTS; a line is SRC DST UNIXTS");
}

TEST(EdgeList, TakesNothingForANumberThatIsNone) {
  const std::string member = "must be a whole number from 1 to 72057594037927935";
  EXPECT_EQ(complaint("0 2 3\n"), "mail.txt:1: SRC " + member);
  EXPECT_EQ(complaint("-1 2 3\n"), "mail.txt:1: SRC " + member);
  EXPECT_EQ(complaint("+1 2 3\n"), "mail.txt:1: SRC " + member);
  EXPECT_EQ(complaint("1 2x 3\n"), "mail.txt:1: DST " + member);
  EXPECT_EQ(complaint("1,2,3\n"), "mail.txt:1: SRC " + member);
  EXPECT_EQ(complaint("1 72057594037927936 3\n"), "mail.txt:1: DST " + member);
  EXPECT_EQ(complaint("1 99999999999999999999999999 3\n"), "mail.txt:1: DST " + member);
  const std::string time = "must be a whole number from 0 to 253370764800";
  EXPECT_EQ(complaint("1 2 3.5\n"), "mail.txt:1: UNIXTS " + time);
  EXPECT_EQ(complaint("1 2 253370764801\n"), "mail.txt:1: UNIXTS " + time);
  EXPECT_EQ(complaint(std::string_view("1 2 3\0\n", 7)), "mail.txt:1: UNIXTS " + time);
}

TEST(EdgeList, WantsAtLeastOneMessage) {
  EXPECT_EQ(complaint(""), "mail.txt holds no message: no line SRC DST UNIXTS");
  EXPECT_EQ(complaint("# nothing\n\n"), "mail.txt holds no message: no line SRC DST UNIXTS");
}

TEST(EdgeList, IsReadFromAFile) {
  const test::TempDir dir;
  std::ofstream(dir / "mail.txt") << "1 2 3\n";
  const auto edges = read_edges(dir / "mail.txt");
  ASSERT_TRUE(edges);
  EXPECT_EQ(*edges, std::vector{edge(1, 2, 3, 1)});
}

TEST(EdgeList, SaysWhichFileCannotBeRead) {
  const test::TempDir dir;
  const auto missing = read_edges(dir / "none.txt");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(missing.error().message,
            (dir / "none.txt").string() + " cannot be read: there is no such file");
  const auto folder = read_edges(dir.path());
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().message, dir.path().string() + " cannot be read: it is a folder");
}

}  // namespace
}  // namespace inmail::tools
