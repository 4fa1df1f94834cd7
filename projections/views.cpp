#include <array>

#include "projections/analytics.hpp"
#include "projections/credits.hpp"
#include "projections/deadlines.hpp"
#include "projections/inbox.hpp"
#include "projections/notices.hpp"
#include "projections/outgoing.hpp"
#include "projections/receipts.hpp"
#include "projections/view.hpp"

namespace inmail {
namespace {

constexpr std::array views = {
    View::of<ReceiptsView>(), View::of<NoticesView>(), View::of<DeadlinesView>(),
    View::of<InboxView>(),    View::of<CreditsView>(), View::of<AnalyticsView>(),
    View::of<OutgoingView>(),
};

}  // namespace

std::span<const View> all_views() { return views; }

const View* find_view(std::string_view name) {
  for (const View& view : views)
    if (view.name == name) return &view;
  return nullptr;
}

}  // namespace inmail
