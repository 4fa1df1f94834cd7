#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "events/record.hpp"
#include "projections/rows.hpp"

namespace inmail {

/// What every view is: a fold of the log over rows of its own. A view file declares
///
///   struct InboxView {
///     static constexpr std::string_view name = "inbox";
///     static constexpr std::uint16_t revision = 1;
///     static void apply(Rows& rows, const Record& record);
///   };
///
/// `apply` is pure but for `rows`: no clock, no keys, no I/O, no memory of its own; so the same log
/// gives the same rows, bit for bit. Raise `revision` when it changes its mind: the rows of the old
/// revision are dropped and rebuilt.
template <class V>
concept Foldable = requires(Rows& rows, const Record& record) {
  { V::name } -> std::convertible_to<std::string_view>;
  { V::revision } -> std::convertible_to<std::uint16_t>;
  V::apply(rows, record);
};

/// A view as the runner handles it.
struct View {
  std::string_view name;
  std::uint16_t revision;
  void (*apply)(Rows&, const Record&);

  template <Foldable V>
  static constexpr View of() {
    return {V::name, V::revision, &V::apply};
  }

  /// The name under which its rows are kept: "inbox.1".
  std::string stored_name() const { return std::string(name) + "." + std::to_string(revision); }
};

/// Every view that is a plain fold. (`states` is one of the engine's, which knows the deciders.)
std::span<const View> all_views();

/// Nothing if there is no such view.
const View* find_view(std::string_view name);

}  // namespace inmail
