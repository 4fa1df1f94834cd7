#include "events/event_log.hpp"

#include <sodium.h>

#include "events/sodium_ready.hpp"

namespace inmail {

LogReader::LogReader(std::unique_ptr<FrameCursor> cursor, Position first)
    : cursor_(std::move(cursor)), first_(first.value == 0 ? Position{1} : first) {}

Result<LogReader> LogReader::from(const EventLog& log, Position first) {
  auto cursor = log.read(first);
  if (!cursor) return cursor.error();
  return LogReader(std::move(cursor).value(), first);
}

Result<bool> LogReader::next_frame() {
  const auto unreadable = [&](const std::string& what) {
    const Position at = expected_.value != 0 ? expected_ : first_;
    return Error{ErrorCode::corruption, "the log cannot be read from position " +
                                            std::to_string(at.value) + " on: " + what};
  };
  auto bytes = cursor_->next();
  if (!bytes) {
    if (bytes.error().code == ErrorCode::corruption) return unreadable(bytes.error().message);
    return bytes.error();
  }
  if (!*bytes) return false;

  auto frame = view_frame(**bytes);
  if (!frame) {
    if (frame.error().code == ErrorCode::corruption) return unreadable(frame.error().message);
    return frame.error();
  }
  if (expected_.value == 0) {
    before_first_ = frame->previous;
    if (frame->first > first_) return unreadable("the frame that holds it is missing");
    if (frame->first.value == 1 && frame->previous != Hash{})
      return unreadable("the first frame claims that another came before it");
  } else {
    if (frame->first != expected_)
      return unreadable("the next frame begins at position " + std::to_string(frame->first.value));
    if (frame->previous != proven_.hash) return unreadable("the hash chain is broken");
  }
  frame_ = std::move(frame).value();
  at_ = 0;
  proven_ = {Position{frame_.first.value + frame_.records.size() - 1}, frame_.hash};
  expected_ = Position{proven_.position.value + 1};
  return true;
}

Result<std::optional<RecordView>> LogReader::next() {
  while (true) {
    if (at_ < frame_.records.size()) {
      const RecordView& view = frame_.records[at_++];
      if (view.header.position < first_) continue;
      return std::optional<RecordView>{view};
    }
    auto more = next_frame();
    if (!more) return more.error();
    if (!*more) return std::optional<RecordView>{};
  }
}

Result<LogHead> for_each_record(const EventLog& log, Position first,
                                const std::function<bool(const Record&)>& visit) {
  auto reader = LogReader::from(log, first);
  if (!reader) return reader.error();
  while (true) {
    auto view = reader->next();
    if (!view) return view.error();
    if (!*view) return reader->proven();
    auto record = decode_record(**view);
    if (!record) return record.error();
    if (!visit(*record)) return reader->proven();
  }
}

Result<Hash> log_digest(const EventLog& log) {
  auto reader = LogReader::from(log, Position{1});
  if (!reader) return reader.error();
  sodium_ready();
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, sizeof(Hash));
  while (true) {
    auto view = reader->next();
    if (!view) return view.error();
    if (!*view) break;
    crypto_generichash_update(&state, (*view)->bytes.data(), (*view)->bytes.size());
  }
  Hash digest;
  crypto_generichash_final(&state, digest.data(), digest.size());
  return digest;
}

}  // namespace inmail
