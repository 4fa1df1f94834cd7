#include "tests/simulation/machine.hpp"

#include "tests/simulation/rocks_side.hpp"

namespace inmail::sim {
namespace {

/// A file as our own code sees it.
class SimFile final : public File {
 public:
  SimFile(std::filesystem::path path, std::shared_ptr<Disk> disk, std::uint64_t process,
          InodePtr inode)
      : File(std::move(path)),
        disk_(std::move(disk)),
        process_(process),
        inode_(std::move(inode)) {}
  ~SimFile() override {
    if (holds_lock_) disk_->unlock(process_, inode_);
  }

  Status read_at(std::uint64_t place, std::span<std::uint8_t> bytes) const override {
    std::size_t got = 0;
    const std::span<char> to(reinterpret_cast<char*>(bytes.data()), bytes.size());
    auto read = status_of(disk_->read(process_, inode_, place, to, got), "read", path_);
    if (!read || got == bytes.size()) return read;
    return Error{ErrorCode::corruption, path_.string() + " ends at byte " +
                                            std::to_string(place + got) +
                                            ", before what should stand there"};
  }
  Status write_at(std::uint64_t place, std::span<const std::uint8_t> bytes) const override {
    const std::string_view from(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return status_of(disk_->write(process_, inode_, place, from), "write", path_);
  }
  Status sync() const override { return status_of(disk_->sync(process_, inode_), "sync", path_); }
  Status rename_to(const std::filesystem::path& to) override {
    auto renamed = status_of(disk_->rename(process_, path_.string(), to.string()), "rename", path_);
    if (renamed) path_ = to;
    return renamed;
  }
  Status lock() const override {
    const Outcome locked = disk_->lock(process_, inode_);
    if (locked == Outcome::exists)
      return Error{ErrorCode::locked, path_.string() + " is in use by another owner"};
    holds_lock_ = locked == Outcome::ok;
    return status_of(locked, "lock", path_);
  }
  Result<std::uint64_t> size() const override { return disk_->size_of(inode_); }
  Result<Identity> identity() const override { return Identity{1, inode_->number}; }

 private:
  const std::shared_ptr<Disk> disk_;
  const std::uint64_t process_;
  const InodePtr inode_;
  mutable bool holds_lock_ = false;
};

}  // namespace

Status status_of(Outcome outcome, const char* what, const std::filesystem::path& path) {
  const std::string sentence = std::string("cannot ") + what + " " + path.string() + ": ";
  switch (outcome) {
    case Outcome::ok: return {};
    case Outcome::missing: return Error{ErrorCode::not_found, sentence + "there is none"};
    case Outcome::exists: return Error{ErrorCode::conflict, sentence + "it is there already"};
    case Outcome::error: return Error{ErrorCode::io, sentence + "the disk has failed"};
    case Outcome::full: return Error{ErrorCode::io, sentence + "the disk is full"};
    case Outcome::dead: return Error{ErrorCode::io, sentence + "the process was killed"};
  }
  return {};
}

Machine::Machine(std::shared_ptr<Disk> disk, std::shared_ptr<const ManualClock> clock)
    : disk_(std::move(disk)),
      clock_(std::move(clock)),
      process_(disk_->start_process()),
      rocks_(std::make_unique<RocksSide>(disk_, process_)) {}

Machine::~Machine() = default;

Result<std::shared_ptr<File>> Machine::open(const std::filesystem::path& path, File::Mode mode) {
  InodePtr inode;
  auto opened = status_of(
      disk_->open(process_, path.string(), mode == File::Mode::create, false, inode), "open", path);
  if (!opened) return opened.error();
  return std::shared_ptr<File>(std::make_shared<SimFile>(path, disk_, process_, std::move(inode)));
}

bool Machine::exists(const std::filesystem::path& path) const {
  return disk_->find(path.string()) != nullptr;
}

Result<std::vector<std::string>> Machine::list(const std::filesystem::path& folder) const {
  std::vector<std::string> names;
  auto listed = status_of(disk_->list(process_, folder.string(), names), "list", folder);
  if (!listed) return listed.error();
  return names;
}

Status Machine::make_folder(const std::filesystem::path& folder) {
  if (folder.has_parent_path() && folder != folder.parent_path() && !exists(folder.parent_path()))
    if (auto made = make_folder(folder.parent_path()); !made) return made;
  const Outcome made = disk_->make_folder(process_, folder.string());
  return made == Outcome::exists ? Status{} : status_of(made, "make", folder);
}

Result<File::Identity> Machine::identity_of(const std::filesystem::path& path) const {
  const InodePtr file = disk_->find(path.string());
  if (!file) return status_of(Outcome::missing, "look at", path).error();
  return File::Identity{1, file->number};
}

Status Machine::link(const std::filesystem::path& from, const std::filesystem::path& to) {
  return status_of(disk_->link(process_, from.string(), to.string()), "make a name", to);
}

Status Machine::remove(const std::filesystem::path& path) {
  const Outcome removed = disk_->remove(process_, path.string());
  return removed == Outcome::missing ? Status{} : status_of(removed, "remove", path);
}

Status Machine::sync_directory_of(const std::filesystem::path& path) {
  return status_of(disk_->sync_folder(process_, path.parent_path().string()), "sync",
                   path.parent_path());
}

std::chrono::steady_clock::time_point Machine::now() const {
  return std::chrono::steady_clock::time_point(clock_->now().time_since_epoch());
}

const RocksEnv* Machine::rocks() const { return &rocks_->env(); }

void Machine::wait_for_flushes() { rocks_->wait_for_flushes(); }
void Machine::run_background() { rocks_->run_background(); }

}  // namespace inmail::sim
