#include "tests/support/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace inmail::test {

ChildProcess::ChildProcess(const std::vector<std::string>& arguments) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  std::vector<char*> argv;
  for (const std::string& each : arguments) argv.push_back(const_cast<char*>(each.c_str()));
  argv.push_back(nullptr);
  id_ = fork();
  if (id_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(ends[1]);
  output_ = ends[0];
  if (id_ < 0) throw std::runtime_error("no process");
}

ChildProcess::~ChildProcess() {
  close(output_);
  if (is_reaped_) return;
  kill(id_, SIGKILL);
  reap();
}

bool ChildProcess::read_until(Clock::time_point until, std::string& said, std::size_t bytes) {
  while (said.size() < bytes) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd waits{output_, POLLIN, 0};
    if (left <= 0 || poll(&waits, 1, static_cast<int>(left)) <= 0) return true;
    char buffer[65'536];
    const ssize_t count = read(output_, buffer, sizeof buffer);
    if (count <= 0) return false;
    said.append(buffer, static_cast<std::size_t>(count));
  }
  return true;
}

bool ChildProcess::kill_now(std::string& said) {
  kill(id_, SIGKILL);
  read_until(Clock::now() + std::chrono::minutes{1}, said, std::string::npos);
  return reap();
}

/// False: it ended by itself.
bool ChildProcess::reap() {
  int status = 0;
  waitpid(id_, &status, 0);
  is_reaped_ = true;
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

}  // namespace inmail::test
