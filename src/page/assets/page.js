// Brings a page up to date while runs go on, and tells of what waits for a person. Pages work
// without it. One tab of a browser follows the server and tells the others: a browser has few
// connections to a host, and each tab with its own would leave none.

const { base, follows } = document.documentElement.dataset;

// How long news are gathered before the page is asked for again, and how often it is without any.
const GATHER_MS = 200;
const REFRESH_EVERY_MS = 60_000;
const RECONNECT_MS = 2_000;

// What somebody opened or fills in stays as it is.
const isKept = (element, name) => element.localName === "details" && name === "open";

// Makes an element equal to another and leaves what is equal in its place: focus, selection and
// scrolling stay.
function update(now, next) {
  if (now.isEqualNode(next)) return;
  if (now.nodeType !== Node.ELEMENT_NODE) {
    now.nodeValue = next.nodeValue;
    return;
  }
  for (const { name, value } of [...next.attributes]) {
    if (now.getAttribute(name) !== value && !isKept(now, name)) now.setAttribute(name, value);
  }
  for (const { name } of [...now.attributes]) {
    if (!next.hasAttribute(name) && !isKept(now, name)) now.removeAttribute(name);
  }
  if (now.localName === "form") return;
  const known = new Map([...now.children].filter(({ id }) => id).map((child) => [child.id, child]));
  let at = now.firstChild;
  for (const child of [...next.childNodes]) {
    const isLike = at && !at.id && !child.id && at.nodeName === child.nodeName;
    const match = child.id ? known.get(child.id) : isLike ? at : undefined;
    if (!match) {
      now.insertBefore(document.importNode(child, true), at);
      continue;
    }
    if (match === at) at = at.nextSibling;
    else now.insertBefore(match, at);
    update(match, child);
  }
  while (at) {
    const after = at.nextSibling;
    at.remove();
    at = after;
  }
}

async function load(address) {
  const response = await fetch(address, { headers: { accept: "text/html" } });
  if (response.status === 401) location.reload();
  if (!response.ok) return undefined;
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

let waiting;
let isLoading = false;

async function refresh() {
  waiting = undefined;
  if (isLoading) return schedule();
  isLoading = true;
  try {
    const next = await load(location.href);
    const [now, fresh] = [document, next].map((page) => page?.querySelector("main"));
    if (now && fresh) {
      update(now, fresh);
      document.title = next.title;
    }
  } catch {
    // The server is gone for now; it is followed again once it is back.
  } finally {
    isLoading = false;
  }
}

function schedule() {
  waiting ??= setTimeout(refresh, GATHER_MS);
}

// A run has changed; any of them may have, where none is named.
function heard(run) {
  if (follows === "-") return;
  if (!run || !follows || run === follows) schedule();
}

let known;
let reminding;

// Tells of what waits for a person since the last look.
async function remind() {
  reminding = undefined;
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const page = await load(base).catch(() => undefined);
  if (!page) return;
  const needs = [...page.querySelectorAll("[data-need]")].map((item) => {
    return { title: item.dataset.need, href: item.querySelector("a").getAttribute("href") };
  });
  const fresh = known ? needs.filter(({ href }) => !known.has(href)) : [];
  known = new Set(needs.map(({ href }) => href));
  for (const { title, href } of fresh) {
    const notification = new Notification(title, { tag: href });
    notification.onclick = () => {
      window.focus();
      location.assign(href);
    };
  }
}

function follow(channel) {
  const source = new EventSource(`${base}/api/events`);
  const tell = (run) => {
    channel.postMessage(run);
    heard(run);
    reminding ??= setTimeout(remind, GATHER_MS);
  };
  // What happened while nobody followed.
  source.addEventListener("open", () => tell(""));
  source.addEventListener("run", ({ data }) => tell(JSON.parse(data).run_id));
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(() => follow(channel), RECONNECT_MS);
  });
}

function live() {
  const channel = new BroadcastChannel(`orch:${base}`);
  channel.addEventListener("message", ({ data }) => heard(data));
  // Held until the tab is closed; the next one in line follows then.
  navigator.locks.request(`orch:${base}`, () => new Promise(() => follow(channel)));
  setInterval(() => heard(""), REFRESH_EVERY_MS);
}

function offerNotifications() {
  const button = document.querySelector("#notify");
  if (!button || !("Notification" in window) || Notification.permission !== "default") return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await Notification.requestPermission();
    button.hidden = true;
    remind();
  });
}

// The address that the server printed holds the token behind `#`, which no server is sent.
function signIn() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) history.replaceState(null, "", location.pathname + location.search);
  const form = document.querySelector("#sign-in");
  if (!form || !token) return;
  form.elements.token.value = token;
  form.submit();
}

signIn();
if (base !== undefined) {
  live();
  offerNotifications();
}
