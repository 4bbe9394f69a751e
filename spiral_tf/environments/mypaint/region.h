// A part of a painting as one stroke sees it: what is below, what is above.
//
// With B below, and above it what lets through T and shines with S, a stroke of
// coverage a and colour c leaves T (B (1 - a) + a c) + S. Its squared distance
// from the target is quadratic in c, and its coefficients are sums over pixels
// of a and a^2 times numbers that do not depend on the stroke. Those are kept
// here, so that a variation of the stroke costs little more than its coverage.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_REGION_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_REGION_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "box.h"
#include "coverage.h"
#include "curve.h"
#include "lanes.h"

namespace spiral {

using Rgb = std::array<float, 3>;

// A stroke of a painting.
struct Layer {
  Curve curve;
  Rgb color;
  Mask mask;
  float step;  // How far variations go at present, in radii.
};

// A picture of three channels and what it is compared with, row by row.
struct Images {
  Box box;  // Of all pixels.
  std::vector<float> target;   // [H, W, 3]
  std::vector<float> weights;  // [H, W]
  std::vector<float> picture;  // [H, W, 3], as it is at present.

  size_t At(int y, int x) const {
    return static_cast<size_t>(y) * box.width() + x;
  }
};

// What a stroke would change of the weighted squared error, by its colour.
struct Quadratic {
  double constant = 0;
  std::array<double, 3> linear{};
  double square = 0;

  double At(const Rgb& color) const {
    double sum = constant;
    for (int c = 0; c < 3; ++c) {
      sum += (square * color[c] - 2 * linear[c]) * color[c];
    }
    return sum;
  }

  // The colour with the least error, between bounds.
  Rgb Best(const Rgb& low, const Rgb& high) const {
    Rgb color{};
    for (int c = 0; c < 3; ++c) {
      const double free = square > 0 ? linear[c] / square : 0;
      color[c] = std::clamp(static_cast<float>(free), low[c], high[c]);
    }
    return color;
  }
};

class Region {
 public:
  const Box& box() const { return box_; }

  // Looks at a box of a painting as layer number `place` sees it; a number of
  // as many as there are for one on top of all.
  void Look(const Box& box, const Images& images,
            const std::vector<Layer>& layers, size_t place, const Rgb& paper) {
    box_ = box;
    stride_ = Padded(box.width()) + kLanes;
    size_ = static_cast<size_t>(box.height()) * stride_;
    planes_.assign(kPlanes * size_, 0.0f);
    below_.assign(4 * size_, 0.0f);
    above_.assign(4 * size_, 0.0f);
    Compose(images, layers, place, paper);
    Prepare(images);
  }

  // What a stroke does to the error of a picture without it.
  Quadratic Change(const Mask& mask) const {
    Lanes sums[8] = {};
    for (int y = mask.box.top; y < mask.box.bottom; ++y) {
      const float* a = mask.Row(y);
      const float* plane[kPlanes];
      for (int p = 0; p < kPlanes; ++p) {
        plane[p] = Row(planes_, p, y) + (mask.box.left - box_.left);
      }
      for (int x = 0; x < mask.stride; x += kLanes) {
        Lanes alpha, v[kPlanes];
        Load(a + x, &alpha);
        for (int p = 0; p < kPlanes; ++p) Load(plane[p] + x, &v[p]);
        const Lanes squared = alpha * alpha;
        sums[0] += squared * v[kSquare];
        sums[1] += alpha * v[kConstant] + squared * v[kConstant2];
        for (int c = 0; c < 3; ++c) {
          sums[2 + c] += alpha * v[kLinear + c] + squared * v[kLinear2 + c];
        }
      }
    }
    return {Sum(sums[1]), {Sum(sums[2]), Sum(sums[3]), Sum(sums[4])}, Sum(sums[0])};
  }

