//! Lists: elements in order, in nodes of bounded size (`quicklist`).
//!
//! Redis packs neighbouring elements into listpacks and links those; here a node holds its elements as they are and knows
//! what its listpack would weigh. Where nodes are split, filled and merged shows in memory and in DEBUG OBJECT.
//! Start with [`ListValue::push`]; [`ListValue::insert`] is where nodes are split.
//!
//! Source of the rules and sizes: `src/quicklist.c` of Redis 7.0.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use super::listpack;
use crate::engine::config::Config;
use crate::engine::memory;
use crate::resp::Bytes;

/// Bytes of the list's own structure, and of a node's without its contents.
const LIST: usize = 40;
const NODE: usize = 40;
/// Nodes bounded by a number of elements are bounded by these bytes too.
const BYTES_MAX: usize = 8_192;
/// Bytes an element is taken to add to its own when Redis asks whether it fits.
const ENTRY_ESTIMATE: usize = 8;
/// Bytes that two nodes are taken to save by becoming one, when Redis asks whether they may.
const MERGE_ESTIMATE: usize = 11;
/// Elements of so many bytes have a node to themselves, unless DEBUG QUICKLIST-PACKED-THRESHOLD says otherwise.
pub const LARGE: u64 = 1 << 30;

/// Which end of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The left end, where positions start.
    Head,
    /// The right end.
    Tail,
}

/// How nodes are laid out.
#[derive(Clone, Copy, Debug)]
struct Layout {
    /// Elements a node, or from −1 to −5 nodes of up to 4, 8, 16, 32, 64 KiB.
    fill: i32,
    /// Nodes at either end that Redis does not compress; 0: none is compressed.
    compress_depth: u16,
    /// Elements of so many bytes have a node to themselves.
    large: usize,
}

impl Layout {
    /// Whether `size` bytes keep to a limit given in bytes, if there is one.
    fn is_small_enough(self, size: usize) -> bool {
        matches!(self.fill, -5..=-1) && size <= 2_048 << -self.fill
    }

    /// Whether a node may be of this size and this many elements.
    fn allows(self, size: usize, count: usize) -> bool {
        self.is_small_enough(size) || (size <= BYTES_MAX && count as i64 <= i64::from(self.fill))
    }
}

/// Neighbouring elements.
#[derive(Clone, Debug)]
struct Node {
    elements: VecDeque<Bytes>,
    /// Bytes of their listpack; of the element, if it has the node to itself.
    size: usize,
    /// One large element has the node to itself.
    is_plain: bool,
}

impl Node {
    fn new(element: Bytes, is_plain: bool) -> Self {
        let size = if is_plain { element.len() } else { listpack::EMPTY + listpack::entry(&element) };
        Self { elements: VecDeque::from([element]), size, is_plain }
    }

    fn memory(&self) -> usize {
        NODE + memory::allocated(self.size)
    }

    /// Whether an element of `len` bytes may join.
    fn has_room(&self, layout: Layout, len: usize) -> bool {
        !self.is_plain
            && len < layout.large
            && layout.allows(self.size.saturating_add(len).saturating_add(ENTRY_ESTIMATE), self.elements.len() + 1)
    }

    fn insert(&mut self, at: usize, element: Bytes) {
        self.size += listpack::entry(&element);
        if at == 0 {
            self.elements.push_front(element);
        } else {
            self.elements.insert(at, element);
        }
    }

    fn remove(&mut self, at: usize) -> Option<Bytes> {
        let element = self.elements.remove(at)?;
        self.size -= listpack::entry(&element);
        Some(element)
    }
}

/// A list value.
#[derive(Clone, Debug)]
pub struct ListValue {
    nodes: VecDeque<Rc<Node>>,
    layout: Layout,
    len: usize,
    /// Bytes it occupies, header included.
    memory: usize,
}

impl Default for ListValue {
    /// An empty list laid out as by default.
    fn default() -> Self {
        let layout = Layout { fill: -2, compress_depth: 0, large: LARGE as usize };
        Self { nodes: VecDeque::new(), layout, len: 0, memory: memory::OBJECT + LIST }
    }
}

/// What others ask.
impl ListValue {
    /// An empty list, laid out for good as the parameters are now (`list-max-listpack-size`, `list-compress-depth`).
    pub fn new(config: &Config) -> Self {
        let mut list = Self::default();
        list.layout.fill = config.list_max_listpack_size.clamp(-5, i64::from(i16::MAX)) as i32;
        list.layout.compress_depth = config.list_compress_depth.min(u64::from(u16::MAX)) as u16;
        list.follow(config);
        list
    }

