#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/support/file_bytes.hpp"
#include "tests/support/temp_dir.hpp"

namespace inmail {
namespace {

const std::filesystem::path source = INMAIL_SOURCE_DIR;

TEST(Readme, ShowsTheExampleThatIsCompiled) {
  const std::string readme = test::read_file(source / "README.md");
  const std::string example = test::read_file(source / "tests/engine/embedding_example.cpp");
  ASSERT_FALSE(example.empty());
  EXPECT_NE(readme.find("```cpp\n" + example + "```\n"), std::string::npos);
}

TEST(Readme, ShowsAnExampleThatDeliversAnInMail) {
  const test::TempDir dir;
  const std::string output = (dir.path() / "output").string();
  const std::string command = std::string(INMAIL_EMBEDDING_EXAMPLE) + " " +
                              (dir.path() / "store").string() + " > " + output;
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(test::read_file(output), "on disk, and in Ben's inbox\n");
}

}  // namespace
}  // namespace inmail
