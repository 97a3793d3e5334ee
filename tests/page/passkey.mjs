// A person decides in the browser by a passkey: rejects, answers, approves. An authenticator that does not
// verify its user is refused.

import { ORIGIN, check, open, signIn, stumbles, within } from "./browser.mjs";

const { GATE, CREDENTIAL, KEY } = process.env;

const { browser, context, problems } = await open();
const page = await signIn(context);
await page.goto(`${ORIGIN}${GATE}`);

async function authenticator(isUserVerified) {
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", { options });
  const credential = {
    credentialId: Buffer.from(CREDENTIAL, "base64url").toString("base64"),
    isResidentCredential: false,
    rpId: "localhost",
    privateKey: Buffer.from(KEY, "base64url").toString("base64"),
    signCount: 0,
  };
  await session.send("WebAuthn.addCredential", { authenticatorId, credential });
  return () => session.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
}

const found = await stumbles(page);
check(found.length === 0, found.join("\n"));
const form = page.locator('form[data-kind="approve"]');
const outcome = form.locator("[data-outcome]");
const status = () => page.locator("h1 .status").textContent();

const session = await context.newCDPSession(page);
await session.send("WebAuthn.enable");
const remove = await authenticator(false);
await form.locator("button").click();
await within(10_000, "an unverified user is refused", async () => {
  const said = await outcome.textContent();
  return said !== "" && !said.endsWith("…");
}).catch(async ({ message }) => {
  throw new Error(`${message}: ${await outcome.textContent()} ${problems.join("\n")}`);
});
check((await status()) === "WAITING", `it is ${await status()}`);
await remove();

await authenticator(true);
await page.locator("summary", { hasText: "Reject" }).click();
const reject = page.locator('form[data-kind="reject"]');
await reject.locator("textarea").fill("too short");
await reject.locator("button").click();
await within(15_000, "it is rejected and made again", async () => {
  const attempts = await page.locator("#attempts ~ h3, section[aria-labelledby=attempts] h3").count();
  return attempts === 2 && (await status()) === "WAITING" && (await form.count()) === 1;
});

await form.locator("textarea").fill("well done");
await form.locator("button").click();
await within(15_000, "it is approved", async () => (await status()) === "PASS");
const shown = await page.locator("main").textContent();
check(shown.includes("well done"), "the note is shown");
check(shown.includes("too short"), "the reason is shown");
check(problems.length === 0, problems.join("\n"));
await browser.close();
