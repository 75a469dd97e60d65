// Breaking things: a click is a console line, and the cluster answers for itself.
import assert from "node:assert/strict";
import { eachBrowser } from "./lib/each-browser.mjs";
import { answers, figures, nodeWords, said, still, type, until } from "./lib/visitor.mjs";

eachBrowser("faults", (test) => {
  test("Kill on a node shows its line, kills the node in both lanes, and its replica takes over", async ({ open }) => {
    const { page } = await open({ hash: "#t=5&speed=0.005&paused=no" });
    await page.click('[data-lane="A"] [data-node="0002-001"]');
    await page.waitForSelector(".popover .action");
    const actions = await page.$$eval(".popover .action", (actions) => actions.map((action) => action.innerText.replace(/\s+/g, " ")));
    assert.equal(actions[0], "Kill sim> kill 0002-001");
    await page.click(".popover .action");
    await answers(page, "sim> kill 0002-001 ← you clicked Kill");
    for (const lane of ["A", "B"]) {
      await until(page, `a dead node in lane ${lane}`, (lane) =>
        document.querySelector(`[data-lane="${lane}"] [data-node="0002-001"]`).getAttribute("aria-label").endsWith(", dead"), lane);
      assert.match(await nodeWords(page, lane, "0002-002"), /replica of 0002-001/);
    }

    // Nobody would live to see the election in slow motion: the page has gone to real time by itself.
    assert.match(await page.$eval(".speed", (speed) => speed.textContent), /real time/);
    for (const lane of ["A", "B"]) {
      await until(page, `a promoted replica in lane ${lane}`, (lane) =>
        [...document.querySelectorAll(`[data-lane="${lane}"] [data-node^="0002-"]`)].some((node) => node.getAttribute("aria-label").includes(", primary,") && !node.getAttribute("aria-label").includes("dead")), lane);
    }
    await page.keyboard.press(" ");
    await still(page);
    const events = await page.$$eval("[aria-label=Events] li", (marks) => marks.map((mark) => mark.textContent));
    // What happens in both lanes at one moment stands there once, without a lane.
    for (const what of [/: kill 0002-001$/, /0002-001 suspected$/, /0002-001 FAIL/, /0002-00[23] elected, epoch \d+$/]) {
      assert.ok(events.some((event) => what.test(event)), `the time line tells ${what}: ${events}`);
    }
    const words = await page.$$eval(".in-words li", (words) => words.map((word) => word.textContent));
    assert.ok(words.some((word) => /0002-001.*(dead|gone|down)/.test(word)), `the cluster in words: ${words}`);
  });
});

eachBrowser("faults, in detail", (test) => {
  test("less memory by a sim line makes evictions rise", async ({ open }) => {
    const { page } = await open({ hash: "#t=8&speed=1&paused=yes" });
    await still(page);
    const before = Number((await figures(page, "A")).evictions.replace(/\D/g, ""));
    await type(page, "sim", "call CONFIG SET maxmemory 1700kb");
    await answers(page, "sim> call CONFIG SET maxmemory 1700kb");
    for (let i = 0; i < 3; i += 1) await page.keyboard.press("Tab"); // out of the console: an empty line lets go of Tab
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press(" ");
    await until(page, "more evictions in both lanes", (before) =>
      ["A", "B"].every((lane) => Number(document.querySelector(`[data-lane="${lane}"] .figure:last-child dd`).textContent.replace(/\D/g, "")) > before), before);
  });

  test("what the node tab changes is a line that it shows and runs", async ({ open }) => {
    const { page } = await open({ hash: "#t=6&speed=1&paused=yes" });
    await still(page);
    await page.click("#tab-Node");
    await page.waitForSelector(".node-tab");
    await page.select(".node-tab .controls select", "allkeys-lfu");
    await answers(page, "sim> call CONFIG SET maxmemory-policy allkeys-lfu ← you chose a policy");
    const forms = await page.$$(".node-tab form.control");
    assert.equal(forms.length, 4);
    for (const [place, value, line] of [[0, "3", "call CONFIG SET maxmemory 3mb"], [1, "1500", "load rate 1500"], [2, "50", "load reads 50%"], [3, "9", "load ttl 9"]]) {
      const input = await forms[place].$("input");
      await input.click({ clickCount: 3 });
      await input.type(value);
      assert.equal(await forms[place].$eval("code", (code) => code.textContent), `sim> ${line}`);
      await (await forms[place].$("button")).click();
      await answers(page, `sim> ${line} ← …`);
    }
    const actions = await page.$$eval(".node-tab .action", (actions) => actions.map((action) => action.innerText.replace(/\s+/g, " ")));
    assert.deepEqual(actions, ["Kill sim> kill 0001-001", "Pause sim> pause 0001-001"]);
    await page.keyboard.press("Escape");
    await page.click(".node-tab .action:nth-child(2)");
    await answers(page, "sim> pause 0001-001 ← you clicked Pause");
    assert.ok((await said(page)).length >= 7);
    await until(page, "a policy that holds", () => /allkeys-lfu/.test(document.querySelector(".node-tab .details").textContent));
  });
}, ["chromium"]);
