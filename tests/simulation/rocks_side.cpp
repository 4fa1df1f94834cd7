#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <algorithm>

#include "events/frame.hpp"
#include "events/record.hpp"
#include "tests/simulation/rocks_background.hpp"
#include "tests/simulation/rocks_side.hpp"

namespace inmail::sim {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus io_status_of(Outcome outcome, const std::string& path) {
  switch (outcome) {
    case Outcome::ok: return IOStatus::OK();
    case Outcome::missing: return IOStatus::PathNotFound(path);
    case Outcome::exists: return IOStatus::IOError(path, "it is there already");
    case Outcome::error: return IOStatus::IOError(path, "the disk has failed");
    case Outcome::full: return IOStatus::NoSpace(path, "the disk is full");
    case Outcome::dead: return IOStatus::IOError(path, "the process was killed");
  }
  return IOStatus::OK();
}

/// What all kinds of open files share.
struct Open {
  std::shared_ptr<Disk> disk;
  std::uint64_t process = 0;
  std::string path;
  InodePtr inode;

  IOStatus read(std::uint64_t place, std::size_t bytes, Slice* result, char* scratch) const {
    std::size_t got = 0;
    const auto outcome = disk->read(process, inode, place, {scratch, bytes}, got);
    *result = Slice(scratch, got);
    return io_status_of(outcome, path);
  }
};

class ReadingFile final : public rocksdb::FSRandomAccessFile, public rocksdb::FSSequentialFile {
 public:
  explicit ReadingFile(Open open) : open_(std::move(open)) {}

  IOStatus Read(std::uint64_t place, std::size_t bytes, const IOOptions&, Slice* result,
                char* scratch, IODebugContext*) const override {
    return open_.read(place, bytes, result, scratch);
  }
  IOStatus Read(std::size_t bytes, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) override {
    const IOStatus status = open_.read(at_, bytes, result, scratch);
    at_ += result->size();
    return status;
  }
  IOStatus Skip(std::uint64_t bytes) override {
    at_ += bytes;
    return IOStatus::OK();
  }
  bool use_direct_io() const override { return false; }
  std::size_t GetRequiredBufferAlignment() const override { return 1; }
  IOStatus InvalidateCache(std::size_t, std::size_t) override { return IOStatus::OK(); }
  rocksdb::Temperature GetTemperature() const override { return rocksdb::Temperature::kUnknown; }

 private:
  const Open open_;
  std::uint64_t at_ = 0;
};

class WritingFile final : public rocksdb::FSWritableFile {
 public:
  explicit WritingFile(Open open) : open_(std::move(open)) {
    at_ = open_.disk->size_of(open_.inode);
  }

  using rocksdb::FSWritableFile::Append;
  IOStatus Append(const Slice& bytes, const IOOptions&, IODebugContext*) override {
    const auto outcome =
        open_.disk->write(open_.process, open_.inode, at_, {bytes.data(), bytes.size()});
    if (outcome == Outcome::ok) at_ += bytes.size();
    return io_status_of(outcome, open_.path);
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions&, IODebugContext*) override {
    at_ = size;
    if (open_.disk->size_of(open_.inode) == size) return IOStatus::OK();
    return io_status_of(open_.disk->truncate(open_.process, open_.inode, size), open_.path);
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    return io_status_of(open_.disk->sync(open_.process, open_.inode), open_.path);
  }
  bool IsSyncThreadSafe() const override { return true; }
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
  std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return at_; }

 private:
  const Open open_;
  std::uint64_t at_;
};

class OpenFolder final : public rocksdb::FSDirectory {
 public:
  explicit OpenFolder(Open open) : open_(std::move(open)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    return io_status_of(open_.disk->sync_folder(open_.process, open_.path), open_.path);
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  const Open open_;
};

struct Lock final : rocksdb::FileLock {
  InodePtr inode;
};

class SilentLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
  std::size_t GetLogFileSize() const override { return 0; }
};

class Files final : public rocksdb::FileSystem {
 public:
  Files(std::shared_ptr<Disk> disk, std::uint64_t process)
      : disk_(std::move(disk)), process_(process) {}

