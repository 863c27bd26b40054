#include "stepwell/apps/cli/live_streams.h"

#include <sys/resource.h>

#include <algorithm>
#include <random>
#include <thread>

#include "stepwell/base/error.h"
#include "stepwell/base/parallel.h"

namespace stepwell::cli {
namespace {

using Clock = LiveStreams::Clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr unsigned kSeed = 7;
// Streams in one call: enough for the weights to be read once for many, and no call takes long.
constexpr std::size_t kMostTogether = 256;
// The first rows need the context of 0.4 s of sound; then calls of new sizes are planned.
constexpr double kWarmUpSeconds = 2;
// Where so many rows are late, one of a hundred is, and the rest of the time would only show how the queue grows.
constexpr double kHopelessShare = 0.03;

Clock::duration Seconds(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

// Processor time of all threads of the process.
double ProcessorSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

LiveStreams::LiveStreams(const LiveModel& model, std::int64_t streams, std::int64_t frames)
    : frames_(frames),
      layout_(state::StateLayout::Make(*model.model(), 1)),
      batcher_(model.model(), layout_, {.most_streams = kMostTogether}),
      form_(batcher_.AddForm(model.RequestFor(frames))) {
  for (std::size_t i = 0; i < form_.inputs().size(); ++i) {
    if (model.features() == form_.inputs()[i].index) features_ = i;
  }
  for (std::int64_t i = 0; i < streams; ++i) clients_.push_back(MakeClient(model, static_cast<unsigned>(i)));
}

LiveStreams::Client LiveStreams::MakeClient(const LiveModel& model, unsigned number) const {
  Client client{model.Open(number), state::Stream(layout_), {}, {}, {}, {}, false};
  for (const auto& port : form_.inputs()) client.inputs.push_back(model.FillOf(port.index, port.type, frames_));
  for (const auto& port : form_.outputs()) client.outputs.emplace_back(port.type);
  return client;
}

std::chrono::duration<double> LiveStreams::WarmUp() {
  const auto call = [&](std::size_t streams) {
    const Clock::time_point begin = Clock::now();
    for (std::size_t i = 0; i < streams; ++i) Submit(clients_[i], Clock::time_point::max());
    while (batcher_.RunOnce() > 0) continue;
    if (failure_) std::rethrow_exception(failure_);
    return Clock::now() - begin;
  };
  call(clients_.size());
  const Clock::duration time = std::min(call(clients_.size()), call(clients_.size()));
  for (Client& client : clients_) client.stream.Reset();
  return time;
}

StreamsPoint LiveStreams::Run(double seconds, double deadline_ms) {
  const Clock::time_point begin = Clock::now();
  Start(begin, deadline_ms);
  for (Clock::time_point now = begin; now < counted_from_; now = Clock::now()) {
    std::this_thread::sleep_until(std::min(Turn(now), counted_from_));
  }
  const double processor_before = ProcessorSeconds();
  computing_ = in_features_ = Clock::duration::zero();
  calls_ = steps_ = 0;
  const Clock::time_point end = counted_from_ + Seconds(seconds);
  const double rows = static_cast<double>(clients_.size()) * seconds / LiveModel::kPacketSeconds;
  Clock::time_point now = Clock::now();
  do {  // once at least, even if the program was held for longer than it was to measure
    std::this_thread::sleep_until(std::min(Turn(now), end));
    now = Clock::now();
  } while (now < end && static_cast<double>(late_) < kHopelessShare * rows);
  CountMissing(now);
  const double passed = std::chrono::duration<double>(now - counted_from_).count();
  return Summary(passed, ProcessorSeconds() - processor_before);
}

StreamsPoint LiveStreams::Summary(double passed_seconds, double processor_seconds) {
  const double computing = std::chrono::duration<double>(computing_).count();
  StreamsPoint point;
  point.streams = std::ssize(clients_);
  point.frames_per_call = frames_;
  point.latency = LatencySummary::Of(std::move(latencies_ms_));
  point.real_time_factor = computing / (static_cast<double>(point.streams) * passed_seconds);
  point.cpu_share = processor_seconds / (passed_seconds * WorkerTeam::Shared().num_threads());
  point.feature_share = computing > 0 ? std::chrono::duration<double>(in_features_).count() / computing : 0;
  point.streams_per_call = static_cast<double>(steps_) / static_cast<double>(std::max<std::size_t>(calls_, 1));
  point.meets_deadline = point.latency.p99_ms <= Milliseconds(deadline_).count();
  return point;
}

void LiveStreams::Start(Clock::time_point now, double deadline_ms) {
  deadline_ = Seconds(deadline_ms / 1e3);
  counted_from_ = now + Seconds(kWarmUpSeconds);
  latencies_ms_.clear();
  late_ = 0;
  std::minstd_rand random(kSeed);
  // Over the time in which each makes one call, or they would all call at once.
  std::uniform_real_distribution<double> phase(0, LiveModel::kPacketSeconds * static_cast<double>(frames_));
  for (Client& client : clients_) client.next_packet = now + Seconds(LiveModel::kPacketSeconds + phase(random));
}

Clock::time_point LiveStreams::Turn(Clock::time_point now) {
  TakePackets(now);
  SubmitReady();
  const Clock::time_point called = Clock::now();
  const std::size_t steps = batcher_.RunOnce();
  const Clock::time_point done = Clock::now();
  if (failure_) std::rethrow_exception(failure_);
  in_features_ += called - now;
  computing_ += done - now;
  calls_ += steps > 0 ? 1 : 0;
  steps_ += steps;
  if (steps > 0) return done;
  const auto next = std::min_element(clients_.begin(), clients_.end(),
                                     [](const Client& a, const Client& b) { return a.next_packet < b.next_packet; });
  return next->next_packet;
}

void LiveStreams::TakePackets(Clock::time_point now) {
  std::vector<Client*> sending;
  for (Client& client : clients_) {
    if (client.next_packet <= now) sending.push_back(&client);
  }
  if (sending.empty()) return;
  WorkerTeam& team = WorkerTeam::Shared();
  team.Run([&](int member) {
    const Range part = PartOf(std::ssize(sending), 1, member, team.num_threads());
    for (std::int64_t i = part.begin; i < part.end; ++i) TakePacketsOf(*sending[AsSize(i)], now);
  });
}

void LiveStreams::TakePacketsOf(Client& client, Clock::time_point now) {
  for (; client.next_packet <= now; client.next_packet += Seconds(LiveModel::kPacketSeconds)) {
    client.source->TakePacket([&](std::span<const float> row) {
      client.rows.push_back({{row.begin(), row.end()}, client.next_packet});
    });
  }
}

void LiveStreams::SubmitReady() {
  for (Client& client : clients_) {
    if (client.in_call || std::ssize(client.rows) < frames_) continue;
    if (features_) {
      float* values = client.inputs[*features_].as<float>().data();
      for (std::int64_t i = 0; i < frames_; ++i) {
        const std::vector<float>& row = client.rows[AsSize(i)].values;
        values = std::copy(row.begin(), row.end(), values);
      }
    }
    Submit(client, client.rows.front().arrival + deadline_);
  }
}

void LiveStreams::Submit(Client& client, Clock::time_point deadline) {
  state::Batcher::Step step;
  step.form = &form_;
  step.stream = &client.stream;
  for (const Tensor& input : client.inputs) step.inputs.push_back(input.view());
  for (Tensor& output : client.outputs) step.outputs.push_back(output.view());
  step.deadline = deadline;
  step.done = [this, &client](const std::exception_ptr& failure) {
    if (failure) failure_ = failure;
    TakeRows(client);
  };
  client.in_call = true;
  batcher_.Submit(std::move(step));
}

void LiveStreams::TakeRows(Client& client) {
  client.in_call = false;
  const Clock::time_point now = Clock::now();
  for (std::int64_t i = 0; i < frames_ && !client.rows.empty(); ++i) {
    if (client.rows.front().arrival >= counted_from_) Count(now - client.rows.front().arrival);
    client.rows.pop_front();
  }
}

void LiveStreams::Count(Clock::duration latency) {
  latencies_ms_.push_back(Milliseconds(latency).count());
  if (latency > deadline_) ++late_;
}

void LiveStreams::CountMissing(Clock::time_point end) {
  const bool all = latencies_ms_.empty();
  for (const Client& client : clients_) {
    for (const Row& row : client.rows) {
      const bool counts = row.arrival >= counted_from_ && (all || end - row.arrival > deadline_);
      if (counts) Count(end - row.arrival);
    }
  }
}

}  // namespace stepwell::cli
