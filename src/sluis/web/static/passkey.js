// Asks the browser for a passkey, or for a new one, and sends its answer with the form. Nothing else leaves the page.
const frame = document.querySelector("[data-passkey]");
const form = frame.querySelector("form");
const told = frame.querySelector("[data-passkey-text]");
const options = JSON.parse(frame.dataset.options);

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

function asked() {
  const publicKey = { ...options, challenge: bytes(options.challenge) };
  if (frame.dataset.passkey === "create") {
    publicKey.user = { ...options.user, id: bytes(options.user.id) };
    publicKey.excludeCredentials = named(options.excludeCredentials);
    return navigator.credentials.create({ publicKey });
  }
  publicKey.allowCredentials = named(options.allowCredentials);
  return navigator.credentials.get({ publicKey });
}

function answer(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: {},
  });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  told.textContent = "";
  if (!window.PublicKeyCredential) {
    told.textContent = told.dataset.none;
    return;
  }
  try {
    form.elements.antwoord.value = answer(await asked());
  } catch {
    told.textContent = told.dataset.failed;
    return;
  }
  form.submit();
});
