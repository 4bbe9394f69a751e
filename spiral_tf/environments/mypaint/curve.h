// Strokes as search sees them, and how they are varied.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_CURVE_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_CURVE_H_

#include <algorithm>
#include <cmath>

#include "actions.h"
#include "box.h"

namespace spiral {

// A quadratic Bezier curve of a brush; lengths are in pixels.
struct Curve {
  float start_y, start_x, control_y, control_x, end_y, end_x;
  float radius;
  float pressure;  // The same all along.
};

// What strokes may be.
struct CurveBounds {
  float min_radius, max_radius;  // Pixels.
  float min_pressure;            // Up to 1.
};

// Varies strokes.
class CurveVariation {
 public:
  CurveVariation(const CurveBounds& bounds, const Box& canvas)
      : bounds_(bounds), canvas_(canvas) {}

  // A stroke that is near to another: `step` is how near, in radii.
  Curve operator()(const Curve& curve, float step, Random* random) const {
    Curve c = curve;
    const float pixels = step * std::max(curve.radius, 1.5f);
    switch (random->Below(bounds_.min_pressure < 1 ? 7 : 6)) {
      case 0: Shift(&c.start_y, &c.start_x, pixels, random); break;
      case 1: Shift(&c.control_y, &c.control_x, pixels, random); break;
      case 2: Shift(&c.end_y, &c.end_x, pixels, random); break;
      case 3: {
        const float dy = pixels * Normal(random), dx = pixels * Normal(random);
        c.start_y += dy, c.control_y += dy, c.end_y += dy;
        c.start_x += dx, c.control_x += dx, c.end_x += dx;
        break;
      }
      case 4: c.radius *= std::exp(0.4f * step * Normal(random)); break;
      case 5: Turn(&c, 0.4f * step, random); break;
      default: c.pressure += 0.3f * step * Normal(random); break;
    }
    c.radius = std::clamp(c.radius, bounds_.min_radius, bounds_.max_radius);
    c.pressure = std::clamp(c.pressure, bounds_.min_pressure, 1.0f);
    Keep(&c.start_y, &c.start_x);
    Keep(&c.control_y, &c.control_x);
    Keep(&c.end_y, &c.end_x);
    return c;
  }

 private:
  // Normally distributed, nearly; the library's need not be the same everywhere.
  static float Normal(Random* random) {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += random->Share();
    return static_cast<float>(sum);
  }

  static void Shift(float* y, float* x, float pixels, Random* random) {
    *y += pixels * Normal(random);
    *x += pixels * Normal(random);
  }

  // Turns and stretches a stroke about its middle.
  static void Turn(Curve* c, float step, Random* random) {
    const float stretch = std::exp(step * Normal(random));
    const float angle = step * Normal(random);
    const float cosine = stretch * std::cos(angle);
    const float sine = stretch * std::sin(angle);
    const float y = (c->start_y + c->control_y + c->end_y) / 3;
    const float x = (c->start_x + c->control_x + c->end_x) / 3;
    const auto turn = [&](float* py, float* px) {
      const float dy = *py - y, dx = *px - x;
      *py = y + cosine * dy + sine * dx;
      *px = x + cosine * dx - sine * dy;
    };
    turn(&c->start_y, &c->start_x);
    turn(&c->control_y, &c->control_x);
    turn(&c->end_y, &c->end_x);
  }

  // Leaves no point far from the canvas.
  void Keep(float* y, float* x) const {
    *y = std::clamp<float>(*y, -0.5f * canvas_.bottom, 1.5f * canvas_.bottom);
    *x = std::clamp<float>(*x, -0.5f * canvas_.right, 1.5f * canvas_.right);
  }

  const CurveBounds bounds_;
  const Box canvas_;
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_CURVE_H_
