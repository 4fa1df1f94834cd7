#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>

#include "events/file_system.hpp"
#include "events/key_cache.hpp"
#include "events/key_table.hpp"
#include "events/keys.hpp"

namespace inmail {

/// The default key store: one file that is a hash table of keys by name (`KeyId`),
/// beside the log and never
/// in its backups. Little-endian throughout:
///
/// | at            | bytes | what                                                      |
/// |---------------|-------|-----------------------------------------------------------|
/// |             0 |     8 | "INMAILKY"                                                |
/// |             8 |     4 | format version, 1                                         |
/// |            12 |     4 | flags: 1 = the keys are synthetic                         |
/// |            16 |     8 | capacity: a power of two from 2^10 to 2^36                |
/// |            24 |    32 | the store's own secret                                    |
/// |            56 |     8 | XXH3 of the 56 bytes before                               |
/// |            64 |  4032 | zeros                                                     |
/// | 4096 + 64 * i |    64 | slot i, for i < capacity + 128; drawn in key_slot.hpp     |
///
/// The slot of a key is one of the 128 from its home on: the highest bits of XXH3(name, seeded by
/// the secret). No free slot there, and the file grows: a new one of twice the capacity is written
/// as "<file>.making", synced, and renamed over; the old one, "<file>.outgrown" meanwhile, is
/// overwritten with zeros and removed. So chance sets the load (0.67 before growing at a million
/// keys) and nothing is counted: opening reads one block however many keys there are.
///
/// Owns the file and keeps other owners out (`locked`). Any thread may call any method at any time:
/// a key in the cache costs one small lock; others a read of 8 KiB under a shared lock; a new key
/// and an erasure exclude each other; growing (about 0.2 s at a million keys) lets only the cache
/// and a `sync` with nothing new go on. Memory: the cache (about 56 bytes a key) and 1 MiB while
/// growing; no byte of the file can make it more.
///
/// After a crash every synced key and every erasure that returned is there; a key never synced is
/// there or not, and a slot that the crash cut in the middle counts as never written. A leftover of
/// growing is wiped by the next opening. A slot that was whole and no longer is makes the calls for
/// its key, and growing, answer `corruption` with the number of the slot; if even its name cannot
/// be told, also the calls for keys without a slot whose 128 slots include it.
///
/// After an io error of `sync`, `erase` or of the last steps of growing the state of the disk is
/// unknown: every later call that would have to write answers `closed` until the store is opened
/// again. A disk that is full while growing only refuses the new key.
class FileKeyStore final : public KeyStore {
 public:
  struct Options {
    /// Make the store if there is none.
    bool create = false;
    /// Read beside a live owner: takes no lock, writes nothing, caches nothing (so that an erasure
    /// by the owner counts at once). Keys that are not there yet get invalid_argument from
    /// `key_for_writing`.
    bool read_only = false;
    /// Derive the store's secret and all keys from this seed. A store keeps what it was made with.
    std::optional<std::uint64_t> synthetic_seed = std::nullopt;
    /// The most keys held in memory; fewer than eight mean none.
    std::size_t cached_keys_max = std::size_t{1} << 17;
    FileSystem* files = &system_files();  ///< Where the file lies. Must outlive the store.
  };

  /// Errors: not_found (no file, and not to be made); locked; newer_format; corruption (no key
  /// store, or a damaged header); invalid_argument (made with another seed, or with none); io.
  static Result<std::unique_ptr<FileKeyStore>> open(const std::filesystem::path& file,
                                                    const Options& options);
  ~FileKeyStore() override;

  /// Errors: also invalid_argument when opened to read only; closed after an earlier io error.
  Result<Key> key_for_writing(KeyId id) override;
  Result<std::optional<Key>> key_for_reading(KeyId id) override;
  /// Errors: also closed after an earlier io error.
  Status sync() override;
  /// Errors: also invalid_argument and closed, as `key_for_writing`; corruption when a damaged slot
  /// may be the key's and does not say so. Remnants below the file system are out of its reach.
  Status erase(KeyId id) override;
  const Key& store_key() const override { return store_key_; }

  /// The keys follow from a seed: whoever knows it can undo every erasure.
  bool synthetic() const { return synthetic_; }

 private:
  FileKeyStore(std::filesystem::path path, const Options& options, KeyTable table);

  Result<KeyTable::Found> look_up(KeyId id);
  Result<Key> make_key(KeyId id);
  Result<KeyTable::Found> find_or_free_slot(KeyId id);
  Status put_slot(std::uint64_t slot, const KeySlot& content);
  Status may_write() const;
  Status grow();
  Status replace_by(const std::shared_ptr<File>& grown);
  Status clear_leftovers();
  Status reopen_if_replaced();

  FileSystem& files_;
  const std::filesystem::path path_;
  const bool read_only_;
  const bool synthetic_;
  Key store_key_;

  KeyCache cache_;

  /// Shared: to read slots and to fill the cache. Alone: to write slots and to swap the file.
  std::shared_mutex table_mutex_;
  KeyTable table_;
  bool has_leftovers_ = false;

  std::mutex sync_mutex_;
  /// How many slots were written, and how many of these are known to be on the disk.
  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> durable_{0};
  std::atomic<bool> has_failed_{false};
};

}  // namespace inmail
