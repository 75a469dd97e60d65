//! What the visitor looks at: tabs, the chosen node, what is open over the page. Nothing of the run.

use std::cell::RefCell;
use std::rc::Rc;

use slotscope::scenario::{Console, gallery};
use slotscope::world::{KeysQuery, Nanos, Topic, TraceKind};
use yew::prelude::*;

use super::browser::Browse;
use super::dom;
use super::player::Player;
use super::sheets::Sharing;
use super::snapshot::Snapshot;

/// The tabs of the right column; the last is a tab on small screens only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// What one sees, what to try.
    Lesson,
    /// The chosen node.
    Node,
    /// Slots and keys.
    Keys,
    /// One operation, hop by hop.
    Request,
    /// The consoles.
    Console,
}

impl Tab {
    /// All of them, in the order of the page and of the link's numbers.
    pub const ALL: [Self; 5] = [Self::Lesson, Self::Node, Self::Keys, Self::Request, Self::Console];

    /// What stands on it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lesson => "Lesson",
            Self::Node => "Node",
            Self::Keys => "Keys",
            Self::Request => "Request",
            Self::Console => "Console",
        }
    }
}

/// What stands over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// All actions, by name.
    Palette,
    /// Shortcuts and shapes.
    Help,
    /// The run's link.
    Share,
    /// A lane's map of slots.
    Slots(usize),
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Ui {
    /// The tab of the right column.
    pub tab: Tab,
    /// Small screens: whether the sheet at the lower edge is open.
    pub sheet: bool,
    /// The chart.
    pub topic: Topic,
    /// The lane whose node, keys, requests and consoles are shown; on small screens the only one shown.
    pub lane: usize,
    /// The chosen node, in the order of deployment.
    pub selected: Option<usize>,
    /// The node with its actions beside it: lane and node.
    pub popover: Option<(usize, usize)>,
    /// The console.
    pub console: Console,
    /// What stands over the page.
    pub overlay: Option<Overlay>,
    /// Whether the line over the stage is still there.
    pub greeting: bool,
    /// Whether keys of one letter do anything.
    pub single_keys: bool,
    /// The link that was made last.
    pub sharing: Rc<Sharing>,
    /// What the key browser looks for, while it is open in the keys tab.
    pub browse: Option<Rc<Browse>>,
    /// Whether the dark theme is shown.
    pub dark: bool,
}

/// What changes what is looked at.
#[derive(Clone, Debug)]
pub enum Look {
    /// A tab; opens the sheet on small screens.
    Tab(Tab),
    /// The sheet's handle: the tab again closes it.
    Sheet(Tab),
    /// A chart.
    Topic(Topic),
    /// A lane.
    Lane(usize),
    /// A node, with its actions beside it in this lane.
    Node(usize, usize),
    /// A node, its details shown at the right.
    Details(usize),
    /// No node's actions.
    ClosePopover,
    /// A console.
    Console(Console),
    /// Something over the page.
    Open(Overlay),
    /// A link that was made.
    Share(Rc<Sharing>),
    /// That link is on the clipboard.
    Copied,
    /// Nothing over the page.
    Close,
    /// The visitor knows what this is.
    Greeted,
    /// The other theme.
    Theme(bool),
    /// Keys of one letter, on or off.
    SingleKeys(bool),
    /// The key browser: something else, or nothing more.
    Browse(Option<Rc<Browse>>),
    /// Another run: nothing is chosen.
    Forget,
}

impl Default for Ui {
    fn default() -> Self {
        Self {
            tab: Tab::Lesson,
            sheet: false,
            topic: Topic::HitRatio,
            lane: 0,
            selected: None,
            popover: None,
            console: Console::Redis,
            overlay: None,
            greeting: true,
            single_keys: dom::remembered("slotscope.single-keys").as_deref() != Some("off"),
            sharing: Rc::default(),
            browse: None,
            dark: dom::root()
                .and_then(|root| root.get_attribute("data-theme"))
                .map_or_else(|| dom::media("(prefers-color-scheme: dark)"), |theme| theme == "dark"),
        }
    }
}

