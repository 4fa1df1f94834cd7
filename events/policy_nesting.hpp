#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace inmail {

inline constexpr int policy_brackets_max = 8;
inline constexpr int policy_dots_max = 32;

struct NestingProblem {
  std::size_t line;
  std::string_view sentence;
};

/// Refuses what would make a TOML parser recurse without bound, before one sees it: more than
/// `policy_brackets_max` open brackets, or more than `policy_dots_max` dots outside of texts and
/// comments on one line (a dotted key nests a table for each). Texts that are not TOML get any
/// answer; up to their first mistake the bounds hold for them too. Recursion is then bounded by the
/// product.
std::optional<NestingProblem> nesting_problem(std::string_view toml_text);

}  // namespace inmail
