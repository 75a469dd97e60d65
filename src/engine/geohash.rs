//! Places on the globe as numbers of 52 bits whose beginnings name ever smaller areas, and distances between places.
//!
//! A geohash halves the world again and again, longitude and latitude in turn; each half is a bit. Places near each other
//! mostly share their first bits, so that an area is a range of numbers. Knows nothing of keys, commands or sorted sets.
//!
//! Start with [`encode`], [`decode`] and [`Shape::cells`].
//!
//! Sources: geohash (G. Niemeyer, public domain); the limits are those of EPSG:3857; the distance is the haversine formula
//! on a sphere of WGS-84's mean radius. Which cells are searched, and in which order, was checked against 7.0.15.

/// Outermost longitude and latitude, in degrees.
pub const MAX_LONGITUDE: f64 = 180.0;
/// See [`MAX_LONGITUDE`]: nearer to the poles there are no places.
pub const MAX_LATITUDE: f64 = 85.051_128_78;
/// Halvings of each axis in a place's number.
const FINEST: u32 = 26;
/// The sphere's radius in metres.
const EARTH_RADIUS: f64 = 6_372_797.560_856;
/// Half of the equator as the Mercator projection measures it, in metres.
const HALF_EQUATOR: f64 = 20_037_726.37;

/// Degrees of longitude and latitude.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// −180 to 180.
    pub longitude: f64,
    /// −85.05112878 to 85.05112878.
    pub latitude: f64,
}

/// An area: the first `2 · step` bits of the numbers of its places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    bits: u64,
    step: u32,
}

/// The bits of an area's latitudes, and of its longitudes, among its own.
const LATITUDES: u64 = 0x5555_5555_5555_5555;
const LONGITUDES: u64 = 0xaaaa_aaaa_aaaa_aaaa;

