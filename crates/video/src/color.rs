//! Between luma and chroma planes and RGB.
//!
//! In: 8-bit 4:2:0 planes and how their samples are coded. Out: RGB bytes, and back.
//!
//! The arithmetic is that of `ffmpeg -pix_fmt rgb24` with its default scaler flags on x86, bit for bit, because data sets
//! and other programs see videos through it: each chroma sample colours its 2×2 pixels unchanged (nearest), and every
//! product is rounded down. Against exact arithmetic colours are up to 3 levels (1 on average) too dark. Where a stream
//! does not say which matrix it uses, BT.601 in limited range is taken, also as `ffmpeg` does.

use tubelet_geometry::FrameSize;

use crate::frame::Planes;

/// Weights that make luma from red, green and blue (ITU-T H.273, matrix coefficients).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorMatrix {
    /// BT.601, standard definition, and the choice where nothing is said.
    #[default]
    Bt601,
    /// BT.709, high definition.
    Bt709,
    /// BT.2020 with non-constant luminance.
    Bt2020,
    /// SMPTE 240M.
    Smpte240,
    /// FCC Title 47.
    Fcc,
}

impl ColorMatrix {
    /// The matrix with a code point of H.273; unknown ones are BT.601.
    pub fn from_code_point(code: u8) -> Self {
        match code {
            1 => Self::Bt709,
            4 => Self::Fcc,
            7 => Self::Smpte240,
            9 | 10 => Self::Bt2020,
            _ => Self::Bt601,
        }
    }

    /// Shares of red and blue in luma.
    fn red_and_blue(self) -> (f64, f64) {
        match self {
            Self::Bt601 => (0.299, 0.114),
            Self::Bt709 => (0.2126, 0.0722),
            Self::Bt2020 => (0.2627, 0.0593),
            Self::Smpte240 => (0.212, 0.087),
            Self::Fcc => (0.30, 0.11),
        }
    }
}

/// How the samples of the planes map to RGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ColorSpace {
    /// Weights of red, green and blue.
    pub matrix: ColorMatrix,
    /// Whether luma spans 0 to 255; else 16 to 235, and chroma 16 to 240.
    pub full_range: bool,
}

/// Samples times 2³ and coefficients times 2¹³ give products whose upper 16 bits are whole levels.
const SAMPLE_SHIFT: u32 = 3;
const COEFFICIENT_ONE: f64 = 8192.0;
/// Pixels converted together; the inner loops have this length so that they become vector instructions.
const BLOCK: usize = 32;

/// Coefficients from planes to RGB, with 13 fraction bits.
struct ToRgb {
    luma_zero: i16,
    luma: i16,
    red_from_red: i16,
    green_from_blue: i16,
    green_from_red: i16,
    blue_from_blue: i16,
}

impl ToRgb {
    fn new(color: ColorSpace) -> Self {
        let (red, blue) = color.matrix.red_and_blue();
        let green = 1.0 - red - blue;
        let (luma_zero, luma_gain, chroma_gain) = if color.full_range {
            (0, 1.0, 1.0)
        } else {
            (16, 255.0 / 219.0, 255.0 / 224.0)
        };
        let fixed = |value: f64| (value * COEFFICIENT_ONE).round() as i16;
        Self {
            luma_zero,
            luma: fixed(luma_gain),
            red_from_red: fixed(2.0 * (1.0 - red) * chroma_gain),
            green_from_blue: fixed(-2.0 * blue * (1.0 - blue) / green * chroma_gain),
            green_from_red: fixed(-2.0 * red * (1.0 - red) / green * chroma_gain),
            blue_from_blue: fixed(2.0 * (1.0 - blue) * chroma_gain),
        }
    }

