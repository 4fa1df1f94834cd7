#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace inmail {

/// No query returns more at once, whatever it is asked for.
inline constexpr std::size_t page_limit_max = 1000;

/// Which part of a list is wanted.
struct PageRequest {
  std::size_t limit = 50;  ///< Of items, from 1 to `page_limit_max`; beyond counts as at.
  std::string after;       ///< `Page::next` of the page before; empty for the first.

  std::size_t items_max() const { return std::clamp<std::size_t>(limit, 1, page_limit_max); }
};

template <class Item>
struct Page {
  std::vector<Item> items;
  std::string next;  ///< Bytes to hand in as `after`; empty: that was all.
};

}  // namespace inmail
