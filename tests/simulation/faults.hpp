#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace inmail::sim {

/// What may go wrong in one operation of a disk.
enum class Fault : std::uint8_t {
  write_error,  ///< EIO; any part of the bytes may be there.
  disk_full,    ///< ENOSPC, for this and some operations after it.
  sync_error,   ///< EIO; what was to be synced may never reach the disk, nobody says which part.
  slow_sync,    ///< It takes seconds.
  read_error,   ///< EIO, once.
  name_error,   ///< EIO from making, removing or renaming a file.
  kill,         ///< The process ends in the middle of the operation.
  power_loss,   ///< As `kill`, and all that was not synced may be gone.
  bit_flip,     ///< A bit changed on the disk while the store was closed.
  forgery,      ///< A record changed, and every checksum with it; only the hash tells.
};
inline constexpr std::size_t fault_kinds = 10;
std::string_view name_of(Fault fault);

/// What is asked of a disk.
enum class Operation : std::uint8_t { read, write, sync, name };

/// Kinds of files, as far as faults tell them apart.
enum class FileKind : std::uint8_t {
  wal,
  table,
  manifest,
  head,
  keys,
  format,
  view_wal,
  view_table,
  view_manifest,
  folder,
  other,
};
std::string_view name_of(FileKind kind);

/// Which file a path names: its kind, and its number where RocksDB gives it one.
struct FileClass {
  FileKind kind = FileKind::other;
  std::uint64_t number = 0;
};
FileClass class_of(const std::string& path);

/// "sync_error:wal:12:sync:3": one fault at one operation. What a report prints, and what shrinking
/// takes away.
std::string fault_key(Fault fault, const FileClass& file, Operation operation, std::uint64_t nth);

/// Decides which operation of a disk goes wrong. It depends on nothing but the seed, the kind and
/// number of the file, the operation and how many of them the file has seen; so threads may come in
/// any order.
class FaultPlan {
 public:
  /// How many in a million operations meet each fault.
  using Rates = std::array<std::uint32_t, fault_kinds>;

  FaultPlan(std::uint64_t seed, const Rates& rates, std::set<std::string> suppressed)
      : seed_(seed), rates_(rates), suppressed_(std::move(suppressed)) {}

  /// The fault that this operation meets, if any.
  std::optional<Fault> next(const FileClass& file, Operation operation);

  std::uint64_t seed() const { return seed_; }
  /// A number that belongs to the operation asked about last.
  std::uint64_t chance() const { return chance_; }

  /// Faults that are decided elsewhere, by key; false: this one is suppressed.
  bool allows(Fault fault, const std::string& key);

  void set_enabled(bool enabled) { enabled_ = enabled; }

  struct Happened {
    Fault fault;
    std::string key;
  };
  const std::vector<Happened>& happened() const { return happened_; }

 private:
  const std::uint64_t seed_;
  const Rates rates_;
  const std::set<std::string> suppressed_;
  std::map<std::array<std::uint64_t, 3>, std::uint64_t> counts_;
  std::vector<Happened> happened_;
  std::uint64_t chance_ = 0;
  bool enabled_ = false;
};

/// A good mix of the bits of several numbers.
std::uint64_t mixed(std::uint64_t a, std::uint64_t b, std::uint64_t c = 0, std::uint64_t d = 0);

/// Which faults a seed has. Not every seed has all: some bugs show only where little happens.
FaultPlan::Rates weather_of(std::uint64_t seed);

}  // namespace inmail::sim
