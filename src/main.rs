//! The page's binary. Everything it shows comes from the library; see `ui`.

#[cfg(target_arch = "wasm32")]
mod ui;

#[cfg(target_arch = "wasm32")]
fn main() {
    ui::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This binary is the page and runs in a browser. Try: cargo xtask serve");
}
