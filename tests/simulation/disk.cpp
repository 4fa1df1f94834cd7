#include "tests/simulation/disk.hpp"

#include <algorithm>
#include <utility>

namespace inmail::sim {
namespace {

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Without slashes at its end, without "." in it, without two slashes in a row.
std::string clean(const std::string& path) {
  std::string out;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    if (!part.empty() && part != ".") out += "/" + part;
    at = end + 1;
  }
  return out.empty() ? "/" : out;
}

}  // namespace

Disk::Disk(FaultPlan plan) : plan_(std::move(plan)) {
  folders_["/"];
  const std::uint64_t host = start_process();
  (void)make_folder(host, "/host");
  (void)sync_folder(host, "/");
  alive_ = 0;
}

std::uint64_t Disk::start_process() {
  const std::lock_guard lock(mutex_);
  died_of_.reset();
  return alive_ = ++processes_;
}

void Disk::stop_process(bool power) {
  const std::lock_guard lock(mutex_);
  alive_ = 0;
  full_for_ = 0;
  if (power) lose_power();
}

bool Disk::is_alive(std::uint64_t process) const {
  const std::lock_guard lock(mutex_);
  return process == alive_;
}

std::optional<Fault> Disk::died_of() const {
  const std::lock_guard lock(mutex_);
  return died_of_;
}

void Disk::die(Fault fault) {
  alive_ = 0;
  died_of_ = fault;
}

std::optional<Outcome> Disk::meets(std::uint64_t process, const FileClass& file,
                                   Operation operation, Fault& fault) {
  if (process != alive_) return Outcome::dead;
  const auto met = plan_.next(file, operation);
  if (operation == Operation::write && full_for_ > 0) {
    --full_for_;
    fault = Fault::disk_full;
    return Outcome::full;
  }
  if (!met) return std::nullopt;
  fault = *met;
  switch (*met) {
    case Fault::disk_full:
      full_for_ = static_cast<std::uint32_t>(plan_.chance() % 40);
      return Outcome::full;
    case Fault::kill:
    case Fault::power_loss: return Outcome::dead;
    case Fault::slow_sync:
      if (on_slow_sync_) on_slow_sync_();
      return std::nullopt;
    default: return Outcome::error;
  }
}

Outcome Disk::open(std::uint64_t process, const std::string& path, bool create, bool truncate,
                   InodePtr& file) {
  const std::lock_guard lock(mutex_);
  if (process != alive_) return Outcome::dead;
  file = find_locked(clean(path));
  if (file && file->is_folder) return Outcome::error;
  if (!file && !create) return Outcome::missing;
  if (file && !truncate) return Outcome::ok;

  Fault fault{};
  const auto failed = meets(process, class_of(path), Operation::name, fault);
  if (failed && *failed != Outcome::dead) return *failed;
  const Place place = place_of(path);
  if (!place.folder) return Outcome::missing;
  if (!failed || plan_.chance() % 2 == 0) {
    auto made = std::make_shared<Inode>();
    made->number = ++inodes_;
    made->kind = class_of(path);
    file = made;
    change(*place.folder, {place.name, made});
  }
  if (!failed) return Outcome::ok;
  if (process == alive_) die(fault);
  return Outcome::dead;
}

Outcome Disk::read(std::uint64_t process, const InodePtr& file, std::uint64_t place,
                   std::span<char> bytes, std::size_t& got) {
  const std::lock_guard lock(mutex_);
  got = 0;
  Fault fault{};
  if (const auto failed = meets(process, file->kind, Operation::read, fault)) return *failed;
  if (place >= file->seen.size()) return Outcome::ok;
  got = std::min<std::size_t>(bytes.size(), file->seen.size() - place);
  std::copy_n(file->seen.data() + place, got, bytes.data());
  return Outcome::ok;
}

void Disk::put(Inode& file, std::uint64_t place, std::string_view bytes) {
  if (bytes.empty()) return;
  if (place + bytes.size() > file.seen.size()) {
    file.seen.resize(place + bytes.size());
    file.size_dirty = true;
  }
  std::copy(bytes.begin(), bytes.end(), file.seen.begin() + static_cast<std::ptrdiff_t>(place));
  for (std::size_t page = place / Inode::page_bytes;
       page <= (place + bytes.size() - 1) / Inode::page_bytes; ++page)
    file.dirty.insert(page);
}

