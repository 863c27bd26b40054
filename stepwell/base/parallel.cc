#include "stepwell/base/parallel.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "stepwell/base/cpu_quota.h"
#include "stepwell/base/error.h"

namespace stepwell {
namespace {

// Compared for equality only, so it may wrap around. 32 bits: what the system can wait on.
using Word = std::atomic<std::uint32_t>;

constexpr int kMostThreads = 1024;
// As long as waking a sleeping thread takes: shorter waits are met awake, longer ones give the processor back.
constexpr auto kSpinTime = std::chrono::microseconds(30);

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Whether the word took another value than `old` while this thread spun.
bool ChangesSoon(const Word& word, std::uint32_t old) {
  const auto deadline = std::chrono::steady_clock::now() + kSpinTime;
  do {
    for (int turn = 0; turn < 32; ++turn) {
      if (word.load(std::memory_order_acquire) != old) return true;
      Pause();
    }
  } while (std::chrono::steady_clock::now() < deadline);
  return false;
}

// Returns once the word has another value than `old`.
void AwaitChange(const Word& word, std::uint32_t old, bool may_spin) {
  if (may_spin && ChangesSoon(word, old)) return;
  word.wait(old, std::memory_order_acquire);
}

// Leaves the body of a member that waits for one that has failed.
struct Abandoned {};

class MeetingPoint final : public WorkerTeam::Barrier {
 public:
  MeetingPoint(int members, bool may_spin) : members_(members), may_spin_(may_spin) {}

  void Wait() override {
    const std::uint32_t phase = phase_.load(std::memory_order_acquire);
    if (broken_.load(std::memory_order_acquire)) throw Abandoned{};
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == members_) {
      arrived_.store(0, std::memory_order_relaxed);
      NextPhase();
    } else {
      AwaitChange(phase_, phase, may_spin_);
    }
    if (broken_.load(std::memory_order_acquire)) throw Abandoned{};
  }

  void Break() {
    broken_.store(true, std::memory_order_release);
    NextPhase();
  }

 private:
  void NextPhase() {
    phase_.fetch_add(1, std::memory_order_acq_rel);
    phase_.notify_all();
  }

  const int members_;
  const bool may_spin_;
  std::atomic<int> arrived_{0};
  Word phase_{0};
  std::atomic<bool> broken_{false};
};

}  // namespace

class WorkerTeam::Impl {
 public:
  explicit Impl(int num_threads) : may_spin_(num_threads <= AvailableThreads()) {
    // Workers take no signals: those are for the program's own threads.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (int member = 1; member < num_threads; ++member) workers_.emplace_back([this, member] { Serve(member); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  ~Impl() {
    stopping_ = true;
    Announce();
    for (std::thread& worker : workers_) worker.join();
  }

  int num_threads() const { return static_cast<int>(workers_.size()) + 1; }
  bool may_spin() const { return may_spin_; }

  bool TryClaim() { return !claimed_.exchange(true, std::memory_order_acquire); }
  void Release() { claimed_.store(false, std::memory_order_release); }

