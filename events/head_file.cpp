#include "events/head_file.hpp"

#include <xxhash.h>

#include <cstring>
#include <limits>
#include <optional>
#include <type_traits>

namespace inmail {
namespace {

/// No store lives to write so many marks; one more would count less than its forerunner.
constexpr std::uint64_t counter_max = std::numeric_limits<std::uint64_t>::max() - 1;
constexpr std::uint32_t format_known = 1;
constexpr std::uint64_t slot_distance = 4096;

struct Slot {
  std::array<char, 8> magic{'I', 'N', 'M', 'A', 'I', 'L', 'H', 'D'};
  std::uint32_t format = format_known;
  std::uint32_t reserved = 0;
  std::uint64_t counter = 0;
  std::array<std::uint8_t, 16> store{};
  std::uint64_t epoch = 0;
  std::uint64_t position = 0;
  Hash hash{};
  std::array<std::uint8_t, 32> unused{};
  std::uint64_t checksum = 0;
};
static_assert(sizeof(Slot) == 128 && std::is_trivially_copyable_v<Slot>);
static_assert(std::has_unique_object_representations_v<Slot>,
              "no byte of a slot is left to chance");

using SlotBytes = std::array<std::uint8_t, sizeof(Slot)>;

std::uint64_t place_of(std::uint64_t counter) { return (counter % 2) * slot_distance; }

std::uint64_t checksum_of(const Slot& slot) {
  return XXH3_64bits(&slot, sizeof slot - sizeof slot.checksum);
}

SlotBytes bytes_of(const HeadMark& mark, std::uint64_t counter) {
  Slot slot;
  slot.counter = counter;
  slot.store = mark.store.bytes;
  slot.epoch = mark.epoch;
  slot.position = mark.head.position.value;
  slot.hash = mark.head.hash;
  slot.checksum = checksum_of(slot);
  SlotBytes bytes;
  std::memcpy(bytes.data(), &slot, sizeof slot);
  return bytes;
}

/// The slot at `index`, or nothing if it is not valid. Errors: io, newer_format.
Result<std::optional<Slot>> read_slot(const File& file, std::uint64_t index) {
  SlotBytes bytes;
  const auto read = file.read_at(index * slot_distance, bytes);
  if (!read && read.error().code == ErrorCode::corruption) return std::optional<Slot>{};
  if (!read) return read.error();

  Slot slot;
  std::memcpy(&slot, bytes.data(), sizeof slot);
  if (slot.magic != Slot{}.magic || slot.checksum != checksum_of(slot))
    return std::optional<Slot>{};
  if (slot.format > format_known)
    return Error{ErrorCode::newer_format,
                 file.path().string() + " is a head file of format " + std::to_string(slot.format) +
                     "; this program knows up to " + std::to_string(format_known)};
  if (slot.counter % 2 != index || slot.counter > counter_max) return std::optional<Slot>{};
  return std::optional<Slot>{slot};
}

Result<Slot> newest_slot(const File& file) {
  auto even = read_slot(file, 0);
  if (!even) return even.error();
  auto odd = read_slot(file, 1);
  if (!odd) return odd.error();
  if (!*even && !*odd)
    return Error{ErrorCode::corruption,
                 file.path().string() + " is not a head file, or both its slots are damaged"};
  if (!*even) return **odd;
  if (!*odd) return **even;
  return (*even)->counter > (*odd)->counter ? **even : **odd;
}

HeadMark mark_in(const Slot& slot) {
  return {StoreId{slot.store}, slot.epoch, {Position{slot.position}, slot.hash}};
}

}  // namespace

Result<HeadMark> HeadFile::read(const std::filesystem::path& path, FileSystem& files) {
  auto file = files.open(path, File::Mode::read);
  if (!file) return file.error();
  const auto slot = newest_slot(**file);
  if (!slot) return slot.error();
  return mark_in(*slot);
}

Result<std::unique_ptr<HeadFile>> HeadFile::create(const std::filesystem::path& path,
                                                   const HeadMark& mark, FileSystem& files) {
  std::filesystem::path making = path;
  making += ".making";
  if (auto removed = files.remove(making); !removed) return removed.error();
  auto file = files.open(making, File::Mode::create);
  if (!file) return file.error();
  for (const std::uint64_t counter : {0u, 1u}) {
    const auto written = (*file)->write_at(place_of(counter), bytes_of(mark, counter));
    if (!written) return written.error();
  }
  if (auto synced = (*file)->sync(); !synced) return synced.error();
  if (auto renamed = (*file)->rename_to(path); !renamed) return renamed.error();
  if (auto synced = files.sync_directory_of(path); !synced) return synced.error();
  return std::unique_ptr<HeadFile>(new HeadFile(files, std::move(file).value(), mark, 1));
}

Result<std::unique_ptr<HeadFile>> HeadFile::open(const std::filesystem::path& path,
                                                 FileSystem& files) {
  auto file = files.open(path, File::Mode::read_write);
  if (!file) return file.error();
  const auto slot = newest_slot(**file);
  if (!slot) return slot.error();
  return std::unique_ptr<HeadFile>(
      new HeadFile(files, std::move(file).value(), mark_in(*slot), slot->counter));
}

HeadFile::HeadFile(FileSystem& files, std::shared_ptr<File> file, const HeadMark& mark,
                   std::uint64_t counter)
    : files_(files),
      file_(std::move(file)),
      mark_(mark),
      counter_(counter),
      synced_at_(files_.now()) {}

HeadFile::~HeadFile() {
  // The log behind it is durable; a mark that is lost only makes the proof of the next opening
  // weaker.
  [[maybe_unused]] const auto ignored = sync();
}

Status HeadFile::write(std::uint64_t epoch, const LogHead& head) {
  const std::lock_guard lock(mutex_);
  if (counter_ >= counter_max)
    return Error{ErrorCode::corruption, file_->path().string() + " has counted to its end"};
  HeadMark mark = mark_;
  mark.epoch = epoch;
  mark.head = head;
  const std::uint64_t counter = counter_ + 1;
  auto written = file_->write_at(place_of(counter), bytes_of(mark, counter));
  if (!written) return written;
  mark_ = mark;
  counter_ = counter;
  is_synced_ = false;
  if (files_.now() - synced_at_ < sync_interval) return {};
  return sync_locked();
}

Status HeadFile::sync() {
  const std::lock_guard lock(mutex_);
  return sync_locked();
}

Status HeadFile::sync_locked() {
  if (is_synced_) return {};
  auto synced = file_->sync();
  if (!synced) return synced;
  is_synced_ = true;
  synced_at_ = files_.now();
  return {};
}

HeadMark HeadFile::mark() const {
  const std::lock_guard lock(mutex_);
  return mark_;
}

}  // namespace inmail
