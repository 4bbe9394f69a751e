// Sums of many products, in an order that no compiler changes.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_LANES_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_LANES_H_

#include <cstring>

namespace spiral {

// Numbers that are added up apart from each other.
constexpr int kLanes = 8;
typedef float Lanes __attribute__((vector_size(4 * kLanes)));

// The next multiple of `kLanes`.
inline int Padded(int width) { return (width + kLanes - 1) / kLanes * kLanes; }

inline void Load(const float* from, Lanes* lanes) {
  std::memcpy(lanes, from, sizeof(Lanes));
}

inline double Sum(const Lanes& lanes) {
  double sum = 0;
  for (int i = 0; i < kLanes; ++i) sum += lanes[i];
  return sum;
}

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_LANES_H_
