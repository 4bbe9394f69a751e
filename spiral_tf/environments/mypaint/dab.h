// The dabs that strokes are made of: recorded, and stamped on one channel.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_DAB_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_DAB_H_

#include <algorithm>
#include <cmath>
#include <vector>

extern "C" {
#include <mypaint-surface.h>
}

#include "box.h"

namespace spiral {

// One dab: an ellipse with an edge that is more or less soft.
struct Dab {
  float x, y;
  float radius;        // Of the longer axis.
  float opaque;        // In the middle.
  float hardness;      // Where, as a share of the squared radius, it gets soft.
  float aspect_ratio;  // At least 1.
  float cosine, sine;  // Of the longer axis' direction.

  // The pixels that it may touch.
  Box Reach() const {
    const float short_axis = radius / aspect_ratio;
    // Small dabs are drawn with soft edges, half a pixel beyond the radius.
    const float edge = radius < 3 ? 1.0f : 0.0f;
    const float reach_x = std::hypot(radius * cosine, short_axis * sine) + edge;
    const float reach_y = std::hypot(radius * sine, short_axis * cosine) + edge;
    return {static_cast<int>(std::floor(y - reach_y)),
            static_cast<int>(std::floor(x - reach_x)),
            static_cast<int>(std::floor(y + reach_y)) + 1,
            static_cast<int>(std::floor(x + reach_x)) + 1};
  }
};

// A surface that keeps the dabs that are to be drawn on it, and is empty.
class DabRecorder {
 public:
  DabRecorder() {
    mypaint_surface_init(&surface_.parent);
    surface_.self = this;
    surface_.parent.draw_dab = Draw;
    surface_.parent.get_color = [](MyPaintSurface*, float, float, float,
                                   float* r, float* g, float* b, float* a) {
      *r = *g = *b = *a = 0;
    };
  }
  DabRecorder(const DabRecorder&) = delete;
  DabRecorder& operator=(const DabRecorder&) = delete;

  MyPaintSurface* get() { return &surface_.parent; }
  const std::vector<Dab>& dabs() const { return dabs_; }
  void Clear() { dabs_.clear(); }

 private:
  // What libmypaint sees; its first member makes it a MyPaintSurface.
  struct Recording {
    MyPaintSurface parent;
    DabRecorder* self;
  };

  static int Draw(MyPaintSurface* surface, float x, float y, float radius,
                  float, float, float, float opaque, float hardness, float,
                  float aspect_ratio, float angle, float, float) {
    opaque = std::clamp(opaque, 0.0f, 1.0f);
    hardness = std::clamp(hardness, 0.0f, 1.0f);
    // libmypaint draws none of these.
    if (radius < 0.1f || hardness == 0 || opaque == 0) return 0;
    const float radians = angle / 360 * 2 * static_cast<float>(M_PI);
    reinterpret_cast<Recording*>(surface)->self->dabs_.push_back(
        {x, y, radius, opaque, hardness, std::max(aspect_ratio, 1.0f),
         std::cos(radians), std::sin(radians)});
    return 1;
  }

  Recording surface_{};
  std::vector<Dab> dabs_;
};

// What shines through dabs, of each pixel in a box.
struct Through {
  Box box;
  int stride;
  float* values;  // Row by row.
};

// The squared distance of pixel (x, y) from the middle of a dab, in squared
// radii; of dabs so small that their edge is within a pixel or two, a mean over
// the pixel, as libmypaint makes it.
class SmallDab {
 public:
  explicit SmallDab(const Dab& dab) : d_(dab) {
    const float start = dab.radius > 1 ? dab.radius - 1 : 0;
    plain_below_ = start * start / dab.aspect_ratio;
  }

