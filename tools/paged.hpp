#pragma once

#include <cstdint>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "events/result.hpp"
#include "projections/page.hpp"
#include "tools/output.hpp"

namespace inmail::tools {

/// The first items of a list that comes in pages.
template <class Item>
struct Listed {
  std::vector<Item> items;
  bool has_more = false;
};

template <class Item>
Item item_of(const Result<Page<Item>>&);

/// Asks `query(PageRequest)` for pages until there are `limit` items or no more.
template <class Query>
auto list_pages(std::uint64_t limit, const Query& query)
    -> Result<Listed<decltype(item_of(query(PageRequest{})))>> {
  Listed<decltype(item_of(query(PageRequest{})))> listed;
  PageRequest request;
  do {
    request.limit = std::min<std::uint64_t>(limit - listed.items.size(), page_limit_max);
    auto page = query(request);
    if (!page) return page.error();
    for (auto& item : page->items) listed.items.push_back(std::move(item));
    request.after = std::move(page->next);
  } while (!request.after.empty() && listed.items.size() < limit);
  listed.has_more = !request.after.empty();
  return listed;
}

/// Below a table that was cut off: programs that read other formats know what they asked for.
inline void say_what_is_left(Format format, std::size_t shown, bool has_more) {
  if (format == Format::table && has_more)
    std::cout << "(the first " << shown << "; --limit 0 shows all)\n";
}

}  // namespace inmail::tools