  // The team must be claimed. `on_failure` is called by the first member that throws.
  void Run(FunctionRef<void(int)> body, FunctionRef<void()> on_failure) {
    body_ = &body;
    on_failure_ = &on_failure;
    pending_.store(static_cast<std::uint32_t>(workers_.size()), std::memory_order_relaxed);
    Announce();
    RunMember(0);
    for (std::uint32_t left = pending_.load(); left != 0; left = pending_.load())
      AwaitChange(pending_, left, may_spin_);
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  void Announce() {
    calls_.fetch_add(1, std::memory_order_release);
    calls_.notify_all();
  }

  void Serve(int member) {
    for (std::uint32_t seen = 0;; ++seen) {
      AwaitChange(calls_, seen, may_spin_);
      if (stopping_) return;
      RunMember(member);
      if (pending_.fetch_sub(1, std::memory_order_acq_rel) == 1) pending_.notify_one();
    }
  }

  void RunMember(int member) {
    try {
      (*body_)(member);
    } catch (const Abandoned&) {
      // Another member failed and has said so.
    } catch (...) {
      const std::lock_guard lock(failure_mutex_);
      if (failure_) return;
      failure_ = std::current_exception();
      (*on_failure_)();
    }
  }

  const bool may_spin_;
  std::atomic<bool> claimed_{false};
  alignas(64) Word calls_{0};    // calls of Run so far
  alignas(64) Word pending_{0};  // workers that have not finished this call
  std::atomic<bool> stopping_{false};
  const FunctionRef<void(int)>* body_ = nullptr;
  const FunctionRef<void()>* on_failure_ = nullptr;
  std::mutex failure_mutex_;
  std::exception_ptr failure_;
  std::vector<std::thread> workers_;
};

namespace {

std::atomic<int>& Budget() {
  static std::atomic<int> budget{0};
  return budget;
}

int SharedSize() {
  const int budget = Budget().load();
  return budget > 0 ? budget : AvailableThreads();
}

// Holds a team that was free; a team of one is never worth holding.
template <class TeamImpl>
class Claim {
 public:
  explicit Claim(TeamImpl& team) : team_(team), held_(team.num_threads() > 1 && team.TryClaim()) {}
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;
  ~Claim() {
    if (held_) team_.Release();
  }
  bool held() const { return held_; }

 private:
  TeamImpl& team_;
  const bool held_;
};

}  // namespace

WorkerTeam& WorkerTeam::Shared() {
  static WorkerTeam team(SharedSize());
  return team;
}

WorkerTeam::WorkerTeam(int num_threads) {
  if (num_threads < 1 || num_threads > kMostThreads) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("a team has 1 to {} threads, {} were asked for", kMostThreads, num_threads));
  }
  impl_ = std::make_unique<Impl>(num_threads);
}

WorkerTeam::~WorkerTeam() = default;

int WorkerTeam::num_threads() const { return impl_->num_threads(); }

void WorkerTeam::Run(FunctionRef<void(int member)> body) {
  const Claim claim(*impl_);
  if (claim.held()) {
    impl_->Run(body, [] {});
    return;
  }
  for (int member = 0; member < num_threads(); ++member) body(member);
}

void WorkerTeam::RunWithBarrier(FunctionRef<void(int member, int members, Barrier& barrier)> body) {
  const Claim claim(*impl_);
  const int members = claim.held() ? num_threads() : 1;
  MeetingPoint barrier(members, impl_->may_spin());
  if (members == 1) {
    body(0, 1, barrier);
    return;
  }
  impl_->Run([&](int member) { body(member, members, barrier); }, [&] { barrier.Break(); });
}

void SetThreadBudget(int num_threads) {
  if (num_threads < 1 || num_threads > kMostThreads) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("the number of threads must be 1 to {}, not {}", kMostThreads, num_threads));
  }
  Budget() = num_threads;
  const int size = WorkerTeam::Shared().num_threads();
  if (size != num_threads) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("the process already works with {} threads, it cannot change to {}", size, num_threads));
  }
}

int AvailableThreads() {
  int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  cpu_set_t mask;
  if (sched_getaffinity(0, sizeof(mask), &mask) == 0) threads = std::min(threads, CPU_COUNT(&mask));
  if (const auto quota = CpuQuota("/proc/self/cgroup", "/sys/fs/cgroup")) {
    threads = std::min(threads, static_cast<int>(std::ceil(*quota)));
  }
  return std::clamp(threads, 1, kMostThreads);
}

Range PartOf(std::int64_t items, std::int64_t grain, int member, int members) {
  const std::int64_t grains = (items + grain - 1) / grain;
  const std::int64_t each = grains / members;
  const std::int64_t rest = grains % members;
  const auto begin_of = [&](int which) {
    return std::min(items, (each * which + std::min<std::int64_t>(rest, which)) * grain);
  };
  return {begin_of(member), begin_of(member + 1)};
}

}  // namespace stepwell
