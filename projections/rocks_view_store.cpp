#include "projections/rocks_view_store.hpp"

#include <rocksdb/db.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>

#include "events/rocks_env.hpp"
#include "projections/rocks_family.hpp"

namespace inmail {

using rocks::Family;

void RowsSnapshot::put(std::string_view, std::string_view) {
  throw_defect("a snapshot of rows was written to");
}

void RowsSnapshot::erase(std::string_view) { throw_defect("a snapshot of rows was written to"); }

class RocksViewStore::Database {
 public:
  Database(const std::string& in, const ViewStoreOptions& with)
      : folder(in),
        options(with),
        family_options(rocks::family_options(with)),
        damage(*with.files, in) {}
  ~Database() {
    families.clear();
    if (!db) return;
    if (base) db->DestroyColumnFamilyHandle(base);
    db->Close().PermitUncheckedError();
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Opens what is there. `families` and all else stay empty on a failure.
  rocksdb::Status open() {
    std::vector<std::string> names;
    if (options.files->exists(std::filesystem::path(folder) / "CURRENT")) {
      const auto listed =
          rocksdb::DB::ListColumnFamilies(rocks::database_options(*options.files), folder, &names);
      if (!listed.ok()) return listed;
    } else {
      names.push_back(rocksdb::kDefaultColumnFamilyName);
    }
    std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
    for (const std::string& name : names) wanted.emplace_back(name, family_options);
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    const auto status = rocksdb::DB::Open(rocks::database_options(*options.files), folder, wanted,
                                          &handles, &opened);
    if (!status.ok()) return status;
    db.reset(opened);
    for (std::size_t i = 0; i < handles.size(); ++i) {
      if (names[i] == rocksdb::kDefaultColumnFamilyName)
        base = handles[i];
      else
        families[names[i]] = std::make_shared<Family>(*db, damage, handles[i], names[i]);
    }
    return status;
  }

  const std::string folder;
  const ViewStoreOptions options;
  const rocksdb::ColumnFamilyOptions family_options;
  rocks::DamageMark damage;
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* base = nullptr;
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<Family>> families;
};

class RocksViewStore::Snapshot final : public RowsSnapshot {
 public:
  Snapshot(std::shared_ptr<Database> database, std::shared_ptr<Family> family)
      : database_(std::move(database)), family_(std::move(family)) {
    options_.snapshot = database_->db->GetSnapshot();
  }
  ~Snapshot() override { database_->db->ReleaseSnapshot(options_.snapshot); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  Status read_checkpoint() {
    auto checkpoint = family_->checkpoint(options_);
    if (!checkpoint) return checkpoint.error();
    checkpoint_ = *checkpoint;
    return {};
  }

  const LogHead& checkpoint() const override { return checkpoint_; }

  std::optional<std::string> get(std::string_view key) const override {
    if (!status_) return std::nullopt;
    auto value = family_->get(key, options_);
    if (value) return std::move(value).value();
    status_ = value.error();
    return std::nullopt;
  }

  void scan(std::string_view first, const Visit& visit) const override {
    scan_range(first, {}, visit);
  }

  void scan_range(std::string_view first, std::string_view last,
                  const Visit& visit) const override {
    if (status_) status_ = family_->scan(first, last, visit, options_);
  }

  Status status() const override { return status_; }

 private:
  const std::shared_ptr<Database> database_;
  const std::shared_ptr<Family> family_;
  rocksdb::ReadOptions options_;
  LogHead checkpoint_;
  mutable Status status_;
};

class RocksViewStore::Table final : public ViewTable {
 public:
  Table(std::shared_ptr<Database> database, std::shared_ptr<Family> family)
      : database_(std::move(database)), family_(std::move(family)) {}

