#include "events/log_format.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

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
  if (*version != std::to_string(format.version)) return damaged;
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
Error no_format(const FileSystem& files, const fs::path& folder) {
  if (!files.exists(folder)) return {ErrorCode::not_found, "there is no log at " + folder.string()};
  const auto names = files.list(folder);
  if (!names)
    return {ErrorCode::corruption,
            folder.string() + " is not the folder of a log: " + names.error().message};
  if (std::all_of(names->begin(), names->end(),
                  [](const std::string& name) { return name.starts_with(making_name); }))
    return {ErrorCode::not_found,
            "there is no log at " + folder.string() + ": the folder is empty"};
  return {ErrorCode::corruption, folder.string() + " is not the folder of a log: it has no " +
                                     std::string(file_name) + ", but other files"};
}

}  // namespace

Status write_log_format(FileSystem& files, const fs::path& folder, const LogFormat& format) {
  if (auto made = files.make_folder(folder); !made) return made;
  // Named by the store, so that two who create at once do not write to one file.
  const fs::path making = folder / (std::string(making_name) + to_text(format.store));
  const auto made = write_whole(files, making, to_text(format));
  if (!made) return made.error();
  auto linked = files.link(making, folder / file_name);
  if (auto removed = files.remove(making); !removed) return removed;
  if (!linked) return linked;
  if (auto synced = files.sync_directory_of(folder / file_name); !synced) return synced;
  return files.sync_directory_of(folder);
}

Result<LogFormat> read_log_format(FileSystem& files, const fs::path& folder) {
  const fs::path path = folder / file_name;
  const auto text = read_whole(files, path, bytes_max);
  if (text) return parse(*text, path);
  return files.exists(path) ? text.error() : no_format(files, folder);
}

Status raise_log_format(FileSystem& files, const fs::path& folder) {
  static_assert(LogFormat::known < 10, "a format of two digits does not fit in the place of one");
  const auto format = read_log_format(files, folder);
  if (!format) return format.error();
  if (format->version == LogFormat::known) return {};
  const auto file = files.open(folder / file_name, File::Mode::read_write);
  if (!file) return file.error();
  const std::uint8_t digit = '0' + LogFormat::known;
  if (auto written = (*file)->write_at(first_word.size(), {&digit, 1}); !written) return written;
  return (*file)->sync();
}

Result<std::shared_ptr<File>> lock_log(FileSystem& files, const fs::path& folder) {
  auto file = files.open(folder / file_name, File::Mode::read);
  if (!file) return file.error();
  const auto locked = (*file)->lock();
  if (locked) return file;
  if (locked.error().code != ErrorCode::locked) return locked.error();
  return Error{ErrorCode::locked, folder.string() + " is in use by another process"};
}

}  // namespace inmail
