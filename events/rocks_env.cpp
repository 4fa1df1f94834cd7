#include "events/rocks_env.hpp"

#include <rocksdb/file_system.h>
#include <rocksdb/options.h>

#include <string>

namespace inmail {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
template <class T>
using Out = std::unique_ptr<T>*;

/// Passes on what reads, and refuses what would write.
class ReadOnlyFiles final : public rocksdb::FileSystemWrapper {
 public:
  using rocksdb::FileSystemWrapper::FileSystemWrapper;

  const char* Name() const override { return "inmail.ReadOnlyFiles"; }

  IOStatus NewWritableFile(const std::string&, const FileOptions&, Out<rocksdb::FSWritableFile>,
                           IODebugContext*) override {
    return refused();
  }
  IOStatus ReopenWritableFile(const std::string&, const FileOptions&, Out<rocksdb::FSWritableFile>,
                              IODebugContext*) override {
    return refused();
  }
  IOStatus ReuseWritableFile(const std::string&, const std::string&, const FileOptions&,
                             Out<rocksdb::FSWritableFile>, IODebugContext*) override {
    return refused();
  }
  IOStatus NewRandomRWFile(const std::string&, const FileOptions&, Out<rocksdb::FSRandomRWFile>,
                           IODebugContext*) override {
    return refused();
  }
  IOStatus NewMemoryMappedFileBuffer(const std::string&,
                                     Out<rocksdb::MemoryMappedFileBuffer>) override {
    return refused();
  }
  IOStatus NewDirectory(const std::string&, const IOOptions&, Out<rocksdb::FSDirectory>,
                        IODebugContext*) override {
    return refused();
  }
  IOStatus DeleteFile(const std::string&, const IOOptions&, IODebugContext*) override {
    return refused();
  }
  IOStatus Truncate(const std::string&, std::size_t, const IOOptions&, IODebugContext*) override {
    return refused();
  }
  IOStatus CreateDir(const std::string&, const IOOptions&, IODebugContext*) override {
    return refused();
  }
  IOStatus CreateDirIfMissing(const std::string&, const IOOptions&, IODebugContext*) override {
    return refused();
  }
  IOStatus DeleteDir(const std::string&, const IOOptions&, IODebugContext*) override {
    return refused();
  }
  IOStatus RenameFile(const std::string&, const std::string&, const IOOptions&,
                      IODebugContext*) override {
    return refused();
  }
  IOStatus LinkFile(const std::string&, const std::string&, const IOOptions&,
                    IODebugContext*) override {
    return refused();
  }
  IOStatus LockFile(const std::string&, const IOOptions&, rocksdb::FileLock**,
                    IODebugContext*) override {
    return refused();
  }
  IOStatus NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>*,
                     IODebugContext*) override {
    return refused();
  }

 private:
  static IOStatus refused() { return IOStatus::IOError("the store was opened for reading"); }
};

}  // namespace

rocksdb::Env* rocks_env_of(const FileSystem& files) {
  const RocksEnv* own = files.rocks();
  return own ? own->env : rocksdb::Env::Default();
}

int opening_threads(const FileSystem& files) {
  return files.rocks() ? 1 : rocksdb::DBOptions().max_file_opening_threads;
}

std::shared_ptr<rocksdb::Env> read_only_rocks_env(const FileSystem& files) {
  return rocksdb::NewCompositeEnv(
      std::make_shared<ReadOnlyFiles>(rocks_env_of(files)->GetFileSystem()));
}

}  // namespace inmail
