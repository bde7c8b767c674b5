//! Colours as they occur outdoors and indoors, and small palettes of them.
//!
//! In: random choices. Out: sRGB triples in `0..=255`. Knows nothing of textures.

use super::dice::Dice;

/// Red, green and blue in `0..=255`.
pub(crate) type Colour = [f32; 3];

/// Where a family of materials lies: hue in degrees, its spread, ranges of saturation and value, frequency.
struct Family {
    hue: f32,
    spread: f32,
    saturation: [f32; 2],
    value: [f32; 2],
    weight: f32,
}

const fn family(
    hue: f32,
    spread: f32,
    saturation: [f32; 2],
    value: [f32; 2],
    weight: f32,
) -> Family {
    Family {
        hue,
        spread,
        saturation,
        value,
        weight,
    }
}

/// Materials seen in ordinary video, roughly by how much of a frame they cover.
const FAMILIES: [Family; 14] = [
    family(85.0, 22.0, [0.25, 0.75], [0.12, 0.6], 2.0), // leaves and grass
    family(55.0, 15.0, [0.2, 0.5], [0.35, 0.8], 1.0),   // dry grass, straw
    family(28.0, 12.0, [0.2, 0.65], [0.12, 0.55], 1.6), // soil, wood, fur
    family(38.0, 12.0, [0.1, 0.4], [0.5, 0.95], 1.2),   // sand, stone, plaster
    family(220.0, 25.0, [0.0, 0.12], [0.2, 0.7], 2.0),  // asphalt, concrete, metal
    family(210.0, 15.0, [0.1, 0.55], [0.5, 1.0], 1.2),  // sky
    family(200.0, 35.0, [0.15, 0.6], [0.12, 0.5], 0.9), // water, shade, denim
    family(22.0, 10.0, [0.25, 0.55], [0.45, 0.95], 0.8), // skin
    family(12.0, 12.0, [0.35, 0.75], [0.3, 0.7], 0.7),  // brick, rust
    family(0.0, 180.0, [0.0, 0.08], [0.85, 1.0], 1.0),  // white
    family(0.0, 180.0, [0.0, 0.25], [0.03, 0.15], 1.2), // black
    family(0.0, 180.0, [0.6, 1.0], [0.45, 1.0], 1.1),   // paint, clothes, signs
    family(0.0, 180.0, [0.15, 0.5], [0.5, 0.95], 0.9),  // pastel
    family(0.0, 180.0, [0.2, 0.6], [0.2, 0.6], 0.8),    // muted
];

/// A colour of a random material.
pub(crate) fn material(dice: &mut Dice) -> Colour {
    let weights = FAMILIES.each_ref().map(|family| family.weight);
    let family = &FAMILIES[dice.weighted(&weights)];
    let hue = family.hue + dice.signed(family.spread);
    let saturation = dice.range(family.saturation[0], family.saturation[1]);
    from_hsv(
        hue,
        saturation,
        dice.range(family.value[0], family.value[1]),
    )
}

/// A few colours that belong together.
#[derive(Clone, Debug)]
pub(crate) struct Palette(pub(crate) Vec<Colour>);

impl Palette {
    /// Shades of one material with now and then an accent of another: the colours of one surface.
    pub(crate) fn surface(dice: &mut Dice) -> Self {
        Self::around(dice, material)
    }

    /// Like [`Palette::surface`], close to a given colour: what camouflage and neighbouring surfaces use.
    pub(crate) fn near(dice: &mut Dice, colour: Colour, distance: f32) -> Self {
        Self::around(dice, |dice| jitter(dice, colour, distance))
    }

    fn around(dice: &mut Dice, first: impl Fn(&mut Dice) -> Colour) -> Self {
        let main = first(dice);
        let spread = dice.log_range(4.0, 45.0);
        let mut colours = vec![main];
        for _ in 0..3 {
            colours.push(if dice.chance(0.18) {
                material(dice)
            } else {
                jitter(dice, main, spread)
            });
        }
        Self(colours)
    }

    /// The colour at `position` in `0..=1` along the palette, linearly between entries.
    pub(crate) fn ramp(&self, position: f32) -> Colour {
        let last = self.0.len() - 1;
        let scaled = position.clamp(0.0, 1.0) * last as f32;
        let index = (scaled as usize).min(last);
        mix(
            self.0[index],
            self.0[(index + 1).min(last)],
            scaled - index as f32,
        )
    }

    /// The entry chosen by a hash.
    pub(crate) fn entry(&self, hash: u64) -> Colour {
        self.0[(hash % self.0.len() as u64) as usize]
    }

    pub(crate) fn first(&self) -> Colour {
        self.0[0]
    }
}

/// A colour moved mostly along brightness, less along hue, as light and age move it.
pub(crate) fn jitter(dice: &mut Dice, colour: Colour, distance: f32) -> Colour {
    let light = dice.normal() * distance;
    colour.map(|channel| (channel + light + dice.normal() * distance * 0.35).clamp(0.0, 255.0))
}

/// `a` at weight 0, `b` at weight 1.
pub(crate) fn mix(a: Colour, b: Colour, weight: f32) -> Colour {
    [0, 1, 2].map(|channel| a[channel] + (b[channel] - a[channel]) * weight)
}

fn from_hsv(hue_degrees: f32, saturation: f32, value: f32) -> Colour {
    let sector = hue_degrees.rem_euclid(360.0) / 60.0;
    [5.0, 3.0, 1.0].map(|offset: f32| {
        let phase = (offset + sector).rem_euclid(6.0);
        255.0 * value * (1.0 - saturation * phase.min(4.0 - phase).clamp(0.0, 1.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hues_come_out_where_they_belong() {
        assert_eq!(from_hsv(0.0, 1.0, 1.0), [255.0, 0.0, 0.0]);
        assert_eq!(from_hsv(120.0, 1.0, 1.0), [0.0, 255.0, 0.0]);
        assert_eq!(from_hsv(-120.0, 1.0, 1.0), [0.0, 0.0, 255.0]);
        assert_eq!(from_hsv(77.0, 0.0, 0.4), [102.0; 3]);
    }

    #[test]
    fn most_materials_are_far_from_saturated() {
        let mut dice = Dice::new(2, 0);
        let muted = (0..1000).filter(|_| {
            let [r, g, b] = material(&mut dice);
            r.max(g).max(b) - r.min(g).min(b) < 128.0
        });
        assert!(muted.count() > 700);
    }

    #[test]
    fn a_ramp_passes_through_its_entries() {
        let palette = Palette(vec![[0.0; 3], [100.0; 3], [50.0; 3]]);
        assert_eq!(palette.ramp(0.5), [100.0; 3]);
        assert_eq!(palette.ramp(2.0), [50.0; 3]);
        assert_eq!(palette.ramp(0.25), [50.0; 3]);
    }
}
