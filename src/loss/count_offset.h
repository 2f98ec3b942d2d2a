#pragma once

namespace pixelsail {

/// The published code adds it to every count of masks, images or points that it divides by.
inline constexpr double kCountOffset = 1e-4;

}  // namespace pixelsail