  const char* Name() const override { return "inmail.sim.Files"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions&,
                             std::unique_ptr<rocksdb::FSSequentialFile>* file,
                             IODebugContext*) override {
    return open<ReadingFile>(path, false, false, file);
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions&,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                               IODebugContext*) override {
    return open<ReadingFile>(path, false, false, file);
  }
  IOStatus NewWritableFile(const std::string& path, const FileOptions&,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext*) override {
    return open<WritingFile>(path, true, true, file);
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions&,
                              std::unique_ptr<rocksdb::FSWritableFile>* file,
                              IODebugContext*) override {
    return open<WritingFile>(path, true, false, file);
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions&,
                        std::unique_ptr<rocksdb::FSDirectory>* folder, IODebugContext*) override {
    const InodePtr inode = disk_->find(path);
    if (!inode || !inode->is_folder) return IOStatus::PathNotFound(path);
    *folder = std::make_unique<OpenFolder>(Open{disk_, process_, path, inode});
    return IOStatus::OK();
  }
  IOStatus FileExists(const std::string& path, const IOOptions&, IODebugContext*) override {
    return disk_->find(path) ? IOStatus::OK() : IOStatus::NotFound(path);
  }
  IOStatus GetChildren(const std::string& path, const IOOptions&, std::vector<std::string>* names,
                       IODebugContext*) override {
    names->clear();
    const auto listed = disk_->list(process_, path, *names);
    return listed == Outcome::missing ? IOStatus::NotFound(path) : io_status_of(listed, path);
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override {
    return io_status_of(disk_->remove(process_, path), path);
  }
  IOStatus CreateDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    return io_status_of(disk_->make_folder(process_, path), path);
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions&, IODebugContext*) override {
    const auto made = disk_->make_folder(process_, path);
    return made == Outcome::exists ? IOStatus::OK() : io_status_of(made, path);
  }
  IOStatus DeleteDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    return IOStatus::IOError(path, "folders stay");
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions&, std::uint64_t* size,
                       IODebugContext*) override {
    const InodePtr inode = disk_->find(path);
    if (!inode) return IOStatus::PathNotFound(path);
    *size = disk_->size_of(inode);
    return IOStatus::OK();
  }
  IOStatus GetFileModificationTime(const std::string&, const IOOptions&, std::uint64_t* time,
                                   IODebugContext*) override {
    *time = 1'700'000'000;
    return IOStatus::OK();
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&,
                      IODebugContext*) override {
    return io_status_of(disk_->rename(process_, from, to), from);
  }
  IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions&,
                    IODebugContext*) override {
    return io_status_of(disk_->link(process_, from, to), from);
  }
  IOStatus LockFile(const std::string& path, const IOOptions&, rocksdb::FileLock** lock,
                    IODebugContext*) override {
    auto held = std::make_unique<Lock>();
    auto opened = disk_->open(process_, path, true, false, held->inode);
    if (opened == Outcome::ok) opened = disk_->lock(process_, held->inode);
    if (opened == Outcome::exists) return IOStatus::IOError("lock hold by current process", path);
    if (opened == Outcome::ok) *lock = held.release();
    return io_status_of(opened, path);
  }
  IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) override {
    const std::unique_ptr<Lock> held(static_cast<Lock*>(lock));
    disk_->unlock(process_, held->inode);
    return IOStatus::OK();
  }
  IOStatus GetTestDirectory(const IOOptions&, std::string* path, IODebugContext*) override {
    *path = "/";
    return IOStatus::OK();
  }
  IOStatus NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>* logger,
                     IODebugContext*) override {
    *logger = std::make_shared<SilentLogger>();
    return IOStatus::OK();
  }
  IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* out,
                           IODebugContext*) override {
    *out = path;
    return IOStatus::OK();
  }
  IOStatus IsDirectory(const std::string& path, const IOOptions&, bool* is_folder,
                       IODebugContext*) override {
    const InodePtr inode = disk_->find(path);
    if (!inode) return IOStatus::NotFound(path);
    *is_folder = inode->is_folder;
    return IOStatus::OK();
  }

 private:
  template <class Kind, class Base>
  IOStatus open(const std::string& path, bool create, bool truncate, std::unique_ptr<Base>* file) {
    Open open{disk_, process_, path, nullptr};
    const auto opened = disk_->open(process_, path, create, truncate, open.inode);
    if (opened == Outcome::ok) *file = std::make_unique<Kind>(std::move(open));
    return io_status_of(opened, path);
  }

  const std::shared_ptr<Disk> disk_;
  const std::uint64_t process_;
};

}  // namespace

RocksSide::RocksSide(std::shared_ptr<Disk> disk, std::uint64_t process)
    : env_(std::make_unique<BackgroundEnv>(std::make_shared<Files>(std::move(disk), process))),
      handle_{env_.get()} {}

RocksSide::~RocksSide() = default;

namespace {

std::unique_ptr<rocksdb::DB> open_log(FileSystem& machine, const std::string& folder) {
  rocksdb::Options options;
  options.env = rocks_env_of(machine);
  options.max_file_opening_threads = opening_threads(machine);
  options.track_and_verify_wals_in_manifest = true;
  rocksdb::DB* db = nullptr;
  const auto opened = rocksdb::DB::Open(options, folder, &db);
  invariant(opened.ok(), "a log that was closed can be opened");
  return std::unique_ptr<rocksdb::DB>(db);
}

}  // namespace

std::vector<StoredFrame> frames_of(FileSystem& machine, const std::string& folder) {
  const auto db = open_log(machine, folder);
  const std::unique_ptr<rocksdb::Iterator> at(db->NewIterator({}));
  std::vector<StoredFrame> frames;
  for (at->SeekToFirst(); at->Valid(); at->Next())
    frames.push_back({at->key().ToString(), at->value().ToString()});
  return frames;
}

void put_frame(FileSystem& machine, const std::string& folder, const StoredFrame& frame) {
  const auto db = open_log(machine, folder);
  rocksdb::WriteOptions options;
  options.sync = true;
  const auto put = db->Put(options, frame.key, frame.bytes);
  invariant(put.ok(), "a disk without faults takes a frame");
}

void RocksSide::wait_for_flushes() { env_->wait_for_flushes(); }
void RocksSide::run_background() { env_->run_put_off(); }

StoredFrame forged(StoredFrame frame) {
  constexpr std::size_t time_at = 32;
  auto* bytes = reinterpret_cast<std::uint8_t*>(frame.bytes.data());
  const auto view = view_frame({bytes, frame.bytes.size()});
  invariant(view.ok(), "a log without damage holds frames");
  std::uint8_t* record = bytes + frame_header_bytes;
  record[time_at] ^= 1;
  place_record({record, view->records.front().bytes.size()}, view->first);
  return frame;
}

}  // namespace inmail::sim
