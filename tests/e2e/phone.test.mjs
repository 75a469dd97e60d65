// Small screens: one lane, a sheet at the lower edge, and nothing to scroll sideways.
import assert from "node:assert/strict";
import { eachBrowser } from "./lib/each-browser.mjs";
import { answers, still, until } from "./lib/visitor.mjs";

for (const [width, height] of [[360, 640], [390, 844]]) {
  eachBrowser(`a phone of ${width}×${height}`, (test) => {
    test("shows one lane and switches to the other, its sheet opens and closes, and nothing scrolls sideways", async ({ open }) => {
      const { page } = await open({ width, height, touch: true, hash: "#t=5&speed=1&paused=yes" });
      await still(page);
      const fits = async (when) => {
        const overflow = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${overflow} px too wide ${when}`);
      };
      const shown = () => page.$$eval(".lane", (lanes) => lanes.filter((lane) => lane.getClientRects().length > 0).map((lane) => lane.dataset.lane));
      await fits("at first");
      assert.deepEqual(await shown(), ["A"]);
      const stage = await page.$eval(".lane.shown .stage-canvas", (canvas) => canvas.getBoundingClientRect().toJSON());
      assert.ok(stage.width >= width * 0.8 && stage.height >= 150 && stage.top < height / 2, `the stage is in sight: ${JSON.stringify(stage)}`);

      await page.click(".lane-tab:nth-child(2)");
      await until(page, "lane B", () => document.querySelector('[data-lane="B"]').getClientRects().length > 0);
      assert.deepEqual(await shown(), ["B"]);
      await fits("on lane B");

      for (const tab of ["Lesson", "Node", "Keys", "Request", "Console"]) {
        await page.click(`#tab-${tab}`);
        await until(page, `the sheet with ${tab}`, (tab) => document.querySelector(".side.open") && document.querySelector(`#tab-${tab}`).getAttribute("aria-selected") === "true", tab);
        await fits(`with ${tab} open`);
      }
      await page.type("#entry-redis", "PING");
      await page.keyboard.press("Enter");
      await answers(page, "PONG");
      await page.click("#tab-Console");
      await until(page, "a closed sheet", () => !document.querySelector(".side.open"));
      await fits("at the end");
    });
  });
}
