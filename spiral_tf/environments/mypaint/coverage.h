// How much of each pixel a stroke of a brush covers, without a canvas.
//
// The brush engine says which dabs a stroke is made of; here their opacities are
// multiplied up as libmypaint would do it (mypaint-tiled-surface.c), but in
// floating point, for one channel, and only in the box of each dab's ellipse.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_COVERAGE_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_COVERAGE_H_

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "box.h"
#include "brush.h"
#include "canvas.h"
#include "curve.h"
#include "dab.h"
#include "lanes.h"

namespace spiral {

// Opacities in a box; outside of it they are 0.
struct Mask {
  Box box{0, 0, 0, 0};
  int stride = 0;            // A multiple of `kLanes`.
  std::vector<float> alpha;  // Row by row.

  const float* Row(int y) const {
    return alpha.data() + static_cast<size_t>(y - box.top) * stride;
  }
};

class Coverage {
 public:
  // `substrokes` are the straight pieces of a curve, as on a `Canvas`.
  Coverage(const std::string& brush_json, int substrokes)
      : substrokes_(substrokes),
        template_(brush_json),
        brush_(template_.New(dabs_.get())) {}

  // Whether a stroke covers something else if it is moved by whole pixels.
  bool heeds_place() const { return template_.heeds_place(); }

  // Has what follows depend on nothing that was drawn before. Only brushes in
  // whose strokes chance plays a part have a memory of that.
  void Forget() {
    if (!template_.has_only_states()) brush_ = template_.New(dabs_.get());
  }

  // Writes what a stroke covers of `canvas`, in the memory of an older mask: what
  // it leaves on a `Canvas` after two moves of the brush to where it starts.
  //
  // libmypaint comes to a place by adding a difference to the place before, and
  // is off by a rounding error. With the next event it turns to where the error
  // points, which can be seen in the first dab of brushes that heed direction.
  // After a second move there is none.
  //
  // In a sequence of strokes, `before` is the pressure of the one before, from
  // which it goes to that of the curve.
  void Draw(const Curve& curve, const Box& canvas, Mask* mask,
            std::optional<float> before = {}) {
    Record(curve, before);
    Box box{0, 0, 0, 0};
    for (const Dab& dab : dabs_.dabs()) box = box.Union(dab.Reach());
    box = box.Intersection(canvas);
    if (box.empty()) box = {0, 0, 0, 0};
    mask->box = box;
    mask->stride = Padded(box.width());
    mask->alpha.assign(static_cast<size_t>(box.height()) * mask->stride, 1.0f);
    const Through through{box, mask->stride, mask->alpha.data()};
    for (const Dab& dab : dabs_.dabs()) Stamp(dab, through);
    for (float& value : mask->alpha) value = 1 - value;
  }

 private:
  void Record(const Curve& c, const std::optional<float>& before) {
    MyPaintBrush* brush = brush_.get();
    dabs_.Clear();
    mypaint_brush_set_base_value(
        brush, MYPAINT_BRUSH_SETTING_RADIUS_LOGARITHMIC, std::log(c.radius));
    for (int i = 0; i < 2; ++i) {
      mypaint_brush_reset(brush);
      mypaint_brush_new_stroke(brush);
      Event(c.start_y, c.start_x, 0);
    }
    const float start = before.value_or(c.pressure);
    Event(c.start_y, c.start_x, start);
    if (before) Event(c.start_y, c.start_x, start);
    for (int i = 1; i <= substrokes_; ++i) {
      const float t = static_cast<float>(i) / substrokes_, s = 1 - t;
      const float from = s * s, through = 2 * s * t, to = t * t;
      Event(from * c.start_y + through * c.control_y + to * c.end_y,
            from * c.start_x + through * c.control_x + to * c.end_x,
            s * start + t * c.pressure);
    }
  }

  void Event(float y, float x, float pressure) {
    mypaint_brush_stroke_to(brush_.get(), dabs_.get(), x, y, pressure,
                            /*xtilt=*/0, /*ytilt=*/0, kEventSeconds);
  }

  const int substrokes_;
  DabRecorder dabs_;
  const BrushTemplate template_;
  BrushPtr brush_;
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_COVERAGE_H_