  float operator()(int x, int y) const {
    const float right = d_.x - x, bottom = d_.y - y;
    const float left = right - 1, top = bottom - 1;
    const float middle_x = right - 0.5f, middle_y = bottom - 0.5f;
    const float scale = 1 / (d_.radius * d_.radius);
    float near_x = 0, near_y = 0, near = 0;
    if (!(left < 0 && right > 0 && top < 0 && bottom > 0)) {
      const float along = middle_x * d_.cosine + middle_y * d_.sine;
      near_x = std::clamp(d_.cosine * along, left, right);
      near_y = std::clamp(d_.sine * along, top, bottom);
      near = Squared(near_x, near_y) * scale;
    }
    if (near > 1) return near;
    // The radius of a circle as large as a pixel.
    const float unit = 0.56418958f;
    const float beyond = Below(middle_x, middle_y) ? -unit : unit;
    const float far_x = near_x + beyond * d_.sine;
    const float far_y = near_y - beyond * d_.cosine;
    const float far_squared = Squared(far_x, far_y);
    const float far = far_squared * scale;
    if (far_squared < plain_below_) return (far + near) / 2;
    return 1 - (1 - near) / (1 + far - near);
  }

 private:
  // On which side of the axis libmypaint takes a pixel to be.
  bool Below(float x, float y) const {
    return (x - d_.cosine) * d_.sine - d_.cosine * (y + d_.sine) < 0;
  }

  float Squared(float x, float y) const {
    const float across = (y * d_.cosine - x * d_.sine) * d_.aspect_ratio;
    const float along = y * d_.sine + x * d_.cosine;
    return across * across + along * along;
  }

  const Dab& d_;
  float plain_below_;
};

// Multiplies what shines through by what a dab lets through.
inline void Stamp(const Dab& dab, const Through& through) {
  const Box box = dab.Reach().Intersection(through.box);
  if (box.empty()) return;
  // Opacity falls linearly with the squared distance, in two pieces.
  const float h = dab.hardness;
  const float slope1 = -(1 / h - 1);
  const float slope2 = h < 1 ? -h / (1 - h) : 0;
  const float offset2 = h < 1 ? h / (1 - h) : 1;
  const auto convex = [=](float rr) {
    return std::max(std::max(1 + rr * slope1, offset2 + rr * slope2), 0.0f);
  };
  const auto concave = [=](float rr) {
    return std::max(std::min(1 + rr * slope1, offset2 + rr * slope2), 0.0f);
  };
  const auto opacity = [=](float rr) {
    if (h == 1) return 1.0f;
    return h < 0.5f ? convex(rr) : concave(rr);
  };
  const auto squared = [](float a, float b, float c, float d, float dx) {
    const float u = a * dx + b, v = c * dx + d;
    return u * u + v * v;
  };
  const SmallDab small(dab);
  const float scale = 1 / dab.radius;
  for (int y = box.top; y < box.bottom; ++y) {
    float* row = through.values +
                 static_cast<size_t>(y - through.box.top) * through.stride -
                 through.box.left;
    if (dab.radius < 3) {
      for (int x = box.left; x < box.right; ++x) {
        const float rr = small(x, y);
        if (rr <= 1) row[x] *= 1 - dab.opaque * opacity(rr);
      }
      continue;
    }
    const float dy = y + 0.5f - dab.y;
    // (a x + b)^2 + (c x + d)^2, with x counted from the middle of the dab.
    const float a = -dab.sine * dab.aspect_ratio * scale;
    const float b = dy * dab.cosine * dab.aspect_ratio * scale;
    const float c = dab.cosine * scale, d = dy * dab.sine * scale;
    // Columns where that is at most 1.
    const float aa = a * a + c * c, ab = a * b + c * d, bb = b * b + d * d - 1;
    const float root = ab * ab - aa * bb;
    if (root < 0) continue;
    const float reach = std::sqrt(root) / aa, middle = dab.x - ab / aa - 0.5f;
    const int first = std::max(box.left, static_cast<int>(std::ceil(middle - reach)));
    const int last = std::min(box.right - 1, static_cast<int>(std::floor(middle + reach)));
    const float from = 0.5f - dab.x;
    if (h == 1) {
      for (int x = first; x <= last; ++x) row[x] *= 1 - dab.opaque;
      continue;
    }
    // Each apart, so that the compiler makes plain loops of both.
    if (h < 0.5f) {
      for (int x = first; x <= last; ++x) {
        row[x] *= 1 - dab.opaque * convex(squared(a, b, c, d, x + from));
      }
    } else {
      for (int x = first; x <= last; ++x) {
        row[x] *= 1 - dab.opaque * concave(squared(a, b, c, d, x + from));
      }
    }
  }
}

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_DAB_H_
