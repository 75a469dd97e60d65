// Links: the run goes out whole, comes back the same, and what is no link is told from one.
import assert from "node:assert/strict";
import { eachBrowser } from "./lib/each-browser.mjs";
import { answers, still, twoFrames, type, until, valueOf } from "./lib/visitor.mjs";

const COMMANDS = ["SET user:1 Alice", "GET user:1", "INCR visits", "HSET cart:1 apples 2", "HGETALL cart:1", "EXPIRE user:1 60", "TTL user:1", "DEL visits", "MGET a{1} b{1}", "CLUSTER KEYSLOT user:1"];
const FAULTS = ["kill 0002-001", "pause 0003-001", "loss 5%", "partition us-east-1b", "latency 0001-001 20"];

const banner = (page) => until(page, "a sentence over the page", () => document.querySelector(".banner p")).then(() => page.$eval(".banner p", (words) => words.textContent));

eachBrowser("links", (test) => {
  test("a shared run of ten commands and five faults fits into 400 characters and replays to the same fingerprint elsewhere", async ({ open }) => {
    const { page } = await open({ hash: "#t=6&speed=1&paused=yes" });
    await still(page);
    for (const line of COMMANDS) await type(page, "redis", line);
    await answers(page, "(integer) 10778");
    for (const line of FAULTS) await type(page, "sim", line);
    await answers(page, `sim> ${FAULTS.at(-1)}`);
    const sent = await still(page);
    await page.click(".topbar .button.primary");
    await page.waitForSelector(".share input");
    const address = await valueOf(page, ".share input");
    assert.ok(address.length <= 400, `${address.length} characters: ${address}`);
    assert.equal(page.url(), address);
    assert.match(await page.$eval(".share", (sheet) => sheet.textContent), new RegExp(`fingerprint ${sent.fingerprint}`));

    const { page: other } = await open({ hash: new URL(address).hash });
    assert.match(await banner(other), /^Replayed to 0:\d\d\.\d+, fingerprint [0-9a-f]{4}… matches the link\.$/);
    assert.deepEqual(await still(other), sent);
    await other.click("#console-redis");
    await answers(other, "(integer) 10778");
  });

  const whole = "#1s.HcQGsowBDkEgcHJpbWFyeSBkaWVzEwEAFAHOAgENMQAWZw";
  for (const [kind, hash, sentence] of [
    ["a damaged link", whole.replace("cHJpbWFy", "cHJpbWFz"), /damaged|missing|sense/],
    ["a link cut short", whole.slice(0, -8), /damaged|missing/],
    ["a link of 70 KB", `#1s.${"A".repeat(70_000)}`, /too long|damaged|missing|64 KB/],
    ["a link of a version to come", "#2s.AAAA", /newer Slotscope/],
    ["no link at all", "#hello", /not a Slotscope link/],
  ]) {
    test(`${kind} is answered with a sentence, and the opening scene runs`, async ({ open }) => {
      const { page } = await open({ hash });
      const words = await banner(page);
      assert.match(words, /^The link could not be opened\. /);
      assert.match(words, sentence);
      assert.ok(await page.$(".banner-place[role=status], .banner-place [role=alert]"), "it is read aloud");
      await until(page, "a run that moves", () => document.documentElement.dataset.doing === "moving");
      assert.equal(await page.$eval(".scene select", (scene) => scene.selectedIndex), 0);
      await page.click(".banner [aria-label=Close]");
      await until(page, "no sentence", () => !document.querySelector(".banner"));
    });
  }
});

eachBrowser("links, in detail", (test) => {
  test("a link is said to be copied when it is, and only then", async ({ open }) => {
    const { page } = await open({ hash: "#t=5&paused=yes" });
    await still(page);
    for (const [answer, words] of [["reject", /^Put into the address bar/], ["resolve", /^Copied, and put into the address bar/]]) {
      await page.evaluate((answer) => {
        navigator.clipboard.writeText = (text) => {
          window.written = text;
          return Promise[answer](new DOMException("the visitor said no", "NotAllowedError"));
        };
      }, answer);
      await page.click(".topbar .button.primary");
      await page.waitForSelector(".share .share-foot");
      await twoFrames(page);
      assert.match(await page.$eval(".share-foot", (foot) => foot.textContent), words);
      assert.equal(await page.evaluate(() => window.written), await valueOf(page, ".share input"));
      await page.keyboard.press("Escape");
      await page.waitForSelector("dialog", { hidden: true });
    }
  });

  test("another link that is opened over a run can be left for that run, as it was", async ({ open }) => {
    const { page } = await open({ hash: "#t=6&speed=1&paused=yes" });
    await still(page);
    await type(page, "sim", "kill 0003-001");
    await answers(page, "sim> kill 0003-001");
    await page.keyboard.press("Escape");
    await page.keyboard.press(".");
    const mine = await still(page);
    await page.evaluate(() => (location.hash = "#s=failover&t=3&paused=yes"));
    await until(page, "the other scene", () => document.querySelector(".scene select").selectedOptions[0].textContent === "A primary dies");
    assert.match(await banner(page), /^Another link was opened\.$/);
    const other = await still(page);
    assert.equal(other.now, 3e9);
    await (await page.$(".banner .button:not(.bare)")).click();
    await until(page, "the run before", () => document.querySelector(".scene select").selectedIndex === 0);
    assert.deepEqual(await still(page), mine);
    assert.match(await banner(page), /matches the link/);
  });

  test("a damaged link opened over a run leaves that run alone and says so", async ({ open }) => {
    const { page } = await open({ hash: "#t=6&speed=1&paused=yes" });
    const mine = await still(page);
    await page.evaluate(() => (location.hash = "#1s.nonsense"));
    assert.match(await banner(page), /^The link could not be opened; your run goes on\. /);
    assert.deepEqual(await still(page), mine);
  });
}, ["chromium"]);
