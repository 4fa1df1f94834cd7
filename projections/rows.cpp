#include "projections/rows.hpp"

#include <sodium.h>

#include <array>
#include <cstdint>
#include <vector>

#include "events/ids.hpp"

namespace inmail {

void Rows::erase_range(std::string_view first, std::string_view last) {
  std::vector<std::string> keys;
  scan_range(first, last, [&](std::string_view key, std::string_view) {
    keys.emplace_back(key);
    return true;
  });
  for (const std::string& key : keys) erase(key);
}

void Rows::scan_range(std::string_view first, std::string_view last, const Visit& visit) const {
  scan(first, [&](std::string_view key, std::string_view value) {
    return (last.empty() || key < last) && visit(key, value);
  });
}

std::optional<std::string> MemoryRows::get(std::string_view key) const {
  const auto row = rows_.find(key);
  if (row == rows_.end()) return std::nullopt;
  return row->second;
}

void MemoryRows::put(std::string_view key, std::string_view value) {
  const auto row = rows_.lower_bound(key);
  if (row != rows_.end() && row->first == key)
    row->second.assign(value);
  else
    rows_.emplace_hint(row, key, value);
}

void MemoryRows::erase(std::string_view key) {
  const auto row = rows_.find(key);
  if (row != rows_.end()) rows_.erase(row);
}

void MemoryRows::insert(std::string_view key, std::string_view value) {
  const bool is_new = rows_.emplace(key, value).second;
  invariant(is_new, "a row was inserted that is there");
}

void MemoryRows::erase_range(std::string_view first, std::string_view last) {
  if (first < last) rows_.erase(rows_.lower_bound(first), rows_.lower_bound(last));
}

void MemoryRows::scan(std::string_view first, const Visit& visit) const {
  for (auto row = rows_.lower_bound(first); row != rows_.end(); ++row)
    if (!visit(row->first, row->second)) return;
}

void scan_prefix(const Rows& rows, std::string_view prefix, std::string_view after,
                 const Rows::Visit& visit) {
  std::string first(after.empty() ? prefix : after);
  if (!after.empty()) first.push_back('\0');
  rows.scan_range(first, end_of_prefix(prefix), [&](std::string_view key, std::string_view value) {
    return key.starts_with(prefix) && visit(key, value);
  });
}

std::string end_of_prefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

Result<std::string> rows_digest(const Rows& rows) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, 32);
  const auto add = [&](std::string_view bytes) {
    const std::uint64_t size = bytes.size();
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&size), sizeof size);
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(bytes.data()), size);
  };
  rows.scan("\x01", [&](std::string_view key, std::string_view value) {
    add(key);
    add(value);
    return true;
  });
  if (auto status = rows.status(); !status) return status.error();
  std::array<std::uint8_t, 32> digest{};
  crypto_generichash_final(&state, digest.data(), digest.size());
  return to_hex(digest.data(), digest.size());
}

}  // namespace inmail
