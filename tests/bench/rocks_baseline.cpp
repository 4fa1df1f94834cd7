#include "tests/bench/rocks_baseline.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "events/rocks_options.hpp"

namespace inmail::bench {

Result<Baseline> put_frames(const EventLog& log, const std::filesystem::path& folder) {
  auto cursor = log.read(Position{1});
  if (!cursor) return cursor.error();
  Baseline baseline;
  std::vector<std::pair<Position, std::string>> frames;
  while (true) {
    auto bytes = (*cursor)->next();
    if (!bytes) return bytes.error();
    if (!*bytes) break;
    auto frame = view_frame(**bytes);
    if (!frame) return frame.error();
    baseline.records += frame->records.size();
    baseline.bytes += (*bytes)->size();
    frames.emplace_back(frame->first, std::string((*bytes)->begin(), (*bytes)->end()));
  }
  baseline.frames = frames.size();

  std::filesystem::create_directories(folder);
  auto database = open_rocks_for_writing(folder, RocksRecovery::strict, true);
  if (!database) return database.error();
  const auto start = std::chrono::steady_clock::now();
  for (const auto& [position, frame] : frames) {
    const RocksKey key = rocks_key(position);
    const auto status = (*database)->Put(rocks_write_options(), slice_of(key), frame);
    if (!status.ok()) return rocks_error("cannot put a frame", status);
  }
  baseline.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return baseline;
}

}  // namespace inmail::bench
