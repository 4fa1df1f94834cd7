#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace inmail {

inline constexpr std::size_t policy_brackets_max = 8;
inline constexpr std::size_t policy_dots_max = 32;

struct GuardProblem {
  std::size_t line;
  std::string_view sentence;
};

/// Refuses bytes on which toml++ 3.3 runs out of stack or behaves in an undefined way, before it
/// sees them. None of them makes a policy poorer:
///
/// | refused                                              | what toml++ does          |
/// |------------------------------------------------------|---------------------------|
/// | a non-ASCII byte outside of texts and comments       | runs into "unreachable"   |
/// | a quote within a number, a boolean or a date         | reads on, as the first    |
/// | a text of several lines, for the escapes at its ends | runs into "unreachable"   |
/// | more than `policy_brackets_max` open brackets        | recurses                  |
/// | more than `policy_dots_max` dots of keys on one line | nests a table for each    |
///
/// The scan knows only texts, comments and brackets. Where a document stops being TOML it may lose
/// its place, but there toml++ stops as well.
std::optional<GuardProblem> guard_problem(std::string_view toml_text);

}  // namespace inmail
