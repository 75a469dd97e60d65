// The shell of the page: it starts anywhere, and when it cannot go on it says so.
import assert from "node:assert/strict";
import { eachBrowser } from "./lib/each-browser.mjs";

const overlay = (page) => page.waitForSelector("#failure h1", { timeout: 20_000 });
const textOf = (page, selector) => page.$eval(selector, (element) => element.textContent);

eachBrowser("the shell", (test) => {
  test("starts under a path that is not the root, and asks for nothing outside it", async ({ open }) => {
    const { page, requests } = await open({ server: { under: "/some where/else/" } });
    assert.match(await page.title(), /Slotscope/);
    assert.equal(await page.$("#failure"), null);
    assert.deepEqual(requests.filter((path) => !path.startsWith("/some where/else/")), []);
  });

  test("says so when its program cannot be loaded", async ({ open }) => {
    const { page, problems } = await open({ ready: false, server: { refuse: /\.wasm$/ } });
    await overlay(page);
    assert.equal(await textOf(page, "#failure h1"), "The page could not start");
    problems.length = 0;
  });

  test("says so when its script cannot be loaded", async ({ open }) => {
    const { page, problems } = await open({ ready: false, server: { refuse: /\.js$/ } });
    await overlay(page);
    assert.equal(await textOf(page, "#failure h1"), "The page could not start");
    problems.length = 0;
  });

  test("says so when the program traps, and offers the run up to the step before", async ({ open }) => {
    const { page, problems, url } = await open();
    await page.evaluate(() => {
      window.slotscopeLastGood = "#before-the-fall";
      setTimeout(() => {
        console.error("panicked at src/engine.rs:1:1:\nthe sky is falling");
        throw new WebAssembly.RuntimeError("unreachable");
      });
    });
    await overlay(page);
    assert.equal(await textOf(page, "#failure h1"), "The simulation stopped");
    assert.match(await textOf(page, "#failure pre"), /the sky is falling/);
    problems.length = 0;
    // The address changes before the page is loaded anew: what tells the new page is that it knows nothing of this one.
    await page.evaluate(() => {
      window.fallen = true;
      setTimeout(() => document.querySelector("#failure a").click());
    });
    await page.waitForFunction(() => !window.fallen && document.documentElement.dataset.ready === "1", { timeout: 30_000, polling: 50 });
    assert.equal(page.url(), `${url}#before-the-fall`);
    assert.equal(await page.$("#failure"), null);
  });
});