Outcome Disk::write(std::uint64_t process, const InodePtr& file, std::uint64_t place,
                    std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  Fault fault{};
  const auto failed = meets(process, file->kind, Operation::write, fault);
  if (process != alive_) return Outcome::dead;
  if (!failed) {
    put(*file, place, bytes);
    return Outcome::ok;
  }
  // Whatever went wrong, a part may have been written; of what is overwritten, whole sectors.
  std::size_t part = mixed(plan_.chance(), 1) % (bytes.size() + 1);
  if (place < file->seen.size()) part = part / Inode::sector_bytes * Inode::sector_bytes;
  put(*file, place, bytes.substr(0, part));
  if (*failed == Outcome::dead) die(fault);
  return *failed;
}

Outcome Disk::truncate(std::uint64_t process, const InodePtr& file, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  Fault fault{};
  const auto failed = meets(process, file->kind, Operation::write, fault);
  if (failed && *failed == Outcome::dead && process == alive_) die(fault);
  if (failed) return *failed;
  file->seen.resize(size);
  file->size_dirty = true;
  while (!file->dirty.empty() && *file->dirty.rbegin() * Inode::page_bytes >= size)
    file->dirty.erase(std::prev(file->dirty.end()));
  return Outcome::ok;
}

namespace {

void keep_page(Inode& file, std::size_t page) {
  const std::size_t from = page * Inode::page_bytes;
  const std::size_t to = std::min(from + Inode::page_bytes, file.seen.size());
  if (from >= to) return;
  if (file.kept.size() < to) file.kept.resize(to);
  std::copy(file.seen.begin() + static_cast<std::ptrdiff_t>(from),
            file.seen.begin() + static_cast<std::ptrdiff_t>(to),
            file.kept.begin() + static_cast<std::ptrdiff_t>(from));
}

void keep_all(Inode& file) {
  for (const std::size_t page : file.dirty) keep_page(file, page);
  file.kept.resize(file.seen.size());
  file.dirty.clear();
  file.size_dirty = false;
}

}  // namespace

/// After an error nobody knows which pages were written; and those that were not count as clean
/// from then on, so that no later sync writes them.
void Disk::fail_sync(Inode& file, std::uint64_t chance) {
  const std::set<std::size_t> dirty = std::exchange(file.dirty, {});
  for (const std::size_t page : dirty) {
    const std::uint64_t lot = mixed(chance, page) % 4;
    if (lot == 0) keep_page(file, page);
    if (lot == 1) file.dirty.insert(page);
  }
}

Outcome Disk::sync(std::uint64_t process, const InodePtr& file) {
  const std::lock_guard lock(mutex_);
  Fault fault{};
  const auto failed = meets(process, file->kind, Operation::sync, fault);
  if (process != alive_) return Outcome::dead;
  if (!failed) {
    keep_all(*file);
    return Outcome::ok;
  }
  if (*failed == Outcome::dead) {
    if (plan_.chance() % 2 == 0) keep_all(*file);
    die(fault);
  } else {
    fail_sync(*file, plan_.chance());
  }
  return *failed;
}

Outcome Disk::lock(std::uint64_t process, const InodePtr& file) {
  const std::lock_guard lock(mutex_);
  if (process != alive_) return Outcome::dead;
  if (file->locked_by == process) return Outcome::exists;
  file->locked_by = process;
  return Outcome::ok;
}

void Disk::unlock(std::uint64_t process, const InodePtr& file) {
  const std::lock_guard lock(mutex_);
  if (file->locked_by == process) file->locked_by = 0;
}

std::uint64_t Disk::size_of(const InodePtr& file) const {
  const std::lock_guard lock(mutex_);
  return file->seen.size();
}

Disk::Place Disk::place_of(const std::string& path) {
  const std::string whole = clean(path);
  const auto found = folders_.find(parent_of(whole));
  if (found == folders_.end()) return {};
  return {&found->second, whole.substr(whole.rfind('/') + 1)};
}

