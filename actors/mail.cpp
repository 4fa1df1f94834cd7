#include "actors/mail.hpp"

#include <algorithm>

namespace inmail {

Settlement::~Settlement() {
  if (!on_settled_) return;
  if (lost_) answer_ = Answer{};
  answer_.position = std::max(answer_.position, Position{position_.load()});
  on_settled_(answer_);
}

void Settlement::reached(Position position) {
  std::uint64_t seen = position_.load();
  while (seen < position.value && !position_.compare_exchange_weak(seen, position.value)) {
  }
}

}  // namespace inmail