/// Puts the bits of a number at every other place.
fn spread(n: u32) -> u64 {
    let n = u64::from(n);
    let n = (n | n << 16) & 0x0000_ffff_0000_ffff;
    let n = (n | n << 8) & 0x00ff_00ff_00ff_00ff;
    let n = (n | n << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    let n = (n | n << 2) & 0x3333_3333_3333_3333;
    (n | n << 1) & LATITUDES
}

/// Every other bit of a number.
fn gather(n: u64) -> u32 {
    let n = n & LATITUDES;
    let n = (n | n >> 1) & 0x3333_3333_3333_3333;
    let n = (n | n >> 2) & 0x0f0f_0f0f_0f0f_0f0f;
    let n = (n | n >> 4) & 0x00ff_00ff_00ff_00ff;
    let n = (n | n >> 8) & 0x0000_ffff_0000_ffff;
    (n | n >> 16) as u32
}

/// West, south, east and north end of an area, in degrees.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

impl Cell {
    /// The area of a place, where latitudes reach from −`max_latitude` to `max_latitude`.
    fn of(place: Place, step: u32, max_latitude: f64) -> Self {
        let parts = (1u64 << step) as f64;
        let latitude = (place.latitude + max_latitude) / (max_latitude + max_latitude) * parts;
        let longitude = (place.longitude + MAX_LONGITUDE) / (MAX_LONGITUDE + MAX_LONGITUDE) * parts;
        Self { bits: spread(latitude as u32) | spread(longitude as u32) << 1, step }
    }

    fn bounds(self) -> Bounds {
        let parts = (1u64 << self.step) as f64;
        let degrees = |part: u32, max: f64| -max + f64::from(part) / parts * (max + max);
        let (latitude, longitude) = (gather(self.bits), gather(self.bits >> 1));
        Bounds {
            west: degrees(longitude, MAX_LONGITUDE),
            south: degrees(latitude, MAX_LATITUDE),
            east: degrees(longitude.wrapping_add(1), MAX_LONGITUDE),
            north: degrees(latitude.wrapping_add(1), MAX_LATITUDE),
        }
    }

    /// The area so many areas to the east and to the north, around the world if need be.
    fn neighbour(self, east: i32, north: i32) -> Self {
        let used = u64::MAX >> (64 - self.step * 2);
        let moved = |bits: u64, by: i32, axis: u64| {
            // The other axis's bits let a carry through, or a borrow.
            let other = !axis & used;
            match by {
                0 => bits & axis,
                1 => (bits & axis).wrapping_add(other + 1) & axis & used,
                _ => (bits & axis | other).wrapping_sub(other + 1) & axis & used,
            }
        };
        Self { bits: moved(self.bits, east, LONGITUDES) | moved(self.bits, north, LATITUDES), ..self }
    }

    /// The numbers of its places: from the first, included, to the second, excluded.
    pub fn scores(self) -> (f64, f64) {
        let align = |bits: u64| (bits << ((FINEST - self.step) * 2)) as f64;
        (align(self.bits), align(self.bits + 1))
    }
}

/// The number of a place: a sorted set's score.
pub fn encode(place: Place) -> u64 {
    Cell::of(place, FINEST, MAX_LATITUDE).bits
}

/// The place of a score: the middle of its area. Any score has one, whoever made it.
pub fn decode(score: f64) -> Place {
    /// Where 64 signed bits end.
    const HALF: f64 = 9_223_372_036_854_775_808.0;
    // As a C compiler for x86-64 turns a double into 64 unsigned bits, also where C says nothing.
    let bits = if score < HALF {
        score as i64 as u64
    } else if score < HALF * 2.0 {
        score as u64
    } else {
        0
    };
    let bounds = Cell { bits, step: FINEST }.bounds();
    Place {
        longitude: bounds.west.midpoint(bounds.east).clamp(-MAX_LONGITUDE, MAX_LONGITUDE),
        latitude: bounds.south.midpoint(bounds.north).clamp(-MAX_LATITUDE, MAX_LATITUDE),
    }
}

/// The geohash text of a place, as others write one: of latitudes up to the poles, 11 characters, of which the last says
/// nothing.
pub fn text(place: Place) -> [u8; 11] {
    const ALPHABET: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
    let bits = Cell::of(place, FINEST, 90.0).bits;
    let mut text = [ALPHABET[0]; 11];
    for (at, character) in text.iter_mut().take(10).enumerate() {
        *character = ALPHABET[(bits >> (52 - (at + 1) * 5)) as usize & 31];
    }
    text
}

const RADIANS: f64 = std::f64::consts::PI / 180.0;

fn to_radians(degrees: f64) -> f64 {
    degrees * RADIANS
}

fn to_degrees(radians: f64) -> f64 {
    radians / RADIANS
}

/// The distance of two latitudes on one meridian, in metres.
fn latitude_distance(one: f64, other: f64) -> f64 {
    EARTH_RADIUS * (to_radians(other) - to_radians(one)).abs()
}

/// The distance of two places in metres.
pub fn distance(one: Place, other: Place) -> f64 {
    let v = libm::sin((to_radians(other.longitude) - to_radians(one.longitude)) / 2.0);
    if v.abs() <= 0.0 {
        return latitude_distance(one.latitude, other.latitude);
    }
    let (latitude1, latitude2) = (to_radians(one.latitude), to_radians(other.latitude));
    let u = libm::sin((latitude2 - latitude1) / 2.0);
    let a = u * u + libm::cos(latitude1) * libm::cos(latitude2) * v * v;
    2.0 * EARTH_RADIUS * libm::asin(libm::sqrt(a))
}

/// What is searched, in metres around a place.
#[derive(Clone, Copy, Debug)]
pub enum Extent {
    /// All within a radius.
    Circle(f64),
    /// All within half a width and half a height.
    Box {
        /// From west to east.
        width: f64,
        /// From south to north.
        height: f64,
    },
}

/// An area to search.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Its middle.
    pub centre: Place,
    /// How far it reaches.
    pub extent: Extent,
}

impl Shape {
    /// How far a place is from the middle, in metres, if it is inside.
    pub fn distance_inside(&self, place: Place) -> Option<f64> {
        // A distance that is not a number, as between antipodes, is not too far.
        let metres = distance(self.centre, place);
        let is_outside = match self.extent {
            Extent::Circle(radius) => metres > radius,
            Extent::Box { width, height } => {
                let beside = Place { latitude: place.latitude, ..self.centre };
                latitude_distance(place.latitude, self.centre.latitude) > height / 2.0
                    || distance(place, beside) > width / 2.0
            }
        };
        (!is_outside).then_some(metres)
    }

