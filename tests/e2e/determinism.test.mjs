// Same link, same run: what the published links ended with natively is what they end with in a browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { eachBrowser } from "./lib/each-browser.mjs";

const golden = readFileSync(new URL("../golden/links.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line && !line.startsWith("#"))
  .map((line) => line.split("\t"))
  .filter(([, , , fingerprint]) => fingerprint !== "-");

eachBrowser("determinism", (test) => {
  test("every published link ends with the fingerprint of the native run", async ({ open }) => {
    const { page } = await open({ hash: "#paused=yes" });
    assert.ok(golden.length >= 5, "the golden file holds runs");
    for (const [name, link, , fingerprint] of golden) {
      const seen = await page.evaluate((link) => {
        const run = new window.wasmBindings.Playground(link);
        const fingerprint = run.fingerprint();
        run.free();
        return fingerprint;
      }, link);
      assert.equal(seen, fingerprint, `${name}: ${link}`);
    }
  });

  test("the page itself, opened on a published link, stands at its moment with its fingerprint and says so", async ({ open }) => {
    const [, link, moment, fingerprint] = golden.find(([name]) => name === "failover");
    const { page: maker } = await open({ hash: "#paused=yes" });
    // Published links play on from their moment; the link of a run that stands there has its fingerprint with it.
    const standing = await maker.evaluate((link) => new window.wasmBindings.Playground(link).link(), link);
    const { page } = await open({ hash: standing });
    await page.waitForFunction(() => document.documentElement.dataset.fingerprint, { timeout: 60_000 });
    const { now, seen } = await page.evaluate(() => ({
      now: document.documentElement.dataset.now,
      seen: document.documentElement.dataset.fingerprint,
    }));
    assert.match(await page.$eval(".banner", (banner) => banner.textContent), /matches the link/);
    assert.deepEqual([now, seen], [String(Number(moment) * 1e9), fingerprint]);
  });

  test("a page that embeds the API gets a run from the module whose name stays", async ({ open }) => {
    const { page } = await open({ hash: "#paused=yes" });
    const seen = await page.evaluate(async () => {
      const { default: init, Playground } = await import(new URL("slotscope.js", location.href));
      await init();
      const run = new Playground("seed 3\nlanes cache-aside");
      run.advance(1);
      return [run.view().lanes.length, run.exec("SET user:1 Alice").at(-1), run.exec("GET user:1").at(-1)];
    });
    assert.deepEqual(seen, [1, "OK", '"Alice"']);
  });
});
