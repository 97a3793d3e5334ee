// Asks for a passkey, and sends what it signed. Pages hold a form for each decision:
//
//   <form data-decision data-base="" data-run="RUN" data-gate="GATE" data-seen="DIGEST" data-kind="approve">
//     <input name="by">                 who decides, where several may
//     <textarea name="note"></textarea> or "reason" (reject, waive), or "text" (reply), or an <input> of the latter
//     <input data-answer="NAME">        an answer to the gate's form (finish)
//     <button>Approve</button>
//     <pre data-statement></pre>        shows what is signed
//     <p data-outcome role="status"></p>
//   </form>
//
// `data-base` is the path of the project, such as "/p/shop"; `data-seen` is what the gate's page has there, and
// has the question refused once there is something else to decide on. Once it is decided, the form gets an event
// `decided` with the reply; if nothing prevents its default, the page is loaded again.

export const bytes = (text) => {
  const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
};

export const base64url = (buffer) => {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte));
  return btoa(letters.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

export const post = async (path, body, headers = {}) => {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const reply = await response.json();
  if (!response.ok) {
    throw new Error([reply.detail, reply.help].filter(Boolean).join("\n"));
  }
  return reply;
};

// What a form says is decided.
const decided = (form) => {
  const decision = { kind: form.dataset.kind };
  for (const name of ["note", "reason", "text"]) {
    const value = form.elements[name]?.value;
    if (value) decision[name] = value;
  }
  const answers = [...form.querySelectorAll("[data-answer]")];
  if (answers.length > 0) {
    const given = answers.filter((it) => it.value !== "");
    decision.answers = given.map((it) => `${it.dataset.answer}=${it.value}`);
  }
  const { run, gate, seen = null } = form.dataset;
  return { run, gate, seen, by: form.elements.by?.value || null, decision };
};

export const decide = async (form) => {
  const base = form.dataset.base ?? "";
  const { data: question } = await post(`${base}/api/decision/question`, decided(form));
  // The browser does not show what is signed.
  const shown = form.querySelector("[data-statement]");
  if (shown) {
    shown.textContent = question.statement;
    shown.hidden = false;
  }
  const credential = await navigator.credentials.get({
    publicKey: {
      challenge: bytes(question.challenge),
      rpId: question.rpId,
      allowCredentials: question.allowCredentials.map((id) => ({ type: "public-key", id: bytes(id) })),
      userVerification: "required",
    },
  });
  const { authenticatorData, clientDataJSON, signature } = credential.response;
  const assertion = {
    credentialId: base64url(credential.rawId),
    authenticatorData: base64url(authenticatorData),
    clientDataJSON: base64url(clientDataJSON),
    signature: base64url(signature),
  };
  return post(`${base}/api/decision`, { nonce: question.nonce, assertion });
};

const submit = async (form) => {
  const outcome = form.querySelector("[data-outcome]");
  const say = (text) => outcome && (outcome.textContent = text);
  const buttons = form.querySelectorAll("button");
  buttons.forEach((button) => (button.disabled = true));
  say("Confirm with your passkey…");
  try {
    const reply = await decide(form);
    say("Recorded.");
    const event = new CustomEvent("decided", { bubbles: true, cancelable: true, detail: reply });
    if (form.dispatchEvent(event)) location.reload();
  } catch (error) {
    say(error.name === "NotAllowedError" ? "Canceled; nothing was recorded." : error.message);
  } finally {
    buttons.forEach((button) => (button.disabled = false));
  }
};

document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-decision]")) {
    event.preventDefault();
    submit(event.target);
  }
});
