// Finds and starts the browsers. CHROMIUM and FIREFOX name other binaries than the usual ones.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { tmpdir } from "node:os";
import puppeteer from "puppeteer-core";

const NAMES = {
  chromium: ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
  firefox: ["firefox-esr", "firefox"],
};

/** The path of a browser, or null. */
export function find(browser) {
  const named = process.env[browser.toUpperCase()];
  if (named) return named;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of NAMES[browser]) if (existsSync(join(folder, name))) return join(folder, name);
  }
  return null;
}

/** The browsers a run is asked for: both, or those named in BROWSERS (`BROWSERS=firefox`). */
export const wanted = (process.env.BROWSERS ?? "chromium,firefox").split(",").filter(Boolean);

/**
 * Starts a browser with an empty profile; `close()` on what is returned also removes the profile.
 * @param {"chromium" | "firefox"} name
 * @param {{ dark?: boolean, calm?: boolean }} look what Firefox is told at its start; Chromium's pages are told one by one
 */
export async function launch(name, { dark, calm } = {}) {
  const executablePath = find(name);
  if (!executablePath) throw new Error(`${name} was not found: install it, or name it in ${name.toUpperCase()}`);
  const profile = mkdtempSync(join(tmpdir(), `slotscope-${name}-`));
  const root = process.getuid?.() === 0;
  const options =
    name === "chromium"
      ? {
          browser: "chrome",
          args: [
            ...(root ? ["--no-sandbox"] : []),
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            // A page that nobody looks at still draws every frame: this is what is tested and measured.
            "--disable-backgrounding-occluded-windows",
            "--disable-renderer-backgrounding",
            "--force-color-profile=srgb",
          ],
        }
      : {
          browser: "firefox",
          extraPrefsFirefox: {
            "app.update.enabled": false,
            "browser.shell.checkDefaultBrowser": false,
            "datareporting.policy.dataSubmissionEnabled": false,
            "network.captive-portal-service.enabled": false,
            "network.connectivity-service.enabled": false,
            "toolkit.telemetry.enabled": false,
            ...(dark === undefined ? {} : { "ui.systemUsesDarkTheme": dark ? 1 : 0 }),
            ...(calm ? { "ui.prefersReducedMotion": 1 } : {}),
          },
        };
  const browser = await puppeteer.launch({
    executablePath,
    headless: true,
    userDataDir: profile,
    protocolTimeout: 120_000,
    timeout: 120_000,
    ...options,
  });
  const close = async () => {
    await browser.close().catch(() => {});
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  return { name, browser, close };
}
