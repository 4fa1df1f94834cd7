#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "events/record.hpp"
#include "events/rejection.hpp"
#include "projections/rows.hpp"

namespace inmail {

/// How long an answer is remembered; older commands are refused, so that none acts twice.
inline constexpr Milliseconds receipt_ttl = std::chrono::days{30};

/// How each command was answered, by its id. When a day (UTC) of the log begins, the answers to
/// commands older than `receipt_ttl` are forgotten, and none so old is taken up any more.
struct ReceiptsView {
  static constexpr std::string_view name = "receipts";
  static constexpr std::uint16_t revision = 1;
  static void apply(Rows& rows, const Record& record);
};

struct CommandReceipt {
  Position position;
  StreamId stream;
  std::optional<Rejection> rejection;  ///< Nothing: accepted.
  PayloadHash payload_hash{};

  bool operator==(const CommandReceipt&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(position, stream, rejection, payload_hash);
  }
};

/// Nothing if no such command was answered, or that is forgotten. Errors: corruption, io.
Result<std::optional<CommandReceipt>> find_receipt(const Rows& rows, const CommandId& id);

}  // namespace inmail