    /// A box of degrees around it.
    fn bounds(&self) -> Bounds {
        let (width, height) = match self.extent {
            Extent::Circle(radius) => (radius, radius),
            Extent::Box { width, height } => (width / 2.0, height / 2.0),
        };
        let Place { longitude, latitude } = self.centre;
        let north = to_degrees(height / EARTH_RADIUS);
        let east_at = |latitude: f64| to_degrees(width / EARTH_RADIUS / libm::cos(to_radians(latitude)));
        // A degree of longitude is shortest where the box is nearest to a pole.
        let east = if latitude < 0.0 { east_at(latitude - north) } else { east_at(latitude + north) };
        Bounds { west: longitude - east, south: latitude - north, east: longitude + east, north: latitude + north }
    }

    /// How fine the areas may be so that nine of them cover it, mostly.
    fn step(&self) -> u32 {
        let mut reach = match self.extent {
            Extent::Circle(radius) => radius,
            Extent::Box { width, height } => {
                libm::sqrt((width / 2.0) * (width / 2.0) + (height / 2.0) * (height / 2.0))
            }
        };
        if reach <= 0.0 {
            return FINEST;
        }
        let mut step = -1;
        while reach < HALF_EQUATOR {
            reach *= 2.0;
            step += 1;
        }
        // Towards the poles a step covers less.
        let latitude = self.centre.latitude.abs();
        step -= i32::from(latitude > 66.0) + i32::from(latitude > 80.0);
        step.clamp(1, FINEST as i32) as u32
    }

    /// The areas that hold every place inside: that of the middle and its neighbours, as far as they are needed, in the
    /// order in which they are searched.
    pub fn cells(&self) -> Vec<Cell> {
        /// Steps to the east and to the north, in the order of the search.
        const AROUND: [(i32, i32); 9] = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)];
        let wanted = self.bounds();
        let mut step = self.step();
        let mut centre = Cell::of(self.centre, step, MAX_LATITUDE);
        let around = |east, north| centre.neighbour(east, north).bounds();
        let too_fine = around(0, 1).north < wanted.north
            || around(0, -1).south > wanted.south
            || around(1, 0).east < wanted.east
            || around(-1, 0).west > wanted.west;
        if step > 1 && too_fine {
            step -= 1;
            centre = Cell::of(self.centre, step, MAX_LATITUDE);
        }
        let area = centre.bounds();
        let is_needed = |east: i32, north: i32| {
            step < 2
                || !(north < 0 && area.south < wanted.south
                    || north > 0 && area.north > wanted.north
                    || east < 0 && area.west < wanted.west
                    || east > 0 && area.east > wanted.east)
        };
        let mut cells: Vec<Cell> = Vec::with_capacity(AROUND.len());
        for (east, north) in AROUND {
            let cell = centre.neighbour(east, north);
            // Where areas are large, the same one lies on both sides.
            let is_repeated = cells.len() > 1 && cells.last() == Some(&cell);
            if is_needed(east, north) && !is_repeated {
                cells.push(cell);
            }
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_where_the_real_server_puts_it() {
        let palermo = Place { longitude: 13.361_389, latitude: 38.115_556 };
        let score = encode(palermo);
        assert_eq!(score, 3_479_099_956_230_698);
        assert!((decode(score as f64).longitude - 13.361_389_338_970_184).abs() < 1e-14);
        assert_eq!(&text(decode(score as f64)), b"sqc8b49rny0");
    }

    #[test]
    fn neighbours_wrap_around_the_world() {
        for step in [1, 2, 13, 26] {
            let cell = Cell::of(Place { longitude: 179.999_999_9, latitude: 85.0 }, step, MAX_LATITUDE);
            for (east, north) in [(1, 0), (0, 1), (-1, 1), (1, -1)] {
                assert_eq!(cell.neighbour(east, north).neighbour(-east, -north), cell);
            }
            assert!(cell.neighbour(1, 0).bounds().west <= -180.0);
        }
    }
}
