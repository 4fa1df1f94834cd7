#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "events/file_key_store.hpp"
#include "events/rocks_log.hpp"
#include "projections/replay.hpp"
#include "tools/command_line.hpp"
#include "tools/json_values.hpp"

namespace inmail::tools {

/// A store that is only looked at: its log, and the keys that open its texts if they are there. It
/// changes nothing, needs no lock, and sees whatever another process has made durable by then. What
/// views show is folded from the log, in memory. One thread.
class StoreReader {
 public:
  /// Failures: no_store.
  static Result<StoreReader, Failure> open(const std::filesystem::path& folder,
                                           LogAccess access = LogAccess::read);

  RocksLog& log() const { return *log_; }
  TextReader texts() const { return TextReader(keys_.get()); }

  /// The rows of a view as of `limit`. Failures: no_store.
  Result<Replayed, Failure> fold(std::string_view view, const ReplayLimit& limit = {}) const;

  /// Whether anything is on record in a stream. Reads the log as far as it must.
  /// Failures: no_store.
  Result<bool, Failure> knows(StreamId stream) const;

 private:
  StoreReader(std::unique_ptr<RocksLog> log, std::unique_ptr<KeyStore> keys)
      : log_(std::move(log)), keys_(std::move(keys)) {}

  std::unique_ptr<RocksLog> log_;
  std::unique_ptr<KeyStore> keys_;
};

/// Whether there is a store at all, before anything is opened. Failures: no_store.
Result<void, Failure> check_is_store(const std::filesystem::path& folder);

/// "member:9 is not in the store world".
Failure not_in_store(StreamId stream, const std::filesystem::path& store);

}  // namespace inmail::tools