    /// Converts up to [`BLOCK`] pixels of a row.
    #[inline]
    fn block(
        &self,
        luma: &[u8; BLOCK],
        blue: &[u8; BLOCK / 2],
        red: &[u8; BLOCK / 2],
    ) -> [u8; 3 * BLOCK] {
        let mut to_red = [0i16; BLOCK];
        let mut to_green = [0i16; BLOCK];
        let mut to_blue = [0i16; BLOCK];
        for pair in 0..BLOCK / 2 {
            let blue_sample = (i16::from(blue[pair]) - 128) << SAMPLE_SHIFT;
            let red_sample = (i16::from(red[pair]) - 128) << SAMPLE_SHIFT;
            let red_part = high_product(red_sample, self.red_from_red);
            let green_part = high_product(blue_sample, self.green_from_blue)
                + high_product(red_sample, self.green_from_red);
            let blue_part = high_product(blue_sample, self.blue_from_blue);
            for pixel in [2 * pair, 2 * pair + 1] {
                to_red[pixel] = red_part;
                to_green[pixel] = green_part;
                to_blue[pixel] = blue_part;
            }
        }
        let mut pixels = [0; 3 * BLOCK];
        for (pixel, rgb) in pixels.chunks_exact_mut(3).enumerate() {
            let brightness = high_product(
                (i16::from(luma[pixel]) - self.luma_zero) << SAMPLE_SHIFT,
                self.luma,
            );
            rgb[0] = to_byte(brightness + to_red[pixel]);
            rgb[1] = to_byte(brightness + to_green[pixel]);
            rgb[2] = to_byte(brightness + to_blue[pixel]);
        }
        pixels
    }

    fn row(&self, luma: &[u8], blue: &[u8], red: &[u8], pixels: &mut [u8]) {
        let mut luma_block = [0; BLOCK];
        let mut blue_block = [0; BLOCK / 2];
        let mut red_block = [0; BLOCK / 2];
        let chroma = blue.chunks(BLOCK / 2).zip(red.chunks(BLOCK / 2));
        for ((luma, (blue, red)), out) in luma
            .chunks(BLOCK)
            .zip(chroma)
            .zip(pixels.chunks_mut(3 * BLOCK))
        {
            luma_block[..luma.len()].copy_from_slice(luma);
            blue_block[..blue.len()].copy_from_slice(blue);
            red_block[..red.len()].copy_from_slice(red);
            out.copy_from_slice(&self.block(&luma_block, &blue_block, &red_block)[..out.len()]);
        }
    }
}

/// The upper half of the 32-bit product.
#[inline]
fn high_product(left: i16, right: i16) -> i16 {
    ((i32::from(left) * i32::from(right)) >> 16) as i16
}

#[inline]
fn to_byte(value: i16) -> u8 {
    value.clamp(0, 255) as u8
}

/// RGB pixels of a frame, row after row.
pub(crate) fn rgb_from_planes(planes: &Planes) -> Vec<u8> {
    let (width, chroma_width) = (planes.size.width.max(1), planes.chroma_size().width.max(1));
    let mut pixels = vec![0; planes.size.pixel_count() * 3];
    let convert = ToRgb::new(planes.color);
    let chroma = planes
        .blue
        .chunks_exact(chroma_width)
        .zip(planes.red.chunks_exact(chroma_width));
    let row_pairs = planes
        .luma
        .chunks(2 * width)
        .zip(pixels.chunks_mut(6 * width));
    for ((luma, out), (blue, red)) in row_pairs.zip(chroma) {
        for (luma, out) in luma
            .chunks_exact(width)
            .zip(out.chunks_exact_mut(3 * width))
        {
            convert.row(luma, blue, red, out);
        }
    }
    pixels
}

/// Planes of an RGB picture whose width and height are even, in limited range; each chroma sample is the mean of its
/// 2×2 pixels.
///
/// `planes` is written in place, so that a writer needs one buffer for a whole video.
pub(crate) fn planes_from_rgb(pixels: &[u8], planes: &mut Planes) {
    let (red, blue) = planes.color.matrix.red_and_blue();
    let green = 1.0 - red - blue;
    let fixed = |value: f64| (value * 65536.0).round() as i32;
    let luma_weights = [red, green, blue].map(|share| fixed(share * 219.0 / 255.0));
    let blue_weights = [-red, -green, 1.0 - blue]
        .map(|part| fixed(part / (2.0 * (1.0 - blue)) * 224.0 / 255.0 / 4.0));
    let red_weights = [1.0 - red, -green, -blue]
        .map(|part| fixed(part / (2.0 * (1.0 - red)) * 224.0 / 255.0 / 4.0));
    let FrameSize { width, .. } = planes.size;
    let chroma_rows = planes
        .blue
        .chunks_exact_mut(width / 2)
        .zip(planes.red.chunks_exact_mut(width / 2));
    let luma_rows = planes.luma.chunks_exact_mut(2 * width);
    for ((pixels, luma), (blue, red)) in pixels
        .chunks_exact(6 * width)
        .zip(luma_rows)
        .zip(chroma_rows)
    {
        for (rgb, sample) in pixels.chunks_exact(3).zip(luma.iter_mut()) {
            *sample = rounded(
                weigh(luma_weights, [rgb[0], rgb[1], rgb[2]].map(i32::from)),
                16,
            );
        }
        let (upper, lower) = pixels.split_at(3 * width);
        let squares = upper.chunks_exact(6).zip(lower.chunks_exact(6));
        for ((upper, lower), (blue, red)) in squares.zip(blue.iter_mut().zip(red.iter_mut())) {
            let sum = |channel: usize| {
                i32::from(upper[channel])
                    + i32::from(upper[channel + 3])
                    + i32::from(lower[channel])
                    + i32::from(lower[channel + 3])
            };
            let sums = [sum(0), sum(1), sum(2)];
            *blue = rounded(weigh(blue_weights, sums), 128);
            *red = rounded(weigh(red_weights, sums), 128);
        }
    }
}

