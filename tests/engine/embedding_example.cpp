#include <iostream>

#include "engine/engine.hpp"

int main(int count, char** arguments) {
  using namespace inmail;
  if (count != 2) return std::cerr << "which folder is the store to be in?\n", 2;
  auto engine = Engine::open({.path = arguments[1], .policy = "official-now"});
  if (!engine) return std::cerr << engine.error().message << '\n', 1;

  const MemberId ada{1}, ben{2};
  for (const MemberId member : {ada, ben})
    engine->submit({RegisterMember{member, "A name", "A headline"}}).reply.wait();
  engine->submit({StartSubscription{ada, PlanKind::career}}).reply.wait();

  Submission sent = engine->submit({SendInMail{ada, {}, ben, "Hello", "May I ask you something?"}});
  const Answer answer = sent.settled.get();
  switch (answer.kind) {
    case AnswerKind::ok: return std::cout << "on disk, and in Ben's inbox\n", 0;
    case AnswerKind::rejected: return std::cout << name_of(answer.refusal.code) << '\n', 1;
    default: return std::cout << "not now; again with the same id\n", 1;
  }
}
