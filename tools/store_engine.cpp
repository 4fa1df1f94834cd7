#include "tools/store_engine.hpp"

#include <iostream>
#include <mutex>
#include <string>
#include <system_error>

#include "engine/store_layout.hpp"

namespace inmail::tools {
namespace {

namespace fs = std::filesystem;

class OperatorLogger final : public Logger {
 public:
  void write(Level level, std::string_view sentence) override {
    if (level == Level::info) return;
    const std::lock_guard lock(mutex_);
    std::cerr << "inmail: " << (level == Level::warning ? "warning: " : "error: ") << sentence
              << '\n';
  }

 private:
  std::mutex mutex_;
};

}  // namespace

std::shared_ptr<Logger> operator_logger() { return std::make_shared<OperatorLogger>(); }

Failure engine_failure(const Error& error) {
  return error.code == ErrorCode::invalid_argument ? wrong_use(error.message) : no_store(error);
}

bool is_store(const fs::path& folder) {
  std::error_code failed;
  return fs::exists(StoreLayout{folder}.log(), failed);
}

Result<void, Failure> check_is_free_or_store(const fs::path& folder) {
  std::error_code failed;
  if (is_store(folder) || !fs::exists(folder, failed)) return {};
  const bool is_folder = fs::is_directory(folder, failed);
  if (is_folder && fs::is_empty(folder, failed) && !failed) return {};
  return Failure{Exit::no_store, folder.string() + (is_folder ? " is neither empty nor a store"
                                                              : " is a file, not a store")};
}

}  // namespace inmail::tools
