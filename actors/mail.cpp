#include "actors/mail.hpp"

namespace inmail {

Settlement::~Settlement() {
  if (!on_settled_) return;
  Answer answer;
  answer.kind = lost_ ? AnswerKind::unknown : AnswerKind::ok;
  answer.position = Position{position_.load()};
  on_settled_(answer);
}

void Settlement::reached(Position position) {
  std::uint64_t seen = position_.load();
  while (seen < position.value && !position_.compare_exchange_weak(seen, position.value)) {
  }
}

}  // namespace inmail
