#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace inmail::test {

/// A program that runs beside the test, and the reading end of its standard output. Killed when the
/// object goes, if it still runs. One thread.
class ChildProcess {
 public:
  using Clock = std::chrono::steady_clock;

  /// `arguments` begins with the path of the program. Throws std::runtime_error where the system
  /// has no process or pipe left; a program that cannot be run ends with 127.
  explicit ChildProcess(const std::vector<std::string>& arguments);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  /// Appends what it says to `said`: until then, until there are so many bytes, or until it has
  /// said all. False: it has said all.
  bool read_until(Clock::time_point until, std::string& said, std::size_t bytes);

  /// Kills it, as the system does when memory runs out, and reads what it had said by then. False:
  /// it had ended by itself.
  bool kill_now(std::string& said);

  pid_t id() const { return id_; }

 private:
  bool reap();

  pid_t id_ = -1;
  int output_ = -1;
  bool is_reaped_ = false;
};

}  // namespace inmail::test
