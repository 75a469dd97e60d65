//! What only a browser can tell: tests that run as WebAssembly in headless Chromium (`cargo xtask test wasm`).
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn the_library_runs_as_web_assembly() {
    assert!((libm::exp(1.0) - core::f64::consts::E).abs() < 1e-15);
}
