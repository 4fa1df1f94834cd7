#include "events/key_backup.hpp"

#include <utility>

#include "events/file_system.hpp"
#include "events/key_table.hpp"

namespace inmail {
namespace {

namespace fs = std::filesystem;

/// A store that outgrows its file wipes it; so often it does not.
constexpr int attempts_max = 3;

fs::path with_suffix(fs::path path, const char* suffix) { return path += suffix; }

Result<KeyTable> open_table(const fs::path& path) {
  auto file = system_files().open(path, File::Mode::read);
  if (!file) return file.error();
  return KeyTable::open(std::move(file).value());
}

/// Whether the name still stands for the file that was read.
Result<bool> is_still(const fs::path& path, const KeyTable& table) {
  const auto named = system_files().identity_of(path);
  if (!named) return named.error();
  const auto opened = table.file()->identity();
  if (!opened) return opened.error();
  return *named == *opened;
}

/// Calls `read` with the table until nothing came between.
template <class Read>
Result<std::vector<KeyId>> read_unchanged(const fs::path& path, Read&& read) {
  for (int attempt = 1;; ++attempt) {
    std::vector<KeyId> erased;
    const auto table = open_table(path);
    if (!table) return table.error();
    const Status done = read(*table, [&](KeyId id) { erased.push_back(id); });
    const auto still = is_still(path, *table);
    if (!still) return still.error();
    if (*still && !done) return done.error();
    if (*still) return erased;
    if (attempt == attempts_max)
      return Error{ErrorCode::io, path.string() + " is replaced faster than it can be read"};
  }
}

/// What a crash has left of an earlier copy.
Status wipe_leftovers(const fs::path& to) {
  if (auto wiped = wipe_and_remove(system_files(), with_suffix(to, ".making")); !wiped)
    return wiped;
  const fs::path outgrown = with_suffix(to, ".outgrown");
  const auto old = system_files().identity_of(outgrown);
  if (!old) return old.error().code == ErrorCode::not_found ? Status{} : Status{old.error()};
  const auto now = system_files().identity_of(to);
  if (now && *now == *old) return system_files().remove(outgrown);
  return wipe_and_remove(system_files(), outgrown);
}

Status take_the_place_of(File& made, const fs::path& to) {
  const fs::path outgrown = with_suffix(to, ".outgrown");
  const auto linked = system_files().link(to, outgrown);
  if (!linked && linked.error().code != ErrorCode::not_found) return linked;
  if (auto renamed = made.rename_to(to); !renamed) return renamed;
  if (auto synced = system_files().sync_directory_of(to); !synced) return synced;
  return wipe_and_remove(system_files(), outgrown);
}

}  // namespace

Result<std::vector<KeyId>> copy_key_file(const fs::path& from, const fs::path& to) {
  if (auto wiped = wipe_leftovers(to); !wiped) return wiped.error();
  const auto made = system_files().open(with_suffix(to, ".making"), File::Mode::create);
  if (!made) return made.error();
  auto erased = read_unchanged(from, [&](const KeyTable& table, const auto& note) {
    return table.copy_as_is(**made, note);
  });
  if (!erased) {
    [[maybe_unused]] const auto ignored =
        wipe_and_remove(system_files(), with_suffix(to, ".making"));
    return erased;
  }
  if (auto synced = (*made)->sync(); !synced) return synced.error();
  if (auto placed = take_the_place_of(**made, to); !placed) return placed.error();
  return erased;
}

Result<std::vector<KeyId>> erased_in_key_file(const fs::path& file) {
  return read_unchanged(
      file, [](const KeyTable& table, const auto& note) { return table.for_each_erased(note); });
}

}  // namespace inmail