impl Ui {
    /// What is looked at after a change.
    fn after(&self, look: Look) -> Self {
        let mut ui = self.clone();
        match look {
            Look::Tab(tab) => (ui.tab, ui.sheet) = (tab, true),
            Look::Sheet(tab) => (ui.sheet, ui.tab) = (!(ui.sheet && ui.tab == tab), tab),
            Look::Topic(topic) => ui.topic = topic,
            Look::Lane(lane) => (ui.lane, ui.popover) = (lane, None),
            Look::Node(lane, node) => {
                (ui.lane, ui.selected, ui.greeting) = (lane, Some(node), false);
                ui.popover = if ui.popover == Some((lane, node)) { None } else { Some((lane, node)) };
            }
            Look::Details(node) => {
                (ui.selected, ui.popover, ui.tab, ui.sheet, ui.greeting) = (Some(node), None, Tab::Node, true, false);
            }
            Look::ClosePopover => ui.popover = None,
            Look::Console(console) => ui.console = console,
            Look::Open(overlay) => (ui.overlay, ui.popover) = (Some(overlay), None),
            Look::Share(sharing) => (ui.sharing, ui.overlay, ui.popover) = (sharing, Some(Overlay::Share), None),
            Look::Copied => Rc::make_mut(&mut ui.sharing).copied = true,
            Look::Close => ui.overlay = None,
            Look::Greeted => ui.greeting = false,
            Look::Theme(dark) => ui.dark = dark,
            Look::SingleKeys(on) => ui.single_keys = on,
            Look::Browse(browse) => ui.browse = browse,
            Look::Forget => (ui.selected, ui.popover, ui.lane, ui.browse) = (None, None, 0, None),
        }
        ui
    }
}

/// The page's present: what it shows changes here, and nowhere else.
pub struct Hub {
    player: Player,
    snapshot: RefCell<Rc<Snapshot>>,
    ui: RefCell<Rc<Ui>>,
    redraw: RefCell<Callback<()>>,
}

impl Hub {
    /// A page that is not shown yet.
    pub fn new(player: Player, ui: Ui) -> Rc<Self> {
        let snapshot = RefCell::new(player.snapshot());
        Rc::new(Self { player, snapshot, ui: RefCell::new(Rc::new(ui)), redraw: RefCell::new(Callback::noop()) })
    }

    /// The page as it is now.
    pub fn page(self: &Rc<Self>) -> Page {
        Page {
            player: self.player.clone(),
            snapshot: Rc::clone(&self.snapshot.borrow()),
            ui: Rc::clone(&self.ui.borrow()),
            hub: Rc::clone(self),
        }
    }

    /// From now on `redraw` is called whenever something changes.
    pub fn show(self: &Rc<Self>, redraw: Callback<()>) {
        *self.redraw.borrow_mut() = redraw;
        let hub = Rc::clone(self);
        self.player.listen(Callback::from(move |snapshot| {
            *hub.snapshot.borrow_mut() = snapshot;
            hub.redraw();
        }));
    }

    fn redraw(&self) {
        let redraw = self.redraw.borrow().clone();
        redraw.emit(());
    }

    fn look(&self, look: Look) {
        let ui = self.ui.borrow().after(look);
        if ui != **self.ui.borrow() {
            *self.ui.borrow_mut() = Rc::new(ui);
            self.redraw();
        }
    }
}

/// Everything a part of the page is given.
#[derive(Clone)]
pub struct Page {
    /// The run's handle.
    pub player: Player,
    /// The run's reading.
    pub snapshot: Rc<Snapshot>,
    /// What is looked at.
    pub ui: Rc<Ui>,
    hub: Rc<Hub>,
}

impl PartialEq for Page {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.snapshot, &other.snapshot) && Rc::ptr_eq(&self.ui, &other.ui)
    }
}

