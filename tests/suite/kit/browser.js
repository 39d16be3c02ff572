// Opens a page in a headless browser at two widths, runs axe, and says what was found as JSON.
// node browser.js PAGE BROWSER NODE_MODULES [DIR for pictures]
const path = require("path");
const [page, browser, modules, pictures] = process.argv.slice(2);
const { chromium } = require(path.join(modules, "playwright-core"));
const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
(async () => {
  const running = await chromium.launch({ executablePath: browser, args: quiet });
  const found = {};
  for (const width of [320, 1280]) {
    // axe is put into the page from outside, which its own policy would forbid.
    const context = await running.newContext({ viewport: { width, height: 900 }, bypassCSP: true });
    const tab = await context.newPage();
    const requests = [];
    tab.on("request", (r) => r.url().startsWith("file:") || requests.push(r.url()));
    await tab.goto("file://" + page);
    await tab.addScriptTag({ path: path.join(modules, "axe-core", "axe.min.js") });
    const result = await tab.evaluate(() => axe.run(document));
    const seen = await tab.evaluate(() => ({
      wider: document.documentElement.scrollWidth > window.innerWidth,
      // Height of a line of text in a chart, as drawn, less its leading.
      smallest: Math.min(...[...document.querySelectorAll("svg")].map((s) => 14 * s.getBoundingClientRect().width / s.viewBox.baseVal.width)),
    }));
    if (pictures) await tab.screenshot({ path: path.join(pictures, `report-${width}.png`), fullPage: true });
    found[width] = { ...seen, requests, passes: result.passes.length,
      violations: result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ; ")}`) };
    await context.close();
  }
  await running.close();
  console.log(JSON.stringify(found));
})().catch((e) => { console.error(e); process.exit(1); });
