#include "tests/simulation/shrink.hpp"

#include <algorithm>

namespace inmail::sim {
namespace {

/// Leaves out runs of `all`, at first half of them at once, then smaller ones, as long as it fails.
template <class T>
void leave_out(Settings& settings, std::set<T> Settings::*without, const std::vector<T>& all) {
  for (std::size_t run = std::max<std::size_t>(all.size() / 2, 1);; run /= 2) {
    for (std::size_t at = 0; at < all.size(); at += run) {
      Settings trial = settings;
      for (std::size_t i = at; i < std::min(at + run, all.size()); ++i)
        (trial.*without).insert(all[i]);
      if ((trial.*without).size() == (settings.*without).size()) continue;
      if (!simulate(trial).findings.empty()) settings = std::move(trial);
    }
    if (run <= 1) return;
  }
}

}  // namespace

Settings shrunk(Settings failing) {
  Report report = simulate(failing);
  std::vector<std::string> faults;
  for (const auto& each : report.faults) faults.push_back(each.key);
  leave_out(failing, &Settings::without_faults, faults);
  std::vector<std::uint32_t> commands;
  for (std::uint32_t number = 1; number <= report.commands; ++number) commands.push_back(number);
  leave_out(failing, &Settings::without_commands, commands);
  return failing;
}

}  // namespace inmail::sim
