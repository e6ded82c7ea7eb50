/*
 * Passkeys: what the browser's WebAuthn interface asks for, out of a form and back into it.
 *
 *   <form hidden data-passkey="create" or "get" data-options="{…}" data-failed="words">
 *     <input type="hidden" name="credential">
 *
 * The options are the server's; instead of data-options, data-options-from is an address that has
 * them. The form shows itself only here, where a script runs and the browser knows passkeys.
 */
(() => {
  "use strict";
  if (!window.PublicKeyCredential) return;

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=/g, "");
  const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

  const create = async (options) => {
    const publicKey = {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: named(options.excludeCredentials),
    };
    const made = await navigator.credentials.create({ publicKey });
    return answer(made, {
      attestationObject: text(made.response.attestationObject),
      transports: made.response.getTransports?.() || [],
    });
  };

  const get = async (options) => {
    const publicKey = {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: named(options.allowCredentials),
    };
    const found = await navigator.credentials.get({ publicKey });
    const { authenticatorData, signature, userHandle } = found.response;
    return answer(found, {
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    });
  };

  const answer = (credential, response) => ({
    type: credential.type,
    id: credential.id,
    rawId: text(credential.rawId),
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
  });

  const optionsOf = async (form) => {
    const address = form.dataset.optionsFrom;
    const found = address ? (await (await fetch(address)).json()).options : JSON.parse(form.dataset.options);
    return found.publicKey;
  };

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const said = form.querySelector("[role=alert]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      said.textContent = "";
      try {
        const ceremony = form.dataset.passkey === "create" ? create : get;
        form.elements.credential.value = JSON.stringify(await ceremony(await optionsOf(form)));
        form.submit();
      } catch {
        // Called off by the person, no passkey for this site, or an address that can't have any.
        said.textContent = form.dataset.failed;
      }
    });
  });
})();
