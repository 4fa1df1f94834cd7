#include "events/file.hpp"

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

}  // namespace

Result<std::shared_ptr<File>> File::open(const std::filesystem::path& path, Mode mode) {
  const int descriptor = ::open(path.c_str(), flags_of(mode), 0600);
  if (descriptor < 0) return failed_to("open", path);
  std::shared_ptr<File> file(new File(path, descriptor));

  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return failed_to("look at", path);
  if (!S_ISREG(status.st_mode))
    return Error{ErrorCode::corruption, path.string() + " is not a regular file"};
  return file;
}

File::File(std::filesystem::path path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

File::~File() { ::close(descriptor_); }

Status File::read_at(std::uint64_t place, std::span<std::uint8_t> bytes) const {
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

Status File::write_at(std::uint64_t place, std::span<const std::uint8_t> bytes) const {
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

Status File::sync() const {
  if (::fdatasync(descriptor_) != 0) return failed_to("sync", path_);
  return {};
}

Status File::rename_to(const std::filesystem::path& to) {
  if (::rename(path_.c_str(), to.c_str()) != 0) return failed_to("rename", path_);
  path_ = to;
  return {};
}

Status File::lock() const {
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno == EWOULDBLOCK)
    return Error{ErrorCode::locked, path_.string() + " is in use by another owner"};
  return failed_to("lock", path_);
}

Result<std::uint64_t> File::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) return failed_to("look at", path_);
  return static_cast<std::uint64_t>(status.st_size);
}

Result<File::Identity> File::identity() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) return failed_to("look at", path_);
  return identity_in(status);
}

Result<File::Identity> identity_of(const std::filesystem::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return failed_to("look at", path);
  return identity_in(status);
}

Status link_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return {};
  if (errno == EEXIST) return Error{ErrorCode::conflict, to.string() + " exists already"};
  return failed_to("make a second name for", from);
}

Status remove_file(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed_to("remove", path);
  return {};
}

Status sync_directory_of(const std::filesystem::path& path) {
  const auto parent = path.parent_path();
  const std::filesystem::path directory = parent.empty() ? "." : parent;
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return failed_to("open", directory);
  Status status;
  if (::fsync(descriptor) != 0) status = failed_to("sync", directory);
  ::close(descriptor);
  return status;
}

Status wipe_and_remove(const std::filesystem::path& path) {
  auto file = File::open(path, File::Mode::read_write);
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
  return remove_file(path);
}

}  // namespace inmail
