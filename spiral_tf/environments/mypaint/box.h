// Rectangles of pixels.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_BOX_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_BOX_H_

#include <algorithm>
#include <cstddef>

namespace spiral {

// Rows from `top` on, before `bottom`, and columns likewise.
struct Box {
  int top, left, bottom, right;

  int width() const { return right - left; }
  int height() const { return bottom - top; }
  bool empty() const { return bottom <= top || right <= left; }
  size_t area() const {
    return empty() ? 0 : static_cast<size_t>(width()) * height();
  }

  bool Contains(const Box& other) const {
    return other.top >= top && other.left >= left && other.bottom <= bottom &&
           other.right <= right;
  }

  Box Intersection(const Box& other) const {
    return {std::max(top, other.top), std::max(left, other.left),
            std::min(bottom, other.bottom), std::min(right, other.right)};
  }

  bool Meets(const Box& other) const { return !Intersection(other).empty(); }

  // The smallest box that has both.
  Box Union(const Box& other) const {
    if (empty()) return other;
    if (other.empty()) return *this;
    return {std::min(top, other.top), std::min(left, other.left),
            std::max(bottom, other.bottom), std::max(right, other.right)};
  }

  Box Grown(int margin) const {
    return {top - margin, left - margin, bottom + margin, right + margin};
  }
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_BOX_H_
