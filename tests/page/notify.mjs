// Who wants it is told by the browser once a gate begins to wait for a person: one notification,
// whatever number of tabs is open, and a click on it opens the page of the gate.

import { exec } from "node:child_process";
import { promisify } from "node:util";
import { ORIGIN, check, open, signIn, within } from "./browser.mjs";

const run = promisify(exec);
const shell = (command) => run(command, { shell: "/bin/sh" }).catch(({ code }) => check(code === 3, `exit ${code}`));
const rest = () => new Promise((resolve) => setTimeout(resolve, 1500));

const { browser, context, problems } = await open();
// Each page keeps the notifications that it makes.
await context.addInitScript(() => {
  window.made = [];
  window.Notification = class extends Notification {
    constructor(title, options) {
      super(title, options);
      window.made.push(this);
    }
  };
});

const first = await signIn(context);
const second = await context.newPage();
await second.goto(`${ORIGIN}/`);
const tabs = [first, second];
const titles = async () => {
  const made = await Promise.all(tabs.map((tab) => tab.evaluate(() => window.made.map(({ title }) => title))));
  return made.flat();
};
const button = first.locator("#notify");
check((await first.evaluate(() => Notification.permission)) === "default", "the browser does not ask");
check(await button.isVisible(), "nothing offers to notify");

// Nobody is told who did not ask for it.
await shell(process.env.BEFORE);
await rest();
check((await titles()).length === 0, `told unasked: ${await titles()}`);

await context.grantPermissions(["notifications"], { origin: ORIGIN });
await button.click();
await within(2000, "the button is gone", async () => !(await button.isVisible()));
await rest();
check((await titles()).length === 0, `told of what waited before: ${await titles()}`);

await shell(process.env.CHANGE);
await within(3000, "a notification", async () => (await titles()).length > 0);
await rest();
const told = await titles();
check(told.length === 1 && told[0] === process.env.TITLE, `told: ${JSON.stringify(told)}`);

const teller = (await first.evaluate(() => window.made.length)) ? first : second;
const opened = teller.waitForURL(/\/gates\//);
await teller.evaluate(() => window.made[0].dispatchEvent(new Event("click")));
await opened;
await teller.waitForSelector("#approval");
const heading = await teller.locator("main p a").first().textContent();
check(heading === process.env.KEY, `opened ${heading} at ${teller.url()}`);

// What was told once is not told again by the page that was opened.
await rest();
check((await titles()).length === 0, `told twice: ${await titles()}`);
check(problems.length === 0, problems.join("\n"));
await browser.close();
