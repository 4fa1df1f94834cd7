#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "events/result.hpp"
#include "projections/page.hpp"
#include "projections/rows.hpp"
#include "projections/typed_rows.hpp"

namespace inmail {

/// The rows under `prefix` as a page. `to_item(key, value)` makes a `Result<Item>` of each.
/// Errors: what it returns; what `rows.status()` says.
template <class Item, class ToItem>
Result<Page<Item>> read_page(const Rows& rows, std::string_view prefix, const PageRequest& request,
                             const ToItem& to_item) {
  Page<Item> page;
  std::optional<Error> damage;
  std::string last;
  scan_prefix(rows, prefix, request.after, [&](std::string_view key, std::string_view value) {
    if (page.items.size() == request.items_max()) {
      page.next = std::move(last);
      return false;
    }
    Result<Item> item = to_item(key, value);
    if (!item) {
      damage = item.error();
      return false;
    }
    page.items.push_back(std::move(item).value());
    last.assign(key);
    return true;
  });
  if (damage) return *damage;
  if (auto status = rows.status(); !status) return status.error();
  return page;
}

/// The same, where a row holds all of an item.
template <class Item>
Result<Page<Item>> read_page(const Rows& rows, std::string_view prefix,
                             const PageRequest& request) {
  return read_page<Item>(rows, prefix, request, [](std::string_view, std::string_view value) {
    return decode_row<Item>(value);
  });
}

}  // namespace inmail
