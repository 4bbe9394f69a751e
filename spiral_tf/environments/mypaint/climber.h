// Hill climbing over programs: one is varied, and the variation kept if the
// picture is not farther from a target.
//
// Every picture is drawn by the brush engine, and what the change leaves as it
// was is not drawn again: drawing goes on from a snapshot before the action.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_CLIMBER_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_CLIMBER_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "actions.h"
#include "canvas.h"
#include "variation.h"

namespace spiral {

// One program, one target, and the canvas on which it is drawn.
class Climber {
 public:
  // `target` has `channels` bytes a pixel, row by row, and is kept by the
  // caller, as is `space`.
  Climber(int width, int channels, const std::string& brush,
          const Paper& paper, const ActionSpace& space)
      : canvas_(width, brush, paper),
        channels_(channels),
        space_(space),
        variation_(space),
        residual_(space.grid_width, width) {}

  // Begins with a program of at least one action; returns its error, see `error`.
  int64_t Begin(Program program, const uint8_t* target) {
    program_ = std::move(program);
    target_ = target;
    before_.resize(program_.size());
    sound_ = 0;
    canvas_.Reset(space_.centers[0].first, space_.centers[0].second);
    canvas_.SaveTo(&before_[0]);
    error_ = DrawFrom(0, program_);
    residual_.Update(canvas_.Bytes(channels_), target_, channels_);
    return error_;
  }

  const Program& program() const { return program_; }

  // Sum of the squared differences of all bytes.
  int64_t error() const { return error_; }

  // Varies the program; returns whether the variation was kept.
  bool Try(Random& random) {
    varied_ = program_;
    const int first = variation_(varied_, residual_, random);
    if (SameFrom(first)) return false;
    Return(first);
    const int64_t error = DrawFrom(first, varied_);
    if (error > error_) return false;
    program_.swap(varied_);
    error_ = error;
    sound_ = std::min(sound_, first);
    residual_.Update(canvas_.Bytes(channels_), target_, channels_);
    return true;
  }

 private:
  bool Draws(const Action& action, int place) const {
    return space_.pen_down ? place > 0 : action.flag != 0;
  }

  // Whether the varied program draws the same from an action on.
  bool SameFrom(int first) const {
    for (int i = first; i < static_cast<int>(program_.size()); ++i) {
      if (!SameAction(program_[i], varied_[i], i)) return false;
    }
    return true;
  }

  // Whether two actions leave the same.
  bool SameAction(const Action& a, const Action& b, int place) const {
    const bool draws = Draws(a, place);
    if (draws != Draws(b, place) || a.end != b.end) return false;
    return !draws ||
           (a.control == b.control && a.size == b.size &&
            a.pressure == b.pressure && a.color[0] == b.color[0] &&
            a.color[1] == b.color[1] && a.color[2] == b.color[2]);
  }

  // Goes back to where the canvas was before an action.
  void Return(int place) {
    if (!canvas_.restores_brush()) {
      canvas_.Restore(before_[0]);
      for (int i = 0; i < place; ++i) Act(program_[i], i);
      return;
    }
    const int from = std::min(place, sound_);
    canvas_.Restore(before_[from]);
    for (int i = from; i < place; ++i) {
      Act(program_[i], i);
      canvas_.SaveTo(&before_[i + 1]);
    }
    sound_ = std::max(sound_, place);
  }

  // Draws the rest of the program, from an action on; returns the error.
  int64_t DrawFrom(int place, const Program& program) {
    const int number = static_cast<int>(program.size());
    for (int i = place; i < number; ++i) Act(program[i], i);
    return Error();
  }

  void Act(const Action& action, int place) {
    const auto& end = space_.centers[action.end];
    if (!Draws(action, place)) {
      canvas_.MoveTo(end.first, end.second);
      return;
    }
    const auto& control = space_.centers[action.control];
    const auto color = [&](int c) {
      return space_.colors.empty() ? 0.0 : space_.colors[action.color[c]];
    };
    canvas_.Stroke(control.first, control.second, end.first, end.second,
                   space_.pressures[action.pressure],
                   space_.sizes[action.size], color(0), color(1), color(2),
                   space_.substrokes, 0, space_.substrokes);
  }

  int64_t Error() {
    const int row_bytes = canvas_.width() * channels_;
    const uint8_t* bytes = canvas_.Bytes(channels_);
    int64_t sum = 0;
    for (int y = 0; y < canvas_.width(); ++y) {
      const uint8_t* a = bytes + y * row_bytes;
      const uint8_t* b = target_ + y * row_bytes;
      int32_t row = 0;  // At most 4 * 4096 * 255^2.
      for (int i = 0; i < row_bytes; ++i) {
        const int difference = a[i] - b[i];
        row += difference * difference;
      }
      sum += row;
    }
    return sum;
  }

  Canvas canvas_;
  const int channels_;
  const ActionSpace& space_;
  const Variation variation_;
  Residual residual_;
  Program program_;
  Program varied_;
  const uint8_t* target_ = nullptr;
  int64_t error_ = 0;
  std::vector<Snapshot> before_;  // What there was before each action,
  int sound_ = 0;                 // up to this one; later ones are outdated.
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_CLIMBER_H_
