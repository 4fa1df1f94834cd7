#include "events/file_system.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

namespace inmail {
namespace {

/// "cannot write /x/keys: No space left on device", from `errno`.
Error failed_to(const char* what, const std::filesystem::path& path) {
  const int cause = errno;
  const auto code = cause == ENOENT ? ErrorCode::not_found : ErrorCode::io;
  return {code, std::string("cannot ") + what + " " + path.string() + ": " +
                    std::system_category().message(cause)};
}

int flags_of(File::Mode mode) {
  // Without O_NONBLOCK a pipe under the name of the file would hang its opener for ever.
  constexpr int always = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  switch (mode) {
    case File::Mode::read: return always | O_RDONLY;
    case File::Mode::read_write: return always | O_RDWR;
    case File::Mode::create: return always | O_RDWR | O_CREAT;
  }
  return always | O_RDONLY;
}

File::Identity identity_in(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino)};
}

class SystemFile final : public File {
 public:
  SystemFile(std::filesystem::path path, int descriptor)
      : File(std::move(path)), descriptor_(descriptor) {}
  ~SystemFile() override { ::close(descriptor_); }

  Status read_at(std::uint64_t place, std::span<std::uint8_t> bytes) const override;
  Status write_at(std::uint64_t place, std::span<const std::uint8_t> bytes) const override;

  Status sync() const override {
    if (::fdatasync(descriptor_) != 0) return failed_to("sync", path_);
    return {};
  }

  Status rename_to(const std::filesystem::path& to) override {
    if (::rename(path_.c_str(), to.c_str()) != 0) return failed_to("rename", path_);
    path_ = to;
    return {};
  }

  Status lock() const override {
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return {};
    if (errno == EWOULDBLOCK)
      return Error{ErrorCode::locked, path_.string() + " is in use by another owner"};
    return failed_to("lock", path_);
  }

  Result<std::uint64_t> size() const override {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) return failed_to("look at", path_);
    return static_cast<std::uint64_t>(status.st_size);
  }

  Result<Identity> identity() const override {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) return failed_to("look at", path_);
    return identity_in(status);
  }

 private:
  int descriptor_;
};

Status SystemFile::read_at(std::uint64_t place, std::span<std::uint8_t> bytes) const {
  while (!bytes.empty()) {
    const ssize_t got = ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(place));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed_to("read", path_);
    if (got == 0)
      return Error{ErrorCode::corruption, path_.string() + " ends at byte " +
                                              std::to_string(place) +
                                              ", before what should stand there"};
    bytes = bytes.subspan(static_cast<std::size_t>(got));
    place += static_cast<std::uint64_t>(got);
  }
  return {};
}

Status SystemFile::write_at(std::uint64_t place, std::span<const std::uint8_t> bytes) const {
  while (!bytes.empty()) {
    const ssize_t put =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(place));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return failed_to("write", path_);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
    place += static_cast<std::uint64_t>(put);
  }
  return {};
}

class SystemFiles final : public FileSystem {
 public:
  Result<std::shared_ptr<File>> open(const std::filesystem::path& path, File::Mode mode) override {
    const int descriptor = ::open(path.c_str(), flags_of(mode), 0600);
    if (descriptor < 0) return failed_to("open", path);
    std::shared_ptr<File> file = std::make_shared<SystemFile>(path, descriptor);

    struct stat status {};
    if (::fstat(descriptor, &status) != 0) return failed_to("look at", path);
    if (!S_ISREG(status.st_mode))
      return Error{ErrorCode::corruption, path.string() + " is not a regular file"};
    return file;
  }

  bool exists(const std::filesystem::path& path) const override {
    std::error_code failed;
    return std::filesystem::exists(path, failed);
  }

  Result<std::vector<std::string>> list(const std::filesystem::path& folder) const override {
    std::vector<std::string> names;
    std::error_code failed;
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed))
      names.push_back(at->path().filename().string());
    if (failed)
      return Error{
          failed == std::errc::no_such_file_or_directory ? ErrorCode::not_found : ErrorCode::io,
          "cannot list " + folder.string() + ": " + failed.message()};
    std::sort(names.begin(), names.end());
    return names;
  }

  Status make_folder(const std::filesystem::path& folder) override {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (!failed) return {};
    return Error{ErrorCode::io, "cannot make " + folder.string() + ": " + failed.message()};
  }

  Result<File::Identity> identity_of(const std::filesystem::path& path) const override {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return failed_to("look at", path);
    return identity_in(status);
  }

  Status link(const std::filesystem::path& from, const std::filesystem::path& to) override {
    if (::link(from.c_str(), to.c_str()) == 0) return {};
    if (errno == EEXIST) return Error{ErrorCode::conflict, to.string() + " exists already"};
    return failed_to("make a second name for", from);
  }

  Status remove(const std::filesystem::path& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed_to("remove", path);
    return {};
  }

  Status sync_directory_of(const std::filesystem::path& path) override {
    const auto parent = path.parent_path();
    const std::filesystem::path directory = parent.empty() ? "." : parent;
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return failed_to("open", directory);
    Status status;
    if (::fsync(descriptor) != 0) status = failed_to("sync", directory);
    ::close(descriptor);
    return status;
  }

  std::chrono::steady_clock::time_point now() const override {
    return std::chrono::steady_clock::now();
  }
};

}  // namespace

FileSystem& system_files() {
  static SystemFiles files;
  return files;
}

Status wipe_and_remove(FileSystem& files, const std::filesystem::path& path) {
  auto file = files.open(path, File::Mode::read_write);
  if (!file) {
    if (file.error().code == ErrorCode::not_found) return {};
    return file.error();
  }
  const auto size = (*file)->size();
  if (!size) return size.error();

  const std::vector<std::uint8_t> zeros(std::size_t{1} << 18);
  for (std::uint64_t place = 0; place < *size; place += zeros.size()) {
    const auto piece = std::min<std::uint64_t>(zeros.size(), *size - place);
    auto written = (*file)->write_at(place, {zeros.data(), piece});
    if (!written) return written;
  }
  if (auto synced = (*file)->sync(); !synced) return synced;
  return files.remove(path);
}

Result<std::shared_ptr<File>> write_whole(FileSystem& files, const std::filesystem::path& path,
                                          std::string_view bytes) {
  if (auto removed = files.remove(path); !removed) return removed.error();
  auto file = files.open(path, File::Mode::create);
  if (!file) return file.error();
  const auto written =
      (*file)->write_at(0, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  if (!written) return written.error();
  if (auto synced = (*file)->sync(); !synced) return synced.error();
  return file;
}

Status replace_whole(FileSystem& files, const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::path making = path;
  making += ".making";
  const auto made = write_whole(files, making, bytes);
  if (!made) return made.error();
  if (auto renamed = (*made)->rename_to(path); !renamed) return renamed;
  return files.sync_directory_of(path);
}

Result<std::string> read_whole(FileSystem& files, const std::filesystem::path& path,
                               std::uint64_t bytes_max) {
  const auto file = files.open(path, File::Mode::read);
  if (!file) return file.error();
  const auto size = (*file)->size();
  if (!size) return size.error();
  std::string bytes(std::min(*size, bytes_max), '\0');
  const auto read =
      (*file)->read_at(0, {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  if (!read) return read.error();
  return bytes;
}

}  // namespace inmail
