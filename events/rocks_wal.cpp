#include "events/rocks_wal.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "events/frame.hpp"
#include "events/record.hpp"

namespace inmail {
namespace {

namespace fs = std::filesystem;

/// A write-ahead log is a row of blocks. What is longer than the rest of its block goes on in the
/// next one, behind a header of its own.
constexpr std::size_t block_bytes = 32768;
constexpr std::size_t block_header_bytes = 7;

constexpr std::string_view frame_magic = "IMF1";

/// Errors: io.
Result<std::vector<fs::path>> wals_of(const FileSystem& files, const fs::path& folder) {
  const auto names = files.list(folder);
  if (!names) return Error{ErrorCode::io, names.error().message};
  std::vector<fs::path> wals;
  for (const std::string& name : *names)
    if (name.ends_with(".log")) wals.push_back(folder / name);
  return wals;
}

/// Takes the header off every block, after which each frame is in one piece: a frame that crosses a
/// block's end fills it, and only block headers lie within frames.
void strip_block_headers(std::string& wal) {
  std::size_t to = 0;
  for (std::size_t block = 0; block < wal.size(); block += block_bytes) {
    const std::size_t from = std::min(block + block_header_bytes, wal.size());
    const std::size_t end = std::min(block + block_bytes, wal.size());
    std::memmove(wal.data() + to, wal.data() + from, end - from);
    to += end - from;
  }
  wal.resize(to);
}

template <class T>
T load(Bytes bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

/// The frame at the start of `bytes`, if it is intact and reaches beyond `behind`.
std::optional<Bytes> intact_frame(Bytes bytes, Position behind) {
  if (bytes.size() < frame_bytes_min) return {};
  const std::uint64_t count = load<std::uint32_t>(bytes, 4);
  const std::uint64_t first = load<std::uint64_t>(bytes, 8);
  const Position last{first + count - 1};
  if (count == 0 || count > bytes.size() / record_bytes_min || last <= behind) return {};

  std::size_t length = frame_header_bytes;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (bytes.size() - length < record_bytes_min) return {};
    const std::size_t record = load<std::uint32_t>(bytes, length);
    if (record < record_bytes_min || record > bytes.size() - length) return {};
    length += record;
  }
  if (bytes.size() - length < sizeof(Hash)) return {};
  const Bytes frame = bytes.first(length + sizeof(Hash));
  if (!view_frame(frame)) return {};
  return frame;
}

}  // namespace

Result<std::uint64_t> wal_bytes(FileSystem& files, const fs::path& folder) {
  const auto wals = wals_of(files, folder);
  if (!wals) return wals.error();
  std::uint64_t sum = 0;
  for (const fs::path& wal : *wals) {
    const auto file = files.open(wal, File::Mode::read);
    // A live owner may have deleted it meanwhile.
    if (!file && file.error().code == ErrorCode::not_found) continue;
    if (!file) return file.error();
    const auto size = (*file)->size();
    if (!size) return size.error();
    sum += *size;
  }
  return sum;
}

fs::path put_back_file(const fs::path& folder) { return folder / "put-back"; }

Status for_each_frame_in_wals(FileSystem& files, const fs::path& folder, Position behind,
                              const std::function<void(Bytes)>& visit) {
  const auto wals = wals_of(files, folder);
  if (!wals) return wals.error();
  for (const fs::path& path : *wals) {
    auto wal = read_whole(files, path);
    if (!wal) return wal.error();
    strip_block_headers(*wal);
    const Bytes bytes{reinterpret_cast<const std::uint8_t*>(wal->data()), wal->size()};
    for (std::size_t at = wal->find(frame_magic); at != std::string::npos;
         at = wal->find(frame_magic, at + 1))
      if (const auto frame = intact_frame(bytes.subspan(at), behind)) visit(*frame);
  }
  const auto put_back = read_whole(files, put_back_file(folder));
  if (!put_back)
    return put_back.error().code == ErrorCode::not_found ? Status{} : Status{put_back.error()};
  if (const auto frame = intact_frame(
          {reinterpret_cast<const std::uint8_t*>(put_back->data()), put_back->size()}, behind))
    visit(*frame);
  return {};
}

Status sync_wals(FileSystem& files, const fs::path& folder) {
  const auto wals = wals_of(files, folder);
  if (!wals) return wals.error();
  for (const fs::path& wal : *wals) {
    const auto file = files.open(wal, File::Mode::read);
    // A live owner may have deleted it meanwhile: all of it stands in tables then.
    if (!file && file.error().code == ErrorCode::not_found) continue;
    if (!file) return file.error();
    if (auto synced = (*file)->sync(); !synced) return synced;
  }
  return files.sync_directory_of(folder / ".");
}

Status copy_wals(FileSystem& files, const fs::path& folder, const fs::path& to) {
  const auto wals = wals_of(files, folder);
  if (!wals) return wals.error();
  if (auto made = files.make_folder(to); !made) return made;
  for (const fs::path& wal : *wals) {
    const auto bytes = read_whole(files, wal);
    if (!bytes) return bytes.error();
    // One that an earlier opening has begun may be longer.
    const fs::path copy = to / wal.filename();
    if (auto removed = files.remove(copy); !removed) return removed;
    const auto file = files.open(copy, File::Mode::create);
    if (!file) return file.error();
    auto written =
        (*file)->write_at(0, {reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()});
    if (!written) return written;
    if (auto synced = (*file)->sync(); !synced) return synced;
  }
  if (auto synced = files.sync_directory_of(to / "."); !synced) return synced;
  return files.sync_directory_of(to);
}

}  // namespace inmail