  // Writes the picture as it is with a stroke.
  void Write(const Mask& mask, const Rgb& color, Images* images) const {
    for (int y = box_.top; y < box_.bottom; ++y) {
      for (int x = box_.left; x < box_.right; ++x) {
        const bool inside = y >= mask.box.top && y < mask.box.bottom &&
                            x >= mask.box.left && x < mask.box.right;
        const float a = inside ? mask.Row(y)[x - mask.box.left] : 0.0f;
        float* out = &images->picture[3 * images->At(y, x)];
        const size_t i = Offset(y, x);
        const float through = 1 - above_[3 * size_ + i];
        for (int c = 0; c < 3; ++c) {
          const float below = below_[c * size_ + i];
          out[c] = through * (below + a * (color[c] - below)) + above_[c * size_ + i];
        }
      }
    }
  }

 private:
  enum Plane {
    kSquare,
    kConstant,
    kConstant2,
    kLinear,
    kLinear2 = kLinear + 3,
    kPlanes = kLinear2 + 3
  };

  size_t Offset(int y, int x) const {
    return static_cast<size_t>(y - box_.top) * stride_ + (x - box_.left);
  }

  const float* Row(const std::vector<float>& planes, int plane, int y) const {
    return planes.data() + plane * size_ +
           static_cast<size_t>(y - box_.top) * stride_;
  }

  // Three planes of colour and one of what does not shine through.
  void Compose(const Images& images, const std::vector<Layer>& layers,
               size_t place, const Rgb& paper) {
    if (place == layers.size()) {
      for (int y = box_.top; y < box_.bottom; ++y) {
        for (int x = box_.left; x < box_.right; ++x) {
          const float* picture = &images.picture[3 * images.At(y, x)];
          for (int c = 0; c < 3; ++c) below_[c * size_ + Offset(y, x)] = picture[c];
        }
      }
      return;
    }
    for (int c = 0; c < 3; ++c) {
      std::fill_n(below_.begin() + c * size_, size_, paper[c]);
    }
    for (size_t i = 0; i < layers.size(); ++i) {
      if (i != place) Lay(layers[i], i < place ? &below_ : &above_);
    }
  }

  void Lay(const Layer& layer, std::vector<float>* planes) const {
    const Box box = layer.mask.box.Intersection(box_);
    if (box.empty()) return;
    const float values[4] = {layer.color[0], layer.color[1], layer.color[2], 1};
    for (int y = box.top; y < box.bottom; ++y) {
      const float* a = layer.mask.Row(y) + (box.left - layer.mask.box.left);
      for (int p = 0; p < 4; ++p) {
        float* out = planes->data() + p * size_ + Offset(y, box.left);
        const float value = values[p];
        for (int x = 0; x < box.width(); ++x) out[x] += a[x] * (value - out[x]);
      }
    }
  }

  void Prepare(const Images& images) {
    for (int y = box_.top; y < box_.bottom; ++y) {
      for (int x = box_.left; x < box_.right; ++x) {
        const size_t i = Offset(y, x);
        const float* target = &images.target[3 * images.At(y, x)];
        const float weight = images.weights[images.At(y, x)];
        const float through = 1 - above_[3 * size_ + i];
        const float seen = weight * through;
        planes_[kSquare * size_ + i] = seen * through;
        float constant = 0, constant2 = 0;
        for (int c = 0; c < 3; ++c) {
          const float covered = through * below_[c * size_ + i];
          const float missing = target[c] - above_[c * size_ + i] - covered;
          planes_[(kLinear + c) * size_ + i] = seen * missing;
          planes_[(kLinear2 + c) * size_ + i] = seen * covered;
          constant += 2 * missing * covered;
          constant2 += covered * covered;
        }
        planes_[kConstant * size_ + i] = weight * constant;
        planes_[kConstant2 * size_ + i] = weight * constant2;
      }
    }
  }

  Box box_{0, 0, 0, 0};
  int stride_ = 0;
  size_t size_ = 0;
  std::vector<float> planes_, below_, above_;
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_REGION_H_
