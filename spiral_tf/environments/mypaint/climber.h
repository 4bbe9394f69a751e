// Climbing over programs: one is varied, and the variation kept if the picture
// is not farther from a target, or not much farther.
//
// Most variations are refused for what their pictures would look like, nearly
// (`Estimate`). What becomes the best was drawn by the brush engine, and what
// the change leaves as it was is not drawn again: drawing goes on from a
// snapshot before the action.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_CLIMBER_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_CLIMBER_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "actions.h"
#include "canvas.h"
#include "estimate.h"
#include "hand.h"
#include "variation.h"

namespace spiral {

// A program, and how far its picture is from the target.
struct Candidate {
  Program program;
  int64_t error;   // Sum of the squared differences of all bytes.
  int strokes;
  int64_t energy;  // The error, and the cost of the strokes.

  // Whether it is better; if all else is equal, by having fewer strokes.
  bool operator<(const Candidate& other) const {
    return std::tie(energy, strokes) < std::tie(other.energy, other.strokes);
  }
};

// One program, one target, and the canvas on which it is drawn.
class Climber {
 public:
  // A stroke costs `stroke_cost` of the blank canvas's error. `space` is kept by
  // the caller, as is `masks`, which is null if pictures cannot be estimated.
  Climber(int width, int channels, const std::string& brush,
          const Paper& paper, const ActionSpace& space, double stroke_cost,
          Masks* masks)
      : canvas_(width, brush, paper),
        channels_(channels),
        space_(space),
        stroke_cost_(stroke_cost),
        variation_(space),
        residual_(space.grid_width, width) {
    if (masks) estimate_.emplace(width, channels, paper, space, masks);
  }

  // Begins with a program of at least one action; returns its energy. `target`
  // has `channels` bytes a pixel, row by row, and is kept by the caller.
  int64_t Begin(Program program, const uint8_t* target) {
    now_.program = std::move(program);
    target_ = target;
    before_.resize(now_.program.size());
    sound_ = 0;
    spiral::Begin(space_, &canvas_);
    canvas_.SaveTo(&before_[0]);
    price_ = std::llround(stroke_cost_ * Error());
    DrawFrom(0, &now_);
    best_ = now_;
    const uint8_t* picture = canvas_.Bytes(channels_);
    residual_.Update(picture, target_, channels_);
    if (estimate_) estimate_->Begin(now_.program, picture, target_);
    return now_.energy;
  }

  // The best that was drawn.
  const Candidate& best() const { return best_; }

  // Varies the program. A variation whose energy is more is kept with a
  // probability that `heat` tells: 1 / e for that share of the energy.
  void Try(double heat, Random& random) {
    varied_.program = now_.program;
    const int first = variation_(varied_.program, residual_, random);
    if (SameFrom(first)) return;
    const auto most = static_cast<int64_t>(
        now_.energy * (1 - heat * std::log(1 - random.Share())));
    if (estimate_) {
      SetError(now_.error + estimate_->Try(varied_.program), &varied_);
      if (varied_.energy > most) return;
      if (!(varied_ < best_)) {
        Keep(first);
        estimate_->Keep();
        residual_.Update(estimate_->picture(), estimate_->goal(), channels_);
        return;
      }
    }
    Return(first);
    DrawFrom(first, &varied_);
    if (varied_.energy > most) return;
    Keep(first);
    const uint8_t* picture = canvas_.Bytes(channels_);
    if (estimate_) {
      estimate_->Keep();
      estimate_->Correct(picture);
    }
    residual_.Update(picture, target_, channels_);
    if (now_ < best_) best_ = now_;
  }

 private:
  // Goes on from the variation, whose first new action is `first`.
  void Keep(int first) {
    std::swap(now_, varied_);
    sound_ = std::min(sound_, first);
  }

  void SetError(int64_t error, Candidate* candidate) const {
    candidate->error = error;
    candidate->strokes = 0;
    const int number = static_cast<int>(candidate->program.size());
    for (int i = 0; i < number; ++i) {
      candidate->strokes += Draws(space_, candidate->program[i], i);
    }
    candidate->energy = error + price_ * candidate->strokes;
  }

  // Whether the varied program draws the same from an action on.
  bool SameFrom(int first) const {
    for (int i = first; i < static_cast<int>(before_.size()); ++i) {
      if (!SameAction(now_.program[i], varied_.program[i], i)) return false;
    }
    return true;
  }

  // Whether two actions leave the same.
  bool SameAction(const Action& a, const Action& b, int place) const {
    const bool draws = Draws(space_, a, place);
    if (draws != Draws(space_, b, place) || a.end != b.end) return false;
    return !draws ||
           (a.control == b.control && a.size == b.size &&
            a.pressure == b.pressure && a.color[0] == b.color[0] &&
            a.color[1] == b.color[1] && a.color[2] == b.color[2]);
  }

  // Goes back to where the canvas was before an action.
  void Return(int place) {
    if (!canvas_.restores_brush()) {
      canvas_.Restore(before_[0]);
      for (int i = 0; i < place; ++i) {
        Act(space_, now_.program[i], i, &canvas_);
      }
      return;
    }
    const int from = std::min(place, sound_);
    canvas_.Restore(before_[from]);
    for (int i = from; i < place; ++i) {
      Act(space_, now_.program[i], i, &canvas_);
      canvas_.SaveTo(&before_[i + 1]);
    }
    sound_ = std::max(sound_, place);
  }

  // Draws the rest of a program, from an action on, and sets its error.
  void DrawFrom(int place, Candidate* candidate) {
    const int number = static_cast<int>(candidate->program.size());
    for (int i = place; i < number; ++i) {
      Act(space_, candidate->program[i], i, &canvas_);
    }
    SetError(Error(), candidate);
  }

  int64_t Error() {
    const size_t size =
        static_cast<size_t>(canvas_.width()) * canvas_.width() * channels_;
    return SquaredError(canvas_.Bytes(channels_), target_, size);
  }

  Canvas canvas_;
  const int channels_;
  const ActionSpace& space_;
  const double stroke_cost_;
  const Variation variation_;
  Residual residual_;
  std::optional<Estimate> estimate_;
  Candidate now_;
  Candidate varied_;
  Candidate best_;
  const uint8_t* target_ = nullptr;
  int64_t price_ = 0;             // Of a stroke.
  std::vector<Snapshot> before_;  // What there was before each action,
  int sound_ = 0;                 // up to this one; later ones are outdated.
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_CLIMBER_H_
