// What actions of a `Painting` environment do on a canvas.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_HAND_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_HAND_H_

#include "actions.h"
#include "canvas.h"

namespace spiral {

// Puts the brush where an episode begins, on a clean canvas.
inline void Begin(const ActionSpace& space, Canvas* canvas) {
  canvas->Reset(space.centers[0].first, space.centers[0].second);
}

// Moves the brush or draws, for an action that has `place` others before it.
inline void Act(const ActionSpace& space, const Action& action, int place,
                Canvas* canvas) {
  const auto& end = space.centers[action.end];
  if (!Draws(space, action, place)) {
    canvas->MoveTo(end.first, end.second);
    return;
  }
  const auto& control = space.centers[action.control];
  const auto color = [&](int c) {
    return space.colors.empty() ? 0.0 : space.colors[action.color[c]];
  };
  canvas->Stroke(control.first, control.second, end.first, end.second,
                 space.pressures[action.pressure], space.sizes[action.size],
                 color(0), color(1), color(2), space.substrokes, 0,
                 space.substrokes);
}

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_HAND_H_
