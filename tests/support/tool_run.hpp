#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace inmail::test {

/// What a run of the inmail program came to.
struct ToolRun {
  int exit = -1;  ///< Negative: it was ended by a signal.
  std::string out;
  std::string err;
};

/// Runs the program to its end, with nothing to read and no terminal. With `out`, its results go
/// into that file, and `ToolRun::out` is empty.
ToolRun run_tool(const std::vector<std::string>& arguments, const std::string& out = {});

/// The bytes of every file below a folder, by path; folders count as empty files.
std::map<std::string, std::string> content_of(const std::filesystem::path& folder);

}  // namespace inmail::test
