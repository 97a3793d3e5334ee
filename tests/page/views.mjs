// Each view by light and dark, on a phone and on a desk: nothing is run or loaded that a run brought,
// and axe finds nothing.

import { SHOTS, ORIGIN, check, open, signIn, stumbles } from "./browser.mjs";

const views = JSON.parse(process.env.VIEWS);

for (const colorScheme of ["light", "dark"]) {
  for (const width of [400, 1400]) {
    const { browser, context, problems } = await open({
      colorScheme,
      viewport: { width, height: 900 },
    });
    const page = await signIn(context);
    for (const [name, path] of Object.entries(views)) {
      await page.goto(`${ORIGIN}${path}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(overflow <= 0, `${name} at ${width} px is ${overflow} px too wide`);
      const found = await stumbles(page);
      check(found.length === 0, `${name} at ${width} px, ${colorScheme}:\n${found.join("\n")}`);
      await page.screenshot({ path: `${SHOTS}/${name}-${colorScheme}-${width}.png`, fullPage: true });
    }
    check(problems.length === 0, problems.join("\n"));
    await browser.close();
  }
}

// By keyboard alone: past the navigation, and to what is to be done.
const { browser, context, problems } = await open();
const page = await signIn(context);
await page.goto(`${ORIGIN}/`);
await page.keyboard.press("Tab");
check((await page.evaluate(() => document.activeElement.textContent)) === "Skip to content", "no way past");
await page.keyboard.press("Enter");
await page.keyboard.press("Tab");
const first = await page.evaluate(() => document.activeElement.getAttribute("href"));
check(first?.includes("/gates/"), `after the skip link comes ${first}`);
check(problems.length === 0, problems.join("\n"));
await browser.close();

// Without scripts everything is there but news.
const plain = await open({ javaScriptEnabled: false });
const quiet = await plain.context.newPage();
await quiet.goto(`${ORIGIN}/`);
await quiet.fill("#token", process.env.TOKEN);
await quiet.click("button");
await quiet.waitForSelector("#needs-list");
await quiet.click("text=Review and decide");
await quiet.waitForSelector("#approval");
await quiet.goto(`${ORIGIN}${views.changes}`);
await quiet.selectOption("#from", "bad:2");
await quiet.selectOption("#to", "bad:1");
await quiet.click("text=Compare");
await quiet.waitForSelector(".removed >> text=-three TBD");
await plain.browser.close();
