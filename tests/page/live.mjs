// Twelve tabs of one browser follow one server: all are up to date within two seconds, and none takes
// focus, scrolling or what was opened from whoever reads.

import { exec } from "node:child_process";
import { promisify } from "node:util";
import { ORIGIN, check, open, signIn, within } from "./browser.mjs";

const run = promisify(exec);
const TABS = 12;

const { browser, context, problems } = await open();
const first = await signIn(context);
const tabs = [first];
while (tabs.length < TABS) {
  const tab = await context.newPage();
  await tab.goto(`${ORIGIN}/`);
  tabs.push(tab);
}
await first.goto(`${ORIGIN}${process.env.GATE}`);
const bound = first.locator("details", { hasText: "The approval is bound" });
await bound.locator("summary").click();
await first.focus("main a");
const focused = () => first.evaluate(() => document.activeElement.outerHTML);
const before = await focused();
await new Promise((resolve) => setTimeout(resolve, 500));

const lists = tabs.slice(1);
await run(process.env.CHANGE, { shell: "/bin/sh" }).catch(({ code }) => check(code === 3, `exit ${code}`));
const counts = () => Promise.all(lists.map((tab) => tab.locator("#needs-count").textContent()));
const all = async () => (await counts()).every((count) => count === process.env.COUNT);
await within(2000, "all tabs show it", all).catch(async ({ message }) => {
  throw new Error(`${message}: ${await counts()}`);
});

// Its own run goes on below whoever reads.
const refreshed = first.waitForResponse((response) => response.url().endsWith(process.env.GATE), { timeout: 2000 });
await run(process.env.NUDGE, { shell: "/bin/sh" });
await refreshed;
await new Promise((resolve) => setTimeout(resolve, 500));
check((await focused()) === before, "the focus moved");
check((await bound.getAttribute("open")) !== null, "what was opened was closed");

// The tab that follows is closed: another one takes over.
await tabs[0].close();
await tabs[1].close();
await run(process.env.UNDO, { shell: "/bin/sh" });
lists.shift();
await within(4000, "another tab follows", async () => !(await counts()).includes(process.env.COUNT));
check(problems.length === 0, problems.join("\n"));
await browser.close();