    /// Takes over what holds for lists that are there already: from which size on an element counts as large.
    pub fn follow(&mut self, config: &Config) {
        self.layout.large = config.list_packed_threshold as usize;
    }

    /// As OBJECT ENCODING prints it.
    #[allow(clippy::unused_self)]
    pub fn encoding(&self) -> &'static str {
        "quicklist"
    }

    /// Bytes it occupies, header included.
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// How much work it is to free it, in allocations: its nodes.
    pub fn free_effort(&self) -> usize {
        self.nodes.len()
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The element at a position.
    pub fn get(&self, index: usize) -> Option<&Bytes> {
        let (at, offset) = self.locate(index)?;
        self.nodes[at].elements.get(offset)
    }

    /// The elements in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Bytes> {
        self.nodes.iter().flat_map(|node| node.elements.iter())
    }

    /// Visits up to `count` elements from a position on, in order, as many at a time as lie side by side.
    pub fn visit_range(&self, index: usize, count: usize, mut visit: impl FnMut(&[Bytes])) {
        let Some((at, mut offset)) = self.locate(index) else { return };
        let mut left = count;
        for node in self.nodes.range(at..) {
            if left == 0 {
                return;
            }
            let (front, back) = node.elements.as_slices();
            for part in [front, back] {
                let part = part.get(offset..).unwrap_or_default();
                let part = part.get(..left).unwrap_or(part);
                visit(part);
                left -= part.len();
                offset = if part.is_empty() { offset.saturating_sub(front.len()) } else { 0 };
            }
        }
    }

    /// The elements in order, from a position on.
    pub fn iter_from(&self, index: usize) -> impl Iterator<Item = &Bytes> {
        let (at, offset) = self.locate(index).unwrap_or((self.nodes.len(), 0));
        self.nodes.range(at..).flat_map(|node| node.elements.iter()).skip(offset)
    }

    /// The nodes in order: whether a large element has it to itself, and the elements.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = (bool, &VecDeque<Bytes>)> {
        self.nodes.iter().map(|node| (node.is_plain, &node.elements))
    }

    /// Bytes of each node's contents, in order.
    pub fn node_sizes(&self) -> impl Iterator<Item = usize> {
        self.nodes.iter().map(|node| node.size)
    }

    /// Bytes of all nodes' contents (DEBUG OBJECT's `ql_uncompressed_size`).
    pub fn contents_size(&self) -> usize {
        self.node_sizes().sum()
    }

    /// What bounds its nodes: a number of elements, or −1 to −5 for bytes.
    pub fn fill(&self) -> i32 {
        self.layout.fill
    }

    /// Whether Redis compresses its inner nodes.
    pub fn is_compressed(&self) -> bool {
        self.layout.compress_depth > 0
    }
}

/// Changes at the ends.
impl ListValue {
    /// Adds an element at an end.
    pub fn push(&mut self, end: End, element: Bytes) {
        let (outermost, beyond) = match end {
            End::Head => (0, 0),
            End::Tail => (self.nodes.len().saturating_sub(1), self.nodes.len()),
        };
        if self.has_room(Some(outermost), element.len()) {
            self.push_into(outermost, end, element);
        } else {
            self.insert_element_node(beyond, element);
        }
    }

    /// Adds a node at the tail as it is, whatever the layout says, with one large element or with any number of others.
    pub fn push_node(&mut self, elements: Vec<Bytes>, is_plain: bool) {
        let size = match elements.first().filter(|_| is_plain) {
            Some(element) => element.len(),
            None => listpack::EMPTY + elements.iter().map(|element| listpack::entry(element)).sum::<usize>(),
        };
        if !elements.is_empty() {
            self.insert_node(self.nodes.len(), Node { elements: VecDeque::from(elements), size, is_plain });
        }
    }

    /// Adds an element at the tail.
    pub fn push_back(&mut self, element: Bytes) {
        self.push(End::Tail, element);
    }

    /// Takes the element at an end.
    pub fn pop(&mut self, end: End) -> Option<Bytes> {
        let last_node = self.nodes.len().checked_sub(1)?;
        let at = if end == End::Head { 0 } else { last_node };
        if self.nodes[at].elements.len() == 1 {
            return self.remove_node(at)?.elements.front().cloned();
        }
        let mut node = self.edit(at);
        let offset = if end == End::Head { 0 } else { node.elements.len() - 1 };
        node.remove(offset)
    }
}

