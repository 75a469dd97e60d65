// The first seconds: a cluster that lives, and one that stands still when it is asked to.
import assert from "node:assert/strict";
import { eachBrowser } from "./lib/each-browser.mjs";
import { clock, figures, still, until } from "./lib/visitor.mjs";

/** How many animation frames the page asks for in half a second. */
const framesAskedFor = (page) =>
  page.evaluate(async () => {
    let asked = 0;
    const real = window.requestAnimationFrame;
    window.requestAnimationFrame = (call) => {
      asked += 1;
      return real.call(window, call);
    };
    await new Promise((done) => setTimeout(done, 500));
    window.requestAnimationFrame = real;
    return asked;
  });

eachBrowser("the opening", (test) => {
  test("shows a living cluster: the clock moves and both lanes have figures", async ({ open }) => {
    const { page } = await open();
    const marks = await page.evaluate(() => performance.getEntriesByName("slotscope:first-frame").length);
    assert.equal(marks, 1);
    const before = await clock(page);
    await until(page, "a hit ratio and a p99 in both lanes", () => {
      const values = [...document.querySelectorAll(".figure dd")].map((value) => value.textContent);
      return values.length === 10 && values.every((value) => /^[\d\s.,]+/.test(value));
    });
    assert.ok((await clock(page)) > before, "the clock moves");
    for (const lane of ["A", "B"]) assert.match((await figures(page, lane))["hit ratio"], /^\d+\.\d\s%$/);
  });

  test("asks for no animation frame while it is paused", async ({ open }) => {
    const { page } = await open();
    assert.ok((await framesAskedFor(page)) > 3, "a moving run asks for frames");
    await page.keyboard.press(" ");
    const { fingerprint } = await still(page);
    assert.match(fingerprint, /^[0-9a-f]{16}$/);
    assert.equal(await framesAskedFor(page), 0);
  });
});

eachBrowser("the opening, in detail", (test) => {
  test("stands still at once for those who asked for less motion, its figures there", async ({ open }) => {
    const { page } = await open({ calm: true });
    const { now } = await still(page);
    assert.equal(now, 5e9);
    assert.equal(await page.$eval(".play", (play) => play.getAttribute("aria-label")), "Play");
    assert.match((await figures(page, "A"))["hit ratio"], /^\d+\.\d\s%$/);
    assert.equal(await framesAskedFor(page), 0);
  });

  test("keeps the theme that was chosen over a reload", async ({ open }) => {
    const { page } = await open({ dark: true, hash: "#paused=yes" });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    await page.click(".theme-button");
    await page.waitForSelector("[aria-label='Dark theme']");
    const light = await background();
    assert.notEqual(light, dark);
    await page.reload({ waitUntil: "load" });
    await page.waitForSelector("[aria-label='Dark theme']");
    assert.equal(await background(), light);
    await page.keyboard.press("t");
    await page.waitForSelector("[aria-label='Light theme']");
    assert.equal(await background(), dark);
  });
}, ["chromium"]);
