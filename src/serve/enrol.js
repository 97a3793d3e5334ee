// Makes one passkey, and sends its public key to the terminal that shows this page's address.

import { base64url, bytes, post } from "/passkey.js";

const [make, who, outcome] = ["make", "who", "outcome"].map((id) => document.getElementById(id));
const token = new URLSearchParams(location.hash.slice(1)).get("token");
history.replaceState(null, "", location.pathname);
const shown = { Authorization: `Bearer ${token}` };

const create = async (offer) => {
  const credential = await navigator.credentials.create({
    publicKey: {
      challenge: bytes(offer.challenge),
      rp: { id: offer.rpId, name: "orch" },
      user: { id: crypto.getRandomValues(new Uint8Array(16)), name: offer.email, displayName: offer.email },
      pubKeyCredParams: [{ type: "public-key", alg: -7 }],
      authenticatorSelection: { userVerification: "required", residentKey: "preferred" },
      attestation: "none",
    },
  });
  const { response } = credential;
  return {
    credentialId: base64url(credential.rawId),
    publicKey: base64url(response.getPublicKey()),
    authenticatorData: base64url(response.getAuthenticatorData()),
    clientDataJSON: base64url(response.clientDataJSON),
  };
};

try {
  const offer = await post("/api/approver/offer", {}, shown);
  who.textContent = offer.email;
  make.disabled = false;
  make.addEventListener("click", async () => {
    make.disabled = true;
    outcome.textContent = "Follow your browser…";
    try {
      await post("/api/approver", await create(offer), shown);
      outcome.textContent = "Done. The terminal says what to do with it; you can close this page.";
    } catch (error) {
      outcome.textContent = error.name === "NotAllowedError" ? "Canceled." : error.message;
      make.disabled = false;
    }
  });
} catch (error) {
  outcome.textContent = error.message;
}
