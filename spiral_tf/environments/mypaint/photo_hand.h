// What one thread paints photographs with.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_PHOTO_HAND_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_PHOTO_HAND_H_

#include <algorithm>
#include <limits>
#include <string>

#include "coverage.h"
#include "region.h"

namespace spiral {

class PhotoHand {
 public:
  PhotoHand(const std::string& brush, int substrokes)
      : coverage(brush, substrokes) {}

  // Gives a stroke the best colour of those that the photograph has beneath it;
  // returns what it then does to the error.
  double Colored(const Images& images, Layer* layer) const {
    if (layer->mask.box.empty()) return 0;
    double error = std::numeric_limits<double>::infinity();
    Improve(images, layer, &error);
    return error;
  }

  // The same if that makes the error less than it is; returns whether it does.
  bool Improve(const Images& images, Layer* layer, double* error) const {
    const Quadratic change = region.Change(layer->mask);
    // What any colour could do, as looking beneath takes time.
    if (change.At(change.Best({0, 0, 0}, {1, 1, 1})) >= *error) return false;
    Rgb low, high;
    Beneath(images, layer->mask, &low, &high);
    layer->color = change.Best(low, high);
    const double now = change.At(layer->color);
    if (now >= *error) return false;
    *error = now;
    return true;
  }

  Coverage coverage;
  Region region;  // Where it works at present.
  Mask mask;

 private:
  // The least and the most of each colour where a stroke covers at least half of
  // what it covers most. Beyond, strokes of which little is seen would be garish
  // at any other size.
  static void Beneath(const Images& images, const Mask& mask, Rgb* low,
                      Rgb* high) {
    const float half =
        *std::max_element(mask.alpha.begin(), mask.alpha.end()) / 2;
    *low = {1, 1, 1};
    *high = {0, 0, 0};
    for (int y = mask.box.top; y < mask.box.bottom; ++y) {
      const float* a = mask.Row(y);
      const float* target = &images.target[3 * images.At(y, mask.box.left)];
      for (int x = 0; x < mask.box.width(); ++x, target += 3) {
        if (a[x] < half) continue;
        for (int c = 0; c < 3; ++c) {
          (*low)[c] = std::min((*low)[c], target[c]);
          (*high)[c] = std::max((*high)[c], target[c]);
        }
      }
    }
  }
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_PHOTO_HAND_H_
