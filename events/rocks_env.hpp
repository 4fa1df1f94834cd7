#pragma once

#include <rocksdb/env.h>

#include <memory>

#include "events/file_system.hpp"

// How a machine looks to RocksDB. Only for files whose names begin with rocks_.

namespace inmail {

/// What `FileSystem::rocks` hands out. `env` must outlive every database that is opened in it.
struct RocksEnv {
  rocksdb::Env* env = nullptr;
};

rocksdb::Env* rocks_env_of(const FileSystem& files);

/// How many threads may open tables at once. On a machine of the host's own only one, so that what
/// it is asked for comes in the same order each time.
int opening_threads(const FileSystem& files);

/// As `rocks_env_of`, but nothing can be changed in it.
std::shared_ptr<rocksdb::Env> read_only_rocks_env(const FileSystem& files);

}  // namespace inmail
