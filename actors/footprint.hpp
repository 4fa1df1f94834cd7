#pragma once

#include <cstddef>

namespace inmail {

/// About how much memory a tree (`std::map`, `std::set`) holds beside its own object: for budgets,
/// not to the byte. What its entries hold elsewhere is not counted; `each` is what one has on
/// average.
template <class Tree>
std::size_t footprint_of(const Tree& tree, std::size_t each = 0) {
  constexpr std::size_t node_overhead = 48;  // The links of a node, and the allocator's own.
  return tree.size() * (sizeof(typename Tree::value_type) + node_overhead + each);
}

}  // namespace inmail
