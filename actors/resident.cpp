#include "actors/resident.hpp"

#include "actors/contract.hpp"
#include "actors/member.hpp"
#include "actors/policy_keeper.hpp"
#include "actors/seat.hpp"

namespace inmail {
namespace {

template <class Decider>
class FoldOf final : public StreamFold {
 public:
  explicit FoldOf(Resident<Decider> resident) : resident_(std::move(resident)) {}

  void apply(const Record& record) override { resident_.apply(record); }
  Position position() const override { return resident_.position; }
  std::size_t footprint() const override { return resident_.footprint(); }
  std::string encode() const override {
    std::string row;
    encode_to(resident_, row);
    return row;
  }

 private:
  Resident<Decider> resident_;
};

/// Calls `make` with the decider that a kind of stream has.
template <class Make>
auto with_decider(StreamId stream, Make&& make) {
  switch (stream.kind()) {
    case StreamKind::member: return make(std::type_identity<Member>{});
    case StreamKind::seat: return make(std::type_identity<Seat>{});
    case StreamKind::contract: return make(std::type_identity<Contract>{});
    case StreamKind::policy: return make(std::type_identity<PolicyKeeper>{});
  }
  throw_defect("a stream is of a kind that does not exist");
}

}  // namespace

std::unique_ptr<StreamFold> StreamFold::empty(StreamId stream) {
  return with_decider(
      stream, []<class Decider>(std::type_identity<Decider>) -> std::unique_ptr<StreamFold> {
        return std::make_unique<FoldOf<Decider>>(Resident<Decider>{});
      });
}

Result<std::unique_ptr<StreamFold>> StreamFold::decode(StreamId stream, Bytes row) {
  using Decoded = Result<std::unique_ptr<StreamFold>>;
  return with_decider(stream, [&]<class Decider>(std::type_identity<Decider>) -> Decoded {
    auto resident = decode_as<Resident<Decider>>(row);
    if (!resident) return resident.error();
    return Decoded(std::make_unique<FoldOf<Decider>>(std::move(resident).value()));
  });
}

Result<Position> position_of_row(Bytes row) {
  if (row.size() < 16) return Error{ErrorCode::corruption, "a state row is cut short"};
  return decode_as<Position>(row.subspan(8, 8));
}

}  // namespace inmail