  const std::string& name() const override { return family_->name(); }
  Result<std::optional<std::string>> get(std::string_view key) const override {
    return family_->get(key, {});
  }
  Status write(const RowBatch& batch) override { return family_->write(batch); }
  Status scan(std::string_view first, std::string_view last,
              const Rows::Visit& visit) const override {
    return family_->scan(first, last, visit, {});
  }
  Result<std::unique_ptr<RowsSnapshot>> snapshot() const override {
    if (auto status = family_->check_not_dropped(); !status) return status.error();
    auto snapshot = std::make_unique<Snapshot>(database_, family_);
    if (auto status = snapshot->read_checkpoint(); !status) return status.error();
    return std::unique_ptr<RowsSnapshot>(std::move(snapshot));
  }
  Result<LogHead> checkpoint() const override { return family_->checkpoint({}); }
  Status flush() override { return family_->flush(/*wait=*/true); }
  Status flush_if_due(Timestamp now) override {
    return family_->flush_if_due(now, database_->options);
  }
  bool has_unflushed() const override { return family_->has_unflushed(); }

 private:
  const std::shared_ptr<Database> database_;
  const std::shared_ptr<Family> family_;
};

RocksViewStore::RocksViewStore(std::shared_ptr<Database> database, std::string rebuilt_because)
    : database_(std::move(database)), rebuilt_because_(std::move(rebuilt_because)) {}

RocksViewStore::~RocksViewStore() = default;

Result<std::unique_ptr<RocksViewStore>> RocksViewStore::open(const std::string& folder,
                                                             const ViewStoreOptions& options) {
  if (auto made = options.files->make_folder(folder); !made) return made.error();
  auto database = std::make_shared<Database>(folder, options);
  std::string because = database->damage.read();
  rocksdb::Status status;
  if (because.empty()) {
    status = database->open();
    if (!status.ok()) {
      const Error error = rocks::store_error("cannot open the views in " + folder, status);
      if (error.code == ErrorCode::locked) return error;
      because = error.message;
    }
  }
  if (!because.empty()) {
    // Only files of a database are removed, should the folder be somebody else's.
    rocksdb::Options all;
    all.env = rocks_env_of(*options.files);
    status = rocksdb::DestroyDB(folder, all);
    if (status.ok()) status = database->open();
    if (!status.ok()) {
      Error error = rocks::store_error("cannot make the views in " + folder + " anew", status);
      if (error.code == ErrorCode::corruption) error.code = ErrorCode::io;
      return error;
    }
    database->damage.remove();
  }
  return std::unique_ptr<RocksViewStore>(
      new RocksViewStore(std::move(database), std::move(because)));
}

Result<std::shared_ptr<ViewTable>> RocksViewStore::table(const std::string& name) {
  if (name.empty() || name == rocksdb::kDefaultColumnFamilyName)
    return Error{ErrorCode::invalid_argument, "no view may be called '" + name + "'"};
  const std::lock_guard lock(database_->mutex);
  auto& family = database_->families[name];
  if (!family) {
    rocksdb::ColumnFamilyHandle* handle = nullptr;
    const auto status = database_->db->CreateColumnFamily(database_->family_options, name, &handle);
    if (!status.ok()) {
      database_->families.erase(name);
      return rocks::store_error("cannot make view " + name, status);
    }
    family = std::make_shared<Family>(*database_->db, database_->damage, handle, name);
  }
  return std::shared_ptr<ViewTable>(std::make_shared<Table>(database_, family));
}

std::vector<std::string> RocksViewStore::table_names() const {
  const std::lock_guard lock(database_->mutex);
  std::vector<std::string> names;
  for (const auto& [name, family] : database_->families) names.push_back(name);
  return names;
}

Status RocksViewStore::drop(const std::string& name) {
  const std::lock_guard lock(database_->mutex);
  const auto found = database_->families.find(name);
  if (found == database_->families.end()) return {};
  if (auto status = found->second->drop(); !status) return status;
  database_->families.erase(found);
  return {};
}

Status RocksViewStore::keep_only(std::span<const std::string> names) {
  for (const std::string& name : table_names())
    if (std::find(names.begin(), names.end(), name) == names.end())
      if (auto status = drop(name); !status) return status;
  return {};
}

Status RocksViewStore::flush() {
  std::vector<std::shared_ptr<Family>> families;
  {
    const std::lock_guard lock(database_->mutex);
    for (const auto& [name, family] : database_->families) families.push_back(family);
  }
  for (const auto& family : families)
    if (auto status = family->flush(/*wait=*/true); !status) return status;
  return {};
}

}  // namespace inmail
