#pragma once

#include <cstdint>
#include <memory>

#include "stepwell/base/function_ref.h"

namespace stepwell {

// The one team of threads of the process; nothing else starts threads for arithmetic. It has num_threads() members, the
// caller included; the others are started once and wait by spinning briefly, then sleeping.
class WorkerTeam {
 public:
  // The process's team: as many threads as SetThreadBudget said, else as the machine (affinity and cgroup quota) gives.
  static WorkerTeam& Shared();

  explicit WorkerTeam(int num_threads);
  WorkerTeam(const WorkerTeam&) = delete;
  WorkerTeam& operator=(const WorkerTeam&) = delete;
  ~WorkerTeam();

  int num_threads() const;

  // Calls body(member) once for every member 0 .. num_threads()-1 and returns when all are done. Allocates nothing.
  // When another thread is using the team, or when called from inside the team, the caller makes all the calls itself,
  // in order: a body that uses Barrier must therefore ask `Parallel` for permission first.
  // The first exception of a body is thrown again here.
  void Run(FunctionRef<void(int member)> body);

  // Like Run, for bodies that meet at barriers: `body(member, members, barrier)`; with a busy team it is called once,
  // with members = 1, where the barrier does nothing.
  class Barrier {
   public:
    virtual void Wait() = 0;

   protected:
    ~Barrier() = default;
  };
  void RunWithBarrier(FunctionRef<void(int member, int members, Barrier& barrier)> body);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The budget of threads for the whole process; takes effect if said before WorkerTeam::Shared() is first used, and
// throws Error(kInvalidArgument) when the team already has another size.
void SetThreadBudget(int num_threads);
// What the machine gives this process: the smallest of hardware, affinity mask and cgroup CPU quota (rounded up).
int AvailableThreads();

// The half-open part [begin, end) of `items` that belongs to `member` of `members`, in multiples of `grain`.
struct Range {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};
Range PartOf(std::int64_t items, std::int64_t grain, int member, int members);

}  // namespace stepwell
