#include "events/file_key_store.hpp"

#include <sodium.h>

#include "events/sodium_ready.hpp"
#include "events/synthetic_keys.hpp"

namespace inmail {
namespace {

/// A growing that meets no end after this many doublings has met a forged file.
constexpr int doublings_max = 4;

std::filesystem::path with_suffix(std::filesystem::path path, const char* suffix) {
  return path += suffix;
}
std::filesystem::path making_path(const std::filesystem::path& path) {
  return with_suffix(path, ".making");
}
std::filesystem::path outgrown_path(const std::filesystem::path& path) {
  return with_suffix(path, ".outgrown");
}

/// Removes a file beside the store that growing left there: a second name of the store itself, an
/// unfinished new file, or an outgrown old one. The latter two hold keys and are wiped.
Status remove_leftover(FileSystem& files, const std::filesystem::path& leftover,
                       const File& store) {
  const auto identity = files.identity_of(leftover);
  if (!identity && identity.error().code == ErrorCode::not_found) return {};
  if (!identity) return identity.error();
  const auto own = store.identity();
  if (!own) return own.error();
  return *identity == *own ? files.remove(leftover) : wipe_and_remove(files, leftover);
}

/// The name of the store is made durable first: were it lost after the wiping, then the name would
/// stand for the file that was wiped.
Status remove_leftovers(FileSystem& files, const std::filesystem::path& path, const File& store) {
  if (auto synced = files.sync_directory_of(path); !synced) return synced;
  if (auto removed = remove_leftover(files, making_path(path), store); !removed) return removed;
  if (auto removed = remove_leftover(files, outgrown_path(path), store); !removed) return removed;
  return {};
}

/// A new, empty, locked file for the store to come. Errors: locked when another is making one.
Result<std::shared_ptr<File>> begin_making(FileSystem& files, const std::filesystem::path& path) {
  const auto making = making_path(path);
  {
    auto old = files.open(making, File::Mode::create);
    if (!old) return old.error();
    if (auto locked = (*old)->lock(); !locked) return locked.error();
    if (auto wiped = wipe_and_remove(files, making); !wiped) return wiped.error();
  }
  auto file = files.open(making, File::Mode::create);
  if (!file) return file.error();
  if (auto locked = (*file)->lock(); !locked) return locked.error();
  return file;
}

/// Makes an empty store; whoever comes second finds the one of the first.
Status make_store(FileSystem& files, const std::filesystem::path& path,
                  std::optional<std::uint64_t> seed) {
  KeyHeader header{
      .capacity = KeyTable::capacity_min, .synthetic = seed.has_value(), .store_key = {}};
  if (seed) {
    header.store_key = synthetic_store_key(*seed);
  } else {
    randombytes_buf(header.store_key.data(), header.store_key.size());
  }
  auto making = begin_making(files, path);
  if (!making) return making.error();
  if (auto written = KeyTable::write_empty(**making, header); !written) return written;
  if (auto synced = (*making)->sync(); !synced) return synced;
  auto named = files.link(making_path(path), path);
  if (!named && named.error().code != ErrorCode::conflict) return named;
  return files.remove(making_path(path));
}

Result<std::shared_ptr<File>> open_owned(FileSystem& files, const std::filesystem::path& path) {
  auto file = files.open(path, File::Mode::read_write);
  if (!file) return file;
  if (auto locked = (*file)->lock(); !locked) return locked.error();
  const auto opened = (*file)->identity();
  const auto named = files.identity_of(path);
  if (!opened) return opened.error();
  if (!named) return named.error();
  if (*opened != *named)
    return Error{ErrorCode::locked, path.string() + " was just replaced by another owner"};
  return file;
}

Status check_seed(const std::filesystem::path& path, const KeyHeader& header,
                  std::optional<std::uint64_t> seed) {
  if (!seed) return {};
  if (!header.synthetic)
    return Error{ErrorCode::invalid_argument,
                 "the key store " + path.string() + " holds real keys, not synthetic ones"};
  if (header.store_key != synthetic_store_key(*seed))
    return Error{ErrorCode::invalid_argument,
                 "the synthetic key store " + path.string() + " was made with another seed"};
  return {};
}

}  // namespace

Result<std::unique_ptr<FileKeyStore>> FileKeyStore::open(const std::filesystem::path& path,
                                                         const Options& options) {
  sodium_ready();
  FileSystem& files = *options.files;
  const auto open_file = [&] {
    return options.read_only ? files.open(path, File::Mode::read) : open_owned(files, path);
  };
  auto file = open_file();
  if (!file && file.error().code == ErrorCode::not_found && options.create && !options.read_only) {
    if (auto made = make_store(files, path, options.synthetic_seed); !made) return made.error();
    file = open_file();
  }
  if (!file) return file.error();
  auto table = KeyTable::open(*file);
  if (!table) return table.error();
  if (auto fits = check_seed(path, table->header(), options.synthetic_seed); !fits)
    return fits.error();

  if (!options.read_only) {
    if (auto removed = remove_leftovers(files, path, **file); !removed) return removed.error();
    // What an owner that was killed wrote may be readable and still not on the disk.
    if (auto synced = (*file)->sync(); !synced) return synced.error();
  }
  return std::unique_ptr<FileKeyStore>(new FileKeyStore(path, options, std::move(*table)));
}

FileKeyStore::FileKeyStore(std::filesystem::path path, const Options& options, KeyTable table)
    : files_(*options.files),
      path_(std::move(path)),
      read_only_(options.read_only),
      synthetic_(table.header().synthetic),
      store_key_(table.header().store_key),
      cache_(options.read_only ? 0 : options.cached_keys_max),
      table_(std::move(table)) {}

FileKeyStore::~FileKeyStore() { sodium_memzero(store_key_.data(), store_key_.size()); }

Result<Key> FileKeyStore::key_for_writing(KeyId id) {
  if (const auto cached = cache_.get(id)) return *cached;
  const auto found = look_up(id);
  if (!found) return found.error();
  if (found->state == SlotState::live) return found->key;
  if (found->state == SlotState::erased) return key_was_erased(id);
  return make_key(id);
}

Result<std::optional<Key>> FileKeyStore::key_for_reading(KeyId id) {
  if (const auto cached = cache_.get(id)) return cached;
  const auto found = look_up(id);
  if (!found) return found.error();
  if (found->state != SlotState::live) return std::optional<Key>{};
  return std::optional<Key>(found->key);
}

Status FileKeyStore::sync() {
  if (durable_.load() >= written_.load()) return {};

  const std::scoped_lock one_at_a_time(sync_mutex_);
  std::shared_ptr<const File> file;
  std::uint64_t written = 0;
  {
    const std::shared_lock lock(table_mutex_);
    file = table_.file();
    written = written_.load();
  }
  if (durable_.load() >= written) return {};
  if (auto allowed = may_write(); !allowed) return allowed;
  // Without the lock, so that keys can be made meanwhile. Should the file be outgrown now, then all
  // that was written has been synced in the new one.
  auto synced = file->sync();
  if (!synced) has_failed_ = true;
  if (synced) durable_ = written;
  return synced;
}

Status FileKeyStore::erase(KeyId id) {
  const std::scoped_lock lock(table_mutex_);
  if (auto allowed = may_write(); !allowed) return allowed;
  // An outgrown file that could not be wiped still holds the key.
  if (auto cleared = clear_leftovers(); !cleared) return cleared;
  const auto found = find_or_free_slot(id);
  if (!found) return found.error();
  if (found->state == SlotState::damaged && !found->is_own) return table_.damage_at(found->slot);

  // Also when it was erased before: that may have been cut short, or not have reached the disk.
  cache_.remove(id);
  if (auto put = put_slot(found->slot, erased_slot(id)); !put) return put;
  const std::uint64_t written = written_.load();
  auto synced = table_.file()->sync();
  if (!synced) has_failed_ = true;
  if (synced) durable_ = written;
  return synced;
}

/// The slot of a key that is not in the cache; a live key goes into it. Never `damaged`.
/// Errors: corruption, io.
Result<KeyTable::Found> FileKeyStore::look_up(KeyId id) {
  // An owner in another process may be writing the slot, or have replaced the file, while we look.
  const int attempts = read_only_ ? 3 : 1;
  Result<KeyTable::Found> found = KeyTable::Found{};
  for (int attempt = 0; attempt < attempts; ++attempt) {
    {
      const std::shared_lock lock(table_mutex_);
      found = table_.find(id);
      if (found && found->state == SlotState::damaged) found = table_.damage_at(found->slot);
      // Still under the lock: an erasure must not fall between the reading and the caching.
      if (found && found->state == SlotState::live) cache_.put(id, found->key);
    }
    if (!read_only_ || (found && found->is_own)) break;
    if (auto reopened = reopen_if_replaced(); !reopened) return reopened.error();
  }
  return found;
}

Result<Key> FileKeyStore::make_key(KeyId id) {
  const std::scoped_lock lock(table_mutex_);
  if (auto allowed = may_write(); !allowed) return allowed.error();
  const auto found = find_or_free_slot(id);
  if (!found) return found.error();
  if (found->state == SlotState::live) return found->key;
  if (found->state == SlotState::erased) return key_was_erased(id);
  if (found->state == SlotState::damaged) return table_.damage_at(found->slot);

  Key key;
  if (synthetic_) {
    key = synthetic_key(store_key_, id);
  } else {
    randombytes_buf(key.data(), key.size());
  }
  if (auto put = put_slot(found->slot, live_slot(id, key)); !put) return put.error();
  cache_.put(id, key);
  return key;
}

/// As `KeyTable::find`, but a key without a slot gets a free one to write to, if need be by
/// growing. Requires: the table lock, alone.
Result<KeyTable::Found> FileKeyStore::find_or_free_slot(KeyId id) {
  for (int doublings = 0; doublings <= doublings_max; ++doublings) {
    auto found = table_.find(id);
    if (!found || found->slot != KeyTable::no_slot) return found;
    if (auto grown = grow(); !grown) return grown.error();
  }
  return Error{ErrorCode::corruption, "the key store " + path_.string() + " grows without end"};
}

/// Requires: the table lock, alone. Errors: corruption, io.
Status FileKeyStore::grow() {
  if (auto cleared = clear_leftovers(); !cleared) return cleared;
  KeyHeader header = table_.header();
  header.capacity *= 2;
  if (header.capacity > KeyTable::capacity_max)
    return Error{ErrorCode::io, "the key store " + path_.string() + " cannot grow any more"};

  auto making = begin_making(files_, path_);
  if (!making) return making.error();
  has_leftovers_ = true;
  auto copied = table_.copy_into(**making, header);
  if (copied) copied = (*making)->sync();
  if (copied) copied = replace_by(*making);
  // Should the wiping fail, then erasing and growing will not go on before it succeeded.
  if (!has_failed_) has_leftovers_ = !clear_leftovers().ok();
  return copied;
}

/// Puts a synced new file in the place of the present one, which keeps a name until it is wiped.
Status FileKeyStore::replace_by(const std::shared_ptr<File>& grown) {
  auto table = KeyTable::open(grown);
  if (!table) return table.error();
  if (auto kept = files_.link(path_, outgrown_path(path_)); !kept) return kept;
  if (auto replaced = grown->rename_to(path_); !replaced) return replaced;
  table_ = std::move(*table);
  if (auto synced = files_.sync_directory_of(path_); !synced) {
    has_failed_ = true;
    return synced;
  }
  durable_ = written_.load();
  return {};
}

Status FileKeyStore::clear_leftovers() {
  if (!has_leftovers_) return {};
  auto removed = remove_leftovers(files_, path_, *table_.file());
  has_leftovers_ = !removed;
  return removed;
}

/// For a reader beside an owner: goes over to the file that the owner grew into. Errors: corruption
/// when it is another store; what opening returns.
Status FileKeyStore::reopen_if_replaced() {
  const std::scoped_lock lock(table_mutex_);
  const auto named = files_.identity_of(path_);
  const auto opened = table_.file()->identity();
  if (!named) return named.error();
  if (!opened) return opened.error();
  if (*named == *opened) return {};

  auto file = files_.open(path_, File::Mode::read);
  if (!file) return file.error();
  auto table = KeyTable::open(*file);
  if (!table) return table.error();
  if (table->header().store_key != store_key_)
    return Error{ErrorCode::corruption,
                 "the key store " + path_.string() + " was replaced by another one"};
  table_ = std::move(*table);
  return {};
}

/// Requires: the table lock, alone.
Status FileKeyStore::put_slot(std::uint64_t slot, const KeySlot& content) {
  auto written = table_.write(slot, content);
  if (!written) has_failed_ = true;
  ++written_;
  return written;
}

Status FileKeyStore::may_write() const {
  if (read_only_)
    return Error{ErrorCode::invalid_argument,
                 "the key store " + path_.string() + " was opened to read only"};
  if (has_failed_)
    return Error{ErrorCode::closed, "the key store " + path_.string() +
                                        " failed to write before and must be opened again"};
  return {};
}

}  // namespace inmail
