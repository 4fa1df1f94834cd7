#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <stdexcept>

namespace inmail::fuzz {

std::span<const Target> targets() {
  static const std::vector<Target> all = [] {
    std::vector<Target> result;
    for (const auto& some : {stored_targets(), file_targets(), text_targets()})
      result.insert(result.end(), some.begin(), some.end());
    return result;
  }();
  return all;
}

void demand(bool condition, const char* sentence) {
  if (!condition) throw std::logic_error(sentence);
}

std::uint8_t InputReader::byte() { return static_cast<std::uint8_t>(take(1)[0]); }

std::string InputReader::take(std::size_t count) {
  const std::size_t there = std::min(count, rest_.size());
  std::string taken(reinterpret_cast<const char*>(rest_.data()), there);
  taken.resize(count, '\0');
  rest_ = rest_.subspan(there);
  return taken;
}

}  // namespace inmail::fuzz
