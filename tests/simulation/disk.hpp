#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/faults.hpp"

namespace inmail::sim {

/// How an operation of a disk ended.
enum class Outcome : std::uint8_t { ok, missing, exists, error, full, dead };

/// One file: what programs see, and what is on the disk itself.
struct Inode {
  static constexpr std::size_t page_bytes = 4096;
  static constexpr std::size_t sector_bytes = 512;  ///< What a disk overwrites whole or not at all.

  std::uint64_t number = 0;
  FileClass kind;
  bool is_folder = false;
  std::string seen;             ///< With what was written and not yet synced.
  std::string kept;             ///< What a loss of power leaves for sure.
  std::set<std::size_t> dirty;  ///< Pages of `seen` that a sync would write.
  bool size_dirty = false;
  std::uint64_t locked_by = 0;  ///< A process; 0: nobody.
};
using InodePtr = std::shared_ptr<Inode>;

/// A disk and its page cache, in memory. It survives the processes that use it: a process that was
/// killed loses nothing that it wrote; a loss of power loses what was not synced, each page for
/// itself, and names whose folder was not synced, those made last first. Operations fail as the
/// plan of faults says.
///
/// Paths are absolute, with "/" between names; there is one folder, "/host". Any thread may call
/// any method. Every operation names the process that asks; a process that was killed gets `dead`,
/// and nothing happens.
class Disk {
 public:
  explicit Disk(FaultPlan plan);

  // Processes.

  /// A new process; only the newest is alive.
  std::uint64_t start_process();
  /// No process is alive from now on; with `power`, what was not synced is lost as chance says.
  void stop_process(bool power);
  bool is_alive(std::uint64_t process) const;
  /// Whether the plan killed the process, and whether the power went with it.
  std::optional<Fault> died_of() const;

  // Files. `create` makes one where there is none; `truncate` empties it.

  Outcome open(std::uint64_t process, const std::string& path, bool create, bool truncate,
               InodePtr& file);
  Outcome read(std::uint64_t process, const InodePtr& file, std::uint64_t place,
               std::span<char> bytes, std::size_t& got);
  Outcome write(std::uint64_t process, const InodePtr& file, std::uint64_t place,
                std::string_view bytes);
  Outcome truncate(std::uint64_t process, const InodePtr& file, std::uint64_t size);
  Outcome sync(std::uint64_t process, const InodePtr& file);
  Outcome lock(std::uint64_t process, const InodePtr& file);
  void unlock(std::uint64_t process, const InodePtr& file);
  std::uint64_t size_of(const InodePtr& file) const;

  // Names.

  InodePtr find(const std::string& path) const;
  Outcome make_folder(std::uint64_t process, const std::string& path);
  Outcome list(std::uint64_t process, const std::string& path, std::vector<std::string>& names);
  Outcome link(std::uint64_t process, const std::string& from, const std::string& to);
  Outcome rename(std::uint64_t process, const std::string& from, const std::string& to);
  Outcome remove(std::uint64_t process, const std::string& path);
  Outcome sync_folder(std::uint64_t process, const std::string& path);

  // For who drives the simulation.

  FaultPlan& plan() { return plan_; }
  /// Told when a sync is slow.
  void on_slow_sync(std::function<void()> told) { on_slow_sync_ = std::move(told); }
  /// There is room again.
  void free_space() { full_for_ = 0; }
  /// All files by path, as programs see them.
  std::map<std::string, InodePtr> files() const;
  /// Changes one bit, on the disk and in the cache; again: undoes it.
  static void flip(const InodePtr& file, std::uint64_t bit);

 private:
  struct Change {
    std::string name;
    InodePtr now;               ///< Null: removed.
    std::string removed_too{};  ///< The other name of a rename.
  };
  struct Folder {
    std::map<std::string, InodePtr> seen;
    std::map<std::string, InodePtr> kept;
    std::vector<Change> pending;
  };

  struct Place {
    Folder* folder = nullptr;
    std::string name;
  };
  Place place_of(const std::string& path);
  InodePtr find_locked(const std::string& path) const;
  /// What the plan says of an operation. Nothing: it goes on as it should.
  std::optional<Outcome> meets(std::uint64_t process, const FileClass& file, Operation operation,
                               Fault& fault);
  void die(Fault fault);
  static void put(Inode& file, std::uint64_t place, std::string_view bytes);
  static void fail_sync(Inode& file, std::uint64_t chance);
  void change(Folder& folder, Change change);
  static void apply(std::map<std::string, InodePtr>& names, const Change& change);
  void lose_power();
  static void lose_pages(Inode& file, std::uint64_t chance);

  mutable std::recursive_mutex mutex_;
  FaultPlan plan_;
  std::map<std::string, Folder> folders_;
  std::uint64_t processes_ = 0;
  std::uint64_t alive_ = 0;
  std::uint64_t inodes_ = 0;
  std::uint64_t losses_ = 0;
  std::uint32_t full_for_ = 0;  ///< So many writes find no room.
  std::optional<Fault> died_of_;
  std::function<void()> on_slow_sync_;
};

}  // namespace inmail::sim
