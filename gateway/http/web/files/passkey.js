/* Asks the browser for a passkey, or for a signature of one, and sends the form with what came. Options stand in data-passkey-options; all works on the server. */
'use strict'
{
  const bytesOf = (text) =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
  const textOf = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '')
  const listed = (credentials) => (credentials ?? []).map((one) => ({ ...one, id: bytesOf(one.id) }))

  const create = async (options) => {
    const { rawId, type, response } = await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytesOf(options.challenge),
        user: { ...options.user, id: bytesOf(options.user.id) },
        excludeCredentials: listed(options.excludeCredentials),
      },
    })
    return {
      id: textOf(rawId),
      rawId: textOf(rawId),
      type,
      response: {
        clientDataJSON: textOf(response.clientDataJSON),
        attestationObject: textOf(response.attestationObject),
        transports: response.getTransports?.() ?? [],
      },
    }
  }

  const sign = async (options) => {
    const { rawId, type, response } = await navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: bytesOf(options.challenge),
        allowCredentials: listed(options.allowCredentials),
      },
    })
    return {
      id: textOf(rawId),
      rawId: textOf(rawId),
      type,
      response: {
        clientDataJSON: textOf(response.clientDataJSON),
        authenticatorData: textOf(response.authenticatorData),
        signature: textOf(response.signature),
      },
    }
  }

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    const fault = form.querySelector('[data-passkey-fault]')
    const field = form.querySelector('input[name="passkey"]')
    const prove = async (submitter) => {
      try {
        const options = JSON.parse(form.dataset.passkeyOptions)
        const made = await (form.dataset.passkey === 'create' ? create(options) : sign(options))
        field.value = JSON.stringify(made)
        form.requestSubmit(submitter)
      } catch {
        fault.hidden = false
        fault.focus()
      }
    }
    form.addEventListener('submit', (event) => {
      if (field.value !== '') return
      event.preventDefault()
      fault.hidden = true
      void prove(event.submitter)
    })
  }
}