/// What a button does.
#[derive(Clone)]
pub enum Deed {
    /// Changes what is looked at.
    Look(Look),
    /// Runs a console's line; the note stands beside it.
    Run(Console, String, &'static str),
    /// Does something to the page or its run.
    Do(fn(&Page)),
    /// Goes to a moment.
    Seek(Nanos),
    /// Shows the next operation of a kind in the lane that is looked at.
    Follow(TraceKind),
    /// Takes a speed.
    Speed(usize),
    /// Opens a scene of the gallery.
    Scene(usize),
    /// Shows a console and puts the cursor there.
    Type(Console),
}

impl Page {
    /// The page as it is now: what a listener holds may be old.
    pub fn now(&self) -> Self {
        self.hub.page()
    }

    /// From now on `redraw` is called whenever something changes.
    pub fn show(&self, redraw: Callback<()>) {
        self.hub.show(redraw);
    }

    /// Changes what is looked at.
    pub fn look(&self, look: Look) {
        self.hub.look(look);
    }

    /// Does what a button does.
    pub fn act(&self, deed: &Deed) {
        match deed {
            Deed::Look(look) => self.look(look.clone()),
            Deed::Run(console, line, note) => self.run(*console, line, note),
            Deed::Do(what) => what(self),
            Deed::Seek(at) => self.player.seek(*at),
            Deed::Follow(kind) => self.player.follow(self.ui.lane, *kind),
            Deed::Speed(place) => self.player.set_speed(*place),
            Deed::Scene(place) => {
                if let Some(exhibit) = gallery().get(*place) {
                    self.player.load(&exhibit.scenario);
                    self.look(Look::Forget);
                }
            }
            Deed::Type(console) => super::palette::focus_console(self, *console),
        }
    }

    /// The keys to be read for the key browser, while it is in sight.
    pub fn keys_wanted(&self) -> Option<KeysQuery> {
        let ui = &self.ui;
        let seen = ui.tab == Tab::Keys && (ui.sheet || !dom::is_narrow());
        let browse = ui.browse.as_ref().filter(|_| seen)?;
        Some(KeysQuery { lane: ui.lane, ..browse.query.clone() })
    }

    /// A click that does it.
    pub fn does(&self, deed: Deed) -> Callback<MouseEvent> {
        let page = self.clone();
        Callback::from(move |_: MouseEvent| page.act(&deed))
    }

    /// A click that changes what is looked at.
    pub fn looks(&self, look: Look) -> Callback<MouseEvent> {
        self.does(Deed::Look(look))
    }

    /// A click that runs a line.
    pub fn runs(&self, console: Console, line: String, note: &'static str) -> Callback<MouseEvent> {
        self.does(Deed::Run(console, line, note))
    }

    /// Runs a line for a button, which says so beside it on the console.
    pub fn run(&self, console: Console, line: &str, note: &'static str) {
        self.player.click_line(console, line, note);
        self.look(Look::Greeted);
        self.look(Look::ClosePopover);
        // The console that the line stands on is shown, so that clicking teaches the command.
        if console != Console::Sim || self.ui.console == Console::Aws {
            self.look(Look::Console(console));
        }
        // What it answers is what was asked for: on small screens that is another tab.
        if console == Console::Redis && dom::is_narrow() {
            self.look(Look::Tab(Tab::Console));
        }
    }

    /// The other theme, remembered.
    pub fn flip_theme(&self) {
        let dark = !self.ui.dark;
        let name = if dark { "dark" } else { "light" };
        dom::set_root_data("theme", name);
        dom::remember("slotscope.theme", Some(name));
        self.look(Look::Theme(dark));
        self.player.recolour();
    }
}

/// Takes up the theme that was chosen at an earlier visit.
pub fn restore_theme() {
    if let Some(theme) = dom::remembered("slotscope.theme").filter(|theme| theme == "dark" || theme == "light") {
        dom::set_root_data("theme", &theme);
    }
}
