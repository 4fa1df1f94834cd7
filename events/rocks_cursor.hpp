#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <optional>

#include "events/event_log.hpp"
#include "events/ids.hpp"

namespace inmail {

/// The frames of a database from the one that holds `from` up to the one that ends at `last`, as
/// the database stood when the cursor was made. Checks keys and the order of positions; hashes are
/// for whoever reads. The database must outlive it.
class RocksCursor final : public FrameCursor {
 public:
  RocksCursor(rocksdb::DB& db, Position from, Position last);

  Result<std::optional<Bytes>> next() override;

 private:
  void step();

  const std::unique_ptr<rocksdb::Iterator> iterator_;
  const Position from_;
  const Position last_;
  Position seen_;  ///< Where the last frame ends that was handed out, by its own account.
  bool has_started_ = false;
};

/// A frame under its key. Errors: corruption when the key is none, or another frame's.
Result<Bytes> stored_frame(const rocksdb::Iterator& at);

}  // namespace inmail
