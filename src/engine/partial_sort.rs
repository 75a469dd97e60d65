//! Sorting where only a part of many is wanted, in the order a real server gives to what compares equal.
//!
//! Redis sorts everything with C's `qsort` (glibc: a stable merge sort), and a part with a quicksort that leaves alone what
//! lies outside it (J. Bentley and M. D. `McIlroy`, "Engineering a Sort Function", 1993). The latter is not stable.
//!
//! Start with [`partial_sort`].

use std::cmp::Ordering;
use std::ops::Range;

type Compare<'a, T> = &'a dyn Fn(&T, &T) -> Ordering;

/// Sorts so that the items at `wanted` are right.
pub fn partial_sort<T>(items: &mut [T], wanted: Range<usize>, compare: Compare<'_, T>) {
    if wanted.start == 0 && wanted.end >= items.len() {
        items.sort_by(compare);
    } else if !wanted.is_empty() {
        quicksort(items, wanted, compare);
    }
}

/// The middle one of three items.
fn median<T>(items: &[T], [a, b, c]: [usize; 3], compare: Compare<'_, T>) -> usize {
    let is = |one: usize, other: usize, order: Ordering| compare(&items[one], &items[other]) == order;
    if is(a, b, Ordering::Less) {
        if is(b, c, Ordering::Less) {
            b
        } else if is(a, c, Ordering::Less) {
            c
        } else {
            a
        }
    } else if is(b, c, Ordering::Greater) {
        b
    } else if is(a, c, Ordering::Less) {
        a
    } else {
        c
    }
}

/// Where the item lies around which the others are parted.
fn pivot<T>(items: &[T], compare: Compare<'_, T>) -> usize {
    let len = items.len();
    let (mut low, mut middle, mut high) = (0, len / 2, len - 1);
    if len > 40 {
        let d = len / 8;
        low = median(items, [low, low + d, low + 2 * d], compare);
        middle = median(items, [middle - d, middle, middle + d], compare);
        high = median(items, [high - 2 * d, high - d, high], compare);
    }
    if len > 7 { median(items, [low, middle, high], compare) } else { middle }
}

fn quicksort<T>(items: &mut [T], wanted: Range<usize>, compare: Compare<'_, T>) {
    const FEW: usize = 7;
    let len = items.len();
    if len < FEW {
        for end in 1..len {
            let mut at = end;
            while at > 0 && compare(&items[at - 1], &items[at]) == Ordering::Greater {
                items.swap(at - 1, at);
                at -= 1;
            }
        }
        return;
    }
    let middle = pivot(items, compare);
    items.swap(0, middle);
    // Equal, less | not looked at yet | greater, equal.
    let (mut equal, mut less, mut more, mut equal_end) = (1, 1, len - 1, len - 1);
    loop {
        while less <= more {
            match compare(&items[less], &items[0]) {
                Ordering::Greater => break,
                Ordering::Equal => {
                    items.swap(equal, less);
                    equal += 1;
                }
                Ordering::Less => {}
            }
            less += 1;
        }
        while less <= more {
            match compare(&items[more], &items[0]) {
                Ordering::Less => break,
                Ordering::Equal => {
                    items.swap(more, equal_end);
                    equal_end -= 1;
                }
                Ordering::Greater => {}
            }
            more -= 1;
        }
        if less > more {
            break;
        }
        items.swap(less, more);
        less += 1;
        more -= 1;
    }
    // What is equal goes to the middle.
    let (lesser, greater) = (less - equal, equal_end - more);
    let count = equal.min(lesser);
    (0..count).for_each(|at| items.swap(at, less - count + at));
    let count = greater.min(len - equal_end - 1);
    (0..count).for_each(|at| items.swap(less + at, len - count + at));
    if lesser > 1 && wanted.start < lesser {
        quicksort(&mut items[..lesser], wanted.clone(), compare);
    }
    let first_greater = len - greater;
    if greater > 1 && first_greater < wanted.end {
        let beyond = wanted.start.saturating_sub(first_greater)..wanted.end - first_greater;
        quicksort(&mut items[first_greater..], beyond, compare);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_right_wherever_it_lies() {
        let mut state = 1u64;
        for len in [0, 1, 6, 7, 8, 40, 41, 300] {
            let items: Vec<u64> = (0..len)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    state >> 58
                })
                .collect();
            let mut sorted = items.clone();
            sorted.sort_unstable();
            let ends = [0, len.min(1), len / 2, len];
            for (start, end) in
                ends.iter().flat_map(|start| ends.map(|end| (*start, end))).filter(|(start, end)| start <= end)
            {
                let mut items = items.clone();
                partial_sort(&mut items, start..end, &Ord::cmp);
                assert_eq!(items[start..end], sorted[start..end], "{len} {start}..{end}");
            }
        }
    }
}
