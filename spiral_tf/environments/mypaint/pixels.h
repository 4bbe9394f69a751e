// The pixels of a surface as bytes, converted again only where it changed.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_PIXELS_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_PIXELS_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "surface.h"

namespace spiral {

// A 15-bit fixed-point number, at most 1, as a byte, rounded to nearest, halves
// up.
inline uint8_t ToByte(uint32_t value) {
  return static_cast<uint8_t>((value * 255 + kOne / 2) / kOne);
}

// A colour multiplied by `alpha`, as the byte of the colour itself, rounded to
// nearest, halves up; 0 where there is no colour (`alpha` is 0).
inline uint8_t Unpremultiply(uint32_t value, uint32_t alpha) {
  if (alpha == 0) return 0;
  return static_cast<uint8_t>(
      std::min<uint32_t>((value * 255 + alpha / 2) / alpha, 255));
}

// Whether no pixel of the row lets anything through.
inline bool IsOpaque(const uint16_t* rgba, int columns) {
  uint16_t all = kOne;
  for (int i = 0; i < columns; ++i) all &= rgba[4 * i + 3];
  return all == kOne;
}

// A row as bytes: red, green, blue (not multiplied by alpha) and alpha.
inline void RowToRgba(const uint16_t* __restrict rgba, int columns,
                      uint8_t* __restrict out) {
  if (IsOpaque(rgba, columns)) {  // Nearly always; the compiler likes it.
    for (int i = 0; i < 4 * columns; ++i) out[i] = ToByte(rgba[i]);
    return;
  }
  for (int i = 0; i < 4 * columns; i += 4) {
    const uint32_t alpha = rgba[i + 3];
    for (int c = 0; c < 3; ++c) out[i + c] = Unpremultiply(rgba[i + c], alpha);
    out[i + 3] = ToByte(alpha);
  }
}

// A row as bytes: red, green, blue on paper, and 255.
inline void RowOnPaper(const Paper& paper, const uint16_t* __restrict rgba,
                       int columns, uint8_t* __restrict out) {
  if (IsOpaque(rgba, columns)) {
    for (int i = 0; i < 4 * columns; ++i) out[i] = ToByte(rgba[i]);
    return;
  }
  for (int i = 0; i < 4 * columns; i += 4) {
    const uint32_t through = kOne - rgba[i + 3];
    for (int c = 0; c < 3; ++c) {
      const uint32_t light = through * paper.rgb[c] / kOne;
      out[i + c] = ToByte(std::min(rgba[i + c] + light, kOne));
    }
    out[i + 3] = 255;
  }
}

// The luma (ITU-R BT.601) of a colour, 256 times as large. The weights sum to
// 256, so equal channels become the byte they would.
inline uint32_t Luma(const uint16_t* rgb) {
  return 77 * rgb[0] + 150 * rgb[1] + 29 * rgb[2];
}

// A row as bytes: the luma on paper.
inline void RowToLuma(const Paper& paper, const uint16_t* __restrict rgba,
                      int columns, uint8_t* __restrict out) {
  const bool white = paper.white();
  const uint64_t paper_luma = Luma(paper.rgb);
  for (int i = 0; i < columns; ++i) {
    const uint16_t* p = rgba + 4 * i;
    const uint32_t through = kOne - p[3];
    // White apart, as the usual one: it needs no 64 bits, so it is faster.
    const uint32_t light =
        white ? 256 * through
              : static_cast<uint32_t>(through * paper_luma / kOne);
    const uint32_t on_paper = std::min(Luma(p) + light, 256 * kOne);
    out[i] = static_cast<uint8_t>((on_paper * 255 + 128 * kOne) / (256 * kOne));
  }
}

// Sum of the squared differences of bytes.
inline int64_t SquaredError(const uint8_t* a, const uint8_t* b, size_t size) {
  constexpr size_t kPart = 1 << 14;  // Whose sum is below 2^31.
  int64_t sum = 0;
  for (size_t begin = 0; begin < size; begin += kPart) {
    const size_t end = std::min(begin + kPart, size);
    int32_t part = 0;
    for (size_t i = begin; i < end; ++i) {
      const int difference = a[i] - b[i];
      part += difference * difference;
    }
    sum += part;
  }
  return sum;
}

// * 4 channels: red, green, blue (not multiplied by alpha) and alpha.
// * 3 channels: the colour on the paper, or, if the background is transparent,
//   not multiplied by alpha.
// * 1 channel: the luma on the paper, or, if the background is transparent,
//   alpha: how much ink there is.
class Pixels {
 public:
  // Each call must be with the same surface, of this width and height.
  Pixels(int width, int height) : width_(width), height_(height) {}

  // Says that rows from `first` on, before `end`, may have changed.
  void Changed(int first, int end) {
    first_ = std::max(std::min(first_, first), 0);
    end_ = std::min(std::max(end_, end), height_);
  }

  // The bytes, `channels` a pixel, row by row.
  const std::vector<uint8_t>& Bytes(const Surface& surface, int channels) {
    const size_t row_bytes = static_cast<size_t>(width_) * channels;
    if (channels != channels_) {
      channels_ = channels;
      bytes_.resize(height_ * row_bytes);
      Changed(0, height_);
    }
    for (int y = first_; y < end_; ++y) {
      uint8_t* row = bytes_.data() + y * row_bytes;
      const auto convert = [&](const uint16_t* rgba, int columns, int x) {
        Convert(surface.paper(), rgba, columns, row + x * channels);
      };
      surface.ForEachTileOfRow(y, convert);
    }
    first_ = height_;
    end_ = 0;
    return bytes_;
  }

 private:
  void Convert(const Paper& paper, const uint16_t* __restrict rgba,
               int columns, uint8_t* __restrict out) const {
    if (channels_ == 4) {
      RowToRgba(rgba, columns, out);
    } else if (channels_ == 3) {
      uint8_t row[4 * kTileWidth];
      if (paper.opaque) {
        RowOnPaper(paper, rgba, columns, row);
      } else {
        RowToRgba(rgba, columns, row);
      }
      for (int i = 0; i < columns; ++i) {
        for (int c = 0; c < 3; ++c) out[3 * i + c] = row[4 * i + c];
      }
    } else if (paper.opaque) {
      RowToLuma(paper, rgba, columns, out);
    } else {
      for (int i = 0; i < columns; ++i) out[i] = ToByte(rgba[4 * i + 3]);
    }
  }

  const int width_;
  const int height_;
  int channels_ = 0;
  std::vector<uint8_t> bytes_;
  int first_ = 0;  // Rows that may have changed: from this one on,
  int end_ = 0;    // before this one.
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_PIXELS_H_