InodePtr Disk::find(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return find_locked(clean(path));
}

InodePtr Disk::find_locked(const std::string& path) const {
  static const InodePtr root = [] {
    auto made = std::make_shared<Inode>();
    made->is_folder = true;
    return made;
  }();
  if (path == "/") return root;
  const auto folder = folders_.find(parent_of(path));
  if (folder == folders_.end()) return nullptr;
  const auto found = folder->second.seen.find(path.substr(path.rfind('/') + 1));
  return found == folder->second.seen.end() ? nullptr : found->second;
}

void Disk::apply(std::map<std::string, InodePtr>& names, const Change& change) {
  if (!change.removed_too.empty()) names.erase(change.removed_too);
  if (change.now)
    names[change.name] = change.now;
  else
    names.erase(change.name);
}

void Disk::change(Folder& folder, Change change) {
  apply(folder.seen, change);
  folder.pending.push_back(std::move(change));
}

Outcome Disk::make_folder(std::uint64_t process, const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (process != alive_) return Outcome::dead;
  const std::string whole = clean(path);
  if (const InodePtr there = find_locked(whole))
    return there->is_folder ? Outcome::exists : Outcome::error;
  Fault fault{};
  const auto failed = meets(process, {FileKind::folder, 0}, Operation::name, fault);
  if (failed && *failed == Outcome::dead) die(fault);
  if (failed) return *failed;
  const Place place = place_of(whole);
  if (!place.folder) return Outcome::missing;
  auto made = std::make_shared<Inode>();
  made->number = ++inodes_;
  made->is_folder = true;
  change(*place.folder, {place.name, made});
  folders_[whole];
  return Outcome::ok;
}

Outcome Disk::list(std::uint64_t process, const std::string& path,
                   std::vector<std::string>& names) {
  const std::lock_guard lock(mutex_);
  if (process != alive_) return Outcome::dead;
  const auto found = folders_.find(clean(path));
  if (found == folders_.end()) return Outcome::missing;
  for (const auto& [name, file] : found->second.seen) names.push_back(name);
  return Outcome::ok;
}

Outcome Disk::link(std::uint64_t process, const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  Fault fault{};
  const auto failed = meets(process, class_of(to), Operation::name, fault);
  if (process != alive_) return Outcome::dead;
  if (failed && *failed != Outcome::dead) return *failed;
  const InodePtr file = find_locked(clean(from));
  const Place place = place_of(to);
  if (!file || !place.folder) return Outcome::missing;
  if (place.folder->seen.contains(place.name)) return Outcome::exists;
  if (!failed || plan_.chance() % 2 == 0) change(*place.folder, {place.name, file});
  if (failed) die(fault);
  return failed.value_or(Outcome::ok);
}

Outcome Disk::rename(std::uint64_t process, const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  Fault fault{};
  const auto failed = meets(process, class_of(to), Operation::name, fault);
  if (process != alive_) return Outcome::dead;
  if (failed && *failed != Outcome::dead) return *failed;
  const InodePtr file = find_locked(clean(from));
  const Place old = place_of(from);
  const Place place = place_of(to);
  if (!file || !place.folder) return Outcome::missing;
  if (old.folder != place.folder || file->is_folder) return Outcome::error;
  if (!failed || plan_.chance() % 2 == 0) change(*place.folder, {place.name, file, old.name});
  file->kind = class_of(to);
  if (failed) die(fault);
  return failed.value_or(Outcome::ok);
}

Outcome Disk::remove(std::uint64_t process, const std::string& path) {
  const std::lock_guard lock(mutex_);
  Fault fault{};
  const auto failed = meets(process, class_of(path), Operation::name, fault);
  if (process != alive_) return Outcome::dead;
  if (failed && *failed != Outcome::dead) return *failed;
  const Place place = place_of(path);
  if (!place.folder || !place.folder->seen.contains(place.name)) return Outcome::missing;
  if (!failed || plan_.chance() % 2 == 0) change(*place.folder, {place.name, nullptr});
  if (failed) die(fault);
  return failed.value_or(Outcome::ok);
}

