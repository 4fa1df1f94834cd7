#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "events/file_system.hpp"
#include "events/ids.hpp"
#include "events/record.hpp"
#include "events/result.hpp"

namespace inmail {

/// A look at the write-ahead logs of RocksDB as plain bytes, for when RocksDB itself gives up on
/// them, or drops more of their end than it should. Nothing here changes them. One thread.

/// The bytes that all write-ahead logs of the folder hold together. Errors: io.
Result<std::uint64_t> wal_bytes(FileSystem& files, const std::filesystem::path& folder);

/// Where an opening keeps the frame that it is about to write again: once RocksDB has recovered,
/// its write-ahead log may be gone.
std::filesystem::path put_back_file(const std::filesystem::path& folder);

/// Calls `visit` for every frame that lies intact in a write-ahead log, or in `put_back_file`, and
/// reaches beyond `behind`. Errors: io.
Status for_each_frame_in_wals(FileSystem& files, const std::filesystem::path& folder,
                              Position behind, const std::function<void(Bytes)>& visit);

/// Makes what the write-ahead logs hold by now durable, also those that an owner is about to sync.
/// Errors: io.
Status sync_wals(FileSystem& files, const std::filesystem::path& folder);

/// Copies every write-ahead log into the folder `to`, made for it; durable on return. Errors: io.
Status copy_wals(FileSystem& files, const std::filesystem::path& folder,
                 const std::filesystem::path& to);

}  // namespace inmail
