//! A growable array in shared pages: a copy costs one counter per page, and only the pages written afterwards are
//! really copied. That is what makes checkpoints of large keyspaces cheap.

use std::rc::Rc;

/// A growable array in shared pages of `PAGE` items (a power of two). A first page may be smaller.
#[derive(Clone, Debug)]
pub struct Paged<T, const PAGE: usize> {
    pages: Vec<Rc<[T]>>,
}

impl<T, const PAGE: usize> Default for Paged<T, PAGE> {
    fn default() -> Self {
        Self { pages: Vec::new() }
    }
}

impl<T: Clone, const PAGE: usize> Paged<T, PAGE> {
    /// At least `len` items, all `fill`.
    pub fn filled(len: usize, fill: &T) -> Self {
        let mut paged = Self::default();
        paged.grow(len, fill);
        paged
    }

    /// Makes room for at least `len` items; new ones are `fill`.
    pub fn grow(&mut self, len: usize, fill: &T) {
        if self.capacity() >= len {
            return;
        }
        if self.pages.len() <= 1 && self.capacity() < PAGE {
            let mut first = self.pages.pop().map_or_else(Vec::new, |page| page.to_vec());
            first.resize(len.next_power_of_two().clamp(4, PAGE), fill.clone());
            self.pages.push(first.into());
        }
        if self.capacity() >= len {
            return;
        }
        let fresh: Rc<[T]> = vec![fill.clone(); PAGE].into();
        // The new pages are one and the same until written.
        while self.capacity() < len {
            self.pages.push(Rc::clone(&fresh));
        }
    }

    /// How many items there is room for.
    pub fn capacity(&self) -> usize {
        match self.pages.as_slice() {
            [] => 0,
            [only] => only.len(),
            more => more.len() * PAGE,
        }
    }

    /// Item `at`, below the capacity.
    #[inline]
    pub fn get(&self, at: usize) -> &T {
        &self.pages[at / PAGE][at % PAGE]
    }

    /// Item `at`, below the capacity, to change.
    #[inline]
    pub fn get_mut(&mut self, at: usize) -> &mut T {
        &mut Rc::make_mut(&mut self.pages[at / PAGE])[at % PAGE]
    }
}

#[cfg(test)]
mod tests {
    use super::Paged;

    #[test]
    fn a_copy_does_not_see_later_writes() {
        let mut one: Paged<u32, 4> = Paged::filled(10, &7);
        let two = one.clone();
        *one.get_mut(9) = 8;
        assert_eq!((*one.get(9), *two.get(9), *one.get(8)), (8, 7, 7));
        assert_eq!(one.capacity(), 12);
    }
}
