#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

/// The rules of the house that a program can check: who may include whom, where a library may be
/// used, how long a line and a function may be. Reads text, not C++: good enough for code that
/// clang-format has laid out. Values and pure functions; any thread may call them.
namespace inmail::tidy {

inline constexpr std::size_t line_columns_max = 100;
inline constexpr std::size_t function_lines_max = 70;

struct SourceFile {
  std::string path;  ///< From the root of the tree, with slashes: "events/ids.hpp".
  std::string text;
};

struct Finding {
  std::string path;
  std::size_t line = 0;  ///< From 1.
  std::string rule;

  auto operator<=>(const Finding&) const = default;
};

/// Every C++ and CMakeLists.txt file of the house's folders under `root`, sorted by path.
std::vector<SourceFile> read_tree(const std::filesystem::path& root);

/// All that breaks a rule, sorted. `tree` must hold the CMakeLists.txt files too, since a source
/// file that none of them lists is a finding.
std::vector<Finding> check(const std::vector<SourceFile>& tree);

/// "events/ids.hpp:12: a line has at most 100 columns".
std::string to_text(const Finding& finding);

}  // namespace inmail::tidy
