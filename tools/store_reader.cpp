#include "tools/store_reader.hpp"

#include <system_error>

#include "engine/store_layout.hpp"

namespace inmail::tools {

namespace fs = std::filesystem;

Result<void, Failure> check_is_store(const fs::path& folder) {
  std::error_code failed;
  if (!fs::exists(folder, failed))
    return Failure{Exit::no_store, "there is no store at " + folder.string()};
  if (!fs::is_directory(folder, failed) || !fs::exists(StoreLayout{folder}.log(), failed))
    return Failure{Exit::no_store, folder.string() + " is not a store"};
  return {};
}

Result<StoreReader, Failure> StoreReader::open(const fs::path& folder, LogAccess access) {
  // Says more than that some file below `folder` is missing, where that is no store at all.
  if (auto is_store = check_is_store(folder); !is_store) return is_store.error();
  const StoreLayout layout{folder};
  auto log = RocksLog::open(
      {.path = layout.log(), .head_file = layout.head_file(), .access = access, .store = {}});
  if (!log) return no_store(log.error());

  FileKeyStore::Options options;
  options.read_only = true;
  auto keys = FileKeyStore::open(layout.keys(), options);
  if (!keys && keys.error().code != ErrorCode::not_found) return no_store(keys.error());
  std::unique_ptr<KeyStore> opened = keys ? std::move(keys).value() : nullptr;
  return StoreReader(std::move(log).value(), std::move(opened));
}

Result<Replayed, Failure> StoreReader::fold(std::string_view view, const ReplayLimit& limit) const {
  const View* found = find_view(view);
  invariant(found != nullptr, "the program asks only for views that there are");
  auto replayed = replay(*log_, *found, limit);
  if (!replayed) return no_store(replayed.error());
  return std::move(replayed).value();
}

Result<bool, Failure> StoreReader::knows(StreamId stream) const {
  auto reader = LogReader::from(*log_, Position{1});
  if (!reader) return no_store(reader.error());
  for (;;) {
    auto view = reader->next();
    if (!view) return no_store(view.error());
    if (!*view) return false;
    if ((*view)->header.stream == stream) return true;
  }
}

Failure not_in_store(StreamId stream, const fs::path& store) {
  return answer_is_no(to_text(stream) + " is not in the store " + store.string());
}

}  // namespace inmail::tools
