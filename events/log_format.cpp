#include "events/log_format.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace inmail {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view file_name = "FORMAT";
constexpr std::string_view making_name = "FORMAT.making-";
constexpr std::string_view first_word = "inmail log ";
constexpr std::string_view store_word = "store ";
constexpr std::uint64_t bytes_max = 4096;

std::string to_text(const LogFormat& format) {
  return std::string(first_word) + std::to_string(format.version) + "\n" + std::string(store_word) +
         to_text(format.store) + "\n";
}

/// Takes the first line off `text`, without `word` that it must begin with.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view word) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with(word)) return {};
  const std::string_view line = text.substr(word.size(), end - word.size());
  text.remove_prefix(end + 1);
  return line;
}

Result<LogFormat> parse(std::string_view text, const fs::path& path) {
  const Error damaged{ErrorCode::corruption, path.string() + " is damaged"};
  LogFormat format;
  const auto version = take_line(text, first_word);
  if (!version) return damaged;
  const char* end = version->data() + version->size();
  const auto read = std::from_chars(version->data(), end, format.version);
  if (read.ec != std::errc{} || read.ptr != end || format.version == 0) return damaged;
  if (format.version > LogFormat::known)
    return Error{ErrorCode::newer_format,
                 path.parent_path().string() +
                     " was written by a newer version of inmail: log format " +
                     std::to_string(format.version) + ", this program knows up to " +
                     std::to_string(LogFormat::known)};
  const auto store = take_line(text, store_word);
  const auto bytes = store ? id_bytes_from_text(*store) : std::nullopt;
  if (!bytes || !text.empty()) return damaged;
  format.store.bytes = *bytes;
  return format;
}

/// Why there is no FORMAT in `folder`.
Error no_format(const fs::path& folder) {
  std::error_code failed;
  if (!fs::exists(folder, failed))
    return {ErrorCode::not_found, "there is no log at " + folder.string()};
  bool is_empty = true;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
    is_empty &= at->path().filename().string().starts_with(making_name);
  if (failed)
    return {ErrorCode::corruption,
            folder.string() + " is not the folder of a log: " + failed.message()};
  if (is_empty)
    return {ErrorCode::not_found,
            "there is no log at " + folder.string() + ": the folder is empty"};
  return {ErrorCode::corruption, folder.string() + " is not the folder of a log: it has no " +
                                     std::string(file_name) + ", but other files"};
}

}  // namespace

Status write_log_format(const fs::path& folder, const LogFormat& format) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed)
    return Error{ErrorCode::io, "cannot make " + folder.string() + ": " + failed.message()};
  // Named by the store, so that two who create at once do not write to one file.
  const fs::path making = folder / (std::string(making_name) + to_text(format.store));
  if (auto removed = remove_file(making); !removed) return removed;
  auto file = File::open(making, File::Mode::create);
  if (!file) return file.error();
  const std::string text = to_text(format);
  auto written =
      (*file)->write_at(0, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  if (!written) return written;
  if (auto synced = (*file)->sync(); !synced) return synced;
  auto linked = link_file(making, folder / file_name);
  if (auto removed = remove_file(making); !removed) return removed;
  if (!linked) return linked;
  if (auto synced = sync_directory_of(folder / file_name); !synced) return synced;
  return sync_directory_of(folder);
}

Result<LogFormat> read_log_format(const fs::path& folder) {
  const auto file = File::open(folder / file_name, File::Mode::read);
  if (!file) {
    std::error_code ignored;
    if (fs::exists(folder / file_name, ignored)) return file.error();
    return no_format(folder);
  }
  const auto size = (*file)->size();
  if (!size) return size.error();
  std::string text(std::min(*size, bytes_max), '\0');
  const auto read =
      (*file)->read_at(0, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (!read) return read.error();
  return parse(text, (*file)->path());
}

Result<std::shared_ptr<File>> lock_log(const fs::path& folder) {
  auto file = File::open(folder / file_name, File::Mode::read);
  if (!file) return file.error();
  const auto locked = (*file)->lock();
  if (locked) return file;
  if (locked.error().code != ErrorCode::locked) return locked.error();
  return Error{ErrorCode::locked, folder.string() + " is in use by another process"};
}

}  // namespace inmail
