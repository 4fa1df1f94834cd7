#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "events/rocks_log.hpp"
#include "tests/support/temp_dir.hpp"

namespace inmail::test {

/// A `RocksLog` in a directory of its own, that can be closed, damaged and opened again.
class RocksStore {
 public:
  RocksStore() { reopen(); }

  RocksLogOptions options(LogAccess access = LogAccess::write) const {
    RocksLogOptions options;
    options.path = folder();
    options.head_file = head_file();
    options.access = access;
    options.create_if_missing = access == LogAccess::write;
    options.store.bytes.fill(0x5a);
    return options;
  }
  const std::filesystem::path& directory() const { return directory_.path(); }
  std::filesystem::path folder() const { return directory_ / "log"; }
  std::filesystem::path head_file() const { return directory_ / "HEAD"; }

  RocksLog& log() { return *log_; }
  void close() { log_.reset(); }
  void reopen() {
    close();
    auto log = RocksLog::open(options());
    if (!log) throw std::runtime_error(log.error().message);
    log_ = std::move(log).value();
  }

  /// Why the closed log does not open; "" if it does.
  std::string refusal() { return refusal(options()); }
  std::string refusal(const RocksLogOptions& with) {
    const auto log = RocksLog::open(with);
    return log ? "" : std::string(name_of(log.error().code)) + ": " + log.error().message;
  }

 private:
  TempDir directory_;
  std::unique_ptr<RocksLog> log_;
};

}  // namespace inmail::test
