#include "tests/simulation/faults.hpp"

#include <cctype>

namespace inmail::sim {
namespace {

constexpr std::array<std::string_view, fault_kinds> fault_names{
    "write_error", "disk_full", "sync_error", "slow_sync", "read_error",
    "name_error",  "kill",      "power_loss", "bit_flip",  "forgery"};
constexpr std::array<std::string_view, 4> operation_names{"read", "write", "sync", "name"};
constexpr std::array<std::string_view, 11> kind_names{
    "wal",      "table",      "manifest",      "head",   "keys", "format",
    "view_wal", "view_table", "view_manifest", "folder", "other"};

/// Which faults an operation can meet.
constexpr bool fits(Fault fault, Operation operation) {
  switch (fault) {
    case Fault::write_error:
    case Fault::disk_full: return operation == Operation::write;
    case Fault::sync_error:
    case Fault::slow_sync: return operation == Operation::sync;
    case Fault::read_error: return operation == Operation::read;
    case Fault::name_error: return operation == Operation::name;
    case Fault::kill:
    case Fault::power_loss: return operation != Operation::read;
    case Fault::bit_flip:
    case Fault::forgery: return false;
  }
  return false;
}

std::uint64_t mix(std::uint64_t value) {
  value ^= value >> 30;
  value *= 0xBF58476D1CE4E5B9ULL;
  value ^= value >> 27;
  value *= 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

}  // namespace

std::string_view name_of(Fault fault) { return fault_names[static_cast<std::size_t>(fault)]; }
std::string_view name_of(FileKind kind) { return kind_names[static_cast<std::size_t>(kind)]; }

std::uint64_t mixed(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) {
  std::uint64_t value = mix(a + 0x9E3779B97F4A7C15ULL);
  for (const std::uint64_t each : {b, c, d}) value = mix(value ^ (each + 0x9E3779B97F4A7C15ULL));
  return value;
}

FileClass class_of(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  const bool is_view = path.find("/views/") != std::string::npos;
  std::uint64_t number = 0;
  for (const char each : name)
    if (std::isdigit(static_cast<unsigned char>(each)) != 0)
      number = number * 10 + static_cast<std::uint64_t>(each - '0');
  if (name.ends_with(".log")) return {is_view ? FileKind::view_wal : FileKind::wal, number};
  if (name.ends_with(".sst")) return {is_view ? FileKind::view_table : FileKind::table, number};
  const bool is_catalog = name.starts_with("MANIFEST") || name.starts_with("CURRENT") ||
                          name.starts_with("OPTIONS") || name.ends_with(".dbtmp");
  if (is_catalog) return {is_view ? FileKind::view_manifest : FileKind::manifest, number};
  if (name.starts_with("head")) return {FileKind::head, 0};
  if (name.starts_with("keys")) return {FileKind::keys, 0};
  if (name.starts_with("FORMAT")) return {FileKind::format, 0};
  return {FileKind::other, number};
}

std::string fault_key(Fault fault, const FileClass& file, Operation operation, std::uint64_t nth) {
  std::string key(name_of(fault));
  key += ":" + std::string(name_of(file.kind)) + ":" + std::to_string(file.number) + ":";
  return key + std::string(operation_names[static_cast<std::size_t>(operation)]) + ":" +
         std::to_string(nth);
}

std::optional<Fault> FaultPlan::next(const FileClass& file, Operation operation) {
  const std::uint64_t kind =
      (static_cast<std::uint64_t>(file.kind) << 8) | static_cast<std::uint64_t>(operation);
  const std::uint64_t nth = ++counts_[{kind, file.number, 0}];
  chance_ = mixed(seed_, kind, file.number, nth);
  if (!enabled_) return std::nullopt;
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    const auto fault = static_cast<Fault>(i);
    if (!fits(fault, operation) || mixed(chance_, i) % 1'000'000 >= rates_[i]) continue;
    if (allows(fault, fault_key(fault, file, operation, nth))) return fault;
  }
  return std::nullopt;
}

bool FaultPlan::allows(Fault fault, const std::string& key) {
  if (suppressed_.contains(key)) return false;
  happened_.push_back({fault, key});
  return true;
}

FaultPlan::Rates weather_of(std::uint64_t seed) {
  const auto lot = [&](std::uint64_t salt, std::uint64_t below) {
    return static_cast<std::uint32_t>(mixed(seed, 5, salt) % below);
  };
  FaultPlan::Rates rates{};
  if (lot(0, 6) == 0) return rates;
  const auto set = [&](Fault fault, std::uint32_t most) {
    const auto i = static_cast<std::size_t>(fault);
    if (lot(20 + i, 2) == 0) rates[i] = lot(i + 1, most);
  };
  set(Fault::write_error, 4'000);
  set(Fault::disk_full, 6'000);
  set(Fault::sync_error, 4'000);
  set(Fault::slow_sync, 40'000);
  set(Fault::read_error, 600);
  set(Fault::name_error, 3'000);
  set(Fault::kill, 2'000);
  set(Fault::power_loss, 3'000);
  set(Fault::bit_flip, 600'000);
  set(Fault::forgery, 200'000);
  return rates;
}

}  // namespace inmail::sim
