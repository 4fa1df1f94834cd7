#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// How the rules of `tidy.hpp` read C++: as layers of text and as braces. Pure functions.
namespace inmail::tidy {

/// A text split in two of the same shape: each keeps its own characters and the line ends, and has
/// blanks where the other has characters. Literals are blank in both.
struct Layers {
  std::string code;
  std::string comments;
};

Layers split_layers(std::string_view text);

/// A function body at namespace or class scope, found by its braces.
struct FunctionSpan {
  std::size_t first_line = 0;  ///< Where its head begins.
  std::size_t last_line = 0;   ///< Where its brace closes.
};

std::vector<FunctionSpan> functions_in(std::string_view code);

}  // namespace inmail::tidy
