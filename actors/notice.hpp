#pragma once

#include <memory>

#include "events/event.hpp"
#include "events/ids.hpp"
#include "events/obligations.hpp"
#include "events/record.hpp"

namespace inmail {

/// A duty on its way: the record that obliges, told to the stream that it obliges. Sent when the
/// record is handed in, and again after a crash for as long as it is open; so whoever receives one
/// may have received it before.
struct Notice {
  NoticeKey key;
  Position position;  ///< Of the record.
  StreamId from;      ///< Its stream.
  Timestamp at;       ///< Its `due_at`.
  PolicyVersion policy;
  CommandId cause;
  std::shared_ptr<const Event> event;
};

/// What a release says that this notice asks for.
inline ReleaseReason release_reason(const Notice& notice) {
  const auto* cancelled = std::get_if<InMailCancelled>(notice.event.get());
  return cancelled ? release_reason(cancelled->reason) : ReleaseReason::delivery_failed;
}

}  // namespace inmail
