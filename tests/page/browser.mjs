// A browser and what every test of a page wants to know of it: what it refused to run or load, and
// what a reader by ear or keyboard would stumble over.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const { ORIGIN, TOKEN, SHOTS } = process.env;

export async function open(options = {}) {
  const args = ["--no-sandbox", "--disable-quic", "--disable-dev-shm-usage"];
  const executablePath = process.env.CHROMIUM;
  const browser = await chromium.launch({ executablePath, args });
  const context = await browser.newContext(options);
  const problems = [];
  context.on("page", (page) => {
    page.on("pageerror", (error) => problems.push(`error: ${error}`));
    page.on("dialog", (dialog) => {
      problems.push(`a script ran: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on("console", (message) => {
      // Whoever has no cookie yet is asked for the token, with this status.
      const isExpected = message.text().includes("status of 401");
      if (message.type() === "error" && !isExpected) problems.push(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (origin !== ORIGIN && protocol !== "data:") problems.push(`loaded ${request.url()}`);
    });
  });
  return { browser, context, problems };
}

// Shows the token as the printed address does.
export async function signIn(context) {
  const page = await context.newPage();
  await page.goto(`${ORIGIN}/#token=${TOKEN}`);
  await page.waitForSelector("nav");
  check(!page.url().includes(TOKEN), "the token stays in the address");
  return page;
}

// The rules of axe run in a world of their own, which no policy of the page binds.
export async function stumbles(page) {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId } = await session.send("Page.createIsolatedWorld", {
    frameId: frameTree.frame.id,
  });
  const evaluate = (expression) =>
    session.send("Runtime.evaluate", {
      expression,
      contextId: executionContextId,
      awaitPromise: true,
      returnByValue: true,
    });
  await evaluate(AXE);
  const { result, exceptionDetails } = await evaluate(
    `axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) =>
      id + ": " + nodes.map(({ html }) => html.slice(0, 200)).join(" | ")))`,
  );
  if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
  await session.detach();
  return result.value;
}

export function check(holds, message) {
  if (!holds) throw new Error(message);
}

export async function within(milliseconds, what, holds) {
  const end = Date.now() + milliseconds;
  while (!(await holds())) {
    check(Date.now() < end, `not within ${milliseconds} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
