#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "events/event_log.hpp"
#include "events/file_system.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"

namespace inmail {

/// What a log is opened for.
enum class LogAccess : std::uint8_t {
  write,   ///< As its one owner.
  read,    ///< As it stands now; changes no byte on the disk, and the owner may be at work.
  follow,  ///< As `read`, and `catch_up` moves on to where the owner is.
};

struct RocksLogOptions {
  std::filesystem::path path;       ///< The folder of the log.
  std::filesystem::path head_file;  ///< Outside that folder (events/head_file.hpp).
  LogAccess access = LogAccess::write;
  bool create_if_missing = false;  ///< Only for `write`.
  StoreId store;                   ///< Given to a log that is created: 16 random bytes.
  /// Opens a log whose head file is missing, on no proof but its own; `write` makes a new one.
  bool accept_missing_head = false;
  /// False: frames reach the disk when the system sees fit, and all of them when the log closes; a
  /// loss of power before that may cost the store. For what can be made again from a seed.
  bool sync_frames = true;
  FileSystem* files = &system_files();  ///< Where all this lies. Must outlive the log.
};

/// The log on a disk, in RocksDB: one pair of key and value a frame. The key is the position of its
/// first record, 8 bytes big-endian; the value is the frame. Beside RocksDB's files the folder has
/// FORMAT (events/log_format.hpp).
///
/// Owns the folder while open for writing. Threads: as `EventLog`; `sync_head` is for any thread,
/// `catch_up` for one at a time. A cursor may be used while others append, and must go before the
/// log.
///
/// After a crash of the process or a loss of power, every frame whose `append` returned, or that a
/// reader was shown, is there or `open` refuses. Before RocksDB gets to write anything, `open`
/// reads the log through a file system that cannot write, and proves its end
/// (events/rocks_proof.hpp); so a refused log is unchanged, and its cost does not grow with the
/// log. Then the log takes on the newest format. A last frame that was torn by a loss of power, and
/// that nobody was told of, is dropped, or written again where it is whole and only RocksDB's own
/// bytes around it are torn; a copy of the write-ahead logs then stays in the folder `torn`.
class RocksLog final : public EventLog {
 public:
  /// Errors: not_found (there is no log, and none is to be made); corruption (no log, or one that
  /// lost something: the message names the first position that cannot be read; or a missing head
  /// file); newer_format; locked; io.
  static Result<std::unique_ptr<RocksLog>> open(const RocksLogOptions& options);

  ~RocksLog() override;

  LogHead head() const override;
  std::uint64_t epoch() const override;
  Status append(const Frame& frame) override;
  Result<std::unique_ptr<FrameCursor>> read(Position from) const override;

  const StoreId& store() const;

  /// What this opening did about a torn last frame; for the host's log. Nothing for a reader.
  const std::optional<std::string>& torn_tail() const;

  /// Makes the head file durable. `append` does so at most once a second; the owner's timer calls
  /// this for the last append before a pause. Errors: io.
  Status sync_head();

  /// Moves the head to where the owner is now. Requires: opened to follow. Errors: corruption,
  /// newer_format; io, after which another try may do.
  Status catch_up();

 private:
  struct Parts;

  explicit RocksLog(std::unique_ptr<Parts> parts);

  static Result<std::unique_ptr<RocksLog>> open_for_writing(const RocksLogOptions& options);
  static Result<std::unique_ptr<RocksLog>> open_for_reading(const RocksLogOptions& options);

  const std::unique_ptr<Parts> parts_;
};

}  // namespace inmail
