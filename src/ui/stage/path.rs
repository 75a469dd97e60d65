//! A way across the stage: a few cubic curves end to end, walked at an even pace.
//!
//! Pure geometry, no browser. Start with [`Path::at`].

/// A point in CSS pixels, x to the right, y down.
pub type Point = (f64, f64);

/// Straight pieces that a curve's length is measured with: enough for a fifth of a pixel on a stage.
const PIECES: usize = 12;
/// The most curves a path is made of.
const MOST: usize = 3;

/// Where something on a path is, and the unit vector of where it heads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Across.
    pub x: f64,
    /// Down.
    pub y: f64,
    /// Heading, across.
    pub dx: f64,
    /// Heading, down.
    pub dy: f64,
}

/// Up to three cubic curves end to end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Path {
    curves: [[Point; 4]; MOST],
    lengths: [f64; MOST],
    count: usize,
}

impl Path {
    /// A path that begins nowhere: add curves with [`Path::curve`] and friends.
    fn empty() -> Self {
        Self { curves: [[(0.0, 0.0); 4]; MOST], lengths: [0.0; MOST], count: 0 }
    }

    /// One cubic curve.
    pub fn cubic(a: Point, b: Point, c: Point, d: Point) -> Self {
        Self::empty().then(a, b, c, d)
    }

    /// A straight line.
    pub fn line(a: Point, b: Point) -> Self {
        Self::empty().then_line(a, b)
    }

    /// An S that leaves and arrives level, and crosses over at `cross` (an x between the two).
    pub fn level(a: Point, b: Point, cross: f64) -> Self {
        Self::empty().then_level(a, b, cross)
    }

    /// Adds a straight line.
    #[must_use]
    pub fn then_line(self, a: Point, b: Point) -> Self {
        self.then(a, mix(a, b, 1.0 / 3.0), mix(a, b, 2.0 / 3.0), b)
    }

    /// Adds an S as [`Path::level`] draws it.
    #[must_use]
    pub fn then_level(self, a: Point, b: Point, cross: f64) -> Self {
        self.then(a, (cross, a.1), (cross, b.1), b)
    }

    /// Adds a cubic curve. A fourth is dropped: no path here has more than three.
    #[must_use]
    pub fn then(mut self, a: Point, b: Point, c: Point, d: Point) -> Self {
        debug_assert!(self.count < MOST, "a path has at most {MOST} curves");
        if self.count < MOST {
            let curve = [a, b, c, d];
            self.curves[self.count] = curve;
            self.lengths[self.count] = length(&curve);
            self.count += 1;
        }
        self
    }

    /// The same way, walked from its end.
    #[must_use]
    pub fn reversed(self) -> Self {
        let mut back = Self::empty();
        for curve in self.curves[..self.count].iter().rev() {
            back = back.then(curve[3], curve[2], curve[1], curve[0]);
        }
        back
    }

    /// Its curves, each as start, two control points and end.
    pub fn curves(&self) -> &[[Point; 4]] {
        &self.curves[..self.count]
    }

    /// Its length in pixels.
    pub fn length(&self) -> f64 {
        self.lengths[..self.count].iter().sum()
    }

    /// Where one is after the fraction `t` (0 to 1, held there) of the way.
    pub fn at(&self, t: f64) -> Pose {
        let mut left = self.length() * t.clamp(0.0, 1.0);
        for (i, curve) in self.curves().iter().enumerate() {
            let long = self.lengths[i];
            if left <= long || i + 1 == self.count {
                return pose(curve, if long > 0.0 { (left / long).min(1.0) } else { 0.0 });
            }
            left -= long;
        }
        Pose { x: 0.0, y: 0.0, dx: 1.0, dy: 0.0 }
    }
}

/// The point a fraction `t` of the way from `a` to `b`.
pub fn mix(a: Point, b: Point, t: f64) -> Point {
    (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
}

/// A cubic Bernstein polynomial for each coordinate.
fn point(curve: &[Point; 4], t: f64) -> Point {
    let left = 1.0 - t;
    let weights = [left * left * left, 3.0 * left * left * t, 3.0 * left * t * t, t * t * t];
    curve.iter().zip(weights).fold((0.0, 0.0), |sum, (p, w)| (sum.0 + w * p.0, sum.1 + w * p.1))
}

fn length(c: &[Point; 4]) -> f64 {
    let mut sum = 0.0;
    let mut last = c[0];
    for i in 1..=PIECES {
        let next = point(c, i as f64 / PIECES as f64);
        sum += (next.0 - last.0).hypot(next.1 - last.1);
        last = next;
    }
    sum
}

/// The pose a fraction `way` of the *length* along one curve: cubic curves run unevenly in their own parameter.
fn pose(c: &[Point; 4], way: f64) -> Pose {
    let goal = length(c) * way;
    let (mut done, mut last) = (0.0, c[0]);
    for i in 1..=PIECES {
        let next = point(c, i as f64 / PIECES as f64);
        let (dx, dy) = (next.0 - last.0, next.1 - last.1);
        let step = dx.hypot(dy);
        if (done + step >= goal && step > 0.0) || i == PIECES {
            let (x, y) = mix(last, next, if step > 0.0 { ((goal - done) / step).clamp(0.0, 1.0) } else { 1.0 });
            let (dx, dy) = if step > 0.0 { (dx / step, dy / step) } else { (1.0, 0.0) };
            return Pose { x, y, dx, dy };
        }
        done += step;
        last = next;
    }
    Pose { x: c[3].0, y: c[3].1, dx: 1.0, dy: 0.0 }
}
