#include "tests/support/tool_run.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <stdexcept>

#include "tests/support/file_bytes.hpp"
#include "tests/support/temp_dir.hpp"

extern char** environ;

namespace inmail::test {

ToolRun run_tool(const std::vector<std::string>& arguments, const std::string& given_out) {
  const TempDir folder;
  const std::string out = given_out.empty() ? (folder / "out").string() : given_out;
  const std::string err = (folder / "err").string();
  constexpr int to_write = O_WRONLY | O_CREAT | O_TRUNC;

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, out.c_str(), to_write, 0600);
  posix_spawn_file_actions_addopen(&files, 2, err.c_str(), to_write, 0600);

  std::vector<std::string> words{INMAIL_TOOL};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  pid_t child = 0;
  const int failed = ::posix_spawn(&child, INMAIL_TOOL, &files, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) throw std::runtime_error(std::string("cannot run ") + INMAIL_TOOL);
  int status = 0;
  if (::waitpid(child, &status, 0) != child) throw std::runtime_error("the program was lost");
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
          given_out.empty() ? read_file(out) : "", read_file(err)};
}

std::map<std::string, std::string> content_of(const std::filesystem::path& folder) {
  std::map<std::string, std::string> content;
  if (!std::filesystem::exists(folder)) return content;
  for (const auto& each : std::filesystem::recursive_directory_iterator(folder))
    content[each.path().string()] = each.is_regular_file() ? read_file(each.path()) : "";
  return content;
}

}  // namespace inmail::test