Outcome Disk::sync_folder(std::uint64_t process, const std::string& path) {
  const std::lock_guard lock(mutex_);
  Fault fault{};
  const auto failed = meets(process, {FileKind::folder, 0}, Operation::sync, fault);
  if (process != alive_) return Outcome::dead;
  const auto found = folders_.find(clean(path));
  if (found == folders_.end()) return Outcome::missing;
  if (!failed || plan_.chance() % 2 == 0) {
    Folder& folder = found->second;
    for (const Change& each : std::exchange(folder.pending, {})) apply(folder.kept, each);
  }
  if (failed && *failed == Outcome::dead) die(fault);
  return failed.value_or(Outcome::ok);
}

std::map<std::string, InodePtr> Disk::files() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, InodePtr> all;
  for (const auto& [path, folder] : folders_)
    for (const auto& [name, file] : folder.seen)
      if (!file->is_folder) all[(path == "/" ? "" : path) + "/" + name] = file;
  return all;
}

void Disk::flip(const InodePtr& file, std::uint64_t bit) {
  const auto mask = static_cast<char>(1U << (bit % 8));
  for (std::string* bytes : {&file->seen, &file->kept})
    if (bit / 8 < bytes->size()) (*bytes)[bit / 8] = static_cast<char>((*bytes)[bit / 8] ^ mask);
}

/// A page that was not synced is there, or not, or torn. `chance` also says how bad it is: nothing
/// of all that is there, all of it, or each page for itself.
void Disk::lose_pages(Inode& file, std::uint64_t chance) {
  const std::uint64_t mood = mixed(chance, 1) % 10;
  const auto share = [&](std::uint64_t salt, std::uint64_t below) {
    return mixed(chance, 2, file.number, salt) % below;
  };
  std::string after = file.kept;
  const std::size_t old_size = file.kept.size();
  const std::size_t new_size = file.seen.size();
  if (file.size_dirty && mood >= 4) {
    std::size_t size = new_size;
    if (mood < 9 && share(1, 3) == 0) size = old_size;
    if (mood < 9 && share(1, 3) == 1 && new_size > old_size)
      size = old_size + share(2, new_size - old_size + 1);
    after.resize(size);
  }
  for (const std::size_t page : file.dirty) {
    const std::size_t from = page * Inode::page_bytes;
    const std::size_t room = std::min(file.seen.size(), after.size());
    const std::size_t end = std::min(from + Inode::page_bytes, room);
    if (mood < 4 || from >= end) continue;
    std::size_t bytes = end - from;
    if (mood < 9) {
      const std::uint64_t lot = share(3 + page, 10);
      if (lot < 4) bytes = 0;
      if (lot >= 4 && lot < 6) bytes = share(1'000'003 + page, bytes + 1);
      if (from < old_size && bytes < end - from)
        bytes = bytes / Inode::sector_bytes * Inode::sector_bytes;
    }
    std::copy_n(file.seen.begin() + static_cast<std::ptrdiff_t>(from), bytes,
                after.begin() + static_cast<std::ptrdiff_t>(from));
  }
  file.seen = file.kept = std::move(after);
  file.dirty.clear();
  file.size_dirty = false;
}

void Disk::lose_power() {
  const std::uint64_t chance = mixed(plan_.seed(), 77, ++losses_);
  std::map<std::string, Folder> left;
  std::map<std::uint64_t, InodePtr> files;
  // Folders sort before what is in them.
  for (auto& [path, folder] : folders_) {
    if (path != "/") {
      const auto parent = left.find(parent_of(path));
      const std::string name = path.substr(path.rfind('/') + 1);
      if (parent == left.end() || !parent->second.seen.contains(name)) continue;
    }
    const std::uint64_t kept = mixed(chance, left.size()) % (folder.pending.size() + 1);
    for (std::size_t i = 0; i < kept; ++i) apply(folder.kept, folder.pending[i]);
    folder.pending.clear();
    folder.seen = folder.kept;
    for (const auto& [name, file] : folder.seen)
      if (!file->is_folder) files[file->number] = file;
    left.emplace(path, std::move(folder));
  }
  folders_ = std::move(left);
  for (const auto& [number, file] : files) lose_pages(*file, chance);
}

}  // namespace inmail::sim