/// Changes in the middle.
impl ListValue {
    /// Puts an element before or after the one at a position. Nothing happens if there is none.
    pub fn insert(&mut self, index: usize, after: bool, element: Bytes) {
        if let Some((at, offset)) = self.locate(index) {
            self.insert_at(at, offset, after, element);
        }
    }

    fn insert_at(&mut self, at: usize, offset: usize, after: bool, element: Bytes) {
        let node = &self.nodes[at];
        let cut = offset + usize::from(after);
        let beside = at + usize::from(after);
        let is_edge = cut == if after { node.elements.len() } else { 0 };
        if self.is_large(&element) {
            if is_edge {
                self.insert_element_node(beside, element);
            } else {
                self.split(at, cut);
                self.insert_element_node(at + 1, element);
            }
            return;
        }
        if node.has_room(self.layout, element.len()) {
            self.edit(at).insert(cut, element);
            return;
        }
        if is_edge {
            let neighbour = if after { Some(at + 1) } else { at.checked_sub(1) };
            match neighbour.filter(|_| self.has_room(neighbour, element.len())) {
                Some(neighbour) => self.push_into(neighbour, if after { End::Head } else { End::Tail }, element),
                None => self.insert_element_node(beside, element),
            }
            return;
        }
        self.split(at, cut);
        if after {
            self.push_into(at + 1, End::Head, element);
            self.merge_around(at);
        } else {
            self.push_into(at, End::Tail, element);
            self.merge_around(at + 1);
        }
    }

    /// Puts an element in place of the one at a position. Answers whether there was one.
    pub fn replace(&mut self, index: usize, element: Bytes) -> bool {
        let Some((at, offset)) = self.locate(index) else {
            return false;
        };
        let is_large = self.is_large(&element);
        match (self.nodes[at].is_plain, is_large) {
            (false, false) => {
                let mut node = self.edit(at);
                node.size = node.size + listpack::entry(&element) - listpack::entry(&node.elements[offset]);
                node.elements[offset] = element;
            }
            (true, true) => *self.edit(at) = Node::new(element, true),
            (true, false) => {
                self.insert_at(at, offset, true, element);
                self.remove_node(at);
            }
            (false, true) => {
                // What is to go is the last of its node then.
                self.insert_at(at, offset, true, element);
                if self.nodes[at].elements.len() == 1 {
                    self.remove_node(at);
                } else {
                    self.edit(at).remove(offset);
                }
            }
        }
        true
    }

    /// Takes out up to `count` elements from a position on.
    pub fn remove_range(&mut self, index: usize, mut count: usize) {
        let Some((mut at, mut offset)) = self.locate(index) else {
            return;
        };
        while count > 0 && at < self.nodes.len() {
            let held = self.nodes[at].elements.len();
            let gone = count.min(held - offset);
            if gone == held {
                self.remove_node(at);
            } else {
                let mut node = self.edit(at);
                let bytes: usize = node.elements.drain(offset..offset + gone).map(|gone| listpack::entry(&gone)).sum();
                node.size -= bytes;
                drop(node);
                at += 1;
            }
            count -= gone;
            offset = 0;
        }
    }

    /// Takes out up to `most` elements that equal `element`, nearest to an end first. Answers how many.
    pub fn remove_equal(&mut self, element: &[u8], most: usize, from: End) -> usize {
        let mut removed = 0;
        let mut left = self.nodes.len();
        // Counted from the end that is searched first: what is taken out there does not move what comes after.
        let mut passed = 0;
        while left > 0 && removed < most {
            let at = if from == End::Head { passed } else { left - 1 };
            let mut kept_node = true;
            let mut tried = 0;
            while removed < most {
                let elements = &self.nodes[at].elements;
                let is_it = |at: &usize| *elements[*at] == *element;
                let found = match from {
                    End::Head => (tried..elements.len()).find(is_it),
                    End::Tail => (0..elements.len() - tried).rev().find(is_it),
                };
                let Some(offset) = found else {
                    break;
                };
                removed += 1;
                if elements.len() == 1 {
                    self.remove_node(at);
                    kept_node = false;
                    break;
                }
                tried = if from == End::Head { offset } else { elements.len() - 1 - offset };
                self.edit(at).remove(offset);
            }
            passed += usize::from(kept_node);
            left -= 1;
        }
        removed
    }
}

