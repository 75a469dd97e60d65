// The page as axe-core judges it: WCAG 2.2 A and AA, desktop and phone, dark and light, at rest and with things open.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { eachBrowser } from "./lib/each-browser.mjs";
import { answers, still, type } from "./lib/visitor.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

async function judge(page, state = "") {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((values) => window.axe.run({ runOnly: { type: "tag", values } }), rules);
  const lines = violations.map((v) => `${v.id} (${v.impact}): ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 5).join(", ")}`);
  assert.deepEqual(lines, [], state);
}

eachBrowser("accessibility", (test) => {
  for (const [size, look] of [["a desktop", {}], ["a phone", { width: 390, height: 844, touch: true }]]) {
    for (const dark of [true, false]) {
      test(`axe finds no violation on ${size}, ${dark ? "dark" : "light"}`, async ({ open }) => {
        const { page } = await open({ ...look, dark });
        await judge(page);
      });
    }
  }

  for (const dark of [true, false]) {
    test(`axe finds no violation in what opens over the page, ${dark ? "dark" : "light"}`, async ({ open }) => {
      const { page } = await open({ dark, hash: "#t=6&speed=1&paused=yes" });
      await still(page);
      await type(page, "redis", "SET user:1 Alice");
      await answers(page, "OK");
      await type(page, "redis", "NOSUCH");
      await answers(page, "(error) ERR unknown command…");
      await type(page, "redis", "SET k", { send: false });
      await judge(page, "a console with text");
      for (const tab of ["Node", "Keys", "Request"]) {
        await page.click(`#tab-${tab}`);
        await judge(page, `the ${tab} tab`);
      }
      await page.click('[data-lane="A"] [data-node="0002-001"]');
      await page.waitForSelector(".popover");
      await judge(page, "an open popover");
      await page.keyboard.press("Escape");
      for (const [key, dialog] of [["/", ".palette"], ["?", ".help"], ["s", ".share"]]) {
        await page.keyboard.press(key);
        await page.waitForSelector(`dialog${dialog}[open]`);
        await judge(page, dialog);
        await page.keyboard.press("Escape");
        await page.waitForSelector("dialog", { hidden: true });
      }
    });
  }
}, ["chromium"]);
