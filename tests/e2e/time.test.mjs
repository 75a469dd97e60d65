// Time: back and forth on the line, step by step, faster and slower, and never another run.
import assert from "node:assert/strict";
import { eachBrowser } from "./lib/each-browser.mjs";
import { clock, scrub, still, type, until } from "./lib/visitor.mjs";

eachBrowser("time", (test) => {
  test("rewound and run again, the run comes to the same fingerprint at the same moment", async ({ open }) => {
    const { page } = await open({ hash: "#t=6&speed=1&paused=yes" });
    await still(page);
    await type(page, "redis", "SET user:1 Alice");
    await type(page, "sim", "kill 0003-001");
    const later = await scrub(page, 9_000);
    assert.equal(later.now, 9e9);
    const earlier = await scrub(page, 4_000);
    assert.equal(earlier.now, 4e9);
    assert.notEqual(earlier.fingerprint, later.fingerprint);
    assert.deepEqual(await scrub(page, 9_000), later);
    assert.deepEqual(await scrub(page, 4_000), earlier);
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("Home");
    assert.equal((await still(page)).now, 0);
    await page.keyboard.press("End");
    assert.deepEqual(await still(page), later);
  });
});

eachBrowser("time, in detail", (test) => {
  test("a step forward and a step back end where they began", async ({ open }) => {
    const { page } = await open({ hash: "#t=6&speed=1&paused=yes" });
    const start = await still(page);
    await page.click("[aria-label='Step to the next event']");
    const next = await still(page);
    assert.ok(next.now >= start.now && next.fingerprint !== start.fingerprint, "something happened");
    await page.keyboard.press(".");
    const third = await still(page);
    assert.ok(third.now > next.now, `${third.now} after ${next.now}`);
    await page.click("[aria-label='Step back']");
    assert.equal((await still(page)).now, next.now);
    await page.keyboard.press(",");
    assert.equal((await still(page)).now, start.now);
  });

  test("Space pauses and plays, brackets change the speed", async ({ open }) => {
    const { page } = await open({ hash: "#t=2&speed=1&paused=no" });
    const speed = () => page.$eval(".speed-name", (name) => name.textContent);
    await until(page, "a run that plays", () => document.querySelector(".play").getAttribute("aria-label") === "Pause");
    assert.equal(await speed(), "1×");
    await page.keyboard.press("]");
    await until(page, "twice the speed", () => document.querySelector(".speed-name").textContent === "2×");
    await page.keyboard.press("[");
    await page.keyboard.press("[");
    await until(page, "half the speed", () => document.querySelector(".speed-name").textContent === "1/2×");
    await page.keyboard.press(" ");
    const { now } = await still(page);
    assert.equal(await clock(page), Math.floor(now / 1e6) / 1e3);
    await page.keyboard.press(" ");
    await until(page, "a clock that moves again", (then) => document.querySelector(".clock").textContent !== then, await page.$eval(".clock", (clock) => clock.textContent));
  });
}, ["chromium"]);
