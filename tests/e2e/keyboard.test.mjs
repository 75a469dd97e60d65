// Without a pointer: everything is reached, nothing holds the focus that should let go of it.
import assert from "node:assert/strict";
import { eachBrowser } from "./lib/each-browser.mjs";
import { answers, still, until } from "./lib/visitor.mjs";

const START = "#t=5&speed=1&paused=yes";
const focused = (page) =>
  page.evaluate(() => {
    const { activeElement: element } = document;
    return element === document.body ? "body" : element.id || element.dataset.node || element.getAttribute("aria-label") || element.textContent.trim();
  });

eachBrowser("the keyboard", (test) => {
  test("Tab goes past transport, nodes and an empty console line, and around", async ({ open }) => {
    const { page } = await open({ hash: START });
    await still(page);
    const seen = [];
    for (let i = 0; i < 120; i += 1) {
      await page.keyboard.press("Tab");
      const name = await focused(page);
      if (seen.length > 5 && (name === seen[0] || name === "body")) break;
      seen.push(name);
    }
    for (const wanted of ["Play", "Step back", "Speed", "0001-001", "0003-002", "Moment of the run", "tab-Lesson", "console-redis", "entry-redis"]) {
      assert.ok(seen.includes(wanted), `${wanted} is reached by Tab; in order: ${seen.join(" | ")}`);
    }
    assert.ok(seen.length < 120, "Tab comes to an end");
    // From the last field on, Tab leaves the page where a browser has something around it: what counts is that it may.
    await page.evaluate(() => addEventListener("keydown", (event) => (window.held = event.defaultPrevented)));
    await page.focus("#entry-redis");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => window.held), false);
    await page.focus("#entry-redis");
    await page.keyboard.down("Shift");
    await page.keyboard.press("Tab");
    await page.keyboard.up("Shift");
    assert.notEqual(await focused(page), "entry-redis");
  });

  test("a node is killed without a pointer, and Escape gives the focus back to it", async ({ open }) => {
    const { page } = await open({ hash: START });
    await still(page);
    await page.focus('[data-lane="A"] [data-node="0002-001"]');
    await page.keyboard.press("Enter");
    await page.waitForSelector(".popover");
    await until(page, "the focus on Kill", () => document.activeElement.matches(".popover .action"));
    await page.keyboard.press("Escape");
    await until(page, "no popover", () => !document.querySelector(".popover"));
    assert.equal(await focused(page), "0002-001");
    await page.keyboard.press("Enter");
    await until(page, "the focus on Kill again", () => document.activeElement.matches(".popover .action"));
    await page.keyboard.press("Enter");
    await answers(page, "sim> kill 0002-001 ← you clicked Kill");
  });
});

eachBrowser("the keyboard, in detail", (test) => {
  test("Ctrl+K opens the palette, letters filter it, Enter does what is chosen", async ({ open }) => {
    const { page } = await open({ hash: START });
    await still(page);
    await page.focus("#entry-redis");
    await page.keyboard.down("Control");
    await page.keyboard.press("k");
    await page.keyboard.up("Control");
    await page.waitForSelector(".palette input");
    const all = (await page.$$(".deed")).length;
    await page.keyboard.type("pause 0003-002");
    await until(page, "fewer deeds", (all) => document.querySelectorAll(".deed").length < all, all);
    assert.match(await page.$eval(".deed", (deed) => deed.innerText.replace(/\s+/g, " ")), /^Pause 0003-002 sim> pause 0003-002$/);
    await page.keyboard.press("Enter");
    await answers(page, "sim> pause 0003-002 ← …");
    assert.equal(await page.$("dialog"), null);
  });

  test("? opens help, / the palette, S the link, Escape closes each", async ({ open }) => {
    const { page } = await open({ hash: START });
    await still(page);
    for (const [key, dialog] of [["?", ".help"], ["/", ".palette"], ["s", ".share"]]) {
      await page.keyboard.press(key);
      await page.waitForSelector(`dialog${dialog}[open]`);
      await page.keyboard.press("Escape");
      await until(page, `no ${dialog}`, () => !document.querySelector("dialog"));
    }
  });

  test("keys of one letter rest while something is typed", async ({ open }) => {
    const { page } = await open({ hash: START });
    const { now } = await still(page);
    await page.focus("#entry-redis");
    await page.keyboard.type("k?/ts.,[]19 ");
    assert.equal(await page.$eval("#entry-redis", (entry) => entry.value), "k?/ts.,[]19 ");
    assert.equal(await page.$("dialog"), null);
    assert.equal((await still(page)).now, now);
  });
}, ["chromium"]);