/// Nodes.
impl ListValue {
    fn is_large(&self, element: &[u8]) -> bool {
        element.len() >= self.layout.large
    }

    /// Whether there is such a node and an element of `len` bytes may join it.
    fn has_room(&self, at: Option<usize>, len: usize) -> bool {
        at.and_then(|at| self.nodes.get(at)).is_some_and(|node| node.has_room(self.layout, len))
    }

    /// The node of a position and the place in it; sought from the nearer end.
    fn locate(&self, index: usize) -> Option<(usize, usize)> {
        if index >= self.len {
            return None;
        }
        if index < self.len / 2 {
            let mut left = index;
            for (at, node) in self.nodes.iter().enumerate() {
                if left < node.elements.len() {
                    return Some((at, left));
                }
                left -= node.elements.len();
            }
        } else {
            let mut start = self.len;
            for (at, node) in self.nodes.iter().enumerate().rev() {
                start -= node.elements.len();
                if index >= start {
                    return Some((at, index - start));
                }
            }
        }
        None
    }

    /// A node to change; elements and memory are counted anew afterwards.
    fn edit(&mut self, at: usize) -> NodeEdit<'_> {
        let node = Rc::make_mut(&mut self.nodes[at]);
        self.len -= node.elements.len();
        self.memory -= node.memory();
        NodeEdit { node, len: &mut self.len, memory: &mut self.memory }
    }

    fn push_into(&mut self, at: usize, end: End, element: Bytes) {
        let mut node = self.edit(at);
        let offset = if end == End::Head { 0 } else { node.elements.len() };
        node.insert(offset, element);
    }

    fn insert_node(&mut self, at: usize, node: Node) {
        self.len += node.elements.len();
        self.memory += node.memory();
        self.nodes.insert(at, Rc::new(node));
    }

    /// A new node for one element.
    fn insert_element_node(&mut self, at: usize, element: Bytes) {
        let is_plain = self.is_large(&element);
        self.insert_node(at, Node::new(element, is_plain));
    }

    fn remove_node(&mut self, at: usize) -> Option<Rc<Node>> {
        let node = self.nodes.remove(at)?;
        self.len -= node.elements.len();
        self.memory -= node.memory();
        Some(node)
    }

    /// Makes two nodes of one: what stands before `cut` and the rest.
    fn split(&mut self, at: usize, cut: usize) {
        let mut node = self.edit(at);
        let elements = node.elements.split_off(cut);
        let bytes: usize = elements.iter().map(|element| listpack::entry(element)).sum();
        node.size -= bytes;
        drop(node);
        self.insert_node(at + 1, Node { elements, size: listpack::EMPTY + bytes, is_plain: false });
    }

    /// Makes one node of it and the next, if they are small enough together.
    fn merge_with_next(&mut self, at: Option<usize>) -> bool {
        let Some(at) = at.filter(|at| at + 1 < self.nodes.len()) else {
            return false;
        };
        let (one, other) = (&self.nodes[at], &self.nodes[at + 1]);
        let size = (one.size + other.size).saturating_sub(MERGE_ESTIMATE);
        let count = one.elements.len() + other.elements.len();
        if one.is_plain || other.is_plain || !self.layout.allows(size, count) {
            return false;
        }
        if let Some(other) = self.remove_node(at + 1) {
            let mut node = self.edit(at);
            node.elements.extend(other.elements.iter().cloned());
            node.size += other.size - listpack::EMPTY;
        }
        true
    }

    /// Joins small neighbours of a node that was split: first those on either side of it, then itself with them.
    fn merge_around(&mut self, center: usize) {
        let merged = self.merge_with_next(center.checked_sub(2));
        let mut center = center - usize::from(merged);
        self.merge_with_next(Some(center + 1));
        if self.merge_with_next(center.checked_sub(1)) {
            center -= 1;
        }
        self.merge_with_next(Some(center));
    }
}

/// A node being changed.
struct NodeEdit<'a> {
    node: &'a mut Node,
    len: &'a mut usize,
    memory: &'a mut usize,
}

impl Deref for NodeEdit<'_> {
    type Target = Node;
    fn deref(&self) -> &Node {
        self.node
    }
}

impl DerefMut for NodeEdit<'_> {
    fn deref_mut(&mut self) -> &mut Node {
        self.node
    }
}

impl Drop for NodeEdit<'_> {
    fn drop(&mut self) {
        *self.len += self.node.elements.len();
        *self.memory += self.node.memory();
    }
}
