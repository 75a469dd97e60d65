//! The page's only component. Each kind of component costs the download some kilobytes of code, so there is one: what it
//! shows is a function from a [`Cx`] to elements, and what it remembers is that function's own.
//!
//! A part is for what keeps something from one showing to the next: an element, what was typed, work to do afterwards.
//! Everything else of the page is an ordinary function that answers `Html`.

use std::any::Any;
use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;

use yew::prelude::*;
use yew::virtual_dom::{Key, VComp, VNode};

use super::state::Page;

/// What a part is given.
#[derive(Clone, Properties)]
pub struct PartProps {
    /// The page.
    pub page: Page,
    /// What the part shows.
    pub draw: fn(&Cx) -> Html,
    /// Whether the part would look the same.
    pub same: fn(&PartProps, &PartProps) -> bool,
    /// The lane, where it is one lane's.
    pub lane: usize,
    /// Which one of its kind it is.
    pub item: usize,
}

impl PartialEq for PartProps {
    fn eq(&self, other: &Self) -> bool {
        self.lane == other.lane && self.item == other.item && (self.same)(self, other)
    }
}

/// A part, named for its kind: parts of different names, lanes or items are never taken for each other.
pub fn part(name: &'static str, page: &Page, (lane, item): (usize, usize), draw: fn(&Cx) -> Html) -> Html {
    part_unless(|old, new| old.page == new.page, name, page, (lane, item), draw)
}

/// A part that is not shown anew while `same` says so.
pub fn part_unless(
    same: fn(&PartProps, &PartProps) -> bool,
    name: &'static str,
    page: &Page,
    (lane, item): (usize, usize),
    draw: fn(&Cx) -> Html,
) -> Html {
    let props = PartProps { page: page.clone(), draw, same, lane, item };
    let key = Key::from(format!("{name}-{lane}-{item}"));
    VNode::from(VComp::new::<Part>(Rc::new(props), Some(key)))
}

/// Elements, one for each number up to `count`. They should carry keys.
pub fn each(count: usize, show: &dyn Fn(usize) -> Html) -> Html {
    let mut all = Vec::with_capacity(count);
    for place in 0..count {
        all.push(show(place));
    }
    VNode::from(yew::virtual_dom::VList::with_children(all, None))
}

type Work = Box<dyn FnOnce()>;

/// What a part remembers.
#[derive(Default)]
struct Memory {
    nodes: [NodeRef; 2],
    state: Option<Rc<dyn Any>>,
    /// By place: the key of the work that was done last.
    done: [Option<u64>; 2],
    /// Work to do once the elements are on the page.
    waiting: Vec<Work>,
    at_end: Option<Work>,
}

/// The component.
pub struct Part {
    memory: RefCell<Memory>,
    redraw: Callback<()>,
}

impl Component for Part {
    type Message = ();
    type Properties = PartProps;

    fn create(ctx: &Context<Self>) -> Self {
        let scope = ctx.link().clone();
        Self { memory: RefCell::default(), redraw: Callback::from(move |()| scope.send_message(())) }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        (props.draw)(&Cx { page: &props.page, lane: props.lane, item: props.item, part: self })
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        let waiting = std::mem::take(&mut self.memory.get_mut().waiting);
        for work in waiting {
            work();
        }
    }

    fn destroy(&mut self, _: &Context<Self>) {
        if let Some(work) = self.memory.get_mut().at_end.take() {
            work();
        }
    }
}

/// What a part's function draws from.
pub struct Cx<'a> {
    /// The page.
    pub page: &'a Page,
    /// The lane, where it is one lane's.
    pub lane: usize,
    /// Which one of its kind it is.
    pub item: usize,
    part: &'a Part,
}

impl Cx<'_> {
    /// One of the part's two places for an element.
    pub fn node(&self, place: usize) -> NodeRef {
        self.part.memory.borrow().nodes[place].clone()
    }

    /// What the part remembers; `first` makes it. A part asks for one type only.
    pub fn state<T: 'static>(&self, first: impl FnOnce() -> T) -> State<T> {
        let known = self.part.memory.borrow().state.clone().and_then(|state| state.downcast::<RefCell<T>>().ok());
        let cell = known.unwrap_or_else(|| {
            let made = Rc::new(RefCell::new(first()));
            self.part.memory.borrow_mut().state = Some(made.clone());
            made
        });
        State { cell, redraw: self.part.redraw.clone() }
    }

    /// Shows the part anew.
    pub fn redraw(&self) -> Callback<()> {
        self.part.redraw.clone()
    }

    /// Work to do once the elements are on the page: at every showing whose `key` is another than the last one's.
    pub fn after(&self, place: usize, key: u64, work: impl FnOnce() + 'static) {
        let mut memory = self.part.memory.borrow_mut();
        if memory.done[place] != Some(key) {
            memory.done[place] = Some(key);
            memory.waiting.push(Box::new(work));
        }
    }

    /// Work to do when the elements have left the page.
    pub fn at_end(&self, work: impl FnOnce() + 'static) {
        self.part.memory.borrow_mut().at_end = Some(Box::new(work));
    }
}

/// What a part remembers. Clones are the same memory.
pub struct State<T> {
    cell: Rc<RefCell<T>>,
    redraw: Callback<()>,
}

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        Self { cell: Rc::clone(&self.cell), redraw: self.redraw.clone() }
    }
}

impl<T> State<T> {
    /// Remembers something else, and shows the part anew.
    pub fn set(&self, to: T) {
        *self.cell.borrow_mut() = to;
        self.redraw.emit(());
    }

    /// Shows the part anew: something in it was changed.
    pub fn changed(&self) {
        self.redraw.emit(());
    }
}

impl<T> Deref for State<T> {
    type Target = RefCell<T>;
    fn deref(&self) -> &RefCell<T> {
        &self.cell
    }
}
