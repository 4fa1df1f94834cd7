#include "tools/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace inmail::tools {
namespace {

using std::chrono::steady_clock;

constexpr auto between_draws = std::chrono::milliseconds{100};
constexpr std::uint64_t bar_columns = 30;

}  // namespace

Progress::Progress(std::string work, std::uint64_t total)
    : work_(std::move(work)),
      total_(total),
      is_shown_(::isatty(STDERR_FILENO) == 1),
      began_(steady_clock::now()),
      drawn_at_(began_) {}

Progress::~Progress() {
  if (is_drawn_) std::fputs("\r\033[K", stderr);
}

void Progress::at(std::uint64_t done) {
  if (!is_shown_) return;
  const auto now = steady_clock::now();
  if (now - drawn_at_ < between_draws) return;
  drawn_at_ = now;
  draw(done);
}

void Progress::draw(std::uint64_t done) {
  is_drawn_ = true;
  const auto seconds = std::chrono::duration<double>(drawn_at_ - began_).count();
  const auto per_second = static_cast<unsigned long long>(static_cast<double>(done) / seconds);
  if (total_ == 0) {
    std::fprintf(stderr, "\r\033[K%s: %llu, %llu a second", work_.c_str(),
                 static_cast<unsigned long long>(done), per_second);
    return;
  }
  const std::uint64_t filled = bar_columns * std::min(done, total_) / total_;
  const std::string bar = std::string(filled, '#') + std::string(bar_columns - filled, '.');
  std::fprintf(stderr, "\r\033[K%s [%s] %llu of %llu, %llu a second", work_.c_str(), bar.c_str(),
               static_cast<unsigned long long>(done), static_cast<unsigned long long>(total_),
               per_second);
}

}  // namespace inmail::tools