#[inline]
fn weigh(weights: [i32; 3], values: [i32; 3]) -> i32 {
    weights[0] * values[0] + weights[1] * values[1] + weights[2] * values[2]
}

/// A value with 16 fraction bits plus an offset, to the nearest byte.
#[inline]
fn rounded(value: i32, offset: i32) -> u8 {
    ((value + (offset << 16) + (1 << 15)) >> 16) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    const MATRICES: [ColorMatrix; 5] = [
        ColorMatrix::Bt601,
        ColorMatrix::Bt709,
        ColorMatrix::Bt2020,
        ColorMatrix::Smpte240,
        ColorMatrix::Fcc,
    ];

    fn exact(color: ColorSpace, sample: [u8; 3]) -> [f64; 3] {
        let (red, blue) = color.matrix.red_and_blue();
        let [luma, cb, cr] = sample.map(f64::from);
        let (y, cb, cr) = if color.full_range {
            (luma, cb - 128.0, cr - 128.0)
        } else {
            (
                (luma - 16.0) * 255.0 / 219.0,
                (cb - 128.0) * 255.0 / 224.0,
                (cr - 128.0) * 255.0 / 224.0,
            )
        };
        let (r, b) = (y + 2.0 * (1.0 - red) * cr, y + 2.0 * (1.0 - blue) * cb);
        let g = y
            - (2.0 * red * (1.0 - red) * cr + 2.0 * blue * (1.0 - blue) * cb) / (1.0 - red - blue);
        [r, g, b].map(|value| value.clamp(0.0, 255.0))
    }

    #[test]
    fn conversion_rounds_each_product_down() {
        let levels: Vec<u8> = (0..=255).step_by(5).collect();
        for matrix in MATRICES {
            for full_range in [false, true] {
                let color = ColorSpace { matrix, full_range };
                for &blue in &levels {
                    for &red in &levels {
                        let planes = Planes {
                            size: FrameSize::new(levels.len(), 1),
                            luma: levels.clone(),
                            blue: vec![blue; levels.len().div_ceil(2)],
                            red: vec![red; levels.len().div_ceil(2)],
                            color,
                        };
                        for (rgb, &luma) in rgb_from_planes(&planes).chunks_exact(3).zip(&levels) {
                            for (&found, expected) in
                                rgb.iter().zip(exact(color, [luma, blue, red]))
                            {
                                let dark_by = expected - f64::from(found);
                                assert!(
                                    (-0.1..3.1).contains(&dark_by),
                                    "{color:?} {luma} {blue} {red}"
                                );
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn grey_survives_the_way_to_planes_and_back() {
        for matrix in MATRICES {
            let size = FrameSize::new(2, 2);
            let color = ColorSpace {
                matrix,
                full_range: false,
            };
            for level in 0..=255u8 {
                let mut planes = Planes {
                    size,
                    luma: vec![0; 4],
                    blue: vec![0],
                    red: vec![0],
                    color,
                };
                planes_from_rgb(&[level; 12], &mut planes);
                assert_eq!((planes.blue[0], planes.red[0]), (128, 128));
                assert!(
                    rgb_from_planes(&planes)
                        .iter()
                        .all(|&value| value.abs_diff(level) <= 1)
                );
            }
        }
    }

    #[test]
    fn odd_sizes_keep_their_last_column_and_row() {
        let planes = Planes {
            size: FrameSize::new(3, 3),
            luma: vec![235; 9],
            blue: vec![128; 4],
            red: vec![128; 4],
            color: ColorSpace::default(),
        };
        assert_eq!(rgb_from_planes(&planes), [255; 27]);
    }
}
