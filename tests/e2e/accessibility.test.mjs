// The page as axe-core judges it: WCAG 2.2 A and AA, desktop and phone, dark and light.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { eachBrowser } from "./lib/each-browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

eachBrowser("accessibility", (test) => {
  for (const [size, look] of [["a desktop", {}], ["a phone", { width: 390, height: 844, touch: true }]]) {
    for (const dark of [true, false]) {
      test(`axe finds no violation on ${size}, ${dark ? "dark" : "light"}`, async ({ open }) => {
        const { page } = await open({ ...look, dark });
        await page.evaluate(axe);
        const { violations } = await page.evaluate((values) => window.axe.run({ runOnly: { type: "tag", values } }), rules);
        const lines = violations.map((v) => `${v.id} (${v.impact}): ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 5).join(", ")}`);
        assert.deepEqual(lines, []);
      });
    }
  }
}, ["chromium"]);
