#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include "events/rocks_env.hpp"
#include "tests/support/faulty_disk.hpp"

namespace inmail::test {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

Error error_of(DiskFault fault, const std::filesystem::path& path) {
  switch (fault) {
    case DiskFault::no_space: return {ErrorCode::io, path.string() + ": No space left on device"};
    case DiskFault::no_handle: return {ErrorCode::io, path.string() + ": Too many open files"};
    case DiskFault::io: break;
  }
  return {ErrorCode::io, path.string() + ": Input/output error"};
}

IOStatus status_of(std::optional<DiskFault> fault, const std::string& path) {
  if (!fault) return IOStatus::OK();
  if (*fault == DiskFault::no_space) return IOStatus::NoSpace(path, "No space left on device");
  return IOStatus::IOError(error_of(*fault, path).message);
}

/// One of our own files.
class FaultyFile final : public File {
 public:
  FaultyFile(const FaultyDisk& disk, std::shared_ptr<File> file)
      : File(file->path()), disk_(disk), file_(std::move(file)) {}

  Status read_at(std::uint64_t place, std::span<std::uint8_t> bytes) const override {
    if (const auto fault = disk_.ask(DiskAct::read, path_.string())) return error_of(*fault, path_);
    return file_->read_at(place, bytes);
  }
  Status write_at(std::uint64_t place, std::span<const std::uint8_t> bytes) const override {
    if (const auto fault = disk_.ask(DiskAct::write, path_.string()))
      return error_of(*fault, path_);
    return file_->write_at(place, bytes);
  }
  Status sync() const override {
    if (const auto fault = disk_.ask(DiskAct::sync, path_.string())) return error_of(*fault, path_);
    return file_->sync();
  }
  Status rename_to(const std::filesystem::path& to) override {
    auto renamed = file_->rename_to(to);
    path_ = file_->path();
    return renamed;
  }
  Status lock() const override { return file_->lock(); }
  Result<std::uint64_t> size() const override { return file_->size(); }
  Result<Identity> identity() const override { return file_->identity(); }

 private:
  const FaultyDisk& disk_;
  const std::shared_ptr<File> file_;
};

class FaultyWritable final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyWritable(const FaultyDisk& disk, std::string path,
                 std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)) {}

  using FSWritableFileOwnerWrapper::Append;
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& with,
                  IODebugContext* context) override {
    const auto status = status_of(disk_.ask(DiskAct::write, path_), path_);
    return status.ok() ? FSWritableFileOwnerWrapper::Append(data, with, context) : status;
  }
  IOStatus Sync(const IOOptions& with, IODebugContext* context) override {
    const auto status = status_of(disk_.ask(DiskAct::sync, path_), path_);
    return status.ok() ? FSWritableFileOwnerWrapper::Sync(with, context) : status;
  }
  IOStatus Fsync(const IOOptions& with, IODebugContext* context) override {
    const auto status = status_of(disk_.ask(DiskAct::sync, path_), path_);
    return status.ok() ? FSWritableFileOwnerWrapper::Fsync(with, context) : status;
  }

 private:
  const FaultyDisk& disk_;
  const std::string path_;
};

class FaultyReadable final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  FaultyReadable(const FaultyDisk& disk, std::string path,
                 std::unique_ptr<rocksdb::FSRandomAccessFile> file)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)) {}

  IOStatus Read(std::uint64_t offset, std::size_t count, const IOOptions& with,
                rocksdb::Slice* result, char* scratch, IODebugContext* context) const override {
    const auto status = status_of(disk_.ask(DiskAct::read, path_), path_);
    if (!status.ok()) return status;
    return FSRandomAccessFileOwnerWrapper::Read(offset, count, with, result, scratch, context);
  }

 private:
  const FaultyDisk& disk_;
  const std::string path_;
};

class FaultyRocksFiles final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultyRocksFiles(const FaultyDisk& disk)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), disk_(disk) {}

  const char* Name() const override { return "FaultyDisk"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& with,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* context) override {
    auto status = status_of(disk_.ask(DiskAct::open, path), path);
    if (status.ok()) status = target()->NewWritableFile(path, with, file, context);
    if (status.ok()) *file = std::make_unique<FaultyWritable>(disk_, path, std::move(*file));
    return status;
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions& with,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                               IODebugContext* context) override {
    auto status = status_of(disk_.ask(DiskAct::open, path), path);
    if (status.ok()) status = target()->NewRandomAccessFile(path, with, file, context);
    if (status.ok()) *file = std::make_unique<FaultyReadable>(disk_, path, std::move(*file));
    return status;
  }
  IOStatus NewSequentialFile(const std::string& path, const FileOptions& with,
                             std::unique_ptr<rocksdb::FSSequentialFile>* file,
                             IODebugContext* context) override {
    const auto status = status_of(disk_.ask(DiskAct::open, path), path);
    return status.ok() ? target()->NewSequentialFile(path, with, file, context) : status;
  }

 private:
  const FaultyDisk& disk_;
};

}  // namespace

struct FaultyDisk::RocksSide {
  explicit RocksSide(const FaultyDisk& disk)
      : env(rocksdb::NewCompositeEnv(std::make_shared<FaultyRocksFiles>(disk))) {
    seen.env = env.get();
  }

  std::unique_ptr<rocksdb::Env> env;
  RocksEnv seen;
};

FaultyDisk::FaultyDisk() : rocks_(std::make_unique<RocksSide>(*this)) {}
FaultyDisk::~FaultyDisk() = default;

void FaultyDisk::decide_by(Decide decide) {
  const std::lock_guard lock(mutex_);
  decide_ = std::move(decide);
}

std::optional<DiskFault> FaultyDisk::ask(DiskAct act, const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return decide_ ? decide_(act, path) : std::nullopt;
}

Result<std::shared_ptr<File>> FaultyDisk::open(const std::filesystem::path& path, File::Mode mode) {
  if (const auto fault = ask(DiskAct::open, path.string())) return error_of(*fault, path);
  auto file = system_files().open(path, mode);
  if (!file) return file;
  return std::shared_ptr<File>(std::make_shared<FaultyFile>(*this, std::move(file).value()));
}

bool FaultyDisk::exists(const std::filesystem::path& path) const {
  return system_files().exists(path);
}
Result<std::vector<std::string>> FaultyDisk::list(const std::filesystem::path& folder) const {
  return system_files().list(folder);
}
Status FaultyDisk::make_folder(const std::filesystem::path& folder) {
  return system_files().make_folder(folder);
}
Result<File::Identity> FaultyDisk::identity_of(const std::filesystem::path& path) const {
  return system_files().identity_of(path);
}
Status FaultyDisk::link(const std::filesystem::path& from, const std::filesystem::path& to) {
  return system_files().link(from, to);
}
Status FaultyDisk::remove(const std::filesystem::path& path) { return system_files().remove(path); }
Status FaultyDisk::sync_directory_of(const std::filesystem::path& path) {
  if (const auto fault = ask(DiskAct::sync, path.string())) return error_of(*fault, path);
  return system_files().sync_directory_of(path);
}
std::chrono::steady_clock::time_point FaultyDisk::now() const { return system_files().now(); }
const RocksEnv* FaultyDisk::rocks() const { return &rocks_->seen; }

bool is_wal(std::string_view path) {
  return path.ends_with(".log") && path.find("/log/") != std::string_view::npos;
}

}  // namespace inmail::test
