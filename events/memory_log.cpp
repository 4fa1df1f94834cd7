#include "events/memory_log.hpp"

#include <algorithm>

namespace inmail {

class MemoryLog::Cursor final : public FrameCursor {
 public:
  Cursor(const MemoryLog& log, std::size_t at, std::size_t end) : log_(log), at_(at), end_(end) {}

  Result<std::optional<Bytes>> next() override {
    if (at_ == end_) return std::optional<Bytes>{};
    const std::lock_guard lock(log_.mutex_);
    const std::string& frame = log_.frames_[at_++];
    return std::optional<Bytes>{
        Bytes{reinterpret_cast<const std::uint8_t*>(frame.data()), frame.size()}};
  }

 private:
  const MemoryLog& log_;
  std::size_t at_;
  std::size_t end_;
};

LogHead MemoryLog::head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

std::uint64_t MemoryLog::epoch() const {
  const std::lock_guard lock(mutex_);
  return epoch_;
}

Status MemoryLog::append(const Frame& frame) {
  const std::lock_guard lock(mutex_);
  auto follows = check_follows(frame, head_, epoch_);
  if (!follows) return follows;
  frames_.push_back(frame.bytes);
  firsts_.push_back(frame.first);
  head_ = frame.head();
  epoch_ = frame.epoch;
  return {};
}

Result<std::unique_ptr<FrameCursor>> MemoryLog::read(Position from) const {
  const std::lock_guard lock(mutex_);
  std::size_t at = frames_.size();
  if (from <= head_.position) {
    const auto behind = std::upper_bound(firsts_.begin(), firsts_.end(), from);
    at = static_cast<std::size_t>(behind - firsts_.begin());
    if (at > 0) --at;
  }
  return std::unique_ptr<FrameCursor>(new Cursor(*this, at, frames_.size()));
}

}  // namespace inmail
