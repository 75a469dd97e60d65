// What waits at the redis> console: blocking commands, subscriptions, MONITOR, and how they are ended.
import assert from "node:assert/strict";
import { eachBrowser } from "./lib/each-browser.mjs";
import { answers, said, still, type, until } from "./lib/visitor.mjs";

const START = "#t=6&speed=1&paused=yes";
const waits = (page) => page.waitForSelector(".console-waits button");
const waitsNoMore = (page) => until(page, "a console that waits for nothing", () => !document.querySelector(".console-waits"));

async function control(page, key) {
  await page.keyboard.down("Control");
  await page.keyboard.press(key);
  await page.keyboard.up("Control");
}

eachBrowser("what waits", (test) => {
  test("BLPOP waits, the run rests meanwhile, and Ctrl-C or the button ends it", async ({ open }) => {
    const { page } = await open({ hash: START });
    await still(page);
    for (const how of ["key", "button"]) {
      await type(page, "redis", "BLPOP nothing:here 0");
      await waits(page);
      await still(page);
      if (how === "key") await control(page, "c");
      else await page.click(".console-waits button");
      await answers(page, "^C");
      await waitsNoMore(page);
      await type(page, "redis", "PING");
      await answers(page, "PONG");
      await control(page, "l");
      await until(page, "an empty console", () => document.querySelectorAll(".transcript .line").length === 1);
    }
    await type(page, "sim", "help");
    assert.equal((await said(page)).filter((line) => line.startsWith("sim> interrupt")).length, 2);
  });

  test("another client's push serves it", async ({ open }) => {
    const { page } = await open({ hash: START });
    await still(page);
    await type(page, "redis", "BLPOP queue 0");
    await waits(page);
    await type(page, "sim", "call RPUSH queue job");
    await page.click("#console-redis");
    await until(page, "the job", () => [...document.querySelectorAll(".transcript .line")].some((line) => line.textContent.includes('2) "job"')));
    await waitsNoMore(page);
  });

  test("SUBSCRIBE reads messages until it is interrupted, and says so in the prompt", async ({ open }) => {
    const { page } = await open({ hash: START });
    await still(page);
    await type(page, "redis", "SUBSCRIBE news");
    await answers(page, "Reading messages... (press Ctrl-C to quit)");
    await waits(page);
    assert.equal(await page.$eval(".prompt", (prompt) => prompt.firstChild.textContent), "0001-001:6379(subscribed mode)>");
    await type(page, "sim", "call PUBLISH news hello");
    await page.click("#console-redis");
    await until(page, "the message", () => [...document.querySelectorAll(".transcript .line")].some((line) => line.textContent === '1) "message"\n2) "news"\n3) "hello"'));
    await page.click("#entry-redis");
    await control(page, "c");
    await waitsNoMore(page);
    await type(page, "redis", "PING");
    await answers(page, "PONG");
  });

  test("MONITOR shows what the node is asked, as it plays", async ({ open }) => {
    const { page } = await open({ hash: START });
    await still(page);
    await type(page, "redis", "MONITOR");
    await waits(page);
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("k");
    await until(page, "commands of the app servers", () => [...document.querySelectorAll(".transcript .line")].some((line) => /^\d+\.\d{6} \[0 10\.0\.0\.\d+:\d+\] "GET" "row:\d+"$/.test(line.textContent)));
    await page.keyboard.press("k");
    await still(page);
    await page.click(".console-waits button");
    await waitsNoMore(page);
  });

  test("Ctrl-C gives up a line that is being typed, and copies where letters are marked", async ({ open }) => {
    const { page } = await open({ hash: START });
    await still(page);
    await type(page, "redis", "SET half", { send: false });
    await page.click("#entry-redis", { clickCount: 3 });
    await control(page, "c");
    assert.equal(await page.$eval("#entry-redis", (entry) => entry.value), "SET half");
    await page.keyboard.press("End");
    await control(page, "c");
    await until(page, "an empty line", () => document.querySelector("#entry-redis").value === "");
  });

  test("HELP tells of a group, a command and its options", async ({ open }) => {
    const { page } = await open({ hash: START });
    await still(page);
    await type(page, "redis", "HELP @list");
    await answers(page, "BLMOVE source destination LEFT|RIGHT LEFT|RIGHT timeout…");
    const group = (await said(page)).join("\n");
    for (const command of ["LPUSH key element [element ...]", "LRANGE key start stop", "  summary: ", "  since: 1.0.0"]) assert.ok(group.includes(command), command);
    await type(page, "redis", "HELP SET");
    await until(page, "the options", () => [...document.querySelectorAll(".transcript .line")].some((line) => line.textContent.includes("EX seconds: time to live in seconds")));
  });
}, ["chromium"]);
